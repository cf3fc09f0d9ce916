//! Palette overlay: search for a command or a study by a few letters.

use ratatui::layout::Rect;

use crate::station::model::Model;
use crate::station::model::layer::Palette;
use crate::station::symbols::Focus;
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, Caption};

/// Visible matches.
const ROWS: u16 = 14;

/// Draws the palette.
pub(super) fn draw(
    _: &Model,
    palette: &Palette,
    canvas: &mut Canvas<'_>,
    body: Rect,
) -> Option<(u16, u16)> {
    let width = body.width.saturating_sub(6).min(90);
    let height = (ROWS + 3).min(body.height);
    let area = Rect::new(
        body.x + (body.width - width) / 2,
        body.y + (body.height - height) / 4,
        width,
        height,
    );
    canvas.clear(area);
    let count = format!("{} of {}", palette.found.len(), palette.offers.len());
    let inner = canvas.pane(
        area,
        Caption { title: "Commands and studies", count: &count, foot: "" },
        Focus::Here,
    );
    canvas.text(inner.x, inner.y, 2, ":", Role::Key);
    let line = Rect::new(inner.x + 2, inner.y, inner.width.saturating_sub(2), 1);
    let cursor = palette.input.draw(canvas, line, Role::Text);
    let list = Rect::new(inner.x, inner.y + 1, inner.width, inner.height.saturating_sub(1));
    if palette.found.is_empty() {
        canvas.text(list.x + 2, list.y, list.width, "Nothing is called like that.", Role::Dim);
        if let Some(place) = palette.elsewhere {
            let text = format!("In a shell, `{}` {}.", place.command, place.does);
            let width = list.width.saturating_sub(3);
            canvas.cut(list.x + 2, list.y + 1, width, &text, Role::Text);
        }
    }
    let shown = palette.window.shown(palette.found.len(), usize::from(list.height));
    for (y, row) in (list.top()..list.bottom()).zip(shown) {
        let offer = &palette.offers[palette.found[row]];
        canvas.cut(list.x + 2, y, list.width.saturating_sub(12), &offer.title, Role::Text);
        canvas.right(
            list.x,
            y,
            list.width.saturating_sub(1),
            &canvas.glyphs().keys(&offer.note),
            Role::Key,
        );
        if palette.chosen() == Some(row) {
            canvas.tint(Rect::new(list.x, y, list.width, 1), Role::Selected);
            canvas.text(list.x, y, 1, canvas.glyphs().cursor(), Role::Accent);
        }
    }
    cursor
}
