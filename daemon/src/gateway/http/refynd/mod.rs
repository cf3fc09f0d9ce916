//! The door of the Refynd contract: POST /api/v1/evaluate, GET /api/v1/results/{id} and /api/v1/balance, with that contract's
//! fields, limits, envelope and codes. An evaluation is a content review; how results are told is in `dialect`, because
//! webhooks tell the same.

mod describe;
mod errors;
mod evaluate;
mod request;
mod results;
mod wording;

use axum::http::{Method, StatusCode};
use axum::response::Response;
use protocol::key::{Dialect, KeyScope};
use serde::Serialize;

use super::door::{BodyRule, Door, Entrance, Route, Visit};
use super::refusal::Refusal;
use super::reply;
use crate::dialect::refynd::DataReply;

pub(super) use describe::operations;

/// The door of the contract.
pub(super) const DOOR: Door = Door {
    about: "The API of Refynd",
    paths: &["/api/v1"],
    dialect: Dialect::Refynd,
    routes,
    refuse: errors::refuse,
};

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
            path: "/api/v1/evaluate",
            entrance: Entrance::Key(KeyScope::Run),
            body: BodyRule::Json,
            answer: |visit| Box::pin(evaluate::evaluate(visit)),
        },
        reading("/api/v1/results/{id}", |visit| Box::pin(results::results(visit))),
        reading("/api/v1/balance", |visit| Box::pin(balance(visit))),
    ]
}

/// A good reply.
fn good(data: impl Serialize) -> Response {
    reply::json(StatusCode::OK, &DataReply { data })
}

#[derive(Serialize, schemars::JsonSchema)]
struct SpendableCredits {
    credits: i64,
}

/// Answers what the key can spend.
async fn balance(visit: Visit) -> Result<Response, Refusal> {
    Ok(good(SpendableCredits { credits: visit.spendable().await?.0 }))
}

#[cfg(test)]
mod tests;
