//! A file that is moved away, deleted or replaced while it is open: it is noticed, with and without writes; no write
//! is acknowledged that would be lost with the process, and when the file comes back, writing resumes.

use std::fs;
use std::path::Path;
use std::time::Duration;

use protocol::credits::Credits;
use protocol::error::ErrorCode;
use protocol::event::EventData;
use protocol::run::State;

use crate::app::testing::{broken, everyone_answers, me, options, settings, submission, world};
use crate::app::{Core, Settings, restore_backup};
use crate::store::{Options, Storage};
use crate::work::Drivers;

fn open(path: &Path) -> Core {
    let settings = Settings { answers_per_second: 2_000, ..settings(5_000, everyone_answers()) };
    let options = Options { look_every: Duration::from_millis(20), ..options() };
    Core::open_with(world().0, Storage::File(path.to_owned()), settings, options).unwrap()
}

/// Waits until the store is astray, or is not.
async fn until_astray(core: &Core, astray: bool) {
    let mut work = core.work().waiter();
    let seen = async {
        while core.store().is_astray() != astray {
            drop(tokio::time::timeout(Duration::from_millis(10), work.wait()).await);
        }
    };
    tokio::time::timeout(Duration::from_secs(20), seen).await.unwrap();
}

/// What can happen to the file.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Deleted,
    Moved,
    Replaced,
}

impl Fate {
    fn befalls(self, path: &Path) {
        let other = path.with_file_name("other.redb");
        match self {
            Self::Deleted => fs::remove_file(path).unwrap(),
            Self::Moved => fs::rename(path, path.with_file_name("away.redb")).unwrap(),
            Self::Replaced => {
                fs::hard_link(path, path.with_file_name("away.redb")).unwrap();
                fs::copy(path, &other).unwrap();
                fs::rename(&other, path).unwrap();
            }
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Deleted | Self::Moved => "was moved away or deleted",
            Self::Replaced => "was replaced by another file",
        }
    }
}

#[tokio::test]
async fn at_rest_it_is_noticed_and_nothing_more_is_acknowledged() {
    for fate in [Fate::Deleted, Fate::Moved, Fate::Replaced] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("demoscope.redb");
        let core = open(&path);
        core.grant(&me(), Credits(9)).await.unwrap();
        let note = fs::read(folder.path().join("demoscope.redb.ledger")).unwrap();
        fate.befalls(&path);
        let standing = fs::read(&path).ok();
        until_astray(&core, true).await;
        let why = core.store().degraded().unwrap();
        assert!(why.contains(fate.word()) && why.contains("demoscope backup PATH"), "{why}");
        let refused = core.grant(&me(), Credits(1)).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::Degraded);
        assert!(refused.message.contains(fate.word()), "{refused}");
        assert!(refused.retry_after_ms.is_none(), "it does not pass by itself");
        core.store().retry().unwrap();
        assert_eq!(core.grant(&me(), Credits(1)).await.unwrap_err(), refused, "{fate:?}");
        // Reading goes on, the doctor tells, and what is open can be saved.
        assert_eq!(core.credits(&me()).await.unwrap().balance, Credits(5_009));
        let checks = core.doctor(&me()).await.unwrap();
        let writes = checks.iter().find(|check| check.name == "store.writes").unwrap();
        assert!(!writes.ok && writes.hint.as_ref().is_some_and(|hint| hint.contains("backup")));
        let copy = folder.path().join("saved.redb");
        core.backup(&me(), Some(&copy)).await.unwrap();
        core.close();
        assert_eq!(fs::read(&path).ok(), standing, "{fate:?}: what stands there is not touched");
        let noted = fs::read(folder.path().join("demoscope.redb.ledger")).unwrap();
        assert_eq!(noted, note, "{fate:?}");
        restore_backup(&copy, &path).unwrap();
        let core = open(&path);
        assert_eq!(core.credits(&me()).await.unwrap().balance, Credits(5_009));
        assert_eq!(core.store().recovery().rewound, None);
        core.close();
    }
}

#[tokio::test]
async fn a_write_right_after_it_is_refused() {
    for fate in [Fate::Deleted, Fate::Moved, Fate::Replaced] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("demoscope.redb");
        let options = Options { look_every: Duration::from_hours(1), ..options() };
        let storage = Storage::File(path.clone());
        let core =
            Core::open_with(world().0, storage, settings(1_000, everyone_answers()), options)
                .unwrap();
        core.grant(&me(), Credits(9)).await.unwrap();
        fate.befalls(&path);
        assert_eq!(core.grant(&me(), Credits(1)).await.unwrap_err().code, ErrorCode::Degraded);
        core.close();
    }
}

#[tokio::test]
async fn what_is_committed_while_it_goes_is_not_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("demoscope.redb");
    let core = open(&path);
    core.grant(&me(), Credits(9)).await.unwrap();
    let away = path.clone();
    let written: Result<(), _> = core
        .store()
        .write(move |_| {
            fs::remove_file(&away).unwrap();
            let mut writes = crate::store::Writes::at(world().0.clock.now());
            writes.announce(None, EventData::Tagged { tags: None });
            Ok(((), writes))
        })
        .await;
    assert_eq!(written.unwrap_err().code, ErrorCode::Degraded);
    core.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_study_at_work_is_halted_and_goes_on_when_the_file_is_back() {
    for fate in [Fate::Moved, Fate::Replaced] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("demoscope.redb");
        let core = open(&path);
        let scheduler = Drivers::start(core.clone());
        let id = core.submit(&me(), submission(&core, 1, 1_500)).await.unwrap().id;
        while core.report(&me(), id).await.unwrap().study.panel.delivered < 100 {
            let last = *core.store().last_event().borrow();
            let after = protocol::event::Cursor(last);
            drop(core.events(&me(), after, 10, Duration::from_secs(5)).await.unwrap());
        }
        fate.befalls(&path);
        until_astray(&core, true).await;
        let study = core.report(&me(), id).await.unwrap().study;
        assert_eq!(study.state, State::Running);
        assert!(study.panel.delivered < 1_500);
        fs::rename(folder.path().join("away.redb"), &path).unwrap();
        until_astray(&core, false).await;
        let mut after = protocol::event::Cursor(0);
        while core.report(&me(), id).await.unwrap().study.state != State::Completed {
            after = core.events(&me(), after, 100, Duration::from_secs(20)).await.unwrap().next;
        }
        assert_eq!(core.report(&me(), id).await.unwrap().study.panel.delivered, 1_500);
        assert_eq!(broken(&core), Vec::<String>::new());
        scheduler.stop().await;
        core.close();
        let core = open(&path);
        assert_eq!(core.credits(&me()).await.unwrap().balance, Credits(3_500));
        assert_eq!(core.store().recovery().rewound, None);
        core.close();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_asked_any_more_once_it_is_noticed() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    let asked = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&asked);
    let engine = crate::app::testing::Script::new(move |ask| {
        counted.fetch_add(1, Ordering::SeqCst);
        Ok(crate::app::testing::reply(ask.ordinal))
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("demoscope.redb");
    let settings = Settings { answers_per_second: 200, ..settings(5_000, engine) };
    let options = Options { look_every: Duration::from_millis(20), ..options() };
    let core = Core::open_with(world().0, Storage::File(path.clone()), settings, options).unwrap();
    let scheduler = Drivers::start(core.clone());
    drop(core.submit(&me(), submission(&core, 1, 2_000)).await.unwrap());
    while asked.load(Ordering::SeqCst) < 20 {
        tokio::task::yield_now().await;
    }
    fs::remove_file(&path).unwrap();
    until_astray(&core, true).await;
    // The scheduler ends only after its runners have.
    scheduler.stop().await;
    let then = asked.load(Ordering::SeqCst);
    assert!(then < 500, "{then} were asked");
    core.close();
}

#[tokio::test]
async fn a_full_disk_does_not_make_it_open_what_was_put_in_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("demoscope.redb");
    let core = open(&path);
    core.grant(&me(), Credits(9)).await.unwrap();
    // Whatever brings the writer to open the file again: here a defect that must be told from damage.
    fs::remove_file(&path).unwrap();
    let failed: Result<(), crate::store::Fault> = core.store().read(|_| panic!("a defect"));
    assert!(failed.is_err());
    core.store().retry().unwrap();
    until_astray(&core, true).await;
    assert!(!path.exists(), "no new store was made");
    assert_eq!(
        core.credits(&me()).await.unwrap().balance,
        Credits(5_009),
        "the open file still reads"
    );
    core.close();
}
