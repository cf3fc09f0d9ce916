//! Phrases looked up in tokens: an index by the first word, so that a text is read in one pass whatever the length of the
//! list. Overlapping phrases of different owners are all reported.

use super::super::features::Token;
use super::super::lexicon::{Part, Pattern, PhraseIndex};

/// Phrases, each with the number of its owner.
#[derive(Debug, Default)]
pub(super) struct Phrases {
    list: Vec<(Pattern, u16)>,
    first_words: PhraseIndex,
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
        self.first_words.add(&pattern, at);
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
        let first = &self.first_words;
        let stem = if token.inflected { first.stem(&token.stem) } else { &[] };
        let singular = singular(&token.word).map_or(&[][..], |one| first.word(one));
        let number = if token.number.is_some() { first.number() } else { &[] };
        stem.iter().chain(first.word(&token.word)).chain(singular).chain(number)
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
        Part::Stem(stem) => token.inflected && token.stem == **stem,
        Part::Word(word) => token.word == **word || singular(&token.word) == Some(&**word),
        Part::Any => true,
        Part::Number => token.number.is_some(),
        Part::Many => token.number.is_some_and(|value| value > FEW),
        Part::Gap | Part::OneOf(_) => false,
    }
}
