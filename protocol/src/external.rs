//! Results that another service found and told by a hook: read-only, beside the studies of this installation and none of
//! them. Nobody was asked here, nothing was computed here, and each number has the interval that its service gave, or none.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::hook_in::SourceKind;
use crate::id::StudyId;

/// What is said with every such result.
pub const NOTICE: &str = "An external result: another service asked, counted and concluded; nothing of it was checked here.";
/// What stands where a number has no interval.
pub const NO_INTERVAL: &str = "no interval given by the service";

/// Where a result comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ExternalOrigin {
    /// Its id here, which follows from the three below.
    pub id: StudyId,
    /// The source of hooks that told it.
    pub source: String,
    /// The service, as the kind of that source.
    pub service: SourceKind,
    /// Its id there.
    pub external_id: String,
    /// When it was told.
    pub received_at: Timestamp,
    /// SHA-256 (hex) of what was read: the body of the hook, or the service's replies one after the other.
    pub sha256: String,
}

/// A result of another service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ExternalResult {
    /// Where it comes from.
    #[serde(flatten)]
    pub origin: ExternalOrigin,
    /// What it says.
    #[serde(flatten)]
    pub content: ExternalContent,
}

/// A result as it is shown: apart from studies, and with the notice.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct ShownExternal {
    /// The result.
    pub external: ExternalResult,
    /// What is said with every such result.
    pub notice: &'static str,
}

impl ShownExternal {
    /// A result with the notice.
    #[must_use]
    pub const fn of(external: ExternalResult) -> Self {
        Self { external, notice: NOTICE }
    }
}

/// A result in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ExternalHead {
    /// Where it comes from.
    #[serde(flatten)]
    pub origin: ExternalOrigin,
    /// Its name.
    pub name: String,
    /// Its first number.
    pub headline: Option<ExternalNumber>,
}

/// What such a result says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ExternalContent {
    /// Its name.
    pub name: String,
    /// When it was completed, as the service says.
    pub completed_at: Option<Timestamp>,
    /// How many were asked, as the service says.
    pub respondents: Option<u64>,
    /// What was tested.
    pub text: Option<String>,
    /// Its numbers, the main one first.
    pub numbers: Vec<ExternalNumber>,
    /// What to act on.
    pub findings: Vec<ExternalFinding>,
    /// Better texts that the service proposes.
    pub rewrites: Vec<ExternalRewrite>,
}

/// A number with its interval, if its service gave one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ExternalNumber {
    /// What it is of.
    pub of: String,
    /// Its value.
    pub value: f64,
    /// The interval.
    pub low: Option<f64>,
    /// Its other end.
    pub high: Option<f64>,
    /// The level of the interval.
    pub level: Option<f64>,
    /// How many answers it is of.
    pub n: Option<u64>,
}

impl ExternalNumber {
    /// The interval in words, or that there is none.
    #[must_use]
    pub fn interval(&self) -> String {
        match (self.low, self.high) {
            (Some(low), Some(high)) => match self.level {
                Some(level) => format!("{low} to {high} at {} %", level * 100.0),
                None => format!("{low} to {high}, at a level that the service does not tell"),
            },
            _ => NO_INTERVAL.to_owned(),
        }
    }
}

/// Something to act on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ExternalFinding {
    /// How urgent it is, as the service calls it.
    pub priority: Option<String>,
    /// What it is.
    pub title: String,
    /// The same in full.
    pub detail: Option<String>,
    /// What to do.
    pub action: Option<String>,
    /// What respondents said.
    pub quotes: Vec<String>,
}

/// A text that the service proposes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ExternalRewrite {
    /// The text.
    pub text: String,
    /// The score that the service predicts for it: nobody was asked.
    pub predicted: Option<f64>,
}
