//! The meaningfulness of a text: random letters, filler text and one word repeated have none, whatever their words are.
//! For other texts also their specificity.

use std::collections::{BTreeMap, BTreeSet};

use super::super::lexicon::Lexicon;
use super::Token;

/// Words of the classic filler text.
const FILLER: &[&str] = &[
    "lorem",
    "ipsum",
    "dolor",
    "sit",
    "amet",
    "consectetur",
    "adipiscing",
    "elit",
    "sed",
    "eiusmod",
    "tempor",
    "incididunt",
    "labore",
    "dolore",
    "magna",
    "aliqua",
    "enim",
    "minim",
    "veniam",
    "quis",
    "nostrud",
    "exercitation",
    "ullamco",
    "laboris",
    "nisi",
    "aliquip",
    "commodo",
    "consequat",
    "duis",
    "aute",
    "irure",
    "reprehenderit",
    "voluptate",
    "velit",
    "cillum",
    "fugiat",
    "nulla",
    "pariatur",
    "excepteur",
    "sint",
    "occaecat",
    "cupidatat",
    "proident",
    "culpa",
    "officia",
    "deserunt",
    "mollit",
    "laborum",
];

/// Fewer words than this need no small words to make sense.
const SHORT: usize = 8;

/// Signs of program code, and the share of all signs and letters from which a text is code. Prose with brackets and slashes
/// has up to three in a hundred.
const CODE_SIGNS: &[char] = &['{', '}', ';', '=', '<', '>', '(', ')', '[', ']', '_', '\\'];
const CODE_SHARE: f64 = 0.09;

/// Whether a text is mostly program code.
fn is_code(text: &str) -> bool {
    let all = text.chars().filter(|sign| !sign.is_whitespace()).count();
    let signs = text.chars().filter(|sign| CODE_SIGNS.contains(sign)).count();
    signs as f64 > CODE_SHARE * all as f64
}

/// Share of the text that makes sense, 0 to 1.
pub(super) fn share(lexicon: &Lexicon, text: &str, tokens: &[Token]) -> f64 {
    if is_code(text) {
        return 0.0;
    }
    let words: Vec<&Token> =
        tokens.iter().filter(|token| token.word.chars().any(char::is_alphabetic)).collect();
    if words.len() < 2 {
        return 0.0;
    }
    let n = words.len() as f64;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for token in &words {
        *counts.entry(token.stem.as_str()).or_default() += 1;
    }
    let content_top = counts
        .iter()
        .filter(|(word, _)| !lexicon.grammar.function_words.contains(**word))
        .map(|(_, &count)| count)
        .max()
        .unwrap_or(0);
    let repeated = words.len() >= 5 && content_top as f64 > 0.34 * n;
    let few = words.len() >= 12 && (counts.len() as f64) < 0.2 * n.min(60.0);
    if repeated || few || (words.len() > 2 && counts.len() == 1) {
        return 0.0;
    }
    let filler = words.iter().filter(|token| FILLER.contains(&token.word.as_str())).count() as f64;
    let known = words.iter().filter(|token| lexicon.knows(&token.word, &token.stem)).count() as f64;
    let small: BTreeSet<&str> = words
        .iter()
        .map(|token| token.word.as_str())
        .filter(|word| lexicon.grammar.function_words.contains(*word))
        .collect();
    if filler > 0.25 * n {
        return 0.0;
    }
    // Ordinary English is about half small words and common words; a name list is not.
    let familiar = (known / n / 0.4).min(1.0);
    if words.len() < SHORT {
        // Too short for small words: a name and a noun make sense when they look like words.
        let plausible = words.iter().filter(|token| lexicon.plausible(&token.word)).count() as f64;
        return familiar.max(plausible / n);
    }
    familiar * (small.len() as f64 / 2.0).min(1.0)
}

/// Numbers, units and names, counted in sentences without a concern, so that a detailed trouble is no advantage.
pub(super) fn specificity(text: &str, tokens: &[Token], troubled: &BTreeSet<usize>) -> f64 {
    let mut count = 0.0;
    for (at, token) in tokens.iter().enumerate() {
        if troubled.contains(&token.sentence) {
            continue;
        }
        let inside = at > 0 && tokens[at - 1].sentence == token.sentence;
        let capital = text
            .get(token.start..token.end)
            .is_some_and(|word| word.chars().next().is_some_and(char::is_uppercase));
        if token.number.is_some() {
            count += 1.0;
        } else if inside && capital && token.word.len() > 2 {
            count += 0.3;
        }
    }
    count
}
