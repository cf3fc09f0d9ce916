//! Calls to the daemon, one at a time, each converted to a message.

use std::time::Duration;

use protocol::error::ApiError;
use protocol::id::StudyId;
use protocol::ranking::RankQuestion;
use protocol::results::Response;
use protocol::run::Study;
use protocol::service::{DemoscopeClient, Page, StudyQuery, Submit};
use protocol::study::Origin;

use crate::link::call;
use crate::station::effect::{Call, People};
use crate::station::msg::Msg;

/// Time limit of a call.
pub(super) const WITHIN: Duration = Duration::from_secs(15);
/// Studies in a page of the list.
const STUDIES: u32 = 500;
/// Answers in a page; the daemon sends fewer when they are long.
const ANSWERS: u32 = 500;

/// Makes a call and wraps the response in its message.
pub(super) async fn ask(client: &DemoscopeClient, call: Call) -> Msg {
    match call {
        Call::Studies { archived } => Msg::Studies(studies(client, archived).await),
        Call::Balance => Msg::Balance(call!(client, WITHIN, credits())),
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
        Call::Check { revision, draft } => {
            Msg::Checked(revision, call!(client, WITHIN, check(draft)).map(Box::new))
        }
        Call::Submit { key, draft, cost_confirmed } => {
            let path = None;
            let submit = Submit { key, draft, origin: Origin::Tui, cost_confirmed, path };
            Msg::Submitted(call!(client, WITHIN, submit(submit)))
        }
        Call::Cross(id, dimensions) => {
            let dimensions = dimensions.map(str::to_owned).into();
            Msg::Cross(id, call!(client, WITHIN, cross(id, dimensions, None)).map(Box::new))
        }
        Call::Rank(studies) => {
            let question = RankQuestion { studies: studies.clone(), of: None, lowest_first: false };
            Msg::Ranked(studies, call!(client, WITHIN, rank(question)).map(Box::new))
        }
        Call::Asked(id) => Msg::Asked(id, call!(client, WITHIN, asked(id)).map(Box::new)),
        Call::Control(id, control) => Msg::Changed(call!(client, WITHIN, control(id, control))),
        Call::SetFinding(id, finding, status) => {
            let reply = call!(client, WITHIN, set_finding(id, finding, status, None));
            Msg::FindingSet(id, reply.map(Box::new))
        }
        Call::Tag(id, tags) => Msg::Changed(call!(client, WITHIN, tag(id, tags))),
    }
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
