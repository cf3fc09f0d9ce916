//! Screen 2, the live panel: it shows how the panel fills. The mosaic takes most of the area; next to it are the
//! running estimate, the rate and the cost, and the answers as they arrive.

pub(super) mod answers;
mod tally;

use protocol::run::{State, Study};
use ratatui::layout::Rect;

use super::chain::under_way;
use super::{SYNTHETIC, frame, rejected, studies};
use crate::station::model::filter::state_label;
use crate::station::model::open_study::{LivePane, OpenStudy};
use crate::station::model::people;
use crate::station::model::{Model, Zoom};
use crate::station::symbols::Focus;
use crate::station::theme::Role;
use crate::station::widgets::bar::bar;
use crate::station::widgets::canvas::{Canvas, Caption, columns};
use crate::station::widgets::format::{number, span, thousands};
use crate::station::widgets::mosaic::{Arrangement, Mosaic, NO_SCORE, PENDING, UNREAD};

/// The width from which on the answers are next to the mosaic.
const BESIDE_FROM: u16 = 110;
/// Lines of the panes below the mosaic.
const BELOW: u16 = 10;
/// Lines of the tally above the answers.
const TALLY: u16 = 9;

/// The areas of the panes.
struct LivePanes {
    mosaic: Option<Rect>,
    tally: Option<Rect>,
    answers: Option<Rect>,
}

fn panes(model: &Model, body: Rect) -> LivePanes {
    if model.zoom == Zoom::One {
        return match model.open_study.pane {
            LivePane::Mosaic => LivePanes { mosaic: Some(body), tally: None, answers: None },
            LivePane::Answers => LivePanes { mosaic: None, tally: None, answers: Some(body) },
        };
    }
    if body.width >= BESIDE_FROM {
        let side = (body.width * 2 / 5).min(80);
        let mosaic = Rect { width: body.width - side, ..body };
        let column = Rect { x: mosaic.right(), width: side, ..body };
        let tally = Rect { height: TALLY, ..column };
        let answers = Rect { y: tally.bottom(), height: column.height - TALLY, ..column };
        return LivePanes { mosaic: Some(mosaic), tally: Some(tally), answers: Some(answers) };
    }
    let below = BELOW.min(body.height / 2);
    let mosaic = Rect { height: body.height - below, ..body };
    let row = Rect { y: mosaic.bottom(), height: below, ..body };
    let tally = Rect { width: row.width * 2 / 5, ..row };
    let answers = Rect { x: tally.right(), width: row.width - tally.width, ..row };
    LivePanes { mosaic: Some(mosaic), tally: Some(tally), answers: Some(answers) }
}

/// The area of the mosaic within its frame.
pub(crate) fn mosaic_area(model: &Model) -> Rect {
    let (width, height) = model.size;
    let body = rejected::below(model, frame::body(Rect::new(0, 0, width, height)));
    let pane = panes(model, body).mosaic.unwrap_or_default();
    Rect::new(pane.x + 1, pane.y + 1, pane.width.saturating_sub(2), pane.height.saturating_sub(2))
}

/// The respondent at a cell of the mosaic.
pub(super) fn person_at(model: &Model, x: u16, y: u16) -> Option<usize> {
    let area = mosaic_area(model);
    let study = model.study()?;
    area.contains((x, y).into()).then_some(())?;
    mosaic(model, study).geometry(area, model.theme.has_half_blocks()).person_at(area, x, y)
}

/// The mosaic of the panel.
pub(crate) fn mosaic<'a>(model: &'a Model, study: &Study) -> Mosaic<'a> {
    let kind = OpenStudy::instrument(study);
    let cursor = (model.open_study.pane == LivePane::Mosaic).then_some(model.open_study.person);
    let (low, high) = kind.scale;
    let label_width = (low..=high).map(|mark| columns(&(kind.mark)(mark))).max().unwrap_or(0);
    Mosaic {
        scores: &model.open_study.marks,
        scale: kind.scale,
        label: kind.mark,
        label_width,
        arrangement: model.open_study.arrangement,
        cursor,
    }
}

/// The breadcrumb and the progress.
pub(super) fn trail(model: &Model) -> Vec<(String, Role)> {
    let Some(study) = model.study() else { return vec![("no study".to_owned(), Role::Dim)] };
    let glyphs = model.theme.glyphs();
    let panel = study.asked_now();
    let share = f64::from(panel.settled()) / f64::from(panel.requested.max(1));
    let (_, role) = studies::state_mark(study, glyphs);
    let cells = if model.size.0 < 80 { 6 } else { 16 };
    let mut facts = vec![(study.name.clone(), Role::Text)];
    match &study.reason {
        // The reason of a halt matters more than the progress.
        Some(reason) => facts.push((format!("{}: {reason}", state_label(study.state)), role)),
        None => facts.extend([
            (state_label(study.state).to_owned(), role),
            (
                format!("{} {}%", bar(share, cells, glyphs), number(share * 100.0, 0, glyphs)),
                Role::Bar,
            ),
        ]),
    }
    let count =
        format!("{}/{}", thousands(panel.settled().into()), thousands(panel.requested.into()));
    facts.push((study.round.map_or(count, under_way), Role::Text));
    let live = model.open_study.live.as_ref();
    let silence = live.and_then(|live| live.silence.as_ref());
    if live.is_some_and(|live| live.no_writes.is_some()) {
        // The full reason is too long here; the study continues by itself afterwards.
        let said = "the store takes no writes: `demoscope daemon status` says why";
        facts.push((said.to_owned(), Role::Warning));
    } else if study.state == State::Running
        && let Some(silence) = silence
    {
        let said = match (silence.asks_s, silence.paced_s) {
            (None, None) => format!("no reply for {}", span(silence.seconds)),
            _ => silence.brief(),
        };
        facts.push((said, Role::Warning));
    } else if study.state == State::Running
        && let Some(eta) = model.open_study.eta_s(study)
    {
        facts.push((format!("ready in {}", span(eta)), Role::Dim));
    }
    facts.push((SYNTHETIC.to_owned(), Role::Dim));
    facts
}

/// Draws the screen.
pub(super) fn draw(model: &Model, canvas: &mut Canvas<'_>, body: Rect) {
    let Some(study) = model.study() else {
        frame::nothing_open(canvas, body, "Live");
        return;
    };
    let panes = panes(model, body);
    if let Some(area) = panes.mosaic {
        draw_mosaic(model, study, canvas, area);
    }
    if let Some(area) = panes.tally {
        tally::draw(model, study, canvas, area);
    }
    if let Some(area) = panes.answers {
        answers::draw(model, study, canvas, area);
    }
}

fn draw_mosaic(model: &Model, study: &Study, canvas: &mut Canvas<'_>, area: Rect) {
    let glyphs = canvas.glyphs();
    let picture = mosaic(model, study);
    let inner = Rect::new(
        area.x + 1,
        area.y + 1,
        area.width.saturating_sub(2),
        area.height.saturating_sub(2),
    );
    let geometry = picture.geometry(inner, canvas.theme.has_half_blocks());
    let per_dot = geometry.per_dot();
    let people = thousands(study.panel.requested.into());
    let title = if per_dot > 1 {
        format!("Panel {people} people, 1 dot {} {per_dot}", glyphs.about())
    } else {
        format!("Panel {people} people")
    };
    let order = match model.open_study.arrangement {
        Arrangement::Asked => "as asked",
        Arrangement::ByScore => "by score",
    };
    let foot = under_cursor(model, study).unwrap_or_else(|| legend(study, canvas));
    let caption = Caption { title: &title, count: order, foot: &foot };
    let focus = Focus::of(&LivePane::Mosaic, &model.open_study.pane);
    let inner = canvas.pane(area, caption, focus);
    if picture.scores.is_empty() {
        let text = match study.state {
            State::Queued => "Waiting for its turn.",
            State::Failed | State::Cancelled => "Nobody answered.",
            _ => "The first answers are on their way.",
        };
        canvas.text(inner.x + 1, inner.y, inner.width.saturating_sub(1), text, Role::Dim);
        return;
    }
    picture.draw(canvas, inner, &geometry);
}

/// The respondent under the cursor.
fn under_cursor(model: &Model, study: &Study) -> Option<String> {
    let person = model.open_study.person;
    if model.open_study.pane != LivePane::Mosaic {
        return None;
    }
    let ordinal = u32::try_from(person).ok()?;
    let state = match model.open_study.marks.get(person).copied()? {
        PENDING => "has not answered".to_owned(),
        NO_SCORE => "gave no answer".to_owned(),
        UNREAD => "answered, being loaded".to_owned(),
        mark => (OpenStudy::instrument(study).mark)(i32::from(mark) - 1),
    };
    let who = model
        .open_study
        .responses
        .get(&ordinal)
        .map(|response| people::brief(&response.respondent));
    Some(format!("p{} {} {state}", person + 1, who.unwrap_or_default()))
}

/// The legend of the mosaic.
fn legend(study: &Study, canvas: &Canvas<'_>) -> String {
    let glyphs = canvas.glyphs();
    let kind = OpenStudy::instrument(study);
    let (low, high) = kind.scale;
    let shades = glyphs.shades();
    format!(
        "{} waiting  {} {}  {} {}  {} no answer",
        glyphs.pending(),
        shades[0],
        (kind.mark)(low),
        shades[3],
        (kind.mark)(high),
        glyphs.failed()
    )
}
