//! Finds the one JSON object in what a language model wrote: past fences, prose and thinking aloud. It only finds and
//! never mends: what is inside goes to the strict reader as it stands, and two different objects are no answer at all,
//! because picking one would be a guess.

use super::Unreadable;
use super::declined::declines;

/// Most bytes of a model's whole text, thinking included.
const TEXT_BYTES_MAX: usize = 1024 * 1024;
/// Where models think aloud before they answer.
const THINKING: [(&str, &str); 2] = [("<think>", "</think>"), ("<thinking>", "</thinking>")];

/// The one JSON object in a model's text.
pub(super) fn find(text: &str) -> Result<&str, Unreadable> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(Unreadable::invalid(format!(
            "the reply is longer than {TEXT_BYTES_MAX} bytes"
        )));
    }
    let text = after_thinking(text.trim_start_matches('\u{feff}').trim());
    if text.is_empty() {
        return Err(Unreadable::invalid("the reply is empty"));
    }
    let mut found: Option<&str> = None;
    let mut rest = text;
    let mut broken_off = false;
    while let Some(start) = rest.find('{') {
        let Some(end) = balanced(&rest[start..]) else {
            broken_off = true;
            // What began here never ends. An object within it is not the answer either.
            break;
        };
        let object = &rest[start..start + end];
        rest = &rest[start + end..];
        if serde_json::from_str::<serde::de::IgnoredAny>(object).is_err() {
            continue;
        }
        match found {
            Some(known) if known != object => {
                return Err(Unreadable::invalid("the reply holds more than one answer"));
            }
            _ => found = Some(object),
        }
    }
    match found {
        Some(object) if !broken_off => Ok(object),
        _ if broken_off => Err(Unreadable::invalid("the JSON object breaks off")),
        _ if text.contains('{') => Err(Unreadable::invalid("the reply is not valid JSON")),
        _ if declines(text) => {
            Err(Unreadable::Refused { reason: "declined in plain words".to_owned() })
        }
        _ => Err(Unreadable::invalid("the reply holds no JSON object")),
    }
}

/// What follows the thinking. Thinking that does not end leaves nothing: the answer never came.
fn after_thinking(text: &str) -> &str {
    for (open, close) in THINKING {
        if text.starts_with(open) {
            return text.rfind(close).map_or("", |end| text[end + close.len()..].trim());
        }
    }
    text
}

/// The length of the object that begins a text, by counting braces outside strings; `None` when it does not end.
fn balanced(text: &str) -> Option<usize> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (place, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' if !in_string => depth += 1,
            b'}' if !in_string => {
                depth -= 1;
                if depth == 0 {
                    return Some(place + 1);
                }
            }
            _ => {}
        }
    }
    None
}
