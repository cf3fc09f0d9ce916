//! The call that has a content rewritten: one engine is asked, another one where it cannot. A reply that cannot be read is
//! asked for again, as often as an answer is; what is found in the response cache is not asked for.

use std::sync::Arc;

use protocol::credits::UsdMicros;
use protocol::error::{ApiError, ErrorCode};

use crate::app::{AboutRewrite, RewriteReplies};
use crate::domain::exchange::{End, Exchange, ReplySource, former};
use crate::domain::instrument::Unreadable;
use crate::domain::instrument::chain::{Proposed, Wish, read_proposals};
use crate::domain::outcome::Usage;
use crate::domain::redact::Mask;
use crate::inference::chat::{ChatReply, Remedy, Stop};
use crate::inference::limits::{Condition, TRIES_MAX, backoff, own_wait};
use crate::inference::model::{ModelEngine, ReadyCall};
use crate::inference::prompt::ReaskPrompt;
use crate::store::rows::CallsUnderWay;
use crate::work::calls::engine_slot::WEIGHT;
use crate::work::calls::patience::{call, out_of_patience};
use crate::work::calls::{Calls, unwritten};

/// Re-asks after replies that cannot be read, at most.
const REASKS_MAX: u32 = 2;
/// Nobody of the panel: for the jitter of waits.
const NOBODY: u32 = u32::MAX;

/// Rewrites, or why there are none.
pub(in crate::work) type Written = Result<Vec<Proposed>, String>;

/// What came of one engine.
enum WriterOutcome {
    Proposals(Vec<Proposed>),
    /// Another engine may know better.
    Nothing(String),
    /// No engine may be asked any more.
    End(String),
}

impl Calls {
    /// Asks the engines in their order for rewrites of the content. However it ends, the cost is booked before it returns.
    pub(in crate::work) async fn propose(self, wishes: &[Wish]) -> Result<Written, ApiError> {
        self.core.settle_past(&self.caller).await?;
        let proposed = self.propose_by_any(wishes).await;
        for engine in self.pool.members() {
            engine.leave(self.number);
        }
        let booked = self.core.end_calls(&self.caller, self.number, Usage::default()).await;
        proposed.and_then(|proposed| booked.map(|()| proposed))
    }

    async fn propose_by_any(&self, wishes: &[Wish]) -> Result<Written, ApiError> {
        let mut worst = UsdMicros::ZERO;
        for engine in self.pool.members() {
            let ready = engine.ready_rewrite(&self.spec, wishes, None).map_err(unwritten)?;
            worst = worst.max(ready.worst);
        }
        let note = CallsUnderWay {
            engine: self.spec.engine.clone(),
            calls: 1,
            worst,
            waiting: UsdMicros::ZERO,
        };
        self.core.note_calls(&self.caller, self.number, note).await?;
        self.core.open_spending(&self.caller, self.number).await?;
        let mut last = "no engine can be asked".to_owned();
        for (place, engine) in (0_u16..).zip(self.pool.members()) {
            match self.propose_by(place, engine, wishes).await? {
                WriterOutcome::Proposals(proposals) => return Ok(Ok(proposals)),
                WriterOutcome::Nothing(why) => last = why,
                WriterOutcome::End(why) => return Ok(Err(why)),
            }
        }
        Ok(Err(last))
    }

    async fn propose_by(
        &self,
        place: u16,
        engine: &Arc<ModelEngine>,
        wishes: &[Wish],
    ) -> Result<WriterOutcome, ApiError> {
        let mut said: Vec<Exchange> = Vec::new();
        let mut correction: Option<String> = None;
        loop {
            let reask = correction.as_deref().map(|why| ReaskPrompt {
                why,
                former: said.last().map(|last| former(&last.reply)).unwrap_or_default(),
            });
            let ready = engine.ready_rewrite(&self.spec, wishes, reask).map_err(unwritten)?;
            let remembered = self.remembered(vec![ready.address.clone()]).await?.pop().flatten();
            if let Some(known) = remembered {
                let reply = engine.mask().reply(&known.reply).into_owned();
                if let Ok(proposals) = read_proposals(&self.spec, &known.end, &reply) {
                    return Ok(WriterOutcome::Proposals(proposals));
                }
            }
            let reply = match self.ask_writer(place, engine, &ready, &said).await? {
                Ok(reply) => reply,
                Err(came) => return Ok(came),
            };
            let end = match reply.stop {
                Stop::Declined(why) => End::Declined(why.to_owned()),
                Stop::Truncated => End::Truncated,
                Stop::Finished => End::Finished,
            };
            let text = engine.mask().reply(&reply.text).into_owned();
            let read = read_proposals(&self.spec, &end, &text);
            let own = reply.model.is_empty() || reply.model == self.pool.model();
            said.push(Exchange {
                address: ready.address,
                correction: correction.take(),
                reply: text,
                whole_bytes: None,
                end,
                model: if own { String::new() } else { reply.model },
                source: ReplySource::Asked,
                beside: None,
                item: None,
            });
            self.keep_written(place, engine, &said, reply.usage).await?;
            match read {
                Ok(proposals) => return Ok(WriterOutcome::Proposals(proposals)),
                Err(Unreadable::Refused { reason }) => {
                    return Ok(WriterOutcome::Nothing(format!("the model declined, {reason}")));
                }
                Err(Unreadable::Invalid { reason }) => {
                    let asked = u32::try_from(said.len()).unwrap_or(u32::MAX);
                    if asked > REASKS_MAX {
                        return Ok(WriterOutcome::Nothing(reason));
                    }
                    correction = Some(reason);
                }
            }
        }
    }

    /// One call, made again while that may help.
    async fn ask_writer(
        &self,
        place: u16,
        engine: &Arc<ModelEngine>,
        ready: &ReadyCall,
        said: &[Exchange],
    ) -> Result<Result<WriterReply, WriterOutcome>, ApiError> {
        let halted = || Ok(Err(WriterOutcome::End("the study was halted".to_owned())));
        let mut tries = 0;
        loop {
            if self.cancel.is_cancelled() {
                return halted();
            }
            let cap = self.spec.max_cost_usd;
            if let Err(capped) = self.core.reserve_cost(self.number, cap, ready.worst) {
                return Ok(Err(WriterOutcome::End(capped.to_string())));
            }
            let clock = &self.core.world().clock;
            let turn = tokio::select! {
                () = self.cancel.cancelled() => None,
                turn = engine.admit(clock, self.number, WEIGHT, ready) => Some(turn),
            };
            engine.pass(self.number);
            let pass = match turn {
                Some(Ok(pass)) => pass,
                Some(Err(why)) => {
                    self.core.settle_cost(self.number, ready.worst, UsdMicros::ZERO);
                    return Ok(Err(WriterOutcome::Nothing(why)));
                }
                None => {
                    self.core.settle_cost(self.number, ready.worst, UsdMicros::ZERO);
                    return halted();
                }
            };
            let drain = self.core.settings().drain;
            let enough = out_of_patience(self.core.clone(), self.cancel.clone(), drain);
            let spent = call(pass, ready, enough).await;
            self.core.settle_cost(self.number, ready.worst, spent.booked.cost);
            let usage = spent.usage();
            let error = match spent.reply {
                Ok(ChatReply { text, stop, model, .. }) => {
                    return Ok(Ok(WriterReply { text, stop, model, usage }));
                }
                Err(error) => error,
            };
            self.keep_written(place, engine, said, usage).await?;
            let why = error.to_string();
            match error.remedy() {
                Remedy::Stop | Remedy::Drop => return Ok(Err(WriterOutcome::Nothing(why))),
                Remedy::Again(after) => {
                    tries += 1;
                    if tries >= TRIES_MAX {
                        return Ok(Err(WriterOutcome::Nothing(why)));
                    }
                    let wait = backoff(self.spec.seed, NOBODY, tries, Condition::Failing, None)
                        .max(own_wait(after));
                    tokio::select! {
                        () = self.cancel.cancelled() => {}
                        () = tokio::time::sleep(wait) => {}
                    }
                }
            }
        }
    }

    /// Stores what was said so far, and books one call. A study that takes nothing any more has its cost booked as lost.
    async fn keep_written(
        &self,
        place: u16,
        engine: &ModelEngine,
        said: &[Exchange],
        usage: Usage,
    ) -> Result<(), ApiError> {
        let mut replies = RewriteReplies::new(self.number, self.attempt);
        let at = AboutRewrite::Writer { engine: place }.place(self.round);
        replies.keep(at, said.to_vec());
        replies.spend(&engine.service().name, engine.model(), usage);
        match self.core.record_rewriting(&self.caller, replies).await {
            Err(error) if error.code != ErrorCode::Conflict => Err(error),
            _ => Ok(()),
        }
    }
}

/// A reply with what it took.
struct WriterReply {
    text: String,
    stop: Stop,
    model: String,
    usage: Usage,
}
