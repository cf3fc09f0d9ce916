//! Possible values of a draft's settings for the study it describes: what a form shows next to an empty field. The
//! daemon returns them with the check of a draft, so that a form needs no rules of its own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The possible values of one setting.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Setting {
    /// Why the setting does not apply, as a sentence without a full stop; absent where it can be set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// The setting that it depends on, where it does not apply because that one is not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<String>,
    /// The accepted words, where the setting is one of the names known to this installation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
    /// The default value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usual: Option<String>,
}

/// Key of the front matter → its possible values. Keys without any such information are left out.
pub type Settings = BTreeMap<String, Setting>;
