//! Benchmarks of watched files: from a save to what is seen of it, a daemon that watches a thousand files and has nothing to
//! do, and a tree of ten thousand files of which a thousand are saved at once.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use harness::{Daemon, Home, Link, Seat, process, wait};
use protocol::event::{Cursor, EventKind};
use protocol::run::State;
use protocol::watch::WatchControl;

use crate::builtin::{mebibytes, median, milliseconds};
use crate::row::Row;

/// What a file is left alone before it is read.
const QUIET: Duration = Duration::from_millis(500);
/// Saves that are timed.
const SAVES: usize = 9;
/// Seconds of rest that are measured.
const REST: Duration = Duration::from_secs(60);
/// Longest wait for many evaluations.
const PATIENCE: Duration = Duration::from_secs(900);

pub(crate) fn measures() -> Vec<fn() -> Vec<Row>> {
    vec![saves, idle, many]
}

fn home() -> Home {
    Home::with_settings("[credits.tiers]\nlocal = 1000000000\n[backup]\ndaily = false\n")
}

fn draft(panel: u32, text: &str) -> String {
    format!(
        "---\npanel: {panel}\n---\nA kettle that texts you when it boils. It costs 20 dollars. {text}\n"
    )
}

/// As an editor saves: a new file takes the place of the old one.
fn save(path: &Path, text: &str) {
    let aside = path.with_extension("new");
    fs::write(&aside, text).unwrap();
    fs::rename(&aside, path).unwrap();
}

/// Adds a watch and waits until so many studies have ended.
fn add(home: &Home, link: &Link, path: &str, studies: usize) {
    drop(home.run(["watch", "add", path, "--runs-per-hour", "1000000"]).expect(0));
    let _end = ended(link, Cursor(0), studies);
}

/// Waits until so many studies have ended after a cursor; gives the end of the history.
fn ended(link: &Link, mut after: Cursor, studies: usize) -> Cursor {
    let (begun, mut left) = (Instant::now(), studies);
    while left > 0 {
        assert!(begun.elapsed() < PATIENCE, "{left} studies have not ended");
        let page = link.events(after, 1_000, 5_000).unwrap();
        after = page.next;
        let over = page.events.iter().filter(|event| event.state().is_some_and(State::is_final));
        left = left.saturating_sub(over.count());
    }
    after
}

/// From a save to the first sight of it in the workstation, and to the completed study of 200 people.
fn saves() -> Vec<Row> {
    let home = home();
    let _daemon = home.daemon();
    let link = home.link();
    let path = home.write("idea.md", draft(200, "It is white."));
    add(&home, &link, "idea.md", 1);
    let desk = Seat::new(&home, 200, 60).env("COLORTERM", "truecolor").open();
    drop(desk.wait_for("help"));
    let (mut seen, mut done) = (Vec::new(), Vec::new());
    for number in 0..SAVES {
        let _quiet = desk.wait_quiet(Duration::from_millis(300));
        let bytes = desk.byte_count();
        let after = link.newest();
        let begun = Instant::now();
        save(&path, &draft(200, &format!("It is number {number}.")));
        let _bytes = desk.wait_bytes(bytes);
        seen.push(begun.elapsed().saturating_sub(QUIET));
        let _end = ended(&link, after, 1);
        done.push(begun.elapsed().saturating_sub(QUIET));
    }
    vec![
        Row::at_most(
            "watch: save to first pixel beyond the quiet time (median of 9)",
            milliseconds(median(seen)),
            150.0,
            "ms",
        ),
        Row::at_most(
            "watch: save to completed study of 200 beyond it (median of 9)",
            milliseconds(median(done)),
            1_000.0,
            "ms",
        ),
    ]
}

/// Memory and rest of a daemon that listens for HTTP and has evaluated a thousand files.
#[expect(clippy::disallowed_methods, reason = "what is measured is what happens while time passes")]
fn idle() -> Vec<Row> {
    let home = home();
    let mut daemon = Daemon::spawn_at(&home, None, "127.0.0.1:0");
    let link = daemon.wait_ready(&home);
    fs::create_dir(home.folder().join("drafts")).unwrap();
    for number in 0..1_000 {
        home.write(format!("drafts/{number}.md"), draft(100, &format!("It is number {number}.")));
    }
    add(&home, &link, "drafts", 1_000);
    let pid = daemon.pid();
    // Longer than idle threads are kept.
    std::thread::sleep(Duration::from_secs(15));
    let (ticks, wakes) = (process::ticks(pid).unwrap(), process::wakes(pid).unwrap());
    std::thread::sleep(REST);
    let ticks = process::ticks(pid).unwrap() - ticks;
    let wakes = process::woken(&wakes, &process::wakes(pid).unwrap());
    let wakes = wakes as f64 / REST.as_secs_f64();
    let anonymous = process::anonymous_kib(pid).unwrap();
    vec![
        Row::at_most("watch: RssAnon with 1,000 files", mebibytes(anonymous), 35.0, "MiB"),
        Row::at_most("watch: processor ticks in 60 s of nothing", ticks as f64, 0.0, ""),
        Row::at_most("watch: wake-ups a second of nothing", wakes, 2.0, "/s"),
    ]
}

/// Ten thousand files, a thousand saved at once: each is evaluated once, and memory stays.
fn many() -> Vec<Row> {
    let home = home();
    let daemon = home.daemon();
    let link = home.link();
    let at = |number: usize| format!("tree/{}/{number}.md", number % 100);
    for folder in 0..100 {
        fs::create_dir_all(home.folder().join(format!("tree/{folder}"))).unwrap();
    }
    for number in 0..10_000 {
        home.write(at(number), draft(2, &format!("It is number {number}.")));
    }
    let begun = Instant::now();
    add(&home, &link, "tree", 10_000);
    let first = begun.elapsed();
    let pid = daemon.pid();
    let before = process::anonymous_kib(pid).unwrap();
    let scan = look(&home, &link);

    let after = link.newest();
    let begun = Instant::now();
    for number in 0..1_000 {
        save(&home.folder().join(at(number * 10)), &draft(2, &format!("It is anew {number}.")));
    }
    let end = ended(&link, after, 1_000);
    let took = begun.elapsed();
    // Nothing comes after it, also of a look at everything.
    let _scan = look(&home, &link);
    let page = link.events(end, 1_000, 2_000).unwrap();
    let late = page.events.iter().filter(|event| event.kind() == Some(EventKind::Queued)).count();
    let grown = process::anonymous_kib(pid).unwrap().saturating_sub(before);
    vec![
        Row::note("watch: 10,000 files evaluated when added", first.as_secs_f64(), "s"),
        Row::note("watch: RssAnon with 10,000 files", mebibytes(before), "MiB"),
        Row::at_most(
            "watch: a look at 10,000 files that did not change",
            milliseconds(scan),
            1_000.0,
            "ms",
        ),
        Row::at_most("watch: 1,000 of 10,000 saved at once", took.as_secs_f64(), 60.0, "s"),
        Row::at_most("watch: evaluated more than once", late as f64, 0.0, ""),
        Row::at_most("watch: RssAnon grown by the 1,000", mebibytes(grown), 8.0, "MiB"),
    ]
}

/// Has the daemon look at everything, and waits until it did.
fn look(home: &Home, link: &Link) -> Duration {
    let last = || {
        let drivers = link.status().unwrap().drivers;
        drivers.into_iter().find(|driver| driver.name == "watch").and_then(|driver| driver.last)
    };
    let path = home.folder().join("tree").canonicalize().unwrap();
    let before = last();
    let begun = Instant::now();
    drop(link.control_watch(path.to_str().unwrap().to_owned(), WatchControl::Resume).unwrap());
    wait::until("the look at everything", PATIENCE, || (last() != before).then_some(()));
    begun.elapsed()
}
