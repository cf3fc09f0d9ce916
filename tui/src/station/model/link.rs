//! The connection to the daemon as people see it.

use protocol::event::Cursor;

/// How the daemon is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    /// For the first time, just now.
    Connecting,
    /// It answers.
    Connected {
        /// Its version.
        version: String,
        /// The last event that was seen.
        cursor: Cursor,
    },
    /// It does not answer; what is on the screen is of then.
    Away {
        /// Why.
        why: String,
        /// Since when.
        since: u64,
        /// When it is tried again.
        retry_at: u64,
    },
    /// It speaks another language.
    Incompatible {
        /// How both sides put it.
        why: String,
    },
}

impl Link {
    /// Whether it answers.
    pub(crate) fn is_connected(&self) -> bool {
        matches!(self, Self::Connected { .. })
    }

    /// For how many seconds the data has not been renewed.
    pub(crate) fn age_s(&self, now: u64) -> Option<u64> {
        match self {
            Self::Away { since, .. } => Some(now.saturating_sub(*since) / 1000),
            Self::Connecting | Self::Connected { .. } | Self::Incompatible { .. } => None,
        }
    }
}
