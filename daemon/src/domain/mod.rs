//! The domain: all rules and decisions, without files, clocks or threads. Randomness comes only from a given seed.

pub mod asking;
pub mod capital;
pub mod channel_readings;
pub mod digest;
pub mod evidence;
pub mod exchange;
pub mod instrument;
pub mod ledger;
pub mod nearest;
pub mod outcome;
pub mod panel;
pub mod planning;
pub mod probation;
pub mod projection;
pub mod redact;
pub mod run;
pub mod stats;
pub mod stimulus;
