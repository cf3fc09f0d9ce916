//! List of answers as they arrive, newest first: the mark, the respondent, and the reasoning.

use protocol::results::Response;
use protocol::run::{State, Study};
use ratatui::layout::Rect;

use crate::station::model::Model;
use crate::station::model::open_study::{Follow, LivePane, OpenStudy};
use crate::station::model::people;
use crate::station::symbols::Focus;
use crate::station::symbols::Glyphs;
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, Caption, columns, wrap};
use crate::station::widgets::format::span;
use crate::station::widgets::mosaic;

/// Draws the list.
pub(super) fn draw(model: &Model, study: &Study, canvas: &mut Canvas<'_>, area: Rect) {
    let feed = model.open_study.feed();
    let follow = match model.open_study.follow {
        Follow::Newest => "newest first",
        Follow::Still => "held still",
    };
    let count = feed.len().to_string();
    let focus = Focus::of(&LivePane::Answers, &model.open_study.pane);
    let inner = canvas.pane(area, Caption { title: "Answers", count: &count, foot: follow }, focus);
    if feed.is_empty() {
        canvas.missing(inner, &why_empty(model, study));
        return;
    }
    let mut window = model.open_study.feed;
    if model.open_study.follow == Follow::Newest && focus == Focus::Elsewhere {
        window.cursor = 0;
        window.top = 0;
    }
    let layout = AnswerLayout::new(study, inner.width, canvas.glyphs());
    let shown = window.shown(feed.len(), usize::from(inner.height));
    for (y, row) in (inner.top()..inner.bottom()).zip(shown) {
        let line = Rect::new(inner.x, y, inner.width, 1);
        match model.open_study.responses.get(&feed[row]) {
            Some(response) => {
                let said = [layout.line(response)];
                layout.draw((model, study), response, &said, canvas, line);
            }
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
    let worked = model.open_study.live.as_ref().map_or(0, |live| live.elapsed_ms);
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

/// The columns of an answer line, equal for every answer of a list.
#[derive(Clone, Copy, Debug)]
pub(in crate::station::screens) struct AnswerLayout {
    /// Columns of the mark; zero where every answer has the same one.
    mark: u16,
    /// Columns of the respondent.
    who: u16,
    /// First column and width of the reasoning.
    words: u16,
    room: u16,
    glyphs: Glyphs,
}

impl AnswerLayout {
    /// The layout for lines of that width.
    pub(in crate::station::screens) fn new(study: &Study, width: u16, glyphs: Glyphs) -> Self {
        let kind = OpenStudy::instrument(study);
        let (low, high) = kind.scale;
        let mark = match kind.first {
            Some(_) => (low..=high).map(|mark| columns(&(kind.mark)(mark))).max().unwrap_or(1) + 1,
            None => 0,
        };
        let who = (width / 3).min(27);
        let words = mark + who + 1;
        Self { mark, who, words, room: width.saturating_sub(words), glyphs }
    }

    /// The reasoning wrapped to lines, at least one.
    pub(in crate::station::screens) fn lines(&self, response: &Response) -> Vec<String> {
        let said = self.line(response);
        let lines = wrap(&said, self.room);
        if lines.is_empty() { vec![said] } else { lines }
    }

    /// The reasoning on one line in quotation marks.
    pub(in crate::station::screens) fn line(&self, response: &Response) -> String {
        let words = response.answer.reasoning();
        let said = format!("{}{words}{}", self.glyphs.quote_open(), self.glyphs.quote_close());
        protocol::safe::line(&said).into_owned()
    }

    /// Draws an answer: the mark, the respondent, and as much of the reasoning as the area has lines for.
    pub(in crate::station::screens) fn draw(
        &self,
        (model, study): (&Model, &Study),
        response: &Response,
        lines: &[String],
        canvas: &mut Canvas<'_>,
        area: Rect,
    ) {
        let kind = OpenStudy::instrument(study);
        let mark = model.open_study.mark_of(response);
        let (low, high) = kind.scale;
        let place = f64::from(mark - low) / f64::from((high - low).max(1));
        if self.mark > 0 {
            let style = mosaic::label(canvas.theme, place);
            let width = usize::from(self.mark) - 1;
            let shown = format!("{:>width$}", (kind.mark)(mark));
            canvas.put(area.x, area.y, self.mark - 1, &shown, style);
        }
        let who = people::brief(&response.respondent);
        canvas.cut(area.x + self.mark, area.y, self.who, &who, Role::Dim);
        let x = area.x + self.words;
        let last = usize::from(area.height).saturating_sub(1);
        for ((index, line), y) in lines.iter().enumerate().zip(area.top()..area.bottom()) {
            // A cut text ends with a mark.
            if index == last && lines.len() > index + 1 {
                let line = format!("{line} {}", self.glyphs.ellipsis());
                canvas.cut(x, y, self.room, &line, Role::Quote);
            } else {
                canvas.cut(x, y, self.room, line, Role::Quote);
            }
        }
    }
}
