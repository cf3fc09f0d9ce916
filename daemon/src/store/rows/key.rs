//! Keys of the HTTP listener, by number. A row holds the SHA-256 of its key and never the key; it stays when the key is
//! revoked, so that its number is not given again and its studies keep their key.

use jiff::Timestamp;
use jiff::civil::Date;
use protocol::credits::{Credits, UsdMicros};
use protocol::key::NewKey;
use serde::{Deserialize, Serialize};

use crate::store::{Row, Table};

/// A key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct KeyRow {
    /// What was ordered.
    pub made: NewKey,
    /// SHA-256 (hex) of the key.
    pub hash: String,
    /// The beginning of the key.
    pub begins: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was replaced last.
    #[serde(default)]
    pub rotated_at: Option<Timestamp>,
    /// When it was used last, as far as that was written down.
    #[serde(default)]
    pub used_at: Option<Timestamp>,
    /// When it was revoked.
    #[serde(default)]
    pub revoked_at: Option<Timestamp>,
    /// The day (UTC) of the two sums.
    #[serde(default)]
    pub day: Option<Date>,
    /// Credits set aside on that day.
    #[serde(default)]
    pub credits: Credits,
    /// The most that the studies of that day may cost.
    #[serde(default)]
    pub cost: UsdMicros,
    /// The month (UTC, its first day) of the two counts.
    #[serde(default)]
    pub month: Option<Date>,
    /// Studies taken on in that month.
    #[serde(default)]
    pub studies: u32,
    /// Credits used by studies that ended in that month.
    #[serde(default)]
    pub used: Credits,
    /// When the last of all its studies was taken on.
    #[serde(default)]
    pub last_study_at: Option<Timestamp>,
}

impl Row for KeyRow {
    const TABLE: Table = Table::Keys;
    type Key = u32;
}
