//! Tests of the first command in the README, and of the documented behaviour of `run` for people and scripts.

use std::collections::BTreeSet;

use harness::mock_provider::MockProvider;
use harness::{Home, program, shape, studies, terminal};
use protocol::run::State;
use rustix::process::Signal;

/// The study file that the README's first command runs.
fn readme_example() -> String {
    let readme = std::fs::read_to_string(program::repository().join("README.md")).unwrap();
    let command = readme.lines().find(|line| line.contains("cargo run --release -- run ")).unwrap();
    let file = command.split_whitespace().last().unwrap();
    program::repository().join(file).to_str().unwrap().to_owned()
}

#[test]
fn the_readmes_first_command_prints_a_report() {
    let home = Home::new();
    let ended = home.run(["run", &readme_example()]).expect(0);
    assert!(terminal::dangers(&ended.stdout).is_empty(), "{ended}");
    let report = ended.out();
    for expected in ["Meal kit that learns", "200", "seed 7", "synthetic", "demoscope "] {
        assert!(report.to_lowercase().contains(&expected.to_lowercase()), "{expected}: {ended}");
    }
    let too_wide: Vec<&str> = report.lines().filter(|line| line.chars().count() > 80).collect();
    assert!(too_wide.is_empty(), "wider than 80 columns: {too_wide:#?}");
    // The daemon that the command started goes on, with no tie to the command's streams.
    let status = home.run(["daemon", "status", "--json"]).expect(0).json();
    assert_eq!(status["running"], true);
}

#[test]
fn what_a_command_draws_has_plain_letters_where_that_is_asked() {
    let home = Home::new();
    drop(studies::run(&home, 20, 7));
    for command in [
        "show @",
        "show @ --by gender",
        "list",
        "answers @ --limit 5",
        "findings @",
        "queue",
        "credits",
        "credits statement",
        "engines",
        "power 0.5",
        "daemon status",
        "config",
    ] {
        let args = command.split(' ').chain(["--ascii"]);
        let out = home.run(args).expect(0).out();
        let drawn: Vec<char> =
            out.chars().filter(|letter| "─━│┃├┤●○▣█…·—“”−–±".contains(*letter)).collect();
        assert!(drawn.is_empty(), "{drawn:?} of {command} in {out}");
    }
}

#[test]
fn run_json_has_the_shape_of_the_contract() {
    let home = Home::new();
    let ended = studies::run(&home, 60, 7);
    let printed = ended.json();
    let has = |at: &str, wanted: &[&str]| {
        let found = shape::keys(printed.pointer(at).unwrap());
        let missing: Vec<_> = wanted.iter().filter(|key| !found.contains(*key)).collect();
        assert!(missing.is_empty(), "{at} lacks {missing:?}: {found:?}");
    };
    has("", &["study", "results", "meta"]);
    has(
        "/study",
        &[
            "id",
            "name",
            "instrument",
            "state",
            "reason",
            "engine",
            "model",
            "seed",
            "instrument_hash",
            "owner",
            "origin",
            "project",
            "tags",
            "lineage",
            "panel",
            "created_at",
            "completed_at",
        ],
    );
    has("/study/panel", &["requested", "delivered", "refused", "invalid", "failed"]);
    has(
        "/results",
        &[
            "panel_size",
            "mean_score",
            "median_score",
            "std_dev",
            "score_distribution",
            "purchase_intent",
            "top_concerns",
            "top_appeals",
            "estimates",
            "segments",
            "margins",
            "themes",
            "diagnostics",
            "findings",
            "responses",
        ],
    );
    has(
        "/results/estimates/mean_score",
        &["value", "low", "high", "level", "n", "effective_n", "method"],
    );
    has(
        "/results/responses/0",
        &["id", "persona", "score", "sentiment", "reasoning", "purchase_intent"],
    );
    has(
        "/results/responses/0/persona",
        &[
            "id",
            "name",
            "age",
            "gender",
            "region",
            "state",
            "education",
            "income_bracket",
            "employment",
            "occupation",
            "household",
            "urbanicity",
            "tech_adoption",
            "big_five",
            "price_sensitivity",
        ],
    );
    has(
        "/meta",
        &[
            "credits_used",
            "credits_remaining",
            "cost_usd",
            "latency_ms",
            "input_tokens",
            "output_tokens",
            "providers_used",
            "notice",
        ],
    );
}

#[test]
fn run_json_has_the_units_of_the_contract() {
    let home = Home::new();
    let printed = studies::run(&home, 60, 7).json();
    let scale: Vec<&String> =
        printed["results"]["score_distribution"].as_object().unwrap().keys().collect();
    assert_eq!(scale.len(), 10, "every key of the scale: {scale:?}");
    let intent: f64 = printed["results"]["purchase_intent"]
        .as_object()
        .unwrap()
        .values()
        .map(|share| share.as_f64().unwrap())
        .sum();
    assert!((intent - 100.0).abs() < 1e-6, "purchase intent sums to {intent}");
    assert_eq!(printed["results"]["responses"].as_array().unwrap().len(), 60);
    assert_eq!(printed["meta"]["credits_used"], 60);
    assert_eq!(printed["meta"]["credits_remaining"], 10_000 - 60);
    assert_eq!(printed["results"]["estimates"]["mean_score"]["level"], 0.95);
}

#[test]
fn the_outline_of_an_nps_run_stays_as_it_is() {
    let home = Home::new();
    home.write("idea.md", studies::nps(60, 7));
    let printed = home.run(["run", "idea.md", "--json"]).expect(0).json();
    let open = [
        "results.estimates",
        "results.segments",
        "results.segments.*",
        "results.segments.*.*.estimates",
        "results.margins",
        "results.margins.*",
        "results.diagnostics.not_answered",
    ];
    insta::assert_snapshot!(shape::outline(&printed, &open));
    let score = &printed["results"]["nps_score"];
    assert!((-100.0..=100.0).contains(&score.as_f64().unwrap()), "{score}");
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let (one, other) = (Home::new(), Home::paced(2_000));
    let first = studies::run(&one, 300, 7).results();
    assert_eq!(first, studies::run(&one, 300, 7).results(), "in the same home");
    assert_eq!(first, studies::run(&other, 300, 7).results(), "in another home, at another pace");
    assert_ne!(first, studies::run(&one, 300, 8).results());
    let small = studies::run(&one, 299, 7).results();
    assert_ne!(first, small);
}

#[test]
fn a_drawn_seed_is_recorded_and_repeats_the_study() {
    let home = Home::new();
    home.write("idea.md", studies::CONCEPT);
    let drawn = home.run(["run", "idea.md", "--panel", "50", "--json"]).expect(0);
    let seed = drawn.json()["study"]["seed"].as_u64().unwrap().to_string();
    let again = home.run(["run", "idea.md", "--panel", "50", "--seed", &seed, "--json"]).expect(0);
    assert_eq!(drawn.results(), again.results());
}

#[test]
fn a_dry_run_tells_and_stores_nothing() {
    let home = Home::new();
    home.write("idea.md", studies::concept(500, 7));
    let text = home.run(["run", "idea.md", "--dry-run"]).expect(0);
    assert!(text.out().contains("500") && text.out().contains("meal kit"), "{text}");
    let preview = home.run(["run", "idea.md", "--dry-run", "--json"]).expect(0).json();
    assert_eq!((&preview["panel"], &preview["credits"]), (&500.into(), &500.into()));
    assert_eq!(home.run(["list", "--json"]).expect(0).json(), serde_json::json!([]));
    let credits = home.run(["credits", "--json"]).expect(0).json();
    assert_eq!((&credits["balance"], &credits["held"]), (&10_000.into(), &0.into()));
}

#[test]
fn a_detached_run_is_on_its_way_at_once() {
    let home = Home::paced(200);
    let id = studies::submit(&home, 400, 7);
    let link = home.link();
    let study = link.live(id).unwrap().study;
    assert!(!study.state.is_final(), "{study:#?}");
    let shown = home.run(["show", "@", "--json"]).expect(0).json();
    assert_eq!(shown["study"]["id"], id.to_string());
    assert!(shown["results"].is_null(), "a running study has no results");
    let done = harness::wait::for_end(&link, id);
    assert_eq!((done.state, done.panel.delivered), (State::Completed, 400));
}

#[test]
fn ctrl_c_leaves_a_study_to_itself() {
    let home = Home::paced(400);
    home.write("idea.md", studies::concept(600, 7));
    let started = home.command(["run", "idea.md"]).start();
    let link = harness::wait::until("a study under way", harness::wait::BOUND, || {
        let link = harness::Link::open(&home.paths()).ok()?;
        let study = link.find("@".to_owned()).ok()?;
        (study.panel.delivered > 0).then_some(link)
    });
    harness::process::signal(started.pid(), Signal::INT);
    let ended = started.end().expect(130);
    let study = link.find("@".to_owned()).unwrap();
    assert!(ended.err().contains(&study.id.short()), "it says how to come back: {ended}");
    assert!(!study.state.is_final(), "{study:#?}");
    assert_eq!(harness::wait::for_end(&link, study.id).state, State::Completed);
}

#[test]
fn of_several_files_the_good_run_and_the_worst_exit_code_wins() {
    let home = Home::new();
    home.write("one.md", studies::concept(20, 1));
    home.write("two.md", studies::nps(20, 2));
    home.write("bad.md", "---\npanle: 3\n---\nA kettle that texts you when it boils.");
    let ended = home.run(["run", "one.md", "bad.md", "two.md", "--json"]).expect(2);
    let names: Vec<_> =
        ended.json_lines().iter().map(|printed| printed["study"]["name"].clone()).collect();
    assert_eq!(names, ["Meal kit", "Meal kit NPS"]);
    drop(ended.says("bad.md:2").says("panel"));
    let all = home.run(["run", "one.md", "two.md", "--json"]).expect(0);
    assert_eq!(all.json_lines().len(), 2);
}

#[test]
fn standard_input_is_a_file_too() {
    let home = Home::new();
    let ended = home
        .command(["run", "-", "--panel", "20", "--seed", "3", "--json"])
        .stdin(studies::CONCEPT)
        .run()
        .expect(0);
    assert_eq!(ended.json()["study"]["panel"]["delivered"], 20);
}

#[test]
fn flags_win_over_the_file() {
    let home = Home::new();
    home.write("idea.md", studies::concept(50, 7));
    let flags = [
        "run",
        "idea.md",
        "--json",
        "--answers",
        "--panel",
        "30",
        "--seed",
        "9",
        "--name",
        "Other",
        "--region",
        "uk",
        "--age-range",
        "25-45",
        "--gender",
        "female",
        "--tag",
        "a",
        "--tag",
        "b",
    ];
    let printed = home.run(flags).expect(0).json();
    assert_eq!(printed["study"]["name"], "Other");
    assert_eq!(printed["study"]["seed"], 9);
    assert_eq!(printed["study"]["tags"], serde_json::json!(["a", "b"]));
    let responses = printed["results"]["responses"].as_array().unwrap();
    assert_eq!(responses.len(), 30);
    for response in responses {
        let persona = &response["persona"];
        let age = persona["age"].as_u64().unwrap();
        assert!((25..=45).contains(&age) && persona["gender"] == "female", "{persona}");
        assert_eq!(persona["country"], "GB", "{persona}");
    }
    let names: BTreeSet<&str> =
        responses.iter().map(|response| response["persona"]["id"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 30, "every persona once");
}

#[test]
fn the_first_run_offers_a_model_that_this_machine_has_and_later_ones_do_not() {
    let mock = MockProvider::good();
    let home = Home::with_settings(&mock.settings(""));
    let path = readme_example();
    let first = home.run(["run", &path, "--panel", "20"]).expect(0);
    let offer = format!("mock with mock-1. To ask it: demoscope run {path} --engine mock");
    assert!(first.err().contains(&offer), "{first}");
    let second = home.run(["run", &path, "--panel", "20"]).expect(0);
    assert!(!second.err().contains("--engine mock"), "{second}");
}
