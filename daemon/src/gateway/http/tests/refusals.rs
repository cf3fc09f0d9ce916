//! No refusal at any door speaks of the command line: what is to be changed is told in the words of the door, and what only the
//! owner can do is told as that.

use axum::http::Method;
use protocol::credits::Credits;
use protocol::key::{Dialect, KeyCaps, KeyScope};
use serde_json::{Value, json};

use super::{Bench, DOORS, bearer, request};
use crate::gateway::http::agents;

const IDEA: &str = "A meal kit delivery service that learns your taste.";
const SPANISH: &str = "Una caja semanal con todo lo necesario para cuatro cenas para dos personas, sin contrato y con entrega incluida.";

/// The parts of a text that name a flag or a command and do not say that the owner can use it.
fn of_the_command_line(text: &str) -> Vec<String> {
    let text = text.replace("\\n", "\n").replace(". ", "\n").replace("; ", "\n");
    let begins = |rest: &str| rest.starts_with(|first: char| first.is_ascii_lowercase());
    let names = |part: &str, word: &str| {
        part.match_indices(word).any(|(at, word)| begins(&part[at + word.len()..]))
    };
    text.split(['\n', '"'])
        .filter(|part| names(part, " --") || names(part, "`demoscope ") || part.starts_with("--"))
        .filter(|part| !part.to_lowercase().contains("the owner of this daemon can"))
        .map(ToOwned::to_owned)
        .collect()
}

/// Requests that must be refused: method, path, key and body.
fn bad(own: &str, focus: &str, refynd: &str, poor: &str) -> Vec<(Method, String, String, Value)> {
    let mut all: Vec<(Method, &str, &str, Value)> = Vec::new();
    let studies = "/api/demoscope/v1/studies";
    for path in [
        "/api/demoscope/v1/credits",
        studies,
        "/events",
        "/v1/usage",
        "/v1/jobs/x",
        "/api/v1/balance",
    ] {
        for key in ["", "Bearer", "Bearer nonsense", "Bearer ds_1", "Bearer if_live_1", own, focus]
        {
            all.push((Method::GET, path, key, Value::Null));
        }
    }
    for path in [
        "/api/demoscope/v1/studies/abc",
        "/api/demoscope/v1/studies/@",
        "/api/demoscope/v1/studies/abc/findings",
        "/api/demoscope/v1/studies/@/export?format=pdf",
        "/api/demoscope/v1/compare/@/abc",
        "/api/demoscope/v1/rank",
        "/api/demoscope/v1/rank?studies=@,abc",
        "/api/demoscope/v1/external/abc",
        "/api/demoscope/v1/nothing",
        "/events?before=1",
    ] {
        all.push((Method::GET, path, own, Value::Null));
    }
    let file = |text: String| json!({ "text": text });
    for body in [
        Value::Null,
        json!({}),
        json!({ "text": 5, "colour": 1 }),
        file(SPANISH.to_owned()),
        file(format!("---\npanle: 5\n---\n{IDEA}")),
        file(format!("---\npanel: 99999999\n---\n{IDEA}")),
        file(format!("---\nengine: oracle\n---\n{IDEA}")),
        file(format!("---\nelicitation: [direct, ssr]\n---\n{IDEA}")),
        file(format!("---\nwordings: 3\n---\n{IDEA}")),
        file(format!("---\nquestions_per_call: one\nstudy: survey\nquestions: [Why?]\n---\n{IDEA}")),
        file(format!("---\nwebhook: https://127.0.0.1/\n---\n{IDEA}")),
        file(format!("---\nwebhook: http://example.com/\n---\n{IDEA}")),
        file(format!("---\nstudy: content_review\n---\n{IDEA}")),
        file("---\nstudy: content_review\ncontent_type: blog\n---\nfn main() { let a = 5; }\nlet b = a;\n".to_owned()),
        json!({ "text": IDEA, "settings": { "panel": "0", "audience.region": "mars", "tags": ",", "seed": "x" } }),
        json!({ "text": IDEA, "settings": { "max_cost_usd": "much", "panel": "10000", "engine": "oracle" } }),
    ] {
        all.push((Method::POST, studies, own, body));
    }
    let of = |more: Value| {
        let mut body = json!({ "study_type": "nps", "stimulus": IDEA });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for body in [
        json!({}),
        of(json!({ "stimulus": SPANISH })),
        of(json!({ "panel_size": 0, "audience": { "region": "mars", "age_range": [90, 20] } })),
        of(json!({ "study_type": "survey", "questions": [SPANISH] })),
    ] {
        all.push((Method::POST, "/v1/evaluate", focus, body));
    }
    all.push((Method::POST, "/v1/evaluate", poor, of(json!({ "panel_size": 50 }))));
    let of = |more: Value| {
        let mut body = json!({ "content": IDEA, "contentType": "headline" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for body in [
        json!({}),
        of(json!({ "content": SPANISH })),
        of(json!({ "context": { "targetAudience": "18-19 year old wealthy phds in the EU" } })),
        of(json!({ "context": { "targetAudience": SPANISH } })),
        of(json!({ "webhookUrl": "https://10.0.0.1/" })),
        of(json!({ "webhookUrl": "http://example.com/" })),
        of(json!({ "panelSize": 11, "mode": "turbo", "rounds": 9 })),
        of(json!({ "content": "fn main() { let a = 5; }\nlet b = a;\nreturn b;" })),
    ] {
        all.push((Method::POST, "/api/v1/evaluate", refynd, body));
    }
    all.into_iter()
        .map(|(method, path, key, body)| (method, path.to_owned(), key.to_owned(), body))
        .collect()
}

/// Calls of tools that must be refused.
fn bad_calls() -> Vec<Value> {
    let calls = [
        ("run_study", json!({ "text": SPANISH })),
        ("run_study", json!({ "text": IDEA, "engine": "oracle", "panel": 0 })),
        ("run_study", json!({ "text": IDEA, "like": "abc" })),
        ("run_study", json!({ "text": IDEA, "audience": { "age_range": [90, 20] }, "tags": [""] })),
        (
            "review_content",
            json!({ "content": "fn main() { let a = 5; }", "content_type": "blog" }),
        ),
        ("get_study", json!({ "study": "abc" })),
        ("get_study", json!({ "study": "@" })),
        ("get_study", json!({ "study": "r7" })),
        ("compare_studies", json!({ "first": "abc", "second": "@" })),
        ("rank", json!({ "studies": [] })),
        ("get_findings", json!({ "study": "abc" })),
        ("get_external", json!({ "id": "abc" })),
    ];
    let call = |(tool, arguments): (&str, Value)| {
        let params = json!({ "name": tool, "arguments": arguments });
        json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params })
    };
    calls.into_iter().map(call).collect()
}

#[tokio::test]
async fn no_refusal_speaks_of_the_command_line_but_as_what_its_owner_can_do() {
    let bench = Bench::new(DOORS);
    let own = bearer(&bench.key(Dialect::Demoscope, KeyScope::Run).await);
    let read = bearer(&bench.key(Dialect::Demoscope, KeyScope::Read).await);
    let focus = bearer(&bench.key(Dialect::InstantFocus, KeyScope::Run).await);
    let refynd = bearer(&bench.key(Dialect::Refynd, KeyScope::Run).await);
    let caps = KeyCaps { credits_per_day: Some(Credits(5)), ..KeyCaps::default() };
    let poor = bearer(&bench.capped(Dialect::InstantFocus, KeyScope::Run, caps).await);
    let mut found = Vec::new();
    let mut told = 0;
    let mut all = bad(&own, &focus, &refynd, &poor);
    all.push((Method::POST, "/api/demoscope/v1/studies".to_owned(), read, json!({ "text": IDEA })));
    for call in bad_calls() {
        all.push((Method::POST, agents::PATH.to_owned(), own.clone(), call));
    }
    for (method, path, key, body) in all {
        let headers = [
            ("authorization", key.as_str()),
            ("content-type", "application/json"),
            ("accept", "application/json, text/event-stream"),
        ];
        let is_good = method == Method::GET && key.len() > 30;
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let got = bench.send(request(&method, &path, &headers, body.clone())).await;
        let is_tool = path == agents::PATH && got.text.contains("\"isError\":true");
        told += usize::from(got.status >= 400 || is_tool);
        assert!(got.status >= 400 || is_tool || is_good, "{path} {body}: {}", got.text);
        let wrong = of_the_command_line(&got.text);
        if !wrong.is_empty() {
            found.push(format!("{method} {path} {body}: {wrong:?}"));
        }
    }
    for (host, path) in [("evil.com", "/"), ("localhost:7455", "/v1/usage?api_key=x")] {
        let got = bench.get(path, &[("host", host)]).await;
        told += usize::from(got.status >= 400);
        let wrong = of_the_command_line(&got.text);
        if !wrong.is_empty() {
            found.push(format!("{path} at {host}: {wrong:?}"));
        }
    }
    assert!(told > 80, "only {told} refusals were heard");
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_check_bites() {
    assert_eq!(of_the_command_line("{\"hint\":\"ask one: --engine NAME; or say so\"}").len(), 1);
    assert_eq!(of_the_command_line("{\"place\":\"--panel\"}").len(), 1);
    assert_eq!(of_the_command_line("Make one with `demoscope keys create`. Then").len(), 1);
    let owner =
        "Leave it; the owner of this daemon can make one with `demoscope keys create --cap 5`";
    assert_eq!(of_the_command_line(owner).len(), 0);
}

#[tokio::test]
async fn each_door_says_in_its_own_words_what_to_change() {
    let bench = Bench::new(DOORS);
    let own = bearer(&bench.key(Dialect::Demoscope, KeyScope::Run).await);
    let focus = bearer(&bench.key(Dialect::InstantFocus, KeyScope::Run).await);
    let refynd = bearer(&bench.key(Dialect::Refynd, KeyScope::Run).await);
    let call = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": { "name": "run_study", "arguments": { "text": SPANISH } },
    });
    let key_of_another = "use a key of another engine, which the owner of this daemon can make";
    for (path, key, body, says, not) in [
        (
            "/api/demoscope/v1/studies",
            &own,
            json!({ "text": SPANISH }),
            vec![r#"\"engine\": \"NAME\" in `settings`"#, r#"\"language\": \"en\" in `settings`"#],
            "key of another",
        ),
        (
            "/v1/evaluate",
            &focus,
            json!({ "study_type": "nps", "stimulus": SPANISH }),
            vec![key_of_another],
            "language\\\"",
        ),
        (
            "/api/v1/evaluate",
            &refynd,
            json!({ "content": SPANISH, "contentType": "headline" }),
            vec![key_of_another],
            "language\\\"",
        ),
        (agents::PATH, &own, call, vec!["`engine`: ", "`language`: "], "settings"),
    ] {
        let headers = [
            ("authorization", key.as_str()),
            ("content-type", "application/json"),
            ("accept", "application/json, text/event-stream"),
        ];
        let got = bench.send(request(&Method::POST, path, &headers, body.to_string())).await;
        for says in says {
            assert!(got.text.contains(says), "{path} says {says}: {}", got.text);
        }
        assert!(!got.text.contains(not), "{path} does not say {not}: {}", got.text);
    }
}
