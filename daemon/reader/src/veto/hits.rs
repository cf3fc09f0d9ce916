//! Phrases of the rules in a text. A phrase stays within a sentence; a noun is found in the plural too.

use super::rules::VetoRules;
use crate::features::Token;
use crate::lexicon::Part;

/// A phrase that was found: tokens `first..=last`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) first: usize,
    pub(super) last: usize,
    /// Place of the phrase in the rules.
    pub(super) phrase: usize,
}

impl Hit {
    /// Whether it holds a token.
    pub(super) fn holds(&self, at: usize) -> bool {
        (self.first..=self.last).contains(&at)
    }

    /// Whether it uses the same words as another. A phrase with a gap may hold another in it: "took the brakes off".
    pub(super) fn meets(&self, other: &Self) -> bool {
        let apart = self.last < other.first || other.last < self.first;
        let inside = (self.first < other.first && other.last < self.last)
            || (other.first < self.first && self.last < other.last);
        !apart && !inside
    }
}

/// A number in a phrase is "many" from here on.
const FEW: f64 = 3.0;

/// Every phrase in the text, by group.
pub(super) fn find(rules: &VetoRules, tokens: &[Token]) -> Vec<Vec<Hit>> {
    let mut found = vec![Vec::new(); rules.groups];
    for (at, token) in tokens.iter().enumerate() {
        let sentence = token.sentence;
        let fits = |part: &Part, at: usize| {
            tokens
                .get(at)
                .is_some_and(|token| token.sentence == sentence && fits(rules, part, token))
        };
        for phrase in candidates(rules, token) {
            let Some(known) = rules.phrases.get(phrase) else { continue };
            let Some(end) = known.pattern.end(at, &fits) else { continue };
            let hit = Hit { first: at, last: end.saturating_sub(1), phrase };
            if let Some(list) = found.get_mut(known.group.0)
                && !list.contains(&hit)
            {
                list.push(hit);
            }
        }
    }
    found
}

/// Phrases that may begin with a token.
fn candidates<'a>(rules: &'a VetoRules, token: &Token) -> impl Iterator<Item = usize> + use<'a> {
    let first = &rules.first_words;
    let singular = singular(&token.word).map_or(&[][..], |word| first.word(word));
    let numeric = value(rules, token).map_or(&[][..], |_| first.number());
    [first.stem(&token.stem), first.word(&token.word), singular, numeric]
        .into_iter()
        .flatten()
        .copied()
}

fn fits(rules: &VetoRules, part: &Part, token: &Token) -> bool {
    match part {
        Part::Stem(stem) => token.stem == **stem && token.inflected,
        Part::Word(word) => token.word == **word || singular(&token.word) == Some(&**word),
        Part::Any => true,
        Part::Number => value(rules, token).is_some(),
        Part::Many => value(rules, token).is_some_and(|value| value > FEW),
        Part::Gap | Part::OneOf(_) => false,
    }
}

/// A word without the ending of a plural or of an owner.
fn singular(word: &str) -> Option<&str> {
    word.strip_suffix("'s").or_else(|| word.strip_suffix("s'")).or_else(|| word.strip_suffix('s'))
}

/// The value of a number in digits or in words.
pub(super) fn value(rules: &VetoRules, token: &Token) -> Option<f64> {
    token.number.or_else(|| rules.numbers.get(&token.word).copied())
}
