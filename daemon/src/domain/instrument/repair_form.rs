//! The repair of replies whose form is broken and whose content is whole: an object that lacks only its last brace, and the
//! keys of the form on lines of their own or in a table. A key that is missing, or stands twice, leaves the reply as it is.

mod key_lines;

#[cfg(test)]
mod tests;

use super::extract_json::{after_thinking, well_formed};
use super::normalize_reply::{FieldKind, opened};
use super::reply::{Fields, REPLY_MAX_BYTES};
use super::spelling::is_same;

/// The fields of a reply without a whole object, if each key of the form has one value there.
pub(super) fn fields(text: &str, form: &[(&'static str, FieldKind)]) -> Option<Fields> {
    if text.len() > REPLY_MAX_BYTES {
        return None;
    }
    let said = after_thinking(text.trim_start_matches('\u{feff}').trim());
    if said.contains('{') {
        let is_spaced = text.ends_with(char::is_whitespace);
        return closed(said, is_spaced).filter(|fields| is_whole(fields, form));
    }
    key_lines::fields(said, form).map(Fields::found)
}

/// The object that ends without its last brace, with that brace. Nothing is added where the last value may be cut off.
fn closed(text: &str, is_spaced: bool) -> Option<Fields> {
    let object = text.get(text.find('{')?..)?;
    let unfenced = object.trim_end().strip_suffix("```").unwrap_or(object);
    let (mut open, mut in_string, mut escaped) = (Vec::new(), false, false);
    for byte in unfenced.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => open.push(byte),
            b'}' | b']' if !in_string => drop(open.pop()?),
            _ => {}
        }
    }
    if in_string || open != [b'{'] {
        return None;
    }
    let is_apart = is_spaced || unfenced.len() < object.len();
    let last = unfenced.trim_end().trim_end_matches(',').len() == unfenced.len();
    // More digits may have followed.
    if last && !is_apart && unfenced.ends_with(|letter: char| letter.is_ascii_digit()) {
        return None;
    }
    let whole = format!("{}}}", unfenced.trim_end());
    Fields::of_object(&well_formed(&whole)?, REPLY_MAX_BYTES).ok()
}

/// Whether every key of the form is there.
fn is_whole(fields: &Fields, form: &[(&'static str, FieldKind)]) -> bool {
    let found = opened(fields.clone().into_list(), form);
    form.iter().all(|(key, _)| found.iter().any(|(known, _)| is_same(known, key)))
}
