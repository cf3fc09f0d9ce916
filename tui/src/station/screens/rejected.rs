//! The warning that the built-in reader rejects a text of the open study, above the panes of Live and Results, so that no
//! number is read without it.

use protocol::rejection::Rejection;
use ratatui::layout::Rect;

use crate::station::model::Model;
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, wrap};

/// Most lines of the warning.
const LINES_MAX: u16 = 4;

/// The lines of the warning; empty where no text is rejected.
fn lines(model: &Model, width: u16) -> Vec<String> {
    let rejected = model.study().map(|study| study.rejected.as_slice()).unwrap_or_default();
    let sentences = rejected.iter().map(|one| format!("! {}", Rejection::sentence(one)));
    let lines = sentences.flat_map(|sentence| wrap(&sentence, width.saturating_sub(2)));
    lines.take(usize::from(LINES_MAX)).collect()
}

/// What the warning leaves of the area of the panes.
pub(super) fn below(model: &Model, body: Rect) -> Rect {
    let height = u16::try_from(lines(model, body.width).len()).unwrap_or(LINES_MAX);
    Rect { y: body.y + height, height: body.height.saturating_sub(height), ..body }
}

/// Draws the warning, and returns what it leaves of the area.
pub(super) fn draw(model: &Model, canvas: &mut Canvas<'_>, body: Rect) -> Rect {
    for (y, line) in (body.top()..body.bottom()).zip(lines(model, body.width)) {
        canvas.text(body.x + 1, y, body.width.saturating_sub(2), &line, Role::Bad);
    }
    below(model, body)
}
