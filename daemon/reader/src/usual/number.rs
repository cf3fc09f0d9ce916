//! Numbers in digits and in words: "1,900", "thirty-five", "two and a half", "a dozen", "2.5 million".

use std::collections::BTreeMap;

use crate::features::Token;

/// A number and the last token it takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Number {
    pub value: f64,
    pub last: usize,
}

/// The number that begins at `at`.
pub(super) fn read(
    words: &BTreeMap<String, f64>,
    text: &str,
    tokens: &[Token],
    at: usize,
) -> Option<Number> {
    let token = tokens.get(at)?;
    let found = match token.number {
        Some(value) => digits(text, tokens, at, value)?,
        None => spelled(words, tokens, at)?,
    };
    Some(half_more(tokens, magnitude(words, tokens, found)))
}

/// A number in digits; none for an ordinal ("3rd") or a name ("F150" is one word).
fn digits(text: &str, tokens: &[Token], at: usize, value: f64) -> Option<Number> {
    let token = tokens.get(at)?;
    let Some(next) = tokens.get(at + 1) else { return Some(Number { value, last: at }) };
    let touching = next.start == token.end;
    if touching && matches!(next.word.as_str(), "st" | "nd" | "rd" | "th" | "a" | "b") {
        return None;
    }
    if touching && next.word == "k" && text.get(next.start..next.end) == Some("k") {
        return Some(Number { value: value * 1000.0, last: at + 1 });
    }
    if touching && let Some(part) = fraction(&next.word) {
        return Some(Number { value: value + part, last: at + 1 });
    }
    Some(Number { value, last: at })
}

fn fraction(word: &str) -> Option<f64> {
    match word {
        "½" => Some(0.5),
        "¼" => Some(0.25),
        "¾" => Some(0.75),
        _ => None,
    }
}

/// A number in words: "twenty-five", "a hundred", "a couple of", "a few".
fn spelled(words: &BTreeMap<String, f64>, tokens: &[Token], at: usize) -> Option<Number> {
    let word = |place: usize| tokens.get(place).map_or("", |token| token.word.as_str());
    if let Some(value) = fraction(word(at)) {
        return Some(Number { value, last: at });
    }
    if word(at) == "a" {
        return match (word(at + 1), word(at + 2)) {
            ("hundred" | "thousand" | "million" | "dozen", _) => {
                words.get(word(at + 1)).map(|&value| Number { value, last: at + 1 })
            }
            ("couple", "of") => Some(Number { value: 2.0, last: at + 2 }),
            ("few", _) => Some(Number { value: 3.0, last: at + 1 }),
            ("half", _) => None,
            _ => None,
        };
    }
    if word(at) == "half" || word(at) == "several" {
        return None;
    }
    let value = *words.get(word(at))?;
    let tens = (20.0..100.0).contains(&value) && value % 10.0 == 0.0;
    if tens
        && let Some(&unit) = words.get(word(at + 1))
        && (1.0..10.0).contains(&unit)
    {
        return Some(Number { value: value + unit, last: at + 1 });
    }
    Some(Number { value, last: at })
}

/// "two hundred and fifty", "2.5 million", "three dozen".
fn magnitude(words: &BTreeMap<String, f64>, tokens: &[Token], found: Number) -> Number {
    let word = |place: usize| tokens.get(place).map_or("", |token| token.word.as_str());
    let next = word(found.last + 1);
    if !matches!(next, "hundred" | "thousand" | "million" | "dozen") {
        return found;
    }
    let Some(times) = words.get(next) else { return found };
    let (value, last) = (found.value * times, found.last + 1);
    let rest = if word(last + 1) == "and" { spelled(words, tokens, last + 2) } else { None };
    match rest.filter(|rest| rest.value >= 1.0 && rest.value < *times) {
        Some(rest) => Number { value: value + rest.value, last: rest.last },
        None => Number { value, last },
    }
}

/// "two and a half".
fn half_more(tokens: &[Token], found: Number) -> Number {
    let word = |skip: usize| tokens.get(found.last + skip).map_or("", |token| token.word.as_str());
    match (word(1), word(2), word(3)) {
        ("and", "a", "half") => Number { value: found.value + 0.5, last: found.last + 3 },
        ("and", "a", "quarter") => Number { value: found.value + 0.25, last: found.last + 3 },
        _ => found,
    }
}

/// A part in words at `at`, with the last token it takes: "half", "a third", "three quarters", "nine tenths".
pub(super) fn part(words: &BTreeMap<String, f64>, tokens: &[Token], at: usize) -> Option<Number> {
    let word = |place: usize| tokens.get(place).map_or("", |token| token.word.as_str());
    if word(at) == "half" {
        return Some(Number { value: 0.5, last: at });
    }
    let count = match word(at) {
        "a" | "one" => 1.0,
        other => words.get(other).copied().filter(|&count| (2.0..10.0).contains(&count))?,
    };
    let whole = match word(at + 1) {
        "half" => 2.0,
        "third" | "thirds" => 3.0,
        "quarter" | "quarters" => 4.0,
        "fifth" | "fifths" => 5.0,
        "tenth" | "tenths" => 10.0,
        _ => return None,
    };
    (count < whole).then_some(Number { value: count / whole, last: at + 1 })
}
