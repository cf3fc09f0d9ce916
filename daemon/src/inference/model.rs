//! A language-model engine: its service, its admission control, and its prompts. It makes one call at a time for its
//! caller, which handles the reply.

mod beside;
mod estimate;
mod form;
mod rewrite;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use protocol::credits::UsdMicros;
use protocol::study::{StudySpec, StudyType};
use tokio::sync::Notify;

use super::chat::{Allowance, CallError, Chat, ChatReply, ReplyShape, Schema};
use super::client::{ServiceClient, ServiceRoute};
use super::embed::Embedder;
use super::limits::{Admission, Admit, Bounds, Condition, Quiet, Signal};
use super::pool::Availability;
use super::price::{Booked, Price, tokens_likely, tokens_max};
use super::prompt::{Prompt, PromptError, Prompts, ReaskPrompt, put};
use super::service::Service;
use crate::config::Structured;
use crate::domain::digest::Digest;
use crate::domain::evidence::PromptRecord;
use crate::domain::exchange::AddressPrefix;
use crate::domain::instrument::{self, Item};
use crate::domain::outcome::{Assignment, Usage};
use crate::domain::redact::Mask;
use crate::world::Clock;

pub(crate) use self::estimate::Estimate;
pub(crate) use self::form::QuestionForm;

/// A language model that can be asked. Studies share it, and its admission control decides whose turn it is.
#[derive(Debug)]
pub struct ModelEngine {
    service: Service,
    caller: ServiceClient,
    embedder: Option<Arc<Embedder>>,
    prompts: Arc<Prompts>,
    door: Mutex<Admission>,
    route: Result<ServiceRoute, CallError>,
    freed: Notify,
    retuned: Notify,
}

/// Sampling parameters of replies.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Sampling {
    /// If one is sent.
    temperature: Option<f64>,
    /// Longest reply in tokens.
    output_tokens_max: u32,
}

/// A prepared call: the request, and the most it can cost.
#[derive(Clone, Debug)]
pub struct ReadyCall {
    chat: Chat,
    /// Most tokens, input and output.
    tokens_max: u64,
    /// Expected tokens.
    tokens_likely: u64,
    /// The most it can cost.
    pub worst: UsdMicros,
    /// The address of the prompt.
    pub address: String,
}

/// The result of a call.
#[derive(Debug)]
pub struct Spent {
    /// The reply, or why there is none.
    pub reply: Result<ChatReply, CallError>,
    /// Input tokens, as counted by the service.
    pub input_tokens: u64,
    /// Output tokens, as counted by the service.
    pub output_tokens: u64,
    /// The booked cost: never more than the worst case that was announced.
    pub booked: Booked,
}

impl Spent {
    /// Tokens and cost.
    pub fn usage(&self) -> Usage {
        Usage {
            input_tokens: self.input_tokens,
            output_tokens: self.output_tokens,
            cost: self.booked.cost,
            at_most: u32::from(self.booked.at_most),
            ..Usage::default()
        }
    }
}

/// An admitted call's slot, released when it is dropped without a call.
pub struct Pass {
    engine: Arc<ModelEngine>,
    clock: Arc<dyn Clock>,
    used: bool,
}

impl ModelEngine {
    /// An engine for that service.
    pub fn new(
        service: Service,
        caller: ServiceClient,
        prompts: Arc<Prompts>,
        now: Duration,
    ) -> Self {
        let door = Mutex::new(Admission::new(service.bounds, now));
        let embedder = Embedder::of(&service, caller.clone(), now).map(Arc::new);
        Self {
            route: service.target.chat_route(&service.model),
            embedder,
            service,
            caller,
            prompts,
            door,
            freed: Notify::new(),
            retuned: Notify::new(),
        }
    }

    /// Its service.
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// Its embedding engine, if it has one.
    pub fn embedder(&self) -> Option<&Arc<Embedder>> {
        self.embedder.as_ref()
    }

    /// Removes the engine's key from text.
    pub fn mask(&self) -> &(impl Mask + use<>) {
        &self.service.target.key
    }

    /// The name of the model.
    pub fn model(&self) -> &str {
        &self.service.model
    }

    /// SHA-256 (hex) over the templates of items that are put in calls of their own.
    pub fn alone_hash(&self) -> &str {
        self.prompts.alone_hash()
    }

    /// SHA-256 (hex) of everything that determines answers to studies of that type, except the study: prompts, model
    /// and sampling.
    pub fn asset_hash(&self, study_type: StudyType) -> String {
        asset_hash(&self.service, self.prompts.hash(study_type))
    }

    /// Changes the rate limits while calls are under way.
    pub fn retune(&self, bounds: Bounds, now: Duration) {
        self.door().retune(bounds, now);
        if let Some(embedder) = &self.embedder {
            embedder.retune(bounds, now);
        }
        self.freed.notify_waiters();
        self.retuned.notify_waiters();
    }

    /// The current rate limits, as set by the owner.
    pub fn bounds(&self) -> Bounds {
        self.door().bounds()
    }

    /// Waits until the rate limits change.
    pub fn retuned(&self) -> impl Future<Output = ()> + Send + '_ {
        self.retuned.notified()
    }

    /// The current condition of the service, apart from any single call.
    pub fn condition(&self) -> Condition {
        self.door().condition()
    }

    /// The state of a service that does not reply while calls wait for it.
    pub fn quiet(&self, now: Duration) -> Option<Quiet> {
        self.door().quiet(now)
    }

    /// Why no call will be admitted any more, if so.
    pub fn given_up(&self, now: Duration) -> Option<String> {
        self.door().given_up(now)
    }

    /// Whether calls can be admitted now.
    pub fn standing(&self, now: Duration) -> Availability {
        self.door().standing(now)
    }

    /// The call for one respondent of a study with that form: all questions, or one item.
    ///
    /// # Errors
    /// When an owner's template does not render.
    pub fn ready(
        &self,
        form: &QuestionForm,
        spec: &StudySpec,
        at: Assignment,
        item: Option<Item>,
        persona: &protocol::persona::Persona,
        reask: Option<ReaskPrompt<'_>>,
    ) -> Result<ReadyCall, PromptError> {
        let prompt = put(reask, |why| {
            self.prompts.render_with(&form.material, spec, at, item, persona, why)
        })?;
        let sheet = form.sheet(item)?;
        let shape = self.shape(sheet.schema.as_ref());
        Ok(self.ready_with(prompt, shape, &sheet.origin, sheet.bytes(), self.usual()))
    }

    /// Sampling parameters of direct answers.
    fn usual(&self) -> Sampling {
        let Service { temperature, output_tokens_max, .. } = self.service;
        Sampling { temperature, output_tokens_max }
    }

    /// The reply format, with that schema if the service can enforce one.
    fn shape(&self, schema: Option<&Schema>) -> ReplyShape {
        match (self.service.structured, schema) {
            (Structured::Schema, Some(schema)) => ReplyShape::Schema(schema.clone()),
            (Structured::Text, _) => ReplyShape::Text,
            (Structured::Json | Structured::Schema, _) => ReplyShape::Json,
        }
    }

    /// A call with that prompt. `framing` is the number of other bytes that are sent.
    fn ready_with(
        &self,
        prompt: Prompt,
        shape: ReplyShape,
        origin: &AddressPrefix,
        framing: usize,
        sampling: Sampling,
    ) -> ReadyCall {
        let output = u64::from(sampling.output_tokens_max);
        // Everything that is sent: a re-ask repeats the earlier reply, which is paid for as input.
        let said = prompt.said();
        let input = tokens_max(prompt.system.len() + said.len() + framing);
        let likely = tokens_likely(&prompt.system) + tokens_likely(&said) + framing as u64 / 4;
        let price = self.price();
        let address = origin.address(&prompt.system, &said);
        drop(said);
        let Prompt { system, question, again } = prompt;
        ReadyCall {
            address,
            worst: price.worst(input, output),
            tokens_max: input.saturating_add(output),
            tokens_likely: likely,
            chat: Chat {
                model: self.service.model.clone(),
                system,
                question,
                again,
                shape,
                output_tokens_max: sampling.output_tokens_max,
                temperature: sampling.temperature,
                seed: None,
            },
        }
    }

    fn parameters_with(&self, schema: Option<&serde_json::Value>, sampling: Sampling) -> Arc<str> {
        let service = &self.service;
        // Only the location of the address: no name, no password, no query.
        let base = &service.target.base_url;
        let place = base.origin().ascii_serialization() + base.path();
        let parameters = serde_json::json!({
            "service": place,
            "format": format!("{:?}", service.target.format),
            "model": service.model,
            "structured": format!("{:?}", service.structured),
            "schema": schema,
            "temperature": sampling.temperature,
            "output_tokens": sampling.output_tokens_max,
        });
        parameters.to_string().into()
    }

    /// The settings, price and templates for a study with that form, which its evidence bundle needs to rebuild the
    /// prompts. One for each kind of reply.
    pub fn prompt_records(&self, form: &QuestionForm) -> impl Iterator<Item = PromptRecord> {
        form.sheets.iter().map(|sheet| PromptRecord {
            parameters: sheet.parameters.clone(),
            price: self.service.price.map(|price| (price.input, price.cached_input, price.output)),
            templates: self.prompts.texts().clone(),
            part: None,
            benches: std::collections::BTreeMap::new(),
            reader: instrument::READER,
        })
    }

    /// The prompt of one respondent, as one text for people.
    ///
    /// # Errors
    /// When an owner's template does not render.
    pub fn show(
        &self,
        spec: &StudySpec,
        at: Assignment,
        persona: &protocol::persona::Persona,
    ) -> Result<String, PromptError> {
        let alone = instrument::items(spec);
        if alone.is_empty() {
            let Prompt { system, question, .. } =
                self.prompts.render(spec, at, None, persona, None)?;
            return Ok(format!("{system}\n\n{question}"));
        }
        let mut shown = String::new();
        for (place, item) in alone.iter().enumerate() {
            let prompt = self.prompts.render(spec, at, Some(*item), persona, None)?;
            if place == 0 {
                shown = prompt.system;
            }
            let heading = format!("\n\n--- Call {} of {} ---\n\n", place + 1, alone.len());
            shown.push_str(&heading);
            shown.push_str(&prompt.question);
        }
        Ok(shown)
    }

    fn price(&self) -> Price {
        self.service.price.unwrap_or(Price::FREE)
    }

    /// Waits for admission. Cancel by dropping the future; then call [`ModelEngine::pass`].
    ///
    /// # Errors
    /// Why no call of this study will be admitted.
    pub async fn admit(
        self: &Arc<Self>,
        clock: &Arc<dyn Clock>,
        study: u32,
        weight: u32,
        ready: &ReadyCall,
    ) -> Result<Pass, String> {
        loop {
            // Registers for notification before the check, so that a slot that is freed in between is not missed.
            let freed = self.freed.notified();
            let now = clock.monotonic();
            let admit = self.door().ask(study, weight, ready.tokens_likely, now);
            match admit {
                Admit::Go => {
                    if self.door().others_want(study) {
                        self.freed.notify_waiters();
                    }
                    let (engine, clock) = (Arc::clone(self), Arc::clone(clock));
                    return Ok(Pass { engine, clock, used: false });
                }
                Admit::Stop(why) => return Err(why),
                Admit::Later => freed.await,
                Admit::At(time) => {
                    let wait = time.saturating_sub(now);
                    tokio::select! {
                        () = freed => {}
                        () = tokio::time::sleep(wait) => {}
                    }
                }
            }
        }
    }

    /// Withdraws the study's request for now, so that others go ahead.
    pub fn pass(&self, study: u32) {
        self.door().pass(study);
        self.freed.notify_waiters();
    }

    /// Tells the admission control that the study has finished.
    pub fn leave(&self, study: u32) {
        self.door().leave(study);
        self.freed.notify_waiters();
    }

    fn door(&self) -> MutexGuard<'_, Admission> {
        self.door.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Pass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pass").field("used", &self.used).finish_non_exhaustive()
    }
}

impl Pass {
    /// Makes the admitted call.
    pub async fn call(mut self, ready: &ReadyCall) -> Spent {
        let engine = Arc::clone(&self.engine);
        let (reply, allowance) = match &engine.route {
            Ok(route) => engine.caller.call(&engine.service.target, route, &ready.chat).await,
            Err(error) => (Err(error.clone()), Allowance::default()),
        };
        self.used = true;
        let tokens = reply.as_ref().ok().and_then(|reply| reply.tokens);
        let booked = match &reply {
            Ok(_) => Booked::counted(&engine.price(), tokens, ready.worst),
            Err(error) if error.may_have_cost() => Booked::at_most(ready.worst),
            Err(_) => Booked::NOTHING,
        };
        let counted = tokens.unwrap_or_default();
        let taken = counted.input.saturating_add(counted.output).min(ready.tokens_max);
        let spare = i64::try_from(ready.tokens_likely).unwrap_or(0)
            - i64::try_from(taken).unwrap_or(i64::MAX);
        let signal = match &reply {
            Ok(_) => Signal::Replied,
            Err(error) => Signal::Failed(error),
        };
        engine.door().done(signal, allowance, spare, self.clock.monotonic());
        engine.freed.notify_waiters();
        Spent { input_tokens: counted.input, output_tokens: counted.output, booked, reply }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if !self.used {
            let now = self.clock.monotonic();
            self.engine.door().done(Signal::Abandoned, Allowance::default(), 0, now);
            self.engine.freed.notify_waiters();
        }
    }
}

fn asset_hash(service: &Service, prompts: &str) -> String {
    let parts = [
        prompts.to_owned(),
        service.model.clone(),
        format!("{:?}", service.target.format),
        format!("{:?}", service.structured),
        format!("{:?}", service.temperature),
        service.output_tokens_max.to_string(),
    ];
    Digest::new().texts(&parts).finish_hex()
}
