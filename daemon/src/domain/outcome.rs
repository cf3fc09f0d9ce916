//! The assignment, one thing to ask one respondent, and its outcome. The pair is the unit of work, of charging and of
//! storage: the remaining work is assignments minus outcomes.

use protocol::channels::Channels;
use protocol::credits::UsdMicros;
use protocol::results::Answer;
pub use protocol::results::Mention;
use protocol::run::PanelCounts;
use serde::{Deserialize, Serialize};

use super::exchange::ReplySource;
use super::instrument::OptionOrder;

/// One thing to ask one respondent in one round. With the study it is the key of an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Assignment {
    /// From 0; more than one only in content reviews.
    pub round: u16,
    /// The respondent's position in the panel, from 0.
    pub respondent: u32,
    /// From 0; more than one if a respondent is asked several things in separate calls.
    pub task: u16,
    /// 0 for the answer, or the code of another purpose: `Purpose::code`.
    pub replicate: u16,
}

/// The round that every study has.
pub const FIRST_ROUND: u16 = 0;

impl Assignment {
    /// The first assignment of a respondent in a round: the answer to the first task.
    #[must_use]
    pub const fn first(round: u16, respondent: u32) -> Self {
        Self { round, respondent, task: 0, replicate: 0 }
    }

    /// Whether this assignment asks for the respondent's answer: only answers are counted and charged, replicates and
    /// checks are not.
    #[must_use]
    pub const fn is_answer(&self) -> bool {
        self.replicate == 0
    }
}

/// The outcome of an assignment. Only [`Outcome::Answered`] has a score, and only it is charged. It serialises as in
/// an evidence bundle, with the fields of an answer only; `Outcome<Tagged>` is the form that is stored and read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome<A = Answer> {
    /// A reply that was read and passed.
    Answered(Answered<A>),
    /// The respondent declined, or cannot answer this question.
    Refused {
        /// In a few words, without personal data: counted in the diagnostics.
        reason: String,
    },
    /// The reply could not be read, after the allowed re-asks.
    Invalid {
        /// In a few words.
        reason: String,
    },
    /// No reply was received.
    Failed {
        /// In a few words.
        reason: String,
    },
    /// Deliberately not asked.
    Skipped {
        /// In a few words.
        reason: String,
    },
}

/// The class of a respondent's outcomes, from best to worst. For a respondent with several tasks the worst counts, so
/// that only a complete answer is delivered and charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Every task was answered.
    Answered,
    /// A task was declined, or deliberately not asked.
    Refused,
    /// A task has a reply that could not be read.
    Invalid,
    /// A task has no reply.
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

    /// The class of a respondent with this outcome only.
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

/// A reply that was read and passed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answered<A = Answer> {
    /// The instrument's fields.
    pub answer: A,
    /// The themes it names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<Mention>,
    /// The order of the options that were shown; `None` if every respondent saw the same order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<OptionOrder>,
    /// The respondent's channel readings; `None` if only the direct answer was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channels: Option<Channels>,
}

/// Tokens, cost and retries of an outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens sent.
    pub input_tokens: u64,
    /// Tokens received.
    pub output_tokens: u64,
    /// Real cost.
    pub cost: UsdMicros,
    /// Re-asks after a reply that could not be read.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub reasks: u32,
    /// Replies from the response cache, paid for by an earlier study.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub remembered: u32,
    /// Calls whose cost is an upper bound, because nothing was counted of such a call before: no reply came, the service
    /// reported an impossible usage, or the daemon was killed while they may have been under way.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub at_most: u32,
    /// Calls whose cost is an estimate, because the service reported no usage: by the lengths of prompt and reply, or by the
    /// dearest call of its kind that was counted.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub estimated: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// The work of one engine for a study.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineUse {
    /// Respondents whose last question it answered.
    pub answers: u32,
    /// Usage of its calls.
    pub usage: Usage,
}

impl EngineUse {
    /// The sum of both.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            answers: self.answers.saturating_add(other.answers),
            usage: self.usage.plus(other.usage),
        }
    }
}

impl Usage {
    /// The usage of a reply from its source: a cached reply costs nothing, but is counted if another study paid for
    /// it.
    #[must_use]
    pub fn remembered(source: ReplySource) -> Self {
        Self { remembered: u32::from(source == ReplySource::Remembered), ..Self::default() }
    }

    /// The sum of both.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            input_tokens: self.input_tokens.saturating_add(other.input_tokens),
            output_tokens: self.output_tokens.saturating_add(other.output_tokens),
            cost: self.cost.checked_add(other.cost).unwrap_or(UsdMicros(i64::MAX)),
            reasks: self.reasks.saturating_add(other.reasks),
            remembered: self.remembered.saturating_add(other.remembered),
            at_most: self.at_most.saturating_add(other.at_most),
            estimated: self.estimated.saturating_add(other.estimated),
        }
    }
}
