//! The wire formats, one file each: a request as JSON, a reply from JSON, and how the key is sent. Pure functions;
//! `client` makes the calls.

mod anthropic;
mod charged;
mod embed_gemini;
mod embed_openai;
mod error_in;
mod gemini;
mod openai;
mod part;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::chat::{Chat, ChatReply, TokenLimit, Tokens};
pub(crate) use error_in::{error_in, under};
pub(crate) use part::PartialUsage;

/// The supported formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// `OpenAI` chat completions, and every compatible server.
    Openai,
    /// Anthropic messages.
    Anthropic,
    /// Gemini `generateContent`.
    Gemini,
}

/// How a key is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// In the usual header of the format.
    #[default]
    Usual,
    /// In the header `api-key`, for Azure.
    ApiKeyHeader,
}

/// Why a body is not a reply, in our own words.
pub(crate) type Unread = &'static str;

/// The body is an error: some gateways wrap a failure into a success.
pub(crate) const IS_AN_ERROR: Unread = "it is an error in the clothes of a success";

impl Format {
    /// The path segments below the base URL.
    pub fn path(self, model: &str) -> Vec<String> {
        match self {
            Self::Openai => vec!["chat".to_owned(), "completions".to_owned()],
            Self::Anthropic => vec!["v1".to_owned(), "messages".to_owned()],
            Self::Gemini => vec!["models".to_owned(), format!("{model}:generateContent")],
        }
    }

    /// The path segments of the list of models below the base URL.
    pub fn models_path(self) -> Vec<String> {
        match self {
            Self::Openai | Self::Gemini => vec!["models".to_owned()],
            Self::Anthropic => vec!["v1".to_owned(), "models".to_owned()],
        }
    }

    /// The name of the header that carries the key, and the text before the key in it.
    pub fn key_header(self, auth: Auth) -> (&'static str, &'static str) {
        match (auth, self) {
            (Auth::ApiKeyHeader, _) => ("api-key", ""),
            (Auth::Usual, Self::Openai) => ("authorization", "Bearer "),
            (Auth::Usual, Self::Anthropic) => ("x-api-key", ""),
            (Auth::Usual, Self::Gemini) => ("x-goog-api-key", ""),
        }
    }

    /// Headers that the format requires besides the key.
    pub fn headers(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Anthropic => &[("anthropic-version", "2023-06-01")],
            Self::Openai | Self::Gemini => &[],
        }
    }

    /// The body of a request, as JSON.
    ///
    /// # Errors
    /// Never: texts and numbers are JSON.
    pub fn request(self, chat: &Chat, limit: TokenLimit) -> serde_json::Result<Vec<u8>> {
        match self {
            Self::Openai => openai::request(chat, limit),
            Self::Anthropic => anthropic::request(chat),
            Self::Gemini => gemini::request(chat),
        }
    }

    /// Reads the body of a success.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn reply(self, body: &[u8]) -> Result<ChatReply, Unread> {
        let body: Value = serde_json::from_slice(body).map_err(|_| "it is not JSON")?;
        if error_in(&body).is_some() {
            return Err(IS_AN_ERROR);
        }
        match self {
            Self::Openai => openai::reply(&body),
            Self::Anthropic => anthropic::reply(&body),
            Self::Gemini => gemini::reply(&body),
        }
    }

    /// Whether a body says how much a call took, be it possible or not. Zeros, nulls and words say nothing.
    pub fn says_usage(self, body: &[u8]) -> bool {
        fn says(value: &Value) -> bool {
            match value {
                Value::Null | Value::Bool(_) => false,
                Value::Number(count) => count.as_f64() != Some(0.0),
                Value::String(count) => count.trim().parse::<f64>().is_ok_and(|it| it != 0.0),
                Value::Array(list) => list.iter().any(says),
                Value::Object(fields) => fields.values().any(says),
            }
        }
        let key = match self {
            Self::Openai | Self::Anthropic => "usage",
            Self::Gemini => "usageMetadata",
        };
        let body = serde_json::from_slice::<Value>(body).ok();
        body.is_some_and(|body| body.get(key).is_some_and(says))
    }

    /// The input tokens that the reply of an embedding call says that it took, whatever else is in it.
    pub fn embed_usage(self, body: &[u8]) -> Option<u64> {
        let body: Value = serde_json::from_slice(body).ok()?;
        match self {
            Self::Openai | Self::Anthropic => embed_openai::tokens(&body),
            Self::Gemini => embed_gemini::tokens(&body),
        }
    }

    /// What a body says that the call cost, in dollars.
    pub fn charged(self, body: &[u8]) -> Option<f64> {
        let body: Value = serde_json::from_slice(body).ok()?;
        charged::dollars(body.get("usage")?)
    }

    /// What a body says that the call took, whatever else is in it.
    pub fn usage(self, body: &[u8]) -> Option<Tokens> {
        let body: Value = serde_json::from_slice(body).ok()?;
        match self {
            Self::Openai => openai::tokens(&body),
            Self::Anthropic => anthropic::tokens(&body),
            Self::Gemini => gemini::tokens(&body),
        }
    }
}

impl Format {
    /// What a body says of what the call took where it does not tell all of it; `None` where that is nothing, or cannot be.
    pub fn partial_usage(self, body: &[u8]) -> Option<PartialUsage> {
        let body: Value = serde_json::from_slice(body).ok()?;
        match self {
            Self::Openai => openai::partial(body.get("usage")?),
            Self::Anthropic => anthropic::partial(body.get("usage")?),
            Self::Gemini => gemini::partial(body.get("usageMetadata")?),
        }
    }
}

/// Embeddings of texts, in the order of the texts.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_field_names, reason = "the vectors are what it is about")]
pub struct Vectors {
    /// One for each text, all of one length.
    pub vectors: Vec<Vec<f32>>,
    /// The model that the service reports to have used; empty if it reports none.
    pub model: String,
    /// Input tokens, if the service counts them.
    pub tokens: Option<u64>,
}

/// Most dimensions of a vector: the largest models in use have a few thousand.
const DIMENSIONS_MAX: usize = 16_384;

impl Format {
    /// Whether the format has an embedding call.
    pub fn embeds(self) -> bool {
        match self {
            Self::Openai | Self::Gemini => true,
            Self::Anthropic => false,
        }
    }

    /// The path segments of the embedding call below the base URL.
    pub fn embed_path(self, model: &str) -> Vec<String> {
        match self {
            Self::Openai => vec!["embeddings".to_owned()],
            Self::Gemini => vec!["models".to_owned(), format!("{model}:batchEmbedContents")],
            Self::Anthropic => Vec::new(),
        }
    }

    /// The body of the embedding call, as JSON.
    ///
    /// # Errors
    /// Never: texts are JSON.
    pub fn embed_request(self, model: &str, texts: &[String]) -> serde_json::Result<Vec<u8>> {
        match self {
            Self::Openai | Self::Anthropic => embed_openai::request(model, texts),
            Self::Gemini => embed_gemini::request(model, texts),
        }
    }

    /// Reads the reply of an embedding call: as many vectors as there were texts, of one length, each number finite.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn embed_reply(self, body: &[u8], texts: usize) -> Result<Vectors, Unread> {
        let body: Value = serde_json::from_slice(body).map_err(|_| "it is not JSON")?;
        if error_in(&body).is_some() {
            return Err(IS_AN_ERROR);
        }
        let read = match self {
            Self::Openai | Self::Anthropic => embed_openai::reply(&body)?,
            Self::Gemini => embed_gemini::reply(&body)?,
        };
        if read.vectors.len() != texts {
            return Err("it has another number of vectors than there were texts");
        }
        let length = read.vectors.first().map_or(0, Vec::len);
        if length == 0 || read.vectors.iter().any(|vector| vector.len() != length) {
            return Err("its vectors are empty or differ in length");
        }
        Ok(read)
    }
}

/// A vector of finite numbers.
fn vector(values: Option<&Value>) -> Result<Vec<f32>, Unread> {
    let values = values.and_then(Value::as_array).ok_or("an embedding is no list of numbers")?;
    if values.len() > DIMENSIONS_MAX {
        return Err("an embedding is longer than any model makes");
    }
    let number = |value: &Value| {
        #[expect(clippy::cast_possible_truncation, reason = "what does not fit is not finite")]
        let number = value.as_f64()? as f32;
        number.is_finite().then_some(number)
    };
    values
        .iter()
        .map(number)
        .collect::<Option<_>>()
        .ok_or("an embedding holds something that is no number")
}

/// A body as JSON, in a buffer that is large enough from the start in most cases.
fn json(chat: &Chat, body: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    /// Bytes around the prompt, a schema included.
    const FRAME_BYTES: usize = 4 * 1024;
    let turns: usize = chat.turns().map(|(_, said)| said.len()).sum();
    let mut json = Vec::with_capacity(chat.system.len() + turns + FRAME_BYTES);
    serde_json::to_writer(&mut json, body)?;
    Ok(json)
}

/// A count of tokens, as a number or as the text of one, if it is plausible: services have been seen to report negative and
/// absurd numbers.
fn count(usage: &Value, key: &str) -> Option<u64> {
    /// More tokens than any model accepts in one call.
    const TOKENS_MAX: u64 = 20_000_000;
    let counted = match usage.get(key)? {
        Value::Number(number) => number.as_u64().or_else(|| whole(number.as_f64()?)),
        Value::String(text) => {
            let text = text.trim();
            text.parse().ok().or_else(|| whole(text.parse().ok()?))
        }
        _ => None,
    };
    counted.filter(|count| *count <= TOKENS_MAX)
}

/// A number without a fraction.
fn whole(number: f64) -> Option<u64> {
    /// Any greater number is no count, and need not be exact.
    const MOST: f64 = 1e12;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole and between 0 and 1e12, as was just checked"
    )]
    let count = ((0.0..=MOST).contains(&number) && number.fract() == 0.0).then_some(number as u64);
    count
}

/// Most characters of a model's name in a reply: the same limit as for a requested name.
pub(crate) const NAME_MAX: usize = 200;

/// The name of a model under a key, empty without one: one line, without invisible characters, and cut at the length
/// limit.
fn name(value: &Value, key: &str) -> String {
    let said = value.get(key).and_then(Value::as_str).unwrap_or_default();
    // Text far beyond the limit is not inspected.
    let (end, _) = said.char_indices().nth(16 * NAME_MAX).unwrap_or((said.len(), ' '));
    let line = protocol::safe::line(said.get(..end).unwrap_or_default());
    line.trim().chars().take(NAME_MAX).collect()
}

/// A text under a key, empty without one.
fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// A text that is one JSON object and nothing else, thinking before it, a fence around it and a sentence behind it that says
/// that this is the answer left out. Only such a text is taken for an answer
/// where it stands in another field than the answer's: thoughts are never read.
fn lone_object(text: &str) -> Option<String> {
    let text = text.rsplit_once("</think>").map_or(text, |(_, rest)| rest).trim();
    let text = text.strip_prefix("```json").or_else(|| text.strip_prefix("```")).unwrap_or(text);
    let text = Some(text.trim_start()).filter(|text| text.starts_with('{'))?;
    let mut values =
        serde_json::Deserializer::from_str(text).into_iter::<serde_json::Map<String, Value>>();
    values.next()?.ok()?;
    let (object, behind) = text.split_at_checked(values.byte_offset())?;
    says_that_it_is_the_answer(behind).then(|| object.to_owned())
}

/// Whether what stands behind an object only says that it is the answer, as in "That is my answer.", and thinks no further.
fn says_that_it_is_the_answer(behind: &str) -> bool {
    const LENGTH_MAX: usize = 60;
    const ANSWERS: [&str; 5] = ["answer", "reply", "response", "final", "done"];
    const DOUBTS: [&str; 9] =
        ["wait", "but", "not", "n't", "maybe", "might", "would", "could", "?"];
    let behind = behind.trim().trim_start_matches("```").trim().to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| behind.contains(word));
    behind.is_empty()
        || (behind.len() <= LENGTH_MAX
            && says(&ANSWERS)
            && !says(&DOUBTS)
            && !behind.contains(['{', '}']))
}
