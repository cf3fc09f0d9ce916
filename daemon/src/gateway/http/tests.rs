//! Tests of the listener's rules without a network: every route with every combination of host, origin, method, content type
//! and key. Routes are taken from the doors, so that a new one cannot be missed.

mod refusals;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use http_body_util::BodyExt as _;
use protocol::key::{Dialect, KeyCaps, KeyScope, NewKey};
use protocol::study::Origin;
use serde_json::Value;

use super::answer::{Connection, answer};
use super::door::{BodyRule, Door, Entrance, Route};
use super::places::{PlaceLimits, Places};
use super::{DOORS, HttpContext, agents};
use crate::app::testing::{Disk, me, options, paper, world};
use crate::app::{Caller, Core, Settings};
use crate::config::HttpSettings;
use crate::layouts::{AnswerWriter, Layouts};

/// The routes of the product's own that need no key.
const OPEN: [&str; 5] = ["/", "/healthz", "/v1/health", "/openapi.json", "/docs"];

fn settings() -> HttpSettings {
    HttpSettings {
        listen: "127.0.0.1:7455".to_owned(),
        allow_remote: false,
        hosts: Vec::new(),
        metrics: true,
        sync_wait: 1,
        connections: 512,
        connections_per_peer: 32,
        connections_with_key: 128,
        requests_per_connection: 100,
        header_seconds: 5,
        body_seconds: 5,
        reply_seconds: 5,
        body_max_kib: 2,
    }
}

/// A listener without a network.
pub(super) struct Bench {
    pub(super) core: Core,
    context: Arc<HttpContext>,
    places: Arc<Places>,
}

/// A reply, whole.
#[derive(Debug)]
pub(super) struct Got {
    pub(super) status: u16,
    headers: axum::http::HeaderMap,
    pub(super) text: String,
}

impl Got {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub(super) fn code(&self) -> String {
        let body: Value = serde_json::from_str(&self.text).unwrap_or_default();
        body["error"]["code"].as_str().unwrap_or_default().to_owned()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// Layouts that hold a report, and nothing of its answers.
const LAYOUTS: Layouts = Layouts {
    json: |report| Ok(Box::new(Plain(serde_json::to_vec(report).unwrap()))),
    csv: |study, _| Ok(Box::new(Plain(study.name.clone().into_bytes()))),
    page: |_, report, _| report.study.name.clone(),
};

struct Plain(Vec<u8>);

impl AnswerWriter for Plain {
    fn add(&mut self, _: &protocol::results::Response) -> protocol::service::Reply<()> {
        Ok(())
    }

    fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.0)
    }

    fn end(mut self: Box<Self>) -> Vec<u8> {
        self.take()
    }
}

impl Bench {
    pub(super) fn new(doors: &'static [Door]) -> Self {
        Self::with(doors, &settings())
    }

    fn with(doors: &'static [Door], settings: &HttpSettings) -> Self {
        let (world, _) = world();
        let storage = Disk::default().storage();
        let core = Core::open_with(world.clone(), storage, Settings::default(), options()).unwrap();
        let address = "127.0.0.1:7455".parse().unwrap();
        let context = HttpContext::new(
            core.clone(),
            world,
            settings,
            "offline",
            Some(LAYOUTS),
            address,
            doors,
        );
        let places = Places::new(PlaceLimits { all: 512, of_stranger: 32, of_peer: 128 });
        Self { core, context, places }
    }

    pub(super) async fn key(&self, dialect: Dialect, scope: KeyScope) -> String {
        self.capped(dialect, scope, KeyCaps::default()).await
    }

    pub(super) async fn capped(&self, dialect: Dialect, scope: KeyScope, caps: KeyCaps) -> String {
        let new = NewKey { dialect, scope, name: None, engine: None, caps, allow_private: false };
        self.core.create_key(&me(), new).await.unwrap().key
    }

    pub(super) async fn send(&self, request: Request) -> Got {
        self.send_from(IpAddr::V4(Ipv4Addr::LOCALHOST), request).await
    }

    async fn send_from(&self, peer: IpAddr, request: Request) -> Got {
        let place = Some(Arc::new(self.places.take(peer, Instant::now()).unwrap()));
        let reply = answer(&self.context, Connection { place, peer }, request).await;
        let (head, body) = reply.into_parts();
        let is_stream =
            head.headers.get("content-type").is_some_and(|kind| kind == "text/event-stream");
        let text = if is_stream {
            String::new()
        } else {
            String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap()
        };
        Got { status: head.status.as_u16(), headers: head.headers, text }
    }

    pub(super) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Got {
        self.send(request(&Method::GET, path, headers, "")).await
    }
}

pub(super) fn request(
    method: &Method,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Request {
    let mut request = Request::builder().method(method).uri(path);
    if !headers.iter().any(|(name, _)| *name == "host") {
        request = request.header("host", "localhost:7455");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body.into()).unwrap()
}

/// Every route of every door, with its path filled in.
fn routes() -> Vec<(&'static Door, Route, String)> {
    let mut all = Vec::new();
    for door in DOORS {
        for route in (door.routes)() {
            let path = route.path.replace("{id}", "7f3e2a10-0000-4000-8000-000000000000");
            let path = path.replace(['{', '}'], "");
            all.push((door, route, path));
        }
    }
    all
}

pub(super) fn bearer(key: &str) -> String {
    format!("Bearer {key}")
}

#[tokio::test]
async fn the_hundred_and_first_unfinished_study_of_a_key_is_refused_before_anything_is_booked() {
    let bench = Bench::new(DOORS);
    let fresh = bench.key(Dialect::Demoscope, KeyScope::Run).await;
    let (core, key) = (&bench.core, bearer(&fresh));
    let stranger = Caller::stranger(1_000, Origin::Http);
    let holder = core.admit(&stranger, Dialect::Demoscope, &fresh).await.unwrap().caller;
    let submit = async |key: &str| {
        let headers = [("authorization", key), ("content-type", "application/json")];
        let text = "---\npanel: 1\n---\nA meal kit delivery service that learns your taste.";
        let body = serde_json::json!({ "text": text }).to_string();
        bench.send(request(&Method::POST, "/api/demoscope/v1/studies", &headers, body)).await
    };
    for number in 0..100 {
        core.submit(&holder, paper(number, 1)).await.unwrap();
    }
    let booked = bench.core.statement(&me(), 0, 500).await.unwrap().items.len();
    let refused = submit(&key).await;
    assert_eq!((refused.status, refused.code().as_str()), (429, "rate_limited"));
    assert_ne!(refused.header("retry-after"), "");
    assert_eq!(bench.core.statement(&me(), 0, 500).await.unwrap().items.len(), booked);
    let other = bearer(&bench.key(Dialect::Demoscope, KeyScope::Run).await);
    assert_eq!(submit(&other).await.status, 202, "another key has places of its own");
    let first = bench.core.queue(&me()).await.unwrap().remove(0).id;
    bench.core.control(&me(), first, protocol::service::Control::Cancel).await.unwrap();
    assert_eq!(submit(&key).await.status, 202, "one that ended makes room");
}

#[test]
fn no_route_of_ours_is_open_but_five() {
    for (_, route, _) in routes() {
        match route.entrance {
            Entrance::Anybody => {
                assert!(OPEN.contains(&route.path), "{} needs no key", route.path);
                assert_eq!(route.method, Method::GET, "{} changes something", route.path);
            }
            Entrance::Signed => assert!(route.path.starts_with("/hooks/in/"), "{}", route.path),
            Entrance::Key(scope) => {
                // A tool that runs something asks for the scope by itself.
                let is_write = route.method != Method::GET && route.path != agents::PATH;
                assert!(!is_write || scope > KeyScope::Read, "{} writes by reading", route.path);
            }
        }
        let is_write = route.method == Method::POST || route.method == Method::PUT;
        let reads_it = route.body != BodyRule::Nothing;
        assert!(is_write || !reads_it, "{} has a body", route.path);
    }
}

#[tokio::test]
async fn every_route_asks_for_its_key_and_scope() {
    let bench = Bench::new(DOORS);
    let json = ("content-type", "application/json");
    for (number, (door, route, path)) in (1_u32..).zip(routes()) {
        let Entrance::Key(needed) = route.entrance else { continue };
        // Wrong keys are counted by peer.
        let peer = IpAddr::V4(Ipv4Addr::from(number));
        let send = async |headers: &[(&str, &str)]| {
            bench.send_from(peer, request(&route.method, &path, headers, "{}")).await
        };
        for scope in KeyScope::ALL {
            let key = bearer(&bench.key(door.dialect, *scope).await);
            let got = send(&[("authorization", &key), json]).await;
            let is_let_in = !matches!(got.status, 401 | 403);
            assert_eq!(
                is_let_in,
                *scope >= needed,
                "{} {path} with {scope}: {got:?}",
                route.method
            );
        }
        let good = bench.key(door.dialect, KeyScope::Admin).await;
        let mut mistyped = good.clone();
        mistyped.pop();
        mistyped.push(if good.ends_with('0') { '1' } else { '0' });
        let other = Dialect::ALL.iter().copied().find(|other| *other != door.dialect);
        let others = match other {
            Some(other) => bearer(&bench.key(other, KeyScope::Admin).await),
            None => "Bearer other".to_owned(),
        };
        for wrong in [
            "",
            "Bearer",
            "Bearer ",
            good.as_str(),
            &format!("Basic {good}"),
            &bearer(&mistyped),
            &bearer(&good.to_uppercase()),
            &bearer(&format!("{good}a")),
            &format!("Bearer {}", "a".repeat(10_000)),
            &others,
        ] {
            let got = send(&[("authorization", wrong), json]).await;
            assert_eq!(got.status, 401, "{} {path} with {wrong}", route.method);
            assert!(!got.text.contains(&good), "{}", got.text);
        }
        let key = bearer(&good);
        assert_eq!(send(&[json]).await.status, 401, "{path} without a key");
        let twice = [("authorization", key.as_str()), ("authorization", &key), json];
        assert_eq!(send(&twice).await.status, 401, "{path} with two keys");
        for header in ["x-api-key", "x-goog-api-key", "cookie"] {
            assert_eq!(send(&[(header, &key), json]).await.status, 401, "{path} by {header}");
        }
        let in_address = format!("{path}?key={good}");
        let got = bench.send(request(&route.method, &in_address, &[json], "{}")).await;
        assert_eq!(got.status, 400, "{in_address}");
        if route.body == BodyRule::Json {
            for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
                let got = send(&[("authorization", &key), ("content-type", kind)]).await;
                assert_eq!(got.status, 415, "{path} with {kind}");
            }
        }
    }
}

#[tokio::test]
async fn who_shows_many_wrong_keys_waits_and_a_valid_one_opens_all_the_same() {
    let bench = Bench::new(DOORS);
    for (number, (dialect, method, path, code)) in (1_u32..).zip([
        (Dialect::Demoscope, Method::GET, "/api/demoscope/v1/credits", "rate_limited"),
        (Dialect::InstantFocus, Method::GET, "/v1/usage", "TOO_MANY_REQUESTS"),
        (Dialect::Refynd, Method::GET, "/api/v1/balance", "too_many_requests"),
        (Dialect::Demoscope, Method::POST, agents::PATH, "rate_limited"),
    ]) {
        let peer = IpAddr::V4(Ipv4Addr::from(number));
        let good = bench.key(dialect, KeyScope::Read).await;
        let get = async |peer, key: &str| {
            let key = bearer(key);
            let headers = [("authorization", key.as_str()), ("content-type", "application/json")];
            let body = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
            bench.send_from(peer, request(&method, path, &headers, body)).await
        };
        let mistyped = format!("{good}a");
        for _ in 0..20 {
            assert_eq!(get(peer, &mistyped).await.status, 401, "{path}");
            assert_eq!(get(peer, &good).await.status, 200, "{path}");
        }
        let refused = get(peer, &mistyped).await;
        assert_eq!((refused.status, refused.code().as_str()), (429, code), "{refused:?}");
        assert_eq!(refused.header("retry-after"), "60");
        assert_eq!(get(peer, &good).await.status, 200, "{path}: a valid key of the same peer");
        let another = IpAddr::V4(Ipv4Addr::LOCALHOST);
        assert_eq!(get(another, &mistyped).await.status, 401, "{path}: another peer");
    }
}

#[tokio::test]
async fn no_page_and_no_foreign_name_reaches_any_route() {
    let bench = Bench::new(DOORS);
    for (door, route, path) in routes() {
        let key = bearer(&bench.key(door.dialect, KeyScope::Admin).await);
        let usual = [("authorization", key.as_str()), ("content-type", "application/json")];
        for method in [&route.method, &Method::OPTIONS, &Method::GET, &Method::DELETE] {
            let status = async |more: &[(&str, &str)]| {
                let headers = [&usual[..], more].concat();
                bench.send(request(method, &path, &headers, "{}")).await.status
            };
            for host in ["evil.com", "localhost.evil.com", "0.0.0.0:7455"] {
                assert_eq!(status(&[("host", host)]).await, 421, "{method} {path} at {host}");
            }
            for origin in ["null", "https://evil.com", "http://localhost:3000"] {
                assert_eq!(status(&[("origin", origin)]).await, 403, "{method} {path} of {origin}");
            }
            assert_eq!(status(&[("sec-fetch-site", "cross-site")]).await, 403, "{method} {path}");
        }
        let got = bench.send(request(&Method::OPTIONS, &path, &[], "")).await;
        assert_eq!(got.status, 204, "{path}");
        assert!(got.header("allow").contains(route.method.as_str()), "{path}: {got:?}");
        assert_eq!(got.header("access-control-allow-origin"), "");
        let got = bench.send(request(&Method::PATCH, &path, &usual, "{}")).await;
        assert_eq!(got.status, 405, "{path}");
        assert!(got.header("allow").contains(route.method.as_str()), "{path}");
    }
}

#[tokio::test]
async fn the_index_tells_what_there_is_in_three_forms() {
    let bench = Bench::new(DOORS);
    let text = bench.get("/", &[]).await;
    assert_eq!(text.status, 200);
    assert!(text.text.contains("demoscope keys create") && text.text.contains("GET /healthz"));
    let page = bench.get("/", &[("accept", "text/html,*/*")]).await;
    assert!(page.text.starts_with("<!doctype html>"), "{}", page.text);
    assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
    let json = bench.get("/", &[("accept", "application/json")]).await;
    let json: Value = serde_json::from_str(&json.text).unwrap();
    assert_eq!(json["service"], "demoscope");
    for name in ["x-content-type-options", "cache-control", "referrer-policy", "x-request-id"] {
        assert_ne!(text.header(name), "", "{name}");
    }
    let got = bench.get("/healthz", &[("x-request-id", "mine-1")]).await;
    assert_eq!(
        (got.status, got.text.as_str(), got.header("x-request-id")),
        (200, "ok\n", "mine-1")
    );
}

#[tokio::test]
async fn what_is_not_there_is_told_in_the_envelope() {
    let bench = Bench::new(DOORS);
    for path in ["/nothing", "/healthz/x", "/HEALTHZ", "/a/../b", "/%2e%2e", "/events%00"] {
        let got = bench.get(path, &[]).await;
        assert_eq!((got.status, got.code().as_str()), (404, "not_found"), "{path}");
        assert!(got.text.contains(got.header("x-request-id")), "{}", got.text);
    }
}

#[tokio::test]
async fn no_route_of_our_api_ignores_a_parameter() {
    let bench = Bench::new(DOORS);
    let key = bearer(&bench.key(Dialect::Demoscope, KeyScope::Admin).await);
    let headers = [("authorization", key.as_str()), ("content-type", "application/json")];
    let ours = routes().into_iter().filter(|(door, route, _)| {
        door.about == super::own::DOOR.about && route.entrance != Entrance::Signed
    });
    for (_, route, path) in ours {
        // What may be done with a study stands in the path.
        let path = path.replace("/control", "/pause");
        let path = format!("{path}?cursor=7");
        let got = bench.send(request(&route.method, &path, &headers, "{}")).await;
        assert_eq!((got.status, got.code().as_str()), (400, "invalid_input"), "{path}: {got:?}");
        assert!(got.text.contains("'cursor'"), "{path}: {}", got.text);
    }
}

#[tokio::test]
async fn a_revoked_key_and_a_replaced_one_are_dead_at_once() {
    let bench = Bench::new(DOORS);
    let (one, other) = (
        bench.key(Dialect::Demoscope, KeyScope::Read).await,
        bench.key(Dialect::Demoscope, KeyScope::Read).await,
    );
    let status =
        async |key: &str| bench.get("/metrics", &[("authorization", &bearer(key))]).await.status;
    assert_eq!((status(&one).await, status(&other).await), (200, 200));
    let keys = bench.core.keys(&me()).await.unwrap();
    assert!(keys.iter().all(|key| key.used_at.is_some()), "{keys:?}");
    bench.core.revoke_key(&me(), keys[0].id).await.unwrap();
    let fresh = bench.core.rotate_key(&me(), keys[1].id).await.unwrap().key;
    assert_eq!((status(&one).await, status(&other).await, status(&fresh).await), (401, 401, 200));
}

#[tokio::test]
async fn a_stream_ends_with_its_key() {
    let bench = Bench::new(DOORS);
    let key = bench.key(Dialect::Demoscope, KeyScope::Read).await;
    let peer = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let place = Some(Arc::new(bench.places.take(peer, Instant::now()).unwrap()));
    let connection = Connection { place, peer };
    let asked = request(&Method::GET, "/events?after=0", &[("authorization", &bearer(&key))], "");
    let reply = answer(&bench.context, connection, asked).await;
    assert_eq!(reply.status(), StatusCode::OK);
    let mut body = reply.into_body();
    let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert!(first.starts_with(b"retry: "), "{first:?}");
    bench.core.grant(&me(), protocol::credits::Credits(5)).await.unwrap();
    let next = body.frame().await.unwrap().unwrap().into_data().unwrap();
    let next = String::from_utf8(next.to_vec()).unwrap();
    assert!(next.starts_with("id: 1\nevent: "), "{next}");
    let keys = bench.core.keys(&me()).await.unwrap();
    bench.core.revoke_key(&me(), keys[0].id).await.unwrap();
    assert!(body.frame().await.is_none(), "nothing more is sent");
}

#[tokio::test]
async fn the_index_lists_figures_only_where_they_are_on() {
    let on = Bench::new(DOORS);
    assert!(on.get("/", &[]).await.text.contains("GET /metrics"));
    let off = Bench::with(DOORS, &HttpSettings { metrics: false, ..settings() });
    let index = off.get("/", &[]).await.text;
    assert!(index.contains("GET /healthz") && !index.contains("/metrics"), "{index}");
}

#[tokio::test]
async fn a_key_that_comes_too_quickly_waits() {
    let bench = Bench::new(DOORS);
    let caps = KeyCaps { requests_per_minute: Some(10), ..KeyCaps::default() };
    let key = bearer(&bench.capped(Dialect::Demoscope, KeyScope::Read, caps).await);
    for _ in 0..10 {
        assert_eq!(bench.get("/metrics", &[("authorization", &key)]).await.status, 200);
    }
    let got = bench.get("/metrics", &[("authorization", &key)]).await;
    assert_eq!((got.status, got.code().as_str()), (429, "rate_limited"));
    assert_eq!(got.header("retry-after"), "6");
}

#[tokio::test]
async fn a_control_is_done_once_under_its_idempotency_key() {
    let bench = Bench::new(DOORS);
    let key = bearer(&bench.key(Dialect::Demoscope, KeyScope::Run).await);
    let mut ids = Vec::new();
    for number in 0..2 {
        ids.push(bench.core.submit(&me(), paper(number, 3)).await.unwrap().id);
    }
    let control = async |place: usize, word: &str, once: Option<&str>| {
        let mut headers = vec![("authorization", key.as_str())];
        headers.extend(once.map(|once| ("idempotency-key", once)));
        let path = format!("/api/demoscope/v1/studies/{}/{word}", ids[place]);
        bench.send(request(&Method::POST, &path, &headers, "")).await
    };
    let state = |got: &Got| (got.status, got.json()["study"]["state"].clone());
    assert_eq!(state(&control(0, "pause", Some("p")).await), (200, "paused".into()));
    assert_eq!(state(&control(0, "resume", Some("r")).await), (200, "queued".into()));
    assert_eq!(state(&control(0, "pause", Some("p")).await), (200, "queued".into()), "once");
    let first = control(0, "cancel", Some("c")).await;
    assert_eq!(state(&first), (200, "cancelled".into()));
    let again = control(0, "cancel", Some("c")).await;
    assert_eq!((again.status, again.text), (200, first.text), "the same reply");
    assert_eq!(control(0, "cancel", None).await.status, 409, "it is cancelled already");
    // What was refused is no request that was taken.
    assert_eq!(control(0, "cancel", Some("d")).await.status, 409);
    assert_eq!(state(&control(1, "cancel", Some("d")).await), (200, "cancelled".into()));
    for (place, word) in [(1, "cancel"), (0, "archive")] {
        let other = control(place, word, Some("c")).await;
        assert_eq!((other.status, other.code().as_str()), (409, "conflict"), "{other:?}");
        assert!(other.text.contains("used for another request"), "{other:?}");
    }
    assert_eq!(crate::app::testing::broken(&bench.core), [""; 0]);
}

/// A door that fails.
const FAILING: Door = Door {
    about: "",
    paths: &["/fails"],
    dialect: Dialect::Demoscope,
    routes: || {
        vec![Route {
            method: Method::GET,
            path: "/fails",
            entrance: Entrance::Anybody,
            body: BodyRule::Nothing,
            answer: |_| Box::pin(async { panic!("a defect") }),
        }]
    },
    refuse: super::own::DOOR.refuse,
};

#[tokio::test]
async fn a_defect_in_a_route_is_told_as_one_and_ends_nothing_else() {
    static DOORS: &[Door] = &[super::own::DOOR, FAILING];
    let bench = Bench::new(DOORS);
    let got = bench.get("/fails", &[]).await;
    assert_eq!((got.status, got.code().as_str()), (500, "internal"));
    assert!(!got.text.contains("a defect"), "{}", got.text);
    assert_eq!(bench.get("/healthz", &[]).await.status, 200);
}
