//! The admission control under normal and failing conditions, in virtual time with a small simulation of a service.

use std::time::Duration;

use super::*;
use crate::inference::chat::{Allowance, CallError};
use crate::inference::pool::Availability;

const MS: Duration = Duration::from_millis(1);

fn bounds(concurrency: u32) -> Bounds {
    Bounds { concurrency, requests_per_minute: None, tokens_per_minute: None }
}

/// A call under way: when it ends and whose it is.
struct Call {
    ends: Duration,
    study: u32,
    outcome: Result<(), CallError>,
}

/// Plays studies of the given sizes, each from its own start, against a service; returns (first call, last end) of each
/// and every start of a call.
fn play(
    door: &mut Admission,
    studies: &[(u32, Duration, u32)],
    latency: Duration,
    mut service: impl FnMut(usize, usize) -> Result<(), CallError>,
) -> (Vec<(Duration, Duration)>, Vec<Duration>) {
    let mut left: Vec<u32> = studies.iter().map(|(size, _, _)| *size).collect();
    let mut spans = vec![(Duration::MAX, Duration::ZERO); studies.len()];
    let mut under_way: Vec<Call> = Vec::new();
    let mut starts = Vec::new();
    let mut now = Duration::ZERO;
    while now < Duration::from_hours(1) {
        let mut ended: Vec<Call> = Vec::new();
        under_way = under_way
            .into_iter()
            .filter_map(|call| {
                if call.ends <= now {
                    ended.push(call);
                    None
                } else {
                    Some(call)
                }
            })
            .collect();
        for call in ended {
            let index = call.study as usize;
            match call.outcome {
                Ok(()) => {
                    spans[index].1 = now;
                    door.done(Signal::Replied, Allowance::default(), 0, now);
                }
                Err(error) => {
                    left[index] += 1;
                    door.done(Signal::Failed(&error), Allowance::default(), 0, now);
                }
            }
        }
        loop {
            let mut went = false;
            for (study, (_, from, weight)) in (0_u32..).zip(studies) {
                let index = study as usize;
                if left[index] == 0 || now < *from {
                    door.pass(study);
                } else if door.ask(study, *weight, 100, now) == Admit::Go {
                    left[index] -= 1;
                    spans[index].0 = spans[index].0.min(now);
                    starts.push(now);
                    let outcome = service(starts.len(), under_way.len());
                    under_way.push(Call { ends: now + latency, study, outcome });
                    went = true;
                }
            }
            if !went {
                break;
            }
        }
        if under_way.is_empty() && left.iter().all(|left| *left == 0) {
            break;
        }
        now += MS;
    }
    (spans, starts)
}

#[test]
fn a_healthy_service_is_used_to_the_full() {
    let mut door = Admission::new(bounds(100), Duration::ZERO);
    let (spans, _) = play(&mut door, &[(1_000, Duration::ZERO, 1)], 200 * MS, |_, _| Ok(()));
    assert_eq!(spans[0].1, 2_000 * MS);
    assert_eq!((door.limit(), door.under_way()), (100, 0));
}

#[test]
fn a_quiet_service_is_known_by_the_time_since_its_last_reply() {
    let (second, none) = (1_000 * MS, Allowance::default());
    let mut door = Admission::new(bounds(100), Duration::ZERO);
    assert_eq!(door.quiet(50 * second), None, "nobody waits");
    assert_eq!(door.ask(1, 1, 10, 50 * second), Admit::Go);
    assert_eq!(door.ask(1, 1, 10, 55 * second), Admit::Go);
    let since = |door: &Admission, now| door.quiet(now).map(|quiet| (quiet.since, quiet.under_way));
    assert_eq!(since(&door, 60 * second), Some((10 * second, 2)));
    door.done(Signal::Replied, none, 0, 61 * second);
    assert_eq!(since(&door, 63 * second), Some((2 * second, 1)));
    // A service that says that it fails is heard; one that does not reply in time is not.
    let failed = CallError::Server { status: 500, said: String::new() };
    door.done(Signal::Failed(&failed), none, 0, 64 * second);
    assert_eq!(door.quiet(64 * second), None);
    let hangs = CallError::network(crate::inference::chat::TIMED_OUT);
    for call in 0..19 {
        assert_eq!(door.ask(1, 1, 10, (64 + call) * second), Admit::Go);
        door.done(Signal::Failed(&hangs), none, 0, (65 + call) * second);
    }
    // Left in peace after that, it is still quiet.
    let quiet = door.quiet(86 * second).unwrap();
    assert_eq!((quiet.since, quiet.under_way), (22 * second, 0));
    assert_eq!(quiet.rests, Some(2 * second));
    assert_eq!(door.ask(1, 1, 10, 90 * second), Admit::Go);
    assert_eq!(since(&door, 91 * second), Some((27 * second, 1)));
}

#[test]
fn a_small_study_behind_a_large_one_gets_its_turns() {
    let alone = {
        let mut door = Admission::new(bounds(100), Duration::ZERO);
        let (spans, _) = play(&mut door, &[(50, Duration::ZERO, 1)], 200 * MS, |_, _| Ok(()));
        spans[0].1.saturating_sub(spans[0].0)
    };
    let mut door = Admission::new(bounds(100), Duration::ZERO);
    let studies = [(10_000, Duration::ZERO, 1), (50, 1_050 * MS, 1)];
    let (spans, _) = play(&mut door, &studies, 200 * MS, |_, _| Ok(()));
    let first = spans[1].0.saturating_sub(studies[1].1);
    let last = spans[1].1.saturating_sub(studies[1].1);
    assert!(first < Duration::from_secs(1), "starts after {first:?}");
    assert!(last <= 3 * alone, "ends after {last:?}, alone {alone:?}");
}

#[test]
fn weights_share_the_service() {
    let mut door = Admission::new(bounds(12), Duration::ZERO);
    let studies = [(4_000, Duration::ZERO, 3), (4_000, Duration::ZERO, 1)];
    let mut at_half = (0, 0);
    let (spans, _) = play(&mut door, &studies, 10 * MS, |_, _| Ok(()));
    at_half.0 = spans[0].1.as_millis();
    at_half.1 = spans[1].1.as_millis();
    // The heavier one ends when both together have had 4,000 × 4/3 calls.
    let share = at_half.0 as f64 / at_half.1 as f64;
    assert!((0.62..0.72).contains(&share), "{share}");
}

#[test]
fn a_full_service_is_found_out_and_kept_busy() {
    // It takes twenty calls at a time and pushes back the rest.
    let mut door = Admission::new(bounds(100), Duration::ZERO);
    let mut pushed = 0;
    let (spans, starts) = play(&mut door, &[(4_000, Duration::ZERO, 1)], 50 * MS, |_, beside| {
        if beside < 20 {
            Ok(())
        } else {
            pushed += 1;
            Err(CallError::Limited { status: 429, after: None, said: String::new() })
        }
    });
    assert!((15..=32).contains(&door.limit()), "limit {}", door.limit());
    assert!(
        f64::from(pushed) < 0.2 * starts.len() as f64,
        "{pushed} of {} pushed back",
        starts.len()
    );
    let ideal = 4_000 / 20 * 50 * MS;
    assert!(spans[0].1 < ideal * 100 / 85, "{:?} of {ideal:?}", spans[0].1);
}

#[test]
fn a_noisy_service_is_not_taken_for_a_full_one() {
    let mut door = Admission::new(bounds(100), Duration::ZERO);
    let (spans, starts) =
        play(&mut door, &[(5_000, Duration::ZERO, 1)], 50 * MS, |call, _| match call % 20 {
            0 => Err(CallError::Limited { status: 429, after: None, said: String::new() }),
            1 => Err(CallError::Server { status: 500, said: String::new() }),
            2 => Err(CallError::network("the connection broke off")),
            3 => Err(CallError::Malformed { why: "it is not JSON".into() }),
            _ => Ok(()),
        });
    let healthy = starts.len() as f64 / 100.0 * 0.05;
    assert!(spans[0].1.as_secs_f64() < healthy / 0.85, "{:?} for {healthy} s", spans[0].1);
}

#[test]
fn rates_a_minute_hold() {
    let limits =
        Bounds { concurrency: 100, requests_per_minute: Some(600), tokens_per_minute: None };
    let mut door = Admission::new(limits, Duration::ZERO);
    let (_, starts) = play(&mut door, &[(1_200, Duration::ZERO, 1)], 20 * MS, |_, _| Ok(()));
    for (index, from) in starts.iter().enumerate() {
        let within = starts[index..].iter().take_while(|at| **at < *from + Duration::from_mins(1));
        assert!(within.count() <= 660, "more than the rate and its burst");
    }
    let limits = Bounds { requests_per_minute: None, tokens_per_minute: Some(60_000), ..limits };
    let mut door = Admission::new(limits, Duration::ZERO);
    let (spans, _) = play(&mut door, &[(1_200, Duration::ZERO, 1)], 20 * MS, |_, _| Ok(()));
    // 1,200 calls of 100 tokens are two minutes of tokens, less the burst.
    assert!((105..=121).contains(&spans[0].1.as_secs()), "{:?}", spans[0].1);
}

#[test]
fn headers_of_a_success_are_heeded() {
    let mut door = Admission::new(bounds(10), Duration::ZERO);
    assert_eq!(door.ask(1, 1, 1, MS), Admit::Go);
    let told = Allowance {
        requests_left: Some(1),
        requests_reset: Some(Duration::from_secs(7)),
        ..Allowance::default()
    };
    door.done(Signal::Replied, told, 0, 2 * MS);
    assert_eq!(door.ask(1, 1, 1, 2 * MS), Admit::Go);
    assert_eq!(door.ask(1, 1, 1, 2 * MS), Admit::At(7_002 * MS));
    assert_eq!(door.ask(1, 1, 1, 7_002 * MS), Admit::Go);
    let empty =
        Allowance { tokens_left: Some(0), tokens_reset: Some(500 * MS), ..Allowance::default() };
    door.done(Signal::Replied, empty, 0, 8_000 * MS);
    assert_eq!(door.ask(1, 1, 1, 8_000 * MS), Admit::At(8_500 * MS));
}

#[test]
fn a_plea_for_patience_holds_for_every_study_until_it_is_over() {
    let (second, none) = (1_000 * MS, Allowance::default());
    let mut door = Admission::new(bounds(100), Duration::ZERO);
    let push = |after| CallError::Limited { status: 429, after: Some(after), said: String::new() };
    for _ in 0..2 {
        assert_eq!(door.ask(1, 1, 1, second), Admit::Go);
    }
    // A single one is enough where it asks for more than a moment.
    door.done(Signal::Failed(&push(600 * second)), none, 0, second);
    assert_eq!(door.ask(1, 1, 1, 2 * second), Admit::At(601 * second));
    assert_eq!(door.quiet(2 * second).and_then(|quiet| quiet.asks), Some(599 * second));
    // Neither a reply to an earlier call nor a study that comes and goes opens the door.
    door.done(Signal::Replied, none, 0, 3 * second);
    door.leave(1);
    assert_eq!(door.ask(1, 1, 1, 4 * second), Admit::At(601 * second));
    assert_eq!(door.ask(2, 1, 1, 5 * second), Admit::At(601 * second));
    assert_eq!(door.standing(600 * second), Availability::Open, "the rest is no time at all");
    assert_eq!(door.standing(590 * second), Availability::Resting);
    assert_eq!(door.ask(1, 1, 1, 601 * second), Admit::Go);
    assert_eq!(door.quiet(601 * second).and_then(|quiet| quiet.asks), None);
}

#[test]
fn a_service_that_asks_for_too_much_patience_is_waited_for_an_hour_and_no_longer() {
    let (hour, none) = (Duration::from_hours(1), Allowance::default());
    let limited =
        |after| CallError::Limited { status: 429, after: Some(after), said: String::new() };
    let mut door = Admission::new(bounds(10), Duration::ZERO);
    assert_eq!(door.ask(1, 1, 1, MS), Admit::Go);
    door.done(Signal::Failed(&limited(3 * hour)), none, 0, MS);
    // Nobody who has to wait till tomorrow is told so in an hour.
    let Admit::Stop(why) = door.ask(1, 1, 1, 2 * MS) else { panic!("it is waited for") };
    assert_eq!(
        why,
        "the service asks to wait for 180 min more, and nobody waits for more than 60 min"
    );
    assert_eq!(door.standing(hour), Availability::Dead);
    // Whoever comes next is told the same, until the rest is no longer than is waited for.
    door.leave(1);
    assert!(matches!(door.ask(2, 1, 1, 2 * hour), Admit::Stop(_)));
    door.leave(2);
    assert_eq!(door.ask(2, 1, 1, 2 * hour + 2 * MS), Admit::At(3 * hour + MS));
    assert_eq!(door.standing(2 * hour + 2 * MS), Availability::Resting);
    // One that asks for an hour again and again is not waited for again and again.
    let mut door = Admission::new(bounds(10), Duration::ZERO);
    for calls in 0..2 {
        assert_eq!(door.ask(1, 1, 1, calls * hour), Admit::Go);
        door.done(Signal::Failed(&limited(hour)), none, 0, calls * hour);
    }
    let Admit::Stop(why) = door.ask(1, 1, 1, hour) else { panic!("it is waited for again") };
    assert_eq!(why, "the service asks to wait for 60 min more, and was waited for 60 min");
}

#[test]
fn a_call_larger_than_a_limit_a_minute_goes_when_all_of_it_is_there_and_is_told_of_until_then() {
    let limits =
        Bounds { concurrency: 10, requests_per_minute: None, tokens_per_minute: Some(500) };
    let mut door = Admission::new(limits, Duration::ZERO);
    let (spans, _) = play(&mut door, &[(8, Duration::ZERO, 1)], 20 * MS, |_, _| Ok(()));
    assert!(spans[0].1 < Duration::from_mins(3), "{:?}", spans[0].1);
    let mut door = Admission::new(limits, Duration::ZERO);
    let mut now = Duration::ZERO;
    for _ in 0..5 {
        assert_eq!(door.ask(1, 1, 1_000, now), Admit::Go);
        let Admit::At(time) = door.ask(1, 1, 1_000, now) else { panic!("it is not kept back") };
        assert_eq!(door.quiet(now).and_then(|quiet| quiet.paced), Some(time.saturating_sub(now)));
        now = time;
        assert_eq!(door.quiet(now).and_then(|quiet| quiet.paced), None);
    }
    assert!(now < Duration::from_mins(11), "{now:?}");
}

#[test]
fn a_dead_service_costs_twenty_calls_and_three_probes() {
    for (error, calls) in [
        (CallError::Server { status: 500, said: String::new() }, 23),
        (
            CallError::Rejected {
                status: 404,
                said: "no such model".to_owned(),
                at: String::new(),
                refuses: Vec::new(),
            },
            20,
        ),
    ] {
        let mut door = Admission::new(bounds(1), Duration::ZERO);
        let (mut now, mut made) = (Duration::ZERO, 0);
        let why = loop {
            match door.ask(1, 1, 1, now) {
                Admit::Go => {
                    made += 1;
                    door.done(Signal::Failed(&error), Allowance::default(), 0, now);
                }
                Admit::At(time) => now = time,
                Admit::Later => panic!("nothing is under way"),
                Admit::Stop(why) => break why,
            }
        };
        assert_eq!(made, calls);
        assert!(now <= Duration::from_secs(35) && why.contains("HTTP"), "{now:?} {why}");
        assert!(why.contains(&format!("none of the latest {calls} calls")), "{why}");
    }
}

#[test]
fn a_service_that_comes_back_is_used_again() {
    let mut door = Admission::new(bounds(10), Duration::ZERO);
    let (spans, _) = play(&mut door, &[(200, Duration::ZERO, 1)], 10 * MS, |call, _| {
        if call <= 40 {
            Err(CallError::Server { status: 503, said: String::new() })
        } else {
            Ok(())
        }
    });
    assert!(spans[0].1 < Duration::from_mins(1), "{:?}", spans[0].1);
}

#[test]
fn retries_are_bounded_and_spread() {
    let mut budget = RetryBudget::default();
    for _ in 0..100 {
        budget.first();
    }
    assert_eq!((0..1_000).filter(|_| budget.retry()).count(), 70);
    let failing = |seed, ordinal, tries| backoff(seed, ordinal, tries, Condition::Failing, None);
    let waits: Vec<Duration> = (0..1_000).map(|ordinal| failing(7, ordinal, 1)).collect();
    assert!(waits.iter().all(|wait| *wait < Duration::from_millis(500)));
    let mean = waits.iter().sum::<Duration>() / 1_000;
    assert!((225..275).contains(&mean.as_millis()), "{mean:?}");
    assert!((0..1_000).all(|ordinal| failing(7, ordinal, 40) <= Duration::from_secs(20)));
    assert_ne!(failing(7, 1, 1), failing(8, 1, 1));
    assert_eq!(failing(7, 3, 2), Duration::from_secs(1).mul_f64(5_032.0 / 65_536.0));
}

#[test]
fn a_stray_failure_waits_as_long_as_a_call_takes_and_one_of_many_waits_longer() {
    let most = |tries, condition, usual: Duration| {
        let wait = |ordinal| backoff(7, ordinal, tries, condition, Some(usual));
        (0..1_000).map(wait).max().unwrap()
    };
    let near = |wait: Duration, span: Duration| wait <= span && wait > span.mul_f64(0.98);
    assert!(near(most(1, Condition::Answering, 50 * MS), 50 * MS));
    assert!(near(most(4, Condition::Answering, 50 * MS), 400 * MS));
    assert!(near(most(1, Condition::Failing, 50 * MS), 500 * MS));
    // A slow service is waited for no longer than one that fails, and a quick one is not hammered.
    assert!(near(most(1, Condition::Answering, 60_000 * MS), 500 * MS));
    assert!(near(most(1, Condition::Answering, Duration::ZERO), 20 * MS));
}

#[test]
fn a_service_fails_when_most_of_its_latest_calls_do() {
    let mut door = Admission::new(bounds(100), Duration::ZERO);
    let failure = CallError::network("the connection broke off");
    let mut ended = |calls: u32, failed: fn(u32) -> bool| {
        for call in 0..calls {
            let signal = if failed(call) { Signal::Failed(&failure) } else { Signal::Replied };
            door.done(signal, Allowance::default(), 0, MS);
        }
        door.condition()
    };
    assert_eq!(ended(1_000, |call| call % 5 == 0), Condition::Answering);
    assert_eq!(ended(15, |_| true), Condition::Failing);
    assert_eq!(ended(15, |_| false), Condition::Answering);
    assert_eq!(ended(100, |call| call % 5 != 0), Condition::Failing);
}

#[test]
fn early_strays_of_a_window_are_not_taken_for_a_full_service() {
    let mut door = Admission::new(bounds(100), Duration::ZERO);
    let push = CallError::Limited {
        status: 429,
        after: Some(Duration::from_secs(1)),
        said: String::new(),
    };
    for call in 0..100 {
        let stray = matches!(call, 0 | 4 | 9 | 30 | 60);
        let signal = if stray { Signal::Failed(&push) } else { Signal::Replied };
        door.done(signal, Allowance::default(), 0, MS);
        assert_eq!(door.ask(1, 1, 1, 2 * MS), Admit::Go, "after call {call}");
        door.done(Signal::Abandoned, Allowance::default(), 0, 2 * MS);
    }
    assert_eq!(door.limit(), 100);
    for _ in 0..6 {
        door.done(Signal::Failed(&push), Allowance::default(), 0, 3 * MS);
    }
    assert_eq!(door.ask(1, 1, 1, 3 * MS), Admit::At(1_003 * MS));
}

#[test]
fn a_service_that_fails_is_left_to_others_but_for_a_single_call_now_and_then() {
    let none = Allowance::default();
    let mut door = Admission::new(bounds(100), Duration::ZERO);
    let failure = CallError::Limited { status: 429, after: None, said: String::new() };
    for _ in 0..12 {
        assert_eq!(door.standing(1_000 * MS), Availability::Open);
        assert_eq!(door.ask(1, 1, 1, 1_000 * MS), Admit::Go);
        door.done(Signal::Failed(&failure), none, 0, 1_000 * MS);
        if door.condition() == Condition::Failing {
            break;
        }
    }
    assert_eq!(door.standing(5_999 * MS), Availability::Resting);
    assert_eq!(door.standing(6_000 * MS), Availability::Open);
    assert_eq!(door.ask(1, 1, 1, 6_000 * MS), Admit::Go);
    assert_eq!(door.standing(6_001 * MS), Availability::Resting, "one call is enough to see");
    door.done(Signal::Failed(&failure), none, 0, 6_100 * MS);
    assert_eq!(door.standing(11_099 * MS), Availability::Resting);
    // It answers again: soon it is as good as any.
    for _ in 0..12 {
        assert_eq!(door.standing(11_100 * MS), Availability::Open);
        assert_eq!(door.ask(1, 1, 1, 11_100 * MS), Admit::Go);
        door.done(Signal::Replied, none, 0, 11_100 * MS);
    }
    assert_eq!(door.ask(1, 1, 1, 11_100 * MS), Admit::Go);
    assert_eq!(door.standing(11_100 * MS), Availability::Open);
}

#[test]
fn a_probe_that_is_given_up_leaves_the_door_to_the_next_one() {
    let none = Allowance::default();
    let mut door = Admission::new(bounds(100), Duration::ZERO);
    for _ in 0..20 {
        assert_eq!(door.ask(1, 1, 1, MS), Admit::Go);
        door.done(
            Signal::Failed(&CallError::Server { status: 500, said: String::new() }),
            none,
            0,
            MS,
        );
    }
    assert_eq!(door.ask(1, 1, 1, 2 * MS), Admit::At(5_001 * MS));
    assert_eq!(door.ask(1, 1, 1, 5_001 * MS), Admit::Go);
    assert_eq!(door.ask(1, 1, 1, 5_002 * MS), Admit::Later);
    door.done(Signal::Abandoned, none, 0, 5_003 * MS);
    assert_eq!(door.ask(1, 1, 1, 5_003 * MS), Admit::Go);
}
