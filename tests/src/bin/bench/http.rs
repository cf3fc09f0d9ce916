//! Benchmarks of the HTTP listener: what an honest client waits while a thousand hostile connections are slow on purpose, and
//! how many finished jobs a second it tells.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use harness::http::{Wire, address, ask, key, request};
use harness::{Daemon, Home, process, wait};
use protocol::key::{Dialect, KeyScope};

use crate::builtin::milliseconds;
use crate::row::Row;

/// Connections that are slow on purpose.
const HOSTILE: usize = 1_000;
/// Threads that keep them open.
const THREADS: usize = 8;
/// Addresses that they come from, from 127.0.0.2 on: 32 places each would be theirs.
const PEERS: usize = 200;
/// Requests of the honest client.
const HONEST: usize = 1_000;

/// All benchmarks.
pub(crate) fn rows() -> Vec<fn() -> Vec<Row>> {
    vec![under_attack, finished_jobs]
}

fn start(home: &Home) -> (Daemon, SocketAddr) {
    let mut daemon = Daemon::spawn_at(home, None, "127.0.0.1:0");
    let link = daemon.wait_ready(home);
    let at = address(&link);
    (daemon, at)
}

/// Honest requests, each on a fresh connection, beside connections that send a byte now and then and are opened again when
/// they are cut.
fn under_attack() -> Vec<Row> {
    let home = Home::new();
    let (daemon, at) = start(&home);
    let read = key(&home, Dialect::InstantFocus, KeyScope::Read);
    let over = Arc::new(AtomicBool::new(false));
    let hostile: Vec<_> = (0..THREADS)
        .map(|thread| {
            let over = Arc::clone(&over);
            thread::spawn(move || attack(at, thread, &over))
        })
        .collect();
    wait::a_random_moment(Duration::from_secs(3));
    let usage = request("GET", "/v1/usage", Some(&read), "");
    let mut times: Vec<Duration> = (0..HONEST)
        .map(|_| {
            let begun = Instant::now();
            assert_eq!(ask(at, &usage).status, 200);
            begun.elapsed()
        })
        .collect();
    over.store(true, Ordering::Relaxed);
    let cut: usize = hostile.into_iter().map(|thread| thread.join().unwrap()).sum();
    times.sort();
    let (resident, _) = process::memory_kib(daemon.pid()).unwrap();
    vec![
        Row::note(
            "http: 1,000 slow connections, honest p50",
            milliseconds(times[HONEST / 2]),
            "ms",
        ),
        Row::at_most(
            "http: 1,000 slow connections, honest p99",
            milliseconds(times[HONEST * 99 / 100]),
            100.0,
            "ms",
        ),
        Row::note("http: slow connections that were cut meanwhile", cut as f64, ""),
        Row::note("http: resident after that", crate::builtin::mebibytes(resident), "MiB"),
    ]
}

/// Keeps a share of the hostile connections open until it is over; says how many were cut.
fn attack(at: SocketAddr, thread: usize, over: &AtomicBool) -> usize {
    let share = HOSTILE / THREADS;
    let open = |place: usize| {
        let last = u8::try_from(2 + (thread * share + place) % PEERS).unwrap();
        let mut stream = Wire::open_from(at, [127, 0, 0, last]).into_stream();
        stream.set_nonblocking(true).unwrap();
        drop(stream.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "));
        stream
    };
    let mut streams: Vec<TcpStream> = (0..share).map(open).collect();
    let mut cut = 0;
    while !over.load(Ordering::Relaxed) {
        for (place, stream) in streams.iter_mut().enumerate() {
            let is_cut = match stream.read(&mut [0; 64]) {
                Ok(0) => true,
                Ok(_) => false,
                Err(error) => error.kind() != ErrorKind::WouldBlock,
            };
            if is_cut || stream.write(b"a").is_err() {
                cut += 1;
                *stream = open(place);
            }
        }
        wait::a_random_moment(Duration::from_millis(200));
    }
    cut
}

/// Reads of a finished job of 50 personas on connections that stay open, and the same bytes from a handler that does nothing
/// else, so that the figure can be compared on any machine.
fn finished_jobs() -> Vec<Row> {
    let home = Home::new();
    let (_daemon, at) = start(&home);
    let run = key(&home, Dialect::InstantFocus, KeyScope::Run);
    let body = r#"{"study_type":"concept_test","stimulus":"A meal kit delivery service that learns your taste.","panel_size":50}"#;
    let done = ask(at, &request("POST", "/v1/evaluate", Some(&run), body));
    assert_eq!(done.status, 200, "{}", done.body);
    let link = home.link();
    let id = link.find("@".to_owned()).unwrap().id;
    let job = request("GET", &format!("/v1/jobs/{id}"), Some(&run), "");
    let told = ask(at, &job);
    assert_eq!(told.json()["data"]["status"], "completed");
    let rate = reads(at, &job);
    let bare = reads(bare_handler(told.body.clone()), &request("GET", "/", None, ""));
    vec![
        Row::note("http: bytes of a finished job of 50", told.body.len() as f64, ""),
        Row::note("http: a bare handler tells them in a second", bare, "1/s"),
        Row::at_least("http: finished jobs of 50 told in a second", rate, 20_000.0, "1/s"),
        Row::at_least("http: the same as a share of the bare handler", rate / bare, 0.25, ""),
    ]
}

/// Connections that read at the same time.
const READERS: usize = 4;

/// How many replies come in a second.
fn reads(at: SocketAddr, request: &str) -> f64 {
    // Fewer than the daemon answers on one connection (`http.requests_per_connection`).
    const EACH: usize = 9_000;
    let begun = Instant::now();
    thread::scope(|scope| {
        for _ in 0..READERS {
            scope.spawn(|| {
                let mut stream = TcpStream::connect(at).unwrap();
                stream.set_nodelay(true).unwrap();
                let mut bytes = vec![0; 256 * 1024];
                for _ in 0..EACH {
                    stream.write_all(request.as_bytes()).unwrap();
                    read_reply(&mut stream, &mut bytes);
                }
            });
        }
    });
    (READERS * EACH) as f64 / begun.elapsed().as_secs_f64()
}

/// Reads one whole reply, without looking at more of it than its length.
fn read_reply(stream: &mut TcpStream, bytes: &mut [u8]) {
    let mut have = 0;
    let whole = loop {
        let count = stream.read(&mut bytes[have..]).unwrap();
        assert!(count > 0, "the connection was closed");
        have += count;
        if let Some(end) = bytes[..have].windows(4).position(|four| four == b"\r\n\r\n") {
            let head = std::str::from_utf8(&bytes[..end]).unwrap().to_ascii_lowercase();
            assert!(head.starts_with("http/1.1 200"), "{head}");
            let (_, length) = head.split_once("content-length: ").unwrap();
            let length: usize = length.lines().next().unwrap().parse().unwrap();
            break end + 4 + length;
        }
    };
    while have < whole {
        have += stream.read(&mut bytes[have..whole]).unwrap();
    }
}

/// A handler that gives those bytes, on a runtime of its own.
pub(crate) fn bare_handler(body: String) -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let at = listener.local_addr().unwrap();
    let serve = async move {
        let body = axum::body::Bytes::from(body);
        let answer = move || {
            let body = body.clone();
            async move { ([("content-type", "application/json")], body) }
        };
        let router = axum::Router::new().fallback(answer);
        let service = hyper_util::service::TowerToHyperService::new(router);
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let io = hyper_util::rt::TokioIo::new(stream);
            let service = service.clone();
            tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(io, service));
        }
    };
    thread::spawn(|| {
        tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(serve)
    });
    at
}
