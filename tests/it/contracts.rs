//! The contracts of the HTTP doors, by programs that know nothing of the daemon: the golden pairs are replayed, and the
//! clients of the contract's examples run, with `python3` and `node` where these are present.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Command, Output};

use harness::http::{address, key};
use harness::program::{self, is_long, repository};
use harness::{Daemon, Home, Link, Sabotage, say};
use protocol::credits::Credits;
use protocol::key::{Dialect, KeyScope};

/// Pairs that are replayed each time; all of them, in the long form.
const SHORT: [&str; 24] = [
    "instantfocus/evaluate_concept_test",
    "instantfocus/evaluate_400_several_faults",
    "instantfocus/evaluate_idempotency_mismatch",
    "instantfocus/job_completed_ab_test",
    "instantfocus/usage_after_use",
    "instantfocus/evaluate_unknown_fields",
    "instantfocus/evaluate_402_dollar_cap",
    "instantfocus/evaluate_500_nothing_delivered",
    "instantfocus/evaluate_stimulus_is_data",
    "instantfocus/evaluate_survey_questions_as_sent",
    "instantfocus/job_pending",
    "demoscope/export",
    "demoscope/rank",
    "listener/needs_a_key",
    "refynd/evaluate_422_several_faults",
    "refynd/evaluate_price_of_competitors",
    "refynd/evaluate_402_dollar_cap",
    "refynd/evaluate_500",
    "refynd/results_in_part",
    "refynd/results_content_comes_back",
    "refynd/results_complete_with",
    "refynd/results_stopped_early",
    "refynd/webhook_422_private",
    "refynd/webhook_complete",
];

/// Pairs that no daemon under test can be made to fit from outside, with the test within the daemon that has them.
const WITHIN: [(&str, &str, &str); 1] = [(
    "instantfocus/job_finalizing",
    "daemon/src/gateway/http/instantfocus/tests.rs",
    "a_job_whose_results_are_computed_is_finalizing",
)];

/// What the daemons of the long form are started with: the settings, and the word that they make true.
const STARTED_WITH: [(&str, &str); 1] = [("[http]\nsync_wait = 1\n", "sync_wait:1")];

/// Settings of the daemon under test: one place at work, no credits but those that are granted, and a priced engine that no
/// pair gets as far as to call.
const SETTINGS: &str = "[backup]\ndaily = false\n[limits]\nstudies_running = 1\n[credits.tiers]\nlocal = 0\n\
    [engine.priced]\nkind = \"openai\"\nbase_url = \"http://127.0.0.1:9/v1\"\nmodel = \"priced-1\"\napi_key_env = \"\"\n\
    price = { input = 1.0, output = 2.0 }\n";

/// How requests are generated: the same ones each time. Whether a request must be refused that the description does not allow,
/// or taken that it allows, is left to the golden pairs: it does not tell which texts are English, or which studies there are.
const GENERATED: [&str; 8] = [
    "--phases=examples,coverage,fuzzing",
    "--checks=not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,\
     response_schema_conformance,unsupported_method,allow_header_conformance,ignored_auth",
    "--max-examples=60",
    "--seed=17",
    "--workers=2",
    "--request-timeout=150",
    "--suppress-health-check=all",
    "--no-color",
];

/// A program of `tests/clients`, if what runs it is there.
fn client(with: &str, path: &str) -> Option<Command> {
    let is_there = Command::new(with).arg("--version").output().is_ok_and(|it| it.status.success());
    if !is_there {
        say(&format!("{with} is not here: {path} is not run"));
        return None;
    }
    let mut command = Command::new(with);
    command.arg(clients().join(path)).env("PYTHONDONTWRITEBYTECODE", "1");
    Some(command)
}

fn clients() -> PathBuf {
    repository().join("tests/clients")
}

fn start(home: &Home, fault: Option<Sabotage>) -> (Daemon, Link, String) {
    let mut daemon = Daemon::spawn_at(home, fault, "127.0.0.1:0");
    let link = daemon.wait_ready(home);
    let base = format!("http://{}", address(&link));
    (daemon, link, base)
}

/// Replays pairs against a daemon under test that was started with more settings; says which were run, and which not.
fn replayed(settings: &str, options: &[&str]) -> Option<[BTreeSet<String>; 2]> {
    let mut replay = client("python3", "contracts/replay.py")?;
    let home = Home::with_settings(&format!("{SETTINGS}{settings}"));
    let (_daemon, _link, base) = start(&home, Some(Sabotage::Engines));
    let output = replay
        .args(["--under-test", "--true", "providers:none"])
        .args(options)
        .env("BASE_URL", base)
        .env("DEMOSCOPE", program::path())
        .env("DEMOSCOPE_HOME", home.root())
        .output()
        .unwrap();
    Some(summary(&output))
}

/// What a replay says of the files that were run and skipped, where none failed.
fn summary(output: &Output) -> [BTreeSet<String>; 2] {
    let text = told(output);
    let last =
        String::from_utf8_lossy(&output.stdout).lines().last().unwrap_or_default().to_owned();
    let summary: serde_json::Value =
        serde_json::from_str(&last).unwrap_or_else(|_| panic!("{text}"));
    let failed = summary["files_failed"].as_array().unwrap();
    assert!(failed.is_empty(), "{failed:?}\n{text}");
    ["files_run", "files_skipped"].map(|list| {
        let names = summary[list].as_array().unwrap().iter();
        names.map(|name| name.as_str().unwrap().to_owned()).collect()
    })
}

fn told(output: &Output) -> String {
    format!(
        "{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[test]
fn the_golden_pairs_are_kept() {
    let names: &[&str] = if is_long() { &[] } else { &SHORT };
    let Some([run, skipped]) = replayed("", names) else { return };
    if !is_long() {
        assert!(skipped.is_empty() && run.len() >= SHORT.len(), "{skipped:?} of {run:?}");
        return;
    }
    let mut all = run;
    for (settings, word) in STARTED_WITH {
        let Some([run, _]) = replayed(settings, &["--true", word, "--only", word]) else { return };
        all.extend(run);
    }
    all.extend(WITHIN.map(|(pair, ..)| pair.to_owned()));
    let left: Vec<&String> = skipped.difference(&all).collect();
    assert!(left.is_empty(), "nothing runs {left:?}");
}

#[test]
fn every_golden_pair_is_run_by_a_test() {
    let Some(mut check) = client("python3", "contracts/replay.py") else { return };
    let words = STARTED_WITH.iter().flat_map(|(_, word)| ["--true", word]);
    check.args(["--check", "--under-test", "--true", "providers:none"]).args(words);
    let [run, skipped] = summary(&check.output().unwrap());
    let within: BTreeSet<String> = WITHIN.map(|(pair, ..)| pair.to_owned()).into();
    assert_eq!(skipped, within, "of {} that can be run", run.len());
    for (_, file, test) in WITHIN {
        let source = std::fs::read_to_string(repository().join(file)).unwrap();
        assert!(source.contains(&format!("async fn {test}()")), "{file} has no {test}");
    }
    for name in SHORT {
        assert!(run.iter().any(|known| known.contains(name)), "there is no {name}");
    }
}

#[test]
fn the_clients_of_both_contracts_work_unchanged() {
    let home = Home::new();
    let (_daemon, link, base) = start(&home, None);
    let _balance = link.grant(Credits(100_000)).unwrap();
    let keys = [Dialect::InstantFocus, Dialect::Refynd]
        .map(|dialect| (dialect, key(&home, dialect, KeyScope::Run)));
    for (with, file) in
        [("python3", "example.py"), ("node", "poller.mjs"), ("bash", "quick_start.sh")]
    {
        for (dialect, key) in &keys {
            let path = format!("{dialect}/{file}");
            let Some(mut client) = client(with, &path) else { continue };
            let output = client.env("BASE_URL", &base).env("API_KEY", key).output().unwrap();
            assert!(output.status.success(), "{path}: {}", told(&output));
        }
    }
}

/// The examples of the README are programs that work as they stand.
#[test]
fn the_examples_of_the_readme_run() {
    let readme = std::fs::read_to_string(repository().join("README.md")).unwrap();
    let home = Home::new();
    let (_daemon, _link, base) = start(&home, None);
    let key = key(&home, Dialect::Demoscope, KeyScope::Run);
    for (language, with, file) in
        [("python", "python3", "example.py"), ("javascript", "node", "example.mjs")]
    {
        let (_, behind) = readme.split_once(&format!("```{language}\n")).expect(language);
        let (source, _) = behind.split_once("```").unwrap();
        let path = home.folder().join(file);
        std::fs::write(&path, source).unwrap();
        let output =
            Command::new(with).arg(&path).env("BASE_URL", &base).env("API_KEY", &key).output();
        let Ok(output) = output else {
            say(&format!("SKIPPED: {with} is not here: the example of the README was not run"));
            continue;
        };
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{language}: {}", told(&output));
        assert!(printed.contains("synthetic, offline-reader/"), "{language}: {printed}");
    }
}

/// Programs that generate requests from the description of the doors, among them many that must be refused; a long check.
#[test]
fn the_description_holds_for_generated_requests() {
    if !is_long() {
        return;
    }
    let program = std::env::var("SCHEMATHESIS").unwrap_or_else(|_| "schemathesis".to_owned());
    let is_there = Command::new(&program).arg("--version").output();
    if !is_there.is_ok_and(|it| it.status.success()) {
        say(&format!(
            "SKIPPED: {program} is not here (pip install schemathesis, or name it in $SCHEMATHESIS): no requests were generated \
             from /openapi.json"
        ));
        return;
    }
    let home = Home::new();
    let (_daemon, link, base) = start(&home, None);
    let _balance = link.grant(Credits(100_000_000)).unwrap();
    for dialect in [Dialect::InstantFocus, Dialect::Refynd, Dialect::Demoscope] {
        let paths = match dialect {
            Dialect::InstantFocus => "^/v1/",
            Dialect::Refynd => "^/api/v1/",
            Dialect::Demoscope => "^/api/demoscope/v1/",
        };
        let key = key(&home, dialect, KeyScope::Run);
        let output = Command::new(&program)
            .current_dir(home.folder())
            .args(["run", &format!("{base}/openapi.json"), "--include-path-regex", paths])
            .args(["--header", &format!("Authorization: Bearer {key}")])
            .args(GENERATED)
            .output()
            .unwrap();
        assert!(output.status.success(), "{dialect}: {}", told(&output));
    }
}
