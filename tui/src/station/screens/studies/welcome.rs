//! Welcome page of a first start: what the program is, and the three keys to begin.

use ratatui::layout::Rect;

use crate::station::action::{Action, Place};
use crate::station::model::Model;
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, wrap};

/// Draws the page.
pub(super) fn draw(model: &Model, canvas: &mut Canvas<'_>, area: Rect) {
    let key =
        |action| model.keymap.keys(Place::Studies, action).into_iter().next().unwrap_or_default();
    let inner = Rect::new(area.x + 3, area.y + 1, area.width.saturating_sub(6), area.height);
    let mut y = inner.y;
    let mut put = |text: &str, role: Role| {
        for line in wrap(text, inner.width) {
            if y < area.bottom() {
                canvas.text(inner.x, y, inner.width, &line, role);
            }
            y += 1;
        }
    };
    put("Test ideas on a synthetic panel", Role::Strong);
    put("", Role::Text);
    put(
        "Write an idea, a headline or an offer. A panel of computed people reads it and answers; you watch the answers \
         come in and then read who liked it, who did not, and why.",
        Role::Text,
    );
    put("", Role::Text);
    for (action, text) in [
        (Action::Open, "try the example study: it is filled in, you only run it"),
        (Action::New, "write your own"),
        (Action::Help, "see every key"),
        (Action::Quit, "leave; the daemon keeps your studies"),
    ] {
        put(&format!("{:>7}  {text}", key(action)), Role::Accent);
    }
    put("", Role::Text);
    put(
        "These respondents are computed, not asked. Use them to rank ideas and to find objections early, and ask people \
         before you bet on a number.",
        Role::Dim,
    );
}
