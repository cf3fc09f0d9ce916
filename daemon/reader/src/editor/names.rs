//! Which words of a draft are names, and so are left as they are: brands and camel case, abbreviations, and words with a capital
//! where a sentence has none. In a line whose words all have capitals a name looks like any other word.

use super::draft::{Draft, Sentence};
use super::tables::EditorTables;

/// Words so short have small letters in a title too.
const SMALL_MAX: usize = 3;
/// And so have these.
const SMALL_IN_TITLES: &[&str] = &[
    "with", "from", "into", "over", "than", "that", "your", "upon", "about", "after", "before",
    "between", "without", "through", "under", "their", "when", "what", "this", "have", "will",
    "them",
];
/// A single word in capitals of at most so many letters may be an abbreviation.
const ABBREVIATION_MAX: usize = 6;
/// More words in capitals side by side are loud, not abbreviations.
const ABBREVIATIONS_MAX: usize = 2;

/// Marks the names of a draft as words that stay.
pub(super) fn keep_names(draft: &mut Draft<'_>, tables: &EditorTables) {
    let mut names: Vec<usize> = (0..draft.words.len())
        .filter(|at| is_brand(written(draft, *at)) || is_abbreviation(draft, tables, *at))
        .collect();
    for sentence in &draft.sentences {
        if !is_title(draft, sentence) {
            names.extend(
                sentence.words.clone().filter(|at| is_capital_within(draft, sentence, *at)),
            );
        }
    }
    for at in names {
        if let Some(word) = draft.words.get_mut(at) {
            word.is_kept = true;
        }
    }
}

fn written<'a>(draft: &Draft<'a>, at: usize) -> &'a str {
    draft.words.get(at).map_or("", |word| draft.get(word.range.clone()))
}

/// Whether a word has a capital behind a small letter, or letters and figures: "iPhone", "`McKay`", "B2B".
pub(super) fn is_brand(word: &str) -> bool {
    let mut small = false;
    for letter in word.chars() {
        if small && letter.is_uppercase() {
            return true;
        }
        small |= letter.is_lowercase();
    }
    word.contains(|letter: char| letter.is_ascii_digit())
        && word.contains(|letter: char| letter.is_uppercase())
}

/// Whether all letters of a word are capitals, and there are two at least.
pub(super) fn is_in_capitals(word: &str) -> bool {
    word.chars().filter(|letter| letter.is_alphabetic()).count() >= 2
        && word
            .chars()
            .all(|it| it.is_uppercase() || it.is_ascii_digit() || matches!(it, '\'' | '’'))
}

/// Whether a word in capitals stands for others: it is short, stands among words in small letters, and is no word that people
/// shout.
fn is_abbreviation(draft: &Draft<'_>, tables: &EditorTables, at: usize) -> bool {
    let word = written(draft, at);
    if !is_in_capitals(word) || word.chars().count() > ABBREVIATION_MAX {
        return false;
    }
    let loud = |place: usize| is_in_capitals(written(draft, place));
    let before = (0..at).rev().take_while(|place| loud(*place)).count();
    let after = (at + 1..draft.words.len()).take_while(|place| loud(*place)).count();
    let lower = word.to_lowercase();
    before + after < ABBREVIATIONS_MAX && !tables.shouted.contains(&lower)
}

/// Whether all longer words of a sentence have capitals.
pub(super) fn is_title(draft: &Draft<'_>, sentence: &Sentence) -> bool {
    let longer = || {
        sentence.words.clone().map(|at| written(draft, at)).filter(|word| {
            word.chars().count() > SMALL_MAX && word.starts_with(char::is_alphabetic)
        })
    };
    let is_small =
        |word: &str| word.starts_with(char::is_lowercase) && !SMALL_IN_TITLES.contains(&word);
    longer().count() > 0 && !longer().any(is_small)
}

/// Whether a word has a capital that its place does not give it.
fn is_capital_within(draft: &Draft<'_>, sentence: &Sentence, at: usize) -> bool {
    let is_capital = |place: usize| {
        let word = written(draft, place);
        word.starts_with(char::is_uppercase)
            && !is_in_capitals(word)
            && word != "I"
            && !word.starts_with("I'")
            && !word.starts_with("I’")
    };
    if !is_capital(at) {
        return false;
    }
    let gap = at.checked_sub(1).map_or("", |before| draft.gap(before));
    // Behind a colon or a bracket a sentence may begin.
    let begins = at == sentence.words.start || gap.contains([':', '(', '—', '–', '\n', '/', '•']);
    // Two capitals side by side at a beginning: "Leverage Partners is a bank."
    let goes_on = at + 1 < sentence.words.end
        && is_capital(at + 1)
        && matches!(draft.gap(at), " " | "-" | " & ")
        && !draft.words.get(at).is_some_and(|word| BEGINNINGS.contains(&word.lower.as_str()));
    !begins || goes_on
}

/// Words that begin a sentence before a name, and are none.
const BEGINNINGS: &[&str] = &[
    "the", "a", "an", "our", "your", "my", "their", "this", "that", "these", "those", "in", "on",
    "at", "by", "for", "from", "with", "and", "but", "or", "so", "as", "if", "when", "while",
    "after", "before", "dear", "hi", "hello", "we", "you", "it", "he", "she", "they", "is", "are",
    "was", "were", "all", "every", "each", "both", "to", "of",
];
