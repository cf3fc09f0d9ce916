//! Tests of rounds and their end: an outcome of another round leaves the assignments to ask unchanged, the last round
//! ends the study with its results, and partial results can be computed at any moment before that.

use std::collections::BTreeSet;
use std::time::Duration;

use protocol::error::ErrorCode;
use protocol::event::{Cursor, EventKind};
use protocol::id::StudyId;
use protocol::results::Results;
use protocol::run::State;
use protocol::service::Control;

use crate::app::testing::{
    DRIVER, Disk, broken, everyone_answers, me, options, reply, settings, spec, submission, world,
};
use crate::app::{Batch, Core};
use crate::domain::instrument;
use crate::domain::outcome::{Assignment, FIRST_ROUND, Outcome, Usage};
use crate::store::Writes;
use crate::store::rows::ResultsRow;

const PANEL: u32 = 70;

async fn record(core: &Core, number: u32, at: Assignment) {
    let answered = instrument::read_at(&spec(PANEL), at, &reply(at.respondent).text).unwrap();
    record_as(core, number, at, Outcome::Answered(answered)).await;
}

async fn record_as(core: &Core, number: u32, at: Assignment, outcome: Outcome) {
    let mut batch = Batch::new(number, 0);
    batch.push(&[(at, outcome, Usage::default())]).unwrap();
    core.record(&DRIVER, batch).await.unwrap();
}

/// A study at work, with its number.
async fn begun(core: &Core) -> (StudyId, u32) {
    let (id, number) = queued(core).await;
    core.begin(&DRIVER, number).await.unwrap();
    (id, number)
}

/// A study in the queue, with its number.
async fn queued(core: &Core) -> (StudyId, u32) {
    let id = core.submit(&me(), submission(core, 1, PANEL)).await.unwrap().id;
    let number = core
        .look(|reader| Ok(crate::app::studies::lookup::by_id(reader, &me().owner, id)?.number))
        .unwrap();
    (id, number)
}

fn core() -> Core {
    let settings = settings(1_000, everyone_answers());
    Core::open_with(world().0, Disk::default().storage(), settings, options()).unwrap()
}

/// How many answers the figures of a result are of: all the same.
fn n(results: &Results) -> u64 {
    let all: BTreeSet<u64> = results.estimates.values().map(|estimate| estimate.n).collect();
    assert_eq!(all.len(), 1, "{all:?}");
    all.into_iter().next().unwrap()
}

#[tokio::test]
async fn what_there_is_can_be_computed_at_any_moment_and_the_end_stores_what_it_comes_to() {
    let core = core();
    let (id, number) = begun(&core).await;
    assert_eq!(core.compute(number).unwrap(), None, "nobody has answered");
    for respondent in 0..PANEL {
        record(&core, number, Assignment::first(FIRST_ROUND, respondent)).await;
        if respondent == 29 {
            let partial = core.compute(number).unwrap().unwrap();
            assert_eq!((n(&partial), partial.panel_size), (30, PANEL));
            assert_eq!(core.report(&me(), id).await.unwrap().results, None, "it is stored nowhere");
            core.control(&me(), id, Control::Pause).await.unwrap();
            assert_eq!(core.compute(number).unwrap(), Some(partial), "in any state");
            core.control(&me(), id, Control::Resume).await.unwrap();
            core.begin(&DRIVER, number).await.unwrap();
        }
    }
    let whole = core.compute(number).unwrap().unwrap();
    assert_eq!(n(&whole), u64::from(PANEL));
    let before = *core.store().last_event().borrow();
    let ended = core.end_round(&DRIVER, number, None).await.unwrap();
    assert_eq!(ended.state, State::Completed);
    let stored = core.look(|reader| Ok(reader.get::<ResultsRow>(&number)?)).unwrap().unwrap().0;
    assert_eq!(serde_json::to_vec(&stored).unwrap(), serde_json::to_vec(&whole).unwrap());
    assert_eq!(core.compute(number).unwrap(), Some(whole), "and again");
    let told = core.events(&me(), Cursor(before), 10, Duration::ZERO).await.unwrap().events;
    let kinds: Vec<_> = told.iter().filter_map(|event| event.data.kind()).collect();
    assert_eq!(kinds, [EventKind::Finalizing, EventKind::Completed]);
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

/// All outcomes of a study but those of the last respondents.
fn batch_without(last: u32, number: u32) -> Batch {
    let mut batch = Batch::new(number, 0);
    for respondent in 0..PANEL - last {
        let at = Assignment::first(FIRST_ROUND, respondent);
        let answered = instrument::read_at(&spec(PANEL), at, &reply(respondent).text).unwrap();
        batch.push(&[(at, Outcome::Answered(answered), Usage::default())]).unwrap();
    }
    batch
}

#[tokio::test]
async fn a_study_that_is_recorded_whole_ends_in_the_same_commit_with_what_its_answers_come_to() {
    let core = core();
    let (id, number) = queued(&core).await;
    let before = *core.store().last_event().borrow();
    let batch = batch_without(0, number).beginning(Some(core.world().clock.now()));
    assert!(core.record_and_end(&DRIVER, batch).await.unwrap());
    let report = core.report(&me(), id).await.unwrap();
    assert_eq!(report.study.state, State::Completed);
    assert_eq!(n(report.results.as_ref().unwrap()), u64::from(PANEL));
    assert_eq!(core.compute(number).unwrap(), report.results);
    let told = core.events(&me(), Cursor(before), 10, Duration::ZERO).await.unwrap().events;
    let kinds: Vec<_> = told.iter().filter_map(|event| event.data.kind()).collect();
    let wanted =
        [EventKind::Running, EventKind::Recorded, EventKind::Finalizing, EventKind::Completed];
    assert_eq!(kinds, wanted);
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

#[tokio::test]
async fn a_study_of_which_somebody_is_left_does_not_end() {
    let core = core();
    let (id, number) = begun(&core).await;
    assert!(!core.record_and_end(&DRIVER, batch_without(1, number)).await.unwrap());
    let study = core.report(&me(), id).await.unwrap().study;
    assert_eq!((study.state, study.panel.delivered), (State::Running, PANEL - 1));
    let again = core.record_and_end(&DRIVER, batch_without(0, number)).await.unwrap_err();
    assert_eq!(again.code, ErrorCode::Conflict, "nobody is recorded twice");
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

#[tokio::test]
async fn a_study_that_was_cancelled_takes_no_outcomes_and_no_end() {
    let core = core();
    let (id, number) = begun(&core).await;
    core.control(&me(), id, Control::Cancel).await.unwrap();
    let late = core.record_and_end(&DRIVER, batch_without(0, number)).await.unwrap_err();
    assert_eq!(late.code, ErrorCode::Conflict);
    assert_eq!(core.report(&me(), id).await.unwrap().study.state, State::Cancelled);
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

#[tokio::test]
async fn a_study_that_was_left_between_its_last_round_and_its_end_is_ended() {
    let core = core();
    let (_, number) = begun(&core).await;
    for respondent in 0..PANEL {
        record(&core, number, Assignment::first(FIRST_ROUND, respondent)).await;
    }
    // As an earlier version left it.
    let now = core.world().clock.now();
    let left = core.store().write(move |reader| {
        let mut found = crate::app::studies::lookup::by_number(reader, number)?;
        found.progress.state = State::Finalizing;
        let mut writes = Writes::at(now);
        writes.put(&number, &found.progress);
        Ok(((), writes))
    });
    left.await.unwrap();
    assert_eq!(core.end_round(&DRIVER, number, None).await.unwrap().state, State::Completed);
    let again = core.end_round(&DRIVER, number, None).await.unwrap_err();
    assert_eq!(again.code, ErrorCode::Conflict);
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

#[tokio::test]
async fn an_outcome_of_another_round_takes_nobody_from_what_is_left() {
    let core = core();
    let (id, number) = begun(&core).await;
    record(&core, number, Assignment::first(FIRST_ROUND, 65)).await;
    record(&core, number, Assignment::first(FIRST_ROUND + 1, 3)).await;
    record(&core, number, Assignment::first(u16::MAX, 4)).await;
    let left = core.job(&DRIVER, number).await.unwrap().left;
    assert_eq!(left.round(), FIRST_ROUND);
    let others: Vec<u32> = (0..PANEL).filter(|respondent| *respondent != 65).collect();
    assert_eq!(left.iter().collect::<Vec<_>>(), others);
    // Pages and scores are of one round too, whichever respondents are wanted.
    let page = core.answers(&me(), id, 0, 500).await.unwrap();
    assert_eq!(page.items.len(), 1);
    let scores = core.scores(&me(), id, 0, PANEL).await.unwrap();
    assert_eq!(scores.iter().filter(|score| **score > 0).count(), 1);
    core.close();
}
