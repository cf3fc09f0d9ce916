//! Anthropic messages. Field names as in <https://docs.claude.com/en/api/messages>.

use serde_json::{Map, Value, json};

use super::{Unread, count, text};
use crate::inference::chat::{Chat, ChatReply, Shape, Stop, Tokens};

pub(super) fn request(chat: &Chat) -> Value {
    let mut body = Map::new();
    body.insert("model".to_owned(), json!(chat.model));
    body.insert("max_tokens".to_owned(), json!(chat.output_tokens_max));
    body.insert("system".to_owned(), json!(chat.system));
    body.insert("messages".to_owned(), json!([{ "role": "user", "content": chat.question }]));
    if let Some(temperature) = chat.temperature {
        // This format ends the scale at 1.
        body.insert("temperature".to_owned(), json!(temperature.min(1.0)));
    }
    if let Shape::Schema(schema) = &chat.shape {
        body.insert(
            "output_config".to_owned(),
            json!({ "format": { "type": "json_schema", "schema": schema } }),
        );
    }
    Value::Object(body)
}

pub(super) fn reply(body: &Value) -> Result<ChatReply, Unread> {
    let content = body.get("content").and_then(Value::as_array).ok_or("it has no content")?;
    let text_of = content
        .iter()
        .filter(|part| part.get("type").and_then(Value::as_str) == Some("text"))
        .map(|part| text(part, "text"))
        .collect();
    let stop = match body.get("stop_reason").and_then(Value::as_str) {
        Some("max_tokens" | "model_context_window_exceeded") => Stop::Truncated,
        Some("refusal") => Stop::Declined("the model declined"),
        _ => Stop::Finished,
    };
    Ok(ChatReply { text: text_of, model: text(body, "model"), stop, tokens: tokens(body) })
}

/// This format counts cached tokens beside the others, not among them.
fn tokens(body: &Value) -> Option<Tokens> {
    let usage = body.get("usage")?;
    let fresh = count(usage, "input_tokens")?;
    let output = count(usage, "output_tokens")?;
    let cached_input = count(usage, "cache_read_input_tokens").unwrap_or(0);
    let written = count(usage, "cache_creation_input_tokens").unwrap_or(0);
    Some(Tokens { input: fresh + cached_input + written, cached_input, output, reasoning: 0 })
}
