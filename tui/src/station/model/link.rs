//! State of the connection to the daemon, as screens show it.

use protocol::event::Cursor;

/// The state of the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    /// The first connection is being made.
    Connecting,
    /// The daemon responds.
    Connected {
        /// Its version.
        version: String,
        /// The last event that was received.
        cursor: Cursor,
    },
    /// The daemon does not respond; the screen shows data from before.
    Away {
        /// The reason.
        why: String,
        /// Since when.
        since: u64,
        /// When the next attempt is made.
        retry_at: u64,
    },
    /// The daemon has no protocol version in common with this client; the screen shows data from before.
    Incompatible {
        /// The daemon's explanation.
        why: String,
        /// What to do about it.
        remedy: Option<String>,
        /// Since when no compatible daemon has responded.
        since: u64,
        /// When the next attempt is made.
        retry_at: u64,
    },
}

impl Link {
    /// Whether the daemon responds.
    pub(crate) fn is_connected(&self) -> bool {
        matches!(self, Self::Connected { .. })
    }

    /// Since when the data is stale, while it is.
    pub(crate) fn stale_since(&self) -> Option<u64> {
        match self {
            Self::Away { since, .. } | Self::Incompatible { since, .. } => Some(*since),
            Self::Connecting | Self::Connected { .. } => None,
        }
    }
}
