//! Measures what the project promises to measure and prints a table, each row with its gate: `cargo build --release -p
//! demoscope-tests --bins && target/release/bench`. `bench builtin` and `bench models` measure one half;
//! `DEMOSCOPE_LONG=1` adds a hundred thousand and a million personas. Ends with 1 when a gate is missed.

#![expect(clippy::print_stdout, reason = "the table is what this program is for")]
#![expect(clippy::unwrap_used, reason = "a measurement that cannot be made has no other result")]

mod builtin;
mod models;
mod row;

use std::process::ExitCode;

fn main() -> ExitCode {
    let wanted = std::env::args().nth(1);
    let all = match wanted.as_deref() {
        None => builtin::rows().into_iter().chain(models::rows()).collect(),
        Some("builtin") => builtin::rows(),
        Some("models") => models::rows(),
        Some(other) => {
            println!("there is no '{other}': say builtin, models, or nothing for both");
            return ExitCode::FAILURE;
        }
    };
    println!("{:<62} {:>10} {:<4} {:>10}", "what", "measured", "unit", "gate");
    let mut all_hold = true;
    for measure in all {
        for row in measure() {
            row.print();
            all_hold &= row.holds();
        }
    }
    if all_hold { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
