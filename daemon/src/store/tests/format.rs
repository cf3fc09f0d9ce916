//! Files of other format versions, their backups and their restore.

use std::fs;
use std::path::{Path, PathBuf};

use protocol::credits::Credits;
use protocol::event::{Event, EventData};
use protocol::results::{Outcomes, Results};
use protocol::run::State;
use protocol::study::StudyType;
use redb::{Database, ReadableDatabase, ReadableTable};

use crate::app::testing::{
    DRIVER, broken, everyone_answers, me, options, settings, submission, world,
};
use crate::app::{Core, Settings, restore_backup};
use crate::store::migrate::FORMAT;
use crate::store::rows::FormatRow;
use crate::store::{OpenError, RestoreError, Storage, Table};
use crate::work::Drivers;

fn open(path: &Path, settings: Settings) -> Result<Core, OpenError> {
    Core::open_with(world().0, Storage::File(path.to_owned()), settings, options())
}

fn plain() -> Settings {
    settings(1_000, everyone_answers())
}

/// A store with one finished study and one that was only submitted.
async fn fill(path: &Path) {
    let core = open(path, plain()).unwrap();
    let scheduler = Drivers::start(core.clone());
    let id = core.submit(&me(), submission(&core, 1, 40)).await.unwrap().id;
    let mut after = protocol::event::Cursor(0);
    while core.report(&me(), id).await.unwrap().study.state != State::Completed {
        after =
            core.events(&me(), after, 100, std::time::Duration::from_secs(20)).await.unwrap().next;
    }
    scheduler.stop().await;
    core.submit(&me(), submission(&core, 2, 20)).await.unwrap();
    core.grant(&me(), Credits(77)).await.unwrap();
    core.close();
}

/// A file that a program of that format wrote.
fn fixture(format: u32) -> PathBuf {
    let name = format!("../tests/fixtures/db/v{format}.redb");
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Writes the fixture of this format; run it once for each new format, with `DEMOSCOPE_BLESS=1`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_fixture_of_this_format_is_written_on_request() {
    if std::env::var_os("DEMOSCOPE_BLESS").is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("demoscope.redb");
    fill(&path).await;
    let fixture = fixture(FORMAT);
    fs::create_dir_all(fixture.parent().unwrap()).unwrap();
    fs::copy(&path, fixture).unwrap();
}

fn format_of(path: &Path) -> u32 {
    let database = Database::open(path).unwrap();
    let snapshot = database.begin_read().unwrap();
    let meta = snapshot.open_table(Table::Meta.definition()).unwrap();
    let row = meta.get(b"format".as_slice()).unwrap().unwrap();
    let row: FormatRow = serde_json::from_slice(row.value()).unwrap();
    row.version
}

#[tokio::test]
async fn a_file_of_every_format_opens_with_everything_in_it_and_is_brought_to_this_one() {
    for format in 1..=FORMAT {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("demoscope.redb");
        fs::copy(fixture(format), &path).unwrap();
        assert_eq!(format_of(&path), format);
        holds_everything(&path).await;
        assert_eq!(format_of(&path), FORMAT);
        // Once more, as a file of this format.
        holds_everything(&path).await;
    }
}

#[test]
fn the_history_of_every_format_is_read_whole_and_written_as_it_was() {
    for format in 1..=FORMAT {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("demoscope.redb");
        fs::copy(fixture(format), &path).unwrap();
        let database = Database::open(&path).unwrap();
        let snapshot = database.begin_read().unwrap();
        let events = snapshot.open_table(Table::Events.definition()).unwrap();
        let mut read = 0;
        for row in events.iter().unwrap() {
            let (_, stored) = row.unwrap();
            let event: Event = serde_json::from_slice(stored.value()).unwrap();
            assert!(!matches!(event.data, EventData::Other { .. }), "{event:?}");
            assert_eq!(serde_json::to_vec(&event).unwrap(), stored.value());
            read += 1;
        }
        assert_eq!(read, 7, "format {format}");
    }
}

async fn holds_everything(path: &Path) {
    let core = open(path, plain()).unwrap();
    assert_eq!(broken(&core), Vec::<String>::new());
    let latest = core.find(&me(), "@").await.unwrap();
    assert_eq!((latest.state, latest.panel.requested), (State::Queued, 20));
    let balance = core.credits(&me()).await.unwrap();
    assert_eq!((balance.balance, balance.held), (Credits(1_017), Credits(20)));
    let studies =
        core.studies(&me(), &protocol::service::StudyQuery::default()).await.unwrap().items;
    let report = core.report(&me(), studies[1].id).await.unwrap();
    assert_eq!(report.results.as_ref().map(|results| results.panel_size), Some(40));
    // Format 1 is older than the rounding of other figures.
    let counts = |results: Option<Results>| match results?.outcomes {
        Outcomes::ConceptTest { score_distribution, purchase_intent, .. } => {
            Some((score_distribution, purchase_intent))
        }
        _ => None,
    };
    let again = counts(core.compute(1).unwrap());
    assert!(again.is_some());
    assert_eq!(again, counts(report.results), "its answers are what they were");
    let answers = core.answers(&me(), studies[1].id, 0, 500).await.unwrap().items;
    assert_eq!(answers.len(), 40);
    assert!(answers.iter().all(|one| one.answer.0.study_type() == StudyType::ConceptTest));
    core.close();
}

#[tokio::test]
async fn a_file_of_a_newer_format_is_refused_untouched_however_it_was_left() {
    for clean in [true, false] {
        refuse_newer(clean);
    }
}

#[tokio::test]
async fn what_a_killed_daemon_left_is_repaired_and_holds_everything() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("demoscope.redb");
    let left = folder.path().join("left.redb");
    let core = open(&path, plain()).unwrap();
    core.submit(&me(), submission(&core, 1, 30)).await.unwrap();
    core.grant(&me(), Credits(9)).await.unwrap();
    let before = core.credits(&me()).await.unwrap();
    fs::copy(&path, &left).unwrap();
    core.close();
    let core = open(&left, plain()).unwrap();
    assert!(core.store().recovery().repaired);
    assert_eq!(core.credits(&me()).await.unwrap(), before);
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

fn refuse_newer(clean: bool) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("demoscope.redb");
    open(&path, plain()).unwrap().close();
    let unclean = folder.path().join("unclean.redb");
    {
        let database = Database::open(&path).unwrap();
        let transaction = database.begin_write().unwrap();
        {
            let mut meta = transaction.open_table(Table::Meta.definition()).unwrap();
            let row = br#"{"version":99,"written_by":"9.9.9"}"#;
            drop(meta.insert(b"format".as_slice(), row.as_slice()).unwrap());
        }
        transaction.commit().unwrap();
        // What a killed program leaves: the file as it is while it is open.
        fs::copy(&path, &unclean).unwrap();
    }
    let path = if clean { path } else { unclean };
    let before = fs::read(&path).unwrap();
    let error = open(&path, plain()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "The database has format 99 and this program knows 8: it was written by a newer Demoscope and was not touched"
    );
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_holds_everything_and_comes_back_only_when_no_daemon_runs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("demoscope.redb");
    let copy = folder.path().join("copies/mine.redb");
    fill(&path).await;
    let core = open(&path, plain()).unwrap();
    core.backup(&me(), Some(&copy)).await.unwrap();
    assert!(core.backup(&me(), Some(&copy)).await.is_err(), "a file is never overwritten");
    {
        let database = Database::open(&copy).unwrap();
        let snapshot = database.begin_read().unwrap();
        for table in Table::ALL {
            snapshot.open_table(table.definition()).unwrap();
        }
    }
    let before = core.credits(&me()).await.unwrap();
    core.grant(&me(), Credits(5)).await.unwrap();
    assert_eq!(restore_backup(&copy, &path), Err(RestoreError::Running));
    core.close();

    let restored = restore_backup(&copy, &path).unwrap();
    assert_eq!(restored.undone, 1);
    assert!(restored.aside.unwrap().ends_with("demoscope.redb.before-restore-1"));
    let core = open(&path, plain()).unwrap();
    assert_eq!(core.credits(&me()).await.unwrap(), before);
    assert!(core.store().recovery().rewound.is_none(), "putting it back was on purpose");
    let checks = core.doctor(&me()).await.unwrap();
    let wrong: Vec<_> = checks.iter().filter(|check| !check.ok).map(|check| &check.name).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    core.close();

    fs::write(&copy, b"not a database").unwrap();
    assert!(matches!(restore_backup(&copy, &path), Err(RestoreError::Unsound(_))));
    assert_eq!(open(&path, plain()).unwrap().credits(&me()).await.unwrap(), before);
}

#[tokio::test]
async fn daily_backups_are_made_once_a_day_and_kept_for_a_week() {
    let folder = tempfile::tempdir().unwrap();
    let (world, clock) = world();
    let backups = folder.path().join("backups");
    let settings = Settings { backups: Some(backups.clone()), ..plain() };
    let storage = Storage::File(folder.path().join("demoscope.redb"));
    let core = Core::open_with(world, storage, settings, options()).unwrap();
    for _ in 0..9 {
        assert!(core.backup_daily(&DRIVER).await.unwrap().is_some());
        assert!(core.backup_daily(&DRIVER).await.unwrap().is_none());
        clock.advance(std::time::Duration::from_hours(24));
    }
    let mut names: Vec<String> = fs::read_dir(&backups)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names.len(), 7);
    assert_eq!(names[0], "demoscope-2026-11-24.redb");
    core.close();
}
