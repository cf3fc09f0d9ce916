//! The chat call and its reply, in a form that is the same for every service. Wire formats translate these types;
//! nothing here knows a service, a key or a socket.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::prompt::Again;

/// One call: system prompt, user prompt, and the format of the reply.
#[derive(Clone, Debug, PartialEq)]
pub struct Chat {
    /// The model to ask.
    pub model: String,
    /// The system prompt: persona and rules.
    pub system: String,
    /// The user prompt with the stimulus.
    pub question: String,
    /// For a re-ask: the earlier reply and the correction.
    pub again: Option<Again>,
    /// The format of the reply.
    pub shape: ReplyShape,
    /// Most tokens of the reply, reasoning included.
    pub output_tokens_max: u32,
    /// Sampling temperature; reasoning models do not accept one.
    pub temperature: Option<f64>,
    /// The service's own sampling seed, if it has one; best effort, not a guarantee.
    pub seed: Option<u64>,
}

impl Chat {
    /// The messages of the conversation without the system prompt, in order.
    pub fn turns(&self) -> impl Iterator<Item = (Speaker, &str)> {
        let again = self.again.iter().flat_map(|again| {
            [(Speaker::Model, again.former.as_str()), (Speaker::Asker, again.correction.as_str())]
        });
        std::iter::once((Speaker::Asker, self.question.as_str())).chain(again)
    }
}

/// The author of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// The program that asks.
    Asker,
    /// The model.
    Model,
}

/// The format of a reply.
#[derive(Clone, Debug, PartialEq)]
pub enum ReplyShape {
    /// JSON after this schema, enforced by the service.
    Schema(Schema),
    /// Some JSON object, enforced by the service.
    Json,
    /// Any text.
    Text,
}

/// A JSON schema as text: it is serialised once, and copied into every call.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Schema(Arc<RawValue>);

impl Schema {
    /// A schema from a JSON value.
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

/// The request field for the limit on the length of a reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenLimit {
    /// The older field, which compatible servers support.
    #[default]
    MaxTokens,
    /// The newer field, which reasoning models require.
    MaxCompletionTokens,
}

/// The reply of a successful call.
#[derive(Clone, Debug, PartialEq)]
pub struct ChatReply {
    /// The model's text. It may repeat a key, which is removed before the text is kept or shown.
    pub text: String,
    /// The model that the service reports to have answered, without a key; empty if it reports none.
    pub model: String,
    /// Why the model stopped.
    pub stop: Stop,
    /// Tokens reported by the service.
    pub tokens: Option<Tokens>,
}

/// Why a model stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It finished by itself.
    Finished,
    /// It reached the length limit.
    Truncated,
    /// The service or the model declined, described in our own words.
    Declined(&'static str),
}

/// Tokens of one call as its service counts them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// Input tokens, including those from the service's own cache.
    pub input: u64,
    /// Input tokens that the service had in its cache.
    pub cached_input: u64,
    /// Output tokens, reasoning included.
    pub output: u64,
    /// Output tokens that were reasoning.
    pub reasoning: u64,
}

/// Why a call gave no reply.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The service asks to wait: 429, 503 or 529.
    #[error("the service asks to wait (HTTP {status})")]
    Limited {
        /// The status.
        status: u16,
        /// Earliest time of the next try.
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
    /// A success whose body is not a reply in that format.
    #[error("the service sent no reply that can be read: {why}")]
    Malformed {
        /// What is wrong, in our own words.
        why: &'static str,
    },
    /// The body is larger than any reply may be.
    #[error("the service sent more than {limit_bytes} bytes")]
    TooLarge {
        /// The limit.
        limit_bytes: usize,
    },
    /// The key is not accepted, there is no credit, or the call is not allowed: 401, 402, 403, and 429 with a
    /// statement that there is no credit.
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
    /// The service redirects. Redirects are never followed: they would carry the key along.
    #[error("the service redirects (HTTP {status}), and redirects are not followed")]
    Redirected {
        /// The status.
        status: u16,
    },
}

fn hint(status: u16) -> &'static str {
    match status {
        401 => ": it is missing, wrong or expired",
        // A 429 is classified as `Denied` only if it says so.
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
    /// The remedy for this error.
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

    /// Whether the service may have charged for the call although no reply can be read: then its worst case is
    /// booked.
    pub fn may_have_cost(&self) -> bool {
        matches!(
            self,
            Self::Malformed { .. }
                | Self::TooLarge { .. }
                | Self::Network { why: TIMED_OUT | BROKE_OFF }
        )
    }
}

/// The reply did not arrive in time: the model may have worked nevertheless.
pub(crate) const TIMED_OUT: &str = "the service did not reply in time";
/// The reply broke off: the model may have worked nevertheless.
pub(crate) const BROKE_OFF: &str = "the connection broke off";
/// No connection: nothing was sent.
pub(crate) const UNREACHABLE: &str = "the service cannot be reached";

/// Rate limits in the headers of a reply, on success and on failure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allowance {
    /// Requests left in the current window.
    pub requests_left: Option<u64>,
    /// Time until the request limit is full again.
    pub requests_reset: Option<Duration>,
    /// Tokens left in the current window.
    pub tokens_left: Option<u64>,
    /// Time until the token limit is full again.
    pub tokens_reset: Option<Duration>,
}
