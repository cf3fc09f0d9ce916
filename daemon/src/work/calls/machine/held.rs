//! Respondents who got nothing while their engine may be broken. What they are said to be would be the engine's fault, so they
//! are held back: until a reply to a later call of the engine is read, then they count as what they are; or until the study is
//! paused, then they are simply missing, and are asked when it goes on.

use std::collections::VecDeque;
use std::time::Duration;

use super::engine::EngineState;
use super::faults::{FaultVerdict, OtherEngines, SharedFault};
use super::fail::Tries;
use super::read::{Next, REASKS_MAX};
use super::respondent::RespondentTask;
use super::{PanelEffect, PanelMachine};
use crate::domain::outcome::Outcome;

/// Someone who is held back, and what will be recorded of the current question.
pub(super) struct HeldTask {
    pub(super) task: RespondentTask,
    pub(super) outcome: Outcome,
    /// How many calls of the run had been sent by then.
    since: u64,
}

impl PanelMachine<'_> {
    /// Notes that a call was of no use, in a way that all calls to its service may share.
    pub(super) fn note_fault(
        &mut self,
        task: &RespondentTask,
        fault: SharedFault,
        now: Duration,
    ) -> FaultVerdict {
        let engine = task.engine;
        let others = self.engines.iter().enumerate().filter(|(place, _)| *place != engine);
        let others = others.map(|(_, state)| match state.faults.was_read() {
            _ if state.dead.is_some() || state.is_doubted() => OtherEngines::None,
            true => OtherEngines::Answer,
            false => OtherEngines::MayAnswer,
        });
        let others = others.max().unwrap_or(OtherEngines::None);
        let asked = (task.ticket, task.is_try);
        let verdict = self.engines[engine].note_fault(fault, asked, others, now);
        if verdict == FaultVerdict::Doubted {
            self.effects.push(PanelEffect::Doubt { engine });
        }
        verdict
    }

    /// Concludes a question whose calls were of no use, when it is known whether the engine works.
    pub(super) fn close_in_vain(&self, task: RespondentTask, outcome: Outcome) -> Next {
        Next::Hold(HeldTask { task, outcome, since: self.sent })
    }

    /// Whether a reply was read to a call that went to the engine afterwards. One that went before says nothing of an engine
    /// that broke in between.
    fn has_worked_since(&self, held: &HeldTask) -> bool {
        self.engines[held.task.engine].read_of > held.since
    }

    /// Holds a respondent back. Others may use the slot and the money meanwhile.
    pub(super) fn hold(&mut self, mut held: HeldTask) {
        self.effects.push(PanelEffect::Free(held.task.ticket));
        let aside = std::mem::take(&mut held.task.aside);
        self.release(aside);
        self.held.push_back(held);
    }

    /// Lets those go whose engine works after all: they count as what they are.
    pub(super) fn let_go(&mut self) {
        if self.held.iter().any(|held| self.has_worked_since(held)) {
            let all = std::mem::take(&mut self.held).into_iter();
            let (free, held): (VecDeque<_>, _) =
                all.partition(|held| self.has_worked_since(held));
            self.held = held;
            self.close_all(free);
        }
    }

    /// Puts those who were held back for an engine that is lost to another one, as far as one is left for them.
    pub(super) fn leave_lost_engines(&mut self) {
        let all = std::mem::take(&mut self.held).into_iter();
        let (lost, held): (VecDeque<_>, _) =
            all.partition(|held| self.engines[held.task.engine].dead.is_some());
        self.held = held;
        let mut nowhere = VecDeque::new();
        for held in lost {
            if self.failover_target(&held.task, &[]).is_some() {
                self.wait_until(Duration::ZERO, held.task);
            } else {
                nowhere.push_back(held);
            }
        }
        self.close_all(nowhere);
    }

    /// Nobody else is left to be asked. Where the engines may be broken and there are answers to lose, those who were held back
    /// show whether they are, one by one with a single call each; else they count as what they are.
    pub(super) fn look_at_held(&mut self) {
        let is_in_doubt = |engine: &EngineState| {
            engine.is_doubted() && (!engine.faults.was_read() || engine.faults.many())
        };
        let mut alive = self.engines.iter().filter(|engine| engine.dead.is_none());
        if !self.has_answers || !alive.all(is_in_doubt) {
            let held = std::mem::take(&mut self.held);
            return self.close_all(held);
        }
        let Some(HeldTask { task, .. }) = self.held.pop_front() else { return };
        let (engine, ticket) = (task.engine, task.ticket);
        self.engines[engine].faults.try_again(ticket);
        let tries = Tries::last_at(engine);
        let once = RespondentTask { tries, reasks: REASKS_MAX, correction: None, ..task };
        self.wait_until(Duration::ZERO, once);
    }

    /// Whether all that is left are those who are held back.
    pub(super) fn has_only_held(&mut self) -> bool {
        !self.held.is_empty() && self.has_nobody_else()
    }

    fn close_all(&mut self, held: VecDeque<HeldTask>) {
        for HeldTask { task, outcome, .. } in held {
            let next = self.close(task, outcome);
            self.follow(next);
        }
    }
}
