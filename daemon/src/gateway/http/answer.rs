//! The way of one request: its id, the checks before routing, the route, who may enter, the body, the reply, and one line in
//! the log, which holds neither the query nor a key. A route that fails by a defect is told as one, and nothing else ends.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{RawPathParams, Request};
use axum::http::header::ALLOW;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::Response;
use futures::FutureExt as _;
use hyper::service::Service as _;
use protocol::safe;

use super::door::Visit;
use super::places::Place;
use super::refusal::Refusal;
use super::request_id::RequestId;
use super::{DoorRoute, HttpContext, body, enter, guard, reply};

/// What a connection adds to its requests.
#[derive(Clone, Debug)]
pub(super) struct Connection {
    /// Its place; none where all are taken, so that it is served for long enough to be told so.
    pub(super) place: Option<Arc<Place>>,
    pub(super) peer: std::net::IpAddr,
}

/// Answers one request.
pub(super) async fn answer(
    shared: &Arc<HttpContext>,
    connection: Connection,
    request: Request,
) -> Response {
    let begun = Instant::now();
    let (mut parts, body) = request.into_parts();
    let id = RequestId::of(&parts.headers, &shared.world);
    let method = parts.method.clone();
    let path = shown(parts.uri.path());
    let refuse = shared.door_of(parts.uri.path()).refuse;
    let peer = connection.peer;
    let answered = async {
        guard::check(&shared.hosts, &parts)?;
        if connection.place.is_none() {
            return Err(Refusal::no_place());
        }
        parts.extensions.insert(connection.clone());
        parts.extensions.insert(id.clone());
        let request = Request::from_parts(parts, body);
        shared.router.call(request).await.map_err(|never| match never {})
    };
    let answered = AssertUnwindSafe(answered).catch_unwind().await;
    if let Some(place) = &connection.place {
        place.end();
    }
    let mut reply = match answered {
        Ok(Ok(reply)) => reply,
        Ok(Err(refusal)) => worded(&refusal, refuse, &id),
        Err(_) => {
            tracing::error!(%id, %path, "a request met a defect");
            worded(&Refusal::defect(), refuse, &id)
        }
    };
    reply::finish(&mut reply, &id);
    note(&id, &method, &path, peer, reply.status(), begun);
    reply
}

/// A refusal in the words of a door.
fn worded(
    refusal: &Refusal,
    refuse: fn(&Refusal, &RequestId) -> Response,
    id: &RequestId,
) -> Response {
    if refusal.error.cause.is_some() {
        let causes = refusal.error.causes();
        tracing::warn!(%id, code = refusal.code, error = %refusal.error, causes, "a request failed");
    }
    let mut reply = refuse(refusal, id);
    for (name, value) in &refusal.headers {
        reply.headers_mut().insert(name, value.clone());
    }
    reply
}

/// Answers a request at a path, by the route of its method.
pub(super) async fn at_path(
    shared: Arc<HttpContext>,
    routes: Arc<[DoorRoute]>,
    parts: Result<RawPathParams, axum::extract::rejection::RawPathParamsRejection>,
    request: Request,
) -> Response {
    let refuse = shared.door_of(request.uri().path()).refuse;
    let Some(id) = request.extensions().get::<RequestId>().cloned() else {
        return Response::new(Body::empty());
    };
    if request.method() == Method::OPTIONS {
        let allowed = allowed(&routes);
        let mut reply = Response::new(Body::empty());
        *reply.status_mut() = StatusCode::NO_CONTENT;
        if let Ok(allowed) = HeaderValue::from_str(&allowed) {
            reply.headers_mut().insert(ALLOW, allowed);
        }
        return reply;
    }
    let wanted = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
    let route = routes.iter().find(|(_, route)| route.method == *wanted).cloned();
    let answered = match (route, parts) {
        (None, _) => Err(Refusal::wrong_method(&allowed(&routes))),
        (_, Err(_)) => Err(Refusal::unreadable_address()),
        (Some(route), Ok(parts)) => {
            let parts = parts.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
            let_in(shared, &route, parts.collect(), &id, request).await
        }
    };
    answered.unwrap_or_else(|refusal| worded(&refusal, refuse, &id))
}

/// The methods of a path, as a header tells them.
fn allowed(routes: &[DoorRoute]) -> String {
    let mut methods: Vec<&str> = routes.iter().map(|(_, route)| route.method.as_str()).collect();
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.push("OPTIONS");
    methods.sort_unstable();
    methods.join(", ")
}

/// Lets a request in, if it may, and answers it.
async fn let_in(
    shared: Arc<HttpContext>,
    (dialect, route): &DoorRoute,
    parts: Vec<(String, String)>,
    id: &RequestId,
    request: Request,
) -> Result<Response, Refusal> {
    let (head, body) = request.into_parts();
    let Some(connection) = head.extensions.get::<Connection>() else {
        return Err(Refusal::defect());
    };
    let peer = connection.peer;
    let entered = enter::enter(&shared, *dialect, route.entrance, peer, &head.headers).await;
    let (caller, key) = entered?;
    let Some(place) = &connection.place else { return Err(Refusal::no_place()) };
    if key.is_some() {
        place.has_key(Instant::now());
    } else if place.is_beyond() {
        return Err(Refusal::no_place());
    }
    let body = tokio::select! {
        biased;
        body = body::read(route.body, shared.body, &head.headers, body) => body?,
        // Whoever has shown a key by then is answered all the same.
        () = place.given_up(), if key.is_none() => return Err(Refusal::no_place()),
    };
    place.begin();
    let visit = Visit {
        id: id.clone(),
        peer,
        parts,
        query: head.uri.query().map(ToOwned::to_owned),
        headers: head.headers,
        caller,
        key,
        body,
        context: shared,
    };
    let answer = (route.answer)(visit);
    if route.method == Method::GET {
        return answer.await;
    }
    // What a request changes is done to its end, also where its connection is gone: half of it would wait for whoever looks next.
    tokio::spawn(answer).await.unwrap_or_else(|error| {
        tracing::error!(%error, "an answer ended unexpectedly");
        Err(Refusal::defect())
    })
}

/// The longest path that is logged.
const PATH_MAX: usize = 100;

/// A path as the log shows it: one line, cut, and none that holds what looks like a key.
fn shown(path: &str) -> String {
    if guard::holds_key(path) {
        return "(a path with a key)".to_owned();
    }
    safe::line(path).chars().take(PATH_MAX).collect()
}

/// One line for a request. Reads that went well are told at the level of debugging, as clients poll.
fn note(
    id: &RequestId,
    method: &Method,
    path: &str,
    peer: std::net::IpAddr,
    status: StatusCode,
    begun: Instant,
) {
    let ms = begun.elapsed().as_millis();
    let status = status.as_u16();
    match status {
        500.. => tracing::warn!(target: "access", %id, %method, path, %peer, status, ms),
        ..400 if !method.is_safe() => {
            tracing::info!(target: "access", %id, %method, path, %peer, status, ms);
        }
        _ => tracing::debug!(target: "access", %id, %method, path, %peer, status, ms),
    }
}

/// The reply for a path that no door has.
pub(super) fn nowhere(shared: &HttpContext, request: &Request) -> Response {
    let refuse = shared.door_of(request.uri().path()).refuse;
    match request.extensions().get::<RequestId>() {
        Some(id) => worded(&Refusal::no_such_path(), refuse, id),
        None => Response::new(Body::empty()),
    }
}
