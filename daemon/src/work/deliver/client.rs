//! The HTTP client for webhooks: one for public addresses, one for those where private ones are allowed. It follows no
//! redirect, knows no proxy of the environment, waits ten seconds for a reply and one for its body, and reads little of it.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use protocol::error::{ApiError, ErrorCode};
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use reqwest::{Client, Response, redirect};

use super::resolve::GuardedResolver;
use crate::app::OutgoingHook;
use crate::domain::deliver::{AttemptResult, may_dial, retry_after, target};
use crate::inference::client::install_tls;

/// How long an attempt may take, from the look-up of the name to the status of the reply.
const WAIT: Duration = Duration::from_secs(10);
/// How long the body of a reply is waited for once its status is there.
const BODY_WAIT: Duration = Duration::from_secs(1);
/// Most bytes of a reply that are read.
const REPLY_BYTES_MAX: usize = 64 * 1024;
/// Characters of a reply that are handed on.
const REPLY_KEPT: usize = 2_000;

/// Both clients. Clones share them.
#[derive(Clone, Debug)]
pub(super) struct HookClient {
    public: Client,
    private: Client,
}

impl HookClient {
    /// Makes them.
    ///
    /// # Errors
    /// When the system's certificates cannot be read.
    pub(super) fn new() -> Result<Self, ApiError> {
        install_tls();
        Ok(Self { public: client(false)?, private: client(true)? })
    }

    /// Makes one attempt; returns its outcome and the beginning of the reply.
    pub(super) async fn send(
        &self,
        call: &OutgoingHook,
        now: Timestamp,
    ) -> (AttemptResult, String) {
        // The rules may have become stricter since the endpoint was added.
        let target = match target(&call.url, call.allow_private) {
            Ok(target) => target,
            Err(bad) => return (AttemptResult::Refused(bad.what.to_owned()), String::new()),
        };
        let client = if call.allow_private { &self.private } else { &self.public };
        let mut request = client
            .post(target.url)
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("demoscope/", env!("CARGO_PKG_VERSION")))
            .body(call.body.clone());
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        match tokio::time::timeout(WAIT, request.send()).await {
            Ok(Ok(response)) => read(response, call.allow_private, now).await,
            Ok(Err(error)) => (AttemptResult::NoReply(in_words(&error)), String::new()),
            Err(_) => {
                let why = format!("no reply within {} s", WAIT.as_secs());
                (AttemptResult::NoReply(why), String::new())
            }
        }
    }
}

fn client(allow_private: bool) -> Result<Client, ApiError> {
    let builder = || {
        Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .dns_resolver(Arc::new(GuardedResolver { allow_private }))
            .connect_timeout(WAIT)
            .pool_max_idle_per_host(0)
            .no_gzip()
            .referer(false)
            .tcp_nodelay(true)
    };
    // Where the certificates of this system cannot be read, addresses without encryption are reached all the same.
    builder().build().or_else(|_| builder().tls_certs_only(Vec::new()).build()).map_err(|error| {
        let what = format!("The client for webhooks cannot be made: {error}");
        ApiError::new(ErrorCode::Internal, what).because(&error)
    })
}

/// The outcome that a response stands for. Its status decides; a body that never ends changes nothing.
async fn read(
    mut response: Response,
    allow_private: bool,
    now: Timestamp,
) -> (AttemptResult, String) {
    // The resolver let nothing else through; a connection that came about otherwise is told as what it is.
    let dialled = response.remote_addr().map(|address| address.ip());
    if dialled.is_some_and(|address| !may_dial(address, allow_private)) {
        let why = "the connection led to an address that may not be reached".to_owned();
        return (AttemptResult::NoReply(why), String::new());
    }
    let status = response.status().as_u16();
    let wanted = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| retry_after(value.to_str().ok()?, now));
    let result = AttemptResult::Status(status, wanted);
    if result_needs_no_body(status) {
        return (result, String::new());
    }
    let mut bytes: Vec<u8> = Vec::new();
    let reading = async {
        while bytes.len() < REPLY_BYTES_MAX {
            match response.chunk().await {
                Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
                Ok(None) | Err(_) => break,
            }
        }
    };
    // The status is known, whatever of the body comes: it must not be lost to the wait for the whole reply.
    let _cut = tokio::time::timeout(BODY_WAIT, reading).await;
    bytes.truncate(REPLY_BYTES_MAX);
    let text: String = String::from_utf8_lossy(&bytes).chars().take(REPLY_KEPT).collect();
    (result, text)
}

/// Whether the body of a reply says nothing of use: it was taken.
const fn result_needs_no_body(status: u16) -> bool {
    matches!(status, 200..=299)
}

/// Why there was no reply, in a few words without the address.
fn in_words(error: &reqwest::Error) -> String {
    let mut causes =
        std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    let deepest = causes.by_ref().last().map(ToString::to_string);
    let kind = if error.is_timeout() {
        "no connection in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke off"
    };
    match deepest {
        Some(why) => format!("{kind}: {why}"),
        None => kind.to_owned(),
    }
}
