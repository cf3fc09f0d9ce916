//! An embedding engine: a service's model or the built-in encoder. It has its own admission control, so that its
//! failures do not stop answers, its own price, and one call for several texts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use protocol::credits::UsdMicros;

use super::chat::{Allowance, CallError, Tokens};
use super::client::{Embedded, ServiceClient, ServiceCount, ServiceRoute};
use super::door::{Permit, ServiceDoor, Spent};
use super::limits::{Admission, Bounds};
use super::local;
use super::model::Estimate;
use super::price::{CallStake, Price, UsageCount, tokens_estimated, tokens_max};
use super::service::{Embedding, Service};
use super::wire::Vectors;
use crate::world::Clock;

/// Longest wait for a service that asks to wait: embeddings are side measures, and answers do not wait for them.
const PATIENCE: Duration = Duration::from_mins(2);
/// Most texts of one call.
pub(crate) const TEXTS_MAX: usize = 64;
/// Fewest and most tokens of a free text, for estimates.
const TEXT_TOKENS: (u64, u64) = (15, 110);

/// An embedding engine.
#[derive(Debug)]
pub struct Embedder {
    model: String,
    /// Its owner named it, or it is built in.
    is_named: bool,
    /// The service said that it has no such thing.
    is_absent: AtomicBool,
    door: Arc<ServiceDoor<EmbedClient>>,
    /// The most that was counted of texts, for a thousand tokens that they can have; 0 before anything was.
    seen: AtomicU64,
}

/// What turns texts into vectors.
#[derive(Debug)]
pub(crate) enum EmbedClient {
    /// A service, over the network.
    Service(Box<EmbedService>),
    /// The built-in encoder.
    BuiltIn,
}

/// A service and its route.
#[derive(Debug)]
pub(crate) struct EmbedService {
    service: Service,
    caller: ServiceClient,
    route: Result<ServiceRoute, CallError>,
    /// The same below a version, where the address has no path.
    below_version: Option<ServiceRoute>,
    /// It was found there.
    is_below: AtomicBool,
}

impl EmbedService {
    /// Makes one call, below a version where nothing is known at the bare address.
    async fn embed(&self, route: &ServiceRoute, model: &str, texts: &[String]) -> Embedded {
        let target = &self.service.target;
        let below = self.below_version.as_ref();
        if let Some(below) = below.filter(|_| self.is_below.load(Ordering::Relaxed)) {
            return self.caller.embed(target, below, model, texts).await;
        }
        let embedded = self.caller.embed(target, route, model, texts).await;
        let is_nowhere = matches!(embedded.0, Err(CallError::Rejected { status: 404 | 405, .. }));
        match below.filter(|_| is_nowhere) {
            Some(below) => {
                let again = self.caller.embed(target, below, model, texts).await;
                self.is_below.store(again.0.is_ok(), Ordering::Relaxed);
                again
            }
            None => embedded,
        }
    }
}

impl Embedder {
    /// The engine for that service, if it has an embedding model.
    pub fn of(service: &Service, caller: ServiceClient, now: Duration) -> Option<Self> {
        let embedding = service.embedding.clone()?;
        let route = service.target.embed_route(&embedding.model);
        let below = service.target.below_version();
        let remote = EmbedService {
            service: service.clone(),
            caller,
            route,
            below_version: below.and_then(|below| below.embed_route(&embedding.model).ok()),
            is_below: AtomicBool::new(false),
        };
        Some(Self::new(EmbedClient::Service(Box::new(remote)), embedding, service.bounds, now))
    }

    /// The built-in encoder, if it is compiled in. Its weights are loaded with the first text.
    pub fn built_in(now: Duration) -> Option<Self> {
        let price = Some(Price::FREE);
        let embedding = Embedding { model: local::model()?, price, is_named: true };
        let concurrency = local::concurrency();
        let bounds = Bounds { concurrency, requests_per_minute: None, tokens_per_minute: None };
        Some(Self::new(EmbedClient::BuiltIn, embedding, bounds, now))
    }

    fn new(client: EmbedClient, embedding: Embedding, bounds: Bounds, now: Duration) -> Self {
        let Embedding { model, price, is_named } = embedding;
        let admission = Admission::new(bounds, now).with_patience(PATIENCE);
        let door = Arc::new(ServiceDoor::new(client, price, admission));
        Self { model, is_named, is_absent: AtomicBool::new(false), door, seen: AtomicU64::new(0) }
    }

    /// Whether it is more than a guess from the kind of the service.
    pub fn is_named(&self) -> bool {
        self.is_named
    }

    /// Whether it was guessed from the kind of the service, and the service said last that it has no such thing.
    pub fn is_absent(&self) -> bool {
        !self.is_named && self.is_absent.load(Ordering::Relaxed)
    }

    /// Notes whether the service has it, as far as a reply tells.
    fn note_presence(&self, embedded: &Embedded) {
        match &embedded.0 {
            Ok(_) => self.is_absent.store(false, Ordering::Relaxed),
            Err(CallError::Rejected { status: 404 | 405, .. }) => {
                self.is_absent.store(true, Ordering::Relaxed);
            }
            Err(_) => {}
        }
    }

    /// The model.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// The engine's name.
    pub fn engine(&self) -> &str {
        match self.door.client() {
            EmbedClient::Service(remote) => &remote.service.name,
            EmbedClient::BuiltIn => local::NAME,
        }
    }

    /// Its current rate limits.
    pub fn bounds(&self) -> Bounds {
        self.door.bounds()
    }

    /// Its price; `None` if unknown.
    pub fn known_price(&self) -> Option<Price> {
        self.door.known_price()
    }

    /// The engine and its settings as one text: what embeddings depend on besides the text.
    pub fn parameters(&self) -> String {
        let EmbedClient::Service(remote) = self.door.client() else {
            return local::parameters().to_string();
        };
        let service = &remote.service;
        let base = &service.target.base_url;
        serde_json::json!({
            "service": base.origin().ascii_serialization() + base.path(),
            "format": format!("{:?}", service.target.format),
            "embedding_model": self.model,
        })
        .to_string()
    }

    async fn call(&self, texts: &[String]) -> Embedded {
        match self.door.client() {
            EmbedClient::Service(remote) => match &remote.route {
                Ok(route) => {
                    let embedded = remote.embed(route, &self.model, texts).await;
                    self.note_presence(&embedded);
                    embedded
                }
                Err(error) => (Err(error.clone()), Allowance::default(), ServiceCount::Nothing),
            },
            EmbedClient::BuiltIn => {
                let embedded = local::embed(texts).await;
                let counted = embedded.as_ref().ok().and_then(|made| made.tokens);
                let counted = counted.map_or(ServiceCount::Nothing, |input| {
                    ServiceCount::Tokens(Tokens { input, ..Tokens::default() })
                });
                (embedded, Allowance::default(), counted)
            }
        }
    }

    /// The most that texts with so many bytes in total can cost.
    pub fn worst(&self, bytes: usize) -> UsdMicros {
        self.door.price().worst(tokens_max(bytes), 0)
    }

    /// The money that goes with a call for those texts.
    pub fn stake(&self, texts: &[String]) -> CallStake {
        let bytes = bytes(texts);
        let worst = self.worst(bytes);
        match self.seen.load(Ordering::Relaxed) {
            0 => CallStake::unknown(worst),
            share => {
                let input = share.saturating_mul(tokens_max(bytes)).div_ceil(1_000);
                CallStake::seen(worst, self.door.price().worst(input, 0))
            }
        }
    }

    /// Learns from what was counted of texts.
    fn learn(&self, counted: Tokens, texts: &[String]) {
        let share = counted.input.saturating_mul(1_000).div_ceil(tokens_max(bytes(texts)));
        self.seen.fetch_max(share, Ordering::Relaxed);
    }

    /// The estimated cost of so many free texts, of which one respondent gives so many bytes at most.
    pub fn estimate(&self, texts: u64, bytes_max: usize) -> Estimate {
        let of = |each: u64| self.door.price().worst(each.saturating_mul(texts), 0);
        let high = of(TEXT_TOKENS.1).0;
        Estimate {
            low: of(TEXT_TOKENS.0),
            high: UsdMicros(high.saturating_add(high / 10)),
            aside: self.worst(bytes_max),
        }
    }

    /// Changes the rate limits while calls are under way.
    pub fn retune(&self, bounds: Bounds, now: Duration) {
        self.door.retune(bounds, now);
    }

    /// Waits for admission of a call with those texts. Cancel by dropping the future.
    ///
    /// # Errors
    /// Why no call of this study will be admitted.
    pub async fn admit(
        self: &Arc<Self>,
        clock: &Arc<dyn Clock>,
        study: u32,
        texts: &[String],
    ) -> Result<EmbedPermit, String> {
        let tokens = u64::try_from(bytes(texts) / 4).unwrap_or(u64::MAX);
        let permit = self.door.admit(clock, study, 1, tokens).await?;
        // Another study must not be kept waiting by one that has nothing to ask for.
        self.door.pass(study);
        Ok(EmbedPermit { embedder: Arc::clone(self), permit })
    }

    /// Tells the admission control that the study has finished.
    pub fn leave(&self, study: u32) {
        self.door.leave(study);
    }
}

/// An admitted call's slot, released when it is dropped without a call.
#[derive(Debug)]
pub struct EmbedPermit {
    embedder: Arc<Embedder>,
    permit: Permit<EmbedClient>,
}

impl EmbedPermit {
    /// Embeds texts.
    pub async fn embed(self, texts: &[String]) -> Spent<Vectors> {
        let Self { embedder, permit } = self;
        let (reply, allowance, counted) = embedder.call(texts).await;
        let counts = match counted {
            ServiceCount::Tokens(tokens) => UsageCount::Counted(tokens),
            ServiceCount::Length(_) | ServiceCount::Part { .. } => {
                let input = texts.iter().map(|text| tokens_estimated(text)).sum();
                UsageCount::Estimated(Tokens { input, ..Tokens::default() })
            }
            ServiceCount::Nothing => UsageCount::Unknown,
        };
        let booked = permit.end(&reply, allowance, counts, 0, embedder.stake(texts));
        if let Some(believed) = counts.believed() {
            embedder.learn(believed, texts);
        }
        let input_tokens = counts.plausible().map_or(0, |tokens| tokens.input);
        Spent { reply, input_tokens, output_tokens: 0, booked, remarks: Vec::new() }
    }
}

fn bytes(texts: &[String]) -> usize {
    texts.iter().map(String::len).sum()
}
