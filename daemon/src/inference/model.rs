//! A language-model engine: its service, its admission control, and its prompts. It makes one call at a time for its
//! caller, which handles the reply.

mod beside;
mod context;
mod estimate;
mod form;
mod kept;
mod rewrite;
mod setting;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use protocol::credits::UsdMicros;
use protocol::study::{StudySpec, StudyType};

use self::context::{ContextWatch, PromptCounts};
use super::chat::{
    CallError, Chat, ChatReply, Refusable, ReplyShape, Schema, Stop, TokenLimit, Tokens,
};
use super::client::{CallReply, ServiceClient, ServiceCount, ServiceRoute};
use super::door::{Permit, ServiceDoor, Spent};
use super::embed::Embedder;
use super::key::{is_local, is_loopback};
use super::learnt::{ANY_MODEL, EngineHealth, Learnt, of_one_reply};
use super::limits::{Admission, Bounds};
use super::price::{Price, UsageCount, tokens_estimated, tokens_likely, tokens_max};
use super::prompt::{Prompt, PromptError, Prompts, ReaskPrompt, put};
use super::service::{Service, is_version_of};
use crate::config::Structured;
use crate::domain::digest::Digest;
use crate::domain::evidence::PromptRecord;
use crate::domain::exchange::AddressPrefix;
use crate::domain::instrument::{self, Item};
use crate::domain::outcome::Assignment;
use crate::domain::redact::Mask;
use crate::world::Clock;

pub(crate) use self::estimate::Estimate;
pub(crate) use self::form::QuestionForm;

/// A language model that can be asked. Studies share it, and its admission control decides whose turn it is.
#[derive(Debug)]
pub struct ModelEngine {
    service: Service,
    embedder: Option<Arc<Embedder>>,
    prompts: Arc<Prompts>,
    door: Arc<ServiceDoor<ServiceClient>>,
    route: Result<ServiceRoute, CallError>,
    /// The same below a version, where the address has no path.
    below_version: Option<ServiceRoute>,
    learnt: Mutex<Learnt>,
    context: Mutex<ContextWatch>,
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
    /// Most tokens of the input.
    input_max: u64,
    /// Expected tokens.
    tokens_likely: u64,
    /// Expected tokens of the prompt alone.
    prompt_likely: u64,
    /// What it asks for; `None` where calls are too different to know one by the others.
    kind: Option<&'static str>,
    /// The most it can cost.
    pub worst: UsdMicros,
    /// The address of the prompt.
    pub address: String,
}

impl ReadyCall {
    /// What a service counted of it, beside what was sent.
    fn prompt_counts(&self, tokens: Tokens) -> PromptCounts {
        PromptCounts { input: tokens.input, output: tokens.output, sent: self.prompt_likely }
    }

    /// What is known of the tokens of this call, the prompt included where the service counts nothing.
    fn counts(&self, counted: ServiceCount) -> UsageCount {
        match counted {
            ServiceCount::Tokens(tokens) => UsageCount::Counted(tokens),
            ServiceCount::Part { counted, came } => {
                UsageCount::Partly(counted.completed(self.sent(), came))
            }
            ServiceCount::Length(output) => {
                UsageCount::Estimated(Tokens { input: self.sent(), output, ..Tokens::default() })
            }
            ServiceCount::Nothing => UsageCount::Unknown,
        }
    }

    /// The tokens that were sent, by their length.
    fn sent(&self) -> u64 {
        let said: u64 = self.chat.turns().map(|(_, said)| tokens_estimated(said)).sum();
        let framing = self.tokens_likely.saturating_sub(self.prompt_likely);
        tokens_estimated(&self.chat.system).saturating_add(said).saturating_add(framing)
    }
}

/// An admitted call's slot at that engine, released when it is dropped without a call.
#[derive(Debug)]
pub struct Pass {
    engine: Arc<ModelEngine>,
    permit: Permit<ServiceClient>,
}

impl ModelEngine {
    /// An engine for that service.
    pub fn new(
        service: Service,
        caller: ServiceClient,
        prompts: Arc<Prompts>,
        now: Duration,
    ) -> Self {
        let embedder = Embedder::of(&service, caller.clone(), now).map(Arc::new);
        let door = ServiceDoor::new(caller, service.price, Admission::new(service.bounds, now));
        Self {
            route: service.target.chat_route(&service.model),
            below_version: service
                .target
                .below_version()
                .and_then(|below| below.chat_route(&service.model).ok()),
            embedder,
            service,
            prompts,
            door: Arc::new(door),
            learnt: Mutex::default(),
            context: Mutex::default(),
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

    /// Its door: whether and when calls go.
    pub fn door(&self) -> &ServiceDoor<ServiceClient> {
        &self.door
    }

    /// Changes the rate limits while calls are under way, those of embeddings too.
    pub fn retune(&self, bounds: Bounds, now: Duration) {
        self.door.retune(bounds, now);
        if let Some(embedder) = &self.embedder {
            embedder.retune(bounds, now);
        }
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
        let kind = match item {
            None => spec.instrument.study_type().as_str(),
            Some(item) if item.is_open() => "words",
            Some(_) => "choice",
        };
        let ready = self.ready_with(prompt, shape, &sheet.origin, sheet.bytes(), self.usual());
        Ok(ReadyCall { kind: Some(kind), ..ready })
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
        // Everything that is sent: a re-ask repeats the earlier reply, which is paid for as input.
        let said = prompt.said();
        let input = tokens_max(prompt.system.len() + said.len() + framing);
        let prompt_likely = tokens_likely(&prompt.system) + tokens_likely(&said);
        let likely = prompt_likely + framing as u64 / 4;
        // A service that ignores the limit is known to write more, and one that counts its own words to count more.
        let (longest, counted) = {
            let learnt = self.learnt();
            (learnt.longest_reply, learnt.counted(likely))
        };
        let output = u64::from(sampling.output_tokens_max).max(longest);
        let price = self.price();
        let address = origin.address(&prompt.system, &said);
        drop(said);
        let Prompt { system, question, again } = prompt;
        ReadyCall {
            address,
            worst: price.worst(input.max(counted), output),
            tokens_max: input.saturating_add(output),
            input_max: input,
            tokens_likely: likely,
            prompt_likely,
            kind: None,
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
        let place = self.place();
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
        form.sheets.iter().map(|sheet| self.prompt_record(sheet.parameters.clone()))
    }

    /// The same for calls with those parameters.
    fn prompt_record(&self, parameters: String) -> PromptRecord {
        PromptRecord {
            parameters,
            price: self.service.price.map(|price| (price.input, price.cached_input, price.output)),
            templates: self.prompts.texts().clone(),
            part: None,
            benches: std::collections::BTreeMap::new(),
            reader: instrument::READER,
        }
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
        self.door.price()
    }

    /// Waits for admission. Cancel by dropping the future; then call [`ServiceDoor::pass`].
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
        let permit = self.door.admit(clock, study, weight, ready.tokens_likely).await?;
        Ok(Pass { engine: Arc::clone(self), permit })
    }

    /// Tells the admission control that the study has finished.
    pub fn leave(&self, study: u32) {
        // The server may have another model by the time of the next study.
        let mut learnt = self.learnt();
        learnt.model = None;
        learnt.may_try_again();
        if is_local(&self.service.target.base_url) {
            learnt.served = None;
        }
        drop(learnt);
        self.door.leave(study);
    }

    /// Whether the engine works as it is set: a reply of it was read, and its latest ones were of use.
    pub fn is_proven(&self) -> bool {
        self.learnt().health == EngineHealth::Proven
    }

    /// Whether its latest replies were of no use.
    pub fn is_broken(&self) -> bool {
        self.learnt().health == EngineHealth::Broken
    }

    /// Notes that a reply was read.
    pub fn prove(&self) {
        self.learnt().health = EngineHealth::Proven;
    }

    /// Notes that replies were read before the daemon was started. What was seen since counts for more.
    pub fn prove_by_past(&self) {
        let mut learnt = self.learnt();
        if learnt.health == EngineHealth::New {
            learnt.health = EngineHealth::Proven;
        }
    }

    /// Notes that its latest replies were of no use: whoever asks next tries first.
    pub fn doubt(&self) {
        self.learnt().health = EngineHealth::Broken;
    }

    /// Whether the same question may get its reply from memory: not where any model may stand behind the name.
    pub fn is_one_model(&self) -> bool {
        self.service.model != ANY_MODEL
    }

    /// The model that the service said answered last; `None` before the first reply.
    pub fn served(&self) -> Option<String> {
        self.learnt().served.clone()
    }

    /// Whether what that model answered to another study may not be what the server would answer now: it is one of its
    /// owner's, whose model is exchanged at will, the model that is asked has another name, and no reply of this study has
    /// told yet which one answers.
    pub fn may_have_changed(&self, answered: &str) -> bool {
        let asked = &self.service.model;
        let is_another = !answered.is_empty() && !is_version_of(answered, asked);
        is_another && is_local(&self.service.target.base_url) && self.served().is_none()
    }

    /// Makes one call. Where the service names a part of the request that can be put otherwise, the call is repeated at
    /// once without it, and later calls go without it from the start: such a rejection costs nothing.
    async fn exchange(&self, chat: &Chat) -> (CallReply, Vec<String>) {
        let mut remarks = Vec::new();
        let route = match &self.route {
            Ok(route) => route,
            Err(error) => return (CallReply::none(error.clone()), remarks),
        };
        if let Err(error) = self.find_model().await {
            return (CallReply::none(error), remarks);
        }
        let target = &self.service.target;
        let mut checks_schema = self.learnt().checks_schema(chat);
        loop {
            let (sent, limit) = if checks_schema {
                self.learnt().apply_with_schema(chat, target.token_limit)
            } else {
                self.learnt().apply(chat, target.token_limit)
            };
            // Nothing is known at the bare address: it may have been given without its version.
            let is_below = self.learnt().below_version;
            let (first, second) = match &self.below_version {
                Some(below) if is_below => (below, Some(route)),
                below => (route, below.as_ref()),
            };
            let client = self.door.client();
            let mut used = first;
            let mut called = client.call(target, first, &sent, limit).await;
            if let Some(second) = second.filter(|_| called.is_nowhere() && !self.is_proven()) {
                let again = client.call(target, second, &sent, limit).await;
                if !again.is_nowhere() {
                    self.learnt().below_version = !is_below;
                    (called, used) = (again, second);
                }
            }
            if std::mem::take(&mut checks_schema) {
                let failed = called.reply.as_ref().err();
                if self.learnt().settle_schema(failed, &sent, limit) {
                    continue;
                }
            }
            if self.is_proven()
                && let Some(passing) = called.reply.as_ref().err().and_then(of_one_reply)
            {
                called.reply = Err(passing);
            }
            if let Err(CallError::Rejected { refuses, .. }) = &called.reply {
                let mut learnt = self.learnt();
                // Another call may have learnt it meanwhile.
                if learnt.apply(chat, target.token_limit) != (sent.clone(), limit) {
                    continue;
                }
                if let Some(told) = learnt.learn(&sent, limit, refuses) {
                    tracing::info!(engine = self.service.name, told, "learnt of a service");
                    continue;
                }
            }
            if let Some(tried) = self.without_schema(&called.reply, &sent, limit, used).await {
                // Something else is refused by name.
                if tried.reply.is_err() {
                    continue;
                }
                called = tried;
            }
            if let Err(error) = &called.reply
                && let Some(better) = self.with_setting(error).await
            {
                called.reply = Err(better);
            }
            remarks.extend(self.learnt().told().map(ToOwned::to_owned));
            return (called, remarks);
        }
    }

    /// Where a service that was never read refuses a call and gives no reason: the same without a schema, once. A format that
    /// works, or with which it names something else that it refuses, is learnt; `None` where it makes no difference.
    async fn without_schema(
        &self,
        reply: &Result<ChatReply, CallError>,
        sent: &Chat,
        limit: TokenLimit,
        route: &ServiceRoute,
    ) -> Option<CallReply> {
        let error = reply.as_ref().err()?;
        if !self.learnt().tries_without_schema(error, sent) {
            return None;
        }
        for shape in [ReplyShape::Json, ReplyShape::Text] {
            let chat = Chat { shape, ..sent.clone() };
            let tried = self.door.client().call(&self.service.target, route, &chat, limit).await;
            let is_taken = match &tried.reply {
                Ok(_) => true,
                Err(CallError::Rejected { refuses, .. }) => {
                    !refuses.is_empty() && !refuses.contains(&Refusable::ReplyShape)
                }
                Err(CallError::Server { .. }) => false,
                Err(_) => return None,
            };
            if is_taken {
                let told = self.learnt().learn_format(&chat.shape).unwrap_or_default();
                tracing::info!(engine = self.service.name, told, "learnt of a service");
                return Some(tried);
            }
        }
        None
    }

    /// Where any model may answer, finds out which one the server has. Several are no answer.
    async fn find_model(&self) -> Result<(), CallError> {
        if self.is_one_model() || self.learnt().model.is_some() {
            return Ok(());
        }
        let listed = self.list_models().await;
        let answering = answering(&listed);
        let model = match answering.as_slice() {
            [] => ANY_MODEL.to_owned(),
            [only] => (*only).to_owned(),
            several if several.contains(&ANY_MODEL) => ANY_MODEL.to_owned(),
            several => {
                let why = format!(
                    "the server has several models ({}): {}",
                    several.join(", "),
                    self.line("model", &format!("{:?}", several[0]))
                );
                return Err(CallError::Setting { why });
            }
        };
        let mut learnt = self.learnt();
        learnt.model = Some(model);
        learnt.embed_beside = if answering.len() == 1 { listed.len() - 1 } else { 0 };
        Ok(())
    }

    /// Whether a remark only tells what is put otherwise than the settings say, or than is usual, and works.
    pub fn is_put_otherwise(&self, remark: &str) -> bool {
        remark.starts_with(ANSWER_ELSEWHERE)
            || remark.starts_with(SERVICE_CHARGES)
            || self.learnt().told().any(|told| told == remark)
    }

    /// What commands have set since the daemon was started that would change how it is reached.
    pub(crate) fn set_since(&self) -> Option<String> {
        let base = &self.service.target.base_url;
        self.door.client().set_since(base).filter(|_| !is_local(base))
    }

    /// The location of its address: no name, no password, no query.
    pub fn place(&self) -> String {
        let base = &self.service.target.base_url;
        base.origin().ascii_serialization() + base.path()
    }

    /// Whether its address is this machine.
    pub fn is_here(&self) -> bool {
        is_loopback(&self.service.target.base_url)
    }

    /// The models of a server on this machine; `Some(None)` where nothing listens, and `None` if it does not say in time.
    pub async fn listens(&self) -> Option<Option<Vec<String>>> {
        /// How long a list of engines waits for that.
        const WAIT: Duration = Duration::from_millis(300);
        let base = &self.service.target.base_url;
        let (host, port) = (base.host_str()?, base.port_or_known_default()?);
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let begun = tokio::time::Instant::now();
        let connecting = tokio::net::TcpStream::connect((host, port));
        if tokio::time::timeout(WAIT, connecting).await.ok()?.is_err() {
            return Some(None);
        }
        let left = WAIT.saturating_sub(begun.elapsed());
        Some(Some(tokio::time::timeout(left, self.list_models()).await.unwrap_or_default()))
    }

    /// The models that the server lists, below a version where its address leaves one out.
    pub async fn list_models(&self) -> Vec<String> {
        let target = &self.service.target;
        let below = target.below_version();
        let is_below = self.learnt().below_version;
        let usual = Some(target).filter(|_| !is_below || below.is_none());
        for target in usual.into_iter().chain(&below) {
            let Ok(route) = target.models_route() else { continue };
            let listed = self.door.client().models(&route).await;
            if !listed.is_empty() {
                return listed;
            }
        }
        Vec::new()
    }

    /// What the counts of a reply say about the service, and what is learnt from them.
    fn look_at_counts(&self, ready: &ReadyCall, tokens: Tokens, remarks: &mut Vec<String>) {
        let most = u64::from(ready.chat.output_tokens_max);
        // What is more than any model takes is no count.
        if !tokens.is_plausible() {
            return;
        }
        if tokens.output > most.saturating_add(most / 10) {
            remarks.push(format!(
                "the service writes more than it is allowed: {} of {most} tokens; what it counts is what it is paid for",
                tokens.output
            ));
            let mut learnt = self.learnt();
            learnt.longest_reply = learnt.longest_reply.max(tokens.output);
        }
        if tokens.input > ready.input_max {
            remarks.push(format!(
                "the service counts {} tokens of a prompt that has {} at most; what it counts is what it is paid for",
                tokens.input, ready.input_max
            ));
            let known = (ready.tokens_likely, ready.input_max);
            self.learnt().learn_prompt(tokens.input, known);
        }
        let counts = ready.prompt_counts(tokens);
        let mut watch = self.context.lock().unwrap_or_else(PoisonError::into_inner);
        remarks.extend(watch.look(counts));
    }

    /// What the counts of a call that was made to check the service tell of its context, where that is no remark yet.
    pub(crate) fn checked_context(
        &self,
        ready: &ReadyCall,
        tokens: Tokens,
        remarks: &[String],
    ) -> Option<String> {
        let told = ready.prompt_counts(tokens).checked(ready.tokens_likely)?;
        (tokens.is_plausible() && !remarks.contains(&told)).then_some(told)
    }

    fn learnt(&self) -> MutexGuard<'_, Learnt> {
        self.learnt.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass {
    /// Makes the admitted call.
    pub async fn call(self, ready: &ReadyCall) -> Spent<ChatReply> {
        let Self { engine, permit } = self;
        let (CallReply { reply, allowance, counts, charged }, mut remarks) =
            engine.exchange(&ready.chat).await;
        let counts = ready.counts(counts);
        let counted = counts.plausible().unwrap_or_default();
        let stake = engine.stake(ready);
        engine.look_at_counts(ready, counted, &mut remarks);
        if let (Some(kind), Some(believed)) = (ready.kind, counts.believed()) {
            engine.learnt().learn_count(kind, believed, ready.input_max);
        }
        if let Ok(reply) = &reply {
            if !reply.model.is_empty() {
                engine.learnt().served = Some(reply.model.clone());
            }
            remarks.extend(reply.place.map(place_of_answer));
            if reply.stop == Stop::Truncated && engine.is_proven() {
                let is_empty = reply.text.trim().is_empty();
                let why = engine.why_unfinished(reply.thought || is_empty);
                remarks.push(format!("some replies end at their limit: {why}"));
            }
        }
        let taken = counted.input.saturating_add(counted.output).min(ready.tokens_max);
        let spare = i64::try_from(ready.tokens_likely).unwrap_or(0)
            - i64::try_from(taken).unwrap_or(i64::MAX);
        let by_price = permit.end(&reply, allowance, counts, spare, stake);
        let booked = by_price.or_charged(charged);
        if booked != by_price {
            let why = match engine.door.known_price() {
                Some(_) => "is more than the prices in use give",
                None => "has no price that is known",
            };
            remarks.push(format!("{SERVICE_CHARGES}, which {why}: what it tells is booked"));
        }
        let (input_tokens, output_tokens) = (counted.input, counted.output);
        Spent { reply, input_tokens, output_tokens, booked, remarks }
    }
}

/// The models of a server without those that only turn texts into vectors or sort them, by their names; all of them where
/// none is left.
fn answering(listed: &[String]) -> Vec<&str> {
    const OTHERS: [&str; 4] = ["embed", "bge-", "minilm", "rerank"];
    let answers = |name: &&str| {
        let name = name.to_ascii_lowercase();
        !OTHERS.iter().any(|other| name.contains(other))
    };
    let all: Vec<&str> = listed.iter().map(String::as_str).collect();
    let some: Vec<&str> = all.iter().copied().filter(answers).collect();
    if some.is_empty() { all } else { some }
}

/// The beginning of what is told of a service that tells what calls cost.
const SERVICE_CHARGES: &str = "the service tells itself what a call cost";

/// The beginning of what is told of an answer in another place.
const ANSWER_ELSEWHERE: &str = "the service puts the answer into ";

/// What is told of an answer in another place than the text of the reply.
fn place_of_answer(place: &str) -> String {
    let help = if place.starts_with("reasoning") || place == "thinking" {
        "; a server without a reasoning parser puts it into the text"
    } else {
        ""
    };
    format!("{ANSWER_ELSEWHERE}{place}, and it was read from there{help}")
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
