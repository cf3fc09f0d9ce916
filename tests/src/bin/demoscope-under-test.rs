//! Program under test: identical to the shipped one. Where a test's environment requests a fault, the daemon runs with
//! a faulty dependency, or the workstation panics, so that a test can prove that it detects the fault.

use std::process::ExitCode;

use harness::sabotage::panic_when_told;
use harness::{Sabotage, say};

fn main() -> ExitCode {
    let cheated = match Sabotage::asked_for() {
        Some(fault) => fault.run().map_err(|error| error.to_string()),
        None => match panic_when_told() {
            Ok(()) => return tui::main(),
            Err(error) => Err(error.to_string()),
        },
    };
    match cheated {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            say(&why);
            ExitCode::FAILURE
        }
    }
}
