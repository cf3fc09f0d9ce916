//! Tests of backups: complete while a study runs, restored without a second charge, and never in the place of another
//! file.

use harness::{Home, audit, studies, wait};
use protocol::run::State;

#[test]
fn a_backup_under_load_is_whole_and_restores() {
    let home = Home::paced(800);
    drop(studies::run(&home, 100, 1));
    let id = studies::submit(&home, 800, 7);
    let link = home.link();
    drop(wait::for_answers(&link, id, 100));
    let printed = home.run(["backup", "copy.redb", "--json"]).expect(0).json();
    let copy = home.folder().join("copy.redb");
    assert_eq!(printed["path"], copy.to_str().unwrap());
    assert_eq!(wait::for_end(&link, id).state, State::Completed);
    let complete = home.run(["show", &id.to_string(), "--json"]).expect(0).results();
    drop(link.grant(protocol::credits::Credits(77)).unwrap());
    drop(home.run(["restore", "copy.redb"]).expect(2).says("--yes"));
    let restored = home.run(["restore", "copy.redb", "--yes"]).expect(0);
    assert!(restored.err().to_lowercase().contains("restored"), "{restored}");
    for told in ["credits spent since then came back", "caps count from the backup on"] {
        assert!(restored.err().contains(told), "{restored}");
    }
    // The unfinished study of the copy goes on, and nobody in it is asked or charged twice.
    let link = home.link();
    assert_eq!(wait::for_end(&link, id).state, State::Completed);
    assert_eq!(home.run(["show", &id.to_string(), "--json"]).expect(0).results(), complete);
    let findings: Vec<String> = audit::study(&link, id)
        .into_iter()
        // That credits came back with an older file is what the doctor is to say.
        .filter(|finding| !finding.contains("ledger.not_rewound"))
        .collect();
    assert_eq!(findings, audit::Findings::new());
    let aside: Vec<_> = std::fs::read_dir(home.root())
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter(|name| name.contains("before-restore"))
        .collect();
    assert_eq!(aside.len(), 1, "what was there is kept: {aside:?}");
}

#[test]
fn a_backup_never_replaces_a_file() {
    let home = Home::new();
    drop(studies::run(&home, 5, 1));
    let precious = home.write("precious", "precious");
    drop(home.run(["backup", "precious"]).expect(2));
    let direct = home.link().backup(Some(precious.to_str().unwrap().to_owned()));
    assert!(direct.is_err(), "the daemon refuses by itself too: {direct:?}");
    assert_eq!(std::fs::read(precious).unwrap(), b"precious");
    home.write("file", "not a folder");
    let nowhere = home.run(["backup", "file/copy.redb"]);
    assert!(matches!(nowhere.code(), 2 | 6), "{nowhere}");
    let chosen = home.run(["backup"]).expect(0).out();
    assert!(std::path::Path::new(chosen.trim_end()).is_file(), "{chosen}");
}

#[test]
fn what_is_no_backup_is_not_restored() {
    let home = Home::new();
    let before = studies::run(&home, 5, 1).results();
    home.write("picture.redb", b"\xff\xd8\xff\xe0 JFIF and nothing more");
    home.write("empty.redb", "");
    for bad in ["picture.redb", "empty.redb", "missing.redb", "."] {
        let ended = home.run(["restore", bad, "--yes"]);
        assert!(matches!(ended.code(), 2 | 6), "{ended}");
        assert!(ended.err().contains("error:") && ended.err().contains(bad), "{ended}");
        // It is the given file that is of no use: advice about the store, which is sound, would destroy it.
        for advice in ["--new-store", "move the file away", "there is no backup", ".restoring"] {
            assert!(!ended.err().contains(advice), "{advice}: {ended}");
        }
        assert_eq!(home.run(["show", "@", "--json", "--answers"]).expect(0).results(), before);
    }
    assert_eq!(audit::all(&home.link()), audit::Findings::new());
}
