//! The domain: all rules and decisions, without files, clocks or threads. Randomness comes only from a given seed.

pub(crate) mod about_rewrite;
pub(crate) mod asking;
pub(crate) mod capital;
pub(crate) mod channel_readings;
pub(crate) mod credits;
pub(crate) mod deliver;
pub(crate) mod digest;
pub(crate) mod evidence;
pub(crate) mod exchange;
pub(crate) mod hook_in;
pub(crate) mod hop;
pub(crate) mod instrument;
pub(crate) mod key;
pub(crate) mod language;
pub(crate) mod ledger;
pub(crate) mod outcome;
pub(crate) mod panel;
pub(crate) mod planning;
pub(crate) mod probation;
pub(crate) mod projection;
pub(crate) mod redact;
pub(crate) mod reply_notes;
pub(crate) mod run;
pub(crate) mod stats;
pub(crate) mod stimulus;
pub(crate) mod watch;
