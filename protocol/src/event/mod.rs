//! The event history: everything that changed, in order, readable from any point without a gap. An event is written as one
//! flat JSON object; what it tells is typed by its kind (`data`), and what a newer version adds is carried along unread.

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

/// What an event may go on telling about a deleted study: its state, and counts.
const COUNTS: [&str; 7] = ["state", "panel", "first", "last", "count", "delivered", "place"];

/// A place in the history: after the event of this number. Zero is before the first.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Cursor(pub u64);

/// Something that changed. It is committed together with the change itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its number: rising, and dense but for what an event of the kind [`EventKind::Folded`] stands for.
    pub seq: u64,
    /// When; only for reading, the order is `seq`.
    pub at: Timestamp,
    /// The study it is about.
    pub study: Option<StudyId>,
    /// The respondent it is about, by ordinal.
    pub respondent: Option<u32>,
    /// What happened; at most 64 KiB of JSON.
    pub data: EventData,
    /// Fields of `data` that this version does not know, or reads only in part: written again as they were read.
    more: Map<String, Value>,
}

impl Event {
    /// An event about a study, or about none.
    #[must_use]
    pub fn new(seq: u64, at: Timestamp, study: Option<StudyId>, data: EventData) -> Self {
        Self { seq, at, study, respondent: None, data, more: Map::new() }
    }

    /// Its kind; `None` for a kind that this version does not know.
    #[must_use]
    pub fn kind(&self) -> Option<EventKind> {
        self.data.kind()
    }

    /// What it tells, as JSON, with what this version does not know.
    #[must_use]
    pub fn content(&self) -> Value {
        let mut content = self.data.content();
        if let Value::Object(fields) = &mut content {
            fields.extend(self.more.clone());
        }
        content
    }

    /// The first number that it stands for, where it stands for several.
    #[must_use]
    pub fn folded_from(&self) -> Option<u64> {
        match self.data {
            EventData::Folded { from, .. } => Some(from),
            _ => None,
        }
    }

    /// The state that its study came to.
    #[must_use]
    pub fn state(&self) -> Option<State> {
        match &self.data {
            EventData::Other { data, .. } => field(data, "state"),
            data => data.news().map(|news| news.state),
        }
    }

    /// What came of its study's panel until then.
    #[must_use]
    pub fn panel(&self) -> Option<PanelCounts> {
        match &self.data {
            EventData::Other { data, .. } => field(data, "panel"),
            EventData::Recorded { panel, .. } => Some(*panel),
            data => data.news().map(|news| news.panel),
        }
    }

    /// Whether it tells more about its study than its state and counts.
    #[must_use]
    pub fn has_words(&self) -> bool {
        match self.content() {
            Value::Object(fields) => fields.keys().any(|name| !COUNTS.contains(&name.as_str())),
            other => !other.is_null(),
        }
    }

    /// The same with nothing but its study's state and counts. Fields are kept by a list, so that one which is added later
    /// goes unless somebody decides otherwise.
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

/// Some of the history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventPage {
    /// In order.
    pub events: Vec<Event>,
    /// Where to go on.
    pub next: Cursor,
}
