//! State of one respondent while being asked: finished outcomes, the current question with its tries, and the next
//! call, prepared and with its cost reserved.

use std::time::Duration;

use protocol::credits::UsdMicros;
use protocol::persona::Persona;
use tokio::sync::OwnedSemaphorePermit;

use super::failover::Tries;
use super::recorder::{EngineShares, Outcomes};
use crate::domain::exchange::{Exchange, ReplySource};
use crate::domain::instrument::{Item, ItemReply};
use crate::domain::outcome::{Assignment, EngineUse, Outcome, Usage};
use crate::inference::model::{ReadyCall, Spent};

/// Queue entry of a respondent, for a first time or again. Those to be asked again sort after all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct QueueEntry {
    pub(super) round: u16,
    pub(super) replicate: u16,
    pub(super) respondent: u32,
}

impl QueueEntry {
    /// The first assignment.
    pub(super) fn first(self) -> Assignment {
        let Self { round, replicate, respondent } = self;
        Assignment { replicate, ..Assignment::first(round, respondent) }
    }
}

/// One respondent being asked.
pub(super) struct RespondentTask {
    pub(super) ticket: QueueEntry,
    pub(super) persona: Persona,
    /// The finished outcomes.
    pub(super) outcomes: Outcomes,
    /// Replies to the items of the current assignment, where each is asked in a call of its own.
    pub(super) replies: Vec<ItemReply>,
    /// The current question's failed tries, re-asks and last problem; and the usage of the assignment.
    pub(super) tries: Tries,
    pub(super) reasks: u32,
    pub(super) usage: Usage,
    pub(super) correction: Option<String>,
    /// Exchanges of the current assignment, and of those before it.
    pub(super) exchanges: Vec<Exchange>,
    pub(super) said: Vec<(Assignment, Vec<Exchange>)>,
    /// The index in the pool of the engine that asks.
    pub(super) engine: usize,
    /// Usage of each engine, by its index in the pool.
    pub(super) shares: EngineShares,
    /// Usage of other engines for side measurements.
    pub(super) others: Vec<(String, String, EngineUse)>,
    /// Reserved for side measurements while a call is ready or under way.
    pub(super) aside: UsdMicros,
    /// The concurrency slot, held from a call until its outcome is durable, so that a kill loses no more calls than may
    /// be under way.
    pub(super) place: Option<OwnedSemaphorePermit>,
}

impl RespondentTask {
    /// A respondent who has not been asked yet.
    pub(super) fn new(ticket: QueueEntry, persona: Persona) -> Self {
        Self {
            ticket,
            persona,
            outcomes: Vec::new(),
            replies: Vec::new(),
            tries: Tries::default(),
            reasks: 0,
            usage: Usage::default(),
            correction: None,
            exchanges: Vec::new(),
            said: Vec::new(),
            engine: 0,
            shares: EngineShares::new(),
            others: Vec::new(),
            aside: UsdMicros::ZERO,
            place: None,
        }
    }

    /// The current item; `None` where one call asks everything.
    pub(super) fn item(&self, items: &[Item]) -> Option<Item> {
        items.get(self.replies.len()).copied()
    }

    /// The current assignment.
    pub(super) fn at(&self) -> Assignment {
        let task = u16::try_from(self.outcomes.len()).unwrap_or(u16::MAX);
        Assignment { task, ..self.ticket.first() }
    }

    /// The last exchanges, where they are stored although more questions follow: they are not asked again after a halt
    /// or a crash.
    pub(super) fn early(&self) -> Option<(Assignment, Vec<Exchange>)> {
        if self.correction.is_some() || self.tries.any() || !self.ticket.first().is_answer() {
            return None;
        }
        let (at, said) = if self.replies.is_empty() {
            let (at, said) = self.said.last()?;
            let (_, Outcome::Answered(_), _) = self.outcomes.last()? else { return None };
            (*at, said)
        } else {
            (self.at(), &self.exchanges)
        };
        (said.last()?.source == ReplySource::Asked).then(|| (at, said.clone()))
    }

    /// All usage, with or without an outcome.
    pub(super) fn spent(&self) -> Usage {
        self.outcomes.iter().fold(self.usage, |sum, (_, _, usage)| sum.plus(*usage))
    }
}

/// A respondent whose next call is prepared, with its cost reserved.
pub(super) struct PreparedCall {
    pub(super) task: RespondentTask,
    pub(super) ready: ReadyCall,
}

/// A call that ended.
pub(super) struct CallOutcome {
    pub(super) task: RespondentTask,
    /// The address of the question.
    pub(super) address: String,
    pub(super) spent: Spent,
    /// The cost reserved for the call.
    pub(super) reserved: UsdMicros,
    pub(super) latency: Duration,
}

/// The respondent of a call under way, with the cost reserved for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct InFlight {
    pub(super) ticket: QueueEntry,
    pub(super) engine: usize,
    pub(super) worst: UsdMicros,
    /// The cost reserved for the side measurements.
    pub(super) aside: UsdMicros,
}

/// A respondent's next step.
pub(super) enum Next {
    /// All assignments are done.
    Done(RespondentTask),
    /// Ask, at that time or later.
    Ask(RespondentTask, Duration),
    /// The study must stop; this respondent has no reply.
    Stop(RespondentTask, String),
    /// The study was halted: nothing is recorded, but the cost is booked.
    Halted(RespondentTask),
}
