//! The redaction of a reply that may repeat a secret. Choices are read from the original reply, so that no secret can
//! change them; every text that is kept, shown or sent on has the secret removed. If the redacted reply would be read
//! differently, its text is not kept at all.

use std::borrow::Cow;

use protocol::results::Answer;

use super::exchange;
use super::instrument::{Unreadable, with_texts};
use super::outcome::Answered;

/// Removes a secret from text.
pub trait Mask {
    /// Any text without the secret.
    fn text<'a>(&self, text: &'a str) -> Cow<'a, str>;

    /// A whole reply without the secret, in the same form as before.
    fn reply<'a>(&self, reply: &'a str) -> Cow<'a, str>;
}

/// If no secret is known, nothing is removed.
impl<M: Mask> Mask for Option<M> {
    fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.as_ref().map_or(Cow::Borrowed(text), |mask| mask.text(text))
    }

    fn reply<'a>(&self, reply: &'a str) -> Cow<'a, str> {
        self.as_ref().map_or(Cow::Borrowed(reply), |mask| mask.reply(reply))
    }
}

impl<M: Mask> Mask for &M {
    fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        (**self).text(text)
    }

    fn reply<'a>(&self, reply: &'a str) -> Cow<'a, str> {
        (**self).reply(reply)
    }
}

/// A value read from a reply: choices, texts or both.
pub(crate) trait Holds: Sized {
    /// Whether the choices are equal, whatever the texts are.
    fn chooses_as(&self, other: &Self) -> bool;

    /// The same choices with each text changed.
    #[must_use]
    fn with_texts(self, change: &dyn Fn(&str) -> String) -> Self;
}

/// A reply that was read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Redacted<T> {
    /// The value, or why there is none.
    pub read: Result<T, Unreadable>,
    /// The text that is kept.
    pub reply: String,
    /// Bytes of the whole reply, if only a part of it is kept.
    pub whole_bytes: Option<u64>,
}

/// Reads a reply and returns the value with the text to keep.
pub(crate) fn redact<T: Holds>(
    reply: String,
    mask: &impl Mask,
    read: impl Fn(&str) -> Result<T, Unreadable>,
) -> Redacted<T> {
    let as_it_came = read(&reply);
    let masked = match mask.reply(&reply) {
        Cow::Borrowed(_) => return keep(as_it_came, reply),
        Cow::Owned(masked) => masked,
    };
    let without = read(&masked);
    let same = match (&as_it_came, &without) {
        (Ok(one), Ok(other)) => one.chooses_as(other),
        (Err(Unreadable::Refused { .. }), Err(Unreadable::Refused { .. })) => true,
        (Err(one), Err(other)) => one == other,
        _ => false,
    };
    if same {
        return keep(without, masked);
    }
    let read = match as_it_came {
        Ok(read) => Ok(read.with_texts(&|text| mask.text(text).into_owned())),
        Err(Unreadable::Refused { reason }) => {
            Err(Unreadable::Refused { reason: mask.text(&reason).into_owned() })
        }
        Err(invalid @ Unreadable::Invalid { .. }) => Err(invalid),
    };
    Redacted { read, reply: String::new(), whole_bytes: Some(reply.len() as u64) }
}

fn keep<T>(read: Result<T, Unreadable>, mut reply: String) -> Redacted<T> {
    let (kept, whole_bytes) = exchange::kept(&reply);
    let length = kept.len();
    reply.truncate(length);
    Redacted { read, reply, whole_bytes }
}

impl Holds for Answered {
    fn chooses_as(&self, other: &Self) -> bool {
        self.answer.chooses_as(&other.answer)
    }

    fn with_texts(self, change: &dyn Fn(&str) -> String) -> Self {
        let mut mentions = self.mentions;
        for mention in &mut mentions {
            mention.theme = change(&mention.theme);
            mention.quote = mention.quote.as_deref().map(change);
        }
        Self { answer: self.answer.with_texts(change), mentions, ..self }
    }
}

impl Holds for Answer {
    fn chooses_as(&self, other: &Self) -> bool {
        let nothing = |_: &str| String::new();
        self.clone().with_texts(&nothing) == other.clone().with_texts(&nothing)
    }

    fn with_texts(self, change: &dyn Fn(&str) -> String) -> Self {
        with_texts(self, change)
    }
}
