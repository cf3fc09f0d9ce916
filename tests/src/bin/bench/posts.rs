//! Benchmarks of studies that come by HTTP: how many small ones are asked a second, how fast the one too many is refused, and
//! from the request to the results of ten thousand personas.

use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use harness::http::{HttpReply, Wire, address, ask, key, request};
use harness::mock_provider::{Act, MockProvider};
use harness::{Daemon, Home, wait};
use protocol::credits::UsdMicros;
use protocol::key::{Dialect, KeyCaps, KeyScope, NewKey};
use serde_json::json;

use crate::builtin::milliseconds;
use crate::http::bare_handler;
use crate::row::Row;

/// Connections that send at the same time: a few, and as many as keep two cores and the disk at work together.
const FEW: usize = 4;
const MANY: usize = 12;
/// Studies that all of them send together.
const SENT: usize = 1_200;
/// Evaluations that a key of Refynd may have waiting and running.
const UNDER_WAY: usize = 100;
/// Refusals that are timed.
const REFUSALS: usize = 50;

/// All benchmarks.
pub(crate) fn rows() -> Vec<fn() -> Vec<Row>> {
    vec![small_studies, one_too_many, large_job]
}

const ROOM: &str = "[limits]\npanel_max = 1000000\n[credits.tiers]\nlocal = 10000000\n[backup]\ndaily = false\n\
                    [cost]\nconfirm_above_usd = 1000.0\n";

fn start(home: &Home) -> (Daemon, SocketAddr) {
    let mut daemon = Daemon::spawn_at(home, None, "127.0.0.1:0");
    let at = address(&daemon.wait_ready(home));
    (daemon, at)
}

fn study(text: &str, panel: u32) -> String {
    json!({ "study_type": "concept_test", "stimulus": text, "panel_size": panel }).to_string()
}

/// Sends studies of ten personas, each text new, on connections that stay open; and of the same text, which was read before.
fn small_studies() -> Vec<Row> {
    let home = Home::with_settings(ROOM);
    let (_daemon, at) = start(&home);
    let key = key(&home, Dialect::InstantFocus, KeyScope::Run);
    let of = |text: &str| request("POST", "/v1/evaluate", Some(&key), &study(text, 10));
    let known = "A meal kit delivery service that learns your taste. It costs 9 dollars a meal.";
    let told = ask(at, &of(known));
    assert_eq!(told.status, 200, "{}", told.body);
    let (rate, times) = posts(at, MANY, |_| of(known));
    let (rate_of_few, times_of_few) = posts(at, FEW, |_| of(known));
    let (fresh, _) =
        posts(at, MANY, |number| of(&format!("{known} It is offer number {number} of this year.")));
    let bare = bare_handler(told.body);
    let (bare, _) = posts(bare, MANY, |_| of(known));
    let p99 = |times: &[Duration]| milliseconds(times[times.len() * 99 / 100]);
    vec![
        Row::at_least("http: studies of 10 asked in a second, a known text", rate, 300.0, "1/s"),
        Row::note("http: the same on four connections", rate_of_few, "1/s"),
        Row::note("http: the same on four connections, p99", p99(&times_of_few), "ms"),
        Row::note("http: the same, each text new", fresh, "1/s"),
        Row::at_most("http: a study of 10, p99", p99(&times), 50.0, "ms"),
        Row::note("http: a bare handler takes them in a second", bare, "1/s"),
        Row::note("http: the studies as a share of the bare handler", rate / bare, ""),
    ]
}

/// Requests a second on so many connections, and the time of each in order.
fn posts(
    at: SocketAddr,
    senders: usize,
    of: impl Fn(usize) -> String + Sync,
) -> (f64, Vec<Duration>) {
    let each = SENT / senders;
    let begun = Instant::now();
    let mut times: Vec<Duration> = thread::scope(|scope| {
        let senders: Vec<_> = (0..senders)
            .map(|sender| {
                let of = &of;
                scope.spawn(move || {
                    let mut wire = Wire::open(at);
                    let send = |number| {
                        let begun = Instant::now();
                        let reply = wire.send(&of(sender * each + number)).hear(wait::BOUND);
                        assert_eq!(reply.map(|reply| reply.status), Some(200));
                        begun.elapsed()
                    };
                    (0..each).map(send).collect::<Vec<_>>()
                })
            })
            .collect();
        senders.into_iter().flat_map(|sender| sender.join().unwrap()).collect()
    });
    let rate = (senders * each) as f64 / begun.elapsed().as_secs_f64();
    times.sort();
    (rate, times)
}

/// With as many evaluations under way as a key may have, the next one is refused at once.
fn one_too_many() -> Vec<Row> {
    let mock = MockProvider::lean(Duration::from_secs(600), |_| Act::Answer);
    let home = Home::with_settings(
        &(mock.settings("") + ROOM.replace("[backup]\ndaily = false\n", "").as_str()),
    );
    let (_daemon, at) = start(&home);
    let caps = KeyCaps { cost_per_day: Some(UsdMicros(1_000_000_000)), ..KeyCaps::default() };
    let new = NewKey {
        dialect: Dialect::Refynd,
        scope: KeyScope::Run,
        name: None,
        engine: Some("mock".to_owned()),
        caps,
        allow_private: false,
    };
    let key = home.link().create_key(new).unwrap().key;
    let send = || -> HttpReply {
        let body = json!({ "content": "Ten habits that save an hour", "contentType": "youtube", "panelSize": 10 });
        ask(at, &request("POST", "/api/v1/evaluate", Some(&key), &body.to_string()))
    };
    for _ in 0..UNDER_WAY {
        let taken = send();
        assert_eq!(taken.status, 200, "{}", taken.body);
    }
    let mut times: Vec<Duration> = (0..REFUSALS)
        .map(|_| {
            let begun = Instant::now();
            let refused = send();
            assert_eq!(refused.status, 429, "{}", refused.body);
            begun.elapsed()
        })
        .collect();
    times.sort();
    vec![Row::at_most(
        "http: with 100 under way the next one is refused, at most",
        milliseconds(times[REFUSALS - 1]),
        50.0,
        "ms",
    )]
}

/// From the request for ten thousand personas to the results.
fn large_job() -> Vec<Row> {
    let home = Home::with_settings(ROOM);
    let (_daemon, at) = start(&home);
    let key = key(&home, Dialect::InstantFocus, KeyScope::Run);
    let body = study("A meal kit delivery service that learns your taste.", 10_000);
    let begun = Instant::now();
    let taken = ask(at, &request("POST", "/v1/evaluate", Some(&key), &body));
    assert_eq!(taken.status, 202, "{}", taken.body);
    let told = taken.json();
    let poll = told["data"]["poll_url"].as_str().or(told["poll_url"].as_str()).unwrap().to_owned();
    let path = poll.split_once("/v1/").map(|(_, rest)| format!("/v1/{rest}")).unwrap();
    wait::until("the job", wait::BOUND, || {
        let job = ask(at, &request("GET", &path, Some(&key), ""));
        (job.json()["data"]["status"] == "completed").then_some(())
    });
    let took = begun.elapsed();
    vec![Row::at_most(
        "http: 10,000 personas, from the request to completed",
        took.as_secs_f64(),
        3.0,
        "s",
    )]
}
