//! `OpenAI` chat completions, the format that most services and all local servers speak. Field names as in
//! <https://platform.openai.com/docs/api-reference/chat>.

use serde_json::{Map, Value, json};

use super::{Unread, count, text};
use crate::inference::chat::{Chat, ChatReply, Shape, Stop, TokenLimit, Tokens};

pub(super) fn request(chat: &Chat, limit: TokenLimit) -> Value {
    let mut body = Map::new();
    body.insert("model".to_owned(), json!(chat.model));
    body.insert(
        "messages".to_owned(),
        json!([
            { "role": "system", "content": chat.system },
            { "role": "user", "content": chat.question },
        ]),
    );
    let limit = match limit {
        TokenLimit::MaxTokens => "max_tokens",
        TokenLimit::MaxCompletionTokens => "max_completion_tokens",
    };
    body.insert(limit.to_owned(), json!(chat.output_tokens_max));
    if let Some(temperature) = chat.temperature {
        body.insert("temperature".to_owned(), json!(temperature));
    }
    if let Some(seed) = chat.seed {
        body.insert("seed".to_owned(), json!(seed));
    }
    match &chat.shape {
        Shape::Schema(schema) => {
            body.insert(
                "response_format".to_owned(),
                json!({
                    "type": "json_schema",
                    "json_schema": { "name": "answer", "strict": true, "schema": schema },
                }),
            );
        }
        Shape::Json => {
            body.insert("response_format".to_owned(), json!({ "type": "json_object" }));
        }
        Shape::Text => {}
    }
    Value::Object(body)
}

pub(super) fn reply(body: &Value) -> Result<ChatReply, Unread> {
    let choices = body.get("choices").and_then(Value::as_array).ok_or("it has no choices")?;
    let choice = choices.first().ok_or("its list of choices is empty")?;
    let message = choice.get("message").ok_or("its choice has no message")?;
    let refusal = message.get("refusal").and_then(Value::as_str).is_some_and(|why| !why.is_empty());
    let stop = match choice.get("finish_reason").and_then(Value::as_str) {
        Some("length") => Stop::Truncated,
        Some("content_filter") => Stop::Declined("the service's filter stopped the reply"),
        _ if refusal => Stop::Declined("the model declined"),
        _ => Stop::Finished,
    };
    let text_of = match message.get("content") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => parts.iter().map(|part| text(part, "text")).collect(),
        None | Some(Value::Null) => String::new(),
        Some(_) => return Err("its content is not text"),
    };
    Ok(ChatReply { text: text_of, model: text(body, "model"), stop, tokens: tokens(body) })
}

fn tokens(body: &Value) -> Option<Tokens> {
    let usage = body.get("usage")?;
    let input = count(usage, "prompt_tokens")?;
    let output = count(usage, "completion_tokens")?;
    let cached = usage
        .get("prompt_tokens_details")
        .and_then(|details| count(details, "cached_tokens"))
        .or_else(|| count(usage, "prompt_cache_hit_tokens"))
        .unwrap_or(0);
    let reasoning = usage
        .get("completion_tokens_details")
        .and_then(|details| count(details, "reasoning_tokens"))
        .unwrap_or(0);
    Some(Tokens {
        input,
        cached_input: cached.min(input),
        output,
        reasoning: reasoning.min(output),
    })
}
