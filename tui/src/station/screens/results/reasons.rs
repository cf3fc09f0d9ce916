//! Reasons view: themes for and against, with their frequency and quotes.

use protocol::results::{Results, Theme, ThemeKind};
use ratatui::layout::Rect;

use crate::station::model::Model;
use crate::station::model::results::{Pane, View};
use crate::station::symbols::Glyphs;
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, columns};
use crate::station::widgets::format::{number, thousands};
use crate::station::widgets::window::Window;

/// Columns of the bar, at least and at most, and of the numbers next to it.
const BAR: u16 = 12;
const BAR_MAX: u16 = 60;
const NUMBERS: u16 = 14;

/// A theme with its number of answers.
pub(super) fn as_text(theme: &Theme, glyphs: Glyphs) -> String {
    let percent = |share: f64| number(share * 100.0, 0, glyphs);
    let interval = match (theme.share.low, theme.share.high) {
        (Some(low), Some(high)) => format!(" [{}, {}]", percent(low), percent(high)),
        _ => String::new(),
    };
    let Theme { theme: name, kind, count, share, .. } = theme;
    let (count, n) = (thousands(*count), thousands(share.n));
    format!("{name} ({kind}): {}%{interval}, {count} of {n}", percent(share.value))
}

/// Draws the themes; below them, one quote of the theme under the cursor.
pub(super) fn draw(model: &Model, results: &Results, canvas: &mut Canvas<'_>, area: Rect) {
    let view = &model.open_study.results;
    // Next to another view, the themes are for reading only and have no cursor.
    let is_main = view.view == View::Reasons;
    let cursor = if is_main { view.main } else { Window::default() };
    if results.themes.is_empty() {
        canvas.cut(
            area.x + 1,
            area.y,
            area.width,
            "No reason was given often enough to be counted.",
            Role::Dim,
        );
        return;
    }
    let glyphs = canvas.glyphs();
    let list = Rect { height: area.height.saturating_sub(2), ..area };
    let shown = cursor.shown(results.themes.len(), usize::from(list.height));
    // The bars are next to the names and get the columns that names and numbers leave.
    let longest = results.themes.iter().map(|theme| columns(&theme.theme)).max().unwrap_or(0);
    let room = area.width.saturating_sub(4 + NUMBERS);
    let name = (longest + 2).min(room.saturating_sub(BAR));
    let bar = room.saturating_sub(name).min(BAR_MAX);
    for (y, index) in (list.top()..list.bottom()).zip(shown) {
        let theme = &results.themes[index];
        let (sign, role) = match theme.kind {
            ThemeKind::Appeal => ("+", Role::Good),
            ThemeKind::Concern => (glyphs.minus(), Role::Bad),
            ThemeKind::Topic => (glyphs.dot(), Role::Accent),
        };
        canvas.text(area.x + 1, y, 1, sign, role);
        canvas.cut(area.x + 3, y, name.saturating_sub(1), &theme.theme, Role::Text);
        let x = area.x + 3 + name;
        canvas.bar(x, y, bar, theme.share.value, canvas.theme.style(role));
        let percent = number(theme.share.value * 100.0, 0, glyphs);
        let range = match (theme.share.low, theme.share.high) {
            (Some(low), Some(high)) => {
                format!(" {}-{}", number(low * 100.0, 0, glyphs), number(high * 100.0, 0, glyphs))
            }
            _ => String::new(),
        };
        canvas.right(x + bar, y, NUMBERS, &format!("{percent}%{range}"), Role::Text);
        if is_main && view.pane == Pane::Main && index == cursor.cursor {
            canvas.tint(Rect::new(area.x, y, area.width, 1), Role::Selected);
        }
    }
    let quote = results.themes.get(cursor.cursor).and_then(|theme| theme.quotes.first());
    if let Some(quote) = quote {
        let text = format!(
            "{}{}{} {}",
            glyphs.quote_open(),
            quote.text,
            glyphs.quote_close(),
            quote.answer
        );
        canvas.cut(
            area.x + 1,
            area.bottom().saturating_sub(1),
            area.width.saturating_sub(2),
            &text,
            Role::Quote,
        );
    }
}
