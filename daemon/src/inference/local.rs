//! The built-in sentence encoder, on a thread of its own: texts are queued to it one after the other, and a caller
//! that stops waiting stops it at the next text.

/// Its name among the engines.
pub(crate) use crate::domain::stimulus::ENCODER as NAME;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use encoder::{ARITHMETIC, Encoder, MODEL, WEIGHTS_SHA256};
use serde_json::json;

use crate::inference::chat::CallError;
use crate::inference::wire::Vectors;

/// Digits of the weights' hash that are appended to the model's name.
const HASH_SHOWN: usize = 12;
/// The error if the encoder fails; only a bug of the program causes it.
const BROKE: &str = "the built-in encoder broke off";

/// The model's name with the beginning of its weights' hash.
pub(crate) fn model() -> Option<String> {
    Some(format!("{MODEL}@{}", WEIGHTS_SHA256.get(..HASH_SHOWN)?))
}

/// Everything that embeddings depend on besides the text.
pub(crate) fn parameters() -> serde_json::Value {
    json!({
        "service": "built in",
        "embedding_model": MODEL,
        "weights": WEIGHTS_SHA256,
        "arithmetic": ARITHMETIC,
    })
}

/// Calls that it takes at once: half of the machine stays free.
pub(crate) fn concurrency() -> u32 {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    u32::try_from(cores / 2).unwrap_or(u32::MAX).max(1)
}

/// Embeds texts. Dropping the future stops the work.
pub(crate) async fn embed(texts: &[String]) -> Result<Vectors, CallError> {
    let texts = texts.to_vec();
    let given_up = GivenUp::default();
    let seen = Arc::clone(&given_up.0);
    let work = tokio::task::spawn_blocking(move || {
        let encoder = Encoder::shipped().ok()?;
        let mut vectors = Vec::with_capacity(texts.len());
        let mut tokens = 0_u64;
        for text in &texts {
            if seen.load(Ordering::Relaxed) {
                return None;
            }
            let encoded = encoder.encode(text);
            tokens = tokens.saturating_add(encoded.tokens as u64);
            vectors.push(encoded.vector);
        }
        Some(Vectors { vectors, model: MODEL.to_owned(), tokens: Some(tokens) })
    });
    work.await.ok().flatten().ok_or_else(|| CallError::network(BROKE))
}

/// Set when no caller waits any more.
#[derive(Default)]
struct GivenUp(Arc<AtomicBool>);

impl Drop for GivenUp {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use protocol::channels::Construct;

    use super::*;
    use crate::domain::instrument::channels::{AnchorCalibration, Library};

    #[tokio::test]
    async fn texts_come_back_as_vectors_in_their_order_and_are_counted() {
        let text = |text: &str| text.to_owned();
        let texts = [text("I love it."), text("I hate it."), text("I love it.")];
        let made = embed(&texts).await.unwrap();
        assert_eq!(made.vectors[0], made.vectors[2]);
        assert_ne!(made.vectors[0], made.vectors[1]);
        assert_eq!(made.tokens, Some(12));
        assert!(model().unwrap().starts_with("all-MiniLM-L6-v2@"));
    }

    #[test]
    fn anchors_read_as_they_do_with_the_weights_of_the_models_authors() {
        let path =
            concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/reference/anchors_minilm.json");
        let file: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let (library, encoder) = (Library::shipped().unwrap(), Encoder::shipped().unwrap());
        for construct in Construct::ALL {
            let sentences = library.sentences(*construct);
            let vectors: Vec<Vec<f32>> =
                sentences.iter().map(|text| encoder.encode(text).vector).collect();
            let found = AnchorCalibration::of(MODEL, &vectors).unwrap().attainable().unwrap();
            assert!(found.in_order && found.high - found.low > 1.0, "{construct}: {found:?}");
            let known = file["constructs"][construct.as_str()]["readings"].clone();
            let known: Vec<f64> = serde_json::from_value(known).unwrap();
            for (ours, theirs) in found.readings.iter().zip(&known) {
                assert!((ours - theirs).abs() < 0.03, "{construct}: {ours} {theirs}");
            }
        }
    }
}
