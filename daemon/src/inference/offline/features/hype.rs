//! How loudly a text sells: superlatives, buzzwords, exclamation marks and shouting, counted.

use super::super::lexicon::{Lexicon, Part};
use super::quote::around;
use super::{Span, Token};

/// What is counted, and the first words that count.
pub(crate) fn count(lexicon: &Lexicon, text: &str, tokens: &[Token]) -> (f64, Option<Span>) {
    let mut total = 0.0;
    let mut first = None;
    let mut at = 0;
    while at < tokens.len() {
        let longest =
            lexicon.hype.iter().filter(|parts| stands(tokens, at, parts)).map(Vec::len).max();
        match longest {
            Some(length) => {
                total += 1.0;
                first = first.or_else(|| Some(around(text, tokens, at, at + length - 1)));
                at += length;
            }
            None => at += 1,
        }
    }
    // One exclamation mark is friendly.
    let marks = text.chars().filter(|&c| c == '!').count().saturating_sub(1);
    total += 0.5 * marks.min(6) as f64;
    let shouted = tokens.iter().filter(|token| shouting(text, token)).count();
    total += 0.3 * shouted.saturating_sub(2).min(10) as f64;
    (total, first)
}

fn stands(tokens: &[Token], at: usize, parts: &[Part]) -> bool {
    parts.iter().enumerate().all(|(offset, part)| {
        tokens.get(at + offset).is_some_and(|token| {
            token.sentence == tokens[at].sentence
                && match part {
                    Part::Stem(stem) => token.stem == *stem,
                    Part::Word(word) => token.word == *word,
                    _ => true,
                }
        })
    })
}

fn shouting(text: &str, token: &Token) -> bool {
    let word = text.get(token.start..token.end).unwrap_or_default();
    word.len() >= 4 && word.chars().all(|c| c.is_ascii_uppercase())
}
