//! How a respondent leaves the round: recorded, recorded as not asked when the study gives up, or lost when it is halted
//! and will ask again from the start.

use protocol::error::{ApiError, ErrorCode};

use super::recorder::Parcel;
use super::round::Round;
use super::sitting::{Sitting, Ticket};
use crate::domain::instrument;
use crate::domain::outcome::{Assignment, Outcome, Usage};

impl Round {
    /// Everyone without a reply gets none: they are recorded as not asked, and what was held for them comes back.
    pub(super) async fn give_up(
        &mut self,
        why: &str,
        left: impl Iterator<Item = Ticket>,
    ) -> Result<(), ApiError> {
        tracing::warn!(study = self.study.number, why, "a study stops asking its engine");
        let tasks = instrument::tasks(&self.study.spec);
        let waiting = std::mem::take(&mut self.waiting);
        for mut sitting in waiting.into_values() {
            while sitting.outcomes.len() < usize::from(tasks) {
                let at = sitting.at();
                let usage = std::mem::take(&mut sitting.usage);
                sitting.said.push((at, std::mem::take(&mut sitting.exchanges)));
                sitting.outcomes.push((at, Outcome::Failed { reason: why.to_owned() }, usage));
            }
            self.send((sitting.outcomes, sitting.said, None)).await?;
        }
        for Ticket { respondent, replicate } in left {
            if self.study.gate.is_cancelled() {
                break;
            }
            // Nobody misses what only measures noise.
            if replicate > 0 {
                continue;
            }
            let outcomes = (0..tasks)
                .map(|task| {
                    let at = Assignment { round: 0, respondent, task, replicate: 0 };
                    (at, Outcome::Failed { reason: why.to_owned() }, Usage::default())
                })
                .collect();
            self.send((outcomes, Vec::new(), None)).await?;
        }
        Ok(())
    }

    /// What a respondent took who will be asked again from the start.
    pub(super) fn lose(&mut self, sitting: &Sitting) {
        self.lost = self.lost.plus(sitting.spent());
    }

    pub(super) async fn send(&self, parcel: Parcel) -> Result<(), ApiError> {
        // The recorder ends early only when the store refuses; its own error says why.
        self.recorder
            .send(parcel)
            .await
            .map_err(|_| ApiError::new(ErrorCode::Busy, "what was answered could not be recorded"))
    }
}
