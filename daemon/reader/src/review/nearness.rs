//! The nearness of two short texts by the sentence encoder. Vectors are remembered by their text, in a memory of bounded
//! size, because a feed is compared with every rewrite of a content.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use encoder::{Damaged, Encoder};

/// Most texts that are remembered; each takes about 1.6 kB.
const TEXTS_MAX: usize = 2_000;
/// Longest beginning of a text that is encoded, in bytes; more is not seen at a glance.
pub(super) const GLANCE: usize = 160;

type Vectors = HashMap<Box<str>, Arc<[f32]>>;

static MEMORY: LazyLock<Mutex<Vectors>> = LazyLock::new(Mutex::default);

/// The cosine of the beginnings of two texts, −1 to 1.
///
/// # Errors
/// Never, unless the shipped files are broken.
pub(super) fn cosine(one: &str, other: &str) -> Result<f64, Damaged> {
    let (one, other) = (vector(glance(one))?, vector(glance(other))?);
    let product: f32 = one.iter().zip(other.iter()).map(|(a, b)| a * b).sum();
    Ok(f64::from(product))
}

/// What is seen of a text at a glance: its beginning, up to the end of a word.
pub(super) fn glance(text: &str) -> &str {
    let text = text.trim();
    if text.len() <= GLANCE {
        return text;
    }
    let end = (0..=GLANCE).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let head = text.get(..end).unwrap_or_default();
    head.rfind(char::is_whitespace).and_then(|at| head.get(..at)).unwrap_or(head)
}

fn vector(text: &str) -> Result<Arc<[f32]>, Damaged> {
    let known = MEMORY.lock().unwrap_or_else(PoisonError::into_inner).get(text).cloned();
    if let Some(known) = known {
        return Ok(known);
    }
    let vector: Arc<[f32]> = Encoder::shipped()?.encode(text).vector.into();
    let mut memory = MEMORY.lock().unwrap_or_else(PoisonError::into_inner);
    if memory.len() >= TEXTS_MAX {
        memory.clear();
    }
    memory.insert(text.into(), Arc::clone(&vector));
    Ok(vector)
}
