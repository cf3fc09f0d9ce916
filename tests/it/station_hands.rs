//! Tests of unusual input in a real terminal: an Esc with a key right behind it, several drafts through a kill, and
//! copying inside tmux, over SSH and without either.

use std::os::unix::fs::PermissionsExt as _;

use harness::{Desk, Home, Seat, studies, wait};
use rustix::process::Signal;

const ESC: &str = "\x1b";

/// A workstation over one study that has ended.
fn with_a_study(home: &Home) -> Desk {
    drop(studies::run(home, 20, 7));
    let desk = Desk::open(home, 120, 36);
    drop(desk.wait_for("Meal kit"));
    desk
}

/// A `tmux` that is none: what it does is one line of a shell.
fn tmux(home: &Home, line: &str) -> String {
    let bin = home.folder().join("bin");
    std::fs::create_dir_all(&bin).unwrap();
    let path = home.write("bin/tmux", format!("#!/bin/sh\n{line}\n"));
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    format!("{}:{}", bin.display(), std::env::var("PATH").unwrap())
}

#[test]
fn a_key_right_behind_an_esc_is_not_lost() {
    let home = Home::new();
    let mut desk = with_a_study(&home);
    // In one write, as a macro or a slow line brings them.
    desk.press(":");
    drop(desk.wait_for("Commands and studies"));
    desk.press("\x1bn");
    drop(desk.wait_for("New study"));
    desk.press("\x1b?");
    drop(desk.wait_for("Keys of studies"));
    // These begin what a terminal sends for other keys.
    desk.press("\x1b:");
    drop(desk.wait_for("Commands and studies"));
    desk.press("\x1b[");
    drop(desk.wait("the list", |screen| !screen.contains("Commands and studies")));
    desk.press("3");
    drop(desk.wait_for("Segments"));
    desk.press("\x1b\x1b/meal");
    let shown = desk.wait_for("1 of 1");
    assert!(shown.contains("filter: meal") || shown.contains("meal"), "{shown}");
}

#[test]
fn a_draft_outlives_the_drafts_of_other_studies_and_a_kill() {
    let home = Home::new();
    let mut desk = with_a_study(&home);
    desk.press("n");
    drop(desk.wait_for("New study"));
    desk.press("Half a thought about kettles.");
    drop(desk.wait_for("draft saved"));
    desk.press(ESC);
    drop(desk.wait_for("The draft is kept"));
    desk.press("d");
    drop(desk.wait_for("The same study again"));
    desk.press("Another thought. ");
    drop(desk.wait_for("draft saved"));
    desk.signal(Signal::KILL);
    let _ended = desk.wait_end();
    let mut desk = Desk::open(&home, 120, 36);
    drop(desk.wait_for("Meal kit"));
    desk.press("n");
    drop(desk.wait_for("Half a thought about kettles."));
    desk.press(ESC);
    drop(desk.wait("the list", |screen| !screen.contains("New study")));
    desk.press("d");
    drop(desk.wait_for("Go on with the draft"));
    desk.press("g");
    drop(desk.wait_for("Another thought."));
}

/// What is saved in an editor after the workstation was told to leave is in the draft, and not in a file that is gone.
#[test]
fn what_an_editor_saves_after_the_hangup_is_in_the_draft() {
    let home = Home::new();
    drop(studies::run(&home, 20, 7));
    std::fs::create_dir_all(home.folder().join("bin")).unwrap();
    let editor = home.write(
        "bin/ed",
        "#!/bin/sh\n: > \"$HOME/open\"\nwhile [ ! -e \"$HOME/go\" ]; do sleep 0.05; done\n\
         printf 'It folds in two seconds.' >> \"$1\"\n",
    );
    std::fs::set_permissions(&editor, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut desk = Seat::new(&home, 120, 36).env("VISUAL", editor.to_str().unwrap()).open();
    drop(desk.wait_for("Meal kit"));
    desk.press("n");
    drop(desk.wait_for("New study"));
    desk.press("A lamp of oak. ");
    drop(desk.wait_for("draft saved"));
    desk.press("\x05");
    wait::until("an open editor", wait::BOUND, || {
        home.folder().join("open").exists().then_some(())
    });
    desk.signal(Signal::HUP);
    drop(home.write("go", ""));
    let _ended = desk.wait_end();
    let mut desk = Desk::open(&home, 120, 36);
    drop(desk.wait_for("Meal kit"));
    desk.press("n");
    drop(desk.wait_for("It folds in two seconds."));
}

#[test]
fn a_copy_says_where_it_went_and_no_more() {
    let home = Home::new();
    let id = {
        let ended = studies::run(&home, 20, 7);
        studies::id(&ended).to_string()
    };
    let keeps = tmux(&home, "echo \"$*\" > \"$HOME/asked\"; cat > \"$HOME/buffer\"");
    let refuses = "echo 'no server running on /tmp/tmux-0/default' >&2; exit 1";
    for (environment, line, told) in [
        (vec![], "", "characters: sent to the terminal, and in "),
        (
            vec![("SSH_CONNECTION", "::1 1 ::1 22")],
            "",
            "sent to your terminal by OSC 52, through SSH, and in ",
        ),
        (
            vec![("TMUX", "/tmp/tmux-0/default,1,0")],
            "",
            "in tmux's buffer, and offered to the terminal.",
        ),
        (
            vec![("TMUX", "/tmp/tmux-0/default,1,0")],
            refuses,
            "sent to the terminal, but not in tmux's buffer: no server running on",
        ),
    ] {
        if !line.is_empty() {
            let _path = tmux(&home, line);
        }
        let mut seat = Seat::new(&home, 200, 60).env("PATH", &keeps);
        for (name, value) in &environment {
            seat = seat.env(name, value);
        }
        let mut desk = seat.open();
        drop(desk.wait_for("Meal kit"));
        desk.press("y");
        let shown = desk.wait_for(told);
        assert!(shown.contains("The study, "), "{shown}");
        assert!(!told.ends_with(" in ") || shown.contains("copied.txt"), "{shown}");
        assert_eq!(desk.asked().copies.len(), 1, "the terminal is asked in every case");
        let buffer = std::fs::read_to_string(home.folder().join("buffer"));
        if told.starts_with("in tmux") {
            assert!(buffer.unwrap().starts_with(&id));
            let asked = std::fs::read_to_string(home.folder().join("asked")).unwrap();
            assert_eq!(asked, "load-buffer -w -\n");
        } else if line.is_empty() {
            assert!(buffer.is_err(), "nobody is in tmux");
        }
    }
}
