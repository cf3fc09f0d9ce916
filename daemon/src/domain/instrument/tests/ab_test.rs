//! Results of A/B tests: winners, ties, orders and the order effect.

use protocol::quality::{Figure, Flag};
use protocol::results::{Outcomes, Winner};
use protocol::study::Order;

use super::*;

#[test]
fn a_split_shows_each_order_to_half_the_panel_and_records_it() {
    let spec = ab(Orders::Split);
    let orders: Vec<Order> =
        (0..1_000).map(|ordinal| order_shown(&spec, at(ordinal, 0)).unwrap()).collect();
    assert_eq!(orders.iter().filter(|order| **order == Order::AFirst).count(), 500);
    assert!(orders.windows(3).any(|three| three[0] == three[1] || three[1] == three[2]));
    for ordinal in 0..4 {
        let Answer::AbTest { order, .. } = verdict(&spec, ordinal, 0, "a", 7, 5).answer else {
            panic!()
        };
        assert_eq!(order, orders[ordinal as usize]);
    }
    assert_eq!(
        (tasks(&spec), tasks(&ab(Orders::Both)), order_shown(&concept(), at(0, 0))),
        (1, 2, None)
    );
}

#[test]
fn a_clear_preference_wins_and_a_close_one_ties() {
    let spec = ab(Orders::Split);
    let poll = |for_a: u32, n: u32| {
        let answers = (0..n).map(|ordinal| {
            let (preference, a, b) = if ordinal < for_a { ("a", 8, 5) } else { ("b", 5, 8) };
            (ordinal, verdict(&spec, ordinal, 0, preference, a, b))
        });
        let results = finish(&spec, answers).unwrap();
        let Outcomes::AbTest { winner, .. } = results.outcomes else { panic!() };
        winner
    };
    assert_eq!(poll(80, 100), Winner::A);
    assert_eq!(poll(20, 100), Winner::B);
    assert_eq!(poll(52, 100), Winner::Tie);
    assert_eq!(poll(1, 1), Winner::Tie);
    assert_eq!(poll(2, 2), Winner::Tie);
}

#[test]
fn a_judge_who_always_likes_the_first_is_contested_and_no_winner() {
    let spec = ab(Orders::Both);
    let answers = (0..60).flat_map(|ordinal| {
        [
            (ordinal, verdict(&spec, ordinal, 0, "a", 8, 6)),
            (ordinal, verdict(&spec, ordinal, 1, "b", 6, 8)),
        ]
    });
    let results = finish(&spec, answers).unwrap();
    let Outcomes::AbTest { winner, contested, no_preference_pct, variant_a_score, .. } =
        results.outcomes
    else {
        panic!()
    };
    assert_eq!(
        (winner, contested, no_preference_pct, variant_a_score),
        (Winner::Tie, Some(60), 100.0, 7.0)
    );
    assert!(
        results.conclusions.iter().any(|sentence| sentence.contains("changed their preference"))
    );
    // Everyone alike: no spread, so the effect has a value and no interval.
    let effect = &results.estimates["order_effect_pct"];
    assert_eq!((effect.value, effect.low), (100.0, None));
    // Named in both answers, counted once.
    assert_eq!((results.themes[0].count, results.themes[0].share.n), (60, 60));
}

#[test]
fn a_split_estimates_what_coming_first_is_worth() {
    let spec = ab(Orders::Split);
    let answers = (0..400).map(|ordinal| {
        let first = order_shown(&spec, at(ordinal, 0)).unwrap();
        let biased = ordinal % 4 != 0;
        let a = (first == Order::AFirst) == biased;
        (ordinal, verdict(&spec, ordinal, 0, if a { "a" } else { "b" }, 6, 6))
    });
    let results = finish(&spec, answers).unwrap();
    let effect = &results.estimates["order_effect_pct"];
    assert!((effect.value - 50.0).abs() < 10.0 && effect.low.unwrap() > 30.0, "{effect:?}");
    assert!(results.conclusions.iter().any(|sentence| sentence.contains("The order matters")));
}

#[test]
fn an_answer_in_one_order_only_is_said_and_not_counted() {
    let spec = ab(Orders::Both);
    let answers = [(0, 0), (0, 1), (1, 0)]
        .into_iter()
        .map(|(ordinal, task)| (ordinal, verdict(&spec, ordinal, task, "a", 8, 6)));
    let results = finish(&spec, answers).unwrap();
    assert_eq!(results.estimates["variant_a_pct"].n, 1);
    assert_eq!(results.diagnostics.not_answered["skipped: answered in one order only"], 1);
}

#[test]
fn an_ab_tests_results_keep_their_shape() {
    let spec = ab(Orders::Split);
    let answers = (0..40).map(|ordinal| {
        let preference = ["a", "a", "b", "none"][ordinal as usize % 4];
        (ordinal, verdict(&spec, ordinal, 0, preference, 7, 6))
    });
    let results = finish(&spec, answers).unwrap();
    let text = serde_json::to_string(&results).unwrap();
    assert_eq!(serde_json::from_str::<Results>(&text).unwrap(), results);
    insta::assert_json_snapshot!((results.outcomes, results.estimates, results.conclusions));
}

#[test]
fn the_group_that_is_least_convinced_by_the_winner_is_named() {
    let spec = ab(Orders::Split);
    let poll = |turned: bool| {
        let answers = (0..400).map(|ordinal| {
            // One age group of four prefers the other one.
            let a = (ordinal % 4 != 3 || ordinal % 16 == 3) != turned;
            let (preference, a, b) = if a { ("a", 8, 5) } else { ("b", 5, 8) };
            (ordinal, verdict(&spec, ordinal, 0, preference, a, b))
        });
        finish(&spec, answers).unwrap().conclusions.join("\n")
    };
    let (a, b) = (poll(false), poll(true));
    assert!(a.contains("people of 45-54 prefer A least: A's share minus B's is "), "{a}");
    assert!(a.contains("percentage points lower than everyone else's"), "{a}");
    assert!(b.contains("people of 45-54 prefer B least"), "{b}");
    assert!(b.contains("percentage points higher than everyone else's"), "{b}");
}

#[test]
fn what_the_order_is_worth_is_told_with_its_interval_even_when_it_is_nothing() {
    let spec = ab(Orders::Both);
    let told = |swayed: u32| {
        let answers = (0..200).flat_map(|ordinal| {
            let first = if ordinal < swayed { "a" } else { ["a", "b"][ordinal as usize / 100] };
            let then = if ordinal < swayed { "b" } else { first };
            [
                (ordinal, verdict(&spec, ordinal, 0, first, 7, 6)),
                (ordinal, verdict(&spec, ordinal, 1, then, 7, 6)),
            ]
        });
        let results = finish(&spec, answers).unwrap();
        let Outcomes::AbTest { orders_shown, .. } = results.outcomes else { panic!() };
        assert_eq!(orders_shown, (200, 200));
        results.conclusions.join("\n")
    };
    let swayed = told(50);
    assert!(swayed.contains("The order matters: being shown first is worth +25.0"), "{swayed}");
    assert!(swayed.contains("of the lead (95 % interval "), "{swayed}");
    let steady = told(0);
    assert!(steady.contains("Nobody's preference changed with the order."), "{steady}");
    assert!(steady.contains("No group of at least 30 leans to either side more"), "{steady}");
}

#[test]
fn a_judge_who_prefers_a_place_is_contested_and_nobody_wins() {
    let spec = ab(Orders::Both);
    // So many of ten take whatever stands first; the others prefer A in both orders.
    let judged = |placed: u32| {
        let answers = (0..200).flat_map(|ordinal| {
            let then = if ordinal % 10 < placed { "b" } else { "a" };
            [
                (ordinal, verdict(&spec, ordinal, 0, "a", 7, 6)),
                (ordinal, verdict(&spec, ordinal, 1, then, 7, 6)),
            ]
        });
        finish(&spec, answers).unwrap()
    };
    let stability = |results: &Results| results.diagnostics.figures["swap_stability"].clone();
    let all = judged(10);
    let Outcomes::AbTest { winner, contested, no_preference_pct, .. } = all.outcomes else {
        panic!()
    };
    assert_eq!((winner, contested, no_preference_pct), (Winner::Tie, Some(200), 100.0));
    let kept = stability(&all);
    let kept = kept.known().unwrap();
    assert_eq!((kept.value, kept.low, kept.n), (0.0, Some(0.0), 200));
    assert!(kept.high.unwrap() < 0.03, "{kept:?}");
    assert!(all.diagnostics.flags.contains(&Flag::SwapUnstable));
    let told = all.diagnostics.notes.join("\n");
    assert!(
        told.contains(
            "Only 0 % keep their preference when the order of the variants is turned round"
        ),
        "{told}"
    );
    let some = judged(3);
    assert_eq!(stability(&some).known().unwrap().value, 0.7);
    assert!(some.diagnostics.flags.contains(&Flag::SwapUnstable), "less than four in five");
    assert!(some.diagnostics.flags.contains(&Flag::OrderEffect), "{:?}", some.diagnostics);
    let few = judged(1);
    assert_eq!(stability(&few).known().unwrap().value, 0.9);
    assert!(!few.diagnostics.flags.contains(&Flag::SwapUnstable));
    // In a split nobody sees both orders, and nothing is said in place of the figure.
    let split = ab(Orders::Split);
    let answers = (0..40).map(|ordinal| (ordinal, verdict(&split, ordinal, 0, "a", 7, 6)));
    let split = finish(&split, answers).unwrap();
    match stability(&split) {
        Figure::Undefined { undefined } => {
            assert!(undefined.contains("orders: both"), "{undefined}");
        }
        Figure::Known(estimate) => panic!("{estimate:?}"),
    }
}
