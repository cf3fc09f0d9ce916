//! One question to the daemon, asked and answered.

use std::time::Duration;

use protocol::error::ApiError;
use protocol::run::Study;
use protocol::service::{DemoscopeClient, StudyQuery, Submit};
use protocol::study::Origin;

use crate::link::call;
use crate::station::effect::{Call, People};
use crate::station::msg::Msg;

/// How long an answer may take.
pub(super) const WITHIN: Duration = Duration::from_secs(15);
/// Studies of one page of the list.
const STUDIES: u32 = 500;
/// Answers of one page; the daemon gives fewer when they are long.
const ANSWERS: u32 = 500;

/// Asks, and puts the answer into the message it belongs to.
pub(super) async fn ask(client: &DemoscopeClient, call: Call) -> Msg {
    match call {
        Call::Studies { archived } => Msg::Studies(studies(client, archived).await),
        Call::Balance => Msg::Balance(call!(client, WITHIN, credits())),
        Call::Live(id) => Msg::Live(id, call!(client, WITHIN, live(id)).map(Box::new)),
        Call::Scores(id, People { first, count }) => {
            Msg::Scores(id, first, call!(client, WITHIN, scores(id, first, count)))
        }
        Call::Newest(id, from, count) => {
            Msg::Newest(id, call!(client, WITHIN, answers(id, from, count)))
        }
        Call::Page(id, from) => Msg::Page(id, call!(client, WITHIN, answers(id, from, ANSWERS))),
        Call::Unread(id, from, count) => {
            Msg::Unread(id, from, call!(client, WITHIN, answers(id, from, count)))
        }
        Call::Answer(id, ordinal) => {
            Msg::Answer(id, ordinal, call!(client, WITHIN, answers(id, ordinal, 1)))
        }
        Call::Report(id) => Msg::Report(id, call!(client, WITHIN, report(id)).map(Box::new)),
        Call::Check { revision, draft } => {
            Msg::Checked(revision, call!(client, WITHIN, check(draft)).map(Box::new))
        }
        Call::Submit { key, draft, cost_confirmed } => {
            let submit = Submit { key, draft, origin: Origin::Tui, cost_confirmed };
            Msg::Submitted(call!(client, WITHIN, submit(submit)))
        }
        Call::Cross(id, dimensions) => {
            let dimensions = dimensions.map(str::to_owned).into();
            Msg::Cross(id, call!(client, WITHIN, cross(id, dimensions, None)).map(Box::new))
        }
        Call::Asked(id) => Msg::Asked(id, call!(client, WITHIN, asked(id)).map(Box::new)),
        Call::Control(id, control) => Msg::Changed(call!(client, WITHIN, control(id, control))),
        Call::Tag(id, tags) => Msg::Changed(call!(client, WITHIN, tag(id, tags))),
    }
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
