//! Tests of the statuses of findings: who may set one, what it tells, what becomes of it when a study is asked again or
//! deleted, and what the audit notices.

use std::time::Duration;

use protocol::error::ErrorCode;
use protocol::event::{Cursor, EventData, EventKind};
use protocol::finding::{Finding, FindingStatus};
use protocol::id::StudyId;
use protocol::run::State;
use protocol::service::Control;
use protocol::study::Origin;

use crate::app::testing::{
    DRIVER, Disk, broken, everyone_answers, me, options, reply, settings, spec, submission, world,
};
use crate::app::{Batch, CallOrigin, Caller, Core, Owner, Scope, Scopes};
use crate::domain::instrument;
use crate::domain::outcome::{Assignment, FIRST_ROUND, Outcome, Usage};
use crate::store::rows::FindingRow;
use crate::store::{Table, Writes};

const PANEL: u32 = 40;
const OPEN: FindingStatus = FindingStatus::Open;
const RESOLVED: FindingStatus = FindingStatus::Resolved;

fn core(disk: &Disk) -> Core {
    Core::open_with(world().0, disk.storage(), settings(1_000, everyone_answers()), options())
        .unwrap()
}

/// An answer that names that concern.
fn naming(respondent: u32, theme: &str) -> Outcome {
    let mut said: serde_json::Value = serde_json::from_str(&reply(respondent).text).unwrap();
    said["concerns"] = serde_json::json!([{ "theme": theme }]);
    let at = Assignment::first(FIRST_ROUND, respondent);
    Outcome::Answered(instrument::read_at(&spec(PANEL), at, &said.to_string()).unwrap())
}

async fn record(core: &Core, respondents: std::ops::Range<u32>, outcome: impl Fn(u32) -> Outcome) {
    let attempt =
        core.look(|reader| Ok(crate::app::studies::lookup::by_number(reader, 1)?.progress.attempt));
    let mut batch = Batch::new(1, attempt.unwrap());
    for respondent in respondents {
        let at = Assignment::first(FIRST_ROUND, respondent);
        batch.push(&[(at, outcome(respondent), Usage::default())]).unwrap();
    }
    core.record(&DRIVER, batch).await.unwrap();
}

/// A study in which everybody names the price, and the first ten the effort too; some of those asked have failed.
async fn completed(core: &Core) -> StudyId {
    let id = core.submit(&me(), submission(core, 1, PANEL)).await.unwrap().id;
    core.begin(&DRIVER, 1).await.unwrap();
    record(core, 0..20, |respondent| {
        naming(respondent, if respondent < 11 { "Price" } else { "Effort" })
    })
    .await;
    record(core, 20..PANEL, |_| Outcome::Failed { reason: "no line".to_owned() }).await;
    core.end_round(&DRIVER, 1, None).await.unwrap();
    id
}

async fn findings(core: &Core, id: StudyId) -> Vec<Finding> {
    core.report(&me(), id).await.unwrap().results.unwrap().findings
}

async fn about(core: &Core, id: StudyId, feature: &str) -> Finding {
    let all = findings(core, id).await;
    all.into_iter().find(|finding| finding.affected_feature == feature).unwrap()
}

#[tokio::test]
async fn a_status_is_set_once_told_once_and_survives_a_restart() {
    let disk = Disk::default();
    let core = core(&disk);
    let id = completed(&core).await;
    let price = about(&core, id, "Price").await;
    assert_eq!(price.status(), OPEN);
    assert_eq!(price.life, None, "what nobody changed is as it was computed");
    let stored = core.compute(1).unwrap().unwrap();
    assert!(stored.findings.iter().all(|finding| finding.life.is_none()), "results have no clock");

    let start = *core.store().last_event().borrow();
    let note = || Some(" the price stands first now ".to_owned());
    let set = core.set_finding(&me(), id, price.id, RESOLVED, note()).await.unwrap();
    assert_eq!((set.before, set.finding.status()), (OPEN, RESOLVED));
    for note in [None, note()] {
        let again = core.set_finding(&me(), id, price.id, RESOLVED, note).await.unwrap();
        assert_eq!((again.before, again.finding.note()), (RESOLVED, set.finding.note()));
    }
    assert_eq!(set.finding.note(), Some("the price stands first now"));
    let told = core.events(&me(), Cursor(start), 10, Duration::ZERO).await.unwrap().events;
    let [event] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(event.study, Some(id));
    let note = Some("the price stands first now".to_owned());
    let expected = EventData::FindingChanged { finding: price.id, status: RESOLVED, note };
    assert_eq!(event.data, expected);
    core.close();

    let core = self::core(&disk);
    let price = about(&core, id, "Price").await;
    let changed = price.life.as_ref().unwrap().changed.clone().unwrap();
    assert_eq!((price.status(), changed.by.as_str()), (RESOLVED, "uid:1000"));
    assert_eq!(broken(&core), Vec::<String>::new());
    let open = core.set_finding(&me(), id, price.id, OPEN, None).await.unwrap();
    assert_eq!((open.before, open.finding.status(), open.finding.note()), (RESOLVED, OPEN, None));
    core.close();
}

#[tokio::test]
async fn only_who_may_write_sets_a_status_of_a_study_and_finding_that_are_there() {
    let core = core(&Disk::default());
    let id = completed(&core).await;
    let price = about(&core, id, "Price").await.id;
    let reader = Caller { scopes: Scopes::of(&[Scope::Read]), ..me() };
    let guest = Owner::Guest("berta".to_owned());
    let guest = Caller { owner: guest, origin: CallOrigin::Door(Origin::Http), ..me() };
    let long = Some("x".repeat(501));
    for (caller, finding, note, code) in [
        (&reader, price, None, ErrorCode::Forbidden),
        (&DRIVER, price, None, ErrorCode::Forbidden),
        (&guest, price, None, ErrorCode::NotFound),
        (&me(), 99, None, ErrorCode::NotFound),
        (&me(), price, long, ErrorCode::InvalidInput),
        (&me(), price, Some("a\u{1b}[31mb".to_owned()), ErrorCode::InvalidInput),
    ] {
        let refused = core.set_finding(caller, id, finding, RESOLVED, note).await.unwrap_err();
        assert_eq!(refused.code, code, "{refused:?}");
        assert!(!refused.hints.is_empty(), "{refused:?}");
    }
    let waiting = core.submit(&me(), submission(&core, 2, 3)).await.unwrap().id;
    let refused = core.set_finding(&me(), waiting, 1, RESOLVED, None).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Conflict);
    assert!(findings(&core, id).await.iter().all(|finding| finding.status() == OPEN));
    core.close();
}

#[tokio::test]
async fn asked_again_a_status_follows_its_theme_and_ends_with_it() {
    let core = core(&Disk::default());
    let id = completed(&core).await;
    let (price, effort) = (about(&core, id, "Price").await, about(&core, id, "Effort").await);
    assert!(price.id < effort.id);
    core.set_finding(&me(), id, effort.id, FindingStatus::Dismissed, None).await.unwrap();
    core.control(&me(), id, Control::Retry).await.unwrap();
    assert_eq!(broken(&core), Vec::<String>::new(), "statuses wait for the next results");
    core.begin(&DRIVER, 1).await.unwrap();
    record(&core, 20..PANEL, |respondent| naming(respondent, "Effort")).await;
    let study = core.end_round(&DRIVER, 1, None).await.unwrap();
    assert_eq!(study.state, State::Completed);
    let (price, effort) = (about(&core, id, "Price").await, about(&core, id, "Effort").await);
    assert!(effort.id < price.id, "more name it now");
    assert_eq!((effort.status(), price.status()), (FindingStatus::Dismissed, OPEN));
    let rows = core.look(|reader| Ok(crate::app::studies::findings::rows(reader, 1)?)).unwrap();
    assert_eq!(rows.keys().copied().collect::<Vec<_>>(), [effort.id]);
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

#[tokio::test]
async fn a_deleted_study_leaves_no_status_and_no_note() {
    let core = core(&Disk::default());
    let id = completed(&core).await;
    let note = Some("a secret reason".to_owned());
    core.set_finding(&me(), id, 1, RESOLVED, note).await.unwrap();
    core.delete(&me(), id, Duration::from_secs(60)).await.unwrap();
    assert_eq!(core.look(|reader| Ok(reader.count(Table::Findings)?)).unwrap(), 0);
    let told = core.events(&me(), Cursor(0), 100, Duration::ZERO).await.unwrap().events;
    let changed =
        told.iter().find(|event| event.kind() == Some(EventKind::FindingChanged)).unwrap();
    let kept = EventData::FindingChanged { finding: 1, status: RESOLVED, note: None };
    assert_eq!(changed.data, kept);
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

#[tokio::test]
async fn the_audit_notices_a_status_of_nothing() {
    let core = core(&Disk::default());
    let id = completed(&core).await;
    core.set_finding(&me(), id, 1, RESOLVED, None).await.unwrap();
    for (key, subject) in [((1, 1), Some("concern: nothing")), ((1, 77), None), ((9, 1), None)] {
        let now = core.world().clock.now();
        let before = core.look(|reader| Ok(reader.get::<FindingRow>(&(1, 1))?)).unwrap().unwrap();
        let subject = subject.map_or_else(|| before.subject.clone(), str::to_owned);
        let row = FindingRow { subject, ..before.clone() };
        let put = core.store().write(move |_| {
            let mut writes = Writes::at(now);
            writes.put(&key, &row);
            Ok(((), writes))
        });
        put.await.unwrap();
        assert_eq!(broken(&core).len(), 1, "{key:?}: {:?}", broken(&core));
        let back = core.store().write(move |_| {
            let mut writes = Writes::at(now);
            writes.remove::<FindingRow>(&key);
            writes.put(&(1, 1), &before);
            Ok(((), writes))
        });
        back.await.unwrap();
        assert_eq!(broken(&core), Vec::<String>::new());
    }
    core.close();
}
