//! What a panel run has done.

use std::time::Duration;

use protocol::credits::UsdMicros;
use protocol::results::Answer;

use super::ask::PanelQuestion;
use super::respondent::{QueueEntry, RespondentRecord};
use crate::domain::exchange::Exchange;
use crate::domain::outcome::Assignment;

/// Something to be done by the shell, in the order in which it is told.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::work::calls) enum PanelEffect {
    /// A question: prepare calls at that engine, and look their replies up where `recall` says so.
    Prepare { engine: usize, asks: Vec<PanelQuestion>, recall: bool },
    /// A question: set the worst cases of the prepared call and of its side measurements aside.
    Reserve { ticket: QueueEntry, engine: usize },
    /// A question: set the worst case of side measurements aside.
    SetAside { ticket: QueueEntry, engine: usize },
    /// That much was set aside and is not needed.
    Release(UsdMicros),
    /// Wait for a turn at that engine's door.
    Offer { ticket: QueueEntry, engine: usize },
    /// Wait there no longer.
    Withdraw { engine: usize },
    /// Make the call whose turn it is; once the study is halted, wait for it that long at least.
    Call { ticket: QueueEntry, engine: usize, reserved: UsdMicros, patience: Duration },
    /// A call is over: book its cost, and free what was reserved beyond that.
    Settle { ticket: QueueEntry, reserved: UsdMicros, cost: UsdMicros },
    /// A call was given up: book what it may have cost, and free what was reserved beyond that.
    GiveUp { ticket: QueueEntry, reserved: UsdMicros, cost: UsdMicros },
    /// A reply of the engine was read: it works as it is set.
    Prove { engine: usize },
    /// The latest replies of the engine were of no use: it may be broken.
    Doubt { engine: usize },
    /// The engine answers no more.
    Disabled { engine: usize, why: String },
    /// Run the side measurements of a respondent.
    Measure(Box<MeasureTask>),
    /// Store what was said so far to a respondent who is asked more. It may wait a part of that latency for others.
    Keep { ticket: QueueEntry, at: Assignment, said: Vec<Exchange>, usual: Option<Duration> },
    /// The respondent needs no concurrency slot for now.
    Free(QueueEntry),
    /// Record a respondent. It may wait a part of that latency for others.
    Record { ticket: QueueEntry, record: Box<RespondentRecord>, usual: Option<Duration> },
    /// The respondent will be asked from the start when the study goes on.
    Forget(QueueEntry),
    /// The upper end that was agreed leaves no room for another call, which may cost that much: the study is to be paused
    /// and its owner asked for more. A halt follows.
    AskOwner(UsdMicros),
    /// No engine can be asked any more: the study is to be paused, with that reason. A halt follows.
    Pause(String),
    /// The study stops; whoever is left is recorded as failed.
    Stopping(String),
}

/// Side measurements to run.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::work::calls) struct MeasureTask {
    pub(in crate::work::calls) ticket: QueueEntry,
    /// The engine that gave the direct answer.
    pub(in crate::work::calls) engine: usize,
    /// The money that is set aside for them.
    pub(in crate::work::calls) aside: UsdMicros,
    pub(in crate::work::calls) answer: Answer,
    /// The exchanges of the direct question.
    pub(in crate::work::calls) direct: Option<(Assignment, Vec<Exchange>)>,
    /// Once the study is halted, how long they are waited for at least.
    pub(in crate::work::calls) patience: Duration,
}
