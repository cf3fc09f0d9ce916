//! Tests of the upper end that was agreed: a study that would cost more is paused and asks once, goes on only with an
//! agreement, and neither the question nor the agreement is forgotten by a crash.

use protocol::credits::UsdMicros;
use protocol::error::ErrorCode;
use protocol::id::StudyId;
use protocol::run::State;
use protocol::service::Control;

use crate::app::testing::{
    DRIVER, Disk, broken, everyone_answers, me, options, paper, settings, world,
};
use crate::app::{Capped, Core, Settings};
use crate::domain::outcome::Usage;

/// What was announced, and the worst case of a call.
const HIGH: i64 = 10_000;
const WORST: UsdMicros = UsdMicros(1_000);

fn core(disk: &Disk) -> Core {
    let settings: Settings = settings(1_000, everyone_answers());
    Core::open_with(world().0, disk.storage(), settings, options()).unwrap()
}

async fn at_work(disk: &Disk) -> (Core, StudyId) {
    let core = core(disk);
    let mut submission = paper(1, 40);
    submission.plan.announced = Some((UsdMicros(1), UsdMicros(HIGH)));
    let id = core.submit(&me(), submission).await.unwrap().id;
    core.open_spending(&DRIVER, 1).await.unwrap();
    (core, id)
}

/// Makes calls one after the other that cost so much until one is not allowed; gives how many there were and why.
fn spend(core: &Core, each: i64) -> (i64, Capped) {
    for calls in 0..1_000 {
        if let Err(capped) = core.reserve_cost(1, None, WORST) {
            return (calls, capped);
        }
        core.settle_cost(1, WORST, UsdMicros(each));
    }
    panic!("nothing stops it");
}

#[tokio::test]
async fn what_a_call_comes_to_is_learnt_and_the_agreed_end_is_not_passed() {
    for (each, calls) in [(500, 20), (1_000, 10), (350, 28), (100, 97)] {
        let (core, _) = at_work(&Disk::default()).await;
        let (made, capped) = spend(&core, each);
        assert!(capped.asks_owner && !capped.others, "{capped:?}");
        assert_eq!(made, calls, "{each}: {capped:?}");
        assert!(made * each <= HIGH);
        core.close();
    }
    // Calls under way count: at their worst cases before one of them has ended, at what it came to afterwards. What was set
    // aside and not used does not.
    let (core, _) = at_work(&Disk::default()).await;
    let reserve = || (0..100).take_while(|_| core.reserve_cost(1, None, WORST).is_ok()).count();
    assert_eq!(reserve(), 10);
    core.settle_cost(1, WORST, UsdMicros(100));
    assert_eq!(reserve(), 28 - 9);
    core.settle_cost(1, UsdMicros(28_000), UsdMicros::ZERO);
    assert!(core.reserve_cost(1, None, WORST).is_ok());
    // A cap below it is no question to the owner.
    let refused = core.reserve_cost(1, Some(UsdMicros(1_500)), WORST).unwrap_err();
    assert!(!refused.asks_owner, "{refused:?}");
    core.close();
}

/// A service that costs four times what its limits allow: what is under way when the first of its calls ends is reckoned
/// anew, and nothing more goes before it fits; the calls after it are set aside at the worst case that was learnt.
#[tokio::test]
async fn a_service_that_turns_dearer_passes_the_agreed_end_by_no_call_that_went_afterwards() {
    let (core, _) = at_work(&Disk::default()).await;
    for _ in 0..2 {
        core.reserve_cost(1, None, WORST).unwrap();
    }
    core.settle_cost(1, WORST, UsdMicros(4_000));
    // 4,000 are spent, 4,000 are under way, and the next may take 4,000 as well.
    let refused = core.reserve_cost(1, None, UsdMicros(4_000)).unwrap_err();
    assert!(refused.asks_owner, "{refused:?}");
    assert!(core.reserve_cost(1, None, UsdMicros(2_000)).is_ok());
    core.settle_cost(1, UsdMicros(2_000), UsdMicros::ZERO);
    core.settle_cost(1, WORST, UsdMicros(4_000));
    assert!(core.reserve_cost(1, None, UsdMicros(4_000)).is_err());
    core.close();
}

#[tokio::test]
async fn what_is_asked_for_covers_those_who_are_left_at_what_a_call_may_cost() {
    let (core, id) = at_work(&Disk::default()).await;
    let mut batch = crate::app::Batch::new(1, 0);
    let usage = Usage { cost: UsdMicros(500), ..Usage::default() };
    for respondent in 0..10 {
        core.reserve_cost(1, None, WORST).unwrap();
        core.settle_cost(1, WORST, usage.cost);
        let at = crate::domain::outcome::Assignment::first(0, respondent);
        let outcome = crate::domain::outcome::Outcome::Refused { reason: "no".to_owned() };
        batch.push(&[(at, outcome, usage)]).unwrap();
    }
    core.begin(&DRIVER, 1).await.unwrap();
    core.record(&DRIVER, batch).await.unwrap();
    core.ask_for_more(&DRIVER, 1, WORST).await.unwrap();
    let found = core.report(&me(), id).await.unwrap();
    // 5,000 so far, and 30 people at 500 to 1,000 each.
    assert_eq!(found.meta.asked_cost_usd, Some(0.035));
    let reason = found.study.reason.unwrap();
    assert!(reason.contains("$0.0200 to $0.0350 in all"), "{reason}");
    core.close();
}

/// What calls may have cost that a kill cut off is booked, and counts against what was agreed.
#[tokio::test]
async fn what_a_crash_may_have_cost_is_part_of_what_was_agreed() {
    for (lost, goes_on) in [(4_000, true), (9_500, false)] {
        let (core, id) = at_work(&Disk::default()).await;
        core.begin(&DRIVER, 1).await.unwrap();
        let cut_off = Usage { cost: UsdMicros(lost), at_most: 4, ..Usage::default() };
        core.end_calls(&DRIVER, 1, cut_off).await.unwrap();
        core.open_spending(&DRIVER, 1).await.unwrap();
        let (made, capped) = spend(&core, 1_000);
        assert_eq!(made > 0, goes_on, "{lost}");
        assert!(lost + made * 1_000 <= HIGH, "{made} calls after {lost}");
        core.ask_for_more(&DRIVER, 1, capped.worst).await.unwrap();
        let found = core.find(&me(), &id.to_string()).await.unwrap();
        assert_eq!(found.state, State::Paused);
        let reason = found.reason.unwrap();
        assert!(reason.contains("for calls that were cut off"), "{reason}");
        core.control(&me(), id, Control::Agree).await.unwrap();
        core.open_spending(&DRIVER, 1).await.unwrap();
        let agreed = spend(&core, 1_000).0;
        assert!(agreed >= 40, "everybody can be asked: {agreed}");
        core.close();
    }
}

#[tokio::test]
async fn a_question_and_an_agreement_outlive_a_crash_and_only_the_owner_agrees() {
    let disk = Disk::default();
    let (first, id) = at_work(&disk).await;
    let (made, capped) = spend(&first, 1_000);
    first.ask_for_more(&DRIVER, 1, capped.worst).await.unwrap();
    first.end_calls(&DRIVER, 1, Usage::default()).await.unwrap();
    let found = first.find(&me(), &id.to_string()).await.unwrap();
    assert_eq!(found.state, State::Paused);
    let reason = found.reason.unwrap();
    for part in ["has cost $0.0100", "$0.0100 that was agreed", "$0.0500 to $0.0600 in all"] {
        assert!(reason.contains(part), "{reason}");
    }
    let disk = disk.after_crash();
    first.close();
    let second = core(&disk);
    let refused = second.control(&me(), id, Control::Resume).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::UnconfirmedCost);
    assert!(refused.hints.iter().any(|hint| hint.to_string().contains("--yes")), "{refused:?}");
    let asked = second.report(&me(), id).await.unwrap().meta.asked_cost_usd.unwrap();
    assert!(asked > 0.01, "{asked}");
    assert_eq!(second.control(&me(), id, Control::Agree).await.unwrap().state, State::Queued);
    let third = core(&disk.after_crash());
    second.close();
    let report = third.report(&me(), id).await.unwrap();
    assert_eq!((report.study.state, report.meta.asked_cost_usd), (State::Queued, None));
    third.open_spending(&DRIVER, 1).await.unwrap();
    let (more, _) = spend(&third, 1_000);
    assert!(more > 0, "what was agreed holds");
    let spent = (made + more) * 1_000;
    let spent = spent as f64 / 1e6;
    assert!(spent <= asked && spent + 0.002 > asked, "{spent} of {asked}");
    // What nobody asked for is agreed to by going on.
    third.control(&me(), id, Control::Pause).await.unwrap();
    assert_eq!(third.control(&me(), id, Control::Agree).await.unwrap().state, State::Queued);
    assert_eq!(broken(&third), Vec::<String>::new());
    third.close();
}
