//! The rewrite step of a chain: an in-process engine proposes other wordings of the best content so far, and the panel of the
//! study scores each of them, without being recorded. It happens between the last outcome of a round and the transaction
//! that ends it; whatever interrupts it, the next start does it again with the same result.

use std::sync::Arc;

use protocol::error::ApiError;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::app::{Caller, Core, RewriteTask, Rewritten, StudyCancel};
use crate::domain::instrument;
use crate::domain::instrument::chain::{RewriteVariant, overall_of};
use crate::domain::outcome::{Assignment, FIRST_ROUND};
use crate::inference::{Engine, LocalEngine, Ready, RewriteProposal};

use super::runner::{blocking, panicked};

/// Most proposals that are scored after one round.
const PROPOSALS_MAX: usize = 24;

/// What the content of a study is rewritten to before its round can end: inner `None` where the round needs no rewrite, outer
/// `None` where the study was halted meanwhile.
pub(super) async fn rewrite(
    core: &Core,
    caller: &Caller,
    number: u32,
    model: &str,
    cancel: &StudyCancel,
) -> Result<Option<Option<Rewritten>>, ApiError> {
    let Some(task) = core.to_rewrite(caller, number).await? else { return Ok(Some(None)) };
    let engine = core.find_engine(caller, &task.spec.engine).await?;
    // Another edition would write for other readers than those who answered.
    if engine.has_superseded(model) {
        return Ok(Some(Some(task.choose(Vec::new()))));
    }
    let task = Arc::new(task);
    let (proposing, proposer) = (Arc::clone(&task), engine.clone());
    let proposals = blocking(move || proposer.rewrites(&proposing.spec)).await?;
    let variants = score_all(&task, &engine, proposals, cancel).await?;
    if cancel.is_cancelled() {
        return Ok(None);
    }
    Ok(Some(Some(Arc::unwrap_or_clone(task).choose(variants))))
}

/// Every proposal with the panel's score for it, in the order of the proposals.
async fn score_all(
    task: &Arc<RewriteTask>,
    engine: &Engine,
    proposals: Vec<RewriteProposal>,
    cancel: &StudyCancel,
) -> Result<Vec<RewriteVariant>, ApiError> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let places = Arc::new(Semaphore::new(cores));
    let mut under_way: JoinSet<Result<(usize, Option<RewriteVariant>), ApiError>> = JoinSet::new();
    for (place, proposal) in proposals.into_iter().take(PROPOSALS_MAX).enumerate() {
        let (task, engine, cancel) = (Arc::clone(task), engine.clone(), cancel.clone());
        let places = Arc::clone(&places);
        under_way.spawn(async move {
            let Ok(_permit) = places.acquire_owned().await else { return Ok((place, None)) };
            let scored = blocking(move || score(&task, &engine, proposal, &cancel)).await?;
            Ok((place, scored))
        });
    }
    let mut scored = Vec::new();
    while let Some(joined) = under_way.join_next().await {
        let (place, variant) = joined.map_err(|error| panicked(&error))??;
        scored.extend(variant.map(|variant| (place, variant)));
    }
    scored.sort_by_key(|(place, _)| *place);
    Ok(scored.into_iter().map(|(_, variant)| variant).collect())
}

/// The score that the panel gives a proposal; `None` where nobody could answer, or the study was halted.
fn score(
    task: &RewriteTask,
    engine: &Engine,
    proposal: RewriteProposal,
    cancel: &StudyCancel,
) -> Option<RewriteVariant> {
    let spec = task.with(proposal.text.clone())?;
    let Ready::Local(prepared) = engine.prepare(&spec) else { return None };
    let (mut sum, mut experts) = (0_u64, 0_u32);
    for respondent in 0..spec.panel {
        if cancel.is_cancelled() {
            return None;
        }
        if let Some(overall) = score_of(&spec, &prepared, task, respondent) {
            sum = sum.saturating_add(u64::from(overall));
            experts = experts.saturating_add(1);
        }
    }
    let RewriteProposal { text, principles, dimensions } = proposal;
    Some(RewriteVariant { text, sum, experts, principles, dimensions })
}

/// One expert's overall score, in hundredths of a point.
fn score_of(
    spec: &protocol::study::StudySpec,
    prepared: &LocalEngine,
    task: &RewriteTask,
    respondent: u32,
) -> Option<u16> {
    let persona = task.panel.persona(respondent)?;
    let at = Assignment::first(FIRST_ROUND, respondent);
    let reply = prepared.ask(spec, at, &persona).ok()?;
    let answered = instrument::read_at(spec, at, &reply.text).ok()?;
    overall_of(spec, at, &answered.answer)
}
