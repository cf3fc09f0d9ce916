//! Assignment of respondents to engines. Where the pool's strategy fixes one engine for each respondent, those drawn
//! while looking for another engine's next respondent wait in a queue of their own engine; where an engine cannot be
//! asked, others take over its respondents.

use std::iter::Peekable;

use super::panel_run::PanelRun;
use super::respondent_task::QueueEntry;
use crate::inference::pool::{Availability, may_take};

/// Respondents that may be drawn ahead of their engine's turn, over all engines.
const AHEAD_MAX: usize = 10_000;

impl PanelRun {
    /// A new respondent for an engine; `None` when there is none at present.
    pub(super) fn draw(
        &mut self,
        slot: usize,
        left: &mut Peekable<impl Iterator<Item = QueueEntry>>,
    ) -> Option<QueueEntry> {
        if self.slots.len() == 1 {
            return left.next();
        }
        let engines = self.choices();
        if !may_take(self.study.pool.strategy(), &engines, slot) {
            return None;
        }
        let meant_for = |ticket: &QueueEntry| self.study.pool.meant_for(ticket.respondent);
        if left.peek().is_some_and(|ticket| meant_for(ticket).is_none()) {
            return left.next();
        }
        if let Some(own) = self.ahead[slot].pop_front() {
            return Some(own);
        }
        while self.ahead.iter().map(std::collections::VecDeque::len).sum::<usize>() < AHEAD_MAX {
            let Some(ticket) = left.next() else { break };
            match self.study.pool.meant_for(ticket.respondent) {
                Some(other) if other != slot => self.ahead[other].push_back(ticket),
                Some(_) | None => return Some(ticket),
            }
        }
        // It has no respondents of its own left, so it takes those of engines that cannot be asked.
        let stranded = engines.iter().enumerate().filter(|(_, it)| **it != Availability::Open);
        let stranded: Vec<usize> = stranded.map(|(other, _)| other).collect();
        stranded.into_iter().find_map(|other| self.ahead[other].pop_front())
    }

    /// The engine states for the strategy. When no engine can be asked just now, resting engines count as open: their
    /// doors decide when calls go on.
    fn choices(&self) -> Vec<Availability> {
        let mut engines = self.standings();
        if !engines.contains(&Availability::Open) {
            for engine in engines.iter_mut().filter(|engine| **engine == Availability::Resting) {
                *engine = Availability::Open;
            }
        }
        engines
    }
}
