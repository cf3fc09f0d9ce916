//! Benchmarks of the documented performance limits, printed as a table with a gate for each row: `cargo build --release
//! -p demoscope-tests --bins && target/release/bench`. `bench builtin`, `reports`, `models`, `station`, `http`, `watch` or `reader` runs
//! only that group, and a number after it only the benchmark at that place; `DEMOSCOPE_LONG=1` adds a hundred thousand
//! and a million personas. Exits 1 when a gate is missed.

#![expect(clippy::print_stdout, reason = "the table is what this program is for")]
#![expect(clippy::unwrap_used, reason = "a measurement that cannot be made has no other result")]

mod bare;
mod builtin;
mod frames;
mod http;
mod models;
mod posts;
mod reader;
mod reports;
mod row;
mod station;
mod watch;

use std::process::ExitCode;

fn main() -> ExitCode {
    let wanted = std::env::args().nth(1);
    let second = std::env::args().nth(2).filter(|word| word != "-v");
    let only = second.as_deref().and_then(|place| place.parse::<usize>().ok());
    let word = second.as_deref().filter(|_| only.is_none());
    let all = match (wanted.as_deref(), word) {
        (None, _) => {
            let reader = reader::rows(None).unwrap();
            [
                builtin::rows(),
                reports::rows(),
                models::rows(),
                station::measures(),
                http::rows(),
                posts::rows(),
                watch::measures(),
                reader,
            ]
            .concat()
        }
        (Some("builtin"), None) => builtin::rows(),
        (Some("reports"), None) => reports::rows(),
        (Some("http"), None) => [http::rows(), posts::rows()].concat(),
        (Some("station"), None) => station::measures(),
        (Some("watch"), None) => watch::measures(),
        (Some("models"), None) => models::rows(),
        (Some("reader"), word) => match reader::rows(word) {
            Some(rows) => rows,
            None => return usage(),
        },
        _ => return usage(),
    };
    println!("{:<62} {:>10} {:<4} {:>10}", "what", "measured", "unit", "gate");
    let mut all_hold = true;
    for (_, measure) in (1..).zip(all).filter(|(place, _)| only.is_none_or(|only| only == *place)) {
        for row in measure() {
            row.print();
            all_hold &= row.holds();
        }
    }
    if all_hold { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn usage() -> ExitCode {
    println!(
        "say builtin, reports, models, station, http, watch, reader, or nothing for all; after a group the place of one benchmark; \
         after reader also seen, aside, public, fresh, blunt, speed or answers FILE, and -v for the ids of texts that were missed"
    );
    ExitCode::FAILURE
}
