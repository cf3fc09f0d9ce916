//! The warnings that the built-in reader rejects a text of the open study, and of what its results lack, above the panes of Live
//! and Results, so that no number is read without them.

use protocol::rejection::Rejection;
use ratatui::layout::Rect;

use crate::station::model::Model;
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, wrap};

/// Most lines of the warnings.
const LINES_MAX: u16 = 4;

/// The lines of the warnings; empty where there are none.
fn lines(model: &Model, width: u16) -> Vec<(String, Role)> {
    let rejected = model.study().map(|study| study.rejected.as_slice()).unwrap_or_default();
    let rejected = rejected.iter().map(|one| (Rejection::sentence(one), Role::Bad));
    let report = model.open_study.report.as_ref();
    let lacking = report.map(|report| report.warnings.as_slice()).unwrap_or_default();
    let lacking = lacking.iter().map(|warning| (warning.clone(), Role::Warning));
    let mut lines = Vec::new();
    for (sentence, role) in rejected.chain(lacking) {
        let wrapped = wrap(&format!("! {sentence}"), width.saturating_sub(2));
        lines.extend(wrapped.into_iter().map(|line| (line, role)));
    }
    lines.truncate(usize::from(LINES_MAX));
    lines
}

/// What the warnings leave of the area of the panes.
pub(super) fn below(model: &Model, body: Rect) -> Rect {
    let height = u16::try_from(lines(model, body.width).len()).unwrap_or(LINES_MAX);
    Rect { y: body.y + height, height: body.height.saturating_sub(height), ..body }
}

/// Draws the warnings, and returns what they leave of the area.
pub(super) fn draw(model: &Model, canvas: &mut Canvas<'_>, body: Rect) -> Rect {
    for (y, (line, role)) in (body.top()..body.bottom()).zip(lines(model, body.width)) {
        canvas.text(body.x + 1, y, body.width.saturating_sub(2), &line, role);
    }
    below(model, body)
}
