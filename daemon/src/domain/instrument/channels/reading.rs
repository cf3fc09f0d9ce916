//! Readers for replies on further channels: a free text without ratings, and a rating of such a text. They work like
//! the reader of direct answers: one JSON object, normalised, then checked against the strict schema.

use protocol::channels::Rated;
use serde_json::{Value, json};

use super::super::extract_json;
use super::super::normalize_reply::{FieldKind, normalize_reply};
use super::super::schema::{object, truth, whole};
use crate::domain::instrument::Unreadable;

/// Most characters of a free text: a few sentences. Longer texts dilute the opinion.
pub(crate) const TEXT_MAX: usize = 800;
/// Most bytes that such a text can take in UTF-8.
pub(crate) const TEXT_BYTES_MAX: usize = TEXT_MAX * 4;

/// The schema of a reply with a free text.
#[must_use]
pub(crate) fn text_schema() -> Value {
    object(vec![("text", json!({ "type": "string" })), ("refused", truth())])
}

/// The schema of a rating.
#[must_use]
pub(crate) fn rating_schema() -> Value {
    object(vec![("rating", whole(1, 5)), ("refused", truth())])
}

/// Reads a free text.
///
/// # Errors
/// Why there is none. A text that contains a numeric rating is rejected: its reading would only repeat the number.
pub(crate) fn read_text(reply: &str) -> Result<String, Unreadable> {
    let form = [("text", FieldKind::Text(TEXT_MAX))];
    let mut fields = normalize_reply(extract_json::fields_of(reply, &form)?, &form)?;
    let text = fields.text("text", TEXT_MAX)?;
    fields.finish()?;
    if rates_by_number(&text) {
        return Err(Unreadable::invalid("`text` rates by number"));
    }
    Ok(text)
}

/// Reads a rating.
///
/// # Errors
/// Why there is none.
pub(crate) fn read_rating(reply: &str) -> Result<Rated, Unreadable> {
    let form = [("rating", FieldKind::Whole(1, 5))];
    let mut fields = normalize_reply(extract_json::fields_of(reply, &form)?, &form)?;
    let rating = fields.integer("rating", 1, 5)?;
    fields.finish()?;
    Ok(Rated { rating })
}

/// Whether a text contains a numeric rating: `7/10`, `4 out of 5`. Prices, times and amounts are not ratings, nor is
/// `24/7`.
fn rates_by_number(text: &str) -> bool {
    let text = text.to_lowercase().replace("out of", "/");
    text.match_indices('/').any(|(place, _)| {
        let mark = last_number(&text[..place]);
        let scale: String =
            text[place + 1..].trim_start().chars().take_while(char::is_ascii_digit).collect();
        match (mark, scale.as_str()) {
            (Some(mark), "5" | "7" | "10" | "100") => {
                scale.parse::<u32>().is_ok_and(|scale| mark <= scale)
            }
            _ => false,
        }
    })
}

/// The whole number at the end of a text.
fn last_number(text: &str) -> Option<u32> {
    let text = text.trim_end();
    let digits = text.len() - text.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    text[text.len() - digits..].parse().ok()
}
