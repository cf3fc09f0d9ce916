//! Handling of a finished call: it decides whether the respondent gets an outcome, a retry, the next question, or
//! whether the study ends. Replies are read here, and what is stored of them is decided here.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use super::elsewhere::Tries;
use super::lane::Lane;
use super::round::Round;
use super::sitting::{Made, Next, Sitting};
use crate::domain::exchange::{self, End, Exchange, Source};
use crate::domain::instrument::{self, ItemReply, Unreadable};
use crate::domain::outcome::{Answered, Assignment, Class, Outcome, Usage};
use crate::domain::told::{Holds, Told, told};
use crate::inference::chat::Stop;
use crate::inference::limits::{Condition, backoff};

/// Re-asks after replies that cannot be read, at most.
const REASKS_MAX: u32 = 2;

/// A reply that was read: the whole answer, or the answer to one item that is asked in a call of its own.
#[derive(Debug)]
pub(super) enum Heard {
    Whole(Box<Answered>),
    One(ItemReply),
}

impl Holds for Heard {
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

impl Round {
    /// The respondent's next step after a call.
    pub(super) fn judge(&mut self, Made { mut sitting, address, spent, .. }: Made) -> Next {
        let took = Usage { reasks: u32::from(sitting.correction.is_some()), ..spent.usage() };
        sitting.usage = sitting.usage.plus(took);
        let share = sitting.shares.entry(sitting.engine).or_default();
        share.usage = share.usage.plus(took);
        let halted = self.study.gate.is_cancelled();
        let at = sitting.at();
        let reply = match spent.reply {
            Ok(reply) => reply,
            Err(error) => return self.without_reply(sitting, &error),
        };
        let end = match reply.stop {
            Stop::Declined(why) => End::Declined(why.to_owned()),
            Stop::Truncated => End::Truncated,
            Stop::Finished => End::Finished,
        };
        let Told { read, reply: kept, whole_bytes } = self.understand(&sitting, &end, reply.text);
        let engine = self.lanes.get(sitting.engine).map(|lane| lane.engine.model());
        let said_by = if reply.model.is_empty() {
            engine.unwrap_or_default().to_owned()
        } else {
            reply.model
        };
        sitting.exchanges.push(Exchange {
            address,
            correction: sitting.correction.clone(),
            reply: kept,
            whole_bytes,
            end,
            // Empty means the study's own model, which is recorded once for the study.
            model: if said_by == self.study.pool.model() { String::new() } else { said_by },
            source: Source::Asked,
            beside: None,
            item: sitting.item(&self.items),
        });
        match read {
            Ok(heard) => self.hear_out(sitting, heard),
            Err(Unreadable::Refused { reason }) => {
                self.close(sitting, at, Outcome::Refused { reason })
            }
            Err(Unreadable::Invalid { .. }) if halted => Next::Halted(sitting),
            Err(Unreadable::Invalid { reason }) => {
                if sitting.reasks < REASKS_MAX && self.stop.is_none() && self.budget.retry() {
                    sitting.reasks += 1;
                    sitting.correction = Some(reason);
                    return Next::Ask(sitting, Duration::ZERO);
                }
                self.close(sitting, at, Outcome::Invalid { reason })
            }
        }
    }

    /// Reads the reply to the current question and decides what is stored of it. A panic while reading fails this
    /// respondent only.
    pub(super) fn understand(&self, sitting: &Sitting, end: &End, reply: String) -> Told<Heard> {
        let lane = self.lanes.get(sitting.engine);
        let mask = lane.map(|lane| lane.engine.mask());
        let read = |reply: &str| {
            catch_unwind(AssertUnwindSafe(|| self.read(sitting, end, reply))).unwrap_or_else(|_| {
                Err(Unreadable::Invalid { reason: "the reply broke its reader".to_owned() })
            })
        };
        told(reply, &mask, read)
    }

    /// Reads the reply to the current question.
    fn read(&self, sitting: &Sitting, end: &End, reply: &str) -> Result<Heard, Unreadable> {
        let spec = &self.study.spec;
        match sitting.item(&self.items) {
            None => exchange::read(spec, sitting.at(), end, reply)
                .map(|answered| Heard::Whole(Box::new(answered))),
            Some(item) => exchange::read_item(spec, item, end, reply).map(Heard::One),
        }
    }

    /// Continues after a reply that was read: with the next item, or with the finished answer.
    pub(super) fn hear_out(&self, mut sitting: Sitting, heard: Heard) -> Next {
        let at = sitting.at();
        let outcome = match heard {
            Heard::Whole(answered) => Outcome::Answered(*answered),
            Heard::One(reply) => {
                sitting.replies.push(reply);
                if sitting.item(&self.items).is_some() {
                    let next =
                        Sitting { tries: Tries::default(), reasks: 0, correction: None, ..sitting };
                    return if self.study.gate.is_cancelled() {
                        Next::Halted(next)
                    } else {
                        Next::Ask(next, Duration::ZERO)
                    };
                }
                let replies = std::mem::take(&mut sitting.replies);
                match instrument::assemble(&self.study.spec, at, replies) {
                    Ok(answered) => Outcome::Answered(answered),
                    Err(Unreadable::Refused { reason }) => Outcome::Refused { reason },
                    Err(Unreadable::Invalid { reason }) => Outcome::Invalid { reason },
                }
            }
        };
        self.close(sitting, at, outcome)
    }

    /// The delay before the same engine is asked again.
    pub(super) fn backoff(&self, sitting: &Sitting) -> Duration {
        let (seed, respondent) = (self.study.spec.seed, sitting.ticket.respondent);
        let lane = self.lanes.get(sitting.engine);
        let condition = lane.map_or(Condition::Failing, |lane| lane.engine.condition());
        backoff(
            seed,
            respondent,
            sitting.tries.at(sitting.engine),
            condition,
            lane.and_then(Lane::usual),
        )
    }

    /// Records the outcome of an assignment; continues with the respondent's next one, or ends.
    pub(super) fn close(&self, mut sitting: Sitting, at: Assignment, outcome: Outcome) -> Next {
        sitting.outcomes.push((at, outcome, sitting.usage));
        sitting.said.push((at, std::mem::take(&mut sitting.exchanges)));
        let mut fresh = Sitting {
            replies: Vec::new(),
            tries: Tries::default(),
            reasks: 0,
            usage: Usage::default(),
            correction: None,
            ..sitting
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
