//! What a door is: the paths whose errors it words, its routes with who may enter by each, and its envelope of errors. A
//! contract is a folder with one door; the listener composes doors and knows nothing of any of them.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use futures::future::BoxFuture;
use protocol::credits::Credits;
use protocol::error::ApiError;
use protocol::key::{Dialect, KeyScope};

use super::HttpContext;
use super::query::Query;
use super::refusal::Refusal;
use super::request_id::RequestId;
use crate::app::{ActiveKey, Caller};

/// A door.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Door {
    /// One sentence on what is behind it, for the index.
    pub(crate) about: &'static str,
    /// Beginnings of paths whose errors it words; the longest one counts.
    pub(crate) paths: &'static [&'static str],
    /// Whose keys open it.
    pub(crate) dialect: Dialect,
    /// Its routes.
    pub(crate) routes: fn() -> Vec<Route>,
    /// Words a refusal in its envelope.
    pub(crate) refuse: fn(&Refusal, &RequestId) -> Response,
}

/// A method at a path.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    /// The method; GET answers HEAD too.
    pub(crate) method: Method,
    /// The path, with `{name}` for what varies.
    pub(crate) path: &'static str,
    /// Who may enter.
    pub(crate) entrance: Entrance,
    /// What body it takes.
    pub(crate) body: BodyRule,
    /// What answers.
    pub(crate) answer: Handler,
}

/// Answers a request.
pub(crate) type Handler = fn(Visit) -> BoxFuture<'static, Result<Response, Refusal>>;

/// Who may enter by a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entrance {
    /// Anybody: it tells nothing of studies, and changes nothing.
    Anybody,
    /// Whoever shows a key of the door with that scope.
    Key(KeyScope),
    /// Whoever signed the body, which the route itself checks.
    Signed,
}

/// What body a route takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyRule {
    /// None; what is sent is not read.
    Nothing,
    /// JSON, by its content type.
    Json,
    /// Whatever it is, since its signature is over the bytes.
    Bytes,
}

/// A request that was let in.
#[derive(Debug)]
pub(crate) struct Visit {
    /// What every request works with.
    pub(crate) context: Arc<HttpContext>,
    /// Its id.
    pub(crate) id: RequestId,
    /// Who sent it.
    pub(crate) peer: IpAddr,
    /// What stood in the path for each `{name}`, decoded.
    pub(crate) parts: Vec<(String, String)>,
    /// The query as it was sent.
    pub(crate) query: Option<String>,
    /// Its headers.
    pub(crate) headers: HeaderMap,
    /// As whom its use cases are called: with the key that was shown, or as a stranger.
    pub(crate) caller: Caller,
    /// The key that was shown.
    pub(crate) key: Option<Arc<ActiveKey>>,
    /// Its body, whole; empty where the route takes none.
    pub(crate) body: Bytes,
}

impl Visit {
    /// What stood in the path for that name.
    pub(crate) fn part(&self, name: &str) -> &str {
        let found = self.parts.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    /// What the query says, if it says nothing but what the route knows.
    pub(crate) fn query(&self, known: &[&str]) -> Result<Query, ApiError> {
        Query::read(self.query.as_deref(), known)
    }

    /// Credits that the key of the request can spend: the lesser of the owner's and what its cap leaves.
    pub(crate) async fn spendable(&self) -> Result<Credits, Refusal> {
        let (core, caller) = (&self.context.core, &self.caller);
        let balance = core.credits(caller).await?.balance;
        let left = core.key_use(caller).await?.credits_left;
        Ok(left.map_or(balance, |left| left.min(balance)))
    }

    /// The engine that answers studies of the key.
    pub(crate) fn engine<'a>(&'a self, key: &'a ActiveKey) -> &'a str {
        key.engine.as_deref().unwrap_or(self.context.engine.as_str())
    }
}
