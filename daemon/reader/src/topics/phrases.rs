//! Phrases looked up in tokens: an index by the first word, so that a text is read in one pass whatever the length of the
//! list. Overlapping phrases of different owners are all reported.

use std::collections::BTreeMap;

use super::super::features::Token;
use super::super::lexicon::{Part, Pattern};

/// Phrases, each with the number of its owner.
#[derive(Debug, Default)]
pub(super) struct Phrases {
    list: Vec<(Pattern, u16)>,
    by_stem: BTreeMap<String, Vec<usize>>,
    by_word: BTreeMap<String, Vec<usize>>,
    by_number: Vec<usize>,
}

/// A phrase in a text: tokens `first..=last`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) owner: u16,
    pub(super) first: usize,
    pub(super) last: usize,
}

impl Found {
    /// Whether another phrase covers this one and more.
    pub(super) fn within(&self, other: &Self) -> bool {
        other.first <= self.first
            && self.last <= other.last
            && other.last - other.first > self.last - self.first
    }
}

impl Phrases {
    /// Adds a phrase.
    pub(super) fn add(&mut self, pattern: Pattern, owner: u16) {
        let at = self.list.len();
        for first in pattern.firsts() {
            let list = match first {
                Part::Stem(stem) => self.by_stem.entry(stem.clone()).or_default(),
                Part::Word(word) => self.by_word.entry(word.clone()).or_default(),
                _ => &mut self.by_number,
            };
            if list.last() != Some(&at) {
                list.push(at);
            }
        }
        self.list.push((pattern, owner));
    }

    /// The phrases in a text, in order, without those that a longer one covers. A phrase stays within its clause.
    pub(super) fn find(&self, tokens: &[Token]) -> Vec<Found> {
        let mut found = Vec::new();
        for (first, token) in tokens.iter().enumerate() {
            let fits = |part: &Part, at: usize| {
                tokens
                    .get(at)
                    .is_some_and(|other| other.clause == token.clause && fits(part, other))
            };
            for &at in self.starting(token) {
                let Some((pattern, owner)) = self.list.get(at) else { continue };
                if let Some(end) = pattern.end(first, &fits) {
                    found.push(Found { owner: *owner, first, last: end - 1 });
                }
            }
        }
        let whole = |one: &&Found| !found.iter().any(|other| one.within(other));
        found.iter().filter(whole).copied().collect()
    }

    /// Places in the list of phrases that may begin with a word.
    fn starting(&self, token: &Token) -> impl Iterator<Item = &usize> {
        let none: &[usize] = &[];
        let stem = if token.inflected { self.by_stem.get(&token.stem) } else { None };
        let number = if token.number.is_some() { self.by_number.as_slice() } else { none };
        let word = self.by_word.get(&token.word);
        let singular = singular(&token.word).and_then(|one| self.by_word.get(one));
        stem.map_or(none, Vec::as_slice)
            .iter()
            .chain(word.map_or(none, Vec::as_slice))
            .chain(singular.map_or(none, Vec::as_slice))
            .chain(number)
    }
}

/// A word without the mark of its plural or its genitive.
fn singular(word: &str) -> Option<&str> {
    word.strip_suffix("'s").or_else(|| word.strip_suffix('s'))
}

/// Up to this, things are few.
const FEW: f64 = 3.0;

/// Whether a word fits a place. A word that is not looked up by its stem also stands for its plural.
fn fits(part: &Part, token: &Token) -> bool {
    match part {
        Part::Stem(stem) => token.inflected && token.stem == *stem,
        Part::Word(word) => token.word == *word || singular(&token.word) == Some(word),
        Part::Any => true,
        Part::Number => token.number.is_some(),
        Part::Many => token.number.is_some_and(|value| value > FEW),
        Part::Gap | Part::OneOf(_) => false,
    }
}
