//! Who may enter by a route: the key of a request, from its one Authorization header, admitted for the door and with the scope
//! that the route asks for. No other header and no address is looked at for a key.

use std::sync::Arc;

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
    headers: &HeaderMap,
) -> Result<(Caller, Option<Arc<ActiveKey>>), Refusal> {
    let caller = Caller::stranger(context.user, Origin::Http);
    let Entrance::Key(scope) = entrance else { return Ok((caller, None)) };
    let shown = shown(headers, dialect)?;
    let Admitted { caller, key } = context.core.admit(&caller, dialect, shown).await?;
    if key.scope < scope {
        return Err(beyond(key.scope, scope).into());
    }
    Ok((caller, Some(key)))
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
