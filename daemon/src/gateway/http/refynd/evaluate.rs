//! POST /api/v1/evaluate: an evaluation is taken on, and its credits are held; results come later, by poll or webhook.

use axum::http::StatusCode;
use axum::response::Response;
use protocol::error::{ApiError, ErrorCode, Shortage};
use protocol::hook::HookFormat;
use protocol::service::Submit;
use protocol::study::Origin;
use serde::Serialize;
use serde_json::{Value, json};

use super::errors::not_valid;
use super::request::{self, ReadEvaluation};
use crate::gateway::http::door::Visit;
use crate::gateway::http::refusal::Refusal;
use crate::gateway::http::{idempotency, reply};

/// How far the estimate reaches below and above what the measured rate gives.
const ESTIMATE: (f64, f64) = (0.5, 1.5);

/// The reply about an evaluation that is taken on.
#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AcceptedEvaluation {
    test_run_id: String,
    status: &'static str,
    credits_charged: i64,
    estimated_duration: String,
}

/// The reply, with what of the request was ignored.
#[derive(Serialize, schemars::JsonSchema)]
pub(super) struct AcceptedReply {
    data: AcceptedEvaluation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

/// Answers an evaluation.
pub(super) async fn evaluate(visit: Visit) -> Result<Response, Refusal> {
    let Some(key) = visit.key.clone() else { return Err(Refusal::defect()) };
    let ReadEvaluation { draft, warnings } = request::read(&visit.body, visit.engine(&key))?;
    let submission = idempotency::submission(&visit.context, &visit.headers, &key)?;
    let submit =
        Submit { key: submission, draft, origin: Origin::Http, cost_confirmed: false, path: None };
    let (core, caller) = (&visit.context.core, &visit.caller);
    let taken = core.submit_draft_told(caller, submit, HookFormat::Refynd).await;
    let study = taken.map_err(|error| not_taken(&visit, error))?;
    let taken = core.study_of_key(caller, study.id).await?;
    let data = AcceptedEvaluation {
        test_run_id: study.id.to_string(),
        // What follows is told by the results.
        status: "queued",
        credits_charged: taken.held.0,
        estimated_duration: estimate(core.seconds_left(caller, study.id).await?),
    };
    Ok(reply::json(StatusCode::OK, &AcceptedReply { data, warnings }))
}

/// Why an evaluation was not taken on.
fn not_taken(visit: &Visit, error: ApiError) -> Refusal {
    match error.code {
        ErrorCode::InvalidInput => not_valid(error),
        ErrorCode::InsufficientCredits | ErrorCode::CostCap => {
            let details = error.shortage.as_deref().map(missing);
            Refusal { details, ..Refusal::from(error) }
        }
        _ => idempotency::reworded(error, &visit.headers).into(),
    }
}

/// What an evaluation requires and what there is, as the sentence of the refusal has it. Dollars say that they are some.
fn missing(shortage: &Shortage) -> Value {
    match *shortage {
        Shortage::Credits { required, left } => json!({ "required": required, "balance": left }),
        Shortage::Dollars { required, left } => json!({
            "required": required.dollars(),
            "balance": left.dollars(),
            "unit": "usd",
        }),
    }
}

/// A number of seconds as a range of whole ones.
fn estimate(seconds: f64) -> String {
    let low = (seconds * ESTIMATE.0).floor().clamp(1.0, 1e6);
    let high = (seconds * ESTIMATE.1).ceil().clamp(low + 1.0, 2e6);
    format!("{low}-{high}s")
}
