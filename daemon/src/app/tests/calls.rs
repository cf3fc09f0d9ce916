//! Tests of single use cases: idempotency, names, refusals, and the event feed.

use std::collections::BTreeSet;
use std::time::Duration;

use protocol::credits::Credits;
use protocol::error::ErrorCode;
use protocol::event::Cursor;
use protocol::id::StudyId;
use protocol::service::{Control, StudyQuery};
use uuid::Uuid;

use crate::app::Core;
use crate::app::testing::{Disk, broken, everyone_answers, me, options, paper, settings, world};

fn core(disk: &Disk) -> Core {
    Core::open_with(world().0, disk.storage(), settings(1_000, everyone_answers()), options())
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_sent_fifty_times_at_once_makes_one_study_and_one_hold() {
    let disk = Disk::default();
    let first = core(&disk);
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let core = first.clone();
        calls.spawn(async move { core.submit(&me(), paper(9, 10)).await.unwrap().id });
    }
    let ids: BTreeSet<StudyId> = calls.join_all().await.into_iter().collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(first.credits(&me()).await.unwrap().held.0, 10);
    let other_body = first.submit(&me(), paper(9, 11)).await.unwrap_err();
    assert_eq!(other_body.code, ErrorCode::Conflict);

    let second = core(&disk.after_crash());
    assert_eq!(second.submit(&me(), paper(9, 10)).await.unwrap().id, *ids.first().unwrap());
    assert_eq!(second.credits(&me()).await.unwrap().held.0, 10);
    assert_eq!(broken(&second), Vec::<String>::new());
    first.close();
    second.close();
}

#[tokio::test]
async fn a_study_is_found_by_prefix_and_by_at() {
    let core = core(&Disk::default());
    assert_eq!(core.find(&me(), "@").await.unwrap_err().code, ErrorCode::NotFound);
    let first = core.submit(&me(), paper(1, 3)).await.unwrap();
    let second = core.submit(&me(), paper(2, 3)).await.unwrap();
    assert_eq!(core.find(&me(), "@").await.unwrap().id, second.id);
    assert_eq!(core.find(&me(), &first.id.short()).await.unwrap().id, first.id);
    assert_eq!(core.find(&me(), &first.id.to_string()).await.unwrap().id, first.id);
    assert_eq!(core.find(&me(), "zz").await.unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(core.find(&me(), "").await.unwrap_err().code, ErrorCode::NotFound);
    // Among seventeen ids, two begin with the same digit.
    for key in 3..=17 {
        core.submit(&me(), paper(key, 3)).await.unwrap();
    }
    let mut refusals = Vec::new();
    for digit in "0123456789abcdef".chars() {
        refusals.extend(core.find(&me(), &digit.to_string()).await.err());
    }
    assert!(refusals.iter().any(|error| error.code == ErrorCode::AmbiguousId));
    core.close();
}

#[tokio::test]
async fn what_a_state_does_not_allow_is_a_conflict_that_changes_nothing() {
    let core = core(&Disk::default());
    let id = core.submit(&me(), paper(1, 3)).await.unwrap().id;
    core.control(&me(), id, Control::Cancel).await.unwrap();
    let before = core.report(&me(), id).await.unwrap();
    let events = core.events(&me(), Cursor(0), 100, Duration::ZERO).await.unwrap();
    for control in [Control::Cancel, Control::Pause, Control::Resume, Control::Retry] {
        let error = core.control(&me(), id, control).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::Conflict);
        assert!(!error.hints.is_empty());
    }
    let nobody = StudyId(Uuid::from_u128(1));
    let missing = core.control(&me(), nobody, Control::Cancel).await.unwrap_err();
    assert_eq!(missing.code, ErrorCode::NotFound);
    assert_eq!(core.report(&me(), id).await.unwrap(), before);
    assert_eq!(core.events(&me(), Cursor(0), 100, Duration::ZERO).await.unwrap(), events);
    core.close();
}

#[tokio::test]
async fn lists_are_paged_newest_first_and_filtered() {
    let core = core(&Disk::default());
    let mut ids = Vec::new();
    for key in 1..=5 {
        ids.push(core.submit(&me(), paper(key, 3)).await.unwrap().id);
    }
    core.control(&me(), ids[0], Control::Cancel).await.unwrap();
    core.control(&me(), ids[0], Control::Archive).await.unwrap();
    core.tag(&me(), ids[1], vec!["autumn".to_owned(), " autumn ".to_owned()]).await.unwrap();
    let page = async |query: StudyQuery| {
        let page = core.studies(&me(), &query).await.unwrap();
        (page.items.into_iter().map(|study| study.id).collect::<Vec<_>>(), page.next)
    };
    let (first, next) = page(StudyQuery { limit: 3, ..StudyQuery::default() }).await;
    assert_eq!((first, next), (vec![ids[4], ids[3], ids[2]], Some(3)));
    let (rest, next) = page(StudyQuery { limit: 3, offset: 3, ..StudyQuery::default() }).await;
    assert_eq!((rest, next), (vec![ids[1]], None));
    let tagged = StudyQuery { tag: Some("autumn".to_owned()), ..StudyQuery::default() };
    assert_eq!(page(tagged).await.0, vec![ids[1]]);
    let archived = StudyQuery { archived: true, ..StudyQuery::default() };
    assert_eq!(page(archived).await.0, vec![ids[0]]);
    let nothing = StudyQuery { search: Some("no such".to_owned()), ..StudyQuery::default() };
    assert!(page(nothing).await.0.is_empty());
    core.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follower_sees_every_event_once_and_in_order_while_many_write() {
    const WRITERS: u128 = 20;
    const EACH: u64 = 10;
    let core = core(&Disk::default());
    let follower = {
        let core = core.clone();
        tokio::spawn(async move {
            let mut after = Cursor(0);
            let mut seen = Vec::new();
            while seen.len() < 400 {
                let page = core.events(&me(), after, 7, Duration::from_secs(10)).await.unwrap();
                assert!(!page.events.is_empty(), "nothing after {after:?}");
                seen.extend(page.events.iter().map(|event| event.seq));
                after = page.next;
            }
            seen
        })
    };
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        let core = core.clone();
        writers.spawn(async move {
            let id = core.submit(&me(), paper(writer + 1, 1)).await.unwrap().id;
            for round in 0..EACH - 1 {
                core.tag(&me(), id, vec![format!("round {round}")]).await.unwrap();
                core.grant(&me(), protocol::credits::Credits(1)).await.unwrap();
            }
            core.control(&me(), id, Control::Cancel).await.unwrap();
        });
    }
    writers.join_all().await;
    let seen = tokio::time::timeout(Duration::from_secs(20), follower).await.unwrap().unwrap();
    assert_eq!(seen, (1..=400).collect::<Vec<u64>>());
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

#[tokio::test]
async fn a_wait_without_an_event_ends_in_time_with_the_same_cursor() {
    let core = core(&Disk::default());
    core.grant(&me(), Credits(1)).await.unwrap();
    let page = core.events(&me(), Cursor(1), 10, Duration::from_millis(1)).await.unwrap();
    assert!(page.events.is_empty());
    assert_eq!(page.next, Cursor(1));
    core.close();
}

#[tokio::test]
async fn a_cursor_of_a_history_that_is_no_more_is_sent_to_the_end_of_this_one() {
    let core = core(&Disk::default());
    core.grant(&me(), Credits(1)).await.unwrap();
    let page = core.events(&me(), Cursor(41), 10, Duration::from_secs(20)).await.unwrap();
    assert!(page.events.is_empty());
    assert_eq!(page.next, Cursor(1));
    core.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_finds_a_healthy_store_healthy() {
    let core = core(&Disk::default());
    core.submit(&me(), paper(1, 3)).await.unwrap();
    let checks = core.doctor(&me()).await.unwrap();
    assert!(checks.len() >= 12);
    assert!(checks.iter().all(|check| check.ok), "{checks:#?}");
    core.close();
}
