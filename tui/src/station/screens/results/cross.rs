//! Cross-table view: the estimate of every cell with its n. Cells with few answers are dimmed and in parentheses; a
//! star marks a significant difference after the adjustment for all cells; the cell under the cursor is shown in full.

use protocol::analysis::CrossCell;
use protocol::run::Study;
use ratatui::layout::Rect;

use crate::kinds;
use crate::station::look::Glyphs;
use crate::station::model::Model;
use crate::station::model::class::readable;
use crate::station::model::results::{Axis, Pane};
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, columns};
use crate::station::widgets::format::{difference, number};

/// Columns of a cell.
const CELL: u16 = 12;
/// Columns of the row names.
const NAME: u16 = 14;

/// The unit of the numbers in a table.
#[derive(Clone, Copy)]
struct CrossUnit {
    factor: f64,
    decimals: usize,
    sign: &'static str,
    /// Both ends of the scale.
    ends: (f64, f64),
}

impl CrossUnit {
    /// For a survey, shares from 0 to 1 of respondents who name a theme, shown in percent.
    fn of(study: &Study) -> Self {
        match kinds::view(study.instrument).main {
            Some(measure) => {
                Self { factor: 1.0, decimals: measure.decimals, sign: "", ends: measure.range }
            }
            None => Self { factor: 100.0, decimals: 0, sign: "%", ends: (0.0, 1.0) },
        }
    }

    fn show(self, value: f64, glyphs: Glyphs) -> String {
        format!("{}{}", number(value * self.factor, self.decimals, glyphs), self.sign)
    }
}

/// The cell under the cursor.
pub(super) fn as_text(model: &Model, study: &Study) -> Option<String> {
    let view = &model.open_study.results;
    let row = model.open_study.classes(Axis::Rows).get(view.main.cursor)?.clone();
    let head = model.open_study.classes(Axis::Columns).get(view.column)?.clone();
    let name = format!("{}, {}", readable(view.by, &row), readable(view.across, &head));
    let classes = [row, head];
    let cell = model.open_study.table()?.cells.iter().find(|cell| cell.classes == classes)?;
    Some(format!("{name}: {}", in_full(cell, CrossUnit::of(study), model.theme.glyphs())))
}

/// Draws the table.
pub(super) fn draw(model: &Model, study: &Study, canvas: &mut Canvas<'_>, area: Rect) {
    let view = &model.open_study.results;
    let unit = CrossUnit::of(study);
    let Some(table) = model.open_study.table() else {
        canvas.cut(area.x + 1, area.y, area.width, "It is being computed.", Role::Dim);
        return;
    };
    let (rows, heads) =
        (model.open_study.classes(Axis::Rows), model.open_study.classes(Axis::Columns));
    let cell = |row: &String, head: &String| {
        table
            .cells
            .iter()
            .find(|cell| cell.classes.first() == Some(row) && cell.classes.get(1) == Some(head))
    };
    let fits = usize::from(area.width.saturating_sub(NAME) / CELL).max(1);
    let first = (view.column + 1).saturating_sub(fits);
    let glyphs = canvas.glyphs();
    for (place, head) in heads.iter().skip(first).take(fits).enumerate() {
        let x = area.x + NAME + column(place);
        canvas.right(x, area.y, CELL - 2, &readable(view.across, head), Role::Dim);
    }
    let list = Rect { y: area.y + 1, height: area.height.saturating_sub(3), ..area };
    let shown = view.main.shown(rows.len(), usize::from(list.height));
    for (y, index) in (list.top()..list.bottom()).zip(shown) {
        let row = &rows[index];
        canvas.cut(area.x + 1, y, NAME - 2, &readable(view.by, row), Role::Text);
        for (place, head) in heads.iter().skip(first).take(fits).enumerate() {
            let x = area.x + NAME + column(place);
            match cell(row, head) {
                Some(cell) => draw_cell(cell, unit, canvas, x, y),
                None => canvas.right(x, y, CELL - 1, &format!("{} ", glyphs.none()), Role::Dim),
            }
            if view.pane == Pane::Main && index == view.main.cursor && place + first == view.column
            {
                canvas.tint(Rect::new(x, y, CELL, 1), Role::Selected);
            }
        }
    }
    let below = area.bottom().saturating_sub(2);
    let note = "* differs from everyone else after adjusting for all cells  (n) under 30";
    let short = "* differs, adjusted  (n) under 30";
    let note = if columns(note) < area.width { note } else { short };
    canvas.cut(area.x + 1, below, area.width.saturating_sub(1), note, Role::Dim);
    if let Some((row, head)) = rows.get(view.main.cursor).zip(heads.get(view.column)) {
        let name = format!("{}, {}", readable(view.by, row), readable(view.across, head));
        let text = match cell(row, head) {
            Some(cell) => in_full(cell, unit, glyphs),
            None => "nobody".to_owned(),
        };
        let y = area.bottom().saturating_sub(1);
        canvas.cut(
            area.x + 1,
            y,
            area.width.saturating_sub(1),
            &format!("{name}: {text}"),
            Role::Dim,
        );
    }
}

fn draw_cell(cell: &CrossCell, unit: CrossUnit, canvas: &mut Canvas<'_>, x: u16, y: u16) {
    let value = unit.show(cell.estimate.value, canvas.glyphs());
    let below = cell.difference.as_ref().is_some_and(|difference| difference.value < 0.0);
    let (text, role) = match (cell.small, cell.differs) {
        (true, _) => (format!("{value} ({}) ", cell.n), Role::Dim),
        (false, true) => {
            (format!("{value}  {}*", cell.n), if below { Role::Bad } else { Role::Good })
        }
        (false, false) => (format!("{value}  {} ", cell.n), Role::Text),
    };
    canvas.right(x, y, CELL - 1, &text, role);
}

/// A cell with its interval and its difference, as text.
fn in_full(cell: &CrossCell, unit: CrossUnit, glyphs: Glyphs) -> String {
    let show = |value| unit.show(value, glyphs);
    let interval = match (cell.estimate.low, cell.estimate.high) {
        // Of few answers an interval may reach beyond the scale.
        (Some(low), Some(high)) => {
            format!(" [{}, {}]", show(low.max(unit.ends.0)), show(high.min(unit.ends.1)))
        }
        _ => String::new(),
    };
    let versus = cell.difference.as_ref().map(|by| {
        let adjusted = cell.p_adjusted.map_or_else(String::new, |p| format!(", adjusted p {p:.3}"));
        format!(", {} vs rest{adjusted}", difference(by.value * unit.factor, unit.decimals, glyphs))
    });
    format!("{}{interval}, n={}{}", show(cell.estimate.value), cell.n, versus.unwrap_or_default())
}

fn column(index: usize) -> u16 {
    u16::try_from(index).unwrap_or(u16::MAX).saturating_mul(CELL)
}
