//! What follows from a call that is over: an outcome, a retry, a re-ask, the next question, or the end of the study.

use std::time::Duration;

use super::engine::ReadyTask;
use super::event::{CallEnd, EndedCall, FailedCall, ReadCall};
use super::faults::{FaultVerdict, SharedFault};
use super::held::Nothing;
use super::respondent::RespondentTask;
use super::{PanelEffect, PanelMachine};
use crate::domain::instrument::{self, ItemReply, Unreadable};
use crate::domain::outcome::{Answered, Outcome, Usage};
use crate::domain::redact::Holds;
use crate::inference::chat::{CallError, TIMED_OUT};

/// Re-asks after replies that cannot be read, at most.
pub(super) const REASKS_MAX: u32 = 2;

/// A reply that was read: the whole answer, or the answer to one item that is asked in a call of its own.
#[derive(Clone, Debug)]
pub(in crate::work::calls) enum ReadReply {
    Whole(Box<Answered>),
    One(ItemReply),
}

impl Holds for ReadReply {
    fn chooses_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Whole(one), Self::Whole(other)) => one.chooses_as(other),
            (Self::One(one), Self::One(other)) => one.chooses_as(other),
            _ => false,
        }
    }

    fn with_texts(self, change: &dyn Fn(&str) -> String) -> Self {
        match self {
            Self::Whole(answered) => Self::Whole(Box::new(answered.with_texts(change))),
            Self::One(reply) => Self::One(reply.with_texts(change)),
        }
    }
}

/// A respondent's next step.
pub(super) enum Next {
    /// All assignments are done.
    Done(RespondentTask),
    /// Ask, at that time or later.
    Ask(RespondentTask, Duration),
    /// The engine is of no use any more; this respondent has no reply.
    Stop(RespondentTask, String),
    /// The question got nothing, and is asked again once its engine is seen to work.
    Held(RespondentTask, Nothing),
    /// The study was halted: nothing is recorded, but the cost is booked.
    Halted(RespondentTask),
}

impl PanelMachine<'_> {
    /// A call is over: its money is settled, and its respondent goes on.
    pub(super) fn ended(&mut self, ended: EndedCall, now: Duration) {
        let EndedCall { ticket, latency, usage, remarks, end } = ended;
        let Some(ReadyTask { mut task, reserved }) = self.called.remove(&ticket) else { return };
        self.short = false;
        let engine = &mut self.engines[task.engine];
        engine.under_way = engine.under_way.saturating_sub(1);
        let cost = usage.cost;
        self.effects.push(match &end {
            CallEnd::GivenUp => PanelEffect::GiveUp { ticket, reserved, cost },
            CallEnd::Failed(_) | CallEnd::Replied(_) => {
                PanelEffect::Settle { ticket, reserved, cost }
            }
        });
        if usage.cost > reserved {
            // What is set aside for the calls that are ready is as little as it was for this one.
            self.take_all_back();
        }
        let took = Usage { reasks: u32::from(task.correction.is_some()), ..usage };
        task.record.notes.remarks.extend(remarks);
        task.usage = task.usage.plus(took);
        let share = task.record.shares.entry(task.engine).or_default();
        share.usage = share.usage.plus(took);
        let next = match end {
            CallEnd::Replied(reply) => {
                self.engines[task.engine].note_latency(latency);
                self.judge(task, *reply, now)
            }
            CallEnd::Failed(failed) => self.without_reply(task, &failed, now),
            CallEnd::GivenUp => {
                let failed = FailedCall { error: CallError::network(TIMED_OUT), helps: None };
                self.without_reply(task, &failed, now)
            }
        };
        self.follow(next);
        self.let_go();
    }

    /// The respondent's next step after a reply.
    fn judge(&mut self, mut task: RespondentTask, reply: ReadCall, now: Duration) -> Next {
        let ReadCall { read, exchange, mended, unfinished, unreadable } = reply;
        task.exchanges.push(exchange);
        let at = task.at();
        let engine = &mut self.engines[task.engine];
        engine.met_limit = false;
        // Of an engine that is lost, replies to earlier calls prove nothing.
        if !matches!(read, Err(Unreadable::Invalid { .. }))
            && engine.note_read(task.sent)
            && engine.dead.is_none()
        {
            self.effects.push(PanelEffect::Prove { engine: task.engine });
        }
        // What adds to a reply that was read is a part of it.
        if let Some(mended) = mended.filter(|_| at.is_answer() && task.so_far.is_none()) {
            task.record.notes.note_read(&mended);
        }
        let reason = match read {
            Ok(heard) => return self.hear_out(task, heard),
            Err(Unreadable::Refused { reason }) => {
                return self.close(task, Outcome::Refused { reason });
            }
            Err(Unreadable::Invalid { reason }) => reason,
        };
        if self.halted {
            return self.close_halted(task, Outcome::Invalid { reason });
        }
        let fault = match &unfinished {
            Some(_) => SharedFault::Unfinished,
            None => SharedFault::Unreadable(reason.clone()),
        };
        let verdict = self.note_fault(&task, fault, now);
        let why = unfinished.or(unreadable).unwrap_or_else(|| reason.clone());
        if verdict == FaultVerdict::Broken {
            return self.stop_at(task, why);
        }
        self.useless = Some(why);
        // Not out of the budget for retries: whoever is not asked again is lost, and they are not a chance few.
        if task.reasks < REASKS_MAX && self.stop.is_none() && task.so_far.is_none() {
            return Self::ask_again(task, reason);
        }
        self.close_in_vain(task, Outcome::Invalid { reason })
    }

    /// Asks the same again, with the former reply and what is wrong with it.
    fn ask_again(mut task: RespondentTask, reason: String) -> Next {
        task.reasks += 1;
        if task.at().is_answer() && !task.is_remembered() {
            task.record.notes.note_again(&reason);
        }
        task.correction = Some(reason);
        Next::Ask(task, Duration::ZERO)
    }

    /// What that answer leaves out, where it may still be asked for: once.
    fn left_out(&self, task: &RespondentTask, answered: &Answered) -> Option<String> {
        let may_ask = task.so_far.is_none() && task.reasks < REASKS_MAX && !self.is_stopped();
        if may_ask { instrument::left_out(&self.plan.spec, &answered.answer) } else { None }
    }

    /// Continues after a reply that was read: with the next item, or with the finished answer.
    pub(super) fn hear_out(&mut self, mut task: RespondentTask, heard: ReadReply) -> Next {
        self.has_answers = true;
        let outcome = match heard {
            ReadReply::Whole(answered) => match self.left_out(&task, &answered) {
                Some(left_out) => {
                    task.so_far = Some(answered);
                    return Self::ask_again(task, left_out);
                }
                None => Outcome::Answered(*answered),
            },
            ReadReply::One(reply) => {
                task.replies.push(reply);
                if task.item(&self.items).is_some() {
                    let next = task.at_next_question();
                    return if self.halted {
                        Next::Halted(next)
                    } else {
                        Next::Ask(next, Duration::ZERO)
                    };
                }
                let (at, replies) = (task.at(), std::mem::take(&mut task.replies));
                match instrument::assemble(&self.plan.spec, at, replies) {
                    Ok(answered) => Outcome::Answered(answered),
                    Err(Unreadable::Refused { reason }) => Outcome::Refused { reason },
                    Err(Unreadable::Invalid { reason }) => Outcome::Invalid { reason },
                }
            }
        };
        self.close(task, outcome)
    }

    /// Concludes an assignment; continues with the respondent's next one, or ends.
    pub(super) fn close(&self, mut task: RespondentTask, outcome: Outcome) -> Next {
        task.conclude(outcome);
        let mut fresh = RespondentTask { replies: Vec::new(), ..task.at_next_question() };
        if fresh.record.outcomes.len() < usize::from(instrument::tasks(&self.plan.spec)) {
            return Next::Ask(fresh, Duration::ZERO);
        }
        fresh.count_answer();
        Next::Done(fresh)
    }

    /// Concludes an assignment with what was read of it; what was left out is not asked for.
    pub(super) fn close_as_read(&self, mut task: RespondentTask) -> Next {
        match task.so_far.take() {
            Some(answered) => self.close(task, Outcome::Answered(*answered)),
            None => Next::Ask(task, Duration::ZERO),
        }
    }

    /// The study was halted: only what was read before is kept.
    pub(super) fn close_halted(&self, task: RespondentTask, outcome: Outcome) -> Next {
        if task.so_far.is_some() { self.close(task, outcome) } else { Next::Halted(task) }
    }

    /// The engine is of no use any more. Of its last respondent, what was read before is kept.
    pub(super) fn stop_at(&mut self, task: RespondentTask, why: String) -> Next {
        if task.so_far.is_none() {
            return Next::Stop(task, why);
        }
        self.disable(task.engine, why.clone());
        self.close(task, Outcome::Failed { reason: why })
    }

    /// Carries out a respondent's next step.
    pub(super) fn follow(&mut self, next: Next) {
        match next {
            Next::Done(task) => self.conclude(task),
            Next::Ask(task, time) => {
                self.keep_early(&task);
                // It may have been the last one that could ask them, while their call was under way.
                self.lost_engine |= self.engines[task.engine].dead.is_some();
                // A respondent who waits for a retry releases the concurrency slot.
                self.effects.push(PanelEffect::Free(task.ticket));
                self.wait_until(time, task);
            }
            Next::Held(task, nothing) => self.hold(task, self.sent, Some(nothing)),
            Next::Halted(task) => {
                self.keep_early(&task);
                self.forget(task);
            }
            Next::Stop(task, why) => {
                let engine = task.engine;
                self.effects.push(PanelEffect::Free(task.ticket));
                self.wait_until(Duration::ZERO, task);
                self.disable(engine, why);
            }
        }
    }

    /// Stores the last exchanges of a respondent who is asked further questions. The slot stays taken until they are
    /// durable.
    fn keep_early(&mut self, task: &RespondentTask) {
        if let Some((at, said)) = task.early() {
            let usual = self.engines[task.engine].usual();
            self.effects.push(PanelEffect::Keep { ticket: task.ticket, at, said, usual });
        }
    }
}
