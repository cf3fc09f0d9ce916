//! Study list input: opening, pausing, cancelling, marking, and requests for the reports of visible rows.

use protocol::id::StudyId;
use protocol::ranking::STUDIES_MIN;
use protocol::run::State;
use protocol::service::Control;

use super::{act, can_ask};
use crate::station::effect::{Call, Effect};
use crate::station::model::drafts::Origin;
use crate::station::model::layer::{Consent, Layer, Question, RankingPage, Yes};
use crate::station::model::requests::Want;
use crate::station::model::studies::{Arrival, SavedFilter};
use crate::station::model::{Again, Model, Screen, Tone};
use crate::station::widgets::format::plural;
use crate::station::widgets::window::Window;

/// Reports requested around the cursor in each direction, so that previews are loaded in advance.
const LOOK_AROUND: usize = 10;

/// Opens the study under the cursor: its results, or its live panel.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let Some(study) = model.studies.selected() else {
        if model.studies.counts() == (0, 0) && model.studies.saved_filter == SavedFilter::Current {
            return super::compose::open_example(model);
        }
        return Vec::new();
    };
    let screen = if study.state == State::Completed { Screen::Results } else { Screen::Live };
    act::show(model, screen)
}

/// The studies that an action applies to.
fn targets(model: &Model) -> Vec<StudyId> {
    match model.screen {
        Screen::Studies => model.studies.targets(),
        Screen::Live | Screen::Results | Screen::Findings => {
            model.open_study.study.into_iter().collect()
        }
    }
}

/// Sends a control operation to the targets it fits; `fits` maps a state to the operation.
fn control(model: &mut Model, fits: impl Fn(State) -> Option<Control>, none: &str) -> Vec<Effect> {
    if !can_ask(model) {
        return Vec::new();
    }
    let calls: Vec<Effect> = targets(model)
        .into_iter()
        .filter_map(|id| {
            let study = model.studies.get(id)?;
            fits(study.state).map(|control| Effect::Call(Call::Control(id, control)))
        })
        .collect();
    if calls.is_empty() {
        model.say(Tone::Trouble, none);
    }
    calls
}

/// Pauses running studies and resumes paused ones.
pub(super) fn pause(model: &mut Model) -> Vec<Effect> {
    let fits = |state| match state {
        State::Queued | State::Running => Some(Control::Pause),
        State::Paused => Some(Control::Resume),
        State::Draft | State::Finalizing | State::Completed | State::Failed | State::Cancelled => {
            None
        }
    };
    control(model, fits, "Only a study that waits, runs or is paused can be paused or go on.")
}

/// Retries failed respondents.
pub(super) fn retry(model: &mut Model) -> Vec<Effect> {
    let fits = |state| matches!(state, State::Completed | State::Failed).then_some(Control::Retry);
    control(model, fits, "Only a study that has ended can ask those again who failed.")
}

/// Archives studies, or unarchives them.
pub(super) fn archive(model: &mut Model) -> Vec<Effect> {
    let control_of = match model.studies.saved_filter {
        SavedFilter::Current => Control::Archive,
        SavedFilter::Archived => Control::Unarchive,
    };
    let fits = |state: State| state.is_final().then_some(control_of);
    let effects =
        control(model, fits, "Only a study that has ended can be put away: x cancels it.");
    if !effects.is_empty() {
        model.studies.marked.clear();
    }
    effects
}

/// Asks for confirmation before cancelling, with the consequences.
pub(super) fn ask_cancel(model: &mut Model) -> Vec<Effect> {
    if !can_ask(model) {
        return Vec::new();
    }
    let studies: Vec<_> = targets(model)
        .into_iter()
        .filter_map(|id| model.studies.get(id))
        .filter(|study| !study.state.is_final())
        .collect();
    let Some(first) = studies.first() else {
        model.say(Tone::Trouble, "That study has ended; there is nothing to cancel.");
        return Vec::new();
    };
    let title = match studies.len() {
        1 => format!("Cancel {}?", first.name),
        many => format!("Cancel {many} studies?"),
    };
    let answers: u64 = studies.iter().map(|study| u64::from(study.panel.delivered)).sum();
    let left: u64 = studies
        .iter()
        .map(|study| u64::from(study.panel.requested.saturating_sub(study.panel.settled())))
        .sum();
    let lines = vec![
        format!("It keeps {}.", plural(answers, "answer", "answers")),
        format!("It gives back {}.", plural(left, "unused credit", "unused credits")),
    ];
    let ids = studies.iter().map(|study| study.id).collect();
    model.layers.push(Layer::Question(Question {
        title,
        lines,
        yes: "cancel the study",
        by: Yes::Enter,
        consent: Consent::Cancel(ids),
    }));
    Vec::new()
}

/// Requests the specification of a study, to repeat it.
pub(super) fn duplicate(model: &mut Model, again: Again) -> Vec<Effect> {
    let Some(id) = model.study().map(|study| study.id) else {
        return super::compose::open(model);
    };
    model.again = again;
    if model.drafts.of(Origin::Again(id)).is_some() {
        return super::layers::open_again(model, id);
    }
    ask_again(model, id)
}

/// Requests the specification of a study, without its saved draft.
pub(super) fn ask_again(model: &mut Model, id: StudyId) -> Vec<Effect> {
    if !can_ask(model) {
        return Vec::new();
    }
    vec![Effect::Call(Call::Asked(id))]
}

/// Marks the study under the cursor and moves to the next.
pub(super) fn mark(model: &mut Model) -> Vec<Effect> {
    if let Some(id) = model.studies.selected().map(|study| study.id) {
        if !model.studies.marked.remove(&id) {
            model.studies.marked.insert(id);
        }
        let (rows, _) = model.studies.counts();
        model.studies.window.go(crate::station::widgets::window::Move::By(1), rows);
    }
    Vec::new()
}

/// Opens the ranking of the marked studies and asks for it.
pub(super) fn rank(model: &mut Model) -> Vec<Effect> {
    let studies: Vec<StudyId> = model.studies.marked.iter().copied().collect();
    if studies.len() < STUDIES_MIN {
        let text = "A ranking takes two or more marked studies: Space marks one.";
        model.say(Tone::Trouble, text);
        return Vec::new();
    }
    if !can_ask(model) {
        return Vec::new();
    }
    let page = RankingPage { studies: studies.clone(), found: None, window: Window::default() };
    model.layers.push(Layer::Ranking(page));
    vec![Effect::Call(Call::Rank(studies))]
}

/// Shows the archived studies, or the others again.
pub(super) fn turn_shelf(model: &mut Model) -> Vec<Effect> {
    model.studies.saved_filter = match model.studies.saved_filter {
        SavedFilter::Current => SavedFilter::Archived,
        SavedFilter::Archived => SavedFilter::Current,
    };
    model.studies.marked.clear();
    model.studies.replace(Vec::new());
    model.studies.arrival = Arrival::Awaited;
    model.requests.want(Want::Studies, 0);
    Vec::new()
}

/// Requests reports whenever the cursor is on another study, for whatever reason.
pub(super) fn follow_cursor(model: &mut Model) {
    let selected = model.studies.selected().map(|study| study.id);
    if model.screen == Screen::Studies && model.studies.looked_at != selected {
        model.studies.looked_at = selected;
        if let Some(id) = selected.filter(|id| model.studies.why_unreported(*id).is_some()) {
            // A study that is selected again gets its report requested again.
            model.studies.drop_report(id);
        }
        want_report(model);
    }
}

/// Requests missing reports for the previews around the cursor.
pub(super) fn want_report(model: &mut Model) {
    let now = model.now.ms;
    let cursor = model.studies.window.cursor;
    let rows = cursor.saturating_sub(LOOK_AROUND)..cursor + LOOK_AROUND;
    let missing: Vec<StudyId> = rows
        .filter_map(|row| model.studies.row(row))
        .filter(|study| study.state == State::Completed)
        .map(|study| study.id)
        .filter(|id| model.studies.report(*id).is_none())
        .filter(|id| model.studies.why_unreported(*id).is_none())
        .collect();
    for id in missing {
        model.requests.want(Want::Report(id), now);
    }
}
