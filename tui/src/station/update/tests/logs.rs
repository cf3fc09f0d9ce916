//! The screen Logs: what is asked for, what is shown, and that a hostile entry does nothing to the terminal.

use jiff::ToSpan as _;
use protocol::log::{LogEntry, LogLevel, LogPage};

use super::calls;
use crate::station::effect::{Call, Effect};
use crate::station::look::{Colours, Glyphs};
use crate::station::model::Screen;
use crate::station::msg::Msg;
use crate::station::testing::{Rig, at, look};

fn entry(seq: u64, level: LogLevel, source: &str, text: &str) -> LogEntry {
    let at = at(0).wall + i64::try_from(seq).unwrap().seconds();
    LogEntry { seq, at, level, source: source.to_owned(), text: text.to_owned() }
}

/// The daemon answers what is asked for now.
fn answer(rig: &mut Rig, entries: Vec<LogEntry>, next: u64) {
    let revision = rig.model.logs.revision;
    rig.tell(Msg::Logs(revision, Ok(LogPage { entries, next, more: false })));
}

fn some() -> Vec<LogEntry> {
    let long = "a driver failed and will try again driver=\"backup\" error=no space left on the device causes=write: \
                /home/ada/.local/state/demoscope: os error 28";
    vec![
        entry(1, LogLevel::Info, "daemon", "ready version=\"0.1.0\" ready_ms=14"),
        entry(
            2,
            LogLevel::Info,
            "daemon::app::watch::saved::ask",
            "a saved file is evaluated path=\"/home/ada/launch.md\" version=5",
        ),
        entry(3, LogLevel::Warn, "daemon::app::upkeep::drivers", long),
        entry(
            4,
            LogLevel::Error,
            "daemon::work::calls",
            "a study cannot go on number=7 \u{1b}]52;c;aGk=\u{7}\u{1b}[2J",
        ),
    ]
}

fn asked(effects: &[Effect]) -> Option<protocol::log::LogQuery> {
    calls(effects).into_iter().find_map(|call| match call {
        Call::Logs(_, query) => Some(query.clone()),
        _ => None,
    })
}

fn open(size: (u16, u16), glyphs: Glyphs) -> Rig {
    let mut rig = Rig::new(size, look(Colours::None, glyphs));
    rig.keys("9");
    answer(&mut rig, some(), 4);
    rig.wait(10_000);
    rig
}

#[test]
fn the_log_is_followed_while_it_is_shown_and_asked_for_by_level_and_study() {
    let mut rig = Rig::new((120, 36), look(Colours::None, Glyphs::Unicode));
    let first = asked(&rig.keys("9")).unwrap();
    assert_eq!((first.after, first.level, first.study), (0, LogLevel::Info, None));
    // The next request waits in the daemon, and nothing is asked for elsewhere.
    answer(&mut rig, some(), 4);
    let next = asked(&rig.wait(200)).unwrap();
    assert_eq!((next.after, next.wait_ms), (4, 10_000));
    assert_eq!(rig.model.logs.selected().map(|entry| entry.seq), Some(4), "the newest is in view");
    rig.keys("k");
    answer(&mut rig, vec![entry(5, LogLevel::Info, "daemon", "asked to stop")], 5);
    assert_eq!(rig.model.logs.selected().map(|entry| entry.seq), Some(3), "it is held still");
    rig.keys("f");
    assert_eq!(rig.model.logs.selected().map(|entry| entry.seq), Some(5));

    let graver = asked(&rig.keys("v")).unwrap();
    assert_eq!((graver.after, graver.level), (0, LogLevel::Warn));
    let late = LogPage { entries: some(), next: 9, more: false };
    rig.tell(Msg::Logs(rig.model.logs.revision - 1, Ok(late)));
    assert!(rig.model.logs.shown().is_empty(), "a reply to the question before is dropped");
    answer(&mut rig, some().split_off(2), 4);
    assert_eq!(rig.model.logs.shown().len(), 2);
    let of_study = asked(&rig.keys("b")).unwrap();
    assert_eq!(of_study.study, rig.model.studies.selected().map(|study| study.id));
    assert_eq!(asked(&rig.keys("b")).unwrap().study, None);

    answer(&mut rig, some(), 4);
    rig.keys("/");
    rig.paste("DRIVER");
    assert_eq!(rig.model.logs.shown().len(), 1);
    rig.keys("enter esc");
    assert_eq!((rig.model.logs.shown().len(), rig.model.screen), (4, Screen::Logs));
    rig.keys("esc");
    assert_eq!(rig.model.screen, Screen::Studies);
    answer(&mut rig, Vec::new(), 4);
    assert_eq!(asked(&rig.wait(20_000)), None, "nobody looks");
}

#[test]
fn the_screen_keeps_its_look_and_hostile_entries_are_text() {
    for (name, size, glyphs) in [
        ("logs_200x60", (200, 60), Glyphs::Unicode),
        ("logs_80x24", (80, 24), Glyphs::Unicode),
        ("logs_60x20", (60, 20), Glyphs::Unicode),
        ("logs_ascii_80x24", (80, 24), Glyphs::Ascii),
    ] {
        let text = open(size, glyphs).text();
        assert!(!text.contains(['\u{1b}', '\u{7}']), "{text}");
        insta::assert_snapshot!(name, text);
    }
}
