//! One respondent on the way through the questions: what is done, what the question at hand has taken so far, and the
//! next call, ready and paid for.

use std::time::Duration;

use protocol::credits::UsdMicros;
use protocol::persona::Persona;
use tokio::sync::OwnedSemaphorePermit;

use super::elsewhere::Tries;
use super::recorder::{Outcomes, Shares};
use crate::domain::exchange::{Exchange, Source};
use crate::domain::instrument::{Item, ItemReply};
use crate::domain::outcome::{Assignment, EngineUse, Outcome, Usage};
use crate::inference::model::{ReadyCall, Spent};

/// Who is to be asked, for the first time or again. Those to be asked again come after everyone else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ticket {
    pub(super) round: u16,
    pub(super) replicate: u16,
    pub(super) respondent: u32,
}

impl Ticket {
    /// The first thing to ask.
    pub(super) fn first(self) -> Assignment {
        let Self { round, replicate, respondent } = self;
        Assignment { replicate, ..Assignment::first(round, respondent) }
    }
}

/// One respondent being asked.
pub(super) struct Sitting {
    pub(super) ticket: Ticket,
    pub(super) persona: Persona,
    /// What is done.
    pub(super) outcomes: Outcomes,
    /// What was said to questions of the assignment at hand that are put one a call.
    pub(super) replies: Vec<ItemReply>,
    /// Of the question at hand: failed tries, re-asks, and what was wrong with the last reply; and what the assignment took.
    pub(super) tries: Tries,
    pub(super) reasks: u32,
    pub(super) usage: Usage,
    pub(super) correction: Option<String>,
    /// What was said about the assignment at hand, and about those before it.
    pub(super) exchanges: Vec<Exchange>,
    pub(super) said: Vec<(Assignment, Vec<Exchange>)>,
    /// The engine that asks, by its place in the pool.
    pub(super) engine: usize,
    /// What each engine took, by its place in the pool.
    pub(super) shares: Shares,
    /// What other engines took for further channels.
    pub(super) others: Vec<(String, String, EngineUse)>,
    /// Set aside for further channels while a call is ready or under way.
    pub(super) aside: UsdMicros,
    /// Held from a call until its outcome is durable, so that a kill wastes no more calls than may be under way.
    pub(super) place: Option<OwnedSemaphorePermit>,
}

impl Sitting {
    /// Nothing asked yet.
    pub(super) fn new(ticket: Ticket, persona: Persona) -> Self {
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
            shares: Shares::new(),
            others: Vec::new(),
            aside: UsdMicros::ZERO,
            place: None,
        }
    }

    /// Which of the questions that are put one a call is at hand; `None` where all go together.
    pub(super) fn item(&self, items: &[Item]) -> Option<Item> {
        items.get(self.replies.len()).copied()
    }

    /// The assignment at hand.
    pub(super) fn at(&self) -> Assignment {
        let task = u16::try_from(self.outcomes.len()).unwrap_or(u16::MAX);
        Assignment { task, ..self.ticket.first() }
    }

    /// What was just said, as far as it is to be kept although more is asked: what a halt or a crash leaves of it is not asked
    /// again.
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
        (said.last()?.source == Source::Asked).then(|| (at, said.clone()))
    }

    /// Everything that asking took, whether it became an outcome or not.
    pub(super) fn spent(&self) -> Usage {
        self.outcomes.iter().fold(self.usage, |sum, (_, _, usage)| sum.plus(*usage))
    }
}

/// A sitting with its next call made ready and paid for.
pub(super) struct Prepared {
    pub(super) sitting: Sitting,
    pub(super) ready: ReadyCall,
}

/// A call that ended.
pub(super) struct Made {
    pub(super) sitting: Sitting,
    /// The address of its question.
    pub(super) address: String,
    pub(super) spent: Spent,
    /// What was set aside for it.
    pub(super) reserved: UsdMicros,
    pub(super) latency: Duration,
}

/// Whom a call asks, and what was set aside for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seat {
    pub(super) ticket: Ticket,
    pub(super) engine: usize,
    pub(super) worst: UsdMicros,
    /// What was set aside beside it.
    pub(super) aside: UsdMicros,
}

/// What to do next with a respondent.
pub(super) enum Next {
    /// Everything was asked.
    Done(Sitting),
    /// Ask, not before that time.
    Ask(Sitting, Duration),
    /// The study must stop; this respondent has no reply.
    Stop(Sitting, String),
    /// The study was halted: nothing is recorded, but what was spent is booked.
    Halted(Sitting),
}
