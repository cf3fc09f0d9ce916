//! What programs are told at the doors, over a real socket: a body far beyond the limit is refused in words however it is sent,
//! results of other services are read as the command line prints them, a receiver of webhooks can ask for what it was told, and
//! engines that nobody can call are refused with a sentence.

use std::io::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use harness::http::{Wire, address, ask, key, request};
use harness::program::repository;
use harness::{Daemon, Home, source, wait};
use protocol::key::{Dialect, KeyScope};
use serde_json::Value;

use crate::hooks::{hmac, posted};

const SECRET: &str = "a-secret-of-this-very-test-0123456789";
const LATE: Duration = Duration::from_secs(30);

fn start(home: &Home) -> (Daemon, SocketAddr) {
    let mut daemon = Daemon::spawn_at(home, None, "127.0.0.1:0");
    let link = daemon.wait_ready(home);
    (daemon, address(&link))
}

/// How a body is sent.
#[derive(Clone, Copy, Debug)]
enum Sending {
    WithItsLength,
    InChunks,
}

/// Sends the whole of a body before it listens, as most clients do, and says the status and the text of the reply.
fn sent_whole(at: SocketAddr, path: &str, key: &str, size: usize, how: Sending) -> (u16, String) {
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n"
    );
    let body = vec![b'x'; size];
    let mut stream = Wire::open(at).into_stream();
    stream.set_write_timeout(Some(LATE)).unwrap();
    match how {
        Sending::WithItsLength => {
            stream.write_all(format!("{head}Content-Length: {size}\r\n\r\n").as_bytes()).unwrap();
            stream.write_all(&body).unwrap();
        }
        Sending::InChunks => {
            stream
                .write_all(format!("{head}Transfer-Encoding: chunked\r\n\r\n").as_bytes())
                .unwrap();
            for piece in body.chunks(64 * 1024) {
                stream.write_all(format!("{:x}\r\n", piece.len()).as_bytes()).unwrap();
                stream.write_all(piece).unwrap();
                stream.write_all(b"\r\n").unwrap();
            }
            stream.write_all(b"0\r\n\r\n").unwrap();
        }
    }
    let reply = Wire::over(stream).hear(LATE).unwrap_or_else(|| panic!("{path} {how:?}: no reply"));
    (reply.status, reply.body)
}

#[test]
fn a_body_far_beyond_the_limit_is_always_refused_in_the_words_of_its_door() {
    let home = Home::new();
    let (_daemon, at) = start(&home);
    let own = key(&home, Dialect::Demoscope, KeyScope::Run);
    let focus = key(&home, Dialect::InstantFocus, KeyScope::Run);
    let refynd = key(&home, Dialect::Refynd, KeyScope::Run);
    for (path, key, code) in [
        ("/v1/evaluate", &focus, "PAYLOAD_TOO_LARGE"),
        ("/api/v1/evaluate", &refynd, "payload_too_large"),
        ("/api/demoscope/v1/studies", &own, "body_too_large"),
        ("/mcp/demoscope", &own, "body_too_large"),
    ] {
        for how in [Sending::WithItsLength, Sending::InChunks] {
            for size in [3, 12] {
                let (status, body) = sent_whole(at, path, key, size * 1024 * 1024, how);
                let told: Value = serde_json::from_str(&body).unwrap();
                assert_eq!(
                    (status, told["error"]["code"].as_str()),
                    (413, Some(code)),
                    "{path} {how:?} {size} MiB: {body}"
                );
            }
        }
        // Whatever else is wrong with a request, its sender hears of it.
        let (status, _) = sent_whole(at, path, "nothing", 3 * 1024 * 1024, Sending::WithItsLength);
        assert_eq!(status, 401, "{path}");
    }
    assert_eq!(ask(at, &request("GET", "/healthz", None, "")).status, 200);
}

#[test]
fn what_another_service_found_is_read_at_our_api_as_the_command_line_prints_it() {
    let home = Home::new();
    let (_daemon, at) = start(&home);
    let read = key(&home, Dialect::Demoscope, KeyScope::Read);
    let list = "/api/demoscope/v1/external";
    let get = |path: &str| ask(at, &request("GET", path, Some(&read), ""));
    assert_eq!(get(list).json()["items"], serde_json::json!([]));
    let add = ["hooks", "sources", "add", "reviews", "--kind", "generic", "--do", "import"];
    let add: Vec<&str> = add.into_iter().chain(["--secret-env", "HOOK_SECRET"]).collect();
    drop(home.command(&add).env("HOOK_SECRET", SECRET).run().expect(0));
    for number in 0..2 {
        let body = format!(
            r#"{{"id":"r-{number}","name":"Landing page {number}","numbers":[{{"of":"ease","value":5.5,"low":5.0,"high":6.25}}]}}"#
        );
        let headers = format!("x-signature: sha256={}\r\n", hmac(SECRET, &body));
        let told = posted(&format!("http://{at}"), "/hooks/in/reviews", &headers, &body);
        assert!(told.starts_with("HTTP/1.1 2"), "{told}");
    }
    let listed = wait::until("both are imported", wait::BOUND, || {
        let listed = get(list).json();
        (listed["items"].as_array().unwrap().len() == 2).then_some(listed)
    });
    assert_eq!(listed["items"], home.run(["list", "--external", "--json"]).expect(0).json());
    assert_eq!(get(&format!("{list}?limit=1")).json()["next"], 1);
    let id = listed["items"][0]["id"].as_str().unwrap();
    let shown = get(&format!("{list}/{id}"));
    assert_eq!(shown.status, 200, "{shown:?}");
    assert_eq!(shown.json(), home.run(["show", id, "--json"]).expect(0).json());
    assert_eq!(get(&format!("{list}/{}", &id[..8])).json(), shown.json());
    assert_eq!(get(&format!("{list}/ffffffff")).status, 404);
    assert_eq!(ask(at, &request("GET", list, None, "")).status, 401);
    let tool = |name: &str, arguments: Value| {
        let params = serde_json::json!({ "name": name, "arguments": arguments });
        let call = serde_json::json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
        let both = "\r\nAccept: application/json, text/event-stream\r\n";
        let sent = request("POST", "/mcp/demoscope", Some(&read), &call.to_string());
        let told = ask(at, &sent.replacen("\r\n", both, 1)).json();
        let text =
            told["result"]["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{told}"));
        serde_json::from_str::<Value>(text).unwrap_or_else(|_| panic!("{text}"))
    };
    let by_agent = tool("list_external", serde_json::json!({}));
    assert_eq!(by_agent["external"].as_array().map(Vec::len), Some(2), "{by_agent}");
    let one = tool("get_external", serde_json::json!({ "id": id }));
    assert_eq!(one["external"]["id"], id, "{one}");
    assert_eq!(one["external"]["numbers"][0]["of"]["untrusted"], "ease", "{one}");
    assert!(one["notice"].as_str().unwrap().contains("another service"), "{one}");
    let documented = get("/openapi.json").json();
    for path in [list.to_owned(), format!("{list}/{{id}}")] {
        let schema = &documented["paths"][&path]["get"]["responses"]["200"]["content"];
        assert!(schema["application/json"]["schema"].is_object(), "{path}: {schema}");
    }
}

#[test]
fn whoever_is_told_of_an_evaluation_by_a_webhook_finds_it_with_the_key_that_signed() {
    let home = Home::new();
    let (_daemon, at) = start(&home);
    let told = home.run(["keys", "create", "--dialect", "refynd", "--scope", "read", "--json"]);
    let told = told.expect(0).json();
    let other = key(&home, Dialect::Refynd, KeyScope::Read);
    home.write(
        "title.md",
        "---\nstudy: content_review\ncontent_type: headline\npanel: 6\n---\nDinner in 25 minutes\n",
    );
    let run = || {
        drop(home.run(["run", "title.md"]).expect(0));
        home.run(["list", "--json"]).json()[0]["id"].as_str().unwrap().to_owned()
    };
    let before = run();
    let id = told["id"].as_str().unwrap();
    let add = ["hooks", "add", "https://receiver.example/hook", "--format", "refynd", "--key", id];
    drop(home.run(add).expect(0));
    let study = run();
    let status = |study: &str, key: &str| {
        let path = format!("/api/v1/results/{study}");
        ask(at, &request("GET", &path, Some(key), ""))
    };
    let found = status(&study, told["key"].as_str().unwrap());
    assert_eq!(found.status, 200, "{found:?}");
    assert_eq!(found.json()["data"]["testRunId"], study.as_str());
    assert_eq!(found.json()["data"]["status"], "complete");
    assert_eq!(status(&study, &other).status, 404, "another key was told nothing");
    let earlier = status(&before, told["key"].as_str().unwrap());
    assert_eq!(earlier.status, 404, "nobody told it of that one");
}

#[test]
fn an_engine_that_is_like_nothing_known_is_refused_and_the_help_says_what_it_takes() {
    let home = Home::new();
    drop(home.run(["daemon", "start"]).expect(0));
    for (section, says) in [
        ("[engine.mine]\nmodel = \"m\"\nbase_url = \"http://127.0.0.1:9/v1\"\n", "names no kind"),
        ("[engine.mine]\nkind = \"opnai\"\nmodel = \"m\"\n", "there is no kind 'opnai'"),
    ] {
        home.configure(section);
        let refused = home.run(["config", "--apply"]).expect(2);
        assert!(
            refused.err().contains("[engine.mine]: ") && refused.err().contains(says),
            "{refused}"
        );
        assert!(refused.err().contains("kind = one of anthropic"), "{refused}");
    }
    home.configure("[engine.openai]\nmodel = \"m\"\n[engine.mixed]\nengines = [\"openai\"]\n");
    drop(home.run(["config", "--apply"]).expect(0));
    let help = home.run(["engines", "--help"]).expect(0).out();
    let keys = std::fs::read_to_string(repository().join("daemon/src/config/keys.rs")).unwrap();
    let (_, keys) = keys.split_once("ENGINE_KEYS: &str = r#\"").unwrap();
    let (keys, _) = keys.split_once("\"#").unwrap();
    let named: Vec<&str> = keys.lines().filter_map(|line| line.split([' ', '.']).next()).collect();
    assert!(named.len() > 15, "{named:?}");
    for key in named {
        assert!(help.contains(key), "`engines --help` says nothing of {key}");
    }
    assert!(home.run(["config", "--help"]).expect(0).out().contains("demoscope engines --help"));
}

/// Files whose messages reach whoever calls by HTTP or as an agent.
const REACHED: [&str; 13] = [
    "daemon/mcp/src/",
    "daemon/src/app/asking/",
    "daemon/src/app/caller.rs",
    "daemon/src/app/engines/side_engines.rs",
    "daemon/src/app/evidence/",
    "daemon/src/app/keys/admit.rs",
    "daemon/src/app/keys/caps.rs",
    "daemon/src/app/keys/studies.rs",
    "daemon/src/app/money/",
    "daemon/src/app/studies/",
    "daemon/src/domain/instrument/",
    "daemon/src/domain/stimulus/",
    "daemon/src/gateway/http/",
];

/// Files among them that describe the doors themselves, and findings.
const DESCRIBING: [&str; 5] = [
    "daemon/src/domain/instrument/findings/rejected.rs",
    "daemon/src/gateway/http/description/",
    "daemon/src/gateway/http/hooks_in/mod.rs",
    "daemon/src/gateway/http/own/describe.rs",
    "daemon/src/gateway/http/own/index.rs",
];

/// Literals that are no refusal, or say that the owner can do it, by the words that they hold.
const NO_REFUSAL: [&str; 2] =
    ["`demoscope run FILE --like ID` asks the same people", "the owner of this daemon can"];

/// Whether a text names a flag or a command.
fn is_of_the_command_line(text: &str) -> bool {
    let names_flag = text.split_whitespace().any(|word| {
        let word = word.trim_start_matches(['`', '(', '\'', '"']);
        word.strip_prefix("--")
            .is_some_and(|name| name.starts_with(|first: char| first.is_ascii_lowercase()))
    });
    let names_command = text.match_indices("demoscope ").any(|(at, name)| {
        text[at + name.len()..].starts_with(|first: char| first.is_ascii_lowercase())
    });
    // A place is one word, which each door names in its own way.
    text.contains(' ') && (names_flag || names_command)
}

#[test]
fn what_reaches_a_program_names_flags_and_commands_as_values_alone() {
    let root = repository();
    let mut found = Vec::new();
    for path in source::rust_files(&root.join("daemon")) {
        let name = path.strip_prefix(&root).unwrap().display().to_string();
        let is_test = name.contains("/tests") || name.ends_with("tests.rs");
        let is_among = |parts: &[&str]| parts.iter().any(|part| name.starts_with(part));
        if is_test || !is_among(&REACHED) || is_among(&DESCRIBING) {
            continue;
        }
        let code = source::code(&std::fs::read_to_string(&path).unwrap());
        let mut values = Vec::new();
        for head in ["Remedy::owner(", "Feature::Control("] {
            for (_, arguments) in source::arguments(&code, head) {
                values.extend(source::literals(arguments));
            }
        }
        for text in source::literals(&code) {
            let is_value = values.contains(&text);
            let is_known =
                NO_REFUSAL.iter().any(|known| text.to_lowercase().contains(&known.to_lowercase()));
            if is_of_the_command_line(&text) && !is_value && !is_known {
                found.push(format!("{name}: {text}"));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
    assert!(is_of_the_command_line("Make one with `demoscope keys create`"));
    assert!(is_of_the_command_line("raise --max-cost-usd, or ask fewer"));
    assert!(!is_of_the_command_line("--panel") && !is_of_the_command_line("a line of ---"));
}
