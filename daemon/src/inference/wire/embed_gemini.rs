//! Gemini `batchEmbedContents`, one request a text. Field names as in <https://ai.google.dev/api/embeddings>. The
//! service counts no tokens here.

use serde::Serialize;
use serde_json::Value;

use super::{Unread, Vectors, count, vector};

#[derive(Serialize)]
struct GeminiEmbedBody<'a> {
    requests: Vec<Request<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    model: String,
    content: EmbedContent<'a>,
    /// Embeddings whose cosines are to be compared.
    task_type: &'static str,
}

#[derive(Serialize)]
struct EmbedContent<'a> {
    parts: [EmbedPart<'a>; 1],
}

#[derive(Serialize)]
struct EmbedPart<'a> {
    text: &'a str,
}

pub(super) fn request(model: &str, texts: &[String]) -> serde_json::Result<Vec<u8>> {
    let requests = texts.iter().map(|text| Request {
        model: format!("models/{model}"),
        content: EmbedContent { parts: [EmbedPart { text }] },
        task_type: "SEMANTIC_SIMILARITY",
    });
    serde_json::to_vec(&GeminiEmbedBody { requests: requests.collect() })
}

pub(super) fn reply(body: &Value) -> Result<Vectors, Unread> {
    let embeddings =
        body.get("embeddings").and_then(Value::as_array).ok_or("it has no embeddings")?;
    let vectors = embeddings.iter().map(|entry| vector(entry.get("values")));
    Ok(Vectors {
        vectors: vectors.collect::<Result<_, Unread>>()?,
        model: String::new(),
        tokens: tokens(body),
    })
}

/// Only newer models count.
pub(super) fn tokens(body: &Value) -> Option<u64> {
    count(body.get("usageMetadata")?, "promptTokenCount")
}
