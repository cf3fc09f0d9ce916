//! The computation of a study's results: from its stored outcomes in respondent order, whatever the order in which they
//! arrived, in any state. The transaction that ends a round stores the results of that round, the one that ends the last round
//! those of the study; before that they are partial.

use std::ops::ControlFlow;

use protocol::results::Results;

use crate::domain::evidence::benches;
use crate::domain::instrument::chain::{Rewrite, RoundResults};
use crate::domain::instrument::{Accumulator, WordingNoise};
use crate::domain::outcome::Assignment;
use crate::domain::panel::Panel;
use crate::store::rows::{OutcomeKey, OutcomeRow};
use crate::store::{Fault, Order, Reader, Table, UseCaseError};

use crate::app::asking::record::Batch;
use crate::app::asking::response_cache::prompt_records;
use crate::app::studies::lookup::StudyRecord;
use crate::app::studies::query::panel;

/// The results of the first round, with those of the chain where there are more, from the outcomes there are; beside them
/// those of each round of a chain. Memory does not grow with the panel beyond four bytes a respondent, and two for each round
/// of a chain. `None` without a single answer.
pub(in crate::app) fn compute(
    reader: &Reader<'_>,
    found: &StudyRecord,
    rewrites: Vec<Rewrite>,
) -> Result<Option<(Results, Vec<RoundResults>)>, UseCaseError> {
    debug_assert!(reader.is_snapshot(), "everybody's writes would wait for it");
    if found.progress.panel.delivered == 0 {
        return Ok(None);
    }
    let mut tally = ResultsTally::new(reader, found)?;
    for rewrite in rewrites {
        tally.accumulator.add_rewrite(rewrite);
    }
    let (first, last) = OutcomeKey::of_study(found.number);
    reader.scan::<OutcomeRow>(&first, &last, Order::Rising, |key, row| {
        tally.add(key.assignment, row)?;
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(tally.accumulator.finish_rounds(found.row.margins.clone()))
}

/// The results of a study of one round whose only outcomes are those of a batch that is not stored yet.
pub(in crate::app) fn compute_of(
    reader: &Reader<'_>,
    found: &StudyRecord,
    batch: &Batch,
) -> Result<Option<Results>, UseCaseError> {
    let mut tally = ResultsTally::new(reader, found)?;
    for (at, row) in batch.outcomes()? {
        tally.add(at, row)?;
    }
    Ok(tally.accumulator.finish_rounds(found.row.margins.clone()).map(|(results, _)| results))
}

/// Results in the making.
struct ResultsTally {
    accumulator: Accumulator,
    panel: Panel,
}

impl ResultsTally {
    fn new(reader: &Reader<'_>, found: &StudyRecord) -> Result<Self, UseCaseError> {
        let benches = benches(&prompt_records(reader, found.number)?);
        let noise = WordingNoise::of_model(&found.row.model);
        let accumulator = Accumulator::new(&found.row.spec)
            .with_wording(&found.row.spec, noise)
            .with_benches(benches);
        Ok(Self { accumulator, panel: panel(reader, found)? })
    }

    /// Adds an outcome; they come in the order of the respondents.
    fn add(&mut self, at: Assignment, row: OutcomeRow) -> Result<(), Fault> {
        let respondent = at.respondent;
        let classes = self.panel.classes(respondent).ok_or_else(|| Fault::Row {
            table: Table::Panels,
            why: format!("nobody is at place {respondent}"),
        })?;
        self.accumulator.add(at, &classes.iter(), &row.into_outcome());
        Ok(())
    }
}
