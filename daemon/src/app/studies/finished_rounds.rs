//! The rounds of a chain that have ended, from their stored results: what a study shows of them while it has no results of its
//! own, and the report of one of them.

use std::ops::ControlFlow;

use protocol::error::{ApiError, ErrorCode};
use protocol::hint::{Feature, Remedy};
use protocol::id::StudyId;
use protocol::results::{Report, Results};
use protocol::review::StopReason;
use protocol::run::{FinishedRound, State};
use protocol::service::Reply;

use crate::domain::instrument::chain::{RoundResults, chain_plan};
use crate::domain::instrument::{self, told};
use crate::domain::outcome::FIRST_ROUND;
use crate::store::rows::RoundResultsRow;
use crate::store::{Fault, Order, Reader, UseCaseError};

use crate::app::asking::compute::compute;
use crate::app::asking::rounds::rewrites;
use crate::app::studies::findings::with_findings;
use crate::app::studies::lookup::{StudyRecord, by_id};
use crate::app::{Caller, Core};

impl Core {
    /// A study with the results of one round of its chain, from 0, in place of its own. Only what has ended has results.
    pub(crate) async fn round_report(
        &self,
        caller: &Caller,
        id: StudyId,
        round: u16,
    ) -> Reply<Report> {
        self.view(caller, move |core, reader, owner| {
            let found = by_id(reader, owner, id)?;
            let results = of_round(reader, &found, round)?;
            let report = core.report_of(reader, owner, &found, Some(results), None)?;
            let version = None;
            Ok(Report { round: Some(round.saturating_add(1)), version, ..report })
        })
        .await
    }
}

/// The results of one round. Those of the first are the study's own, with what became of its findings, once it has some.
fn of_round(reader: &Reader<'_>, found: &StudyRecord, round: u16) -> Result<Results, UseCaseError> {
    let rejected = if round == FIRST_ROUND { found.row.rejected.as_slice() } else { &[] };
    if round == FIRST_ROUND
        && let Some(results) = with_findings(reader, found)?
    {
        return Ok(results);
    }
    if let Some(row) = reader.get::<RoundResultsRow>(&RoundResultsRow::key(found.number, round))? {
        return Ok(told(row.0.results, rejected));
    }
    // Earlier versions kept no results of rounds; what ended by one of them is computed from its answers.
    let mut rounds = Vec::new();
    // The round that was being asked when its owner ended the study has not ended.
    if found.progress.state != State::Completed && round >= found.progress.round {
        return Err(not_ended(found, round).into());
    }
    if found.progress.state.is_final() && chain_plan(&found.row.spec).is_some() {
        let computed = compute(reader, found, rewrites(reader, found.number)?)?;
        rounds = computed.map(|(_, rounds)| rounds).unwrap_or_default();
    }
    let is_of = |of: &RoundResults| of.round.round == round.saturating_add(1);
    let results = rounds.into_iter().find(is_of).map(|of| told(of.results, rejected));
    Ok(results.ok_or_else(|| not_ended(found, round))?)
}

fn not_ended(found: &StudyRecord, round: u16) -> ApiError {
    let (round, id) = (u32::from(round).saturating_add(1), found.row.id.short());
    ApiError::new(ErrorCode::NotFound, format!("The study has no round {round} that has ended"))
        .hint(Remedy::with("See its rounds", Feature::Study(id.clone())))
}

/// The rounds of a chain that have ended, in brief.
pub(in crate::app) fn ended_rounds(
    reader: &Reader<'_>,
    found: &StudyRecord,
) -> Result<Vec<FinishedRound>, Fault> {
    Ok(stored(reader, found.number)?.iter().map(RoundResults::brief).collect())
}

/// The stored results of a study's rounds, in order.
fn stored(reader: &Reader<'_>, number: u32) -> Result<Vec<RoundResults>, Fault> {
    let mut rounds = Vec::new();
    let (first, last) = RoundResultsRow::of_study(number);
    reader.scan::<RoundResultsRow>(&first, &last, Order::Rising, |_, row| {
        rounds.push(row.0);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(rounds)
}

/// What the rounds that have ended give together, as results of the study; `None` before the first has ended, and for a study
/// of another kind.
pub(in crate::app) fn finished_rounds(
    reader: &Reader<'_>,
    found: &StudyRecord,
) -> Result<Option<Results>, Fault> {
    let Some(plan) = chain_plan(&found.row.spec).filter(|plan| plan.rounds > 1) else {
        return Ok(None);
    };
    let rounds = stored(reader, found.number)?;
    let rewrites = rewrites(reader, found.number)?;
    // What may still be asked was not left out.
    let is_short = rounds.len() < usize::from(plan.rounds) && found.progress.state.is_final();
    let stop = is_short.then_some(StopReason::Unfinished);
    let instrument = &found.row.spec.instrument;
    let results = instrument::chain::results_of(instrument, plan, &rounds, &rewrites, stop);
    Ok(results.map(|results| told(results, &found.row.rejected)))
}
