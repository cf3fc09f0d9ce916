//! Keys: made by the local user alone, kept as a hash, checked at a door, and bounded by their caps in the transaction that
//! takes a study on.

use std::sync::Arc;
use std::time::Duration;

use protocol::credits::{Credits, UsdMicros};
use protocol::error::ErrorCode;
use protocol::key::{Dialect, FreshKey, KeyCaps, KeyId, KeyScope, NewKey};
use protocol::run::State;
use protocol::service::Control;
use protocol::study::Origin;

use crate::app::studies::submit::Submission;
use crate::app::testing::{
    DRIVER, Disk, broken, everyone_answers, me, options, paper, settings, submission, world,
};
use crate::app::{Batch, Caller, Core, Owner, Scope, Scopes};
use crate::domain::outcome::{Assignment, FIRST_ROUND, Outcome, Usage};
use crate::store::rows::CallsUnderWay;
use crate::world::testing::ManualClock;

fn core(disk: &Disk) -> (Core, Arc<ManualClock>) {
    let (world, clock) = world();
    let settings = settings(1_000, everyone_answers());
    (Core::open_with(world, disk.storage(), settings, options()).unwrap(), clock)
}

fn new(scope: KeyScope, caps: KeyCaps) -> NewKey {
    let dialect = Dialect::Demoscope;
    NewKey { dialect, scope, name: None, engine: None, caps, allow_private: false }
}

async fn made(core: &Core, caps: KeyCaps) -> FreshKey {
    core.create_key(&me(), new(KeyScope::Run, caps)).await.unwrap()
}

fn stranger() -> Caller {
    Caller::stranger(1_000, Origin::Http)
}

async fn admitted(core: &Core, key: &FreshKey) -> Caller {
    core.admit(&stranger(), Dialect::Demoscope, &key.key).await.unwrap().caller
}

#[tokio::test]
async fn only_the_local_user_in_person_handles_keys() {
    let (core, _) = core(&Disk::default());
    let key = core.create_key(&me(), new(KeyScope::Admin, KeyCaps::default())).await.unwrap();
    let admin = admitted(&core, &key).await;
    assert!(admin.scopes.has(Scope::Operate));
    let guest = Caller { owner: Owner::Guest("berta".to_owned()), ..me() };
    let reader = Caller { scopes: Scopes::of(&[Scope::Read, Scope::Write]), ..me() };
    for caller in [&admin, &guest, &reader, &stranger()] {
        let refused = [
            core.create_key(caller, new(KeyScope::Read, KeyCaps::default())).await.err(),
            core.revoke_key(caller, key.id).await.err(),
            core.rotate_key(caller, key.id).await.err(),
        ];
        for error in refused {
            assert_eq!(error.unwrap().code, ErrorCode::Forbidden, "{caller:?}");
        }
    }
    assert_eq!(core.keys(&me()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_key_acts_for_the_local_user_and_a_stranger_for_nobody() {
    let (core, _) = core(&Disk::default());
    let own = core.submit(&me(), submission(&core, 1, 4)).await.unwrap().id;
    let key = admitted(&core, &made(&core, KeyCaps::default()).await).await;
    assert_eq!(core.find(&key, &own.to_string()).await.unwrap().id, own);
    let through = core.submit(&key, submission(&core, 2, 4)).await.unwrap();
    assert_eq!((through.origin, through.owner.as_str()), (Origin::Http, "uid:1000"));
    assert!(core.watches(&key).await.is_err(), "it is told of no files");
    let refused = core.find(&stranger(), &own.to_string()).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Forbidden);
    assert_eq!(broken(&core), [""; 0]);
}

#[tokio::test]
async fn the_store_holds_no_key_and_knows_it_after_a_restart() {
    let disk = Disk::default();
    let (before, _) = core(&disk);
    let key = made(&before, KeyCaps::default()).await;
    let revoked = made(&before, KeyCaps::default()).await;
    before.revoke_key(&me(), revoked.id).await.unwrap();
    before.close();
    let bytes = disk.bytes();
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds(&key.key[..7]) && !holds(&key.key[..20]), "the beginning alone is there");
    let (after, _) = core(&disk.after_kill());
    admitted(&after, &key).await;
    let refused = after.admit(&stranger(), Dialect::Demoscope, &revoked.key).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Unauthorized);
    let next = made(&after, KeyCaps::default()).await;
    assert_eq!(next.id, KeyId(3), "the number of a revoked key is not given again");
    assert!(!format!("{next:?}").contains(&next.key[3..]), "{next:?}");
}

#[tokio::test]
async fn credits_are_capped_by_the_day_and_a_refusal_takes_nothing() {
    let (core, clock) = core(&Disk::default());
    let caps = KeyCaps { credits_per_day: Some(Credits(10)), ..KeyCaps::default() };
    let fresh = made(&core, caps).await;
    let key = admitted(&core, &fresh).await;
    core.submit(&key, submission(&core, 1, 6)).await.unwrap();
    let refused = core.submit(&key, submission(&core, 2, 5)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::CostCap);
    assert_eq!(core.credits(&me()).await.unwrap().held, Credits(6));
    core.submit(&key, submission(&core, 3, 4)).await.unwrap();
    let again = core.submit(&key, submission(&core, 3, 4)).await.unwrap();
    let shown = core.keys(&me()).await.unwrap().remove(0);
    assert_eq!(shown.credits_today, Credits(10), "the same submission takes once: {again:?}");
    core.submit(&me(), submission(&core, 4, 9)).await.unwrap();
    clock.advance(Duration::from_secs(24 * 3600));
    assert_eq!(core.keys(&me()).await.unwrap()[0].credits_today, Credits::ZERO);
    core.submit(&key, submission(&core, 5, 10)).await.unwrap();
    core.revoke_key(&me(), fresh.id).await.unwrap();
    let refused = core.submit(&key, submission(&core, 6, 1)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Unauthorized, "revoked between admission and T1");
    assert_eq!(broken(&core), [""; 0]);
}

/// A study of so many people that may cost as much as that.
fn costing(number: u32, panel: u32, high: i64) -> Submission {
    let mut submission = paper(u128::from(number), panel);
    submission.plan.announced = Some((UsdMicros(1), UsdMicros(high)));
    submission
}

/// Four calls under way.
fn four_calls() -> CallsUnderWay {
    let waiting = UsdMicros::ZERO;
    CallsUnderWay { engine: String::new(), calls: 4, worst: UsdMicros(1_000), waiting }
}

#[tokio::test]
async fn the_most_that_studies_may_cost_is_capped_by_the_day() {
    let (core, _) = core(&Disk::default());
    let caps = KeyCaps { cost_per_day: Some(UsdMicros(1_000_000)), ..KeyCaps::default() };
    let key = admitted(&core, &made(&core, caps).await).await;
    let costs = |number, high| costing(number, 2, high);
    core.submit(&key, costs(1, 700_000)).await.unwrap();
    let refused = core.submit(&key, costs(2, 300_001)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::CostCap);
    core.submit(&key, costs(3, 300_000)).await.unwrap();
    let shown = core.keys(&me()).await.unwrap().remove(0);
    assert_eq!(shown.cost_today, UsdMicros(1_000_000));
}

#[tokio::test]
async fn what_a_cancelled_study_set_aside_comes_back_once_its_calls_are_booked() {
    let (core, _) = core(&Disk::default());
    let caps = KeyCaps { cost_per_day: Some(UsdMicros(1_000_000)), ..KeyCaps::default() };
    let key = admitted(&core, &made(&core, caps).await).await;
    let submit = async |number| core.submit(&key, costing(number, 2, 700_000)).await;
    let lost = |cost| Usage { cost: UsdMicros(cost), at_most: 1, ..Usage::default() };
    let cost = async || core.keys(&me()).await.unwrap()[0].cost_today;

    let waiting = submit(1).await.unwrap().id;
    core.control(&me(), waiting, Control::Cancel).await.unwrap();
    assert_eq!(cost().await, UsdMicros::ZERO, "nobody was asked");

    let begun = submit(2).await.unwrap().id;
    core.begin(&DRIVER, 2).await.unwrap();
    core.control(&me(), begun, Control::Cancel).await.unwrap();
    assert_eq!(cost().await, UsdMicros::ZERO, "no call was noted");
    let late = core.note_calls(&DRIVER, 2, four_calls()).await.unwrap_err();
    assert_eq!(late.code, ErrorCode::Conflict, "and none is made any more");

    let at_work = submit(3).await.unwrap().id;
    core.begin(&DRIVER, 3).await.unwrap();
    core.note_calls(&DRIVER, 3, four_calls()).await.unwrap();
    core.control(&me(), at_work, Control::Cancel).await.unwrap();
    assert_eq!(cost().await, UsdMicros(700_000), "calls are under way");
    assert_eq!(submit(4).await.unwrap_err().code, ErrorCode::CostCap);
    core.end_calls(&DRIVER, 3, lost(2_500)).await.unwrap();
    assert_eq!(cost().await, UsdMicros(2_500), "what they cost is known");
    core.end_calls(&DRIVER, 3, lost(500)).await.unwrap();
    assert_eq!(cost().await, UsdMicros(3_000), "and comes back once");
    submit(4).await.unwrap();
    assert_eq!(broken(&core), [""; 0]);
}

#[tokio::test]
async fn calls_that_cost_more_than_was_announced_are_counted_whenever_they_are_booked() {
    let (core, clock) = core(&Disk::default());
    let caps = KeyCaps { cost_per_day: Some(UsdMicros(9_000)), ..KeyCaps::default() };
    let key = admitted(&core, &made(&core, caps).await).await;
    let dear = Usage { cost: UsdMicros(6_000), at_most: 4, ..Usage::default() };
    let cost = async || core.keys(&me()).await.unwrap()[0].cost_today;
    for (number, booked) in [(1_u32, 6_000), (2, 0)] {
        let id = core.submit(&key, costing(number, 2, 2_000)).await.unwrap().id;
        core.begin(&DRIVER, number).await.unwrap();
        core.note_calls(&DRIVER, number, four_calls()).await.unwrap();
        core.control(&me(), id, Control::Cancel).await.unwrap();
        if number == 2 {
            clock.advance(Duration::from_secs(24 * 3600));
        }
        core.end_calls(&DRIVER, number, dear).await.unwrap();
        assert_eq!(cost().await, UsdMicros(booked), "the sums of a day have its studies alone");
    }
}

#[tokio::test]
async fn a_study_takes_more_of_the_cap_of_its_key_and_stops_where_nothing_is_left_of_it() {
    const WORST: UsdMicros = UsdMicros(1_000);
    let (core, _) = core(&Disk::default());
    let caps = KeyCaps { cost_per_day: Some(UsdMicros(25_000)), ..KeyCaps::default() };
    let key = admitted(&core, &made(&core, caps).await).await;
    let id = core.submit(&key, costing(1, 40, 10_000)).await.unwrap().id;
    core.begin(&DRIVER, 1).await.unwrap();
    let cost = async || core.keys(&me()).await.unwrap()[0].cost_today;
    let state = async || core.find(&me(), &id.to_string()).await.unwrap().state;
    let spend = || {
        let mut calls = 0;
        loop {
            match core.reserve_cost(1, None, WORST) {
                Ok(()) => core.settle_cost(1, WORST, WORST),
                Err(capped) => return (calls, capped),
            }
            calls += 1;
        }
    };
    for (calls, taken, asks) in [(10, 25_000, true), (15, 25_000, true), (0, 25_000, false)] {
        core.open_spending(&DRIVER, 1).await.unwrap();
        let (made, capped) = spend();
        assert_eq!((made, capped.asks_owner), (calls, asks), "{capped:?}");
        if asks {
            core.ask_for_more(&DRIVER, 1, WORST).await.unwrap();
        } else {
            assert!(capped.to_string().contains("cap of its key"), "{capped}");
        }
        assert_eq!((cost().await, state().await), (UsdMicros(taken), State::Running));
    }
    core.end_calls(&DRIVER, 1, Usage::default()).await.unwrap();
    core.control(&me(), id, Control::Cancel).await.unwrap();
    assert_eq!(cost().await, UsdMicros(25_000), "all of it was spent");
    assert_eq!(broken(&core), [""; 0]);
}

#[tokio::test]
async fn what_a_crash_may_have_cost_is_part_of_what_was_agreed_and_more_is_taken_of_the_cap() {
    let (core, _) = core(&Disk::default());
    let caps = KeyCaps { cost_per_day: Some(UsdMicros(25_000)), ..KeyCaps::default() };
    let key = admitted(&core, &made(&core, caps).await).await;
    let id = core.submit(&key, costing(1, 40, 10_000)).await.unwrap().id;
    core.begin(&DRIVER, 1).await.unwrap();
    let cost = async || core.keys(&me()).await.unwrap()[0].cost_today;
    let lost = Usage { cost: UsdMicros(4_000), at_most: 4, ..Usage::default() };
    core.end_calls(&DRIVER, 1, lost).await.unwrap();
    assert_eq!(cost().await, UsdMicros(10_000));
    core.open_spending(&DRIVER, 1).await.unwrap();
    let capped = core.reserve_cost(1, None, UsdMicros(9_000)).unwrap_err();
    assert!(capped.asks_owner, "{capped:?}");
    core.ask_for_more(&DRIVER, 1, UsdMicros(9_000)).await.unwrap();
    assert_eq!(cost().await, UsdMicros(25_000), "the cap is its owner's agreement");
    core.open_spending(&DRIVER, 1).await.unwrap();
    assert!(core.reserve_cost(1, None, UsdMicros(9_000)).is_ok(), "it takes no answers away");
    core.settle_cost(1, UsdMicros(9_000), UsdMicros::ZERO);
    core.control(&me(), id, Control::Cancel).await.unwrap();
    core.end_calls(&DRIVER, 1, Usage::default()).await.unwrap();
    assert_eq!(cost().await, UsdMicros(4_000), "what was not spent comes back");
}

/// Ends an attempt at a study in which nobody answered.
async fn fail(core: &Core, number: u32, attempt: u32, panel: u32) {
    core.begin(&DRIVER, number).await.unwrap();
    let mut batch = Batch::new(number, attempt);
    for who in 0..panel {
        let outcome = Outcome::Failed { reason: "no line".to_owned() };
        let usage = Usage { cost: UsdMicros(1_000), ..Usage::default() };
        batch.push(&[(Assignment::first(FIRST_ROUND, who), outcome, usage)]).unwrap();
    }
    core.record(&DRIVER, batch).await.unwrap();
    assert_eq!(core.end_round(&DRIVER, number, None).await.unwrap().state, State::Failed);
}

#[tokio::test]
async fn what_a_study_cost_beyond_what_was_announced_counts_too() {
    let (core, _) = core(&Disk::default());
    let caps = KeyCaps { cost_per_day: Some(UsdMicros(9_000)), ..KeyCaps::default() };
    let key = admitted(&core, &made(&core, caps).await).await;
    let submit = async |number, high| core.submit(&key, costing(number, 8, high)).await;
    submit(1, 5_000).await.unwrap();
    fail(&core, 1, 0, 8).await;
    assert_eq!(core.keys(&me()).await.unwrap()[0].cost_today, UsdMicros(8_000));
    assert_eq!(submit(2, 1_001).await.unwrap_err().code, ErrorCode::CostCap);
}

#[tokio::test]
async fn asking_again_takes_of_the_caps_of_the_key_that_asks() {
    let (core, _) = core(&Disk::default());
    let caps = KeyCaps { credits_per_day: Some(Credits(10)), ..KeyCaps::default() };
    let key = admitted(&core, &made(&core, caps).await).await;
    let study = core.submit(&me(), paper(1, 8)).await.unwrap().id;
    fail(&core, 1, 0, 8).await;
    core.control(&key, study, Control::Retry).await.unwrap();
    let taken = async || core.keys(&me()).await.unwrap()[0].credits_today;
    assert_eq!(taken().await, Credits(8));
    fail(&core, 1, 1, 8).await;
    let refused = core.control(&key, study, Control::Retry).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::CostCap);
    assert_eq!(taken().await, Credits(8), "a refusal takes nothing");
    core.control(&me(), study, Control::Retry).await.unwrap();
    let mut dear = paper(2, 1);
    dear.plan.announced = Some((UsdMicros(1), UsdMicros(700_000)));
    let dear = core.submit(&me(), dear).await.unwrap().id;
    fail(&core, 2, 0, 1).await;
    let refused = core.control(&key, dear, Control::Retry).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::CostCap, "its owner confirmed no cost");
}

#[tokio::test]
async fn private_webhooks_are_refused_for_an_api_without_webhooks() {
    let (core, _) = core(&Disk::default());
    let private = NewKey { allow_private: true, ..new(KeyScope::Run, KeyCaps::default()) };
    core.create_key(&me(), private.clone()).await.unwrap();
    let without = NewKey { dialect: Dialect::InstantFocus, ..private };
    let refused = core.create_key(&me(), without).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::InvalidInput);
    assert!(refused.message.contains("no webhooks"), "{refused:?}");
}

#[tokio::test]
async fn an_engine_that_may_cost_needs_a_cap_and_one_that_is_not_there_is_refused() {
    let (core, _) = core(&Disk::default());
    let with =
        |engine: &str, caps| NewKey { engine: Some(engine.to_owned()), ..new(KeyScope::Run, caps) };
    core.create_key(&me(), with("offline", KeyCaps::default())).await.unwrap();
    let refused = core.create_key(&me(), with("oracle", KeyCaps::default())).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::InvalidInput);
    for caps in [
        KeyCaps { requests_per_minute: Some(0), ..KeyCaps::default() },
        KeyCaps { credits_per_day: Some(Credits(-1)), ..KeyCaps::default() },
        KeyCaps { cost_per_day: Some(UsdMicros(-1)), ..KeyCaps::default() },
    ] {
        let refused = core.create_key(&me(), new(KeyScope::Run, caps)).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::InvalidInput, "{caps:?}");
    }
}

/// Waits until a key that was shown is let in no more.
async fn is_shut_out(core: &Core, key: &FreshKey) {
    let shut = async {
        while core.admit(&stranger(), Dialect::Demoscope, &key.key).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), shut).await.expect("it is still let in");
}

#[tokio::test]
async fn a_revocation_whose_caller_is_gone_is_in_force_as_soon_as_it_is_stored() {
    let (core, _) = core(&Disk::default());
    let key = made(&core, KeyCaps::default()).await;
    let asker = me();
    let mut revoking = Box::pin(core.revoke_key(&asker, key.id));
    assert!(futures::poll!(&mut revoking).is_pending());
    drop(revoking);
    let stored = async {
        while core.keys(&me()).await.unwrap()[0].revoked_at.is_none() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), stored).await.expect("it is not revoked");
    is_shut_out(&core, &key).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_key_that_is_replaced_and_revoked_at_once_is_dead_whatever_came_first() {
    let (core, _) = core(&Disk::default());
    for _ in 0..40 {
        let key = made(&core, KeyCaps::default()).await;
        let task = |revoke: bool| {
            let core = core.clone();
            let id = key.id;
            tokio::spawn(async move {
                if revoke {
                    core.revoke_key(&me(), id).await.map(|_| None)
                } else {
                    core.rotate_key(&me(), id).await.map(Some)
                }
            })
        };
        let (rotated, again, revoked) = (task(false), task(false), task(true));
        let fresh = [rotated.await.unwrap(), again.await.unwrap()];
        revoked.await.unwrap().unwrap();
        for key in fresh.into_iter().flatten().flatten().chain([key]) {
            let shown = core.admit(&stranger(), Dialect::Demoscope, &key.key).await;
            assert_eq!(shown.unwrap_err().code, ErrorCode::Unauthorized);
        }
    }
}
