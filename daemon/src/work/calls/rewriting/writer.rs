//! The calls that have something written, a content once more or competitors for it: one engine is asked, another one
//! where it cannot. A reply that cannot be read is asked for again, as often as an answer is; what is found in the response
//! cache is not asked for.

use std::sync::Arc;

use protocol::credits::UsdMicros;
use protocol::error::{ApiError, ErrorCode};
use protocol::study::StudySpec;

use crate::app::{NotMade, RewriteReplies, StudyPurse, call_once};
use crate::domain::about_rewrite::AboutRewrite;
use crate::domain::evidence::PromptRecord;
use crate::domain::exchange::{End, Exchange, ReplySource, former};
use crate::domain::instrument::chain::{Proposed, RewriteBrief, read_proposals};
use crate::domain::instrument::{Unreadable, read_competitors};
use crate::domain::outcome::Usage;
use crate::domain::redact::Mask;
use crate::inference::chat::{ChatReply, Remedy, Stop};
use crate::inference::limits::{Condition, REJECTED_AGAIN_MAX, TRIES_MAX, backoff, own_wait};
use crate::inference::model::{ModelEngine, Pass, ReadyCall};
use crate::inference::prompt::{PromptError, ReaskPrompt};
use crate::store::rows::CallsUnderWay;
use crate::work::calls::doors::WEIGHT;
use crate::work::calls::patience::out_of_patience;
use crate::work::calls::{Calls, unwritten};

/// Re-asks after replies that cannot be read, at most.
const REASKS_MAX: u32 = 2;
/// Nobody of the panel: for the jitter of waits.
const NOBODY: u32 = u32::MAX;

/// What was written, or why nothing was.
pub(in crate::work) type Written<T> = Result<T, String>;

/// Something to be written.
trait WriterJob: Sync {
    /// What is read from a reply.
    type Texts: Send;

    /// The call.
    fn ready(
        &self,
        engine: &ModelEngine,
        spec: &StudySpec,
        reask: Option<ReaskPrompt<'_>>,
    ) -> Result<ReadyCall, PromptError>;

    /// The settings of the call, for the evidence.
    fn record(&self, engine: &ModelEngine, spec: &StudySpec) -> PromptRecord;

    /// What a reply holds.
    fn read(&self, spec: &StudySpec, end: &End, reply: &str) -> Result<Self::Texts, Unreadable>;

    /// Where the replies of an engine are kept.
    fn place(&self, engine: u16) -> AboutRewrite;
}

/// The content once more.
struct RewriteJob<'a>(&'a RewriteBrief);

impl WriterJob for RewriteJob<'_> {
    type Texts = Vec<Proposed>;

    fn ready(
        &self,
        engine: &ModelEngine,
        spec: &StudySpec,
        reask: Option<ReaskPrompt<'_>>,
    ) -> Result<ReadyCall, PromptError> {
        engine.ready_rewrite(spec, self.0, reask)
    }

    fn record(&self, engine: &ModelEngine, spec: &StudySpec) -> PromptRecord {
        engine.rewrite_prompt_record(spec)
    }

    fn read(&self, spec: &StudySpec, end: &End, reply: &str) -> Result<Self::Texts, Unreadable> {
        read_proposals(spec, end, reply)
    }

    fn place(&self, engine: u16) -> AboutRewrite {
        AboutRewrite::Writer { engine }
    }
}

/// Competitors for the content.
struct CompetitorJob;

impl WriterJob for CompetitorJob {
    type Texts = Vec<String>;

    fn ready(
        &self,
        engine: &ModelEngine,
        spec: &StudySpec,
        reask: Option<ReaskPrompt<'_>>,
    ) -> Result<ReadyCall, PromptError> {
        engine.ready_competitors(spec, reask)
    }

    fn record(&self, engine: &ModelEngine, _spec: &StudySpec) -> PromptRecord {
        engine.competitor_prompt_record()
    }

    fn read(&self, spec: &StudySpec, end: &End, reply: &str) -> Result<Self::Texts, Unreadable> {
        read_competitors(spec, end, reply)
    }

    fn place(&self, engine: u16) -> AboutRewrite {
        AboutRewrite::Competitors { engine }
    }
}

/// What came of one engine.
enum WriterOutcome<T> {
    Texts(T),
    /// Another engine may know better.
    Nothing(String),
    /// No engine may be asked any more.
    End(String),
}

impl Calls {
    /// Asks the engines in their order for rewrites of the content. However it ends, the cost is booked before it returns.
    pub(in crate::work) async fn propose(
        self,
        brief: &RewriteBrief,
    ) -> Result<Written<Vec<Proposed>>, ApiError> {
        self.have_written(&RewriteJob(brief)).await
    }

    /// Asks the engines in their order for competitors of the content. However it ends, the cost is booked before it returns.
    pub(in crate::work) async fn compete(self) -> Result<Written<Vec<String>>, ApiError> {
        self.have_written(&CompetitorJob).await
    }

    async fn have_written<J: WriterJob>(self, job: &J) -> Result<Written<J::Texts>, ApiError> {
        self.core.settle_past(&self.caller).await?;
        let written = self.write_by_any(job).await;
        for engine in self.pool.members() {
            engine.leave(self.number);
        }
        let booked = self.core.end_calls(&self.caller, self.number, Usage::default()).await;
        written.and_then(|written| booked.map(|()| written))
    }

    async fn write_by_any<J: WriterJob>(&self, job: &J) -> Result<Written<J::Texts>, ApiError> {
        let mut worst = UsdMicros::ZERO;
        for engine in self.pool.members() {
            let ready = job.ready(engine, &self.spec, None).map_err(unwritten)?;
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
            match self.write_by(place, engine, job).await? {
                WriterOutcome::Texts(texts) => return Ok(Ok(texts)),
                WriterOutcome::Nothing(why) => last = why,
                WriterOutcome::End(why) => return Ok(Err(why)),
            }
        }
        Ok(Err(last))
    }

    async fn write_by<J: WriterJob>(
        &self,
        place: u16,
        engine: &Arc<ModelEngine>,
        job: &J,
    ) -> Result<WriterOutcome<J::Texts>, ApiError> {
        let record = job.record(engine, &self.spec);
        self.core.keep_blueprint(&self.caller, self.number, record).await?;
        let at = job.place(place);
        let mut said: Vec<Exchange> = Vec::new();
        let mut correction: Option<String> = None;
        loop {
            let reask = correction.as_deref().map(|why| ReaskPrompt {
                why,
                former: said.last().map(|last| former(&last.reply)).unwrap_or_default(),
            });
            let ready = job.ready(engine, &self.spec, reask).map_err(unwritten)?;
            let remembered = self.remembered(vec![ready.address.clone()]).await?.pop().flatten();
            if let Some(known) = remembered {
                let reply = engine.mask().reply(&known.reply).into_owned();
                if let Ok(texts) = job.read(&self.spec, &known.end, &reply) {
                    if known.source == ReplySource::Remembered {
                        // Another study asked for it: the evidence of this one has it too.
                        let usage = Usage::remembered(known.source);
                        said.push(Exchange { reply, correction: correction.take(), ..known });
                        self.keep_written(at, engine, &said, usage).await?;
                    }
                    return Ok(WriterOutcome::Texts(texts));
                }
            }
            let reply = match self.ask_writer(at, engine, &ready, &said).await? {
                Ok(reply) => reply,
                Err(came) => return Ok(came),
            };
            let end = End::from(reply.stop);
            let text = engine.mask().reply(&reply.text).into_owned();
            let read = job.read(&self.spec, &end, &text);
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
            self.keep_written(at, engine, &said, reply.usage).await?;
            match read {
                Ok(texts) => return Ok(WriterOutcome::Texts(texts)),
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
    async fn ask_writer<T>(
        &self,
        at: AboutRewrite,
        engine: &Arc<ModelEngine>,
        ready: &ReadyCall,
        said: &[Exchange],
    ) -> Result<Result<WriterReply, WriterOutcome<T>>, ApiError> {
        let halted = || Ok(Err(WriterOutcome::End("the study was halted".to_owned())));
        let (mut tries, mut rejections) = (0, 0);
        loop {
            if self.cancel.is_cancelled() {
                return halted();
            }
            let (core, cap) = (&self.core, self.spec.max_cost_usd);
            let purse = StudyPurse { core, number: self.number, cap };
            let turn = async {
                let turn = tokio::select! {
                    () = self.cancel.cancelled() => None,
                    turn = engine.admit(&core.world().clock, self.number, WEIGHT, ready) => Some(turn),
                };
                engine.door().pass(self.number);
                turn
            };
            let make = |pass: Pass| pass.call(ready);
            let enough = out_of_patience(core.clone(), self.cancel.clone(), core.settings().drain);
            let spent = match call_once(&purse, engine.stake(ready), turn, make, enough).await {
                Ok(spent) => spent,
                Err(NotMade::Halted) => return halted(),
                Err(NotMade::Capped(capped)) if capped.asks_owner => {
                    core.ask_for_more(&self.caller, self.number, capped.worst).await?;
                    return halted();
                }
                Err(NotMade::Capped(capped)) => {
                    return Ok(Err(WriterOutcome::End(capped.to_string())));
                }
                Err(NotMade::Barred(why)) => return Ok(Err(WriterOutcome::Nothing(why))),
            };
            let usage = spent.usage();
            let error = match spent.reply {
                Ok(ChatReply { text, stop, model, .. }) => {
                    return Ok(Ok(WriterReply { text, stop, model, usage }));
                }
                Err(error) => error,
            };
            self.keep_written(at, engine, said, usage).await?;
            let why = error.to_string();
            match error.remedy() {
                Remedy::Drop if error.may_be_chance() && rejections < REJECTED_AGAIN_MAX => {
                    rejections += 1;
                }
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
        at: AboutRewrite,
        engine: &ModelEngine,
        said: &[Exchange],
        usage: Usage,
    ) -> Result<(), ApiError> {
        let mut replies = RewriteReplies::new(self.number, self.attempt);
        replies.keep(at.place(self.round), said.to_vec());
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
