//! Remedies in the words of the contract of InstantFocus: its fields. What answers is decided by the key.

use protocol::hint::{Feature, HintWording};
use protocol::key::Dialect;

/// The words of the contract.
pub(super) struct InstantFocusWording;

impl HintWording for InstantFocusWording {
    fn set(&self, aim: &str, setting: &str, value: &str) -> Option<String> {
        let field = match setting {
            "study" => "study_type",
            "panel" => "panel_size",
            "questions" | "context" | "engine_mode" => setting,
            audience if audience.starts_with("audience.") => audience,
            "engine" => return Some(another_key(aim, Dialect::InstantFocus)),
            _ => return None,
        };
        Some(format!("{aim}: \"{field}\": \"{value}\""))
    }

    fn with(&self, aim: &str, feature: &Feature) -> Option<String> {
        matches!(feature, Feature::Run).then(|| format!("{aim} with POST /v1/evaluate"))
    }

    fn owner(&self, aim: &str, command: &str) -> String {
        owner_can(aim, command, Dialect::InstantFocus)
    }
}

/// What the owner can do about a key of a contract: one of another dialect would be none here.
pub(in crate::gateway::http) fn owner_can(aim: &str, command: &str, dialect: Dialect) -> String {
    const MAKE: &str = "keys create";
    const DIALECT: &str = "--dialect";
    let aim = protocol::hint::lower(aim);
    let is_named = command.contains(DIALECT);
    let of_contract = [MAKE, DIALECT, &dialect.to_string()].join(" ");
    let command =
        if is_named { command.to_owned() } else { command.replacen(MAKE, &of_contract, 1) };
    format!("the owner of this daemon can {aim} with `{command}`")
}

/// A key with another engine, which is how both contracts choose one.
pub(in crate::gateway::http) fn another_key(aim: &str, dialect: Dialect) -> String {
    format!(
        "{aim}: use a key of another engine, which the owner of this daemon can make with `demoscope keys create --dialect {dialect} --engine NAME`"
    )
}
