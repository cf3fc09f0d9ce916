//! Replies that were read although they leave out what was asked: the respondent is asked for the rest once, with the former reply
//! sent along. What the former reply answers stands, and the second one only adds to it.

use protocol::results::Answer;
use protocol::study::StudySpec;

use super::types::kind_of;
use super::{Unreadable, cut_off, extract_json, normalize_reply};
use crate::domain::outcome::{Answered, Assignment};

/// How each correction begins that asks for the rest. Stored replies are known by it again.
const LEFT_OUT: &str = "`answers` leaves out question";

/// What a reply that was read leaves out, as whoever is asked again is told it; `None` where it is whole.
#[must_use]
pub(crate) fn left_out(spec: &StudySpec, answer: &Answer) -> Option<String> {
    let numbers = kind_of(&spec.instrument).left_out(&spec.instrument, answer);
    let told: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    let (last, others) = told.split_last()?;
    let (named, rest) = match others {
        [] => (format!(" {last}"), "it"),
        _ => (format!("s {} and {last}", others.join(", ")), "them"),
    };
    Some(format!("{LEFT_OUT}{named}; keep the answers that you gave and add {rest}"))
}

/// Whether that correction asks for what the former reply left out.
#[must_use]
pub(crate) fn asks_for_the_rest(correction: &str) -> bool {
    correction.starts_with(LEFT_OUT)
}

/// Reads a language model's reply that adds to a former answer of the same respondent.
///
/// # Errors
/// Why the reply cannot be read; the former answer stands all the same.
pub(crate) fn read_rest(
    spec: &StudySpec,
    at: Assignment,
    former: &Answered,
    text: &str,
) -> Result<Answered, Unreadable> {
    let form = normalize_reply::form_at(spec, at, None);
    let fields = extract_json::fields_of(text, &form)?;
    let fields = normalize_reply::normalize_reply(fields, &form)?;
    kind_of(&spec.instrument).read_rest(spec, at, fields, former)
}

/// The same of a reply that was cut off: what is whole of it.
pub(crate) fn read_rest_cut_off(
    spec: &StudySpec,
    at: Assignment,
    former: &Answered,
    text: &str,
) -> Option<Answered> {
    read_rest(spec, at, former, &cut_off::closed(text)?).ok()
}
