//! Quality figures of a study: each with its interval or with the reason why it is undefined, and the respondents who
//! are missing. An undefined figure is reported as such; no value is substituted.

use serde::{Deserialize, Serialize};

use crate::audience::words;
use crate::results::Estimate;

/// One figure on the answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum Figure {
    /// A number with its interval, where one can be computed.
    Known(Estimate),
    /// It is undefined.
    Undefined {
        /// The reason, as a sentence without a full stop.
        undefined: String,
    },
}

impl Figure {
    /// The estimate, or the reason why there is none.
    #[must_use]
    pub fn of(estimate: Option<Estimate>, why: &str) -> Self {
        estimate.map_or_else(|| Self::Undefined { undefined: why.to_owned() }, Self::Known)
    }

    /// The number, if there is one.
    #[must_use]
    pub fn known(&self) -> Option<&Estimate> {
        match self {
            Self::Known(estimate) => Some(estimate),
            Self::Undefined { .. } => None,
        }
    }
}

words! {
    /// A warning about the answers, for programs; the notes give the same in sentences.
    Flag {
        /// The scores vary less than those of people.
        LowVariance = "low_variance",
        /// Most answers are identical.
        Collapsed = "collapsed",
        /// The texts repeat one another.
        AlikeTexts = "alike_texts",
        /// Scores contradict the sentiment or purchase intent of the same answer, or preferences its scores.
        SelfContradiction = "self_contradiction",
        /// Items that are listed or shown first are chosen because of their position.
        OrderEffect = "order_effect",
        /// Answers vary between personas no more than between replicates of one persona.
        PersonaEffectUnclear = "persona_effect_unclear",
        /// Some classes have a lower response rate than others.
        UnevenSilence = "uneven_silence",
        /// Many respondents have no answer.
        ManySilent = "many_silent",
        /// A control failed: the panel behaves as no attentive panel would.
        ControlFailed = "control_failed",
        /// Another wording of the question gives another mean.
        WordingMatters = "wording_matters",
        /// Many preferences between two variants change when their order is reversed.
        SwapUnstable = "swap_unstable",
        /// Too few answers.
        FewAnswers = "few_answers",
    }
}

/// Respondents of one class without an answer.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
pub struct Missing {
    /// Respondents of the class who were asked.
    pub asked: u64,
    /// Respondents who refused, or were skipped on purpose.
    pub refused: u64,
    /// Respondents with a reply that could not be read.
    pub invalid: u64,
    /// Respondents who could not be asked.
    pub failed: u64,
}

impl Missing {
    /// All respondents without an answer.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.refused.saturating_add(self.invalid).saturating_add(self.failed)
    }
}

/// The reference value for the spread.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Reference {
    /// The standard deviation to expect of people, in points of the scale.
    pub std_dev: f64,
    /// Its source and its limits.
    pub source: String,
}
