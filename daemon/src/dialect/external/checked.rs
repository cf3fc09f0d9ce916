//! The checks of everything that another service tells: texts by their length and letters, numbers by their range, lists by
//! how much is in them. Each refusal names the place; none repeats what stands there.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use protocol::external::ExternalContent;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

/// Most characters of a name, of a short text, and of a text that was tested.
pub(super) const NAME_MAX: usize = 200;
pub(super) const WORDS_MAX: usize = 4_000;
pub(super) const TEXT_MAX: usize = 50_000;
/// Most entries of a list.
pub(super) const LIST_MAX: usize = 200;
/// Largest number, in either direction.
const VALUE_MAX: f64 = 1e9;
/// Most characters of an id.
const ID_MAX: usize = 100;
/// Most bytes of a whole result.
const BYTES_MAX: usize = 256 * 1024;
/// Beginnings of instructions to a language model. Results are data, and programs hand them to such models.
const PROMPTS: [&str; 14] = [
    "ignore previous instructions",
    "ignore all previous",
    "ignore the previous",
    "ignore your instructions",
    "ignore prior instructions",
    "disregard previous instructions",
    "disregard all previous",
    "disregard the above",
    "ignore the above",
    "<|im_start|>",
    "<|system|>",
    "[inst]",
    "<system>",
    "system prompt:",
];

/// JSON of that form.
pub(super) fn json<T: DeserializeOwned>(what: &str, text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| {
        // Where, and not what stands there.
        let (line, column) = (error.line(), error.column());
        let kind = match error.classify() {
            serde_json::error::Category::Data => wrong(&error.to_string()),
            _ => "is no JSON".to_owned(),
        };
        format!("{what} {kind}, at line {line}, column {column}")
    })
}

/// What is wrong with a value: the names in it are those of the contract, and what was sent is left out.
fn wrong(told: &str) -> String {
    let field = |of: &str| {
        told.strip_prefix(of).and_then(|rest| rest.split('`').nth(1)).map(ToOwned::to_owned)
    };
    if let Some(field) = field("missing field") {
        return format!("lacks the field `{field}`");
    }
    if let Some(field) = field("duplicate field") {
        return format!("has the field `{field}` twice");
    }
    match told.rsplit_once(", expected ").and_then(|(_, wanted)| wanted.split(" at line").next()) {
        Some(wanted) => format!("has a value of another type where {wanted} is expected"),
        None => "has a value of another type".to_owned(),
    }
}

/// A body that may have all it says under `data`.
#[derive(Deserialize)]
struct UnderData<D> {
    data: D,
}

/// JSON of that form, at the top of a body or under `data`.
pub(super) fn perhaps_under_data<T: DeserializeOwned>(body: &str) -> Result<T, String> {
    const WHAT: &str = "the body";
    if json::<UnderData<IgnoredAny>>(WHAT, body).is_ok() {
        return json::<UnderData<T>>(WHAT, body).map(|found| found.data);
    }
    json(WHAT, body)
}

/// An id that can stand in an address.
pub(super) fn id(place: &str, id: &str) -> Result<String, String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if (1..=ID_MAX).contains(&id.len()) && id.bytes().all(is_plain) {
        return Ok(id.to_owned());
    }
    Err(format!("{place} is no id of letters, digits, - and _"))
}

/// A text of at most so many characters.
pub(super) fn text(place: &str, text: &str, most: usize) -> Result<String, String> {
    let text = text.trim();
    if text.chars().count() > most {
        return Err(format!("{place} is longer than {most} characters"));
    }
    if text.chars().any(steers) {
        return Err(format!("{place} has control characters"));
    }
    let plain = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    if PROMPTS.iter().any(|prompt| plain.contains(prompt)) {
        return Err(format!("{place} addresses a language model"));
    }
    Ok(text.to_owned())
}

/// The same, which says something.
pub(super) fn words(place: &str, given: &str, most: usize) -> Result<String, String> {
    match text(place, given, most)? {
        text if text.is_empty() => Err(format!("{place} is empty")),
        // A name stands within a line, also in files that are made of it.
        name if most <= NAME_MAX => Ok(name.split_whitespace().collect::<Vec<_>>().join(" ")),
        text => Ok(text),
    }
}

/// The same, of a text that may be missing; an empty one counts as missing.
pub(super) fn perhaps(
    place: &str,
    given: Option<&String>,
    most: usize,
) -> Result<Option<String>, String> {
    let found = given.map(|given| text(place, given, most)).transpose()?;
    Ok(found.filter(|text| !text.is_empty()))
}

/// Whether a letter controls a terminal or turns the direction of a line.
fn steers(letter: char) -> bool {
    let is_break = matches!(letter, '\n' | '\r' | '\t');
    (letter.is_control() && !is_break)
        || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A number within a range.
pub(super) fn number(place: &str, value: f64, range: RangeInclusive<f64>) -> Result<f64, String> {
    if range.contains(&value) {
        return Ok(value);
    }
    Err(format!("{place} is not from {} to {}", range.start(), range.end()))
}

/// A list that is not too long.
pub(super) fn list<T>(place: &str, list: Vec<T>) -> Result<Vec<T>, String> {
    if list.len() > LIST_MAX {
        return Err(format!("{place} has more than {LIST_MAX} entries"));
    }
    Ok(list)
}

/// A result that says something and is not too large.
pub(super) fn whole(content: ExternalContent) -> Result<ExternalContent, String> {
    if content.numbers.is_empty() && content.findings.is_empty() {
        return Err("it has neither numbers nor findings".to_owned());
    }
    let mut names = BTreeSet::new();
    for one in &content.numbers {
        if !names.insert(one.of.to_lowercase()) {
            return Err("two of its numbers have the same name".to_owned());
        }
        if [Some(one.value), one.low, one.high].into_iter().flatten().any(|it| it.abs() > VALUE_MAX)
        {
            return Err(format!("one of its numbers is beyond {VALUE_MAX:.0}"));
        }
    }
    let size = serde_json::to_vec(&content).map_or(usize::MAX, |bytes| bytes.len());
    if size > BYTES_MAX {
        return Err(format!("it is larger than {} KiB", BYTES_MAX / 1_024));
    }
    Ok(content)
}
