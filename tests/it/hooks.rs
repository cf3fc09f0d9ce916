//! Tests of webhooks end to end: receivers in two languages, which know only the rules of their format, take what the
//! daemon sends and refuse what was changed; a daemon that is killed between attempts sends the same delivery under the
//! same id; and a long form with a receiver that fails in every way.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use harness::http::{address, ask, request};
use harness::program::repository;
use harness::{Chance, Daemon, Home, say, wait};
use serde_json::Value;

/// Far above a delivery.
const SOON: Duration = Duration::from_secs(60);

/// A receiver in another language.
struct Receiver {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
    url: String,
}

impl Receiver {
    /// Starts one; `None` where its language is not here.
    fn start(program: &str, file: &str, format: &str, secret: &str, plan: &str) -> Option<Self> {
        let path: PathBuf = repository().join("tests/clients/receivers").join(file);
        let started = Command::new(program)
            .arg(&path)
            .args(["--format", format, "--plan", plan])
            .env("SECRET", secret)
            .stdout(Stdio::piped())
            .spawn();
        let mut child = match started {
            Ok(child) => child,
            Err(error) => {
                say(&format!("SKIPPED: {program} cannot be started: {error}"));
                return None;
            }
        };
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        lines.read_line(&mut first).unwrap();
        if first.is_empty() {
            say(&format!("SKIPPED: {program} {} did not start", path.display()));
            return None;
        }
        let told: Value = serde_json::from_str(&first).unwrap();
        let url = told["listening"].as_str().unwrap().to_owned();
        Some(Self { child, lines, url })
    }

    /// What it says of the next delivery.
    fn next(&mut self) -> Value {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

const RECEIVERS: [(&str, &str); 2] = [("node", "receiver.mjs"), ("python3", "receiver.py")];

#[test]
fn receivers_in_two_languages_take_what_is_sent_and_refuse_another_secret() {
    let home = Home::new();
    for (program, file) in RECEIVERS {
        for (format, secret) in [
            ("standard", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
            ("candor", "a-secret-of-this-very-test"),
        ] {
            let Some(mut receiver) = Receiver::start(program, file, format, secret, "200") else {
                continue;
            };
            // One that is not told the right secret counts every delivery as forged.
            let other = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
            let mut stranger = Receiver::start(program, file, format, other, "200").unwrap();
            for url in [&receiver.url, &stranger.url] {
                let hook = format!("{url}/hook/{program}");
                let how = ["--format", format, "--allow-private", "--secret-env", "HOOK_SECRET"];
                let add = home.command(["hooks", "add", &hook].into_iter().chain(how));
                drop(add.env("HOOK_SECRET", secret).run().expect(0));
                drop(home.run(["hooks", "test", &hook]).expect(0));
            }
            let told = receiver.next();
            assert_eq!(
                (&told["valid"], &told["event"]),
                (&true.into(), &"hook.tested".into()),
                "{told}"
            );
            assert_eq!(stranger.next()["valid"], false);
            let hook = format!("{}/hook/{program}", receiver.url);
            let taken = wait::until("the delivery is noted as taken", SOON, || {
                let all =
                    ["hooks", "deliveries", "--endpoint", &hook, "--state", "delivered", "--json"];
                home.run(all).expect(0).json().as_array().unwrap().first().cloned()
            });
            assert_eq!(taken["attempts"][0]["status"], 200);
            let listed = home.run(["hooks", "deliveries"]).expect(0).out();
            assert!(listed.contains("hook.tested"), "{listed}");
            for url in [&receiver.url, &stranger.url] {
                let hook = format!("{url}/hook/{program}");
                drop(home.run(["hooks", "remove", &hook]).expect(0));
            }
        }
    }
}

#[test]
fn a_library_of_standard_webhooks_takes_what_is_sent_and_nothing_else_also_after_a_rotation() {
    let python = std::env::var("STANDARDWEBHOOKS_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let home = Home::new();
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let started = Receiver::start(&python, "library.py", "standard", secret, "200");
    let Some(mut receiver) = started else { return };
    let how = ["--allow-private", "--secret-env", "HOOK_SECRET", "--json"];
    let add = home.command(["hooks", "add", &receiver.url].into_iter().chain(how));
    let added = add.env("HOOK_SECRET", secret).run().expect(0).json();
    let id = added["endpoint"]["id"].as_str().unwrap();
    for is_rotated in [false, true] {
        if is_rotated {
            drop(home.run(["hooks", "secret", id, "--rotate"]).expect(0));
        }
        drop(home.run(["hooks", "test", id]).expect(0));
        let told = receiver.next();
        assert_eq!(told["event"], "hook.tested", "{told}");
        // The library knows the first secret only, which signs for a day after the rotation.
        assert_eq!(told["valid"], true, "{told}");
        for other in ["tampered", "late", "foreign"] {
            assert_eq!(told[other], false, "{other}: {told}");
        }
    }
}

#[test]
fn a_secret_that_was_shown_before_fails_the_script_that_asks_for_it() {
    let home = Home::new();
    assert!(!home.run(["hooks", "secret"]).expect(0).stdout.is_empty());
    let again = home.run(["hooks", "secret"]).expect(2);
    assert!(again.stdout.is_empty() && again.err().contains("was shown before"), "{again}");
    assert!(again.err().contains("demoscope hooks secret --rotate"), "{again}");
    let json = home.run(["hooks", "secret", "--json"]).expect(2);
    assert!(json.json()["secret"].is_null() && json.err().contains("was shown before"), "{json}");
}

/// One request, taken with a 200: its headers, and its body.
fn caught(listener: &TcpListener) -> (String, String) {
    let (mut stream, _) = listener.accept().unwrap();
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.to_lowercase().lines().find_map(|line| {
        line.strip_prefix("content-length: ").map(|length| length.parse().unwrap())
    });
    let mut body = vec![0; length.unwrap()];
    stream.read_exact(&mut body).unwrap();
    stream.write_all(b"HTTP/1.1 200 Yes\r\ncontent-length: 0\r\n\r\n").unwrap();
    (head, String::from_utf8(body).unwrap())
}

#[test]
fn receivers_in_two_languages_take_the_result_of_an_evaluation_and_refuse_a_changed_one() {
    let home = Home::new();
    let mut daemon = Daemon::spawn_at(&home, None, "127.0.0.1:0");
    let at = address(&daemon.wait_ready(&home));
    let made = ["keys", "create", "--dialect", "refynd", "--allow-private", "--json"];
    let key = home.run(made).expect(0).json()["key"].as_str().unwrap().to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/told", listener.local_addr().unwrap());
    let order = serde_json::json!({
        "content": "10 Morning Habits That Changed My Life",
        "contentType": "youtube",
        "panelSize": 10,
        "webhookUrl": url,
    });
    let sent = ask(at, &request("POST", "/api/v1/evaluate", Some(&key), &order.to_string()));
    assert_eq!(sent.status, 200, "{sent:?}");
    let run = sent.json()["data"]["testRunId"].as_str().unwrap().to_owned();
    let (head, body) = caught(&listener);
    let asked = request("GET", &format!("/api/v1/results/{run}"), Some(&key), "");
    assert_eq!(body, ask(at, &asked).body, "byte for byte");
    let headers: String = head
        .lines()
        .filter(|line| line.to_lowercase().starts_with("x-refynd-"))
        .map(|line| format!("{line}\r\n"))
        .collect();
    let changed = body.replacen("complete", "complate", 1);
    for (program, file) in RECEIVERS {
        let Some(mut receiver) = Receiver::start(program, file, "refynd", &key, "200") else {
            continue;
        };
        for (what, sent, valid) in [("as sent", &body, true), ("changed", &changed, false)] {
            let status = post(&receiver.url, "/told", &headers, sent);
            let told = receiver.next();
            assert_eq!((status == 200, &told["valid"]), (valid, &valid.into()), "{what}: {told}");
            assert_eq!(
                (&told["event"], &told["id"]),
                (&"evaluation.complete".into(), &run[..].into())
            );
        }
    }
}

#[test]
fn a_study_tells_its_end_and_a_killed_daemon_sends_the_same_delivery_again() {
    let home = Home::new();
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let (program, file) = RECEIVERS[1];
    let Some(mut receiver) = Receiver::start(program, file, "standard", secret, "500,200") else {
        return;
    };
    let how = ["--allow-private", "--events", "study.completed", "--secret-env", "HOOK_SECRET"];
    let add = home.command(["hooks", "add", &receiver.url].into_iter().chain(how));
    drop(add.env("HOOK_SECRET", secret).run().expect(0));
    home.write("idea.md", "---\npanel: 20\nseed: 7\n---\nA kettle that texts you when it boils.\n");
    drop(home.run(["run", "idea.md"]).expect(0));
    let first = receiver.next();
    assert_eq!((&first["valid"], &first["event"]), (&true.into(), &"study.completed".into()));
    home.kill_all();
    // The next command starts a daemon, which goes on with what the store says.
    drop(home.run(["hooks", "list"]).expect(0));
    let second = receiver.next();
    assert_eq!((&second["id"], &second["valid"]), (&first["id"], &true.into()));
    wait::until("taken", SOON, || {
        let listed = ["hooks", "deliveries", "--state", "delivered", "--json"];
        let listed = home.run(listed).expect(0).json();
        (listed.as_array().unwrap().len() == 1).then_some(())
    });
    drop(home.run(["doctor"]).expect(0));
}

#[test]
fn addresses_of_this_machine_need_the_owners_word_and_a_file_cannot_give_it() {
    let home = Home::new();
    for url in
        ["http://127.0.0.1:9/", "https://127.0.0.1:9000/", "https://localhost/", "https://0x7f.1/"]
    {
        drop(home.run(["hooks", "add", url]).expect(2).says("address cannot be used"));
    }
    let never = ["hooks", "add", "https://169.254.169.254/", "--allow-private"];
    drop(home.run(never).expect(2).says("address cannot be used"));
    home.write(
        "idea.md",
        "---\nwebhook: https://127.0.0.1/\n---\nA kettle that texts you when it boils.\n",
    );
    drop(home.run(["run", "idea.md"]).expect(2).says("idea.md:2").says("'webhook' cannot be used"));
}

/// HMAC-SHA256 as its standard writes it, in hexadecimal.
pub(crate) fn hmac(key: &str, message: &str) -> String {
    use sha2::{Digest as _, Sha256};
    let pad = |with: u8| {
        let mut block = [0_u8; 64];
        block[..key.len()].copy_from_slice(key.as_bytes());
        block.map(|byte| byte ^ with)
    };
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(message).finalize();
    let outer = Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize();
    outer.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Posts a body to the listener; returns the status.
fn post(address: &str, path: &str, headers: &str, body: &str) -> u16 {
    posted(address, path, headers, body).split(' ').nth(1).unwrap().parse().unwrap()
}

/// Posts a body to the listener; returns the whole reply.
pub(crate) fn posted(address: &str, path: &str, headers: &str, body: &str) -> String {
    let host = address.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    reply
}

#[test]
fn a_push_evaluates_a_watched_file_and_what_is_not_signed_does_nothing() {
    let home = Home::new();
    let kettle = |cost: u32| {
        let text = format!("A kettle that texts you when it boils. It costs {cost} dollars.");
        home.write("kettle.md", format!("---\nname: Kettle\npanel: 20\nseed: 7\n---\n{text}\n"));
    };
    kettle(200);
    // The command that starts the daemon says where it listens.
    let add = home.command(["watch", "add", "kettle.md"]);
    drop(add.env("DEMOSCOPE_HTTP_LISTEN", "127.0.0.1:0").run().expect(0));
    let version = |wanted: u64| {
        wait::until("that version has its result", SOON, || {
            let listed = home.run(["watch", "list", "--json"]).expect(0).json();
            let file = &listed["files"][0];
            (file["version"] == wanted && file["state"] == "completed").then_some(())
        });
    };
    version(1);
    let secret = "a-secret-of-this-very-test";
    let how = ["--kind", "github", "--do", "evaluate=kettle.md", "--secret-env", "HOOK_SECRET"];
    let add = home.command(["hooks", "sources", "add", "site"].into_iter().chain(how));
    drop(add.env("HOOK_SECRET", secret).run().expect(0).says("/hooks/in/site"));
    let status = home.run(["daemon", "status", "--json"]).expect(0).json();
    let address = status["http"].as_str().unwrap().to_owned();
    let body = r#"{"ref":"refs/heads/main"}"#;
    let headers = |id: &str, key: &str| {
        let tag = hmac(key, body);
        format!(
            "x-hub-signature-256: sha256={tag}\r\nx-github-delivery: {id}\r\nx-github-event: push\r\n"
        )
    };
    kettle(20);
    assert_eq!(post(&address, "/hooks/in/site", &headers("d1", "another"), body), 401);
    assert_eq!(post(&address, "/hooks/in/nowhere", &headers("d1", secret), body), 401);
    let hop = format!("{}demoscope-hop: 3\r\n", headers("d0", secret));
    let looped = posted(&address, "/hooks/in/site", &hop, body);
    assert!(
        looped.starts_with("HTTP/1.1 508 ") && looped.contains("\"code\":\"loop\""),
        "{looped}"
    );
    assert!(looped.contains("\"hints\":[\""), "{looped}");
    let began = Instant::now();
    assert_eq!(post(&address, "/hooks/in/site", &headers("d1", secret), body), 202);
    say(&format!("a hook was taken within {} ms", began.elapsed().as_millis()));
    assert_eq!(post(&address, "/hooks/in/site", &headers("d1", secret), body), 202, "once more");
    version(2);
    let received = wait::until("it was acted on", SOON, || {
        let all = home.run(["hooks", "sources", "received", "--json"]).expect(0).json();
        (all[0]["state"] == "done").then_some(all)
    });
    assert_eq!(received.as_array().unwrap().len(), 1, "{received}");
    let studies = home.run(["list", "--json"]).expect(0).json();
    assert_eq!(studies.as_array().unwrap().len(), 2, "each text was asked about once");
}

/// A receiver that fails in every way, by chance; and what it took, by id.
struct Flapping {
    url: String,
    taken: Arc<Mutex<BTreeMap<String, usize>>>,
    is_dead: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
}

impl Flapping {
    fn start(seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let taken: Arc<Mutex<BTreeMap<String, usize>>> = Arc::default();
        let (is_dead, asked): (Arc<AtomicBool>, Arc<AtomicUsize>) = <_>::default();
        let shared = (Arc::clone(&taken), Arc::clone(&is_dead), Arc::clone(&asked));
        std::thread::spawn(move || {
            for (number, stream) in (seed..).zip(listener.incoming()) {
                let shared = (Arc::clone(&shared.0), Arc::clone(&shared.1), Arc::clone(&shared.2));
                std::thread::spawn(move || {
                    if let Ok(stream) = stream {
                        let _broken = Self::answer(stream, number, &shared);
                    }
                });
            }
        });
        Self { url, taken, is_dead, asked }
    }

    #[expect(clippy::type_complexity, reason = "it is taken apart at once")]
    fn answer(
        mut stream: TcpStream,
        number: u64,
        (taken, is_dead, asked): &(
            Arc<Mutex<BTreeMap<String, usize>>>,
            Arc<AtomicBool>,
            Arc<AtomicUsize>,
        ),
    ) -> std::io::Result<()> {
        asked.fetch_add(1, Ordering::SeqCst);
        if is_dead.load(Ordering::SeqCst) {
            return Ok(());
        }
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte)? == 1 {
            head.push(byte[0]);
        }
        let head = String::from_utf8_lossy(&head).to_lowercase();
        let id =
            head.lines().find_map(|line| line.strip_prefix("webhook-id: ")).unwrap_or_default();
        let chance = Chance::from_seed(number).below(100);
        match chance {
            // 30 % fail, 10 % say nothing, 5 % break off.
            0..30 => stream.write_all(b"HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n"),
            30..40 => {
                std::thread::park_timeout(Duration::from_secs(11));
                Ok(())
            }
            40..45 => Ok(()),
            _ => {
                *taken.lock().unwrap().entry(id.to_owned()).or_default() += 1;
                stream.write_all(b"HTTP/1.1 204 Yes\r\ncontent-length: 0\r\n\r\n")
            }
        }
    }
}

/// The long form of the promise: 1,000 deliveries, ten kills, a receiver that is dead for a minute, and one that is well.
#[test]
fn every_delivery_to_a_flapping_receiver_arrives_or_is_a_dead_letter_and_delays_no_other() {
    if std::env::var_os("DEMOSCOPE_LONG").is_none() {
        say("SKIPPED: a thousand deliveries take minutes; set DEMOSCOPE_LONG");
        return;
    }
    let home = Home::new();
    let (flapping, well) = (Flapping::start(7), Flapping::start(1_000_000));
    let add = |url: &str| {
        let added =
            home.run(["hooks", "add", url, "--allow-private", "--events", "study.*", "--json"]);
        added.expect(0).json()["endpoint"]["id"].as_str().unwrap().to_owned()
    };
    let one = add(&flapping.url);
    home.write("idea.md", "---\npanel: 1\n---\nA kettle that texts you when it boils.\n");
    let mut kills = 0;
    for study in 0..250 {
        drop(home.run(["run", "idea.md", "--detach", "--seed", &study.to_string()]).expect(0));
        if study % 25 == 24 {
            home.kill_all();
            kills += 1;
        }
        match study {
            100 => flapping.is_dead.store(true, Ordering::SeqCst),
            // A minute of studies later, or so.
            200 => flapping.is_dead.store(false, Ordering::SeqCst),
            _ => {}
        }
    }
    flapping.is_dead.store(false, Ordering::SeqCst);
    assert_eq!(kills, 10);
    // While the first one is slow, the other is told at once.
    let other = add(&well.url);
    let began = Instant::now();
    drop(home.run(["hooks", "test", &other]).expect(0));
    wait::until("the other is told", SOON, || {
        (well.asked.load(Ordering::SeqCst) > 0).then_some(())
    });
    say(&format!("the other endpoint was told after {} ms", began.elapsed().as_millis()));
    assert!(began.elapsed() < Duration::from_secs(2));
    let all = wait::until("nothing is pending", Duration::from_secs(900), || {
        let query = ["hooks", "deliveries", "--endpoint", &one, "--limit", "5000", "--json"];
        let all = home.run(query).expect(0).json().as_array().unwrap().clone();
        all.iter().all(|delivery| delivery["state"] != "pending").then_some(all)
    });
    let taken = flapping.taken.lock().unwrap().clone();
    let (mut delivered, mut dead) = (0, 0);
    for delivery in &all {
        let id = delivery["id"].as_str().unwrap();
        match delivery["state"].as_str().unwrap() {
            "delivered" => {
                delivered += 1;
                assert!(taken.contains_key(id), "{delivery}");
            }
            _ => dead += 1,
        }
    }
    let repeated = taken.values().filter(|times| **times > 1).count();
    say(&format!(
        "{} deliveries: {delivered} taken, {dead} dead letters, {repeated} taken more than once, {} requests",
        all.len(),
        flapping.asked.load(Ordering::SeqCst)
    ));
    assert!(all.len() >= 1_000, "{}", all.len());
    let ids: std::collections::BTreeSet<&str> =
        all.iter().map(|delivery| delivery["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), all.len());
    assert!(taken.keys().all(|id| ids.contains(id.as_str())), "nothing came from nowhere");
    drop(home.run(["doctor"]).expect(0));
}
