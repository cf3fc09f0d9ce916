//! Gemini `generateContent`. Field names as in <https://ai.google.dev/api/generate-content>.

use serde_json::{Map, Value, json};

use super::{Unread, count, text};
use crate::inference::chat::{Chat, ChatReply, Shape, Stop, Tokens};

pub(super) fn request(chat: &Chat) -> Value {
    let mut generation = Map::new();
    generation.insert("maxOutputTokens".to_owned(), json!(chat.output_tokens_max));
    if let Some(temperature) = chat.temperature {
        generation.insert("temperature".to_owned(), json!(temperature));
    }
    if let Some(seed) = chat.seed {
        // The field is a signed 32-bit number.
        generation.insert("seed".to_owned(), json!(seed & 0x7fff_ffff));
    }
    match &chat.shape {
        Shape::Schema(schema) => {
            generation.insert("responseMimeType".to_owned(), json!("application/json"));
            generation.insert("responseJsonSchema".to_owned(), schema.clone());
        }
        Shape::Json => {
            generation.insert("responseMimeType".to_owned(), json!("application/json"));
        }
        Shape::Text => {}
    }
    json!({
        "systemInstruction": { "parts": [{ "text": chat.system }] },
        "contents": [{ "role": "user", "parts": [{ "text": chat.question }] }],
        "generationConfig": generation,
    })
}

pub(super) fn reply(body: &Value) -> Result<ChatReply, Unread> {
    let model = text(body, "modelVersion");
    let tokens = tokens(body);
    let blocked = body.get("promptFeedback").is_some_and(|feedback| {
        feedback.get("blockReason").and_then(Value::as_str).is_some_and(|why| !why.is_empty())
    });
    if blocked {
        let stop = Stop::Declined("the service's filter stopped the question");
        return Ok(ChatReply { text: String::new(), model, stop, tokens });
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
            Stop::Declined("the service's filter stopped the reply")
        }
        _ => Stop::Finished,
    };
    Ok(ChatReply { text: spoken, model, stop, tokens })
}

/// This format counts reasoning beside the reply, not within it.
fn tokens(body: &Value) -> Option<Tokens> {
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
    Some(Tokens { input, cached_input, output: said + reasoning, reasoning })
}
