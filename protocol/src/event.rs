//! The one history: everything that changed, in order, readable from any point without a gap.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::StudyId;

/// A place in the history: after the event of this number. Zero is before the first.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Cursor(pub u64);

/// Something that changed. It is committed together with the change itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its number: dense and rising.
    pub seq: u64,
    /// When; only for reading, the order is `seq`.
    pub at: Timestamp,
    /// A dotted word: `study.queued`, `answers.recorded`, `study.completed`, …
    pub kind: String,
    /// The study it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub study: Option<StudyId>,
    /// The respondent it is about, by ordinal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub respondent: Option<u32>,
    /// What the kind calls for; at most 64 KiB.
    pub data: serde_json::Value,
}

/// Some of the history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventPage {
    /// In order.
    pub events: Vec<Event>,
    /// Where to go on.
    pub next: Cursor,
}
