//! The signals of an opening: what the first sentence does with somebody who was about to go on.

use super::super::Signal;
use super::super::survey::Survey;
use super::{Measured, halving};
use crate::features::Span;

/// A first sentence of at most so many words is taken in at once.
const SHORT: usize = 14;
/// One of more is not read to its end.
const LONG: usize = 30;
/// Words within which a text should come to its point.
const POINT: usize = 30;

/// How well the first sentence draws the reader on.
pub(super) fn hook(survey: &Survey<'_>) -> Measured {
    let Some(range) = survey.opening() else { return Measured::default() };
    let Some(span) = survey.span(range) else { return Measured::default() };
    let words = survey.sentence(range);
    let within = |signal: Signal| {
        survey.hits.of(signal).iter().any(|hit| span.start <= hit.start && hit.end <= span.end)
    };
    let has = |list: &[&str]| words.iter().any(|token| list.contains(&token.word.as_str()));
    let mut value = 0.0;
    if range.len() <= SHORT {
        value += 0.3;
    }
    if words.iter().any(|token| token.number.is_some()) {
        value += 0.3;
    }
    if asks(survey, span) || within(Signal::OpenLoop) {
        value += 0.35;
    }
    if has(&["you", "your", "you're", "i", "my"]) {
        value += 0.2;
    }
    if within(Signal::Contrast)
        || within(Signal::Tellable)
        || has(&["but", "not", "never", "nobody"])
    {
        value += 0.25;
    }
    if words.iter().any(|token| super::words::tone(survey, token).abs() >= super::words::FELT) {
        value += 0.2;
    }
    if within(Signal::SlowOpening) {
        value *= 0.2;
    }
    Measured::at(value, Some(span))
}

/// Where the first sentence stands, and with it the one behind a heading.
pub(super) fn first(survey: &Survey<'_>) -> Option<Span> {
    let range = survey.opening()?;
    let span = survey.span(range)?;
    let is_heading =
        survey.headings.iter().any(|one| one.start <= span.start && span.end <= one.end);
    let next = survey.sentences.iter().find(|next| next.start >= range.end);
    match next.and_then(|next| survey.span(next)).filter(|_| is_heading) {
        Some(next) => Some(Span { start: span.start, end: next.end }),
        None => Some(span),
    }
}

/// Whether the first sentence has a figure, a question, a turn, or somebody who speaks or is spoken to.
pub(super) fn draws(survey: &Survey<'_>) -> bool {
    const TURNS: &[&str] = &[
        "but", "not", "never", "nobody", "nothing", "no", "without", "until", "instead", "only",
        "yet", "still", "why", "how", "what", "who", "when", "where", "you", "your", "you're", "i",
        "my", "me", "i'm", "we", "our", "first", "last",
    ];
    let Some(span) = first(survey) else { return true };
    let within = |one: &Span| span.start <= one.start && one.end <= span.end;
    let numbers = &survey.reader.lexicon.grammar.numbers;
    let mut words =
        survey.tokens.iter().filter(|token| span.start <= token.start && token.end <= span.end);
    words.any(|token| {
        token.number.is_some()
            || numbers.contains_key(&token.word)
            || TURNS.contains(&token.word.as_str())
            || super::words::tone(survey, token).abs() >= super::words::FELT
    }) || asks(survey, span)
        || span.of(survey.text()).contains(['?', '…', '“', '"'])
        || [Signal::OpenLoop, Signal::Contrast, Signal::Tellable, Signal::Feeling]
            .iter()
            .any(|signal| survey.hits.of(*signal).iter().any(within))
}

/// Whether a gain is named, and only behind the first words.
pub(super) fn comes_late(survey: &Survey<'_>) -> bool {
    let from = survey.opening().map_or(0, |range| range.start);
    let Some(early) = survey.tokens.get(from + POINT) else { return false };
    let benefits = survey.reading.features.benefits.iter().flat_map(|mass| &mass.evidence);
    let mut gains = benefits.map(|one| one.span.start).peekable();
    gains.peek().is_some() && gains.all(|start| start >= early.start)
}

/// Whether the text asks at the end of a place.
pub(super) fn asks(survey: &Survey<'_>, span: Span) -> bool {
    let after = survey.text().get(span.end..).unwrap_or_default();
    after.trim_start_matches(['"', '”', '\'', '’', ')', '*']).starts_with('?')
}

/// How slow it is.
pub(super) fn slow(survey: &Survey<'_>) -> Measured {
    let hits = survey.hits.of(Signal::SlowOpening);
    let said = halving(2.0 * hits.len() as f64);
    let opening = survey.opening();
    let long = opening.is_some_and(|range| range.len() > LONG);
    if long && said < 0.5 {
        return Measured::of(0.5);
    }
    Measured::at(said, hits.first().copied())
}

/// Whether a question is open after the first sentences.
pub(super) fn open_loop(survey: &Survey<'_>) -> Measured {
    let first: Vec<Span> =
        survey.sentences.iter().take(2).filter_map(|range| survey.span(range)).collect();
    let asked = first.iter().find(|span| asks(survey, **span)).copied();
    let end = first.last().map_or(0, |span| span.end);
    let hits: Vec<Span> =
        survey.hits.of(Signal::OpenLoop).iter().copied().filter(|hit| hit.end <= end).collect();
    let count = hits.len() as f64 + f64::from(u8::from(asked.is_some()));
    Measured::at(halving(1.3 * count), hits.first().copied().or(asked))
}

/// Whether the first words name what the reader gets.
pub(super) fn point_first(survey: &Survey<'_>) -> Measured {
    let from = survey.opening().map_or(0, |range| range.start);
    let words = survey.tokens.get(from..).unwrap_or_default();
    let words = words.get(..POINT.min(words.len())).unwrap_or_default();
    let (Some(first), Some(last)) = (words.first(), words.last()) else {
        return Measured::default();
    };
    let early = Span { start: first.start, end: last.end };
    let benefits = &survey.reading.features.benefits;
    let gain =
        benefits.iter().flat_map(|mass| &mass.evidence).find(|one| one.span.start < early.end);
    let mut value = 0.0;
    if gain.is_some() {
        value += 0.4;
    }
    if words.iter().any(|token| token.number.is_some()) {
        value += 0.3;
    }
    if words.iter().any(|token| matches!(token.word.as_str(), "you" | "your" | "you're" | "you'll"))
    {
        value += 0.4;
    }
    if !survey.hits.of(Signal::SlowOpening).is_empty() {
        value *= 0.3;
    }
    Measured::at(value, gain.map(|one| one.span))
}
