//! Finds the one JSON object in what a language model wrote: past fences, prose and thinking aloud, with a comma too many
//! before a closing bracket, with line ends within a text, or written as a text itself. Two different objects are no answer at all, because picking one would be a guess.

use std::borrow::Cow;

use super::Unreadable;
use super::declined::declines;
use super::reply::Fields;

/// Most bytes of a model's whole text, thinking included.
const TEXT_BYTES_MAX: usize = 1024 * 1024;
/// Where models think aloud before they answer.
const THINKING: [(&str, &str); 2] = [("<think>", "</think>"), ("<thinking>", "</thinking>")];

/// The fields of the one JSON object in a model's text.
pub(super) fn fields(text: &str) -> Result<Fields, Unreadable> {
    Fields::of_object(&find(text)?, TEXT_BYTES_MAX)
}

/// The one JSON object in a model's text.
fn find(text: &str) -> Result<Cow<'_, str>, Unreadable> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(Unreadable::invalid(format!(
            "the reply is longer than {TEXT_BYTES_MAX} bytes"
        )));
    }
    let text = after_thinking(text.trim_start_matches('\u{feff}').trim());
    // The whole object, written as a text.
    if let Some(inner) =
        text.starts_with('"').then(|| serde_json::from_str::<String>(text).ok()).flatten()
        && inner.trim_start().starts_with('{')
        && let Some(object) = well_formed(inner.trim())
    {
        return Ok(Cow::Owned(object.into_owned()));
    }
    if text.is_empty() {
        return Err(Unreadable::invalid("the reply is empty"));
    }
    let mut found: Option<Cow<'_, str>> = None;
    let mut rest = text;
    let mut broken_off = false;
    while let Some(start) = rest.find('{') {
        let Some(end) = balanced(&rest[start..]) else {
            broken_off = true;
            // What began here never ends. An object within it is not the answer either.
            break;
        };
        let Some(object) = well_formed(&rest[start..start + end]) else {
            rest = &rest[start + end..];
            continue;
        };
        rest = &rest[start + end..];
        match &found {
            Some(known) if *known != object => {
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

/// An object that is JSON, or is once what is one comma too many is left out and what a text may not hold as it is, a line end
/// for example, is written as JSON writes it.
fn well_formed(object: &str) -> Option<Cow<'_, str>> {
    let is_json = |text: &str| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    if is_json(object) {
        return Some(Cow::Borrowed(object));
    }
    Some(written_as_json(object)).filter(|mended| is_json(mended)).map(Cow::Owned)
}

/// The same without commas that nothing follows before a bracket closes, and with control characters in strings as escapes.
fn written_as_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut in_string, mut escaped) = (false, false);
    for (place, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\0'..='\u{1f}' if in_string => {
                out.push_str(&format!("\\u{:04x}", u32::from(letter)));
                continue;
            }
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            ',' if !in_string => {
                let rest = text.get(place + 1..).unwrap_or_default().trim_start();
                if rest.starts_with(['}', ']']) {
                    continue;
                }
            }
            _ => {}
        }
        out.push(letter);
    }
    out
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
