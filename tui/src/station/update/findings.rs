//! Findings screen input: the status of the finding under the cursor, taking a change back, and the answers that a finding
//! quotes.

use protocol::finding::{FindingChange, FindingStatus};
use protocol::id::StudyId;

use super::can_ask;
use crate::station::effect::{Call, Effect};
use crate::station::model::findings::{FindingPane, Undo};
use crate::station::model::layer::{Layer, Person};
use crate::station::model::{Model, Tone, sanitize};
use crate::station::screens::findings as screen;
use crate::station::widgets::window::{Move, Window};

/// Sets the status of the finding under the cursor.
pub(super) fn set(model: &mut Model, status: FindingStatus) -> Vec<Effect> {
    let Some(found) = screen::selected(model).map(|finding| (finding.id, finding.status())) else {
        model.say(Tone::Trouble, "There is no finding under the cursor.");
        return Vec::new();
    };
    let (finding, now) = found;
    if now == status {
        model.say(Tone::Done, format!("Finding {finding} is {status} already."));
        return Vec::new();
    }
    call(model, finding, status)
}

/// Takes back the last change of a status.
pub(super) fn undo(model: &mut Model) -> Vec<Effect> {
    let Some(undo) = model.open_study.findings.last_change() else {
        model.say(Tone::Trouble, "There is no change of a status to take back.");
        return Vec::new();
    };
    model.open_study.findings.taken_back = Some(undo);
    call(model, undo.finding, undo.before)
}

fn call(model: &mut Model, finding: u32, status: FindingStatus) -> Vec<Effect> {
    let Some(study) = model.open_study.study else { return Vec::new() };
    if !screen::have_status(model) {
        let text = "Only findings of a study with results have a status.";
        model.say(Tone::Trouble, text);
        return Vec::new();
    }
    if !can_ask(model) {
        return Vec::new();
    }
    vec![Effect::Call(Call::SetFinding(study, finding, status))]
}

/// Shows a finding with its new status, and remembers the one before.
pub(super) fn was_set(model: &mut Model, study: StudyId, mut set: FindingChange) {
    sanitize::finding(&mut set.finding);
    let (number, now) = (set.finding.id, set.finding.status());
    if model.open_study.study == Some(study) {
        let view = &mut model.open_study.findings;
        if view.taken_back == Some(Undo { finding: number, before: now }) {
            view.taken_back = None;
            view.forget_last();
        } else if set.before != now {
            view.note(Undo { finding: number, before: set.before });
        }
        let results = model.open_study.report.as_mut().and_then(|report| report.results.as_mut());
        let found = results
            .and_then(|results| results.findings.iter_mut().find(|known| known.id == number));
        if let Some(found) = found {
            *found = set.finding;
        }
        if let Some(report) = model.open_study.report.clone() {
            model.studies.keep_report(report);
        }
        let rows = screen::rows(model);
        model.open_study.findings.list.go(Move::By(0), rows);
    }
    model.say(Tone::Done, format!("Finding {number} is {now}; z takes it back."));
}

/// Lists the findings of the next status.
pub(super) fn next_status(model: &mut Model) -> Vec<Effect> {
    model.open_study.findings.turn_status();
    Vec::new()
}

/// Moves in the focused pane.
pub(super) fn go(model: &mut Model, step: Move) {
    match model.open_study.findings.pane {
        FindingPane::List => {
            let rows = screen::rows(model);
            model.open_study.findings.list.go(step, rows);
            model.open_study.findings.quotes = Window::default();
        }
        FindingPane::Quotes => {
            let rows = screen::selected(model).map_or(0, |finding| finding.key_quotes.len());
            model.open_study.findings.quotes.go(step, rows);
        }
    }
}

/// Opens the answer of the quote under the cursor, among the other answers that the finding quotes.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let Some(finding) = screen::selected(model) else {
        model.say(Tone::Trouble, "There is no finding under the cursor.");
        return Vec::new();
    };
    let people: Vec<u32> =
        finding.key_quotes.iter().map(|quote| quote.answer.0.saturating_sub(1)).collect();
    if people.is_empty() {
        model.say(Tone::Done, "No single answer is quoted for this finding.");
        return Vec::new();
    }
    let at = model.open_study.findings.quotes.cursor.min(people.len() - 1);
    model.layers.push(Layer::Person(Person { people, at, scroll: 0 }));
    super::layers::want_shown_person(model);
    Vec::new()
}
