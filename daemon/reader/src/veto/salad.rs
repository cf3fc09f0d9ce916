//! Praise without a statement. In prose about one word in twelve praises; a salad is made of such words, has no verb
//! that says who does what, no number and hardly a function word.

use super::rules::VetoRules;
use super::{Found, Page, VetoKind};

/// Fewer praising words than these are a slogan.
const PRAISE_MIN: usize = 6;
/// Share of praise among all words that prose never reaches.
const CERTAIN_SHARE: f64 = 0.6;
const SUSPECT_SHARE: f64 = 0.42;
/// A list of words has hardly a function word: this share of its words, or more, are none.
const LIST_SHARE: f64 = 0.88;
/// More numbers than this are facts.
const NUMBERS_MAX: usize = 1;
/// Weights.
const CERTAIN: f64 = 0.95;
const SUSPECT: f64 = 0.6;

/// Whether the text is a salad.
pub(super) fn look(rules: &VetoRules, page: &Page<'_>) -> Option<Found> {
    let words: Vec<&str> = page
        .tokens
        .iter()
        .map(|token| token.word.as_str())
        .filter(|word| word.chars().any(char::is_alphabetic))
        .collect();
    let numbers = page.tokens.iter().filter(|token| token.number.is_some()).count();
    let praising = words.iter().filter(|word| praises(rules, word)).count();
    if praising < PRAISE_MIN || numbers > NUMBERS_MAX {
        return None;
    }
    let content = words.iter().filter(|word| !rules.function_words.contains(**word)).count();
    let share = praising as f64 / content.max(1) as f64;
    let thin = praising as f64 / words.len().max(1) as f64;
    let listed = content as f64 >= words.len() as f64 * LIST_SHARE;
    let weight = if (share >= CERTAIN_SHARE || listed) && thin >= SUSPECT_SHARE {
        CERTAIN
    } else if thin >= SUSPECT_SHARE {
        SUSPECT
    } else {
        return None;
    };
    let last = page.tokens.len().saturating_sub(1);
    Some(Found { kind: VetoKind::Salad, at: None, first: 0, last, weight })
}

/// Whether a word praises, as such or as the noun, adverb or plural of one that does.
fn praises(rules: &VetoRules, word: &str) -> bool {
    const ENDINGS: &[&str] = &["s", "ly", "ness", "ful", "able", "d", "ed", "ing"];
    rules.praise.contains(word)
        || ENDINGS
            .iter()
            .any(|ending| word.strip_suffix(ending).is_some_and(|stem| rules.praise.contains(stem)))
}
