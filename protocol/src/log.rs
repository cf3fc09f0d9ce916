//! The daemon's own log on the wire: what it noted of its work, of late and from before its start. Entries are texts to
//! show, without secrets and without control characters.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::audience::words;
use crate::id::StudyId;

words! {
    /// How grave an entry is, the gravest first.
    LogLevel {
        /// Something failed.
        Error = "error",
        /// Something is not as it should be.
        Warn = "warn",
        /// Something happened.
        Info = "info",
        /// Details for whoever looks for a fault.
        Debug = "debug",
        /// Every step.
        Trace = "trace",
    }
}

/// Which entries are wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogQuery {
    /// Only those after the entry of this number; 0 begins with the oldest that is kept.
    pub after: u64,
    /// Only those of this level and of graver ones.
    pub level: LogLevel,
    /// Only those that name this study.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub study: Option<StudyId>,
    /// Most entries; at most 200.
    pub limit: u32,
    /// How long to wait for the next one when there is none, in milliseconds.
    #[serde(default)]
    pub wait_ms: u64,
}

/// An entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    /// Its number, rising; it is counted anew when the daemon starts.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// How grave it is.
    pub level: LogLevel,
    /// The part of the daemon that wrote it.
    pub source: String,
    /// What it says, with its figures.
    pub text: String,
}

/// A page of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogPage {
    /// Oldest first.
    pub entries: Vec<LogEntry>,
    /// The number to go on after. It is lower than what was asked for when the daemon has started anew.
    pub next: u64,
    /// Whether more of them are there already.
    pub more: bool,
}
