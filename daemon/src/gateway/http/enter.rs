//! Who may enter by a route: the key of a request, from its one Authorization header, admitted for the door and with the scope
//! that the route asks for. No other header and no address is looked at for a key. A peer that shows many wrong ones is told to
//! wait.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use protocol::error::{ApiError, ErrorCode};
use protocol::hint::Remedy;
use protocol::key::{Dialect, KeyScope};
use protocol::study::Origin;

use super::HttpContext;
use super::door::Entrance;
use super::refusal::Refusal;
use crate::app::{ActiveKey, Admitted, Caller};

/// The longest header that is read as a key.
const HEADER_MAX: usize = 256;

/// As whom a request enters, and with which key.
pub(super) async fn enter(
    context: &HttpContext,
    dialect: Dialect,
    entrance: Entrance,
    peer: IpAddr,
    headers: &HeaderMap,
) -> Result<(Caller, Option<Arc<ActiveKey>>), Refusal> {
    let caller = Caller::stranger(context.user, Origin::Http);
    let Entrance::Key(scope) = entrance else { return Ok((caller, None)) };
    let shown = shown(headers, dialect)?;
    let admitted = context.core.admit(&caller, dialect, shown).await;
    let Admitted { caller, key } = admitted.map_err(|error| wrong(context, peer, error))?;
    if key.scope < scope {
        return Err(beyond(key.scope, scope).into());
    }
    Ok((caller, Some(key)))
}

/// What a key is refused with: one of many wrong ones with the time to wait.
fn wrong(context: &HttpContext, peer: IpAddr, error: ApiError) -> ApiError {
    if error.code != ErrorCode::Unauthorized {
        return error;
    }
    match context.wrong_keys.count(peer, context.world.clock.monotonic()) {
        Ok(()) => error,
        Err(wait) => too_many(wait),
    }
}

fn too_many(wait: Duration) -> ApiError {
    let what = "Too many wrong keys came from this address within a minute";
    let wait = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
    let error = ApiError::new(ErrorCode::RateLimited, what);
    ApiError { retry_after_ms: Some(wait), ..error }
        .hint("Wait as long as Retry-After says, or send a valid key")
}

/// The key that a request shows.
fn shown(headers: &HeaderMap, dialect: Dialect) -> Result<&str, Refusal> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let Some(header) = all.next() else { return Err(missing(dialect).into()) };
    let header = header.to_str().ok().filter(|header| header.len() <= HEADER_MAX);
    let (None, Some(header)) = (all.next(), header) else { return Err(unreadable().into()) };
    match header.split_once(' ') {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => Ok(key.trim()),
        _ => Err(unreadable().into()),
    }
}

fn missing(dialect: Dialect) -> ApiError {
    ApiError::new(ErrorCode::Unauthorized, "The request shows no key")
        .hint("Send it as `Authorization: Bearer KEY`")
        .hint(Remedy::owner("Make one", format!("demoscope keys create --dialect {dialect}")))
}

fn unreadable() -> ApiError {
    ApiError::new(ErrorCode::Unauthorized, "The Authorization header holds no key")
        .hint("Send one header that reads `Authorization: Bearer KEY`")
}

fn beyond(has: KeyScope, wanted: KeyScope) -> ApiError {
    ApiError::new(
        ErrorCode::Forbidden,
        format!("The key has the scope '{has}', and this needs '{wanted}'"),
    )
    .hint(Remedy::owner("Make one", format!("demoscope keys create --scope {wanted}")))
}
