//! GET /api/v1/results/{id}: an evaluation while it goes on, and what it came to, for the key that submitted it and for
//! one whose endpoint is told what evaluations came to.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;
use protocol::error::{ApiError, ErrorCode};
use protocol::id::StudyId;

use super::DOOR;
use crate::dialect::refynd::{self, DataReply};
use crate::gateway::http::door::Visit;
use crate::gateway::http::refusal::Refusal;
use crate::gateway::http::reply;

/// Answers a poll.
pub(super) async fn results(visit: Visit) -> Result<Response, Refusal> {
    let id: StudyId = visit.part("id").parse().map_err(|_| unknown())?;
    let (core, caller) = (&visit.context.core, &visit.caller);
    let found = core.evaluation_of_key(caller, id).await.map_err(|error| match error.code {
        // Whose it is, nobody is told but its owner.
        ErrorCode::NotFound | ErrorCode::Forbidden => unknown(),
        _ => error,
    })?;
    let study = &found.study;
    let key = (DOOR.about, id, study.completed_at.unwrap_or(study.created_at));
    if study.state.is_final() {
        if let Some(kept) = visit.context.told.get(&key) {
            return Ok(reply::json(StatusCode::OK, &kept));
        }
        let report = core.report(caller, id).await?;
        if let Some(ended) = refynd::ended(&report, found.held) {
            let text = serde_json::value::to_raw_value(&DataReply { data: ended });
            let text = text.map_err(|error| {
                ApiError::new(ErrorCode::Internal, "A result cannot be written").because(&error)
            })?;
            let text = Arc::from(text);
            visit.context.told.put(key, &text);
            return Ok(reply::json(StatusCode::OK, &text));
        }
    }
    Ok(super::good(refynd::under_way(study, found.progress)))
}

fn unknown() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "There is no such evaluation")
        .hint("Check the testRunId that POST /api/v1/evaluate gave, and ask with the same key")
}
