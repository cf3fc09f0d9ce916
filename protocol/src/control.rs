//! Results of controls and other wordings: a verdict for each, with the numbers behind it. A check that was not run is
//! reported as such and never passes.

use serde::{Deserialize, Serialize};

use crate::audience::words;
use crate::quality::Figure;

words! {
    /// The verdict of a check.
    Verdict {
        /// The panel behaved as expected.
        Passed = "passed",
        /// The panel did not behave as expected.
        Failed = "failed",
        /// The numbers do not decide.
        Undecided = "undecided",
    }
}

/// The result of one control.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum ControlResult {
    /// It was asked and evaluated.
    Judged(Box<Judged>),
    /// It was not asked.
    NotAsked {
        /// The reason, as a sentence without a full stop.
        not_asked: String,
    },
}

impl ControlResult {
    /// The evaluation, if there is one.
    #[must_use]
    pub fn judged(&self) -> Option<&Judged> {
        match self {
            Self::Judged(judged) => Some(judged),
            Self::NotAsked { .. } => None,
        }
    }
}

/// The evaluation of a control.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Judged {
    /// The verdict.
    pub verdict: Verdict,
    /// The mean difference within respondents, in `unit`. Decoy: the answer minus the reply to the decoy; others: the
    /// reply to the control (reversed back, for a reversed scale) minus the answer.
    pub difference: Figure,
    /// The limit for the difference, in `unit`. Decoy: the smallest difference that passes; others: the largest.
    pub limit: f64,
    /// Points of the scale, or points of net sentiment.
    pub unit: String,
    /// Decoy only: its own mean or net sentiment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Figure>,
    /// How well the order of respondents is preserved (Spearman's rank correlation, −1 to 1), where it must be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank: Option<Figure>,
    /// Respondents who were asked the control.
    pub asked: u64,
    /// The evaluation as a sentence.
    pub sentence: String,
}

/// The result of asking in other wordings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Wordings {
    /// Whether the wording matters: passed where no wording moves the mean by more than `limit`.
    pub verdict: Verdict,
    /// The largest shift of the mean that passes, in `unit`.
    pub limit: f64,
    /// Points of the scale, or points of net sentiment.
    pub unit: String,
    /// The difference of the wording that moves the mean most.
    pub largest: Figure,
    /// How well the order of respondents is preserved when they are asked again in the same words (Spearman's rank
    /// correlation): the benchmark for the ranks of other wordings.
    pub rank_same_words: Figure,
    /// Each wording, by number.
    pub wordings: Vec<Wording>,
    /// The result as a sentence.
    pub sentence: String,
}

/// One other wording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Wording {
    /// Its number in the templates, from 1.
    pub number: u16,
    /// The mean difference within respondents: the reply to this wording minus the answer.
    pub difference: Figure,
    /// How well the order of respondents is preserved (Spearman's rank correlation, −1 to 1).
    pub rank: Figure,
    /// Respondents who were asked this wording.
    pub asked: u64,
}
