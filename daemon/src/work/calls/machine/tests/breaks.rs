//! Engines that break: how many calls show it, who is held back meanwhile, and what becomes of those when the engine works after
//! all, when the study is paused, and when nobody else is left.

use std::collections::BTreeSet;
use std::time::Duration;

use super::bench::{Bench, Setup};
use super::tables;
use crate::work::calls::machine::wait::Wait;
use crate::work::calls::machine::{PanelEvent, QueueEntry};

tables! {
    whoever_got_nothing_counts_when_the_engine_works_after_all: "panel 4", "
        begun, turn a, turn a, 0 answers | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1, call a 1, prepare a 2, reserve 2, offer a 2, settle 0 3, record 0 answered
        1 rejected | settle 1 0, free 1
        turn a, 2 answers | call a 2, prepare a 3, reserve 3, offer a 3, settle 2 3, record 2 answered
        turn a, 3 answers, turn a, 1 rejected, turn a, 1 rejected | call a 3, prepare a 1, reserve 1, offer a 1, settle 3 3, record 3 answered, call a 1, settle 1 0, free 1, prepare a 1, reserve 1, offer a 1, call a 1, settle 1 0, free 1, record 1 failed
    "
    an_engine_that_rejects_everything_from_some_moment_on_pauses_the_study_and_nobody_has_failed: "panel 20", "
        begun, turn a, 0 answers, turn a, 1 answers, turn a, 2 answers, turn a, 3 answers | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1, settle 0 3, record 0 answered, call a 1, prepare a 2, reserve 2, offer a 2, settle 1 3, record 1 answered, call a 2, prepare a 3, reserve 3, offer a 3, settle 2 3, record 2 answered, call a 3, prepare a 4, reserve 4, offer a 4, settle 3 3, record 3 answered
        turn a, turn a, turn a, 4 rejected, 5 rejected | call a 4, prepare a 5, reserve 5, offer a 5, call a 5, prepare a 6, reserve 6, offer a 6, call a 6, prepare a 7, reserve 7, offer a 7, settle 4 0, free 4, settle 5 0, free 5
        6 rejected | settle 6 0, doubt a, free 6
        turn a, 7 rejected | call a 7, prepare a 8, reserve 8, settle 7 0, free 7, offer a 8
        turn a, 8 rejected | call a 8, prepare a 9, reserve 9, settle 8 0, free 8, offer a 9
        turn a, 9 rejected | call a 9, prepare a 10, reserve 10, settle 9 0, free 9, offer a 10
        turn a, 10 rejected | call a 10, prepare a 11, reserve 11, settle 10 0, free 10, release 10, disable a, pause, forget 4, forget 5, forget 6, forget 7, forget 8, forget 9, forget 10, forget 11
    "
    an_engine_that_fails_from_some_moment_on_is_tried_further_and_further_apart: "panel 20", "
        begun, turn a, 0 answers, turn a, 1 answers, turn a, 2 answers, turn a, 3 answers | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1, settle 0 3, record 0 answered, call a 1, prepare a 2, reserve 2, offer a 2, settle 1 3, record 1 answered, call a 2, prepare a 3, reserve 3, offer a 3, settle 2 3, record 2 answered, call a 3, prepare a 4, reserve 4, offer a 4, settle 3 3, record 3 answered
        turn a, turn a, turn a, 4 fails, 5 fails, 6 fails, waits | call a 4, prepare a 5, reserve 5, offer a 5, call a 5, prepare a 6, reserve 6, offer a 6, call a 6, prepare a 7, reserve 7, offer a 7, settle 4 0, free 4, settle 5 0, free 5, settle 6 0, doubt a, free 6, idle
        turn a, 7 fails, waits | call a 7, prepare a 8, reserve 8, settle 7 0, free 7, tick in 2000ms, idle
        after 1999ms |
        after 1ms, turn a, 8 fails, waits | offer a 8, call a 8, prepare a 9, reserve 9, settle 8 0, free 8, tick in 4000ms, idle
        after 4000ms, turn a, 9 fails, waits | offer a 9, call a 9, prepare a 10, reserve 10, settle 9 0, free 9, tick in 8000ms, idle
        after 8000ms, turn a, 10 fails, waits | offer a 10, call a 10, prepare a 11, reserve 11, settle 10 0, free 10, tick in 1000ms, idle
        after 1000ms, turn a, 11 fails | offer a 11, call a 11, prepare a 12, reserve 12, settle 11 0, free 11, release 10, disable a, pause, forget 11, forget 12, forget 6, forget 4, forget 7, forget 5, forget 8, forget 9, forget 10
    "
    a_try_that_is_answered_lets_everybody_go_on_at_once: "panel 9", "
        begun, turn a, 0 answers, turn a, turn a, turn a, 1 fails, 2 fails, 3 fails | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1, settle 0 3, record 0 answered, call a 1, prepare a 2, reserve 2, offer a 2, call a 2, prepare a 3, reserve 3, offer a 3, call a 3, prepare a 4, reserve 4, offer a 4, settle 1 0, free 1, settle 2 0, free 2, settle 3 0, doubt a, free 3
        after 1000ms, turn a, 4 answers | call a 4, prepare a 5, reserve 5, settle 4 3, prove a, record 4 answered, offer a 5
        turn a, turn a | call a 5, prepare a 1, reserve 1, offer a 1, call a 1, prepare a 3, reserve 3, offer a 3
    "
    replies_that_nobody_can_read_from_some_moment_on_are_asked_again_as_tries: "panel 20", "
        begun, turn a, 0 answers, turn a, 1 answers, turn a, 2 answers, turn a, 3 answers | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1, settle 0 3, record 0 answered, call a 1, prepare a 2, reserve 2, offer a 2, settle 1 3, record 1 answered, call a 2, prepare a 3, reserve 3, offer a 3, settle 2 3, record 2 answered, call a 3, prepare a 4, reserve 4, offer a 4, settle 3 3, record 3 answered
        turn a, 4 garbled | call a 4, prepare a 5, reserve 5, offer a 5, settle 4 3, free 4
        turn a, 5 invalid | call a 5, prepare a 4!, reserve 4, offer a 4, settle 5 3, free 5
        turn a, 4 garbled | call a 4, prepare a 6, reserve 6, offer a 6, settle 4 3, free 4
        turn a, 6 garbled | call a 6, prepare a 7, reserve 7, offer a 7, settle 6 3, free 6
        turn a, 7 garbled | call a 7, prepare a 8, reserve 8, offer a 8, settle 7 3, free 7
        turn a, 8 garbled | call a 8, prepare a 9, reserve 9, offer a 9, settle 8 3, doubt a, free 8
        turn a, 9 garbled | call a 9, prepare a 4!, reserve 4, settle 9 3, free 9, offer a 4
        turn a, 4 garbled | call a 4, prepare a 5!, reserve 5, settle 4 3, free 4, offer a 5
        turn a, 5 garbled | call a 5, prepare a 6!, reserve 6, settle 5 3, free 5, release 10, disable a, pause, forget 4, forget 5, forget 6, forget 7, forget 8, forget 9
    "
    where_nobody_else_is_left_those_who_were_held_back_show_whether_the_engine_works: "panel 6", "
        begun, turn a, 0 answers, turn a, 1 answers, turn a, 2 answers | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1, settle 0 3, record 0 answered, call a 1, prepare a 2, reserve 2, offer a 2, settle 1 3, record 1 answered, call a 2, prepare a 3, reserve 3, offer a 3, settle 2 3, record 2 answered
        turn a, 3 rejected, turn a, 4 rejected, turn a, 5 rejected | call a 3, prepare a 4, reserve 4, offer a 4, settle 3 0, free 3, call a 4, prepare a 5, reserve 5, offer a 5, settle 4 0, free 4, call a 5, settle 5 0, doubt a, free 5, prepare a 3, reserve 3, offer a 3
        turn a, 3 rejected | call a 3, settle 3 0, free 3, prepare a 4, reserve 4, offer a 4
        turn a, 4 answers | call a 4, settle 4 3, prove a, record 4 answered, prepare a 3, reserve 3, offer a 3
        turn a, 3 answers | call a 3, prepare a 5, reserve 5, offer a 5, settle 3 3, record 3 answered
        turn a, 5 answers | call a 5, settle 5 3, record 5 answered
    "
    where_they_all_get_nothing_again_the_study_is_paused: "panel 6", "
        begun, turn a, 0 answers, turn a, 1 answers, turn a, 2 answers | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1, settle 0 3, record 0 answered, call a 1, prepare a 2, reserve 2, offer a 2, settle 1 3, record 1 answered, call a 2, prepare a 3, reserve 3, offer a 3, settle 2 3, record 2 answered
        turn a, 3 rejected, turn a, 4 rejected, turn a, 5 rejected | call a 3, prepare a 4, reserve 4, offer a 4, settle 3 0, free 3, call a 4, prepare a 5, reserve 5, offer a 5, settle 4 0, free 4, call a 5, settle 5 0, doubt a, free 5, prepare a 3, reserve 3, offer a 3
        turn a, 3 rejected, turn a, 4 rejected, turn a, 5 rejected | call a 3, settle 3 0, free 3, prepare a 4, reserve 4, offer a 4, call a 4, settle 4 0, free 4, prepare a 5, reserve 5, offer a 5, call a 5, settle 5 0, free 5, prepare a 3, reserve 3, offer a 3
        turn a, 3 rejected, turn a, 4 rejected | call a 3, settle 3 0, free 3, prepare a 4, reserve 4, offer a 4, call a 4, settle 4 0, free 4, disable a, pause, forget 5, forget 3, forget 4
    "
    the_last_one_who_is_rejected_is_asked_again_twice: "panel 2", "
        begun, turn a, 0 answers, turn a, 1 rejected | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1, settle 0 3, record 0 answered, call a 1, settle 1 0, free 1, prepare a 1, reserve 1, offer a 1
        turn a, 1 rejected, turn a, 1 rejected | call a 1, settle 1 0, free 1, prepare a 1, reserve 1, offer a 1, call a 1, settle 1 0, free 1, record 1 failed
    "
    the_last_one_of_a_study_that_was_resumed_too_early_is_not_lost: "panel 1, answered", "
        a new, begun, turn a, 0 rejected | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 0, free 0, prepare a 0, reserve 0, offer a 0
        turn a, 0 rejected, turn a, 0 rejected, turn a, 0 rejected, turn a, 0 rejected | call a 0, settle 0 0, free 0, prepare a 0, reserve 0, offer a 0, call a 0, settle 0 0, free 0, prepare a 0, reserve 0, offer a 0, call a 0, settle 0 0, free 0, prepare a 0, reserve 0, offer a 0, call a 0, settle 0 0, free 0, disable a, pause, forget 0
    "
    a_new_engine_that_gives_no_reply_in_time_is_told_of_after_three_calls: "panel 9", "
        a new, begun, turn a | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1
        0 times-out | settle 0 10, free 0, offer a 1
        turn a, turn a | call a 1, prepare a 2, reserve 2, offer a 2, call a 2, prepare a 3, reserve 3
        1 times-out, 2 times-out | settle 1 10, free 1, offer a 3, settle 2 10, free 2, withdraw a, release 10, disable a, stopping, record 2 failed, record 3 failed, record 1 failed, record 0 failed, record 4 failed, record 5 failed, record 6 failed, record 7 failed, record 8 failed
    "
    a_new_engine_that_sends_pages_is_told_of_after_three_calls: "panel 9", "
        a new, begun, turn a, 0 html, waits | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, settle 0 10, free 0, tick in 500ms, idle
        after 500ms, turn a, 1 html, waits | offer a 1, call a 1, prepare a 0, reserve 0, settle 1 10, free 1, tick in 1000ms, idle
        after 1000ms, turn a, 0 html | offer a 0, call a 0, prepare a 1, reserve 1, settle 0 10, free 0, release 10, disable a, stopping, record 0 failed, record 1 failed, record 2 failed, record 3 failed, record 4 failed, record 5 failed, record 6 failed, record 7 failed, record 8 failed
    "
    a_known_engine_that_sends_pages_is_told_of_after_three_tries: "panel 9", "
        begun, turn a, turn a, turn a, turn a | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1, call a 1, prepare a 2, reserve 2, offer a 2, call a 2, prepare a 3, reserve 3, offer a 3, call a 3, prepare a 4, reserve 4, offer a 4
        0 html, 1 html, 2 html, 3 html | settle 0 10, free 0, settle 1 10, free 1, settle 2 10, doubt a, free 2, settle 3 10, free 3
        turn a, 4 html, waits | call a 4, prepare a 5, reserve 5, settle 4 10, free 4, tick in 2000ms, idle
        after 2000ms, turn a, 5 html, waits | offer a 5, call a 5, prepare a 1, reserve 1, settle 5 10, free 5, tick in 4000ms, idle
        after 4000ms, turn a, 1 html | offer a 1, call a 1, prepare a 4, reserve 4, settle 1 10, free 1, release 10, disable a, stopping, record 1 failed, record 4 failed, record 3 failed, record 2 failed, record 0 failed, record 5 failed, record 6 failed, record 7 failed, record 8 failed
    "
    nobody_is_asked_for_more_for_an_engine_that_may_be_broken: "panel 9, answered", "
        begun, turn a, turn a, turn a | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1, call a 1, prepare a 2, reserve 2, offer a 2, call a 2, prepare a 3, reserve 3, offer a 3
        0 html, 1 html | settle 0 10, free 0, settle 1 10, free 1
        unagreed |
        2 html | settle 2 10, doubt a, free 2
        after 1000ms, turn a, 3 html | call a 3, prepare a 1, reserve 1, settle 3 10, free 3, prepare a 1, reserve 1, pause, forget 1, forget 2, forget 0, forget 3
    "
    nobody_is_asked_for_more_for_an_engine_that_drops_its_connections: "panel 9, answered", "
        begun, turn a, 0 answers, turn a, turn a, turn a, turn a | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1, settle 0 3, record 0 answered, call a 1, prepare a 2, reserve 2, offer a 2, call a 2, prepare a 3, reserve 3, offer a 3, call a 3, prepare a 4, reserve 4, offer a 4, call a 4, prepare a 5, reserve 5, offer a 5
        1 breaks-off, 2 breaks-off | settle 1 10, free 1, settle 2 10, free 2
        unagreed |
        3 breaks-off | settle 3 10, doubt a, free 3
        4 breaks-off | settle 4 10, free 4
        after 1000ms, turn a | call a 5, prepare a 6, reserve 6
        5 breaks-off | settle 5 10, free 5, prepare a 6, reserve 6, pause, forget 6, forget 1, forget 4, forget 3, forget 2, forget 5
    "
    a_new_engine_that_drops_its_connections_is_told_of_after_five_calls: "panel 9", "
        a new, begun, turn a, 0 breaks-off, waits | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, settle 0 10, free 0, tick in 500ms, idle
        after 500ms, turn a, 1 breaks-off, waits | offer a 1, call a 1, prepare a 0, reserve 0, settle 1 10, free 1, tick in 1000ms, idle
        after 1000ms, turn a, 0 breaks-off, waits | offer a 0, call a 0, prepare a 1, reserve 1, settle 0 10, free 0, tick in 2000ms, idle
        after 2000ms, turn a, 1 breaks-off, waits | offer a 1, call a 1, prepare a 0, reserve 0, settle 1 10, free 1, tick in 4000ms, idle
        after 4000ms, turn a, 0 breaks-off | offer a 0, call a 0, prepare a 1, reserve 1, settle 0 10, free 0, release 10, disable a, stopping, record 0 failed, record 1 failed, record 2 failed, record 3 failed, record 4 failed, record 5 failed, record 6 failed, record 7 failed, record 8 failed
    "
    a_new_engine_whose_every_reply_is_unreadable_in_another_way_is_told_of_after_eight_calls: "panel 9", "
        a new, begun, turn a, 0 varied | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, settle 0 3, free 0, offer a 1
        turn a, 1 varied, turn a, 0 varied | call a 1, prepare a 0!, reserve 0, offer a 0, settle 1 3, free 1, call a 0, prepare a 1!, reserve 1, offer a 1, settle 0 3, free 0
        turn a, 1 varied, turn a, 0 varied | call a 1, prepare a 0!, reserve 0, offer a 0, settle 1 3, free 1, call a 0, prepare a 1!, reserve 1, offer a 1, settle 0 3, free 0
        turn a, 1 varied, turn a, 2 varied | call a 1, prepare a 2, reserve 2, offer a 2, settle 1 3, free 1, call a 2, prepare a 3, reserve 3, offer a 3, settle 2 3, free 2
        turn a, 3 varied | call a 3, prepare a 2!, reserve 2, offer a 2, settle 3 3, free 3, withdraw a, release 10, disable a, record 0 invalid, record 1 invalid, stopping, record 2 failed, record 3 failed, record 4 failed, record 5 failed, record 6 failed, record 7 failed, record 8 failed
    "
    a_known_engine_whose_replies_are_unreadable_in_other_ways_is_told_of_after_eight_calls: "panel 9, answered", "
        begun, turn a, turn a, turn a, turn a, turn a | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1, call a 1, prepare a 2, reserve 2, offer a 2, call a 2, prepare a 3, reserve 3, offer a 3, call a 3, prepare a 4, reserve 4, offer a 4, call a 4, prepare a 5, reserve 5, offer a 5
        0 varied, 1 varied, 2 varied, 3 varied, 4 varied | settle 0 3, free 0, settle 1 3, free 1, settle 2 3, free 2, settle 3 3, free 3, settle 4 3, doubt a, free 4
        turn a, 5 varied | call a 5, prepare a 0!, reserve 0, settle 5 3, free 5, offer a 0
        turn a, 0 varied | call a 0, prepare a 1!, reserve 1, settle 0 3, free 0, offer a 1
        turn a, 1 varied | call a 1, prepare a 0!, reserve 0, settle 1 3, free 1, release 10, disable a, pause, forget 0, forget 1, forget 2, forget 3, forget 4, forget 5
    "
    an_engine_that_only_asks_to_wait_pauses_the_study_also_without_an_answer: "panel 9", "
        a new, begun, turn a, 0 limited, waits | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, settle 0 0, free 0, tick in 500ms, idle
        after 500ms, turn a, 1 limited, waits | offer a 1, call a 1, prepare a 0, reserve 0, settle 1 0, free 1, tick in 4000ms, idle
        after 4000ms, turn a, 0 limited, waits | offer a 0, call a 0, prepare a 1, reserve 1, settle 0 0, free 0, tick in 8000ms, idle
        after 8000ms, turn a, 1 limited, waits | offer a 1, call a 1, prepare a 0, reserve 0, settle 1 0, free 1, tick in 16000ms, idle
        after 16000ms, turn a, 0 limited, waits | offer a 0, call a 0, prepare a 1, reserve 1, settle 0 0, free 0, tick in 20000ms, idle
        after 20000ms, turn a, 1 limited, waits | offer a 1, call a 1, prepare a 0, reserve 0, settle 1 0, free 1, tick in 20000ms, idle
        after 20000ms, turn a, 0 limited | offer a 0, call a 0, prepare a 1, reserve 1, settle 0 0, free 0, release 10, disable a, pause, forget 0, forget 1
    "
    the_last_one_who_only_meets_limits_pauses_the_study: "panel 2", "
        begun, turn a, 0 answers | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1, settle 0 3, record 0 answered
        turn a, 1 limited | call a 1, settle 1 0, free 1
        after 40000ms, turn a, 1 limited | prepare a 1, reserve 1, offer a 1, call a 1, settle 1 0, free 1
        after 40000ms, turn a, 1 overloaded | prepare a 1, reserve 1, offer a 1, call a 1, settle 1 0, free 1
        after 40000ms, turn a, 1 limited | prepare a 1, reserve 1, offer a 1, call a 1, settle 1 0, free 1
        after 40000ms, turn a, 1 limited | prepare a 1, reserve 1, offer a 1, call a 1, settle 1 0, free 1
        waits | tick in 2000ms
        after 2000ms, turn a, 1 limited, waits | prepare a 1, reserve 1, offer a 1, call a 1, settle 1 0, free 1, tick in 8000ms
        after 8000ms, turn a, 1 limited, waits | prepare a 1, reserve 1, offer a 1, call a 1, settle 1 0, free 1, tick in 32000ms
        after 32000ms, turn a, 1 limited, waits | prepare a 1, reserve 1, offer a 1, call a 1, settle 1 0, free 1, tick in 32000ms
        after 32000ms, turn a, 1 limited | prepare a 1, reserve 1, offer a 1, call a 1, settle 1 0, free 1, disable a, pause, forget 1
    "
    a_repetition_that_only_meets_limits_pauses_nothing: "panel 1, again 1", "
        begun, turn a, 0 answers | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 0r, reserve 0r, offer a 0r, settle 0 3, record 0 answered
        turn a, 0r overloaded | call a 0r, settle 0r 0, free 0r
        after 40000ms, turn a, 0r overloaded | prepare a 0r, reserve 0r, offer a 0r, call a 0r, settle 0r 0, free 0r
        after 40000ms, turn a, 0r overloaded | prepare a 0r, reserve 0r, offer a 0r, call a 0r, settle 0r 0, free 0r
        after 40000ms, turn a, 0r overloaded | prepare a 0r, reserve 0r, offer a 0r, call a 0r, settle 0r 0, free 0r
        after 40000ms, turn a, 0r overloaded | prepare a 0r, reserve 0r, offer a 0r, call a 0r, settle 0r 0, free 0r
        after 40000ms, turn a, 0r overloaded | prepare a 0r, reserve 0r, offer a 0r, call a 0r, settle 0r 0, free 0r
        after 40000ms, turn a, 0r overloaded | prepare a 0r, reserve 0r, offer a 0r, call a 0r, settle 0r 0, free 0r
        after 40000ms, turn a, 0r overloaded | prepare a 0r, reserve 0r, offer a 0r, call a 0r, settle 0r 0, free 0r
        after 40000ms, turn a, 0r overloaded | prepare a 0r, reserve 0r, offer a 0r, call a 0r, settle 0r 0, free 0r, record 0r failed
    "
    the_only_one_who_only_meets_limits_pauses_the_study_too: "panel 1", "
        begun, turn a, 0 limited | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 0, free 0
        after 40000ms, turn a, 0 limited, after 40000ms, turn a, 0 limited, after 40000ms, turn a, 0 limited | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 0, free 0, prepare a 0, reserve 0, offer a 0, call a 0, settle 0 0, free 0, prepare a 0, reserve 0, offer a 0, call a 0, settle 0 0, free 0
        after 40000ms, turn a, 0 limited, waits | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 0, doubt a, free 0, tick in 2000ms
        after 40000ms, turn a, 0 limited, after 40000ms, turn a, 0 limited, after 40000ms, turn a, 0 limited | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 0, free 0, prepare a 0, reserve 0, offer a 0, call a 0, settle 0 0, free 0, prepare a 0, reserve 0, offer a 0, call a 0, settle 0 0, free 0
        after 40000ms, turn a, 0 limited, after 40000ms, turn a, 0 limited, after 40000ms, turn a, 0 limited | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 0, free 0, prepare a 0, reserve 0, offer a 0, call a 0, settle 0 0, free 0, prepare a 0, reserve 0, offer a 0, call a 0, settle 0 0, free 0
        after 40000ms, turn a, 0 limited | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 0, free 0, disable a, pause, forget 0
    "
    whoever_was_held_back_is_forgotten_by_a_halt: "panel 3", "
        begun, turn a, 0 rejected | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1, settle 0 0, free 0
        halted | withdraw a, release 10, forget 0, forget 1
    "
    an_engine_that_is_lost_leaves_those_who_were_held_back_to_another_one: "panel 3, engines 2", "
        begun, turn a, turn b | prepare a 0, reserve 0, prepare b 1, reserve 1, offer a 0, offer b 1, call a 0, prepare a 2, reserve 2, offer a 2, call b 1
        0 rejected, 1 answers | settle 0 0, free 0, prepare b 0, reserve 0, offer b 0, settle 1 3, record 1 answered
        turn b, 0 rejected | call b 0, settle 0 0, free 0
        barred a | withdraw a, release 10, disable a, prepare b 2, reserve 2, offer b 2
    "
}

/// Which calls end first, of those that are answered and those that fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EndsFirst {
    Answered,
    Failed,
}

/// What is done in a study of so many people, fifty of whom may be asked at once, at a service that answers the first ten calls,
/// then fails like that for so long, and answers again.
fn told_by(panel: u32, first: EndsFirst, how: &str, lasts: Duration) -> Vec<String> {
    let mut bench = Bench::new(&Setup::read(&format!("panel {panel}")));
    let begun = bench.now;
    let mut told = bench.tell(PanelEvent::Begun);
    let is_answered = |ticket: &QueueEntry| ticket.respondent < 10;
    for _ in 0..10_000 {
        let door = bench.offered.keys().next().copied();
        let goes_first =
            |ticket: &&QueueEntry| is_answered(ticket) == (first == EndsFirst::Answered);
        let called = bench.called.iter().find(goes_first).or(bench.called.first()).copied();
        if bench.machine.is_over() {
            return told;
        } else if let Some(door) = door.filter(|_| bench.called.len() < 50) {
            told.extend(bench.tell(PanelEvent::Turn(door)));
        } else if let Some(ticket) = called {
            bench.now += Duration::from_millis(5);
            let is_down = !is_answered(&ticket) && bench.now < begun + lasts;
            let end = bench.end(ticket, if is_down { how } else { "answers" });
            told.extend(bench.tell(end));
        } else {
            let Wait { tick, has_time } = bench.machine.wait(bench.now);
            if has_time {
                told.extend(bench.tell(PanelEvent::Idle));
            } else {
                bench.now += tick.unwrap();
                told.extend(bench.tell(PanelEvent::Tick));
            }
        }
    }
    panic!("it goes on for ever: {told:?}");
}

fn recorded(told: &[String]) -> Vec<&String> {
    told.iter().filter(|word| word.starts_with("record ")).collect()
}

fn are_answered(recorded: &[&String]) -> bool {
    recorded.iter().all(|word| word.ends_with(" answered"))
}

/// Each panel, with which calls end first and how the others fail. A server that is not there is told of at once, before a reply
/// was read.
fn ways_to_fail() -> Vec<(u32, EndsFirst, &'static str)> {
    let panels = [11, 12, 13, 15, 20, 40, 60];
    let after =
        ["limited", "overloaded", "fails", "unreachable"].map(|how| (EndsFirst::Answered, how));
    let before = ["limited", "overloaded", "fails"].map(|how| (EndsFirst::Failed, how));
    let ways = after.into_iter().chain(before);
    ways.flat_map(|(first, how)| panels.map(|panel| (panel, first, how))).collect()
}

#[test]
fn a_service_that_has_enough_of_calls_for_some_seconds_loses_nobody() {
    for (panel, first, how) in ways_to_fail() {
        for seconds in [1, 3, 8] {
            let told = told_by(panel, first, how, Duration::from_secs(seconds));
            let recorded = recorded(&told);
            let case = format!("{panel} people, {first:?} first, {how}, {seconds} s");
            assert_eq!(recorded.len(), panel as usize, "{case}: {told:?}");
            assert!(are_answered(&recorded), "{case}: {recorded:?}");
        }
    }
}

#[test]
fn a_service_that_fails_for_good_pauses_the_study_and_nobody_has_failed() {
    let is_limit = |how: &str| matches!(how, "limited" | "overloaded");
    // What fewer than five got may be the matter of their questions, unless it is a limit of the service.
    let is_of_all = |(panel, _, how): &(u32, EndsFirst, &str)| *panel >= 15 || is_limit(how);
    for (panel, first, how) in ways_to_fail().into_iter().filter(is_of_all) {
        let told = told_by(panel, first, how, Duration::from_hours(10));
        let recorded = recorded(&told);
        let case = format!("{panel} people, {first:?} first, {how}");
        assert_eq!(recorded.len(), 10, "{case}: {told:?}");
        assert!(are_answered(&recorded) && told.contains(&"pause".to_owned()), "{case}: {told:?}");
        let calls = told.iter().filter(|word| word.starts_with("call ")).count();
        // Replies to earlier calls that come in late let those who failed be asked once more.
        let again = if first == EndsFirst::Failed { panel - 10 } else { 0 };
        assert!(calls <= (panel + again + 25) as usize, "{case}: {calls} calls");
    }
}

/// How long the calls take of a service that breaks: all of them a second, or those that get nothing hardly anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FailsAfter {
    AsLong,
    NoTime,
}

/// What came of a service that breaks in the middle.
struct BrokenService {
    told: Vec<String>,
    /// Calls that got nothing.
    in_vain: u32,
    /// The time from the first of them to the end.
    took: Duration,
}

/// A study of a hundred people, twenty of whom are asked at once, at a service that answers the first forty calls, a second
/// after each went, then fails like that for so long, and answers again. When it breaks, replies to earlier calls come in for a
/// second more.
fn breaks_in_the_middle(how: &str, after: FailsAfter, lasts: Duration) -> BrokenService {
    const AT_ONCE: u64 = 20;
    let mut bench = Bench::new(&Setup::read("panel 100"));
    let mut told = bench.tell(PanelEvent::Begun);
    let mut ends: BTreeSet<(Duration, QueueEntry, bool)> = BTreeSet::new();
    let (mut sent, mut in_vain) = (0_u64, 0);
    let mut broke: Option<Duration> = None;
    for _ in 0..10_000 {
        if bench.machine.is_over() {
            let took = bench.now.saturating_sub(broke.unwrap());
            return BrokenService { told, in_vain, took };
        }
        let door = bench.offered.first_key_value().map(|(door, ticket)| (*door, *ticket));
        if let Some((door, ticket)) = door.filter(|_| ends.len() < 20) {
            told.extend(bench.tell(PanelEvent::Turn(door)));
            sent += 1;
            if sent > 40 {
                broke.get_or_insert(bench.now);
            }
            let is_down = broke.is_some_and(|since| bench.now < since + lasts);
            in_vain += u32::from(is_down);
            let takes = match after {
                FailsAfter::NoTime if is_down => Duration::from_millis(5),
                // The first ones are spread over the second.
                _ if sent <= AT_ONCE => Duration::from_secs(1) * u32::try_from(sent).unwrap() / 20,
                FailsAfter::AsLong | FailsAfter::NoTime => Duration::from_secs(1),
            };
            ends.insert((bench.now + takes, ticket, is_down));
            continue;
        }
        let Wait { tick, has_time } = bench.machine.wait(bench.now);
        if has_time {
            told.extend(bench.tell(PanelEvent::Idle));
            continue;
        }
        let tick = tick.map(|tick| bench.now + tick);
        let ended = ends.first().copied().filter(|(at, ..)| tick.is_none_or(|tick| *at <= tick));
        if let Some((at, ticket, is_down)) = ended {
            ends.pop_first();
            bench.now = bench.now.max(at);
            let end = bench.end(ticket, if is_down { how } else { "answers" });
            told.extend(bench.tell(end));
        } else {
            bench.now = tick.unwrap();
            told.extend(bench.tell(PanelEvent::Tick));
        }
    }
    panic!("it goes on for ever: {told:?}");
}

const WAYS_TO_BREAK: [&str; 5] = ["fails", "unreachable", "breaks-off", "overloaded", "limited"];

/// Replies to earlier calls do not let everybody go again: those under way get nothing, and a few tries a rest apart.
#[test]
fn a_service_that_breaks_for_good_is_called_a_few_times_more() {
    for how in WAYS_TO_BREAK {
        for after in [FailsAfter::NoTime, FailsAfter::AsLong] {
            let came = breaks_in_the_middle(how, after, Duration::from_hours(10));
            let case = format!("{how}, {after:?}: {} calls, {:?}", came.in_vain, came.took);
            let recorded = recorded(&came.told);
            assert!(recorded.len() == 40 && are_answered(&recorded), "{case}: {recorded:?}");
            assert!(came.told.contains(&"pause".to_owned()), "{case}");
            assert!(came.in_vain <= 35, "{case}");
            let patience = Duration::from_secs(15)..Duration::from_secs(90);
            assert!(patience.contains(&came.took), "{case}");
        }
    }
}

#[test]
fn a_service_that_is_down_for_a_quarter_of_a_minute_loses_nobody_and_pauses_nothing() {
    for how in WAYS_TO_BREAK {
        for after in [FailsAfter::NoTime, FailsAfter::AsLong] {
            for seconds in [1, 5, 10, 15] {
                let came = breaks_in_the_middle(how, after, Duration::from_secs(seconds));
                let case = format!("{how}, {after:?}, {seconds} s: {} calls", came.in_vain);
                let recorded = recorded(&came.told);
                assert!(recorded.len() == 100 && are_answered(&recorded), "{case}: {recorded:?}");
                assert!(!came.told.contains(&"pause".to_owned()), "{case}");
            }
        }
    }
}
