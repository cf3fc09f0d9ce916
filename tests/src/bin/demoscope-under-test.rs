//! The program that the tests run: the shipped one, line for line. Where a test asks for a fault in its environment, the
//! daemon runs with something that cheats in place of what it depends on, or the workstation meets a panic, so that a test
//! can prove that it would notice.

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
