//! The life of a study as a machine: a state and an input give the next state and what must be done about it. It
//! knows nothing of stores and engines; `app` carries the effects out in the same transaction as the new state.

use protocol::event::EventKind;
use protocol::run::State;
use protocol::service::Control;

/// What can happen to a study.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Its owner sends it off.
    Submit,
    /// A place at work is free.
    Start,
    /// Its owner halts it.
    Pause,
    /// It cannot go on, for a reason its owner should read.
    Fault(String),
    /// Its owner lets it go on.
    Resume,
    /// Its owner ends it.
    Cancel,
    /// Every assignment of a round has an outcome.
    Exhausted {
        /// The round.
        round: u16,
        /// How many rounds the study has.
        rounds: u16,
    },
    /// Everything that can be computed has been.
    Finish {
        /// Answers there are.
        delivered: u32,
        /// Without one: what came of most respondents instead.
        instead: Option<String>,
    },
    /// Its owner wants those asked again that gave no readable answer.
    Retry {
        /// How many there are.
        unanswered: u32,
    },
}

/// What must be done together with the new state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Put an event of this kind into the history.
    Announce(EventKind),
    /// Put credits aside for what is to be asked.
    Hold,
    /// Give back what is left of the hold.
    Release,
    /// Ask the assignments of that round.
    Next {
        /// The round.
        round: u16,
    },
    /// Compute the results and go on with [`Input::Finish`].
    Finish,
    /// Look for work.
    Wake,
    /// Ask nobody else from now on.
    Halt,
    /// Take back the outcomes that are to be asked again, and the results that were computed without them.
    Forget,
}

/// An input that the state does not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The study is {state}: {why}")]
pub struct Illegal {
    /// Where the study stands.
    pub state: State,
    /// Why that does not go.
    pub why: String,
    /// What its owner can do with it instead.
    pub allowed: &'static [Control],
}

/// A state and the reason for it, where one is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The state.
    pub state: State,
    /// Why it is so.
    pub reason: Option<String>,
}

/// What the owner of a study in that state can do with it.
pub const fn allowed(state: State) -> &'static [Control] {
    match state {
        State::Queued | State::Running => &[Control::Pause, Control::Cancel],
        State::Paused => &[Control::Resume, Control::Cancel],
        State::Draft | State::Finalizing => &[Control::Cancel],
        State::Completed | State::Failed => &[Control::Retry, Control::Archive, Control::Unarchive],
        State::Cancelled => &[Control::Archive, Control::Unarchive],
    }
}

/// The next state and its effects, or why there is none.
pub fn apply(state: State, input: &Input) -> Result<(Standing, Vec<Effect>), Illegal> {
    use Effect::{Announce, Finish, Forget, Halt, Hold, Next, Release, Wake};
    let go = |state, effects: &[Effect]| Ok((Standing { state, reason: None }, effects.to_vec()));
    let because = |state, reason: &str, effects: &[Effect]| {
        Ok((Standing { state, reason: Some(reason.to_owned()) }, effects.to_vec()))
    };
    match (state, input) {
        (State::Draft, Input::Submit) => {
            go(State::Queued, &[Hold, Announce(EventKind::Queued), Wake])
        }
        (State::Queued, Input::Start) => go(State::Running, &[Announce(EventKind::Running)]),
        (State::Queued | State::Running, Input::Pause) => {
            because(State::Paused, "paused by its owner", &[Halt, Announce(EventKind::Paused)])
        }
        (State::Queued | State::Running | State::Finalizing, Input::Fault(reason)) => {
            because(State::Paused, reason, &[Halt, Announce(EventKind::Paused)])
        }
        // Through the queue again, so that a resumed study takes no place from one at work.
        (State::Paused, Input::Resume) => go(State::Queued, &[Announce(EventKind::Queued), Wake]),
        (
            State::Draft | State::Queued | State::Running | State::Paused | State::Finalizing,
            Input::Cancel,
        ) => because(
            State::Cancelled,
            "cancelled by its owner",
            &[Halt, Release, Announce(EventKind::Cancelled), Wake],
        ),
        (State::Running, Input::Exhausted { round, rounds }) => match next(*round, *rounds) {
            Some(round) => {
                go(State::Running, &[Next { round }, Announce(EventKind::Running), Wake])
            }
            None => go(State::Finalizing, &[Announce(EventKind::Finalizing), Finish]),
        },
        (State::Finalizing, Input::Finish { delivered: 0, instead }) => {
            let mut reason = "no respondent gave a readable answer".to_owned();
            if let Some(instead) = instead {
                reason.push_str("; ");
                reason.push_str(instead);
            }
            because(State::Failed, &reason, &[Release, Announce(EventKind::Failed), Wake])
        }
        (State::Finalizing, Input::Finish { .. }) => {
            go(State::Completed, &[Release, Announce(EventKind::Completed), Wake])
        }
        (State::Completed | State::Failed, Input::Retry { unanswered }) if *unanswered > 0 => {
            go(State::Queued, &[Forget, Hold, Announce(EventKind::Queued), Wake])
        }
        (_, input) => Err(Illegal { state, why: objection(state, input), allowed: allowed(state) }),
    }
}

/// The round that follows, where there is one.
fn next(round: u16, rounds: u16) -> Option<u16> {
    round.checked_add(1).filter(|next| *next < rounds)
}

fn objection(state: State, input: &Input) -> String {
    match input {
        Input::Submit => "it was submitted before".to_owned(),
        Input::Start => "only a queued study starts".to_owned(),
        Input::Pause if state == State::Paused => "it is paused already".to_owned(),
        Input::Pause => "there is nothing to pause".to_owned(),
        Input::Fault(_) => "it is not at work".to_owned(),
        Input::Resume => "only a paused study resumes".to_owned(),
        Input::Cancel if state == State::Cancelled => "it is cancelled already".to_owned(),
        Input::Cancel => "it has ended".to_owned(),
        Input::Exhausted { .. } => "only a running study runs out of questions".to_owned(),
        Input::Finish { .. } => "only a finalizing study finishes".to_owned(),
        Input::Retry { .. } if matches!(state, State::Completed | State::Failed) => {
            "no respondent is left to ask again".to_owned()
        }
        Input::Retry { .. } => "only a completed or failed study is retried".to_owned(),
    }
}

#[cfg(test)]
mod tests;
