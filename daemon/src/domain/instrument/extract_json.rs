//! The extraction of the one JSON object from a language model's text. It skips code fences, prose and thinking, and
//! repairs a trailing comma, raw line breaks within a string, and an object that is itself written as a string. Two
//! different objects are rejected, because picking one would be a guess. What has no whole object is left to
//! `repair_form`.

use std::borrow::Cow;

use super::Unreadable;
use super::declined::declines;
use super::normalize_reply::FieldKind;
use super::repair_form;
use super::reply::Fields;

/// Most bytes of a model's whole text, thinking included.
const TEXT_BYTES_MAX: usize = 1024 * 1024;
/// Tags around a model's thinking before the answer.
const THINKING: [(&str, &str); 2] = [("<think>", "</think>"), ("<thinking>", "</thinking>")];

/// The fields of the one JSON object in a model's text.
pub(super) fn fields(text: &str) -> Result<Fields, Unreadable> {
    // Most texts are the object and nothing else, and are parsed once.
    if text.len() <= TEXT_BYTES_MAX
        && let Ok(fields) = Fields::of_object(text, TEXT_BYTES_MAX)
    {
        return Ok(fields);
    }
    Fields::of_object(&find(text)?, TEXT_BYTES_MAX)
}

/// The fields of a reply in that form, also where the object lacks its last brace, or the keys stand on lines of their own.
pub(super) fn fields_of(
    text: &str,
    form: &[(&'static str, FieldKind)],
) -> Result<Fields, Unreadable> {
    fields(text).or_else(|unreadable| repair_form::fields(text, form).ok_or(unreadable))
}

/// The one JSON object in a model's text.
fn find(text: &str) -> Result<Cow<'_, str>, Unreadable> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(Unreadable::invalid(format!(
            "the reply is longer than {TEXT_BYTES_MAX} bytes"
        )));
    }
    let text = after_thinking(text.trim_start_matches('\u{feff}').trim());
    // The whole object, written as a JSON string.
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
            // The object that begins here never ends. An object within it is not the answer either.
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

/// The object if it is valid JSON, or becomes so by removing trailing commas and escaping characters that a string
/// may not contain, such as a line break; or if it is one as other languages write it.
pub(super) fn well_formed(object: &str) -> Option<Cow<'_, str>> {
    let is_json = |text: &str| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    if is_json(object) {
        return Some(Cow::Borrowed(object));
    }
    let mended = Some(written_as_json(object)).filter(|mended| is_json(mended));
    let as_elsewhere = || Some(written_as_json(&json_of(object))).filter(|mended| is_json(mended));
    mended.or_else(as_elsewhere).map(Cow::Owned)
}

/// The object as JSON where it is written as other languages write one: in single or curved quotation marks, with `True`,
/// `False` and `None`, with comments, and with keys and words that lack their quotation marks.
fn json_of(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let after = &rest[letter.len_utf8()..];
        let closes = match letter {
            '"' => Some('"'),
            '\'' => Some('\''),
            '“' | '”' => Some('”'),
            '‘' | '’' => Some('’'),
            _ => None,
        };
        if let Some(closes) = closes {
            let (said, behind) = string_of(after, closes);
            out.push('"');
            out.push_str(&said);
            out.push('"');
            rest = behind;
        } else if let Some(comment) = rest.strip_prefix("//") {
            rest = comment.find('\n').map_or("", |end| &comment[end..]);
        } else if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.find("*/").map_or("", |end| &comment[end + 2..]);
        } else if letter.is_ascii_alphabetic() || letter == '_' {
            let ends = |letter: char| !(letter.is_ascii_alphanumeric() || letter == '_');
            let (word, behind) = rest.split_at(rest.find(ends).unwrap_or(rest.len()));
            let said = word_as_json(word, &out, behind);
            out.push_str(&said);
            rest = behind;
        } else {
            out.push(letter);
            rest = after;
        }
    }
    out
}

/// A word that stands outside of quotation marks: a constant of another language, or a key or a value of one word that lacks
/// them. `before` and `behind` are what stands around it.
fn word_as_json(word: &str, before: &str, behind: &str) -> String {
    match word {
        "True" | "true" => return "true".to_owned(),
        "False" | "false" => return "false".to_owned(),
        "None" | "null" => return "null".to_owned(),
        _ => {}
    }
    let before = before.trim_end().chars().next_back();
    let next = behind.trim_start().chars().next();
    let is_key = matches!(before, Some('{' | ',')) && next == Some(':');
    let is_value = matches!(before, Some(':' | '[' | ',')) && matches!(next, Some(',' | '}' | ']'));
    if is_key || is_value { format!("\"{word}\"") } else { word.to_owned() }
}

/// What a string holds that ends with that mark, as JSON writes it, and what is behind it.
fn string_of(text: &str, closes: char) -> (String, &str) {
    let mut said = String::new();
    let mut letters = text.char_indices();
    while let Some((place, letter)) = letters.next() {
        match letter {
            // A quotation mark that needs no escape in JSON has none there.
            '\\' => match letters.next() {
                Some((_, '\'')) => said.push('\''),
                Some((_, escaped)) => said.extend(['\\', escaped]),
                None => break,
            },
            _ if letter == closes => return (said, &text[place + letter.len_utf8()..]),
            '"' => said.push_str("\\\""),
            letter => said.push(letter),
        }
    }
    (said, "")
}

/// The text without trailing commas and with control characters in strings escaped.
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

/// The text after the thinking. Thinking that does not end leaves nothing: the answer never came.
pub(super) fn after_thinking(text: &str) -> &str {
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
