//! The changes of a draft: pieces that are replaced, cut or moved. Capitals, articles, spaces and marks around them are put
//! right when they are applied.

use std::ops::Range;

use super::articles;
use super::draft::Draft;
use super::names;

/// A piece of the text and what stands there afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TextChange {
    pub(super) range: Range<usize>,
    pub(super) with: String,
}

impl TextChange {
    pub(super) fn new(range: Range<usize>, with: impl Into<String>) -> Self {
        Self { range, with: with.into() }
    }
}

/// The text after the changes, and what they were: words before and after. Of two that overlap the first is made.
pub(super) fn apply(
    draft: &Draft<'_>,
    mut changes: Vec<TextChange>,
) -> (String, Vec<(String, String)>) {
    changes.sort_by_key(|change| (change.range.start, change.range.end));
    let mut text = String::with_capacity(draft.text.len());
    let mut made = Vec::new();
    let mut at = 0;
    for change in changes {
        let inserts = change.range.is_empty();
        if change.range.start < at && !(inserts && change.range.start == at)
            || draft.get(change.range.clone()) == change.with
        {
            continue;
        }
        text.push_str(draft.get(at..change.range.start));
        text.push_str(&change.with);
        at = change.range.end;
        let (before, after) =
            (draft.get(change.range).trim().to_owned(), change.with.trim().to_owned());
        if before != after || before.is_empty() {
            made.push((before, after));
        }
    }
    text.push_str(draft.get(at..draft.text.len()));
    (text, made)
}

/// The change that puts other words in the place of some: capitals are kept, and the article before them fits again.
pub(super) fn replacement(
    draft: &Draft<'_>,
    words: &Range<usize>,
    with: &str,
) -> Option<TextChange> {
    let (first, last) =
        (draft.words.get(words.start)?, draft.words.get(words.end.checked_sub(1)?)?);
    let range = first.range.start..last.range.end;
    let cased = like(draft.get(range.clone()), with);
    let change = TextChange::new(range, cased);
    Some(with_article(draft, words.start, change, with))
}

/// The change that cuts some words, with the space or the comma that they leave. What follows begins with a capital where
/// they did.
pub(super) fn cut(draft: &Draft<'_>, words: &Range<usize>) -> Option<TextChange> {
    let (first, last) =
        (draft.words.get(words.start)?, draft.words.get(words.end.checked_sub(1)?)?);
    let next = draft.words.get(words.end)?;
    let gap = draft.gap(words.end - 1);
    // What follows must be the next word of the same sentence.
    if !matches!(gap, " " | ", " | "\n" | ",\n" | ": ") {
        return None;
    }
    let begins = draft.begins_sentence(words.start);
    let was_capital = draft.get(first.range.clone()).chars().next().is_some_and(char::is_uppercase);
    if begins && was_capital {
        let follows = draft.get(next.range.clone());
        let change = TextChange::new(first.range.start..next.range.end, capital(follows));
        return Some(change);
    }
    if gap.starts_with([',', ':']) && !begins {
        return None;
    }
    debug_assert!(last.range.end <= next.range.start, "words stand in order");
    let change = TextChange::new(first.range.start..next.range.start, "");
    let follows = next.lower.clone();
    Some(with_article(draft, words.start, change, &follows))
}

/// Widens a change to the article before it, where that no longer fits.
fn with_article(draft: &Draft<'_>, first: usize, change: TextChange, follows: &str) -> TextChange {
    let Some(place) = first.checked_sub(1) else { return change };
    let Some(article) = draft.words.get(place) else { return change };
    if article.is_kept
        || !matches!(article.lower.as_str(), "a" | "an")
        || draft.gap(place) != " "
        || follows.is_empty()
    {
        return change;
    }
    let right = articles::article(follows);
    if right == article.lower {
        return change;
    }
    let right = like(draft.get(article.range.clone()), right);
    TextChange::new(article.range.start..change.range.end, format!("{right} {}", change.with))
}

/// Words with the capitals of others: all, every first letter, or the first one.
fn like(model: &str, words: &str) -> String {
    let letters = || model.chars().filter(|letter| letter.is_alphabetic());
    let firsts = || model.split([' ', '-', '\n']).filter_map(|word| word.chars().next());
    if letters().count() > 3 && letters().all(char::is_uppercase) {
        words.to_uppercase()
    } else if firsts().count() > 1
        && firsts().filter(|letter| letter.is_alphabetic()).all(char::is_uppercase)
    {
        words.split(' ').map(capital).collect::<Vec<_>>().join(" ")
    } else if letters().next().is_some_and(char::is_uppercase) {
        capital(words)
    } else {
        words.to_owned()
    }
}

/// The words with a capital at their beginning; a name such as "iPhone" has its own way.
pub(super) fn capital(words: &str) -> String {
    let first = words.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default();
    if names::is_brand(first) {
        return words.to_owned();
    }
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}
