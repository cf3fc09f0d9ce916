//! The rewrite step of a chain: the engine proposes other wordings of the best content so far, and the panel of the study
//! scores each of them, without outcomes. It happens between the last outcome of a round and the transaction
//! that ends it; whatever interrupts it, the next start does it again with the same result.

use std::sync::Arc;

use protocol::error::ApiError;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::app::{Caller, Core, RewriteTask, Rewritten, StudyCancel};
use crate::domain::instrument;
use crate::domain::instrument::chain::{
    Proposed, RewriteVariant, Sifted, are_enough_experts, overall_of, sift,
};
use crate::domain::outcome::{Assignment, FIRST_ROUND};
use crate::inference::{Engine, LocalEngine, Ready, RewriteProposal};

use super::calls::{Calls, FoundScores};
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
        let why = "the engine has another edition of its model than those who answered".to_owned();
        let notes = vec![not_rewritten(task.round, &why)];
        return Ok(Some(Some(task.choose(Vec::new(), notes, Some(why)))));
    }
    if let Ready::Models(pool) = engine.prepare(&task.spec) {
        let calls = Calls {
            core: core.clone(),
            caller: caller.clone(),
            pool,
            spec: task.spec.clone(),
            panel: task.panel.clone(),
            cancel: cancel.clone(),
            number,
            attempt: task.attempt,
            round: task.round,
            // What was asked for before a halt is in the response cache.
            resumed: true,
            has_answers: false,
        };
        return Box::pin(by_model(calls, task)).await;
    }
    let task = Arc::new(task);
    let (proposing, proposer) = (Arc::clone(&task), engine.clone());
    let proposals = blocking(move || proposer.rewrites(&proposing.spec)).await?;
    let variants = score_all(&task, &engine, proposals, cancel).await?;
    if cancel.is_cancelled() {
        return Ok(None);
    }
    Ok(Some(Some(Arc::unwrap_or_clone(task).choose(variants, Vec::new(), None))))
}

/// That nothing was made of the content of a round, from 0, and why.
fn not_rewritten(round: u16, why: &str) -> String {
    let round = u32::from(round).saturating_add(1);
    format!("The content of round {round} was not rewritten: {why}.")
}

/// The same by calls to language models: one writes, the guard sifts, the panel scores what is left.
async fn by_model(calls: Calls, task: RewriteTask) -> Result<Option<Option<Rewritten>>, ApiError> {
    let cancel = calls.cancel.clone();
    let written = calls.clone().propose(&task.brief).await?;
    if cancel.is_cancelled() {
        return Ok(None);
    }
    let round = u32::from(task.round).saturating_add(1);
    let (proposals, mut notes, mut failed) = match written {
        Ok(proposals) => (proposals, Vec::new(), None),
        Err(why) => (Vec::new(), vec![not_rewritten(task.round, &why)], Some(why)),
    };
    let Sifted { kept, refused } = sift(&task.original, &task.spec, &task.brief.tried, proposals);
    notes.extend(refused.into_iter().map(|refused| format!("After round {round}: {refused}")));
    let mut variants = Vec::new();
    for (place, proposal) in (0_u16..).zip(kept) {
        let Some(spec) = task.with(proposal.text.clone()) else { continue };
        let found = Calls { spec, ..calls.clone() }.score(place).await?;
        if cancel.is_cancelled() {
            return Ok(None);
        }
        let (experts, all) = (u64::from(found.experts), task.experts());
        if !are_enough_experts(experts, all) {
            let why = found.why.map_or_else(String::new, |why| format!(" ({why})"));
            let few = format!("{experts} of {all} experts scored it{why}");
            notes.push(format!("After round {round}: a rewrite was left out, because {few}."));
            failed.get_or_insert(format!("a rewrite was left out, because {few}"));
            continue;
        }
        let Proposed { text, principles, dimensions } = proposal;
        let FoundScores { sum, experts, .. } = found;
        variants.push(RewriteVariant { text, sum, experts, principles, dimensions });
    }
    Ok(Some(Some(task.choose(variants, notes, failed))))
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
    let untried = proposals.into_iter().filter(|one| !task.brief.tried.contains(&one.text));
    for (place, proposal) in untried.take(PROPOSALS_MAX).enumerate() {
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
