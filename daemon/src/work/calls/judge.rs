//! What the end of a call means for its respondent: an outcome, another try, another question, or the end of the study.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use super::lane::Lane;
use super::round::Round;
use super::sitting::{Made, Next, Sitting};
use crate::domain::exchange::{self, End, Exchange, Source};
use crate::domain::instrument::{self, Unreadable};
use crate::domain::outcome::{Assignment, Class, Outcome, Usage};
use crate::inference::chat::{Remedy, Stop};
use crate::inference::limits::{Condition, TRIES_MAX, backoff};

/// Most times a reply that cannot be read is asked for again.
const REASKS_MAX: u32 = 2;

impl Round {
    /// What a call's end means for its respondent.
    pub(super) fn judge(&mut self, Made { mut sitting, address, spent, twice, .. }: Made) -> Next {
        let took = Usage {
            input_tokens: spent.input_tokens,
            output_tokens: spent.output_tokens,
            cost: spent.cost,
            reasks: u32::from(sitting.correction.is_some()),
            remembered: 0,
        };
        sitting.usage = sitting.usage.plus(took);
        let share = sitting.shares.entry(sitting.engine).or_default();
        share.usage = share.usage.plus(took);
        share.hedged = share.hedged.saturating_add(u32::from(twice));
        let halted = self.study.gate.is_cancelled();
        let at = sitting.at();
        let reply = match spent.reply {
            Ok(reply) => reply,
            Err(error) => {
                let again = match error.remedy() {
                    Remedy::Stop => return Next::Stop(sitting, error.to_string()),
                    Remedy::Again(after) => Some(after.unwrap_or_default()),
                    Remedy::Drop => None,
                };
                if halted {
                    return Next::Halted(sitting);
                }
                sitting.tries += 1;
                return match again {
                    Some(after) if sitting.tries < TRIES_MAX && self.budget.retry() => {
                        let time = self.study.now() + self.backoff(&sitting).max(after);
                        Next::Ask(sitting, time)
                    }
                    _ => self.close(sitting, at, Outcome::Failed { reason: error.to_string() }),
                };
            }
        };
        let end = match reply.stop {
            Stop::Declined(why) => End::Declined(why.to_owned()),
            Stop::Truncated => End::Truncated,
            Stop::Finished => End::Finished,
        };
        // A reply that breaks its reader is that respondent's trouble and nobody else's.
        let reading = || exchange::read(&self.study.spec, at, &end, &reply.text);
        let read = catch_unwind(AssertUnwindSafe(reading)).unwrap_or_else(|_| {
            Err(Unreadable::Invalid { reason: "the reply broke its reader".to_owned() })
        });
        let (kept, whole_bytes) = exchange::kept(&reply.text);
        let engine = self.lanes.get(sitting.engine).map(|lane| lane.engine.model());
        let said_by = if reply.model.is_empty() {
            engine.unwrap_or_default().to_owned()
        } else {
            reply.model
        };
        sitting.exchanges.push(Exchange {
            address,
            correction: sitting.correction.clone(),
            reply: kept.to_owned(),
            whole_bytes,
            end,
            // The usual model is the study's and need not be said again.
            model: if said_by == self.study.pool.model() { String::new() } else { said_by },
            source: Source::Asked,
            beside: None,
        });
        match read {
            Ok(answered) => self.close(sitting, at, Outcome::Answered(answered)),
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

    /// How long a respondent waits before the same engine is asked again.
    fn backoff(&self, sitting: &Sitting) -> Duration {
        let (seed, respondent) = (self.study.spec.seed, sitting.ticket.respondent);
        let lane = self.lanes.get(sitting.engine);
        let condition = lane.map_or(Condition::Failing, |lane| lane.engine.condition());
        backoff(seed, respondent, sitting.tries, condition, lane.and_then(Lane::usual))
    }

    /// Notes what came of a question; goes on with the next one of the same respondent, or is done.
    pub(super) fn close(&self, mut sitting: Sitting, at: Assignment, outcome: Outcome) -> Next {
        sitting.outcomes.push((at, outcome, sitting.usage));
        sitting.said.push((at, std::mem::take(&mut sitting.exchanges)));
        let mut fresh =
            Sitting { tries: 0, reasks: 0, usage: Usage::default(), correction: None, ..sitting };
        if fresh.outcomes.len() >= usize::from(instrument::tasks(&self.study.spec)) {
            let complete = |(_, outcome, _): &(_, Outcome, _)| outcome.class() == Class::Answered;
            if fresh.ticket.replicate == 0 && fresh.outcomes.iter().all(complete) {
                let share = fresh.shares.entry(fresh.engine).or_default();
                share.answers = share.answers.saturating_add(1);
            }
            Next::Done(fresh)
        } else {
            Next::Ask(fresh, Duration::ZERO)
        }
    }
}
