//! Tests of the built-in encoder: free texts are embedded on this machine without any service and at no cost, and the
//! report says so.

use harness::{Home, MockProvider, audit, studies};
use serde_json::{Value, json};

/// A model that answers and turns no texts into vectors.
fn home(mock: &MockProvider) -> Home {
    let home = Home::with_settings(&mock.settings(""));
    home.write("idea.md", studies::concept(10, 7));
    home
}

const RUN: [&str; 10] = [
    "run",
    "idea.md",
    "--engine",
    "mock",
    "--elicitation",
    "direct,ssr",
    "--replicates",
    "0",
    "--json",
    "--answers",
];

#[test]
fn texts_are_read_by_the_built_in_encoder_where_no_service_embeds() {
    let mock = MockProvider::good();
    let home = home(&mock);
    let preview = home.run([
        "run",
        "idea.md",
        "--engine",
        "mock",
        "--elicitation",
        "direct,ssr",
        "--dry-run",
    ]);
    let told = preview.expect(0);
    assert!(told.out().contains("'local' (ssr)"), "{}", told.out());

    let ended = home.run(RUN).expect(0);
    let printed = ended.json();
    assert_eq!(mock.calls(), 30, "ten answers and twenty texts; nobody was asked for vectors");
    assert!(mock.told().heard.iter().all(|heard| heard.texts.is_empty()));
    for construct in ["liking", "purchase_intent"] {
        let found = &printed["results"]["channels"][construct];
        assert_eq!(found["channels"]["ssr"]["n"], json!(10), "{found}");
        let attainable = &found["attainable"];
        assert_eq!(attainable["in_order"], json!(true), "{attainable}");
        let model = attainable["model"].as_str().unwrap();
        assert!(model.starts_with("all-MiniLM-L6-v2@"), "{model}");
    }
    let engines = printed["meta"]["inference"]["engines"].as_array().unwrap();
    let local = engines.iter().find(|it| it["engine"] == "local (embeddings)").unwrap();
    assert_eq!(local["cost_usd"], json!(0.0));
    assert!(local["input_tokens"].as_u64().unwrap() > 100, "{local}");
    let shown = home.run(["show", "@"]).expect(0).out();
    let unwrapped = shown.replace(char::is_whitespace, "");
    assert!(unwrapped.contains("withall-MiniLM-L6-v2@"), "{shown}");
    assert_eq!(audit::study(&home.link(), studies::id(&ended)), audit::Findings::new());

    // The same again, remembered or embedded anew, is the same bit for bit.
    assert_eq!(home.run(RUN).expect(0).results(), ended.results());
    let fresh = home.run(RUN.iter().chain(&["--fresh"])).expect(0);
    assert_eq!(fresh.results(), ended.results());

    drop(home.run(["export", "@", "--format", "bundle", "-o", "study.evidence"]).expect(0));
    let replay = home.run(["replay", "study.evidence", "--json"]).expect(0).json();
    assert_eq!((&replay["identical"], &replay["without_reply"]), (&json!(true), &json!(0)));
}

#[test]
fn the_encoder_is_listed_checked_and_answers_nobody() {
    let mock = MockProvider::good();
    let home = home(&mock);
    let listed = home.run(["engines", "--json"]).expect(0).json();
    let local = listed.as_array().unwrap().iter().find(|engine| engine["name"] == "local").unwrap();
    assert_eq!((&local["role"], &local["ready"]), (&json!("embeds"), &json!(true)));
    let text = home.run(["engines"]).expect(0).out();
    assert!(text.contains("free, for ssr only: it answers nobody"), "{text}");

    let seen = home.run(["engines", "check", "local", "--json"]).expect(0).json();
    let checks = seen["checks"].as_array().unwrap();
    assert!(checks.len() == 5 && checks.iter().all(|check| check["ok"] == true), "{seen}");
    assert_eq!((&seen["cost_usd"], mock.calls()), (&json!(0.0), 0));
    let detail = |check: &Value| check["detail"].as_str().unwrap().to_owned();
    assert!(checks.iter().skip(1).all(|check| detail(check).contains("in order")), "{seen}");

    drop(home.run(["run", "idea.md", "--engine", "local"]).expect(2).says("answers nobody"));
    drop(home.run(["engines", "tune", "local", "--concurrency", "3"]).expect(2).says("built in"));
}
