//! An index of phrases by the words that they may begin with, so that a text is read in one pass whatever the number of
//! phrases.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Part, Pattern};

/// The places of phrases in a list, by their first word.
#[derive(Clone, Debug, Default)]
pub(crate) struct PhraseIndex {
    stems: BTreeMap<Arc<str>, Vec<usize>>,
    words: BTreeMap<Arc<str>, Vec<usize>>,
    numbers: Vec<usize>,
}

impl PhraseIndex {
    /// Adds the phrase at a place of the list.
    pub(crate) fn add(&mut self, pattern: &Pattern, at: usize) {
        for first in pattern.firsts() {
            let list = match first {
                Part::Stem(stem) => self.stems.entry(Arc::clone(stem)).or_default(),
                Part::Word(word) => self.words.entry(Arc::clone(word)).or_default(),
                _ => &mut self.numbers,
            };
            if list.last() != Some(&at) {
                list.push(at);
            }
        }
    }

    /// The phrases that may begin with a word of that stem.
    pub(crate) fn stem(&self, stem: &str) -> &[usize] {
        self.stems.get(stem).map_or(&[], Vec::as_slice)
    }

    /// The phrases that may begin with exactly that word.
    pub(crate) fn word(&self, word: &str) -> &[usize] {
        self.words.get(word).map_or(&[], Vec::as_slice)
    }

    /// The phrases that may begin with a number.
    pub(crate) fn number(&self) -> &[usize] {
        &self.numbers
    }

    /// The words that begin a phrase in just that form.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        self.words.keys().map(|word| &**word)
    }
}
