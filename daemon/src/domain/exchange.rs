//! An exchange: one prompt, by its address, and the model's reply as it came. It is stored with the outcome, so that
//! a report can be recomputed from the raw replies, and so that the same prompt is not paid for twice.

use protocol::channels::Construct;
use protocol::study::StudySpec;
use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::instrument::{self, Item, ItemReply, Unreadable};
use super::outcome::{Answered, Assignment};

/// Where a reply came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplySource {
    /// A call to the model.
    #[default]
    Asked,
    /// The response cache: the model answered the very same prompt before.
    Remembered,
}

impl ReplySource {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    fn is_asked(&self) -> bool {
        *self == Self::Asked
    }
}

/// How a reply ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum End {
    /// The model finished by itself.
    #[default]
    Finished,
    /// The reply was cut off at the length limit.
    Truncated,
    /// The service or the model declined, described in our own words.
    Declined(String),
}

impl End {
    fn is_finished(&self) -> bool {
        *self == Self::Finished
    }
}

/// What a reply is to the one before it to the same question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReplyRole {
    /// It counts alone, and those before it do not.
    #[default]
    Whole,
    /// It adds what the one before it left out.
    Rest,
}

impl ReplyRole {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub(super) fn is_whole(&self) -> bool {
        *self == Self::Whole
    }
}

/// The kind of call of a side measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SidePart {
    /// A free text from the respondent.
    Text,
    /// The embedding of a text, compared with the anchors.
    Embedding,
    /// Another model's rating of a text.
    Rating,
}

/// One prompt and its reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Exchange {
    /// [`address`] of the prompt.
    #[serde(rename = "q")]
    pub address: String,
    /// What was wrong with the previous reply, if this is a re-ask.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<String>,
    /// The reply, or the beginning of it.
    #[serde(rename = "r")]
    pub reply: String,
    /// Bytes of the whole reply, if only its beginning is kept.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub whole_bytes: Option<u64>,
    /// How the reply ended.
    #[serde(rename = "e", default, skip_serializing_if = "End::is_finished")]
    pub end: End,
    /// The model that the service reports to have answered; empty if it reports none.
    #[serde(rename = "m", default, skip_serializing_if = "String::is_empty")]
    pub model: String,
    /// Where the reply came from.
    #[serde(rename = "s", default, skip_serializing_if = "ReplySource::is_asked")]
    pub source: ReplySource,
    /// For a side measure: the kind of call and its construct.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub beside: Option<(SidePart, Construct)>,
    /// The item, if each question is put in a call of its own.
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    pub item: Option<Item>,
}

impl Exchange {
    /// What its reply is to the one before it.
    #[must_use]
    pub(crate) fn role(&self) -> ReplyRole {
        match self.correction.as_deref() {
            Some(correction) if instrument::asks_for_the_rest(correction) => ReplyRole::Rest,
            _ => ReplyRole::Whole,
        }
    }
}

/// Reads a model's reply as an answer to an assignment.
///
/// # Errors
/// Why the reply is not an answer.
pub(crate) fn read(
    spec: &StudySpec,
    at: Assignment,
    end: &End,
    reply: &str,
) -> Result<Answered, Unreadable> {
    match end {
        End::Truncated => instrument::read_cut_off(spec, at, reply).ok_or_else(cut_off),
        _ => read_whole(end, reply, |reply| instrument::read_model(spec, at, reply)),
    }
}

/// Reads a model's reply that adds to a former answer.
///
/// # Errors
/// Why it adds nothing.
pub(crate) fn read_rest(
    spec: &StudySpec,
    at: Assignment,
    former: &Answered,
    end: &End,
    reply: &str,
) -> Result<Answered, Unreadable> {
    match end {
        End::Truncated => {
            instrument::read_rest_cut_off(spec, at, former, reply).ok_or_else(cut_off)
        }
        _ => read_whole(end, reply, |reply| instrument::read_rest(spec, at, former, reply)),
    }
}

/// Reads a reply that is there to its end, with the reason in our own words if it cannot be used.
///
/// # Errors
/// Why it cannot be used.
pub(crate) fn read_whole<T>(
    end: &End,
    reply: &str,
    reader: impl FnOnce(&str) -> Result<T, Unreadable>,
) -> Result<T, Unreadable> {
    match end {
        End::Declined(why) => Err(Unreadable::Refused { reason: why.clone() }),
        End::Truncated => Err(cut_off()),
        End::Finished => reader(reply),
    }
}

/// Reads a model's reply as an answer to one item.
///
/// # Errors
/// Why the reply is not an answer.
pub(crate) fn read_item(
    spec: &StudySpec,
    at: Assignment,
    item: Item,
    end: &End,
    reply: &str,
) -> Result<ItemReply, Unreadable> {
    match end {
        End::Declined(why) => instrument::decline_item(item, why.clone()),
        End::Truncated => Err(cut_off()),
        End::Finished => instrument::read_item(spec, at, item, reply),
    }
}

fn cut_off() -> Unreadable {
    Unreadable::Invalid { reason: "the reply was cut off at its longest".to_owned() }
}

/// A stored reply: its item (if items are put alone), how it ended, its text, and what it is to the one before it.
pub(crate) type Kept<'a> = (Option<Item>, &'a End, &'a str, ReplyRole);

/// The answer that all direct replies of an assignment make together; for each item the last reply counts, with the one
/// before it where it only adds to that. `None` if an item has no reply.
#[must_use]
pub(crate) fn conclude(
    spec: &StudySpec,
    at: Assignment,
    replies: &[Kept<'_>],
) -> Option<Result<Answered, Unreadable>> {
    let items = instrument::items(spec);
    let of_item = |of: Option<Item>| replies.iter().rev().filter(move |(item, ..)| *item == of);
    if items.is_empty() {
        let mut latest = of_item(None);
        let (_, end, reply, role) = latest.next()?;
        let former = latest.next().filter(|_| *role == ReplyRole::Rest);
        if let Some((_, end_before, before, _)) = former
            && let Ok(former) = read(spec, at, end_before, before)
        {
            // Whatever the rest is, what was answered before stands.
            return Some(Ok(read_rest(spec, at, &former, end, reply).unwrap_or(former)));
        }
        return Some(read(spec, at, end, reply));
    }
    let mut read = Vec::with_capacity(items.len());
    for item in items {
        let (_, end, reply, _) = of_item(Some(item)).next()?;
        match read_item(spec, at, item, end, reply) {
            Ok(reply) => read.push(reply),
            Err(unreadable) => return Some(Err(unreadable)),
        }
    }
    Some(instrument::assemble(spec, at, read))
}

/// The address of a prompt: SHA-256 (hex) of everything a caller controls that determines the reply: the engine with
/// its settings, and both parts of the prompt.
#[must_use]
pub(crate) fn address(parameters: &str, system: &str, question: &str) -> String {
    AddressPrefix::new(parameters).address(system, question)
}

/// The part of every [`address`] that all prompts of a study share, hashed once.
#[derive(Clone, Debug)]
pub(crate) struct AddressPrefix(Digest);

impl AddressPrefix {
    /// The common part for those parameters.
    #[must_use]
    pub(crate) fn new(parameters: &str) -> Self {
        Self(Digest::new().text(parameters))
    }

    /// The address of a prompt.
    #[must_use]
    pub(crate) fn address(&self, system: &str, question: &str) -> String {
        self.0.clone().text(system).text(question).finish_hex()
    }
}

/// Most bytes of a reply that are kept: far more than an answer needs, far less than a service could send.
const KEPT_BYTES_MAX: usize = 8 * 1024;

/// The part of a reply that is kept, and the length of the whole reply in bytes if it was shortened.
#[must_use]
pub(crate) fn kept(reply: &str) -> (&str, Option<u64>) {
    if reply.len() <= KEPT_BYTES_MAX {
        return (reply, None);
    }
    let end = reply.floor_char_boundary(KEPT_BYTES_MAX);
    (&reply[..end], Some(reply.len() as u64))
}

/// Most characters of a reply that are sent back with a re-ask.
const FORMER_MAX: usize = 4_000;

/// The part of a stored reply that is sent back with a re-ask.
#[must_use]
pub(crate) fn former(kept: &str) -> &str {
    let end = kept.char_indices().nth(FORMER_MAX).map_or(kept.len(), |(end, _)| end);
    kept.get(..end).unwrap_or_default().trim()
}

/// The earlier reply that a re-ask refers to, among the exchanges before it.
#[must_use]
pub(crate) fn asked_again<'a>(before: &'a [Exchange], again: &Exchange) -> Option<&'a str> {
    let same = |it: &&Exchange| (it.beside, it.item) == (again.beside, again.item);
    let last = before.iter().rfind(same).filter(|_| again.correction.is_some());
    last.map(|last| former(&last.reply))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_its_parts_apart() {
        assert_ne!(address("a", "bc", "d"), address("ab", "c", "d"));
        assert_ne!(address("a", "b", "c"), address("a", "b", "d"));
        let of_abc = "3d10f2e96612f8284bd5233f0c75d6283331be5afd353c22cfacb4872685a972";
        assert_eq!(address("a", "b", "c"), of_abc, "replies are remembered under it");
    }

    #[test]
    fn of_a_long_reply_the_beginning_is_kept_and_its_length_told() {
        assert_eq!(kept("short"), ("short", None));
        let long = format!("a{}", "é".repeat(10_000));
        let (cut, whole) = kept(&long);
        assert!(cut.len() <= KEPT_BYTES_MAX && cut.len() > KEPT_BYTES_MAX - 4, "{}", cut.len());
        assert_eq!(whole, Some(20_001));
    }

    #[test]
    fn of_a_reply_that_is_asked_for_again_the_beginning_goes_along() {
        assert_eq!(former(" {\"score\": 7.5} \n"), "{\"score\": 7.5}");
        assert_eq!(former(""), "");
        assert_eq!(former(&"é".repeat(5_000)), "é".repeat(4_000));
    }

    #[test]
    fn what_is_usual_takes_no_room() {
        let exchange = Exchange {
            address: "00".to_owned(),
            correction: None,
            reply: "{}".to_owned(),
            whole_bytes: None,
            end: End::Finished,
            model: String::new(),
            source: ReplySource::Asked,
            beside: None,
            item: None,
        };
        let stored = serde_json::to_string(&exchange).unwrap_or_default();
        assert_eq!(stored, r#"{"q":"00","r":"{}"}"#);
    }
}
