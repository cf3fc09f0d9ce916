//! The HTTP client for model services. It follows no redirect, uses a proxy only where its owner says so, reads no more than
//! the maximum length of a reply, and returns the rate limits in the headers on success and failure.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Once;
use std::time::Duration;

use futures::StreamExt;
use protocol::credits::UsdMicros;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use reqwest::{Client, ClientBuilder, Method, Request, Response, Url, redirect};
use serde::de::IgnoredAny;

use super::chat::{Allowance, BROKE_OFF, CallError, Chat, ChatReply, TokenLimit, Tokens};
use super::key::BoundKey;
use super::no_reply;
use super::price::{self, tokens_estimated};
use super::service_error::{ServiceError, span};
use super::set_since::SetSince;
use super::way::{ProxyChoice, ProxyWay};
use super::wire::{Auth, Format, IS_AN_ERROR, NAME_MAX, PartialUsage, Unread, Vectors};

/// Most bytes of a reply, unpacked: many times the longest answer, and small enough that a hundred concurrent calls
/// cannot fill the memory.
pub(crate) const REPLY_BYTES_MAX: usize = 1024 * 1024;
/// The same for embeddings, of which few calls are under way: 64 of 3,072 numbers take about 3 MB.
pub(crate) const VECTORS_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Most bytes of an error body that are read, and the longest wait for it.
const WORDS_BYTES_MAX: usize = 64 * 1024;
const WORDS_WAIT: Duration = Duration::from_secs(2);
/// How long connecting may take, a proxy on the way included.
pub(crate) const CONNECT_WAIT: Duration = Duration::from_secs(10);

/// The endpoint of a service and how it is called.
#[derive(Clone, Debug)]
pub struct Target {
    /// The wire format.
    pub format: Format,
    /// The base URL.
    pub base_url: Url,
    /// How the key is sent.
    pub auth: Auth,
    /// The key, bound to its origin.
    pub key: Option<BoundKey>,
    /// The request field for the length limit.
    pub token_limit: TokenLimit,
    /// How long one call may take.
    pub call_wait: Duration,
}

/// The result of a call.
#[derive(Debug)]
pub(crate) struct CallReply {
    /// The reply, or why there is none.
    pub reply: Result<ChatReply, CallError>,
    /// The rate limits in its headers.
    pub allowance: Allowance,
    /// What is known of its tokens, whatever became of the reply.
    pub counts: ServiceCount,
    /// What the service says that it cost.
    pub charged: Option<UsdMicros>,
}

impl CallReply {
    /// A call that was not made, or to which nothing came.
    pub(crate) fn none(error: CallError) -> Self {
        Self::failed(error, Allowance::default())
    }

    /// A call that failed before a reply was read.
    fn failed(error: CallError, allowance: Allowance) -> Self {
        Self { reply: Err(error), allowance, counts: ServiceCount::Nothing, charged: None }
    }

    /// Whether the service knows nothing at that address.
    pub(crate) fn is_nowhere(&self) -> bool {
        matches!(&self.reply, Err(CallError::Rejected { status: 404 | 405, refuses, .. })
            if refuses.is_empty())
    }
}

/// What is known of the tokens of a call before the prompt is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceCount {
    /// What the service counted.
    Tokens(Tokens),
    /// The service counts a part of it, and so many tokens came, by their length.
    Part {
        /// What it counts.
        counted: PartialUsage,
        /// What came.
        came: u64,
    },
    /// The service counts nothing: so many tokens came, by their length.
    Length(u64),
    /// Nothing, or what no call can have taken.
    Nothing,
}

/// The result of an embedding call, the rate limits in its headers, and what is known of its tokens: the length of what
/// comes back is no matter of it.
pub(crate) type Embedded = (Result<Vectors, CallError>, Allowance, ServiceCount);

/// A client with its pool of connections. Clones share it.
#[derive(Clone, Debug)]
pub struct ServiceClient {
    client: Client,
    way: ProxyWay,
    trust: CertificateTrust,
}

/// Which authorities a client can believe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CertificateTrust {
    /// Those of this system, and the owner's.
    Known,
    /// None: the certificates of this system cannot be read. Services without encryption are reached all the same.
    Nobody,
}

/// Why a client could not be created.
#[derive(Debug, thiserror::Error)]
pub enum NoClient {
    /// The library refuses its settings.
    #[error("The HTTP client cannot be made: {0}")]
    Client(#[from] reqwest::Error),
    /// The owner's certificates cannot be read.
    #[error("'network.ca_file' does not fit: {path}: {why}")]
    Certificates {
        /// The file.
        path: String,
        /// What is wrong with it.
        why: String,
    },
}

/// Installs ring as the TLS library. Idempotent; must run before the first client is created.
pub fn install_tls() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // A provider that was installed before is as good.
        drop(rustls::crypto::ring::default_provider().install_default());
    });
}

/// What every client has in common.
fn builder(way: &ProxyChoice, connect_wait: Duration) -> Result<ClientBuilder, NoClient> {
    let builder = Client::builder()
        .redirect(redirect::Policy::none())
        .connect_timeout(connect_wait)
        .pool_idle_timeout(Duration::from_mins(1))
        .tcp_nodelay(true)
        .referer(false);
    Ok(match way {
        ProxyChoice::Direct => builder.no_proxy(),
        ProxyChoice::Environment => builder,
        ProxyChoice::Proxy { url, .. } => {
            builder.no_proxy().proxy(reqwest::Proxy::all(url.clone())?)
        }
    })
}

impl ServiceClient {
    /// Creates a client that goes that way and also trusts the certificates in that file, if it is named. Whether the
    /// environment names a proxy that is not used is remembered, to be told when a service cannot be reached. Connecting may
    /// take that long.
    ///
    /// # Errors
    /// When certificates cannot be read.
    pub fn new(
        way: &ProxyChoice,
        ca_file: &str,
        environment: &BTreeMap<String, String>,
        connect_wait: Duration,
    ) -> Result<Self, NoClient> {
        install_tls();
        let mut builder = self::builder(way, connect_wait)?;
        if !ca_file.is_empty() {
            let unreadable = |why: String| NoClient::Certificates { path: ca_file.to_owned(), why };
            let text = std::fs::read(ca_file).map_err(|error| unreadable(error.to_string()))?;
            let own = reqwest::Certificate::from_pem_bundle(&text)
                .map_err(|error| unreadable(error.to_string()))?;
            if own.is_empty() {
                return Err(unreadable("it has no certificate".to_owned()));
            }
            builder = builder.tls_certs_merge(own);
        }
        let (client, trust) = match builder.build() {
            Ok(client) => (client, CertificateTrust::Known),
            Err(error) if !ca_file.is_empty() => return Err(error.into()),
            Err(_) => {
                let bare = self::builder(way, connect_wait)?.tls_certs_only(Vec::new());
                (bare.build()?, CertificateTrust::Nobody)
            }
        };
        Ok(Self { client, way: ProxyWay::new(way, environment), trust })
    }

    /// The same, which tells also what commands have set since the daemon was started.
    #[must_use]
    pub(super) fn telling(mut self, since: &SetSince) -> Self {
        self.way.tell_since(since);
        self
    }

    /// What commands have set since that would change the way to that address, or who is believed there.
    pub(super) fn set_since(&self, url: &Url) -> Option<String> {
        self.way.set_since(url)
    }

    /// Which authorities it can believe.
    pub(crate) fn trust(&self) -> CertificateTrust {
        self.trust
    }

    /// Makes one call, without retries.
    pub(crate) async fn call(
        &self,
        target: &Target,
        route: &ServiceRoute,
        chat: &Chat,
        limit: TokenLimit,
    ) -> CallReply {
        let exchange = self.exchange(target, route, chat, limit);
        match tokio::time::timeout(target.call_wait, exchange).await {
            Ok(called) => called,
            Err(_) => CallReply::none(self.timed_out(route)),
        }
    }

    /// Embeds texts, in one call.
    pub async fn embed(
        &self,
        target: &Target,
        route: &ServiceRoute,
        model: &str,
        texts: &[String],
    ) -> Embedded {
        let call = async {
            let Ok(body) = target.format.embed_request(model, texts) else {
                let none = Err(rejected("the texts are no JSON"));
                return (none, Allowance::default(), ServiceCount::Nothing);
            };
            let (response, allowance) = self.post(route, body).await;
            let mut counted = ServiceCount::Nothing;
            let read = async {
                let response = response?;
                let headers = response.headers().clone();
                let body = success(target, route, response, VECTORS_BYTES_MAX).await?;
                let read = target.format.embed_reply(&body, texts.len());
                // What it says that it took is booked, also where the vectors cannot be read.
                counted = match target.format.embed_usage(&body).filter(|input| *input > 0) {
                    Some(input) => ServiceCount::Tokens(Tokens { input, ..Tokens::default() }),
                    None if read.is_ok() && !target.format.says_usage(&body) => {
                        ServiceCount::Length(0)
                    }
                    None => ServiceCount::Nothing,
                };
                read.map_err(|why| target.unread(why, route, &headers, &body))
            };
            let read = read.await;
            (read, allowance, counted)
        };
        match tokio::time::timeout(target.call_wait, call).await {
            Ok(embedded) => embedded,
            Err(_) => (Err(self.timed_out(route)), Allowance::default(), ServiceCount::Nothing),
        }
    }

    async fn exchange(
        &self,
        target: &Target,
        route: &ServiceRoute,
        chat: &Chat,
        limit: TokenLimit,
    ) -> CallReply {
        let Ok(body) = target.format.request(chat, limit) else {
            return CallReply::none(rejected("the question is no JSON"));
        };
        let (response, allowance) = self.post(route, body).await;
        match response {
            Ok(response) => {
                let (reply, counts, charged) = read(target, route, response).await;
                CallReply { reply, allowance, counts, charged }
            }
            Err(error) => CallReply::failed(error, allowance),
        }
    }

    /// No reply came in time.
    fn timed_out(&self, route: &ServiceRoute) -> CallError {
        self.way.timed_out(&route.url)
    }

    /// Sends a body.
    async fn post(
        &self,
        route: &ServiceRoute,
        body: Vec<u8>,
    ) -> (Result<Response, CallError>, Allowance) {
        let mut request = Request::new(Method::POST, route.url.clone());
        request.headers_mut().clone_from(&route.headers);
        *request.body_mut() = Some(body.into());
        let response = match self.client.execute(request).await {
            Ok(response) => response,
            Err(error) => return (Err(self.way.unsent(&error, &route.url)), Allowance::default()),
        };
        let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let is_json = kind.is_some_and(|kind| kind.to_ascii_lowercase().contains("json"));
        let status = response.status().as_u16();
        if let Some(error) = self.way.of_proxy(status, is_json, &route.url) {
            return (Err(error), Allowance::default());
        }
        let allowance = allowance(response.headers());
        (Ok(response), allowance)
    }
}

/// Names of models that are read from a server's list.
const NAMES_MAX: usize = 20;
/// How long the list of models may take.
const NAMES_WAIT: Duration = Duration::from_secs(5);

impl ServiceClient {
    /// The models that a server lists, in its order; empty if it lists none.
    pub async fn models(&self, route: &ServiceRoute) -> Vec<String> {
        let asked = async {
            let mut request = Request::new(Method::GET, route.url.clone());
            request.headers_mut().clone_from(&route.headers);
            let response = self.client.execute(request).await.ok()?;
            let response = response.error_for_status().ok()?;
            let body = bounded(response, REPLY_BYTES_MAX).await.ok()?;
            let body = serde_json::from_slice::<serde_json::Value>(&body).ok()?;
            let list = body.get("data").or_else(|| body.get("models"))?.as_array()?;
            let name = |entry: &serde_json::Value| {
                let name = ["id", "name"].iter().find_map(|key| entry.get(*key)?.as_str())?;
                let name: String = protocol::safe::line(name).chars().take(NAME_MAX).collect();
                (!name.is_empty()).then_some(name)
            };
            Some(list.iter().filter_map(name).take(NAMES_MAX).collect())
        };
        tokio::time::timeout(NAMES_WAIT, asked).await.ok().flatten().unwrap_or_default()
    }
}

/// How long a service may take to tell what it has.
const TELL_WAIT: Duration = Duration::from_secs(10);

impl ServiceClient {
    /// What a service has at an address below its base URL, with the status of the reply. The key is shown if it is bound to
    /// that origin, and is masked in the reply.
    ///
    /// # Errors
    /// When no whole reply comes, or one that is too large or no text.
    pub async fn tell(
        &self,
        base_url: &Url,
        path: &[&str],
        key: &BoundKey,
    ) -> Result<(u16, String), CallError> {
        let mut url = base_url.clone();
        url.path_segments_mut()
            .map_err(|()| rejected("the base URL takes no path"))?
            .pop_if_empty()
            .extend(path);
        let shown =
            key.for_url(&url).ok_or_else(|| rejected("the key is bound to another origin"))?;
        let mut request = Request::new(Method::GET, url.clone());
        let mut value = HeaderValue::from_str(&format!("Bearer {}", shown.reveal()))
            .map_err(|_| rejected("the key cannot stand in a header"))?;
        value.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, value);
        let asked = async {
            let sent = self.client.execute(request).await;
            let response = sent.map_err(|error| self.way.unsent(&error, &url))?;
            let status = response.status().as_u16();
            let body = bounded(response, REPLY_BYTES_MAX).await?;
            let text = String::from_utf8(body).map_err(|_| rejected("the reply is no text"))?;
            Ok((status, key.masked(&text).into_owned()))
        };
        match tokio::time::timeout(TELL_WAIT, asked).await {
            Ok(told) => told,
            Err(_) => Err(self.way.timed_out(&url)),
        }
    }
}

/// The URL and headers of one kind of call, the key included if it may be sent there: computed once.
#[derive(Clone, Debug)]
pub struct ServiceRoute {
    url: Url,
    headers: HeaderMap,
    /// The model that is asked for; empty where none is.
    model: String,
}

impl ServiceRoute {
    fn for_model(self, model: &str) -> Self {
        Self { model: model.to_owned(), ..self }
    }
}

impl Target {
    /// The route of chat calls.
    ///
    /// # Errors
    /// When no call with this target is possible.
    pub fn chat_route(&self, model: &str) -> Result<ServiceRoute, CallError> {
        self.route(self.format.path(model)).map(|route| route.for_model(model))
    }

    /// The same service below a version, where the address has no path at all and such a service usually has one.
    pub fn below_version(&self) -> Option<Self> {
        let is_bare = self.format == Format::Openai && self.base_url.path() == "/";
        let base_url = is_bare.then(|| self.address(vec!["v1".to_owned()])).flatten()?;
        Some(Self { base_url, ..self.clone() })
    }

    /// The route of embedding calls.
    ///
    /// # Errors
    /// When no call with this target is possible.
    pub fn embed_route(&self, model: &str) -> Result<ServiceRoute, CallError> {
        self.route(self.format.embed_path(model)).map(|route| route.for_model(model))
    }

    /// The route to the list of models.
    ///
    /// # Errors
    /// When no call with this target is possible.
    pub fn models_route(&self) -> Result<ServiceRoute, CallError> {
        self.route(self.format.models_path())
    }

    /// The route to a path below the base URL.
    fn route(&self, path: Vec<String>) -> Result<ServiceRoute, CallError> {
        let url = self.address(path).ok_or_else(|| rejected("the base URL takes no path"))?;
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(
            USER_AGENT,
            HeaderValue::from_static(concat!("demoscope/", env!("CARGO_PKG_VERSION"))),
        );
        for (name, value) in self.format.headers() {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        if let Some(key) = self.key.as_ref().and_then(|bound| bound.for_url(&url)) {
            let (name, before) = self.format.key_header(self.auth);
            let mut value = HeaderValue::from_str(&format!("{before}{}", key.reveal()))
                .map_err(|_| rejected("the key cannot stand in a header"))?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        Ok(ServiceRoute { url, headers, model: String::new() })
    }

    /// The base URL with the format's segments, each encoded.
    fn address(&self, path: Vec<String>) -> Option<Url> {
        let mut url = self.base_url.clone();
        url.path_segments_mut().ok()?.pop_if_empty().extend(path);
        Some(url)
    }
}

fn rejected(why: &str) -> CallError {
    CallError::Setting { why: why.to_owned() }
}

/// Reads a reply, and what the service says that it took, also where the rest cannot be read.
async fn read(
    target: &Target,
    route: &ServiceRoute,
    response: Response,
) -> (Result<ChatReply, CallError>, ServiceCount, Option<UsdMicros>) {
    let headers = response.headers().clone();
    let body = match success(target, route, response, REPLY_BYTES_MAX).await {
        Ok(body) => body,
        Err(error) => return (Err(error), ServiceCount::Nothing, None),
    };
    let charged = target.format.charged(&body).and_then(price::charged);
    let mut reply = match target.format.reply(&body) {
        Ok(reply) => reply,
        Err(why) => {
            let counted =
                target.format.usage(&body).map_or(ServiceCount::Nothing, ServiceCount::Tokens);
            return (Err(target.unread(why, route, &headers, &body)), counted, charged);
        }
    };
    // The caller that reads the model's text redacts it: reading must not depend on the key.
    if let Some(Cow::Owned(masked)) = target.key.as_ref().map(|key| key.masked_cut(&reply.model)) {
        reply.model = masked;
    }
    let counted = counted(target, &reply, &body);
    (Ok(reply), counted, charged)
}

/// What a service counts of a call that it answered.
fn counted(target: &Target, reply: &ChatReply, body: &[u8]) -> ServiceCount {
    // Who says something has written it.
    let is_silent = reply.text.trim().is_empty();
    let is_whole = |tokens: &Tokens| tokens.input > 0 && (tokens.output > 0 || is_silent);
    if let Some(tokens) = reply.tokens.filter(is_whole) {
        return ServiceCount::Tokens(tokens);
    }
    // Thoughts stand elsewhere in the body.
    let came = if reply.thought {
        tokens_estimated(&String::from_utf8_lossy(body))
    } else {
        tokens_estimated(&reply.text)
    };
    match target.format.partial_usage(body) {
        Some(counted) => ServiceCount::Part { counted, came },
        None if target.format.says_usage(body) => ServiceCount::Nothing,
        None => ServiceCount::Length(came),
    }
}

/// The body of a success, or the error that the service reports.
async fn success(
    target: &Target,
    route: &ServiceRoute,
    response: Response,
    limit_bytes: usize,
) -> Result<Vec<u8>, CallError> {
    let status = response.status().as_u16();
    match status {
        200..=299 => bounded(response, limit_bytes).await,
        300..=399 => Err(CallError::Redirected { status }),
        _ => {
            let headers = response.headers().clone();
            // A body that does not arrive at once is ignored.
            let body = tokio::time::timeout(WORDS_WAIT, bounded(response, WORDS_BYTES_MAX)).await;
            let body = body.ok().and_then(Result::ok).unwrap_or_default();
            Err(target.error(status, route, &headers, &body))
        }
    }
}

/// Reads a body up to a limit; the unpacked size counts, so that a decompression bomb is caught.
async fn bounded(response: Response, limit_bytes: usize) -> Result<Vec<u8>, CallError> {
    /// Largest announced length that is used to reserve memory.
    const ANNOUNCED_MAX: u64 = 64 * 1024;
    let announced = response.content_length().unwrap_or(0).min(ANNOUNCED_MAX);
    let mut body = Vec::with_capacity(usize::try_from(announced).unwrap_or(0));
    let mut stream = response.bytes_stream();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| CallError::network(BROKE_OFF))?;
        if body.len() + chunk.len() > limit_bytes {
            return Err(CallError::TooLarge { limit_bytes });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

impl Target {
    /// A service's text without the key, which it knows and may repeat.
    fn masked<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.key.as_ref().map_or(Cow::Borrowed(text), |key| key.masked(text))
    }

    /// The failure that a service reports with that status.
    fn error(
        &self,
        status: u16,
        route: &ServiceRoute,
        headers: &HeaderMap,
        body: &[u8],
    ) -> CallError {
        let error =
            ServiceError::read(status, headers, body, &route.model, |text| self.masked(text));
        error.classify(route.url.as_str())
    }

    /// The failure of a success that is no reply: the error in it, or what is wrong with it.
    fn unread(
        &self,
        why: Unread,
        route: &ServiceRoute,
        headers: &HeaderMap,
        body: &[u8],
    ) -> CallError {
        if why == IS_AN_ERROR {
            return self.error(200, route, headers, body);
        }
        let is_json = serde_json::from_slice::<IgnoredAny>(body).is_ok();
        // A sentence in the place of a reply may say that the account is the reason.
        if let Some(said) = no_reply::sentence(body)
            && let denied @ CallError::Denied { .. } =
                self.error(200, route, headers, said.as_bytes())
        {
            return denied;
        }
        if !is_json {
            let came = no_reply::described(headers, body);
            return CallError::Malformed { why: came.into() };
        }
        CallError::Malformed { why: why.into() }
    }
}

/// The rate limits in a reply's headers, by the names that services use.
fn allowance(headers: &HeaderMap) -> Allowance {
    let text = |names: [&str; 2]| {
        names.iter().find_map(|name| headers.get(*name)?.to_str().ok()).map(str::trim)
    };
    let count = |names| text(names)?.parse::<u64>().ok();
    let wait = |names| span(text(names)?);
    Allowance {
        requests_left: count([
            "x-ratelimit-remaining-requests",
            "anthropic-ratelimit-requests-remaining",
        ]),
        requests_reset: wait(["x-ratelimit-reset-requests", "x-ratelimit-reset"]),
        tokens_left: count([
            "x-ratelimit-remaining-tokens",
            "anthropic-ratelimit-tokens-remaining",
        ]),
        tokens_reset: wait(["x-ratelimit-reset-tokens", "x-ratelimit-reset"]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(list: &[(&'static str, &'static str)]) -> HeaderMap {
        list.iter()
            .map(|(name, value)| {
                (reqwest::header::HeaderName::from_static(name), HeaderValue::from_static(value))
            })
            .collect()
    }

    #[test]
    fn limits_are_read_by_either_family_of_names() {
        let openai = allowance(&headers(&[
            ("x-ratelimit-remaining-requests", "3"),
            ("x-ratelimit-reset-requests", "20s"),
            ("x-ratelimit-remaining-tokens", "0"),
            ("x-ratelimit-reset-tokens", "500ms"),
        ]));
        assert_eq!((openai.requests_left, openai.tokens_left), (Some(3), Some(0)));
        assert_eq!(openai.tokens_reset, Some(Duration::from_millis(500)));
        let anthropic = allowance(&headers(&[("anthropic-ratelimit-requests-remaining", "8")]));
        assert_eq!(anthropic.requests_left, Some(8));
    }
}
