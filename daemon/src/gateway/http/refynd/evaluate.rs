//! POST /api/v1/evaluate: an evaluation is taken on, and its credits are held; results come later, by poll or webhook.

use axum::http::StatusCode;
use axum::response::Response;
use protocol::error::{ApiError, ErrorCode};
use protocol::hook::HookFormat;
use protocol::service::Submit;
use protocol::study::{Draft, Origin};
use serde::Serialize;
use serde_json::json;

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
    let submit = Submit {
        key: submission,
        draft: draft.clone(),
        origin: Origin::Http,
        cost_confirmed: false,
        path: None,
    };
    let (core, caller) = (&visit.context.core, &visit.caller);
    let study = match core.submit_draft_told(caller, submit, HookFormat::Refynd).await {
        Ok(study) => study,
        Err(error) => return Err(not_taken(&visit, draft, error).await),
    };
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
async fn not_taken(visit: &Visit, draft: Draft, error: ApiError) -> Refusal {
    match error.code {
        ErrorCode::InvalidInput => not_valid(error),
        ErrorCode::InsufficientCredits | ErrorCode::CostCap => {
            let mut refusal = Refusal::from(error);
            refusal.details = missing_credits(visit, draft).await;
            refusal
        }
        _ => idempotency::reworded(error, &visit.headers).into(),
    }
}

/// What an evaluation requires and the key can spend, where it is credits that are missing.
async fn missing_credits(visit: &Visit, draft: Draft) -> Option<serde_json::Value> {
    let (core, caller) = (&visit.context.core, &visit.caller);
    let required = core.check(caller, draft).await.ok()?.credits;
    let balance = visit.spendable().await.ok()?;
    (required > balance).then(|| json!({ "required": required, "balance": balance }))
}

/// A number of seconds as a range of whole ones.
fn estimate(seconds: f64) -> String {
    let low = (seconds * ESTIMATE.0).floor().clamp(1.0, 1e6);
    let high = (seconds * ESTIMATE.1).ceil().clamp(low + 1.0, 2e6);
    format!("{low}-{high}s")
}
