//! Backups as files in a folder with other files: which are removed, which are offered.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use proptest::prelude::*;

use crate::app::testing::{DRIVER, everyone_answers, me, options, settings, world};
use crate::app::{Core, Settings};
use crate::store::{Backups, OpenError, Storage};

fn core(folder: &Path, kept: usize) -> Core {
    let settings = Settings {
        backups: Some(folder.join("backups")),
        backups_kept: kept,
        ..settings(1_000, everyone_answers())
    };
    let storage = Storage::File(folder.join("demoscope.redb"));
    Core::open_with(world().0, storage, settings, options()).unwrap()
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// What its owner, another clock or another program may have put beside the daily backups.
const FOREIGN: [&str; 10] = [
    "demoscope-important1.redb",
    "demoscope-2026-02-30.redb",
    "demoscope-2026-1-1-x.redb",
    "demoscope-+026-11-01.redb",
    "demoscope-2026-11-01.redb.partial.redb",
    "demoscope-2026-11-01-101112.redb",
    "demoscope-2026-11-01",
    "demoscope-2099-01-01.redb",
    "demoscope-2099-01-02.redb",
    "demoscope-2099-01-03.redb",
];

#[tokio::test]
async fn pruning_removes_days_of_our_own_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let backups = folder.path().join("backups");
    fs::create_dir(&backups).unwrap();
    for name in FOREIGN {
        fs::write(backups.join(name), name).unwrap();
    }
    fs::create_dir(backups.join("demoscope-2026-11-02.redb")).unwrap();
    for day in ["2026-11-18", "2026-11-19", "2026-11-20"] {
        fs::write(backups.join(format!("demoscope-{day}.redb")), day).unwrap();
    }
    let core = core(folder.path(), 2);
    let made = core.backup_daily(&DRIVER).await.unwrap().unwrap();
    assert!(made.is_file(), "with as many days to come as are kept, today's stays");
    let mut expected: BTreeSet<String> = FOREIGN.into_iter().map(str::to_owned).collect();
    for name in
        ["demoscope-2026-11-02.redb", "demoscope-2026-11-20.redb", "demoscope-2026-11-22.redb"]
    {
        expected.insert(name.to_owned());
    }
    assert_eq!(names(&backups), expected);
    core.close();
}

proptest! {
    #[test]
    fn of_what_is_kept_nothing_newer_goes_and_no_day_to_come_counts(
        days in prop::collection::btree_set(1_i16..60, 0..20),
        today in 1_i16..60,
        keep in 0_usize..10,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let backups = Backups(folder.path().to_owned());
        let day = |number: i16| jiff::civil::Date::new(2026, 1, 1).unwrap()
            .checked_add(jiff::Span::new().days(i64::from(number))).unwrap();
        for number in days.iter().copied().chain([today]) {
            fs::write(backups.of_day(day(number)), b"").unwrap();
        }
        backups.prune(keep, day(today)).unwrap();
        let left: Vec<i16> =
            days.iter().copied().filter(|number| backups.of_day(day(*number)).exists()).collect();
        prop_assert!(backups.of_day(day(today)).exists());
        prop_assert!(days.iter().filter(|number| **number > today).all(|number| left.contains(number)));
        let past: Vec<i16> = days.iter().copied().filter(|number| *number < today).collect();
        let kept = keep.max(1).saturating_sub(1).min(past.len());
        let expected: Vec<i16> = past[past.len() - kept..].to_vec();
        let found: Vec<i16> = left.into_iter().filter(|number| *number < today).collect();
        prop_assert_eq!(found, expected);
    }
}

#[tokio::test]
async fn a_damaged_store_is_offered_the_newest_backup_that_opens() {
    let folder = tempfile::tempdir().unwrap();
    let backups = folder.path().join("backups");
    let core = core(folder.path(), 7);
    let today = core.backup_daily(&DRIVER).await.unwrap().unwrap();
    core.close();
    let on = |day: &str| backups.join(format!("demoscope-{day}.redb"));
    // Copied later, and still the older one by its name.
    fs::copy(&today, on("2026-11-20")).unwrap();
    // Newer than the sound ones by name and by time, and of no use.
    fs::write(on("2026-11-23"), b"").unwrap();
    fs::write(on("2026-11-24"), vec![0x5A; 20_000]).unwrap();
    let cut = fs::read(&today).unwrap()[..4_096].to_vec();
    fs::write(on("2026-11-25"), cut).unwrap();
    fs::create_dir(on("2026-11-26")).unwrap();
    let path = folder.path().join("demoscope.redb");
    fs::write(&path, b"").unwrap();
    let settings =
        Settings { backups: Some(backups.clone()), ..settings(1_000, everyone_answers()) };
    let opened = || {
        let storage = Storage::File(path.clone());
        Core::open_with(world().0, storage, settings.clone(), options()).map(|_| ())
    };
    let offered = |error: OpenError| match error {
        OpenError::Damaged { backup, .. } => backup,
        other => panic!("{other}"),
    };
    assert_eq!(offered(opened().unwrap_err()), Some(today.clone()));
    fs::write(&today, b"").unwrap();
    assert_eq!(offered(opened().unwrap_err()), Some(on("2026-11-20")));
    fs::remove_file(on("2026-11-20")).unwrap();
    assert_eq!(offered(opened().unwrap_err()), None);
}

#[tokio::test]
async fn what_a_killed_daemon_left_of_its_own_copies_goes_with_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let backups = folder.path().join("backups");
    fs::create_dir(&backups).unwrap();
    for name in [
        "demoscope-2026-11-20.redb.partial",
        "demoscope-2026-11-20-101112.redb.partial",
        "demoscope-2026-11-22.redb.partial",
        "demoscope-mine.redb.partial",
        "mine.redb.partial",
    ] {
        fs::write(backups.join(name), b"half").unwrap();
    }
    let core = core(folder.path(), 7);
    drop(core.backup_daily(&DRIVER).await.unwrap().unwrap());
    let left: Vec<String> =
        names(&backups).into_iter().filter(|name| name.ends_with(".partial")).collect();
    assert_eq!(left, ["demoscope-mine.redb.partial", "mine.redb.partial"]);
    core.close();
}

#[tokio::test]
async fn the_doctor_tells_of_a_daily_backup_that_was_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let core = core(folder.path(), 7);
    let seen = async || {
        let checks = core.doctor(&me()).await.unwrap();
        checks.into_iter().find(|check| check.name == "backups.made").unwrap()
    };
    assert!(seen().await.ok);
    fs::write(folder.path().join("backups"), b"no folder").unwrap();
    assert!(core.backup_daily(&DRIVER).await.is_err());
    let check = seen().await;
    assert!(!check.ok && check.detail.contains("was not written"), "{check:?}");
    fs::remove_file(folder.path().join("backups")).unwrap();
    assert!(core.backup_daily(&DRIVER).await.unwrap().is_some());
    assert!(seen().await.ok);
    core.close();
}

#[test]
fn two_copies_to_one_name_at_once_do_not_spoil_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let core = core(folder.path(), 7);
    let path = folder.path().join("copy.redb");
    let made: Vec<bool> = std::thread::scope(|scope| {
        let copy = || scope.spawn(|| core.store().backup(&path).is_ok());
        let copies = [copy(), copy(), copy(), copy()];
        copies.map(|copy| copy.join().unwrap()).to_vec()
    });
    assert!(made.contains(&true), "{made:?}");
    assert!(path.is_file() && !folder.path().join("copy.redb.partial").exists());
    core.close();
}
