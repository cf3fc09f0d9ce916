//! The state machine of a study: a state and an input give the next state and its effects. It knows nothing of stores
//! and engines; `app` carries the effects out in the same transaction as the new state.

use protocol::event::EventKind;
use protocol::run::{PAUSED_BY_OWNER, State};
use protocol::service::Control;

/// An input of the state machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// The owner submits it.
    Submit,
    /// A worker slot is free.
    Start,
    /// The owner pauses it.
    Pause,
    /// It cannot continue, for a reason that the owner should read.
    Fault(String),
    /// What the questions need could not be made; nobody was asked.
    Unmade(String),
    /// The owner resumes it.
    Resume,
    /// The owner cancels it.
    Cancel,
    /// A newer version of its file takes its place.
    Supersede,
    /// Every assignment of a round has an outcome.
    Exhausted {
        /// The round that follows: another round of the panel, or the one that confirms a gain; `None` after the last.
        next: Option<u16>,
    },
    /// The results are computed.
    Finish {
        /// Number of answers.
        delivered: u32,
        /// Without answers: the most frequent outcome.
        instead: Option<String>,
    },
    /// The owner retries the respondents without a readable answer.
    Retry {
        /// Number of such respondents.
        unanswered: u32,
    },
}

/// An effect that belongs in the transaction of the new state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Add an event of this kind to the feed.
    Announce(EventKind),
    /// Hold credits for the assignments.
    Hold,
    /// Release the rest of the hold.
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
    /// Start no further assignments.
    Halt,
    /// Remove the outcomes that are to be asked again, and the results that were computed without them.
    Forget,
}

/// An input that the state does not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The study is {state}: {why}")]
pub(crate) struct Illegal {
    /// The state of the study.
    pub state: State,
    /// Why the input is not allowed.
    pub why: String,
    /// The controls that are allowed instead.
    pub allowed: &'static [Control],
}

/// A state and the reason for it, if it needs one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RunStatus {
    /// The state.
    pub state: State,
    /// The reason.
    pub reason: Option<String>,
}

/// The controls that the owner of a study in that state may use.
pub(crate) const fn allowed(state: State) -> &'static [Control] {
    match state {
        State::Queued | State::Running => &[Control::Pause, Control::Cancel],
        State::Paused => &[Control::Resume, Control::Cancel],
        State::Draft | State::Finalizing => &[Control::Cancel],
        State::Completed | State::Failed => &[Control::Retry, Control::Archive, Control::Unarchive],
        State::Cancelled => &[Control::Archive, Control::Unarchive],
    }
}

/// The next state and its effects, or why the input is not allowed.
pub(crate) fn apply(state: State, input: &Input) -> Result<(RunStatus, Vec<Effect>), Illegal> {
    use Effect::{Announce, Finish, Forget, Halt, Hold, Next, Release, Wake};
    let go = |state, effects: &[Effect]| Ok((RunStatus { state, reason: None }, effects.to_vec()));
    let because = |state, reason: &str, effects: &[Effect]| {
        Ok((RunStatus { state, reason: Some(reason.to_owned()) }, effects.to_vec()))
    };
    match (state, input) {
        (State::Draft, Input::Submit) => {
            go(State::Queued, &[Hold, Announce(EventKind::Queued), Wake])
        }
        (State::Queued, Input::Start) => go(State::Running, &[Announce(EventKind::Running)]),
        (State::Queued | State::Running, Input::Pause) => {
            because(State::Paused, PAUSED_BY_OWNER, &[Halt, Announce(EventKind::Paused)])
        }
        (State::Queued | State::Running | State::Finalizing, Input::Fault(reason)) => {
            because(State::Paused, reason, &[Halt, Announce(EventKind::Paused)])
        }
        (State::Queued | State::Running, Input::Unmade(reason)) => {
            because(State::Failed, reason, &[Halt, Release, Announce(EventKind::Failed), Wake])
        }
        // Back to the queue, so that a resumed study does not displace a running one.
        (State::Paused, Input::Resume) => go(State::Queued, &[Announce(EventKind::Queued), Wake]),
        (
            State::Draft | State::Queued | State::Running | State::Paused | State::Finalizing,
            Input::Cancel,
        ) => because(
            State::Cancelled,
            "cancelled by its owner",
            &[Halt, Release, Announce(EventKind::Cancelled), Wake],
        ),
        (
            State::Draft | State::Queued | State::Running | State::Paused | State::Finalizing,
            Input::Supersede,
        ) => because(
            State::Cancelled,
            "superseded by a newer version of its file",
            &[Halt, Release, Announce(EventKind::Cancelled), Wake],
        ),
        (State::Running, Input::Exhausted { next }) => match *next {
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

fn objection(state: State, input: &Input) -> String {
    match input {
        Input::Submit => "it was submitted before".to_owned(),
        Input::Start => "only a queued study starts".to_owned(),
        Input::Pause if state == State::Paused => "it is paused already".to_owned(),
        Input::Pause => "there is nothing to pause".to_owned(),
        Input::Fault(_) | Input::Unmade(_) => "it is not at work".to_owned(),
        Input::Resume => "only a paused study resumes".to_owned(),
        Input::Cancel if state == State::Cancelled => "it is cancelled already".to_owned(),
        Input::Cancel | Input::Supersede => "it has ended".to_owned(),
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
