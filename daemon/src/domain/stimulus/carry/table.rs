//! A table some of whose rows say something else: each row is a line of the text, in which every cell follows the heading of
//! its column, so that a line tells which cell changed.

use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag};

use super::marks::marks_of;
use super::weave::weave;
use crate::domain::stimulus::render::{self, render};

/// A cell with what it says.
struct SourceCell {
    at: Range<usize>,
    says: String,
}

/// The table with those lines; `None` where they are not as many, or one does not name the columns of its row.
pub(super) fn with_other_lines(table: &str, text: &str) -> Option<String> {
    let mut rows = rows_of(table).into_iter();
    let head = rows.next()?;
    let rows: Vec<Vec<SourceCell>> =
        rows.filter(|row| row.iter().any(|cell| !cell.says.is_empty())).collect();
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if rows.is_empty() || rows.len() != lines.len() {
        return None;
    }
    let mut found = table.to_owned();
    // From its end, so that places stay true.
    for (row, line) in rows.iter().zip(lines).rev() {
        let said: Vec<(usize, &SourceCell)> =
            row.iter().enumerate().filter(|(_, cell)| !cell.says.is_empty()).collect();
        let label = |column: usize| match head.get(column).map(|cell| cell.says.as_str()) {
            Some(heading) if !heading.is_empty() => format!("{}: ", heading.trim_end_matches(':')),
            _ => String::new(),
        };
        let labels: Vec<String> = said.iter().map(|(column, _)| label(*column)).collect();
        let values = values(line, &labels)?;
        for ((_, cell), value) in said.iter().zip(values).rev() {
            if value != cell.says {
                let source = table.get(cell.at.clone()).unwrap_or_default();
                found.replace_range(cell.at.clone(), &with_other_value(source, &cell.says, value));
            }
        }
    }
    Some(found)
}

/// The values of a line, one behind each label.
fn values<'a>(line: &'a str, labels: &[String]) -> Option<Vec<&'a str>> {
    let mut rest = line;
    let mut found = Vec::new();
    for (at, label) in labels.iter().enumerate() {
        rest = rest.strip_prefix(label.as_str())?;
        let value = match labels.get(at + 1) {
            Some(next) => {
                let (value, _) = rest.split_once(&format!("; {next}"))?;
                rest = rest.get(value.len() + 2..)?;
                value
            }
            None => rest,
        };
        let value = value.trim();
        if value.is_empty() {
            return None;
        }
        found.push(value);
    }
    Some(found)
}

/// A cell with another value: its marks stay where they fit, and its width where the value is shorter.
fn with_other_value(source: &str, says: &str, value: &str) -> String {
    let marks = marks_of(source);
    let woven = weave(source, says, value, &marks).body;
    let found = if render(&woven).text == value { woven } else { value.to_owned() };
    let found = found.replace("\\|", "|").replace('|', "\\|");
    format!("{found:<0$}", source.chars().count())
}

/// The cells of a table, row by row; the first row is its head.
fn rows_of(table: &str) -> Vec<Vec<SourceCell>> {
    let mut rows: Vec<Vec<SourceCell>> = Vec::new();
    for (event, range) in Parser::new_ext(table, render::options()).into_offset_iter() {
        match event {
            Event::Start(Tag::TableHead | Tag::TableRow) => rows.push(Vec::new()),
            Event::Start(Tag::TableCell) => {
                let cell = table.get(range.clone()).unwrap_or_default();
                let begins = cell.trim_start().trim_start_matches('|').trim_start();
                let from = range.end - begins.len();
                let source = begins.trim_end().trim_end_matches('|').trim_end();
                let says = render(&source.replace("\\|", "|")).text;
                if let Some(row) = rows.last_mut() {
                    row.push(SourceCell { at: from..from + source.len(), says });
                }
            }
            _ => {}
        }
    }
    rows
}
