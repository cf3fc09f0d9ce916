//! Dependencies of a prompt's address: everything that determines the reply, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use protocol::channels::Construct;
use protocol::measurement::Measurement;
use protocol::study::{EngineMode, Instrument, StudySpec};

use super::ModelEngine;
use crate::config::EngineSettings;
use crate::domain::outcome::{Assignment, FIRST_ROUND};
use crate::domain::panel::{Population, Recipe, sample};
use crate::inference::chat::{ChatReply, Stop, Tokens};
use crate::inference::client::{ServiceClient, ServiceCount};
use crate::inference::price::UsageCount;
use crate::inference::prompt::Prompts;
use crate::inference::service;
use crate::inference::way::ProxyChoice;
use crate::inference::wire::Format;

fn spec() -> StudySpec {
    StudySpec {
        name: "Meal kit".to_owned(),
        instrument: Instrument::ConceptTest { stimulus: "A meal kit.".to_owned() },
        panel: 2,
        audience: protocol::audience::Audience::default(),
        engine: "mine".to_owned(),
        engine_mode: EngineMode::Standard,
        seed: 7,
        context: None,
        language: None,
        max_cost_usd: None,
        tags: Vec::new(),
        project: None,
        webhook: None,
        measurement: Measurement::default(),
    }
}

/// An engine with those settings.
fn engine(settings: &str) -> ModelEngine {
    let own: EngineSettings = toml::from_str(settings).unwrap();
    let service = service::resolve("mine", &own, &BTreeMap::new()).unwrap();
    let (caller, prompts) = (
        ServiceClient::new(
            &ProxyChoice::Direct,
            "",
            &std::collections::BTreeMap::new(),
            Duration::from_secs(10),
        )
        .unwrap(),
        Arc::new(Prompts::shipped().unwrap()),
    );
    ModelEngine::new(service, caller, prompts, Duration::ZERO)
}

fn persona() -> protocol::persona::Persona {
    let recipe = Recipe { seed: 7, audience: spec().audience, size: 2, mode: EngineMode::Standard };
    sample(Population::embedded(), &recipe).unwrap().persona(0).unwrap()
}

/// The addresses of everything that an engine with those settings is asked: an answer, a free text, a rating, a vector.
fn addresses(settings: &str) -> [String; 4] {
    let engine = engine(settings);
    let (spec, liking, persona) = (spec(), Construct::Liking, persona());
    let at = Assignment::first(FIRST_ROUND, 0);
    [
        engine
            .ready(&engine.form(&spec).unwrap(), &spec, at, None, &persona, None)
            .unwrap()
            .address,
        engine.ready_text(&spec, liking, &persona, None).unwrap().address,
        engine.ready_rating(spec.seed, liking, "I like it.", None).unwrap().address,
        engine.embedder().map(|embedder| embedder.parameters()).unwrap_or_default(),
    ]
}

/// A whole section with one line changed.
fn changed(line: &str) -> String {
    let mut lines = vec![
        "kind = \"openai\"",
        "base_url = \"http://127.0.0.1:8080/v1\"",
        "model = \"m\"",
        "embedding_model = \"e\"",
    ];
    let key = line.split(" = ").next().unwrap();
    lines.retain(|known| !known.starts_with(&format!("{key} =")));
    lines.push(line);
    lines.join("\n")
}

#[test]
fn another_server_another_model_or_another_setting_is_another_question() {
    let usual = addresses(&changed("model = \"m\""));
    let mut direct = BTreeSet::from([usual[0].clone()]);
    for line in [
        "base_url = \"http://127.0.0.1:11434/v1\"",
        "base_url = \"http://127.0.0.1:8080/v2\"",
        "base_url = \"https://127.0.0.1:8080/v1\"",
        "base_url = \"http://192.0.2.7:8080/v1\"",
        "model = \"n\"",
        "temperature = 0.5",
        "output_tokens = 123",
        "structured = \"text\"",
    ] {
        let other = addresses(&changed(line));
        assert!(direct.insert(other[0].clone()), "{line}");
        assert_ne!(other[1], usual[1], "the text: {line}");
        // A rating is asked at temperature 0.
        assert_eq!(other[2] == usual[2], line.starts_with("temperature"), "the rating: {line}");
        let of_server = line.starts_with("base_url");
        assert_eq!(other[3] != usual[3], of_server, "the vector: {line}");
    }
    let other = addresses(&changed("embedding_model = \"f\""));
    assert_eq!(other[..3], usual[..3]);
    assert_ne!(other[3], usual[3]);
}

#[test]
fn another_spelling_of_the_same_place_is_the_same_question() {
    let usual = addresses(&changed("model = \"m\""));
    for line in [
        "base_url = \"http://127.0.0.1:8080/v1/\"",
        "base_url = \"HTTP://127.0.0.1:8080/v1\"",
        "concurrency = 3",
        "timeout_seconds = 5",
        "price = { input = 1.0, output = 2.0 }",
    ] {
        assert_eq!(addresses(&changed(line)), usual, "{line}");
    }
}

#[test]
fn what_another_name_answered_is_not_believed_of_an_owners_server_until_it_says_so_again() {
    let own = engine(&changed("model = \"local-model\""));
    for (answered, changed) in [
        ("qwen-2.5-7b", true),
        ("local-model", false),
        ("local-model-2026-01-01", false),
        ("", false),
    ] {
        assert_eq!(own.may_have_changed(answered), changed, "{answered}");
    }
    own.learnt().served = Some("qwen-2.5-7b".to_owned());
    assert!(!own.may_have_changed("qwen-2.5-7b"), "a reply of this study says who answers");
    own.leave(1);
    assert!(own.may_have_changed("qwen-2.5-7b"), "another may be loaded before the next study");
    let service = engine(&changed("base_url = \"https://models.example.com/v1\""));
    assert!(!service.may_have_changed("qwen-2.5-7b"));
}

#[test]
fn models_that_only_embed_do_not_answer() {
    let of = |listed: &[&str]| {
        let listed: Vec<String> = listed.iter().map(|name| (*name).to_owned()).collect();
        super::answering(&listed).join(" ")
    };
    for (listed, answering) in [
        (["qwen2.5-7b-instruct", "text-embedding-nomic-embed-text-v1.5"], "qwen2.5-7b-instruct"),
        (["BAAI/bge-m3", "llama-3.1-8b"], "llama-3.1-8b"),
        (["qwen", "llama"], "qwen llama"),
        (["nomic-embed-text", "bge-m3"], "nomic-embed-text bge-m3"),
    ] {
        assert_eq!(of(&listed), answering);
    }
    assert_eq!(of(&[]), "");
}

#[test]
fn thinking_eats_the_limit_only_where_the_limit_was_reached() {
    let engine = engine(&changed("model = \"m\""));
    let reply = |text: &str, stop, output, thought| ChatReply {
        text: text.to_owned(),
        model: String::new(),
        stop,
        tokens: Some(Tokens { input: 400, output, ..Tokens::default() }),
        thought,
        place: None,
    };
    for (reply, words) in [
        (reply("", Stop::Finished, 120, true), Some("stops without an answer, after 120 of 800")),
        (reply("", Stop::Finished, 800, true), Some("spends its limit of 800 tokens on thinking")),
        (reply("", Stop::Truncated, 800, true), Some("spends its limit of 800")),
        (reply("{\"sco", Stop::Truncated, 800, false), Some("are cut off at their limit")),
        (reply("{}", Stop::Finished, 120, true), None),
        (reply("", Stop::Finished, 0, false), None),
        (reply("", Stop::Declined("no".into()), 120, true), None),
    ] {
        let why = engine.why_without_answer(&reply);
        let is_told = |words: &str| why.as_ref().is_some_and(|why| why.contains(words));
        assert!(words.map_or(why.is_none(), is_told), "{why:?}: {reply:?}");
    }
}

/// A sum alone says more than nothing: what was sent is known by its length, and the rest is what came.
#[test]
fn a_count_of_a_part_is_completed_by_what_was_sent() {
    let (engine, spec) = (engine(&changed("model = \"m\"")), spec());
    let ready = engine.ready_text(&spec, Construct::Liking, &persona(), None).unwrap();
    let sent = match ready.counts(ServiceCount::Length(40)) {
        UsageCount::Estimated(tokens) => tokens.input,
        other => panic!("{other:?}"),
    };
    let of = |usage: serde_json::Value| {
        let body = serde_json::json!({ "usage": usage }).to_string();
        let counted = Format::Openai.partial_usage(body.as_bytes()).unwrap();
        match ready.counts(ServiceCount::Part { counted, came: 40 }) {
            UsageCount::Partly(tokens) => (tokens.input, tokens.output),
            other => panic!("{other:?}"),
        }
    };
    assert!(sent > 100, "{sent}");
    assert_eq!(of(serde_json::json!({ "total_tokens": sent + 90 })), (sent, 90));
    assert_eq!(of(serde_json::json!({ "total_tokens": sent - 9 })), (sent - 9, 0));
    assert_eq!(of(serde_json::json!({ "total_tokens": 40 })), (sent, 40), "the reply's alone");
    assert_eq!(of(serde_json::json!({ "prompt_tokens": 250 })), (250, 40));
    assert_eq!(of(serde_json::json!({ "completion_tokens": 70 })), (sent, 70));
}

#[test]
fn the_hash_of_an_engine_stays_the_same() {
    let own: EngineSettings = toml::from_str(&changed("temperature = 0.5")).unwrap();
    let service = service::resolve("mine", &own, &BTreeMap::new()).unwrap();
    assert_eq!(
        super::asset_hash(&service, "prompts"),
        "582e29e076bae8f2e75ff8bf79daa5ed2c4f936655367be66e8aae21fba03e48"
    );
}
