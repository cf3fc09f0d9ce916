//! The record of a deleted study: that it existed, when it was deleted, and its amounts in the ledger. It contains no
//! text of the study.

use jiff::Timestamp;
use protocol::credits::{Credits, UsdMicros};
use protocol::id::StudyId;
use serde::{Deserialize, Serialize};

use crate::store::{Row, Table};

/// A deleted study, by number. The number is never used again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DeletedRow {
    /// Its id.
    pub id: StudyId,
    /// When it was deleted.
    pub at: Timestamp,
    /// Credits that were settled for it.
    pub credits_used: Credits,
    /// Its cost, including later bookings.
    pub cost: UsdMicros,
    /// The engine it named: the account for costs that become known later.
    pub engine: String,
    /// Whether some of its rows may still have to be removed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub under_way: bool,
    /// Who owned it; none is the user for whom the daemon runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
}

impl Row for DeletedRow {
    const TABLE: Table = Table::Deleted;
    type Key = u32;
}
