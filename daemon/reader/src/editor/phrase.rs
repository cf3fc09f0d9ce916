//! Phrases of an editor's tables: words as they stand, found in a draft whatever their capitals.

use std::collections::HashMap;
use std::ops::Range;

use super::draft::Draft;

/// A table of phrases, each with what becomes of it.
#[derive(Debug, Default)]
pub(super) struct PhraseBook {
    /// By first word, longest first.
    entries: HashMap<String, Vec<BookEntry>>,
}

#[derive(Debug)]
struct BookEntry {
    words: Vec<String>,
    /// Whether a comma or a colon must follow.
    stop: Option<char>,
    with: String,
}

impl PhraseBook {
    pub(super) fn add(&mut self, phrase: &str, with: &str) {
        let stop = phrase.chars().last().filter(|mark| matches!(mark, ',' | ':'));
        let words: Vec<String> = parts(phrase);
        let Some(first) = words.first().cloned() else { return };
        let list = self.entries.entry(first).or_default();
        list.push(BookEntry { words, stop, with: with.to_owned() });
        list.sort_by_key(|entry| std::cmp::Reverse(entry.words.len()));
    }

    /// The longest phrase that begins at a word and touches nothing protected: its words, and what becomes of it.
    pub(super) fn at(&self, draft: &Draft<'_>, at: usize) -> Option<(Range<usize>, &str)> {
        let first = draft.words.get(at)?;
        let entries = self.entries.get(&first.lower)?;
        let entry = entries.iter().find(|entry| {
            let last = at + entry.words.len() - 1;
            let fits = entry.words.iter().enumerate().all(|(place, word)| {
                let known = draft.words.get(at + place);
                known.is_some_and(|known| known.lower == *word && !known.is_kept)
                    && (place == 0 || matches!(draft.gap(at + place - 1), " " | "-" | "\n" | ", "))
            });
            let after = || {
                draft.words.get(last).map_or("", |word| draft.get(word.range.end..draft.text.len()))
            };
            fits && entry.stop.is_none_or(|mark| after().starts_with(mark))
        })?;
        Some((at..at + entry.words.len(), entry.with.as_str()))
    }
}

/// The words of a phrase, in lower case.
pub(super) fn parts(phrase: &str) -> Vec<String> {
    let apart = |letter: char| {
        letter.is_whitespace() || matches!(letter, '-' | ',' | ':' | '(' | ')' | '.')
    };
    phrase.split(apart).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}
