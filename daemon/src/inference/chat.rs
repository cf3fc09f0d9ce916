//! What is said to a language model and what comes back, the same for every service. Wire formats translate these types;
//! nothing here knows a service, a key or a socket.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::prompt::Again;

/// One call: a system text, a question, and how the reply shall look.
#[derive(Clone, Debug, PartialEq)]
pub struct Chat {
    /// The model to ask.
    pub model: String,
    /// Who answers and under which rules.
    pub system: String,
    /// The question with its material.
    pub question: String,
    /// The reply to it and what is said to that, where it is asked for again.
    pub again: Option<Again>,
    /// How the reply shall look.
    pub shape: Shape,
    /// Most tokens of the reply, reasoning included.
    pub output_tokens_max: u32,
    /// Sampling temperature; reasoning models take none.
    pub temperature: Option<f64>,
    /// The service's own sampling seed, where it has one; a wish, never a promise.
    pub seed: Option<u64>,
}

impl Chat {
    /// What was said so far but the system text, turn by turn.
    pub fn turns(&self) -> impl Iterator<Item = (Speaker, &str)> {
        let again = self.again.iter().flat_map(|again| {
            [(Speaker::Model, again.former.as_str()), (Speaker::Asker, again.correction.as_str())]
        });
        std::iter::once((Speaker::Asker, self.question.as_str())).chain(again)
    }
}

/// Whose turn it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// Whoever asks.
    Asker,
    /// The model.
    Model,
}

/// How a reply shall look.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// JSON after this schema, enforced by the service.
    Schema(Schema),
    /// Some JSON object, enforced by the service.
    Json,
    /// Whatever the model writes.
    Text,
}

/// A JSON schema as text: it is written once, and copied into every call.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Schema(Arc<RawValue>);

impl Schema {
    /// That schema.
    ///
    /// # Errors
    /// Never: a value is JSON.
    pub fn new(schema: &Value) -> serde_json::Result<Self> {
        serde_json::value::to_raw_value(schema).map(|text| Self(text.into()))
    }

    /// Its length in bytes, as it is sent.
    pub fn bytes(&self) -> usize {
        self.0.get().len()
    }
}

impl PartialEq for Schema {
    fn eq(&self, other: &Self) -> bool {
        self.0.get() == other.0.get()
    }
}

/// How a service takes the limit on the length of a reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenLimit {
    /// The older field, which compatible servers know.
    #[default]
    MaxTokens,
    /// The newer field, which reasoning models demand.
    MaxCompletionTokens,
}

/// What came back from a call that succeeded.
#[derive(Clone, Debug, PartialEq)]
pub struct ChatReply {
    /// What the model wrote, a key included that it may repeat: it is masked where it is kept or shown.
    pub text: String,
    /// The model that says it answered, without a key; empty when the service does not say.
    pub model: String,
    /// Why it stopped.
    pub stop: Stop,
    /// What the service says it took.
    pub tokens: Option<Tokens>,
}

/// Why a model stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It was done.
    Finished,
    /// It ran into the limit on length.
    Truncated,
    /// The service or the model declined, in words of ours.
    Declined(&'static str),
}

/// Tokens of one call as its service counts them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// Sent, those from the service's own cache included.
    pub input: u64,
    /// Of those sent, the ones that its cache held.
    pub cached_input: u64,
    /// Received, reasoning included.
    pub output: u64,
    /// Of those received, the ones that were reasoning.
    pub reasoning: u64,
}

/// Why a call gave no reply.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The service asks for patience: 429, 503 or 529.
    #[error("the service asks to wait (HTTP {status})")]
    Limited {
        /// The status.
        status: u16,
        /// Not before this.
        after: Option<Duration>,
    },
    /// The service failed: any other 5xx, or 408.
    #[error("the service failed (HTTP {status})")]
    Server {
        /// The status.
        status: u16,
    },
    /// No reply arrived: no connection, a reset, a timeout.
    #[error("{why}")]
    Network {
        /// What happened, without an address.
        why: &'static str,
    },
    /// A success whose body is no reply of that format.
    #[error("the service sent no reply that can be read: {why}")]
    Malformed {
        /// What is wrong, in words of ours.
        why: &'static str,
    },
    /// The body is larger than any reply may be.
    #[error("the service sent more than {limit_bytes} bytes")]
    TooLarge {
        /// The limit.
        limit_bytes: usize,
    },
    /// The key is not accepted, there is no credit, or this is not allowed: 401, 402, 403, and 429 where it says that there
    /// is no credit.
    #[error("the service refuses the key (HTTP {status}){}", hint(*.status))]
    Denied {
        /// The status.
        status: u16,
    },
    /// The request itself is not accepted: any other 4xx.
    #[error("the service rejects the request (HTTP {status}){}", detail(.why))]
    Rejected {
        /// The status.
        status: u16,
        /// The service's own words, shortened and on one line.
        why: String,
    },
    /// The service points elsewhere. Redirects are never followed: they would carry the key along.
    #[error("the service redirects (HTTP {status}), and redirects are not followed")]
    Redirected {
        /// The status.
        status: u16,
    },
}

fn hint(status: u16) -> &'static str {
    match status {
        401 => ": it is missing, wrong or expired",
        // A 429 is only here when it says so.
        402 | 429 => ": there is no credit on the account",
        403 => ": it may not use this model",
        _ => "",
    }
}

fn detail(why: &str) -> String {
    if why.is_empty() { String::new() } else { format!(": {why}") }
}

/// What to do about a failed call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Try again, not before this.
    Again(Option<Duration>),
    /// Trying this call again will not help.
    Drop,
    /// No call to this service will help: stop the study.
    Stop,
}

impl CallError {
    /// What to do about it.
    pub fn remedy(&self) -> Remedy {
        match self {
            Self::Limited { after, .. } => Remedy::Again(*after),
            Self::Server { .. } | Self::Network { .. } | Self::Malformed { .. } => {
                Remedy::Again(None)
            }
            Self::TooLarge { .. } | Self::Rejected { .. } => Remedy::Drop,
            Self::Denied { .. } | Self::Redirected { .. } => Remedy::Stop,
        }
    }

    /// Whether the service charged for the call although no reply can be read: then its worst case is booked.
    pub fn may_have_cost(&self) -> bool {
        matches!(
            self,
            Self::Malformed { .. }
                | Self::TooLarge { .. }
                | Self::Network { why: TIMED_OUT | BROKE_OFF }
        )
    }
}

/// A reply that did not arrive in time: the model may have worked all the same.
pub const TIMED_OUT: &str = "the service did not reply in time";
/// A reply that broke off: the model may have worked all the same.
pub const BROKE_OFF: &str = "the connection broke off";
/// No connection: nothing was asked.
pub const UNREACHABLE: &str = "the service cannot be reached";

/// What the headers of a reply say about the limits, on success and on failure alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allowance {
    /// Requests left in the present window.
    pub requests_left: Option<u64>,
    /// Until requests are full again.
    pub requests_reset: Option<Duration>,
    /// Tokens left in the present window.
    pub tokens_left: Option<u64>,
    /// Until tokens are full again.
    pub tokens_reset: Option<Duration>,
}
