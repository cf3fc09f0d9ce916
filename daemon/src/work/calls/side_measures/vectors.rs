//! Semantic similarity rating (SSR): texts are embedded and compared with anchors. The anchors are embedded once at the
//! start of a study, the texts of each respondent in one call.

use std::collections::BTreeMap;
use std::sync::Arc;

use protocol::channels::Construct;
use protocol::credits::UsdMicros;
use protocol::error::{ApiError, ErrorCode};

use super::exchange_log::ExchangeLog;
use super::{MeasuredRespondent, SideMeasures};
use crate::app::{Anchors, AnchorsUnavailable, NotMade, call_once};
use crate::domain::evidence::PromptRecord;
use crate::domain::exchange::{End, Exchange, ReplySource, SidePart, address};
use crate::domain::instrument;
use crate::domain::instrument::channels::{Library, measured};
use crate::domain::outcome::Usage;
use crate::inference::chat::Remedy;
use crate::inference::embed::{EmbedPermit, Embedder};
use crate::inference::limits::{Condition, TRIES_MAX, backoff, own_wait};
use crate::work::calls::Calls;

/// A respondent number that no panel contains; it selects the random stream of retry delays for the anchor calls.
const NOBODY: u32 = u32::MAX;

/// Everything that SSR needs.
pub(super) struct Ssr {
    embedder: Arc<Embedder>,
    /// The parameters that begin every address.
    parameters: String,
    anchors: BTreeMap<Construct, Result<Anchors, String>>,
    /// Lets one embedding call of the study at a time wait at the door.
    door: tokio::sync::Mutex<()>,
}

impl Ssr {
    /// Embeds the anchors and adds the settings to the evidence. Where that fails, texts are not rated, with the
    /// reason.
    pub(super) async fn open(
        calls: &Calls,
        embedder: Arc<Embedder>,
        constructs: &[Construct],
        overhead: &mut Usage,
    ) -> Result<(Self, PromptRecord), ApiError> {
        let library = Library::shipped().map_err(|error| {
            ApiError::new(ErrorCode::Internal, error.to_string()).because(&error)
        })?;
        let mut parameters: serde_json::Value =
            serde_json::from_str(&embedder.parameters()).unwrap_or_default();
        if let Some(fields) = parameters.as_object_mut() {
            fields.insert("anchors".to_owned(), library.hash().into());
        }
        let parameters = parameters.to_string();
        let mut anchors = BTreeMap::new();
        let mut failed: Option<String> = None;
        for construct in constructs {
            // Once one construct's anchors have failed, the others are not tried: they would fail in the same way.
            let got = match &failed {
                Some(why) => Err(why.clone()),
                None => get(calls, &embedder, *construct, overhead)
                    .await
                    .map_err(|why| format!("no anchors: {why}")),
            };
            failed = got.as_ref().err().cloned();
            anchors.insert(*construct, got);
        }
        let benches = anchors.iter().filter_map(|(construct, got)| {
            let got = got.as_ref().ok()?;
            Some((*construct, got.bench.clone()))
        });
        let price = embedder.known_price();
        let prompt_record = PromptRecord {
            parameters: parameters.clone(),
            price: price.map(|price| (price.input, price.cached_input, price.output)),
            templates: BTreeMap::new(),
            part: Some(SidePart::Embedding),
            benches: benches.collect(),
            reader: instrument::READER,
        };
        let door = tokio::sync::Mutex::new(());
        Ok((Self { embedder, parameters, anchors, door }, prompt_record))
    }

    /// The most that embedding texts of so many bytes in all can cost.
    pub(super) fn worst(&self, bytes: usize) -> UsdMicros {
        self.embedder.worst(bytes)
    }

    /// Why texts on that construct cannot be rated, if so.
    pub(super) fn lacks(&self, construct: Construct) -> Option<String> {
        self.anchors.get(&construct)?.as_ref().err().cloned()
    }

    /// The engine name under which its cost is reported, and its model.
    pub(super) fn names(&self) -> (String, String) {
        let name = format!("{} (embeddings)", self.embedder.engine());
        (name, self.embedder.model().to_owned())
    }

    pub(super) fn leave(&self, number: u32) {
        self.embedder.leave(number);
    }
}

/// Embeds the anchors of one construct, with retries.
async fn get(
    calls: &Calls,
    embedder: &Arc<Embedder>,
    construct: Construct,
    overhead: &mut Usage,
) -> Result<Anchors, String> {
    let mut tries = 0;
    loop {
        let Calls { core, caller, number, spec, .. } = calls;
        let cap = spec.max_cost_usd;
        let (got, took) = core.anchors(caller, *number, cap, embedder, construct).await;
        *overhead = overhead.plus(took);
        let AnchorsUnavailable { why, again } = match got {
            Ok(anchors) => return Ok(anchors),
            Err(none) => none,
        };
        tries += 1;
        match again {
            Some(after) if tries < TRIES_MAX && !calls.cancel.is_cancelled() => {
                let wait = backoff(calls.spec.seed, NOBODY, tries, Condition::Failing, None)
                    .max(own_wait(Some(after)));
                tokio::select! {
                    () = calls.cancel.cancelled() => return Err(why),
                    () = tokio::time::sleep(wait) => {}
                }
            }
            _ => return Err(why),
        }
    }
}

/// A text to embed.
struct Fresh<'a> {
    construct: Construct,
    text: String,
    address: String,
    anchors: &'a Anchors,
}

impl SideMeasures {
    /// Rates texts against their anchors; those that are not in the response cache are embedded in one call.
    pub(super) async fn embed(
        &self,
        ssr: &Ssr,
        speaker: MeasuredRespondent<'_>,
        texts: &[(Construct, String)],
        log: &mut ExchangeLog,
    ) {
        let mut fresh: Vec<Fresh<'_>> = Vec::new();
        for (construct, text) in texts {
            let about = (SidePart::Embedding, *construct);
            match ssr.anchors.get(construct) {
                Some(Ok(anchors)) => {
                    let address = address(&ssr.parameters, construct.as_str(), text);
                    if let Some(said) = self.recall(&address).await {
                        let took = Usage::remembered(said.source);
                        speaker.reservation.note(took);
                        log.took(SidePart::Embedding, took);
                        log.say(Exchange { beside: Some(about), ..said });
                    } else {
                        let (construct, text) = (*construct, text.clone());
                        fresh.push(Fresh { construct, text, address, anchors });
                    }
                }
                Some(Err(why)) => log.reason(SidePart::Embedding, *construct, why.clone()),
                None => {}
            }
        }
        if fresh.is_empty() || log.halted {
            return;
        }
        let inputs: Vec<String> = fresh.iter().map(|fresh| fresh.text.clone()).collect();
        match self.vectors(ssr, speaker, &inputs, log).await {
            Ok(made) => {
                for (fresh, vector) in fresh.into_iter().zip(made) {
                    note(ssr, fresh, &vector, log);
                }
                self.keep_early(speaker, log).await;
            }
            Err(why) => {
                for fresh in fresh {
                    log.reason(SidePart::Embedding, fresh.construct, why.clone());
                }
            }
        }
    }

    async fn vectors(
        &self,
        ssr: &Ssr,
        speaker: MeasuredRespondent<'_>,
        texts: &[String],
        log: &mut ExchangeLog,
    ) -> Result<Vec<Vec<f32>>, String> {
        let said = |why: &str| format!("no embedding: {why}");
        let mut tries = 0;
        loop {
            self.channel_budget.is_open(SidePart::Embedding).map_err(|why| said(&why))?;
            let turn = self.turn_to_embed(ssr, texts, tries == 0);
            let embed = |turn: EmbedPermit| turn.embed(texts);
            let enough = std::future::pending();
            let stake = ssr.embedder.stake(texts);
            let spent = match call_once(speaker.reservation, stake, turn, embed, enough).await {
                Ok(spent) => spent,
                Err(why) => {
                    log.halted |= why == NotMade::Halted;
                    if let NotMade::Barred(why) = &why {
                        self.channel_budget.close(SidePart::Embedding, why);
                    }
                    return Err(said(&why.to_string()));
                }
            };
            log.took(SidePart::Embedding, spent.usage());
            let error = match spent.reply {
                Ok(made) => return Ok(made.vectors),
                Err(error) => error,
            };
            let why = error.to_string();
            match error.remedy() {
                Remedy::Stop => {
                    self.channel_budget.close(SidePart::Embedding, &why);
                    return Err(said(&why));
                }
                Remedy::Drop => return Err(said(&why)),
                Remedy::Again(after) => {
                    tries += 1;
                    if tries >= TRIES_MAX || !self.channel_budget.retry() {
                        return Err(said(&why));
                    }
                    self.pause(speaker.ordinal, tries, after).await;
                }
            }
        }
    }

    /// A turn at the door of the embedding model; `None` when the study is halted first.
    async fn turn_to_embed(
        &self,
        ssr: &Ssr,
        texts: &[String],
        is_first: bool,
    ) -> Option<Result<EmbedPermit, String>> {
        if self.calls.cancel.is_cancelled() {
            return None;
        }
        let turn = async {
            let _alone = ssr.door.lock().await;
            ssr.embedder.admit(&self.calls.core.world().clock, self.calls.number, texts).await
        };
        let turn = tokio::select! {
            () = self.calls.cancel.cancelled() => None,
            turn = turn => Some(turn),
        };
        if is_first && matches!(turn, Some(Ok(_))) {
            self.channel_budget.first();
        }
        turn
    }
}

/// Records a vector: its similarities to the anchors, and its hash.
fn note(ssr: &Ssr, fresh: Fresh<'_>, vector: &[f32], log: &mut ExchangeLog) {
    let Fresh { construct, address, anchors, .. } = fresh;
    match measured(vector, &anchors.vectors) {
        Ok(measured) => log.say(Exchange {
            address,
            correction: None,
            reply: serde_json::to_string(&measured).unwrap_or_default(),
            whole_bytes: None,
            end: End::Finished,
            model: ssr.embedder.model().to_owned(),
            source: ReplySource::Asked,
            beside: Some((SidePart::Embedding, construct)),
            item: None,
        }),
        Err(why) => log.reason(SidePart::Embedding, construct, why),
    }
}
