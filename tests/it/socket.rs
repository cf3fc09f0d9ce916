//! Tests of the socket against untrusted clients: access, malformed input, and that no input crashes or hangs the
//! daemon or changes the store.

use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use harness::raw::{Heard, request};
use harness::{Chance, Daemon, Home, Link, Raw, audit, program, say, studies, wait};
use protocol::service::VERSIONS;
use serde_json::{Value, json};

/// A frame or an end comes within this, also on a busy machine.
const SOON: Duration = Duration::from_secs(20);

/// A daemon with something in its store, and a way to see that it is still the same.
struct Fixture {
    home: Home,
    daemon: Daemon,
    before: (protocol::event::Cursor, Vec<protocol::ledger::Transfer>),
}

impl Fixture {
    fn new() -> Self {
        let home = Home::with_settings("[backup]\ndaily = false\n");
        let daemon = home.daemon();
        drop(studies::run(&home, 10, 7));
        let link = home.link();
        let before = (link.newest(), link.ledger().unwrap());
        Self { home, daemon, before }
    }

    fn raw(&self) -> Raw {
        Raw::connect(&self.home).unwrap()
    }

    /// It serves on, in time, and holds what it held.
    fn is_unharmed(&mut self) {
        assert!(self.daemon.is_running(), "the daemon died: {}", self.daemon.said());
        let link = self.home.link();
        assert!(link.round_trip().unwrap() < SOON);
        assert_eq!((link.newest(), link.ledger().unwrap()), self.before);
        assert_eq!(audit::all(&link), audit::Findings::new());
        assert!(!self.daemon.said().contains("panicked"), "{}", self.daemon.said());
    }
}

fn is_error(heard: &Heard, code: &str) -> bool {
    match heard {
        Heard::Frame(frame) => {
            let mut found = frame.pointer("/message/Ok").unwrap_or(&Value::Null);
            // {"<Call>": {"Err": {…}}}
            if let Some(inner) = found.as_object().and_then(|call| call.values().next()) {
                found = inner;
            }
            found.pointer("/Err/code") == Some(&json!(code))
        }
        Heard::Cut | Heard::Silence => false,
    }
}

#[test]
fn folder_and_socket_are_ours_alone_whatever_the_umask() {
    let home = Home::new();
    let script = "umask 000; exec \"$0\" daemon start";
    let started = Command::new("sh")
        .args(["-c", script])
        .arg(program::path())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("DEMOSCOPE_HOME", home.root())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(started.success());
    let paths = home.paths();
    let mode = |path: &std::path::Path| std::fs::symlink_metadata(path).unwrap().mode() & 0o7777;
    assert_eq!(mode(&paths.runtime), 0o700);
    assert_eq!(mode(&paths.socket), 0o600);
    assert_eq!(mode(&paths.database) & 0o077, 0, "the store is ours alone");
    assert!(std::fs::symlink_metadata(&paths.socket).unwrap().file_type().is_socket());
    for log in std::fs::read_dir(&paths.logs).unwrap() {
        assert_eq!(mode(&log.unwrap().path()) & 0o077, 0, "the logs are ours alone");
    }
}

#[test]
fn another_user_gets_nothing() {
    let mut fixture = Fixture::new();
    if !rustix::process::geteuid().is_root() {
        say("SKIPPED: becoming another user takes root");
        return;
    }
    // The doors are opened wide, so that it is the daemon itself that has to refuse.
    for path in [
        fixture.home.folder().to_path_buf(),
        fixture.home.root(),
        fixture.home.paths().runtime,
        fixture.home.paths().socket,
    ] {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o777)).unwrap();
    }
    let program = fixture.home.folder().join("program");
    std::fs::copy(program::path(), &program).unwrap();
    let tried = Command::new("setpriv")
        .args(["--reuid", "65534", "--regid", "65534", "--clear-groups", "--"])
        .arg(&program)
        .args(["daemon", "status", "--json"])
        .current_dir("/")
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("DEMOSCOPE_HOME", fixture.home.root())
        .output();
    let Ok(output) = tried else {
        say("SKIPPED: there is no setpriv to become another user with");
        return;
    };
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!printed.contains("\"pid\""), "another user was served: {output:?}");
    assert_ne!(output.status.code(), Some(0), "{output:?}");
    fixture.is_unharmed();
}

#[test]
fn rubbish_is_cut_off_and_harms_nobody() {
    let mut fixture = Fixture::new();
    let mut test_rng = Chance::announced("rubbish");
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let mut rubbish: Vec<(&str, Vec<u8>)> = vec![
        ("a length of nothing", vec![0, 0, 0, 0]),
        ("the longest length", vec![0xff; 4]),
        ("just over a MiB", ((1_u32 << 20) + 1).to_be_bytes().to_vec()),
        ("eight MiB and one", ((8_u32 << 20) + 1).to_be_bytes().to_vec()),
        ("a greeting of another protocol", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_vec()),
        ("ten MiB of noise", test_rng.bytes(10 << 20)),
        ("ten MiB of zeros", vec![0; 10 << 20]),
    ];
    for _ in 0..20 {
        let length = 1 + test_rng.place(5_000);
        rubbish.push(("noise", test_rng.bytes(length)));
    }
    for (what, bytes) in rubbish {
        let heard = fixture.raw().send(&bytes).close_sending().hear(SOON);
        assert_eq!(heard, Heard::Cut, "{what}");
    }
    let bodies: Vec<(&str, Vec<u8>)> = vec![
        ("not JSON", b"hello".to_vec()),
        ("not UTF-8", b"\"\xff\xfe\"".to_vec()),
        ("a deep list", deep.clone().into_bytes()),
        ("a deep list inside a call", {
            let call = request(1, &json!("DEEP")).to_string();
            call.replace("\"DEEP\"", &deep).into_bytes()
        }),
        ("an unknown call", request(1, &json!({ "Explode": {} })).to_string().into_bytes()),
        ("an unknown message", json!({ "Order": {} }).to_string().into_bytes()),
        (
            "arguments of another kind",
            request(1, &json!({ "Live": { "study": 7 } })).to_string().into_bytes(),
        ),
        (
            "an unknown word",
            request(
                1,
                &json!({ "Control": { "study": "00000000-0000-0000-0000-000000000000", "control": "explode" } }),
            )
            .to_string()
            .into_bytes(),
        ),
        ("a lonely half of a letter", br#"{"Request":"\ud800"}"#.to_vec()),
    ];
    for (what, body) in bodies {
        let mut raw = fixture.raw();
        let heard = raw.frame(&body).close_sending().hear(SOON);
        assert_eq!(heard, Heard::Cut, "{what}");
    }
    fixture.is_unharmed();
}

#[test]
fn nothing_is_told_before_a_greeting() {
    let mut fixture = Fixture::new();
    let id = "00000000-0000-0000-0000-000000000000";
    let calls = [
        json!({ "Credits": {} }),
        json!({ "Status": {} }),
        json!({ "Stop": {} }),
        json!({ "Grant": { "credits": 5 } }),
        json!({ "Doctor": {} }),
        json!({ "Backup": { "path": null } }),
        json!({ "Report": { "study": id } }),
        json!({ "Control": { "study": id, "control": "cancel" } }),
        json!({ "Events": { "after": 0, "limit": 10, "wait_ms": 0 } }),
    ];
    for call in calls {
        let heard = fixture.raw().call(1, &call).hear(SOON);
        assert!(is_error(&heard, "incompatible"), "{call}: {heard:?}");
    }
    fixture.is_unharmed();
}

#[test]
fn peers_of_other_versions_are_told_so() {
    let mut fixture = Fixture::new();
    for (oldest, newest) in [(VERSIONS.1 + 1, 9), (0, 0), (9, VERSIONS.1), (u16::MAX, u16::MAX)] {
        let heard = fixture.raw().hello(oldest, newest).hear(SOON);
        assert!(is_error(&heard, "incompatible"), "{oldest} to {newest}: {heard:?}");
        let heard =
            fixture.raw().hello(oldest, newest).call(1, &json!({ "Credits": {} })).hear(SOON);
        assert!(is_error(&heard, "incompatible"), "a failed greeting opens nothing: {heard:?}");
    }
    let mut wide = fixture.raw();
    let heard = wide.hello(0, u16::MAX).hear(SOON);
    let Heard::Frame(frame) = &heard else { panic!("{heard:?}") };
    assert_eq!(frame.pointer("/message/Ok/Hello/Ok/protocol"), Some(&json!(VERSIONS.1)), "{frame}");
    fixture.is_unharmed();
}

#[test]
fn absurd_deadlines_are_clamped() {
    let mut fixture = Fixture::new();
    let mut raw = fixture.raw();
    assert!(matches!(raw.hello(VERSIONS.0, VERSIONS.1).hear(SOON), Heard::Frame(_)));
    let deadlines = [
        json!({ "secs": u64::MAX, "nanos": 0 }),
        json!({ "secs": u64::MAX, "nanos": u32::MAX }),
        json!({ "secs": 250_000_000_000_u64, "nanos": 0 }),
        json!({ "secs": -1, "nanos": 0 }),
        json!({ "secs": "soon" }),
        json!(null),
        json!(3),
    ];
    for (id, deadline) in (1..).zip(deadlines) {
        let mut call = request(id, &json!({ "Credits": {} }));
        call["Request"]["context"]["deadline"] = deadline.clone();
        let heard = raw.frame(&serde_json::to_vec(&call).unwrap()).hear(SOON);
        assert!(matches!(heard, Heard::Frame(_)), "{deadline}: {heard:?}");
    }
    // One in the past may get a late answer or none, but no other call suffers from it.
    let mut call = request(90, &json!({ "Credits": {} }));
    call["Request"]["context"]["deadline"] = json!({ "secs": 0, "nanos": 0 });
    raw.frame(&serde_json::to_vec(&call).unwrap()).call(91, &json!({ "Credits": {} }));
    let answered = (0..2).any(|_| match raw.hear(SOON) {
        Heard::Frame(frame) => frame["request_id"] == 91,
        Heard::Cut | Heard::Silence => false,
    });
    assert!(answered);
    fixture.is_unharmed();
}

#[test]
fn absurd_arguments_get_an_error_or_an_empty_page() {
    let mut fixture = Fixture::new();
    let mut raw = fixture.raw();
    assert!(matches!(raw.hello(VERSIONS.0, VERSIONS.1).hear(SOON), Heard::Frame(_)));
    let id = fixture.home.link().find("@".to_owned()).unwrap().id;
    let calls = [
        json!({ "Events": { "after": u64::MAX, "limit": u32::MAX, "wait_ms": 0 } }),
        json!({ "Answers": { "study": id, "offset": u32::MAX, "limit": u32::MAX } }),
        json!({ "Scores": { "study": id, "offset": u32::MAX, "limit": u32::MAX } }),
        json!({ "Statement": { "offset": u32::MAX, "limit": u32::MAX } }),
        json!({ "Find": { "name": "%\u{0}'; DROP TABLE" } }),
        json!({ "Find": { "name": "é".repeat(100_000) } }),
        json!({ "Grant": { "credits": i64::MIN } }),
        json!({ "Backup": { "path": "" } }),
        json!({ "Backup": { "path": "relative/path" } }),
        json!({ "Backup": { "path": "a\u{0}b" } }),
        json!({ "Tag": { "study": id, "tags": (0..10_000).map(|n| n.to_string()).collect::<Vec<_>>() } }),
        json!({ "Tag": { "study": id, "tags": ["y".repeat(500_000)] } }),
        json!({ "Tag": { "study": id, "tags": [""] } }),
    ];
    for (number, call) in (1..).zip(&calls) {
        let heard = raw.call(number, call).hear(SOON);
        let Heard::Frame(frame) = &heard else {
            panic!("{heard:?} to {}", call.to_string().chars().take(200).collect::<String>())
        };
        assert_eq!(frame["request_id"], number, "{frame}");
        let refuses = ["Grant", "Backup", "Tag"];
        if refuses.iter().any(|name| call.get(name).is_some()) {
            let text = frame.to_string();
            assert!(
                text.contains("\"Err\""),
                "{}: {text}",
                &call.to_string()[..60.min(call.to_string().len())]
            );
        }
    }
    fixture.is_unharmed();
}

#[test]
fn a_flood_of_calls_is_answered_or_turned_away() {
    let mut fixture = Fixture::new();
    let mut raw = fixture.raw();
    assert!(matches!(raw.hello(VERSIONS.0, VERSIONS.1).hear(SOON), Heard::Frame(_)));
    for id in 1..=500 {
        raw.call(id, &json!({ "Status": {} }));
        // The same number twice at once is the peer's fault, and its alone.
        raw.call(id, &json!({ "Credits": {} }));
    }
    raw.close_sending();
    let mut heard = 0;
    while let Heard::Frame(_) = raw.hear(SOON) {
        heard += 1;
    }
    say(&format!("{heard} replies to 1000 calls"));
    fixture.is_unharmed();
}

#[test]
fn a_client_that_leaves_in_the_middle_is_forgotten() {
    let mut fixture = Fixture::new();
    for cut in [1, 3, 5, 40] {
        let body = serde_json::to_vec(&request(1, &json!({ "Status": {} }))).unwrap();
        let mut bytes = u32::try_from(body.len()).unwrap().to_be_bytes().to_vec();
        bytes.extend(body);
        let mut raw = fixture.raw();
        raw.send(&bytes[..cut]);
        drop(raw);
    }
    for _ in 0..50 {
        let mut raw = fixture.raw();
        raw.hello(VERSIONS.0, VERSIONS.1)
            .call(1, &json!({ "Events": { "after": 1_000_000, "limit": 1, "wait_ms": 30_000 } }));
        drop(raw);
    }
    fixture.is_unharmed();
}

#[test]
fn connections_are_limited_and_places_come_back() {
    let mut fixture = Fixture::new();
    // Whoever was here before may take a moment to be gone.
    let greeted = || {
        let mut peer = fixture.raw();
        matches!(peer.hello(VERSIONS.0, VERSIONS.1).hear(SOON), Heard::Frame(_)).then_some(peer)
    };
    let peers: Vec<Raw> = (0..64).map(|_| wait::until("a place", wait::BOUND, greeted)).collect();
    let heard = fixture.raw().hello(VERSIONS.0, VERSIONS.1).hear(SOON);
    assert_eq!(heard, Heard::Cut, "the sixty-fifth is turned away");
    drop(peers);
    wait::until("a free place", wait::BOUND, || Link::open(&fixture.home.paths()).ok());
    fixture.is_unharmed();
}

#[test]
fn who_stalls_is_cut_off() {
    if !program::is_long() {
        say("SKIPPED: takes 10 s; DEMOSCOPE_LONG=1 runs it");
        return;
    }
    let mut fixture = Fixture::new();
    let body = serde_json::to_vec(&request(1, &json!({ "Status": {} }))).unwrap();
    let mut half = u32::try_from(body.len()).unwrap().to_be_bytes().to_vec();
    half.extend(&body[..body.len() / 2]);
    let begun = Instant::now();
    let mut silent = fixture.raw();
    let mut mute = fixture.raw();
    let mut stalled = fixture.raw();
    stalled.send(&half);
    let mut greeted = fixture.raw();
    assert!(matches!(greeted.hello(VERSIONS.0, VERSIONS.1).hear(SOON), Heard::Frame(_)));
    greeted.send(&half);
    mute.send(&[0]);
    for (what, peer) in [
        ("silence", &mut silent),
        ("one byte", &mut mute),
        ("half a frame", &mut stalled),
        ("half a frame after a greeting", &mut greeted),
    ] {
        assert_eq!(peer.hear(SOON), Heard::Cut, "{what}");
    }
    let took = begun.elapsed();
    assert!((Duration::from_secs(9)..Duration::from_secs(15)).contains(&took), "{took:?}");
    // Who has greeted and says nothing more costs nothing and may stay.
    let quiet = fixture.home.link();
    wait::a_random_moment(Duration::from_secs(12));
    assert!(quiet.credits().is_ok());
    fixture.is_unharmed();
}

#[test]
fn what_stands_in_the_sockets_place_is_not_destroyed() {
    let home = Home::new();
    std::fs::create_dir_all(home.paths().runtime).unwrap();
    std::fs::write(home.paths().socket, "precious").unwrap();
    let refused = home.run(["daemon", "run"]);
    assert!(matches!(refused.code(), 2 | 6), "{refused}");
    assert_eq!(std::fs::read(home.paths().socket).unwrap(), b"precious");
    let home = Home::new();
    std::fs::create_dir_all(home.root()).unwrap();
    std::os::unix::fs::symlink("/tmp", home.paths().runtime).unwrap();
    let refused = home.run(["daemon", "run"]);
    assert!(matches!(refused.code(), 2 | 6), "a linked folder is not ours: {refused}");
}

#[test]
fn a_socket_that_vanishes_under_the_daemon_comes_back_for_us_alone() {
    let fixture = Fixture::new();
    let socket = fixture.home.paths().socket;
    std::fs::remove_file(&socket).unwrap();
    drop(fixture.home.run(["list"]).expect(0));
    let mode = std::fs::symlink_metadata(&socket).unwrap().mode() & 0o7777;
    assert_eq!(mode, 0o600);
}

/// As the runtime folder is emptied, removed, or taken by something else when the last login of a user ends.
#[test]
fn a_daemon_whose_socket_folder_is_gone_is_reached_again() {
    let mut fixture = Fixture::new();
    let folder = fixture.home.paths().runtime;
    std::fs::remove_dir_all(&folder).unwrap();
    drop(fixture.home.run(["list"]).expect(0));
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::create_dir_all(&folder).unwrap();
    drop(fixture.home.run(["show", "@"]).expect(0));
    assert_eq!(std::fs::metadata(&folder).unwrap().mode() & 0o7777, 0o700);
    fixture.is_unharmed();
    // Where its place is taken, it listens in the data folder, which the locked file tells.
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::write(&folder, "in the way").unwrap();
    drop(fixture.home.run(["daemon", "status"]).expect(0));
    drop(fixture.home.run(["list"]).expect(0));
    assert!(fixture.daemon.is_running(), "{}", fixture.daemon.said());
}
