//! The wire formats, one file each: a request as JSON, a reply from JSON, and how the key travels. Pure functions; the
//! client next door does the calling.

mod anthropic;
mod gemini;
mod openai;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::chat::{Chat, ChatReply, TokenLimit};

/// The formats that are spoken.
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

/// How a key travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// As the format usually does.
    #[default]
    Usual,
    /// In the header `api-key`, as Azure takes it.
    ApiKeyHeader,
}

/// Why a body is no reply, in words of ours.
pub type Unread = &'static str;

impl Format {
    /// The path segments below the base URL.
    pub fn path(self, model: &str) -> Vec<String> {
        match self {
            Self::Openai => vec!["chat".to_owned(), "completions".to_owned()],
            Self::Anthropic => vec!["v1".to_owned(), "messages".to_owned()],
            Self::Gemini => vec!["models".to_owned(), format!("{model}:generateContent")],
        }
    }

    /// The name of the header that carries the key, and what stands before the key in it.
    pub fn key_header(self, auth: Auth) -> (&'static str, &'static str) {
        match (auth, self) {
            (Auth::ApiKeyHeader, _) => ("api-key", ""),
            (Auth::Usual, Self::Openai) => ("authorization", "Bearer "),
            (Auth::Usual, Self::Anthropic) => ("x-api-key", ""),
            (Auth::Usual, Self::Gemini) => ("x-goog-api-key", ""),
        }
    }

    /// Headers that the format demands besides the key.
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
        // Some gateways wrap a failure into a success.
        if body.get("error").is_some_and(|error| !error.is_null()) {
            return Err("it is an error in the clothes of a success");
        }
        match self {
            Self::Openai => openai::reply(&body),
            Self::Anthropic => anthropic::reply(&body),
            Self::Gemini => gemini::reply(&body),
        }
    }
}

/// A body as JSON, in one piece of memory that is large enough from the start for most of them.
fn json(chat: &Chat, body: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    /// What stands around the prompt, a schema included.
    const FRAME_BYTES: usize = 4 * 1024;
    let mut json = Vec::with_capacity(chat.system.len() + chat.question.len() + FRAME_BYTES);
    serde_json::to_writer(&mut json, body)?;
    Ok(json)
}

/// A count of tokens, where there is a plausible one: services have been seen to report negative and absurd numbers.
fn count(usage: &Value, key: &str) -> Option<u64> {
    /// More tokens than any model takes in one call.
    const TOKENS_MAX: u64 = 20_000_000;
    usage.get(key)?.as_u64().filter(|count| *count <= TOKENS_MAX)
}

/// A text under a key, empty without one.
fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}
