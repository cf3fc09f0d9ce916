//! Failover after a call without a reply: a retry at the same engine, another engine of the pool that may still be
//! asked, or a failed outcome. Each engine gets its tries for a question at most once, so failover is bounded without
//! using the study's retry budget.

use std::collections::BTreeMap;
use std::time::Duration;

use protocol::error::ApiError;

use super::round::Round;
use super::sitting::{Next, Sitting};
use crate::domain::outcome::Outcome;
use crate::inference::chat::{CallError, Remedy};
use crate::inference::limits::{TRIES_MAX, own_wait};
use crate::inference::pool::Standing;

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

impl Round {
    /// The next step of a respondent whose call got no reply.
    pub(super) fn without_reply(&mut self, mut sitting: Sitting, error: &CallError) -> Next {
        let engine = sitting.engine;
        let remedy = error.remedy();
        if remedy == Remedy::Stop {
            return Next::Stop(sitting, error.to_string());
        }
        if self.study.gate.is_cancelled() {
            return Next::Halted(sitting);
        }
        if let (CallError::Rejected { .. }, Some(lane)) = (error, self.lanes.get_mut(engine)) {
            lane.note_rejection();
            if lane.rejects_everything() {
                let why = format!("{error}; it accepted no call of this study");
                return Next::Stop(sitting, why);
            }
        }
        let standings = self.standings();
        let mut after = Duration::ZERO;
        match remedy {
            Remedy::Again(told) => {
                sitting.tries.note(engine);
                after = own_wait(told);
                let stays = self.goes_to(&sitting, &standings) == Some(engine);
                if stays && !self.budget.retry() {
                    sitting.tries.use_up(engine);
                }
            }
            Remedy::Drop | Remedy::Stop => sitting.tries.use_up(engine),
        }
        match self.goes_to(&sitting, &standings) {
            None => {
                let at = sitting.at();
                self.close(sitting, at, Outcome::Failed { reason: error.to_string() })
            }
            Some(same) if same == engine => {
                let time = self.study.now() + self.backoff(&sitting).max(after);
                Next::Ask(sitting, time)
            }
            Some(_) => Next::Ask(sitting, Duration::ZERO),
        }
    }

    /// The state of each engine.
    pub(super) fn standings(&self) -> Vec<Standing> {
        let now = self.study.now();
        self.lanes.iter().map(|lane| lane.standing(now)).collect()
    }

    /// The engine for a respondent's next call: the last one while it can be asked, else the next in turn that can.
    /// When none can at the moment, the one to wait for; `None` when no engine is left that may be asked.
    pub(super) fn goes_to(&self, sitting: &Sitting, standings: &[Standing]) -> Option<usize> {
        let count = self.lanes.len();
        let in_turn = (0..count).map(|step| (sitting.engine + step) % count);
        let mut may = in_turn
            .filter(|lane| sitting.tries.any_left(*lane))
            .filter(|lane| self.lanes.get(*lane).is_some_and(|lane| lane.dead.is_none()))
            .peekable();
        let waited_for = may.peek().copied();
        may.find(|lane| standings.get(*lane) == Some(&Standing::Open)).or(waited_for)
    }

    /// Handles engines that were disabled: respondents who waited for one, and whom no other engine may ask, have
    /// failed.
    pub(super) async fn part_with(&mut self) -> Result<(), ApiError> {
        if self.stop.is_some() || !std::mem::take(&mut self.bereft) {
            return Ok(());
        }
        let nobody = |sitting: &Sitting| self.goes_to(sitting, &[]).is_none();
        let gone = self.waiting.iter().filter(|(_, sitting)| nobody(sitting));
        let gone: Vec<_> = gone.map(|(key, _)| *key).collect();
        for key in gone {
            let Some(sitting) = self.waiting.remove(&key) else { continue };
            let own = self.lanes.get(sitting.engine).and_then(|lane| lane.dead.as_ref());
            let why = own.or_else(|| self.lanes.iter().find_map(|lane| lane.dead.as_ref()));
            let reason = why.cloned().unwrap_or_default();
            let at = sitting.at();
            let next = self.close(sitting, at, Outcome::Failed { reason });
            self.follow(next).await?;
        }
        Ok(())
    }
}
