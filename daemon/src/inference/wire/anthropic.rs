//! Anthropic messages. Field names as in <https://docs.claude.com/en/api/messages>.

use serde::Serialize;
use serde_json::Value;

use super::part::{PartialUsage, first_count};
use super::{Unread, count, json, name, text};
use crate::inference::chat::{Chat, ChatReply, ReplyShape, Schema, Speaker, Stop, Tokens};

#[derive(Serialize)]
struct AnthropicBody<'a> {
    model: &'a str,
    max_tokens: u32,
    #[serde(skip_serializing_if = "str::is_empty")]
    system: &'a str,
    messages: Vec<AnthropicMessage<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_config: Option<OutputConfig<'a>>,
}

#[derive(Serialize)]
struct AnthropicMessage<'a> {
    role: &'static str,
    content: &'a str,
}

#[derive(Serialize)]
struct OutputConfig<'a> {
    format: OutputFormat<'a>,
}

#[derive(Serialize)]
struct OutputFormat<'a> {
    r#type: &'static str,
    schema: &'a Schema,
}

pub(super) fn request(chat: &Chat) -> serde_json::Result<Vec<u8>> {
    let output_config = match &chat.shape {
        ReplyShape::Schema(schema) => {
            Some(OutputConfig { format: OutputFormat { r#type: "json_schema", schema } })
        }
        ReplyShape::Json | ReplyShape::Text => None,
    };
    json(
        chat,
        &AnthropicBody {
            model: &chat.model,
            max_tokens: chat.output_tokens_max,
            system: &chat.system,
            messages: chat
                .turns()
                .map(|(speaker, content)| match speaker {
                    Speaker::Asker => AnthropicMessage { role: "user", content },
                    Speaker::Model => AnthropicMessage { role: "assistant", content },
                })
                .collect(),
            // The scale of this format ends at 1.
            temperature: chat.temperature.map(|temperature| temperature.min(1.0)),
            output_config,
        },
    )
}

pub(super) fn reply(body: &Value) -> Result<ChatReply, Unread> {
    let content = body.get("content").and_then(Value::as_array).ok_or("it has no content")?;
    let is_of = |part: &Value, kind: &str| part.get("type").and_then(Value::as_str) == Some(kind);
    let thought =
        content.iter().any(|part| is_of(part, "thinking") || is_of(part, "redacted_thinking"));
    let text_of: String =
        content.iter().filter(|part| is_of(part, "text")).map(|part| text(part, "text")).collect();
    let stop = match body.get("stop_reason").and_then(Value::as_str) {
        Some("max_tokens" | "model_context_window_exceeded") => Stop::Truncated,
        Some("refusal") => Stop::Declined("the model declined".into()),
        _ => Stop::Finished,
    };
    // A tool that was called instead of an answer: its input is the object.
    let inputs: Vec<&Value> = content
        .iter()
        .filter(|part| is_of(part, "tool_use"))
        .filter_map(|part| part.get("input"))
        .collect();
    let (text, place) = match inputs.as_slice() {
        [input] if text_of.trim().is_empty() && input.is_object() => {
            (input.to_string(), Some("tool_use"))
        }
        _ => (text_of, None),
    };
    let (model, tokens) = (name(body, "model"), tokens(body));
    Ok(ChatReply { text, model, stop, tokens, thought, place })
}

/// This format counts cached tokens separately, not as part of the input.
pub(super) fn tokens(body: &Value) -> Option<Tokens> {
    let usage = body.get("usage")?;
    let fresh = count(usage, "input_tokens")?;
    let output = count(usage, "output_tokens")?;
    let cached_input = count(usage, "cache_read_input_tokens").unwrap_or(0);
    let written = count(usage, "cache_creation_input_tokens").unwrap_or(0);
    Some(Tokens { input: fresh + cached_input + written, cached_input, output, reasoning: 0 })
}

/// The counts where they are not all there.
pub(super) fn partial(usage: &Value) -> Option<PartialUsage> {
    PartialUsage::of(
        first_count(usage, &["input_tokens"]),
        first_count(usage, &["output_tokens"]),
        first_count(usage, &["total_tokens"]),
    )
}
