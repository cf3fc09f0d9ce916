//! Terminal transitions of a respondent: recorded, recorded as failed when the study gives up, or abandoned when the
//! study is halted. An abandoned respondent is asked again from the start when the study resumes.

use protocol::credits::UsdMicros;
use protocol::error::{ApiError, ErrorCode};
use tokio::task::JoinError;

use super::broken;
use super::panel_run::PanelRun;
use super::recorder::{EngineShares, RecordRequest};
use super::respondent_task::{InFlight, QueueEntry, RespondentTask};
use crate::domain::instrument;
use crate::domain::outcome::{Assignment, EngineUse, Outcome, Usage};

/// The reason recorded for a respondent whose call panicked.
pub(super) const PUT_ASIDE: &str = "put aside: asking this respondent broke the program";

impl PanelRun {
    /// Records every remaining respondent as failed (not asked) and releases the credits held for them.
    pub(super) async fn give_up(
        &mut self,
        why: &str,
        left: impl Iterator<Item = QueueEntry>,
    ) -> Result<(), ApiError> {
        tracing::warn!(study = self.study.number, why, "a study stops asking its engine");
        let tasks = instrument::tasks(&self.study.spec);
        let waiting = std::mem::take(&mut self.waiting);
        for mut task in waiting.into_values() {
            while task.outcomes.len() < usize::from(tasks) {
                let at = task.at();
                let usage = std::mem::take(&mut task.usage);
                task.said.push((at, std::mem::take(&mut task.exchanges)));
                task.outcomes.push((at, Outcome::Failed { reason: why.to_owned() }, usage));
            }
            let RespondentTask { outcomes, said, shares, others, .. } = task;
            self.send(RecordRequest { outcomes, said, shares, others, ..RecordRequest::default() })
                .await?;
        }
        for ticket in left {
            if self.study.cancel.is_cancelled() {
                break;
            }
            // Assignments that only estimate noise are dropped without an outcome.
            if !ticket.first().is_answer() {
                continue;
            }
            let outcomes = (0..tasks)
                .map(|task| {
                    let at = Assignment { task, ..ticket.first() };
                    (at, Outcome::Failed { reason: why.to_owned() }, Usage::default())
                })
                .collect();
            self.send(RecordRequest { outcomes, ..RecordRequest::default() }).await?;
        }
        Ok(())
    }

    /// Handles a panic in a call. Only its respondent is affected: the call is booked at its worst case and is not made
    /// again.
    pub(super) async fn broke(&mut self, error: &JoinError) -> Result<(), ApiError> {
        let Some(seat) = self.seats.remove(&error.id()) else { return Err(broken(error)) };
        let InFlight { ticket, engine, worst, aside } = seat;
        let respondent = ticket.respondent;
        tracing::error!(study = self.study.number, respondent, %error, "a respondent is put aside");
        self.study.core.settle_cost(self.study.number, worst, worst);
        self.study.core.settle_cost(self.study.number, aside, UsdMicros::ZERO);
        let at_most = u32::from(worst > UsdMicros::ZERO);
        let spent = Usage { cost: worst, at_most, ..Usage::default() };
        let outcomes = (0..instrument::tasks(&self.study.spec))
            .map(|task| {
                let at = Assignment { task, ..ticket.first() };
                let usage = if task == 0 { spent } else { Usage::default() };
                (at, Outcome::Failed { reason: PUT_ASIDE.to_owned() }, usage)
            })
            .collect();
        let share = EngineUse { usage: spent, ..EngineUse::default() };
        let shares = EngineShares::from([(engine, share)]);
        self.send(RecordRequest { outcomes, shares, ..RecordRequest::default() }).await
    }

    /// Counts the usage of an abandoned respondent, who will be asked again from the start, as lost.
    pub(super) fn abandon(&mut self, task: &RespondentTask) {
        self.lost = self.lost.plus(task.spent());
    }

    pub(super) async fn send(&self, request: RecordRequest) -> Result<(), ApiError> {
        // The recorder ends early only on a store error, which it reports itself.
        self.recorder
            .send(request)
            .await
            .map_err(|_| ApiError::new(ErrorCode::Busy, "What was answered could not be recorded"))
    }
}
