//! What the workstation takes, in a real terminal of 200 columns and 60 rows with a panel of 10,000: how soon it is
//! there, how soon a key is answered, and what its client costs while answers pour in and while nothing happens.

use std::time::{Duration, Instant};

use harness::{Desk, Home, Seat, process, studies, wait};

use crate::builtin::{mebibytes, median, milliseconds};
use crate::row::Row;

/// People of the panel, and answers a second.
const PANEL: u32 = 10_000;
const RATE: u32 = 3_000;
/// Begins a frame.
const FRAME: &[u8] = b"\x1b[?2026h";

pub(crate) fn measures() -> Vec<fn() -> Vec<Row>> {
    vec![rows]
}

fn rows() -> Vec<Row> {
    let home = Home::with_settings(&format!(
        "[engine.offline]\nanswers_per_second = {RATE}\n[credits.tiers]\nlocal = 10000000\n[backup]\ndaily = false\n"
    ));
    let _daemon = home.daemon();
    let mut rows = vec![starting(&home)];
    let mut desk = seat(&home);
    drop(desk.wait_for("help"));
    let id = studies::submit(&home, PANEL, 7);
    drop(desk.wait_for("Meal kit"));
    desk.press("2");
    rows.extend(pouring(&home, &desk, id));
    drop(desk.wait_for("3 results"));
    rows.extend(keys(&mut desk, "live, by score", &["o", "o"]));
    rows.extend(keys(&mut desk, "live, a person", &["j", "k"]));
    desk.press("3");
    drop(desk.wait_for("Segments of every attribute"));
    let _all = desk.wait_quiet(Duration::from_secs(1));
    rows.extend(keys(&mut desk, "results, a group", &["j", "k"]));
    desk.press("\t\t");
    rows.extend(keys(&mut desk, "results, an answer", &["j", "k"]));
    let (resident, peak) = process::memory_kib(desk.pid()).unwrap();
    rows.push(Row::at_most(
        "station: memory, 10,000 answers held",
        mebibytes(resident),
        64.0,
        "MiB",
    ));
    rows.push(Row::note("station: memory at most", mebibytes(peak), "MiB"));
    rows.extend(idle(&desk));
    rows
}

fn seat(home: &Home) -> Desk {
    Seat::new(home, 200, 60).env("COLORTERM", "truecolor").open()
}

/// From the start of the process to a whole frame.
fn starting(home: &Home) -> Row {
    let times = (0..9)
        .map(|_| {
            let begun = Instant::now();
            let desk = seat(home);
            drop(desk.wait_for("help"));
            begun.elapsed()
        })
        .collect();
    Row::at_most(
        "station: start to first frame (median of 9)",
        milliseconds(median(times)),
        150.0,
        "ms",
    )
}

/// While 3,000 answers a second arrive.
fn pouring(home: &Home, desk: &Desk, id: protocol::id::StudyId) -> Vec<Row> {
    let link = home.link();
    drop(wait::for_answers(&link, id, PANEL / 10));
    let (begun, bytes) = (Instant::now(), desk.byte_count());
    let ticks = process::ticks(desk.pid()).unwrap();
    drop(wait::for_answers(&link, id, PANEL / 10 * 9));
    let took = begun.elapsed().as_secs_f64();
    let used = process::ticks(desk.pid()).unwrap() - ticks;
    let drawn = desk.bytes_from(bytes);
    let frames = drawn.windows(FRAME.len()).filter(|window| *window == FRAME).count();
    let processor = used as f64 / took;
    vec![
        Row::note("station: 8,000 answers arrived in", took, "s"),
        Row::at_most("station: processor while they arrive", processor, 6.0, "%"),
        Row::at_most("station: frames a second meanwhile", frames as f64 / took, 30.0, "/s"),
        Row::note("station: written meanwhile", drawn.len() as f64 / 1_024.0 / took, "KiB/s"),
    ]
}

/// From a key to the first byte of its frame.
fn keys(desk: &mut Desk, what: &str, keys: &[&str]) -> Vec<Row> {
    const PRESSES: usize = 200;
    let mut times: Vec<Duration> = (0..PRESSES)
        .map(|press| {
            let before = desk.wait_quiet(Duration::from_millis(15));
            let begun = Instant::now();
            desk.press(keys[press % keys.len()]);
            let _bytes = desk.wait_bytes(before);
            begun.elapsed()
        })
        .collect();
    times.sort();
    let at = |share: usize| milliseconds(times[times.len() * share / 100]);
    vec![
        Row::note(&format!("station: key to frame, p50 ({what})"), at(50), "ms"),
        Row::at_most(&format!("station: key to frame, p95 ({what})"), at(95), 25.0, "ms"),
    ]
}

/// Five seconds of nothing.
fn idle(desk: &Desk) -> Vec<Row> {
    let before = desk.wait_quiet(Duration::from_secs(8));
    let ticks = process::ticks(desk.pid()).unwrap();
    let after = desk.wait_quiet(Duration::from_secs(5));
    let used = process::ticks(desk.pid()).unwrap() - ticks;
    vec![
        Row::at_most("station: bytes written in 5 s of nothing", (after - before) as f64, 0.0, "B"),
        Row::at_most("station: processor time in 5 s of nothing", used as f64 * 10.0, 10.0, "ms"),
    ]
}
