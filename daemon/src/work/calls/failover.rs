//! Failover after a call without a reply: a retry at the same engine, another engine of the pool that may still be
//! asked, or a failed outcome. Each engine gets its tries for a question at most once, so failover is bounded without
//! using the study's retry budget.

use std::collections::BTreeMap;
use std::time::Duration;

use protocol::error::ApiError;

use super::panel_run::PanelRun;
use super::respondent_task::{Next, RespondentTask};
use crate::domain::outcome::Outcome;
use crate::inference::chat::{CallError, Remedy};
use crate::inference::limits::{TRIES_MAX, own_wait};
use crate::inference::pool::Availability;

/// Failed tries of one question, by the engine's index in the pool.
#[derive(Clone, Debug, Default)]
pub(super) struct Tries(BTreeMap<usize, u32>);

impl Tries {
    /// Failed tries at that engine.
    pub(super) fn at(&self, engine: usize) -> u32 {
        self.0.get(&engine).copied().unwrap_or(0)
    }

    /// Whether any try failed.
    pub(super) fn any(&self) -> bool {
        !self.0.is_empty()
    }

    /// Counts one failed try.
    fn note(&mut self, engine: usize) {
        self.0.insert(engine, self.at(engine).saturating_add(1));
    }

    /// Uses up the engine's tries: asking it again would not help.
    fn use_up(&mut self, engine: usize) {
        self.0.insert(engine, TRIES_MAX);
    }

    /// Whether that engine has tries left for this question.
    fn any_left(&self, engine: usize) -> bool {
        self.at(engine) < TRIES_MAX
    }
}

impl PanelRun {
    /// The next step of a respondent whose call got no reply.
    pub(super) fn without_reply(&mut self, mut task: RespondentTask, error: &CallError) -> Next {
        let engine = task.engine;
        let remedy = error.remedy();
        if remedy == Remedy::Stop {
            return Next::Stop(task, error.to_string());
        }
        if self.study.cancel.is_cancelled() {
            return Next::Halted(task);
        }
        if let (CallError::Rejected { .. }, Some(slot)) = (error, self.slots.get_mut(engine)) {
            slot.note_rejection();
            if slot.rejects_everything() {
                let why = format!("{error}; it accepted no call of this study");
                return Next::Stop(task, why);
            }
        }
        let standings = self.standings();
        let mut after = Duration::ZERO;
        match remedy {
            Remedy::Again(redact) => {
                task.tries.note(engine);
                after = own_wait(redact);
                let stays = self.failover_target(&task, &standings) == Some(engine);
                if stays && !self.budget.retry() {
                    task.tries.use_up(engine);
                }
            }
            Remedy::Drop | Remedy::Stop => task.tries.use_up(engine),
        }
        match self.failover_target(&task, &standings) {
            None => {
                let at = task.at();
                self.close(task, at, Outcome::Failed { reason: error.to_string() })
            }
            Some(same) if same == engine => {
                let time = self.study.now() + self.backoff(&task).max(after);
                Next::Ask(task, time)
            }
            Some(_) => Next::Ask(task, Duration::ZERO),
        }
    }

    /// The state of each engine.
    pub(super) fn standings(&self) -> Vec<Availability> {
        let now = self.study.now();
        self.slots.iter().map(|slot| slot.standing(now)).collect()
    }

    /// The engine for a respondent's next call: the last one while it can be asked, else the next in turn that can.
    /// When none can at the moment, the one to wait for; `None` when no engine is left that may be asked.
    pub(super) fn failover_target(
        &self,
        task: &RespondentTask,
        standings: &[Availability],
    ) -> Option<usize> {
        let count = self.slots.len();
        let in_turn = (0..count).map(|step| (task.engine + step) % count);
        let mut may = in_turn
            .filter(|slot| task.tries.any_left(*slot))
            .filter(|slot| self.slots.get(*slot).is_some_and(|slot| slot.dead.is_none()))
            .peekable();
        let waited_for = may.peek().copied();
        may.find(|slot| standings.get(*slot) == Some(&Availability::Open)).or(waited_for)
    }

    /// Handles engines that were disabled: respondents who waited for one, and whom no other engine may ask, have
    /// failed.
    pub(super) async fn drop_failed(&mut self) -> Result<(), ApiError> {
        if self.stop.is_some() || !std::mem::take(&mut self.no_engines) {
            return Ok(());
        }
        let nobody = |task: &RespondentTask| self.failover_target(task, &[]).is_none();
        let gone = self.waiting.iter().filter(|(_, task)| nobody(task));
        let gone: Vec<_> = gone.map(|(key, _)| *key).collect();
        for key in gone {
            let Some(task) = self.waiting.remove(&key) else { continue };
            let own = self.slots.get(task.engine).and_then(|slot| slot.dead.as_ref());
            let why = own.or_else(|| self.slots.iter().find_map(|slot| slot.dead.as_ref()));
            let reason = why.cloned().unwrap_or_default();
            let at = task.at();
            let next = self.close(task, at, Outcome::Failed { reason });
            self.follow(next).await?;
        }
        Ok(())
    }
}
