//! The purpose of an assignment: the answer itself, or a replicate, control or other wording that tests how much
//! answers are worth. Only the answer counts as the respondent's answer; everything else is asked of a subsample,
//! stored with the answer under a numeric code, compared with it, and never counted or charged. The codes are part of
//! the store and of evidence bundles, so their meaning never changes.

mod restyle;
mod shown;

#[cfg(test)]
mod tests;

use protocol::measurement::{Control, WORDINGS_MAX};

use super::outcome::Assignment;

pub(crate) use shown::shown;

/// The first code after those of the answer and its replicates.
const CONTROLS_FROM: u16 = 1_000;
/// The code before the first wording's.
const WORDINGS_FROM: u16 = 2_000;

/// The purpose of an assignment. The variants are ordered by code, which is the order of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// The answer that the study counts.
    Answer,
    /// The same question again, to measure noise; numbered from 1 to 999.
    Replicate(u16),
    /// A control: a question with a known right outcome.
    Control(Control),
    /// The question in another wording; numbered from 1.
    Wording(u16),
}

impl Purpose {
    /// The code that is stored in `Assignment::replicate`.
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

    /// The purpose for a code; `None` for an unassigned code.
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

    /// The name in JSON documents; `None` for the answer itself.
    #[must_use]
    pub fn key(self) -> Option<String> {
        match self {
            Self::Answer => None,
            Self::Replicate(number) => Some(format!("replicate_{number}")),
            Self::Control(control) => Some(control.to_string()),
            Self::Wording(number) => Some(format!("wording_{number}")),
        }
    }

    /// The name in messages that list what will be asked.
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
    /// The purpose of this assignment; `None` if the code was written by a later version of this program.
    #[must_use]
    pub fn asking(&self) -> Option<Purpose> {
        Purpose::of_code(self.replicate)
    }
}
