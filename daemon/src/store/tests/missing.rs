//! A missing store: any evidence of one prevents a new store from being created silently; the owner can still ask for
//! one.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use protocol::credits::Credits;

use crate::app::testing::{DRIVER, everyone_answers, me, options, settings, world};
use crate::app::{Core, Settings};
use crate::store::{OpenError, Options, Storage, Unnoted};

fn open(path: &Path, options: Options) -> Result<Core, OpenError> {
    let settings = Settings {
        backups: Some(path.with_file_name("backups")),
        ..settings(1_000, everyone_answers())
    };
    Core::open_with(world().0, Storage::File(path.to_owned()), settings, options)
}

fn anew() -> Options {
    Options { new_store: true, ..options() }
}

/// A folder in which a daemon was at work: store, note and a backup.
struct Lived {
    _folder: tempfile::TempDir,
    path: PathBuf,
    backup: PathBuf,
}

impl Lived {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("demoscope.redb");
        let core = open(&path, options()).unwrap();
        core.grant(&me(), Credits(9)).await.unwrap();
        let backup = core.backup_daily(&DRIVER).await.unwrap().unwrap();
        core.close();
        Self { _folder: folder, path, backup }
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let name = self.path.file_name().unwrap().to_str().unwrap();
        self.path.with_file_name(format!("{name}{ending}"))
    }

    fn names(&self) -> BTreeSet<String> {
        let entries = fs::read_dir(self.path.parent().unwrap()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

#[tokio::test]
async fn a_new_store_is_made_only_where_nothing_tells_of_an_old_one() {
    for bits in 0..32 {
        let there = |bit: u8| bits & (1 << bit) != 0;
        let lived = Lived::new().await;
        fs::write(lived.beside(".restoring"), b"half a copy").unwrap();
        fs::copy(&lived.path, lived.beside(".before-restore-1")).unwrap();
        for (bit, ending) in [(0, ""), (1, ".ledger"), (2, ".restoring"), (3, ".before-restore-1")]
        {
            if !there(bit) {
                fs::remove_file(lived.beside(ending)).unwrap();
            }
        }
        if !there(4) {
            fs::remove_file(&lived.backup).unwrap();
        }
        let before = lived.names();
        let opened = open(&lived.path, options());
        if there(0) || bits == 0 {
            let core = opened.unwrap();
            let expected = if there(0) { 1_009 } else { 1_000 };
            assert_eq!(core.credits(&me()).await.unwrap().balance, Credits(expected), "{bits:05b}");
            assert_eq!(core.store().recovery().created, bits == 0);
            core.close();
            continue;
        }
        let error = opened.unwrap_err();
        let OpenError::Missing { why, backup, .. } = &error else { panic!("{bits:05b}: {error}") };
        for (bit, ending) in [(1, ".ledger"), (2, ".restoring"), (3, ".before-restore-1")] {
            let named = why.contains(&*lived.beside(ending).to_string_lossy());
            assert_eq!(named, there(bit), "{bits:05b}: {why}");
        }
        assert_eq!(why.contains(&*lived.backup.to_string_lossy()), there(4), "{bits:05b}: {why}");
        // What a restore that was cut off had put aside is the store itself.
        let expected = if there(2) && there(3) {
            lived.beside(".before-restore-1")
        } else if there(3) {
            backup.clone().unwrap()
        } else if there(4) {
            lived.backup.clone()
        } else {
            assert_eq!(*backup, None);
            continue;
        };
        assert_eq!(backup.as_deref(), Some(&*expected), "{bits:05b}");
        let command = format!("`demoscope restore {}`", expected.display());
        assert!(error.to_string().contains(&command), "{error}");
        assert_eq!(lived.names(), before, "nothing was made or moved");
    }
}

#[tokio::test]
async fn a_link_that_leads_nowhere_is_not_replaced() {
    let lived = Lived::new().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let far = elsewhere.path().join("disk/demoscope.redb");
    fs::create_dir(far.parent().unwrap()).unwrap();
    fs::rename(&lived.path, &far).unwrap();
    symlink(&far, &lived.path).unwrap();
    let core = open(&lived.path, options()).unwrap();
    assert_eq!(core.credits(&me()).await.unwrap().balance, Credits(1_009));
    core.close();
    // The disk is taken off; with and without a note.
    fs::rename(far.parent().unwrap(), elsewhere.path().join("off")).unwrap();
    for _ in 0..2 {
        let error = open(&lived.path, options()).unwrap_err();
        assert!(matches!(error, OpenError::Missing { .. }), "{error}");
        assert!(error.to_string().contains(&*far.to_string_lossy()), "{error}");
        assert_eq!(fs::read_link(&lived.path).unwrap(), far);
        drop(fs::remove_file(lived.beside(".ledger")));
    }
    fs::rename(elsewhere.path().join("off"), far.parent().unwrap()).unwrap();
    let core = open(&lived.path, options()).unwrap();
    assert_eq!(core.credits(&me()).await.unwrap().balance, Credits(1_009));
    core.close();
}

#[tokio::test]
async fn a_new_store_that_is_asked_for_loses_nothing_of_the_old_one() {
    let lived = Lived::new().await;
    let exists = open(&lived.path, anew()).unwrap_err();
    assert!(matches!(exists, OpenError::Exists { .. }), "{exists}");
    let note = fs::read(lived.beside(".ledger")).unwrap();
    fs::remove_file(&lived.path).unwrap();
    symlink("/nowhere/demoscope.redb", &lived.path).unwrap();
    let core = open(&lived.path, anew()).unwrap();
    assert_eq!(core.credits(&me()).await.unwrap().balance, Credits(1_000));
    assert_eq!(core.store().recovery().rewound, None);
    core.close();
    assert_eq!(fs::read(lived.beside(".ledger.before-new-1")).unwrap(), note);
    let link = fs::read_link(lived.beside(".before-new-1")).unwrap();
    assert_eq!(link, Path::new("/nowhere/demoscope.redb"));
    // The next start needs no more persuasion, and a second loss keeps the first note.
    open(&lived.path, options()).unwrap().close();
    fs::remove_file(&lived.path).unwrap();
    assert!(open(&lived.path, options()).is_err());
    open(&lived.path, anew()).unwrap().close();
    assert!(lived.beside(".ledger.before-new-2").exists());
    assert_eq!(fs::read(lived.beside(".ledger.before-new-1")).unwrap(), note);
    // Where there never was one, asking for one is no different from the first start.
    let folder = tempfile::tempdir().unwrap();
    open(&folder.path().join("demoscope.redb"), anew()).unwrap().close();
}

#[tokio::test]
async fn a_note_that_does_not_read_is_told_of_and_still_tells_of_a_store() {
    for (garbage, why) in [
        (b"".as_slice(), "it is empty"),
        (b"{\"seq\":", "EOF"),
        (b"\xff\xd8\xff\xe0", "expected value"),
        (b"{}", "missing field"),
    ] {
        let lived = Lived::new().await;
        fs::write(lived.beside(".ledger"), garbage).unwrap();
        let core = open(&lived.path, options()).unwrap();
        let Some(Unnoted::Garbled(said)) = &core.store().recovery().unnoted else {
            panic!("{:?}", core.store().recovery())
        };
        assert!(said.contains(why), "{said}");
        let checks = core.doctor(&me()).await.unwrap();
        let check = checks.iter().find(|check| check.name == "ledger.not_rewound").unwrap();
        assert!(!check.ok && check.detail.contains("no note"), "{check:?}");
        core.close();
        let core = open(&lived.path, options()).unwrap();
        assert_eq!(core.store().recovery().unnoted, None, "it was written anew");
        core.close();
        fs::write(lived.beside(".ledger"), garbage).unwrap();
        fs::remove_file(&lived.path).unwrap();
        assert!(matches!(open(&lived.path, options()), Err(OpenError::Missing { .. })));
    }
}

#[tokio::test]
async fn a_store_that_was_copied_here_has_no_note_which_is_said_and_no_fault() {
    let lived = Lived::new().await;
    fs::remove_file(lived.beside(".ledger")).unwrap();
    let core = open(&lived.path, options()).unwrap();
    let checks = core.doctor(&me()).await.unwrap();
    let check = checks.iter().find(|check| check.name == "ledger.not_rewound").unwrap();
    assert!(check.ok && check.detail.contains("no note"), "{check:?}");
    core.close();
}

#[tokio::test]
async fn notes_are_neither_read_nor_written_through_links() {
    let lived = Lived::new().await;
    let precious = lived.beside(".precious");
    fs::write(&precious, b"precious").unwrap();
    fs::remove_file(lived.beside(".ledger")).unwrap();
    symlink(&precious, lived.beside(".ledger")).unwrap();
    symlink(&precious, lived.beside(".ledger.new")).unwrap();
    let core = open(&lived.path, options()).unwrap();
    assert!(matches!(core.store().recovery().unnoted, Some(Unnoted::Garbled(_))));
    core.close();
    assert_eq!(fs::read(&precious).unwrap(), b"precious");
    assert!(fs::symlink_metadata(lived.beside(".ledger")).unwrap().is_file());
}

#[tokio::test]
async fn the_command_to_go_back_can_be_typed_as_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("it's mine");
    fs::create_dir(&home).unwrap();
    let path = home.join("demoscope.redb");
    let core = open(&path, options()).unwrap();
    drop(core.credits(&me()).await.unwrap());
    let backup = core.backup_daily(&DRIVER).await.unwrap().unwrap();
    core.close();
    fs::remove_file(&path).unwrap();
    let error = open(&path, options()).unwrap_err().to_string();
    let quoted = backup.display().to_string().replace('\'', "'\\''");
    assert!(error.contains(&format!("`demoscope restore '{quoted}'`")), "{error}");
}

#[tokio::test]
async fn backups_tell_of_a_store_only_when_they_are_ours_and_sound() {
    let named = |name: &str, sound: bool| {
        let name = name.to_owned();
        async move {
            let lived = Lived::new().await;
            fs::remove_file(&lived.path).unwrap();
            fs::remove_file(lived.beside(".ledger")).unwrap();
            let renamed = lived.backup.with_file_name(name);
            fs::rename(&lived.backup, &renamed).unwrap();
            if !sound {
                fs::write(&renamed, b"no store").unwrap();
            }
            open(&lived.path, options()).map(|core| core.close())
        }
    };
    for name in ["demoscope-2026-01-02.redb", "demoscope-2026-01-02-030405.redb"] {
        assert!(matches!(named(name, true).await, Err(OpenError::Missing { .. })), "{name}");
        named(name, false).await.unwrap();
    }
    named("demoscope-mine.redb", true).await.unwrap();
    named("other.redb", true).await.unwrap();
    // The way out is the same as ever, and needed but once.
    let lived = Lived::new().await;
    fs::remove_file(&lived.path).unwrap();
    fs::remove_file(lived.beside(".ledger")).unwrap();
    open(&lived.path, anew()).unwrap().close();
    open(&lived.path, options()).unwrap().close();
    assert!(lived.backup.exists());
}
