//! Small overlays: a menu, a line of input, a question, and the possible next keys of a sequence.

use ratatui::layout::Rect;

use crate::station::model::layer::{Menu, Prompt, Purpose, Question, Yes};
use crate::station::model::{Model, WHICH_KEY_MS};
use crate::station::symbols::Focus;
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, Caption, columns, wrap};

/// A box of that size in the middle of the body, limited to it.
pub(super) fn middle(body: Rect, width: u16, height: u16) -> Rect {
    let width = width.min(body.width);
    let height = height.min(body.height);
    Rect::new(body.x + (body.width - width) / 2, body.y + (body.height - height) / 3, width, height)
}

/// Draws a menu.
pub(super) fn menu(menu: &Menu, canvas: &mut Canvas<'_>, body: Rect) -> Option<(u16, u16)> {
    let widest = menu.items.iter().map(|item| columns(&item.label) + columns(&item.note) + 8).max();
    let height = u16::try_from(menu.items.len()).unwrap_or(u16::MAX).saturating_add(2);
    let area = middle(body, widest.unwrap_or(20).max(30), height);
    canvas.clear(area);
    let inner = canvas.pane(area, Caption { title: menu.title, count: "", foot: "" }, Focus::Here);
    let shown = menu.window.shown(menu.items.len(), usize::from(inner.height));
    for (y, row) in (inner.top()..inner.bottom()).zip(shown) {
        let item = &menu.items[row];
        let key = item.key.to_string();
        let end = canvas.pieces(
            inner.x + 1,
            y,
            inner.width.saturating_sub(2),
            &[(&key, Role::Key), ("  ", Role::Text), (&item.label, Role::Text), ("  ", Role::Text)],
        );
        canvas.cut(end, y, inner.right().saturating_sub(end), &item.note, Role::Dim);
        if row == menu.window.cursor {
            canvas.tint(Rect::new(inner.x, y, inner.width, 1), Role::Selected);
        }
    }
    None
}

/// Draws a line of input at the bottom of the body, so that the filtered list stays visible.
pub(super) fn prompt(
    model: &Model,
    prompt: &Prompt,
    canvas: &mut Canvas<'_>,
    body: Rect,
) -> Option<(u16, u16)> {
    let (title, hint) = match prompt.purpose {
        Purpose::FilterStudies => {
            let (shown, all) = model.studies.counts();
            (
                "Filter",
                format!("{shown} of {all}  words, tag:spring, state:live, score<4, nps<0, n>100"),
            )
        }
        Purpose::FilterQuotes => {
            ("Filter answers", format!("{} answers", model.open_study.results.found.len()))
        }
        Purpose::FilterLogs => ("Look for", format!("{} entries", model.logs.shown().len())),
        Purpose::Tags(_) => ("Tags", "separated by commas".to_owned()),
    };
    let area = Rect::new(body.x, body.bottom().saturating_sub(3), body.width, 3.min(body.height));
    canvas.clear(area);
    let inner = canvas.pane(area, Caption { title, count: &hint, foot: "" }, Focus::Here);
    prompt.input.draw(canvas, inner, Role::Text)
}

/// Draws a question.
pub(super) fn question(
    question: &Question,
    canvas: &mut Canvas<'_>,
    body: Rect,
) -> Option<(u16, u16)> {
    let width = 66.min(body.width.saturating_sub(4));
    let room = width.saturating_sub(4);
    let lines: Vec<String> = question.lines.iter().flat_map(|line| wrap(line, room)).collect();
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(4);
    let area = middle(body, width, height);
    canvas.clear(area);
    let caption = Caption { title: &question.title, count: "", foot: "" };
    let inner = canvas.pane(area, caption, Focus::Here);
    let mut y = inner.y;
    for line in &lines {
        canvas.text(inner.x + 1, y, room, line, Role::Text);
        y += 1;
    }
    let yes = format!(" {}   ", question.yes);
    let (key, stay) = match question.by {
        Yes::Enter => ("Enter", "Esc"),
        Yes::Letter => ("y", "Enter"),
    };
    let other = question
        .other
        .as_ref()
        .map(|other| (other.key.to_string(), format!(" {}   ", other.label)));
    let mut pieces = vec![(key, Role::Key), (yes.as_str(), Role::Text)];
    if let Some((key, label)) = &other {
        pieces.extend([(key.as_str(), Role::Key), (label.as_str(), Role::Text)]);
    }
    pieces.extend([(stay, Role::Key), (" stay", Role::Text)]);
    canvas.pieces(inner.x + 1, (y + 1).min(inner.bottom().saturating_sub(1)), room, &pieces);
    None
}

/// Draws the possible next keys of a sequence, after a delay.
pub(super) fn which_key(model: &Model, canvas: &mut Canvas<'_>, body: Rect) {
    let pending = &model.pending;
    if pending.keys.is_empty() || model.now.ms < pending.since + WHICH_KEY_MS {
        return;
    }
    let place = model.place();
    let next = model.keymap.continuations(place, &pending.keys);
    let height = u16::try_from(next.len()).unwrap_or(u16::MAX).saturating_add(2).min(body.height);
    let width = 36.min(body.width);
    let area = Rect::new(body.right() - width, body.bottom() - height, width, height);
    canvas.clear(area);
    let keys: Vec<String> = pending.keys.iter().map(ToString::to_string).collect();
    let title = format!("{} {}", keys.join(" "), canvas.glyphs().ellipsis());
    let inner = canvas.pane(area, Caption { title: &title, count: "", foot: "" }, Focus::Here);
    for (y, (chord, action)) in (inner.top()..inner.bottom()).zip(next) {
        let key = canvas.glyphs().keys(&chord.to_string());
        let end = canvas.text(inner.x + 1, y, 6, &key, Role::Key);
        canvas.cut(
            end + 2,
            y,
            inner.right().saturating_sub(end + 2),
            action.entry().label,
            Role::Text,
        );
    }
}
