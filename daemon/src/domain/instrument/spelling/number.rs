//! The number that is chosen on a scale: `7`, `7.0`, `"7/10"`, `"I would give it a 7 out of 10"`, `{"value": 7, "max": 10}`.
//! A number on another scale, a range and a half are none.

use serde_json::{Map, Value};

use super::phrase::{NUMBERS, narrow, plain, remark, words};
use super::{alone, bare, is_any};

/// Words before a number that say nothing about it.
const BEFORE: [&str; 31] = [
    "a", "an", "answer", "be", "for", "give", "i", "i'd", "i'll", "i'm", "id", "in", "is", "it",
    "it's", "its", "me", "my", "number", "opinion", "overall", "rate", "rated", "rating", "say",
    "score", "that", "the", "this", "will", "would",
];

/// Words before the end of a scale.
const OF: [&str; 8] = [
    "/",
    "out of ",
    "of ",
    "on a scale of ",
    "on a scale from ",
    "on the scale of ",
    "on the scale from ",
    "scale of ",
];

/// Keys of the number within an object.
const VALUE: [&str; 8] =
    ["value", "score", "rating", "number", "points", "answer", "choice", "result"];
/// Keys of the end of its scale.
const END: [&str; 10] = [
    "max",
    "max_value",
    "maximum",
    "of",
    "out_of",
    "scale",
    "scale_max",
    "max_score",
    "best",
    "total",
];
/// Keys of the beginning of its scale.
const BEGINNING: [&str; 5] = ["min", "min_value", "minimum", "scale_min", "worst"];

/// The number that is chosen on a scale.
pub(in super::super) fn whole(value: &Value, low: u8, high: u8) -> Option<u8> {
    let number = match alone(value) {
        Value::Object(fields) => within(fields, low, high),
        plain => single(plain, low, high),
    };
    number.filter(|number| (low..=high).contains(number))
}

fn single(value: &Value, low: u8, high: u8) -> Option<u8> {
    match value {
        Value::Number(number) => match number.as_u64() {
            Some(whole) => u8::try_from(whole).ok(),
            None => (low..=high).find(|whole| number.as_f64() == Some(f64::from(*whole))),
        },
        Value::String(said) => spelled(said, high).or_else(|| in_a_phrase(&plain(said)?, high)),
        _ => None,
    }
}

/// A number of its own, with the end of its scale.
fn spelled(said: &str, high: u8) -> Option<u8> {
    let said: String = bare(said).chars().map(narrow).collect();
    let said = said.to_lowercase();
    let said = said.trim_start_matches(['*', ' ']).trim_end_matches(['*', ' ']);
    // The name of the value in front, or its unit behind, say nothing else.
    let said = said.strip_prefix("score").unwrap_or(said).trim_start_matches([':', ' ']);
    let said = said.strip_suffix("points").unwrap_or(said);
    let said = said.strip_suffix("point").unwrap_or(said);
    let parts = ["/", "out of", " of "].iter().find_map(|between| said.split_once(between));
    match parts {
        Some((number, of)) => counted(number).filter(|_| counted(of) == Some(high)),
        None => counted(said),
    }
}

/// A number with words around it that leave it as it is.
fn in_a_phrase(said: &str, high: u8) -> Option<u8> {
    let said = after_words(said);
    let (number, rest) = first_number(said.strip_prefix('+').unwrap_or(said))?;
    let rest = after_scale(rest, high)?;
    remark(rest)?.leaves_number().then_some(number)
}

/// What is left behind the words that say nothing.
fn after_words(said: &str) -> &str {
    let mut rest = said;
    loop {
        rest = rest.trim_start_matches([' ', ':', '=']);
        let end = rest.find(|letter: char| !(letter.is_ascii_alphabetic() || letter == '\''));
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        if !BEFORE.contains(&word) {
            return rest;
        }
        rest = after;
    }
}

/// The number at the beginning, and what is behind it.
fn first_number(text: &str) -> Option<(u8, &str)> {
    let end = text.find(|letter: char| !letter.is_alphanumeric()).unwrap_or(text.len());
    let (said, mut rest) = text.split_at(end);
    let number = counted(said)?;
    // A point and zeros are part of it, any other part makes it another number.
    if let Some(after) = rest.strip_prefix('.')
        && after.starts_with('0')
    {
        rest = after.trim_start_matches('0');
    }
    (!rest.starts_with(|letter: char| letter.is_alphanumeric())).then_some((number, rest))
}

/// What is left behind the unit and the scale, if there is one; `None` where it is another scale.
fn after_scale(rest: &str, high: u8) -> Option<&str> {
    let unit = ["points", "point", "stars"]
        .iter()
        .find_map(|unit| rest.trim_start().strip_prefix(unit))
        .filter(|after| !after.starts_with(char::is_alphanumeric));
    let rest = unit.unwrap_or(rest);
    let inner = rest.trim_start();
    let (inner, is_aside) = match inner.strip_prefix('(') {
        Some(inner) => (inner.trim_start(), true),
        None => (inner, false),
    };
    let Some(behind) = OF.iter().find_map(|of| inner.strip_prefix(of)) else { return Some(rest) };
    let (mut end, mut left) = first_number(behind.trim_start())?;
    // A scale may be told from its beginning: "1 to 10".
    let to = ["to ", "-", "–"].iter().find_map(|to| left.trim_start().strip_prefix(to));
    if let Some(last) = to.map(str::trim_start).filter(|_| end <= 1) {
        (end, left) = first_number(last)?;
    }
    let left = if is_aside { left.trim_start().strip_prefix(')')? } else { left };
    (end == high).then_some(left)
}

/// The number within an object that also tells its scale, or describes it.
fn within(fields: &Map<String, Value>, low: u8, high: u8) -> Option<u8> {
    let mut number = None;
    for (key, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
        if is_any(key, &VALUE) {
            let said = single(alone(value), low, high)?;
            if number.replace(said).is_some_and(|other| other != said) {
                return None;
            }
        } else if is_any(key, &END) {
            if !ends_at(value, high) {
                return None;
            }
        } else if is_any(key, &BEGINNING) {
            if single(value, 0, high)? != low {
                return None;
            }
        } else {
            // A text describes it; whatever names a number could be another choice.
            let said = value.as_str()?;
            if words(said).any(|word| counted(&word.to_lowercase()).is_some()) {
                return None;
            }
        }
    }
    number
}

/// Whether that is the end of a scale: `10`, `"10"`, `"1-10"`.
fn ends_at(value: &Value, high: u8) -> bool {
    match value {
        Value::String(said) => {
            words(said).last().and_then(|last| counted(&last.to_lowercase())) == Some(high)
        }
        value => single(value, high, high) == Some(high),
    }
}

/// A whole number in digits or as a word.
fn counted(text: &str) -> Option<u8> {
    let word = NUMBERS.iter().position(|word| *word == text.trim());
    word.and_then(|number| u8::try_from(number).ok()).or_else(|| digits(text))
}

/// A whole number in digits, with only zeros after the decimal point.
fn digits(text: &str) -> Option<u8> {
    let (whole, rest) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
    let is_whole = !rest.is_empty() && rest.bytes().all(|digit| digit == b'0');
    // A sign is not a digit.
    let is_number = whole.bytes().all(|letter| letter.is_ascii_digit());
    if is_whole && is_number { whole.parse().ok() } else { None }
}
