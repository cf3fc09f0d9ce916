//! Side measurements after the direct answer, with money of their own.

use super::tables;

tables! {
    an_answer_is_measured_with_the_money_that_was_set_aside_for_it: "panel 1, channels", "
        begun | prepare a 0, reserve 0, offer a 0
        turn a | call a 0
        0 answers | settle 0 3, measure 0 7
        0 measured | record 0 answered
    "
    whoever_gives_no_answer_is_not_measured: "panel 1, channels", "
        begun, turn a, 0 declines | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 3, release 7, record 0 refused
    "
    a_retry_frees_the_money_of_the_side_measurements_meanwhile: "panel 1, channels", "
        begun, turn a, 0 fails | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 0, free 0, release 7
        after 500ms | prepare a 0, reserve 0, offer a 0
        turn a, 0 answers | call a 0, settle 0 3, measure 0 7
        0 measured | record 0 answered
    "
    an_answer_from_memory_sets_its_money_aside_afterwards: "panel 1, channels, recalls", "
        known 0 |
        begun | look-up a 0, aside 0, measure 0 7
        0 measured | record 0 answered
    "
    an_answer_from_memory_waits_for_room_beside_calls_under_way: "panel 3, engines 2, channels, recalls", "
        begun | look-up a 0, reserve 0, look-up b 1, reserve 1, offer a 0, offer b 1
        known 2, capped |
        turn a | call a 0, look-up a 2, aside 2
        room, 0 answers | settle 0 3, measure 0 7, aside 2, measure 2 7
    "
    an_answer_from_memory_waits_for_other_studies: "panel 1, channels, recalls", "
        known 0, taken |
        begun | look-up a 0, aside 0
        tick | aside 0
        room, tick | aside 0, measure 0 7
        0 measured | record 0 answered
    "
    where_there_will_be_no_room_channels_say_so: "panel 1, channels, recalls", "
        known 0, capped |
        begun | look-up a 0, aside 0, measure 0 0
        0 measured | record 0 answered
    "
    a_halt_forgets_whoever_is_measured_half: "panel 1, channels", "
        begun, turn a, 0 answers | prepare a 0, reserve 0, offer a 0, call a 0, settle 0 3, measure 0 7
        halted |
        0 half-measured | keep 0, forget 0
    "
    a_halt_frees_the_money_that_was_set_aside: "panel 1, channels", "
        begun, turn a | prepare a 0, reserve 0, offer a 0, call a 0
        halted |
        0 invalid | settle 0 3, release 7, forget 0
    "
    an_answer_from_memory_that_waits_for_room_is_asked_for_again_after_a_pause: "panel 2, channels, recalls", "
        known 0, taken |
        begun | look-up a 0 1, aside 0, reserve 1
        barred a | disable a, pause, forget 0, forget 1
    "
    repetitions_are_not_measured: "panel 1, again 1, channels, recalls", "
        known 0 |
        begun | look-up a 0 0r, aside 0, measure 0 7, reserve 0r, offer a 0r
        turn a, 0r answers | call a 0r, settle 0r 3, record 0r answered
        0 measured | record 0 answered
    "
    a_call_that_breaks_frees_the_money_of_its_side_measurements: "panel 1, channels", "
        begun, turn a | prepare a 0, reserve 0, offer a 0, call a 0
        0 breaks | give-up 0 10, release 7, record 0 failed
    "
    the_next_is_asked_while_the_last_is_measured: "panel 2, channels", "
        begun, turn a, 0 answers | prepare a 0, reserve 0, offer a 0, call a 0, prepare a 1, reserve 1, offer a 1, settle 0 3, measure 0 7
        turn a | call a 1
        0 measured | record 0 answered
        1 answers | settle 1 3, measure 1 7
        1 measured | record 1 answered
    "
}
