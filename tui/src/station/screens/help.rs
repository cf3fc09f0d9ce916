//! Help page: every key of a place from the table of actions, searchable.

use ratatui::layout::Rect;

use crate::station::action::{ACTIONS, Entry};
use crate::station::model::Model;
use crate::station::model::layer::Help;
use crate::station::symbols::Focus;
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, Caption, wrap};

/// The lines that match the search: keys and entry.
pub(crate) fn rows(model: &Model, help: &Help) -> Vec<(String, &'static Entry)> {
    let wanted = help.input.text().to_lowercase();
    ACTIONS
        .iter()
        .filter(|entry| entry.action.works_in(help.place))
        .filter_map(|entry| {
            let keys = model.keymap.keys(help.place, entry.action).join("  ");
            let text = format!("{keys} {} {}", entry.label, entry.help).to_lowercase();
            wanted.split_whitespace().all(|word| text.contains(word)).then_some((keys, entry))
        })
        .collect()
}

/// Draws the page.
pub(super) fn draw(
    model: &Model,
    help: &Help,
    canvas: &mut Canvas<'_>,
    body: Rect,
) -> Option<(u16, u16)> {
    let width = body.width.saturating_sub(4).min(110);
    let area = Rect::new(body.x + (body.width - width) / 2, body.y, width, body.height);
    canvas.clear(area);
    let rows = rows(model, help);
    let title = format!("Keys of {}", help.place.as_str());
    let count = format!("{} keys; type to search", rows.len());
    let inner = canvas.pane(
        area,
        Caption { title: &title, count: &count, foot: "Esc closes" },
        Focus::Here,
    );
    canvas.text(inner.x, inner.y, 2, "/", Role::Key);
    let line = Rect::new(inner.x + 2, inner.y, inner.width.saturating_sub(2), 1);
    let cursor = help.input.draw(canvas, line, Role::Text);
    let list = Rect::new(inner.x, inner.y + 1, inner.width, inner.height.saturating_sub(1));
    if rows.is_empty() {
        canvas.text(list.x + 2, list.y, list.width, "No key is about that.", Role::Dim);
    }
    let keys_width = (list.width / 4).clamp(10, 22);
    let x = list.x + keys_width;
    let width = list.right().saturating_sub(x);
    let sentences = |row: usize| wrap(rows[row].1.help, width);
    let height = |row: usize| u16::try_from(sentences(row).len().max(1)).unwrap_or(1);
    let (first, end) = help.window.tall(rows.len(), list.height, height);
    let mut y = list.y;
    for (row, (keys, entry)) in rows.iter().enumerate().take(end).skip(first) {
        let keys = canvas.glyphs().keys(keys);
        canvas.cut(list.x + 1, y, keys_width - 2, &keys, Role::Key);
        for (y, line) in (y..list.bottom()).zip(wrap(entry.help, width)) {
            canvas.text(x, y, width, &line, Role::Text);
        }
        let lines = height(row);
        if row == help.window.cursor {
            let tinted = Rect::new(list.x, y, list.width, lines);
            canvas.tint(tinted.intersection(list), Role::Selected);
        }
        y += lines;
    }
    cursor
}
