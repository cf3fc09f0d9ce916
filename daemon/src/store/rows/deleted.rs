//! What is left of a study that was deleted: that it was there, when it went, and what the ledger keeps of it. No text of
//! the study's stands here.

use jiff::Timestamp;
use protocol::credits::{Credits, UsdMicros};
use protocol::id::StudyId;
use serde::{Deserialize, Serialize};

use crate::store::{Row, Table};

/// A deleted study, under its number. The number is never given again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletedRow {
    /// Its id.
    pub id: StudyId,
    /// When it was deleted.
    pub at: Timestamp,
    /// Credits that were settled for it.
    pub credits_used: Credits,
    /// What it cost, with what was booked since.
    pub cost: UsdMicros,
    /// The engine it named: the account that a cost is booked from which comes to light later.
    pub engine: String,
    /// Some of its rows may be left to remove.
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
