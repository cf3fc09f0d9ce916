//! Palette overlay: search for a command or a study by a few letters.

use ratatui::layout::Rect;

use crate::station::model::Model;
use crate::station::model::layer::Palette;
use crate::station::symbols::Focus;
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, Caption, wrap};

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
    let width = list.width.saturating_sub(12);
    let title = |row: usize| wrap(&palette.offers[palette.found[row]].title, width);
    let height = |row: usize| u16::try_from(title(row).len().max(1)).unwrap_or(1);
    let (first, end) = palette.window.tall(palette.found.len(), list.height, height);
    let mut y = list.y;
    for row in first..end {
        let offer = &palette.offers[palette.found[row]];
        let lines = title(row);
        let place = Rect::new(list.x, y, list.width, height(row)).intersection(list);
        for (y, line) in (place.top()..place.bottom()).zip(&lines) {
            canvas.text(list.x + 2, y, width, line, Role::Text);
        }
        let note = canvas.glyphs().keys(&offer.note);
        canvas.right(list.x, y, list.width.saturating_sub(1), &note, Role::Key);
        if palette.chosen() == Some(row) {
            canvas.tint(place, Role::Selected);
            canvas.text(list.x, y, 1, canvas.glyphs().cursor(), Role::Accent);
        }
        y = place.bottom();
    }
    cursor
}
