//! What was said: the exchanges behind an outcome under the outcome's key, the newest reply to each question by its address,
//! and the settings and templates that the questions were made with.

use serde::{Deserialize, Serialize};

use super::OutcomeKey;
use crate::domain::evidence::Blueprint;
use crate::domain::exchange::Exchange;
use crate::domain::outcome::Assignment;
use crate::store::{Key, Row, Table};

/// Everything that was said to reach one outcome, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ExchangesRow(pub Vec<Exchange>);

impl Row for ExchangesRow {
    const TABLE: Table = Table::Exchanges;
    type Key = OutcomeKey;
}

/// Where the newest reply to a question stands: the last exchange under that outcome. What it names may be gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RememberedRow(u32, u16, u32, u16);

impl RememberedRow {
    /// It stands there.
    pub fn new(key: OutcomeKey) -> Self {
        let OutcomeKey { study, assignment } = key;
        Self(study, assignment.round, assignment.respondent, assignment.task)
    }

    /// Where it stands. Repetitions are never remembered.
    pub fn key(self) -> OutcomeKey {
        let Self(study, round, respondent, task) = self;
        OutcomeKey { study, assignment: Assignment { round, respondent, task, replicate: 0 } }
    }
}

impl Row for RememberedRow {
    const TABLE: Table = Table::Remembered;
    type Key = AddressKey;
}

/// Bytes of an address that stand in a key: plenty to tell questions apart, and whoever finds something compares all of it.
const KEY_BYTES: usize = 16;

/// The address of a question as a key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AddressKey {
    /// Its first bytes.
    Short([u8; KEY_BYTES]),
    /// All of it in hex, as it was kept at first.
    Long(String),
}

impl AddressKey {
    /// The key of that address, as it is written.
    pub fn new(address: &str) -> Self {
        let mut bytes = [0; KEY_BYTES];
        let first = address.get(..2 * KEY_BYTES).unwrap_or_default();
        match hex::decode_to_slice(first, &mut bytes) {
            Ok(()) => Self::Short(bytes),
            Err(_) => Self::Long(address.to_owned()),
        }
    }

    /// Every key under which the address may be found, the newest form first.
    pub fn forms(address: &str) -> [Self; 2] {
        [Self::new(address), Self::Long(address.to_owned())]
    }
}

impl Key for AddressKey {
    fn encode(&self) -> Vec<u8> {
        match self {
            Self::Short(bytes) => bytes.to_vec(),
            Self::Long(text) => text.as_bytes().to_vec(),
        }
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        match bytes.try_into() {
            Ok(short) => Some(Self::Short(short)),
            Err(_) => String::from_utf8(bytes.to_vec()).ok().map(Self::Long),
        }
    }
}

/// One set of settings and templates of a study.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BlueprintRow(pub Blueprint);

impl Row for BlueprintRow {
    const TABLE: Table = Table::Blueprints;
    type Key = (u32, u32);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_short_and_its_older_form_is_known() {
        let address = "0123456789abcdef".repeat(4);
        let [short, long] = AddressKey::forms(&address);
        assert_eq!(short.encode(), hex::decode(&address[..32]).unwrap());
        assert_eq!(long.encode(), address.as_bytes());
        for form in [short, long] {
            assert_eq!(AddressKey::decode(&form.encode()), Some(form));
        }
    }
}
