//! The door for agents: the tools of the Model Context Protocol over Streamable HTTP, for holders of a key of ours. The table of
//! tools is that of `demoscope mcp`; here a tool calls the core for the key, within its scope and caps. A cap in dollars is the
//! owner's consent to cost, so nobody is asked; without one, a study that costs waits until the owner agrees.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use mcp::{CostRule, UseCases};
use protocol::analysis::CrossTab;
use protocol::cost_request::{CostDecision, CostRequest, CostRequestId};
use protocol::error::{ApiError, ErrorCode};
use protocol::event::{Cursor, EventPage};
use protocol::external::{ExternalHead, ExternalResult};
use protocol::id::{StudyId, SubmitKey};
use protocol::key::{Dialect, KeyScope};
use protocol::ledger::Balance;
use protocol::ranking::{RankQuestion, Ranking};
use protocol::results::{Comparison, Report};
use protocol::run::{Preview, Study};
use protocol::service::{Page, Reply, StudyQuery, Submit};
use protocol::study::{Draft, Origin};
use serde_json::json;

use super::HttpContext;
use super::description::{Content, Operation, ReplyDescription};
use super::door::{BodyRule, Door, Entrance, Route, Visit};
use super::idempotency;
use super::own;
use super::refusal::Refusal;
use crate::app::{ActiveKey, CallOrigin, Caller, Scope};

/// The door for agents.
pub(super) const DOOR: Door = Door {
    about: "Tools for agents (Model Context Protocol)",
    paths: &["/mcp"],
    dialect: Dialect::Demoscope,
    routes,
    refuse: own::DOOR.refuse,
};

/// Where clients of the protocol call.
pub(super) const PATH: &str = "/mcp/demoscope";

/// What is told of the route.
pub(super) fn operations() -> Vec<Operation> {
    let message = json!({ "type": "object", "required": ["jsonrpc"], "properties": { "jsonrpc": { "const": "2.0" } } });
    let hello = json!({
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "example", "version": "1" },
        },
    });
    vec![Operation {
        method: Method::POST,
        path: PATH,
        summary: "Tools for agents",
        about: "Streamable HTTP of the Model Context Protocol, without sessions: a message of JSON-RPC is answered with one. \
                The header `Accept`, where there is one, must name `application/json`, or a range with it, as `*/*`: there \
                are no streams.",
        query: &[],
        body: Some(Content::json_here(message.clone(), Some(hello))),
        replies: vec![
            ReplyDescription::new(
                StatusCode::OK,
                "The reply to a request",
                Content::json_here(message, None),
            ),
            ReplyDescription {
                status: Some(StatusCode::ACCEPTED),
                about: "A notification was taken",
                content: None,
            },
            ReplyDescription::new(
                StatusCode::BAD_REQUEST,
                "What was sent is no message: a refusal of the protocol, or in the envelope of our API",
                Content::json_here(json!({ "type": "object", "required": ["error"] }), None),
            ),
            own::refusal(),
        ],
    }]
}

/// Events on a page.
const PAGE: u32 = 200;

fn routes() -> Vec<Route> {
    vec![Route {
        method: Method::POST,
        path: PATH,
        // Whoever may read uses the tools that read; a tool that runs asks the core for the scope.
        entrance: Entrance::Key(KeyScope::Read),
        body: BodyRule::Json,
        answer: |visit| Box::pin(answer(visit)),
    }]
}

async fn answer(visit: Visit) -> Result<Response, Refusal> {
    let Some(key) = visit.key.clone() else { return Err(Refusal::defect()) };
    let origin = CallOrigin::Key(Origin::Mcp, key.id);
    let caller = Caller { origin, ..visit.caller.clone() };
    let stopping = visit.context.stopping.clone();
    let retried = if idempotency::is_given(&visit.headers) {
        Some(idempotency::submission(&visit.context, &visit.headers, &key)?)
    } else {
        None
    };
    let mut request = Request::new(visit.body);
    *request.method_mut() = Method::POST;
    *request.headers_mut() = visit.headers;
    let (context, submitted) = (visit.context, AtomicU32::new(0));
    let desk = KeyHolder { context, caller, key, retried, submitted };
    Ok(mcp::answer(desk, &stopping, request).await.map(Body::new))
}

/// The core, called for the holder of a key.
struct KeyHolder {
    context: Arc<HttpContext>,
    caller: Caller,
    key: Arc<ActiveKey>,
    /// The submission that the Idempotency-Key of the request stands for.
    retried: Option<SubmitKey>,
    /// Submissions of this request: a tool may ask several studies.
    submitted: AtomicU32,
}

impl KeyHolder {
    /// The draft with the engine of the key, where it has one.
    fn bound(&self, mut draft: Draft) -> Draft {
        if let Some(engine) = &self.key.engine {
            draft.overrides.insert("engine".to_owned(), engine.clone());
        }
        draft
    }

    fn submission(&self, draft: Draft) -> Submit {
        Submit {
            key: match self.retried {
                Some(first) => {
                    idempotency::following(first, self.submitted.fetch_add(1, Ordering::Relaxed))
                }
                None => SubmitKey(self.context.world.ids.fresh()),
            },
            draft: self.bound(draft),
            origin: Origin::Mcp,
            cost_confirmed: false,
            path: None,
        }
    }
}

impl UseCases for KeyHolder {
    const COST_RULE: CostRule = CostRule::CapOfKey;

    async fn check(&self, draft: Draft) -> Reply<Preview> {
        let (core, caller) = (&self.context.core, &self.caller);
        core.check(caller, self.bound(draft)).await
    }

    async fn submit(&self, draft: Draft) -> Reply<Study> {
        let (core, caller) = (&self.context.core, &self.caller);
        let taken = core.submit_draft(caller, self.submission(draft)).await;
        outward(match self.retried {
            Some(_) => taken.map_err(idempotency::of_a_repetition),
            None => taken,
        })
    }

    async fn request_cost(&self, draft: Draft, client: String) -> Reply<CostRequest> {
        let (core, caller) = (&self.context.core, &self.caller);
        outward(core.request_cost(caller, self.submission(draft), client).await)
    }

    async fn decide_cost(&self, id: CostRequestId, decision: CostDecision) -> Reply<CostRequest> {
        let (core, caller) = (&self.context.core, &self.caller);
        core.decide_cost(caller, id, decision).await
    }

    async fn cost_request(&self, id: CostRequestId) -> Reply<CostRequest> {
        let (core, caller) = (&self.context.core, &self.caller);
        core.cost_request(caller, id).await
    }

    async fn externals(&self, offset: u32, limit: u32) -> Reply<Page<ExternalHead>> {
        let (core, caller) = (&self.context.core, &self.caller);
        core.externals(caller, offset, limit).await
    }

    async fn external(&self, name: String) -> Reply<Option<ExternalResult>> {
        let (core, caller) = (&self.context.core, &self.caller);
        core.external(caller, &name).await
    }

    fn may_run(&self) -> bool {
        self.caller.scopes.has(Scope::Write)
    }

    async fn studies(&self, query: StudyQuery) -> Reply<Page<Study>> {
        let (core, caller) = (&self.context.core, &self.caller);
        core.studies(caller, &query).await
    }

    async fn find(&self, name: String) -> Reply<Study> {
        let (core, caller) = (&self.context.core, &self.caller);
        core.find(caller, &name).await
    }

    async fn report(&self, study: StudyId) -> Reply<Report> {
        let (core, caller) = (&self.context.core, &self.caller);
        core.report(caller, study).await
    }

    async fn cross(
        &self,
        study: StudyId,
        dimensions: Vec<String>,
        of: Option<String>,
    ) -> Reply<CrossTab> {
        let (core, caller) = (&self.context.core, &self.caller);
        core.cross(caller, study, &dimensions, of.as_deref()).await
    }

    async fn compare(
        &self,
        first: StudyId,
        second: StudyId,
        of: Option<String>,
    ) -> Reply<Comparison> {
        let (core, caller) = (&self.context.core, &self.caller);
        core.compare(caller, first, second, of.as_deref()).await
    }

    async fn rank(&self, question: RankQuestion) -> Reply<Ranking> {
        let (core, caller) = (&self.context.core, &self.caller);
        core.rank(caller, question).await
    }

    async fn credits(&self) -> Reply<Balance> {
        let (core, caller) = (&self.context.core, &self.caller);
        core.credits(caller).await
    }

    async fn head(&self) -> Reply<Cursor> {
        let (core, caller) = (&self.context.core, &self.caller);
        core.head(caller).await
    }

    async fn events(&self, after: Cursor, wait: Duration) -> Reply<EventPage> {
        let (core, caller) = (&self.context.core, &self.caller);
        let ended = |what| {
            let error = ApiError::new(ErrorCode::Busy, what);
            Err(error.hint("Try again: the study goes on"))
        };
        tokio::select! {
            page = core.events(caller, after, PAGE, wait) => page,
            () = self.key.ended.cancelled() => ended("The key was revoked meanwhile"),
            () = self.context.stopping.cancelled() => ended("The daemon ends"),
        }
    }
}

/// A reply as whoever holds a key may know it: of a store that takes no writes they are told no files.
fn outward<T>(reply: Reply<T>) -> Reply<T> {
    reply.map_err(|error| *Refusal::from(error).error)
}

#[cfg(test)]
mod tests;
