//! Headlines of ended studies: the one number of each that lists show, the estimate of its study type. Lists are
//! requested often and results never change once an attempt is over, so each is read once, and only when it is needed.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use protocol::id::StudyId;
use protocol::results::Estimate;
use protocol::run::{Headline, State};
use serde::Deserialize;

use crate::domain::instrument::StudyMetric;
use crate::domain::instrument::chain;
use crate::domain::outcome::FIRST_ROUND;
use crate::store::rows::{ResultsRow, RoundResultsRow};
use crate::store::{Fault, Reader};

use crate::app::studies::lookup::StudyRecord;

/// So many are remembered; each is a few hundred bytes.
const REMEMBERED_MAX: usize = 20_000;

/// The part of stored results that holds the number.
#[derive(Deserialize)]
pub(in crate::app) struct Estimates {
    /// By the names of their fields.
    pub(in crate::app) estimates: BTreeMap<String, Estimate>,
}

/// The same of a round.
#[derive(Deserialize)]
struct OfRound {
    round: RoundNumber,
    sum: u64,
    n: u64,
    results: Estimates,
}

/// Its number.
#[derive(Deserialize)]
struct RoundNumber {
    round: u16,
}

/// The headlines that have been read.
#[derive(Debug, Default)]
pub(in crate::app) struct Headlines {
    /// By study and attempt: who is asked again gives other results.
    read: Mutex<BTreeMap<(StudyId, u32), Option<Headline>>>,
}

impl Headlines {
    /// The headline of a study; none while it has no results, and none of a survey, which is about no single number. A chain
    /// without results has that of the best round that has ended, which its report leads with.
    pub(in crate::app) fn of(
        &self,
        reader: &Reader<'_>,
        found: &StudyRecord,
    ) -> Result<Option<Headline>, Fault> {
        let has_rounds = || chain::chain_plan(&found.row.spec).is_some_and(|plan| plan.rounds > 1);
        if found.progress.state != State::Completed && !has_rounds() {
            return Ok(None);
        }
        let key = (found.row.id, found.progress.attempt);
        if let Some(known) = self.read.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(known.clone());
        }
        let headline = match read(reader, found) {
            Ok(headline) => headline,
            // One damaged row hides one number, not the list: `doctor` tells of it, and so does its report.
            Err(Fault::Row { table, why }) => {
                tracing::warn!(study = %found.row.id, ?table, why, "a headline does not read");
                None
            }
            Err(fault) => return Err(fault),
        };
        // A chain that is under way may have another one later.
        if !found.progress.state.is_final() {
            return Ok(headline);
        }
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if read.len() >= REMEMBERED_MAX {
            read.clear();
        }
        read.insert(key, headline.clone());
        Ok(headline)
    }
}

fn read(reader: &Reader<'_>, found: &StudyRecord) -> Result<Option<Headline>, Fault> {
    let own = StudyMetric::of(found.row.spec.instrument.study_type(), None);
    let Ok(own) = own else { return Ok(None) };
    let of = own.field().to_owned();
    if found.progress.state == State::Completed {
        let part: Option<Estimates> = reader.part::<ResultsRow, _>(&found.number)?;
        let estimate = part.and_then(|mut part| part.estimates.remove(own.field()));
        return Ok(estimate.map(|estimate| Headline { of, estimate, round: None }));
    }
    // The best by exact sums, the earlier of equals, as the chain itself decides.
    let mut best: Option<OfRound> = None;
    let rounds = chain::chain_plan(&found.row.spec).map_or(0, |plan| plan.rounds);
    for round in FIRST_ROUND..rounds {
        let key = RoundResultsRow::key(found.number, round);
        let Some(round) = reader.part::<RoundResultsRow, OfRound>(&key)? else { break };
        let is_better = |best: &OfRound| chain::higher((round.sum, round.n), (best.sum, best.n));
        if best.as_ref().is_none_or(is_better) {
            best = Some(round);
        }
    }
    Ok(best.and_then(|mut best| {
        let estimate = best.results.estimates.remove(own.field())?;
        Some(Headline { of, estimate, round: Some(best.round.round) })
    }))
}
