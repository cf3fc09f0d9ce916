//! Restores interrupted at every step: the next start finds the old store or the new one, complete, and reports
//! neither as unexpected.

use std::cell::RefCell;
use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use protocol::credits::Credits;

use crate::app::Core;
use crate::app::restore_backup;
use crate::app::testing::{everyone_answers, me, options, settings, world};
use crate::store::restore::{RestoreStep, keep_aside, restore_stepwise};
use crate::store::{OpenError, RestoreError, Storage};

fn open(path: &Path) -> Result<Core, OpenError> {
    let settings = settings(1_000, everyone_answers());
    Core::open_with(world().0, Storage::File(path.to_owned()), settings, options())
}

const STEPS: [RestoreStep; 6] = [
    RestoreStep::Copy,
    RestoreStep::Check,
    RestoreStep::Announce,
    RestoreStep::KeepAside,
    RestoreStep::Swap,
    RestoreStep::Note,
];

const OLD: Credits = Credits(1_016);
const NEW: Credits = Credits(1_009);

/// A store with a balance of `OLD` and a backup of it from when it was `NEW`, or a backup of a store that has nothing
/// to do with it.
async fn folder(foreign: bool) -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("demoscope.redb");
    let backup = folder.path().join("copy.redb");
    let core = open(&path).unwrap();
    core.grant(&me(), Credits(9)).await.unwrap();
    if !foreign {
        core.backup(&me(), Some(&backup)).await.unwrap();
    }
    core.grant(&me(), Credits(7)).await.unwrap();
    core.close();
    if foreign {
        let other = folder.path().join("other");
        fs::create_dir(&other).unwrap();
        let core = open(&other.join("demoscope.redb")).unwrap();
        core.grant(&me(), Credits(4)).await.unwrap();
        core.grant(&me(), Credits(5)).await.unwrap();
        core.backup(&me(), Some(&backup)).await.unwrap();
        core.close();
    }
    (folder, path, backup)
}

/// Restores until that step, and takes nothing back then, as a kill does. Says which steps were begun.
fn cut_off(backup: &Path, path: &Path, at: Option<RestoreStep>) -> Vec<RestoreStep> {
    let begun = RefCell::new(Vec::new());
    let cut = catch_unwind(AssertUnwindSafe(|| {
        let before = |step| {
            begun.borrow_mut().push(step);
            assert!(at != Some(step), "cut off");
        };
        restore_stepwise(backup, path, &options(), |_| Ok(()), before)
    }));
    assert_eq!(cut.is_err(), at.is_some());
    begun.into_inner()
}

#[tokio::test]
async fn cut_off_at_any_step_the_old_or_the_new_store_is_there() {
    for foreign in [false, true] {
        for at in STEPS.map(Some).into_iter().chain([None]) {
            let (folder, path, backup) = folder(foreign).await;
            let begun = cut_off(&backup, &path, at);
            let count = STEPS.iter().position(|step| Some(*step) == at).unwrap_or(STEPS.len() - 1);
            assert_eq!(begun, STEPS[..=count]);
            let core = open(&path).unwrap();
            let swapped = matches!(at, Some(RestoreStep::Note) | None);
            let expected = if swapped { NEW } else { OLD };
            assert_eq!(core.credits(&me()).await.unwrap().balance, expected, "{foreign} {at:?}");
            assert_eq!(core.store().recovery().rewound, None, "{foreign} {at:?}");
            let checks = core.doctor(&me()).await.unwrap();
            assert!(checks.iter().all(|check| check.ok), "{foreign} {at:?}: {checks:?}");
            core.close();
            // The second attempt is like a first one.
            let restored = restore_backup(&backup, &path).unwrap();
            let aside = restored.aside.unwrap();
            assert!(aside.exists());
            let core = open(&path).unwrap();
            assert_eq!(core.credits(&me()).await.unwrap().balance, NEW, "{foreign} {at:?}");
            assert_eq!(core.store().recovery().rewound, None);
            core.close();
            assert!(!folder.path().join("demoscope.redb.restoring").exists());
            let core = open(&aside).unwrap();
            assert_eq!(core.credits(&me()).await.unwrap().balance, expected);
            core.close();
        }
    }
}

#[tokio::test]
async fn a_store_is_kept_as_a_copy_where_files_have_but_one_name() {
    let (folder, path, _) = folder(false).await;
    let refused = |_: &Path, _: &Path| Err(io::Error::from(io::ErrorKind::Unsupported));
    for number in 1..=2 {
        let aside = keep_aside(&path, refused).unwrap();
        assert!(aside.ends_with(format!("demoscope.redb.before-restore-{number}")), "{aside:?}");
        assert_eq!(fs::read(&aside).unwrap(), fs::read(&path).unwrap());
        assert_eq!(fs::metadata(&aside).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let linked = keep_aside(&path, |from, to| fs::hard_link(from, to)).unwrap();
    assert!(linked.ends_with("demoscope.redb.before-restore-3"));
    let again = keep_aside(&path, |from, to| fs::hard_link(from, to)).unwrap();
    assert_eq!(again, linked, "a second name is enough");
    drop(folder);
}

#[tokio::test]
async fn what_is_left_of_a_restore_is_not_destroyed_by_restoring_it() {
    let (folder, path, backup) = folder(false).await;
    drop(cut_off(&backup, &path, Some(RestoreStep::Swap)));
    for (name, why) in [
        ("demoscope.redb", "is the store itself"),
        ("demoscope.redb.before-restore-1", "is the store itself"),
        ("demoscope.redb.restoring", "give it another name"),
    ] {
        let left = folder.path().join(name);
        let before = fs::read(&left).unwrap();
        let error = restore_backup(&left, &path).unwrap_err();
        assert!(matches!(&error, RestoreError::Unsound(said) if said.contains(why)), "{error}");
        assert_eq!(fs::read(&left).unwrap(), before);
    }
    let core = open(&path).unwrap();
    assert_eq!(core.credits(&me()).await.unwrap().balance, OLD);
    core.close();
}

#[tokio::test]
async fn a_missing_store_and_a_dangling_link_are_restored_over() {
    for link in [false, true] {
        let (folder, path, backup) = folder(false).await;
        fs::remove_file(&path).unwrap();
        if link {
            symlink("/nowhere/demoscope.redb", &path).unwrap();
        }
        assert!(matches!(open(&path), Err(OpenError::Missing { .. })));
        let restored = restore_backup(&backup, &path).unwrap();
        assert_eq!(restored.aside.is_some(), link);
        if let Some(aside) = restored.aside {
            assert_eq!(fs::read_link(aside).unwrap(), Path::new("/nowhere/demoscope.redb"));
        }
        let core = open(&path).unwrap();
        assert_eq!(core.credits(&me()).await.unwrap().balance, NEW);
        assert_eq!(core.store().recovery().rewound, None);
        core.close();
        drop(folder);
    }
}

#[tokio::test]
async fn a_restored_store_is_its_owners_alone_whatever_the_backup_was() {
    let (_folder, path, backup) = folder(false).await;
    fs::set_permissions(&backup, fs::Permissions::from_mode(0o444)).unwrap();
    drop(restore_backup(&backup, &path).unwrap());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_backup_that_is_not_sound_changes_nothing() {
    let (folder, path, backup) = folder(false).await;
    fs::write(&backup, b"not a database").unwrap();
    let names = || {
        let entries = fs::read_dir(folder.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name()).collect::<std::collections::BTreeSet<_>>()
    };
    let before = names();
    assert!(matches!(restore_backup(&backup, &path), Err(RestoreError::Unsound(_))));
    assert_eq!(names(), before);
}

#[tokio::test]
async fn a_note_that_fails_after_the_swap_does_not_deny_it() {
    let (_folder, path, backup) = folder(false).await;
    let in_the_way = path.with_file_name("demoscope.redb.ledger.new");
    let before = |step| {
        if step == RestoreStep::Note {
            fs::create_dir(&in_the_way).unwrap();
        }
    };
    let restored = restore_stepwise(&backup, &path, &options(), |_| Ok(()), before).unwrap();
    assert!(restored.unsettled.is_some(), "{restored:?}");
    fs::remove_dir(&in_the_way).unwrap();
    let core = open(&path).unwrap();
    assert_eq!(core.credits(&me()).await.unwrap().balance, NEW);
    assert_eq!(core.store().recovery().rewound, None);
    core.close();
}
