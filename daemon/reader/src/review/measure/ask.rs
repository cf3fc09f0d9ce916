//! The signals of an offer and of a request: what the reader gains, what it costs, what to do next, and whom to ask.

use std::collections::BTreeSet;

use super::super::Signal;
use super::super::survey::Survey;
use super::{Measured, halving, opening};
use crate::features::{Span, Token};

/// Bytes before a word that tell whether an imperative may begin there.
const BACK: usize = 48;
/// Sentences at the end of a text, where a request belongs.
const CLOSING: usize = 3;
/// What a request counts that no phrase shows.
const IN_OTHER_WORDS: f64 = 0.85;

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
    let is_sign = |token: &Token| {
        matches!(
            token.word.as_str(),
            "$" | "€" | "£" | "¥" | "₹" | "usd" | "eur" | "gbp" | "dollars" | "euros" | "pounds"
        )
    };
    // The sign stands before the number, or behind it.
    let sum = survey.tokens.windows(2).find_map(|pair| {
        let [one, next] = pair else { return None };
        let is_sum = is_sign(one) && next.number.is_some() && one.end == next.start
            || is_sign(one) && next.number.is_some() && one.word.len() == 3
            || one.number.is_some() && is_sign(next);
        is_sum.then_some(Span { start: one.start, end: next.end })
    });
    let free = survey.hits.of(Signal::Price).first().copied();
    Measured::at(f64::from(u8::from(sum.or(free).is_some())), sum.or(free))
}

/// Whether it names a sum: a hidden price is none then.
pub(super) fn names_sum(survey: &Survey<'_>) -> bool {
    let found = price(survey);
    let has_digit =
        |span: Span| span.of(survey.text()).contains(|letter: char| letter.is_ascii_digit());
    found.span.is_some_and(has_digit)
}

/// Whether an imperative may stand at a place: at the beginning of a sentence, behind a mark, or behind a word that joins or
/// softens one.
fn is_beginning(survey: &Survey<'_>, start: usize) -> bool {
    let text = survey.text();
    // A few words back are enough, however long the line is.
    let from = (start.saturating_sub(BACK)..=start).find(|at| text.is_char_boundary(*at));
    let before = text.get(from.unwrap_or(start)..start).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default().trim_end();
    let word = line.rsplit(' ').next().unwrap_or_default().to_lowercase();
    // Any mark but an apostrophe or a sign of money: arrows, brackets of buttons, emoji.
    let is_mark = |letter: char| {
        !letter.is_alphanumeric() && !matches!(letter, '\'' | '’' | '$' | '€' | '£' | '%')
    };
    line.is_empty()
        || line.ends_with(is_mark)
        || matches!(
            word.as_str(),
            "please" | "just" | "simply" | "now" | "then" | "and" | "or" | "so" | "today"
        )
}

/// The requests of a text: phrases that stand where an imperative stands.
fn asked(survey: &Survey<'_>) -> Vec<Span> {
    let hits = survey.hits.of(Signal::Action).iter();
    hits.filter(|hit| is_beginning(survey, hit.start)).copied().collect()
}

/// The first word, from a sentence on, that is an imperative by its form.
pub(super) fn imperative(survey: &Survey<'_>, from: usize) -> Option<Span> {
    let requests = &survey.reader.review.traces.requests;
    imperatives(survey, from).find(|token| requests.contains(&token.word)).map(span)
}

/// The last request in so many words that its form is not among the phrases, in the last sentences of a text.
fn plain_request(survey: &Survey<'_>) -> Option<Span> {
    let plain = &survey.reader.review.traces.plain;
    let late = survey.sentences.len().saturating_sub(CLOSING);
    let is_request = |token: &&Token| {
        let next = survey.tokens.get(survey.tokens.partition_point(|one| one.start <= token.start));
        let next = next.filter(|next| next.sentence == token.sentence);
        plain.contains(&token.word)
            && next.is_none_or(|next| {
                next.number.is_some()
                    || survey.reader.lexicon.grammar.function_words.contains(&next.word)
            })
    };
    imperatives(survey, late).filter(is_request).last().map(span)
}

/// Words, from a sentence on, that stand where an imperative may.
fn imperatives<'s>(survey: &'s Survey<'_>, from: usize) -> impl Iterator<Item = &'s Token> {
    let first = survey.sentences.get(from).map_or(usize::MAX, |range| range.start);
    let tokens = survey.tokens.get(first..).unwrap_or_default().iter();
    tokens.filter(|token| is_beginning(survey, token.start))
}

fn span(token: &Token) -> Span {
    Span { start: token.start, end: token.end }
}

/// Imperatives of a text.
pub(super) fn count_of_imperatives(survey: &Survey<'_>) -> usize {
    let requests = &survey.reader.review.traces.requests;
    imperatives(survey, 0).filter(|token| requests.contains(&token.word)).count()
}

/// Sentences that may be steps of an instruction: they begin with an imperative, or with a word that puts them in order.
pub(super) fn count_of_steps(survey: &Survey<'_>) -> usize {
    const IN_ORDER: [&str; 9] =
        ["step", "first", "second", "third", "next", "then", "now", "lastly", "finally"];
    let requests = &survey.reader.review.traces.requests;
    let is_step =
        |token: &&Token| requests.contains(&token.word) || IN_ORDER.contains(&token.word.as_str());
    imperatives(survey, 0).filter(is_step).count()
}

/// Different kinds of requests: a telephone number and an address ask for the same thing, and the steps of a list are one.
fn requests(survey: &Survey<'_>) -> usize {
    let kinds = &survey.reader.review.traces;
    let in_list = |hit: &Span| {
        survey.entries.iter().any(|entry| entry.start <= hit.start && hit.end <= entry.end)
    };
    let hits = asked(survey);
    let (steps, apart): (Vec<Span>, Vec<Span>) = hits.into_iter().partition(in_list);
    let first = |hit: &Span| {
        let words = hit.of(survey.text());
        words.split_whitespace().next().unwrap_or_default().to_lowercase()
    };
    let found: BTreeSet<String> =
        apart.iter().map(|hit| kinds.kind(&first(hit)).to_owned()).collect();
    found.len() + usize::from(found.is_empty() && !steps.is_empty())
}

/// Whether it says what to do next: once, plainly, and near the end.
pub(super) fn action(survey: &Survey<'_>) -> Measured {
    let hits = asked(survey);
    let Some(last) = hits.last().copied() else {
        let request = plain_request(survey);
        return Measured::at(request.map_or(0.0, |_| IN_OTHER_WORDS), request);
    };
    let late = survey.sentences.len().saturating_sub(CLOSING);
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
