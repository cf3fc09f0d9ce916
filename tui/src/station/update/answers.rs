//! What comes back: from the daemon, from files, from the editor. Every string is made inert here; answers about a study
//! that is no longer open are dropped.

use protocol::error::{ApiError, ErrorCode};
use protocol::event::{Event, EventPage};
use protocol::id::StudyId;
use protocol::results::{Report, Response};
use protocol::run::{Preview, Study};
use protocol::safe;
use protocol::service::Page;

use super::{compose, results, studies, want_screen};
use crate::station::action::{Action, Place};
use crate::station::effect::Effect;
use crate::station::model::compose::Checked;
use crate::station::model::layer::{Consent, Layer, Question};
use crate::station::model::lens::{Lens, Loading};
use crate::station::model::link::Link;
use crate::station::model::requests::Want;
use crate::station::model::{Model, Screen, Tone, inert};
use crate::station::msg::Msg;

/// Takes an answer.
pub(super) fn take(model: &mut Model, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Connected { version, cursor } => connected(model, version, cursor),
        Msg::Lost { why, retry_in_ms } => lost(model, why, retry_in_ms),
        Msg::Events(page) => events(model, &page),
        Msg::Studies(reply) => {
            model.requests.done(Want::Studies);
            if let Some(mut all) = accept(model, reply) {
                all.iter_mut().for_each(inert::study);
                model.studies.replace(all);
                studies::want_report(model);
            }
            Vec::new()
        }
        Msg::Balance(reply) => {
            model.requests.done(Want::Balance);
            if let Some(balance) = accept(model, reply) {
                model.balance = Some(balance);
            }
            Vec::new()
        }
        Msg::Live(id, reply) => {
            model.requests.done(Want::Live);
            if let Some(mut live) = accept(model, reply) {
                inert::study(&mut live.study);
                model.studies.upsert(live.study.clone());
                if model.lens.study == Some(id) {
                    model.lens.live = Some(live);
                }
            }
            Vec::new()
        }
        Msg::Scores(id, offset, reply) => scores(model, id, offset, reply),
        Msg::Unread(id, from, reply) => {
            model.requests.done(Want::Unread);
            if let Some(next) = take_page(model, id, reply)
                && let Some(instrument) = model.studies.get(id).map(Lens::instrument)
            {
                model.lens.pass_over(instrument, from, next);
                want_unread(model);
            }
            Vec::new()
        }
        Msg::Newest(id, reply) => {
            model.requests.done(Want::Newest);
            let _ = take_page(model, id, reply);
            Vec::new()
        }
        Msg::Answer(id, ordinal, reply) => {
            model.requests.done(Want::Answer(ordinal));
            let _ = take_page(model, id, reply);
            Vec::new()
        }
        Msg::Page(id, reply) => {
            model.requests.done(Want::Page);
            if let Some(next) = take_page(model, id, reply) {
                model.lens.loading = next.map_or(Loading::All, Loading::Until);
                if next.is_some() {
                    model.requests.want(Want::Page, model.now.ms);
                }
            }
            Vec::new()
        }
        Msg::Report(id, reply) => report(model, id, reply),
        Msg::Checked(revision, reply) => checked(model, revision, reply),
        Msg::Submitted(reply) => submitted(model, reply),
        Msg::Changed(reply) => changed(model, reply),
        Msg::Attached(name, text) => compose::attached(model, &name, text),
        Msg::Files(typed, files) => compose::files(model, &typed, &files),
        Msg::Edited(text) => compose::edited(model, text),
        Msg::Written(outcome) => {
            match outcome {
                Ok(path) => model.say(Tone::Done, format!("Wrote {}", safe::line(&path))),
                Err(why) => model.say(Tone::Trouble, safe::line(&why).into_owned()),
            }
            Vec::new()
        }
        Msg::Cross(id, reply) => {
            model.requests.done(Want::Cross);
            if let Some(mut table) = accept(model, reply)
                && model.lens.study == Some(id)
            {
                inert::cross(&mut table);
                model.lens.cross = Some(*table);
            }
            Vec::new()
        }
        Msg::Asked(reply) => match accept(model, reply) {
            Some(asked) => compose::again(model, &asked.spec),
            None => Vec::new(),
        },
        Msg::Told(text) => {
            model.say(Tone::Done, safe::line(&text).into_owned());
            Vec::new()
        }
        // These are not answers; `update` has taken them.
        Msg::Input(_) | Msg::Resize(..) | Msg::Tick => Vec::new(),
    }
}

/// The value of a reply; its error is shown and nothing changes.
fn accept<T>(model: &mut Model, reply: Result<T, ApiError>) -> Option<T> {
    match reply {
        Ok(value) => Some(value),
        Err(mut error) => {
            inert::error(&mut error);
            // The loss of the link has a banner of its own.
            if error.code != ErrorCode::Unreachable {
                model.say(Tone::Trouble, sentence(&error));
            }
            None
        }
    }
}

/// An error in one line: what happened and the first thing to do about it.
fn sentence(error: &ApiError) -> String {
    let problem =
        error.problems.first().map(|problem| format!(" {}: {}.", problem.place, problem.what));
    let hint = error.hints.first().map(|hint| format!(" Hint: {hint}."));
    format!("{}{}{}", error.message, problem.unwrap_or_default(), hint.unwrap_or_default())
}

fn connected(model: &mut Model, version: String, cursor: protocol::event::Cursor) -> Vec<Effect> {
    let was_away = matches!(model.link, Link::Away { .. });
    // Events that were missed while away are still there: reading goes on after the last one that was seen.
    let from = match (&model.link, model.seen) {
        (Link::Away { .. }, Some(seen)) => seen,
        _ => cursor,
    };
    // Where a daemon tells the end of its history, a loss before the first event is no gap either.
    if from != protocol::event::Cursor::default() {
        model.seen = Some(from);
    }
    model.link = Link::Connected { version, cursor: from };
    if was_away {
        model.say(Tone::Done, "The daemon is back; nothing was lost.");
    }
    let now = model.now.ms;
    model.requests.want(Want::Studies, now);
    want_screen(model);
    if let Some(compose) = &model.compose
        && super::has_text(&compose.draft())
    {
        model.requests.want(Want::Check, now);
    }
    vec![Effect::Follow(from)]
}

fn lost(model: &mut Model, mut why: ApiError, retry_in_ms: u64) -> Vec<Effect> {
    inert::error(&mut why);
    let now = model.now.ms;
    if why.code == ErrorCode::Incompatible {
        model.link = Link::Incompatible { why: sentence(&why) };
        return Vec::new();
    }
    let since = match model.link {
        Link::Away { since, .. } => since,
        Link::Connecting | Link::Connected { .. } | Link::Incompatible { .. } => now,
    };
    model.requests.lost(now);
    if let Some(compose) = &mut model.compose {
        compose.sending = crate::station::model::compose::Sending::Idle;
    }
    model.link = Link::Away { why: why.message, since, retry_at: now + retry_in_ms };
    Vec::new()
}

/// News: what the screen shows of it is asked for again.
fn events(model: &mut Model, page: &EventPage) -> Vec<Effect> {
    model.seen = Some(page.next);
    if let Link::Connected { cursor, .. } = &mut model.link {
        *cursor = page.next;
    }
    for event in &page.events {
        news(model, event);
    }
    vec![Effect::Follow(page.next)]
}

fn news(model: &mut Model, event: &Event) {
    let now = model.now.ms;
    let open = event.study.is_some() && event.study == model.lens.study;
    if open && model.screen != Screen::Studies {
        model.requests.want(Want::Live, now);
        model.requests.want(Want::Scores, now);
    }
    model.requests.want(Want::Studies, now);
    if !event.kind.starts_with("answers.") {
        model.requests.want(Want::Balance, now);
    }
    let Some(id) = event.study else { return };
    if event.kind == "study.completed" {
        model.studies.drop_report(id);
        model.requests.want(Want::Report(id), now);
        if open {
            model.lens.report = None;
            model.lens.loading = Loading::Some;
            if model.screen == Screen::Results {
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
            model.say(Tone::Done, format!("{name} is done{where_to}."));
        }
    }
}

fn scores(
    model: &mut Model,
    id: StudyId,
    offset: u32,
    reply: Result<Vec<u8>, ApiError>,
) -> Vec<Effect> {
    model.requests.done(Want::Scores);
    if let Some(scores) = accept(model, reply)
        && model.lens.study == Some(id)
        && let Some(study) = model.studies.get(id)
    {
        model.lens.take_scores(Lens::instrument(study), offset as usize, &scores);
        if model.lens.missing_newest().is_some() {
            model.requests.want(Want::Newest, model.now.ms);
        }
        want_unread(model);
    }
    Vec::new()
}

/// Asks for the answers that the picture lacks, while it is looked at.
fn want_unread(model: &mut Model) {
    if model.screen == Screen::Live && model.lens.first_unread().is_some() {
        model.requests.want(Want::Unread, model.now.ms);
    }
}

/// Takes a page of answers; says where the next one begins when it was for the open study.
#[allow(clippy::option_option, reason = "outer: was it for the open study; inner: is there more")]
fn take_page(
    model: &mut Model,
    id: StudyId,
    reply: Result<Page<Response>, ApiError>,
) -> Option<Option<u32>> {
    let mut page = accept(model, reply)?;
    if model.lens.study != Some(id) {
        return None;
    }
    page.items.iter_mut().for_each(inert::response);
    let study = model.studies.get(id)?;
    model.lens.take_answers(Lens::instrument(study), page.items);
    model.lens.find_quotes();
    Some(page.next)
}

fn report(model: &mut Model, id: StudyId, reply: Result<Box<Report>, ApiError>) -> Vec<Effect> {
    model.requests.done(Want::Report(id));
    if let Some(mut report) = accept(model, reply) {
        inert::report(&mut report);
        model.studies.keep_report((*report).clone());
        model.studies.upsert(report.study.clone());
        if model.lens.study == Some(id) {
            model.lens.report = Some(*report);
        }
    }
    Vec::new()
}

fn checked(model: &mut Model, revision: u64, reply: Result<Box<Preview>, ApiError>) -> Vec<Effect> {
    model.requests.done(Want::Check);
    let Some(compose) = &mut model.compose else { return Vec::new() };
    if compose.revision != revision {
        return Vec::new();
    }
    compose.checked = match reply {
        Ok(mut preview) => {
            inert::preview(&mut preview);
            Checked::Good(preview)
        }
        Err(mut error) if error.code != ErrorCode::Unreachable => {
            inert::error(&mut error);
            Checked::Bad(error)
        }
        Err(_) => Checked::Not,
    };
    Vec::new()
}

fn submitted(model: &mut Model, reply: Result<Study, ApiError>) -> Vec<Effect> {
    if let Some(compose) = &mut model.compose {
        compose.sending = crate::station::model::compose::Sending::Idle;
    }
    match reply {
        Ok(mut study) => {
            inert::study(&mut study);
            let id = study.id;
            model.compose = None;
            model.shelf = None;
            model.studies.filter.clear();
            model.studies.upsert(study);
            model.studies.select(Some(id));
            let mut effects = super::act::show(model, Screen::Live);
            effects.push(Effect::SaveDraft(crate::station::model::saved::Form::default()));
            effects
        }
        Err(mut error) => {
            inert::error(&mut error);
            if error.code == ErrorCode::UnconfirmedCost {
                model.layers.push(Layer::Question(Question {
                    title: "Run it at this cost?".to_owned(),
                    lines: vec![error.message],
                    yes: "run",
                    consent: Consent::Cost,
                }));
                return Vec::new();
            }
            model.say(Tone::Trouble, sentence(&error));
            if let Some(compose) = &mut model.compose
                && !error.problems.is_empty()
            {
                compose.checked = Checked::Bad(error);
            }
            Vec::new()
        }
    }
}

fn changed(model: &mut Model, reply: Result<Study, ApiError>) -> Vec<Effect> {
    if let Some(mut study) = accept(model, reply) {
        inert::study(&mut study);
        let archived = model.studies.shelf == crate::station::model::studies::Shelf::Archived;
        let state = crate::station::model::filter::state_label(study.state);
        if study.archived == archived {
            model.say(Tone::Done, format!("{} is {state}.", study.name));
        } else {
            let what = if study.archived { "put away: A shows it" } else { "back in the list" };
            model.say(Tone::Done, format!("{} is {what}.", study.name));
        }
        model.studies.upsert(study);
        model.requests.want(Want::Studies, model.now.ms);
        model.requests.want(Want::Balance, model.now.ms);
    }
    Vec::new()
}
