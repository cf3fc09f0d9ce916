//! `OpenAI` embeddings, which most compatible servers speak too. Field names as in
//! <https://platform.openai.com/docs/api-reference/embeddings>.

use serde::Serialize;
use serde_json::Value;

use super::{Unread, Vectors, count, name, vector};

#[derive(Serialize)]
struct OpenAiEmbedBody<'a> {
    model: &'a str,
    input: &'a [String],
}

pub(super) fn request(model: &str, texts: &[String]) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&OpenAiEmbedBody { model, input: texts })
}

/// Vectors may come in any order: each has the index of its text.
pub(super) fn reply(body: &Value) -> Result<Vectors, Unread> {
    let data = body.get("data").and_then(Value::as_array).ok_or("it has no data")?;
    let mut placed = Vec::with_capacity(data.len());
    for (place, entry) in data.iter().enumerate() {
        let index = match entry.get("index") {
            Some(index) => index.as_u64().ok_or("an index is no number")?,
            None => place as u64,
        };
        placed.push((index, vector(entry.get("embedding"))?));
    }
    placed.sort_by_key(|(index, _)| *index);
    if placed.iter().enumerate().any(|(place, (index, _))| *index != place as u64) {
        return Err("its indexes leave a text out");
    }
    Ok(Vectors {
        vectors: placed.into_iter().map(|(_, vector)| vector).collect(),
        model: name(body, "model"),
        tokens: tokens(body),
    })
}

/// Some count the texts under a name of their own, or only in all.
pub(super) fn tokens(body: &Value) -> Option<u64> {
    let usage = body.get("usage")?;
    ["prompt_tokens", "input_tokens", "total_tokens"].iter().find_map(|key| count(usage, key))
}
