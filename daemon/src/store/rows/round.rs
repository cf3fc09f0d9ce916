//! Rows of the results of a chain's rounds, by the study's number and the round. Each is written with the transaction that
//! ends its round, and never changed: it stands while the study goes on, and where it is ended before it has results.

use serde::{Deserialize, Serialize};

use crate::domain::instrument::chain::RoundResults;
use crate::store::{Row, Table};

/// The results of a round that has ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct RoundResultsRow(pub RoundResults);

impl RoundResultsRow {
    /// The first and the last key that a study can have.
    pub(crate) const fn of_study(study: u32) -> ((u32, u32), (u32, u32)) {
        ((study, 0), (study, u32::MAX))
    }

    /// The key of a round, from 0.
    pub(crate) fn key(study: u32, round: u16) -> (u32, u32) {
        (study, u32::from(round))
    }
}

impl Row for RoundResultsRow {
    const TABLE: Table = Table::RoundResults;
    type Key = (u32, u32);
}
