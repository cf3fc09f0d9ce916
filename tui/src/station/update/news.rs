//! Connection state and events from the daemon. Of each change, only the data that the screen shows is requested again.

use protocol::error::{ApiError, ErrorCode};
use protocol::event::{Cursor, Event, EventData, EventKind, EventPage};
use protocol::id::StudyId;
use protocol::run::{PanelCounts, RoundProgress, State};
use protocol::safe;
use protocol::study::{Origin as DraftOrigin, Problem};
use protocol::watch::SaveOutcome;

use super::answers::undo_key;
use super::{lineage, results, want_scores, want_screen};
use crate::report::version;
use crate::station::action::{Action, Place};
use crate::station::effect::{Effect, People};
use crate::station::model::drafts::Origin;
use crate::station::model::link::Link;
use crate::station::model::open_study::Loading;
use crate::station::model::requests::Want;
use crate::station::model::studies::Counted;
use crate::station::model::{Model, Screen, Tone, Zoom, sanitize};
use crate::station::widgets::canvas::fit;

/// Columns of a name in a message.
const NAME_MAX: u16 = 30;

/// The daemon responds: everything on the screen is requested again, and events from the last cursor on.
pub(super) fn connected(model: &mut Model, version: String, cursor: Cursor) -> Vec<Effect> {
    let was_away = model.link.stale_since().is_some();
    // A store whose feed ends before the last received event is another one, or an older copy.
    let went_back = was_away && model.seen.is_some_and(|seen| cursor < seen);
    // Missed events are still in the feed: reading continues after the last received one.
    let from = model.seen.filter(|_| was_away && !went_back).unwrap_or(cursor);
    // So that a lost connection before the first event leaves no gap either.
    model.seen = Some(from);
    if went_back {
        model.say(Tone::Trouble, "The daemon is back with an older store; it is read anew.");
        if let Some(study) = model.open_study.study {
            model.open_study.open(study);
        }
    } else if was_away {
        let text = welcome_back(model.daemon.as_deref(), &version);
        model.say(Tone::Done, text);
    }
    model.daemon = Some(version.clone());
    model.link = Link::Connected { version, cursor: from };
    let now = model.now.ms;
    model.requests.want(Want::Studies, now);
    model.requests.want(Want::Watched, now);
    model.requests.want(Want::CostRequests, now);
    // A daemon that started anew counts the entries of its log anew.
    model.logs.ask_anew();
    want_screen(model);
    if model.compose.is_some() {
        model.requests.want(Want::Check, now);
    }
    vec![Effect::Follow(from)]
}

/// The message for a daemon that responds again, with its version if that has changed.
fn welcome_back(before: Option<&str>, version: &str) -> String {
    match before {
        Some(before) if before != version => {
            format!("The daemon is back, now version {version} (was {before}); nothing was lost.")
        }
        _ => "The daemon is back; nothing was lost.".to_owned(),
    }
}

/// The daemon is lost or incompatible: requests under way get no response.
pub(super) fn lost(model: &mut Model, mut why: ApiError, retry_in_ms: u64) -> Vec<Effect> {
    sanitize::error(&mut why);
    let now = model.now.ms;
    let since = model.link.stale_since().unwrap_or(now);
    let retry_at = now + retry_in_ms;
    model.requests.lost(now);
    model.sent = None;
    if let Some(compose) = &mut model.compose {
        compose.sending = crate::station::model::compose::Sending::Idle;
    }
    model.link = if why.code == ErrorCode::Incompatible {
        let remedy = why.hints.first().map(ToString::to_string);
        Link::Incompatible { why: why.message, remedy, since, retry_at }
    } else {
        Link::Away { why: why.message, since, retry_at }
    };
    Vec::new()
}

/// The data of an event about recorded answers.
#[derive(Clone, Copy, Debug)]
struct Recorded {
    /// The respondents.
    people: People,
    /// The counts of the panel, and the round that is asked.
    counts: (PanelCounts, Option<RoundProgress>),
}

impl Recorded {
    /// `None` for another event, or for one without ordinals.
    fn of(event: &Event) -> Option<Self> {
        let EventData::Recorded { first, last, panel, round, .. } = event.data else { return None };
        let count = last.checked_sub(first)?.saturating_add(1);
        Some(Self { people: People { first, count }, counts: (panel, round) })
    }
}

/// Handles events: what the screen shows of them is requested again.
pub(super) fn events(model: &mut Model, page: &EventPage) -> Vec<Effect> {
    model.seen = Some(page.next);
    if let Link::Connected { cursor, .. } = &mut model.link {
        *cursor = page.next;
    }
    let mut effects = vec![Effect::Follow(page.next)];
    for event in &page.events {
        effects.extend(news(model, event));
    }
    effects
}

/// A study was deleted: all of its data is removed from the screen and from memory.
fn deleted(model: &mut Model, id: StudyId) -> Effect {
    let again = Origin::Again(id);
    model.drafts.forget(again);
    // A form that repeats the study contains its text too.
    if model.compose.as_ref().is_some_and(|compose| compose.origin == again) {
        model.compose = None;
        model.layers.clear();
    }
    let name = model.studies.get(id).map(|study| study.name.clone());
    model.studies.remove(id);
    if model.open_study.study == Some(id) {
        model.open_study.close();
        model.requests.forget_lens();
        if model.screen != Screen::Studies {
            model.screen = Screen::Studies;
            model.zoom = Zoom::All;
            model.layers.clear();
        }
    }
    if let Some(name) = name {
        let name = fit(&name, NAME_MAX, model.theme.glyphs());
        model.say(Tone::Done, format!("{name} was deleted."));
    }
    Effect::ForgetDraft(id)
}

fn news(model: &mut Model, event: &Event) -> Option<Effect> {
    let now = model.now.ms;
    if let (Some(EventKind::Deleted), Some(id)) = (event.kind(), event.study) {
        let effect = deleted(model, id);
        // A list that is on its way may still contain it.
        model.requests.want(Want::Studies, now);
        return Some(effect);
    }
    let open = event.study.is_some() && event.study == model.open_study.study;
    let recorded = Recorded::of(event);
    let changes_answers = event.kind() != Some(EventKind::FindingChanged);
    if open && changes_answers && model.screen != Screen::Studies {
        model.requests.want(Want::Live, now);
        want_scores(model, recorded.map_or(People::ALL, |recorded| recorded.people));
    }
    let counted = match (event.study, recorded) {
        (Some(id), Some(recorded)) => model.studies.count(id, recorded.counts),
        _ => Counted::NotHere,
    };
    if counted == Counted::NotHere {
        model.requests.want(Want::Studies, now);
    }
    if event.kind() != Some(EventKind::Recorded) {
        model.requests.want(Want::Balance, now);
    }
    if matches!(
        event.kind(),
        Some(EventKind::CostRequested | EventKind::CostApproved | EventKind::CostDeclined)
    ) {
        model.requests.want(Want::CostRequests, now);
        return None;
    }
    if let EventData::DraftSaved { file, outcome, version, held, problems } = &event.data {
        model.requests.want(Want::Watched, now);
        let file = (file.as_deref(), *version);
        return saved(model, event.study, file, *outcome, held.as_deref(), problems);
    }
    let id = event.study?;
    if event.state().is_some_and(State::is_final) && model.saved_version == Some(id) {
        model.saved_version = None;
    }
    if event.kind() == Some(EventKind::FindingChanged) {
        model.requests.want(Want::Report(id), now);
    }
    // A round that has ended has results, and a study that was ended keeps those of its finished rounds.
    if matches!(
        event.kind(),
        Some(EventKind::RoundCompleted | EventKind::Cancelled | EventKind::Failed)
    ) {
        model.studies.drop_report(id);
        if open {
            model.requests.want(Want::Report(id), now);
        }
    }
    if event.kind() == Some(EventKind::Completed) {
        model.studies.drop_report(id);
        model.requests.want(Want::Report(id), now);
        if open {
            model.open_study.leave_round();
            model.open_study.report = None;
            model.open_study.loading = Loading::Some;
            if model.screen.shows_report() {
                results::want(model);
            }
        }
        let found = model.studies.get(id).map(|study| (study.name.clone(), study.origin));
        if found.as_ref().is_some_and(|(_, origin)| *origin == DraftOrigin::Watch) {
            // It is told of with its score, which its report has.
            model.versions_to_tell.insert(id);
            return None;
        }
        if let Some((name, _)) = found {
            let effect = model.call_user(&format!("{name} is done"));
            let where_to = if open && model.screen == Screen::Live {
                let key = model.keymap.keys(Place::Live, Action::ShowResults).into_iter().next();
                key.map(|key| format!(": {key} shows the results")).unwrap_or_default()
            } else {
                String::new()
            };
            // A long name is cut to leave room for the next step.
            let name = fit(&name, NAME_MAX, model.theme.glyphs());
            model.say(Tone::Done, format!("{name} is done{where_to}."));
            return effect;
        }
    }
    if event.state() == Some(State::Failed) {
        let name = model.studies.get(id).map(|study| study.name.clone())?;
        return model.call_user(&format!("{name} has failed"));
    }
    None
}

/// Tells of a version that has ended, with what its score was and is, now that its report is here.
pub(super) fn tell_version(model: &mut Model, id: StudyId) -> Vec<Effect> {
    if !model.versions_to_tell.remove(&id) {
        return Vec::new();
    }
    let Some(report) = model.studies.report(id) else { return Vec::new() };
    let told = match report.version.as_deref() {
        Some(found) => version::in_short(found),
        None => format!("{} is done.", report.study.name),
    };
    let told = model.theme.glyphs().plain(&told);
    model.say(Tone::Done, told.clone());
    lineage::follow(model, id);
    model.call_user(&told).into_iter().collect()
}

/// A watched file was saved: what came of it is told, and a new version can be taken back.
fn saved(
    model: &mut Model,
    study: Option<StudyId>,
    (file, version): (Option<&str>, Option<u32>),
    outcome: SaveOutcome,
    held: Option<&str>,
    problems: &[Problem],
) -> Option<Effect> {
    let name = file.and_then(|file| file.rsplit('/').next()).unwrap_or("a file");
    let name = safe::line(name).into_owned();
    let name = fit(&name, NAME_MAX, model.theme.glyphs());
    let version = version.map_or(String::new(), |version| format!("version {version}"));
    match outcome {
        SaveOutcome::Queued => {
            (model.saved_version, model.put_away) = (study, None);
            let undo = undo_key(model);
            model.say(Tone::Done, format!("{name}: {version} queued{undo}."));
            None
        }
        SaveOutcome::Known => {
            model.say(Tone::Done, format!("{name} is {version} again."));
            None
        }
        SaveOutcome::Held => {
            let why = safe::line(held.unwrap_or_default()).into_owned();
            model.say(Tone::Trouble, format!("{name}: nobody is asked: {why}"));
            None
        }
        SaveOutcome::Broken => {
            let first = problems.first().map(|one| {
                let place = file.and_then(|file| one.place.strip_prefix(file)).unwrap_or_default();
                format!("{place}: {}", one.what)
            });
            let first = safe::line(&first.unwrap_or_default()).into_owned();
            model.say(Tone::Trouble, format!("{name}{first}"));
            model.call_user(&format!("{name} has problems"))
        }
    }
}
