//! Remedies in the words of the contract of Refynd: its fields. What answers is decided by the key.

use protocol::hint::{Feature, HintWording};
use protocol::key::Dialect;

use super::errors::field_of;
use crate::gateway::http::instantfocus::{another_key, owner_can};

/// The words of the contract.
pub(super) struct RefyndWording;

impl HintWording for RefyndWording {
    fn set(&self, aim: &str, setting: &str, value: &str) -> Option<String> {
        if setting == "engine" {
            return Some(another_key(aim, Dialect::Refynd));
        }
        let field = field_of(&protocol::hint::flag(setting))?;
        Some(format!("{aim}: \"{field}\": \"{value}\""))
    }

    fn with(&self, aim: &str, feature: &Feature) -> Option<String> {
        matches!(feature, Feature::Run).then(|| format!("{aim} with POST /api/v1/evaluate"))
    }

    fn owner(&self, aim: &str, command: &str) -> String {
        owner_can(aim, command, Dialect::Refynd)
    }
}
