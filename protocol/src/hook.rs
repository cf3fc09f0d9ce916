//! Webhooks on the wire: the endpoints to which events are sent, their deliveries with every attempt, and the sources
//! from which hooks come in. A secret is in a reply once, when it is made, and nowhere else.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::audience::words;
use crate::id::StudyId;
use crate::key::KeyId;

words! {
    /// The form of what is sent to an endpoint.
    HookFormat {
        /// Standard Webhooks: `webhook-id`, `webhook-timestamp` and `webhook-signature`.
        Standard = "standard",
        /// Candor: `X-Candor-Signature` and a short body.
        Candor = "candor",
        /// Refynd: `X-Refynd-Signature`, and the result of an evaluation as its body.
        Refynd = "refynd",
    }
}

impl HookFormat {
    /// Whether the result of a study is sent, signed with an API key: that with which the study came, or that which the owner
    /// named with the endpoint.
    #[must_use]
    pub const fn tells_results(self) -> bool {
        matches!(self, Self::Refynd)
    }
}

words! {
    /// Whether an endpoint takes deliveries.
    EndpointState {
        /// The last delivery was taken, or none was tried yet.
        Healthy = "healthy",
        /// Deliveries are not taken.
        Failing = "failing",
        /// Nothing is sent.
        Paused = "paused",
    }
}

words! {
    /// How far a delivery is.
    DeliveryState {
        /// It is to be sent, for the first time or again.
        Pending = "pending",
        /// The receiver took it.
        Delivered = "delivered",
        /// It was given up.
        Dead = "dead",
    }
}

words! {
    /// A change of an endpoint by its owner.
    EndpointControl {
        /// Nothing is sent until it is resumed; what happens meanwhile is not sent later.
        Pause = "pause",
        /// Resumes it.
        Resume = "resume",
        /// Removes it. What was not sent is not sent any more.
        Remove = "remove",
    }
}

/// A request for an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointRequest {
    /// The address.
    pub url: String,
    /// The form of what is sent.
    pub format: HookFormat,
    /// Patterns of event kinds, as in `study.*`; none for those of the format.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<String>,
    /// Whether the address may be private or on this machine, and http.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub allow_private: bool,
    /// The secret to sign with; none to make one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// The API key whose hash signs, of a format that tells results; its receiver knows the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyId>,
}

/// An endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Its id.
    pub id: String,
    /// The address.
    pub url: String,
    /// The form of what is sent.
    pub format: HookFormat,
    /// Patterns of event kinds; empty where studies name the address themselves, which get the end of the study.
    pub events: Vec<String>,
    /// Whether the address may be private.
    pub allow_private: bool,
    /// Whether it takes deliveries.
    pub state: EndpointState,
    /// Why it is failing or paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it was added.
    pub added_at: Timestamp,
    /// The API key whose hash signs; absent where a secret does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyId>,
    /// When the present secret was made; absent where the owner's default secret or a key signs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_made_at: Option<Timestamp>,
    /// Deliveries that are waiting.
    pub pending: u32,
    /// Deliveries of the last 24 hours that were taken, and that were given up.
    pub last_day: (u32, u32),
    /// The last attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Attempt>,
}

/// An endpoint that was just added, with its secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointAdded {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// The secret that was made; absent where the owner gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

// A log line or a panic message must not show the secret.
impl std::fmt::Debug for EndpointAdded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EndpointAdded").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

words! {
    /// What is wanted of a signing secret.
    SecretWish {
        /// To see it, if it was never shown.
        Show = "show",
        /// Another one.
        Rotate = "rotate",
        /// To sign with the one that was made last, where that waits for the owner.
        Use = "use",
    }
}

/// A signing secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HookSecret {
    /// The endpoint; absent for the owner's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The secret, where it is shown now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// When the one that signs was made.
    pub made_at: Timestamp,
    /// Until when the one before signs too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub both_until: Option<Timestamp>,
    /// Whether one waits that does not sign yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_waiting: bool,
}

// As above.
impl std::fmt::Debug for HookSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HookSecret").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

/// One attempt to deliver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it began.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// The status of the reply; absent without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why it was not taken; absent where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The beginning of the reply's body.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reply: String,
}

/// A query for deliveries, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryQuery {
    /// The endpoint, as the beginning of its id or its whole address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// How far they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<DeliveryState>,
    /// Number of deliveries to skip.
    #[serde(default)]
    pub offset: u32,
    /// The page size; at most 200.
    pub limit: u32,
}

/// One event on its way to one endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Its id, the same in every attempt; receivers know a repetition by it.
    pub id: String,
    /// The id of the endpoint.
    pub endpoint: String,
    /// The address.
    pub url: String,
    /// The kind of the event.
    pub kind: String,
    /// The number of the event.
    pub event: u64,
    /// When the event happened.
    pub at: Timestamp,
    /// The study that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub study: Option<StudyId>,
    /// How far it is.
    pub state: DeliveryState,
    /// When it is sent next; absent where it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_at: Option<Timestamp>,
    /// All attempts so far, also those that are too old to be listed.
    pub tries: u32,
    /// The attempts, oldest first.
    pub attempts: Vec<Attempt>,
}

/// A delivery with what is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryDetail {
    /// The delivery.
    pub delivery: Delivery,
    /// The body that is sent, at most its first 64 KiB; absent before the first attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}
