//! The JSON form of an event: the same object in the store, on the wire and in `demoscope events`. A field that is
//! unknown, or understood only in part, is kept next to the typed data, so that an event is always written as it was
//! read.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::id::StudyId;

use super::{Event, EventData};

/// The fields in the order in which they are written.
#[derive(Serialize, Deserialize)]
struct Line<'a> {
    seq: u64,
    at: Timestamp,
    kind: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    study: Option<StudyId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    respondent: Option<u32>,
    data: Value,
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Line {
            seq: self.seq,
            at: self.at,
            kind: Cow::Borrowed(self.data.word()),
            study: self.study,
            respondent: self.respondent,
            data: self.content(),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Line { seq, at, kind, study, respondent, data } = Line::deserialize(deserializer)?;
        let (data, more) = read(&kind, data);
        Ok(Self { seq, at, study, respondent, data, more })
    }
}

/// Reads the data of an event of that kind, and returns with it the fields that the typed form does not write in the
/// same way. Where the typed form would write a field that is missing here, all fields are kept as they are.
pub(super) fn read(kind: &str, content: Value) -> (EventData, Map<String, Value>) {
    match content {
        Value::Object(mut fields) => {
            if let Some(data) = EventData::typed(kind, &fields)
                && let Value::Object(typed) = data.content()
                && typed.keys().all(|name| fields.contains_key(name))
            {
                fields.retain(|name, value| typed.get(name) != Some(value));
                return (data, fields);
            }
            (EventData::other(kind, Value::Object(fields)), Map::new())
        }
        content => (EventData::other(kind, content), Map::new()),
    }
}
