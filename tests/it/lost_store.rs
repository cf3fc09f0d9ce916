//! Tests of a lost store: missing at the start, removed under a running daemon, or its whole folder gone. No new store
//! is created silently, nothing is acknowledged that would be lost, and no daemon goes on asking without a store.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use harness::{Act, Daemon, Desk, Home, MockProvider, studies, wait};
use protocol::run::State;

/// A home in which a study was run and backed up, without a daemon; and the backup.
fn lived() -> (Home, PathBuf, String) {
    let home = Home::with_settings("[backup]\ndaily = false\n");
    let results = studies::run(&home, 40, 7).results();
    let printed = home.run(["backup", "--json"]).expect(0).json();
    drop(home.run(["daemon", "stop"]).expect(0));
    (home, PathBuf::from(printed["path"].as_str().unwrap()), results)
}

#[test]
fn every_door_refuses_to_begin_anew_and_names_the_way_back() {
    let (home, backup, results) = lived();
    let study = home.write("study.md", studies::concept(10, 1));
    fs::remove_file(home.paths().database).unwrap();
    let command = format!("demoscope restore {}", backup.display());
    let run = ["run", study.to_str().unwrap()];
    for door in [
        &["list"][..],
        &run,
        &["credits"],
        &["doctor"],
        &["daemon", "start"],
        &["daemon", "run"],
        &["events"],
    ] {
        let refused = home.run(door).expect(6).says("is missing").says("--new-store");
        assert!(refused.err().contains(&command), "{door:?}: {refused}");
        assert!(refused.stdout.is_empty(), "{door:?}: {refused}");
        assert!(!home.paths().database.exists(), "{door:?}");
    }
    let mut desk = Desk::open(&home, 100, 30);
    desk.wait("the refusal", |screen| screen.contains("is missing"));
    assert_eq!(desk.wait_end().exit_code(), 6);
    // The words of the refusal, typed.
    let words: Vec<&str> = command.split(' ').skip(1).chain(["--yes"]).collect();
    drop(home.run(words).expect(0));
    assert_eq!(home.run(["show", "@", "--json", "--answers"]).expect(0).results(), results);
    let doctor = home.run(["doctor"]);
    assert_eq!(doctor.code(), 0, "{doctor}");
}

#[test]
fn a_new_store_is_begun_when_its_owner_says_so() {
    let (home, ..) = lived();
    let help = home.run(["daemon", "--help"]).expect(0).out();
    assert!(help.contains("demoscope daemon start --new-store"), "{help}");
    for verb in ["start", "run"] {
        let exists = home.run(["daemon", verb, "--new-store"]).expect(2);
        assert!(exists.err().contains("exists"), "{exists}");
    }
    let note = home.root().join("demoscope.redb.ledger");
    let noted = fs::read(&note).unwrap();
    fs::remove_file(home.paths().database).unwrap();
    drop(home.run(["daemon", "start", "--new-store"]).expect(0));
    assert_eq!(home.link().credits().unwrap().balance.0, 10_000);
    assert_eq!(fs::read(home.root().join("demoscope.redb.ledger.before-new-1")).unwrap(), noted);
    drop(home.run(["daemon", "start", "--new-store"]).expect(2).says("daemon stop"));
    drop(home.run(["daemon", "stop"]).expect(0));
    drop(home.run(["list"]).expect(0));
}

#[test]
fn a_store_that_is_deleted_under_the_daemon_is_told_of_and_can_be_saved() {
    let home = Home::with_settings("[backup]\ndaily = false\n");
    let results = studies::run(&home, 50, 7).results();
    let link = home.link();
    fs::remove_file(home.paths().database).unwrap();
    // At once by whoever writes, and soon by everyone.
    let refused = link.take_on(&studies::concept(20, 8)).unwrap_err();
    assert!(refused.message.contains("was moved away or deleted"), "{refused}");
    let told = wait::until("the status to tell", wait::BOUND, || {
        let status = home.run(["daemon", "status"]).expect(0).out();
        status.contains("Takes no writes").then_some(status)
    });
    assert!(told.contains("demoscope backup PATH"), "{told}");
    let study = home.write("study.md", studies::concept(10, 1));
    drop(home.run(["run", study.to_str().unwrap()]).expect(6).says("was moved away or deleted"));
    drop(home.run(["doctor"]).expect(1));
    assert_eq!(home.run(["show", "@", "--json", "--answers"]).expect(0).results(), results);
    drop(home.run(["backup", "saved.redb"]).expect(0));
    drop(home.run(["restore", "saved.redb", "--yes"]).expect(0));
    assert_eq!(home.run(["show", "@", "--json", "--answers"]).expect(0).results(), results);
    drop(home.run(["doctor"]).expect(0));
}

fn slow_service() -> (MockProvider, Home) {
    let mock = MockProvider::start(Duration::from_millis(100), |_| Act::Answer);
    let home = Home::with_settings(&mock.settings("concurrency = 4"));
    (mock, home)
}

fn model_study(panel: u32) -> String {
    studies::concept(panel, 7).replace("panel:", "engine: mock\nreplicates: 0\npanel:")
}

/// Waits until a service is asked nothing any more, and says how many calls there were.
fn calls_at_rest(mock: &MockProvider) -> usize {
    wait::until("the last call", wait::BOUND, || {
        let before = mock.calls();
        // Many times what a call takes: a daemon that still asks is seen.
        wait::a_random_moment(Duration::from_millis(1_500));
        (mock.calls() == before).then_some(before)
    })
}

#[test]
fn a_study_at_work_asks_nobody_without_its_store_and_goes_on_with_it() {
    let (mock, home) = slow_service();
    let _daemon = home.daemon();
    let link = home.link();
    let id = link.take_on(&model_study(120)).unwrap().id;
    drop(wait::for_answers(&link, id, 8));
    let (store, away) = (home.paths().database, home.folder().join("away.redb"));
    fs::rename(&store, &away).unwrap();
    let asked = calls_at_rest(&mock);
    assert!(asked < 120, "{asked}");
    assert!(link.status().unwrap().degraded.is_some());
    // Whoever follows the study is told why it stands still.
    let told = link.live(id).unwrap().no_writes.unwrap();
    assert!(told.contains("was moved away or deleted"), "{told}");
    fs::rename(&away, &store).unwrap();
    let done = wait::for_end(&link, id);
    assert_eq!((done.state, done.panel.delivered), (State::Completed, 120));
    assert!(link.status().unwrap().degraded.is_none());
    assert_eq!(link.live(id).unwrap().no_writes, None);
    let twice = mock.told().answered.values().filter(|count| **count > 1).count();
    assert!(twice <= 20, "only what was under way or not recorded yet is asked twice: {twice}");
}

#[test]
fn a_daemon_without_a_home_ends_and_asks_nobody() {
    for renewed in [false, true] {
        let (mock, home) = slow_service();
        let mut daemon = home.daemon();
        let link = home.link();
        let id = link.take_on(&model_study(600)).unwrap().id;
        drop(wait::for_answers(&link, id, 8));
        fs::remove_dir_all(home.root()).unwrap();
        // Somebody begins anew in the same place meanwhile.
        let second = renewed.then(|| Daemon::spawn(&home, None));
        let ended = daemon.wait_end(Duration::from_secs(10));
        assert_eq!(ended.code(), Some(6), "{ended}: {}", daemon.said());
        let calls = calls_at_rest(&mock);
        assert!(calls < 600, "{calls}");
        if let Some(mut second) = second {
            let link = second.wait_ready(&home);
            assert_eq!(link.credits().unwrap().balance.0, 10_000);
            assert!(home.paths().socket.exists(), "the first one left the socket of the second");
        } else {
            assert!(daemon.said().contains("was removed or replaced"), "{}", daemon.said());
            assert!(!home.root().exists(), "nothing was made there again");
        }
    }
}

#[test]
fn a_daemon_that_ends_without_its_file_saves_the_store_first() {
    for (replaced, by_command) in [(false, true), (true, true), (false, false)] {
        let (home, backup, _) = lived();
        // A daily backup must not come before what was saved later.
        fs::rename(&backup, home.paths().backups.join("demoscope-2026-01-02.redb")).unwrap();
        let mut daemon = home.daemon();
        let results = studies::run(&home, 30, 11).results();
        let store = home.paths().database;
        fs::rename(&store, home.folder().join("away.redb")).unwrap();
        if replaced {
            fs::write(&store, b"no store").unwrap();
        }
        let saved = home.root().join("demoscope.redb.rescued-1");
        // At once, which is before the daemon looks by itself.
        if by_command {
            let stopped = home.run(["daemon", "stop"]).expect(0);
            assert!(stopped.err().contains(&*saved.to_string_lossy()), "{stopped}");
        } else {
            daemon.terminate();
        }
        let ended = daemon.wait_end(wait::BOUND);
        assert_eq!(ended.code(), Some(0), "{ended}: {}", daemon.said());
        assert!(daemon.said().contains("rescued-1"), "{}", daemon.said());
        fs::remove_file(home.folder().join("away.redb")).unwrap();
        let command = format!("demoscope restore {}", saved.display());
        let refused = home.run(["list"]).expect(6);
        assert!(refused.err().contains(&command), "{refused}");
        drop(home.run(["restore", saved.to_str().unwrap(), "--yes"]).expect(0));
        assert_eq!(home.run(["show", "@", "--json", "--answers"]).expect(0).results(), results);
        drop(home.run(["doctor"]).expect(0));
    }
}

#[test]
fn an_older_store_in_its_place_is_told_of_by_whoever_starts_the_daemon() {
    for at_work in [false, true] {
        let (home, backup, _) = lived();
        let results = studies::run(&home, 30, 11).results();
        let store = home.paths().database;
        let saved = home.root().join("demoscope.redb.rescued-1");
        if !at_work {
            drop(home.run(["daemon", "stop"]).expect(0));
        }
        fs::rename(&store, home.folder().join("away.redb")).unwrap();
        fs::copy(&backup, &store).unwrap();
        if at_work {
            drop(home.run(["daemon", "stop"]).expect(0));
        }
        assert_eq!(saved.exists(), at_work);
        let started = home
            .run(["list"])
            .expect(0)
            .says("warning: ")
            .says("an older file was put in its place");
        let status = home.run(["daemon", "status"]).expect(0).out();
        let way_back = if at_work {
            format!("demoscope restore {}", saved.display())
        } else {
            "demoscope restore PATH".to_owned()
        };
        for told in [started.err(), status] {
            assert!(told.contains("transfers noted") && told.contains(&way_back), "{told}");
        }
        // Who only joins is not warned, and the status still tells.
        assert!(!home.run(["list"]).expect(0).err().contains("warning"), "once for each start");
        let json = home.run(["daemon", "status", "--json"]).expect(0).json();
        assert!(json["rewound"].is_string(), "{json}");
        if at_work {
            drop(home.run(["restore", saved.to_str().unwrap(), "--yes"]).expect(0));
            let shown = home.run(["show", "@", "--json", "--answers"]).expect(0);
            assert_eq!(shown.results(), results);
            let json = home.run(["daemon", "status", "--json"]).expect(0).json();
            assert!(json.get("rewound").is_none(), "{json}");
        }
    }
}

#[test]
fn a_damaged_store_without_a_backup_is_not_told_to_restore_one() {
    let home = Home::with_settings("[backup]\ndaily = false\n");
    fs::create_dir_all(home.root()).unwrap();
    fs::write(home.paths().database, b"no store").unwrap();
    let refused = home.run(["list"]).expect(6).says("there is no backup").says("--new-store");
    assert!(!refused.err().contains("demoscope restore"), "{refused}");
}

#[test]
fn a_backup_alone_forbids_to_begin_anew_in_silence() {
    let (home, backup, results) = lived();
    for entry in fs::read_dir(home.root()).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_str().unwrap().starts_with("demoscope.redb") {
            fs::remove_file(path).unwrap();
        }
    }
    let command = format!("demoscope restore {}", backup.display());
    let refused = home.run(["list"]).expect(6).says("is missing").says("--new-store");
    assert!(refused.err().contains(&command), "{refused}");
    drop(home.run(["restore", backup.to_str().unwrap(), "--yes"]).expect(0));
    assert_eq!(home.run(["show", "@", "--json", "--answers"]).expect(0).results(), results);
}
