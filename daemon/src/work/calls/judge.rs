//! What the end of a call means for its respondent: an outcome, another try, another question, or the end of the study.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use super::round::Round;
use super::sitting::{Made, Next, Sitting};
use crate::domain::instrument::{self, Unreadable};
use crate::domain::outcome::{Assignment, Class, Outcome, Usage};
use crate::inference::chat::{Remedy, Stop};
use crate::inference::limits::{TRIES_MAX, backoff};

/// Most times a reply that cannot be read is asked for again.
const REASKS_MAX: u32 = 2;

impl Round {
    /// What a call's end means for its respondent.
    pub(super) fn judge(&mut self, Made { mut sitting, spent, twice, .. }: Made) -> Next {
        let took = Usage {
            input_tokens: spent.input_tokens,
            output_tokens: spent.output_tokens,
            cost: spent.cost,
            reasks: u32::from(sitting.correction.is_some()),
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
                        let wait = backoff(self.study.spec.seed, sitting.respondent, sitting.tries);
                        let time = self.study.now() + wait.max(after);
                        Next::Ask(sitting, time)
                    }
                    _ => self.close(sitting, at, Outcome::Failed { reason: error.to_string() }),
                };
            }
        };
        let read = match reply.stop {
            Stop::Declined(why) => Err(Unreadable::Refused { reason: why.to_owned() }),
            Stop::Truncated => Err(Unreadable::Invalid {
                reason: "the reply was cut off at its longest".to_owned(),
            }),
            Stop::Finished => {
                // A reply that breaks its reader is that respondent's trouble and nobody else's.
                let reading = || instrument::read_model(&self.study.spec, at, &reply.text);
                catch_unwind(AssertUnwindSafe(reading)).unwrap_or_else(|_| {
                    Err(Unreadable::Invalid { reason: "the reply broke its reader".to_owned() })
                })
            }
        };
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

    /// Notes what came of a question; goes on with the next one of the same respondent, or is done.
    fn close(&self, mut sitting: Sitting, at: Assignment, outcome: Outcome) -> Next {
        sitting.outcomes.push((at, outcome, sitting.usage));
        let mut fresh =
            Sitting { tries: 0, reasks: 0, usage: Usage::default(), correction: None, ..sitting };
        if fresh.outcomes.len() >= usize::from(instrument::tasks(&self.study.spec)) {
            let complete = |(_, outcome, _): &(_, Outcome, _)| outcome.class() == Class::Answered;
            if fresh.outcomes.iter().all(complete) {
                let share = fresh.shares.entry(fresh.engine).or_default();
                share.answers = share.answers.saturating_add(1);
            }
            Next::Done(fresh)
        } else {
            Next::Ask(fresh, Duration::ZERO)
        }
    }
}
