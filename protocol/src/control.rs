//! What came of the questions whose answers are known beforehand, and of other wordings of the question: a verdict each, with
//! the numbers it rests on. What was not asked says so; it never passes.

use serde::{Deserialize, Serialize};

use crate::audience::words;
use crate::quality::Figure;

words! {
    /// What a check came to.
    Verdict {
        /// The panel did what it should.
        Passed = "passed",
        /// The panel did what it should not.
        Failed = "failed",
        /// The numbers do not tell.
        Undecided = "undecided",
    }
}

/// What came of one control.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ControlResult {
    /// It was asked and judged.
    Judged(Box<Judged>),
    /// It was not asked.
    NotAsked {
        /// Why, as a sentence without a full stop.
        not_asked: String,
    },
}

impl ControlResult {
    /// The judgement, where there is one.
    #[must_use]
    pub fn judged(&self) -> Option<&Judged> {
        match self {
            Self::Judged(judged) => Some(judged),
            Self::NotAsked { .. } => None,
        }
    }
}

/// A control that was asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// What it came to.
    pub verdict: Verdict,
    /// The mean difference within respondents, in `unit`: of the decoy, the answer minus the reply to the decoy; of the
    /// others, the reply to the control (turned back, where the scale was turned round) minus the answer.
    pub difference: Figure,
    /// What the difference is held against, in `unit`: of the decoy, how much there must be at least; of the others, how
    /// much there may be at most.
    pub limit: f64,
    /// Points of the scale, or points of net sentiment.
    pub unit: String,
    /// Of the decoy, what it got itself: its mean, or its net sentiment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Figure>,
    /// How far respondents keep their order (Spearman's rank correlation, −1 to 1), where they must.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank: Option<Figure>,
    /// Respondents who were asked it.
    pub asked: u64,
    /// All of it as a sentence.
    pub sentence: String,
}

/// What came of asking in other wordings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wordings {
    /// Whether the wording makes a difference: passed where no wording moves the mean by more than `limit`.
    pub verdict: Verdict,
    /// How much a wording may move the mean, in `unit`.
    pub limit: f64,
    /// Points of the scale, or points of net sentiment.
    pub unit: String,
    /// The difference of the wording that moves the mean most.
    pub largest: Figure,
    /// How far respondents keep their order when they are asked again in the same words (Spearman's rank correlation): what
    /// the ranks of other wordings are to be held against.
    pub rank_same_words: Figure,
    /// Each wording, in the order of their numbers.
    pub wordings: Vec<Wording>,
    /// All of it as a sentence.
    pub sentence: String,
}

/// One other wording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wording {
    /// Its number, from 1, as in the templates.
    pub number: u16,
    /// The mean difference within respondents: the reply to it minus the answer.
    pub difference: Figure,
    /// How far respondents keep their order (Spearman's rank correlation, −1 to 1).
    pub rank: Figure,
    /// Respondents who were asked it.
    pub asked: u64,
}
