//! Respondents who got nothing while their engine may be broken. What they are said to be would be the engine's fault, so they
//! are held back: until a reply to a later call of the engine is read, then they count as what they are, and whose question got
//! nothing is asked again; or until the study is paused, then they are simply missing, and are asked when it goes on.

use std::time::Duration;

use super::engine::EngineState;
use super::fail::Tries;
use super::faults::{FaultVerdict, OtherEngines, SharedFault};
use super::read::{Next, REASKS_MAX};
use super::respondent::RespondentTask;
use super::{PanelEffect, PanelMachine};
use crate::domain::outcome::{Class, Outcome};
use crate::inference::limits::REJECTED_AGAIN_MAX;

/// The rest before a question is asked again that got nothing for a reason that passes, where no reply to others shows that it
/// has passed; four times as long before the next time.
const REST_ALONE: Duration = Duration::from_secs(2);

/// So often a question is asked again that met a limit of the service: with the rests between, more than a minute.
const LIMITED_AGAIN_MAX: u32 = 4;

/// Someone who is held back: all is asked, and some of it in vain; or the latest question got nothing.
pub(super) struct HeldTask {
    task: RespondentTask,
    /// How many calls of the run had been sent when the last of it came to nothing; more than there are where no reply counts.
    since: u64,
    /// What came of the latest question, where it is asked again once the engine is seen to work.
    nothing: Option<Nothing>,
}

/// What a question got that is asked again.
pub(super) struct Nothing {
    pub(super) why: String,
    pub(super) obstacle: Obstacle,
    pub(super) until: HeldUntil,
}

/// Until when someone is held back whose question is asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HeldUntil {
    /// A reply to a later call of their engine is read.
    Reply,
    /// Nobody else is left.
    End,
}

/// What is in the way of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// It was rejected.
    Rejection,
    /// The service fails for all, which passes by itself.
    Failure,
    /// The service has too much to do at present.
    Overload,
    /// The service takes no more calls of this account for a while.
    Limit,
}

impl Obstacle {
    /// Whether it passes by itself, whatever is asked.
    fn passes(self) -> bool {
        self != Self::Rejection
    }

    /// Whether the service takes other calls later: nobody has failed for that.
    pub(super) fn is_limit(self) -> bool {
        matches!(self, Self::Overload | Self::Limit)
    }

    /// How often a question is asked again once others are answered, or after a rest where nobody else is left. A limit of a
    /// minute is waited for longer than that.
    pub(super) fn again_max(self) -> u32 {
        if self.is_limit() { LIMITED_AGAIN_MAX } else { REJECTED_AGAIN_MAX }
    }
}

impl HeldTask {
    /// Who it is.
    pub(super) fn task(&self) -> &RespondentTask {
        &self.task
    }

    /// The same without being held back.
    pub(super) fn into_task(self) -> RespondentTask {
        self.task
    }
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
        let asked = (task.ticket, task.is_try, task.sent);
        let verdict = self.engines[engine].note_fault(fault, asked, others, now);
        if verdict == FaultVerdict::Doubted {
            self.effects.push(PanelEffect::Doubt { engine });
        }
        verdict
    }

    /// Concludes a question whose calls were of no use; what else is to be asked of the respondent is asked. Where only the rest
    /// of an answer was asked for, the answer is there.
    pub(super) fn close_in_vain(&self, task: RespondentTask, outcome: Outcome) -> Next {
        let in_vain = if task.so_far.is_some() { task.in_vain } else { Some(self.sent) };
        self.close(RespondentTask { in_vain, ..task }, outcome)
    }

    /// Whether a reply was read to a call that went to the engine afterwards. One that went before says nothing of an engine
    /// that broke in between.
    fn has_worked_since(&self, engine: usize, since: u64) -> bool {
        self.engines[engine].read_of > since
    }

    /// Goes on with a respondent of whom all is asked, or holds them back until it is known whether their engine works.
    pub(super) fn conclude(&mut self, task: RespondentTask) {
        match task.in_vain.filter(|since| !self.has_worked_since(task.engine, *since)) {
            None => self.listen(task),
            Some(since) => self.hold(task, since, None),
        }
    }

    /// Holds someone back. Others may use the slot and the money meanwhile.
    pub(super) fn hold(&mut self, mut task: RespondentTask, since: u64, nothing: Option<Nothing>) {
        let until = nothing.as_ref().map_or(HeldUntil::Reply, |nothing| nothing.until);
        let since = if until == HeldUntil::End { u64::MAX } else { since };
        self.effects.push(PanelEffect::Free(task.ticket));
        let aside = std::mem::take(&mut task.aside);
        self.release(aside);
        self.held.push_back(HeldTask { task, since, nothing });
    }

    /// Someone is held back no longer: they are asked again, at that time or later, or count as what they are.
    fn release_held(&mut self, held: HeldTask, time: Duration) {
        let HeldTask { task, nothing, .. } = held;
        let engine = &self.engines[task.engine];
        match nothing {
            None => self.listen(task),
            // How long limits are waited for is the engine's, also where nobody has been answered.
            Some(Nothing { obstacle, .. })
                if engine.dead.is_none() && (engine.is_read() || obstacle.is_limit()) =>
            {
                self.wait_until(time, task);
            }
            Some(Nothing { why: reason, .. }) => {
                let next = self.close(task, Outcome::Failed { reason });
                self.follow(next);
            }
        }
    }

    /// The service has refused whoever is left again and again: the study is paused, and asks them when it is resumed.
    pub(super) fn put_off(&mut self, task: RespondentTask, why: &str, obstacle: Obstacle) -> Next {
        self.engines[task.engine].is_put_off |= obstacle == Obstacle::Limit;
        self.stop_at(task, format!("{why}; it refuses every call for those who are left"))
    }

    /// Records someone who is held back when the study stops.
    pub(super) fn record_held(&mut self, held: HeldTask) {
        match held.nothing {
            None => self.record(held.task),
            Some(nothing) => self.record_failed(held.task, &nothing.why),
        }
    }

    /// Lets those go whose engine works after all: they count as what they are.
    pub(super) fn let_go(&mut self) {
        let works = |held: &HeldTask| self.has_worked_since(held.task.engine, held.since);
        if !self.held.iter().any(works) {
            return;
        }
        for held in std::mem::take(&mut self.held) {
            if self.has_worked_since(held.task.engine, held.since) {
                self.release_held(held, Duration::ZERO);
            } else {
                self.held.push_back(held);
            }
        }
    }

    /// Of those who were held back for an engine that is lost, puts those to another one whose replies could not be read.
    pub(super) fn leave_lost_engines(&mut self) {
        let is_invalid = |(_, outcome, _): &(_, Outcome, _)| outcome.class() == Class::Invalid;
        for held in std::mem::take(&mut self.held) {
            if self.engines[held.task.engine].dead.is_none() {
                self.held.push_back(held);
            } else if held.nothing.is_some() {
                self.wait_until(Duration::ZERO, held.task);
            } else if held.task.record.outcomes.iter().any(is_invalid) {
                self.wait_until(Duration::ZERO, held.task.at_first_question());
            } else {
                self.listen(held.task);
            }
        }
    }

    /// Nobody else is left to be asked. Where the engines may be broken and there are answers to lose, those who were held back
    /// show whether they are, one by one with a single call each; else they count as what they are.
    pub(super) fn look_at_held(&mut self, now: Duration) {
        let is_in_doubt = |engine: &EngineState| {
            engine.is_doubted() && (!engine.faults.was_read() || engine.faults.many())
        };
        let mut alive = self.engines.iter().filter(|engine| engine.dead.is_none());
        if !self.has_answers || !alive.all(is_in_doubt) {
            for held in std::mem::take(&mut self.held) {
                let passes = held.nothing.as_ref().is_some_and(|nothing| nothing.obstacle.passes());
                let rest =
                    REST_ALONE.saturating_mul(4_u32.pow(held.task.rejections.clamp(1, 3) - 1));
                self.release_held(held, if passes { now + rest } else { Duration::ZERO });
            }
            return;
        }
        let Some(HeldTask { task, nothing, .. }) = self.held.pop_front() else { return };
        self.engines[task.engine].faults.try_again(task.ticket);
        let tries = Tries::last_at(task.engine);
        let rejections = if nothing.is_some() { task.rejections } else { REJECTED_AGAIN_MAX };
        let once =
            RespondentTask { tries, rejections, reasks: REASKS_MAX, ..task.at_first_question() };
        self.wait_until(Duration::ZERO, once);
    }

    /// Whether all that is left are those who are held back.
    pub(super) fn has_only_held(&mut self) -> bool {
        !self.held.is_empty() && self.has_nobody_else()
    }
}

/// Whether someone is asked for an answer, and not once more.
pub(super) fn is_answer(task: &RespondentTask) -> bool {
    task.ticket.first().is_answer()
}
