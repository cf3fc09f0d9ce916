//! Handling of responses from the daemon, from files and from the editor. Every string is sanitised here; responses
//! about a study that is no longer open are dropped.

use protocol::error::{ApiError, ErrorCode};
use protocol::id::StudyId;
use protocol::ranking::Ranking;
use protocol::results::{Report, Response};
use protocol::run::{Live, State, Study};
use protocol::safe;
use protocol::service::{Cancellation, Page};

use super::{
    chain, compose, cost_requests, findings, hooks, logs, news, results, studies, submission,
};
use crate::station::action::{Action, Place};
use crate::station::effect::{Effect, People};
use crate::station::model::layer::{Consent, Layer};
use crate::station::model::open_study::{Loading, OpenStudy};
use crate::station::model::requests::Want;
use crate::station::model::{Model, Screen, Tone, sanitize};
use crate::station::msg::Msg;
use crate::station::widgets::format::stopped;

/// Delay before the live state of a study with model engines is requested again, in milliseconds.
const LOOK_AGAIN_MS: u64 = 2_000;

/// Handles a response.
pub(super) fn take(model: &mut Model, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Connected { version, cursor } => news::connected(model, version, cursor),
        Msg::Lost { why, retry_in_ms } => news::lost(model, why, retry_in_ms),
        Msg::Events(page) => news::events(model, &page),
        Msg::Studies(_)
        | Msg::Watched(_)
        | Msg::Balance(_)
        | Msg::Hooks(_)
        | Msg::Delivery(_)
        | Msg::HookChanged(_)
        | Msg::Logs(..) => {
            take_overview(model, msg);
            Vec::new()
        }
        Msg::CostRequests(reply) => {
            let told = accept(model, reply);
            cost_requests::told(model, told).into_iter().collect()
        }
        Msg::CostDecided(reply) => {
            cost_requests::decided(model, reply);
            Vec::new()
        }
        Msg::Live(id, reply) => live(model, id, reply),
        Msg::Scores(id, offset, reply) => scores(model, id, offset, reply),
        Msg::Unread(id, from, reply) => {
            model.requests.done(Want::Unread);
            if let Some(next) = take_page(model, id, reply)
                && let Some(instrument) = model.studies.get(id).map(OpenStudy::instrument)
            {
                model.open_study.pass_over(instrument, from, next);
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
        Msg::Page(id, reply) => page(model, id, reply),
        Msg::Report(id, reply) => report(model, id, reply),
        Msg::RoundReport(id, round, reply) => round_report(model, (id, round), reply),
        Msg::RoundPage(id, round, reply) => round_page(model, (id, round), reply),
        Msg::Checked(revision, reply) => submission::checked(model, revision, reply),
        Msg::Submitted(reply) => submission::submitted(model, reply),
        Msg::Changed(reply) => changed(model, reply),
        Msg::MoreAsked(id, error) => {
            super::studies::ask_for_more(model, id, error);
            Vec::new()
        }
        Msg::Cancellation(studies, reply) => cancellation(model, &studies, reply),
        Msg::Source(id, reply) => chain::source(model, id, reply),
        Msg::Applied(id, told) => chain::applied(model, id, told),
        Msg::FindingSet(id, reply) => {
            if let Some(set) = accept(model, reply) {
                findings::was_set(model, id, *set);
            }
            Vec::new()
        }
        Msg::Attached(name, text) => compose::attached(model, &name, text),
        Msg::Files(typed, files) => compose::files(model, &typed, &files),
        Msg::Edited(text) => compose::edited(model, text),
        Msg::Written(outcome) => {
            match outcome {
                Ok(path) => model.say(Tone::Done, format!("Wrote {}", safe::line(&path))),
                Err(why) => model.say(Tone::Trouble, stopped(&safe::line(&why))),
            }
            Vec::new()
        }
        Msg::DraftAside(told) => draft_aside(model, &told),
        Msg::Copied(told) => {
            copied(model, &told);
            Vec::new()
        }
        Msg::Cross(id, reply) => {
            model.requests.done(Want::Cross);
            if let Some(mut table) = accept(model, reply)
                && model.open_study.study == Some(id)
            {
                sanitize::cross(&mut table);
                model.open_study.cross = Some(*table);
            }
            Vec::new()
        }
        Msg::Ranked(studies, reply) => ranked(model, &studies, reply),
        Msg::Asked(id, reply) => match accept(model, reply) {
            Some(asked) => compose::again(model, id, &asked.spec),
            None => Vec::new(),
        },
        Msg::Told(text) => {
            model.say(Tone::Done, safe::line(&text).into_owned());
            Vec::new()
        }
        // Not responses; `update` has handled them.
        Msg::Input(_) | Msg::Resize(..) | Msg::Tick => Vec::new(),
    }
}

fn copied(model: &mut Model, told: &Result<String, String>) {
    let tone = if told.is_ok() { Tone::Done } else { Tone::Trouble };
    let (Ok(text) | Err(text)) = told;
    model.say(tone, safe::line(text).into_owned());
}

/// Takes what is not about the open study: lists, the balance, webhooks and the log.
fn take_overview(model: &mut Model, msg: Msg) {
    match msg {
        Msg::Studies(reply) => {
            model.requests.done(Want::Studies);
            if let Some(mut all) = accept(model, reply) {
                all.iter_mut().for_each(sanitize::study);
                model.studies.replace(all);
                studies::want_report(model);
                complete(model);
            }
        }
        Msg::Watched(reply) => {
            model.requests.done(Want::Watched);
            if let Some(mut files) = accept(model, reply) {
                files.iter_mut().for_each(sanitize::watched_file);
                model.watched.replace(files);
            }
        }
        Msg::Balance(reply) => {
            model.requests.done(Want::Balance);
            if let Some(balance) = accept(model, reply) {
                submission::afford(model, balance.balance);
                model.balance = Some(balance);
            }
        }
        Msg::Hooks(reply) => {
            let list = accept(model, reply);
            hooks::told(model, list);
        }
        Msg::Delivery(reply) => {
            let detail = accept(model, reply).map(|detail| *detail);
            hooks::detail(model, detail);
        }
        Msg::HookChanged(told) => hooks::changed(model, told),
        Msg::Logs(revision, reply) => logs::take(model, revision, reply),
        _ => {}
    }
}

/// Takes the live state of a study.
fn live(model: &mut Model, id: StudyId, reply: Result<Box<Live>, ApiError>) -> Vec<Effect> {
    model.requests.done(Want::Live);
    if let Some(mut live) = accept(model, reply) {
        sanitize::study(&mut live.study);
        model.studies.upsert(live.study.clone());
        if model.open_study.study == Some(id) {
            // A service that does not reply causes no event, so the request is repeated while models are asked.
            if live.study.state == State::Running && live.spending.is_some() {
                model.requests.want_by(Want::Live, model.now.ms + LOOK_AGAIN_MS);
            }
            model.open_study.live = Some(*live);
        }
        complete(model);
    }
    Vec::new()
}

/// Shows a ranking on its page. That may have been closed, or another one opened, meanwhile.
fn ranked(
    model: &mut Model,
    studies: &[StudyId],
    reply: Result<Box<Ranking>, ApiError>,
) -> Vec<Effect> {
    let page = model.layers.iter_mut().find_map(|layer| match layer {
        Layer::Ranking(page) if page.studies == studies => Some(page),
        _ => None,
    });
    if let Some(page) = page {
        page.found = Some(match reply {
            Ok(mut found) => {
                sanitize::ranking(&mut found);
                Ok(found)
            }
            Err(mut error) => {
                sanitize::error(&mut error);
                Err(sentence(&error))
            }
        });
    }
    Vec::new()
}

/// Fills the question about a cancellation in.
fn cancellation(
    model: &mut Model,
    studies: &[StudyId],
    reply: Result<Cancellation, ApiError>,
) -> Vec<Effect> {
    let question = model.layers.iter_mut().find_map(|layer| match layer {
        Layer::Question(question) => match &question.consent {
            Consent::Cancel(asked) if asked == studies => Some(question),
            _ => None,
        },
        _ => None,
    });
    if let Some(question) = question {
        question.lines = match reply {
            Ok(left) => studies::told_of_cancellation(left),
            Err(mut error) => {
                sanitize::error(&mut error);
                vec![sentence(&error)]
            }
        };
    }
    Vec::new()
}

/// The value of a response; an error is shown and changes nothing else.
pub(super) fn accept<T>(model: &mut Model, reply: Result<T, ApiError>) -> Option<T> {
    match reply {
        Ok(value) => Some(value),
        Err(mut error) => {
            sanitize::error(&mut error);
            // A lost connection has a banner of its own.
            if error.code != ErrorCode::Unreachable {
                model.say(Tone::Trouble, sentence(&error));
            }
            None
        }
    }
}

/// An error in one line: the message and the first hint.
pub(super) fn sentence(error: &ApiError) -> String {
    let problem = error.problems.first();
    let problem = problem.map(|one| format!(" {}: {}", one.place, stopped(&one.what)));
    let hint = error.hints.first().map(|hint| format!(" Hint: {}", stopped(&hint.to_string())));
    let message = stopped(&error.message);
    format!("{message}{}{}", problem.unwrap_or_default(), hint.unwrap_or_default())
}

fn scores(
    model: &mut Model,
    id: StudyId,
    offset: u32,
    reply: Result<Vec<u8>, ApiError>,
) -> Vec<Effect> {
    model.requests.done(Want::Scores);
    let Some(scores) = accept(model, reply) else {
        // Its respondents are requested again with the next ones.
        model.open_study.make_stale(People::ALL);
        return Vec::new();
    };
    if model.open_study.study == Some(id)
        && model.open_study.round.is_none()
        && let Some(study) = model.studies.get(id)
    {
        model.open_study.take_scores(OpenStudy::instrument(study), offset as usize, &scores);
        // When the mosaic needs all answers, the newest are part of that request.
        let reads_all = wants_unread(model);
        if !reads_all && model.open_study.missing_newest().is_some() {
            model.requests.want(Want::Newest, model.now.ms);
        }
        want_unread(model);
    }
    Vec::new()
}

/// A draft on disk belongs to another window and was not overwritten.
fn draft_aside(model: &mut Model, told: &str) -> Vec<Effect> {
    model.say(Tone::Trouble, safe::line(told).into_owned());
    Vec::new()
}

/// Requests missing data of an ended study while its results are shown.
fn complete(model: &mut Model) {
    let has_ended = model.study().is_some_and(|study| study.state.is_final());
    if model.screen.shows_report() && has_ended {
        results::want(model);
    }
}

/// Requests answers that the mosaic lacks while it is shown.
fn want_unread(model: &mut Model) {
    if wants_unread(model) {
        model.requests.want(Want::Unread, model.now.ms);
    }
}

fn wants_unread(model: &Model) -> bool {
    model.screen == Screen::Live && model.open_study.first_unread().is_some()
}

/// Stores a page of answers; returns the offset of the next one if the page was for the open study.
#[allow(clippy::option_option, reason = "outer: was it for the open study; inner: is there more")]
fn take_page(
    model: &mut Model,
    id: StudyId,
    reply: Result<Page<Response>, ApiError>,
) -> Option<Option<u32>> {
    // Answers of the whole study that come while a round is open are asked for again afterwards.
    let page = accept(model, reply)?;
    if model.open_study.study != Some(id) || model.open_study.round.is_some() {
        return None;
    }
    keep_page(model, id, page)
}

/// Stores a page of answers of what is open.
#[allow(clippy::option_option, reason = "outer: is the study known; inner: is there more")]
fn keep_page(model: &mut Model, id: StudyId, mut page: Page<Response>) -> Option<Option<u32>> {
    page.items.iter_mut().for_each(sanitize::response);
    let study = model.studies.get(id)?;
    model.open_study.take_answers(OpenStudy::instrument(study), page.items);
    // Sorting all answers requires reading all of them, so it is done only where they are shown.
    if model.screen.shows_report() {
        model.open_study.find_quotes();
    }
    Some(page.next)
}

/// Handles a page of all answers and requests the next one.
fn page(model: &mut Model, id: StudyId, reply: Result<Page<Response>, ApiError>) -> Vec<Effect> {
    model.requests.done(Want::Page);
    if let Some(next) = take_page(model, id, reply)
        && let Some(study) = model.studies.get(id)
    {
        let loading = match next {
            Some(ordinal) => Loading::Until(ordinal),
            None if study.state.is_final() => Loading::All,
            // More answers will arrive, from any respondent.
            None => Loading::Some,
        };
        model.open_study.load(OpenStudy::instrument(study), loading);
        if next.is_some() {
            model.requests.want(Want::Page, model.now.ms);
        }
    }
    Vec::new()
}

/// Takes the report of a round, if that is still open.
fn round_report(
    model: &mut Model,
    (id, round): (StudyId, u16),
    reply: Result<Box<Report>, ApiError>,
) -> Vec<Effect> {
    model.requests.done(Want::RoundReport);
    if let Some(mut report) = accept(model, reply)
        && (model.open_study.study, model.open_study.round) == (Some(id), Some(round))
    {
        sanitize::report(&mut report);
        model.open_study.report = Some(*report);
    }
    Vec::new()
}

/// Takes a page of the answers of a round, and requests the next one.
fn round_page(
    model: &mut Model,
    (id, round): (StudyId, u16),
    reply: Result<Page<Response>, ApiError>,
) -> Vec<Effect> {
    model.requests.done(Want::RoundPage);
    if let Some(page) = accept(model, reply)
        && (model.open_study.study, model.open_study.round) == (Some(id), Some(round))
        && let Some(next) = keep_page(model, id, page)
        && let Some(study) = model.studies.get(id)
    {
        let loading = next.map_or(Loading::All, Loading::Until);
        model.open_study.load(OpenStudy::instrument(study), loading);
        if next.is_some() {
            model.requests.want(Want::RoundPage, model.now.ms);
        }
    }
    Vec::new()
}

fn report(model: &mut Model, id: StudyId, reply: Result<Box<Report>, ApiError>) -> Vec<Effect> {
    model.requests.done(Want::Report(id));
    if let Err(error) = &reply
        && error.code != ErrorCode::Unreachable
    {
        model.studies.miss_report(id, safe::line(&error.message).into_owned());
    }
    if let Some(mut report) = accept(model, reply) {
        sanitize::report(&mut report);
        model.studies.keep_report((*report).clone());
        model.studies.upsert(report.study.clone());
        if model.open_study.study == Some(id) {
            model.open_study.take_report(*report);
            model.open_study.chain.forget();
        }
    }
    news::tell_version(model, id)
}

/// How the last step is taken back, for the end of a sentence.
pub(super) fn undo_key(model: &Model) -> String {
    let key = model.keymap.keys(Place::Studies, Action::UndoVersion).into_iter().next();
    key.map(|key| format!(" (undo {key})")).unwrap_or_default()
}

fn changed(model: &mut Model, reply: Result<Study, ApiError>) -> Vec<Effect> {
    if let Some(mut study) = accept(model, reply) {
        sanitize::study(&mut study);
        let archived =
            model.studies.saved_filter == crate::station::model::studies::SavedFilter::Archived;
        let state = crate::station::model::filter::state_label(study.state);
        if study.archived == archived {
            model.say(Tone::Done, format!("{} is {state}.", study.name));
        } else {
            let what = if study.archived { "put away: A shows it" } else { "back in the list" };
            let undo = match &model.put_away {
                Some((studies, _)) if studies.contains(&study.id) => undo_key(model),
                _ => String::new(),
            };
            model.say(Tone::Done, format!("{} is {what}{undo}.", study.name));
        }
        model.studies.upsert(study);
        model.requests.want(Want::Studies, model.now.ms);
        model.requests.want(Want::Balance, model.now.ms);
    }
    Vec::new()
}
