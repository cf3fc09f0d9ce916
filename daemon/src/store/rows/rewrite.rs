//! Rewrite rows, by the study's number and the round after which the content was rewritten: the variants with the panel's
//! scores for them. They are written with the transaction that ends the round, and never changed.

use serde::{Deserialize, Serialize};

use crate::domain::instrument::chain::Rewrite;
use crate::store::{Row, Table};

/// What the content was rewritten to after a round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct RewriteRow(pub Rewrite);

impl RewriteRow {
    /// The first and the last key that a study can have.
    pub(crate) const fn of_study(study: u32) -> ((u32, u32), (u32, u32)) {
        ((study, 0), (study, u32::MAX))
    }

    /// The key of what followed a round, from 0.
    pub(crate) fn key(study: u32, round: u16) -> (u32, u32) {
        (study, u32::from(round))
    }
}

impl Row for RewriteRow {
    const TABLE: Table = Table::Rewrites;
    type Key = (u32, u32);
}
