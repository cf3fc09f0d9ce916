//! The migration to format 3: every stored answer gets its study type. Formats 1 and 2 stored its fields only, so
//! that a reader had to guess the type from the fields; the study of the row determines it.

use std::ops::{Bound, ControlFlow};

use protocol::study::StudyType;
use redb::WriteTransaction;
use serde_json::Value;

use crate::store::rows::{OutcomeKey, OutcomeRow, StudyRow};
use crate::store::{Fault, Key, Order, Reader, Row, Table};

/// Bytes of rows that are in memory at a time.
const STEP_BYTES: usize = 64 * 1024;

/// The result of the migration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tagged {
    /// Answers that have their study type now.
    pub(super) answers: u64,
    /// Rows that could not be read before and are left unchanged: reading them still reports the error.
    pub(super) unreadable: u64,
}

/// A row as it was read.
struct Stored {
    key: Vec<u8>,
    value: Vec<u8>,
}

/// Adds the study type to every answer, within a transaction. Rows are read and written in steps, since a table
/// cannot be written during a scan and a large store has more rows than fit in memory.
pub(super) fn tag(transaction: &WriteTransaction) -> Result<Tagged, Fault> {
    let mut tagged = Tagged::default();
    let mut last = None;
    let mut study: Option<(u32, Option<StudyType>)> = None;
    loop {
        let rows = step(transaction, last.as_deref())?;
        let Some(end) = rows.last() else { return Ok(tagged) };
        last = Some(end.key.clone());
        let mut changed = Vec::new();
        for Stored { key, value } in rows {
            let Some(OutcomeKey { study: number, .. }) = OutcomeKey::decode(&key) else {
                tagged.unreadable = tagged.unreadable.saturating_add(1);
                continue;
            };
            let study_type = match study {
                Some((known, study_type)) if known == number => study_type,
                _ => study.insert((number, type_of(transaction, number)?)).1,
            };
            // The rows of a deleted study are removed one by one, are not read any more, and have no study that
            // determines their type.
            let Some(study_type) = study_type else { continue };
            match with_type(&value, study_type) {
                Ok(Some(value)) => changed.push(Stored { key, value }),
                Ok(None) => {}
                Err(_) => tagged.unreadable = tagged.unreadable.saturating_add(1),
            }
        }
        let mut table = transaction.open_table(OutcomeRow::TABLE.definition())?;
        for Stored { key, value } in &changed {
            drop(table.insert(key.as_slice(), value.as_slice())?);
            tagged.answers = tagged.answers.saturating_add(1);
        }
    }
}

/// Some rows after a key, or from the first one on.
fn step(transaction: &WriteTransaction, after: Option<&[u8]>) -> Result<Vec<Stored>, Fault> {
    let (mut rows, mut bytes) = (Vec::new(), 0_usize);
    let from = after.map_or(Bound::Unbounded, |key| Bound::Excluded(key.to_vec()));
    let bounds = (from, Bound::Unbounded);
    Reader::batch(transaction).walk(Table::Outcomes, bounds, Order::Rising, |key, value| {
        bytes = bytes.saturating_add(value.len());
        rows.push(Stored { key: key.to_vec(), value: value.to_vec() });
        let is_full = bytes >= STEP_BYTES;
        Ok(if is_full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    Ok(rows)
}

/// The type of a study; `None` if the study is deleted or cannot be read.
fn type_of(transaction: &WriteTransaction, number: u32) -> Result<Option<StudyType>, Fault> {
    match Reader::batch(transaction).get::<StudyRow>(&number) {
        Ok(row) => Ok(row.map(|row| row.spec.instrument.study_type())),
        Err(Fault::Row { table, why }) => {
            tracing::warn!(number, table = table.name(), why, "answers keep their former format");
            Ok(None)
        }
        Err(fault) => Err(fault),
    }
}

/// A row of an earlier format converted to this one; `None` for an outcome that is not an answer, which is the same
/// in both.
fn with_type(row: &[u8], study_type: StudyType) -> Result<Option<Vec<u8>>, serde_json::Error> {
    let mut row: Value = serde_json::from_slice(row)?;
    let Some(answer) = row.get_mut("answer").and_then(Value::as_object_mut) else {
        return Ok(None);
    };
    answer.insert("study_type".to_owned(), study_type.as_str().into());
    // Converted through its own type, so that a row that could not be read later is not written.
    let row: OutcomeRow = serde_json::from_value(row)?;
    serde_json::to_vec(&row).map(Some)
}
