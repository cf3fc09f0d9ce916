//! Gemini `generateContent`. Field names as in <https://ai.google.dev/api/generate-content>.

use serde::Serialize;
use serde_json::Value;

use super::part::{PartialUsage, TokenCount, first_count};
use super::{Unread, count, json, name, text};
use crate::inference::chat::{Chat, ChatReply, ReplyShape, Schema, Speaker, Stop, Tokens};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GeminiBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    system_instruction: Option<Instruction<'a>>,
    contents: Vec<GeminiContent<'a>>,
    generation_config: Generation<'a>,
}

#[derive(Serialize)]
struct Instruction<'a> {
    parts: [GeminiPart<'a>; 1],
}

#[derive(Serialize)]
struct GeminiContent<'a> {
    role: &'static str,
    parts: [GeminiPart<'a>; 1],
}

#[derive(Serialize)]
struct GeminiPart<'a> {
    text: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Generation<'a> {
    max_output_tokens: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_mime_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_json_schema: Option<&'a Schema>,
}

pub(super) fn request(chat: &Chat) -> serde_json::Result<Vec<u8>> {
    let (response_mime_type, response_json_schema) = match &chat.shape {
        ReplyShape::Schema(schema) => (Some("application/json"), Some(schema)),
        ReplyShape::Json => (Some("application/json"), None),
        ReplyShape::Text => (None, None),
    };
    json(
        chat,
        &GeminiBody {
            system_instruction: (!chat.system.is_empty())
                .then(|| Instruction { parts: [GeminiPart { text: &chat.system }] }),
            contents: chat
                .turns()
                .map(|(speaker, text)| match speaker {
                    Speaker::Asker => GeminiContent { role: "user", parts: [GeminiPart { text }] },
                    Speaker::Model => GeminiContent { role: "model", parts: [GeminiPart { text }] },
                })
                .collect(),
            generation_config: Generation {
                max_output_tokens: chat.output_tokens_max,
                temperature: chat.temperature,
                // The field is a signed 32-bit number.
                seed: chat.seed.map(|seed| seed & 0x7fff_ffff),
                response_mime_type,
                response_json_schema,
            },
        },
    )
}

pub(super) fn reply(body: &Value) -> Result<ChatReply, Unread> {
    let model = name(body, "modelVersion");
    let tokens = tokens(body);
    let blocked = body.get("promptFeedback").is_some_and(|feedback| {
        feedback.get("blockReason").and_then(Value::as_str).is_some_and(|why| !why.is_empty())
    });
    if blocked {
        let stop = Stop::Declined("the service's filter stopped the question".into());
        return Ok(ChatReply {
            text: String::new(),
            model,
            stop,
            tokens,
            thought: false,
            place: None,
        });
    }
    let candidates =
        body.get("candidates").and_then(Value::as_array).ok_or("it has no candidates")?;
    let candidate = candidates.first().ok_or("its list of candidates is empty")?;
    let parts = candidate
        .get("content")
        .and_then(|content| content.get("parts"))
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let spoken = parts
        .iter()
        .filter(|part| part.get("thought").and_then(Value::as_bool) != Some(true))
        .map(|part| text(part, "text"))
        .collect();
    let stop = match candidate.get("finishReason").and_then(Value::as_str) {
        Some("MAX_TOKENS") => Stop::Truncated,
        Some("SAFETY" | "RECITATION" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII") => {
            Stop::Declined("the service's filter stopped the reply".into())
        }
        _ => Stop::Finished,
    };
    let is_thought = |part: &Value| part.get("thought").and_then(Value::as_bool) == Some(true);
    let thought = parts.iter().any(is_thought) || tokens.is_some_and(|tokens| tokens.reasoning > 0);
    Ok(ChatReply { text: spoken, model, stop, tokens, thought, place: None })
}

/// This format counts reasoning separately, not as part of the reply.
pub(super) fn tokens(body: &Value) -> Option<Tokens> {
    let usage = body.get("usageMetadata")?;
    let input = count(usage, "promptTokenCount")?;
    let said = count(usage, "candidatesTokenCount").unwrap_or(0);
    let reasoning = count(usage, "thoughtsTokenCount").unwrap_or(0);
    let cached_input = count(usage, "cachedContentTokenCount").unwrap_or(0).min(input);
    if said + reasoning == 0
        && usage.get("candidatesTokenCount").is_some_and(|n| n.as_u64().is_none())
    {
        return None;
    }
    // What a total has beyond the parts is used and paid for, too.
    let rest = count(usage, "totalTokenCount").map_or(0, |total| total.saturating_sub(input));
    Some(Tokens { input, cached_input, output: rest.max(said + reasoning), reasoning })
}

/// The counts where they are not all there.
pub(super) fn partial(usage: &Value) -> Option<PartialUsage> {
    let said = first_count(usage, &["candidatesTokenCount"]);
    let thought = first_count(usage, &["thoughtsTokenCount"]);
    let output = match (said, thought) {
        (TokenCount::Counted(said), TokenCount::Counted(thought)) => {
            TokenCount::Counted(said.saturating_add(thought))
        }
        (TokenCount::Missing, other) | (other, TokenCount::Missing) => other,
        (TokenCount::Nonsense, _) | (_, TokenCount::Nonsense) => TokenCount::Nonsense,
    };
    let (input, total) =
        (first_count(usage, &["promptTokenCount"]), first_count(usage, &["totalTokenCount"]));
    PartialUsage::of(input, output, total)
}
