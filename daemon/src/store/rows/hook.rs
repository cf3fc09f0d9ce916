//! Rows of webhooks: endpoints, deliveries with their attempts, when each is due, and the default secret of an owner. A
//! delivery is written with its event and names it; the body is added before the first attempt and never changed.

use jiff::Timestamp;
use protocol::hook::{Attempt, DeliveryState, HookFormat};
use protocol::key::KeyId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::StudyHook;
use crate::domain::deliver::Secrets;
use crate::store::{Row, Table};

/// An endpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct EndpointRow {
    /// Whose it is.
    pub owner: String,
    /// The address, normalised.
    pub url: String,
    /// The form of what is sent.
    pub format: HookFormat,
    /// Patterns of event kinds; empty where studies name the address.
    pub events: Vec<String>,
    /// Whether studies name the address: then it is told of the end of those studies, and of nothing else.
    #[serde(default)]
    pub of_studies: bool,
    /// Whether the address may be private.
    #[serde(default)]
    pub allow_private: bool,
    /// The API key of the studies that name it; none where they came without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyId>,
    /// Its own secrets; without, that key or the owner's default signs, as the format has it.
    #[serde(default)]
    pub secrets: Option<Secrets>,
    /// How it fares.
    pub standing: EndpointStanding,
    /// When it was added.
    pub added_at: Timestamp,
}

/// How an endpoint fares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum EndpointStanding {
    /// It takes deliveries, as far as is known.
    Healthy,
    /// It does not, for that reason.
    Failing {
        /// Why.
        why: String,
    },
    /// Nothing is sent, for that reason.
    Paused {
        /// Why.
        why: String,
    },
}

impl EndpointRow {
    /// Whether anything is sent to it.
    pub(crate) const fn is_paused(&self) -> bool {
        matches!(self.standing, EndpointStanding::Paused { .. })
    }

    /// Whether it is that of the address which a study names.
    pub(crate) fn is_named_by(&self, url: &str, StudyHook { format, key }: StudyHook) -> bool {
        self.of_studies && self.url == url && self.format == format && self.key == key
    }
}

impl Row for EndpointRow {
    const TABLE: Table = Table::Endpoints;
    type Key = Uuid;
}

/// An event on its way to an endpoint, by the number of the event and the endpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct DeliveryRow {
    /// Its id, the same in every attempt.
    pub id: String,
    /// The study that the event is about.
    #[serde(default)]
    pub study: Option<u32>,
    /// The kind of the event, in the product's own words.
    pub kind: String,
    /// When the event happened.
    pub at: Timestamp,
    /// The address at that time.
    pub url: String,
    /// The form.
    pub format: HookFormat,
    /// How many hooks led to the event.
    #[serde(default)]
    pub hops: u8,
    /// How far it is.
    pub state: DeliveryState,
    /// Attempts since it was last asked for.
    #[serde(default)]
    pub tries: u32,
    /// All attempts.
    #[serde(default)]
    pub tries_in_all: u32,
    /// When it is due, in milliseconds; absent where nothing is to be sent.
    #[serde(default)]
    pub due: Option<u64>,
    /// What is sent; absent before the first attempt.
    #[serde(default)]
    pub body: Option<SentBody>,
    /// The last attempts.
    #[serde(default)]
    pub attempts: Vec<Attempt>,
    /// When it was delivered or given up.
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
}

/// What is sent in every attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SentBody {
    /// The kind, in the words of the format.
    pub kind: String,
    /// The bytes.
    pub text: String,
}

impl Row for DeliveryRow {
    const TABLE: Table = Table::Deliveries;
    type Key = (u64, Uuid);
}

/// That a delivery is due: by endpoint, time (milliseconds) and number of the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DueRow {}

impl Row for DueRow {
    const TABLE: Table = Table::DueDeliveries;
    type Key = (Uuid, u64, u64);
}

/// The default secret of an owner, who is the key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct HookSecretRow(pub Secrets);

impl Row for HookSecretRow {
    const TABLE: Table = Table::HookSecrets;
    type Key = String;
}
