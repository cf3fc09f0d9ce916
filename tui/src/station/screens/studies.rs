//! Screen 1, the study list with a preview of the study under the cursor. The first start shows an introduction instead
//! of an empty list.

mod preview;
mod welcome;

use std::borrow::Cow;

use jiff::Timestamp;
use protocol::run::{State, Study};
use ratatui::layout::Rect;

use super::frame;
use crate::kinds;
use crate::station::model::filter::state_label;
use crate::station::model::studies::{Arrival, Direction, SavedFilter};
use crate::station::model::{Model, Zoom, watched};
use crate::station::symbols::{Focus, Glyphs};
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, Caption, columns, wrap};
use crate::station::widgets::format::{number, span, thousands};

/// The width from which on the preview is next to the list.
const BESIDE_FROM: u16 = 110;
/// Lines of the preview below the list.
const BELOW: u16 = 7;

/// The areas of list and preview.
fn panes(model: &Model, body: Rect) -> (Rect, Option<Rect>) {
    let (_, all) = model.studies.counts();
    if model.zoom == Zoom::One || all == 0 {
        return (body, None);
    }
    if body.width >= BESIDE_FROM {
        let side = (body.width * 2 / 5).min(70);
        let list = Rect { width: body.width - side, ..body };
        return (list, Some(Rect { x: list.right(), width: side, ..body }));
    }
    if body.height >= BELOW + 8 {
        let list = Rect { height: body.height - BELOW, ..body };
        return (list, Some(Rect { y: list.bottom(), height: BELOW, ..body }));
    }
    (body, None)
}

/// The row of the list at a cell.
pub(super) fn row_at(model: &Model, x: u16, y: u16) -> Option<usize> {
    let (width, height) = model.size;
    let (list, _) = panes(model, frame::body(Rect::new(0, 0, width, height)));
    let first = list.y + 2;
    let inside = (list.x + 1..list.right().saturating_sub(1)).contains(&x)
        && (first..list.bottom().saturating_sub(1)).contains(&y);
    let (rows, _) = model.studies.counts();
    let shown = model.studies.window.shown(rows, usize::from(list.height.saturating_sub(3)));
    let row = shown.start + usize::from(y.saturating_sub(first));
    (inside && shown.contains(&row)).then_some(row)
}

/// The breadcrumb.
pub(super) fn trail(model: &Model) -> Vec<(String, Role)> {
    let studies = &model.studies;
    let (shown, all) = studies.counts();
    let saved_filter = match studies.saved_filter {
        SavedFilter::Current => "studies",
        SavedFilter::Archived => "studies / archived",
    };
    let arrow = match studies.direction {
        Direction::Falling => "falling",
        Direction::Rising => "rising",
    };
    let mut facts = vec![
        (saved_filter.to_owned(), Role::Text),
        (format!("{shown} of {all}"), Role::Dim),
        (format!("sort: {} {arrow}", studies.column.label()), Role::Dim),
    ];
    if !studies.filter.is_empty() {
        // Studies of other types have no such score and are filtered out on purpose.
        let whose = studies.scores_of.map(|kind| format!(" ({} only)", kinds::view(kind).title));
        let whose = whose.unwrap_or_default();
        facts.push((format!("filter: {}{whose}", studies.filter), Role::Match));
    }
    if !studies.marked.is_empty() {
        facts.push((format!("{} marked", studies.marked.len()), Role::Marked));
    }
    facts
}

/// Draws the screen.
pub(super) fn draw(model: &Model, canvas: &mut Canvas<'_>, body: Rect) {
    let (list, side) = panes(model, body);
    let (shown, all) = model.studies.counts();
    let count = if all == 0 { String::new() } else { format!("{shown} of {all}") };
    let caption = Caption { title: "Studies", count: &count, foot: "" };
    let inner = canvas.pane(list, caption, Focus::Here);
    if all == 0 {
        match (model.studies.arrival, model.studies.saved_filter) {
            (Arrival::Awaited, _) => {
                canvas.text(
                    inner.x + 2,
                    inner.y + 1,
                    inner.width,
                    "The daemon is being asked.",
                    Role::Dim,
                );
            }
            (Arrival::Here, SavedFilter::Archived) => {
                let text = "Nothing is put away. A goes back to the list.";
                canvas.text(inner.x + 2, inner.y + 1, inner.width, text, Role::Dim);
            }
            (Arrival::Here, SavedFilter::Current) => welcome::draw(model, canvas, inner),
        }
        return;
    }
    if shown == 0 {
        let width = inner.width.saturating_sub(2);
        let why = model.studies.trouble.as_deref().unwrap_or("No study meets the filter.");
        let text = format!("{why} Esc clears it, / changes it.");
        for (y, line) in (inner.y + 1..inner.bottom()).zip(wrap(&text, width).iter().take(2)) {
            canvas.text(inner.x + 2, y, width, line, Role::Dim);
        }
        if model.studies.scores_of.is_some() {
            let text =
                "score<4 is about concept tests, or about the type you name: type:nps score<0.";
            for (y, line) in (inner.y + 3..inner.bottom()).zip(wrap(text, width)) {
                canvas.text(inner.x + 2, y, width, &line, Role::Dim);
            }
        }
    }
    rows(model, canvas, inner);
    if let (Some(side), Some(study)) = (side, model.studies.selected()) {
        preview::draw(model, study, canvas, side);
    }
}

/// The columns of the list.
struct Columns {
    name: u16,
    state: u16,
    answers: u16,
    score: u16,
    when: u16,
    kind: u16,
}

impl Columns {
    fn of(width: u16) -> Self {
        // A narrow list gives names the remaining columns.
        let (state, answers, score) = if width >= 100 { (14, 15, 15) } else { (13, 14, 11) };
        let when = if width >= 62 { 8 } else { 0 };
        let kind = if width >= 84 { 14 } else { 0 };
        let name = width.saturating_sub(3 + state + answers + score + when + kind);
        Self { name, state, answers, score, when, kind }
    }
}

fn rows(model: &Model, canvas: &mut Canvas<'_>, area: Rect) {
    let wide = Columns::of(area.width);
    let x = area.x + 3;
    let heads = [
        ("NAME", wide.name, false),
        ("STATE", wide.state, false),
        ("ANSWERS", wide.answers, true),
        ("SCORE", wide.score, true),
        ("AGE", wide.when, true),
        ("TYPE", wide.kind, false),
    ];
    let mut at = x;
    for (head, width, right) in heads {
        if width > 0 && right {
            canvas.right(at, area.y, width.saturating_sub(1), head, Role::Dim);
        } else if width > 0 {
            canvas.cut(at, area.y, width, head, Role::Dim);
        }
        at += width;
    }
    let (count, _) = model.studies.counts();
    let height = usize::from(area.height.saturating_sub(1));
    let shown = model.studies.window.shown(count, height);
    for (y, row) in (area.y + 1..area.bottom()).zip(shown) {
        let Some(study) = model.studies.row(row) else { break };
        let line = Rect::new(area.x, y, area.width, 1);
        draw_row(model, study, canvas, line, &wide);
        if row == model.studies.window.cursor {
            canvas.tint(line, Role::Selected);
            canvas.text(area.x, y, 1, canvas.glyphs().cursor(), Role::Accent);
        }
    }
}

fn draw_row(model: &Model, study: &Study, canvas: &mut Canvas<'_>, line: Rect, wide: &Columns) {
    let glyphs = canvas.glyphs();
    if model.studies.marked.contains(&study.id) {
        canvas.text(line.x + 1, line.y, 1, glyphs.marked(), Role::Marked);
    }
    if let Some(file) = model.watched.file_of(study.id) {
        let (_, role) = watched::state_of(file);
        let mark = match role {
            Role::Bad | Role::Warning => glyphs.warning(),
            _ => glyphs.watched(),
        };
        canvas.text(
            line.x + 2,
            line.y,
            1,
            mark,
            if role == Role::Text { Role::Accent } else { role },
        );
    }
    let mut x = line.x + 3;
    canvas.cut(x, line.y, wide.name.saturating_sub(1), &study.name, Role::Text);
    x += wide.name;
    let (mark, role) = state_mark(study, glyphs);
    let state = format!("{mark} {}", stands(study));
    canvas.text(x, line.y, wide.state, &state, role);
    x += wide.state;
    let panel = study.asked_now();
    let answers =
        format!("{}/{}", thousands(panel.delivered.into()), thousands(panel.requested.into()));
    let short = study.state == State::Completed && panel.delivered < panel.requested;
    let role = if short { Role::Warning } else { Role::Text };
    canvas.right(x, line.y, wide.answers.saturating_sub(1), &answers, role);
    x += wide.answers;
    canvas.right(x, line.y, wide.score.saturating_sub(1), &score(model, study, glyphs), Role::Text);
    x += wide.score;
    if wide.when > 0 {
        let age = age(study.created_at, model.now.wall);
        canvas.right(x, line.y, wide.when.saturating_sub(1), &age, Role::Dim);
        x += wide.when;
    }
    if wide.kind > 0 {
        canvas.cut(x, line.y, wide.kind, kinds::view(study.instrument).title, Role::Dim);
    }
}

/// The state in a word; of a study that asks several rounds, the round.
fn stands(study: &Study) -> Cow<'static, str> {
    match study.round.filter(|_| study.state == State::Running) {
        Some(round) if round.confirms => "fresh panel".into(),
        Some(round) => format!("round {}/{}", round.round, round.rounds).into(),
        None => state_label(study.state).into(),
    }
}

/// The main estimate with its half width; without one, the number of answers.
fn score(model: &Model, study: &Study, glyphs: Glyphs) -> String {
    let main = kinds::view(study.instrument).main;
    let (Some(measure), Some(estimate)) = (main, model.studies.main(study)) else {
        return glyphs.none().to_owned();
    };
    let value = number(estimate.value, measure.decimals, glyphs);
    match (estimate.low, estimate.high) {
        (Some(low), Some(high)) => {
            let half = number(
                (high - low) / 2.0,
                measure.decimals + usize::from(measure.decimals > 0),
                glyphs,
            );
            format!("{value} {}{half}", glyphs.plus_minus())
        }
        _ => format!("{value} n={}", thousands(estimate.n)),
    }
}

/// The glyph and the colour of a state.
pub(super) fn state_mark(study: &Study, glyphs: Glyphs) -> (&'static str, Role) {
    match study.state {
        State::Draft | State::Queued => (glyphs.waiting(), Role::Dim),
        State::Running | State::Finalizing => (glyphs.running(), Role::Running),
        State::Paused => (glyphs.paused(), Role::Warning),
        State::Completed if study.panel.delivered < study.panel.requested => {
            (glyphs.good(), Role::Warning)
        }
        State::Completed => (glyphs.good(), Role::Good),
        State::Failed => (glyphs.bad(), Role::Bad),
        State::Cancelled => (glyphs.bad(), Role::Dim),
    }
}

/// The age of a time.
pub(super) fn age(then: Timestamp, now: Timestamp) -> String {
    span(u64::try_from(now.as_second() - then.as_second()).unwrap_or(0))
}

/// A label and a text on one line.
pub(super) fn fact(canvas: &mut Canvas<'_>, line: Rect, label: &str, text: &str, role: Role) {
    let width = 10.max(columns(label) + 1).min(line.width);
    canvas.cut(line.x, line.y, width, label, Role::Dim);
    canvas.cut(line.x + width, line.y, line.width - width, text, role);
}
