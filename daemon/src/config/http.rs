//! Settings of the HTTP listener: where it listens, under which names it may be called, and the bounds of what one peer,
//! connection or request may take up.

use std::net::SocketAddr;

use serde::Deserialize;

/// The word for no listener.
const OFF: &str = "off";

/// The HTTP listener.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct HttpSettings {
    /// An address with a port, or `off`.
    pub listen: String,
    /// Whether other machines may reach it.
    pub allow_remote: bool,
    /// Names under which it may be called beside those of this machine.
    pub hosts: Vec<String>,
    /// Whether it tells figures for Prometheus.
    pub metrics: bool,
    /// Seconds that a reply waits for a study of a small panel, where a contract has it so.
    pub sync_wait: u32,
    /// Connections in all.
    pub connections: u32,
    /// Connections of one peer that has shown no valid key.
    pub connections_per_peer: u32,
    /// Connections of one peer that has.
    pub connections_with_key: u32,
    /// Requests on one connection.
    pub requests_per_connection: u32,
    /// Seconds for the head of a request.
    pub header_seconds: u32,
    /// Seconds for its body.
    pub body_seconds: u32,
    /// Seconds in which a client reads a reply.
    pub reply_seconds: u32,
    /// The largest body in KiB.
    pub body_max_kib: u32,
}

impl HttpSettings {
    /// Where it listens; none where it is off.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        self.listen.parse().ok()
    }

    /// Whether `listen` says something.
    pub(super) fn is_understood(&self) -> bool {
        self.listen == OFF || self.address().is_some()
    }

    /// Whether other machines reach it only where that is allowed.
    pub(super) fn stays_within(&self) -> bool {
        self.allow_remote || self.address().is_none_or(|address| address.ip().is_loopback())
    }

    /// Whether every one of those numbers is in those bounds.
    pub(super) fn counts_are_within(&self) -> bool {
        let counts = [
            (self.connections, 10_000),
            (self.connections_per_peer, 10_000),
            (self.connections_with_key, 10_000),
            (self.requests_per_connection, 1_000_000),
            (self.header_seconds, 600),
            (self.body_seconds, 600),
            (self.reply_seconds, 600),
            (self.sync_wait, 3_600),
            (self.body_max_kib, 65_536),
        ];
        counts.into_iter().all(|(count, most)| (1..=most).contains(&count))
    }

    /// Whether every further name is one that a Host header can hold.
    pub(super) fn hosts_are_names(&self) -> bool {
        self.hosts.iter().all(|host| {
            let is_plain =
                |letter: char| letter.is_ascii_alphanumeric() || "-.:[]".contains(letter);
            !host.is_empty() && host.len() <= 255 && host.chars().all(is_plain)
        })
    }
}
