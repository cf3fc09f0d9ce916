//! A table as lines: a row becomes a line, and each of its cells follows the heading of its column.

/// The rendered cells of a table, row by row; the first row is its head.
#[derive(Clone, Debug, Default)]
pub(super) struct TableLines(Vec<Vec<String>>);

impl TableLines {
    pub(super) fn begin_row(&mut self) {
        self.0.push(Vec::new());
    }

    pub(super) fn put(&mut self, cell: String) {
        if let Some(row) = self.0.last_mut() {
            row.push(cell);
        }
    }

    /// "Plan: Basic; Price: £5" for each row; the cells of the head alone if there is no other row.
    pub(super) fn text(self) -> String {
        let mut rows = self.0.into_iter();
        let head = rows.next().unwrap_or_default();
        let mut lines: Vec<String> = rows.map(|row| line(&head, row)).collect();
        lines.retain(|line| !line.is_empty());
        if lines.is_empty() { line(&[], head) } else { lines.join("\n") }
    }
}

fn line(head: &[String], row: Vec<String>) -> String {
    let cells = row.into_iter().enumerate().filter(|(_, cell)| !cell.is_empty());
    let cells = cells.map(|(column, cell)| match head.get(column) {
        Some(heading) if !heading.is_empty() => {
            format!("{}: {cell}", heading.trim_end_matches(':'))
        }
        _ => cell,
    });
    cells.collect::<Vec<_>>().join("; ")
}
