//! Benchmarks of the daemon itself: start, idling, sampling, round trips, and studies of the built-in engine.

use std::time::{Duration, Instant};

use harness::{Daemon, Home, process, program, studies, wait};
use protocol::run::State;

use crate::row::Row;

/// All benchmarks; the long ones only when requested.
pub(crate) fn rows() -> Vec<fn() -> Vec<Row>> {
    let mut all: Vec<fn() -> Vec<Row>> =
        vec![starting, sampling, round_trips, || run(10_000, Some((1.5, 120.0)))];
    if program::is_long() {
        all.push(|| run(100_000, None));
        all.push(|| run(1_000_000, Some((150.0, 400.0))));
    }
    all
}

pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

pub(crate) fn mebibytes(kibibytes: u64) -> f64 {
    kibibytes as f64 / 1_024.0
}

/// The median of several measurements.
pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// A daemon with an empty store: its start time, and its cost when idle.
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
        Row::at_most(
            "daemon: start to ready (median of 9)",
            milliseconds(median(starts)),
            100.0,
            "ms",
        ),
        Row::at_most("daemon: idle resident memory", mebibytes(resident), 30.0, "MiB"),
        Row::at_most("daemon: processor time idle for 5 s", idle as f64 * 10.0, 0.0, "ms"),
    ]
}

/// A dry run samples the panel without asking anyone; the time for a panel of one is subtracted as overhead.
fn sampling() -> Vec<Row> {
    let home = Home::new();
    let _daemon = home.daemon();
    let link = home.link();
    let dry = |panel: u32| {
        let times = (0..5_u64)
            .map(|seed| {
                let draft = protocol::study::Draft {
                    file: "idea.md".to_owned(),
                    text: protocol::study::DraftText::File(studies::concept(panel, seed)),
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
    vec![Row::at_most(
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
        Row::at_most("socket: round trip, p50", milliseconds(at(50)) * 1e3, 150.0, "us"),
        Row::note("socket: round trip, p99", milliseconds(at(99)) * 1e3, "us"),
    ]
}

/// A concept test from `run` to its exit, with every answer durable; gates are (seconds, MiB).
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
        Row::note(&name("run to exit"), took.as_secs_f64(), "s"),
        Row::note(&name("daemon's peak resident memory"), mebibytes(peak), "MiB"),
        Row::note(&name("bytes on disk for each"), each, "B"),
        Row::note(&name("restart to ready after a kill"), restarted.as_secs_f64(), "s"),
    ];
    if let Some((seconds, mebibytes)) = gates {
        let gates = [seconds, mebibytes, 1_536.0, 10.0].map(Some);
        rows = rows.into_iter().zip(gates).map(|(row, gate)| row.gated(gate)).collect();
    }
    rows
}
