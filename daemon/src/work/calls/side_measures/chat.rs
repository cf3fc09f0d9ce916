//! Calls to a chat model for side measurements: the respondent's free text, or the rating of one. A reply that cannot
//! be read is re-asked until it can be, within the limits of the study.

use std::sync::Arc;

use protocol::channels::Construct;

use super::exchange_log::ExchangeLog;
use super::{MeasuredRespondent, SideMeasures};
use crate::app::{NotMade, call_once};
use crate::domain::exchange::{self, End, Exchange, ReplySource, SidePart, read_whole};
use crate::domain::instrument::Unreadable;
use crate::domain::outcome::Usage;
use crate::domain::redact::Mask;
use crate::inference::chat::{ChatReply, Remedy};
use crate::inference::limits::{REJECTED_AGAIN_MAX, TRIES_MAX};
use crate::inference::model::{ModelEngine, Pass, ReadyCall};
use crate::inference::prompt::{PromptError, ReaskPrompt};
use crate::work::calls::doors::WEIGHT;

/// Re-asks after replies that cannot be read, at most.
const REASKS_MAX: u32 = 2;

/// A question to a chat model: the engine, what is asked, and the wording of a re-ask after an unreadable reply.
pub(super) struct SideQuestion<'a> {
    pub(super) engine: &'a Arc<ModelEngine>,
    pub(super) about: (SidePart, Construct),
    pub(super) ready:
        &'a (dyn Fn(Option<ReaskPrompt<'_>>) -> Result<ReadyCall, PromptError> + Sync),
}

/// The result of one call.
enum Came {
    Reply(Box<(String, ChatReply)>),
    /// No reply, with the reason.
    Nothing(String),
    /// The study was halted.
    Halted,
}

impl SideMeasures {
    /// Asks until a reply can be read and returns what was read. `None` when there is none; the log then holds the
    /// reason.
    pub(super) async fn put<T>(
        &self,
        speaker: MeasuredRespondent<'_>,
        question: &SideQuestion<'_>,
        reader: fn(&str) -> Result<T, Unreadable>,
        log: &mut ExchangeLog,
    ) -> Option<T> {
        let (part, construct) = question.about;
        let mut correction: Option<String> = None;
        let mut former = String::new();
        let mut reasks = 0;
        loop {
            let reask = correction.as_deref().map(|why| ReaskPrompt { why, former: &former });
            let ready = match (question.ready)(reask) {
                Ok(ready) => ready,
                Err(error) => {
                    log.reason(part, construct, error.to_string());
                    return None;
                }
            };
            // Texts are sent on to other services and ratings cannot contain a key, so both are read with keys masked.
            let mask = question.engine.mask();
            if let Some(said) = self.recall(&ready.address).await {
                let reply = mask.reply(&said.reply).into_owned();
                if let Ok(read) = read_whole(&said.end, &reply, reader) {
                    let took = Usage::remembered(said.source);
                    speaker.reservation.note(took);
                    log.took(part, took);
                    log.say(Exchange { correction, reply, beside: Some(question.about), ..said });
                    return Some(read);
                }
            }
            let (address, reply) = match self.call(speaker, question, &ready, reasks > 0, log).await
            {
                Came::Reply(came) => *came,
                Came::Nothing(why) => {
                    log.reason(part, construct, why);
                    return None;
                }
                Came::Halted => {
                    log.halted = true;
                    return None;
                }
            };
            let end = End::from(reply.stop);
            let text = mask.reply(&reply.text).into_owned();
            let read = read_whole(&end, &text, reader);
            log.say(Exchange {
                address,
                correction: correction.take(),
                reply: text,
                whole_bytes: None,
                end,
                model: self.said_by(question.engine, reply.model),
                source: ReplySource::Asked,
                beside: Some(question.about),
                item: None,
            });
            match read {
                Ok(read) => {
                    self.keep_early(speaker, log).await;
                    return Some(read);
                }
                Err(Unreadable::Refused { .. }) => return None,
                Err(Unreadable::Invalid { reason }) => {
                    if reasks >= REASKS_MAX || !self.channel_budget.retry() {
                        return None;
                    }
                    reasks += 1;
                    former = log
                        .last()
                        .map(|last| exchange::former(last).to_owned())
                        .unwrap_or_default();
                    correction = Some(reason);
                }
            }
        }
    }

    /// The model to record for a reply; empty when it is the study's own model, which is recorded once for the study.
    fn said_by(&self, engine: &ModelEngine, model: String) -> String {
        let model = if model.is_empty() { engine.model().to_owned() } else { model };
        if model == self.calls.pool.model() { String::new() } else { model }
    }

    /// One call, retried while a retry may help.
    async fn call(
        &self,
        speaker: MeasuredRespondent<'_>,
        question: &SideQuestion<'_>,
        ready: &ReadyCall,
        is_reask: bool,
        log: &mut ExchangeLog,
    ) -> Came {
        let (part, _) = question.about;
        let what = match part {
            SidePart::Text => "no text",
            SidePart::Rating | SidePart::Embedding => "no rating",
        };
        let (mut tries, mut rejections) = (0, 0);
        loop {
            if self.calls.cancel.is_cancelled() {
                return Came::Halted;
            }
            if let Err(why) = self.channel_budget.is_open(part) {
                return Came::Nothing(format!("{what}: {why}"));
            }
            let is_first = (tries, rejections, is_reask) == (0, 0, false);
            let turn = self.turn(question.engine, ready, is_first);
            let make = |pass: Pass| pass.call(ready);
            let enough = std::future::pending();
            let stake = question.engine.stake(ready);
            let spent = match call_once(speaker.reservation, stake, turn, make, enough).await {
                Ok(spent) => spent,
                Err(NotMade::Halted) => return Came::Halted,
                Err(why) => {
                    if let NotMade::Barred(why) = &why {
                        self.channel_budget.close(part, why);
                    }
                    return Came::Nothing(format!("{what}: {why}"));
                }
            };
            let again = Usage { reasks: u32::from(is_reask), ..Usage::default() };
            speaker.reservation.note(again);
            log.took(part, spent.usage().plus(again));
            let error = match spent.reply {
                Ok(reply) => return Came::Reply(Box::new((ready.address.clone(), reply))),
                Err(error) => error,
            };
            let why = error.to_string();
            match error.remedy() {
                Remedy::Stop => {
                    self.channel_budget.close(part, &why);
                    return Came::Nothing(format!("{what}: {why}"));
                }
                // A rejection costs nothing, and may be chance at a service that takes other calls.
                Remedy::Drop
                    if error.may_be_chance()
                        && rejections < REJECTED_AGAIN_MAX
                        && question.engine.is_proven() =>
                {
                    rejections += 1;
                }
                Remedy::Drop => return Came::Nothing(format!("{what}: {why}")),
                Remedy::Again(after) => {
                    tries += 1;
                    if tries >= TRIES_MAX || !self.channel_budget.retry() {
                        return Came::Nothing(format!("{what}: {why}"));
                    }
                    self.pause(speaker.ordinal, tries, after).await;
                }
            }
        }
    }

    /// A turn at the engine's door (its rate limiter); `None` when the study is halted first. Only one call of this
    /// study waits there at a time, and afterwards the study drops its claim to a further turn, so that other studies
    /// are not kept waiting.
    async fn turn(
        &self,
        engine: &Arc<ModelEngine>,
        ready: &ReadyCall,
        is_first: bool,
    ) -> Option<Result<Pass, String>> {
        let (clock, number) = (&self.calls.core.world().clock, self.calls.number);
        let turn = async {
            let _alone = self.door.lock().await;
            engine.admit(clock, number, WEIGHT, ready).await
        };
        let turn = tokio::select! {
            () = self.calls.cancel.cancelled() => None,
            turn = turn => Some(turn),
        };
        engine.door().pass(number);
        if is_first && matches!(turn, Some(Ok(_))) {
            self.channel_budget.first();
        }
        turn
    }
}
