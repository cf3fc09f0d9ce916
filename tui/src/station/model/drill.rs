//! The way from a number down to the answers behind it: which answers pass, and how that is called.

use protocol::channels::{Channel, Construct, Heard, Voices};
use protocol::results::Response;

use super::class::Dimension;
use crate::station::instrument::{self, Said};

/// Which answers the quotes are narrowed to. Empty: all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Drill {
    /// Classes that the respondent belongs to.
    pub(crate) classes: Vec<(Dimension, String)>,
    /// What the answer says, and how that is called.
    pub(crate) said: Option<(String, Said)>,
    /// Answers that were cited: what cites them, and their ordinals.
    pub(crate) cited: Option<(String, Vec<u32>)>,
    /// What a channel heard besides the answer, and how that is called.
    pub(crate) voice: Option<(String, Voice)>,
    /// Words that the answer contains.
    pub(crate) words: String,
}

impl Drill {
    /// Whether nothing is left out.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether an answer passes: whose it is, and its mark.
    pub(super) fn admits(&self, ordinal: u32, response: &Response, mark: i32) -> bool {
        let persona = response.respondent.persona();
        let of_class = |(dimension, class): &(Dimension, String)| {
            persona.is_some_and(|persona| dimension.class(persona) == *class)
        };
        self.classes.iter().all(of_class)
            && self.said.as_ref().is_none_or(|(_, said)| said.is_in(&response.answer, mark))
            && self.voice.as_ref().is_none_or(|(_, voice)| voice.is_in(response))
            && self.cited.as_ref().is_none_or(|(_, cited)| cited.contains(&ordinal))
            && (self.words.is_empty()
                || instrument::words(&response.answer)
                    .to_lowercase()
                    .contains(&self.words.to_lowercase()))
    }
}

/// Whom a channel heard on a construct, or did not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Voice {
    /// Those it heard.
    Heard(Construct, Channel),
    /// Those it did not hear, for that reason.
    Unheard(Construct, Channel, String),
}

impl Voice {
    /// Whether it is so of an answer.
    fn is_in(&self, response: &Response) -> bool {
        let of = |construct: &Construct, channel: Channel| {
            let voices = response.channels.as_ref().and_then(|all| all.get(construct));
            voices.map_or(Ear::NotAsked, |voices| ear(voices, channel))
        };
        match self {
            Self::Heard(_, Channel::Direct) => true,
            Self::Heard(construct, channel) => of(construct, *channel) == Ear::Heard,
            Self::Unheard(construct, channel, why) => match of(construct, *channel) {
                Ear::NotAsked => true,
                Ear::Heard => false,
                Ear::Silent(said) => said == why,
            },
        }
    }
}

/// What a channel made of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ear<'a> {
    /// It has no word of them at all.
    NotAsked,
    /// It heard them.
    Heard,
    /// It did not, and why.
    Silent(&'a str),
}

fn ear(voices: &Voices, channel: Channel) -> Ear<'_> {
    fn of<T>(heard: Option<&Heard<T>>) -> Ear<'_> {
        match heard {
            None => Ear::NotAsked,
            Some(Heard::Known(_)) => Ear::Heard,
            Some(Heard::Undetermined { undetermined }) => Ear::Silent(undetermined),
        }
    }
    match channel {
        Channel::Direct => Ear::Heard,
        Channel::Ssr => of(voices.ssr.as_ref()),
        Channel::Rater => of(voices.rater.as_ref()),
    }
}
