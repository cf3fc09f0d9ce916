//! What was said between a study and a model: the question by its address, and the reply as it came. Kept beside the outcome,
//! so that a report can be rebuilt from the words themselves, and so that the same question need not be paid for twice.

use protocol::channels::Construct;
use protocol::study::StudySpec;
use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::instrument::{self, Item, ItemReply, Unreadable};
use super::outcome::{Answered, Assignment};

/// Where a reply came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The model was asked.
    #[default]
    Asked,
    /// The model said it before, to the very same question.
    Remembered,
}

impl Source {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    fn is_asked(&self) -> bool {
        *self == Self::Asked
    }
}

/// How a reply ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The model was done.
    #[default]
    Finished,
    /// It ran into the limit on length.
    Truncated,
    /// The service or the model declined, in words of ours.
    Declined(String),
}

impl End {
    fn is_finished(&self) -> bool {
        *self == Self::Finished
    }
}

/// What a question beside the direct one was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// A free text of the respondent.
    Text,
    /// A text's vector, held against anchors.
    Embedding,
    /// Another model's rating of a text.
    Rating,
}

/// One question and its reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// [`address`] of the question.
    #[serde(rename = "q")]
    pub address: String,
    /// What was wrong with the reply before, where this one was asked for again.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<String>,
    /// What the model wrote, or the beginning of it.
    #[serde(rename = "r")]
    pub reply: String,
    /// How many bytes the whole reply had, where only its beginning is kept.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub whole_bytes: Option<u64>,
    /// How it ended.
    #[serde(rename = "e", default, skip_serializing_if = "End::is_finished")]
    pub end: End,
    /// The model that says it answered; empty where the service does not say.
    #[serde(rename = "m", default, skip_serializing_if = "String::is_empty")]
    pub model: String,
    /// Where it came from.
    #[serde(rename = "s", default, skip_serializing_if = "Source::is_asked")]
    pub source: Source,
    /// What it was for, where it was not the direct question.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub beside: Option<(Part, Construct)>,
    /// Which of the direct questions it was, where each is put in a call of its own.
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    pub item: Option<Item>,
}

/// Reads a model's reply as an answer to an assignment.
///
/// # Errors
/// Why it is none.
pub fn read(
    spec: &StudySpec,
    at: Assignment,
    end: &End,
    reply: &str,
) -> Result<Answered, Unreadable> {
    match end {
        End::Declined(why) => Err(Unreadable::Refused { reason: why.clone() }),
        End::Truncated => Err(cut_off()),
        End::Finished => instrument::read_model(spec, at, reply),
    }
}

/// Reads a model's reply as an answer to one question that was put alone.
///
/// # Errors
/// Why it is none.
pub fn read_item(
    spec: &StudySpec,
    item: Item,
    end: &End,
    reply: &str,
) -> Result<ItemReply, Unreadable> {
    match end {
        End::Declined(why) => instrument::decline_item(item, why.clone()),
        End::Truncated => Err(cut_off()),
        End::Finished => instrument::read_item(spec, item, reply),
    }
}

fn cut_off() -> Unreadable {
    Unreadable::Invalid { reason: "the reply was cut off at its longest".to_owned() }
}

/// A reply as it was kept: to which of the questions that are put alone, if they are; how it ended; and its words.
pub type Kept<'a> = (Option<Item>, &'a End, &'a str);

/// What all direct replies of an assignment came to; of each question the last one counts. `None` where a question has no
/// reply.
#[must_use]
pub fn conclude(
    spec: &StudySpec,
    at: Assignment,
    replies: &[Kept<'_>],
) -> Option<Result<Answered, Unreadable>> {
    let items = instrument::items(spec);
    let last = |of| replies.iter().rfind(|(item, ..)| *item == of);
    if items.is_empty() {
        let (_, end, reply) = last(None)?;
        return Some(read(spec, at, end, reply));
    }
    let mut read = Vec::with_capacity(items.len());
    for item in items {
        let (_, end, reply) = last(Some(item))?;
        match read_item(spec, item, end, reply) {
            Ok(reply) => read.push(reply),
            Err(unreadable) => return Some(Err(unreadable)),
        }
    }
    Some(instrument::assemble(spec, at, read))
}

/// The address of a question: SHA-256 (hex) of everything that decides the reply as far as a caller can, which is who is asked
/// with which settings, and both parts of the prompt.
#[must_use]
pub fn address(parameters: &str, system: &str, question: &str) -> String {
    Origin::new(parameters).address(system, question)
}

/// The part of every [`address`] that all questions of a study share, worked out once.
#[derive(Clone, Debug)]
pub struct Origin(Digest);

impl Origin {
    /// Of everyone who is asked with those parameters.
    #[must_use]
    pub fn new(parameters: &str) -> Self {
        Self(Digest::new().text(parameters))
    }

    /// The address of a question.
    #[must_use]
    pub fn address(&self, system: &str, question: &str) -> String {
        self.0.clone().text(system).text(question).finish_hex()
    }
}

/// Most bytes of a reply that are kept: far more than an answer needs, far less than a service could send.
const KEPT_BYTES_MAX: usize = 8 * 1024;

/// What is kept of a reply, and how many bytes all of it had where that is not everything.
#[must_use]
pub fn kept(reply: &str) -> (&str, Option<u64>) {
    if reply.len() <= KEPT_BYTES_MAX {
        return (reply, None);
    }
    let end = reply.floor_char_boundary(KEPT_BYTES_MAX);
    (&reply[..end], Some(reply.len() as u64))
}

/// Most characters of a reply that are sent along when it is asked for again.
const FORMER_MAX: usize = 4_000;

/// What is sent along of a reply, as it was kept, when it is asked for again.
#[must_use]
pub fn former(kept: &str) -> &str {
    let end = kept.char_indices().nth(FORMER_MAX).map_or(kept.len(), |(end, _)| end);
    kept.get(..end).unwrap_or_default().trim()
}

/// The reply that an exchange asks again for, of those before it.
#[must_use]
pub fn asked_again<'a>(before: &'a [Exchange], again: &Exchange) -> Option<&'a str> {
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
            source: Source::Asked,
            beside: None,
            item: None,
        };
        let stored = serde_json::to_string(&exchange).unwrap_or_default();
        assert_eq!(stored, r#"{"q":"00","r":"{}"}"#);
    }
}
