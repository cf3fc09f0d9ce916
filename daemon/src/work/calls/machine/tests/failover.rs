//! Several engines: who takes whom, and who takes over.

use super::tables;

tables! {
    engines_take_their_own_respondents_in_turn: "panel 4, engines 2", "
        begun | prepare a 0, reserve 0, prepare b 1, reserve 1, offer a 0, offer b 1
        turn b | call b 1, prepare b 3, reserve 3, offer b 3
        turn a | call a 0, prepare a 2, reserve 2, offer a 2
        1 answers | settle 1 3, record 1 answered
    "
    the_first_engine_takes_everyone_while_it_can: "panel 3, engines 2, failover", "
        begun | prepare a 0, reserve 0, offer a 0
        turn a | call a 0, prepare a 1, reserve 1, offer a 1
        0 answers | settle 0 3, record 0 answered
    "
    a_failed_call_goes_to_an_engine_that_can_be_asked: "panel 1, engines 2, failover", "
        begun, turn a | prepare a 0, reserve 0, offer a 0, call a 0
        a rests |
        0 fails | settle 0 0, free 0, prepare b 0, reserve 0, offer b 0
        turn b, 0 answers | call b 0, settle 0 3, record 0 answered
    "
    a_failed_call_stays_where_its_engine_can_be_asked: "panel 1, engines 2, failover", "
        begun, turn a | prepare a 0, reserve 0, offer a 0, call a 0
        0 fails | settle 0 0, free 0
        after 500ms | prepare a 0, reserve 0, offer a 0
        turn a, 0 answers | call a 0, settle 0 3, record 0 answered
    "
    a_rejected_question_is_put_to_the_next_engine: "panel 1, engines 2, failover", "
        begun, turn a, 0 rejected | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 0, free 0, prepare b 0, reserve 0, offer b 0
        turn b, 0 rejected | call b 0, settle 0 0, free 0, prepare b 0, reserve 0, offer b 0
        turn b, 0 rejected, turn b, 0 rejected | call b 0, settle 0 0, free 0, prepare b 0, reserve 0, offer b 0, call b 0, settle 0 0, free 0, record 0 failed
    "
    a_correction_is_not_sent_to_another_model: "panel 1, engines 2, failover", "
        begun, turn a, 0 invalid | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 3, free 0, prepare a 0!, reserve 0, offer a 0
        turn a | call a 0
        a rests |
        0 fails | settle 0 0, free 0, prepare b 0, reserve 0, offer b 0
        turn b, 0 answers | call b 0, settle 0 3, record 0 answered
    "
    a_call_at_a_resting_door_is_taken_back: "panel 1, engines 2, failover", "
        begun | prepare a 0, reserve 0, offer a 0
        a rests |
        tick | withdraw a, release 10, prepare b 0, reserve 0, offer b 0
        turn b, 0 answers | call b 0, settle 0 3, record 0 answered
    "
    a_denied_engine_is_disabled_and_the_others_go_on: "panel 2, engines 2, failover", "
        begun, turn a | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1
        0 denied | settle 0 0, free 0, withdraw a, release 10, disable a, prepare b 0, reserve 0, offer b 0
        turn b, 0 answers | call b 0, prepare b 1, reserve 1, offer b 1, settle 0 3, record 0 answered
        turn b, 1 answers | call b 1, settle 1 3, record 1 answered
    "
    without_any_engine_everyone_has_failed: "panel 3, engines 2, failover", "
        begun, turn a | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1
        0 denied | settle 0 0, free 0, withdraw a, release 10, disable a, prepare b 0, reserve 0, offer b 0
        turn b | call b 0, prepare b 1, reserve 1, offer b 1
        0 denied | settle 0 0, free 0, withdraw b, release 10, disable b, stopping, record 0 failed, record 1 failed, record 2 failed
    "
    an_engine_that_gave_up_is_left_without_waiting_at_its_door: "panel 2, engines 2", "
        begun | prepare a 0, reserve 0, prepare b 1, reserve 1, offer a 0, offer b 1
        a gives-up |
        tick | withdraw a, release 10, disable a
        turn b, 1 answers | call b 1, prepare b 0, reserve 0, offer b 0, settle 1 3, record 1 answered
        turn b, 0 answers | call b 0, settle 0 3, record 0 answered
    "
    an_engine_takes_over_those_of_one_that_rests: "panel 4, engines 2", "
        a rests |
        begun | prepare b 1, reserve 1, offer b 1
        turn b | call b 1, prepare b 3, reserve 3, offer b 3
        turn b | call b 3, prepare b 0, reserve 0, offer b 0
        1 answers | settle 1 3, record 1 answered
    "
    five_rejections_without_a_reply_disable_an_engine: "panel 9, engines 2, failover", "
        begun, turn a, 0 rejected | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1, settle 0 0, free 0, prepare b 0, reserve 0, offer b 0
        turn a, 1 rejected | call a 1, prepare a 2, reserve 2, offer a 2, settle 1 0, free 1
        turn a, 2 rejected | call a 2, prepare a 3, reserve 3, offer a 3, settle 2 0, doubt a, free 2
        turn a, 3 rejected | call a 3, prepare a 4, reserve 4, settle 3 0, free 3, offer a 4
        turn a, 4 rejected | call a 4, prepare a 5, reserve 5, settle 4 0, free 4, release 10, disable a
    "
    whoever_waits_for_a_dead_engine_and_has_no_other_has_failed: "panel 1, engines 2, failover", "
        begun, turn a, 0 rejected | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 0, free 0, prepare b 0, reserve 0, offer b 0
        barred b | withdraw b, release 10, disable b, record 0 failed
    "
}
