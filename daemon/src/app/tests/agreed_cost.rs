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
    // Calls under way count, and what was set aside and not used does not.
    let (core, _) = at_work(&Disk::default()).await;
    let under_way = (0..100).take_while(|_| core.reserve_cost(1, None, WORST).is_ok()).count();
    assert_eq!(under_way, 28);
    core.settle_cost(1, UsdMicros(28_000), UsdMicros::ZERO);
    assert!(core.reserve_cost(1, None, WORST).is_ok());
    // A cap below it is no question to the owner.
    let refused = core.reserve_cost(1, Some(UsdMicros(1_500)), WORST).unwrap_err();
    assert!(!refused.asks_owner, "{refused:?}");
    core.close();
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
    for part in ["has cost $0.0100", "$0.0100 that was agreed", "$0.0600 in all"] {
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
