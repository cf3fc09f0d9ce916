//! Stored answers: each is read as the answer type of its study, whatever format the file had, and an interrupted
//! migration leaves the old format or the new one, complete.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use proptest::prelude::*;
use protocol::results::{Answer, Preference, PurchaseIntent, Sentiment, ThemeKind};
use protocol::review::{Dimension, DimensionScore, ExpertSuggestion, Hundredths, ReviewAnswer};
use protocol::service::StudyQuery;
use protocol::study::{Instrument, Order, Orders, StudySpec, StudyType};
use redb::backends::FileBackend;
use redb::{Builder, Database, ReadableDatabase, ReadableTable, StorageBackend};
use serde_json::json;

use crate::app::testing::{
    DRIVER, Disk, broken, everyone_answers, me, options, settings, spec, submission_of, world,
};
use crate::app::{Batch, Core};
use crate::domain::instrument;
use crate::domain::outcome::{Answered, FIRST_ROUND, Mention, Outcome, Usage};
use crate::store::migrate::{ANSWERS_ARE_TAGGED, FORMAT};
use crate::store::rows::{FormatRow, OutcomeRow};
use crate::store::{Fault, OpenStorage, Options, Row, Storage, Table};

const PANEL: u32 = 30;
const STIMULUS: &str = "A meal kit that learns your taste, delivered weekly.";

/// A study of that type, with some asked again.
fn of_type(study_type: StudyType) -> StudySpec {
    let stimulus = STIMULUS.to_owned();
    let mut spec = spec(PANEL);
    spec.measurement.replicates = 5;
    spec.instrument = match study_type {
        StudyType::ConceptTest => Instrument::ConceptTest { stimulus },
        StudyType::Sentiment => Instrument::Sentiment { stimulus },
        StudyType::Nps => Instrument::Nps { stimulus },
        StudyType::Survey => {
            Instrument::Survey { stimulus, questions: vec!["What is missing?".to_owned()] }
        }
        StudyType::AbTest => Instrument::AbTest {
            variant_a: stimulus,
            variant_b: "A meal kit without surprises, delivered weekly.".to_owned(),
            orders: Orders::Both,
        },
        StudyType::ContentReview => {
            let review = json!({
                "study_type": study_type, "content": stimulus, "content_type": "other",
                "mode": "expert_review", "rounds": 1,
            });
            serde_json::from_value(review).unwrap()
        }
    };
    spec
}

/// What a respondent replies to a study of that type.
fn reply(study_type: StudyType, respondent: u32) -> String {
    let score = respondent % 10 + 1;
    let reasoning = format!("Number {respondent} would save time with it.");
    let themes = json!([{ "theme": "Saving time", "quote": "save time" }]);
    match study_type {
        StudyType::ConceptTest => json!({
            "score": score, "sentiment": "mixed", "reasoning": reasoning,
            "purchase_intent": "maybe", "appeals": themes,
        }),
        StudyType::Nps => json!({
            "score": score, "sentiment": "mixed", "reasoning": reasoning, "appeals": themes,
        }),
        StudyType::Sentiment => json!({
            "sentiment": "mixed", "reasoning": reasoning, "key_theme": "Time",
        }),
        StudyType::Survey => json!({
            "answers": [{ "question": 1, "answer": "A plan.", "themes": ["Plans"] }],
            "reasoning": reasoning,
        }),
        StudyType::AbTest => json!({
            "preference": "a", "score_a": score, "score_b": 1, "sentiment": "mixed",
            "reasoning": reasoning, "differentiators": ["Tone"],
        }),
        StudyType::ContentReview => json!({
            "reasoning": reasoning, "appeal": score, "clarity": 5, "relevance": 5,
            "credibility": 5, "readability": 5, "would_click": true, "feed_distinctiveness": 5,
            "regulatory_fit": 5,
        }),
    }
    .to_string()
}

fn open(storage: Storage, options: Options) -> Core {
    Core::open_with(world().0, storage, settings(1_000, everyone_answers()), options).unwrap()
}

/// A store with a study of each type at work, everyone asked; every seventh refused.
async fn fill(core: &Core) {
    for (number, study_type) in (1..).zip(StudyType::ALL) {
        let submission = submission_of(core, number.into(), of_type(*study_type));
        core.submit(&me(), submission).await.unwrap();
        core.begin(&DRIVER, number).await.unwrap();
        let spec = of_type(*study_type);
        let mut batch = Batch::new(number, 0);
        for respondent in 0..PANEL {
            let outcomes: Vec<_> = instrument::assignments(&spec, FIRST_ROUND, respondent)
                .map(|at| {
                    let outcome = if respondent % 7 == 3 {
                        Outcome::Refused { reason: "no answer".to_owned() }
                    } else {
                        let reply = reply(*study_type, respondent);
                        Outcome::Answered(instrument::read_at(&spec, at, &reply).unwrap())
                    };
                    (at, outcome, Usage::default())
                })
                .collect();
            batch.push(&outcomes).unwrap();
        }
        core.record(&DRIVER, batch).await.unwrap();
    }
}

/// Every outcome, byte for byte.
fn outcomes(core: &Core) -> Vec<[Vec<u8>; 2]> {
    core.store().read(|reader| -> Result<_, Fault> { reader.dump(Table::Outcomes) }).unwrap()
}

fn raw(backend: impl StorageBackend) -> Database {
    Builder::new().create_with_backend(backend).unwrap()
}

/// Takes the study type out of a row, as formats 1 and 2 had it.
fn without_type(row: &[u8]) -> Vec<u8> {
    let mut row = String::from_utf8(row.to_vec()).unwrap();
    for study_type in StudyType::ALL {
        let tagged = format!("\"answer\":{{\"study_type\":\"{study_type}\",");
        row = row.replacen(&tagged, "\"answer\":{", 1);
    }
    row.into_bytes()
}

/// Makes the store what a program of that format would have written.
fn bring_back(database: &Database, format: u32) {
    let transaction = database.begin_write().unwrap();
    {
        let mut rows = transaction.open_table(OutcomeRow::TABLE.definition()).unwrap();
        let all: Vec<_> = rows
            .iter()
            .unwrap()
            .map(|row| row.map(|(key, value)| (key.value().to_vec(), value.value().to_vec())))
            .collect::<Result<_, _>>()
            .unwrap();
        for (key, row) in all {
            drop(rows.insert(key.as_slice(), without_type(&row).as_slice()).unwrap());
        }
        let mut meta = transaction.open_table(Table::Meta.definition()).unwrap();
        let row = FormatRow { version: format, written_by: "0.0.1".to_owned() };
        let row = serde_json::to_vec(&row).unwrap();
        drop(meta.insert(FormatRow::KEY.as_bytes(), row.as_slice()).unwrap());
    }
    if format == 1 {
        for table in [Table::CallsUnderWay, Table::Deleted] {
            assert!(transaction.delete_table(table.definition()).unwrap());
        }
    }
    transaction.commit().unwrap();
}

/// The format that a store says it has, with every outcome.
fn look(database: &Database) -> (u32, Vec<[Vec<u8>; 2]>) {
    let snapshot = database.begin_read().unwrap();
    let meta = snapshot.open_table(Table::Meta.definition()).unwrap();
    let row = meta.get(FormatRow::KEY.as_bytes()).unwrap().unwrap();
    let format: FormatRow = serde_json::from_slice(row.value()).unwrap();
    let rows = snapshot.open_table(OutcomeRow::TABLE.definition()).unwrap();
    let rows = rows.iter().unwrap().map(|row| {
        let (key, value) = row.unwrap();
        [key.value().to_vec(), value.value().to_vec()]
    });
    (format.version, rows.collect())
}

/// A store of that format on a disk, and its outcomes in this one and in that one.
async fn stored(format: u32) -> (Disk, [Vec<[Vec<u8>; 2]>; 2]) {
    let disk = Disk::default();
    let core = open(disk.storage(), options());
    fill(&core).await;
    assert_eq!(broken(&core), Vec::<String>::new());
    let new = outcomes(&core);
    core.close();
    let disk = disk.after_crash();
    let database = raw(disk.clone());
    bring_back(&database, format);
    let (found, old) = look(&database);
    drop(database);
    assert_eq!((found, old.len()), (format, new.len()));
    let changed = new.iter().zip(&old).filter(|(new, old)| new != old).count();
    assert!(changed > 100, "{changed} rows hold answers");
    (disk, [new, old])
}

/// Any answer of that type.
fn answer(
    study_type: StudyType,
    (score_a, score_b): (u8, u8),
    sentiment: Sentiment,
    [reasoning, text, other]: [String; 3],
) -> Answer {
    match study_type {
        StudyType::ConceptTest => {
            let purchase_intent = PurchaseIntent::ALL[usize::from(score_b) % 5];
            Answer::ConceptTest { score: score_a, sentiment, reasoning, purchase_intent }
        }
        StudyType::Nps => Answer::Nps { score: score_a, reasoning, sentiment },
        StudyType::Sentiment => Answer::Sentiment { sentiment, reasoning, key_theme: text },
        StudyType::Survey => Answer::Survey {
            answers: [(text.clone(), other.clone())].into(),
            reasoning,
            themes: [(text.clone(), vec![other.clone()])].into(),
            refused: [(other, text)].into(),
        },
        StudyType::AbTest => Answer::AbTest {
            preference: Preference::ALL[usize::from(score_b) % 3],
            score_a,
            score_b,
            reasoning,
            sentiment,
            order: if score_a > score_b { Order::AFirst } else { Order::BFirst },
        },
        StudyType::ContentReview => Answer::ContentReview {
            reasoning,
            said: ReviewAnswer::Scores {
                role: text,
                overall: Hundredths(u16::from(score_a) * 100 + u16::from(score_b)),
                scores: vec![DimensionScore { dimension: Dimension::Clarity, score: score_a }],
                would_click: score_a > score_b,
                distinctiveness: score_a,
                regulatory_fit: score_b,
                suggestions: vec![ExpertSuggestion {
                    dimension: Dimension::Hook,
                    suggestion: other.clone(),
                    quote: Some(other),
                }],
                objection: None,
            },
        },
    }
}

proptest! {
    #[test]
    fn every_answer_of_every_type_reads_back_from_its_row_as_its_own_type(
        study_type in prop::sample::select(StudyType::ALL),
        scores: (u8, u8),
        sentiment in prop::sample::select(Sentiment::ALL),
        texts: [String; 3],
    ) {
        let quote = texts[0].chars().skip(1).collect();
        let answer = answer(study_type, scores, sentiment, texts);
        let mention =
            Mention { kind: ThemeKind::Appeal, theme: "Price".to_owned(), quote: Some(quote) };
        let outcome = Outcome::Answered(Answered {
            answer: answer.clone(),
            mentions: vec![mention],
            options: None,
            channels: None,
        });
        let row = serde_json::to_vec(&OutcomeRow::new(&outcome, Usage::default())).unwrap();
        let read: OutcomeRow = serde_json::from_slice(&row).unwrap();
        prop_assert_eq!(read.into_outcome(), outcome);
        let untagged = without_type(&row);
        prop_assert!(untagged.len() < row.len());
        let read: Result<OutcomeRow, _> = serde_json::from_slice(&untagged);
        prop_assert!(read.is_err(), "no type is guessed");
    }
}

/// A store is of the old format or of this one, with all of its rows; says which.
fn is_whole(database: &Database, format: u32, [new, old]: &[Vec<[Vec<u8>; 2]>; 2]) -> bool {
    let (found, rows) = look(database);
    if found == FORMAT {
        assert!(rows == *new, "a row is not of this format");
    } else {
        assert_eq!(found, format);
        assert!(rows == *old, "a row is not of format {format}");
    }
    found == FORMAT
}

#[tokio::test]
async fn answers_of_older_formats_get_the_type_of_their_study_and_change_in_nothing_else() {
    for format in 1..ANSWERS_ARE_TAGGED {
        let (disk, [new, _]) = stored(format).await;
        for _ in 0..2 {
            let core = open(disk.storage(), options());
            assert!(outcomes(&core) == new, "of format {format}");
            assert_eq!(broken(&core), Vec::<String>::new());
            for (study, study_type) in core
                .studies(&me(), &StudyQuery::default())
                .await
                .unwrap()
                .items
                .iter()
                .zip(StudyType::ALL.iter().rev())
            {
                let page = core.answers(&me(), study.id, 0, 500).await.unwrap();
                assert!(page.items.len() >= 20);
                assert!(page.items.iter().all(|one| one.answer.0.study_type() == *study_type));
            }
            core.close();
        }
    }
}

/// Neither damage nor what a deletion has not removed yet keeps a store from its new format.
#[tokio::test]
async fn rows_that_cannot_be_read_and_rows_of_deleted_studies_stay_as_they_are() {
    let (disk, [new, _]) = stored(2).await;
    let database = raw(disk.clone());
    let transaction = database.begin_write().unwrap();
    let mut expected = new.clone();
    {
        let mut rows = transaction.open_table(OutcomeRow::TABLE.definition()).unwrap();
        let answer = br#"{"outcome":"answered","answer":{"score":4}}"#;
        for (place, row) in [(0, &b"no row"[..]), (1, &answer[..])] {
            drop(rows.insert(expected[place][0].as_slice(), row).unwrap());
            expected[place][1] = row.to_vec();
        }
        // Behind every other: study 900 is gone, and this row of it is not yet.
        let mut key = expected[0][0].clone();
        key[..4].copy_from_slice(&900_u32.to_be_bytes());
        drop(rows.insert(key.as_slice(), &answer[..]).unwrap());
        expected.push([key, answer.to_vec()]);
    }
    transaction.commit().unwrap();
    drop(database);
    let core = open(disk.storage(), options());
    assert!(outcomes(&core) == expected);
    assert!(core.compute(1).is_err(), "what cannot be read is told when it is read");
    assert!(core.compute(2).unwrap().is_some());
    core.close();
}

#[tokio::test]
async fn a_migration_that_is_cut_off_at_any_write_leaves_the_old_format_or_the_new_one() {
    let (prepared, rows) = stored(2).await;
    let (mut cut, mut is_done) = (0, false);
    for operations in 0.. {
        let disk = prepared.after_crash();
        disk.fail_after(operations);
        let opened = Core::open_with(
            world().0,
            disk.storage(),
            settings(1_000, everyone_answers()),
            Options { cache_bytes: 64 * 1024, ..options() },
        );
        // A power cut loses what was not synced; a kill loses nothing that was written.
        for left in [disk.after_crash(), disk.after_kill()] {
            let is_new = is_whole(&raw(left.after_kill()), 2, &rows);
            assert!(is_new || opened.is_err(), "it was said to be of this format");
            let core = open(left.storage(), options());
            assert!(outcomes(&core) == rows[0]);
            assert_eq!(broken(&core), Vec::<String>::new());
            core.close();
        }
        match opened {
            Ok(core) => {
                disk.heal();
                core.close();
                is_done = true;
            }
            Err(_) => cut += 1,
        }
        if is_done {
            break;
        }
    }
    assert!(cut >= 20, "{cut} migrations were cut off");
}

/// Which file a process of its own migrates, and after how many operations on it the process is killed.
const KILLED: &str = "KILLED_MIGRATION";
/// This test, as the process of its own is told to run it.
const BY_NAME: &str = "store::tests::answers::a_process_that_is_killed_while_it_migrates";

/// A file whose process is killed at an operation on it.
#[derive(Debug)]
struct Killing {
    path: PathBuf,
    operations: Arc<AtomicU64>,
    last: u64,
}

#[derive(Debug)]
struct KillingFile {
    file: FileBackend,
    operations: Arc<AtomicU64>,
    last: u64,
}

impl Killing {
    fn new(path: &Path, last: u64) -> Self {
        Self { path: path.to_owned(), operations: Arc::default(), last }
    }
}

impl OpenStorage for Killing {
    fn open(&self) -> io::Result<Box<dyn StorageBackend>> {
        let file: File = OpenOptions::new().read(true).write(true).open(&self.path)?;
        let file = FileBackend::new(file).map_err(io::Error::other)?;
        let operations = Arc::clone(&self.operations);
        Ok(Box::new(KillingFile { file, operations, last: self.last }))
    }
}

impl KillingFile {
    fn count(&self) {
        if self.operations.fetch_add(1, Ordering::SeqCst) >= self.last {
            let this = rustix::process::getpid();
            rustix::process::kill_process(this, rustix::process::Signal::KILL).unwrap();
        }
    }
}

impl StorageBackend for KillingFile {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.count();
        self.file.set_len(length)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.count();
        self.file.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.count();
        self.file.write(offset, data)
    }
}

/// Opens a file that kills its process at that operation; says how many there were.
fn migrate(path: &Path, last: u64) -> u64 {
    let killing = Arc::new(Killing::new(path, last));
    let storage: Arc<dyn OpenStorage> = Arc::<Killing>::clone(&killing);
    open(Storage::Custom(storage), Options { cache_bytes: 64 * 1024, ..options() }).close();
    killing.operations.load(Ordering::SeqCst)
}

/// Does nothing unless it is told to by the test below.
#[test]
fn a_process_that_is_killed_while_it_migrates() {
    let Some(told) = std::env::var_os(KILLED) else { return };
    let told = told.into_string().unwrap();
    let (path, last) = told.rsplit_once('@').unwrap();
    migrate(Path::new(path), last.parse().unwrap());
}

#[tokio::test]
async fn twenty_processes_that_are_killed_while_they_migrate_leave_one_format_or_the_other() {
    let (prepared, rows) = stored(2).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("demoscope.redb");
    let bytes = prepared.bytes();
    fs::write(&path, &bytes).unwrap();
    let all = migrate(&path, u64::MAX);
    assert!(all >= 40, "{all} operations");
    let (mut old, mut new) = (0, 0);
    for kill in 0..20 {
        fs::write(&path, &bytes).unwrap();
        let last = all * kill / 20;
        let status = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", BY_NAME])
            .env(KILLED, format!("{}@{last}", path.display()))
            .output()
            .unwrap()
            .status;
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(9), "{status}");
        let found = is_whole(&raw(FileBackend::new(open_file(&path)).unwrap()), 2, &rows);
        *(if found { &mut new } else { &mut old }) += 1;
        let core = open(Storage::File(path.clone()), options());
        assert!(outcomes(&core) == rows[0]);
        assert_eq!(broken(&core), Vec::<String>::new());
        core.close();
    }
    assert!(old >= 10 && new >= 1, "{old} of the old format, {new} of this one");
}

fn open_file(path: &Path) -> File {
    OpenOptions::new().read(true).write(true).open(path).unwrap()
}
