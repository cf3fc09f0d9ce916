//! What can go wrong at the daemon's face: a closed code by what the reader will do next, a sentence, and hints.

use serde::{Deserialize, Serialize};

use crate::audience::words;
use crate::setting::Settings;
use crate::study::Problem;

words! {
    /// What to do about it.
    ErrorCode {
        /// Mend the input.
        InvalidInput = "invalid_input",
        /// Look for another id.
        NotFound = "not_found",
        /// Give more of the id.
        AmbiguousId = "ambiguous_id",
        /// The thing is not in a state that allows it.
        Conflict = "conflict",
        /// Grant or wait for credits.
        InsufficientCredits = "insufficient_credits",
        /// Raise the cap or ask for less.
        CostCap = "cost_cap",
        /// Say yes first.
        UnconfirmedCost = "unconfirmed_cost",
        /// Try again later: a limit is reached.
        Busy = "busy",
        /// The store takes no writes until its trouble is over; reading works.
        Degraded = "degraded",
        /// Client and daemon do not understand each other.
        Incompatible = "incompatible",
        /// No daemon answers.
        Unreachable = "unreachable",
        /// A defect of Demoscope.
        Internal = "internal",
    }
}

/// An error as every client gets it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// What kind.
    pub code: ErrorCode,
    /// What happened, as a sentence.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
    /// All that is wrong with an input, each with its place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
    /// When trying again may help.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// What the settings of a draft could be, where a draft was checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Box<Settings>>,
}

impl ApiError {
    /// An error of that kind with its sentence.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hints: Vec::new(),
            problems: Vec::new(),
            retry_after_ms: None,
            settings: None,
        }
    }

    /// The same with one more hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}
