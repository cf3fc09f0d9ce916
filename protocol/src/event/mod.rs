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
    /// Its number: rising, and dense but for what an event of the kind [`FOLDED`] stands for.
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

/// The kind of an event that stands for older ones, which are told one by one no more: `data.from` to its own number.
pub const FOLDED: &str = "events.folded";

impl Event {
    /// The first number that it stands for, where it stands for several.
    #[must_use]
    pub fn folded_from(&self) -> Option<u64> {
        (self.kind == FOLDED).then(|| self.data.get("from")?.as_u64()).flatten()
    }
}

/// Some of the history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventPage {
    /// In order.
    pub events: Vec<Event>,
    /// Where to go on.
    pub next: Cursor,
}

#[cfg(test)]
mod tests;
