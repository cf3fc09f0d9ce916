//! Replies: JSON, text and pages, and the headers that every reply carries.

use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde::Serialize;

use super::request_id::{self, RequestId};

/// What a page of ours may load: nothing but the style that stands in it.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
                           form-action 'none'; frame-ancestors 'none'";

/// Headers of every reply: nothing is guessed, kept or told on.
pub(super) const ALWAYS: [(HeaderName, &str); 3] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (CACHE_CONTROL, "no-store"),
    (REFERRER_POLICY, "no-referrer"),
];

/// A reply with that status and a value as JSON.
pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(bytes) => of(status, "application/json", bytes),
        Err(error) => {
            tracing::error!(%error, "a reply cannot be written as JSON");
            of(StatusCode::INTERNAL_SERVER_ERROR, "text/plain; charset=utf-8", "Internal error\n")
        }
    }
}

/// A good reply whose JSON is written already.
pub(crate) fn written(json: Vec<u8>) -> Response {
    of(StatusCode::OK, "application/json", json)
}

/// A reply in plain text.
pub(crate) fn text(status: StatusCode, text: impl Into<Body>) -> Response {
    of(status, "text/plain; charset=utf-8", text)
}

/// A page, which can load nothing.
pub(crate) fn page(text: String) -> Response {
    let mut reply = of(StatusCode::OK, "text/html; charset=utf-8", text);
    reply.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
    reply
}

fn of(status: StatusCode, kind: &'static str, body: impl Into<Body>) -> Response {
    let mut reply = Response::new(body.into());
    *reply.status_mut() = status;
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    reply
}

/// Adds what every reply carries.
pub(super) fn finish(reply: &mut Response, id: &RequestId) {
    let headers = reply.headers_mut();
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if let Some(id) = id.value() {
        headers.insert(request_id::HEADER, id);
    }
}
