//! GET /v1/usage: what a key used this month, and what it can still spend. GET /v1/health: whether the service stands, which
//! needs no key.

use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde::Serialize;

use crate::gateway::http::door::Visit;
use crate::gateway::http::refusal::Refusal;
use crate::gateway::http::reply;

#[derive(Serialize, schemars::JsonSchema)]
pub(super) struct KeyUsage {
    tier: String,
    credits_balance: i64,
    credits_used_this_month: i64,
    request_count: u32,
    last_request: Option<Timestamp>,
    billing_period: String,
}

#[derive(Serialize, schemars::JsonSchema)]
pub(super) struct Health {
    status: &'static str,
    service: &'static str,
    version: &'static str,
    providers: Providers,
}

/// Model services that are configured and ready.
#[derive(Serialize, schemars::JsonSchema)]
#[expect(clippy::struct_excessive_bools, reason = "the four fields of the contract")]
struct Providers {
    openai: bool,
    google: bool,
    groq: bool,
    anthropic: bool,
}

/// Answers for a key.
pub(super) async fn usage(visit: Visit) -> Result<Response, Refusal> {
    let (core, caller) = (&visit.context.core, &visit.caller);
    let balance = core.credits(caller).await?;
    let used = core.key_use(caller).await?;
    let left = used.credits_left.map_or(balance.balance, |left| left.min(balance.balance));
    let usage = KeyUsage {
        tier: balance.tier,
        credits_balance: left.0,
        credits_used_this_month: used.used_this_month.0,
        request_count: used.studies,
        last_request: used.last_study_at,
        billing_period: balance.billing_period,
    };
    Ok(super::plain(&usage, &visit.id))
}

/// Answers anybody.
pub(super) async fn health(visit: Visit) -> Result<Response, Refusal> {
    let caller = &visit.caller;
    let ready = visit.context.core.ready_services(caller).await?;
    let is_ready = |name: &str| ready.iter().any(|known| known == name);
    let health = Health {
        status: "ok",
        service: "instantfocus",
        version: env!("CARGO_PKG_VERSION"),
        providers: Providers {
            openai: is_ready("openai"),
            google: is_ready("google"),
            groq: is_ready("groq"),
            anthropic: is_ready("anthropic"),
        },
    };
    Ok(reply::json(StatusCode::OK, &health))
}
