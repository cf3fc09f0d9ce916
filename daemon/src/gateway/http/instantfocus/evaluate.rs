//! POST /v1/evaluate: a study is taken on; a small panel is waited for, a large one becomes a job at once. A connection that
//! is dropped meanwhile changes nothing: the study goes on, and is asked once.

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::Response;
use protocol::error::ApiError;
use protocol::id::StudyId;
use protocol::results::Report;
use protocol::run::Study;
use protocol::service::Submit;
use protocol::study::Origin;
use serde::Serialize;

use super::jobs::{self, BATCH};
use super::{GoodReply, JOB_CREATION_ERROR, request, result};
use crate::gateway::http::door::Visit;
use crate::gateway::http::refusal::Refusal;
use crate::gateway::http::{idempotency, reply};

/// The largest panel that is waited for.
const INLINE_MAX: u64 = 100;

/// The meta of a reply about a study.
#[derive(Serialize, schemars::JsonSchema)]
pub(super) struct StudyMeta<'a> {
    request_id: &'a str,
    credits_used: i64,
    credits_remaining: i64,
    latency_ms: u64,
    engine: &'static str,
    mode: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    panel: Option<PanelMeta>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inference: Option<InferenceMeta>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    /// What of the request was ignored, which of its texts are rejected for everybody, and what the results lack.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    warnings: &'a [String],
}

#[derive(Serialize, schemars::JsonSchema)]
struct PanelMeta {
    requested: u32,
    delivered: u32,
}

#[derive(Serialize, schemars::JsonSchema)]
struct InferenceMeta {
    strategy: String,
    providers_used: Vec<String>,
    total_cost_usd: f64,
    total_input_tokens: u64,
    total_output_tokens: u64,
}

/// A job that was made.
#[derive(Serialize, schemars::JsonSchema)]
pub(super) struct JobMade {
    job_id: String,
    status: &'static str,
    panel_size: u32,
    total_batches: u32,
    poll_url: String,
    estimated_seconds: u64,
}

/// Answers an evaluation.
pub(super) async fn evaluate(visit: Visit) -> Result<Response, Refusal> {
    let begun = visit.context.world.clock.monotonic();
    let Some(key) = visit.key.clone() else { return Err(Refusal::defect()) };
    let evaluation = request::read(&visit.body, visit.engine(&key))?;
    let submission = idempotency::submission(&visit.context, &visit.headers, &key)?;
    let (core, caller) = (&visit.context.core, &visit.caller);
    let submit = Submit {
        key: submission,
        draft: evaluation.draft,
        origin: Origin::Http,
        cost_confirmed: false,
        path: None,
    };
    let is_inline = evaluation.panel <= INLINE_MAX;
    let taken = if is_inline {
        core.submit_draft_awaited(caller, submit).await
    } else {
        core.submit_draft(caller, submit).await
    };
    let study = taken
        .map_err(|error| not_taken(idempotency::reworded(error, &visit.headers), is_inline))?;
    if is_inline && has_ended(&visit, &study).await? {
        return finished(&visit, study.id, &evaluation.warnings, begun).await;
    }
    let study = core.study_of_key(caller, study.id).await?.study;
    accepted(&visit, &study, &evaluation.warnings, begun).await
}

/// Why a study was not taken on. What is no fault of the request has one code for panels that are waited for, and one for
/// jobs.
fn not_taken(error: ApiError, is_inline: bool) -> Refusal {
    let refusal = Refusal::from(error);
    if is_inline || !refusal.status.is_server_error() {
        return refusal;
    }
    Refusal { code: JOB_CREATION_ERROR, ..refusal }
}

/// Waits for the end of a study; false where that takes too long, or the daemon ends.
async fn has_ended(visit: &Visit, study: &Study) -> Result<bool, Refusal> {
    if study.state.is_final() {
        return Ok(true);
    }
    let (core, caller) = (&visit.context.core, &visit.caller);
    tokio::select! {
        ended = core.ended(caller, study.id) => Ok(ended.map(|()| true)?),
        () = tokio::time::sleep(visit.context.sync_wait) => Ok(false),
        () = visit.context.stopping.cancelled() => Ok(false),
    }
}

/// The reply about a study that has ended.
async fn finished(
    visit: &Visit,
    id: StudyId,
    warnings: &[String],
    begun: Duration,
) -> Result<Response, Refusal> {
    let (core, caller) = (&visit.context.core, &visit.caller);
    let report = core.report(caller, id).await?;
    let panel = report.study.panel;
    let found = match panel.delivered {
        0 => None,
        _ => result::told_of(visit, &report).await?,
    };
    let Some(data) = found else {
        let held = core.study_of_key(caller, id).await?.held;
        return Err(jobs::why_failed(&report.study, held, report.meta.credits_used).into());
    };
    let warnings = with_those_of(warnings, &report);
    let meta = StudyMeta {
        request_id: visit.id.as_str(),
        credits_used: report.meta.credits_used.0,
        credits_remaining: visit.spendable().await?.0,
        latency_ms: elapsed(visit, begun),
        engine: report.study.engine_mode.as_str(),
        mode: "inline",
        panel: Some(PanelMeta { requested: panel.requested, delivered: panel.delivered }),
        inference: Some(inference(&report)),
        notice: Some(report.meta.notice.clone()),
        model: Some(report.study.model.clone()),
        warnings: &warnings,
    };
    Ok(reply::json(StatusCode::OK, &GoodReply { ok: true, data: &*data, meta: &meta }))
}

/// What is to be said of a request and of its study.
fn with_those_of(warnings: &[String], report: &Report) -> Vec<String> {
    warnings.iter().cloned().chain(report.text_warnings()).collect()
}

/// The reply about a study that goes on as a job.
async fn accepted(
    visit: &Visit,
    study: &Study,
    warnings: &[String],
    begun: Duration,
) -> Result<Response, Refusal> {
    let (core, caller) = (&visit.context.core, &visit.caller);
    let seconds = core.seconds_left(caller, study.id).await?;
    let seconds = seconds.ceil().clamp(1.0, 1e6);
    let warnings = with_those_of(warnings, &core.report(caller, study.id).await?);
    let panel_size = study.panel.requested;
    let data = JobMade {
        job_id: study.id.to_string(),
        status: jobs::status(study.state),
        panel_size,
        total_batches: panel_size.div_ceil(BATCH),
        poll_url: format!("/v1/jobs/{}", study.id),
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped above"
        )]
        estimated_seconds: seconds as u64,
    };
    let meta = StudyMeta {
        request_id: visit.id.as_str(),
        credits_used: i64::from(panel_size),
        credits_remaining: visit.spendable().await?.0,
        latency_ms: elapsed(visit, begun),
        engine: study.engine_mode.as_str(),
        mode: "async",
        panel: None,
        inference: None,
        notice: None,
        model: None,
        warnings: &warnings,
    };
    Ok(reply::json(StatusCode::ACCEPTED, &GoodReply { ok: true, data: &data, meta: &meta }))
}

/// What the answers took. The built-in engine is one provider, which costs nothing.
fn inference(report: &Report) -> InferenceMeta {
    let meta = &report.meta;
    let (strategy, providers_used) = match &meta.inference {
        None => ("round_robin".to_owned(), vec![report.study.engine.clone()]),
        Some(inference) => (inference.strategy.clone(), inference.providers_used.clone()),
    };
    InferenceMeta {
        strategy,
        providers_used,
        total_cost_usd: meta.cost_usd,
        total_input_tokens: meta.input_tokens,
        total_output_tokens: meta.output_tokens,
    }
}

fn elapsed(visit: &Visit, begun: Duration) -> u64 {
    let took = visit.context.world.clock.monotonic().saturating_sub(begun);
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}
