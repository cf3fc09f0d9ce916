//! The last step of a respondent: recorded, recorded as failed because the call broke, or forgotten. Whoever is forgotten
//! is asked again from the start when the study goes on.

use protocol::credits::UsdMicros;

use super::engine::ReadyTask;
use super::respondent::{QueueEntry, RespondentTask};
use super::{PanelEffect, PanelMachine};
use crate::app::given_up;
use crate::domain::instrument;
use crate::domain::outcome::Outcome;

/// The reason for what was not asked of a respondent before a halt.
const HALTED: &str = "the study was halted before it was asked";

/// The reason recorded for a respondent whose call panicked.
pub(super) const PUT_ASIDE: &str = "put aside: asking this respondent broke the program";

impl PanelMachine<'_> {
    /// Records a respondent. The last ones do not wait to be recorded with others.
    pub(super) fn record(&mut self, task: RespondentTask) {
        let usual = self.engines[task.engine].usual().filter(|_| self.is_busy());
        let (ticket, record) = (task.ticket, Box::new(task.record));
        self.effects.push(PanelEffect::Record { ticket, record, usual });
    }

    /// Records a respondent as failed for that reason, in everything that was not finished.
    pub(super) fn record_failed(&mut self, mut task: RespondentTask, reason: &str) {
        let is_read = task.so_far.is_some();
        while task.record.outcomes.len() < usize::from(instrument::tasks(&self.plan.spec)) {
            task.conclude(Outcome::Failed { reason: reason.to_owned() });
        }
        if is_read {
            task.count_answer();
        }
        let (ticket, record) = (task.ticket, Box::new(task.record));
        self.effects.push(PanelEffect::Record { ticket, record, usual: None });
    }

    /// Handles a panic in a call. Only its respondent is affected: the call is booked at its worst case and is not made
    /// again.
    pub(super) fn broke(&mut self, ticket: QueueEntry) {
        let Some(ReadyTask { task, reserved }) = self.called.remove(&ticket) else { return };
        self.short = false;
        let engine = &mut self.engines[task.engine];
        engine.under_way = engine.under_way.saturating_sub(1);
        self.effects.push(PanelEffect::GiveUp { ticket, reserved, cost: reserved });
        self.release(task.aside);
        let took = given_up(reserved);
        let mut put_aside = RespondentTask {
            engine: task.engine,
            usage: task.spent().plus(took),
            ..RespondentTask::new(ticket)
        };
        put_aside.record.shares = task.record.shares;
        let share = put_aside.record.shares.entry(task.engine).or_default();
        share.usage = share.usage.plus(took);
        self.record_failed(put_aside, PUT_ASIDE);
    }

    /// Leaves a respondent who waits when the study is halted: of whom something was read, that is recorded.
    pub(super) fn leave(&mut self, task: RespondentTask) {
        if task.so_far.is_some() { self.record_failed(task, HALTED) } else { self.forget(task) }
    }

    /// Forgets a respondent, whose usage counts as lost.
    pub(super) fn forget(&mut self, mut task: RespondentTask) {
        self.lost = self.lost.plus(task.spent());
        self.release(std::mem::replace(&mut task.aside, UsdMicros::ZERO));
        self.effects.push(PanelEffect::Forget(task.ticket));
    }
}
