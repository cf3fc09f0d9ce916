//! The door of the InstantFocus contract: POST /v1/evaluate, GET /v1/jobs/{id}, /v1/usage and /v1/health, with that
//! contract's fields, limits, envelope and codes. A job is a study; nothing outside this folder knows the contract.

mod describe;
mod evaluate;
mod ignored;
mod jobs;
mod request;
mod result;
mod usage;
mod wording;

use axum::body::Bytes;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use protocol::key::{Dialect, KeyScope};
use serde::Serialize;

use super::door::{BodyRule, Door, Entrance, Route};
use super::refusal::{NO_PLACE, Refusal};
use super::reply;
use super::request_id::RequestId;
pub(super) use describe::operations;
use wording::InstantFocusWording;
pub(super) use wording::{another_key, owner_can};

/// The door of the contract.
pub(super) const DOOR: Door = Door {
    about: "The API of InstantFocus",
    paths: &["/v1"],
    dialect: Dialect::InstantFocus,
    routes,
    refuse,
};

/// The code of a job that could not be made.
const JOB_CREATION_ERROR: &str = "JOB_CREATION_ERROR";

fn routes() -> Vec<Route> {
    let reading = |path, answer| Route {
        method: Method::GET,
        path,
        entrance: Entrance::Key(KeyScope::Read),
        body: BodyRule::Nothing,
        answer,
    };
    vec![
        Route {
            method: Method::POST,
            path: "/v1/evaluate",
            entrance: Entrance::Key(KeyScope::Run),
            body: BodyRule::Json,
            answer: |visit| Box::pin(evaluate::evaluate(visit)),
        },
        reading("/v1/jobs/{id}", |visit| Box::pin(jobs::job(visit))),
        reading("/v1/usage", |visit| Box::pin(usage::usage(visit))),
        Route {
            entrance: Entrance::Anybody,
            ..reading("/v1/health", |visit| Box::pin(usage::health(visit)))
        },
    ]
}

/// A reply in the envelope.
#[derive(Serialize, schemars::JsonSchema)]
struct GoodReply<'a, D: ?Sized, M> {
    ok: bool,
    data: &'a D,
    meta: &'a M,
}

/// The meta of a reply that tells nothing of a study.
#[derive(Serialize, schemars::JsonSchema)]
struct PlainMeta<'a> {
    /// Which texts of a job are rejected for everybody, and what its results lack.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    warnings: &'a [String],
    request_id: &'a str,
}

/// A good reply without the meta of a study.
fn plain(data: &impl Serialize, id: &RequestId) -> Response {
    let meta = PlainMeta { warnings: &[], request_id: id.as_str() };
    reply::json(StatusCode::OK, &GoodReply { ok: true, data, meta: &meta })
}

/// Data and what it lacks, written up to the id of the request.
fn before_id(data: &impl Serialize, warnings: &[String]) -> Result<Bytes, serde_json::Error> {
    let mut written = b"{\"ok\":true,\"data\":".to_vec();
    serde_json::to_writer(&mut written, data)?;
    written.extend_from_slice(b",\"meta\":{");
    if !warnings.is_empty() {
        written.extend_from_slice(b"\"warnings\":");
        serde_json::to_writer(&mut written, warnings)?;
        written.push(b',');
    }
    Ok(Bytes::from(written))
}

/// A good reply that is written so far, for that request.
fn around(written: &[u8], id: &RequestId) -> Response {
    // An id is letters, digits and a few signs that stand for themselves.
    let end = format!("\"request_id\":\"{id}\"}}}}");
    reply::written([written, end.as_bytes()].concat())
}

/// An error in the envelope.
#[derive(Serialize, schemars::JsonSchema)]
struct BadReply<'a> {
    ok: bool,
    error: ErrorBody,
    meta: PlainMeta<'a>,
}

#[derive(Serialize, schemars::JsonSchema)]
struct ErrorBody {
    /// What is wrong. The contract has `UNAUTHORIZED` (401), `FORBIDDEN` (403), `NOT_FOUND` (404), `VALIDATION_ERROR` (400),
    /// `INSUFFICIENT_CREDITS` (402: credits, or a cap of the key), `EVALUATION_ERROR` and `JOB_CREATION_ERROR` (500). Beside
    /// them are `METHOD_NOT_ALLOWED` (405), `REQUEST_TIMEOUT` (408), `CONFLICT` (409: an Idempotency-Key was used for another
    /// request), `PAYLOAD_TOO_LARGE` (413), `UNSUPPORTED_MEDIA_TYPE` (415), `MISDIRECTED_REQUEST` (421: another Host),
    /// `TOO_MANY_REQUESTS` (429) and `SERVICE_UNAVAILABLE` (503).
    #[schemars(extend("enum" = CODES))]
    code: &'static str,
    message: String,
}

fn refuse(refusal: &Refusal, id: &RequestId) -> Response {
    let status = match refusal.status {
        // A cost that nobody confirmed is one that the key may not cause.
        StatusCode::PRECONDITION_REQUIRED => StatusCode::PAYMENT_REQUIRED,
        StatusCode::NOT_IMPLEMENTED => StatusCode::BAD_REQUEST,
        // The listener's own, before anything was evaluated.
        StatusCode::SERVICE_UNAVAILABLE if refusal.code == NO_PLACE => refusal.status,
        status if status.is_server_error() => StatusCode::INTERNAL_SERVER_ERROR,
        status => status,
    };
    let error = ErrorBody {
        code: code(status, refusal.code),
        message: refusal.in_one_text(&InstantFocusWording),
    };
    let meta = PlainMeta { warnings: &[], request_id: id.as_str() };
    reply::json(status, &BadReply { ok: false, error, meta })
}

/// Every code that is told.
const CODES: [&str; 15] = [
    "UNAUTHORIZED",
    "INSUFFICIENT_CREDITS",
    "FORBIDDEN",
    "NOT_FOUND",
    "METHOD_NOT_ALLOWED",
    "REQUEST_TIMEOUT",
    "CONFLICT",
    "PAYLOAD_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
    "MISDIRECTED_REQUEST",
    "TOO_MANY_REQUESTS",
    "SERVICE_UNAVAILABLE",
    JOB_CREATION_ERROR,
    "EVALUATION_ERROR",
    "VALIDATION_ERROR",
];

/// The contract's code for a status, and ours where it has none.
fn code(status: StatusCode, own: &str) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "UNAUTHORIZED",
        StatusCode::PAYMENT_REQUIRED => "INSUFFICIENT_CREDITS",
        StatusCode::FORBIDDEN => "FORBIDDEN",
        StatusCode::NOT_FOUND => "NOT_FOUND",
        StatusCode::METHOD_NOT_ALLOWED => "METHOD_NOT_ALLOWED",
        StatusCode::REQUEST_TIMEOUT => "REQUEST_TIMEOUT",
        StatusCode::CONFLICT => "CONFLICT",
        StatusCode::PAYLOAD_TOO_LARGE => "PAYLOAD_TOO_LARGE",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "UNSUPPORTED_MEDIA_TYPE",
        StatusCode::MISDIRECTED_REQUEST => "MISDIRECTED_REQUEST",
        StatusCode::TOO_MANY_REQUESTS => "TOO_MANY_REQUESTS",
        StatusCode::SERVICE_UNAVAILABLE => "SERVICE_UNAVAILABLE",
        StatusCode::INTERNAL_SERVER_ERROR if own == JOB_CREATION_ERROR => JOB_CREATION_ERROR,
        StatusCode::INTERNAL_SERVER_ERROR => "EVALUATION_ERROR",
        _ => "VALIDATION_ERROR",
    }
}

#[cfg(test)]
mod tests;
