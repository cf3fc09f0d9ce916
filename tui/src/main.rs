//! The binary `demoscope`. All of its code is in the library, so that tests can build a binary of their own.

use std::process::ExitCode;

fn main() -> ExitCode {
    tui::main()
}
