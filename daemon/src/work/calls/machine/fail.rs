//! Failover after a call without a reply: a retry at the same engine, another engine of the pool that may still be
//! asked, or a failed outcome. Each engine gets its tries for a question at most once, so failover is bounded without
//! using the study's retry budget.

use std::collections::BTreeMap;
use std::time::Duration;

use super::PanelMachine;
use super::event::FailedCall;
use super::faults::{FaultVerdict, SharedFault};
use super::held::{HeldUntil, Nothing, Obstacle, is_answer};
use super::read::Next;
use super::respondent::RespondentTask;
use crate::domain::outcome::Outcome;
use crate::inference::chat::{CallError, Remedy};
use crate::inference::limits::{PATIENCE, TRIES_MAX, backoff, own_wait};
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

    /// One try is left at that engine.
    pub(super) fn last_at(engine: usize) -> Self {
        Self(BTreeMap::from([(engine, TRIES_MAX.saturating_sub(1))]))
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

/// Why there was no reply, with what helps.
fn told(failed: &FailedCall) -> String {
    let FailedCall { error, helps } = failed;
    helps.as_ref().map_or_else(|| error.to_string(), |helps| format!("{error}; {helps}"))
}

/// What to say of a service that asks for a longer wait than any study waits.
fn asks_too_long(remedy: Remedy) -> Option<String> {
    let minutes = |span: Duration| span.as_secs().div_ceil(60);
    let Remedy::Again(Some(wait)) = remedy else { return None };
    (wait > PATIENCE).then(|| {
        format!(
            "it asks to wait for {} min, and no study waits for more than {} min",
            minutes(wait),
            minutes(PATIENCE)
        )
    })
}

impl PanelMachine<'_> {
    /// The next step of a respondent whose call got no reply.
    pub(super) fn without_reply(
        &mut self,
        mut task: RespondentTask,
        failed: &FailedCall,
        now: Duration,
    ) -> Next {
        let (engine, error) = (task.engine, &failed.error);
        let remedy = error.remedy();
        self.engines[engine].met_limit = matches!(error, CallError::Limited { status: 429, .. });
        self.useless = Some(told(failed));
        if remedy == Remedy::Stop {
            return self.stop_at(task, error.to_string());
        }
        if self.halted {
            return self.close_halted(task, Outcome::Failed { reason: error.to_string() });
        }
        if let Some(wait) = asks_too_long(remedy) {
            self.engines[engine].is_put_off = true;
            return self.stop_at(task, format!("{error}; {wait}"));
        }
        // A question that is asked again because it was rejected says nothing new of the engine.
        let is_known = task.rejections > 0 && !task.is_try;
        let fault = SharedFault::of(error);
        if let Some(fault) = fault.filter(|fault| !is_known || *fault != SharedFault::Rejected) {
            let (is_throttled, is_rejected) =
                (fault == SharedFault::Throttled, fault == SharedFault::Rejected);
            if self.note_fault(&task, fault, now) == FaultVerdict::Broken {
                let state = &mut self.engines[engine];
                // It may admit calls later, so the study waits for that.
                state.is_put_off |= is_throttled;
                let said = told(failed);
                let why = if is_rejected {
                    format!("{said}; it accepted none of the latest calls")
                } else {
                    format!("{said}; none of the latest {} calls got a reply", state.faults.row())
                };
                return self.stop_at(task, why);
            }
        }
        let standings = self.standings();
        let before = task.tries.clone();
        let mut after = Duration::ZERO;
        match remedy {
            Remedy::Again(told) => {
                task.tries.note(engine);
                after = own_wait(told);
                let stays = self.failover_target(&task, &standings) == Some(engine);
                if stays && !self.budget.retry() {
                    task.tries.use_up(engine);
                }
            }
            Remedy::Drop | Remedy::Stop => task.tries.use_up(engine),
        }
        let obstacle = self.obstacle(error);
        let may_wait = task.so_far.is_none() && self.engines[engine].dead.is_none();
        match self.failover_target(&task, &standings) {
            None if self.may_ask_again(&task, error) => {
                // While nobody is answered, that is no matter of the question; how long it goes on is the engine's.
                let is_own = !(task.is_try && self.is_passing(error));
                let rejections = task.rejections + u32::from(is_own);
                // What used its tries up while the service answered nobody gets one more at a time.
                let tries = if error.may_be_chance() { before } else { Tries::last_at(engine) };
                let task = RespondentTask { tries, rejections, ..task };
                let (why, until) = (error.to_string(), HeldUntil::Reply);
                Next::Held(task, Nothing { why, obstacle, until })
            }
            None if may_wait && obstacle.is_limit() && is_answer(&task) => {
                if self.has_nobody_else() {
                    return self.put_off(task, &told(failed), obstacle);
                }
                // They were asked beside others often enough, and begin anew when nobody else is left.
                let tries = Tries::last_at(engine);
                let task = RespondentTask { tries, rejections: 1, ..task };
                let (why, until) = (error.to_string(), HeldUntil::End);
                Next::Held(task, Nothing { why, obstacle, until })
            }
            None => self.close_in_vain(task, Outcome::Failed { reason: error.to_string() }),
            Some(same) if same == engine => {
                let time = now + self.backoff(&task).max(after);
                Next::Ask(task, time)
            }
            Some(_) => Next::Ask(task, Duration::ZERO),
        }
    }

    /// Whether a question may be asked again there that was rejected, or that used its tries up where all calls may have failed:
    /// once a reply to a later call is read. Nobody is lost because they were asked while a service had enough of calls.
    fn may_ask_again(&self, task: &RespondentTask, error: &CallError) -> bool {
        let is_there = self.engines[task.engine].dead.is_none();
        let is_passing = self.is_passing(error);
        let most = self.obstacle(error).again_max();
        let is_left = task.rejections < most || (task.is_try && is_passing);
        // Of whom something was read, nobody is lost who is not asked for the rest.
        let is_unread = task.so_far.is_none();
        is_there && (error.may_be_chance() || is_passing) && is_left && is_unread
    }

    /// What is in the way of a question that got nothing. Beside other engines it is that question's.
    fn obstacle(&self, error: &CallError) -> Obstacle {
        match error {
            _ if !self.is_passing(error) => Obstacle::Rejection,
            CallError::Limited { status: 429, .. } => Obstacle::Limit,
            CallError::Limited { .. } => Obstacle::Overload,
            _ => Obstacle::Failure,
        }
    }

    /// Whether the only engine of a study failed in a way that passes, whatever is asked.
    fn is_passing(&self, error: &CallError) -> bool {
        self.engines.len() == 1 && matches!(error.remedy(), Remedy::Again(_))
    }

    /// The delay before the same engine is asked again.
    fn backoff(&self, task: &RespondentTask) -> Duration {
        let (seed, respondent) = (self.plan.spec.seed, task.ticket.respondent);
        let engine = &self.engines[task.engine];
        let tries = task.tries.at(task.engine);
        backoff(seed, respondent, tries, engine.view.condition, engine.usual())
    }

    /// The state of each engine.
    pub(super) fn standings(&self) -> Vec<Availability> {
        self.engines.iter().map(super::EngineState::standing).collect()
    }

    /// The engine for a respondent's next call: the last one while it can be asked, else the next in turn that can. What a reply
    /// left out is asked for where that reply came from. When none can at the moment, the one to wait for; `None` when no engine
    /// is left that may be asked.
    pub(super) fn failover_target(
        &self,
        task: &RespondentTask,
        standings: &[Availability],
    ) -> Option<usize> {
        let count = self.engines.len();
        let in_turn = (0..count).map(|step| (task.engine + step) % count);
        let mut may = in_turn
            .filter(|engine| task.tries.any_left(*engine))
            .filter(|engine| task.so_far.is_none() || *engine == task.engine)
            .filter(|engine| self.engines[*engine].dead.is_none())
            .peekable();
        let waited_for = may.peek().copied();
        may.find(|engine| standings.get(*engine) == Some(&Availability::Open)).or(waited_for)
    }

    /// Handles engines that were disabled: respondents who waited for one, and whom no other engine may ask, have
    /// failed.
    pub(super) fn drop_failed(&mut self) {
        if self.stop.is_some() || !std::mem::take(&mut self.lost_engine) {
            return;
        }
        self.leave_lost_engines();
        let nobody = |task: &RespondentTask| self.failover_target(task, &[]).is_none();
        let gone = self.waiting.iter().filter(|(_, task)| nobody(task));
        let gone: Vec<_> = gone.map(|(key, _)| *key).collect();
        for key in gone {
            let Some(task) = self.waiting.remove(&key) else { continue };
            let own = self.engines[task.engine].dead.as_ref();
            let why = own.or_else(|| self.engines.iter().find_map(|engine| engine.dead.as_ref()));
            let reason = why.cloned().unwrap_or_default();
            let next = self.close(task, Outcome::Failed { reason });
            self.follow(next);
        }
    }
}
