//! Tests of the workstation in a real terminal with a real daemon: a whole session by the footer's keys, terminal
//! restoration after every way of leaving, and resizing, lost connections, hostile text and idling.

use std::time::Duration;

use harness::sabotage::PANIC_VARIABLE;
use harness::terminal_session::Mode;
use harness::{Desk, Home, Seat, process, studies, terminal, wait};
use protocol::run::State;
use rustix::process::Signal;

const ENTER: &str = "\r";
const ESC: &str = "\x1b";
const CTRL_L: &str = "\x0c";
const CTRL_R: &str = "\x12";

/// A workstation that shows its list.
fn at_the_list(home: &Home) -> Desk {
    let desk = Desk::open(home, 80, 24);
    drop(desk.wait_for("help"));
    desk
}

fn assert_given_back(desk: &Desk, how: &str) {
    // The terminal reads at its own pace.
    wait::until(how, wait::BOUND, || desk.modes().is_empty().then_some(()));
    assert!(desk.line_is_given_back(), "{how}: the line is still raw");
}

/// What the workstation writes is byte for byte what the command line writes.
fn assert_same_files(desk: &mut Desk, home: &Home) {
    let id = studies::id(&home.run(["show", "@", "--json"]).expect(0));
    for (key, format, name) in [
        ("c", "csv", "answers.csv"),
        ("j", "json", "report.json"),
        ("m", "md", "report.md"),
        ("h", "html", "report.html"),
    ] {
        desk.press("E");
        drop(desk.wait_for("Answers as CSV"));
        desk.press(key);
        let path = home.folder().join(format!("demoscope-{}-{name}", id.short()));
        drop(desk.wait(name, |_| path.exists()));
        drop(desk.wait_for(&format!("{}-{name}", id.short())));
        let printed = home.run(["export", "@", "--format", format]).expect(0);
        assert_eq!(std::fs::read(&path).unwrap(), printed.stdout, "{name}");
    }
    assert!(home.folder().join(format!("demoscope-{}-answers.codebook.csv", id.short())).exists());
}

#[test]
fn an_analyst_finds_the_way_by_the_footer_alone() {
    let home = Home::new();
    for (columns, rows, round) in [(80, 24, 1), (200, 60, 2)] {
        let mut desk = Desk::open(&home, columns, rows);
        // Compose: the first start offers an example, later a key of the footer starts a study.
        if round == 1 {
            let shown = desk.wait_for("Enter try the example");
            assert!(shown.contains("q  leave"), "{shown}");
            desk.press(ENTER);
        } else {
            drop(desk.wait_for("n new"));
            desk.press("n");
            drop(desk.wait_for("Ctrl-R run"));
            desk.press("A kettle that boils only the water you need. It costs 40 dollars.");
        }
        drop(desk.wait_for("ready to run"));
        desk.press(CTRL_R);
        // Watch it, and go on when the footer says so.
        drop(desk.wait_for("3 results"));
        desk.press("3");
        // The group that liked it least stands first; Enter opens the answers behind it, worst first.
        let shown = desk.wait("the groups", |screen| {
            screen.contains("Segments of every attribute") && screen.contains("vs rest")
        });
        assert!(shown.contains("Enter answers"), "{shown}");
        desk.press(ENTER);
        drop(desk.wait("its answers", |screen| {
            screen.contains("Answers: ") && screen.contains(" 1 of ")
        }));
        // The list is there before the answers in it.
        let _bytes = desk.wait_quiet(Duration::from_millis(500));
        desk.press(ENTER);
        let first = desk.wait_for("synthetic respondent");
        for answer in ["━ 2 of ", "━ 3 of "] {
            desk.press("n");
            let next = desk.wait("the next answer", |screen| screen.contains(answer));
            assert_ne!(first, next);
        }
        // The way back is the way down.
        desk.press(ESC);
        drop(desk.wait("the answers", |screen| !screen.contains("synthetic respondent")));
        desk.press(ESC);
        drop(desk.wait("all answers", |screen| !screen.contains("Answers: ")));
        // The chart as a picture.
        desk.press("E");
        drop(desk.wait_for("This screen as SVG"));
        desk.press("s");
        drop(desk.wait_for("Wrote "));
        let pictures = std::fs::read_dir(home.folder())
            .unwrap()
            .filter(|entry| {
                entry.as_ref().unwrap().file_name().to_string_lossy().ends_with("screen.svg")
            })
            .count();
        assert_eq!(pictures, round);
        assert_same_files(&mut desk, &home);
        desk.press("q");
        drop(desk.wait_for("Leave the workstation?"));
        desk.press(ENTER);
        assert_eq!(desk.wait_end().exit_code(), 0);
        assert_given_back(&desk, "q");
    }
    assert!(home.link().status().unwrap().studies.running == 0, "the daemon lives on");
}

#[test]
fn every_signal_gives_the_terminal_back() {
    let home = Home::new();
    let _daemon = home.daemon();
    for signal in [Signal::TERM, Signal::HUP, Signal::INT, Signal::QUIT] {
        let mut desk = at_the_list(&home);
        assert!(!desk.modes().is_empty());
        assert!(!desk.line_is_given_back());
        desk.signal(signal);
        let status = desk.wait_end();
        assert_eq!(status.exit_code(), 0, "{signal:?}: {status:?}");
        assert_given_back(&desk, &format!("{signal:?}"));
    }
}

#[test]
fn a_panic_gives_the_terminal_back_and_can_be_read() {
    let home = Home::new();
    let _daemon = home.daemon();
    let mut desk = Seat::new(&home, 80, 24).env(PANIC_VARIABLE, "1").open();
    drop(desk.wait_for("help"));
    desk.signal(Signal::USR1);
    assert_eq!(desk.wait_end().exit_code(), 101);
    assert_given_back(&desk, "panic");
    assert!(desk.screen().contains("asked for by a test"), "{}", desk.screen());
}

#[test]
fn stopped_it_makes_room_for_the_shell_and_comes_back() {
    let home = Home::new();
    let _daemon = home.daemon();
    let mut desk = at_the_list(&home);
    for by_key in [true, false] {
        if by_key {
            desk.press("\x1a");
        } else {
            desk.signal(Signal::TSTP);
        }
        desk.wait_stopped();
        assert_given_back(&desk, "stopped");
        desk.resize(100, 30);
        let before = desk.byte_count();
        desk.signal(Signal::CONT);
        let after = desk.wait_bytes(before);
        assert!(after > before);
        drop(desk.wait("the list again", |screen| screen.contains("? help")));
        wait::until("the second screen", wait::BOUND, || {
            desk.modes().contains(&Mode::Alternate).then_some(())
        });
        assert!(!desk.line_is_given_back());
        desk.press("?");
        drop(desk.wait_for("Starts a new study"));
        desk.press(ESC);
        drop(desk.wait("the list", |screen| !screen.contains("Starts a new study.")));
    }
}

#[test]
fn a_closed_terminal_ends_it_and_keeps_the_draft() {
    let home = Home::new();
    let _daemon = home.daemon();
    let mut desk = at_the_list(&home);
    desk.press("n");
    drop(desk.wait_for("New study"));
    desk.press("Half a thought about kettles");
    drop(desk.wait_for("Half a thought about kettles"));
    desk.close();
    let _status = desk.wait_end();
    let mut desk = at_the_list(&home);
    desk.press("n");
    drop(desk.wait_for("Half a thought about kettles"));
}

#[test]
fn a_storm_of_sizes_leaves_the_right_picture() {
    let home = Home::new();
    drop(studies::run(&home, 60, 7));
    let mut desk = at_the_list(&home);
    drop(desk.wait_for("Meal kit"));
    desk.press("2");
    drop(desk.wait_for("So far"));
    for step in 0..120_u16 {
        desk.resize(1 + (step * 37) % 220, 1 + (step * 23) % 70);
    }
    desk.resize(100, 30);
    drop(desk.wait("the last size", |screen| {
        screen.lines().count() == 30
            && screen.lines().last().is_some_and(|line| line.trim_end().ends_with("? help"))
    }));
    let _bytes = desk.wait_quiet(Duration::from_millis(300));
    let shown = desk.screen();
    // Drawn anew from nothing it must be the same picture.
    desk.press(CTRL_L);
    let _bytes = desk.wait_quiet(Duration::from_millis(300));
    assert_eq!(desk.screen(), shown);
    assert!(
        shown.contains("So far") && shown.lines().next().unwrap().contains("2 Live"),
        "{shown}"
    );
}

#[test]
fn a_daemon_that_dies_is_seen_and_its_return_loses_nothing() {
    let home = Home::paced(60);
    let mut daemon = home.daemon();
    let id = studies::submit(&home, 300, 7);
    let mut desk = at_the_list(&home);
    drop(desk.wait_for("Meal kit"));
    desk.press("2");
    drop(
        desk.wait("some answers", |screen| screen.contains("/300") && screen.contains("ready in")),
    );
    let link = home.link();
    drop(wait::for_answers(&link, id, 20));
    daemon.kill();
    let away = desk.wait_for("The daemon is away");
    assert!(away.contains("Next try in") && away.contains("old"), "{away}");
    assert!(away.contains("Meal kit") || away.contains("Panel 300"), "its last data stay: {away}");
    // What cannot be done now is said, not forgotten and not sent twice.
    desk.press("p");
    drop(desk.wait_for("try again when it is back"));
    let _daemon = home.daemon();
    drop(desk.wait_for("nothing was lost"));
    drop(desk.wait("the end", |screen| screen.contains("300/300") && screen.contains("3 results")));
    let link = home.link();
    assert_eq!(link.live(id).unwrap().study.state, State::Completed);
    assert_eq!(link.all_answers(id).unwrap().len(), 300);
}

/// A title, the clipboard, a colour, a cleared screen, a question to the terminal, reversed and hidden text.
const HOSTILE: &str = "\\e]0;owned\\a\\e]52;c;ZXZpbA==\\a\\e[2J\\e[6n\\u202efdp\\u200b";

#[test]
fn hostile_text_changes_nothing_but_its_own_cells() {
    let home = Home::new();
    let _daemon = home.daemon();
    home.write(
        "evil.md",
        format!(
            "---\nname: \"Kit {HOSTILE}\"\ntags: [\"{HOSTILE}\"]\npanel: 40\nseed: 7\n---\n\
             A kettle \u{1b}]0;owned\u{7}\u{202e}that \u{1b}[2Jtexts you when the water boils, for 40 dollars.\n"
        ),
    );
    drop(home.run(["run", "evil.md"]).expect(0));
    let mut desk = Desk::open(&home, 120, 36);
    drop(desk.wait_for("Kit "));
    for (key, text) in
        [("2", "So far"), ("3", "Segments"), ("v", "view 2"), ("v", "view 3"), ("d", "New study")]
    {
        desk.press(key);
        let shown = desk.wait_for(text);
        assert!(shown.starts_with(" \u{25a3}") && shown.contains("help"), "{shown}");
        assert_eq!(terminal::dangers(shown.as_bytes()), Vec::<String>::new());
    }
    let asked = desk.asked();
    assert_eq!((asked.titles, asked.copies, asked.unknown), (vec![], vec![], vec![]));
    // What is copied on purpose is copied, once.
    desk.press(ESC);
    drop(desk.wait("the list", |screen| !screen.contains("New study")));
    desk.press("y");
    drop(desk.wait_for("sent to the terminal"));
    assert_eq!(desk.asked().copies.len(), 1);
}

#[test]
fn left_alone_it_writes_nothing_and_does_nothing() {
    let home = Home::new();
    drop(studies::run(&home, 50, 7));
    let mut desk = at_the_list(&home);
    drop(desk.wait_for("Meal kit"));
    desk.press("3");
    drop(desk.wait_for("Segments"));
    let before = desk.wait_quiet(Duration::from_secs(1));
    let ticks = process::ticks(desk.pid()).unwrap();
    let after = desk.wait_quiet(Duration::from_secs(5));
    let used = process::ticks(desk.pid()).unwrap() - ticks;
    assert_eq!(after, before, "{:?}", String::from_utf8_lossy(&desk.bytes_from(before)));
    assert!(used <= 1, "{used} hundredths of a second in five seconds of nothing");
}

#[test]
fn how_it_is_used_is_kept_and_what_is_wished_wins() {
    let home = Home::new();
    drop(studies::run(&home, 20, 7));
    let mut desk = at_the_list(&home);
    drop(desk.wait_for("sort: created falling"));
    desk.press("s");
    drop(desk.wait_for("Sort by"));
    desk.press("n");
    drop(desk.wait_for("sort: name falling"));
    desk.press("/");
    drop(desk.wait_for("state:live"));
    desk.press("meal\r");
    drop(desk.wait_for("filter: meal"));
    desk.signal(Signal::TERM);
    let _status = desk.wait_end();
    let desk = Seat::new(&home, 80, 24)
        .arg("--ascii")
        .arg("--no-mouse")
        .arg("--theme")
        .arg("light")
        .open();
    let shown = desk.wait_for("sort: name falling");
    let shown = if shown.contains("Meal kit") { shown } else { desk.wait_for("Meal kit") };
    assert!(shown.contains("filter: meal"), "{shown}");
    assert!(shown.is_ascii(), "{shown}");
    let modes = desk.modes();
    assert!(modes.contains(&Mode::Alternate) && !modes.contains(&Mode::Mouse), "{modes:?}");
    drop(home.run(["--theme", "nope"]).expect(2).says("colour-blind-safe"));
}

/// What a terminal answers, or else its variable, decides; what was chosen is not asked for.
#[test]
fn a_light_terminal_gets_the_light_theme_by_itself() {
    const LIGHT_TEXT: &str = "38;2;36;41;47";
    const DARK_TEXT: &str = "38;2;215;218;224";
    let home = Home::new();
    drop(studies::run(&home, 20, 7));
    let on_white = "\u{1b}]11;rgb:ffff/ffff/ffff\u{7}\u{1b}[?62;22c";
    let on_grey = "\u{1b}]11;rgb:8080/8080/8080\u{7}\u{1b}[?62;22c";
    for (variable, answer, theme, light, dark, asks) in [
        ("", on_white, "", true, false, 1),
        ("0;15", "", "", true, false, 1),
        ("15;0", "", "", false, true, 1),
        ("", "", "", false, false, 1),
        ("15;0", on_grey, "", false, false, 1),
        ("0;15", "", "dark", false, true, 0),
    ] {
        let mut seat =
            Seat::new(&home, 120, 36).env("COLORTERM", "truecolor").env("COLORFGBG", variable);
        if !theme.is_empty() {
            seat = seat.arg("--theme").arg(theme);
        }
        let mut desk = seat.open();
        desk.press(answer);
        drop(desk.wait_for("Meal kit"));
        let bytes = String::from_utf8_lossy(&desk.bytes_from(0)).into_owned();
        let found = (bytes.contains(LIGHT_TEXT), bytes.contains(DARK_TEXT));
        assert_eq!(found, (light, dark), "{variable:?} {answer:?} {theme:?}");
        assert_eq!(desk.asked().grounds, asks, "{variable:?} {answer:?} {theme:?}");
    }
}

#[test]
fn plain_lines_can_be_read_aloud() {
    let home = Home::new();
    drop(studies::run(&home, 20, 7));
    let mut desk = Seat::new(&home, 80, 24).arg("--plain").open();
    assert_eq!(desk.wait_end().exit_code(), 0);
    let shown = desk.screen();
    assert!(shown.contains("Meal kit. concept test, done: 20 of 20 answered."), "{shown}");
    assert!(!String::from_utf8_lossy(&desk.bytes_from(0)).contains('\u{1b}'), "{shown}");
    assert_given_back(&desk, "plain");
}
