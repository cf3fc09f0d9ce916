//! Tests of the monthly allowance and of granted credits, over month ends and clock jumps.

use std::time::Duration;

use protocol::service::StudyQuery;

use protocol::credits::Credits;
use protocol::error::{ErrorCode, Shortage};
use protocol::service::Control;

use crate::app::Core;
use crate::app::testing::{Disk, broken, everyone_answers, me, options, paper, settings, world};
use crate::world::World;

const DAY: Duration = Duration::from_hours(24);

/// With an allowance of 100 a month.
fn core(world: World) -> Core {
    Core::open_with(world, Disk::default().storage(), settings(100, everyone_answers()), options())
        .unwrap()
}

#[tokio::test]
async fn the_allowance_lapses_at_the_end_of_its_month_and_grants_stay() {
    let (world, clock) = world();
    let core = core(world);
    core.grant(&me(), Credits(50)).await.unwrap();
    // 120 of 150: the allowance first.
    let id = core.submit(&me(), paper(1, 120)).await.unwrap().id;
    assert_eq!(core.credits(&me()).await.unwrap().balance, Credits(30));
    clock.advance(10 * DAY);
    let december = core.credits(&me()).await.unwrap();
    assert_eq!((december.balance, december.billing_period.as_str()), (Credits(130), "2026-12"));
    // What November's allowance held lapses on its return; the 20 granted come back.
    core.control(&me(), id, Control::Cancel).await.unwrap();
    assert_eq!(core.credits(&me()).await.unwrap().balance, Credits(150));
    let kinds: Vec<String> = core
        .statement(&me(), 0, 2)
        .await
        .unwrap()
        .items
        .into_iter()
        .map(|transfer| transfer.kind)
        .collect();
    assert_eq!(kinds, ["lapse", "release"]);
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

#[tokio::test]
async fn a_clock_set_back_neither_gives_nor_takes() {
    let (world, clock) = world();
    let core = core(world);
    core.submit(&me(), paper(1, 40)).await.unwrap();
    for moment in ["1970-01-01T00:00:00Z", "2026-10-31T23:59:59Z", "2026-11-30T23:59:59Z"] {
        clock.jump_to(moment.parse().unwrap());
        let balance = core.credits(&me()).await.unwrap();
        assert_eq!((balance.balance, balance.held), (Credits(60), Credits(40)), "{moment}");
        assert_eq!(balance.billing_period, "2026-11");
    }
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

#[tokio::test]
async fn a_clock_that_was_years_ahead_and_came_back_takes_nothing() {
    let (world, clock) = world();
    let core = core(world);
    let id = core.submit(&me(), paper(1, 40)).await.unwrap().id;
    let seen = [
        // Each month has its own allowance once; a hold that ends in another month goes back to its own.
        ("2038-01-19T03:14:08Z", 100, "2038-01"),
        ("2026-11-25T12:00:00Z", 60, "2026-11"),
        ("2027-03-01T00:00:00Z", 100, "2027-03"),
        ("2038-02-01T00:00:00Z", 100, "2038-02"),
        ("2026-11-26T12:00:00Z", 60, "2026-11"),
        ("2026-12-01T00:00:00Z", 100, "2026-12"),
        ("1970-01-01T00:00:00Z", 60, "2026-11"),
        ("2038-01-20T00:00:00Z", 100, "2038-01"),
    ];
    for (moment, expected, month) in seen {
        clock.jump_to(moment.parse().unwrap());
        // Before and after the booking.
        assert_eq!(core.spendable().unwrap(), Credits(expected), "{moment}");
        let balance = core.credits(&me()).await.unwrap();
        assert_eq!((balance.balance, balance.held), (Credits(expected), Credits(40)), "{moment}");
        assert_eq!(balance.billing_period, month);
        assert_eq!(core.credits(&me()).await.unwrap(), balance, "asked twice at {moment}");
    }
    core.control(&me(), id, Control::Cancel).await.unwrap();
    assert_eq!(
        core.credits(&me()).await.unwrap().balance,
        Credits(100),
        "november's came back in 2038"
    );
    clock.jump_to("2026-11-27T00:00:00Z".parse().unwrap());
    assert_eq!(
        core.credits(&me()).await.unwrap().balance,
        Credits(100),
        "and is there in november"
    );
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

#[tokio::test]
async fn what_is_too_dear_is_refused_and_holds_nothing() {
    let core = core(world().0);
    let error = core.submit(&me(), paper(1, 101)).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::InsufficientCredits);
    assert_eq!(error.message, "101 credits are needed and 100 can be spent");
    let missing = Shortage::Credits { required: Credits(101), left: Credits(100) };
    assert_eq!(error.shortage.as_deref(), Some(&missing));
    // What is missing is what the hint adds: granting it is enough, below.
    assert_eq!(error.hints[0], "Add them with `demoscope credits grant 1`");
    assert_eq!(core.credits(&me()).await.unwrap().balance, Credits(100));
    assert!(core.studies(&me(), &StudyQuery::default()).await.unwrap().items.is_empty());
    for wrong in [0, -5, i64::MAX] {
        let error = core.grant(&me(), Credits(wrong)).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidInput);
    }
    core.grant(&me(), Credits(1)).await.unwrap();
    core.submit(&me(), paper(1, 101)).await.unwrap();
    core.close();
}
