//! Tests of stores of other versions: every format that a release ever wrote opens, and a newer one is refused with one
//! clear line and left unchanged.

use std::path::Path;

use harness::{Home, audit, program, studies};
use redb::{Database, ReadableTable, TableDefinition};
use serde_json::Value;

/// The table of single rows, as its name stands in every file.
const META: TableDefinition<&[u8], &[u8]> = TableDefinition::new("meta");

#[test]
fn every_stored_file_of_an_older_version_opens() {
    let folder = program::repository().join("tests/fixtures/db");
    let mut fixtures = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "redb") {
            continue;
        }
        fixtures += 1;
        let home = Home::new();
        std::fs::create_dir_all(home.root()).unwrap();
        std::fs::copy(&path, home.paths().database).unwrap();
        let _daemon = home.daemon();
        let link = home.link();
        let listed = home.run(["list", "--json"]).expect(0).json();
        assert!(!listed.as_array().unwrap().is_empty(), "{} holds no study", path.display());
        for study in listed.as_array().unwrap() {
            let id = study["id"].as_str().unwrap();
            drop(home.run(["show", id]).expect(0));
            drop(home.run(["show", id, "--json", "--answers"]).expect(0));
            drop(home.run(["export", id, "--format", "csv"]).expect(0));
            assert_eq!(audit::study(&link, id.parse().unwrap()), audit::Findings::new());
        }
        assert_eq!(studies::run(&home, 10, 7).json()["study"]["panel"]["delivered"], 10);
    }
    assert!(fixtures > 0, "no fixture of the first format");
}

/// Writes another format number into a store that is closed.
fn set_format(database: &Path, version: u32) {
    let store = Database::open(database).unwrap();
    let change = store.begin_write().unwrap();
    {
        let mut meta = change.open_table(META).unwrap();
        let row = meta.get("format".as_bytes()).unwrap().unwrap().value().to_vec();
        let mut row: Value = serde_json::from_slice(&row).unwrap();
        row["version"] = version.into();
        let row = serde_json::to_vec(&row).unwrap();
        drop(meta.insert("format".as_bytes(), row.as_slice()).unwrap());
    }
    change.commit().unwrap();
}

#[test]
fn a_file_of_a_newer_version_is_refused_and_not_touched() {
    let home = Home::new();
    drop(studies::run(&home, 10, 7));
    drop(home.run(["daemon", "stop"]).expect(0));
    let database = home.paths().database;
    set_format(&database, 4_000);
    let before = std::fs::read(&database).unwrap();
    let refused = home.run(["daemon", "run"]);
    assert!(matches!(refused.code(), 2 | 6), "{refused}");
    assert!(refused.err().contains("newer Demoscope"), "{refused}");
    let seen = home.run(["list"]).expect(6);
    assert!(seen.stdout.is_empty(), "{seen}");
    assert!(before == std::fs::read(&database).unwrap(), "the file was touched");
}
