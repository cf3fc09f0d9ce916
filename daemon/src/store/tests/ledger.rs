//! Ledger verification at the start: from the noted end on, of the whole ledger if that does not match, and a missing
//! or altered entry at the end is always detected.

use std::fs;
use std::path::{Path, PathBuf};

use protocol::credits::Credits;
use redb::{Database, ReadableTable};
use serde_json::{Value, json};

use crate::app::Core;
use crate::app::testing::{everyone_answers, me, options, settings, world};
use crate::store::{Key, OpenError, Storage, Table};
use crate::world::World;

fn open(path: &Path) -> Result<Core, OpenError> {
    open_in(world().0, path)
}

fn open_in(world: World, path: &Path) -> Result<Core, OpenError> {
    let settings = settings(1_000, everyone_answers());
    Core::open_with(world, Storage::File(path.to_owned()), settings, options())
}

/// A store that was closed with some transfers in its ledger. Its note as it was, and as it was one transfer before.
struct Closed {
    folder: tempfile::TempDir,
    older_note: Vec<u8>,
}

impl Closed {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("demoscope.redb");
        let (world, _clock) = world();
        for credits in [7, 9, 11] {
            let core = open_in(world.clone(), &path).unwrap();
            core.grant(&me(), Credits(credits)).await.unwrap();
            core.close();
        }
        let older_note = fs::read(path.with_extension("redb.ledger")).unwrap();
        let core = open_in(world, &path).unwrap();
        core.grant(&me(), Credits(13)).await.unwrap();
        core.close();
        Self { folder, older_note }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("demoscope.redb")
    }

    fn note(&self) -> PathBuf {
        self.folder.path().join("demoscope.redb.ledger")
    }

    /// Alters a row; `None` removes it.
    fn alter(&self, table: Table, key: &impl Key, change: impl FnOnce(Value) -> Option<Value>) {
        let database = Database::open(self.path()).unwrap();
        let transaction = database.begin_write().unwrap();
        {
            let mut rows = transaction.open_table(table.definition()).unwrap();
            let key = key.encode();
            let row = rows.get(key.as_slice()).unwrap().unwrap().value().to_vec();
            match change(serde_json::from_slice(&row).unwrap()) {
                Some(row) => {
                    let row = serde_json::to_vec(&row).unwrap();
                    drop(rows.insert(key.as_slice(), row.as_slice()).unwrap());
                }
                None => drop(rows.remove(key.as_slice()).unwrap()),
            }
        }
        transaction.commit().unwrap();
    }

    fn forge(&self, transfer: u64) {
        self.alter(Table::Transfers, &transfer, |mut row| {
            row["kind"] = json!("forged");
            Some(row)
        });
    }

    fn last(&self) -> u64 {
        let note: Value = serde_json::from_slice(&fs::read(self.note()).unwrap()).unwrap();
        note["seq"].as_u64().unwrap()
    }

    fn refuses(&self, why: &str) {
        let before = fs::read(self.note()).ok();
        let error = open(&self.path()).unwrap_err();
        assert!(matches!(error, OpenError::Damaged { .. }), "{error}");
        assert!(error.to_string().contains(why), "{error}");
        assert_eq!(fs::read(self.note()).ok(), before);
    }
}

#[tokio::test]
async fn a_start_verifies_what_was_booked_since_the_noted_end_and_the_doctor_the_rest() {
    let store = Closed::new().await;
    store.forge(1);
    let core = open(&store.path()).unwrap();
    let checks = core.doctor(&me()).await.unwrap();
    let chain = checks.iter().find(|check| check.name == "ledger.chain").unwrap();
    assert!(!chain.ok, "{}", chain.detail);
    core.close();
    fs::remove_file(store.note()).unwrap();
    store.refuses("Transfer 1 was altered");
}

#[tokio::test]
async fn a_ledger_that_lost_its_last_transfer_is_refused_whatever_was_noted() {
    let store = Closed::new().await;
    let last = store.last();
    store.alter(Table::Transfers, &last, |_| None);
    let why = format!("ends at transfer {}, but {last} was noted", last - 1);
    store.refuses(&why);
    fs::write(store.note(), &store.older_note).unwrap();
    assert_eq!(store.last(), last - 1);
    store.refuses(&why);
    fs::remove_file(store.note()).unwrap();
    store.refuses(&why);
}

#[tokio::test]
async fn what_was_booked_since_an_older_note_is_verified() {
    let store = Closed::new().await;
    let last = store.last();
    fs::write(store.note(), &store.older_note).unwrap();
    open(&store.path()).unwrap().close();
    assert_eq!(store.last(), last);
    fs::write(store.note(), &store.older_note).unwrap();
    store.forge(last);
    store.refuses(&format!("Transfer {last} was altered"));
}

#[tokio::test]
async fn a_balance_that_does_not_follow_from_the_ledger_is_refused_whatever_was_noted() {
    let store = Closed::new().await;
    let last = fs::read(store.note()).unwrap();
    store.alter(Table::Accounts, &"owner/granted".to_owned(), |mut balance| {
        balance["value"] = json!(balance["value"].as_i64().unwrap() + 1);
        Some(balance)
    });
    for note in [&last, &store.older_note] {
        fs::write(store.note(), note).unwrap();
        store.refuses("a balance is not the sum of its postings");
    }
}

#[tokio::test]
async fn a_note_that_does_not_fit_is_no_reason_to_refuse_a_store() {
    let store = Closed::new().await;
    let path = store.path();
    let balance = {
        let core = open(&path).unwrap();
        let balance = core.credits(&me()).await.unwrap();
        core.close();
        balance
    };
    let mut note: Value = serde_json::from_slice(&fs::read(store.note()).unwrap()).unwrap();
    for balances in [json!("0000"), Value::Null] {
        note["balances"] = balances;
        fs::write(store.note(), note.to_string()).unwrap();
        let core = open(&path).unwrap();
        assert_eq!(core.store().recovery().rewound, None);
        assert_eq!(core.credits(&me()).await.unwrap(), balance);
        core.close();
    }
}
