//! Cross-table: a metric broken down by one or two dimensions, cell by cell.

use protocol::analysis::{CrossCell, CrossTab};
use protocol::safe;

use crate::look::{Look, Role, pad, pad_left, thousands};
use crate::report::compare::words;
use crate::report::estimates::{number, range};
use crate::report::page::ReportPage;
use crate::report::segments::{group, signed};
use crate::report::whisker::{self, Scale};

/// The table as text. It ends with a line break.
pub(crate) fn cross(table: &CrossTab, look: Look) -> String {
    let mut page = ReportPage::new(look);
    let field = table.field.as_str();
    let by: Vec<String> = table.dimensions.iter().map(|name| name.replace('_', " ")).collect();
    page.heading(
        &format!("{} by {}", words(field), by.join(" and ")),
        "95 % interval, against the rest",
    );
    let names: Vec<String> = table.cells.iter().map(|cell| name(table, cell)).collect();
    let room = names.iter().map(|name| unicode_width::UnicodeWidthStr::width(name.as_str()));
    let column = room.max().unwrap_or(0).clamp(12, 34) + 1;
    let ends =
        |cell: &CrossCell| [cell.estimate.low, cell.estimate.high, Some(cell.estimate.value)];
    let values: Vec<f64> = table.cells.iter().flat_map(ends).flatten().collect();
    let scale = Scale {
        low: values.iter().copied().fold(f64::INFINITY, f64::min),
        high: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        mark: Some(table.all.value),
    };
    let track = look.width.saturating_sub(2 + column + 7 + 16 + 8 + 9 + 2).clamp(0, 30);
    for (cell, name) in table.cells.iter().zip(&names) {
        draw(cell, name, (column, track, scale), field, &mut page);
    }
    let all = &table.all;
    page.line(format!(
        "  {}{}{}",
        look.paint(Role::Strong, &pad("everyone", column)),
        look.paint(Role::Strong, &pad_left(&number(field, all.value), 7)),
        look.paint(Role::Dim, &pad_left(&range(field, all.low.zip(all.high), look), 16)),
    ));
    let adjustment = match table.adjustment.as_str() {
        "benjamini_hochberg" => "Benjamini and Hochberg's",
        "holm" => "Holm's",
        _ => "an",
    };
    let note = format!(
        "Coloured differences hold also after {adjustment} adjustment for {} cells. * too small to judge: fewer than 30 answers in the cell or in everyone else.",
        table.cells.len()
    );
    page.paragraph(&note, "  ", "  ", Some(Role::Dim));
    also(&table.also, &mut page);
    page.finish()
}

/// Lists the other metrics that can be broken down.
pub(crate) fn also(names: &[String], page: &mut ReportPage) {
    if !names.is_empty() {
        let names: Vec<String> = names.iter().map(|name| safe::line(name).into_owned()).collect();
        let text = format!("Also: --of {}", names.join(", "));
        page.paragraph(&text, "  ", "    ", Some(Role::Dim));
    }
}

fn name(table: &CrossTab, cell: &CrossCell) -> String {
    let parts: Vec<String> = table
        .dimensions
        .iter()
        .zip(&cell.classes)
        .map(|(dimension, class)| group(dimension, class))
        .collect();
    parts.join(", ")
}

fn draw(
    cell: &CrossCell,
    name: &str,
    (column, track, scale): (usize, usize, Scale),
    field: &str,
    page: &mut ReportPage,
) {
    let look = page.look;
    let estimate = &cell.estimate;
    let interval = estimate.low.zip(estimate.high);
    let drawn = if track >= 9 {
        format!("  {}", whisker::draw(estimate.value, interval, scale, track, look))
    } else {
        String::new()
    };
    let difference = cell
        .difference
        .as_ref()
        .map_or_else(|| look.glyph("—", "--").to_owned(), |found| signed(field, found.value));
    let role = match (&cell.difference, cell.differs && !cell.small) {
        (Some(found), true) if found.value > 0.0 => Role::Good,
        (Some(_), true) => Role::Bad,
        _ => Role::Dim,
    };
    let n = format!("{}{}", thousands(i128::from(cell.n)), if cell.small { "*" } else { " " });
    page.line(format!(
        "  {}{}{}{drawn}{}{}",
        pad(&look.shorten(name, column - 1), column),
        pad_left(&number(field, estimate.value), 7),
        look.paint(Role::Dim, &pad_left(&range(field, interval, look), 16)),
        look.paint(role, &pad_left(&difference, 8)),
        look.paint(Role::Dim, &pad_left(&n, 9)),
    ));
}
