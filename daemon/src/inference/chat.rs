//! The chat call and its reply, in a form that is the same for every service. Wire formats translate these types;
//! nothing here knows a service, a key or a socket.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::prompt::Again;
use crate::domain::exchange::End;

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
    /// A schema from a JSON value, with the properties of each object in the order of its required ones: services that enforce
    /// a schema have the model write its keys in that order, and reasons come before numbers.
    ///
    /// # Errors
    /// Never: a value is JSON.
    pub fn new(schema: &Value) -> serde_json::Result<Self> {
        serde_json::value::to_raw_value(&OrderedSchema(schema)).map(|text| Self(text.into()))
    }

    /// Its length in bytes, as it is sent.
    pub fn bytes(&self) -> usize {
        self.0.get().len()
    }
}

/// A schema, or a part of one, that is written with its properties in the order of the required ones.
struct OrderedSchema<'a>(&'a Value);

impl Serialize for OrderedSchema<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(fields) => {
                let required = fields.get("required").and_then(Value::as_array);
                let required: Vec<&str> =
                    required.into_iter().flatten().filter_map(Value::as_str).collect();
                serializer.collect_map(fields.iter().map(|(key, value)| {
                    let required = if key == "properties" { required.as_slice() } else { &[] };
                    (key, OrderedProperties { fields: value, required })
                }))
            }
            Value::Array(parts) => serializer.collect_seq(parts.iter().map(OrderedSchema)),
            other => other.serialize(serializer),
        }
    }
}

/// The properties of an object in a schema, those with these names first; or another part of a schema, without names.
struct OrderedProperties<'a> {
    fields: &'a Value,
    required: &'a [&'a str],
}

impl Serialize for OrderedProperties<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.fields {
            Value::Object(fields) if !self.required.is_empty() => {
                let first = self.required.iter().filter_map(|name| fields.get_key_value(*name));
                let others =
                    fields.iter().filter(|(name, _)| !self.required.contains(&name.as_str()));
                serializer.collect_map(
                    first.chain(others).map(|(name, part)| (name, OrderedSchema(part))),
                )
            }
            part => OrderedSchema(part).serialize(serializer),
        }
    }
}

impl PartialEq for Schema {
    fn eq(&self, other: &Self) -> bool {
        self.0.get() == other.0.get()
    }
}

/// The request field for the limit on the length of a reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
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
    /// The model thought before it replied, as the service says.
    pub thought: bool,
    /// The place of the answer, where it stands in another one than the text of the reply.
    pub place: Option<&'static str>,
}

/// Why a model stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// It finished by itself.
    Finished,
    /// It reached the length limit.
    Truncated,
    /// The service or the model declined, described in our own words.
    Declined(Cow<'static, str>),
}

impl From<Stop> for End {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Declined(why) => Self::Declined(why.into_owned()),
            Stop::Truncated => Self::Truncated,
            Stop::Finished => Self::Finished,
        }
    }
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

impl Tokens {
    /// Whether a call can have taken that: some input, and no more than any model takes or writes in one call.
    pub fn is_plausible(&self) -> bool {
        /// The most tokens of a call, in either direction.
        const MOST: u64 = 1_000_000;
        self.input > 0 && self.input <= MOST && self.output <= MOST
    }
}

/// Why a call gave no reply. It can be sent on and read back. `said` is what the service says itself: its first sentence,
/// on one line, without keys; empty where it says nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CallError {
    /// The service asks to wait: 429, 503 or 529, and any other status with which it says that the model is being loaded.
    #[error("the service asks to wait (HTTP {status}){}", detail(.said))]
    Limited {
        /// The status.
        status: u16,
        /// Earliest time of the next try.
        after: Option<Duration>,
        /// Its words.
        said: String,
    },
    /// The service failed: any other 5xx, or 408.
    #[error("the service failed (HTTP {status}){}", detail(.said))]
    Server {
        /// The status.
        status: u16,
        /// Its words.
        said: String,
    },
    /// No reply arrived: no connection, a reset, a timeout.
    #[error("{why}{}", place(.at))]
    Network {
        /// What happened.
        why: Cow<'static, str>,
        /// The address that was asked; empty where it adds nothing.
        at: String,
    },
    /// A success whose body is not a reply in that format.
    #[error("the service sent no reply that can be read: {why}")]
    Malformed {
        /// What is wrong, in our own words.
        why: Cow<'static, str>,
    },
    /// The body is larger than any reply may be.
    #[error("the service sent more than {limit_bytes} bytes")]
    TooLarge {
        /// The limit.
        limit_bytes: usize,
    },
    /// The key is not accepted, there is no credit, or the call is not allowed: 401, 402, 403, and any other status
    /// with a statement that there is no credit.
    #[error("{denial} (HTTP {status}){}{}", hint(*.denial), detail(.said))]
    Denied {
        /// The status.
        status: u16,
        /// What it refuses.
        denial: Denial,
        /// Its words.
        said: String,
    },
    /// The request itself is not accepted: any other 4xx, and a 403 or 5xx that names a part of the request.
    #[error("the service rejects the request (HTTP {status}){}{}", detail(.said), place(.at))]
    Rejected {
        /// The status.
        status: u16,
        /// Its words.
        said: String,
        /// The address that was asked, where the service knows none there; else empty.
        at: String,
        /// The parts of the request that it names as not accepted.
        refuses: Vec<Refusable>,
    },
    /// A setting of the engine has to be changed before any call can succeed.
    #[error("{why}")]
    Setting {
        /// Which one, and what to write.
        why: String,
    },
    /// The service redirects. Redirects are never followed: they would carry the key along.
    #[error("the service redirects (HTTP {status}), and redirects are not followed")]
    Redirected {
        /// The status.
        status: u16,
    },
}

/// A part of a request that not every service accepts, and that can be left out or put otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusable {
    /// The field for the limit on the length of a reply.
    TokenLimit,
    /// The sampling temperature.
    Temperature,
    /// A message of the system.
    SystemRole,
    /// The format of the reply.
    ReplyShape,
    /// The value of the limit on the length of a reply: it is larger than the model can write.
    Length,
    /// The value of the temperature: it is out of its range.
    TemperatureValue,
    /// The length of what is sent and asked for: the context of the model is too small for it.
    Context,
}

/// What a service refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Denial {
    /// The key.
    Key,
    /// To work for this account: there is no credit on it.
    Credit,
    /// To work for this account: it, its subscription or its trial has ended, or was stopped.
    Account,
    /// To work for this account today: its quota of a day is used up.
    DayQuota,
    /// This model, to this key.
    Permission,
}

impl std::fmt::Display for Denial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Key | Self::Permission => "the service refuses the key",
            Self::Credit | Self::Account | Self::DayQuota => "the service refuses the account",
        })
    }
}

fn hint(denial: Denial) -> &'static str {
    match denial {
        Denial::Key => ": it is missing, wrong or expired",
        Denial::Credit => ": there is no credit on the account",
        Denial::Account => ": it has ended, or was stopped",
        Denial::DayQuota => ": its quota of a day is used up",
        Denial::Permission => ": it may not use this model",
    }
}

fn detail(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(": {said}") }
}

fn place(at: &str) -> String {
    if at.is_empty() { String::new() } else { format!(" (asked at {at})") }
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
    /// No reply arrived, from an address that adds nothing to the reason.
    pub fn network(why: impl Into<Cow<'static, str>>) -> Self {
        Self::Network { why: why.into(), at: String::new() }
    }

    /// The remedy for this error.
    pub fn remedy(&self) -> Remedy {
        match self {
            Self::Limited { after, .. } => Remedy::Again(*after),
            Self::Server { .. } | Self::Network { .. } | Self::Malformed { .. } => {
                Remedy::Again(None)
            }
            Self::TooLarge { .. } | Self::Rejected { .. } => Remedy::Drop,
            Self::Denied { .. } | Self::Redirected { .. } | Self::Setting { .. } => Remedy::Stop,
        }
    }

    /// Whether the same request may be taken a moment later: it is rejected, and nothing in it is named as the reason.
    pub fn may_be_chance(&self) -> bool {
        match self {
            Self::Rejected { status, refuses, .. } => {
                refuses.is_empty() && !matches!(status, 404 | 405 | 410 | 413)
            }
            _ => false,
        }
    }

    /// Whether the service may have charged for the call although no reply can be read: then it is booked at what such
    /// calls come to.
    pub fn may_have_cost(&self) -> bool {
        match self {
            Self::Malformed { .. } | Self::TooLarge { .. } => true,
            Self::Network { why, .. } => matches!(why.as_ref(), TIMED_OUT | BROKE_OFF),
            _ => false,
        }
    }

    /// Whether the error names the setting that helps.
    pub fn names_setting(&self) -> bool {
        match self {
            Self::Setting { .. } => true,
            Self::Network { why, .. } => {
                matches!(
                    why.as_ref(),
                    PROXY_UNREACHABLE
                        | PROXY_REFUSED
                        | PROXY_NO_SUCH_NAME
                        | PROXY_ASKS_WHO
                        | PROXY_REFUSES
                        | PROXY_SILENT
                        | NOT_TRUSTED
                        | ANOTHER_NAME
                        | EXPIRED
                        | SPEAKS_PLAINLY
                ) || why.starts_with(PROXY_ANSWERS)
            }
            _ => false,
        }
    }

    /// Whether no connection was made, for a reason that another try a moment later rarely removes.
    pub fn is_unreachable(&self) -> bool {
        let Self::Network { why, .. } = self else { return false };
        matches!(
            why.as_ref(),
            UNREACHABLE
                | REFUSED
                | NO_SUCH_NAME
                | NOT_TRUSTED
                | ANOTHER_NAME
                | EXPIRED
                | SPEAKS_PLAINLY
                | PROXY_UNREACHABLE
                | PROXY_REFUSED
                | PROXY_NO_SUCH_NAME
                | PROXY_ASKS_WHO
                | PROXY_REFUSES
                | PROXY_SILENT
        ) || why.starts_with(PROXY_ANSWERS)
    }
}

/// The reply did not arrive in time: the model may have worked nevertheless.
pub(crate) const TIMED_OUT: &str = "the service did not reply in time";
/// The reply broke off: the model may have worked nevertheless.
pub(crate) const BROKE_OFF: &str = "the connection broke off";
/// No connection: nothing was sent.
pub(crate) const UNREACHABLE: &str = "the service cannot be reached";
/// Nothing listens there.
pub(crate) const REFUSED: &str =
    "the service cannot be reached: the connection is refused, nothing listens there";
/// The name has no address.
pub(crate) const NO_SUCH_NAME: &str = "the service cannot be reached: its host name is not found";
/// The certificate of the other side is not signed by an authority that this machine trusts.
pub(crate) const NOT_TRUSTED: &str = "the service cannot be reached: its certificate is not trusted; network.ca_file names \
     certificates of your own authority, and SSL_CERT_FILE counts as it is set when the daemon starts";

/// The certificate of the other side is that of another host.
pub(crate) const ANOTHER_NAME: &str = "the service cannot be reached: its certificate is for another host name than base_url has; write that one in base_url";
/// The certificate of the other side counts no longer, or the clock is wrong.
pub(crate) const EXPIRED: &str = "the service cannot be reached: its certificate has expired, or the clock of this machine is wrong";
/// The other side speaks no TLS.
pub(crate) const SPEAKS_PLAINLY: &str =
    "the service cannot be reached: it speaks plain http there; write http:// in base_url";

/// The proxy on the way: nothing was sent to the service.
pub(crate) const PROXY_UNREACHABLE: &str = "the proxy cannot be reached";
/// Nothing listens where the proxy should be.
pub(crate) const PROXY_REFUSED: &str =
    "the proxy cannot be reached: the connection is refused, nothing listens there";
/// The name of the proxy has no address.
pub(crate) const PROXY_NO_SUCH_NAME: &str =
    "the proxy cannot be reached: its host name is not found";
/// The proxy wants to know who asks.
pub(crate) const PROXY_ASKS_WHO: &str = "the proxy asks for a name and a password (HTTP 407): give them in the variable, as HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT, with network.proxy = \"environment\"";
/// The proxy makes no connection to the service.
pub(crate) const PROXY_REFUSES: &str = "the proxy refuses the connection to the service, or cannot make it: it may not allow that host";

/// The proxy accepts a connection and makes none to the service in time: nothing was sent to the service.
pub(crate) const PROXY_SILENT: &str = "the proxy does not answer in time";
/// The proxy answers by itself where no connection is made through it, with the status in brackets behind it.
pub(crate) const PROXY_ANSWERS: &str =
    "the proxy answers in the place of the service, which it does not reach or does not allow";

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_sent_with_its_keys_in_the_order_in_which_they_are_asked_for() {
        let entry = serde_json::json!({ "properties": { "quote": {}, "theme": {} }, "required": ["theme", "quote"] });
        let schema = serde_json::json!({
            "type": "object",
            "properties": {
                "appeals": { "type": "array", "items": entry }, "other": true, "reasoning": {}, "score": { "enum": [1, 2] },
            },
            "required": ["reasoning", "score", "appeals"],
        });
        let sent = serde_json::to_string(&Schema::new(&schema).unwrap()).unwrap();
        let place = |key: &str| sent.find(&format!("\"{key}\":")).unwrap();
        let keys = ["reasoning", "score", "appeals", "theme", "quote", "other"];
        assert!(keys.is_sorted_by_key(|key| place(key)), "{sent}");
        assert_eq!(serde_json::from_str::<Value>(&sent).unwrap(), schema);
    }

    #[test]
    fn an_error_that_was_sent_on_says_and_means_the_same() {
        let said = || "Too many requests".to_owned();
        let after = Some(Duration::from_millis(41_500));
        let refuses = vec![Refusable::SystemRole, Refusable::ReplyShape];
        let at = || "http://127.0.0.1:8080/v1/chat/completions".to_owned();
        let errors = [
            CallError::Limited { status: 429, after, said: said() },
            CallError::Server { status: 500, said: said() },
            CallError::Network { why: REFUSED.into(), at: at() },
            CallError::network(TIMED_OUT),
            CallError::Malformed { why: "it is not JSON".into() },
            CallError::TooLarge { limit_bytes: 1_048_576 },
            CallError::Denied { status: 429, denial: Denial::DayQuota, said: said() },
            CallError::Rejected { status: 400, said: said(), at: at(), refuses },
            CallError::Setting { why: "write model = \"m\"".to_owned() },
            CallError::Redirected { status: 302 },
        ];
        for error in errors {
            let sent = serde_json::to_string(&error).unwrap();
            let read: CallError = serde_json::from_str(&sent).unwrap();
            assert_eq!(read, error, "{sent}");
            assert_eq!(read.to_string(), error.to_string());
            let meaning =
                |error: &CallError| (error.remedy(), error.may_have_cost(), error.is_unreachable());
            assert_eq!(meaning(&read), meaning(&error), "{sent}");
        }
        for stop in [Stop::Finished, Stop::Truncated, Stop::Declined("the model declined".into())] {
            let sent = serde_json::to_string(&stop).unwrap();
            assert_eq!(serde_json::from_str::<Stop>(&sent).unwrap(), stop, "{sent}");
        }
    }
}
