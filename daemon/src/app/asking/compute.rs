//! The computation of a study's results: from its stored outcomes in respondent order, whatever the order in which they
//! arrived, in any state. The transaction that ends a round stores the results of that round, the one that ends the last round
//! those of the study; before that they are partial.

use std::ops::ControlFlow;

use protocol::results::Results;

use crate::domain::evidence::benches;
use crate::domain::instrument::chain::{Rewrite, RoundResults};
use crate::domain::instrument::{Accumulator, WordingNoise};
use crate::store::rows::{OutcomeKey, OutcomeRow};
use crate::store::{Fault, Order, Reader, Table, UseCaseError};

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
    let panel = panel(reader, found)?;
    let benches = benches(&prompt_records(reader, found.number)?);
    let noise = WordingNoise::of_model(&found.row.model);
    let mut accumulator = Accumulator::new(&found.row.spec)
        .with_wording(&found.row.spec, noise)
        .with_benches(benches);
    for rewrite in rewrites {
        accumulator.add_rewrite(rewrite);
    }
    let (first, last) = OutcomeKey::of_study(found.number);
    reader.scan::<OutcomeRow>(&first, &last, Order::Rising, |key, row| {
        let respondent = key.assignment.respondent;
        let classes = panel.classes(respondent).ok_or_else(|| Fault::Row {
            table: Table::Panels,
            why: format!("nobody is at place {respondent}"),
        })?;
        accumulator.add(key.assignment, &classes.iter(), &row.into_outcome());
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(accumulator.finish_rounds(found.row.margins.clone()))
}
