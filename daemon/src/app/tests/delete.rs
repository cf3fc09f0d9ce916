//! Tests of the deletion of a study: none of its text is left in any row, the ledger keeps its amounts, its replies are
//! given to no other study, and a kill between two steps leaves nothing behind.

use std::collections::BTreeMap;
use std::time::Duration;

use protocol::credits::{Credits, UsdMicros};
use protocol::error::ErrorCode;
use protocol::event::{Cursor, EventKind};
use protocol::id::StudyId;
use protocol::ledger::Transfer;
use protocol::measurement::Reuse;
use protocol::ranking::RankQuestion;
use protocol::service::{Control, StudyQuery};
use protocol::study::{Instrument, StudySpec};

use crate::app::studies::submit::{AfterFailure, Submission};
use crate::app::testing::{
    DRIVER, Disk, broken, everyone_answers, me, options, paper, reply, settings, spec,
    submission_of, world,
};
use crate::app::{Batch, Core};
use crate::domain::digest::sha256_hex;
use crate::domain::evidence::PromptRecord;
use crate::domain::exchange::{End, Exchange, ReplySource};
use crate::domain::instrument;
use crate::domain::outcome::{Assignment, FIRST_ROUND, Outcome, Usage};
use crate::store::rows::{CallsUnderWay, DeletedRow};
use crate::store::{Fault, Table, Writes};

/// Long enough for whatever is small.
const PATIENT: Duration = Duration::from_secs(60);
const PANEL: u32 = 24;

fn core(disk: &Disk) -> Core {
    Core::open_with(world().0, disk.storage(), settings(1_000, everyone_answers()), options())
        .unwrap()
}

/// A study with that word wherever its owner can put one.
fn worded(word: &str) -> StudySpec {
    let mut spec = spec(PANEL);
    spec.name = format!("The {word} kit");
    spec.instrument = Instrument::ConceptTest {
        stimulus: format!("A {word} meal kit that learns your taste, delivered weekly."),
    };
    spec.context = Some(format!("You know {word} well."));
    spec.tags = vec![format!("tag-{word}")];
    spec.project = Some(format!("project {word}"));
    spec
}

fn submission(core: &Core, key: u128, word: &str) -> Submission {
    submission_of(core, key, worded(word))
}

fn at(respondent: u32) -> Assignment {
    Assignment::first(FIRST_ROUND, respondent)
}

fn address(word: &str, respondent: u32) -> String {
    sha256_hex(format!("{word}/{respondent}"))
}

fn exchange(word: &str, respondent: u32) -> Exchange {
    Exchange {
        address: address(word, respondent),
        correction: None,
        reply: format!("I think {word} is fine."),
        whole_bytes: None,
        end: End::Finished,
        model: format!("model-{word}"),
        source: ReplySource::Asked,
        beside: None,
        item: None,
    }
}

/// What a respondent says, with that word in it; every sixth refuses in words of their own.
fn outcome(word: &str, respondent: u32) -> Outcome {
    if respondent.is_multiple_of(6) {
        return Outcome::Refused { reason: format!("{word}? I would rather not.") };
    }
    let text =
        reply(respondent).text.replace("the price puts me off", &format!("{word} puts me off"));
    Outcome::Answered(
        instrument::read_at(&worded(word), Assignment::first(FIRST_ROUND, respondent), &text)
            .unwrap(),
    )
}

/// A study that ran to its results, with that word wherever there is room for one.
async fn told(core: &Core, key: u128, word: &str) -> StudyId {
    told_as(core, key, word, word).await
}

/// The same, asked under the addresses of other words.
async fn told_as(core: &Core, key: u128, word: &str, addresses: &str) -> StudyId {
    let id = core.submit(&me(), submission(core, key, word)).await.unwrap().id;
    let number = number(core, id);
    core.begin(&DRIVER, number).await.unwrap();
    let prompt_record = PromptRecord {
        parameters: format!("engine of {word}"),
        price: None,
        templates: BTreeMap::from([("ask".to_owned(), format!("Say what you make of {word}."))]),
        part: None,
        benches: BTreeMap::new(),
        reader: 0,
    };
    core.keep_blueprint(&DRIVER, number, prompt_record).await.unwrap();
    let usage = Usage { cost: UsdMicros(7), ..Usage::default() };
    for chunk in (0..PANEL).collect::<Vec<_>>().chunks(4) {
        let mut batch = Batch::new(number, 0);
        for respondent in chunk.iter().copied() {
            let outcome = outcome(word, respondent);
            batch.push(&[(at(respondent), outcome.clone(), usage)]).unwrap();
            let said =
                Exchange { address: address(addresses, respondent), ..exchange(word, respondent) };
            batch.keep(at(respondent), &outcome, vec![said]);
        }
        core.record(&DRIVER, batch).await.unwrap();
    }
    core.end_round(&DRIVER, number, None).await.unwrap();
    core.tag(&me(), id, vec![format!("later-{word}")]).await.unwrap();
    core.control(&me(), id, Control::Archive).await.unwrap();
    core.control(&me(), id, Control::Unarchive).await.unwrap();
    id
}

fn number(core: &Core, id: StudyId) -> u32 {
    core.look(|reader| Ok(crate::app::studies::lookup::by_id(reader, &me().owner, id)?.number))
        .unwrap()
}

/// The tables in which a row holds that word.
fn tables_with(core: &Core, word: &str) -> Vec<&'static str> {
    let holds = |bytes: &[u8]| bytes.windows(word.len()).any(|some| some == word.as_bytes());
    let mut found = Vec::new();
    for table in Table::ALL {
        let rows = core.store().read(|reader| -> Result<_, Fault> { reader.dump(table) }).unwrap();
        if rows.iter().flatten().any(|bytes| holds(bytes)) {
            found.push(table.name());
        }
    }
    found
}

fn rows(core: &Core, table: Table) -> usize {
    core.store().read(|reader| -> Result<_, Fault> { reader.dump(table) }).unwrap().len()
}

fn cost_of(core: &Core, number: u32) -> UsdMicros {
    let mark = core.store().read(|reader| reader.get::<DeletedRow>(&number));
    mark.unwrap().unwrap().cost
}

/// Four calls may be under way, of 30 millionths of a dollar at most.
fn note() -> CallsUnderWay {
    let (engine, waiting) = ("offline".to_owned(), UsdMicros::ZERO);
    CallsUnderWay { engine, calls: 4, worst: UsdMicros(30), waiting }
}

async fn transfers(core: &Core) -> Vec<Transfer> {
    core.statement(&me(), 0, 500).await.unwrap().items
}

async fn remembers(core: &Core, word: &str, study: u32) -> usize {
    let addresses = (0..PANEL).map(|respondent| address(word, respondent)).collect();
    let found = core.remembered(&DRIVER, addresses, study, Reuse::default()).await.unwrap();
    found.iter().flatten().count()
}

#[tokio::test]
async fn no_word_of_a_deleted_study_is_left_and_every_amount_is() {
    let core = core(&Disk::default());
    let kept = told(&core, 1, "verbena").await;
    let id = told(&core, 2, "quillwort").await;
    let with_word = tables_with(&core, "quillwort");
    let expected =
        ["studies", "progress", "outcomes", "exchanges", "blueprints", "results", "events"];
    assert!(expected.iter().all(|table| with_word.contains(table)), "{with_word:?}");
    assert_eq!(remembers(&core, "quillwort", 99).await, 20);
    let before = (core.credits(&me()).await.unwrap(), transfers(&core).await);
    let of_other =
        (core.report(&me(), kept).await.unwrap(), core.answers(&me(), kept, 0, 500).await.unwrap());
    let events = core.events(&me(), Cursor(0), 1_000, Duration::ZERO).await.unwrap().events;

    let deleted = core.delete(&me(), id, PATIENT).await.unwrap();

    assert!(deleted.gone, "{deleted:?}");
    assert_eq!((deleted.id, deleted.answers, deleted.credits_used), (id, 20, Credits(20)));
    assert!((deleted.cost_usd - 0.000_168).abs() < 1e-9, "{deleted:?}");
    assert_eq!(tables_with(&core, "quillwort"), Vec::<&str>::new());
    assert_eq!((core.credits(&me()).await.unwrap(), transfers(&core).await), before);
    assert_eq!(
        (
            core.report(&me(), kept).await.unwrap().study,
            core.answers(&me(), kept, 0, 500).await.unwrap()
        ),
        (of_other.0.study, of_other.1)
    );
    assert_eq!(remembers(&core, "quillwort", 99).await, 0);
    assert_eq!(remembers(&core, "verbena", 99).await, 20);
    // The history is as dense as before, of the same kinds and studies, and tells of the end.
    let after = core.events(&me(), Cursor(0), 1_000, Duration::ZERO).await.unwrap().events;
    let told = |events: &[protocol::event::Event]| -> Vec<_> {
        events.iter().map(|event| (event.seq, event.data.word().to_owned(), event.study)).collect()
    };
    assert_eq!(told(&after[..events.len()]), told(&events));
    let last = &after[events.len()..];
    assert_eq!(last.len(), 1);
    assert_eq!((last[0].kind(), last[0].study), (Some(EventKind::Deleted), Some(id)));
    let others = |events: &[protocol::event::Event]| -> Vec<_> {
        events.iter().filter(|event| event.study != Some(id)).cloned().collect()
    };
    assert_eq!(others(&after), others(&events), "other studies tell what they told");
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

#[tokio::test]
async fn every_door_says_that_it_was_deleted_and_when() {
    let core = core(&Disk::default());
    let kept = told(&core, 1, "verbena").await;
    let id = told(&core, 2, "quillwort").await;
    assert_eq!(core.find(&me(), "@").await.unwrap().id, id);
    core.delete(&me(), id, PATIENT).await.unwrap();
    assert_eq!(core.find(&me(), "@").await.unwrap().id, kept, "the latest that is there");
    let refusals = [
        core.find(&me(), &id.short()).await.unwrap_err(),
        core.find(&me(), &id.to_string()).await.unwrap_err(),
        core.report(&me(), id).await.unwrap_err(),
        core.live(&me(), id).await.unwrap_err(),
        core.answers(&me(), id, 0, 10).await.unwrap_err(),
        core.scores(&me(), id, 0, 10).await.unwrap_err(),
        core.compare(&me(), kept, id, None).await.unwrap_err(),
        core.rank(&me(), RankQuestion { studies: vec![kept, id], of: None, lowest_first: None })
            .await
            .unwrap_err(),
        core.cross(&me(), id, &["gender".to_owned()], None).await.unwrap_err(),
        core.asked(&me(), id).await.unwrap_err(),
        core.evidence(&me(), id, None).await.unwrap_err(),
        core.tag(&me(), id, Vec::new()).await.unwrap_err(),
        core.move_in_queue(&me(), id, 1).await.unwrap_err(),
        core.control(&me(), id, Control::Retry).await.unwrap_err(),
        core.control(&me(), id, Control::Archive).await.unwrap_err(),
        core.delete(&me(), id, PATIENT).await.unwrap_err(),
    ];
    for error in refusals {
        assert_eq!(error.code, ErrorCode::NotFound, "{error}");
        let said = format!("There is no study {}: it was deleted on 2026-11-22", id.short());
        assert_eq!(error.message, said);
    }
    let listed = async |archived| {
        let query = StudyQuery { archived, ..StudyQuery::default() };
        core.studies(&me(), &query)
            .await
            .unwrap()
            .items
            .into_iter()
            .map(|study| study.id)
            .collect::<Vec<_>>()
    };
    assert_eq!((listed(false).await, listed(true).await), (vec![kept], Vec::new()));
    core.close();
}

/// The beginning of an id that a deleted study had too means the one that is there.
#[tokio::test]
async fn a_deleted_study_makes_no_name_ambiguous() {
    let core = core(&Disk::default());
    let mut by_digit: BTreeMap<String, StudyId> = BTreeMap::new();
    // Among seventeen ids, two begin with the same digit.
    let (digit, first, second) = 'found: {
        for key in 1..=17 {
            let id = core.submit(&me(), paper(key, 3)).await.unwrap().id;
            let digit = id.short()[..1].to_owned();
            if let Some(other) = by_digit.insert(digit.clone(), id) {
                break 'found (digit, other, id);
            }
        }
        unreachable!("two of seventeen share a digit")
    };
    assert_eq!(core.find(&me(), &digit).await.unwrap_err().code, ErrorCode::AmbiguousId);
    for (gone, found) in [(first, Some(second)), (second, None)] {
        core.control(&me(), gone, Control::Cancel).await.unwrap();
        core.delete(&me(), gone, PATIENT).await.unwrap();
        match found {
            Some(found) => assert_eq!(core.find(&me(), &digit).await.unwrap().id, found),
            None => {
                assert!(
                    core.find(&me(), &digit).await.unwrap_err().message.contains("was deleted")
                );
            }
        }
    }
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

#[tokio::test]
async fn what_has_not_ended_is_not_deleted_and_nothing_changes() {
    let core = core(&Disk::default());
    let id = core.submit(&me(), submission(&core, 1, "quillwort")).await.unwrap().id;
    let number = number(&core, id);
    let refused = async |state: &str| {
        let head = core.head(&me()).await.unwrap();
        let error = core.delete(&me(), id, PATIENT).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::Conflict);
        assert_eq!(
            error.message,
            format!("The study is {state}: only one that has ended is deleted")
        );
        assert_eq!(error.hints, [format!("End it with `demoscope cancel {}`", id.short())]);
        assert_eq!(core.head(&me()).await.unwrap(), head);
        assert_eq!(core.report(&me(), id).await.unwrap().study.state.as_str(), state);
    };
    refused("queued").await;
    core.begin(&DRIVER, number).await.unwrap();
    refused("running").await;
    core.control(&me(), id, Control::Pause).await.unwrap();
    refused("paused").await;
    core.control(&me(), id, Control::Cancel).await.unwrap();
    assert!(core.delete(&me(), id, PATIENT).await.unwrap().gone);
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

/// A key whose study was deleted is neither answered with that study nor runs it again unasked.
#[tokio::test]
async fn the_key_of_a_deleted_study_makes_no_other() {
    let core = core(&Disk::default());
    let sent = submission(&core, 1, "quillwort");
    let id = told(&core, 1, "quillwort").await;
    core.delete(&me(), id, PATIENT).await.unwrap();
    let credits = core.credits(&me()).await.unwrap();
    let other = Submission { body: "another".to_owned(), ..sent.clone() };
    for again in [sent.clone(), other] {
        let known =
            core.submitted(&me().owner, again.key, &again.body, AfterFailure::Anew).unwrap_err();
        let error = core.submit(&me(), again).await.unwrap_err();
        assert_eq!(known, error);
        assert_eq!(error.code, ErrorCode::NotFound);
        assert!(error.message.contains("deleted on 2026-11-22"), "{error}");
        assert!(
            error.hints.iter().any(|hint| hint.to_string().contains("fresh submission key")),
            "{error:?}"
        );
    }
    assert_eq!(core.credits(&me()).await.unwrap(), credits);
    // A fresh key is a fresh study, under a number that nobody had.
    let fresh = core.submit(&me(), submission(&core, 2, "quillwort")).await.unwrap().id;
    assert_eq!(number(&core, fresh), 2);
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

/// What was asked before the end and comes in after the deletion is nobody's, and is paid for all the same.
#[tokio::test]
async fn what_comes_late_is_booked_and_brings_nothing_back() {
    let core = core(&Disk::default());
    let id = core.submit(&me(), submission(&core, 1, "quillwort")).await.unwrap().id;
    let number = number(&core, id);
    core.begin(&DRIVER, number).await.unwrap();
    core.open_spending(&DRIVER, number).await.unwrap();
    core.note_calls(&DRIVER, number, note()).await.unwrap();
    for _ in 0..2 {
        core.reserve_cost(number, None, UsdMicros(250_000)).unwrap();
    }
    core.control(&me(), id, Control::Cancel).await.unwrap();
    core.delete(&me(), id, PATIENT).await.unwrap();
    let head = core.head(&me()).await.unwrap();

    let outcome = outcome("quillwort", 1);
    let mut batch = Batch::new(number, 0);
    batch.push(&[(at(1), outcome.clone(), Usage::default())]).unwrap();
    batch.keep(at(1), &outcome, vec![exchange("quillwort", 1)]);
    assert_eq!(core.record(&DRIVER, batch).await.unwrap_err().code, ErrorCode::Conflict);
    let mut early = Batch::new(number, 0);
    early.keep_early(at(2), vec![exchange("quillwort", 2)]);
    assert_eq!(core.record(&DRIVER, early).await.unwrap_err().code, ErrorCode::Conflict);
    let prompt_record = PromptRecord {
        parameters: "quillwort".to_owned(),
        price: None,
        templates: BTreeMap::new(),
        part: None,
        benches: BTreeMap::new(),
        reader: 0,
    };
    core.keep_blueprint(&DRIVER, number, prompt_record).await.unwrap();
    assert_eq!(
        core.fault(&DRIVER, number, "late".to_owned()).await.unwrap_err().code,
        ErrorCode::NotFound
    );
    core.settle_cost(number, UsdMicros(250_000), UsdMicros(50_000));
    core.end_calls(&DRIVER, number, Usage::default()).await.unwrap();

    assert!((core.credits(&me()).await.unwrap().cost_usd_this_month - 0.3).abs() < 1e-9);
    let costs: Vec<Transfer> =
        transfers(&core).await.into_iter().filter(|transfer| transfer.kind == "cost").collect();
    assert_eq!(costs.len(), 1);
    assert!(costs.iter().all(|cost| cost.study == Some(id)), "{costs:?}");
    assert_eq!(cost_of(&core, number), UsdMicros(300_000));
    assert_eq!(rows(&core, Table::CallsUnderWay), 0);
    assert_eq!(core.head(&me()).await.unwrap(), head, "nothing happened");
    assert_eq!(tables_with(&core, "quillwort"), Vec::<&str>::new());
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

/// A deletion is no way around what may have been under way at a power cut.
#[tokio::test]
async fn what_was_cut_off_is_booked_for_a_deleted_study_too() {
    let disk = Disk::default();
    let first = core(&disk);
    let id = first.submit(&me(), submission(&first, 1, "quillwort")).await.unwrap().id;
    let number = number(&first, id);
    first.begin(&DRIVER, number).await.unwrap();
    first.note_calls(&DRIVER, number, note()).await.unwrap();
    first.control(&me(), id, Control::Cancel).await.unwrap();
    first.delete(&me(), id, PATIENT).await.unwrap();
    let disk = disk.after_crash();
    first.close();

    let again = core(&disk);
    again.settle_past(&DRIVER).await.unwrap();
    assert_eq!(cost_of(&again, number), UsdMicros(120));
    assert_eq!(transfers(&again).await[0].kind, "cost");
    assert_eq!(rows(&again, Table::CallsUnderWay), 0);
    assert_eq!(broken(&again), Vec::<String>::new());
    again.close();
}

/// The caps count what a deleted study cost, today and in all.
#[tokio::test]
async fn a_deletion_frees_no_cap() {
    let (world, _) = world();
    let disk = Disk::default();
    let cap = Some(UsdMicros(200));
    for caps in
        [crate::app::Caps { day: cap, total: None }, crate::app::Caps { day: None, total: cap }]
    {
        let settings = crate::app::Settings { caps, ..settings(1_000, everyone_answers()) };
        let core = Core::open_with(world.clone(), disk.storage(), settings, options()).unwrap();
        let key = core.head(&me()).await.unwrap().0.into();
        let id = told(&core, key, "quillwort").await;
        core.delete(&me(), id, PATIENT).await.unwrap();
        let next = core.submit(&me(), submission(&core, key + 1, "verbena")).await.unwrap().id;
        let next = number(&core, next);
        core.open_spending(&DRIVER, next).await.unwrap();
        let refused = core.reserve_cost(next, None, UsdMicros(40)).unwrap_err();
        assert_eq!(refused.limit, UsdMicros(200), "168 of it are spent");
        core.close();
    }
}

/// The newest reply to a question may be another study's, and then it stays.
#[tokio::test]
async fn another_studys_newer_reply_stays_usable() {
    let core = core(&Disk::default());
    let older = told_as(&core, 1, "quillwort", "shared").await;
    let newer = told_as(&core, 2, "verbena", "shared").await;
    core.delete(&me(), older, PATIENT).await.unwrap();
    assert_eq!(remembers(&core, "shared", 99).await, 20);
    core.delete(&me(), newer, PATIENT).await.unwrap();
    assert_eq!(remembers(&core, "shared", 99).await, 0);
    assert_eq!(rows(&core, Table::Remembered), 0, "no place names what is gone");
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

/// A kill after any write leaves a study that is whole or out of sight, and the next start removes what is left of it.
#[tokio::test]
async fn a_kill_between_two_steps_leaves_nothing_behind() {
    let prepared = Disk::default();
    let first = core(&prepared);
    told(&first, 1, "verbena").await;
    let id = told(&first, 2, "quillwort").await;
    let before = (first.credits(&me()).await.unwrap(), transfers(&first).await);
    first.close();
    let mut interrupted = 0;
    for operations in (0..).step_by(29) {
        let disk = prepared.after_crash();
        let first = core(&disk);
        disk.fail_after(operations);
        let deleted = first.delete(&me(), id, PATIENT).await;
        let disk = disk.after_crash();
        first.close();

        let again = core(&disk);
        assert_eq!(broken(&again), Vec::<String>::new(), "also before it goes on");
        if again.find(&me(), &id.to_string()).await.is_ok() {
            assert!(deleted.is_err(), "it was said to be deleted");
            assert_eq!(again.answers(&me(), id, 0, 500).await.unwrap().items.len(), 20);
        } else {
            assert_eq!(remembers(&again, "quillwort", 99).await, 0);
            let words = tables_with(&again, "quillwort");
            interrupted += usize::from(!words.is_empty());
            again.erase(&DRIVER).await.unwrap();
            assert_eq!(tables_with(&again, "quillwort"), Vec::<&str>::new());
            for table in [Table::Outcomes, Table::Exchanges, Table::Panels, Table::Blueprints] {
                let dumped =
                    again.store().read(|reader| -> Result<_, Fault> { reader.dump(table) });
                assert!(dumped.unwrap().iter().all(|[key, _]| key[..4] == [0, 0, 0, 1]));
            }
        }
        assert_eq!((again.credits(&me()).await.unwrap(), transfers(&again).await), before);
        assert_eq!(broken(&again), Vec::<String>::new());
        again.close();
        if deleted.is_ok_and(|deleted| deleted.gone) {
            break;
        }
    }
    assert!(interrupted >= 5, "{interrupted} kills came in between");
}

/// Nobody who writes waits for a large study to be gone: other writes come in between.
#[tokio::test]
async fn others_write_while_rows_are_removed() {
    let core = core(&Disk::default());
    let id = told(&core, 1, "quillwort").await;
    let deleted = core.delete(&me(), id, Duration::ZERO).await.unwrap();
    assert!(!deleted.gone);
    assert!(!tables_with(&core, "quillwort").is_empty(), "it goes on");
    assert_eq!(broken(&core), Vec::<String>::new(), "being under way is no fault");
    core.submit(&me(), submission(&core, 2, "verbena")).await.unwrap();
    core.erase(&DRIVER).await.unwrap();
    assert_eq!(tables_with(&core, "quillwort"), Vec::<&str>::new());
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

/// The doctor tells what a deletion does not explain, and what one left behind.
#[tokio::test]
async fn a_study_that_vanished_otherwise_is_told() {
    let one = 1_u32.to_be_bytes().to_vec();
    let vanish = async |core: &Core, mark: Option<DeletedRow>| {
        let one = one.clone();
        let taken = core.store().write(move |_| {
            let mut writes = Writes::at(then());
            for table in [Table::Studies, Table::Progress, Table::Results] {
                writes.remove_bytes(table, one.clone());
            }
            if let Some(mark) = mark {
                writes.put(&1, &mark);
            }
            Ok(((), writes))
        });
        taken.await.unwrap();
    };
    let core = core(&Disk::default());
    let id = told(&core, 1, "quillwort").await;
    vanish(&core, None).await;
    let told_of = broken(&core);
    assert!(told_of.iter().any(|told| told.contains("neither there nor deleted")), "{told_of:?}");
    let mark = DeletedRow {
        id,
        at: then(),
        credits_used: Credits(20),
        cost: UsdMicros(168),
        engine: "offline".to_owned(),
        under_way: false,
        owner: None,
    };
    vanish(&core, Some(mark.clone())).await;
    let told_of = broken(&core);
    assert!(told_of.iter().any(|told| told.contains("has rows of")), "{told_of:?}");
    // Marked as under way, it is mended by going on.
    vanish(&core, Some(DeletedRow { under_way: true, ..mark })).await;
    core.erase(&DRIVER).await.unwrap();
    assert!(!broken(&core).iter().any(|told| told.contains("has rows of")));
    core.close();
}

fn then() -> jiff::Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

/// A deleted study's events of single answers are folded like those of any that is long over.
#[tokio::test]
async fn what_is_long_deleted_is_folded() {
    let (world, clock) = world();
    let core = Core::open_with(
        world,
        Disk::default().storage(),
        settings(1_000, everyone_answers()),
        options(),
    )
    .unwrap();
    let id = told(&core, 1, "quillwort").await;
    core.delete(&me(), id, PATIENT).await.unwrap();
    clock.advance(Duration::from_hours(24 * 40));
    assert_eq!(core.fold_events(&DRIVER).await.unwrap(), 6);
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}
