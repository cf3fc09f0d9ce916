//! The end of a run: calls that were not sent are withdrawn, those that were are waited for. Then whoever is left has
//! failed, where the study stopped, or is forgotten, where it was halted.

use std::time::Duration;

use super::engine::ReadyTask;
use super::held::HeldTask;
use super::respondent::RespondentTask;
use super::{PanelEffect, PanelMachine, Phase};
use crate::app::given_up;

/// Respondents recorded as failed between two looks whether the study was halted.
const SLICE: usize = 256;
/// So long, calls under way are waited for before a study is paused: most replies that are left come within that time, and
/// whoever reads that it is paused sees them.
const PAUSE_GRACE: Duration = Duration::from_secs(1);

impl PanelMachine<'_> {
    /// Withdraws the calls that are ready at all engines.
    pub(super) fn take_all_back(&mut self) {
        for engine in 0..self.engines.len() {
            self.take_back(engine);
        }
    }

    /// Goes on with the end as far as it gets.
    pub(super) fn wind_up(&mut self, now: Duration) {
        self.take_all_back();
        if self.lost_engines {
            let by = *self.pause_by.get_or_insert(now + PAUSE_GRACE);
            if !self.is_busy() || now >= by {
                self.pause_by = Some(Duration::MAX);
                self.pause();
            }
            if self.pauses && !self.halted {
                return;
            }
        }
        if self.is_busy() {
            return;
        }
        for task in std::mem::take(&mut self.to_hear) {
            // If the study goes on, the direct answer is recorded without the side measurements.
            if self.halted { self.forget(task) } else { self.record(task) }
        }
        self.empty_stock();
        let held = std::mem::take(&mut self.held);
        for held in held {
            if self.halted { self.forget(held.into_task()) } else { self.record_held(held) }
        }
        let why = self.stop.clone().filter(|_| !self.halted);
        if let Some(why) = &why {
            self.give_up(why);
        }
        if why.is_some() && !self.queue.is_empty() {
            return;
        }
        for task in std::mem::take(&mut self.waiting).into_values() {
            self.leave(task);
        }
        self.phase = Phase::Over;
    }

    /// Whether more of those who are left are to be recorded as failed.
    pub(super) fn gives_up(&mut self) -> bool {
        self.phase == Phase::Ending && !self.is_busy() && !self.queue.is_empty()
    }

    /// Records some of those who are left as failed (not asked).
    fn give_up(&mut self, why: &str) {
        if !std::mem::replace(&mut self.gave_up, true) {
            self.effects.push(PanelEffect::Stopping(why.to_owned()));
        }
        for task in std::mem::take(&mut self.waiting).into_values() {
            self.record_failed(task, why);
        }
        for _ in 0..SLICE {
            let Some(ticket) = self.queue.next() else { return };
            // Assignments that only estimate noise are dropped without an outcome.
            if ticket.first().is_answer() {
                self.record_failed(RespondentTask::new(ticket), why);
            }
        }
    }

    /// Ends at once, because nothing can be recorded any more. Calls under way are booked at their worst case.
    pub(super) fn abort(&mut self) {
        self.take_all_back();
        for ReadyTask { task, reserved } in std::mem::take(&mut self.called).into_values() {
            let (ticket, cost) = (task.ticket, reserved);
            self.effects.push(PanelEffect::GiveUp { ticket, reserved, cost });
            self.lost = self.lost.plus(given_up(reserved));
            self.forget(task);
        }
        let preparing = self.preparing.take().into_iter().flat_map(super::Preparing::into_tasks);
        let mut others: Vec<RespondentTask> = preparing.collect();
        others.extend(self.reserving.take().map(|(_, task)| task));
        others.extend(std::mem::take(&mut self.stock));
        others.extend(std::mem::take(&mut self.to_hear));
        others.extend(std::mem::take(&mut self.waiting).into_values());
        others.extend(std::mem::take(&mut self.held).into_iter().map(HeldTask::into_task));
        others.extend(std::mem::take(&mut self.setting_aside).into_values());
        others.extend(std::mem::take(&mut self.measuring).into_values());
        for task in others {
            self.forget(task);
        }
        self.unanswered = 0;
        self.phase = Phase::Over;
    }
}
