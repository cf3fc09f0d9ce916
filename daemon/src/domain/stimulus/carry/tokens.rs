//! Words and single signs of a text with their places, and the pairs of equal ones in two texts.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// A word or a sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) text: &'a str,
    /// Its place in the text, in bytes.
    pub(super) at: Range<usize>,
}

/// The words and signs of a text, without the blanks between them.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut word: Option<usize> = None;
    let mut put = |at: Range<usize>| {
        found.push(Token { text: text.get(at.clone()).unwrap_or_default(), at });
    };
    for (at, letter) in text.char_indices() {
        if letter.is_alphanumeric() {
            word.get_or_insert(at);
            continue;
        }
        if let Some(from) = word.take() {
            put(from..at);
        }
        if !letter.is_whitespace() {
            put(at..at + letter.len_utf8());
        }
    }
    if let Some(from) = word {
        put(from..text.len());
    }
    found
}

/// How one text becomes another, in words and signs.
pub(super) fn changes(from: &[Token<'_>], to: &[Token<'_>]) -> Vec<DiffOp> {
    let texts = |tokens: &[Token<'_>]| -> Vec<String> {
        tokens.iter().map(|token| token.text.to_owned()).collect()
    };
    capture_diff_slices(Algorithm::Patience, &texts(from), &texts(to))
}

/// For each token of `from` the equal one of `to`, where there is one.
pub(super) fn pairs(from: &[Token<'_>], to: &[Token<'_>]) -> Vec<Option<usize>> {
    let mut found = vec![None; from.len()];
    for change in changes(from, to) {
        if let DiffOp::Equal { old_index, new_index, len } = change {
            for step in 0..len {
                found[old_index + step] = Some(new_index + step);
            }
        }
    }
    found
}
