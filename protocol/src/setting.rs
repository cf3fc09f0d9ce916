//! What the settings of a draft can be in the study it describes: what a form shows beside each of its fields before
//! anything is typed there. The daemon tells it along with the check of a draft, so that a form needs no rules of its own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What one setting can be in that study.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// Why it means nothing there, as a sentence without a full stop; absent where it can be set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// The setting that it goes with, where it means nothing because that one is not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<String>,
    /// What it can be, where that is a list of names that this installation knows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
    /// What holds where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usual: Option<String>,
}

/// Key of the front matter → what it can be. Keys about which there is nothing to tell are left out.
pub type Settings = BTreeMap<String, Setting>;
