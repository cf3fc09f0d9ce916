//! Who is asked next by which engine. Where the strategy means each respondent for one engine, those drawn on the way to
//! the next one of an engine wait in a queue for theirs; where an engine cannot be asked, others take its people.

use std::iter::Peekable;

use super::round::Round;
use super::sitting::Ticket;
use crate::inference::pool::{Standing, may_take};

/// Respondents that may be drawn ahead of their engine's turn, all engines together.
const AHEAD_MAX: usize = 10_000;

impl Round {
    /// Somebody new for an engine; `None` when there is nobody for it at present.
    pub(super) fn draw(
        &mut self,
        lane: usize,
        left: &mut Peekable<impl Iterator<Item = Ticket>>,
    ) -> Option<Ticket> {
        if self.lanes.len() == 1 {
            return left.next();
        }
        let engines = self.choices();
        if !may_take(self.study.pool.strategy(), &engines, lane) {
            return None;
        }
        let meant_for = |ticket: &Ticket| self.study.pool.meant_for(ticket.respondent);
        if left.peek().is_some_and(|ticket| meant_for(ticket).is_none()) {
            return left.next();
        }
        if let Some(own) = self.ahead[lane].pop_front() {
            return Some(own);
        }
        while self.ahead.iter().map(std::collections::VecDeque::len).sum::<usize>() < AHEAD_MAX {
            let Some(ticket) = left.next() else { break };
            match self.study.pool.meant_for(ticket.respondent) {
                Some(other) if other != lane => self.ahead[other].push_back(ticket),
                Some(_) | None => return Some(ticket),
            }
        }
        // Nobody of its own is left: it helps those that cannot be asked.
        let stranded = engines.iter().enumerate().filter(|(_, it)| **it != Standing::Open);
        let stranded: Vec<usize> = stranded.map(|(other, _)| other).collect();
        stranded.into_iter().find_map(|other| self.ahead[other].pop_front())
    }

    /// What the strategy looks at. Where no engine can be asked just now, those that rest count as open: their doors say
    /// when to go on.
    fn choices(&self) -> Vec<Standing> {
        let mut engines = self.standings();
        if !engines.contains(&Standing::Open) {
            for engine in engines.iter_mut().filter(|engine| **engine == Standing::Resting) {
                *engine = Standing::Open;
            }
        }
        engines
    }
}
