//! Remedies in the words of the contract of InstantFocus: its fields. What answers is decided by the key.

use protocol::hint::{Feature, HintWording};

/// The words of the contract.
pub(super) struct InstantFocusWording;

impl HintWording for InstantFocusWording {
    fn set(&self, aim: &str, setting: &str, value: &str) -> Option<String> {
        let field = match setting {
            "study" => "study_type",
            "panel" => "panel_size",
            "questions" | "context" | "engine_mode" => setting,
            audience if audience.starts_with("audience.") => audience,
            "engine" => return Some(another_key(aim)),
            _ => return None,
        };
        Some(format!("{aim}: \"{field}\": \"{value}\""))
    }

    fn with(&self, aim: &str, feature: &Feature) -> Option<String> {
        matches!(feature, Feature::Run).then(|| format!("{aim} with POST /v1/evaluate"))
    }
}

/// A key with another engine, which is how both contracts choose one.
pub(in crate::gateway::http) fn another_key(aim: &str) -> String {
    format!(
        "{aim}: use a key of another engine, which the owner of this daemon can make with `demoscope keys create --engine NAME`"
    )
}
