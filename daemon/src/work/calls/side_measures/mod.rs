//! Side measurements of a respondent: a free text for each construct, its semantic similarity rating (SSR) against
//! anchors, and a rating by a second model. A failed side measurement never changes the direct answer; its channel
//! reports the reason and no substitute value.

mod channel_budget;
mod chat;
mod exchange_log;
mod reservation;
mod vectors;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use protocol::channels::{Channel, Channels, Construct};
use protocol::credits::UsdMicros;
use protocol::error::ApiError;
use protocol::persona::Persona;
use protocol::results::Answer;
use tokio::sync::{mpsc, oneshot};

use self::channel_budget::ChannelBudget;
use self::chat::SideQuestion;
use self::exchange_log::ExchangeLog;
pub(super) use self::reservation::Reservation;
use self::vectors::Ssr;
use super::recorder::RecordRequest;
use super::{Calls, unwritten};
use crate::domain::channel_readings;
use crate::domain::evidence::PromptRecord;
use crate::domain::exchange::{Exchange, ReplySource, SidePart};
use crate::domain::instrument::channels::{TEXT_BYTES_MAX, heard, hears, read_rating, read_text};
use crate::domain::outcome::{Assignment, EngineUse, Usage};
use crate::inference::limits::{Condition, backoff, own_wait};
use crate::inference::model::ModelEngine;

/// Everything that the side measurements of a study need.
pub(super) struct SideMeasures {
    calls: Calls,
    constructs: &'static [Construct],
    ssr: Option<Ssr>,
    rater: Option<Arc<ModelEngine>>,
    /// The most that rating all constructs of one respondent can cost.
    worst_rating: UsdMicros,
    channel_budget: ChannelBudget,
    /// Lets one side-measurement call of this study at a time wait at the doors of chat models.
    door: tokio::sync::Mutex<()>,
    /// Usage of the calls that embed the anchors, until it is booked with the first respondent.
    overhead: Mutex<Usage>,
}

/// The side measurements of one respondent.
#[derive(Debug, Default)]
pub(super) struct MeasuredChannels {
    pub(super) channels: Option<Channels>,
    pub(super) exchanges: Vec<Exchange>,
    /// Usage of the engine that gave the direct answer.
    pub(super) own: EngineUse,
    /// Usage of other engines: name, model, usage.
    pub(super) others: Vec<(String, String, EngineUse)>,
    /// The study was halted before every question was asked; the channels are then not recorded.
    pub(super) halted: bool,
}

/// A respondent to be measured.
#[derive(Clone, Copy)]
pub(super) struct MeasuredRespondent<'a> {
    /// The engine that gave the direct answer.
    pub(super) engine: &'a Arc<ModelEngine>,
    /// The respondent's ordinal in the panel.
    pub(super) ordinal: u32,
    pub(super) persona: &'a Persona,
    /// The direct answer.
    pub(super) answer: &'a Answer,
    /// The money reserved for these calls.
    pub(super) reservation: &'a Reservation,
    /// The exchanges of the direct question.
    pub(super) direct: Option<&'a (Assignment, Vec<Exchange>)>,
    /// Receives every exchange for the store.
    pub(super) recorder: &'a mpsc::Sender<RecordRequest>,
}

impl SideMeasures {
    /// Prepares the side measurements and adds their settings and templates to the evidence; `None` for a study with
    /// the direct channel only.
    pub(super) async fn open(
        calls: &Calls,
        prompt_records: &mut Vec<PromptRecord>,
    ) -> Result<Option<Arc<Self>>, ApiError> {
        let constructs = heard(&calls.spec);
        if constructs.is_empty() {
            return Ok(None);
        }
        let makers = calls.core.makers(&calls.caller, &calls.spec).await?;
        let members = calls.pool.members().iter();
        prompt_records.extend(members.map(|engine| engine.side_prompt_record(SidePart::Text)));
        let mut worst_rating = 0_i64;
        if let Some(rater) = &makers.rater {
            prompt_records.push(rater.side_prompt_record(SidePart::Rating));
            for construct in constructs {
                let longest =
                    rater.longest_rating(calls.spec.seed, *construct).map_err(unwritten)?;
                worst_rating = worst_rating.saturating_add(longest.worst.0);
            }
        }
        let mut overhead = Usage::default();
        let ssr = match makers.embedder {
            Some(embedder) if hears(&calls.spec, Channel::Ssr) => {
                let (ssr, prompt_record) =
                    Ssr::open(calls, embedder, constructs, &mut overhead).await?;
                prompt_records.push(prompt_record);
                Some(ssr)
            }
            _ => None,
        };
        Ok(Some(Arc::new(Self {
            calls: calls.clone(),
            constructs,
            ssr,
            rater: makers.rater,
            worst_rating: UsdMicros(worst_rating),
            channel_budget: ChannelBudget::default(),
            door: tokio::sync::Mutex::new(()),
            overhead: Mutex::new(overhead),
        })))
    }

    /// The most that the side measurements of one respondent can cost, without retries.
    pub(super) fn worst(
        &self,
        engine: &ModelEngine,
        persona: &Persona,
    ) -> Result<UsdMicros, ApiError> {
        let mut worst = self.worst_rating.0;
        for construct in self.constructs {
            let text = engine.ready_text(&self.calls.spec, *construct, persona, None);
            worst = worst.saturating_add(text.map_err(unwritten)?.worst.0);
        }
        if let Some(ssr) = &self.ssr {
            let bytes = TEXT_BYTES_MAX.saturating_mul(self.constructs.len());
            worst = worst.saturating_add(ssr.worst(bytes).0);
        }
        Ok(UsdMicros(worst))
    }

    /// The same for the first respondent at the most expensive engine, plus the most that the direct questions can
    /// cost.
    pub(super) fn with_worst(
        &self,
        direct: UsdMicros,
        calls: &Calls,
    ) -> Result<UsdMicros, ApiError> {
        let mut worst = UsdMicros::ZERO;
        if let Some(persona) = calls.panel.persona(0) {
            for engine in calls.pool.members() {
                worst = worst.max(self.worst(engine, &persona)?);
            }
        }
        Ok(UsdMicros(direct.0.saturating_add(worst.0)))
    }

    /// Runs all side measurements of one respondent.
    pub(super) async fn ask(&self, speaker: MeasuredRespondent<'_>) -> MeasuredChannels {
        let mut log = ExchangeLog::default();
        let overhead = self.take_overhead();
        if overhead != Usage::default() {
            speaker.reservation.note(overhead);
            log.took(SidePart::Embedding, overhead);
        }
        let is_new = |(_, said): &(_, Vec<Exchange>)| {
            said.last().is_some_and(|said| said.source == ReplySource::Asked)
        };
        if speaker.direct.is_some_and(is_new) {
            self.keep_early(speaker, &log).await;
        }
        let mut texts: Vec<(Construct, String)> = Vec::new();
        for construct in self.constructs {
            if let Some(text) = self.text(speaker, *construct, &mut log).await {
                texts.push((*construct, text));
            }
        }
        if let Some(ssr) = &self.ssr {
            self.embed(ssr, speaker, &texts, &mut log).await;
        }
        if let Some(rater) = &self.rater {
            for (construct, text) in &texts {
                let seed = self.calls.spec.seed;
                let question = SideQuestion {
                    engine: rater,
                    about: (SidePart::Rating, *construct),
                    ready: &|reask| rater.ready_rating(seed, *construct, text, reask),
                };
                let _rated = self.put(speaker, &question, read_rating, &mut log).await;
            }
        }
        self.heard(speaker.answer, log)
    }

    /// A free text on one construct; skipped when no channel could read it.
    async fn text(
        &self,
        speaker: MeasuredRespondent<'_>,
        construct: Construct,
        log: &mut ExchangeLog,
    ) -> Option<String> {
        let unreadable = self.ssr.as_ref().and_then(|ssr| ssr.lacks(construct));
        if let (None, Some(why)) = (&self.rater, unreadable) {
            log.reason(SidePart::Text, construct, why);
            return None;
        }
        let MeasuredRespondent { engine, persona, .. } = speaker;
        let question = SideQuestion {
            engine,
            about: (SidePart::Text, construct),
            ready: &|reask| engine.ready_text(&self.calls.spec, construct, persona, reask),
        };
        self.put(speaker, &question, read_text, log).await
    }

    fn heard(&self, answer: &Answer, log: ExchangeLog) -> MeasuredChannels {
        let why = |part: SidePart, construct: Construct| log.why(part, construct);
        let channels = channel_readings::heard(&self.calls.spec, answer, &log.spoken(), &why);
        let mut heard =
            MeasuredChannels { channels, halted: log.halted, ..MeasuredChannels::default() };
        for (part, usage) in log.usage {
            let share = EngineUse { usage, ..EngineUse::default() };
            let other = match part {
                SidePart::Text => {
                    heard.own = share;
                    None
                }
                SidePart::Embedding => self.ssr.as_ref().map(Ssr::names),
                SidePart::Rating => self
                    .rater
                    .as_ref()
                    .map(|rater| (rater.service().name.clone(), rater.model().to_owned())),
            };
            heard.others.extend(other.map(|(name, model)| (name, model, share)));
        }
        heard.exchanges = log.exchanges;
        heard
    }

    /// Takes the usage of the anchor calls that is not yet booked with a respondent.
    pub(super) fn take_overhead(&self) -> Usage {
        std::mem::take(&mut *self.overhead.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Gives up this study's turns at the doors, because the study is done.
    pub(super) fn leave(&self) {
        if let Some(rater) = &self.rater {
            rater.leave(self.calls.number);
        }
        if let Some(ssr) = &self.ssr {
            ssr.leave(self.calls.number);
        }
    }

    /// Looks up the question in the response cache, where the study allows that.
    async fn recall(&self, address: &str) -> Option<Exchange> {
        if !self.calls.recalls() {
            return None;
        }
        // A store that cannot be read reports its error at the next write; until then the question is asked.
        let said = self.calls.remembered(vec![address.to_owned()]).await.ok()?.pop()??;
        Some(Exchange { correction: None, ..said })
    }

    /// Stores the exchanges so far, so that nothing is asked again after a halt or a crash; returns when they are
    /// durable.
    async fn keep_early(&self, speaker: MeasuredRespondent<'_>, log: &ExchangeLog) {
        let Some((at, direct)) = speaker.direct else { return };
        let said = direct.iter().chain(&log.exchanges).cloned().collect();
        let (durable, is_durable) = oneshot::channel();
        let (early, durable) = (Some((*at, said)), Some(durable));
        // If recording has ended, the recorder reports the error itself.
        drop(
            speaker
                .recorder
                .send(RecordRequest { early, durable, ..RecordRequest::default() })
                .await,
        );
        drop(is_durable.await);
    }

    /// Waits before a retry; a halt of the study ends the wait.
    async fn pause(&self, ordinal: u32, tries: u32, after: Option<Duration>) {
        let wait = backoff(self.calls.spec.seed, ordinal, tries, Condition::Failing, None)
            .max(own_wait(after));
        tokio::select! {
            () = self.calls.cancel.cancelled() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}
