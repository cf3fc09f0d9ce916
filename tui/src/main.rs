//! The binary `demoscope`. Everything it does is in the library, so that tests can have a binary of their own.

use std::process::ExitCode;

fn main() -> ExitCode {
    tui::main()
}
