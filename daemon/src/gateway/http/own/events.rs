//! The event feed as a stream of server-sent events: every event of the caller's after a cursor, each with its number as the
//! id, so that a client that lost the connection goes on where it was. A client that reads slowly is late; the feed is
//! read from the store as it takes it, and nothing waits for it.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use protocol::error::{ApiError, ErrorCode};
use protocol::event::{Cursor, Event, EventKind, EventPage};

use crate::gateway::http::door::Visit;
use crate::gateway::http::refusal::Refusal;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Events that are read at once.
const PAGE: u32 = 200;

/// How long nothing is sent at most: a sign of life follows, by which a proxy and a client know that the stream stands.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// What a client is told to wait before it connects again, in milliseconds.
const OPENING: &str = "retry: 2000\n\n";

/// Opens the stream.
pub(super) async fn events(visit: Visit) -> Result<Response, Refusal> {
    let caller = visit.caller.clone();
    let cursor = match asked(&visit)? {
        Some(cursor) => cursor,
        None => visit.context.core.head(&caller).await?,
    };
    let pages = futures::stream::unfold((visit, cursor, true), next);
    let mut reply = Response::new(Body::from_stream(pages));
    *reply.status_mut() = StatusCode::OK;
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    Ok(reply)
}

/// The cursor that was asked for: by the header, with which clients come again, or by `after`.
fn asked(visit: &Visit) -> Result<Option<Cursor>, Refusal> {
    let header = visit.headers.get(LAST_EVENT_ID).map(|given| given.to_str().unwrap_or_default());
    let query = visit.query(&["after"])?;
    let given = header.or_else(|| query.get("after"));
    let Some(given) = given.filter(|given| !given.is_empty()) else { return Ok(None) };
    match given.parse() {
        Ok(number) => Ok(Some(Cursor(number))),
        Err(_) => Err(ApiError::new(ErrorCode::InvalidInput, "The cursor is no number")
            .hint(
                "Send as Last-Event-ID, or as ?after=N, the number of the last event that you have",
            )
            .into()),
    }
}

type FeedState = (Visit, Cursor, bool);

/// The next piece of the stream: events, or a sign of life. It ends with the daemon, with the key, and when the feed cannot
/// be read.
async fn next(
    (visit, cursor, is_first): FeedState,
) -> Option<(Result<Bytes, std::io::Error>, FeedState)> {
    if is_first {
        return Some((Ok(Bytes::from_static(OPENING.as_bytes())), (visit, cursor, false)));
    }
    let (core, caller) = (&visit.context.core, &visit.caller);
    let ended = async {
        match &visit.key {
            Some(key) => key.ended.cancelled().await,
            None => std::future::pending().await,
        }
    };
    let page = tokio::select! {
        page = core.events(caller, cursor, PAGE, HEARTBEAT) => page,
        () = ended => return None,
        () = visit.context.stopping.cancelled() => return None,
    };
    let EventPage { events, next } = page.ok()?;
    let mut text = String::new();
    for event in &events {
        let data = serde_json::to_string(event).ok()?;
        text.push_str(&format!("id: {}\nevent: {}\ndata: {data}\n\n", event.seq, kind(event)));
    }
    if events.is_empty() {
        text.push_str(": waiting\n\n");
    }
    Some((Ok(Bytes::from(text)), (visit, next, false)))
}

/// The word for what happened.
fn kind(event: &Event) -> &'static str {
    event.kind().map_or("message", EventKind::as_str)
}
