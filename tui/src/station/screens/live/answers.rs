//! The answers as they come, newest first: the mark, who it is, and what they said.

use protocol::results::Response;
use protocol::run::{State, Study};
use ratatui::layout::Rect;

use crate::station::instrument;
use crate::station::model::Model;
use crate::station::model::lens::{Follow, Lens, LivePane};
use crate::station::model::people;
use crate::station::symbols::Focus;
use crate::station::symbols::Glyphs;
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, Caption, columns, wrap};
use crate::station::widgets::format::span;
use crate::station::widgets::mosaic;

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
        canvas.missing(inner, &why_empty(model, study));
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
            Some(response) => quote(model, study, response, canvas, line),
            None => {
                let loading = format!("p{} {}", feed[row] + 1, canvas.glyphs().ellipsis());
                canvas.text(line.x, y, line.width, &loading, Role::Dim);
            }
        }
        if focus == Focus::Here && row == window.cursor {
            canvas.tint(line, Role::Selected);
        }
    }
}

/// Why there is no answer, and what to do about it.
fn why_empty(model: &Model, study: &Study) -> String {
    const SILENT_MS: u64 = 5_000;
    let worked = model.lens.live.as_ref().map_or(0, |live| live.elapsed_ms);
    match study.state {
        State::Queued | State::Draft => "It waits for its turn.".to_owned(),
        State::Running if worked >= SILENT_MS => format!(
            "Nobody has answered for {}. `demoscope engines check {}` says whether the engine can be reached.",
            span(worked / 1000),
            study.engine
        ),
        state if !state.is_final() => "Nobody has answered yet.".to_owned(),
        _ if study.panel.failed + study.panel.invalid > 0 => {
            format!(
                "Nobody answered. Look at the engine with `demoscope engines check {}`, then ask again.",
                study.engine
            )
        }
        _ => "Nobody answered.".to_owned(),
    }
}

/// Where the parts of an answer stand on its line: columns of the mark, of the person, and where the words begin.
fn parts(study: &Study, width: u16) -> (u16, u16, u16) {
    let kind = Lens::instrument(study);
    let (low, high) = kind.scale;
    // Where every answer has the same mark, it says nothing.
    let mark = match kind.first {
        Some(_) => (low..=high).map(|mark| columns(&(kind.mark)(mark))).max().unwrap_or(1) + 1,
        None => 0,
    };
    let who = (width / 3).min(27);
    (mark, who, mark + who + 1)
}

/// What they said, in quotation marks.
fn said(response: &Response, glyphs: Glyphs) -> String {
    let words = instrument::words(&response.answer);
    let said = format!("{}{words}{}", glyphs.quote_open(), glyphs.quote_close());
    protocol::safe::line(&said).into_owned()
}

/// Lines that an answer takes in full.
pub(in crate::station::screens) fn quote_height(
    study: &Study,
    response: &Response,
    line: Rect,
) -> u16 {
    let (.., words) = parts(study, line.width);
    let lines = wrap(&said(response, Glyphs::Unicode), line.width.saturating_sub(words)).len();
    u16::try_from(lines.max(1)).unwrap_or(u16::MAX)
}

/// One answer: the mark, who it is, and what they said in as many lines as there are.
pub(in crate::station::screens) fn quote(
    model: &Model,
    study: &Study,
    response: &Response,
    canvas: &mut Canvas<'_>,
    area: Rect,
) {
    let kind = Lens::instrument(study);
    let mark = model.lens.mark_of(response);
    let (low, high) = kind.scale;
    let place = f64::from(mark - low) / f64::from((high - low).max(1));
    let (wide, who, words) = parts(study, area.width);
    let style = mosaic::label(canvas.theme, place);
    if wide > 0 {
        let shown = format!("{:>width$}", (kind.mark)(mark), width = usize::from(wide) - 1);
        canvas.put(area.x, area.y, wide - 1, &shown, style);
    }
    canvas.cut(area.x + wide, area.y, who, &people::brief(&response.persona), Role::Dim);
    let room = area.width.saturating_sub(words);
    let said = said(response, canvas.glyphs());
    let lines = if area.height > 1 { wrap(&said, room) } else { vec![said] };
    let last = usize::from(area.height).saturating_sub(1);
    for (index, y) in (area.top()..area.bottom()).enumerate() {
        let Some(line) = lines.get(index) else { break };
        // What does not fit is said to be missing.
        let more = index == last && lines.len() > index + 1;
        let line =
            if more { format!("{line} {}", canvas.glyphs().ellipsis()) } else { line.clone() };
        canvas.cut(area.x + words, y, room, &line, Role::Quote);
    }
}
