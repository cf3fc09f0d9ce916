//! Tests of invalid stimulus files: every problem at once, each with file, line and hint, exit code 2, nothing stored,
//! nothing hung.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};

use harness::{Ended, Home, audit, say, studies, terminal};
use rustix::fs::{CWD, FileType, Mode, mknodat};

/// Runs the file and checks what holds for every file that cannot be used.
fn refused(home: &Home, file: impl AsRef<OsStr>, flags: &[&str]) -> Ended {
    let mut args = vec![OsStr::new("run"), file.as_ref(), OsStr::new("--json")];
    args.extend(flags.iter().map(OsStr::new));
    let ended = home.run(args).expect(2);
    assert!(ended.stdout.is_empty(), "data on stdout of {ended}");
    assert!(ended.err().contains("error:"), "{ended}");
    assert!(terminal::dangers(&ended.stderr).is_empty(), "{ended}");
    ended
}

/// The lines that name a problem: place, what, hint.
fn problems(ended: &Ended) -> Vec<String> {
    ended.err().lines().filter(|line| line.contains(" · ")).map(str::to_owned).collect()
}

fn stored_nothing(home: &Home) {
    assert_eq!(home.run(["list", "--json"]).expect(0).json(), serde_json::json!([]));
    let credits = home.run(["credits", "--json"]).expect(0).json();
    assert_eq!((&credits["balance"], &credits["held"]), (&10_000.into(), &0.into()));
    assert_eq!(audit::all(&home.link()), audit::Findings::new());
}

#[test]
fn all_problems_come_at_once_each_with_its_line_and_a_hint() {
    let home = Home::new();
    home.write(
        "idea.md",
        "---\npanle: 50\npanel: 20000\nseed: -1\naudience:\n  region: france\n  age_range: [45, 25]\n  gendre: all\n\
         engine: offlin\nstudy: concept\n---\n\nshort\n",
    );
    let ended = refused(&home, "idea.md", &["--engine-mode", "fast", "--tech-adoption", "never"]);
    insta::assert_snapshot!(problems(&ended).join("\n"));
    stored_nothing(&home);
}

#[test]
fn what_is_written_in_the_file_is_checked_line_by_line() {
    let home = Home::new();
    let long = "a".repeat(5_001);
    let long_context = format!("---\ncontext: {}\n---\n{}", "c".repeat(2_001), studies::CONCEPT);
    let bomb = "---\na: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\n\
                d: [*c,*c,*c,*c,*c,*c,*c,*c]\n---\nA kettle that texts you when it boils.";
    let cases: [(&str, &[u8], &str, &str); 18] = [
        ("empty", b"", ":1", "empty"),
        ("blank", b" \n\n\t\n", ":1", "empty"),
        ("only front matter", b"---\npanel: 5\n---\n", "", "empty"),
        ("too short", b"Too short", ":1", "10"),
        ("too long", long.as_bytes(), ":1", "5000"),
        ("context too long", long_context.as_bytes(), ":2", "2000"),
        ("an alias bomb", bomb.as_bytes(), "", ""),
        ("Latin-1", b"A caf\xe9 that knows\nwhat you like to drink.", ":1", "UTF-8"),
        ("bad bytes later", b"A kettle that texts you\nwhen it \xff\xfe boils.", ":2", "UTF-8"),
        ("UTF-16", b"\xff\xfeA\0 \0k\0e\0t\0t\0l\0e\0", ":1", "UTF-8"),
        ("a program", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0", "", ""),
        ("unclosed", b"---\npanel: 5\nA kettle that texts you.", ":1", "---"),
        ("no YAML", b"---\npanel: [5,\n---\nA kettle that texts you.", ":2", ""),
        ("no list", b"---\n- panel: 5\n---\nA kettle that texts you.", ":2", ""),
        ("twice", b"---\npanel: 5\npanel: 6\n---\nA kettle that texts you.", ":3", "twice"),
        ("another kind", b"---\npanel: [1]\n---\nA kettle that texts you.", ":2", ""),
        ("zero", b"---\npanel: 0\n---\nA kettle that texts you.", ":2", "1"),
        ("huge", b"---\npanel: 99999999999999999999\n---\nA kettle that texts you.", ":2", ""),
    ];
    for (what, bytes, line, words) in cases {
        home.write("idea.md", bytes);
        let ended = refused(&home, "idea.md", &[]);
        let named = ended.err().contains(&format!("idea.md{line}"));
        assert!(named && ended.err().contains(words), "{what}: {ended}");
        assert!(!problems(&ended).is_empty(), "{what}: no hint in {ended}");
    }
    stored_nothing(&home);
}

#[test]
fn line_ends_and_byte_order_marks_of_any_system_are_read() {
    let home = Home::new();
    let plain = studies::concept(20, 7);
    home.write("plain.md", &plain);
    home.write("windows.md", plain.replace('\n', "\r\n"));
    home.write("mark.md", format!("\u{feff}{plain}"));
    let results = |file: &str| home.run(["run", file, "--json"]).expect(0).results();
    let expected = results("plain.md");
    assert_eq!(expected, results("windows.md"));
    assert_eq!(expected, results("mark.md"));
}

#[test]
fn only_regular_files_are_read() {
    let home = Home::new();
    let at = |name: &str| home.folder().join(name);
    fs::create_dir(at("folder.md")).unwrap();
    mknodat(CWD, at("pipe.md"), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    symlink(at("loop.md"), at("loop.md")).unwrap();
    symlink("missing", at("dangling.md")).unwrap();
    File::create(at("sparse.md")).unwrap().set_len(5 << 30).unwrap();
    fs::write(at("big.md"), "a".repeat(300 * 1024)).unwrap();
    let _listener = std::os::unix::net::UnixListener::bind(at("socket.md")).unwrap();
    for name in [
        "folder.md",
        "pipe.md",
        "loop.md",
        "dangling.md",
        "sparse.md",
        "big.md",
        "socket.md",
        "missing.md",
        "/dev/zero",
        "/dev/null",
        "/dev/tty",
        "",
    ] {
        let ended = refused(&home, name, &[]);
        assert!(!problems(&ended).is_empty(), "{name}: no hint in {ended}");
    }
    stored_nothing(&home);
}

#[test]
fn a_file_that_may_not_be_read_is_named() {
    if rustix::process::geteuid().is_root() {
        say("SKIPPED: root reads every file");
        return;
    }
    let home = Home::new();
    let path = home.write("idea.md", studies::CONCEPT);
    fs::set_permissions(path, fs::Permissions::from_mode(0o000)).unwrap();
    drop(refused(&home, "idea.md", &[]).says("permission"));
}

#[test]
fn a_file_that_changes_while_it_is_read_is_never_half_a_study() {
    let home = Home::new();
    let (one, other) = ("A ".repeat(2_000), "B ".repeat(2_400));
    let path = home.write("idea.md", &one);
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                for text in [&one, &other] {
                    fs::write(&path, text).unwrap();
                }
            }
        });
        for _ in 0..20 {
            let ended = home.run(["run", "idea.md", "--dry-run", "--json"]);
            match ended.code() {
                0 => {
                    let shown = ended.json()["questionnaire"].as_str().unwrap().to_owned();
                    let mixed = shown.contains("A A A") && shown.contains("B B B");
                    assert!(!mixed, "half of one and half of the other");
                }
                2 => assert!(!problems(&ended).is_empty(), "{ended}"),
                _ => panic!("{ended}"),
            }
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}

#[test]
fn odd_names_are_only_names() {
    let home = Home::new();
    let text = studies::concept(3, 7);
    let names: [&[u8]; 7] = [
        b"-rf",
        b"CON",
        b"with space and 'quotes\".md",
        "na\u{ef}ve \u{65e5}\u{672c}.md".as_bytes(),
        b"not utf8 \xff\xfe.md",
        b"\x1b]52;c;ZXZpbA==\x07.md",
        b"line\nbreak.md",
    ];
    for name in names {
        let name = OsStr::from_bytes(name);
        home.write(name, &text);
        let ended = home.run([OsStr::new("run"), OsStr::new("--json"), OsStr::new("--"), name]);
        assert_eq!(ended.code(), 0, "{ended}");
        assert!(terminal::dangers(&ended.stderr).is_empty(), "{ended}");
        assert!(terminal::dangers(&ended.stdout).is_empty(), "{ended}");
    }
    let longest = format!("{}.md", "n".repeat(252));
    home.write(&longest, &text);
    drop(home.run(["run", &longest]).expect(0));
    drop(home.run(["run", &"n".repeat(300)]).expect(2));
}
