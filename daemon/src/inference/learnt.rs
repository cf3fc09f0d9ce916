//! What was learnt of a service from its replies: parts of a request that it does not accept, the name of the model that
//! it serves, and how long its replies really are. Requests are changed accordingly from then on, as pure functions. What
//! does not depend on the moment is kept beyond the end of the daemon.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::chat::{CallError, Chat, Refusable, ReplyShape, TokenLimit, Tokens};
use super::seen::SeenKinds;

/// The name of a model that stands for whichever the server has.
pub(crate) const ANY_MODEL: &str = "default";

const BELOW_VERSION: &str = "the service is found at /v1 below its base_url";
const NO_SCHEMA: &str = "the service refuses json_schema: structured = \"json\" is used instead";
const NO_JSON: &str = "the service refuses json_object: structured = \"text\" is used instead";
const DOUBTED_SCHEMA: &str = "calls with json_schema failed and the service gave no reason, and one without it was answered: json_schema is tried once more";
const NO_TEMPERATURE: &str = "the service refuses a temperature: none is sent";
const NO_MAX_TOKENS: &str = "the service refuses max_tokens: max_completion_tokens is sent instead";
const NO_MAX_COMPLETION_TOKENS: &str =
    "the service refuses max_completion_tokens: max_tokens is sent instead";
const BESIDE_EMBEDDINGS: &str =
    "the server has several models, of which one answers and is asked; the others embed texts";
const NO_SYSTEM: &str =
    "the service refuses a message of the system: it is put in front of the question";

/// What was learnt of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Learnt {
    /// The strictest format of replies that is left to try.
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<FormatLeft>,
    /// It accepts no temperature.
    no_temperature: bool,
    /// The other field for the length limit is the accepted one.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<TokenLimit>,
    /// It accepts no message of the system.
    no_system: bool,
    /// The address has no version in it, and the service is found below one.
    pub below_version: bool,
    /// Tokens of the longest reply, where it ignores the limit.
    pub longest_reply: u64,
    /// Tokens that it counts of a prompt for a thousand that are likely, where that is more than a prompt can have; 0 where it
    /// is not.
    pub counted_prompt: u64,
    /// The most that its calls were counted at, by their kind.
    #[serde(skip_serializing_if = "SeenKinds::is_empty", deserialize_with = "known_seen")]
    pub(super) seen: SeenKinds,
    /// The model that the server has, where any may answer.
    #[serde(skip)]
    pub model: Option<String>,
    /// The models of the server that only embed, where one answers beside them.
    #[serde(skip)]
    pub embed_beside: usize,
    /// The model that the service said answered last.
    #[serde(skip)]
    pub served: Option<String>,
    /// What was done about refusals without a reason.
    #[serde(skip)]
    unexplained: Unexplained,
    /// Whether the format that is left is known from such a refusal alone.
    #[serde(skip)]
    doubt: FormatDoubt,
    /// Whether the engine works as it is set. That it does not is kept, so that a restart makes no panel of the next try.
    #[serde(skip_serializing_if = "EngineHealth::is_forgotten", deserialize_with = "known_health")]
    pub health: EngineHealth,
}

/// Whether an engine works as it is set, as far as its replies tell. All studies share it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EngineHealth {
    /// No reply was read yet.
    #[default]
    New,
    /// A reply was read.
    Proven,
    /// Replies were read before, and the latest ones were of no use.
    Broken,
}

impl EngineHealth {
    /// Whether it is not kept beyond the end of the daemon.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference over")]
    fn is_forgotten(&self) -> bool {
        *self != Self::Broken
    }
}

/// What is kept of what calls were counted at; what a later version writes otherwise is counted anew.
fn known_seen<'de, D: Deserializer<'de>>(read: D) -> Result<SeenKinds, D::Error> {
    let kinds = Value::deserialize(read)?;
    Ok(serde_json::from_value(kinds).unwrap_or_default())
}

/// What is kept of an engine's health; a word of a later version counts as none.
fn known_health<'de, D: Deserializer<'de>>(read: D) -> Result<EngineHealth, D::Error> {
    let word = Value::deserialize(read)?;
    Ok(serde_json::from_value(word).unwrap_or_default())
}

/// What was done about refusals without a reason, of which the schema may be the cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Unexplained {
    /// Nothing yet.
    #[default]
    Untried,
    /// The server failed once, which passes in most cases.
    FailedOnce,
    /// The call was tried without the schema.
    Tried,
}

/// Whether a service takes no schema, where it gave no reason: what failed may have passed by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum FormatDoubt {
    /// It said so, or failed with a schema also after it answered without one.
    #[default]
    Settled,
    /// It answered without a schema once.
    Doubted,
    /// A call with the schema is under way that tells.
    BeingChecked,
}

/// A format of replies below the strictest one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum FormatLeft {
    Json,
    Text,
}

impl Learnt {
    /// The call as this service accepts it.
    pub(crate) fn apply<'a>(
        &self,
        chat: &'a Chat,
        limit: TokenLimit,
    ) -> (Cow<'a, Chat>, TokenLimit) {
        let limit = self.limit.unwrap_or(limit);
        let shape = match (self.format, &chat.shape) {
            (Some(FormatLeft::Json), ReplyShape::Schema(_)) => Some(ReplyShape::Json),
            (Some(FormatLeft::Text), ReplyShape::Schema(_) | ReplyShape::Json) => {
                Some(ReplyShape::Text)
            }
            _ => None,
        };
        let model = self.model.as_ref().filter(|model| **model != chat.model);
        let drops_temperature = self.no_temperature && chat.temperature.is_some();
        let moves_system = self.no_system && !chat.system.is_empty();
        if shape.is_none() && model.is_none() && !drops_temperature && !moves_system {
            return (Cow::Borrowed(chat), limit);
        }
        let mut chat = chat.clone();
        chat.shape = shape.unwrap_or(chat.shape);
        chat.model = model.cloned().unwrap_or(chat.model);
        if drops_temperature {
            chat.temperature = None;
        }
        if moves_system {
            let system = std::mem::take(&mut chat.system);
            chat.question = format!("{system}\n\n{}", chat.question);
        }
        (Cow::Owned(chat), limit)
    }

    /// The same with the schema, whatever was learnt of it.
    pub(crate) fn apply_with_schema<'a>(
        &self,
        chat: &'a Chat,
        limit: TokenLimit,
    ) -> (Cow<'a, Chat>, TokenLimit) {
        Self { format: None, ..self.clone() }.apply(chat, limit)
    }

    /// What stays true where the rest is tried anew: where the service was found, and what it counted.
    pub(crate) fn place(&self) -> Self {
        let (below_version, seen) = (self.below_version, self.seen.clone());
        Self { below_version, seen, ..Self::default() }
    }

    /// Learns from what was counted of a call of that kind whose prompt can have so many tokens.
    pub(crate) fn learn_count(&mut self, kind: &str, counted: Tokens, input_max: u64) {
        self.seen.entry(kind.to_owned()).or_default().learn(counted, input_max);
    }

    /// What a call of that kind comes to like the dearest that was counted; `None` before one was.
    pub(crate) fn seen_tokens(&self, kind: &str, input_max: u64) -> Option<Tokens> {
        self.seen.get(kind).map(|seen| seen.tokens(input_max))
    }

    /// What is kept beyond the end of the daemon.
    pub(crate) fn lasting(&self) -> Self {
        let health = match self.health {
            EngineHealth::New | EngineHealth::Proven => EngineHealth::New,
            EngineHealth::Broken => EngineHealth::Broken,
        };
        // What is in doubt is not kept: the next daemon tries the schema first.
        let format = self.format.filter(|_| self.doubt == FormatDoubt::Settled);
        let (embed_beside, unexplained) = (0, Unexplained::Untried);
        let doubt = FormatDoubt::Settled;
        let known = self.clone();
        Self {
            model: None,
            embed_beside,
            served: None,
            health,
            unexplained,
            format,
            doubt,
            ..known
        }
    }

    /// The tokens that it counts of a prompt of which so many are likely.
    pub(crate) fn counted(&self, likely: u64) -> u64 {
        likely.saturating_mul(self.counted_prompt.max(1_000)) / 1_000
    }

    /// Learns from what it counted of a prompt of which so many tokens are likely, and which has so many at most.
    pub(crate) fn learn_prompt(&mut self, counted: u64, (likely, most): (u64, u64)) {
        if counted > most {
            let of_thousand = counted.saturating_mul(1_000).div_ceil(likely.max(1));
            self.counted_prompt = self.counted_prompt.max(of_thousand);
        }
    }

    /// Puts what was kept in the place of what is kept.
    pub(crate) fn take_lasting(&mut self, kept: Self) {
        let Self { model, served, health, embed_beside, .. } = std::mem::take(self);
        // What was seen since counts for more.
        let health = if health == EngineHealth::New { kept.health } else { health };
        *self = Self { model, embed_beside, served, health, ..kept };
    }

    /// Whether a call that failed with a schema in it is to be tried once without one, before the engine is given up: nothing
    /// of it was read yet, and the service gives no reason. A failed server is given another chance before.
    pub(crate) fn tries_without_schema(&mut self, error: &CallError, sent: &Chat) -> bool {
        let has_schema = matches!(sent.shape, ReplyShape::Schema(_));
        if !has_schema || self.health != EngineHealth::New || !is_unexplained(error) {
            return false;
        }
        let passes = matches!(error, CallError::Server { status, .. } if *status != 501);
        let (next, tries) = match self.unexplained {
            Unexplained::Tried => (Unexplained::Tried, false),
            Unexplained::Untried if passes => (Unexplained::FailedOnce, false),
            Unexplained::Untried | Unexplained::FailedOnce => (Unexplained::Tried, true),
        };
        self.unexplained = next;
        tries
    }

    /// The next study may try again without the schema, and checks again what nobody has told.
    pub(crate) fn may_try_again(&mut self) {
        self.unexplained = Unexplained::Untried;
        if self.doubt == FormatDoubt::BeingChecked {
            self.doubt = FormatDoubt::Doubted;
        }
    }

    /// Whether that call is to be made with its schema once more, because only a failure without a reason speaks against it.
    pub(crate) fn checks_schema(&mut self, chat: &Chat) -> bool {
        let has_schema = matches!(chat.shape, ReplyShape::Schema(_));
        let checks = has_schema && self.doubt == FormatDoubt::Doubted;
        if checks {
            self.doubt = FormatDoubt::BeingChecked;
        }
        checks
    }

    /// Learns from how such a call ended, as it was sent; whether it is to be made again as the service is known by now.
    pub(crate) fn settle_schema(
        &mut self,
        failed: Option<&CallError>,
        sent: &Chat,
        limit: TokenLimit,
    ) -> bool {
        let Some(error) = failed else {
            (self.format, self.doubt) = (None, FormatDoubt::Settled);
            return false;
        };
        if is_unexplained(error) {
            self.doubt = FormatDoubt::Settled;
            return true;
        }
        self.doubt = FormatDoubt::Doubted;
        match error {
            CallError::Rejected { refuses, .. } => self.learn(sent, limit, refuses).is_some(),
            _ => false,
        }
    }

    /// Learns that a call with that format is taken where one with a schema is refused, as far as that can be known from one
    /// call; tells it.
    pub(crate) fn learn_format(&mut self, taken: &ReplyShape) -> Option<&'static str> {
        let (format, told) = match taken {
            ReplyShape::Schema(_) => return None,
            ReplyShape::Json => (FormatLeft::Json, NO_SCHEMA),
            ReplyShape::Text => (FormatLeft::Text, NO_JSON),
        };
        (self.format, self.doubt) = (Some(format), FormatDoubt::Doubted);
        Some(told)
    }

    /// What is sent otherwise than the settings say.
    pub(crate) fn told(&self) -> impl Iterator<Item = &'static str> {
        let format = self.format.map(|format| match format {
            _ if self.doubt != FormatDoubt::Settled => DOUBTED_SCHEMA,
            FormatLeft::Json => NO_SCHEMA,
            FormatLeft::Text => NO_JSON,
        });
        let limit = self.limit.map(|limit| match limit {
            TokenLimit::MaxCompletionTokens => NO_MAX_TOKENS,
            TokenLimit::MaxTokens => NO_MAX_COMPLETION_TOKENS,
        });
        let below = self.below_version.then_some(BELOW_VERSION);
        let temperature = self.no_temperature.then_some(NO_TEMPERATURE);
        let system = self.no_system.then_some(NO_SYSTEM);
        let beside = (self.embed_beside > 0).then_some(BESIDE_EMBEDDINGS);
        [below, format, temperature, limit, system, beside].into_iter().flatten()
    }

    /// Learns from a rejection of that call, as it was sent; tells what is sent otherwise from now on. `None` when
    /// nothing that it names can be changed.
    pub(crate) fn learn(
        &mut self,
        sent: &Chat,
        limit: TokenLimit,
        refuses: &[Refusable],
    ) -> Option<&'static str> {
        refuses.iter().find_map(|part| match part {
            Refusable::TokenLimit if self.limit.is_none() => {
                let (other, told) = match limit {
                    TokenLimit::MaxTokens => (TokenLimit::MaxCompletionTokens, NO_MAX_TOKENS),
                    TokenLimit::MaxCompletionTokens => {
                        (TokenLimit::MaxTokens, NO_MAX_COMPLETION_TOKENS)
                    }
                };
                self.limit = Some(other);
                Some(told)
            }
            Refusable::Temperature if sent.temperature.is_some() => {
                self.no_temperature = true;
                Some(NO_TEMPERATURE)
            }
            Refusable::SystemRole if !sent.system.is_empty() => {
                self.no_system = true;
                Some(NO_SYSTEM)
            }
            Refusable::ReplyShape => match &sent.shape {
                ReplyShape::Schema(_) => {
                    (self.format, self.doubt) = (Some(FormatLeft::Json), FormatDoubt::Settled);
                    Some(NO_SCHEMA)
                }
                ReplyShape::Json => {
                    self.format = Some(FormatLeft::Text);
                    Some(NO_JSON)
                }
                ReplyShape::Text => None,
            },
            _ => None,
        })
    }
}

/// A rejection that only says that the model did not write what the format holds it to, as the failure that it is: at a service
/// that took the same before, that says nothing of the next call.
pub(crate) fn of_one_reply(error: &CallError) -> Option<CallError> {
    const WORDS: [&str; 3] =
        ["failed to generate json", "failed to validate json", "generated json does not match"];
    let CallError::Rejected { status, said, .. } = error else { return None };
    let lower = said.to_lowercase();
    let is_it = WORDS.iter().any(|words| lower.contains(words));
    is_it.then(|| CallError::Server { status: *status, said: said.clone() })
}

/// Whether an error gives no reason that is known: neither a part of the request nor the model, the address or the key.
fn is_unexplained(error: &CallError) -> bool {
    const OTHER_REASONS: [&str; 12] = [
        "model",
        "not found",
        "url",
        "path",
        "route",
        "endpoint",
        "method",
        "key",
        "account",
        "token",
        "prompt",
        "nothing here",
    ];
    let (status, said) = match error {
        CallError::Rejected { status, said, refuses, .. } if refuses.is_empty() => (*status, said),
        CallError::Server { status, said } => (*status, said),
        _ => return false,
    };
    // At an address that knows nothing, nothing is said in most cases.
    let is_of_the_address = matches!(status, 404 | 405) && said.is_empty();
    let said = said.to_lowercase();
    matches!(status, 200..=299 | 400 | 404 | 405 | 422 | 500 | 501)
        && !is_of_the_address
        && !OTHER_REASONS.iter().any(|reason| said.contains(reason))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::inference::chat::Schema;
    use crate::inference::service_error::ServiceError;

    fn chat() -> Chat {
        Chat {
            model: ANY_MODEL.to_owned(),
            system: "You are Ann.".to_owned(),
            question: "Do you like it?".to_owned(),
            again: None,
            shape: ReplyShape::Schema(Schema::new(&json!({})).unwrap()),
            output_tokens_max: 800,
            temperature: Some(1.0),
            seed: None,
        }
    }

    /// What is sent to a service after it rejected calls with each of those bodies.
    fn after(bodies: &[(u16, serde_json::Value)]) -> (Chat, TokenLimit, Vec<&'static str>) {
        let (chat, limit) = (chat(), TokenLimit::MaxCompletionTokens);
        let (mut learnt, mut told) = (Learnt::default(), Vec::new());
        for (status, body) in bodies {
            let body = body.to_string();
            let none = reqwest::header::HeaderMap::new();
            let error = ServiceError::read(*status, &none, body.as_bytes(), "", |text| text.into());
            let CallError::Rejected { refuses, .. } = error.classify("") else { panic!("{body}") };
            let (sent, field) = learnt.apply(&chat, limit);
            told.extend(learnt.clone().learn(&sent, field, &refuses));
            let sent = sent.into_owned();
            learnt.learn(&sent, field, &refuses);
        }
        let (sent, limit) = learnt.apply(&chat, limit);
        (sent.into_owned(), limit, told)
    }

    fn message(said: &str) -> serde_json::Value {
        json!({ "error": { "message": said } })
    }

    #[test]
    fn what_is_refused_by_name_is_sent_otherwise() {
        let refused = "Unsupported parameter: 'temperature' is not supported with this model.";
        assert_eq!(after(&[(400, message(refused))]).0.temperature, None);
        let value = "Unsupported value: 'temperature' does not support 0.2. Only the default (1) value is supported.";
        assert_eq!(after(&[(400, message(value))]).0.temperature, None);
        // Nothing else is sent that belongs to it, so one lesson is enough whichever is named, and in which order.
        let beside = "`temperature` and `top_p` cannot both be specified for this model. Please use only one.";
        for then in [refused, beside, "top_p is not supported with this model"] {
            let (sent, _, told) = after(&[(400, message(beside)), (400, message(then))]);
            assert_eq!((sent.temperature, sent.shape), (None, chat().shape), "{then}");
            assert_eq!(told, [NO_TEMPERATURE], "{then}");
        }
        let extra = json!({ "detail": [{ "type": "extra_forbidden",
            "loc": ["body", "max_completion_tokens"], "msg": "Extra inputs are not permitted" }] });
        assert_eq!(after(&[(422, extra)]).1, TokenLimit::MaxTokens);
        let (sent, _, told) = after(&[(400, message("System role not supported"))]);
        assert_eq!(
            (sent.system.as_str(), sent.question.as_str()),
            ("", "You are Ann.\n\nDo you like it?")
        );
        assert_eq!(told.len(), 1);
    }

    #[test]
    fn a_refusal_without_a_reason_is_tried_once_without_the_schema() {
        let rejected = |status, said: &str| {
            let (said, at, refuses) = (said.to_owned(), String::new(), Vec::new());
            CallError::Rejected { status, said, at, refuses }
        };
        let failed = |status| CallError::Server { status, said: String::new() };
        let tries = |errors: &[CallError]| -> Vec<bool> {
            let mut learnt = Learnt::default();
            errors.iter().map(|error| learnt.tries_without_schema(error, &chat())).collect()
        };
        let bare = rejected(400, "Bad request");
        assert_eq!(tries(&[bare.clone(), bare.clone()]), [true, false]);
        assert_eq!(tries(&[failed(500), failed(500), failed(500)]), [false, true, false]);
        assert_eq!(tries(&[failed(501)]), [true]);
        assert_eq!(tries(&[failed(502), rejected(404, "")]), [false, false]);
        assert_eq!(tries(&[rejected(404, "The model m does not exist")]), [false]);
        let named = message("temperature must be between 0 and 1").to_string();
        let none = reqwest::header::HeaderMap::new();
        let named = ServiceError::read(400, &none, named.as_bytes(), "", |text| text.into());
        assert_eq!(tries(&[named.classify("")]), [false]);
        let mut learnt = Learnt { health: EngineHealth::Proven, ..Learnt::default() };
        assert!(!learnt.tries_without_schema(&bare, &chat()), "its schema was taken before");
        assert!(learnt.learn_format(&ReplyShape::Text).is_some());
        assert_eq!(learnt.apply(&chat(), TokenLimit::MaxTokens).0.shape, ReplyShape::Text);
    }

    #[test]
    fn a_reply_that_is_no_json_is_told_from_a_format_that_is_refused() {
        let error = |said: &str| {
            let body = message(said).to_string();
            let none = reqwest::header::HeaderMap::new();
            ServiceError::read(400, &none, body.as_bytes(), "", |text| text.into()).classify("")
        };
        for said in [
            "Failed to generate JSON. Please adjust your prompt. See 'failed_generation' for more details.",
            "Generated JSON does not match the expected schema. Please adjust your prompt.",
        ] {
            let passing = of_one_reply(&error(said));
            assert!(matches!(passing, Some(CallError::Server { status: 400, .. })), "{passing:?}");
        }
        let refused = "response_format json_schema is not supported by this model";
        assert_eq!(of_one_reply(&error(refused)), None);
    }

    /// What a bare failure taught is believed once a call with the schema fails again after one without it was answered.
    #[test]
    fn what_a_failure_without_a_reason_taught_is_tried_once_more() {
        let limit = TokenLimit::MaxTokens;
        let bare = CallError::Server { status: 500, said: String::new() };
        let doubted = || {
            let mut learnt = Learnt::default();
            assert!(!learnt.checks_schema(&chat()), "nothing was learnt");
            learnt.learn_format(&ReplyShape::Json);
            assert_eq!(learnt.apply(&chat(), limit).0.shape, ReplyShape::Json);
            assert_eq!(learnt.told().collect::<Vec<_>>(), [DOUBTED_SCHEMA]);
            assert_eq!(learnt.lasting(), Learnt::default(), "it is not kept");
            assert!(learnt.checks_schema(&chat()) && !learnt.checks_schema(&chat()), "once");
            assert_eq!(learnt.apply_with_schema(&chat(), limit).0.shape, chat().shape);
            learnt
        };
        let mut passed = doubted();
        assert!(!passed.settle_schema(None, &chat(), limit));
        assert_eq!((passed.told().count(), passed.lasting()), (0, Learnt::default()));
        let mut refused = doubted();
        assert!(refused.settle_schema(Some(&bare), &chat(), limit), "it is asked without");
        assert_eq!(refused.told().collect::<Vec<_>>(), [NO_SCHEMA]);
        assert_eq!(refused.lasting().apply(&chat(), limit).0.shape, ReplyShape::Json);
        assert!(!refused.checks_schema(&chat()));
        // A wait says nothing of the schema, and another part that is refused nothing of it either.
        let waits = CallError::Limited { status: 429, after: None, said: String::new() };
        let (said, at) = (String::new(), String::new());
        let refuses = vec![Refusable::Temperature];
        let named = CallError::Rejected { status: 400, said, at, refuses };
        for (error, again) in [(waits, false), (named, true)] {
            let mut open = doubted();
            assert_eq!(open.settle_schema(Some(&error), &chat(), limit), again, "{error}");
            assert!(open.checks_schema(&chat()), "{error}");
            open.may_try_again();
            assert!(open.checks_schema(&chat()), "nobody told what came of it");
        }
    }

    #[test]
    fn the_format_of_replies_goes_down_step_by_step() {
        let schema = (400, message("response_format type json_schema is not available here"));
        let json = (400, message("response_format type json_object is not available here"));
        assert_eq!(after(std::slice::from_ref(&schema)).0.shape, ReplyShape::Json);
        let (sent, _, told) = after(&[schema, json.clone(), json]);
        assert_eq!((sent.shape, told.len()), (ReplyShape::Text, 2), "below text there is nothing");
    }

    #[test]
    fn a_format_is_given_up_only_where_it_is_refused() {
        let shape = |status, body| after(&[(status, body)]).0.shape;
        for said in [
            "'response_format.type' must be 'json_schema' or 'text'",
            "This response_format type is unavailable now",
            "Failed to parse grammar",
        ] {
            assert_eq!(shape(400, message(said)), ReplyShape::Json, "{said}");
        }
        let named = json!({ "error": { "message": "Bad value.", "param": "response_format" } });
        assert_eq!(shape(400, named), ReplyShape::Json);
        let echo = json!({ "detail": [{ "type": "value_error", "loc": ["body", "messages"],
            "msg": "Value error, at most 512 tokens",
            "input": { "response_format": { "type": "json_schema" }, "temperature": "unsupported" } }] });
        assert_eq!(after(&[(422, echo)]).0, chat(), "what is repeated of the request says nothing");
        let beside = message("Too long: 900 tokens, of which 300 are for the grammar.");
        assert_eq!(after(&[(400, beside)]).0, chat());
    }

    #[test]
    fn what_is_wrong_with_a_value_changes_nothing() {
        for said in [
            "temperature must be between 0 and 1 for this model",
            "max_tokens is too large: 800. This model's context has 512 tokens.",
            "The model `default` does not exist.",
            "seed: value is not a valid integer",
        ] {
            let (sent, limit, told) = after(&[(400, message(said))]);
            assert_eq!(
                (sent, limit, told),
                (chat(), TokenLimit::MaxCompletionTokens, vec![]),
                "{said}"
            );
        }
    }

    #[test]
    fn a_service_that_counts_more_of_a_prompt_than_it_has_is_believed_for_the_next_ones() {
        let mut learnt = Learnt::default();
        learnt.learn_prompt(1_400, (1_000, 1_500));
        assert_eq!(learnt.counted(1_000), 1_000, "tokenisers differ");
        learnt.learn_prompt(40_000, (1_000, 1_500));
        learnt.learn_prompt(20_000, (1_000, 1_500));
        assert_eq!((learnt.counted(1_000), learnt.counted(500)), (40_000, 20_000));
        let kept: Learnt = serde_json::from_value(serde_json::to_value(&learnt).unwrap()).unwrap();
        assert_eq!(kept.counted(1_000), 40_000);
    }

    #[test]
    fn what_calls_were_counted_at_is_kept_by_their_kind_and_also_where_the_rest_is_tried_anew() {
        let counted = |input, output| Tokens { input, output, ..Tokens::default() };
        let mut learnt = Learnt::default();
        learnt.learn_count("nps", counted(500, 40), 2_000);
        learnt.learn_count("rating", counted(300, 9), 2_000);
        let kept: Learnt =
            serde_json::from_value(serde_json::to_value(learnt.lasting()).unwrap()).unwrap();
        for known in [kept.place(), kept] {
            assert_eq!(known.seen_tokens("nps", 4_000), Some(counted(1_000, 40)));
            assert_eq!(known.seen_tokens("survey", 4_000), None);
        }
        // What a later version writes otherwise is counted anew, and the rest is known.
        let later = json!({ "seen": [1], "longest_reply": 900 });
        let read: Learnt = serde_json::from_value(later).unwrap();
        assert_eq!((read.longest_reply, read.seen_tokens("nps", 1)), (900, None));
    }

    #[test]
    fn what_lasts_is_the_same_when_it_was_kept_and_read_again() {
        let health = EngineHealth::Proven;
        let mut learnt = Learnt { health, longest_reply: 8_000, ..Learnt::default() };
        learnt.model = Some("qwen".to_owned());
        learnt.served = Some("qwen".to_owned());
        assert_eq!(learnt.told().count(), 0);
        learnt.below_version = true;
        let (chat, limit) = (chat(), TokenLimit::MaxCompletionTokens);
        let refuses = [Refusable::ReplyShape, Refusable::Temperature, Refusable::TokenLimit];
        for part in refuses {
            assert!(learnt.learn(&chat, limit, &[part]).is_some());
        }
        let kept: Learnt = serde_json::from_value(serde_json::to_value(&learnt).unwrap()).unwrap();
        assert_eq!(kept, learnt.lasting());
        assert!(kept.told().eq(learnt.told()));
        assert_eq!(kept.apply(&chat, limit).0.shape, ReplyShape::Json);
        assert!(
            kept.health == EngineHealth::New && kept.model.is_none(),
            "the next study tries first"
        );
    }

    #[test]
    fn a_limit_that_is_refused_under_both_names_is_not_tried_for_ever() {
        let no = (400, message("Unsupported parameter: max_tokens, max_completion_tokens"));
        assert_eq!(after(&[no.clone(), no]).2.len(), 1);
    }
}
