//! Whatever happens in whatever order: money that was set aside is freed or spent exactly once, each call that was sent ends
//! in exactly one of `Settle` and `GiveUp`, no call follows a halt, and everyone is recorded once, or forgotten by a halt.

use std::time::Duration;

use proptest::prelude::*;

use super::bench::{Bench, Room, Setup};
use crate::config::Strategy as Sharing;
use crate::inference::pool::Availability;
use crate::work::calls::machine::PanelEvent;

/// What may happen next; numbers choose among what is there.
#[derive(Clone, Debug)]
enum Happens {
    Turn(usize),
    Ends(usize, &'static str),
    Breaks(usize),
    Measured(usize, bool),
    Time(u64),
    Idle,
    Room(Room),
    Engine(usize, Availability),
    GivesUp(usize),
    Barred(usize),
    Halted,
    Aborted,
}

const ENDS: [&str; 18] = [
    "answers",
    "answers",
    "invalid",
    "cut",
    "declines",
    "given-up",
    "times-out",
    "unreachable",
    "fails",
    "limited-1s",
    "rejected",
    "too-large",
    "limited-day",
    "answers-dearly",
    "html",
    "limited",
    "overloaded",
    "leaves-out",
];

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        12 => any::<usize>().prop_map(Happens::Turn),
        12 => (any::<usize>(), prop::sample::select(&ENDS[..])).prop_map(|(at, how)| Happens::Ends(at, how)),
        1 => any::<usize>().prop_map(|at| Happens::Ends(at, "denied")),
        1 => any::<usize>().prop_map(Happens::Breaks),
        4 => (any::<usize>(), prop::bool::weighted(0.1)).prop_map(|(at, half)| Happens::Measured(at, half)),
        4 => (0_u64..3_000).prop_map(Happens::Time),
        2 => Just(Happens::Idle),
        2 => prop::sample::select(&[Room::Free, Room::Free, Room::None, Room::Taken, Room::Unagreed][..]).prop_map(Happens::Room),
        2 => (0_usize..3, prop::sample::select(&[Availability::Open, Availability::Resting][..]))
            .prop_map(|(engine, standing)| Happens::Engine(engine, standing)),
        1 => (0_usize..3).prop_map(Happens::GivesUp),
        1 => (0_usize..3).prop_map(Happens::Barred),
        1 => Just(Happens::Halted),
        1 => prop::bool::weighted(0.3).prop_map(|now| if now { Happens::Aborted } else { Happens::Idle }),
    ]
}

fn setups() -> impl Strategy<Value = Setup> {
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let has_answers = any::<bool>();
    (0_u32..12, 0_u32..3, 1_usize..4, flags, has_answers).prop_map(|setup| {
        let (panel, again, engines, flags, has_answers) = setup;
        let (failover, recalls, channels, items, pairs) = flags;
        let strategy = if failover { Sharing::Failover } else { Sharing::RoundRobin };
        let (again, items) = (again.min(panel), items && !pairs);
        // The one type of which a reply may leave a part out.
        let survey = !pairs && !items && !channels && panel.is_multiple_of(2);
        Setup {
            panel,
            again,
            engines,
            strategy,
            recalls,
            channels,
            items,
            pairs,
            survey,
            has_answers,
        }
    })
}

/// Lets that happen, as far as it can; tells whether the run was broken off.
fn happen(bench: &mut Bench, next: &Happens) -> bool {
    let pick = |at: usize, count: usize| at.checked_rem(count);
    match next {
        Happens::Turn(at) => {
            let doors: Vec<usize> = bench.offered.keys().copied().collect();
            if let Some(at) = pick(*at, doors.len()) {
                bench.tell(PanelEvent::Turn(doors[at]));
            }
        }
        Happens::Ends(at, _) | Happens::Breaks(at) => {
            let Some(at) = pick(*at, bench.called.len()) else { return false };
            let Some(ticket) = bench.called.iter().nth(at).copied() else { return false };
            let event = match next {
                Happens::Ends(_, how) => bench.end(ticket, how),
                _ => PanelEvent::Broke(ticket),
            };
            bench.tell(event);
        }
        Happens::Measured(at, half) => {
            let Some(at) = pick(*at, bench.measuring.len()) else { return false };
            let Some(ticket) = bench.measuring.keys().nth(at).copied() else { return false };
            // Measurements are broken off by a halt alone.
            let half = *half && bench.is_halted;
            let event = bench.measured(ticket, half);
            bench.tell(event);
        }
        Happens::Time(millis) => {
            bench.now += Duration::from_millis(*millis);
            bench.tell(PanelEvent::Tick);
        }
        Happens::Idle => drop(bench.tell(PanelEvent::Idle)),
        Happens::Room(room) => bench.room = *room,
        Happens::Engine(engine, standing) => {
            if let Some(view) = bench.views.get_mut(*engine) {
                view.standing = *standing;
                bench.tell_views();
            }
        }
        Happens::GivesUp(engine) => {
            if let Some(view) = bench.views.get_mut(*engine) {
                view.given_up = Some("twenty calls failed".to_owned());
                bench.tell_views();
            }
        }
        Happens::Barred(engine) => {
            if bench.offered.contains_key(engine) {
                bench.tell(PanelEvent::Barred(*engine, "it rests for ever".to_owned()));
            }
        }
        Happens::Halted => drop(bench.tell(PanelEvent::Halted)),
        Happens::Aborted => {
            bench.tell(PanelEvent::Aborted);
            return true;
        }
    }
    false
}

/// Lets everything that is left end well.
fn end_well(bench: &mut Bench) -> bool {
    bench.room = Room::Free;
    for view in &mut bench.views {
        view.standing = Availability::Open;
    }
    bench.tell_views();
    for step in 0..2_000 {
        if bench.machine.is_over() {
            return true;
        }
        let next = match (bench.called.len(), bench.measuring.len(), bench.offered.len()) {
            (0, 0, 0) if step % 2 == 0 => Happens::Time(30_000),
            (0, 0, 0) => Happens::Idle,
            (0, 0, _) => Happens::Turn(step),
            (0, _, _) => Happens::Measured(step, false),
            _ => Happens::Ends(step, "answers"),
        };
        happen(bench, &next);
    }
    false
}

proptest! {
    #![proptest_config(crate::cases::cases(2_000))]

    #[test]
    fn money_and_respondents_are_accounted_for_however_it_ends(
        setup in setups(),
        known in proptest::collection::btree_set(0_u32..12, 0..4),
        is_new in any::<bool>(),
        steps in proptest::collection::vec(happens(), 0..120),
    ) {
        let mut bench = Bench::new(&setup);
        bench.memory = known;
        for view in &mut bench.views {
            view.is_proven = !is_new;
        }
        bench.tell_views();
        bench.tell(PanelEvent::Begun);
        let mut aborted = false;
        for next in &steps {
            if bench.machine.is_over() {
                break;
            }
            aborted |= happen(&mut bench, next);
        }
        prop_assert!(end_well(&mut bench), "it does not end");
        prop_assert_eq!(bench.sent, bench.settled, "calls that were sent, and settled");
        prop_assert!(bench.called.is_empty());
        prop_assert!(bench.offered.is_empty(), "a call waits at a door");
        let measuring: i64 = bench.measuring.values().sum();
        prop_assert_eq!(bench.reserved, measuring, "money is left set aside");
        prop_assert!(bench.recorded.is_disjoint(&bench.forgotten), "recorded and forgotten");
        if !aborted {
            prop_assert!(bench.measuring.is_empty());
            // What was spent is in the outcomes, or known to be lost.
            let lost = bench.machine.lost().cost.0;
            prop_assert_eq!(bench.recorded_cost + lost, bench.spent);
        }
        if !aborted && !bench.is_halted {
            let answers = bench.recorded.iter().filter(|ticket| ticket.replicate == 0);
            prop_assert_eq!(answers.count(), setup.panel as usize, "everyone is recorded");
            prop_assert!(bench.forgotten.is_empty());
        }
    }
}
