//! Calls to the daemon, one at a time, each converted to a message.

use std::time::Duration;

use protocol::error::{ApiError, ErrorCode};
use protocol::hook::{DeliveryQuery, EndpointState};
use protocol::id::StudyId;
use protocol::ranking::RankQuestion;
use protocol::results::Response;
use protocol::run::Study;
use protocol::service::{DemoscopeClient, Page, StudyQuery, Submit};
use protocol::study::Origin;
use protocol::watch::WatchedFile;

use super::files::place_of;
use super::version_file;
use crate::link::call;
use crate::station::effect::{Call, People};
use crate::station::model::hooks::HookList;
use crate::station::msg::Msg;

/// Time limit of a call.
pub(super) const WITHIN: Duration = Duration::from_secs(15);
/// Studies in a page of the list.
const STUDIES: u32 = 500;
/// Deliveries that the screen lists.
const DELIVERIES: u32 = 100;
/// Watched files that are held.
const WATCHED_MAX: usize = 2_000;
/// Answers in a page; the daemon sends fewer when they are long.
const ANSWERS: u32 = 500;

/// Makes a call and wraps the response in its message.
pub(super) async fn ask(client: &DemoscopeClient, call: Call) -> Msg {
    match call {
        Call::Studies { archived } => Msg::Studies(studies(client, archived).await),
        Call::Balance => Msg::Balance(call!(client, WITHIN, credits())),
        Call::Watched => Msg::Watched(watched(client).await),
        Call::CostRequests => Msg::CostRequests(call!(client, WITHIN, cost_requests())),
        Call::DecideCost(id, decision) => {
            Msg::CostDecided(call!(client, WITHIN, decide_cost(id, decision)).map(Box::new))
        }
        Call::Live(id) => Msg::Live(id, call!(client, WITHIN, live(id)).map(Box::new)),
        Call::Scores(id, People { first, count }) => {
            Msg::Scores(id, first, call!(client, WITHIN, scores(id, first, count)))
        }
        Call::Newest(id, from, count) => Msg::Newest(id, answers(client, id, from, count).await),
        Call::Page(id, from) => Msg::Page(id, answers(client, id, from, ANSWERS).await),
        Call::Unread(id, from, count) => {
            Msg::Unread(id, from, answers(client, id, from, count).await)
        }
        Call::Answer(id, ordinal) => {
            Msg::Answer(id, ordinal, answers(client, id, ordinal, 1).await)
        }
        Call::Report(id) => Msg::Report(id, call!(client, WITHIN, report(id)).map(Box::new)),
        Call::RoundReport(id, round) => {
            let reply = call!(client, WITHIN, round_report(id, round));
            Msg::RoundReport(id, round, reply.map(Box::new))
        }
        Call::RoundPage(id, round, from) => {
            let reply = call!(client, WITHIN, round_answers(id, round, from, ANSWERS));
            Msg::RoundPage(id, round, reply.map(|page| page.map(Response::from)))
        }
        Call::Check { revision, draft } => {
            Msg::Checked(revision, call!(client, WITHIN, check(draft)).map(Box::new))
        }
        Call::Submit { key, draft, cost_confirmed } => {
            let path = place_of(&draft.file, draft.text.sent());
            let submit = Submit { key, draft, origin: Origin::Tui, cost_confirmed, path };
            Msg::Submitted(call!(client, WITHIN, submit(submit)))
        }
        Call::Cross(id, dimensions) => {
            let dimensions = dimensions.map(str::to_owned).into();
            Msg::Cross(id, call!(client, WITHIN, cross(id, dimensions, None)).map(Box::new))
        }
        Call::Rank(studies) => {
            let question = RankQuestion { studies: studies.clone(), of: None, lowest_first: None };
            Msg::Ranked(studies, call!(client, WITHIN, rank(question)).map(Box::new))
        }
        Call::Asked(id) => Msg::Asked(id, call!(client, WITHIN, asked(id)).map(Box::new)),
        Call::Logs(revision, query) => Msg::Logs(revision, call!(client, WITHIN, logs(query))),
        Call::Control(id, control) => match call!(client, WITHIN, control(id, control)) {
            Err(error) if error.code == ErrorCode::UnconfirmedCost => Msg::MoreAsked(id, error),
            reply => Msg::Changed(reply),
        },
        Call::Cancellation(studies) => {
            let reply = call!(client, WITHIN, cancellation(studies.clone()));
            Msg::Cancellation(studies, reply)
        }
        Call::Source(id) => Msg::Source(id, call!(client, WITHIN, source_path(id))),
        Call::Apply(id, choice) => Msg::Applied(id, version_file::apply(client, id, choice).await),
        Call::TakeBack(id) => Msg::Applied(id, version_file::restore(client, id).await),
        Call::SetFinding(id, finding, status) => {
            let reply = call!(client, WITHIN, set_finding(id, finding, status, None));
            Msg::FindingSet(id, reply.map(Box::new))
        }
        Call::Hooks => Msg::Hooks(hooks(client).await),
        Call::Delivery(id) => Msg::Delivery(call!(client, WITHIN, delivery(id)).map(Box::new)),
        Call::Redeliver(id) => {
            let sent = call!(client, WITHIN, redeliver(id));
            Msg::HookChanged(sent.map(|_| "It is sent again.".to_owned()))
        }
        Call::TestEndpoint(id) => {
            let sent = call!(client, WITHIN, test_endpoint(id));
            Msg::HookChanged(sent.map(|_| "A test is on its way.".to_owned()))
        }
        Call::ControlEndpoint(id, control) => {
            let changed = call!(client, WITHIN, control_endpoint(id, control));
            Msg::HookChanged(changed.map(|endpoint| match endpoint.state {
                EndpointState::Paused => {
                    "The endpoint is paused; what happens meanwhile is not sent later.".to_owned()
                }
                EndpointState::Healthy | EndpointState::Failing => {
                    "The endpoint is told again, from now on.".to_owned()
                }
            }))
        }
        Call::Tag(id, tags) => Msg::Changed(call!(client, WITHIN, tag(id, tags))),
    }
}

/// Hooks that came in which the screen shows.
const RECEIVED: u32 = 200;

/// Endpoints and the newest deliveries, sources and what came in last.
async fn hooks(client: &DemoscopeClient) -> Result<HookList, ApiError> {
    let endpoints = call!(client, WITHIN, endpoints())?;
    let query = DeliveryQuery { limit: DELIVERIES, ..DeliveryQuery::default() };
    let deliveries = call!(client, WITHIN, deliveries(query))?.items;
    let sources = call!(client, WITHIN, sources())?;
    let received = call!(client, WITHIN, received_hooks(0, RECEIVED))?.items;
    Ok(HookList { endpoints, deliveries, sources, received })
}

/// A page of answers.
pub(super) async fn answers(
    client: &DemoscopeClient,
    study: StudyId,
    from: u32,
    count: u32,
) -> Result<Page<Response>, ApiError> {
    Ok(call!(client, WITHIN, answers(study, from, count))?.map(Response::from))
}

/// The watched files, page by page, as many as are shown.
async fn watched(client: &DemoscopeClient) -> Result<Vec<WatchedFile>, ApiError> {
    let (mut all, mut next) = (Vec::new(), Some(0));
    while let Some(offset) = next.filter(|_| all.len() < WATCHED_MAX) {
        let page = call!(client, WITHIN, watched_files(offset, STUDIES))?;
        next = page.next.filter(|next| *next > offset);
        all.extend(page.items);
    }
    Ok(all)
}

/// The whole list, page by page.
async fn studies(client: &DemoscopeClient, archived: bool) -> Result<Vec<Study>, ApiError> {
    let mut all = Vec::new();
    let mut offset = 0;
    loop {
        let query = StudyQuery { archived, offset, limit: STUDIES, ..StudyQuery::default() };
        let page = call!(client, WITHIN, studies(query))?;
        all.extend(page.items);
        match page.next {
            Some(next) if next > offset => offset = next,
            _ => return Ok(all),
        }
    }
}
