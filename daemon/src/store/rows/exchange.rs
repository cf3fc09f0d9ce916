//! Rows of exchanges: those of an outcome under the outcome's key, the response cache by address, and the settings
//! and templates that the prompts were made with.

use serde::{Deserialize, Serialize};

use super::OutcomeKey;
use crate::domain::evidence::PromptRecord;
use crate::domain::exchange::Exchange;
use crate::domain::outcome::Assignment;
use crate::store::{Key, Row, Table};

/// All exchanges of one outcome, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct ExchangesRow(pub Vec<Exchange>);

impl Row for ExchangesRow {
    const TABLE: Table = Table::Exchanges;
    type Key = OutcomeKey;
}

/// The place of the newest reply to a prompt: the last exchange of that outcome. The outcome may have been deleted
/// since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RememberedRow(u32, u16, u32, u16);

impl RememberedRow {
    /// The entry for that outcome.
    pub(crate) fn new(key: OutcomeKey) -> Self {
        let OutcomeKey { study, assignment } = key;
        Self(study, assignment.round, assignment.respondent, assignment.task)
    }

    /// The outcome. Replicates are never cached.
    pub(crate) fn key(self) -> OutcomeKey {
        let Self(study, round, respondent, task) = self;
        OutcomeKey { study, assignment: Assignment { round, respondent, task, replicate: 0 } }
    }
}

impl Row for RememberedRow {
    const TABLE: Table = Table::Remembered;
    type Key = AddressKey;
}

/// Bytes of an address in a key: enough to distinguish prompts, and a hit is compared by its full address.
const KEY_BYTES: usize = 16;

/// The address of a prompt as a key: its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AddressKey([u8; KEY_BYTES]);

impl AddressKey {
    /// The key of that address; `None` if it is not a hash in hex.
    pub(crate) fn new(address: &str) -> Option<Self> {
        let mut bytes = [0; KEY_BYTES];
        hex::decode_to_slice(address.get(..2 * KEY_BYTES)?, &mut bytes).ok()?;
        Some(Self(bytes))
    }
}

impl Key for AddressKey {
    fn encode(&self) -> Vec<u8> {
        self.0.to_vec()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

/// One set of settings and templates of a study.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct BlueprintRow(pub PromptRecord);

impl Row for BlueprintRow {
    const TABLE: Table = Table::Blueprints;
    type Key = (u32, u32);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_an_address_is_its_first_bytes() {
        let address = "0123456789abcdef".repeat(4);
        let key = AddressKey::new(&address).unwrap();
        assert_eq!(key.encode(), hex::decode(&address[..32]).unwrap());
        assert_eq!(AddressKey::decode(&key.encode()), Some(key));
        assert_eq!(AddressKey::new("no hash"), None);
    }
}
