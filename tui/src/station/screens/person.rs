//! One respondent: everything they said and everything there is to know about them. The bottom of every number.

use ratatui::layout::Rect;

use crate::station::instrument;
use crate::station::model::Model;
use crate::station::model::layer::Person;
use crate::station::model::lens::Lens;
use crate::station::model::people;
use crate::station::symbols::Focus;
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, Caption, wrap};

/// The widest page that reads well.
const WIDTH_MAX: u16 = 92;

/// Draws the page.
pub(super) fn draw(
    model: &Model,
    person: &Person,
    canvas: &mut Canvas<'_>,
    body: Rect,
) -> Option<(u16, u16)> {
    let width = body.width.saturating_sub(4).min(WIDTH_MAX);
    let height = body.height.saturating_sub(2);
    let area = Rect::new(body.x + (body.width - width) / 2, body.y + 1, width, height);
    canvas.clear(area);
    let ordinal = person.people.get(person.at).copied().unwrap_or(0);
    let place = format!("{} of {}", person.at + 1, person.people.len());
    let response = model.lens.responses.get(&ordinal);
    let name = response
        .map_or_else(|| format!("p{}", ordinal + 1), |response| response.persona.name.clone());
    let caption = Caption { title: &name, count: &place, foot: "synthetic respondent" };
    let inner = canvas.pane(area, caption, Focus::Here);
    let text = Rect::new(inner.x + 1, inner.y, inner.width.saturating_sub(2), inner.height);
    let (Some(response), Some(study)) = (response, model.study()) else {
        canvas.text(text.x, text.y, text.width, "Being loaded…", Role::Dim);
        return None;
    };
    let mut lines: Vec<(String, Role)> = vec![(people::brief(&response.persona), Role::Dim)];
    let mark = (Lens::instrument(study).mark)(instrument::mark(&response.answer));
    lines.push((format!("{}  {mark}", response.id), Role::Strong));
    lines.push((String::new(), Role::Text));
    let glyphs = canvas.glyphs();
    let said = format!(
        "{}{}{}",
        glyphs.quote_open(),
        instrument::words(&response.answer),
        glyphs.quote_close()
    );
    lines.extend(wrap(&said, text.width).into_iter().map(|line| (line, Role::Quote)));
    lines.push((String::new(), Role::Text));
    let said = instrument::facts(&response.answer).into_iter();
    let known =
        people::facts(&response.persona).into_iter().map(|(label, text)| (label.to_owned(), text));
    for (label, fact) in said.chain([(String::new(), String::new())]).chain(known) {
        let shown = if label.is_empty() { String::new() } else { format!("{label:<13} {fact}") };
        let wrapped = wrap(&shown, text.width);
        if wrapped.is_empty() {
            lines.push((String::new(), Role::Text));
        }
        lines.extend(wrapped.into_iter().map(|line| (line, Role::Text)));
    }
    let top = person.scroll.min(lines.len().saturating_sub(usize::from(text.height)));
    for (y, (line, role)) in (text.top()..text.bottom()).zip(&lines[top..]) {
        canvas.text(text.x, y, text.width, line, *role);
    }
    None
}
