//! How a study measures beyond asking everyone once: who is asked twice, and whether answers of earlier studies may be used
//! again. Every part has a neutral default, so that studies of older versions read as they were.

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

/// The measuring of one study.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measurement {
    /// How many respondents are asked everything a second time, to tell what a person makes of a question from what
    /// chance makes of it. Their second answers never count as answers.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub replicates: u32,
    /// Whether earlier answers may be used again.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reuse: Reuse,
    /// Which channels are heard besides the direct answer; none where there is only that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elicitation: Option<Elicitation>,
}

impl Measurement {
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
