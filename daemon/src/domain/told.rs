//! What is read and what is kept of a reply that may repeat a secret. What was chosen is read from the reply as it came, so
//! that no secret can change it; every text that is kept, shown or sent on is without the secret. What is kept reads as
//! what was read: where that cannot be, the reply's words are not kept at all.

use std::borrow::Cow;

use protocol::results::Answer;

use super::exchange;
use super::instrument::{Unreadable, with_texts};
use super::outcome::Answered;

/// Takes a secret out of text.
pub trait Mask {
    /// Any text without it.
    fn text<'a>(&self, text: &'a str) -> Cow<'a, str>;

    /// A whole reply without it, in the same form as before.
    fn reply<'a>(&self, reply: &'a str) -> Cow<'a, str>;
}

/// No secret is known.
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

/// Something read that holds choices, texts or both.
pub trait Holds: Sized {
    /// Whether the same was chosen, whatever the texts beside it say.
    fn chooses_as(&self, other: &Self) -> bool;

    /// The same choices with other texts.
    #[must_use]
    fn with_texts(self, change: &dyn Fn(&str) -> String) -> Self;
}

/// A reply that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Told<T> {
    /// What it says, or why it says nothing.
    pub read: Result<T, Unreadable>,
    /// What is kept of its words.
    pub reply: String,
    /// How many bytes the whole reply had, where not all of it is kept.
    pub whole_bytes: Option<u64>,
}

/// Reads a reply and says what is kept of it.
pub fn told<T: Holds>(
    reply: String,
    mask: &impl Mask,
    read: impl Fn(&str) -> Result<T, Unreadable>,
) -> Told<T> {
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
    Told { read, reply: String::new(), whole_bytes: Some(reply.len() as u64) }
}

fn keep<T>(read: Result<T, Unreadable>, mut reply: String) -> Told<T> {
    let (kept, whole_bytes) = exchange::kept(&reply);
    let length = kept.len();
    reply.truncate(length);
    Told { read, reply, whole_bytes }
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
