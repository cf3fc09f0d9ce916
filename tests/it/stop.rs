//! Tests of stopping: SIGTERM at any moment ends the daemon with 0 within its drain time, a second one ends it at once,
//! and unfinished work continues at the next start.

use std::time::{Duration, Instant};

use harness::{Chance, Home, audit, program, studies, wait};
use protocol::run::State;

/// The default of `shutdown.drain_seconds`, and a little for a busy machine.
const DRAIN: Duration = Duration::from_secs(12);

#[test]
fn a_terminated_daemon_ends_cleanly_at_any_moment_and_resumes() {
    let mut test_rng = Chance::announced("terminate");
    let stops = if program::is_long() { 50 } else { 12 };
    let home = Home::paced(1_000);
    let mut id = None;
    for _ in 0..stops {
        let mut daemon = home.daemon();
        let link = home.link();
        let study = *id.get_or_insert_with(|| link.take_on(&studies::concept(900, 7)).unwrap().id);
        wait::a_random_moment(test_rng.time_below_ms(120));
        let before = link.live(study).unwrap().study.panel.delivered;
        daemon.terminate();
        let ended = daemon.wait_end(DRAIN);
        assert_eq!(ended.code(), Some(0), "{ended}: {}", daemon.said());
        assert!(!home.paths().socket.exists(), "the socket's file stays behind");
        let mut daemon = home.daemon();
        let after = home.link().live(study).unwrap().study.panel.delivered;
        assert!(after >= before, "{before} answers were seen, {after} are left");
        daemon.terminate();
        let _clean = daemon.wait_end(DRAIN);
    }
    let _daemon = home.daemon();
    let link = home.link();
    let id = id.unwrap();
    let done = wait::for_end(&link, id);
    assert_eq!((done.state, done.panel.delivered), (State::Completed, 900));
    assert_eq!(audit::study(&link, id), audit::Findings::new());
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let home = Home::paced(20);
    let mut daemon = home.daemon();
    let link = home.link();
    let id = link.take_on(&studies::concept(2_000, 7)).unwrap().id;
    drop(wait::for_answers(&link, id, 1));
    daemon.terminate();
    let begun = Instant::now();
    daemon.terminate();
    let ended = daemon.wait_end(DRAIN);
    assert!(begun.elapsed() < Duration::from_secs(2), "it took {:?}", begun.elapsed());
    assert_eq!(ended.code(), Some(0), "{}", daemon.said());
}

#[test]
fn stopping_is_prompt_while_clients_wait_for_events() {
    let home = Home::new();
    let mut daemon = home.daemon();
    let (link, watcher) = (home.link(), home.link());
    let newest = watcher.newest();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| watcher.events(newest, 1, 30_000));
        let begun = Instant::now();
        link.stop().unwrap();
        assert_eq!(daemon.wait_end(DRAIN).code(), Some(0), "{}", daemon.said());
        assert!(begun.elapsed() < Duration::from_secs(3), "it took {:?}", begun.elapsed());
        // Whoever waited is told, or sees that the daemon is gone; nobody waits on.
        let waited = waiting.join().unwrap();
        assert!(waited.is_err() || waited.is_ok_and(|page| page.events.is_empty()));
        assert!(begun.elapsed() < Duration::from_secs(10), "it took {:?}", begun.elapsed());
    });
}

#[test]
fn daemon_start_stop_and_status_are_idempotent() {
    let home = Home::new();
    let absent = home.run(["daemon", "status", "--json"]).expect(6);
    assert_eq!(absent.json(), serde_json::json!({ "running": false }));
    drop(home.run(["daemon", "status"]).expect(6));
    drop(home.run(["daemon", "stop"]).expect(0));
    assert!(!home.paths().socket.exists(), "neither command starts a daemon");
    drop(home.run(["daemon", "start"]).expect(0));
    let first = home.run(["daemon", "status", "--json"]).expect(0).json();
    drop(home.run(["daemon", "start"]).expect(0));
    let second = home.run(["daemon", "status", "--json"]).expect(0).json();
    assert_eq!(first["pid"], second["pid"]);
    for key in ["running", "pid", "version", "protocol", "uptime_s", "socket", "http", "studies"] {
        assert!(first.get(key).is_some(), "no {key} in {first}");
    }
    assert_eq!(first["studies"], serde_json::json!({ "running": 0, "queued": 0 }));
    let drivers = wait::until("every driver to have looked", wait::BOUND, || {
        let status = home.run(["daemon", "status", "--json"]).expect(0).json();
        let drivers = status["drivers"].as_array().unwrap().clone();
        drivers.iter().all(|driver| driver["last"].is_object()).then_some(drivers)
    });
    let told: Vec<_> = drivers
        .iter()
        .map(|driver| {
            assert!(driver["last"]["at"].is_string(), "{driver}");
            let fine = driver["last"]["outcome"] == "ok";
            (driver["name"].as_str().unwrap(), driver["period_seconds"].as_u64().unwrap(), fine)
        })
        .collect();
    let all = [
        ("scheduler", 60),
        ("backup", 3600),
        ("folding", 3600),
        ("erasure", 60),
        ("watch", 180),
        ("deliveries", 60),
        ("kept deliveries", 3600),
        ("hooks in", 60),
        ("remembered hooks", 3600),
    ];
    assert_eq!(told, all.map(|(name, period)| (name, period, true)));
    let text = home.run(["daemon", "status"]).expect(0).out();
    assert!(!text.contains("Failed at"), "{text}");
    drop(home.run(["daemon", "stop"]).expect(0));
    drop(home.run(["daemon", "status"]).expect(6));
}

#[test]
fn a_second_daemon_is_refused_and_the_first_serves_on() {
    let home = Home::new();
    let mut first = home.daemon();
    let second = home.run(["daemon", "run"]);
    assert_ne!(second.code(), 0, "{second}");
    assert!(second.err().contains("already runs"), "{second}");
    assert!(first.is_running());
    assert!(home.link().status().is_ok());
}

#[test]
fn a_socket_that_its_owner_left_behind_is_replaced() {
    let home = Home::new();
    let mut daemon = home.daemon();
    daemon.kill();
    assert!(home.paths().socket.exists(), "a kill leaves the file");
    let ended = studies::run(&home, 10, 1);
    assert_eq!(ended.json()["study"]["panel"]["delivered"], 10);
}
