//! The signals of a text's build: its length for its type, its headings, paragraphs and order, and what it quotes.

use super::super::Signal;
use super::super::survey::Survey;
use super::{Measured, halving};
use crate::features::Span;

/// A text of fewer words needs no headings and no paragraphs.
const SMALL: usize = 60;
/// A heading leads through so many words.
const HEADED: usize = 180;
/// A paragraph of at most so many words is a few lines.
const FEW_LINES: usize = 65;
/// One of more is a wall.
const WALL: usize = 95;

/// By how much it is longer than such content is read.
pub(super) fn too_long(survey: &Survey<'_>) -> Measured {
    let (words, most) = (survey.words() as f64, survey.norms.words_max.max(1) as f64);
    Measured::of(halving(2.5 * (words / most - 1.0)))
}

/// By how much it is shorter than such content must be.
pub(super) fn too_short(survey: &Survey<'_>) -> Measured {
    let (words, least) = (survey.words() as f64, survey.norms.words_min.max(1) as f64);
    Measured::of(1.0 - words / least)
}

/// Headings for the length of the text.
pub(super) fn headings(survey: &Survey<'_>) -> Measured {
    let words = survey.words();
    if words < SMALL {
        return Measured { value: 0.6, is_moot: true, ..Measured::default() };
    }
    let wanted = (words as f64 / HEADED as f64).max(1.0);
    let found = survey.headings.len() as f64 + 0.2 * survey.entries.len().min(5) as f64;
    Measured::at(found / wanted, survey.headings.first().copied())
}

/// Whether it stands in paragraphs of a few lines.
pub(super) fn paragraphs(survey: &Survey<'_>) -> Measured {
    if survey.words() < SMALL {
        return Measured { value: 0.6, is_moot: true, ..Measured::default() };
    }
    let total: usize = survey.paragraphs.iter().map(|(_, words)| words).sum();
    let long: usize = survey
        .paragraphs
        .iter()
        .filter(|(_, words)| *words > FEW_LINES)
        .map(|(_, words)| words)
        .sum();
    let short = 1.0 - long as f64 / total.max(1) as f64;
    let value = if survey.paragraphs.len() + survey.entries.len() < 2 { 0.0 } else { short };
    // One paragraph of a few lines is no block.
    Measured { is_moot: long == 0, ..Measured::of(value) }
}

/// The longest paragraph, beyond what is a wall.
pub(super) fn wall(survey: &Survey<'_>) -> Measured {
    let longest = survey.paragraphs.iter().max_by_key(|(_, words)| *words);
    let Some(&(span, words)) = longest else { return Measured::default() };
    let beyond = words.saturating_sub(WALL) as f64;
    let start = survey.tokens.iter().position(|token| token.start >= span.start);
    // The whole paragraph is too long to quote: its first sentence stands for it.
    let first = start.and_then(|at| survey.sentences.iter().find(|range| range.contains(&at)));
    let place = first.and_then(|range| survey.span(range));
    Measured::at(halving(beyond / 40.0), place.filter(|_| beyond > 0.0))
}

/// Words and lists that lead from one step to the next.
pub(super) fn order(survey: &Survey<'_>) -> Measured {
    let hits = survey.hits.of(Signal::Order);
    let count = hits.len() as f64 + 0.6 * survey.entries.len().min(5) as f64;
    Measured::at(halving(count * survey.scale().max(0.4)), hits.first().copied())
}

/// Whether somebody is quoted: words between quotation marks, or a word for speaking with them.
pub(super) fn quoted(survey: &Survey<'_>) -> Measured {
    const WORDS: usize = 4;
    let text = survey.text();
    let is_speech = |span: &&Span| span.of(text).split_whitespace().count() >= WORDS;
    let speech = survey.quotations.iter().filter(is_speech);
    let longest = speech.rev().max_by_key(|span| span.end - span.start).copied();
    let said = !survey.hits.of(Signal::Quoted).is_empty();
    let value = match (longest, said) {
        (Some(_), true) => 1.0,
        (Some(_), false) => 0.6,
        (None, _) => 0.0,
    };
    Measured::at(value, longest)
}
