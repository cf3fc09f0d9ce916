//! Figures of the daemon in the text format of Prometheus, where the settings switch them on: numbers without names, texts or
//! keys.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;

use crate::gateway::http::door::Visit;
use crate::gateway::http::refusal::Refusal;
use crate::gateway::http::reply;

/// The format, with its version.
const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Tells the figures.
pub(super) async fn metrics(visit: Visit) -> Result<Response, Refusal> {
    if !visit.context.tells_figures() {
        return Err(Refusal::no_such_path());
    }
    visit.query(&[])?;
    let (core, caller) = (&visit.context.core, &visit.caller);
    let studies = core.counts(caller).await?;
    let credits = core.credits(caller).await?;
    let head = core.head(caller).await?;
    let is_degraded = core.store().degraded().is_some();
    let mut out = String::new();
    let mut family = |name: &str, kind: &str, help: &str, samples: &[(&str, String)]| {
        out.push_str(&format!("# HELP demoscope_{name} {help}\n# TYPE demoscope_{name} {kind}\n"));
        for (labels, value) in samples {
            out.push_str(&format!("demoscope_{name}{labels} {value}\n"));
        }
    };
    let version = format!("{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"));
    family("build_info", "gauge", "The version that runs.", &[(&version, "1".to_owned())]);
    family(
        "studies",
        "gauge",
        "Unfinished studies by state.",
        &[
            ("{state=\"running\"}", studies.running.to_string()),
            ("{state=\"queued\"}", studies.queued.to_string()),
        ],
    );
    family(
        "credits",
        "gauge",
        "Credits by what they are.",
        &[
            ("{kind=\"spendable\"}", credits.balance.to_string()),
            ("{kind=\"held\"}", credits.held.to_string()),
            ("{kind=\"used_this_month\"}", credits.used_this_month.to_string()),
        ],
    );
    let cost = credits.cost_usd_this_month.to_string();
    family("cost_usd_this_month", "gauge", "Cost of model calls this month.", &[("", cost)]);
    family("events_total", "counter", "Events so far.", &[("", head.0.to_string())]);
    let writable = u8::from(!is_degraded).to_string();
    family("store_writable", "gauge", "Whether the store takes writes.", &[("", writable)]);
    let mut reply = reply::text(StatusCode::OK, out);
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(FORMAT));
    Ok(reply)
}
