//! The program that the tests run: the shipped one, line for line, but linked with a daemon that can be told to commit
//! a fault, so that a test can prove that it would notice.

use std::process::ExitCode;

fn main() -> ExitCode {
    tui::main()
}
