//! The meaning of a value that a language model wrote: which number, which word of a closed list, yes or no. Every
//! spelling with one meaning is read; what could mean two things is not read at all. Pure functions.

mod beside;
mod condition;
mod number;
mod phrase;
mod place;
mod variant;
mod word;

#[cfg(test)]
mod tests;

use protocol::safe::is_hidden;
use serde_json::Value;

pub(super) use condition::names_condition;
pub(super) use number::{scale_end, whole};
pub(super) use phrase::words as words_of;
pub(super) use place::placed;
pub(super) use word::{spoken_truth, truth, word};

/// The element of a list of one, and any other value unchanged.
pub(super) fn alone(value: &Value) -> &Value {
    match value.as_array().map(Vec::as_slice) {
        Some([only]) => only,
        _ => value,
    }
}

/// A word without surrounding punctuation and without a full stop.
pub(super) fn bare(word: &str) -> &str {
    let around =
        |letter: char| letter.is_whitespace() || is_hidden(letter) || "\"'`*“”‘’".contains(letter);
    word.trim_start_matches(around).trim_end_matches(|letter| letter == '.' || around(letter))
}

/// The letters of a word, ignoring case and separators between its parts.
pub(super) fn letters(word: &str) -> impl Iterator<Item = char> {
    let between = |letter: &char| {
        letter.is_whitespace()
            || is_hidden(*letter)
            || matches!(letter, '-' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}')
    };
    word.chars().filter(move |letter| !between(letter)).flat_map(char::to_lowercase)
}

/// Whether two words have the same letters.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    let first = |word: &str| word.bytes().next().filter(u8::is_ascii_alphabetic);
    // A fast check: most words differ in their first letter, and every key of a reply is compared with every key of a
    // form.
    if let (Some(one), Some(other)) = (first(one), first(other))
        && !one.eq_ignore_ascii_case(&other)
    {
        return false;
    }
    one == other || letters(one).eq(letters(other))
}

/// Whether a key is one of these words.
fn is_any(key: &str, words: &[&str]) -> bool {
    words.iter().any(|word| is_same(word, key))
}
