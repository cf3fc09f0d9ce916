//! Tests of lost calls: their real cost reaches the ledger, and the caps hold, in whatever order calls end and studies
//! stop.

use std::collections::VecDeque;

use proptest::prelude::*;
use protocol::credits::UsdMicros;
use protocol::id::StudyId;

use crate::app::testing::{
    DRIVER, Disk, broken, everyone_answers, me, options, paper, settings, world,
};
use crate::app::{Caps, Core, Settings};
use crate::domain::outcome::Usage;
use crate::store::rows::CallsUnderWay;

const CAP: i64 = 1_000;

fn core(disk: &Disk) -> Core {
    let caps = Caps { day: None, total: Some(UsdMicros(CAP)) };
    let settings = Settings { caps, ..settings(1_000, everyone_answers()) };
    Core::open_with(world().0, disk.storage(), settings, options()).unwrap()
}

/// A core with that many studies, whose spending is open and whose calls are noted.
async fn at_work(disk: &Disk, studies: u32) -> (Core, Vec<StudyId>) {
    let core = core(disk);
    let mut ids = Vec::new();
    for number in 1..=studies {
        ids.push(core.submit(&me(), paper(u128::from(number), 10)).await.unwrap().id);
        core.open_spending(&DRIVER, number).await.unwrap();
        let (engine, waiting) = ("mock".to_owned(), UsdMicros::ZERO);
        let note = CallsUnderWay { engine, calls: 4, worst: UsdMicros(30), waiting };
        core.note_calls(&DRIVER, number, note).await.unwrap();
    }
    (core, ids)
}

async fn booked(core: &Core) -> i64 {
    let dollars = core.credits(&me()).await.unwrap().cost_usd_this_month;
    #[expect(clippy::cast_possible_truncation, reason = "a thousand at most")]
    let micros = (dollars * 1e6).round() as i64;
    micros
}

/// A disk that takes no writes at the end of a study loses nothing that was spent, and the caps know of it meanwhile.
#[tokio::test]
async fn what_cannot_be_booked_at_the_end_is_booked_when_the_store_takes_it() {
    let disk = Disk::default();
    let (core, ids) = at_work(&disk, 1).await;
    for _ in 0..3 {
        core.reserve_cost(1, None, UsdMicros(300)).unwrap();
    }
    core.settle_cost(1, UsdMicros(300), UsdMicros(40));
    disk.fail_after(0);
    assert!(core.end_calls(&DRIVER, 1, Usage::default()).await.is_err());
    assert!(core.book_unbooked(&DRIVER).await.is_err());
    // 640 are spent, although the ledger cannot say so yet.
    assert!(core.reserve_cost(1, None, UsdMicros(361)).is_err());
    disk.heal();
    core.store().retry().unwrap();
    core.book_unbooked(&DRIVER).await.unwrap();
    assert_eq!(booked(&core).await, 640);
    core.book_unbooked(&DRIVER).await.unwrap();
    assert_eq!(booked(&core).await, 640, "once");
    let report = core.report(&me(), ids[0]).await.unwrap();
    assert_eq!((report.meta.lost_cost_usd, report.meta.booked_at_most), (0.000_64, 2));
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

/// A note that is found at the start was left by a power cut: its calls are booked before any other goes, once.
#[tokio::test]
async fn what_a_power_cut_leaves_under_way_is_booked_once_whatever_its_study_is() {
    let disk = Disk::default();
    let (first, ids) = at_work(&disk, 3).await;
    first.control(&me(), ids[0], protocol::service::Control::Cancel).await.unwrap();
    first.control(&me(), ids[1], protocol::service::Control::Pause).await.unwrap();
    first.end_calls(&DRIVER, 3, Usage::default()).await.unwrap();
    let disk = disk.after_crash();
    first.close();
    let second = core(&disk);
    assert_eq!(booked(&second).await, 0);
    second.settle_past(&DRIVER).await.unwrap();
    second.settle_past(&DRIVER).await.unwrap();
    // Four calls of at most 30 each, of each of two studies.
    assert_eq!(booked(&second).await, 240);
    second.open_spending(&DRIVER, 3).await.unwrap();
    assert!(second.reserve_cost(3, None, UsdMicros(761)).is_err());
    assert!(second.reserve_cost(3, None, UsdMicros(760)).is_ok());
    assert_eq!(broken(&second), Vec::<String>::new());
    let third = core(&disk.after_crash());
    third.settle_past(&DRIVER).await.unwrap();
    assert_eq!(booked(&third).await, 240);
    second.close();
    third.close();
}

/// What may have been under way is never booked beyond the caps: no call went there.
#[tokio::test]
async fn what_a_power_cut_leaves_under_way_never_passes_a_cap() {
    let disk = Disk::default();
    let (first, _) = at_work(&disk, 2).await;
    first.reserve_cost(1, None, UsdMicros(950)).unwrap();
    first.settle_cost(1, UsdMicros(950), UsdMicros(850));
    first.end_calls(&DRIVER, 1, Usage::default()).await.unwrap();
    first.open_spending(&DRIVER, 1).await.unwrap();
    let (engine, waiting) = ("mock".to_owned(), UsdMicros::ZERO);
    let note = CallsUnderWay { engine, calls: 4, worst: UsdMicros(30), waiting };
    first.note_calls(&DRIVER, 1, note).await.unwrap();
    let disk = disk.after_crash();
    first.close();
    let second = core(&disk);
    second.settle_past(&DRIVER).await.unwrap();
    assert_eq!(booked(&second).await, CAP, "not 850 and twice 120");
    assert_eq!(broken(&second), Vec::<String>::new());
    second.close();
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Reserve(usize, i64),
    /// The oldest call of a study ends, and took so many hundredths of its worst case.
    Settle(usize, i64),
    End(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (0..2_usize, 1..200_i64).prop_map(|(study, worst)| Step::Reserve(study, worst)),
        4 => (0..2_usize, 0..=100_i64).prop_map(|(study, part)| Step::Settle(study, part)),
        1 => (0..2_usize).prop_map(Step::End),
    ]
}

proptest! {
    #![proptest_config(crate::cases::cases(48))]

    /// A call goes exactly where the cap has room for its worst case beside what was spent and what is under way; what is
    /// given up counts at its worst; and in the end all of it is in the ledger.
    #[test]
    fn the_cap_counts_what_was_spent_and_what_may_be_and_the_ledger_tells_all(
        steps in proptest::collection::vec(step(), 1..60),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (core, _) = at_work(&Disk::default(), 2).await;
            let mut under_way = [VecDeque::new(), VecDeque::new()];
            let mut spent = 0;
            for step in steps {
                match step {
                    Step::Reserve(study, worst) => {
                        let reserved: i64 = under_way.iter().flatten().sum();
                        let number = u32::try_from(study).unwrap() + 1;
                        let goes = core.reserve_cost(number, None, UsdMicros(worst)).is_ok();
                        assert_eq!(goes, spent + reserved + worst <= CAP);
                        if goes {
                            under_way[study].push_back(worst);
                        }
                    }
                    Step::Settle(study, part) => {
                        if let Some(worst) = under_way[study].pop_front() {
                            let took = worst * part / 100;
                            let number = u32::try_from(study).unwrap() + 1;
                            core.settle_cost(number, UsdMicros(worst), UsdMicros(took));
                            spent += took;
                        }
                    }
                    Step::End(study) => {
                        spent += under_way[study].drain(..).sum::<i64>();
                        let number = u32::try_from(study).unwrap() + 1;
                        core.end_calls(&DRIVER, number, Usage::default()).await.unwrap();
                        core.open_spending(&DRIVER, number).await.unwrap();
                    }
                }
            }
            spent += under_way.iter().flatten().sum::<i64>();
            core.book_given_up(&DRIVER).await.unwrap();
            assert_eq!(booked(&core).await, spent);
            assert_eq!(broken(&core), Vec::<String>::new());
            core.close();
        });
    }
}
