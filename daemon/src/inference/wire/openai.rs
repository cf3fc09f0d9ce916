//! `OpenAI` chat completions, the format that most services and all local servers speak. Field names as in
//! <https://platform.openai.com/docs/api-reference/chat>.

use serde::Serialize;
use serde_json::Value;

use super::part::{PartialUsage, first_count};
use super::{Unread, count, json, lone_object, name, text};
use crate::inference::chat::{
    Chat, ChatReply, ReplyShape, Schema, Speaker, Stop, TokenLimit, Tokens,
};

#[derive(Serialize)]
struct OpenAiBody<'a> {
    model: &'a str,
    messages: Vec<OpenAiMessage<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<ResponseFormat<'a>>,
}

#[derive(Serialize)]
struct OpenAiMessage<'a> {
    role: &'static str,
    content: &'a str,
}

#[derive(Serialize)]
struct ResponseFormat<'a> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    json_schema: Option<JsonSchema<'a>>,
}

#[derive(Serialize)]
struct JsonSchema<'a> {
    name: &'static str,
    strict: bool,
    schema: &'a Schema,
}

pub(super) fn request(chat: &Chat, limit: TokenLimit) -> serde_json::Result<Vec<u8>> {
    let most = Some(chat.output_tokens_max);
    let (max_tokens, max_completion_tokens) = match limit {
        TokenLimit::MaxTokens => (most, None),
        TokenLimit::MaxCompletionTokens => (None, most),
    };
    let response_format = match &chat.shape {
        ReplyShape::Schema(schema) => Some(ResponseFormat {
            r#type: "json_schema",
            json_schema: Some(JsonSchema { name: "answer", strict: true, schema }),
        }),
        ReplyShape::Json => Some(ResponseFormat { r#type: "json_object", json_schema: None }),
        ReplyShape::Text => None,
    };
    json(
        chat,
        &OpenAiBody {
            model: &chat.model,
            messages: Some(("system", chat.system.as_str()))
                .filter(|(_, system)| !system.is_empty())
                .into_iter()
                .chain(chat.turns().map(|(speaker, said)| match speaker {
                    Speaker::Asker => ("user", said),
                    Speaker::Model => ("assistant", said),
                }))
                .map(|(role, content)| OpenAiMessage { role, content })
                .collect(),
            max_tokens,
            max_completion_tokens,
            temperature: chat.temperature,
            seed: chat.seed,
            response_format,
        },
    )
}

/// The words of services for a reply that was cut off at its limit, or at that of the context.
const TRUNCATED: [&str; 5] =
    ["length", "max_tokens", "max_length", "model_length", "max_output_tokens"];

pub(super) fn reply(body: &Value) -> Result<ChatReply, Unread> {
    let choices = body.get("choices").and_then(Value::as_array).ok_or("it has no choices")?;
    let choice = choices.first().ok_or("its list of choices is empty")?;
    let message = choice.get("message").ok_or("its choice has no message")?;
    let refusal = message.get("refusal").and_then(Value::as_str).is_some_and(|why| !why.is_empty());
    let stop = match choice.get("finish_reason").and_then(Value::as_str) {
        Some(why) if TRUNCATED.iter().any(|known| why.eq_ignore_ascii_case(known)) => {
            Stop::Truncated
        }
        Some("content_filter" | "sensitive") => {
            Stop::Declined("the service's filter stopped the reply".into())
        }
        Some("error" | "network_error") => {
            return Err("it ended with an error that it does not tell");
        }
        _ if refusal => Stop::Declined("the model declined".into()),
        _ => Stop::Finished,
    };
    let (text_of, place) = match message.get("content") {
        Some(Value::String(text)) => (text.clone(), None),
        Some(Value::Array(parts)) => (joined(parts), Some("a list of parts")),
        Some(object @ Value::Object(_)) => (object.to_string(), Some("an object as content")),
        None | Some(Value::Null) => (String::new(), None),
        Some(_) => return Err("its content is not text"),
    };
    let tokens = tokens(body);
    let thoughts = thoughts(message);
    let thought = thoughts.iter().any(|(_, thoughts)| !thoughts.trim().is_empty())
        || tokens.is_some_and(|tokens| tokens.reasoning > 0)
        || text_of.trim_start().starts_with("<think>");
    let (text, place) = if !text_of.trim().is_empty() {
        (text_of, place)
    } else if stop == Stop::Truncated {
        (text_of, None)
    } else {
        elsewhere(message, &thoughts).map_or((text_of, None), |(text, place)| (text, Some(place)))
    };
    Ok(ChatReply { text, model: name(body, "model"), stop, tokens, thought, place })
}

/// The text of a list of parts, thoughts left out.
fn joined(parts: &[Value]) -> String {
    let is_thought = |part: &Value| {
        part.get("type").and_then(Value::as_str).is_some_and(|kind| {
            let kind = kind.to_ascii_lowercase();
            kind.contains("thinking") || kind.contains("reasoning")
        })
    };
    let said = parts.iter().filter(|part| !is_thought(part));
    said.map(|part| part.as_str().map_or_else(|| text(part, "text"), ToOwned::to_owned)).collect()
}

/// The fields for thoughts as one text.
const THOUGHTS: [&str; 3] = ["reasoning_content", "reasoning", "thinking"];
/// The field for thoughts as a list of steps.
const THOUGHT_STEPS: &str = "reasoning_details";

/// The thoughts in each of the fields for them, with its name; empty where there are none.
fn thoughts(message: &Value) -> Vec<(&'static str, String)> {
    let steps = message.get(THOUGHT_STEPS).and_then(Value::as_array);
    let steps = steps.into_iter().flatten().map(|step| {
        let said = ["text", "summary"].iter().find_map(|key| step.get(*key)?.as_str());
        said.or_else(|| step.as_str()).unwrap_or_default()
    });
    let steps: String = steps.collect();
    let texts = THOUGHTS.into_iter().map(|field| (field, text(message, field)));
    texts.chain(std::iter::once((THOUGHT_STEPS, steps))).collect()
}

/// The answer where the content is empty, and its place: the object that a server parsed already, the arguments of a tool,
/// or a field for thoughts if it holds nothing but one object.
fn elsewhere(
    message: &Value,
    thoughts: &[(&'static str, String)],
) -> Option<(String, &'static str)> {
    let parsed = match message.get("parsed") {
        Some(Value::String(text)) => lone_object(text),
        Some(Value::Object(fields)) if !fields.is_empty() => {
            Some(Value::Object(fields.clone()).to_string())
        }
        _ => None,
    };
    if let Some(parsed) = parsed {
        return Some((parsed, "parsed"));
    }
    let calls = message.get("tool_calls").and_then(Value::as_array);
    let (arguments, place) = match calls.map(Vec::as_slice) {
        Some([call]) => {
            let function = call.get("function");
            (function.and_then(|function| function.get("arguments")), "tool_calls")
        }
        // The older field for the same.
        _ => (message.get("function_call").and_then(|call| call.get("arguments")), "function_call"),
    };
    let arguments = match arguments {
        Some(Value::String(text)) => lone_object(text),
        Some(object @ Value::Object(_)) => Some(object.to_string()),
        _ => None,
    };
    let thought =
        || thoughts.iter().find_map(|(place, thoughts)| Some((lone_object(thoughts)?, *place)));
    arguments.map(|arguments| (arguments, place)).or_else(thought)
}

pub(super) fn tokens(body: &Value) -> Option<Tokens> {
    let usage = body.get("usage")?;
    let input = count(usage, "prompt_tokens").or_else(|| count(usage, "input_tokens"))?;
    let output = count(usage, "completion_tokens").or_else(|| count(usage, "output_tokens"))?;
    let cached = usage
        .get("prompt_tokens_details")
        .and_then(|details| count(details, "cached_tokens"))
        .or_else(|| count(usage, "prompt_cache_hit_tokens"))
        .unwrap_or(0);
    let reasoning = usage
        .get("completion_tokens_details")
        .and_then(|details| count(details, "reasoning_tokens"))
        .unwrap_or(0);
    // Some count the thoughts beside the reply, and tell it by a sum that is larger: all of it is used and paid for.
    let beside = if reasoning > output { output.saturating_add(reasoning) } else { output };
    let rest = count(usage, "total_tokens").map_or(0, |total| total.saturating_sub(input));
    let output = beside.max(rest);
    Some(Tokens {
        input,
        cached_input: cached.min(input),
        output,
        reasoning: reasoning.min(output),
    })
}

/// The counts where they are not all there.
pub(super) fn partial(usage: &Value) -> Option<PartialUsage> {
    PartialUsage::of(
        first_count(usage, &["prompt_tokens", "input_tokens"]),
        first_count(usage, &["completion_tokens", "output_tokens"]),
        first_count(usage, &["total_tokens"]),
    )
}
