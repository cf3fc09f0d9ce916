//! The number that is chosen on a scale: `7`, `7.0`, `"7/10"`, `"I would give it a 7 out of 10"`, `{"value": 7, "max": 10}`.
//! A number on another scale, a range and a half are none.

use protocol::safe::is_hidden;
use serde_json::{Map, Value};

use super::condition::{BoundTo, binds, names_condition};
use super::phrase::{NUMBERS, Remark, narrow, plain, remark, words};
use super::{alone, bare, is_any};

/// Words before a number that say nothing about it.
const BEFORE: [&str; 46] = [
    "about",
    "around",
    "approximately",
    "approx",
    "roughly",
    "ca",
    "a",
    "an",
    "answer",
    "be",
    "for",
    "give",
    "i",
    "i'd",
    "i'll",
    "i'm",
    "id",
    "in",
    "is",
    "it",
    "it's",
    "its",
    "me",
    "my",
    "number",
    "opinion",
    "overall",
    "rate",
    "rated",
    "rating",
    "say",
    "score",
    "that",
    "the",
    "this",
    "will",
    "would",
    "think",
    "guess",
    "exactly",
    "solid",
    "strong",
    "clear",
    "full",
    "straight",
    "firm",
];

/// Words before the end of a scale.
const OF: [&str; 9] = [
    "/",
    "out of a possible ",
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

/// Keys of a reason, in which a condition binds nothing.
pub(super) const REASON: [&str; 7] =
    ["reason", "reasons", "reasoning", "why", "because", "explanation", "rationale"];
/// Keys of a condition.
pub(super) const CONDITION: [&str; 6] =
    ["if", "unless", "condition", "conditions", "provided", "when"];

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
        Value::String(said) => spelled(said, high)
            .or_else(|| in_a_phrase(&plain(said)?, high))
            .or_else(|| signs(said, high)),
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
        Some((number, of)) => match (counted(number)?, counted(of)?) {
            (number, of) if of == high => Some(number),
            // A tenth of a hundred is a point of ten; what lies between two points is neither.
            (number, 100) if high == 10 && number.is_multiple_of(10) => Some(number / 10),
            _ => None,
        },
        None => counted(said),
    }
}

/// A number with words around it that leave it as it is.
fn in_a_phrase(said: &str, high: u8) -> Option<u8> {
    let (said, before) = match said.strip_prefix('★') {
        Some(said) => (said, Unit::Star),
        None => (said, Unit::Plain),
    };
    let said = after_words(said);
    let said = said.strip_prefix('#').unwrap_or(said);
    let (number, rest) = first_number(said.strip_prefix('+').unwrap_or(said))?;
    let rest = after_words_behind(after_scale(rest, before, number, high)?);
    let leaves = match deed(rest) {
        Some(said) => !names_condition(said) && Remark::Clause(said).leaves_number(number),
        None => remark(rest)?.leaves_number(number),
    };
    leaves.then_some(number)
}

/// So many stars as signs, of five: "★★★★☆". One alone may only decorate, and more or fewer tell no scale.
fn signs(said: &str, high: u8) -> Option<u8> {
    let is_sign = |letter: &char| !letter.is_whitespace() && !is_hidden(*letter);
    let signs: Vec<char> = said.chars().filter(is_sign).collect();
    let full = signs.iter().take_while(|sign| matches!(sign, '★' | '⭐' | '🌟')).count();
    let is_all_stars = signs.iter().skip(full).all(|sign| *sign == '☆');
    let is_whole = signs.len() == usize::from(STARS) || (signs.len() == full && full > 1);
    let full = u8::try_from(full).ok()?;
    (high == STARS && is_all_stars && is_whole && full <= STARS && full > 0).then_some(full)
}

/// What somebody would do, told behind a number without a comma: "9/10 would recommend".
fn deed(rest: &str) -> Option<&str> {
    const BEFORE: [&str; 17] = [
        "i",
        "i'd",
        "i'll",
        "and",
        "would",
        "will",
        "wouldn't",
        "won't",
        "not",
        "never",
        "definitely",
        "absolutely",
        "certainly",
        "highly",
        "totally",
        "gladly",
        "happily",
    ];
    const DEEDS: [&str; 6] = ["recommend", "recommended", "buy", "use", "try", "order"];
    // What is set apart by a sign is a remark.
    let said = rest.strip_prefix(' ').filter(|said| said.starts_with(char::is_alphabetic))?;
    let first = words(said).find(|word| !BEFORE.contains(word));
    first.is_some_and(|word| DEEDS.contains(&word)).then_some(said)
}

/// What is left behind the words that say nothing.
fn after_words(said: &str) -> &str {
    let mut rest = said;
    loop {
        rest = rest.trim_start_matches([' ', ':', '=', '~', '≈']);
        let end = rest.find(|letter: char| !(letter.is_ascii_alphabetic() || letter == '\''));
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        if !BEFORE.contains(&word) {
            return rest;
        }
        let is_short = matches!(word, "approx" | "ca");
        let behind = after.strip_prefix('.').filter(|_| is_short);
        rest = behind.or_else(|| after.strip_prefix(',')).unwrap_or(after);
    }
}

/// The same behind a number.
fn after_words_behind(rest: &str) -> &str {
    const BEHIND: [&str; 4] = [" for me", " to me", " overall", " exactly"];
    let found = BEHIND.iter().find_map(|words| rest.strip_prefix(words));
    found.filter(|rest| !rest.starts_with(char::is_alphanumeric)).unwrap_or(rest)
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

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    /// Nothing that is named, or points.
    Plain,
    /// Stars, in words.
    Stars,
    /// The sign of a star, which also decorates.
    Star,
}

/// What is left behind a unit, and which it is.
fn after_unit(rest: &str) -> (&str, Unit) {
    let units = [
        ("points", Unit::Plain),
        ("pts", Unit::Plain),
        ("point", Unit::Plain),
        ("stars", Unit::Stars),
        ("star", Unit::Stars),
        ("★", Unit::Star),
    ];
    let found = units.into_iter().find_map(|(name, unit)| {
        let after = rest.trim_start().strip_prefix(name)?;
        (!after.starts_with(char::is_alphanumeric)).then_some((after, unit))
    });
    found.unwrap_or((rest, Unit::Plain))
}

/// What is left behind the unit and the scale, if there is one; `None` where it is another scale. Stars are of five where
/// nobody says of how many; the sign of one beside a greater number only decorates it.
fn after_scale(rest: &str, before: Unit, number: u8, high: u8) -> Option<&str> {
    let (rest, behind) = after_unit(rest);
    if let Some(rest) = after_named_scale(rest, high)? {
        return Some(after_unit(rest).0);
    }
    let is_ours = |unit| match unit {
        Unit::Plain => true,
        Unit::Stars => high == STARS,
        Unit::Star => high == STARS || number > STARS,
    };
    (is_ours(before) && is_ours(behind)).then_some(rest)
}

/// Stars of the usual scale of stars.
const STARS: u8 = 5;

/// What is left behind the scale, if one is named: `out of 10`, `on a 1-10 scale`. `None` where it is another one.
#[expect(clippy::option_option, reason = "no scale, and another one, are two things")]
fn after_named_scale(rest: &str, high: u8) -> Option<Option<&str>> {
    let inner = rest.trim_start();
    let (inner, is_aside) = match inner.strip_prefix('(') {
        Some(inner) => (inner.trim_start(), true),
        None => (inner, false),
    };
    let before = ["on a ", "on the ", "on an "].iter().find_map(|on| inner.strip_prefix(on));
    let is_before = before.is_some_and(|rest| rest.starts_with(|it: char| it.is_ascii_digit()));
    let behind = OF.iter().find_map(|of| inner.strip_prefix(of));
    let Some(behind) = before.filter(|_| is_before).or(behind) else { return Some(None) };
    let (mut end, mut left) = first_number(behind.trim_start())?;
    // A scale may be told from its beginning: "1 to 10".
    let to = ["to ", "-", "–"].iter().find_map(|to| left.trim_start().strip_prefix(to));
    if let Some(last) = to.map(str::trim_start).filter(|_| end <= 1) {
        (end, left) = first_number(last)?;
    }
    if is_before {
        let rest = ["-point", " point"].iter().find_map(|point| left.strip_prefix(point));
        left = rest.unwrap_or(left).trim_start().strip_prefix("scale")?;
    }
    let left = if is_aside { left.trim_start().strip_prefix(')')? } else { left };
    (end == high).then_some(Some(left))
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
            // A text describes it; whatever names a number could be another choice, and whatever is a condition binds it.
            let said = value.as_str()?.to_lowercase();
            let is_reason = is_any(key, &REASON);
            if words(&said).any(|word| counted(word).is_some())
                || said.contains("percent")
                || said.contains('%')
                || is_any(key, &CONDITION)
                || (!is_reason && binds(&said, BoundTo::Judgement))
            {
                return None;
            }
        }
    }
    number
}

/// Whether that is the end of a scale: `10`, `"10"`, `"1-10"`.
fn ends_at(value: &Value, high: u8) -> bool {
    match value {
        Value::String(_) => scale_end(value) == Some(Some(high)),
        value => single(value, high, high) == Some(high),
    }
}

/// The end of the scale that a value describes, as the last number in it; `Some(None)` where that is none of ours, and `None`
/// where it names no number.
#[expect(clippy::option_option, reason = "no end, and one that is no small number, are two things")]
pub(in super::super) fn scale_end(value: &Value) -> Option<Option<u8>> {
    match alone(value) {
        Value::Number(number) => Some(number.as_u64().and_then(|end| u8::try_from(end).ok())),
        Value::String(said) => {
            let said = said.to_lowercase();
            let is_number = |word: &&str| {
                counted(word).is_some() || word.starts_with(|it: char| it.is_ascii_digit())
            };
            words(&said).filter(is_number).last().map(counted)
        }
        Value::Object(fields) => END.iter().find_map(|key| {
            let (_, value) = fields.iter().find(|(known, _)| super::is_same(known, key))?;
            scale_end(value)
        }),
        _ => None,
    }
}

/// A whole number in digits or as a word.
fn counted(text: &str) -> Option<u8> {
    let word = NUMBERS.iter().position(|word| *word == text.trim());
    word.and_then(|number| u8::try_from(number).ok()).or_else(|| digits(text))
}

/// A whole number in digits, with only zeros after the decimal point, or one or two after a decimal comma: three of them
/// would be thousands.
fn digits(text: &str) -> Option<u8> {
    let text = text.trim();
    let behind_comma = || text.split_once(',').filter(|(_, rest)| matches!(*rest, "0" | "00"));
    let (whole, rest) = text.split_once('.').or_else(behind_comma).unwrap_or((text, "0"));
    let is_whole = !rest.is_empty() && rest.bytes().all(|digit| digit == b'0');
    // A sign is not a digit.
    let is_number = whole.bytes().all(|letter| letter.is_ascii_digit());
    if is_whole && is_number { whole.parse().ok() } else { None }
}
