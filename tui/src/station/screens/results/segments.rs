//! Segments view: one row for each class with its estimate, its interval on a common scale, and its difference to the
//! rest of the panel.

use protocol::run::Study;
use ratatui::layout::Rect;

use crate::kinds;
use crate::station::model::Model;
use crate::station::model::class::readable;
use crate::station::model::results::{Pane, Scope, SegmentRow, View};
use crate::station::symbols::Glyphs;
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, columns};
use crate::station::widgets::format::{difference, number, thousands};
use crate::station::widgets::whisker::Whisker;
use crate::station::widgets::window::Window;

/// Columns of n, estimate and difference.
const NUMBERS: [u16; 3] = [7, 7, 9];
/// The same on narrow screens, and the width below which they apply.
const NARROW: [u16; 3] = [5, 6, 8];
const NARROW_BELOW: u16 = 64;

/// Draws the rows.
pub(super) fn draw(model: &Model, study: &Study, canvas: &mut Canvas<'_>, area: Rect) {
    let rows = model.open_study.rows(study);
    let kind = kinds::view(study.instrument);
    let Some(measure) = kind.main else {
        let title = kind.title;
        let text = format!("A {title} has no score to compare: v shows the reasons people gave.");
        canvas.cut(area.x + 1, area.y, area.width.saturating_sub(1), &text, Role::Dim);
        return;
    };
    if rows.is_empty() {
        let text = "Everybody is of one class here: b groups by something else.";
        canvas.cut(area.x + 1, area.y, area.width.saturating_sub(1), text, Role::Dim);
        return;
    }
    let view = &model.open_study.results;
    // Below another view, the segments are for reading only and have no cursor.
    let is_main = view.view == View::Segments;
    let window = if is_main { view.main } else { Window::default() };
    let glyphs = canvas.glyphs();
    let label = |row: &SegmentRow| match view.scope {
        Scope::Every => {
            format!("{} {}", row.dimension.label(), readable(row.dimension, &row.class))
        }
        Scope::One => readable(row.dimension, &row.class),
    };
    let widest = match view.scope {
        Scope::Every => 30,
        Scope::One => 18,
    };
    let labels: Vec<String> = rows.iter().map(label).collect();
    let name = labels.iter().map(|label| columns(label)).max().unwrap_or(8);
    let is_narrow = area.width < NARROW_BELOW;
    let share = if is_narrow { area.width * 2 / 5 } else { area.width / 3 };
    let name = name.clamp(6, widest).min(share) + 2;
    let [n, value, delta] = if is_narrow { NARROW } else { NUMBERS };
    // The name of the number stands apart from the one before it.
    let value = value.max(columns(measure.label) + 1);
    let x = area.x + 1;
    let picture = Rect::new(
        x + name + n + value + 1,
        area.y,
        area.width.saturating_sub(name + n + value + delta + 3),
        1,
    );
    let scale = zoomed(&rows, measure.range);
    let head = match view.scope {
        Scope::Every => "group",
        Scope::One => view.by.label(),
    };
    canvas.cut(x, area.y, name, head, Role::Dim);
    canvas.right(x + name, area.y, n, "n", Role::Dim);
    canvas.right(x + name + n, area.y, value, measure.label, Role::Dim);
    let ends = [scale.0, scale.1].map(|end| number(end, 1, glyphs));
    // Overlapping numbers would be unreadable.
    if columns(&ends[0]) + columns(&ends[1]) < picture.width {
        canvas.text(picture.x, area.y, picture.width, &ends[0], Role::Dim);
        canvas.right(picture.x, area.y, picture.width, &ends[1], Role::Dim);
    }
    canvas.right(picture.right(), area.y, delta, "vs rest", Role::Dim);
    let extreme =
        |better: fn(f64, f64) -> bool| {
            rows.iter().filter(|row| !row.is_small()).fold(None::<f64>, |best, row| {
                Some(best.map_or(
                    row.value,
                    |best| if better(row.value, best) { row.value } else { best },
                ))
            })
        };
    let (lowest, highest) = (extreme(|a, b| a < b), extreme(|a, b| a > b));
    let list = Rect { y: area.y + 1, height: area.height.saturating_sub(2), ..area };
    let shown = window.shown(rows.len(), usize::from(list.height));
    for (y, index) in (list.top()..list.bottom()).zip(shown) {
        let row = &rows[index];
        let role = if row.is_small() { Role::Dim } else { Role::Text };
        canvas.cut(x, y, name - 1, &labels[index], role);
        let count = if row.is_small() { format!("({})", row.n) } else { thousands(row.n) };
        canvas.right(x + name, y, n, &count, role);
        let shown = number(row.value, measure.decimals, glyphs);
        canvas.right(x + name + n, y, value, &shown, role);
        let point = if row.is_small() { Role::Dim } else { Role::Accent };
        let whisker = Whisker { value: row.value, interval: row.interval, scale, role: point };
        whisker.draw(canvas, Rect { y, ..picture });
        if let Some(by) = row.difference {
            let mark = if row.differs { "*" } else { " " };
            let text = format!("{}{mark}", difference(by, measure.decimals, glyphs));
            let role = match (row.differs, by < 0.0) {
                (false, _) => Role::Dim,
                (true, true) => Role::Bad,
                (true, false) => Role::Good,
            };
            canvas.right(picture.right(), y, delta, &text, role);
        }
        if rows.len() > 1 && lowest == Some(row.value) {
            canvas.text(area.x, y, 1, glyphs.lowest(), Role::Bad);
        } else if rows.len() > 1 && highest == Some(row.value) {
            canvas.text(area.x, y, 1, glyphs.highest(), Role::Good);
        }
        if is_main && view.pane == Pane::Main && index == window.cursor {
            canvas.tint(Rect::new(area.x, y, area.width, 1), Role::Selected);
        }
    }
    let note = note(is_narrow, glyphs);
    canvas.cut(x, area.bottom().saturating_sub(1), area.width.saturating_sub(1), &note, Role::Dim);
}

/// The legend, in as many words as there is room for.
fn note(is_narrow: bool, glyphs: Glyphs) -> String {
    if is_narrow {
        return format!("{} lowest  * differs, adjusted  (n) under 30", glyphs.lowest());
    }
    format!(
        "{} highest  {} lowest  * differs from the rest after adjusting for all compared  (n) under 30",
        glyphs.highest(),
        glyphs.lowest(),
    )
}

/// The part of the range that contains the intervals, with a margin, so that they can be distinguished.
fn zoomed(rows: &[SegmentRow], range: (f64, f64)) -> (f64, f64) {
    let low = rows
        .iter()
        .map(|row| row.interval.map_or(row.value, |(low, _)| low))
        .fold(f64::INFINITY, f64::min);
    let high = rows
        .iter()
        .map(|row| row.interval.map_or(row.value, |(_, high)| high))
        .fold(f64::NEG_INFINITY, f64::max);
    let unit = if range.1 - range.0 > 50.0 { 10.0 } else { 0.5 };
    let (low, high) = ((low / unit).floor() * unit, (high / unit).ceil() * unit);
    (low.max(range.0), high.min(range.1))
}
