//! The study that a hook becomes: the owner's template with one text of the body below it. The text never becomes a
//! setting, a path or a command, whatever it looks like.

use std::borrow::Cow;

use protocol::strict_json;
use protocol::study::{DraftText, PlainText};
use serde_json::Value;

use super::HookHeaders;

/// Most bytes of a template.
const TEMPLATE_MAX: usize = 16 * 1024;
/// Most bytes of a text.
const CONTENT_MAX: usize = 200 * 1024;

/// What is wrong with a template, if anything: it is front matter, opened and closed.
pub(crate) fn is_template(text: &str) -> Result<(), &'static str> {
    if text.len() > TEMPLATE_MAX {
        return Err("it is larger than 16 KiB");
    }
    let mut lines = text.trim().lines();
    let is_closed = lines.next() == Some("---") && lines.any(|line| line.trim_end() == "---");
    if is_closed { Ok(()) } else { Err("it does not begin with settings between two lines ---") }
}

/// The JSON of a body: all of it, or what a form has under `payload`, which is how GitHub sends unless it is told otherwise.
pub(crate) fn json_of<'a>(headers: &HookHeaders, body: &'a [u8]) -> Cow<'a, [u8]> {
    let kind = headers.optional("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Cow::Borrowed(body);
    }
    let mut payloads = url::form_urlencoded::parse(body).filter(|(name, _)| name == "payload");
    match (payloads.next(), payloads.next()) {
        (Some((_, json)), None) => Cow::Owned(json.into_owned().into_bytes()),
        // None, or two that could say different things: told as a body that is no JSON.
        _ => Cow::Borrowed(body),
    }
}

/// The text at a place of a body.
pub(crate) fn content_of(body: &[u8], pointer: &str) -> Result<String, String> {
    let body = strict_json::value(body).map_err(|_| match strict_json::field_twice(body) {
        // Readers differ in which of the two they take, and whoever signed it may mean the other one.
        Some((line, column)) => {
            format!("a field of the body stands twice, at line {line}, column {column}")
        }
        None => "the body is no JSON, and no form with one in `payload`".to_owned(),
    })?;
    match body.pointer(pointer) {
        Some(Value::String(text)) if text.len() > CONTENT_MAX => {
            Err(format!("the text at {pointer} is larger than 200 KiB"))
        }
        Some(Value::String(text)) if text.trim().is_empty() => {
            Err(format!("the text at {pointer} is empty"))
        }
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => Err(format!("what is at {pointer} is no text")),
        None => Err(format!("nothing is at {pointer}")),
    }
}

/// The text of the draft: that of the body, below the template.
pub(crate) fn draft_text(template: &str, content: String) -> DraftText {
    DraftText::Plain(PlainText { plain: content, below: Some(template.to_owned()) })
}
