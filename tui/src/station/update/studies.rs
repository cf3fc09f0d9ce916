//! Study list input: opening, pausing, cancelling, marking, and requests for the reports of visible rows.

use protocol::error::ApiError;
use protocol::id::StudyId;
use protocol::ranking::STUDIES_MIN;
use protocol::run::State;
use protocol::safe;
use protocol::service::{Cancellation, Control};

use super::{act, can_ask};
use crate::station::effect::{Call, Effect};
use crate::station::model::drafts::Origin;
use crate::station::model::layer::{Consent, Layer, Question, RankingPage, Yes};
use crate::station::model::requests::Want;
use crate::station::model::studies::{Arrival, SavedFilter};
use crate::station::model::{Again, Model, Screen, Tone, sanitize};
use crate::station::widgets::format::{plural, stopped};
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
        Screen::Live
        | Screen::Results
        | Screen::Chain
        | Screen::Findings
        | Screen::Hooks
        | Screen::Logs => model.open_study.study.into_iter().collect(),
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

/// Takes the last step back: what was put away comes out again, or the version is cancelled that the last save of a watched
/// file queued.
pub(super) fn undo_version(model: &mut Model) -> Vec<Effect> {
    if !can_ask(model) {
        return Vec::new();
    }
    if let Some((studies, back)) = model.put_away.take() {
        return studies.into_iter().map(|id| Effect::Call(Call::Control(id, back))).collect();
    }
    match model.saved_version.take() {
        Some(id) => vec![Effect::Call(Call::Control(id, Control::Cancel))],
        None => {
            model.say(
                Tone::Trouble,
                "Nothing was put away last, and no version of a watched file is on its way.",
            );
            Vec::new()
        }
    }
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
        let studies = effects.iter().filter_map(|effect| match effect {
            Effect::Call(Call::Control(id, _)) => Some(*id),
            _ => None,
        });
        let back = match control_of {
            Control::Archive => Control::Unarchive,
            _ => Control::Archive,
        };
        model.put_away = Some((studies.collect(), back));
    }
    effects
}

/// Asks for confirmation before cancelling, with the consequences.
pub(super) fn ask_cancel(model: &mut Model) -> Vec<Effect> {
    if !can_ask(model) {
        return Vec::new();
    }
    let of_targets = targets(model);
    let goes_on =
        |id: &StudyId| model.studies.get(*id).is_some_and(|study| !study.state.is_final());
    let ids: Vec<StudyId> = of_targets.into_iter().filter(goes_on).collect();
    if ids.is_empty() {
        model.say(Tone::Trouble, "That study has ended; there is nothing to cancel.");
        return Vec::new();
    }
    ask_to_cancel(model, &ids)
}

/// Puts the question, and requests what it has to say.
fn ask_to_cancel(model: &mut Model, ids: &[StudyId]) -> Vec<Effect> {
    let studies: Vec<_> = ids.iter().filter_map(|id| model.studies.get(*id)).collect();
    let Some(first) = studies.first() else { return Vec::new() };
    let title = match studies.len() {
        1 => format!("Cancel {}?", safe::quoted(&first.name)),
        many => format!("Cancel {many} studies?"),
    };
    let ids = ids.to_vec();
    model.layers.push(Layer::Question(Question {
        title,
        lines: vec!["What it keeps and gives back is being looked up.".to_owned()],
        yes: "cancel the study",
        by: Yes::Enter,
        consent: Consent::Cancel(ids.clone()),
        other: None,
    }));
    vec![Effect::Call(Call::Cancellation(ids))]
}

/// Asks whether a paused study may cost more than was agreed.
pub(super) fn ask_for_more(model: &mut Model, id: StudyId, mut error: ApiError) {
    sanitize::error(&mut error);
    model.layers.push(Layer::Question(Question {
        title: "Go on at this cost?".to_owned(),
        lines: vec![stopped(&error.message)],
        yes: "go on",
        by: Yes::Enter,
        consent: Consent::MoreCost(id),
        other: None,
    }));
}

/// Closes the question about a cancellation when its studies have ended meanwhile, and asks anew when some of them have.
pub(super) fn renew_cancellation(model: &mut Model) -> Vec<Effect> {
    let Some(Layer::Question(question)) = model.layers.last() else { return Vec::new() };
    let Consent::Cancel(asked) = &question.consent else { return Vec::new() };
    let goes_on =
        |id: &StudyId| model.studies.get(*id).is_some_and(|study| !study.state.is_final());
    let left: Vec<StudyId> = asked.iter().copied().filter(goes_on).collect();
    if left.len() == asked.len() {
        return Vec::new();
    }
    model.layers.pop();
    if left.is_empty() {
        model.say(Tone::Done, "It ended meanwhile; there is nothing to cancel.");
        return Vec::new();
    }
    ask_to_cancel(model, &left)
}

/// What a cancellation leaves, in sentences. Only the daemon knows it: what is held, and what of it has fallen due.
pub(super) fn told_of_cancellation(left: Cancellation) -> Vec<String> {
    let credits = u64::try_from(left.credits.0).unwrap_or_default();
    vec![
        format!("It keeps {}.", plural(left.answers, "answer", "answers")),
        format!("It gives back {}.", plural(credits, "unused credit", "unused credits")),
    ]
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
        .filter(|study| study.state == State::Completed || study.headline.is_some())
        .map(|study| study.id)
        .filter(|id| model.studies.report(*id).is_none())
        .filter(|id| model.studies.why_unreported(*id).is_none())
        .collect();
    for id in missing {
        model.requests.want(Want::Report(id), now);
    }
}
