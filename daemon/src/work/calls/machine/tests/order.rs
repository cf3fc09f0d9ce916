//! Who is prepared and offered when.

use super::tables;

tables! {
    respondents_are_looked_up_in_groups_where_replies_may_be_known: "panel 3, recalls", "
        known 1 |
        begun | look-up a 0 1 2, record 1 answered, reserve 0, offer a 0
        turn a | call a 0, reserve 2, offer a 2
    "
    questions_are_prepared_before_the_study_begins: "panel 6", "
        idle | prepare a 0
        idle | prepare a 1
        begun | reserve 0, offer a 0
    "
    questions_are_prepared_while_nothing_happens_as_far_as_calls_go: "panel 9", "
        begun | prepare a 0, reserve 0, offer a 0
        idle, idle, idle | prepare a 1, prepare a 2, prepare a 3
        idle | prepare a 4
        idle |
    "
    everyone_from_memory_is_recorded_without_a_call: "panel 3, recalls", "
        known 0 1 2 |
        begun | look-up a 0 1 2, record 0 answered, record 1 answered, record 2 answered
    "
    an_empty_panel_is_over_at_once: "panel 0", "
        begun |
    "
    a_retry_is_waited_for_until_it_is_due: "panel 1", "
        begun, turn a, waits | prepare a 0, reserve 0, offer a 0, call a 0
        0 limited-1s, waits | settle 0 0, free 0, tick in 1000ms
        after 990ms, waits | tick in 10ms
    "
    engines_that_rest_are_looked_at_again: "panel 1, engines 2, failover", "
        begun, turn a | prepare a 0, reserve 0, offer a 0, call a 0
        0 limited-1s, waits | settle 0 0, free 0, tick in 500ms
        after 995ms, waits | tick in 20ms
    "
    room_that_other_studies_free_is_looked_for_again: "panel 1", "
        taken, begun, waits | prepare a 0, reserve 0, tick in 500ms
    "
    there_is_time_to_prepare_while_somebody_is_left: "panel 2", "
        begun, waits | prepare a 0, reserve 0, offer a 0, idle
        idle, waits | prepare a 1
    "
    the_last_new_respondents_come_before_further_questions: "panel 5, pairs", "
        begun | prepare a 0, reserve 0, offer a 0
        idle, idle, idle, idle | prepare a 1, prepare a 2, prepare a 3, prepare a 4
        turn a | call a 0, reserve 1, offer a 1
        0 answers | settle 0 3, keep 0, free 0
        turn a, turn a, turn a, turn a | call a 1, reserve 2, offer a 2, call a 2, reserve 3, offer a 3, call a 3, reserve 4, offer a 4, call a 4, prepare a 0, reserve 0, offer a 0
    "
    further_questions_come_before_others_who_are_new: "panel 9, pairs", "
        begun | prepare a 0, reserve 0, offer a 0
        idle, idle, idle, idle | prepare a 1, prepare a 2, prepare a 3, prepare a 4
        turn a | call a 0, reserve 1, offer a 1
        0 answers | settle 0 3, keep 0, free 0
        turn a | call a 1, prepare a 0, reserve 0, offer a 0
    "
}
