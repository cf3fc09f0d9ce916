//! Harness of the end-to-end tests: it runs the real binary in a home of its own, talks to its daemon over the real
//! socket, kills it, and audits the result. It is independent of the daemon's implementation; waits are for states,
//! never for times, with generous bounds.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a harness fails by panicking: the message is the test's verdict"
)]
#![warn(missing_docs)]

pub mod audit;
pub mod cli;
pub mod csv;
pub mod daemon;
pub mod home;
pub mod http;
pub mod link;
pub mod mock_provider;
pub mod office;
pub mod process;
pub mod program;
pub mod raw;
pub mod sabotage;
pub mod shape;
pub mod source;
pub mod studies;
pub mod terminal;
pub mod terminal_session;
pub mod test_rng;
pub mod version_proxy;
pub mod wait;

pub use cli::{Cli, Ended};
pub use daemon::Daemon;
pub use home::Home;
pub use link::Link;
pub use mock_provider::{Act, Heard, MockProvider};
pub use office::{Proxy, TlsFront};
pub use raw::Raw;
pub use sabotage::Sabotage;
pub use terminal_session::{Desk, Seat};
pub use test_rng::Chance;

/// Prints a note on stderr, which the test runner shows with a failure.
#[expect(clippy::print_stderr, reason = "this is how a test talks")]
pub fn say(line: &str) {
    eprintln!("{line}");
}
