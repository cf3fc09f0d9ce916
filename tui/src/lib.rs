//! Client of Demoscope: the command line, the workstation and the printed report. It talks to the daemon through
//! `protocol` only; the one exception is `cli/daemon.rs`, which includes the daemon in the same binary.

mod cli;
mod daemon_lock;
mod failure;
mod json;
mod kinds;
mod launch;
mod link;
mod look;
pub mod report;
pub mod station;
mod ui;

pub use cli::daemon::dependencies;
pub use look::{Colour, Glyphs, Look};

use std::process::ExitCode;

/// Runs the command line of this process and returns its exit code.
pub fn main() -> ExitCode {
    cli::main()
}
