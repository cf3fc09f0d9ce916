//! The HTTP listener over a real socket: what is slow is cut, who takes too many places loses their own, a busy port stops
//! nothing, and a stop answers what is under way.

use std::time::Duration;

use harness::http::{Wire, address, ask, key, request};
use harness::{Daemon, Home, wait};
use protocol::key::{Dialect, KeyScope};
use protocol::run::State;
use protocol::service::StudyQuery;

/// Short limits, so that tests of them do not take long.
const SHORT: &str = "[http]\nheader_seconds = 1\nbody_seconds = 1\nreply_seconds = 1\nconnections = 8\n\
                     connections_per_peer = 3\nconnections_with_key = 4\nrequests_per_connection = 2\n\
                     [backup]\ndaily = false\n";

/// Far above those limits.
const LATE: Duration = Duration::from_secs(20);

fn start(home: &Home) -> (Daemon, std::net::SocketAddr) {
    let mut daemon = Daemon::spawn_at(home, None, "127.0.0.1:0");
    let link = daemon.wait_ready(home);
    (daemon, address(&link))
}

#[test]
fn what_is_slow_is_cut_and_the_rest_is_answered() {
    let home = Home::with_settings(SHORT);
    let (_daemon, at) = start(&home);
    let run = key(&home, Dialect::InstantFocus, KeyScope::Run);
    let mut silent = Wire::open_from(at, [127, 0, 0, 2]);
    let mut partial = Wire::open_from(at, [127, 0, 0, 3]);
    partial.send("GET / HTTP/1.1\r\nHost: loc");
    let mut late = Wire::open_from(at, [127, 0, 0, 6]);
    late.send("GET / HTTP/1.1\r\nHost: loc");
    let mut idle = Wire::open_from(at, [127, 0, 0, 4]);
    assert_eq!(idle.send(&request("GET", "/healthz", None, "")).hear(LATE).unwrap().status, 200);
    let mut body = Wire::open_from(at, [127, 0, 0, 5]);
    body.send(&format!(
        "POST /v1/evaluate HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {run}\r\n\
         Content-Type: application/json\r\nContent-Length: 10\r\n\r\n{{"
    ));
    assert_eq!(ask(at, &request("GET", "/healthz", None, "")).status, 200);
    assert_eq!(body.hear(LATE).unwrap().status, 408);
    let late = late.hear(LATE).expect("a head that does not come whole is told of");
    assert_eq!((late.status, late.json()["error"]["code"].as_str()), (408, Some("too_slow")));
    for (name, wire) in [("silent", &mut silent), ("partial", &mut partial), ("idle", &mut idle)] {
        assert!(wire.is_cut(LATE), "{name}");
    }
}

#[test]
fn a_study_whose_sender_leaves_at_once_is_answered_at_once_all_the_same() {
    const DROPPED: u64 = 24;
    let home = Home::with_settings("[backup]\ndaily = false\n");
    let (_daemon, at) = start(&home);
    let run = key(&home, Dialect::Demoscope, KeyScope::Run);
    let link = home.link();
    for place in 0..DROPPED {
        let text =
            format!("---\npanel: 5\nseed: {place}\n---\nA kettle that boils in a minute for $30.");
        let body = serde_json::json!({ "text": text }).to_string();
        let mut wire = Wire::open(at);
        wire.send(&request("POST", "/api/demoscope/v1/studies", Some(&run), &body));
        // Some leave before the study is written, some while it is, and some after.
        for _ in 0..place {
            link.round_trip().unwrap();
        }
    }
    let query = StudyQuery { limit: 100, ..StudyQuery::default() };
    let taken_on = || link.studies(query.clone()).unwrap().items;
    // Nothing else wakes those who answer: without that they would look again after a minute.
    wait::until("all of them to be answered", LATE, || {
        let studies = taken_on();
        let ended = studies.iter().filter(|study| study.state == State::Completed).count();
        (!studies.is_empty() && ended == studies.len()).then_some(())
    });
    assert!(taken_on().len() >= usize::try_from(DROPPED / 2).unwrap());
}

/// A client that says by the end of its sending that its request is whole is answered like any other.
#[test]
fn who_sends_nothing_more_is_still_answered() {
    let home = Home::with_settings("[backup]\ndaily = false\n");
    let (_daemon, at) = start(&home);
    let run = key(&home, Dialect::InstantFocus, KeyScope::Run);
    for panel in [1, 20, 100] {
        let body = serde_json::json!({
            "study_type": "concept_test", "stimulus": "A kettle that boils in a minute for $30.", "panel_size": panel,
        });
        let mut wire = Wire::open(at);
        wire.send(&request("POST", "/v1/evaluate", Some(&run), &body.to_string()));
        let stream = wire.into_stream();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let reply = Wire::over(stream).hear(LATE).expect("a reply");
        assert_eq!(
            (reply.status, reply.json()["data"]["panel_size"].as_u64()),
            (200, Some(panel)),
            "{}",
            reply.body
        );
    }
}

#[test]
fn what_is_no_http_is_refused_and_harms_nothing() {
    let home = Home::with_settings(SHORT);
    let (_daemon, at) = start(&home);
    let many: String = (0..70).map(|number| format!("X-{number}: 1\r\n")).collect();
    for (what, text) in [
        ("too many headers", format!("GET / HTTP/1.1\r\nHost: localhost\r\n{many}\r\n")),
        (
            "a large head",
            format!("GET / HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n", "a".repeat(20_000)),
        ),
        ("NUL", "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n".to_owned()),
        ("folding", "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n".to_owned()),
        ("no HTTP", "hello\r\n\r\n".to_owned()),
        ("another version", "GET / HTTP/2.0\r\nHost: localhost\r\n\r\n".to_owned()),
        (
            "two lengths",
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na"
                .to_owned(),
        ),
        ("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned()),
        ("no host", "GET / HTTP/1.1\r\n\r\n".to_owned()),
        ("two hosts", "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n".to_owned()),
        ("another host", "GET / HTTP/1.1\r\nHost: evil.com\r\n\r\n".to_owned()),
        (
            "another host in the address",
            "GET http://evil.com/ HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(),
        ),
    ] {
        let reply = Wire::open(at).send(&text).hear(LATE);
        let reply = reply.unwrap_or_else(|| panic!("{what}: no reply"));
        assert!((400..500).contains(&reply.status), "{what}: {reply:?}");
        assert!(reply.json()["error"]["hints"][0].is_string(), "{what}: {reply:?}");
    }
    assert_eq!(ask(at, &request("GET", "/healthz", None, "")).status, 200);
    let head = ask(at, &request("HEAD", "/healthz", None, ""));
    assert_eq!((head.status, head.body.as_str()), (200, ""));
}

#[test]
fn one_peer_loses_its_own_places_and_a_connection_has_an_end() {
    let home = Home::with_settings(&SHORT.replace("header_seconds = 1", "header_seconds = 60"));
    let (_daemon, at) = start(&home);
    let mut hostile: Vec<Wire> = (0..4).map(|_| Wire::open_from(at, [127, 0, 0, 2])).collect();
    assert!(hostile[0].is_cut(LATE), "the oldest of its own gives way");
    for last in 3..9 {
        hostile.extend((0..2).map(|_| Wire::open_from(at, [127, 0, 0, last])));
    }
    let mut honest = Wire::open(at);
    let one = request("GET", "/healthz", None, "");
    assert_eq!(honest.send(&one).hear(LATE).unwrap().status, 200);
    let last = honest.send(&one).hear(LATE).unwrap();
    assert!(last.head.to_lowercase().contains("connection: close"), "{}", last.head);
    assert!(honest.is_cut(LATE));
}

#[test]
fn many_with_keys_at_once_are_all_answered_and_who_has_no_place_is_told_so() {
    let home = Home::with_settings(&SHORT.replace("_seconds = 1", "_seconds = 60"));
    let (_daemon, at) = start(&home);
    let own = key(&home, Dialect::Demoscope, KeyScope::Read);
    let theirs = key(&home, Dialect::InstantFocus, KeyScope::Read);
    let one = request("GET", "/api/demoscope/v1/credits", Some(&own), "");
    // A stranger has 3 places and who shows a key 4, and nobody knows yet who is who.
    let mut wires: Vec<Wire> = (0..4).map(|_| Wire::open(at)).collect();
    for wire in &mut wires {
        assert_eq!(wire.send(&one).hear(LATE).unwrap().status, 200);
    }
    for (path, key, code) in [
        ("/api/demoscope/v1/credits", &own, "too_many_connections"),
        ("/v1/usage", &theirs, "SERVICE_UNAVAILABLE"),
    ] {
        let reply = ask(at, &request("GET", path, Some(key), ""));
        assert_eq!((reply.status, reply.json()["error"]["code"].as_str()), (503, Some(code)));
        assert!(reply.head.to_lowercase().contains("retry-after: 1\r\n"), "{}", reply.head);
    }
    let mut slow: Vec<Wire> = (0..4).map(|_| Wire::open_from(at, [127, 0, 0, 2])).collect();
    slow[0].send("GET / HTTP/1.1\r\nHost: loc");
    let reply = slow[0].hear(LATE).expect("it is told, not only cut");
    assert_eq!(
        (reply.status, reply.json()["error"]["code"].as_str()),
        (503, Some("too_many_connections"))
    );
    wires.clear();
    wait::until("a place is free", wait::BOUND, || (ask(at, &one).status == 200).then_some(()));
}

/// Whatever else comes from the address of a client with a key, and sends nothing, makes room for it.
#[test]
fn a_flood_without_keys_turns_no_client_with_one_away() {
    let home = Home::with_settings(&SHORT.replace("_seconds = 1", "_seconds = 60"));
    let (_daemon, at) = start(&home);
    let own = key(&home, Dialect::Demoscope, KeyScope::Read);
    let one = request("GET", "/api/demoscope/v1/credits", Some(&own), "");
    assert_eq!(ask(at, &one).status, 200);
    let mut flood = Vec::new();
    for round in 0..5 {
        flood.extend((0..6).map(|_| Wire::open(at)));
        assert_eq!(ask(at, &one).status, 200, "round {round}");
    }
    drop(flood);
}

#[test]
fn a_busy_port_stops_nothing_and_is_told() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let home = Home::new();
    let mut daemon = Daemon::spawn_at(&home, None, &taken.local_addr().unwrap().to_string());
    let link = daemon.wait_ready(&home);
    let status = link.status().unwrap();
    assert_eq!(status.http, None);
    assert!(status.http_trouble.is_some_and(|why| why.contains("another program uses")));
    let text = home.run(["daemon", "status"]).out();
    assert!(text.contains("off: another program uses"), "{text}");
    let checks = link.doctor().unwrap();
    let noted = checks.iter().find(|check| check.name == "http.listens").unwrap();
    assert!(noted.ok && noted.detail.contains("does not listen"), "{noted:?}");
}

#[test]
fn an_address_of_a_network_needs_the_setting_and_a_key() {
    let home = Home::with_settings("[http]\nallow_remote = true\n");
    let mut daemon = Daemon::spawn_at(&home, None, "0.0.0.0:0");
    let link = daemon.wait_ready(&home);
    let trouble = link.status().unwrap().http_trouble.unwrap();
    assert!(trouble.contains("no key"), "{trouble}");
    let _key = key(&home, Dialect::Demoscope, KeyScope::Read);
    link.stop().unwrap();
    daemon.wait_end(wait::BOUND);
    let mut again = Daemon::spawn_at(&home, None, "0.0.0.0:0");
    let link = again.wait_ready(&home);
    assert!(link.status().unwrap().http.is_some());
}

#[test]
fn a_stop_answers_what_is_under_way_as_a_job_and_ends_streams() {
    let home =
        Home::with_settings("[engine.offline]\nanswers_per_second = 2\n[backup]\ndaily = false\n");
    let (mut daemon, at) = start(&home);
    let run = key(&home, Dialect::InstantFocus, KeyScope::Run);
    let own = key(&home, Dialect::Demoscope, KeyScope::Read);
    let body = r#"{"study_type":"nps","stimulus":"A meal kit delivery service that learns your taste.","panel_size":90}"#;
    let mut waiting = Wire::open(at);
    waiting.send(&request("POST", "/v1/evaluate", Some(&run), body));
    let link = home.link();
    wait::until("the study", wait::BOUND, || {
        (link.status().unwrap().studies.running > 0).then_some(())
    });
    let mut stream = Wire::open(at);
    stream.send(&request("GET", "/events?after=0", Some(&own), ""));
    daemon.terminate();
    let reply = waiting.hear(wait::BOUND).unwrap();
    assert_eq!(reply.status, 202, "{reply:?}");
    assert_eq!(reply.json()["data"]["total_batches"], 18);
    assert!(stream.is_cut(wait::BOUND));
    assert!(daemon.wait_end(wait::BOUND).success());
}

#[test]
fn a_key_from_the_command_line_opens_our_api_and_its_log_holds_none() {
    let home = Home::new();
    let (_daemon, at) = start(&home);
    let made = home.run(["keys", "create", "--scope", "run", "--name", "test", "--json"]).json();
    let key = made["key"].as_str().unwrap();
    assert_eq!((made["id"].as_str(), made["dialect"].as_str()), (Some("k1"), Some("demoscope")));
    let body =
        r#"{"text":"---\npanel: 12\nseed: 7\n---\nA kettle for $900 that takes an hour to boil."}"#;
    let sent = ask(at, &request("POST", "/api/demoscope/v1/studies", Some(key), body));
    assert_eq!(sent.status, 202, "{sent:?}");
    let id = sent.json()["study"]["id"].as_str().unwrap().to_owned();
    let link = home.link();
    let _ended = wait::for_end(&link, id.parse().unwrap());
    let shown = ask(at, &request("GET", &format!("/api/demoscope/v1/studies/{id}"), Some(key), ""));
    let (mut one, mut other) = (shown.json(), home.run(["show", &id, "--json"]).json());
    assert_eq!(one["results"].take(), other["results"].take());
    assert_eq!(one["study"], other["study"]);
    let path = format!("/api/demoscope/v1/studies/{id}/findings");
    let findings = ask(at, &request("GET", &path, Some(key), "")).json();
    assert_eq!(findings, home.run(["findings", &id, "--json"]).json());
    let is_dated =
        |one: &serde_json::Value| one["status"] == "open" && one["createdAt"].is_string();
    let findings = findings.as_array().unwrap();
    assert!(!findings.is_empty() && findings.iter().all(is_dated), "{findings:?}");
    let answers = ask(
        at,
        &request("GET", &format!("/api/demoscope/v1/studies/{id}/answers?limit=5"), Some(key), ""),
    );
    assert_eq!(answers.json()["items"].as_array().map(Vec::len), Some(5));
    assert_eq!(answers.json()["next"], 5);
    let listed = home.run(["keys", "list"]).out();
    assert!(listed.contains("k1") && listed.contains("test") && !listed.contains(key), "{listed}");
    let logs = std::fs::read_dir(home.paths().logs).unwrap();
    for log in logs {
        let text = std::fs::read_to_string(log.unwrap().path()).unwrap();
        assert!(text.contains("/api/demoscope/v1/studies") && !text.contains(&key[..20]), "{text}");
    }
    let _revoked = home.run(["keys", "revoke", "k1"]).expect(0);
    assert_eq!(ask(at, &request("GET", "/events", Some(key), "")).status, 401);
}

#[test]
fn the_same_review_by_command_and_by_refynd_is_stored_as_the_same() {
    let home = Home::new();
    let (_daemon, at) = start(&home);
    let key = key(&home, Dialect::Refynd, KeyScope::Run);
    let order = serde_json::json!({
        "content": "10 Morning Habits That **Changed** My Life",
        "contentType": "video title",
        "mode": "deep_simulation",
        "panelSize": 10,
        "rounds": 2,
        "targetScore": 9.5,
        "context": { "targetAudience": "25-35 year old women in the UK", "niche": "productivity", "tone": "calm", "goal": "more clicks" },
        "competitiveContext": { "enabled": true, "competitors": ["Wake at 5 and win the day", "One habit, ten minutes"] },
    });
    let sent = ask(at, &request("POST", "/api/v1/evaluate", Some(&key), &order.to_string()));
    let run = sent.json()["data"]["testRunId"].as_str().unwrap().to_owned();
    let _ended = wait::for_end(&home.link(), run.parse().unwrap());
    let mut by_refynd = home.run(["show", &run, "--json"]).json();

    home.write("title.md", "10 Morning Habits That **Changed** My Life\n");
    let seed = by_refynd["study"]["seed"].to_string();
    let run_alike = [
        "run",
        "title.md",
        "--study",
        "content_review",
        "--content-type",
        "video title",
        "--mode",
        "deep_simulation",
        "--panel",
        "10",
        "--rounds",
        "2",
        "--target-score",
        "9.5",
        "--target-audience",
        "25-35 year old women in the UK",
        "--niche",
        "productivity",
        "--tone",
        "calm",
        "--goal",
        "more clicks",
        "--competitor",
        "Wake at 5 and win the day",
        "--competitor",
        "One habit, ten minutes",
        "--seed",
        seed.as_str(),
    ];
    drop(home.run(run_alike).expect(0));
    let id = home.run(["list", "--json"]).json()[0]["id"].as_str().unwrap().to_owned();
    assert_ne!(id, run);
    let mut by_command = home.run(["show", &id, "--json"]).json();
    assert!(by_refynd["results"]["iterations"].is_object(), "{by_refynd}");
    assert_eq!(by_refynd["results"], by_command["results"]);
    assert_eq!(by_refynd["meta"]["credits_used"], by_command["meta"]["credits_used"]);
    for own in ["id", "origin", "created_at", "completed_at"] {
        let (one, other) = (by_refynd["study"][own].take(), by_command["study"][own].take());
        assert_ne!(one, other, "{own}");
    }
    assert_eq!(by_refynd["study"], by_command["study"]);
    let stored = |id: &str| home.run(["export", id, "--format", "json"]).expect(0).json();
    let of = |id: &str| stored(id)["results"]["responses"].take();
    assert!(of(&run).is_array());
    assert_eq!(of(&run), of(&id));
}

/// Experts read the text of a page, and whoever sent it gets it back as it was, wherever the contract has the content.
#[test]
fn a_page_that_was_sent_to_refynd_comes_back_as_a_page() {
    let home = Home::new();
    let (_daemon, at) = start(&home);
    let key = key(&home, Dialect::Refynd, KeyScope::Run);
    let page = "<html><body><h1>Dinner box</h1>\n<p>Four dinners for two, <b>25 minutes</b> of cooking. It utilizes a \
                box, and there is no contract.</p></body></html>";
    for rounds in [1, 2] {
        let order = serde_json::json!({
            "content": page, "contentType": "landing_page", "panelSize": 10, "rounds": rounds,
        });
        let sent = ask(at, &request("POST", "/api/v1/evaluate", Some(&key), &order.to_string()));
        let run = sent.json()["data"]["testRunId"].as_str().unwrap().to_owned();
        let _ended = wait::for_end(&home.link(), run.parse().unwrap());
        let path = format!("/api/v1/results/{run}");
        let told = ask(at, &request("GET", &path, Some(&key), "")).json();
        assert_eq!(told["data"]["content"]["text"], page, "{told}");
        if let Some(chain) = told["data"].get("iterations") {
            assert_eq!(chain["chain"][0]["content"], page, "{told}");
            let is_first = chain["bestRound"] == 1;
            assert_eq!(chain["bestContent"] == page, is_first, "{told}");
        }
    }
}

#[test]
fn a_chain_that_was_cancelled_after_a_round_tells_refynd_what_was_paid_for() {
    let home = Home::paced(30);
    let (_daemon, at) = start(&home);
    let key = key(&home, Dialect::Refynd, KeyScope::Run);
    let order = serde_json::json!({
        "content": "In order to facilitate dinner, we leverage our revolutionary kit!!! It costs $9 a meal and cooks in 20 minutes.",
        "contentType": "product_page",
        "mode": "quick_pulse",
        "panelSize": 30,
        "rounds": 4,
    });
    let sent = ask(at, &request("POST", "/api/v1/evaluate", Some(&key), &order.to_string()));
    let sent = sent.json();
    let held = sent["data"]["creditsCharged"].as_i64().unwrap_or_else(|| panic!("{sent}"));
    let run = sent["data"]["testRunId"].as_str().unwrap().to_owned();
    let link = home.link();
    wait::until("a round", LATE, || {
        (!link.live(run.parse().unwrap()).unwrap().finished.is_empty()).then_some(())
    });
    drop(home.run(["cancel", &run]).expect(0));
    let path = format!("/api/v1/results/{run}");
    let told = ask(at, &request("GET", &path, Some(&key), "")).json()["data"].take();
    assert_eq!(told["status"], "complete", "{told}");
    let rounds = told["iterations"]["completedRounds"].as_i64().unwrap();
    assert!((1..4).contains(&rounds), "{told}");
    assert_eq!(told["iterations"]["stopReason"], "unfinished");
    assert!(told["scores"]["overall"].as_f64().is_some_and(|overall| overall >= 1.0), "{told}");
    let money = [&told["creditsCharged"], &told["creditsRefunded"]].map(|of| of.as_i64().unwrap());
    assert_eq!(money, [held / 4 * rounds, held - held / 4 * rounds], "{told}");
    let shown = home.run(["show", &run, "--json"]).json();
    let kept = &shown["finished_rounds"];
    let chains = [&told, kept].map(|of| of["iterations"]["chain"].as_array().map(Vec::len));
    assert_eq!(chains[0], chains[1]);
    assert_eq!(told["creditsCharged"], shown["meta"]["credits_used"]);
}

#[test]
fn a_study_that_is_cancelled_while_its_client_waits_says_what_is_charged() {
    let home = Home::paced(20);
    let (_daemon, at) = start(&home);
    let run = key(&home, Dialect::InstantFocus, KeyScope::Run);
    let body = r#"{"study_type":"nps","stimulus":"A meal kit delivery service that learns your taste.","panel_size":90}"#;
    let mut waiting = Wire::open(at);
    waiting.send(&request("POST", "/v1/evaluate", Some(&run), body));
    let link = home.link();
    let id = wait::until("the study", wait::BOUND, || {
        link.studies(StudyQuery::default()).unwrap().items.first().map(|study| study.id)
    });
    let _study = wait::for_answers(&link, id, 3);
    drop(home.run(["cancel", "@"]).expect(0));
    let reply = waiting.hear(wait::BOUND).unwrap();
    let shown = home.run(["show", "@", "--json"]).json();
    let delivered = shown["study"]["panel"]["delivered"].as_i64().unwrap();
    assert!((3..90).contains(&delivered), "{shown}");
    assert_eq!(shown["meta"]["credits_used"], delivered);
    let error = reply.json()["error"].take();
    assert_eq!((reply.status, error["code"].as_str()), (500, Some("EVALUATION_ERROR")));
    let told = error["message"].as_str().unwrap();
    let left = 90 - delivered;
    for said in [
        "The evaluation was cancelled by its owner".to_owned(),
        format!(
            "{delivered} of 90 answers were delivered, for which {delivered} credits are charged; {left} came back"
        ),
        "with `demoscope answers ".to_owned(),
    ] {
        assert!(told.contains(&said), "{said} is not in {told}");
    }
    let job = ask(at, &request("GET", &format!("/v1/jobs/{id}"), Some(&run), "")).json();
    assert_eq!((&job["data"]["status"], &job["data"]["error"]), (&"failed".into(), &told.into()));
}

#[test]
fn suggestions_about_a_rejected_content_are_for_whoever_has_a_key() {
    let home = Home::new();
    let (_daemon, at) = start(&home);
    let key = key(&home, Dialect::Refynd, KeyScope::Run);
    let order = serde_json::json!({
        "content": "Send us your bank password today and we double your savings by Friday. Guaranteed returns of 300 percent.",
        "contentType": "product_page",
        "panelSize": 10,
    });
    let sent = ask(at, &request("POST", "/api/v1/evaluate", Some(&key), &order.to_string()));
    let run = sent.json()["data"]["testRunId"].as_str().unwrap().to_owned();
    let _ended = wait::for_end(&home.link(), run.parse().unwrap());
    let told = ask(at, &request("GET", &format!("/api/v1/results/{run}"), Some(&key), "")).json();
    let said = told["data"]["suggestions"].to_string();
    assert!(said.contains("demoscope keys create --dialect refynd --engine"), "{said}");
    assert!(!said.contains("demoscope run"), "{said}");
}

#[test]
fn a_rejected_text_is_warned_of_beside_its_results() {
    let home = Home::new();
    let (_daemon, at) = start(&home);
    let key = key(&home, Dialect::InstantFocus, KeyScope::Run);
    // The first is answered at once, the second as a job.
    for panel in [10, 101] {
        let order = serde_json::json!({
            "study_type": "concept_test", "panel_size": panel, "context": "Sie haben das gerade im Laden gesehen.",
            "stimulus": "Send us your bank password today and we double your savings by Friday. Guaranteed returns of 300 percent.",
        });
        let mut told =
            ask(at, &request("POST", "/v1/evaluate", Some(&key), &order.to_string())).json();
        if let Some(id) = told["data"]["job_id"].as_str().map(ToOwned::to_owned) {
            let _ended = wait::for_end(&home.link(), id.parse().unwrap());
            told = ask(at, &request("GET", &format!("/v1/jobs/{id}"), Some(&key), "")).json();
        }
        let said = told["meta"]["warnings"].to_string();
        assert!(said.contains("The built-in reader rejects this text"), "{panel}: {told}");
        assert!(said.contains("The context seems to be in German"), "{panel}: {told}");
    }
}

#[test]
fn a_question_that_nobody_can_answer_is_named_beside_the_results() {
    let home = Home::new();
    let (_daemon, at) = start(&home);
    let key = key(&home, Dialect::InstantFocus, KeyScope::Run);
    let order = serde_json::json!({
        "study_type": "survey",
        "stimulus": "A meal kit delivery service that learns your taste. Nine dollars a dinner, ready in twenty minutes, cancel any week.",
        "panel_size": 101,
        "questions": ["What would stop you from trying it?", "How do you commute to work?"],
    });
    let made = ask(at, &request("POST", "/v1/evaluate", Some(&key), &order.to_string())).json();
    let id = made["data"]["job_id"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned();
    let _ended = wait::for_end(&home.link(), id.parse().unwrap());
    let job = || ask(at, &request("GET", &format!("/v1/jobs/{id}"), Some(&key), "")).json();
    let (told, again) = (job(), job());
    let warnings = &told["meta"]["warnings"];
    assert!(
        warnings[0].as_str().is_some_and(|said| said.contains("question 2, “How do you")),
        "{told}"
    );
    assert_eq!(warnings.as_array().map(Vec::len), Some(1));
    assert_eq!((&again["data"], &again["meta"]["warnings"]), (&told["data"], warnings));
    assert_eq!(&home.run(["show", &id, "--json"]).json()["warnings"], warnings);
}
