//! Measurement options of a study beyond one answer from each respondent: replicates, controls and other wordings for a
//! subsample, further channels, and reuse of cached replies. Every option has a neutral default, so that studies of
//! older versions read as they did.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::audience::words;
use crate::channels::Elicitation;

words! {
    /// Whether a reply from the response cache may be used.
    Reuse {
        /// It may: the same specification gives the same answers, which are paid for once.
        Allowed = "allowed",
        /// Every answer is asked for again.
        Never = "never",
    }
}

#[expect(
    clippy::derivable_impls,
    reason = "the macro that makes the enum has no place for an attribute"
)]
impl Default for Reuse {
    fn default() -> Self {
        Self::Allowed
    }
}

words! {
    /// How many of a respondent's questions go into one call to a model.
    QuestionsPerCall {
        /// All: one call per respondent, in which the model sees all questions and its own answers.
        All = "all",
        /// One: a call for each question, without the other questions or answers.
        One = "one",
    }
}

#[expect(
    clippy::derivable_impls,
    reason = "the macro that makes the enum has no place for an attribute"
)]
impl Default for QuestionsPerCall {
    fn default() -> Self {
        Self::All
    }
}

words! {
    /// A question with a known right outcome. It is asked of a subsample, to see whether the panel can be trusted;
    /// replies to it do not count as answers.
    Control {
        /// A text made to be bad: it must be liked clearly less.
        Decoy = "decoy",
        /// The same text in another presentation: it must be liked as much.
        Duplicate = "duplicate",
        /// The same question with its scale reversed: the answers must reverse with it.
        Reversed = "reversed",
    }
}

/// Other wordings of a question that a study can ask, at most.
pub const WORDINGS_MAX: u16 = 4;

/// The measurement options of one study.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Measurement {
    /// How many respondents are asked everything a second time (replicates), to separate within-respondent variance
    /// from the rest. Second answers never count as answers.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub replicates: u32,
    /// The controls to ask: those that are meaningful for this study and its engine.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub controls: BTreeSet<Control>,
    /// The number of other wordings in which the question is asked, at most [`WORDINGS_MAX`].
    #[serde(default, skip_serializing_if = "is_default")]
    pub wordings: u16,
    /// The number of respondents who are asked the controls and the other wordings.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub subsample: u32,
    /// Whether cached replies may be used.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reuse: Reuse,
    /// How many of the direct questions go into one call.
    #[serde(default, skip_serializing_if = "is_default")]
    pub questions_per_call: QuestionsPerCall,
    /// The channels besides the direct answer; absent where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elicitation: Option<Elicitation>,
}

impl Measurement {
    /// Whether a subsample is asked controls or other wordings.
    #[must_use]
    pub fn checks_panel(&self) -> bool {
        !self.controls.is_empty() || self.wordings > 0
    }

    /// Whether every respondent is asked once and nothing else is measured.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
