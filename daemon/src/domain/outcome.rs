//! What is asked of whom (an assignment) and what came of it (an outcome). The pair is the unit of work, of charging
//! and of storage: what is left to do is assignments minus outcomes.

use protocol::channels::Channels;
use protocol::credits::UsdMicros;
use protocol::results::Answer;
pub use protocol::results::Mention;
use protocol::run::PanelCounts;
use serde::{Deserialize, Serialize};

use super::exchange::Source;
use super::instrument::Options;

/// One thing to ask one respondent in one round. With the study it is the key of an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Assignment {
    /// From 0; more than one only in content reviews.
    pub round: u16,
    /// The respondent's place in the panel, from 0.
    pub respondent: u32,
    /// From 0; more than one where a respondent is asked several things in separate calls.
    pub task: u16,
    /// 0 for the answer, or the code of another kind of asking: [`super::asking::Asking::code`].
    pub replicate: u16,
}

/// The round that every study has.
pub const FIRST_ROUND: u16 = 0;

impl Assignment {
    /// The first question to a respondent in a round: the answer to the first task.
    #[must_use]
    pub const fn first(round: u16, respondent: u32) -> Self {
        Self { round, respondent, task: 0, replicate: 0 }
    }

    /// Whether the reply is the respondent's answer, which alone is counted and charged, and not asked to tell what answers
    /// are worth.
    #[must_use]
    pub const fn is_answer(&self) -> bool {
        self.replicate == 0
    }
}

/// What came of an assignment. Only [`Outcome::Answered`] is ever a score, and only it is charged. It serialises as evidence
/// has it, with the fields of an answer alone; `Outcome<Tagged>` is what is stored and read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome<A = Answer> {
    /// A reply that was read and passed.
    Answered(Answered<A>),
    /// The respondent declined, or cannot answer this question.
    Refused {
        /// In a few words, without anything personal: counted in the diagnostics.
        reason: String,
    },
    /// The reply could not be read, after the re-asks that are allowed.
    Invalid {
        /// In a few words.
        reason: String,
    },
    /// No reply could be had.
    Failed {
        /// In a few words.
        reason: String,
    },
    /// Not asked, on purpose.
    Skipped {
        /// In a few words.
        reason: String,
    },
}

/// What a respondent counts as, from the best to the worst. Of one who was asked several things the worst counts, so
/// that only a complete answer is delivered and charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Answered everything.
    Answered,
    /// Declined something, or was not asked on purpose.
    Refused,
    /// Said something that could not be read.
    Invalid,
    /// Could not be asked something.
    Failed,
}

impl Class {
    /// Counts one respondent of this class.
    pub fn count(self, counts: &mut PanelCounts) {
        let place = match self {
            Self::Answered => &mut counts.delivered,
            Self::Refused => &mut counts.refused,
            Self::Invalid => &mut counts.invalid,
            Self::Failed => &mut counts.failed,
        };
        *place = place.saturating_add(1);
    }
}

impl<A> Outcome<A> {
    /// The same outcome with its answer in another form.
    #[must_use]
    pub fn map<B>(self, convert: impl FnOnce(A) -> B) -> Outcome<B> {
        match self {
            Self::Answered(Answered { answer, mentions, options, channels }) => {
                Outcome::Answered(Answered { answer: convert(answer), mentions, options, channels })
            }
            Self::Refused { reason } => Outcome::Refused { reason },
            Self::Invalid { reason } => Outcome::Invalid { reason },
            Self::Failed { reason } => Outcome::Failed { reason },
            Self::Skipped { reason } => Outcome::Skipped { reason },
        }
    }

    /// What a respondent with this outcome alone counts as.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Answered(_) => Class::Answered,
            Self::Refused { .. } | Self::Skipped { .. } => Class::Refused,
            Self::Invalid { .. } => Class::Invalid,
            Self::Failed { .. } => Class::Failed,
        }
    }
}

/// A reply that passed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answered<A = Answer> {
    /// The instrument's fields.
    pub answer: A,
    /// The reasons it names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<Mention>,
    /// The order in which the words to choose from were shown; `None` where everyone saw the same one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<Options>,
    /// What further channels heard from the respondent; `None` where only the direct answer was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channels: Option<Channels>,
}

/// What an outcome took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens sent.
    pub input_tokens: u64,
    /// Tokens received.
    pub output_tokens: u64,
    /// Real cost.
    pub cost: UsdMicros,
    /// Times that it was asked again because a reply could not be read.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub reasks: u32,
    /// Replies that were remembered from an earlier study, and so cost nothing.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub remembered: u32,
    /// Calls whose cost is an upper bound, because the service did not say what they took, or said what no such call can
    /// take, or because the daemon was cut off while they may have been under way.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub at_most: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// What one engine did for a study.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineUse {
    /// Respondents whose last question it answered.
    pub answers: u32,
    /// What its calls took.
    pub usage: Usage,
}

impl EngineUse {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            answers: self.answers.saturating_add(other.answers),
            usage: self.usage.plus(other.usage),
        }
    }
}

impl Usage {
    /// What a reply took that was there already: nothing, but it is counted where another study paid for it.
    #[must_use]
    pub fn remembered(source: Source) -> Self {
        Self { remembered: u32::from(source == Source::Remembered), ..Self::default() }
    }

    /// What both took together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            input_tokens: self.input_tokens.saturating_add(other.input_tokens),
            output_tokens: self.output_tokens.saturating_add(other.output_tokens),
            cost: self.cost.checked_add(other.cost).unwrap_or(UsdMicros(i64::MAX)),
            reasks: self.reasks.saturating_add(other.reasks),
            remembered: self.remembered.saturating_add(other.remembered),
            at_most: self.at_most.saturating_add(other.at_most),
        }
    }
}
