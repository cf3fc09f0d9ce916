//! Caps on cost: a call is made only with its worst case set aside.

use super::tables;

tables! {
    without_room_for_the_first_call_the_study_stops: "panel 2", "
        capped |
        begun | prepare a 0, reserve 0, stopping, record 0 failed, record 1 failed
    "
    without_room_beside_calls_under_way_their_real_cost_is_waited_for: "panel 3", "
        begun, turn a | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1
        capped |
        turn a | call a 1, prepare a 2, reserve 2
        tick |
        room |
        0 answers | settle 0 3, record 0 answered, prepare a 2, reserve 2, offer a 2
        turn a | call a 2
    "
    what_other_studies_set_aside_is_waited_for: "panel 1", "
        taken |
        begun | prepare a 0, reserve 0
        tick | prepare a 0, reserve 0
        room, tick | prepare a 0, reserve 0, offer a 0
        turn a, 0 answers | call a 0, settle 0 3, record 0 answered
    "
    no_room_left_after_the_last_call_stops_the_study: "panel 2", "
        begun, turn a | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1
        0 answers | settle 0 3, record 0 answered
        capped |
        turn a, 1 fails | call a 1, settle 1 0, free 1
        after 500ms | prepare a 1, reserve 1, stopping, record 1 failed
    "
    what_nobody_agreed_to_is_asked_about_once_no_call_is_under_way: "panel 3", "
        begun, turn a | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1
        unagreed |
        turn a | call a 1, prepare a 2, reserve 2
        0 answers | settle 0 3, record 0 answered, prepare a 2, reserve 2
        1 answers | settle 1 3, record 1 answered, prepare a 2, reserve 2, ask-owner, forget 2
    "
    nobody_is_asked_for_more_for_a_service_that_never_replied: "panel 1", "
        a new, begun, turn a | prepare a 0, reserve 0, offer a 0, call a 0
        unagreed |
        0 fails | settle 0 0, free 0
        after 500ms | prepare a 0, reserve 0, stopping, record 0 failed
    "
    after_a_reply_that_cost_more_than_was_set_aside_the_next_call_is_set_aside_anew: "panel 2", "
        begun, turn a | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1
        0 answers-dearly | settle 0 40, withdraw a, release 10, record 0 answered, prepare a 1, reserve 1, offer a 1
        turn a, 1 answers | call a 1, settle 1 3, record 1 answered
    "
    a_call_that_is_taken_back_frees_its_money: "panel 1", "
        begun | prepare a 0, reserve 0, offer a 0
        halted | withdraw a, release 10, forget 0
    "
    respondents_from_memory_need_no_room: "panel 2, recalls", "
        known 0 1, capped |
        begun | look-up a 0 1, record 0 answered, record 1 answered
    "
}
