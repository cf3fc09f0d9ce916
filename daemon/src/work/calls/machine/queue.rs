//! The queue of those who were not drawn yet. Where the pool's strategy fixes one engine for each respondent, those drawn
//! while looking for another engine's next respondent wait in a queue of their own engine; where an engine cannot be
//! asked, others take over its respondents.

use std::collections::VecDeque;
use std::iter::Peekable;

use super::respondent::QueueEntry;
use crate::config::Strategy;
use crate::inference::pool::{Availability, allotted, may_take};

/// Respondents that may be drawn ahead of their engine's turn, over all engines.
const AHEAD_MAX: usize = 10_000;

/// Those who were not drawn yet, in the order in which they are asked.
pub(super) struct Queue<'a> {
    left: Peekable<Box<dyn Iterator<Item = QueueEntry> + Send + 'a>>,
    /// Respondents drawn ahead for each engine, while another engine's next one was looked for.
    ahead: Vec<VecDeque<QueueEntry>>,
    strategy: Strategy,
}

impl<'a> Queue<'a> {
    pub(super) fn new(
        left: impl Iterator<Item = QueueEntry> + Send + 'a,
        engines: usize,
        strategy: Strategy,
    ) -> Self {
        let left: Box<dyn Iterator<Item = QueueEntry> + Send + 'a> = Box::new(left);
        let ahead = (0..engines).map(|_| VecDeque::new()).collect();
        Self { left: left.peekable(), ahead, strategy }
    }

    /// Whether nobody is left in it.
    pub(super) fn is_empty(&mut self) -> bool {
        self.left.peek().is_none() && self.ahead.iter().all(VecDeque::is_empty)
    }

    /// Whether somebody in it was not asked for an answer yet; those who are asked something else come last.
    pub(super) fn has_answers(&mut self) -> bool {
        let is_answer = |ticket: &QueueEntry| ticket.first().is_answer();
        self.left.peek().is_some_and(is_answer) || self.ahead.iter().flatten().any(is_answer)
    }

    /// Whether somebody was not drawn ahead yet.
    pub(super) fn goes_on(&mut self) -> bool {
        self.left.peek().is_some()
    }

    /// The next of those who are left, whatever engine they are meant for.
    pub(super) fn next(&mut self) -> Option<QueueEntry> {
        self.ahead.iter_mut().find_map(VecDeque::pop_front).or_else(|| self.left.next())
    }

    /// A new respondent for an engine, of engines that stand like this; `None` when there is none at present.
    pub(super) fn draw(
        &mut self,
        engine: usize,
        standings: Vec<Availability>,
    ) -> Option<QueueEntry> {
        let count = standings.len();
        if count == 1 {
            return self.left.next();
        }
        let engines = choices(standings);
        if !may_take(self.strategy, &engines, engine) {
            return None;
        }
        let strategy = self.strategy;
        let meant_for = |ticket: &QueueEntry| allotted(strategy, ticket.respondent, count);
        if self.left.peek().is_some_and(|ticket| meant_for(ticket).is_none()) {
            return self.left.next();
        }
        if let Some(own) = self.ahead.get_mut(engine)?.pop_front() {
            return Some(own);
        }
        while self.ahead.iter().map(VecDeque::len).sum::<usize>() < AHEAD_MAX {
            let Some(ticket) = self.left.next() else { break };
            match meant_for(&ticket).filter(|other| *other != engine) {
                Some(other) => self.ahead.get_mut(other)?.push_back(ticket),
                None => return Some(ticket),
            }
        }
        // It has no respondents of its own left, so it takes those of engines that cannot be asked.
        let stranded = engines.iter().zip(&mut self.ahead);
        let mut stranded = stranded.filter(|(engine, _)| **engine != Availability::Open);
        stranded.find_map(|(_, theirs)| theirs.pop_front())
    }
}

/// The engine states for the strategy. When no engine can be asked just now, resting engines count as open: their doors
/// decide when calls go on.
fn choices(mut engines: Vec<Availability>) -> Vec<Availability> {
    if !engines.contains(&Availability::Open) {
        for engine in engines.iter_mut().filter(|engine| **engine == Availability::Resting) {
            *engine = Availability::Open;
        }
    }
    engines
}
