//! What outlives the workstation: how it was left, and what was being written. Plain documents that a later version can
//! still read: everything in them is optional.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How the workstation was left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The name of the theme.
    pub theme: Option<String>,
}

/// What was being written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Form {
    /// Field → what was typed or chosen; only what differs from the default.
    pub fields: BTreeMap<String, String>,
    /// The text that respondents will read.
    pub text: String,
    /// A file that holds it instead.
    pub file: String,
}

impl Form {
    /// Whether nothing was written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
