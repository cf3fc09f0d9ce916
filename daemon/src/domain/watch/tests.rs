//! Tests of the rules of watched files.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;
use std::time::Duration;

use jiff::{Timestamp, ToSpan as _};
use protocol::credits::{Credits, UsdMicros};
use protocol::watch::WatchCaps;

use super::*;

#[test]
fn a_file_is_quiet_once_nothing_was_heard_for_long_enough_and_each_by_itself() {
    let at = |milliseconds| Duration::from_millis(milliseconds);
    let (a, b) = (PathBuf::from("a.md"), PathBuf::from("b.md"));
    let mut quiet = QuietTimer::default();
    assert_eq!(quiet.next(), None);
    quiet.hear(a.clone(), at(0));
    quiet.hear(b.clone(), at(300));
    assert_eq!((quiet.next(), quiet.take(at(499))), (Some(at(500)), vec![]));
    quiet.hear(a.clone(), at(499));
    assert_eq!(quiet.take(at(800)), [b]);
    assert_eq!((quiet.take(at(998)), quiet.take(at(999))), (vec![], vec![a]));
    assert_eq!(quiet.next(), None);
}

#[test]
fn stimulus_files_go_by_their_endings_and_hostile_names_are_refused() {
    let judged = |name: &[u8]| file_name(OsStr::from_bytes(name));
    for name in ["idea.md", "Idea.MD", "a b.markdown", "für.txt", "-rf.md", "CON.txt"] {
        assert_eq!(judged(name.as_bytes()), FileName::Stimulus, "{name}");
    }
    for name in ["idea.md~", "#idea.md#", ".#idea.md", ".idea.md.swp", "4913", "md", "a.csv"] {
        assert_eq!(judged(name.as_bytes()), FileName::Other, "{name}");
    }
    for name in
        [b"\x1b]52;c;aGk=\x07.md".as_slice(), b"a\nb.md", b"caf\xe9.md", "a\u{202e}b.md".as_bytes()]
    {
        let FileName::Refused { shown, .. } = judged(name) else { panic!("{name:?}") };
        assert!(!shown.chars().any(char::is_control), "{shown:?}");
    }
    assert!(is_folder_name(OsStr::new("drafts")));
    assert!([".git", "node_modules"].iter().all(|name| !is_folder_name(OsStr::new(name))));
}

#[test]
fn reports_of_our_own_are_known_by_their_text() {
    assert!(is_own_report("# Kit\n\n**Synthetic panel · no person was asked.** 100 answers\n"));
    assert!(is_own_report("Kit\n\n  SYNTHETIC PANEL · computed, not asked: rank ideas by it\n"));
    let external =
        "# Kit\n\n**External result · of another service, not checked here.** external\n";
    assert!(is_own_report(external));
    // As they are drawn with --ascii, and as a terminal shows what another service found.
    assert!(is_own_report("Kit\n\nSYNTHETIC PANEL - computed, not asked: rank ideas by it\n"));
    let shown = "Kit\nexternal · refynd\nAn external result: another service asked, counted and\n";
    assert!(is_own_report(shown));
    assert!(!is_own_report("# Kit\n\nA synthetic panel asks for you.\n"));
}

#[test]
fn caps_count_the_next_study_and_survive_a_clock_that_jumps() {
    let now: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
    let mut runs = Vec::new();
    for at in [now - 61.minutes(), now - 30.minutes(), now - 30.minutes(), now + 29.minutes()] {
        runs = RunsOfMinute::with_one(&runs, at);
    }
    assert_eq!(RunsOfMinute::in_hour(&runs, now), 3, "the one of more than an hour ago is over");
    assert_eq!(RunsOfMinute::in_hour(&runs, now + 30.minutes()), 1);
    for _ in 0..1_000 {
        runs = RunsOfMinute::with_one(&runs, now);
    }
    assert_eq!((RunsOfMinute::in_hour(&runs, now), runs.len()), (1_003, 3));
    let used =
        WatchUse { runs: 2, credits: Credits(100), held: Credits(50), cost: UsdMicros(900_000) };
    let caps = WatchCaps {
        runs_per_hour: 3,
        credits_per_day: Some(Credits(200)),
        cost_per_day: Some(UsdMicros(1_000_000)),
    };
    let why = |caps: WatchCaps, next| out_of_room(&caps, &used, next);
    assert_eq!(why(caps, (Credits(50), UsdMicros(100_000))), None);
    let told = why(caps, (Credits(51), UsdMicros::ZERO)).unwrap();
    assert!(told.contains("201 today, more than its 200 (100 used, 50 set aside)"), "{told}");
    let told = why(caps, (Credits(0), UsdMicros(100_001))).unwrap();
    assert!(told.contains("$1.00"), "{told}");
    let told = why(WatchCaps { runs_per_hour: 2, ..caps }, (Credits(0), UsdMicros::ZERO)).unwrap();
    assert!(told.contains("2 studies"), "{told}");
}
