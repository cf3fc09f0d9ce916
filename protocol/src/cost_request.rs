//! Cost requests: studies that an agent asked for and whose cost nobody agreed to, because its client cannot ask a person. Each
//! waits for the owner, who agrees to it or declines it at their own screen; no argument of the agent does.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::audience::words;
use crate::credits::{Credits, UsdMicros};
use crate::id::StudyId;
use crate::study::StudyType;

/// A cost request's id: `r1`, `r2`, … in the order of creation. It is never given again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CostRequestId(pub u32);

impl CostRequestId {
    /// The id that a text is, written as ids are, in capitals or not. A study's id, and the beginning of one, never is.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(['r', 'R'])?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok().map(Self))?
    }
}

impl fmt::Display for CostRequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "r{}", self.0)
    }
}

/// Read with the letter or without it.
impl FromStr for CostRequestId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = Self::named(text).or_else(|| Self::named(&format!("r{text}")));
        named.ok_or_else(|| format!("'{text}' is not the id of a request: they read r1, r2, …"))
    }
}

impl Serialize for CostRequestId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CostRequestId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

words! {
    /// What became of a cost request.
    CostRequestState {
        /// Nobody has decided yet.
        Waiting = "waiting",
        /// The owner agreed, and the study was taken on.
        Approved = "approved",
        /// The owner declined; nothing was run.
        Declined = "declined",
        /// Nobody decided in time; nothing was run.
        Expired = "expired",
    }
}

words! {
    /// What the owner decides.
    CostDecision {
        /// The study is run for the cost that is announced.
        Approve = "approve",
        /// It is not, and the same call of the agent finds that.
        Decline = "decline",
        /// It is not this time: the same call of the agent asks anew.
        DeclineOnce = "decline_once",
    }
}

/// A study that waits, or waited, until its owner agrees to its cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostRequest {
    /// Its id.
    pub id: CostRequestId,
    /// What became of it.
    pub state: CostRequestState,
    /// The name of the study; absent where that was deleted since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What is to be asked, and who is to be told of it, while it waits: the beginning of each text with its length, questions,
    /// the context and the address of a webhook.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub material: Vec<String>,
    /// Its study type.
    pub instrument: StudyType,
    /// Number of respondents.
    pub panel: u32,
    /// What is to answer.
    pub engine: String,
    /// The model behind it.
    pub model: String,
    /// Credits that it takes.
    pub credits: Credits,
    /// The cost that was announced, at least, in millionths of a dollar.
    pub cost_least: UsdMicros,
    /// At most: the study is never run for more.
    pub cost_most: UsdMicros,
    /// Who asks: the name of a client, or a key.
    pub asker: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it waits.
    pub expires_at: Timestamp,
    /// When the owner decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Timestamp>,
    /// The study that was run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub study: Option<StudyId>,
}

impl CostRequest {
    /// What it would ask of whom for how much, in a sentence without a full stop.
    #[must_use]
    pub fn sentence(&self) -> String {
        format!(
            "Asking {} people with '{}' will cost {} to {}",
            self.panel,
            self.engine,
            self.cost_least.exact(),
            self.cost_most.exact()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_is_shown_in_capitals_and_as_a_number() {
        for text in ["r3", "R3", "3"] {
            assert_eq!(text.parse(), Ok(CostRequestId(3)), "{text}");
        }
        for text in ["", "r", "R", "x3", "r-3", "r3a", "rr3"] {
            assert!(text.parse::<CostRequestId>().is_err(), "{text}");
        }
    }
}
