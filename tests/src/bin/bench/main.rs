//! Measures what the project promises to measure and prints a table, each row with its gate: `cargo build --release -p
//! demoscope-tests --bins && target/release/bench`. `DEMOSCOPE_LONG=1` adds a hundred thousand and a million personas.
//! Ends with 1 when a gate is missed.

#![expect(clippy::print_stdout, reason = "the table is what this program is for")]
#![expect(clippy::unwrap_used, reason = "a measurement that cannot be made has no other result")]

mod station;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use harness::{Daemon, Home, process, program, studies, wait};
use protocol::run::State;

/// One measured figure.
struct Row {
    what: String,
    measured: f64,
    gate: Option<f64>,
    unit: &'static str,
}

impl Row {
    fn new(what: &str, measured: f64, gate: f64, unit: &'static str) -> Self {
        Self { what: what.to_owned(), measured, gate: Some(gate), unit }
    }

    fn note(what: String, measured: f64, unit: &'static str) -> Self {
        Self { what, measured, gate: None, unit }
    }

    fn holds(&self) -> bool {
        self.gate.is_none_or(|gate| self.measured <= gate)
    }

    fn print(&self) {
        let gate = self.gate.map_or("          ".to_owned(), |gate| format!("<= {gate:>7}"));
        let mark = match (self.gate, self.holds()) {
            (None, _) => "",
            (Some(_), true) => "ok",
            (Some(_), false) => "MISSED",
        };
        println!("{:<58} {:>10.3} {:<4} {gate} {mark}", self.what, self.measured, self.unit);
    }
}

fn main() -> ExitCode {
    println!("{:<58} {:>10} {:<4} {:>10}", "what", "measured", "unit", "gate");
    let mut all_hold = true;
    let mut report = |rows: Vec<Row>| {
        for row in rows {
            row.print();
            all_hold &= row.holds();
        }
    };
    // One word measures only that: `bench station`.
    let only = std::env::args().nth(1);
    let wanted = |word: &str| only.as_deref().is_none_or(|only| only == word);
    if wanted("station") {
        report(station::rows());
    }
    if wanted("daemon") {
        report(starting());
        report(sampling());
        report(round_trips());
        report(run(10_000, Some((1.5, 120.0))));
    }
    if wanted("daemon") && program::is_long() {
        report(run(100_000, None));
        report(run(1_000_000, Some((150.0, 400.0))));
    }
    if all_hold { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn mebibytes(kibibytes: u64) -> f64 {
    kibibytes as f64 / 1_024.0
}

/// The middle of what was measured several times.
fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// A daemon with an empty store: how soon it is ready, and what it takes to do nothing.
fn starting() -> Vec<Row> {
    let home = Home::new();
    drop(home.daemon());
    let starts = (0..9)
        .map(|_| {
            let begun = Instant::now();
            let mut daemon = Daemon::spawn(&home, None);
            drop(daemon.wait_ready(&home));
            let took = begun.elapsed();
            daemon.terminate();
            let _status = daemon.wait_end(wait::BOUND);
            took
        })
        .collect();
    let daemon = home.daemon();
    wait::a_random_moment(Duration::from_secs(2));
    let ticks = process::ticks(daemon.pid()).unwrap();
    wait::a_random_moment(Duration::from_secs(5));
    let idle = process::ticks(daemon.pid()).unwrap() - ticks;
    let (resident, _) = process::memory_kib(daemon.pid()).unwrap();
    vec![
        Row::new("daemon: start to ready (median of 9)", milliseconds(median(starts)), 100.0, "ms"),
        Row::new("daemon: idle resident memory", mebibytes(resident), 30.0, "MiB"),
        Row::new("daemon: processor time idle for 5 s", idle as f64 * 10.0, 0.0, "ms"),
    ]
}

/// A dry run samples the panel and asks nobody; the one of a single person is taken off for everything else.
fn sampling() -> Vec<Row> {
    let home = Home::new();
    let _daemon = home.daemon();
    let link = home.link();
    let dry = |panel: u32| {
        let times = (0..5_u64)
            .map(|seed| {
                let draft = protocol::study::Draft {
                    file: "idea.md".to_owned(),
                    text: studies::concept(panel, seed),
                    ..protocol::study::Draft::default()
                };
                let begun = Instant::now();
                drop(link.check(draft).unwrap());
                begun.elapsed()
            })
            .collect();
        median(times)
    };
    let _warm = dry(1);
    let took = dry(10_000).saturating_sub(dry(1));
    vec![Row::new(
        "sampling 10,000 personas (check over the socket)",
        milliseconds(took),
        200.0,
        "ms",
    )]
}

fn round_trips() -> Vec<Row> {
    let home = Home::new();
    let _daemon = home.daemon();
    let link = home.link();
    let mut times: Vec<Duration> = (0..2_000).map(|_| link.round_trip().unwrap()).collect();
    times.sort();
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
    vec![
        Row::new("socket: round trip, p50", milliseconds(at(50)) * 1e3, 150.0, "us"),
        Row::note("socket: round trip, p99".to_owned(), milliseconds(at(99)) * 1e3, "us"),
    ]
}

/// A concept test from `run` to its exit, every answer durable; gates are (seconds, MiB).
fn run(panel: u32, gates: Option<(f64, f64)>) -> Vec<Row> {
    let home = Home::with_settings(
        "[limits]\npanel_max = 1000000\n[credits.tiers]\nlocal = 10000000\n[backup]\ndaily = false\n",
    );
    let mut daemon = home.daemon();
    let empty = std::fs::metadata(home.paths().database).unwrap().len();
    home.write("idea.md", studies::concept(panel, 7));
    let begun = Instant::now();
    let ended = home.run(["run", "idea.md", "--json"]).expect(0);
    let took = begun.elapsed();
    assert_eq!(ended.json()["study"]["panel"]["delivered"], panel);
    let (_, peak) = process::memory_kib(daemon.pid()).unwrap();
    let full = std::fs::metadata(home.paths().database).unwrap().len();
    let each = full.saturating_sub(empty) as f64 / f64::from(panel);
    daemon.kill();
    let begun = Instant::now();
    let mut daemon = Daemon::spawn(&home, None);
    let link = daemon.wait_ready(&home);
    let restarted = begun.elapsed();
    assert_eq!(link.find("@".to_owned()).unwrap().state, State::Completed);
    let name = |what: &str| format!("{panel} personas: {what}");
    let mut rows = vec![
        Row::note(name("run to exit"), took.as_secs_f64(), "s"),
        Row::note(name("daemon's peak resident memory"), mebibytes(peak), "MiB"),
        Row::note(name("bytes on disk for each"), each, "B"),
        Row::note(name("restart to ready after a kill"), restarted.as_secs_f64(), "s"),
    ];
    if let Some((seconds, mebibytes)) = gates {
        for (row, gate) in rows.iter_mut().zip([seconds, mebibytes, 1_536.0, 10.0]) {
            row.gate = Some(gate);
        }
    }
    rows
}
