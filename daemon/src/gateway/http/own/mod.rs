//! Our own door: the index of what runs here and the sign of life, and the envelope of errors for every path that no other
//! door words.

mod api;
mod body;
mod describe;
mod events;
mod export;
mod index;
mod metrics;
mod wording;

use axum::http::{Method, StatusCode};
use axum::response::Response;
use protocol::key::{Dialect, KeyScope};
use protocol::study::Problem;
use serde::Serialize;

use super::description;
use super::door::{BodyRule, Door, Entrance, Route};
use super::refusal::Refusal;
use super::reply;
use super::request_id::RequestId;
pub(super) use describe::{operations, refusal};
use wording::OwnWording;

/// The path of the figures, which the settings switch on.
const METRICS: &str = "/metrics";

/// Our own door.
pub(super) const DOOR: Door = Door {
    about: "Demoscope's own API",
    paths: &["/"],
    dialect: Dialect::Demoscope,
    routes,
    refuse,
};

fn routes() -> Vec<Route> {
    let open = |path, answer| Route {
        method: Method::GET,
        path,
        entrance: Entrance::Anybody,
        body: BodyRule::Nothing,
        answer,
    };
    let reading = |path, answer| Route {
        method: Method::GET,
        path,
        entrance: Entrance::Key(KeyScope::Read),
        body: BodyRule::Nothing,
        answer,
    };
    let mut routes = vec![
        open("/", |visit| {
            Box::pin(async move {
                visit.query(&[])?;
                Ok(index::index(&visit))
            })
        }),
        open("/openapi.json", |visit| {
            Box::pin(async move {
                visit.query(&[])?;
                Ok(description::openapi())
            })
        }),
        open("/docs", |visit| {
            Box::pin(async move {
                visit.query(&[])?;
                Ok(description::docs())
            })
        }),
        open("/healthz", |visit| {
            Box::pin(async move {
                visit.query(&[])?;
                Ok(reply::text(StatusCode::OK, "ok\n"))
            })
        }),
        reading("/events", |visit| Box::pin(events::events(visit))),
        reading(METRICS, |visit| Box::pin(metrics::metrics(visit))),
    ];
    routes.extend(api::routes());
    routes
}

/// An error in our envelope.
#[derive(Serialize, schemars::JsonSchema)]
pub(super) struct OwnError<'a> {
    error: Told<'a>,
}

/// What is told of an error. What it came of is for the log: a caller may not keep it.
#[derive(Serialize, schemars::JsonSchema)]
struct Told<'a> {
    code: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hints: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<ToldProblem>,
    request_id: &'a str,
}

/// One fault of what was sent.
#[derive(Serialize, schemars::JsonSchema)]
struct ToldProblem {
    /// The field, `settings.panel`, or the line of the text, `idea.md:4`.
    place: String,
    /// The fault.
    what: String,
    /// How to correct it.
    hint: String,
}

fn refuse(refusal: &Refusal, id: &RequestId) -> Response {
    reply::json(refusal.status, &told(refusal, id))
}

/// A refusal as bytes, for who has no response to put it in.
pub(super) fn worded(refusal: &Refusal, id: &RequestId) -> Vec<u8> {
    serde_json::to_vec(&told(refusal, id)).unwrap_or_default()
}

fn told<'a>(refusal: &'a Refusal, id: &'a RequestId) -> OwnError<'a> {
    let error = &refusal.error;
    let told = Told {
        code: refusal.code,
        message: &error.message,
        hints: error.hints.iter().filter_map(|hint| hint.told(&OwnWording)).collect(),
        problems: error.problems.iter().map(problem).collect(),
        request_id: id.as_str(),
    };
    OwnError { error: told }
}

fn problem(problem: &Problem) -> ToldProblem {
    ToldProblem {
        place: wording::place(&problem.place),
        what: problem.what.clone(),
        hint: problem.hint.told(&OwnWording).unwrap_or_default(),
    }
}
