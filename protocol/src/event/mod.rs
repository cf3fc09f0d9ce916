//! The event feed: every change in order, readable from any point without a gap. An event is one flat JSON object; its
//! data is typed by its kind (`data`), and fields of newer versions are kept unread.

mod data;
mod line;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::id::StudyId;
use crate::run::{PanelCounts, State};

pub use data::{EventData, EventKind, KindWord, StudyNews, StudyWords};

/// The fields that may remain in an event of a deleted study: its state, and counts.
const COUNTS: [&str; 16] = [
    "state",
    "panel",
    "first",
    "last",
    "count",
    "delivered",
    "place",
    "round",
    "asked",
    "variants",
    "taken",
    "finding",
    "status",
    "outcome",
    "version",
    "request",
];

/// A place in the event feed: after the event of this number. Zero is before the first.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Cursor(pub u64);

/// A committed fact. It is written in the same transaction as the change itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its number: rising and dense, except for the numbers that an [`EventKind::Folded`] replaces.
    pub seq: u64,
    /// Time, for information only; `seq` gives the order.
    pub at: Timestamp,
    /// The study it is about.
    pub study: Option<StudyId>,
    /// The respondent it is about, by ordinal.
    pub respondent: Option<u32>,
    /// The data; at most 64 KiB of JSON.
    pub data: EventData,
    /// Fields of `data` that this version does not know or understands only in part: written again as they were read.
    more: Map<String, Value>,
}

impl Event {
    /// An event about a study, or about no study.
    #[must_use]
    pub fn new(seq: u64, at: Timestamp, study: Option<StudyId>, data: EventData) -> Self {
        Self { seq, at, study, respondent: None, data, more: Map::new() }
    }

    /// Its kind; `None` for a kind that this version does not know.
    #[must_use]
    pub fn kind(&self) -> Option<EventKind> {
        self.data.kind()
    }

    /// Its data as JSON, including fields that this version does not know.
    #[must_use]
    pub fn content(&self) -> Value {
        let mut content = self.data.content();
        if let Value::Object(fields) = &mut content {
            fields.extend(self.more.clone());
        }
        content
    }

    /// The first event number that it replaces, if it is a folded one.
    #[must_use]
    pub fn folded_from(&self) -> Option<u64> {
        match self.data {
            EventData::Folded { from, .. } => Some(from),
            _ => None,
        }
    }

    /// The new state of its study.
    #[must_use]
    pub fn state(&self) -> Option<State> {
        match &self.data {
            EventData::Other { data, .. } => field(data, "state"),
            data => data.news().map(|news| news.state),
        }
    }

    /// Counts of its study's panel so far.
    #[must_use]
    pub fn panel(&self) -> Option<PanelCounts> {
        match &self.data {
            EventData::Other { data, .. } => field(data, "panel"),
            EventData::Recorded { panel, .. } => Some(*panel),
            data => data.news().map(|news| news.panel),
        }
    }

    /// Whether it holds more than the state and counts of its study.
    #[must_use]
    pub fn has_words(&self) -> bool {
        match self.content() {
            Value::Object(fields) => fields.keys().any(|name| !COUNTS.contains(&name.as_str())),
            other => !other.is_null(),
        }
    }

    /// The same event with only the state and counts of its study. The fields to keep are listed, so that a field added
    /// later is removed unless it is added to the list.
    #[must_use]
    pub fn without_words(self) -> Self {
        let mut content = self.content();
        match &mut content {
            Value::Object(fields) => fields.retain(|name, _| COUNTS.contains(&name.as_str())),
            other => *other = Value::Object(Map::new()),
        }
        let (data, more) = line::read(self.data.word(), content);
        Self { data, more, ..self }
    }
}

fn field<T: serde::de::DeserializeOwned>(data: &Value, name: &str) -> Option<T> {
    data.get(name).and_then(|value| T::deserialize(value).ok())
}

/// A page of the event feed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventPage {
    /// In order.
    pub events: Vec<Event>,
    /// The cursor for the next page.
    pub next: Cursor,
}
