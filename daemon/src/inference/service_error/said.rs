//! The words of an error that are shown: the first sentence of whatever was said, with the field that it is about, without
//! keys; of a page its title or heading, and of XML its message. Pure functions.

use std::borrow::Cow;

use serde_json::Value;

use super::{WORD_MAX, WORDS_MAX, error_of};
use crate::inference::wire::under;

/// What is said, with the field that it is about in front.
pub(super) fn words_of(body: &Value) -> String {
    const DEPTH_MAX: usize = 4;
    fn said(value: &Value, depth: usize) -> Option<String> {
        if depth > DEPTH_MAX {
            return None;
        }
        match value {
            Value::String(said) if !said.trim().is_empty() => Some(said.clone()),
            Value::Array(list) => list.iter().find_map(|value| said_of(value, depth + 1)),
            Value::Object(_) => said_of(value, depth + 1),
            _ => None,
        }
    }
    fn said_of(value: &Value, depth: usize) -> Option<String> {
        const KEYS: [&str; 17] = [
            "message",
            "msg",
            "detail",
            "error",
            "error_description",
            "description",
            "errors",
            "status_msg",
            "error_message",
            "error_msg",
            "errmsg",
            "faultstring",
            "reason",
            "title",
            "base_resp",
            "issue",
            "details",
        ];
        if !value.is_object() {
            return said(value, depth);
        }
        let told = KEYS.iter().find_map(|key| said(under(value, key)?, depth));
        let words = told.or_else(|| named_by_field(under(value, "errors")?))?;
        let field = field_of(value).filter(|name| !words.contains(name.as_str()));
        let words = match field_in_list(value).filter(|more| !words.contains(more.as_str())) {
            Some(more) => format!("{}: {more}", words.trim_end_matches(['.', ':', ' '])),
            None => words,
        };
        Some(match field {
            Some(field) => format!("{field}: {words}"),
            None => words,
        })
    }
    let error = error_of(body);
    let words = said_of(error, 0).unwrap_or_default();
    match words_of_provider(error).filter(|more| !words.contains(more.as_str())) {
        Some(more) if words.is_empty() => more,
        Some(more) => format!("{}: {more}", words.trim_end_matches(['.', ':', ' '])),
        None => words,
    }
}

/// What the provider behind a router said, which the router puts beside words of its own that tell no reason.
fn words_of_provider(error: &Value) -> Option<String> {
    let said = match error.get("metadata")?.get("raw")? {
        Value::String(text) => serde_json::from_str::<Value>(text)
            .map_or_else(|_| plain(text.as_bytes()), |inner| words_of(&inner)),
        inner => words_of(inner),
    };
    let said = said.trim();
    (!said.is_empty()).then(|| said.to_owned())
}

/// The field that an error is about: where validators put its path, or where services name it.
fn field_of(value: &Value) -> Option<String> {
    const NAMES: [&str; 6] = ["param", "field", "parameter", "property", "pointer", "attribute"];
    let path = value.get("loc").and_then(Value::as_array).and_then(|path| {
        let names = path.iter().filter_map(Value::as_str).filter(|name| *name != "body");
        Some(names.collect::<Vec<_>>().join(".")).filter(|names| !names.is_empty())
    });
    let named = || NAMES.iter().find_map(|key| under(value, key)?.as_str().map(ToOwned::to_owned));
    path.or_else(named).filter(|name| !name.is_empty())
}

/// What is said of the first field in a list beside the words: `{"field": "messages", "issue": "is empty"}`.
fn field_in_list(value: &Value) -> Option<String> {
    const LISTS: [&str; 4] = ["details", "errors", "fieldViolations", "violations"];
    const WORDS: [&str; 6] = ["issue", "message", "description", "detail", "msg", "reason"];
    let of_one = |one: &Value| {
        let field = field_of(one)?;
        let said = WORDS.iter().find_map(|key| under(one, key)?.as_str())?;
        Some(if said.contains(field.as_str()) {
            said.to_owned()
        } else {
            format!("{field}: {said}")
        })
    };
    let of_list = |value: &Value| {
        let mut lists = LISTS.iter().filter_map(|key| under(value, key)?.as_array());
        lists.find_map(|list| list.iter().find_map(of_one))
    };
    // One step further down: the lists of Google stand in the elements of another one.
    let inner = || under(value, "details")?.as_array()?.iter().find_map(of_list);
    of_list(value).or_else(inner)
}

/// What is said of the first of some fields: `{"model": ["is unknown"]}`.
fn named_by_field(errors: &Value) -> Option<String> {
    let (field, said) = errors.as_object()?.iter().next()?;
    let said = said.as_array().and_then(|list| list.first()).unwrap_or(said).as_str()?;
    Some(format!("{field}: {said}"))
}

/// What is said in a body that is not JSON: the title or heading of a page, the message of XML, or the text.
pub(super) fn plain(body: &[u8]) -> String {
    // What a page is called, or the words of an error that is XML.
    const TAGS: [&str; 9] =
        ["title", "message", "h1", "h2", "faultstring", "detail", "description", "error", "p"];
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}');
    let lower = text.to_ascii_lowercase();
    let is_page = lower.trim_start().starts_with('<');
    if !is_page {
        return text.trim().to_owned();
    }
    TAGS.iter().find_map(|tag| within(text, &lower, tag)).unwrap_or_default()
}

/// The text within the first element of that name, its own elements left out; `None` where it is empty. `lower` is the text
/// in lower case.
fn within(text: &str, lower: &str, tag: &str) -> Option<String> {
    let opening = format!("<{tag}");
    let is_whole =
        |rest: &str| rest.starts_with(|letter: char| letter == '>' || letter.is_ascii_whitespace());
    let mut starts = lower.match_indices(opening.as_str()).map(|(start, _)| start + opening.len());
    let start = starts.find(|after| lower.get(*after..).is_some_and(is_whole))?;
    let from = start + lower.get(start..)?.find('>')? + 1;
    let to = from + lower.get(from..)?.find(format!("</{tag}").as_str())?;
    let mut said = String::new();
    let mut is_within_a_tag = false;
    for letter in text.get(from..to)?.chars() {
        match letter {
            '<' => is_within_a_tag = true,
            '>' if is_within_a_tag => {
                is_within_a_tag = false;
                said.push(' ');
            }
            letter if !is_within_a_tag => said.push(letter),
            _ => {}
        }
    }
    let said = said.trim();
    (!said.is_empty()).then(|| said.to_owned())
}

/// The first sentence of what is said: short, on one line, filtered for terminals. It may repeat the prompt but never a
/// key: the key that was sent is removed first, so that shortening leaves no part of it, and anything that looks like
/// another key is masked as well.
pub(super) fn shown(said: &str, model: &str, masked: impl Fn(&str) -> Cow<'_, str>) -> String {
    let said = masked(said);
    let line = protocol::safe::line(&said);
    let line = masked(&line);
    let shown: Vec<Cow<'_, str>> = line.split_whitespace().map(|part| word(part, model)).collect();
    let line = shown.join(" ");
    first_sentence(&line).trim_end_matches('.').chars().take(WORDS_MAX).collect()
}

/// A word, or a sign for one that looks like a key. The parts of a path are judged one by one; the model that was asked for
/// is no key.
fn word<'a>(word: &'a str, model: &str) -> Cow<'a, str> {
    let looks_like_a_key = |part: &str| {
        part.len() > WORD_MAX
            && part.contains(|c: char| c.is_ascii_digit())
            && !reads_as_a_name(part)
    };
    let is_model = word.trim_matches(|letter: char| "\"'`().,;:".contains(letter)) == model;
    if !looks_like_a_key(word) || is_model {
        return Cow::Borrowed(word);
    }
    let bare = word.trim_start_matches(['(', '"', '\'', '`']);
    if !(bare.starts_with('/') || bare.starts_with("http://") || bare.starts_with("https://")) {
        return Cow::Borrowed("…");
    }
    let parts = word.split('/').map(|part| if looks_like_a_key(part) { "…" } else { part });
    Cow::Owned(parts.collect::<Vec<_>>().join("/"))
}

/// Whether a long word reads as the name of a model or of a deployment, such as `gpt4o-prod-2024-08-06-westeurope`: short
/// parts that are words or numbers. A key has at least one part that is a mixture.
fn reads_as_a_name(word: &str) -> bool {
    const MIXED_MAX: usize = 6;
    const NUMBER_MAX: usize = 8;
    const LETTERS_MAX: usize = 14;
    const KEYS: [&str; 6] = ["sk", "pk", "rk", "key", "token", "secret"];
    let trimmed = word.trim_matches(|letter: char| !letter.is_ascii_alphanumeric());
    let is_edge = |letter: char| "-_./:@".contains(letter);
    let parts: Vec<&str> = trimmed.split(is_edge).filter(|part| !part.is_empty()).collect();
    let is_short = |part: &str| {
        let is_of = |is_it: fn(&char) -> bool| part.chars().all(|letter| is_it(&letter));
        let letters_max = if is_of(char::is_ascii_digit) {
            NUMBER_MAX
        } else if is_of(char::is_ascii_lowercase) {
            LETTERS_MAX
        } else if is_of(char::is_ascii_alphanumeric) {
            MIXED_MAX
        } else {
            0
        };
        part.len() <= letters_max
    };
    let is_word =
        |part: &&str| part.len() >= 4 && part.chars().all(|letter| letter.is_ascii_lowercase());
    let begins_a_key =
        parts.first().is_some_and(|first| KEYS.iter().any(|key| first.eq_ignore_ascii_case(key)));
    !begins_a_key && parts.iter().any(is_word) && parts.iter().all(|part| is_short(part))
}

/// The first sentence of a line, if it says anything; a sentence that is shorter is followed by the next one.
fn first_sentence(line: &str) -> &str {
    /// Letters that a sentence has at least.
    const LEAST: usize = 24;
    let end = line.match_indices(". ").map(|(place, _)| place + 1).find(|end| *end >= LEAST);
    end.and_then(|end| line.get(..end)).unwrap_or(line)
}
