//! The answers behind what the cursor is about, worst first; Enter opens the person.

use protocol::run::Study;
use ratatui::layout::Rect;

use super::{loading, way_down};
use crate::station::model::Model;
use crate::station::model::results::Pane;
use crate::station::screens::live::answers::quote_line;
use crate::station::symbols::Focus;
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, Caption};
use crate::station::widgets::format::thousands;

/// Draws the list.
pub(super) fn draw(model: &Model, study: &Study, canvas: &mut Canvas<'_>, area: Rect) {
    let view = &model.lens.results;
    let way = way_down(&view.drill, study);
    let title =
        if way.is_empty() { "Answers, worst first".to_owned() } else { format!("Answers: {way}") };
    let place = if view.pane == Pane::Quotes && !view.found.is_empty() {
        format!("{} of {}", view.quotes.cursor + 1, thousands(view.found.len() as u64))
    } else {
        thousands(view.found.len() as u64)
    };
    let focus = Focus::of(&Pane::Quotes, &view.pane);
    let caption = Caption { title: &title, count: &place, foot: loading(model) };
    let inner = canvas.pane(area, caption, focus);
    if view.found.is_empty() {
        let text = match loading(model) {
            "" if view.drill.is_empty() => "Nobody answered.",
            "" => "Nobody said that. Esc shows all answers.",
            loading => loading,
        };
        canvas.cut(inner.x + 1, inner.y, inner.width.saturating_sub(1), text, Role::Dim);
        return;
    }
    let shown = view.quotes.shown(view.found.len(), usize::from(inner.height));
    for (y, row) in (inner.top()..inner.bottom()).zip(shown) {
        let Some(response) = model.lens.responses.get(&view.found[row]) else { continue };
        let line = Rect::new(inner.x + 1, y, inner.width.saturating_sub(1), 1);
        quote_line(study, response, canvas, line);
        if focus == Focus::Here && row == view.quotes.cursor {
            canvas.tint(Rect::new(inner.x, y, inner.width, 1), Role::Selected);
            canvas.text(inner.x, y, 1, canvas.glyphs().cursor(), Role::Accent);
        }
    }
}
