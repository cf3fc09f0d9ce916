//! Handling of a finished call: it decides whether the respondent gets an outcome, a retry, the next question, or
//! whether the study ends. Replies are read here, and what is stored of them is decided here.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use super::engine_slot::EngineSlot;
use super::failover::Tries;
use super::panel_run::PanelRun;
use super::respondent_task::{CallOutcome, Next, RespondentTask};
use crate::domain::exchange::{self, End, Exchange, ReplySource};
use crate::domain::instrument::{self, ItemReply, Unreadable};
use crate::domain::outcome::{Answered, Assignment, Class, Outcome, Usage};
use crate::domain::redact::{Holds, Redacted, redact};
use crate::inference::chat::Stop;
use crate::inference::limits::{Condition, backoff};

/// Re-asks after replies that cannot be read, at most.
const REASKS_MAX: u32 = 2;

/// A reply that was read: the whole answer, or the answer to one item that is asked in a call of its own.
#[derive(Debug)]
pub(super) enum ReadReply {
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

impl PanelRun {
    /// The respondent's next step after a call.
    pub(super) fn judge(
        &mut self,
        CallOutcome { mut task, address, spent, .. }: CallOutcome,
    ) -> Next {
        let took = Usage { reasks: u32::from(task.correction.is_some()), ..spent.usage() };
        task.usage = task.usage.plus(took);
        let share = task.shares.entry(task.engine).or_default();
        share.usage = share.usage.plus(took);
        let halted = self.study.cancel.is_cancelled();
        let at = task.at();
        let reply = match spent.reply {
            Ok(reply) => reply,
            Err(error) => return self.without_reply(task, &error),
        };
        let end = match reply.stop {
            Stop::Declined(why) => End::Declined(why.to_owned()),
            Stop::Truncated => End::Truncated,
            Stop::Finished => End::Finished,
        };
        let Redacted { read, reply: kept, whole_bytes } = self.understand(&task, &end, reply.text);
        let engine = self.slots.get(task.engine).map(|slot| slot.engine.model());
        let said_by = if reply.model.is_empty() {
            engine.unwrap_or_default().to_owned()
        } else {
            reply.model
        };
        task.exchanges.push(Exchange {
            address,
            correction: task.correction.clone(),
            reply: kept,
            whole_bytes,
            end,
            // Empty means the study's own model, which is recorded once for the study.
            model: if said_by == self.study.pool.model() { String::new() } else { said_by },
            source: ReplySource::Asked,
            beside: None,
            item: task.item(&self.items),
        });
        match read {
            Ok(heard) => self.hear_out(task, heard),
            Err(Unreadable::Refused { reason }) => {
                self.close(task, at, Outcome::Refused { reason })
            }
            Err(Unreadable::Invalid { .. }) if halted => Next::Halted(task),
            Err(Unreadable::Invalid { reason }) => {
                if task.reasks < REASKS_MAX && self.stop.is_none() && self.budget.retry() {
                    task.reasks += 1;
                    task.correction = Some(reason);
                    return Next::Ask(task, Duration::ZERO);
                }
                self.close(task, at, Outcome::Invalid { reason })
            }
        }
    }

    /// Reads the reply to the current question and decides what is stored of it. A panic while reading fails this
    /// respondent only.
    pub(super) fn understand(
        &self,
        task: &RespondentTask,
        end: &End,
        reply: String,
    ) -> Redacted<ReadReply> {
        let slot = self.slots.get(task.engine);
        let mask = slot.map(|slot| slot.engine.mask());
        let read = |reply: &str| {
            catch_unwind(AssertUnwindSafe(|| self.read(task, end, reply))).unwrap_or_else(|_| {
                Err(Unreadable::Invalid { reason: "the reply broke its reader".to_owned() })
            })
        };
        redact(reply, &mask, read)
    }

    /// Reads the reply to the current question.
    fn read(&self, task: &RespondentTask, end: &End, reply: &str) -> Result<ReadReply, Unreadable> {
        let spec = &self.study.spec;
        match task.item(&self.items) {
            None => exchange::read(spec, task.at(), end, reply)
                .map(|answered| ReadReply::Whole(Box::new(answered))),
            Some(item) => exchange::read_item(spec, item, end, reply).map(ReadReply::One),
        }
    }

    /// Continues after a reply that was read: with the next item, or with the finished answer.
    pub(super) fn hear_out(&self, mut task: RespondentTask, heard: ReadReply) -> Next {
        let at = task.at();
        let outcome = match heard {
            ReadReply::Whole(answered) => Outcome::Answered(*answered),
            ReadReply::One(reply) => {
                task.replies.push(reply);
                if task.item(&self.items).is_some() {
                    let next = RespondentTask {
                        tries: Tries::default(),
                        reasks: 0,
                        correction: None,
                        ..task
                    };
                    return if self.study.cancel.is_cancelled() {
                        Next::Halted(next)
                    } else {
                        Next::Ask(next, Duration::ZERO)
                    };
                }
                let replies = std::mem::take(&mut task.replies);
                match instrument::assemble(&self.study.spec, at, replies) {
                    Ok(answered) => Outcome::Answered(answered),
                    Err(Unreadable::Refused { reason }) => Outcome::Refused { reason },
                    Err(Unreadable::Invalid { reason }) => Outcome::Invalid { reason },
                }
            }
        };
        self.close(task, at, outcome)
    }

    /// The delay before the same engine is asked again.
    pub(super) fn backoff(&self, task: &RespondentTask) -> Duration {
        let (seed, respondent) = (self.study.spec.seed, task.ticket.respondent);
        let slot = self.slots.get(task.engine);
        let condition = slot.map_or(Condition::Failing, |slot| slot.engine.condition());
        backoff(
            seed,
            respondent,
            task.tries.at(task.engine),
            condition,
            slot.and_then(EngineSlot::usual),
        )
    }

    /// Records the outcome of an assignment; continues with the respondent's next one, or ends.
    pub(super) fn close(&self, mut task: RespondentTask, at: Assignment, outcome: Outcome) -> Next {
        task.outcomes.push((at, outcome, task.usage));
        task.said.push((at, std::mem::take(&mut task.exchanges)));
        let mut fresh = RespondentTask {
            replies: Vec::new(),
            tries: Tries::default(),
            reasks: 0,
            usage: Usage::default(),
            correction: None,
            ..task
        };
        if fresh.outcomes.len() >= usize::from(instrument::tasks(&self.study.spec)) {
            let complete = |(_, outcome, _): &(_, Outcome, _)| outcome.class() == Class::Answered;
            if fresh.ticket.first().is_answer() && fresh.outcomes.iter().all(complete) {
                let share = fresh.shares.entry(fresh.engine).or_default();
                share.answers = share.answers.saturating_add(1);
            }
            Next::Done(fresh)
        } else {
            Next::Ask(fresh, Duration::ZERO)
        }
    }
}
