//! The end of a run: stopped, halted, broken off, or done.

use super::bench::{Bench, Setup};
use super::tables;
use crate::work::calls::machine::PanelEvent;

tables! {
    a_refused_key_stops_the_study: "panel 3", "
        begun, turn a | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1
        turn a | call a 1, prepare a 2, reserve 2, offer a 2
        0 denied | settle 0 0, free 0, withdraw a, release 10, disable a
        1 invalid | settle 1 3, free 1, record 1 invalid, stopping, record 0 failed, record 2 failed
    "
    an_answer_that_was_under_way_when_the_key_was_refused_makes_it_a_pause: "panel 3", "
        begun, turn a | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1
        turn a | call a 1, prepare a 2, reserve 2, offer a 2
        0 denied | settle 0 0, free 0, withdraw a, release 10, disable a
        1 answers | settle 1 3, record 1 answered, pause, forget 0, forget 2
    "
    an_account_that_dies_in_the_middle_pauses_the_study_and_makes_no_further_call: "panel 5", "
        begun, turn a, turn a | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1, call a 1, prepare a 2, reserve 2, offer a 2
        0 answers | settle 0 3, record 0 answered
        turn a | call a 2, prepare a 3, reserve 3, offer a 3
        1 denied, waits | settle 1 0, free 1, withdraw a, release 10, disable a, tick in 1000ms
        2 answers | settle 2 3, record 2 answered, pause, forget 1, forget 3
    "
    calls_that_hang_when_an_account_dies_do_not_hold_up_the_pause: "panel 5", "
        begun, turn a, turn a | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1, call a 1, prepare a 2, reserve 2, offer a 2
        0 answers | settle 0 3, record 0 answered
        turn a | call a 2, prepare a 3, reserve 3, offer a 3
        1 denied | settle 1 0, free 1, withdraw a, release 10, disable a
        after 999ms |
        after 1ms | pause
        2 given-up | give-up 2 10, forget 2, forget 1, forget 3
    "
    calls_that_hang_where_nobody_has_answered_are_waited_for_quietly: "panel 3", "
        begun, turn a, turn a | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1, call a 1, prepare a 2, reserve 2, offer a 2
        0 denied | settle 0 0, free 0, withdraw a, release 10, disable a
        after 1000ms, waits |
        1 denied | settle 1 0, free 1, stopping, record 0 failed, record 1 failed, record 2 failed
    "
    a_study_that_was_resumed_too_early_is_paused_again_by_one_call: "panel 3, answered", "
        a new, begun, turn a | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1
        0 denied | settle 0 0, free 0, release 10, disable a, pause, forget 0, forget 1
    "
    a_key_that_is_refused_when_everybody_has_answered_drops_the_repetitions: "panel 1, again 1", "
        begun, turn a, 0 answers | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 0r, reserve 0r, offer a 0r, settle 0 3, record 0 answered
        turn a, 0r denied | call a 0r, settle 0r 0, free 0r, disable a, stopping, record 0r failed
    "
    a_wait_till_tomorrow_pauses_the_study_at_once_also_without_an_answer: "panel 3", "
        begun, turn a, turn a | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1, call a 1, prepare a 2, reserve 2, offer a 2
        0 limited-day | settle 0 0, free 0, withdraw a, release 10, disable a
        1 limited-day | settle 1 0, free 1, pause, forget 0, forget 1, forget 2
    "
    a_door_that_closes_after_limits_pauses_the_study_also_without_an_answer: "panel 2", "
        begun, turn a, 0 limited-1s | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1, settle 0 0, free 0
        barred a | withdraw a, release 10, disable a, pause, forget 1, forget 0
    "
    a_door_that_is_put_off_pauses_the_study_without_a_call: "panel 2", "
        a put-off, begun | prepare a 0, reserve 0, offer a 0
        barred a | withdraw a, release 10, disable a, pause, forget 0
    "
    three_calls_without_a_connection_stop_the_study: "panel 9", "
        begun, turn a, 0 unreachable | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1, settle 0 0, free 0
        turn a, 1 unreachable | call a 1, prepare a 2, reserve 2, offer a 2, settle 1 0, free 1
        turn a, 2 unreachable | call a 2, prepare a 3, reserve 3, offer a 3, settle 2 0, free 2, withdraw a, release 10, disable a, stopping, record 2 failed, record 3 failed, record 1 failed, record 0 failed, record 4 failed, record 5 failed, record 6 failed, record 7 failed, record 8 failed
    "
    five_rejections_without_a_reply_stop_the_study: "panel 9", "
        begun, turn a, 0 rejected | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1, settle 0 0, free 0
        turn a, 1 rejected | call a 1, prepare a 2, reserve 2, offer a 2, settle 1 0, free 1
        turn a, 2 rejected | call a 2, prepare a 3, reserve 3, offer a 3, settle 2 0, doubt a, free 2
        turn a, 3 rejected | call a 3, prepare a 4, reserve 4, settle 3 0, free 3, offer a 4
        turn a, 4 rejected | call a 4, prepare a 5, reserve 5, settle 4 0, free 4, release 10, disable a, record 0 failed, record 1 failed, record 2 failed, record 3 failed, stopping, record 4 failed, record 5 failed, record 6 failed, record 7 failed, record 8 failed
    "
    a_door_that_never_opens_again_stops_the_study: "panel 2", "
        begun | prepare a 0, reserve 0, offer a 0
        barred a | withdraw a, release 10, disable a, stopping, record 0 failed, record 1 failed
    "
    repetitions_are_dropped_by_a_stop: "panel 2, again 2", "
        begun, turn a, 0 denied | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1, settle 0 0, free 0, withdraw a, release 10, disable a, stopping, record 0 failed, record 1 failed
    "
    after_a_stop_a_reply_that_cannot_be_read_is_not_asked_for_again: "panel 2", "
        begun, turn a, turn a | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1, call a 1
        0 denied | settle 0 0, free 0, disable a
        1 invalid | settle 1 3, free 1, record 1 invalid, stopping, record 0 failed
    "
    a_halt_waits_for_calls_under_way_and_makes_none: "panel 3", "
        begun, turn a | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1
        halted | withdraw a, release 10
        0 answers | settle 0 3, record 0 answered, forget 1
    "
    a_halt_before_the_first_call_forgets_everyone: "panel 2", "
        halted |
        begun |
    "
    a_halt_forgets_whoever_got_no_reply: "panel 2", "
        begun, turn a | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1
        halted | withdraw a, release 10
        0 fails | settle 0 0, forget 0, forget 1
    "
    a_halt_gives_up_calls_that_hang: "panel 1", "
        begun, turn a | prepare a 0, reserve 0, offer a 0, call a 0
        halted |
        0 given-up | give-up 0 10, forget 0
    "
    a_halt_forgets_whoever_waits: "panel 1", "
        begun, turn a, 0 fails | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 0, free 0
        halted | forget 0
    "
    what_was_said_before_a_halt_is_kept: "panel 1, items", "
        begun, turn a | prepare a 0, reserve 0, offer a 0, call a 0
        halted |
        0 answers | settle 0 3, keep 0, forget 0
    "
    a_reply_that_cannot_be_read_after_a_halt_is_forgotten: "panel 1", "
        begun, turn a, halted | prepare a 0, reserve 0, offer a 0, call a 0
        0 invalid | settle 0 3, forget 0
    "
    a_store_that_fails_gives_up_every_call: "panel 4", "
        begun, turn a, turn a | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1, call a 1, prepare a 2, reserve 2, offer a 2
        0 fails | settle 0 0, free 0
        aborted | withdraw a, release 10, give-up 1 10, forget 1, forget 2, forget 0
    "
    after_the_end_nothing_happens: "panel 1", "
        begun, turn a, 0 answers | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 3, record 0 answered
        tick, idle, halted, aborted |
    "
    whoever_waits_for_a_lost_engine_alone_has_failed: "panel 6, engines 2", "
        begun, turn b, 1 rejected, turn a | prepare a 0, reserve 0, prepare b 1, reserve 1, offer a 0, offer b 1, call b 1, prepare b 3, reserve 3, offer b 3, settle 1 0, free 1, call a 0, prepare a 1, reserve 1, offer a 1
        capped, 0 answers, turn a, a gives-up, turn b | settle 0 3, record 0 answered, call a 1, prepare a 2, reserve 2, call b 3, disable a
        1 invalid | settle 1 3, free 1, record 1 failed, prepare b 2, reserve 2
    "
}

/// A panel of 600 whose engine admits no call, after the first of them were recorded.
fn stopped() -> Bench {
    let mut bench = Bench::new(&Setup::read("panel 600"));
    bench.tell(PanelEvent::Begun);
    bench.tell(PanelEvent::Barred(0, "it rests for ever".to_owned()));
    assert!((1..600).contains(&bench.recorded.len()), "{}", bench.recorded.len());
    bench
}

#[test]
fn a_stop_records_a_large_panel_in_several_steps() {
    let mut bench = stopped();
    while bench.machine.wait(bench.now).has_time {
        bench.tell(PanelEvent::Idle);
    }
    assert!(bench.machine.is_over());
    assert_eq!(bench.recorded.len(), 600);
}

#[test]
fn a_halt_while_a_stop_is_recorded_ends_it() {
    let mut bench = stopped();
    let before = bench.recorded.len();
    bench.tell(PanelEvent::Halted);
    assert!(bench.machine.is_over());
    assert_eq!(bench.recorded.len(), before);
}
