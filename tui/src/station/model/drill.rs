//! Drill-down from a number to its answers: the filter on the answers and its label.

use protocol::channels::{Channel, ChannelReadings, Construct, Heard};
use protocol::results::Response;

use super::class::Dimension;
use crate::kinds::Said;

/// The filter on the quotes. When empty, all answers pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Drill {
    /// Classes of the respondent.
    pub(crate) classes: Vec<(Dimension, String)>,
    /// A condition on the answer, with its label.
    pub(crate) said: Option<(String, Said)>,
    /// Cited answers: the citing element, and their ordinals.
    pub(crate) cited: Option<(String, Vec<u32>)>,
    /// A condition on a channel reading, with its label.
    pub(crate) voice: Option<(String, Voice)>,
    /// Words that the answer contains.
    pub(crate) words: String,
}

impl Drill {
    /// Whether all answers pass.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether an answer passes, given its respondent's ordinal and its mark.
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
                || response.answer.reasoning().to_lowercase().contains(&self.words.to_lowercase()))
    }
}

/// A condition on a channel's reading of a construct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Voice {
    /// A reading exists.
    Heard(Construct, Channel),
    /// A reading is missing, for that reason.
    Unheard(Construct, Channel, String),
}

impl Voice {
    /// Whether an answer meets the condition.
    fn is_in(&self, response: &Response) -> bool {
        let of = |construct: &Construct, channel: Channel| {
            let channel_readings = response.channels.as_ref().and_then(|all| all.get(construct));
            channel_readings
                .map_or(Ear::NotAsked, |channel_readings| ear(channel_readings, channel))
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

/// A channel's result for one respondent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ear<'a> {
    /// The channel was not used.
    NotAsked,
    /// A reading exists.
    Heard,
    /// The reading is missing, with the reason.
    Silent(&'a str),
}

fn ear(channel_readings: &ChannelReadings, channel: Channel) -> Ear<'_> {
    fn of<T>(heard: Option<&Heard<T>>) -> Ear<'_> {
        match heard {
            None => Ear::NotAsked,
            Some(Heard::Known(_)) => Ear::Heard,
            Some(Heard::Undetermined { undetermined }) => Ear::Silent(undetermined),
        }
    }
    match channel {
        Channel::Direct => Ear::Heard,
        Channel::Ssr => of(channel_readings.ssr.as_ref()),
        Channel::Rater => of(channel_readings.rater.as_ref()),
    }
}
