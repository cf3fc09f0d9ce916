//! The door of incoming hooks: `POST /hooks/in/SOURCE`. It hands headers and raw body to the use case, which checks the
//! signature; what a hook does happens later, so that its sender is answered at once.

use axum::http::{Method, StatusCode};
use axum::response::Response;
use protocol::error::{ApiError, ErrorCode};
use protocol::key::Dialect;
use protocol::safe;
use serde::Serialize;

use super::description::{Content, Operation, ReplyDescription};
use super::door::{BodyRule, Door, Entrance, Route, Visit};
use super::refusal::Refusal;
use super::{own, reply};
use crate::app::{HookReceipt, IncomingHook};
use crate::domain::hook_in::HookHeaders;

/// The door of incoming hooks.
pub(super) const DOOR: Door = Door {
    about: "Incoming hooks: POST /hooks/in/SOURCE, signed as `demoscope hooks sources add` says",
    paths: &["/hooks/in/"],
    dialect: Dialect::Demoscope,
    routes,
    refuse: own::DOOR.refuse,
};

/// Seconds after which a source that sent too many may go on.
const TOO_MANY_WAIT_MS: u64 = 600_000;

/// Where hooks come in.
const PATH: &str = "/hooks/in/{source}";

fn routes() -> Vec<Route> {
    vec![Route {
        method: Method::POST,
        path: PATH,
        entrance: Entrance::Signed,
        body: BodyRule::Bytes,
        answer: |visit| Box::pin(receive(visit)),
    }]
}

/// What is told of the route.
pub(super) fn operations() -> Vec<Operation> {
    vec![Operation {
        method: Method::POST,
        path: PATH,
        summary: "A hook of a source",
        about: "What it does, the source declares: `demoscope hooks sources add`. Each hook is acted on once.",
        query: &[],
        body: None,
        replies: vec![
            ReplyDescription::new(
                StatusCode::ACCEPTED,
                "It was taken, or had been before",
                Content::json::<HookTold>(None),
            ),
            own::refusal(),
        ],
    }]
}

/// What the sender is told.
#[derive(Serialize, schemars::JsonSchema)]
struct HookTold {
    status: &'static str,
}

async fn receive(visit: Visit) -> Result<Response, Refusal> {
    let headers = visit.headers.iter().map(|(name, value)| {
        // What is no text is no signature either, but it counts as being there.
        let value = value.to_str().unwrap_or_default().to_owned();
        (name.as_str().to_owned(), value)
    });
    let hook = IncomingHook {
        source: visit.part("source").to_owned(),
        headers: HookHeaders::new(headers),
        body: visit.body.to_vec(),
    };
    let (caller, source) = (&visit.caller, hook.source.clone());
    let receipt = visit.context.core.receive_hook(caller, hook).await;
    if !matches!(receipt, Ok(HookReceipt::Accepted | HookReceipt::Repeated)) {
        let (id, peer) = (&visit.id, visit.peer);
        let source: String = safe::line(&source).chars().take(40).collect();
        tracing::info!(%id, %peer, source, "a hook was not taken");
    }
    let status = match receipt? {
        HookReceipt::Accepted => "accepted",
        HookReceipt::Repeated => "repeated",
        HookReceipt::Loop => return Err(Refusal::hook_loop()),
        HookReceipt::TooMany => {
            let what = "The source sent too many hooks within an hour";
            let mut error = ApiError::new(ErrorCode::RateLimited, what)
                .hint("Send again later; the hook was not taken");
            error.retry_after_ms = Some(TOO_MANY_WAIT_MS);
            return Err(error.into());
        }
    };
    Ok(reply::json(StatusCode::ACCEPTED, &HookTold { status }))
}
