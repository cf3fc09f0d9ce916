//! Properties of the state machine: a final state stays final, every hold has its release, and every rejected input
//! names the allowed controls.

use proptest::prelude::*;
use protocol::event::{EventData, EventKind, StudyNews};
use protocol::run::{PanelCounts, State};

use super::*;

fn input() -> impl Strategy<Value = Input> {
    prop_oneof![
        Just(Input::Submit),
        Just(Input::Start),
        Just(Input::Pause),
        Just(Input::Fault("the engine broke".to_owned())),
        Just(Input::Resume),
        Just(Input::Cancel),
        Just(Input::Supersede),
        prop::option::of(1_u16..6).prop_map(|next| Input::Exhausted { next }),
        (0_u32..3).prop_map(|delivered| Input::Finish { delivered, instead: None }),
        (0_u32..3).prop_map(|unanswered| Input::Retry { unanswered }),
    ]
}

proptest! {
    #[test]
    fn a_hold_is_open_exactly_while_a_study_is_unfinished(inputs in prop::collection::vec(input(), 0..60)) {
        let (mut state, mut open) = (State::Draft, false);
        for input in inputs {
            match apply(state, &input) {
                Ok((standing, effects)) => {
                    if effects.contains(&Effect::Hold) {
                        prop_assert!(!open, "held twice by {:?}", input);
                        open = true;
                    }
                    if effects.contains(&Effect::Release) {
                        open = false;
                    }
                    let told = |effect: &Effect| match effect {
                        Effect::Announce(kind) => {
                            let news = StudyNews { state: standing.state, panel: PanelCounts::default(), words: None };
                            EventData::of_study(*kind, news).and_then(|data| data.kind())
                        }
                        _ => None,
                    };
                    let kinds: Vec<EventKind> = effects.iter().filter_map(told).collect();
                    prop_assert_eq!(kinds.len(), 1, "{:?}", effects);
                    prop_assert_eq!(kinds[0].as_str(), format!("study.{}", standing.state));
                    state = standing.state;
                    prop_assert_eq!(open, !state.is_final() && state != State::Draft);
                }
                Err(illegal) => prop_assert_eq!(illegal.state, state),
            }
        }
    }

    #[test]
    fn each_round_that_follows_is_asked_once_and_the_results_are_computed_after_the_last(
        follow in prop::collection::vec(1_u16..4, 0..8),
        halts in prop::collection::vec(any::<bool>(), 8),
    ) {
        // Rounds only rise: the one that confirms a gain may come after rounds that were never asked.
        let rounds: Vec<u16> = follow.iter().scan(0_u16, |round, step| {
            *round += step;
            Some(*round)
        }).collect();
        let (mut state, mut asked) = (State::Running, Vec::new());
        let mut halts = halts.into_iter();
        let mut following = rounds.iter().copied();
        while state == State::Running {
            if halts.next() == Some(true) {
                for input in [Input::Pause, Input::Resume, Input::Start] {
                    let (standing, effects) = apply(state, &input).unwrap();
                    let is_round = |effect: &Effect| {
                        matches!(effect, Effect::Next { .. } | Effect::Finish)
                    };
                    prop_assert!(!effects.iter().any(is_round), "a halt is no end of a round");
                    state = standing.state;
                }
            }
            let input = Input::Exhausted { next: following.next() };
            let (standing, effects) = apply(state, &input).unwrap();
            state = standing.state;
            let next = effects.iter().find_map(|effect| match effect {
                Effect::Next { round } => Some(*round),
                _ => None,
            });
            prop_assert_eq!(next.is_none(), effects.contains(&Effect::Finish));
            prop_assert_eq!(next.is_none(), state == State::Finalizing);
            prop_assert!(!effects.contains(&Effect::Release), "the hold is for all rounds");
            asked.extend(next);
        }
        prop_assert_eq!(asked, rounds);
    }

    #[test]
    fn what_is_said_to_be_allowed_is(index in 0..State::ALL.len()) {
        let state = State::ALL[index];
        for control in allowed(state) {
            let input = match control {
                Control::Pause => Input::Pause,
                Control::Resume | Control::Agree => Input::Resume,
                Control::Cancel => Input::Cancel,
                Control::Retry => Input::Retry { unanswered: 1 },
                Control::Archive | Control::Unarchive => continue,
            };
            prop_assert!(apply(state, &input).is_ok(), "{} {:?}", state, control);
        }
    }
}

#[test]
fn a_refusal_names_the_state_and_the_reason() {
    let twice = apply(State::Cancelled, &Input::Cancel).unwrap_err();
    assert_eq!(twice.to_string(), "The study is cancelled: it is cancelled already");
    let late = apply(State::Completed, &Input::Pause).unwrap_err();
    assert_eq!(late.to_string(), "The study is completed: there is nothing to pause");
    let nothing = apply(State::Completed, &Input::Retry { unanswered: 0 }).unwrap_err();
    assert_eq!(nothing.to_string(), "The study is completed: no respondent is left to ask again");
}

#[test]
fn only_a_running_study_ends_a_round() {
    for state in State::ALL.iter().copied().filter(|state| *state != State::Running) {
        let refused = apply(state, &Input::Exhausted { next: Some(1) }).unwrap_err();
        assert_eq!(refused.why, "only a running study runs out of questions");
    }
}

#[test]
fn no_answers_is_a_failure() {
    let (standing, effects) =
        apply(State::Finalizing, &Input::Finish { delivered: 0, instead: None }).unwrap();
    assert_eq!(standing.state, State::Failed);
    assert!(effects.contains(&Effect::Release));
}
