//! Secrets stay where they belong: with a mark in every secret that the daemon is given or makes, no file, log line, reply,
//! report, export, webhook or error has one. What signs webhooks stands in the store, since nothing else could sign with it,
//! and nowhere else; of API keys not even the store has more than a hash.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use harness::http::{address, ask, request};
use harness::{Ended, Home, MockProvider, wait};

use crate::hooks::{hmac, posted};

/// In every key of a service: never in any file.
const KEY: &str = "KEYCANARY";
/// In every secret that signs hooks: in the store alone.
const HOOK: &str = "HOOKCANARY";
const ENGINE_KEY: &str = "sk-KEYCANARY-4711";
const RESULTS_KEY: &str = "ck_KEYCANARY0123456789";
const REVIEWS_KEY: &str = "rfnd_live_KEYCANARY0123456789";
const HOOK_SECRET: &str = "HOOKCANARY-of-this-very-test";
const STANDARD_SECRET: &str = "whsec_HOOKCANARYHOOKCANARYHOOKCANARYHOOKCANARY";
const SOON: Duration = Duration::from_secs(60);

/// Everything that was said to anybody, with who said it.
#[derive(Default)]
struct Told(Vec<(String, String)>);

impl Told {
    fn hear(&mut self, who: impl Into<String>, what: impl Into<String>) {
        self.0.push((who.into(), what.into()));
    }

    fn hear_ended(&mut self, ended: &Ended) {
        self.hear(ended.to_string(), ended.out() + &ended.err());
    }

    fn assert_no(&self, secret: &str) {
        for (who, what) in &self.0 {
            assert!(!what.contains(secret), "{who} told a secret: {what}");
        }
    }
}

/// A server that takes everything, keeps what it hears, and says it again in an error.
fn echo(status: &'static str) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let notes = Arc::clone(&heard);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
            let (mut text, mut some) = (String::new(), [0; 16 * 1_024]);
            while let Ok(count) = stream.read(&mut some) {
                if count == 0 {
                    break;
                }
                text.push_str(&String::from_utf8_lossy(&some[..count]));
            }
            let length = text.len();
            let reply = format!(
                "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{text}"
            );
            drop(stream.write_all(reply.as_bytes()));
            notes.lock().unwrap().push(text);
        }
    });
    (url, heard)
}

/// Every file below a folder, with its bytes.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if let Ok(bytes) = std::fs::read(&path) {
            found.push((path, bytes));
        }
    }
    found
}

fn holds(bytes: &[u8], secret: &str) -> bool {
    bytes.windows(secret.len()).any(|window| window == secret.as_bytes())
}

/// What is asked of the program afterwards: everything that tells of what happened.
const COMMANDS: [&[&str]; 24] = [
    &["list", "--json"],
    &["show", "@"],
    &["show", "@", "--json", "--answers"],
    &["answers", "@"],
    &["findings", "@", "--json"],
    &["events"],
    &["keys", "list", "--json"],
    &["keys", "list"],
    &["hooks", "list", "--json"],
    &["hooks", "list"],
    &["hooks", "deliveries", "--json"],
    &["hooks", "deliveries"],
    &["hooks", "sources", "list", "--json"],
    &["hooks", "sources", "received", "--json"],
    &["engines", "--json"],
    &["engines", "check", "openai"],
    &["config"],
    &["daemon", "status", "--json"],
    &["doctor"],
    &["credits", "statement"],
    &["export", "@", "--format", "bundle", "-o", "it.evidence"],
    &["export", "@", "--format", "html", "-o", "it.html"],
    &["export", "@", "--format", "csv", "-o", "it.csv"],
    &["export", "@", "--format", "json", "-o", "it.json"],
];

/// Gives the daemon secrets in every way there is: of endpoints, of sources, and of engines.
fn give(run: &mut dyn FnMut(&[&str]) -> Ended, receiver: &str, service: &str) {
    let hook = format!("{receiver}/hook");
    for (format, variable) in [("candor", "HOOK_SECRET"), ("standard", "STANDARD_SECRET")] {
        let add = ["hooks", "add", &hook, "--format", format, "--allow-private"];
        let add: Vec<&str> = add.into_iter().chain(["--secret-env", variable]).collect();
        drop(run(&add).expect(0));
    }
    let from = format!("{service}/api");
    let reviews = ["reviews", "--kind", "refynd", "--do", "import", "--secret-env", "REVIEWS_KEY"];
    let people = ["people", "--kind", "candor", "--do", "import", "--secret-env", "HOOK_SECRET"];
    let people = people.into_iter().chain(["--api", &from, "--api-key-env", "RESULTS_KEY"]);
    let site = ["site", "--kind", "github", "--secret-env", "HOOK_SECRET"];
    for source in [reviews.to_vec(), people.collect(), site.to_vec()] {
        let add: Vec<&str> = ["hooks", "sources", "add"].into_iter().chain(source).collect();
        drop(run(&add).expect(0));
    }
    drop(run(&["run", "idea.md", "--engine", "openai"]).expect(0));
    drop(run(&["run", "broken.md"]).expect(2));
    drop(run(&["hooks", "add", "http://10.0.0.1/", "--secret-env", "HOOK_SECRET"]).expect(2));
}

/// Hooks come in: one whose result is fetched, one that is signed, and one that is forged and says the secret.
fn hooks(at: SocketAddr) -> Vec<(String, String)> {
    let base = format!("http://{at}");
    let body = r#"{"type":"study.completed","data":{"studyId":"study_1"}}"#;
    let good = hmac(HOOK_SECRET, body);
    let sent = [
        ("people", "d1", good.as_str()),
        ("site", "d1", good.as_str()),
        ("site", "d2", HOOK_SECRET),
    ];
    let reply = |(source, id, tag): (&str, &str, &str)| {
        let headers = format!(
            "x-candor-signature: sha256={tag}\r\nx-candor-delivery-id: {id}\r\n\
             x-hub-signature-256: sha256={tag}\r\nx-github-delivery: {id}\r\n"
        );
        let told = posted(&base, &format!("/hooks/in/{source}"), &headers, body);
        (format!("hook {source} {id}"), told)
    };
    sent.into_iter().map(reply).collect()
}

/// Requests show keys that open something, and keys that open nothing.
fn requests(at: SocketAddr, own: &str) -> Vec<(String, String)> {
    let studies = "/api/demoscope/v1/studies";
    let order = format!("{{\"stimulus\":\"{ENGINE_KEY}\"");
    let sent = [
        ("GET", "/", None, ""),
        ("GET", "/openapi.json", None, ""),
        ("GET", studies, Some(own), ""),
        ("GET", studies, Some(ENGINE_KEY), ""),
        ("GET", "/api/demoscope/v1/studies?key=sk-KEYCANARY-4711", None, ""),
        ("GET", "/api/v1/balance", Some(own), ""),
        ("POST", studies, Some(own), order.as_str()),
    ];
    let reply = |(method, path, key, body)| {
        let reply = ask(at, &request(method, path, key, body));
        (format!("{method} {path}"), reply.head + &reply.body)
    };
    sent.into_iter().map(reply).collect()
}

/// No file has a key; of what signs hooks only the store and its copy have any.
fn assert_files(home: &Home, own: &str) {
    let (store, copy) = (home.paths().database, home.folder().join("copy.redb"));
    let mut seen = 0;
    for (path, bytes) in files(home.folder()) {
        for secret in [KEY, own] {
            assert!(!holds(&bytes, secret), "{secret} stands in {}", path.display());
        }
        let may_sign = path == store || path == copy;
        assert!(may_sign || !holds(&bytes, HOOK), "a signing secret stands in {}", path.display());
        seen += usize::from(may_sign && holds(&bytes, HOOK));
    }
    assert_eq!(seen, 2, "the marks would be found: what signs stands in the store and its copy");
}

#[test]
fn no_secret_is_written_or_told() {
    let home = Home::with_settings("[log]\nlevel = \"trace\"\n[backup]\ndaily = false\n");
    home.write("idea.md", "---\npanel: 5\nseed: 7\n---\nA kettle that texts you when it boils.\n");
    home.write("broken.md", "---\npanle: 5\n---\nA kettle.\n");
    let mock = MockProvider::good();
    let (receiver, delivered) = echo("500 No");
    let (service, fetched) = echo("404 No");
    let mut told = Told::default();
    let mut run = |args: &[&str]| {
        let ended = home
            .command(args)
            .env("DEMOSCOPE_HTTP_LISTEN", "127.0.0.1:0")
            .env("OPENAI_API_KEY", ENGINE_KEY)
            .env("OPENAI_BASE_URL", mock.origin() + "/v1")
            .env("RESULTS_KEY", RESULTS_KEY)
            .env("REVIEWS_KEY", REVIEWS_KEY)
            .env("HOOK_SECRET", HOOK_SECRET)
            .env("STANDARD_SECRET", STANDARD_SECRET)
            .run();
        told.hear_ended(&ended);
        ended
    };
    give(&mut run, &receiver, &service);
    let made = home.run(["keys", "create", "--dialect", "demoscope", "--json"]).expect(0).json();
    let own = made["key"].as_str().unwrap();
    let at = address(&home.link());
    let replies = [hooks(at), requests(at, own)].concat();
    wait::until("the study was asked for", SOON, || {
        (!fetched.lock().unwrap().is_empty()).then_some(())
    });
    wait::until("both endpoints were told", SOON, || {
        (delivered.lock().unwrap().len() >= 2).then_some(())
    });
    for command in COMMANDS {
        let ended = run(command);
        // The mock passes no check of embeddings; what it is told is all the same.
        assert!(ended.code() == 0 || command.contains(&"check"), "{ended}");
    }
    drop(run(&["backup", "copy.redb"]).expect(0));
    drop(run(&["daemon", "stop"]).expect(0));

    // The service itself was shown its key: the marks are where they should be.
    assert!(fetched.lock().unwrap().iter().all(|one| one.contains(RESULTS_KEY)));
    for (who, what) in replies {
        told.hear(who, what);
    }
    for one in delivered.lock().unwrap().iter() {
        told.hear("a webhook", one.clone());
    }
    for secret in [KEY, HOOK, own] {
        told.assert_no(secret);
    }
    assert_files(&home, own);
}
