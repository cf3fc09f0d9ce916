//! The status of a finding, by study and number. A finding without a row is open. The row names what the finding is about,
//! so that the status is found again when the results of the study are computed anew.

use jiff::Timestamp;
use protocol::finding::FindingStatus;
use serde::{Deserialize, Serialize};

use crate::store::{Row, Table};

/// What became of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FindingRow {
    /// What the finding is about.
    pub subject: String,
    /// Its status.
    pub status: FindingStatus,
    /// Who set it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why, in a few words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Row for FindingRow {
    const TABLE: Table = Table::Findings;
    type Key = (u32, u32);
}
