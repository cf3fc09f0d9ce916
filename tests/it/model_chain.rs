//! Chains where a language model answers and rewrites, against a mock service with a scripted judge: what is proved, what is
//! denied, what the guard refuses, what it costs, and what a kill costs.

use std::cmp::Ordering;
use std::time::Duration;

use harness::mock_provider::Heard;
use harness::{Act, Daemon, Home, MockProvider, wait};
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
        for (key, kind) in keys.filter(|(_, kind)| kind.starts_with(": 1 to 10")) {
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
    let (_home, ended) = run(&mock, &[]);
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
}

#[test]
fn a_cosmetic_rewrite_is_no_gain() {
    let rewrites = &[
        "Our dinner kit costs $9 a meal, leveraging synergies. It cooks within 20 minutes. Order your first box today.",
    ];
    // A few experts like it a little better, and as many a little less; one more likes it.
    let mock = service(Duration::ZERO, rewrites, |heard, text| {
        let taste = heard.persona.len() % 4;
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
