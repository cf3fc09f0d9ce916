//! How a study measures beyond asking everyone once: who is asked twice, which controls and other wordings a subsample is
//! asked, and whether answers of earlier studies may be used again. Every part has a neutral default, so that studies of
//! older versions read as they were.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::audience::words;
use crate::channels::Elicitation;

words! {
    /// Whether an answer that a model gave to the very same question before may be used again.
    Reuse {
        /// It may: the same specification gives the same answers, and they are paid for once.
        Allowed = "allowed",
        /// Every answer is asked for anew.
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
    /// How many of the questions to a respondent one call to a model puts.
    QuestionsPerCall {
        /// All of them: one call a respondent, and each answer is given beside the others.
        All = "all",
        /// One: as many calls as questions, and none knows what was said to another.
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
    /// A question whose answer is known beforehand. It is put to a subsample, to see whether the panel can be believed; what
    /// is said to it is nobody's answer.
    Control {
        /// A text made to be bad: it must be liked clearly less.
        Decoy = "decoy",
        /// The same text in another presentation: it must be liked as much.
        Duplicate = "duplicate",
        /// The same question with its scale turned round: the answers must turn with it.
        Reversed = "reversed",
    }
}

/// Most other wordings of a question that a study can ask.
pub const WORDINGS_MAX: u16 = 4;

/// The measuring of one study.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measurement {
    /// How many respondents are asked everything a second time, to tell what a person makes of a question from what
    /// chance makes of it. Their second answers never count as answers.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub replicates: u32,
    /// Which controls are asked: those that mean something for this study and its engine.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub controls: BTreeSet<Control>,
    /// In how many other wordings the question is asked again, at most [`WORDINGS_MAX`].
    #[serde(default, skip_serializing_if = "is_default")]
    pub wordings: u16,
    /// How many respondents are asked the controls and the other wordings.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub subsample: u32,
    /// Whether earlier answers may be used again.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reuse: Reuse,
    /// How many of the direct questions go in one call.
    #[serde(default, skip_serializing_if = "is_default")]
    pub questions_per_call: QuestionsPerCall,
    /// Which channels are heard besides the direct answer; none where there is only that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elicitation: Option<Elicitation>,
}

impl Measurement {
    /// Whether a subsample is asked controls or other wordings.
    #[must_use]
    pub fn checks_panel(&self) -> bool {
        !self.controls.is_empty() || self.wordings > 0
    }

    /// Whether everyone is asked once and nothing else happens.
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
