//! The face of Demoscope: its command line and the report it prints. It talks to the daemon through `protocol` only;
//! the one exception is `cli/daemon.rs`, which carries the daemon inside the same binary.

mod cli;
mod failure;
mod json;
mod kinds;
mod launch;
mod link;
mod look;
mod owner;
pub mod report;
pub mod station;
mod ui;

pub use look::{Colour, Glyphs, Look};

use std::process::ExitCode;

/// Runs the command line of this process and says how it ended.
pub fn main() -> ExitCode {
    cli::main()
}
