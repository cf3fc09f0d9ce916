//! Re-asks of replies that cannot be read, and what follows from those that can.

use super::tables;

tables! {
    a_reply_that_cannot_be_read_is_asked_for_again_with_what_is_wrong: "panel 1", "
        begun, turn a | prepare a 0, reserve 0, offer a 0, call a 0
        0 invalid | settle 0 3, free 0, prepare a 0!, reserve 0, offer a 0
        turn a, 0 answers | call a 0, settle 0 3, record 0 answered
    "
    a_question_is_asked_again_twice: "panel 1", "
        begun, turn a, 0 invalid | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 3, free 0, prepare a 0!, reserve 0, offer a 0
        turn a, 0 invalid | call a 0, settle 0 3, free 0, prepare a 0!, reserve 0, offer a 0
        turn a, 0 invalid | call a 0, settle 0 3, free 0, record 0 invalid
    "
    a_failed_call_between_two_re_asks_keeps_the_correction: "panel 1", "
        begun, turn a, 0 invalid | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 3, free 0, prepare a 0!, reserve 0, offer a 0
        turn a, 0 fails | call a 0, settle 0 0, free 0
        after 500ms | prepare a 0!, reserve 0, offer a 0
        turn a, 0 answers | call a 0, settle 0 3, record 0 answered
    "
    whoever_declines_is_recorded_as_refused: "panel 1", "
        begun, turn a, 0 declines | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 3, record 0 refused
    "
    a_repetition_is_asked_after_the_answers_and_is_not_looked_up: "panel 1, again 1, recalls", "
        known 0 |
        begun | look-up a 0 0r, record 0 answered, reserve 0r, offer a 0r
        turn a, 0r answers | call a 0r, settle 0r 3, record 0r answered
    "
    questions_of_their_own_are_kept_one_by_one: "panel 1, items", "
        begun, turn a | prepare a 0, reserve 0, offer a 0, call a 0
        0 answers | settle 0 3, keep 0, free 0, prepare a 0, reserve 0, offer a 0
        turn a, 0 answers | call a 0, settle 0 3, keep 0, free 0, prepare a 0, reserve 0, offer a 0
        turn a, 0 answers | call a 0, settle 0 3, keep 0, free 0, prepare a 0, reserve 0, offer a 0
        turn a, 0 answers | call a 0, settle 0 3, record 0 answered
    "
    an_item_that_is_declined_declines_all: "panel 1, items", "
        begun, turn a, 0 answers | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 3, keep 0, free 0, prepare a 0, reserve 0, offer a 0
        turn a, 0 declines | call a 0, settle 0 3, record 0 refused
    "
    both_orders_are_asked_of_the_same_respondent: "panel 1, pairs", "
        begun, turn a | prepare a 0, reserve 0, offer a 0, call a 0
        0 answers | settle 0 3, keep 0, free 0, prepare a 0, reserve 0, offer a 0
        turn a | call a 0
        0 answers | settle 0 3, record 0 answered answered
    "
    the_second_order_is_asked_although_the_first_was_declined: "panel 1, pairs", "
        begun, turn a, 0 declines | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 3, free 0, prepare a 0, reserve 0, offer a 0
        turn a, 0 answers | call a 0, settle 0 3, record 0 refused answered
    "
    a_new_engine_is_tried_with_one_call_and_then_with_a_few: "panel 9", "
        a new |
        begun | prepare a 0, reserve 0, offer a 0
        turn a | call a 0, prepare a 1, reserve 1
        0 cut | settle 0 3, free 0, offer a 1
        turn a | call a 1, prepare a 0!, reserve 0, offer a 0
        turn a | call a 0, prepare a 2, reserve 2
        0 answers | settle 0 3, prove a, record 0 answered, offer a 2
        turn a | call a 2, prepare a 3, reserve 3, offer a 3
    "
    three_replies_that_are_cut_off_stop_a_new_engine: "panel 3", "
        a new |
        begun, turn a, 0 cut | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, settle 0 3, free 0, offer a 1
        turn a, 1 cut | call a 1, prepare a 0!, reserve 0, offer a 0, settle 1 3, free 1
        turn a, 0 cut | call a 0, prepare a 1!, reserve 1, offer a 1, settle 0 3, free 0, withdraw a, release 10, disable a, stopping, record 0 failed, record 1 failed, record 2 failed
    "
    a_reply_that_is_cut_off_at_a_proven_engine_is_asked_for_again: "panel 1", "
        begun, turn a, 0 cut | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 3, free 0, prepare a 0!, reserve 0, offer a 0
        turn a, 0 cut | call a 0, settle 0 3, free 0, prepare a 0!, reserve 0, offer a 0
        turn a, 0 cut | call a 0, settle 0 3, doubt a, free 0, record 0 invalid
    "
    a_proven_engine_whose_replies_are_all_cut_off_is_tried_and_given_up: "panel 9", "
        begun, turn a, turn a | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1, call a 1, prepare a 2, reserve 2, offer a 2
        turn a | call a 2, prepare a 3, reserve 3, offer a 3
        0 cut, 1 cut | settle 0 3, free 0, settle 1 3, free 1
        2 cut | settle 2 3, doubt a, free 2
        turn a, 3 cut | call a 3, prepare a 0!, reserve 0, settle 3 3, free 3, offer a 0
        turn a, 0 cut | call a 0, prepare a 1!, reserve 1, settle 0 3, free 0, release 10, disable a, stopping, record 0 failed, record 1 failed, record 2 failed, record 3 failed, record 4 failed, record 5 failed, record 6 failed, record 7 failed, record 8 failed
    "
    values_that_nobody_can_read_stop_a_new_engine_after_eight_calls: "panel 9", "
        a new, begun, turn a, 0 invalid | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, settle 0 3, free 0, offer a 1
        turn a, 1 invalid | call a 1, prepare a 0!, reserve 0, offer a 0, settle 1 3, free 1
        turn a, 0 invalid | call a 0, prepare a 1!, reserve 1, offer a 1, settle 0 3, free 0
        turn a, 1 invalid | call a 1, prepare a 0!, reserve 0, offer a 0, settle 1 3, free 1
        turn a, 0 invalid | call a 0, prepare a 1!, reserve 1, offer a 1, settle 0 3, free 0
        turn a, 1 invalid | call a 1, prepare a 2, reserve 2, offer a 2, settle 1 3, free 1
        turn a, 2 invalid | call a 2, prepare a 3, reserve 3, offer a 3, settle 2 3, free 2
        turn a, 3 invalid | call a 3, prepare a 2!, reserve 2, offer a 2, settle 3 3, free 3, withdraw a, release 10, disable a, record 0 invalid, record 1 invalid, stopping, record 2 failed, record 3 failed, record 4 failed, record 5 failed, record 6 failed, record 7 failed, record 8 failed
    "
    replies_that_cannot_be_read_for_several_reasons_stop_a_study_after_eight: "panel 3", "
        a new, begun, turn a, 0 invalid | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, settle 0 3, free 0, offer a 1
        turn a, 1 garbled | call a 1, prepare a 0!, reserve 0, offer a 0, settle 1 3, free 1
        turn a, 0 garbled | call a 0, prepare a 1!, reserve 1, offer a 1, settle 0 3, free 0
        turn a, 1 invalid | call a 1, prepare a 0!, reserve 0, offer a 0, settle 1 3, free 1
        turn a, 0 invalid | call a 0, prepare a 1!, reserve 1, offer a 1, settle 0 3, free 0
        turn a, 1 garbled | call a 1, prepare a 2, reserve 2, offer a 2, settle 1 3, free 1
        turn a, 2 invalid | call a 2, settle 2 3, free 2, prepare a 2!, reserve 2, offer a 2
        turn a, 2 garbled | call a 2, settle 2 3, free 2, disable a, record 0 invalid, record 1 invalid, stopping, record 2 failed
    "
    a_reply_that_is_read_again_lifts_the_doubt: "panel 9", "
        begun, turn a, turn a | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1, call a 1, prepare a 2, reserve 2, offer a 2
        turn a, turn a | call a 2, prepare a 3, reserve 3, offer a 3, call a 3, prepare a 4, reserve 4, offer a 4
        0 rejected, 1 rejected, 2 rejected | settle 0 0, free 0, settle 1 0, free 1, settle 2 0, doubt a, free 2
        3 answers | settle 3 3, prove a, record 3 answered
        turn a, 4 answers | call a 4, prepare a 5, reserve 5, offer a 5, settle 4 3, record 4 answered
    "
    what_a_reply_leaves_out_is_asked_for_once_and_added: "panel 1, survey", "
        begun, turn a | prepare a 0, reserve 0, offer a 0, call a 0
        0 leaves-out | settle 0 3, free 0, prepare a 0!, reserve 0, offer a 0
        turn a, 0 adds | call a 0, settle 0 3, record 0 answered
    "
    what_is_left_out_again_is_not_asked_for_again: "panel 1, survey", "
        begun, turn a, 0 leaves-out | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 3, free 0, prepare a 0!, reserve 0, offer a 0
        turn a, 0 leaves-out | call a 0, settle 0 3, record 0 answered-1
    "
    what_was_answered_stands_where_the_rest_cannot_be_read: "panel 1, survey", "
        begun, turn a, 0 leaves-out | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 3, free 0, prepare a 0!, reserve 0, offer a 0
        turn a, 0 garbled | call a 0, settle 0 3, record 0 answered-1
    "
    what_was_answered_stands_where_the_rest_is_declined: "panel 1, survey", "
        begun, turn a, 0 leaves-out | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 3, free 0, prepare a 0!, reserve 0, offer a 0
        turn a, 0 declines | call a 0, settle 0 3, record 0 answered-1
    "
    what_was_answered_stands_where_the_call_for_the_rest_gets_no_reply: "panel 1, survey", "
        begun, turn a, 0 leaves-out | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 3, free 0, prepare a 0!, reserve 0, offer a 0
        turn a, 0 fails | call a 0, settle 0 0, free 0
        after 500ms, turn a, 0 rejected | prepare a 0!, reserve 0, offer a 0, call a 0, settle 0 0, record 0 answered-1
    "
    the_rest_of_a_reply_from_memory_is_looked_up_and_not_asked_for: "panel 2, survey, recalls", "
        partly-known 0 1, known 1 |
        begun | look-up a 0 1, free 0, free 1, look-up a 0!, record 0 answered-1, look-up a 1!, record 1 answered
    "
    the_rest_is_asked_for_where_the_reply_came_from: "panel 1, engines 2, failover, survey", "
        begun, turn a, 0 leaves-out | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 3, free 0, prepare a 0!, reserve 0, offer a 0
        turn a, 0 rejected | call a 0, settle 0 0, record 0 answered-1
    "
    what_was_answered_stands_where_the_key_is_refused_for_the_rest: "panel 1, survey", "
        begun, turn a, 0 leaves-out | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 3, free 0, prepare a 0!, reserve 0, offer a 0
        turn a, 0 denied | call a 0, settle 0 0, disable a, record 0 answered-1, stopping
    "
    a_halt_records_whose_rest_was_not_asked_for: "panel 2, survey", "
        begun, turn a, 0 leaves-out | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1, settle 0 3, free 0
        halted | withdraw a, release 10, record 0 answered-1, forget 1
    "
    a_halt_records_whose_rest_got_no_reply: "panel 1, survey", "
        begun, turn a, 0 leaves-out | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 3, free 0, prepare a 0!, reserve 0, offer a 0
        turn a, halted, 0 fails | call a 0, settle 0 0, record 0 answered-1
    "
    the_rest_counts_among_the_re_asks_of_a_question: "panel 1, survey", "
        begun, turn a, 0 invalid | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 3, free 0, prepare a 0!, reserve 0, offer a 0
        turn a, 0 invalid | call a 0, settle 0 3, free 0, prepare a 0!, reserve 0, offer a 0
        turn a, 0 leaves-out | call a 0, settle 0 3, record 0 answered-1
    "
    a_reply_that_was_read_proves_the_engine_once: "panel 2", "
        a new |
        begun, turn a, 0 declines | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, settle 0 3, prove a, record 0 refused, offer a 1
        turn a, 1 answers | call a 1, settle 1 3, record 1 answered
    "
}
