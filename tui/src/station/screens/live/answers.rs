//! The answers as they come, newest first: the mark, who it is, and what they said.

use protocol::results::Response;
use protocol::run::Study;
use ratatui::layout::Rect;

use crate::station::instrument;
use crate::station::model::Model;
use crate::station::model::lens::{Follow, Lens, LivePane};
use crate::station::model::people;
use crate::station::symbols::Focus;
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, Caption};

/// Draws the list.
pub(super) fn draw(model: &Model, study: &Study, canvas: &mut Canvas<'_>, area: Rect) {
    let feed = model.lens.feed();
    let follow = match model.lens.follow {
        Follow::Newest => "newest first",
        Follow::Still => "held still",
    };
    let count = feed.len().to_string();
    let focus = Focus::of(&LivePane::Answers, &model.lens.pane);
    let inner = canvas.pane(area, Caption { title: "Answers", count: &count, foot: follow }, focus);
    if feed.is_empty() {
        canvas.cut(inner.x, inner.y, inner.width, "Nobody has answered yet.", Role::Dim);
        return;
    }
    let mut window = model.lens.feed;
    if model.lens.follow == Follow::Newest && focus == Focus::Elsewhere {
        window.cursor = 0;
        window.top = 0;
    }
    let shown = window.shown(feed.len(), usize::from(inner.height));
    for (y, row) in (inner.top()..inner.bottom()).zip(shown) {
        let line = Rect::new(inner.x, y, inner.width, 1);
        match model.lens.responses.get(&feed[row]) {
            Some(response) => quote_line(study, response, canvas, line),
            None => {
                canvas.text(line.x, y, line.width, &format!("p{} …", feed[row] + 1), Role::Dim);
            }
        }
        if focus == Focus::Here && row == window.cursor {
            canvas.tint(line, Role::Selected);
        }
    }
}

/// One answer on one line.
pub(in crate::station::screens) fn quote_line(
    study: &Study,
    response: &Response,
    canvas: &mut Canvas<'_>,
    line: Rect,
) {
    let kind = Lens::instrument(study);
    let mark = instrument::mark(&response.answer);
    let (low, high) = kind.scale;
    let place = f64::from(mark - low) / f64::from((high - low).max(1));
    let label = (kind.mark)(mark);
    let wide = if label.len() > 2 { 8 } else { 3 };
    let style = canvas.theme.score(place);
    canvas.put(line.x, line.y, wide, &label, style);
    let who = people::brief(&response.persona);
    let width = (line.width / 3).min(26);
    let x = canvas
        .cut(line.x + wide, line.y, width, &who, Role::Dim)
        .max(line.x + wide + width.min(18));
    let glyphs = canvas.glyphs();
    let words = instrument::words(&response.answer);
    let said = format!("{}{words}{}", glyphs.quote_open(), glyphs.quote_close());
    let line_said = protocol::safe::line(&said);
    canvas.cut(x + 1, line.y, line.right().saturating_sub(x + 1), &line_said, Role::Quote);
}
