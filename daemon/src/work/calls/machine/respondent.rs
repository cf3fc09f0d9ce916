//! A respondent of a panel run: the place in the queue, and the state of being asked.

use std::collections::BTreeMap;

use protocol::credits::UsdMicros;

use super::fail::Tries;
use crate::domain::exchange::{Exchange, ReplySource};
use crate::domain::instrument::{Item, ItemReply};
use crate::domain::outcome::{Answered, Assignment, Class, EngineUse, Outcome, Usage};
use crate::domain::reply_notes::ReplyNotes;

/// The outcomes of all assignments of one respondent.
pub(in crate::work::calls) type Outcomes = Vec<(Assignment, Outcome, Usage)>;

/// Each engine's usage for a respondent, by its index in the pool.
pub(in crate::work::calls) type EngineShares = BTreeMap<usize, EngineUse>;

/// Queue entry of a respondent, for a first time or again. Those to be asked again sort after all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::work::calls) struct QueueEntry {
    pub(in crate::work::calls) round: u16,
    pub(in crate::work::calls) replicate: u16,
    pub(in crate::work::calls) respondent: u32,
}

impl QueueEntry {
    /// The first assignment.
    pub(in crate::work::calls) fn first(self) -> Assignment {
        let Self { round, replicate, respondent } = self;
        Assignment { replicate, ..Assignment::first(round, respondent) }
    }
}

/// What is recorded of a respondent.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::work::calls) struct RespondentRecord {
    pub(in crate::work::calls) outcomes: Outcomes,
    /// The exchanges that led to the outcomes.
    pub(in crate::work::calls) said: Vec<(Assignment, Vec<Exchange>)>,
    /// Usage of each engine.
    pub(in crate::work::calls) shares: EngineShares,
    /// Usage of other engines for side measurements: name, model, usage.
    pub(in crate::work::calls) others: Vec<(String, String, EngineUse)>,
    /// How replies were read, and what is to be told of the services.
    pub(in crate::work::calls) notes: ReplyNotes,
}

/// One respondent being asked.
#[derive(Clone, Debug)]
pub(super) struct RespondentTask {
    pub(super) ticket: QueueEntry,
    /// What is finished.
    pub(super) record: RespondentRecord,
    /// Replies to the items of the current assignment, where each is asked in a call of its own.
    pub(super) replies: Vec<ItemReply>,
    /// The current question's failed tries, rejections, re-asks and last problem; and the usage of the assignment.
    pub(super) tries: Tries,
    pub(super) rejections: u32,
    pub(super) reasks: u32,
    pub(super) usage: Usage,
    pub(super) correction: Option<String>,
    /// A reply to the current question that was read and leaves a part of it out, which is asked for: it counts, whatever comes
    /// of that.
    pub(super) so_far: Option<Box<Answered>>,
    /// Exchanges of the current assignment.
    pub(super) exchanges: Vec<Exchange>,
    /// The index in the pool of the engine that asks.
    pub(super) engine: usize,
    /// The call went while nobody knew whether that engine works.
    pub(super) is_try: bool,
    /// The place of the latest call among all calls of the run.
    pub(super) sent: u64,
    /// Some question was asked in vain, the latest when so many calls of the run had been sent.
    pub(super) in_vain: Option<u64>,
    /// Reserved for side measurements.
    pub(super) aside: UsdMicros,
}

impl RespondentTask {
    /// A respondent who has not been asked yet.
    pub(super) fn new(ticket: QueueEntry) -> Self {
        Self {
            ticket,
            record: RespondentRecord::default(),
            replies: Vec::new(),
            tries: Tries::default(),
            rejections: 0,
            reasks: 0,
            usage: Usage::default(),
            correction: None,
            so_far: None,
            exchanges: Vec::new(),
            engine: 0,
            is_try: false,
            sent: 0,
            in_vain: None,
            aside: UsdMicros::ZERO,
        }
    }

    /// The same respondent before the next question.
    pub(super) fn at_next_question(self) -> Self {
        let (tries, correction, so_far) = (Tries::default(), None, None);
        Self { tries, rejections: 0, reasks: 0, correction, so_far, ..self }
    }

    /// The same respondent before the first question, with what was spent on them.
    pub(super) fn at_first_question(self) -> Self {
        let (ticket, engine, usage) = (self.ticket, self.engine, self.spent());
        let RespondentRecord { shares, others, notes, .. } = self.record;
        let record = RespondentRecord { shares, others, notes, ..RespondentRecord::default() };
        Self { record, usage, engine, ..Self::new(ticket) }
    }

    /// The current item; `None` where one call asks everything.
    pub(super) fn item(&self, items: &[Item]) -> Option<Item> {
        items.get(self.replies.len()).copied()
    }

    /// The current assignment.
    pub(super) fn at(&self) -> Assignment {
        let task = u16::try_from(self.record.outcomes.len()).unwrap_or(u16::MAX);
        Assignment { task, ..self.ticket.first() }
    }

    /// The last exchanges, where they are stored although more questions follow: they are not asked again after a halt
    /// or a crash.
    pub(super) fn early(&self) -> Option<(Assignment, Vec<Exchange>)> {
        if self.correction.is_some() || self.tries.any() || !self.ticket.first().is_answer() {
            return None;
        }
        let (at, said) = if self.replies.is_empty() {
            let (at, said) = self.record.said.last()?;
            let (_, Outcome::Answered(_), _) = self.record.outcomes.last()? else { return None };
            (*at, said)
        } else {
            (self.at(), &self.exchanges)
        };
        (said.last()?.source == ReplySource::Asked).then(|| (at, said.clone()))
    }

    /// Whether the rest is missing of a reply that was found in the response cache: it is looked up there too, and nobody is asked
    /// for it.
    pub(super) fn is_remembered_in_part(&self) -> bool {
        self.so_far.is_some() && self.is_remembered()
    }

    /// Whether the latest reply was found in the response cache.
    pub(super) fn is_remembered(&self) -> bool {
        self.exchanges.last().is_some_and(|last| last.source == ReplySource::Remembered)
    }

    /// All usage, with or without an outcome.
    pub(super) fn spent(&self) -> Usage {
        self.record.outcomes.iter().fold(self.usage, |sum, (_, _, usage)| sum.plus(*usage))
    }

    /// Closes the current assignment with that outcome, or with what was read of it before.
    pub(super) fn conclude(&mut self, outcome: Outcome) {
        let at = self.at();
        let outcome = match self.so_far.take() {
            Some(answered) if outcome.class() != Class::Answered => Outcome::Answered(*answered),
            Some(_) | None => outcome,
        };
        self.record.outcomes.push((at, outcome, std::mem::take(&mut self.usage)));
        self.record.said.push((at, std::mem::take(&mut self.exchanges)));
    }

    /// Counts a respondent who has answered everything for the engine that got the last of it.
    pub(super) fn count_answer(&mut self) {
        let complete = |(_, outcome, _): &(_, Outcome, _)| outcome.class() == Class::Answered;
        if self.ticket.first().is_answer() && self.record.outcomes.iter().all(complete) {
            let share = self.record.shares.entry(self.engine).or_default();
            share.answers = share.answers.saturating_add(1);
        }
    }
}
