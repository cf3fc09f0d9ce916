//! An embedding engine: a service's model or the built-in encoder. It has its own admission control, so that its
//! failures do not stop answers, its own price, and one call for several texts.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use protocol::credits::UsdMicros;
use tokio::sync::Notify;

use super::chat::{Allowance, CallError, Tokens};
use super::client::{Embedded, ServiceClient, ServiceRoute};
use super::limits::{Admission, Admit, Bounds, Signal};
use super::local;
use super::model::Estimate;
use super::price::{Booked, Price, tokens_max};
use super::service::{Embedding, Service};
use super::wire::Vectors;
use crate::domain::outcome::Usage;
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
    maker: Maker,
    embedding: Embedding,
    door: Mutex<Admission>,
    freed: Notify,
}

/// The implementation.
#[derive(Debug)]
enum Maker {
    /// A service, over the network.
    Service(Box<Remote>),
    /// The built-in encoder.
    BuiltIn,
}

/// A service and its route.
#[derive(Debug)]
struct Remote {
    service: Service,
    caller: ServiceClient,
    route: Result<ServiceRoute, CallError>,
}

/// The result of an embedding call.
#[derive(Debug)]
pub struct EmbedSpent {
    /// The vectors, or why there are none.
    pub reply: Result<Vectors, CallError>,
    /// Its usage: never more than the worst case that was announced.
    pub took: Usage,
}

impl Embedder {
    /// The engine for that service, if it has an embedding model.
    pub fn of(service: &Service, caller: ServiceClient, now: Duration) -> Option<Self> {
        let embedding = service.embedding.clone()?;
        let route = service.target.embed_route(&embedding.model);
        let remote = Remote { service: service.clone(), caller, route };
        Some(Self::new(Maker::Service(Box::new(remote)), embedding, service.bounds, now))
    }

    /// The built-in encoder, if it is compiled in. Its weights are loaded with the first text.
    pub fn built_in(now: Duration) -> Option<Self> {
        let embedding = Embedding { model: local::model()?, price: Some(Price::FREE) };
        let concurrency = local::concurrency();
        let bounds = Bounds { concurrency, requests_per_minute: None, tokens_per_minute: None };
        Some(Self::new(Maker::BuiltIn, embedding, bounds, now))
    }

    fn new(maker: Maker, embedding: Embedding, bounds: Bounds, now: Duration) -> Self {
        let door = Mutex::new(Admission::new(bounds, now).with_patience(PATIENCE));
        Self { maker, embedding, door, freed: Notify::new() }
    }

    /// The model.
    pub fn model(&self) -> &str {
        &self.embedding.model
    }

    /// The engine's name.
    pub fn engine(&self) -> &str {
        match &self.maker {
            Maker::Service(remote) => &remote.service.name,
            Maker::BuiltIn => local::NAME,
        }
    }

    /// Its current rate limits.
    pub fn bounds(&self) -> Bounds {
        self.door().bounds()
    }

    /// Its price; `None` if unknown.
    pub fn known_price(&self) -> Option<Price> {
        self.embedding.price
    }

    fn price(&self) -> Price {
        self.embedding.price.unwrap_or(Price::FREE)
    }

    /// The engine and its settings as one text: what embeddings depend on besides the text.
    pub fn parameters(&self) -> String {
        let Maker::Service(remote) = &self.maker else {
            return local::parameters().to_string();
        };
        let service = &remote.service;
        let base = &service.target.base_url;
        serde_json::json!({
            "service": base.origin().ascii_serialization() + base.path(),
            "format": format!("{:?}", service.target.format),
            "embedding_model": self.embedding.model,
        })
        .to_string()
    }

    async fn call(&self, texts: &[String]) -> Embedded {
        match &self.maker {
            Maker::Service(remote) => match &remote.route {
                Ok(route) => {
                    let (target, model) = (&remote.service.target, &self.embedding.model);
                    remote.caller.embed(target, route, model, texts).await
                }
                Err(error) => (Err(error.clone()), Allowance::default()),
            },
            Maker::BuiltIn => (local::embed(texts).await, Allowance::default()),
        }
    }

    /// The most that texts with so many bytes in total can cost.
    pub fn worst(&self, bytes: usize) -> UsdMicros {
        self.price().worst(tokens_max(bytes), 0)
    }

    /// The estimated cost of so many free texts.
    pub fn estimate(&self, texts: u64) -> Estimate {
        let of = |each: u64| self.price().worst(each.saturating_mul(texts), 0);
        let high = of(TEXT_TOKENS.1).0;
        Estimate { low: of(TEXT_TOKENS.0), high: UsdMicros(high.saturating_add(high / 10)) }
    }

    /// Changes the rate limits while calls are under way.
    pub fn retune(&self, bounds: Bounds, now: Duration) {
        self.door().retune(bounds, now);
        self.freed.notify_waiters();
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
        loop {
            // Registers for notification before the check, so that a slot that is freed in between is not missed.
            let freed = self.freed.notified();
            let now = clock.monotonic();
            let admit = self.door().ask(study, 1, tokens, now);
            match admit {
                Admit::Go => {
                    // Another study must not be kept waiting by one that has nothing to ask for.
                    self.door().pass(study);
                    self.freed.notify_waiters();
                    let (embedder, clock) = (Arc::clone(self), Arc::clone(clock));
                    return Ok(EmbedPermit { embedder, clock, used: false });
                }
                Admit::Stop(why) => return Err(why),
                Admit::Later => freed.await,
                Admit::At(time) => {
                    tokio::select! {
                        () = freed => {}
                        () = tokio::time::sleep(time.saturating_sub(now)) => {}
                    }
                }
            }
        }
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

/// An admitted call's slot, released when it is dropped without a call.
pub struct EmbedPermit {
    embedder: Arc<Embedder>,
    clock: Arc<dyn Clock>,
    used: bool,
}

impl std::fmt::Debug for EmbedPermit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Turn").field("used", &self.used).finish_non_exhaustive()
    }
}

impl EmbedPermit {
    /// Embeds texts.
    pub async fn embed(mut self, texts: &[String]) -> EmbedSpent {
        let embedder = Arc::clone(&self.embedder);
        let (reply, allowance) = embedder.call(texts).await;
        self.used = true;
        let worst = embedder.worst(bytes(texts));
        let tokens = reply.as_ref().ok().and_then(|reply| reply.tokens);
        let counted = tokens.map(|input| Tokens { input, ..Tokens::default() });
        let Booked { cost, at_most } = match &reply {
            Ok(_) => Booked::counted(&embedder.price(), counted, worst),
            Err(error) if error.may_have_cost() => Booked::at_most(worst),
            Err(_) => Booked::NOTHING,
        };
        let signal = match &reply {
            Ok(_) => Signal::Replied,
            Err(error) => Signal::Failed(error),
        };
        embedder.door().done(signal, allowance, 0, self.clock.monotonic());
        embedder.freed.notify_waiters();
        let (input_tokens, at_most) = (tokens.unwrap_or(0), u32::from(at_most));
        EmbedSpent { reply, took: Usage { input_tokens, cost, at_most, ..Usage::default() } }
    }
}

impl Drop for EmbedPermit {
    fn drop(&mut self) {
        if !self.used {
            let now = self.clock.monotonic();
            self.embedder.door().done(Signal::Abandoned, Allowance::default(), 0, now);
            self.embedder.freed.notify_waiters();
        }
    }
}

fn bytes(texts: &[String]) -> usize {
    texts.iter().map(String::len).sum()
}
