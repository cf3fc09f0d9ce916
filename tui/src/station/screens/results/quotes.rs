//! Quotes pane: the answers behind the entry under the cursor, worst first. The selected answer is shown in full, and
//! all of them where there is room. Enter opens the respondent.

use std::collections::BTreeMap;

use protocol::run::Study;
use ratatui::layout::Rect;

use super::{loading, way_down};
use crate::station::model::Model;
use crate::station::model::results::Pane;
use crate::station::screens::live::answers::AnswerLayout;
use crate::station::symbols::Focus;
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, Caption};
use crate::station::widgets::format::thousands;

/// The height from which on every answer takes several lines.
const ROOMY_FROM: u16 = 18;
/// Lines of an answer that is not selected, at most.
const LINES_MAX: u16 = 4;

/// Draws the list.
pub(super) fn draw(model: &Model, study: &Study, canvas: &mut Canvas<'_>, area: Rect) {
    let view = &model.open_study.results;
    let way = way_down(&view.drill);
    let title = match (way.is_empty(), crate::kinds::view(study.instrument).first) {
        (true, Some(first)) => format!("Answers, {first}"),
        (true, None) => "Answers".to_owned(),
        (false, _) => format!("Answers: {way}"),
    };
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
            "" if view.drill.is_empty() => "Nobody has answered.",
            "" => "Nobody here said that. Esc shows all answers.",
            loading => loading,
        };
        canvas.cut(inner.x + 1, inner.y, inner.width.saturating_sub(1), text, Role::Dim);
        return;
    }
    let line = Rect { x: inner.x + 1, width: inner.width.saturating_sub(1), ..inner };
    let layout = AnswerLayout::new(study, line.width, canvas.glyphs());
    let answer = |row: usize| model.open_study.responses.get(view.found.get(row)?);
    let has_cursor = |row: usize| focus == Focus::Here && row == view.quotes.cursor;
    // The wrapped lines that were measured are reused for drawing.
    let mut broken: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let height = |row: usize, broken: &mut BTreeMap<usize, Vec<String>>| {
        let most = match (has_cursor(row), inner.height >= ROOMY_FROM) {
            (true, _) => inner.height,
            (false, true) => LINES_MAX,
            (false, false) => 1,
        };
        if most == 1 {
            return 1;
        }
        let lines = broken.entry(row).or_insert_with(|| {
            answer(row).map(|response| layout.lines(response)).unwrap_or_default()
        });
        u16::try_from(lines.len()).unwrap_or(u16::MAX).clamp(1, most)
    };
    let (first, _) =
        view.quotes.tall(view.found.len(), inner.height, |row| height(row, &mut broken));
    let mut y = inner.y;
    for row in first..view.found.len() {
        let Some(response) = answer(row) else { continue };
        let room = inner.bottom().saturating_sub(y);
        if room == 0 {
            return;
        }
        let tall = height(row, &mut broken).min(room);
        let area = Rect { y, height: tall, ..line };
        match broken.get(&row).filter(|_| tall > 1) {
            Some(lines) => layout.draw((model, study), response, lines, canvas, area),
            None => {
                let said = [layout.line(response)];
                layout.draw((model, study), response, &said, canvas, area);
            }
        }
        if has_cursor(row) {
            canvas.tint(Rect { x: inner.x, width: inner.width, ..area }, Role::Selected);
            canvas.text(inner.x, y, 1, canvas.glyphs().cursor(), Role::Accent);
        }
        y += tall;
    }
}
