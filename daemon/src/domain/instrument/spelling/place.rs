//! A variant that is told by its place: "the second one", "option two", "the latter". It has one meaning only where the first
//! variant that is shown is A; what a place stands beside otherwise ("my second choice") tells no variant.

use serde_json::Value;

use super::phrase::plain;
use super::word::{LABELS, word};
use super::{alone, bare};

/// The variants and the word for none of them.
const LIST: [&str; 3] = ["a", "b", "none"];
/// Words for what comes first, and for what comes second.
const FIRST: [&str; 3] = ["first", "1st", "former"];
const SECOND: [&str; 3] = ["second", "2nd", "latter"];
/// Words behind a place by which it is no place of a variant.
const NO_VARIANT: [&str; 10] = [
    "best",
    "choice",
    "pick",
    "preference",
    "thought",
    "thoughts",
    "impression",
    "glance",
    "reading",
    "look",
];

/// The variant that is chosen by its letter or by its place, where A is shown first.
pub(in super::super) fn placed(value: &Value) -> Option<&'static str> {
    word(value, &LIST).or_else(|| {
        let said = by_letters(&plain(alone(value).as_str()?)?)?;
        word(&Value::from(said), &LIST)
    })
}

/// The same text with letters for places; `None` where it names no place of a variant.
fn by_letters(said: &str) -> Option<String> {
    let mut letters: Vec<String> = Vec::new();
    let mut is_told = false;
    let parts: Vec<&str> = said.split(' ').flat_map(parts_of).collect();
    for (place, part) in parts.iter().enumerate() {
        let core = bare(part).trim_end_matches([',', ';', ':', '!', ')']).trim_start_matches('(');
        let before = place.checked_sub(1).and_then(|before| parts.get(before)).copied();
        let Some(letter) = letter_of(core, before) else {
            letters.push((*part).to_owned());
            continue;
        };
        if parts.get(place + 1).is_some_and(|next| NO_VARIANT.contains(&bare(next))) {
            return None;
        }
        is_told = true;
        letters.push(part.replacen(core, letter, 1));
    }
    is_told.then(|| letters.join(" "))
}

/// The parts of a word that hyphens or low lines join: `option_two`, `second-one`.
fn parts_of(word: &str) -> impl Iterator<Item = &str> {
    // A dash of its own sets a remark apart.
    let is_joined = word.chars().any(char::is_alphanumeric);
    word.split(move |letter: char| is_joined && matches!(letter, '-' | '_'))
}

/// The letter of the variant at a place: a word for it, or its number behind a label ("option 2", "variant2").
fn letter_of(core: &str, before: Option<&str>) -> Option<&'static str> {
    if FIRST.contains(&core) {
        return Some("a");
    }
    if SECOND.contains(&core) {
        return Some("b");
    }
    let joined = LABELS.iter().find_map(|label| core.strip_prefix(label));
    let number = match joined.filter(|rest| !rest.is_empty()) {
        Some(rest) => rest,
        None => {
            let label = bare(before?).trim_start_matches('(');
            LABELS.contains(&label).then_some(core)?
        }
    };
    match number {
        "1" | "one" => Some("a"),
        "2" | "two" => Some("b"),
        _ => None,
    }
}
