//! The signals of an offer and of a request: what the reader gains, what it costs, what to do next, and whom to ask.

use std::collections::BTreeSet;

use super::super::Signal;
use super::super::survey::Survey;
use super::{Measured, halving, opening};
use crate::features::Span;

/// What the reader gains, less half of what speaks against it.
pub(super) fn benefit(survey: &Survey<'_>) -> Measured {
    let features = &survey.reading.features;
    let sum = |masses: &[crate::features::Mass]| masses.iter().map(|mass| mass.count).sum::<f64>();
    let count = sum(&features.benefits) - 0.3 * sum(&features.concerns);
    let best = features.benefits.iter().flat_map(|mass| &mass.evidence);
    let best = best.max_by(|one, other| one.count.total_cmp(&other.count)).map(|one| one.span);
    Measured::at(halving(count * survey.scale().max(0.5) / 1.8), best)
}

/// Whether it says what it costs.
pub(super) fn price(survey: &Survey<'_>) -> Measured {
    if let Some(price) = survey.reading.features.price {
        return Measured::at(1.0, Some(price.span));
    }
    let mut signs = survey.tokens.windows(2).filter(|pair| {
        let [sign, number] = pair else { return false };
        matches!(sign.word.as_str(), "$" | "€" | "£") && number.number.is_some()
    });
    let sum = signs.next().and_then(|pair| {
        let [sign, number] = pair else { return None };
        Some(Span { start: sign.start, end: number.end })
    });
    let free = survey.hits.of(Signal::Price).first().copied();
    Measured::at(f64::from(u8::from(sum.or(free).is_some())), sum.or(free))
}

/// The requests of a text: phrases that stand where an imperative stands, at the beginning of a sentence or behind a mark.
fn asked(survey: &Survey<'_>) -> Vec<Span> {
    let begins = |hit: &&Span| {
        let before = survey.text().get(..hit.start).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default().trim_end();
        let word = line.rsplit(' ').next().unwrap_or_default().to_lowercase();
        line.is_empty()
            || line.ends_with([
                '.', '!', '?', ':', ';', ',', '—', '–', '*', '-', '#', '[', '(', '”', '"',
            ])
            || matches!(word.as_str(), "please" | "just" | "simply" | "now" | "then")
    };
    survey.hits.of(Signal::Action).iter().filter(begins).copied().collect()
}

/// Different requests, by their first word; a button in other words for the same is another one.
fn requests(survey: &Survey<'_>) -> usize {
    let hits = asked(survey);
    let firsts: BTreeSet<String> = hits
        .iter()
        .map(|hit| {
            hit.of(survey.text()).split_whitespace().next().unwrap_or_default().to_lowercase()
        })
        .collect();
    firsts.len()
}

/// Whether it says what to do next: once, plainly, and near the end.
pub(super) fn action(survey: &Survey<'_>) -> Measured {
    let hits = asked(survey);
    let Some(last) = hits.last().copied() else { return Measured::default() };
    let late = survey.sentences.len().saturating_sub(3);
    let start = survey.sentences.get(late).and_then(|range| survey.span(range));
    let is_last = start.is_none_or(|span| last.start >= span.start);
    let plain = match requests(survey) {
        0 | 1 => 1.0,
        2 => 0.75,
        _ => 0.3,
    };
    Measured::at(plain * if is_last { 1.0 } else { 0.75 }, Some(last))
}

/// Whether it asks for several things at once.
pub(super) fn many_actions(survey: &Survey<'_>) -> Measured {
    let value = match requests(survey) {
        0..=2 => 0.0,
        3 => 0.6,
        _ => 1.0,
    };
    Measured::at(value, asked(survey).first().copied().filter(|_| value > 0.0))
}

/// Whether an answer is invited at the end.
pub(super) fn asks(survey: &Survey<'_>) -> Measured {
    let invited = survey.hits.of(Signal::Asks);
    let last = survey.sentences.iter().rev().take(3).filter_map(|range| survey.span(range));
    let asked = last.into_iter().find(|span| opening::asks(survey, *span));
    let value = match (asked, invited.is_empty()) {
        (Some(span), _) if survey.text().get(span.end..).is_some() && !invited.is_empty() => 1.0,
        (Some(_), _) => 0.75,
        (None, false) => 0.6,
        (None, true) => 0.0,
    };
    Measured::at(value, asked.or(invited.first().copied()))
}

/// Whether it says whom to ask: an address, a number, a person for the press.
pub(super) fn contact(survey: &Survey<'_>) -> Measured {
    let text = survey.text();
    let word = text.split_whitespace().find(|word| {
        let digits = word.chars().filter(char::is_ascii_digit).count();
        let is_number =
            digits >= 7 && word.chars().all(|c| c.is_ascii_digit() || "+-().".contains(c));
        word.contains('@') && word.contains('.') && word.len() > 5
            || word.starts_with("http")
            || word.starts_with("www.")
            || is_number
    });
    let place = word.and_then(|word| {
        let start = text.find(word)?;
        Some(Span { start, end: start + word.len() })
    });
    let named = survey.hits.of(Signal::Contact);
    let value = match (place, named.is_empty()) {
        (Some(_), false) => 1.0,
        (Some(_), true) => 0.8,
        (None, false) => 0.4,
        (None, true) => 0.0,
    };
    Measured::at(value, place.or(named.first().copied()))
}
