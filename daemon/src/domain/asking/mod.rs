//! Why a respondent is asked: for an answer that counts, or to learn what answers are worth. Only the answer is anybody's
//! answer; everything else is asked of a subsample, stored beside it under a code, compared with it, and never counted or
//! charged. The codes are part of the store and of evidence, so they never change their meaning.

mod restyle;
mod shown;

#[cfg(test)]
mod tests;

use protocol::measurement::{Control, WORDINGS_MAX};

use super::outcome::Assignment;

pub use shown::shown;

/// The first code of another kind than the answer and its replicates.
const CONTROLS_FROM: u16 = 1_000;
/// The code before that of the first wording.
const WORDINGS_FROM: u16 = 2_000;

/// A kind of asking. The order is that of the codes, which is the order of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Asking {
    /// What the study is after.
    Answer,
    /// The same question again, to measure noise; numbered from 1 to 999.
    Replicate(u16),
    /// A control.
    Control(Control),
    /// The question in another wording; numbered from 1.
    Wording(u16),
}

impl Asking {
    /// Its code in the place that assignments have for it.
    #[must_use]
    pub fn code(self) -> u16 {
        match self {
            Self::Answer => 0,
            Self::Replicate(number) => number.clamp(1, CONTROLS_FROM - 1),
            Self::Control(Control::Decoy) => CONTROLS_FROM + 1,
            Self::Control(Control::Duplicate) => CONTROLS_FROM + 2,
            Self::Control(Control::Reversed) => CONTROLS_FROM + 3,
            Self::Wording(number) => WORDINGS_FROM + number.clamp(1, WORDINGS_MAX),
        }
    }

    /// The kind of a code; `None` for one that has no meaning.
    #[must_use]
    pub fn of_code(code: u16) -> Option<Self> {
        let control = |place: u16| match place {
            1 => Some(Control::Decoy),
            2 => Some(Control::Duplicate),
            3 => Some(Control::Reversed),
            _ => None,
        };
        match code {
            0 => Some(Self::Answer),
            1..CONTROLS_FROM => Some(Self::Replicate(code)),
            CONTROLS_FROM..=WORDINGS_FROM => control(code - CONTROLS_FROM).map(Self::Control),
            _ => Some(code - WORDINGS_FROM)
                .filter(|number| *number <= WORDINGS_MAX)
                .map(Self::Wording),
        }
    }

    /// What it is called in documents; `None` for the answer itself.
    #[must_use]
    pub fn key(self) -> Option<String> {
        match self {
            Self::Answer => None,
            Self::Replicate(number) => Some(format!("replicate_{number}")),
            Self::Control(control) => Some(control.to_string()),
            Self::Wording(number) => Some(format!("wording_{number}")),
        }
    }

    /// What it is called where somebody is told what will be asked.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Answer => "the answer".to_owned(),
            Self::Replicate(_) => "the same question again".to_owned(),
            Self::Control(Control::Decoy) => "a decoy".to_owned(),
            Self::Control(Control::Duplicate) => "the same text presented otherwise".to_owned(),
            Self::Control(Control::Reversed) => "the scale turned round".to_owned(),
            Self::Wording(number) => format!("wording {number}"),
        }
    }
}

impl Assignment {
    /// Why it is asked; `None` where a later version of this program says why.
    #[must_use]
    pub fn asking(&self) -> Option<Asking> {
        Asking::of_code(self.replicate)
    }
}
