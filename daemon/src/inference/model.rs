//! An engine that is a language model: its service, the door before it, and its prompts. It makes one call at a time for
//! whoever asks; whose answers they are, what they are worth and what is done with them is decided elsewhere.

mod beside;
mod estimate;
mod form;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use protocol::credits::UsdMicros;
use protocol::study::{StudySpec, StudyType};
use tokio::sync::Notify;

use super::chat::{Allowance, CallError, Chat, ChatReply, Schema, Shape};
use super::client::{Caller, Route};
use super::embed::Embedder;
use super::limits::{Admission, Admit, Bounds, Condition, Quiet, Signal};
use super::pool::Standing;
use super::price::{Booked, Price, tokens_likely, tokens_max};
use super::prompt::{Prompt, PromptError, Prompts, Reask, put};
use super::service::Service;
use crate::config::Structured;
use crate::domain::digest::Digest;
use crate::domain::evidence::Blueprint;
use crate::domain::exchange::Origin;
use crate::domain::instrument::{self, Item};
use crate::domain::outcome::{Assignment, Usage};
use crate::domain::told::Mask;
use crate::world::Clock;

pub use self::estimate::Estimate;
pub use self::form::Form;

/// A language model that can be asked. Studies share it, and its door decides whose turn it is.
#[derive(Debug)]
pub struct ModelEngine {
    service: Service,
    caller: Caller,
    embedder: Option<Arc<Embedder>>,
    prompts: Arc<Prompts>,
    door: Mutex<Admission>,
    route: Result<Route, CallError>,
    freed: Notify,
    retuned: Notify,
}

/// How replies are sampled.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Sampling {
    /// Where one is sent.
    temperature: Option<f64>,
    /// Longest reply in tokens.
    output_tokens_max: u32,
}

/// A call that was made ready: what will be sent, and the most it can cost.
#[derive(Clone, Debug)]
pub struct ReadyCall {
    chat: Chat,
    /// Tokens it can take at most, sent and received.
    tokens_max: u64,
    /// Tokens it will probably take.
    tokens_likely: u64,
    /// The most it can cost.
    pub worst: UsdMicros,
    /// The address of the question.
    pub address: String,
}

/// What a call came to.
#[derive(Debug)]
pub struct Spent {
    /// The reply, or why there is none.
    pub reply: Result<ChatReply, CallError>,
    /// Tokens sent, as counted by the service.
    pub input_tokens: u64,
    /// Tokens received, as counted by the service.
    pub output_tokens: u64,
    /// What it is booked at: never more than the worst case that was announced.
    pub booked: Booked,
}

impl Spent {
    /// What it took.
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

/// A place at the door, given back when it is dropped without a call.
pub struct Pass {
    engine: Arc<ModelEngine>,
    clock: Arc<dyn Clock>,
    used: bool,
}

impl ModelEngine {
    /// An engine for that service.
    pub fn new(service: Service, caller: Caller, prompts: Arc<Prompts>, now: Duration) -> Self {
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

    /// The service behind it.
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// What turns texts into vectors there, where something does.
    pub fn embedder(&self) -> Option<&Arc<Embedder>> {
        self.embedder.as_ref()
    }

    /// What takes its key out of text.
    pub fn mask(&self) -> &(impl Mask + use<>) {
        &self.service.target.key
    }

    /// The model that is asked.
    pub fn model(&self) -> &str {
        &self.service.model
    }

    /// SHA-256 (hex) over the templates of questions that are put one a call.
    pub fn alone_hash(&self) -> &str {
        self.prompts.alone_hash()
    }

    /// SHA-256 (hex) of everything but the study that decides answers to studies of that type: prompts, model and sampling.
    pub fn asset_hash(&self, study_type: StudyType) -> String {
        asset_hash(&self.service, self.prompts.hash(study_type))
    }

    /// Changes how fast it may be asked while it is at work.
    pub fn retune(&self, bounds: Bounds, now: Duration) {
        self.door().retune(bounds, now);
        if let Some(embedder) = &self.embedder {
            embedder.retune(bounds, now);
        }
        self.freed.notify_waiters();
        self.retuned.notify_waiters();
    }

    /// How fast it may be asked at present, as its owner says.
    pub fn bounds(&self) -> Bounds {
        self.door().bounds()
    }

    /// Waits until somebody changes that.
    pub fn retuned(&self) -> impl Future<Output = ()> + Send + '_ {
        self.retuned.notified()
    }

    /// How it does at present, apart from any single call.
    pub fn condition(&self) -> Condition {
        self.door().condition()
    }

    /// Since when it has not replied, while somebody waits for it.
    pub fn quiet(&self, now: Duration) -> Option<Quiet> {
        self.door().quiet(now)
    }

    /// Why it is not asked any more, where that is so.
    pub fn given_up(&self, now: Duration) -> Option<String> {
        self.door().given_up(now)
    }

    /// Whether it can be asked now.
    pub fn standing(&self, now: Duration) -> Standing {
        self.door().standing(now)
    }

    /// What one respondent will be sent, of a study with that form: all questions, or the one that is put alone.
    ///
    /// # Errors
    /// When an owner's template does not render.
    pub fn ready(
        &self,
        form: &Form,
        spec: &StudySpec,
        at: Assignment,
        item: Option<Item>,
        persona: &protocol::persona::Persona,
        reask: Option<Reask<'_>>,
    ) -> Result<ReadyCall, PromptError> {
        let prompt = put(reask, |why| {
            self.prompts.render_with(&form.material, spec, at, item, persona, why)
        })?;
        let sheet = form.sheet(item)?;
        let shape = self.shape(sheet.schema.as_ref());
        Ok(self.ready_with(prompt, shape, &sheet.origin, sheet.bytes(), self.usual()))
    }

    /// How direct answers are sampled.
    fn usual(&self) -> Sampling {
        let Service { temperature, output_tokens_max, .. } = self.service;
        Sampling { temperature, output_tokens_max }
    }

    /// How replies shall look, with that schema where the service is told one.
    fn shape(&self, schema: Option<&Schema>) -> Shape {
        match (self.service.structured, schema) {
            (Structured::Schema, Some(schema)) => Shape::Schema(schema.clone()),
            (Structured::Text, _) => Shape::Text,
            (Structured::Json | Structured::Schema, _) => Shape::Json,
        }
    }

    /// A call with that prompt. `framing` is what else is sent, in bytes.
    fn ready_with(
        &self,
        prompt: Prompt,
        shape: Shape,
        origin: &Origin,
        framing: usize,
        sampling: Sampling,
    ) -> ReadyCall {
        let output = u64::from(sampling.output_tokens_max);
        // All that is sent: where a reply is asked for again, it goes along and is paid for.
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
        // Nothing of an address but where it leads: no name, no password, no query.
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

    /// Settings, price and templates that a study with that form is asked with: what its evidence needs to make the prompts
    /// again. One for each kind of reply.
    pub fn blueprints(&self, form: &Form) -> impl Iterator<Item = Blueprint> {
        form.sheets.iter().map(|sheet| Blueprint {
            parameters: sheet.parameters.clone(),
            price: self.service.price.map(|price| (price.input, price.cached_input, price.output)),
            templates: self.prompts.texts().clone(),
            part: None,
            benches: std::collections::BTreeMap::new(),
            reader: instrument::READER,
        })
    }

    /// What one respondent is told, as one text for people.
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

    /// Waits for a turn at the door. Cancel by dropping the future; then call [`ModelEngine::pass`].
    ///
    /// # Errors
    /// Why no call of this study will go.
    pub async fn admit(
        self: &Arc<Self>,
        clock: &Arc<dyn Clock>,
        study: u32,
        weight: u32,
        ready: &ReadyCall,
    ) -> Result<Pass, String> {
        loop {
            // Listening begins before the look, so that what is freed in between is not missed.
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

    /// The study wants no turn for now; others go ahead.
    pub fn pass(&self, study: u32) {
        self.door().pass(study);
        self.freed.notify_waiters();
    }

    /// The study is done here.
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
    /// Makes the call that the door let through.
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
