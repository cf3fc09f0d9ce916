//! Chains where a language model answers and rewrites, against a mock service with a scripted judge: what is proved, what is
//! denied, what the guard refuses, what it costs, and what a kill costs.

use std::cmp::Ordering;
use std::time::Duration;

use harness::http::{address, ask, request};
use harness::mock_provider::Heard;
use harness::{Act, Daemon, Home, MockProvider, wait};
use protocol::credits::UsdMicros;
use protocol::key::{Dialect, KeyCaps, KeyScope, NewKey};
use protocol::run::State;
use serde_json::{Value, json};

/// The fault that the judge minds.
const DEFECT: &str = "leveraging synergies";

const PAGE: &str = "---\nstudy: content_review\ncontent_type: product_page\nrounds: 2\npanel: 10\nseed: 5\nengine: mock\n---\n\n\
    Our dinner kit costs $9 a meal, leveraging synergies. It cooks in 20 minutes. Order your first box today.\n";

const BETTER: &str =
    "Our dinner kit costs $9 a meal. It cooks in 20 minutes. Order your first box today.";

/// What the service answers: rewrites in that text, and scores by that judge of persona and content.
fn service(
    latency: Duration,
    rewrites: &'static [&'static str],
    judge: fn(&Heard, &str) -> u64,
) -> MockProvider {
    MockProvider::start(latency, move |heard| {
        let asked = heard.question.as_str();
        if asked.contains("{\"variants\":") {
            let variants: Vec<Value> = rewrites
                .iter()
                .map(|text| {
                    json!({ "text": text, "principles": ["Took the jargon out"], "dimensions": ["clarity"] })
                })
                .collect();
            return Act::Say(json!({ "variants": variants }).to_string());
        }
        if let Some((_, versions)) = asked.split_once("Version A:") {
            let (a, b) = versions.split_once("Version B:").unwrap();
            let (a, b) = (judge(heard, a), judge(heard, b));
            let better = match a.cmp(&b) {
                Ordering::Less => "b",
                Ordering::Equal => "none",
                Ordering::Greater => "a",
            };
            let choice = json!({ "reasoning": "It is so.", "preference": better, "score_a": a, "score_b": b });
            return Act::Say(choice.to_string());
        }
        let score = judge(heard, asked);
        let form = asked.rsplit_once("nothing else:\n").unwrap().1;
        let keys = form.split('"').skip(1).step_by(2).zip(form.split('"').skip(2).step_by(2));
        let mut answer =
            json!({ "reasoning": "It is so.", "would_click": score > 5, "suggestions": [] });
        for (key, kind) in
            keys.filter(|(_, kind)| kind.starts_with(": a whole number from 1 to 10"))
        {
            assert!(kind.starts_with(':'));
            answer[key] = json!(score);
        }
        Act::Say(answer.to_string())
    })
}

fn minds_the_defect(_: &Heard, text: &str) -> u64 {
    if text.contains(DEFECT) { 4 } else { 8 }
}

fn run(mock: &MockProvider, more: &[&str]) -> (Home, Value) {
    let home = Home::with_settings(&mock.settings(""));
    home.write("page.md", PAGE);
    let args = ["run", "page.md", "--engine", "mock", "--json"];
    let ended = home.run(args.iter().chain(more)).expect(0).json();
    let checks = home.run(["doctor", "--json"]).expect(0).json();
    assert!(checks.as_array().unwrap().iter().all(|check| check["ok"] == true), "{checks}");
    (home, ended)
}

/// What the service was asked, in millionths of a dollar at its price.
fn cost(mock: &MockProvider) -> f64 {
    let each = |heard: &Heard| (heard.system.len() + heard.question.len()) / 4 + 2 * 60;
    mock.told().heard.iter().map(each).sum::<usize>() as f64
}

#[test]
fn a_planted_defect_is_taken_out_and_the_gain_confirmed_and_an_invented_figure_refused() {
    let rewrites = &[BETTER, "Our dinner kit costs $9 a meal and cooks in 5 minutes. Order today."];
    let mock = service(Duration::ZERO, rewrites, minds_the_defect);
    let (home, ended) = run(&mock, &[]);
    let results = &ended["results"];
    let iterations = &results["iterations"];
    assert_eq!(iterations["bestRound"], 2, "{iterations}");
    assert_eq!(iterations["bestContent"], BETTER);
    assert_eq!(iterations["improvement"]["confirmed"], true, "{iterations}");
    assert_eq!(iterations["improvement"]["scoreChange"], 4.0);
    let variants = results["improvedVariants"].as_array().unwrap();
    assert_eq!(variants.len(), 1, "{variants:?}");
    assert_eq!(variants[0]["predictedScore"], 8.0, "it is the panel's");
    assert_eq!(variants[0]["principles"], json!(["Took the jargon out"]));
    let notes = results["diagnostics"]["notes"].to_string();
    assert!(notes.contains("Rewrite 2 of the model was refused: it has the figure '5'"), "{notes}");
    // Ten experts, one writer, ten scores of the rewrite, which are the answers of round 2, and twenty choices.
    assert_eq!(mock.calls(), 10 + 1 + 10 + 20);
    let booked = ended["meta"]["cost_usd"].as_f64().unwrap() * 1e6;
    assert!((booked - cost(&mock)).abs() < 0.5, "{booked} of {}", cost(&mock));
    let lines = evidence(&home);
    let said: Vec<&Value> = lines.iter().filter(|line| line["line"] == "rewriting").collect();
    let exchanges = |line: &Value| -> Vec<Value> {
        let said = line["said"].as_array().unwrap().iter();
        said.flat_map(|said| said["exchanges"].as_array().unwrap().clone()).collect()
    };
    let all: Vec<Value> = said.iter().flat_map(|line| exchanges(line)).collect();
    assert_eq!(all.len(), 11, "the writer's reply and ten scores: {said:?}");
    assert_eq!(said[0]["scored"], json!([BETTER]), "what was refused was scored by nobody");
    assert!(all.iter().all(|one| one["system"].is_string()), "each with its prompt: {all:?}");
    assert!(all[0]["reply"].as_str().unwrap().contains("5 minutes"), "{}", all[0]);
}

/// The lines of the evidence bundle, which replays to the same results.
fn evidence(home: &Home) -> Vec<Value> {
    drop(home.run(["export", "@", "--format", "bundle", "-o", "chain.evidence"]).expect(0));
    let replayed = home.run(["replay", "chain.evidence", "--json"]).expect(0).json();
    assert_eq!((&replayed["identical"], &replayed["without_reply"]), (&json!(true), &json!(0)));
    assert_eq!(replayed["prompts"], replayed["exchanges"], "{replayed}");
    let text = std::fs::read_to_string(home.folder().join("chain.evidence")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A rewrite that the panel likes no better is not taken, and its scores are in the evidence all the same.
#[test]
fn the_evidence_holds_the_scores_of_a_rewrite_that_was_not_taken() {
    const WORSE: &[&str] =
        &["Our dinner kit costs $9 a meal, leveraging synergies. Order your first box today."];
    let mock =
        service(Duration::ZERO, WORSE, |_, text| if text.contains("20 minutes") { 6 } else { 3 });
    let (home, ended) = run(&mock, &["--stop-on-no-gain"]);
    let iterations = &ended["results"]["iterations"];
    assert_eq!(iterations["completedRounds"], 1, "{iterations}");
    assert_eq!(iterations["stopReason"], "no_better_rewrite");
    let lines = evidence(&home);
    let said: Vec<&Value> = lines.iter().filter(|line| line["line"] == "rewriting").collect();
    assert_eq!(said.len(), 10, "one line for each place, the writer's with the first expert's");
    assert_eq!(lines.iter().filter(|line| line["line"] == "rewritten").count(), 1);

    // Not told to stop, the chain asks it all the same; the writer is told what was tried, and the same again is no rewrite.
    let (home, ended) = run(&mock, &["--rounds", "3"]);
    let iterations = &ended["results"]["iterations"];
    assert_eq!((&iterations["completedRounds"], &iterations["bestRound"]), (&json!(2), &json!(1)));
    assert_eq!(iterations["stopReason"], "no_rewrite", "{iterations}");
    let heard = mock.told().heard;
    let told = |heard: &&harness::Heard| heard.question.contains("were tried before");
    let told: Vec<_> = heard.iter().filter(told).collect();
    assert_eq!(told.len(), 1, "at the second rewrite from round 1");
    assert!(told[0].question.contains(&format!("- {}", WORSE[0])), "{}", told[0].question);
    assert!(!evidence(&home).is_empty());
}

#[test]
fn a_cosmetic_rewrite_is_no_gain() {
    let rewrites = &[
        "Our dinner kit costs $9 a meal, leveraging synergies. It cooks within 20 minutes. Order your first box today.",
    ];
    // A few experts like it a little better, and as many a little less; one more likes it.
    let mock = service(Duration::ZERO, rewrites, |heard, text| {
        let taste = (heard.persona.len() + 2) % 4;
        match (text.contains("within"), taste) {
            (true, 0) => 4,
            (true, 1 | 2) => 6,
            _ => 5,
        }
    });
    let (_home, ended) = run(&mock, &["--panel", "20"]);
    let iterations = &ended["results"]["iterations"];
    let improvement = &iterations["improvement"];
    assert_eq!(iterations["bestRound"], 2, "the rewrite scored higher by chance: {iterations}");
    let low = improvement["interval"][0].as_f64().unwrap();
    assert!(low <= 0.0, "{improvement}");
    assert_eq!(improvement["confirmed"], false, "{improvement}");
}

#[test]
fn the_preview_counts_the_calls_of_rewrites_and_the_study_s_cap_keeps_them_out() {
    let mock = service(Duration::ZERO, &[BETTER], minds_the_defect);
    let home = Home::with_settings(&mock.settings(""));
    home.write("page.md", PAGE);
    let dry = home.run(["run", "page.md", "--engine", "mock", "--dry-run", "--json"]).expect(0);
    let calls = dry.json()["calls"].as_array().unwrap().clone();
    let counts: Vec<_> = calls.iter().map(|of| of["count"].as_u64().unwrap()).collect();
    assert_eq!(counts, [10, 1, 20, 20], "{calls:?}");
    // Room for the answers of the first round, and for no score of a rewrite beside them.
    let ended =
        home.run(["run", "page.md", "--engine", "mock", "--json", "--max-cost-usd", "0.012"]);
    let ended = ended.json();
    assert_eq!(ended["study"]["state"], "completed", "{ended}");
    let notes = ended["results"]["diagnostics"]["notes"].to_string();
    assert!(
        notes.contains("the study's cost cap of $0.0120 leaves no room for another call"),
        "{notes}"
    );
    assert_eq!(ended["results"]["iterations"]["stopReason"], "rewriting_failed", "{ended}");
    assert!(mock.calls() <= 11, "{}", mock.calls());
    let spent = ended["meta"]["cost_usd"].as_f64().unwrap();
    assert!(spent > 0.0 && spent <= 0.012, "{spent}");
}

#[test]
fn a_killed_rewrite_goes_on_from_the_response_cache() {
    let rewrites = &[BETTER];
    let undisturbed = service(Duration::ZERO, rewrites, minds_the_defect);
    let (_home, expected) = run(&undisturbed, &[]);
    for until in [11, 14, 19] {
        let mock = service(Duration::from_millis(15), rewrites, minds_the_defect);
        let home = Home::with_settings(&mock.settings("concurrency = 2"));
        let mut daemon = Daemon::spawn(&home, None);
        let link = daemon.wait_ready(&home);
        let id = link.take_on(PAGE).unwrap().id;
        let bound = Duration::from_secs(30);
        wait::until("the rewrite is scored", bound, || (mock.calls() >= until).then_some(()));
        daemon.kill();
        daemon = Daemon::spawn(&home, None);
        let link = daemon.wait_ready(&home);
        let ended = wait::for_study(&link, id, "an end", |study| study.state.is_final());
        assert_eq!(ended.state, State::Completed, "{:?}", ended.reason);
        let report = link.report(id).unwrap();
        let results = serde_json::to_value(&report.results).unwrap();
        assert_eq!(results["iterations"], expected["results"]["iterations"]);
        // At most the calls in flight and those not stored yet were made twice.
        assert!(mock.calls() <= undisturbed.calls() + 6, "{}", mock.calls());
        let booked = report.meta.cost_usd * 1e6;
        assert!(booked + 0.5 >= cost(&mock), "{booked} of {}", cost(&mock));
    }
}

/// What the service answers where it is to write competitors, as often as it is asked; anything else gets scores.
fn with_competitors(replies: &'static [&'static str]) -> MockProvider {
    let asked = std::sync::atomic::AtomicUsize::new(0);
    let scores = judge_alone;
    MockProvider::start(Duration::ZERO, move |heard| {
        if heard.question.contains("{\"competitors\":") {
            let turn = asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            return Act::Say(replies[turn.min(replies.len() - 1)].to_owned());
        }
        if heard.question.contains("{\"variants\":") {
            return Act::Say("{\"variants\": [{\"text\": \"\"}]}".to_owned());
        }
        scores(heard)
    })
}

/// The scores of one expert, whatever the content.
fn judge_alone(heard: &Heard) -> Act {
    let form = heard.question.rsplit_once("nothing else:\n").unwrap().1;
    let keys = form.split('"').skip(1).step_by(2).zip(form.split('"').skip(2).step_by(2));
    let mut answer = json!({ "reasoning": "It is so.", "would_click": true, "suggestions": [] });
    for (key, _) in keys.filter(|(_, kind)| kind.starts_with(": a whole number from 1 to 10")) {
        answer[key] = json!(6);
    }
    Act::Say(answer.to_string())
}

const RIVALS: &str = "{\"competitors\": [\"Soup for the whole week\", \"Cook less, eat better\", \"Dinner without a shop\", \"Fresh fish on Fridays\"]}";

#[test]
fn a_model_writes_the_competitors_once_and_every_later_start_has_the_same() {
    let mock = with_competitors(&["I would rather not.", RIVALS]);
    let home = Home::with_settings(&mock.settings(""));
    home.write("page.md", PAGE);
    let args = [
        "run",
        "page.md",
        "--engine",
        "mock",
        "--rounds",
        "1",
        "--competitors-generated",
        "--json",
    ];
    let dry = home.run(args.iter().chain(&["--dry-run"])).expect(0).json();
    let counts: Vec<_> =
        dry["calls"].as_array().unwrap().iter().map(|of| of["count"].as_u64().unwrap()).collect();
    // The experts, who writes the competitors, and the rewrite of one round with its scores.
    assert_eq!(counts, [10, 1, 1, 20, 0], "{}", dry["calls"]);
    assert!(dry["credits"].as_i64().unwrap() > 75, "{}", dry["credits"]);
    let ended = home.run(args).expect(0).json();
    // One reply that could not be read, the next one, ten experts, who all see the same, and one that was to rewrite.
    assert_eq!(mock.calls(), 2 + 10 + 1);
    let told = mock.told();
    let is_expert = |heard: &&Heard| heard.question.contains("nothing else:\n- \"reasoning\"");
    let experts: Vec<_> = told.heard.iter().filter(is_expert).collect();
    assert_eq!(experts.len(), 10);
    for heard in experts {
        assert!(heard.question.contains("Cook less, eat better"), "{}", heard.question);
    }
    let booked = ended["meta"]["cost_usd"].as_f64().unwrap() * 1e6;
    assert!((booked - cost(&mock)).abs() < 0.5, "{booked} of {}", cost(&mock));
    // Asked again, the whole study comes from the response cache, also what the model wrote; a reply that could not be read is asked
    // for again.
    let again = home.run(args.iter().chain(&["--seed", "5"])).expect(0).json();
    assert_eq!(mock.calls(), 14);
    assert_eq!(again["results"], ended["results"]);
    drop(home.run(["export", "@", "--format", "bundle", "-o", "study.evidence"]).expect(0));
    drop(home.run(["replay", "study.evidence"]).expect(0));
    let checks = home.run(["doctor", "--json"]).expect(0).json();
    assert!(checks.as_array().unwrap().iter().all(|check| check["ok"] == true), "{checks}");
}

#[test]
fn competitors_that_cannot_be_written_end_the_study_with_the_reason_and_the_refund() {
    let mock = with_competitors(&["{\"competitors\": [\"One only\"]}"]);
    let home = Home::with_settings(&mock.settings(""));
    home.write("page.md", PAGE);
    let balance = |home: &Home| home.run(["credits", "--json"]).expect(0).json();
    let before = balance(&home)["balance"].clone();
    let ended = home
        .run(["run", "page.md", "--engine", "mock", "--competitors-generated", "--json"])
        .expect(4);
    let study = &ended.json()["study"];
    assert_eq!(study["state"], "failed", "{study}");
    let reason = study["reason"].as_str().unwrap();
    assert!(reason.starts_with("the competitors could not be written"), "{reason}");
    assert_eq!(mock.calls(), 3, "asked once and re-asked twice");
    assert_eq!(balance(&home)["balance"], before);
    let checks = home.run(["doctor", "--json"]).expect(0).json();
    assert!(checks.as_array().unwrap().iter().all(|check| check["ok"] == true), "{checks}");
}

#[test]
fn a_rewrite_that_is_empty_identical_or_too_long_is_refused_and_told() {
    let long: &'static str = "Our dinner kit costs $9 a meal. ".repeat(1_600).leak();
    let same = "Our dinner kit costs $9 a meal, leveraging synergies. It cooks in 20 minutes. Order your first box today.";
    for (rewrites, why) in [
        (vec![""], "it is empty"),
        (vec![same], "it says the same in the same words"),
        (vec![long], "at most 50000 are allowed"),
    ] {
        let rewrites: &'static [&'static str] = rewrites.leak();
        let mock = service(Duration::ZERO, rewrites, minds_the_defect);
        let (_home, ended) = run(&mock, &[]);
        let notes = ended["results"]["diagnostics"]["notes"].to_string();
        assert!(notes.contains(why), "{why}: {notes}");
        assert_eq!(ended["results"]["iterations"]["bestRound"], 1, "{why}");
    }
}

#[test]
fn a_chain_whose_rewriting_fails_says_that_and_why() {
    let broken = json!({ "error": { "message": "The press is out of order." } });
    let better = json!({ "variants": [{ "text": BETTER }] }).to_string();
    for (writer, why) in [
        (Act::Fail(400, Vec::new(), broken), "out of order"),
        (Act::Say("There you are.".to_owned()), ""),
        (Act::Say(better), "a rewrite was left out, because"),
    ] {
        let mock = MockProvider::start(Duration::ZERO, move |heard| {
            if heard.question.contains("{\"variants\":") {
                return writer.clone();
            }
            // About half of those who are to score the rewrite say nothing that can be read.
            if !heard.question.contains(DEFECT) && heard.persona.len() % 2 == 0 {
                return Act::Say("There you are.".to_owned());
            }
            judge_alone(heard)
        });
        let (_home, ended) = run(&mock, &["--rounds", "3"]);
        let iterations = &ended["results"]["iterations"];
        assert_eq!(iterations["completedRounds"], 1, "{iterations}");
        assert_eq!(iterations["stopReason"], "rewriting_failed", "{iterations}");
        let told = iterations["stopDetail"].as_str().unwrap();
        assert!(!told.is_empty() && told.contains(why), "{told}");
        let notes = ended["results"]["diagnostics"]["notes"].to_string();
        assert!(notes.contains("was not rewritten") || notes.contains("was left out"), "{notes}");
    }
}

#[test]
fn a_chain_whose_rewriting_fails_tells_refynd_what_came_back() {
    let mock = MockProvider::start(Duration::ZERO, |heard| {
        if heard.question.contains("{\"variants\":") {
            return Act::Say("There you are.".to_owned());
        }
        judge_alone(heard)
    });
    let home = Home::with_settings(&mock.settings(""));
    let mut daemon = Daemon::spawn_at(&home, None, "127.0.0.1:0");
    let link = daemon.wait_ready(&home);
    let caps = KeyCaps { cost_per_day: Some(UsdMicros(5_000_000)), ..KeyCaps::default() };
    let (dialect, scope, engine) = (Dialect::Refynd, KeyScope::Run, Some("mock".to_owned()));
    let new = NewKey { dialect, scope, name: None, engine, caps, allow_private: false };
    let key = link.create_key(new).unwrap().key;
    let content = PAGE.rsplit_once("---\n\n").unwrap().1;
    let order = json!({
        "content": content, "contentType": "product_page", "panelSize": 10, "rounds": 3,
    });
    let at = address(&link);
    let sent = ask(at, &request("POST", "/api/v1/evaluate", Some(&key), &order.to_string())).json();
    let run = sent["data"]["testRunId"].as_str().unwrap_or_else(|| panic!("{sent}")).to_owned();
    let _ended = wait::for_end(&link, run.parse().unwrap());
    let path = format!("/api/v1/results/{run}");
    let told = ask(at, &request("GET", &path, Some(&key), "")).json()["data"].take();
    assert_eq!(told["iterations"]["stopReason"], "rewriting_failed", "{told}");
    let money =
        [&sent["data"]["creditsCharged"], &told["creditsCharged"], &told["creditsRefunded"]];
    assert_eq!(money.map(|of| of.as_i64().unwrap()), [90, 30, 60], "{told}");
}
