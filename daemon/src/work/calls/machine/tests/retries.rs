//! Retries: which failed call is made again, when, and how often.

use super::tables;

tables! {
    a_call_that_is_answered_is_settled_and_recorded: "panel 1", "
        begun | prepare a 0, reserve 0, offer a 0
        turn a | call a 0
        0 answers | settle 0 3, record 0 answered
    "
    a_service_that_fails_is_asked_again_after_a_wait: "panel 1", "
        begun, turn a | prepare a 0, reserve 0, offer a 0, call a 0
        0 fails | settle 0 0, free 0
        after 1ms |
        after 500ms | prepare a 0, reserve 0, offer a 0
        turn a | call a 0
        0 answers | settle 0 3, record 0 answered
    "
    a_wait_that_the_service_asks_for_is_kept: "panel 1", "
        begun, turn a | prepare a 0, reserve 0, offer a 0, call a 0
        0 limited-1s | settle 0 0, free 0
        after 990ms |
        after 10ms | prepare a 0, reserve 0, offer a 0
        turn a, 0 answers | call a 0, settle 0 3, record 0 answered
    "
    a_question_is_tried_five_times: "panel 1", "
        begun, turn a, 0 fails | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 0, free 0
        after 20000ms, turn a, 0 limited | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 0, free 0
        after 20000ms, turn a, 0 times-out | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 10, doubt a, free 0
        after 20000ms, turn a, 0 fails | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 0, free 0
        after 20000ms, turn a, 0 fails | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 0, free 0, record 0 failed
    "
    a_reply_of_absurd_size_is_not_asked_for_again: "panel 1", "
        begun, turn a, 0 too-large | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 10, free 0, record 0 failed
    "
    a_rejected_question_is_asked_again_twice_once_others_are_read: "panel 5", "
        begun, turn a, 0 rejected | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1, settle 0 0, free 0
        turn a, 1 answers | call a 1, prepare a 2, reserve 2, offer a 2, settle 1 3, record 1 answered
        turn a, 2 answers, turn a, 0 rejected | call a 2, prepare a 0, reserve 0, offer a 0, settle 2 3, record 2 answered, call a 0, prepare a 3, reserve 3, offer a 3, settle 0 0, free 0
        turn a, 3 answers | call a 3, prepare a 4, reserve 4, offer a 4, settle 3 3, record 3 answered
        turn a, 4 answers, turn a, 0 rejected | call a 4, prepare a 0, reserve 0, offer a 0, settle 4 3, record 4 answered, call a 0, settle 0 0, free 0, record 0 failed
    "
    a_question_that_is_rejected_by_chance_is_answered: "panel 3", "
        begun, turn a, 0 rejected | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1, settle 0 0, free 0
        turn a, 1 answers | call a 1, prepare a 2, reserve 2, offer a 2, settle 1 3, record 1 answered
        turn a, 2 answers, turn a, 0 answers | call a 2, prepare a 0, reserve 0, offer a 0, settle 2 3, record 2 answered, call a 0, settle 0 3, record 0 answered
    "
    a_question_of_several_that_is_rejected_by_chance_is_asked_again_alone: "panel 1, pairs", "
        begun, turn a, 0 answers | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 3, keep 0, free 0, prepare a 0, reserve 0, offer a 0
        turn a, 0 rejected | call a 0, settle 0 0, free 0, prepare a 0, reserve 0, offer a 0
        turn a, 0 answers | call a 0, settle 0 3, record 0 answered answered
    "
    a_question_that_one_engine_rejects_is_put_to_the_other_one_first: "panel 2, engines 2, failover", "
        begun, turn a, 0 rejected | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1, settle 0 0, free 0, prepare b 0, reserve 0, offer b 0
        turn b, 0 rejected | call b 0, settle 0 0, free 0
        turn a, 1 answers | call a 1, settle 1 3, record 1 answered, prepare b 0, reserve 0, offer b 0
    "
    a_call_that_breaks_is_given_up_and_puts_its_respondent_aside: "panel 2", "
        begun, turn a | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1
        0 breaks | give-up 0 10, record 0 failed
        turn a, 1 answers | call a 1, settle 1 3, record 1 answered
    "
    a_call_that_is_given_up_is_booked_at_its_worst_and_made_again: "panel 1", "
        begun, turn a | prepare a 0, reserve 0, offer a 0, call a 0
        0 given-up | give-up 0 10, free 0
        after 500ms, turn a, 0 answers | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 3, record 0 answered
    "
    a_call_that_is_given_up_is_booked_like_the_calls_that_were_counted: "panel 1", "
        begun, turn a | prepare a 0, reserve 0, offer a 0, call a 0
        0 given-up-like-others | give-up 0 3, free 0
    "
    whoever_waits_frees_the_slot_for_the_next: "panel 2", "
        begun, turn a | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1
        0 fails | settle 0 0, free 0
        turn a | call a 1
        after 500ms | prepare a 0, reserve 0, offer a 0
        1 answers | settle 1 3, record 1 answered
        turn a, 0 answers | call a 0, settle 0 3, record 0 answered
    "
    retries_come_before_new_respondents: "panel 4", "
        begun, turn a, 0 fails | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1, settle 0 0, free 0
        turn a | call a 1, prepare a 2, reserve 2, offer a 2
        after 500ms |
        1 answers | settle 1 3, record 1 answered
        turn a | call a 2, prepare a 0, reserve 0, offer a 0
    "
    each_question_of_several_has_its_own_tries: "panel 1, items", "
        begun, turn a, 0 fails | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 0, free 0
        after 500ms, turn a, 0 answers | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 3, keep 0, free 0, prepare a 0, reserve 0, offer a 0
        turn a, 0 fails | call a 0, settle 0 0, free 0
        after 500ms, turn a, 0 answers | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 3, keep 0, free 0, prepare a 0, reserve 0, offer a 0
        turn a, 0 answers | call a 0, settle 0 3, keep 0, free 0, prepare a 0, reserve 0, offer a 0
        turn a, 0 answers | call a 0, settle 0 3, record 0 answered
    "
}
