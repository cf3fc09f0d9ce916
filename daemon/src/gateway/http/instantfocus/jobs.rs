//! GET /v1/jobs/{id}: a study as a job, which only the key that submitted it sees. The reply is 200 in every state.

use axum::response::Response;
use jiff::Timestamp;
use protocol::credits::Credits;
use protocol::error::{ApiError, ErrorCode};
use protocol::event::Cursor;
use protocol::hint::Remedy;
use protocol::id::StudyId;
use protocol::run::{State, Study};
use serde::Serialize;
use serde_json::value::RawValue;

use super::wording::InstantFocusWording;
use super::{DOOR, result};
use crate::gateway::http::door::Visit;
use crate::gateway::http::refusal::Refusal;

/// Personas of one batch, as the contract counts them.
pub(super) const BATCH: u32 = 5;

#[derive(Serialize, schemars::JsonSchema)]
pub(super) struct JobReply<'a> {
    job_id: String,
    status: &'static str,
    panel_size: u32,
    total_batches: u32,
    completed_batches: u32,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<serde_json::Value>")]
    result: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Answers a poll.
pub(super) async fn job(visit: Visit) -> Result<Response, Refusal> {
    let id: StudyId = visit.part("id").parse().map_err(|_| unknown())?;
    let Some(key) = visit.key.as_ref().map(|key| key.id) else { return Err(Refusal::defect()) };
    let (core, caller) = (&visit.context.core, &visit.caller);
    let (key, head) = ((DOOR.about, id, key), Cursor(*core.store().last_event().borrow()));
    if let Some(told) = visit.context.told.reply(&key, head) {
        return Ok(super::around(&told, &visit.id));
    }
    let found = core.study_of_key(caller, id).await.map_err(|error| match error.code {
        ErrorCode::NotFound => unknown(),
        ErrorCode::Forbidden => {
            ApiError::new(ErrorCode::Forbidden, "Access denied: this job is another key's")
                .hint("Ask with the key that submitted it")
        }
        _ => error,
    })?;
    let (study, held) = (found.study, found.held);
    let mut job = JobReply {
        job_id: id.to_string(),
        status: status(study.state),
        panel_size: study.panel.requested,
        total_batches: study.panel.requested.div_ceil(BATCH),
        completed_batches: study.panel.settled() / BATCH,
        created_at: study.created_at,
        result: None,
        error: None,
    };
    if study.panel.settled() >= study.panel.requested {
        job.completed_batches = job.total_batches;
    }
    let is_answered = study.state == State::Completed && study.panel.delivered > 0;
    let result = if is_answered { result::told(&visit, &study).await? } else { None };
    job.result = result.as_deref();
    if study.state.is_final() && job.result.is_none() {
        job.status = "failed";
        let used = core.report(caller, id).await?.meta.credits_used;
        let why = Refusal::from(why_failed(&study, held, used));
        job.error = Some(why.in_one_text(&InstantFocusWording));
    }
    if study.state.is_final() {
        let warnings: Vec<String> = match job.result {
            Some(_) => core.report(caller, id).await?.text_warnings().collect(),
            None => Vec::new(),
        };
        let told = super::before_id(&job, &warnings).map_err(|error| unwritten(&error))?;
        visit.context.told.put_reply(key, head, &told);
        return Ok(super::around(&told, &visit.id));
    }
    Ok(super::plain(&job, &visit.id))
}

fn unwritten(error: &serde_json::Error) -> ApiError {
    ApiError::new(ErrorCode::Internal, "The job cannot be written").because(error)
}

/// The state of a study in the contract's words.
pub(super) const fn status(state: State) -> &'static str {
    match state {
        State::Draft | State::Queued => "pending",
        State::Running | State::Paused => "processing",
        State::Finalizing => "finalizing",
        State::Completed => "completed",
        State::Failed | State::Cancelled => "failed",
    }
}

/// Why a study has no result, of which so much was held and so much is charged all the same: answers that were delivered
/// before its end are.
pub(super) fn why_failed(study: &Study, held: Credits, used: Credits) -> ApiError {
    let (requested, delivered) = (study.panel.requested, study.panel.delivered);
    let what = match (study.state, &study.reason) {
        (State::Cancelled, Some(reason)) => format!("The evaluation was {reason}"),
        (State::Cancelled, None) => "The evaluation was cancelled".to_owned(),
        (_, reason) => {
            let nobody = if delivered == 0 { ": nobody answered" } else { "" };
            let reason = reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
            format!("The evaluation failed{nobody}{reason}")
        }
    };
    if used <= Credits::ZERO {
        let hint = match study.state {
            State::Cancelled => "Ask again where you want its answers: all credits came back",
            _ => "Try again later: all credits came back",
        };
        return ApiError::new(ErrorCode::Internal, what).hint(hint);
    }
    let back = held.checked_sub(used).unwrap_or_default().max(Credits::ZERO);
    let charged = format!(
        "{what}. {delivered} of {requested} answers were delivered, for which {used} credits are charged; {back} came back"
    );
    ApiError::new(ErrorCode::Internal, charged).hint(Remedy::owner(
        "Read these answers",
        format!("demoscope answers {}", study.id.short()),
    ))
}

fn unknown() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "There is no such job")
        .hint("Check the id that POST /v1/evaluate gave")
}
