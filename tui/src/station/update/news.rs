//! Connection state and events from the daemon. Of each change, only the data that the screen shows is requested again.

use protocol::error::{ApiError, ErrorCode};
use protocol::event::{Cursor, Event, EventData, EventKind, EventPage};
use protocol::id::StudyId;
use protocol::run::PanelCounts;

use super::{results, want_scores, want_screen};
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
        let remedy = why.hints.into_iter().next();
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
    /// The counts of the panel.
    panel: PanelCounts,
}

impl Recorded {
    /// `None` for another event, or for one without ordinals.
    fn of(event: &Event) -> Option<Self> {
        let EventData::Recorded { first, last, panel, .. } = event.data else { return None };
        let count = last.checked_sub(first)?.saturating_add(1);
        Some(Self { people: People { first, count }, panel })
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
        (Some(id), Some(recorded)) => model.studies.count(id, recorded.panel),
        _ => Counted::NotHere,
    };
    if counted == Counted::NotHere {
        model.requests.want(Want::Studies, now);
    }
    if event.kind() != Some(EventKind::Recorded) {
        model.requests.want(Want::Balance, now);
    }
    let id = event.study?;
    if event.kind() == Some(EventKind::FindingChanged) {
        model.requests.want(Want::Report(id), now);
    }
    if event.kind() == Some(EventKind::Completed) {
        model.studies.drop_report(id);
        model.requests.want(Want::Report(id), now);
        if open {
            model.open_study.report = None;
            model.open_study.loading = Loading::Some;
            if model.screen.shows_report() {
                results::want(model);
            }
        }
        let name = model.studies.get(id).map(|study| study.name.clone());
        if let Some(name) = name {
            let where_to = if open && model.screen == Screen::Live {
                let key = model.keymap.keys(Place::Live, Action::ShowResults).into_iter().next();
                key.map(|key| format!(": {key} shows the results")).unwrap_or_default()
            } else {
                String::new()
            };
            // A long name is cut to leave room for the next step.
            let name = fit(&name, NAME_MAX, model.theme.glyphs());
            model.say(Tone::Done, format!("{name} is done{where_to}."));
        }
    }
    None
}
