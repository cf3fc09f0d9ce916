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
    /// It is of a version that has no protocol in common with this one; what is on the screen is of then.
    Incompatible {
        /// How the daemon puts it.
        why: String,
        /// What to do about it.
        remedy: Option<String>,
        /// Since when there has been no daemon that fits.
        since: u64,
        /// When it is tried again.
        retry_at: u64,
    },
}

impl Link {
    /// Whether it answers.
    pub(crate) fn is_connected(&self) -> bool {
        matches!(self, Self::Connected { .. })
    }

    /// Since when the data has not been renewed, while it is not.
    pub(crate) fn stale_since(&self) -> Option<u64> {
        match self {
            Self::Away { since, .. } | Self::Incompatible { since, .. } => Some(*since),
            Self::Connecting | Self::Connected { .. } => None,
        }
    }
}
