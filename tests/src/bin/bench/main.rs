//! Benchmarks of the documented performance limits, printed as a table with a gate for each row: `cargo build --release
//! -p demoscope-tests --bins && target/release/bench`. `bench builtin`, `reports`, `models` or `station` runs only that
//! group, and a number after it only the benchmark at that place; `DEMOSCOPE_LONG=1` adds a hundred thousand and a
//! million personas. Exits 1 when a gate is missed.

#![expect(clippy::print_stdout, reason = "the table is what this program is for")]
#![expect(clippy::unwrap_used, reason = "a measurement that cannot be made has no other result")]

mod bare;
mod builtin;
mod frames;
mod models;
mod reports;
mod row;
mod station;

use std::process::ExitCode;

fn main() -> ExitCode {
    let wanted = std::env::args().nth(1);
    let all = match wanted.as_deref() {
        None => [builtin::rows(), reports::rows(), models::rows(), station::measures()].concat(),
        Some("builtin") => builtin::rows(),
        Some("reports") => reports::rows(),
        Some("station") => station::measures(),
        Some("models") => models::rows(),
        Some(other) => {
            println!(
                "there is no '{other}': say builtin, reports, models, station, or nothing for all"
            );
            return ExitCode::FAILURE;
        }
    };
    println!("{:<62} {:>10} {:<4} {:>10}", "what", "measured", "unit", "gate");
    let mut all_hold = true;
    let only = std::env::args().nth(2).map(|place| place.parse::<usize>().unwrap());
    for (_, measure) in (1..).zip(all).filter(|(place, _)| only.is_none_or(|only| only == *place)) {
        for row in measure() {
            row.print();
            all_hold &= row.holds();
        }
    }
    if all_hold { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
