//! What the numbers of a study are worth: figures on the answers as such, each with its interval or with the reason why
//! there is none, and who is missing. A figure that cannot be had is said to be undefined; it is never replaced.

use serde::{Deserialize, Serialize};

use crate::audience::words;
use crate::results::Estimate;

/// One figure on the answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Figure {
    /// A number with its interval, where one can be had.
    Known(Estimate),
    /// There is none.
    Undefined {
        /// Why, as a sentence without a full stop.
        undefined: String,
    },
}

impl Figure {
    /// The number, or why there is none.
    #[must_use]
    pub fn of(estimate: Option<Estimate>, why: &str) -> Self {
        estimate.map_or_else(|| Self::Undefined { undefined: why.to_owned() }, Self::Known)
    }

    /// The number, where there is one.
    #[must_use]
    pub fn known(&self) -> Option<&Estimate> {
        match self {
            Self::Known(estimate) => Some(estimate),
            Self::Undefined { .. } => None,
        }
    }
}

words! {
    /// A warning about the answers, for programs; the notes say the same in sentences.
    Flag {
        /// The scores spread less than people's.
        LowVariance = "low_variance",
        /// Most answers are the same one.
        Collapsed = "collapsed",
        /// The texts repeat one another.
        AlikeTexts = "alike_texts",
        /// Answers contradict themselves.
        SelfContradiction = "self_contradiction",
        /// What is listed or shown first is chosen for its place.
        OrderEffect = "order_effect",
        /// Who answers matters no more than asking the same person twice.
        PersonaEffectUnclear = "persona_effect_unclear",
        /// Some groups gave fewer answers than others.
        UnevenSilence = "uneven_silence",
        /// Many gave no answer.
        ManySilent = "many_silent",
        /// A control was failed: the panel does what no honest panel would do.
        ControlFailed = "control_failed",
        /// Another wording of the question gives another mean.
        WordingMatters = "wording_matters",
        /// Many preferences between two variants do not survive when their order is turned round.
        SwapUnstable = "swap_unstable",
        /// Too few answers.
        FewAnswers = "few_answers",
    }
}

/// Who of one class gave no answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// Of the class, asked.
    pub asked: u64,
    /// Declined, or were not asked on purpose.
    pub refused: u64,
    /// Said something that could not be read.
    pub invalid: u64,
    /// Could not be asked.
    pub failed: u64,
}

impl Missing {
    /// All without an answer.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.refused.saturating_add(self.invalid).saturating_add(self.failed)
    }
}

/// What a spread is held against.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    /// The standard deviation to expect of people, in points of the scale.
    pub std_dev: f64,
    /// Where it comes from, and what it is not.
    pub source: String,
}
