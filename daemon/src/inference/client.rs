//! The HTTP client for model services. It follows no redirect, ignores proxies in the environment, reads no more than
//! the maximum length of a reply, and returns the rate limits in the headers on success and failure.

use std::borrow::Cow;
use std::sync::Once;
use std::time::Duration;

use futures::StreamExt;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER, USER_AGENT};
use reqwest::{Client, Method, Request, Response, Url, redirect};

use super::chat::{
    Allowance, BROKE_OFF, CallError, Chat, ChatReply, TIMED_OUT, TokenLimit, UNREACHABLE,
};
use super::key::BoundKey;
use super::wire::{Auth, Format, Vectors};

/// Most bytes of a reply, unpacked: many times the longest answer, and small enough that a hundred concurrent calls
/// cannot fill the memory.
pub(crate) const REPLY_BYTES_MAX: usize = 1024 * 1024;
/// The same for embeddings, of which few calls are under way: 64 of 3,072 numbers take about 3 MB.
pub(crate) const VECTORS_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Most characters of a service's own words in an error.
const WORDS_MAX: usize = 200;
/// Most bytes of an error body that are read, and the longest wait for the body of a 429 that may say there is no
/// credit.
const WORDS_BYTES_MAX: usize = 64 * 1024;
const WORDS_WAIT: Duration = Duration::from_secs(2);
/// How long connecting may take.
const CONNECT_WAIT: Duration = Duration::from_secs(10);

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

/// The result of a call, and the rate limits in its headers.
pub(crate) type CallReply = (Result<ChatReply, CallError>, Allowance);

/// The result of an embedding call, and the rate limits in its headers.
pub(crate) type Embedded = (Result<Vectors, CallError>, Allowance);

/// A client with its pool of connections. Clones share it.
#[derive(Clone, Debug)]
pub struct ServiceClient {
    client: Client,
}

/// Why a client could not be created.
#[derive(Debug, thiserror::Error)]
#[error("The HTTP client cannot be made: {0}")]
pub struct NoClient(#[from] reqwest::Error);

/// Installs ring as the TLS library. Idempotent; must run before the first client is created.
pub fn install_tls() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // A provider that was installed before is as good.
        drop(rustls::crypto::ring::default_provider().install_default());
    });
}

impl ServiceClient {
    /// Creates a client.
    ///
    /// # Errors
    /// When the system's certificates cannot be read.
    pub fn new() -> Result<Self, NoClient> {
        install_tls();
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_WAIT)
            .pool_idle_timeout(Duration::from_mins(1))
            .tcp_nodelay(true)
            .referer(false)
            .build()?;
        Ok(Self { client })
    }

    /// Makes one call, without retries.
    pub async fn call(&self, target: &Target, route: &ServiceRoute, chat: &Chat) -> CallReply {
        match tokio::time::timeout(target.call_wait, self.exchange(target, route, chat)).await {
            Ok(called) => called,
            Err(_) => (Err(CallError::Network { why: TIMED_OUT }), Allowance::default()),
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
                return (Err(rejected("the texts are no JSON")), Allowance::default());
            };
            let (response, allowance) = self.post(route, body).await;
            let read = async {
                let body = success(target, response?, VECTORS_BYTES_MAX).await?;
                let read = target.format.embed_reply(&body, texts.len());
                read.map_err(|why| CallError::Malformed { why })
            };
            (read.await, allowance)
        };
        match tokio::time::timeout(target.call_wait, call).await {
            Ok(embedded) => embedded,
            Err(_) => (Err(CallError::Network { why: TIMED_OUT }), Allowance::default()),
        }
    }

    async fn exchange(&self, target: &Target, route: &ServiceRoute, chat: &Chat) -> CallReply {
        let Ok(body) = target.format.request(chat, target.token_limit) else {
            return (Err(rejected("the question is no JSON")), Allowance::default());
        };
        let (response, allowance) = self.post(route, body).await;
        match response {
            Ok(response) => (read(target, response).await, allowance),
            Err(error) => (Err(error), allowance),
        }
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
            Err(error) => return (Err(unsent(&error)), Allowance::default()),
        };
        let allowance = allowance(response.headers());
        (Ok(response), allowance)
    }
}

/// The URL and headers of one kind of call, the key included if it may be sent there: computed once.
#[derive(Clone, Debug)]
pub struct ServiceRoute {
    url: Url,
    headers: HeaderMap,
}

impl Target {
    /// The route of chat calls.
    ///
    /// # Errors
    /// When no call with this target is possible.
    pub fn chat_route(&self, model: &str) -> Result<ServiceRoute, CallError> {
        self.route(self.format.path(model))
    }

    /// The route of embedding calls.
    ///
    /// # Errors
    /// When no call with this target is possible.
    pub fn embed_route(&self, model: &str) -> Result<ServiceRoute, CallError> {
        self.route(self.format.embed_path(model))
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
        Ok(ServiceRoute { url, headers })
    }

    /// The base URL with the format's segments, each encoded.
    fn address(&self, path: Vec<String>) -> Option<Url> {
        let mut url = self.base_url.clone();
        url.path_segments_mut().ok()?.pop_if_empty().extend(path);
        Some(url)
    }
}

fn rejected(why: &str) -> CallError {
    CallError::Rejected { status: 0, why: why.to_owned() }
}

fn unsent(error: &reqwest::Error) -> CallError {
    let why = if error.is_connect() {
        UNREACHABLE
    } else if error.is_timeout() {
        TIMED_OUT
    } else {
        BROKE_OFF
    };
    CallError::Network { why }
}

async fn read(target: &Target, response: Response) -> Result<ChatReply, CallError> {
    let body = success(target, response, REPLY_BYTES_MAX).await?;
    let mut reply = target.format.reply(&body).map_err(|why| CallError::Malformed { why })?;
    // The caller that reads the model's text redacts it: reading must not depend on the key.
    if let Some(Cow::Owned(masked)) = target.key.as_ref().map(|key| key.masked_cut(&reply.model)) {
        reply.model = masked;
    }
    Ok(reply)
}

/// The body of a success, or the error that the service reports.
async fn success(
    target: &Target,
    response: Response,
    limit_bytes: usize,
) -> Result<Vec<u8>, CallError> {
    let status = response.status().as_u16();
    let after = retry_after(response.headers());
    match status {
        200..=299 => bounded(response, limit_bytes).await,
        300..=399 => Err(CallError::Redirected { status }),
        401..=403 => Err(CallError::Denied { status }),
        429 => Err(if has_no_credit(response).await {
            CallError::Denied { status }
        } else {
            CallError::Limited { status, after }
        }),
        503 | 529 => Err(CallError::Limited { status, after }),
        408 | 500..=599 => Err(CallError::Server { status }),
        _ => {
            let body = bounded(response, WORDS_BYTES_MAX).await.unwrap_or_default();
            Err(CallError::Rejected { status, why: target.words(&body) })
        }
    }
}

/// Whether a 429 means that the account has no credit: services of that family say so in these words only. A body
/// that does not arrive at once is ignored.
async fn has_no_credit(response: Response) -> bool {
    const SAID: &str = "insufficient_quota";
    let body = tokio::time::timeout(WORDS_WAIT, bounded(response, WORDS_BYTES_MAX)).await;
    let Ok(Ok(body)) = body else { return false };
    let Ok(body) = serde_json::from_slice::<serde_json::Value>(&body) else { return false };
    let is_said = |name: &str| body["error"][name].as_str() == Some(SAID);
    is_said("code") || is_said("type")
}

/// Reads a body up to a limit; the unpacked size counts, so that a decompression bomb is caught.
async fn bounded(response: Response, limit_bytes: usize) -> Result<Vec<u8>, CallError> {
    /// Largest announced length that is used to reserve memory.
    const ANNOUNCED_MAX: u64 = 64 * 1024;
    let announced = response.content_length().unwrap_or(0).min(ANNOUNCED_MAX);
    let mut body = Vec::with_capacity(usize::try_from(announced).unwrap_or(0));
    let mut stream = response.bytes_stream();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| CallError::Network { why: BROKE_OFF })?;
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

    /// The service's own words on an error, without the key.
    fn words(&self, body: &[u8]) -> String {
        words(body, |said| self.masked(said))
    }
}

/// The service's own words on an error: short, on one line, filtered for terminals. They may repeat the prompt but
/// never a key: the key that was sent is removed first, so that shortening leaves no part of it, and anything that
/// looks like another key is masked as well.
fn words(body: &[u8], masked: impl Fn(&str) -> Cow<'_, str>) -> String {
    let Ok(body) = serde_json::from_slice::<serde_json::Value>(body) else { return String::new() };
    let error = body.get("error").unwrap_or(&body);
    let said = error
        .get("message")
        .or(Some(error))
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default();
    let said = masked(said);
    let line = protocol::safe::line(&said);
    let line = masked(&line);
    let shown: Vec<&str> = line
        .split_whitespace()
        .map(|word| {
            if word.len() > 24 && word.contains(|c: char| c.is_ascii_digit()) {
                "…"
            } else {
                word
            }
        })
        .collect();
    shown.join(" ").chars().take(WORDS_MAX).collect()
}

/// `Retry-After` in seconds (also `retry-after-ms`). Dates are not read: they need a clock that agrees with the
/// service's.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<f64>().ok();
    let seconds = number("retry-after-ms")
        .map(|ms| ms / 1_000.0)
        .or_else(|| number(RETRY_AFTER.as_str()))
        .filter(|seconds| seconds.is_finite())?;
    Duration::try_from_secs_f64(seconds.min(86_400.0)).ok()
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

/// A duration as services write it: `1s`, `6m0s`, `120ms`, `1.5`, `1h2m3.5s`. `None` for absurd ones.
fn span(text: &str) -> Option<Duration> {
    let mut seconds = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let number: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let unit = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        seconds += number
            * match &rest[..unit] {
                "" | "s" => 1.0,
                "ms" => 0.001,
                "m" => 60.0,
                "h" => 3_600.0,
                _ => return None,
            };
        rest = &rest[unit..];
    }
    (!text.is_empty() && seconds <= 86_400.0).then(|| Duration::from_secs_f64(seconds))
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
    fn waits_are_read_in_every_spelling() {
        let of = |text| span(text).map(|span| span.as_millis());
        assert_eq!(of("1s"), Some(1_000));
        assert_eq!(of("6m0s"), Some(360_000));
        assert_eq!(of("120ms"), Some(120));
        assert_eq!(of("1h2m3.5s"), Some(3_723_500));
        assert_eq!(of("0.25"), Some(250));
        for bad in ["", "-1", "soon", "1y", "99999999999s", "1..2s", "2026-11-22T03:00:00Z"] {
            assert_eq!(of(bad), None, "{bad}");
        }
    }

    #[test]
    fn absurd_patience_is_bounded() {
        let after = |value| retry_after(&headers(&[("retry-after", value)]));
        assert_eq!(after("2"), Some(Duration::from_secs(2)));
        assert_eq!(after("99999999999"), Some(Duration::from_hours(24)));
        assert_eq!(after("-3"), None);
        assert_eq!(after("NaN"), None);
        assert_eq!(after("Wed, 21 Oct 2026 07:28:00 GMT"), None);
        let both = headers(&[("retry-after", "9"), ("retry-after-ms", "150")]);
        assert_eq!(retry_after(&both), Some(Duration::from_millis(150)));
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

    #[test]
    fn a_services_words_are_short_and_hold_nothing_that_looks_like_a_key() {
        let body = br#"{"error": {"message": "Incorrect key sk-proj-canary0123456789abcdef \u001b]52;c;evil\u0007 given"}}"#;
        let said = words(body, |text| Cow::Borrowed(text));
        assert!(!said.contains("canary") && !said.contains('\u{1b}'), "{said}");
        assert_eq!(words(b"<html>", |text| Cow::Borrowed(text)), "");
    }

    #[test]
    fn the_key_that_was_sent_is_never_among_a_services_words() {
        let key = super::super::key::ApiKey::new("sk-SHORT-1").unwrap();
        // As it was sent, beyond the length limit for error texts, and split so that the filter for terminals joins
        // it again.
        for said in [
            "you sent sk-SHORT-1!".to_owned(),
            format!("{} (sk-SHORT-1)", "a ".repeat(97)),
            "sk-SH\u{200b}ORT-1".to_owned(),
            "Authorization:Bearer sk-SHORT-1sk-SHORT-1".to_owned(),
        ] {
            let body = serde_json::json!({ "error": { "message": said } }).to_string();
            let told = words(body.as_bytes(), |text| key.masked(text));
            assert!(!told.contains("SHORT") && !told.contains("sk-S"), "{told}");
        }
    }
}
