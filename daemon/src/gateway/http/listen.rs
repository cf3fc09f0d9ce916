//! The listener's socket and its connections: bound at the start, where its address is free and allowed; accepted up to a
//! number of places; each served with deadlines, and drained when the daemon ends. Whatever keeps it from listening is
//! told, and stops nothing else.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, StatusCode};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use protocol::service::Check;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::answer::{Connection, answer};
use super::linger::{self, LingerLimits, UnreadRest};
use super::patience::Patient;
use super::places::{GRACE, PlaceLimits, Places};
use super::raw::{self, Worded};
use super::refusal::Refusal;
use super::{DOORS, HttpContext};
use crate::app::Core;
use crate::config;
use crate::layouts::Layouts;
use crate::world::World;

/// The largest head of a request, in bytes.
const HEAD_MAX: usize = 16 * 1024;

/// Most headers of a request.
const HEADERS_MAX: usize = 64;

/// Most connections without a place that are told so in the words of the door that they ask at.
const TURNED_AWAY_MAX: usize = 64;

/// How long the head of their request may take.
const TURNED_AWAY_HEAD: Duration = Duration::from_secs(1);

/// How the listener is, for those who ask after the daemon.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct HttpState {
    /// Where it is reached.
    pub(crate) address: Option<String>,
    /// Why it is not, where it should be.
    pub(crate) trouble: Option<String>,
}

impl HttpState {
    /// What the doctor says of it: it is no damage if it does not listen.
    fn detail(&self) -> String {
        match (&self.address, &self.trouble) {
            (Some(address), _) => format!("listens at {address}"),
            (None, Some(trouble)) => format!("does not listen: {trouble}"),
            (None, None) => "is off".to_owned(),
        }
    }

    /// The same as a check, which never fails.
    pub(crate) fn check(&self) -> Check {
        Check { name: "http.listens".to_owned(), ok: true, detail: self.detail(), hint: None }
    }
}

/// The listener, bound or not.
#[derive(Debug)]
pub(crate) struct HttpListener {
    state: HttpState,
    bound: Option<BoundListener>,
}

#[derive(Debug)]
struct BoundListener {
    listener: TcpListener,
    shared: Arc<HttpContext>,
    places: Arc<Places>,
    manner: Manner,
}

/// How a connection is served.
#[derive(Clone, Copy, Debug)]
struct Manner {
    header: Duration,
    reply: Duration,
    requests: u32,
}

impl HttpListener {
    /// Binds the address that the settings name, if they name one: one that other machines reach only if there are keys.
    pub(crate) async fn open(
        core: Core,
        world: &World,
        settings: &config::HttpSettings,
        engine: &str,
        layouts: Option<Layouts>,
        keys: usize,
    ) -> Self {
        let Some(address) = settings.address() else {
            return Self { state: HttpState::default(), bound: None };
        };
        if keys == 0 && !address.ip().is_loopback() {
            tracing::warn!(%address, "HTTP is off: other machines would reach it, and there is no key");
            let trouble =
                format!("{address} is reached by other machines, and there is no key yet");
            return Self {
                state: HttpState { address: None, trouble: Some(trouble) },
                bound: None,
            };
        }
        let bound = TcpListener::bind(address).await;
        match bound.and_then(|listener| Ok((listener.local_addr()?, listener))) {
            Ok((address, listener)) => {
                let state = HttpState { address: Some(format!("http://{address}")), trouble: None };
                let world = world.clone();
                let shared =
                    HttpContext::new(core, world, settings, engine, layouts, address, DOORS);
                let seconds = |count: u32| Duration::from_secs(u64::from(count));
                let count = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
                let places = Places::new(PlaceLimits {
                    all: count(settings.connections),
                    of_stranger: count(settings.connections_per_peer),
                    of_peer: count(settings.connections_with_key),
                });
                let manner = Manner {
                    header: seconds(settings.header_seconds),
                    reply: seconds(settings.reply_seconds),
                    requests: settings.requests_per_connection,
                };
                tracing::info!(%address, "HTTP");
                Self { state, bound: Some(BoundListener { listener, shared, places, manner }) }
            }
            Err(error) => {
                tracing::warn!(%address, %error, "HTTP is off");
                let trouble = match error.kind() {
                    std::io::ErrorKind::AddrInUse => format!("another program uses {address}"),
                    _ => format!("{address} cannot be listened at: {error}"),
                };
                Self { state: HttpState { address: None, trouble: Some(trouble) }, bound: None }
            }
        }
    }

    /// How it is.
    pub(crate) fn state(&self) -> HttpState {
        self.state.clone()
    }

    /// Serves until it is told to stop; then no connection is accepted any more, requests under way are answered, and every
    /// connection is closed after its reply.
    pub(crate) async fn serve(self, stop: CancellationToken) {
        let Some(BoundListener { listener, shared, places, manner }) = self.bound else { return };
        let mut connections = JoinSet::new();
        let turned_away = Arc::new(Semaphore::new(TURNED_AWAY_MAX));
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => break,
                Some(_) = connections.join_next() => continue,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => {
                    let (shared, peer) = (Arc::clone(&shared), peer.ip());
                    if let Some(place) = places.take(peer, Instant::now()) {
                        if place.is_beyond() {
                            connections.spawn(trim(Arc::clone(&places), peer, stop.clone()));
                        }
                        let connection = Connection { place: Some(Arc::new(place)), peer };
                        connections.spawn(serve(shared, connection, manner, stream));
                        continue;
                    }
                    tracing::debug!(%peer, "turns an HTTP connection away: all places are taken");
                    if let Ok(permit) = Arc::clone(&turned_away).try_acquire_owned() {
                        connections.spawn(async move {
                            turn_away(shared, peer, manner, stream).await;
                            drop(permit);
                        });
                    } else {
                        // In the words of the door, where what has arrived names it. A peer that does not take so little at
                        // once is not told.
                        let mut head = [0; raw::PATH_MAX];
                        let read = stream.try_read(&mut head).unwrap_or(0);
                        let path = head.get(..read).and_then(raw::path).unwrap_or_default();
                        let door = shared.door_of(path);
                        let said = raw::reply_of(door, &Refusal::no_place(), &shared.world);
                        drop(stream.try_write(&said));
                    }
                }
                Err(error) => {
                    // Out of file descriptors, most likely: connections that end will free some.
                    tracing::error!(%error, "cannot accept an HTTP connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
        drop(listener);
        shared.stopping.cancel();
        while connections.join_next().await.is_some() {}
    }
}

/// Takes back what a peer has beyond a stranger's places, when it had time to show its keys.
async fn trim(places: Arc<Places>, peer: IpAddr, stop: CancellationToken) {
    tokio::select! {
        () = tokio::time::sleep(GRACE) => places.trim(peer, Instant::now()),
        () = stop.cancelled() => {}
    }
}

/// Tells a connection without a place so, in the words of the door that it asks at.
async fn turn_away(shared: Arc<HttpContext>, peer: IpAddr, manner: Manner, stream: TcpStream) {
    let header = manner.header.min(TURNED_AWAY_HEAD);
    let manner = Manner { header, requests: 1, ..manner };
    serve(shared, Connection { place: None, peer }, manner, stream).await;
}

/// Serves one connection.
async fn serve(
    shared: Arc<HttpContext>,
    connection: Connection,
    manner: Manner,
    stream: TcpStream,
) {
    // Small replies are sent at once.
    drop(stream.set_nodelay(true));
    let doors = Arc::clone(&shared);
    let words = move |head: &[u8], refusal: &Refusal| {
        let door = doors.door_of(raw::path(head).unwrap_or_default());
        raw::reply_of(door, refusal, &doors.world)
    };
    let stream = Worded::new(Patient::new(stream, manner.reply), words);
    let place = connection.place.clone();
    let count = AtomicU32::new(0);
    let rest = UnreadRest::default();
    let service = service_fn(|request: hyper::Request<hyper::body::Incoming>| {
        let is_last = count.fetch_add(1, Ordering::Relaxed).saturating_add(1) >= manner.requests;
        let (shared, connection) = (Arc::clone(&shared), connection.clone());
        let request = request.map(|body| Body::new(rest.watch(body)));
        async move {
            let mut reply = answer(&shared, connection, request).await;
            if is_last {
                reply.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, std::convert::Infallible>(reply)
        }
    });
    let mut serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(manner.header)
        .max_buf_size(HEAD_MAX)
        .max_headers(HEADERS_MAX)
        // Who sends nothing more may still read.
        .half_close(true)
        .serve_connection(TokioIo::new(stream), service);
    let given_up = || async {
        match &place {
            Some(place) => place.given_up().await,
            None => std::future::pending().await,
        }
    };
    let ended = tokio::select! {
        ended = &mut serving => ended,
        () = given_up() => {
            // Nothing was asked yet: whoever has not sent a whole head is told at once.
            if count.load(Ordering::Relaxed) == 0 {
                let stream = serving.into_parts().io.into_inner();
                let said = stream.refused(&Refusal::no_place());
                raw::say(stream, &said).await;
                return;
            }
            // A request whose body is still to come is refused where it is answered.
            std::pin::Pin::new(&mut serving).graceful_shutdown();
            (&mut serving).await
        }
        () = shared.stopping.cancelled() => {
            std::pin::Pin::new(&mut serving).graceful_shutdown();
            (&mut serving).await
        }
    };
    let parts = serving.into_parts();
    let mut stream = parts.io.into_inner();
    let Err(error) = ended else {
        if rest.is_there() {
            let limits = if place.is_some() { LingerLimits::PATIENT } else { LingerLimits::BRIEF };
            let read = async {
                tokio::select! {
                    () = linger::drain(&mut stream, limits) => {}
                    // The place is another's by now.
                    () = given_up() => linger::drain(&mut stream, LingerLimits::BRIEF).await,
                }
            };
            tokio::select! {
                () = read => {}
                () = shared.stopping.cancelled() => {}
            }
        }
        return;
    };
    tracing::debug!(peer = %connection.peer, %error, "an HTTP connection broke off");
    // A connection that is idle between two requests is closed without a word, as HTTP has it.
    if error.is_timeout() && !parts.read_buf.is_empty() {
        let said = stream.refused(&Refusal::slow_head());
        raw::say(stream, &said).await;
    } else if error.is_parse() && count.load(Ordering::Relaxed) == 0 && !stream.has_spoken() {
        // hyper says nothing to who begins with HTTP/2.
        let said = stream.refused(&Refusal::malformed(StatusCode::BAD_REQUEST));
        raw::say(stream, &said).await;
    }
}
