//! The hype of a text: counts of superlatives, buzzwords, exclamation marks and shouting.

use super::super::lexicon::{Lexicon, Part};
use super::Token;
use super::cues::fits;

/// How loud a text is.
pub(super) fn count(lexicon: &Lexicon, text: &str, tokens: &[Token]) -> f64 {
    let mut total = 0.0;
    let mut at = 0;
    while at < tokens.len() {
        let sentence = tokens[at].sentence;
        let fits = |part: &Part, at: usize| {
            let token = tokens.get(at).filter(|token| token.sentence == sentence);
            token.is_some_and(|token| fits(lexicon, part, token))
        };
        let longest = lexicon.hype.iter().filter_map(|pattern| pattern.end(at, &fits)).max();
        match longest {
            Some(end) => {
                total += 1.0;
                at = end;
            }
            None => at += 1,
        }
    }
    // One exclamation mark is friendly.
    let marks = text.chars().filter(|&c| c == '!').count().saturating_sub(1);
    total += 0.5 * marks.min(6) as f64;
    let shouted = tokens.iter().filter(|token| shouting(text, token)).count();
    total += 0.3 * shouted.saturating_sub(2).min(10) as f64;
    total
}

fn shouting(text: &str, token: &Token) -> bool {
    let word = text.get(token.start..token.end).unwrap_or_default();
    word.len() >= 4 && word.chars().all(|c| c.is_ascii_uppercase())
}
