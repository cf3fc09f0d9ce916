//! Benchmarks of the workstation in a real terminal of 200 columns and 60 rows with a panel of 10,000: start time,
//! latency of a key, and the client's cost while answers arrive, locally and over a network, and when idle.

use std::time::{Duration, Instant};

use harness::{Desk, Home, Seat, process, studies, wait};

use crate::builtin::{mebibytes, median, milliseconds};
use crate::frames;
use crate::row::Row;

/// Respondents of the panel, and answers per second.
const PANEL: u32 = 10_000;
const RATE: u32 = 3_000;
/// Bytes that a cursor key may write: a tenth of the budget per second over a network.
const KEY_BYTES: f64 = 6_400.0;
/// The sequence that begins a frame.
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
    rows.extend(pouring(&home, &CONCEPT_HERE));
    rows.extend(pouring(&home, &CONCEPT_REMOTE));
    rows.extend(pouring(&home, &SENTIMENT_HERE));
    rows.extend(frames::rows(&home));
    rows
}

/// A study that is watched while its answers arrive, and the type of connection.
struct Watch {
    what: &'static str,
    study: &'static str,
    /// Over a network: the environment variables that indicate one, and the bytes allowed per second.
    line: &'static [(&'static str, &'static str)],
    kilobytes: Option<f64>,
    frames: f64,
    processor: Option<f64>,
}

const CONCEPT_HERE: Watch = Watch {
    what: "here",
    study: "concept_test",
    line: &[],
    kilobytes: None,
    frames: 30.0,
    processor: Some(6.0),
};
const CONCEPT_REMOTE: Watch = Watch {
    what: "over SSH",
    study: "concept_test",
    line: &[("SSH_CONNECTION", "192.0.2.1 40000 192.0.2.2 22")],
    kilobytes: Some(64.0),
    frames: 10.0,
    processor: Some(6.0),
};
/// Its mosaic needs the answers themselves, all of which are read while they arrive.
const SENTIMENT_HERE: Watch =
    Watch { what: "sentiment, here", study: "sentiment", processor: None, ..CONCEPT_HERE };

/// From the list through the live panel to its results, with the cost of each step.
fn pouring(home: &Home, watch: &Watch) -> Vec<Row> {
    let mut seat = Seat::new(home, 200, 60).env("COLORTERM", "truecolor");
    for (name, value) in watch.line {
        seat = seat.env(name, value);
    }
    let mut desk = seat.open();
    drop(desk.wait_for("help"));
    let file = format!(
        "---\nname: Watched {}\nstudy: {}\npanel: {PANEL}\nseed: 7\n---\n{}",
        watch.what,
        watch.study,
        studies::CONCEPT
    );
    home.write("idea.md", file);
    let id = studies::id(&home.run(["run", "idea.md", "--detach", "--json"]).expect(0));
    drop(desk.wait_for(&format!("Watched {}", watch.what)));
    desk.press("gg2");
    let mut rows = while_they_arrive(home, &desk, id, watch);
    drop(desk.wait_for("3 results"));
    if watch.line.is_empty() && watch.study == "concept_test" {
        rows.extend(at_rest(&mut desk));
    }
    rows
}

/// Keys, memory and idle cost, once all respondents have answered.
fn at_rest(desk: &mut Desk) -> Vec<Row> {
    let mut rows = keys(desk, "live, by score", &["o", "o"], None);
    rows.extend(keys(desk, "live, a person", &["j", "k"], Some(KEY_BYTES)));
    desk.press("3");
    drop(desk.wait_for("Segments of every attribute"));
    let _all = desk.wait_quiet(Duration::from_secs(1));
    rows.extend(keys(desk, "results, a group", &["j", "k"], Some(KEY_BYTES)));
    desk.press("\t\t");
    rows.extend(keys(desk, "results, an answer", &["j", "k"], Some(KEY_BYTES)));
    let (resident, peak) = process::memory_kib(desk.pid()).unwrap();
    rows.push(Row::at_most(
        "station: memory, 10,000 answers held",
        mebibytes(resident),
        64.0,
        "MiB",
    ));
    rows.push(Row::note("station: memory at most", mebibytes(peak), "MiB"));
    rows.extend(idle(desk));
    rows
}

fn seat(home: &Home) -> Desk {
    Seat::new(home, 200, 60).env("COLORTERM", "truecolor").open()
}

/// From the start of the process to a complete frame.
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
fn while_they_arrive(
    home: &Home,
    desk: &Desk,
    id: protocol::id::StudyId,
    watch: &Watch,
) -> Vec<Row> {
    let link = home.link();
    drop(wait::for_answers(&link, id, PANEL / 10));
    let (begun, bytes) = (Instant::now(), desk.byte_count());
    let ticks = process::ticks(desk.pid()).unwrap();
    drop(wait::for_answers(&link, id, PANEL / 10 * 9));
    let took = begun.elapsed().as_secs_f64();
    let used = process::ticks(desk.pid()).unwrap() - ticks;
    let drawn = desk.bytes_from(bytes);
    let frames = drawn.windows(FRAME.len()).filter(|window| *window == FRAME).count();
    let name = |what: &str| format!("station, {}: {what}", watch.what);
    vec![
        Row::note(&name("8,000 answers arrived in"), took, "s"),
        Row::note(&name("processor while they arrive"), used as f64 / took, "%")
            .gated(watch.processor),
        Row::at_most(&name("frames a second meanwhile"), frames as f64 / took, watch.frames, "/s"),
        Row::note(&name("written meanwhile"), drawn.len() as f64 / 1_000.0 / took, "kB/s")
            .gated(watch.kilobytes),
    ]
}

/// From a key to the first byte of its frame, and the bytes of that frame.
fn keys(desk: &mut Desk, what: &str, keys: &[&str], bytes_max: Option<f64>) -> Vec<Row> {
    const PRESSES: usize = 200;
    let mut bytes = Vec::new();
    let mut times: Vec<Duration> = (0..PRESSES)
        .map(|press| {
            let before = desk.wait_quiet(Duration::from_millis(15));
            let begun = Instant::now();
            desk.press(keys[press % keys.len()]);
            let _bytes = desk.wait_bytes(before);
            let took = begun.elapsed();
            bytes.push(desk.wait_quiet(Duration::from_millis(15)) - before);
            took
        })
        .collect();
    times.sort();
    bytes.sort_unstable();
    let at = |share: usize| milliseconds(times[times.len() * share / 100]);
    vec![
        Row::note(&format!("station: key to frame, p50 ({what})"), at(50), "ms"),
        Row::at_most(&format!("station: key to frame, p95 ({what})"), at(95), 25.0, "ms"),
        Row::note(
            &format!("station: bytes of a key's frame, p50 ({what})"),
            bytes[PRESSES / 2] as f64,
            "B",
        )
        .gated(bytes_max),
    ]
}

/// The cost of five idle seconds.
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
