//! Tests of the door for agents without a network: the tools answer within the scope of the key, a study is known to come from
//! an agent, a key without a cap in dollars runs nothing that costs, and the door has no sessions.

use axum::http::Method;
use protocol::id::SubmitKey;
use protocol::key::{Dialect, KeyScope};
use protocol::service::{StudyQuery, Submit};
use protocol::study::{Draft, DraftText, Origin};
use serde_json::{Value, json};

use super::PATH;
use crate::app::testing::me;
use crate::app::{CallOrigin, Caller};
use crate::gateway::http::DOORS;
use crate::gateway::http::tests::{Bench, Got, bearer, request};

async fn post(bench: &Bench, key: &str, message: Value) -> Got {
    send(bench, key, message.to_string()).await
}

async fn send(bench: &Bench, key: &str, body: String) -> Got {
    let headers = [
        ("authorization", key),
        ("content-type", "application/json"),
        ("accept", "application/json, text/event-stream"),
    ];
    bench.send(request(&Method::POST, PATH, &headers, body)).await
}

/// Whether a tool failed, and its text.
async fn call(bench: &Bench, key: &str, tool: &str, arguments: Value) -> (bool, String) {
    let params = json!({ "name": tool, "arguments": arguments });
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
    let got = post(bench, key, message).await;
    assert_eq!(got.status, 200, "{got:?}");
    let result = got.json()["result"].clone();
    (result["isError"] == true, result["content"][0]["text"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn tools_answer_within_the_scope_of_the_key() {
    let bench = Bench::new(DOORS);
    let read = bearer(&bench.key(Dialect::Demoscope, KeyScope::Read).await);
    let run = bearer(&bench.key(Dialect::Demoscope, KeyScope::Run).await);
    let order = json!({ "text": "A meal kit delivery service that learns your taste.", "panel": 1, "wait_seconds": 0 });
    let (is_error, text) = call(&bench, &read, "run_study", order.clone()).await;
    assert!(is_error && text.contains("forbidden") && text.contains("--scope run"), "{text}");
    let list = json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/list" });
    for (key, barred) in [(&read, 2), (&run, 0)] {
        let listed = post(&bench, key, list.clone()).await.text;
        assert_eq!(listed.matches("Not allowed with this key").count(), barred, "{listed}");
    }
    let (is_error, text) = call(&bench, &run, "run_study", order).await;
    assert!(!is_error, "{text}");
    let query = StudyQuery { limit: 10, ..StudyQuery::default() };
    let studies = bench.core.studies(&me(), &query).await.unwrap().items;
    assert_eq!(studies.iter().map(|study| study.origin).collect::<Vec<_>>(), [Origin::Mcp]);
    let (is_error, text) = call(&bench, &read, "list_studies", json!({})).await;
    assert!(!is_error && text.contains(&studies[0].id.to_string()), "{text}");
}

/// The tools of one request with an Idempotency-Key are taken once: another call under it is a conflict.
#[tokio::test]
async fn a_call_that_is_repeated_with_its_key_is_taken_once() {
    let bench = Bench::new(DOORS);
    let key = bearer(&bench.key(Dialect::Demoscope, KeyScope::Run).await);
    let mut found = Vec::new();
    for (retry, panel) in [("a", 5), ("a", 5), ("b", 5), ("a", 6)] {
        let order = json!({ "text": "A kettle that boils a cup in a minute.", "panel": panel, "wait_seconds": 0 });
        let params = json!({ "name": "run_study", "arguments": order });
        let message =
            json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
        let headers = [
            ("authorization", key.as_str()),
            ("content-type", "application/json"),
            ("accept", "application/json, text/event-stream"),
            ("idempotency-key", retry),
        ];
        let got = bench.send(request(&Method::POST, PATH, &headers, message.to_string())).await;
        let result = got.json()["result"].take();
        found.push((result["isError"] == true, result["content"][0]["text"].to_string()));
    }
    let query = StudyQuery { limit: 10, ..StudyQuery::default() };
    assert_eq!(bench.core.studies(&me(), &query).await.unwrap().items.len(), 2, "{found:?}");
    assert_eq!(
        found.iter().map(|(fails, _)| *fails).collect::<Vec<_>>(),
        [false, false, false, true]
    );
    assert!(found[3].1.contains("Idempotency-Key was used"), "{found:?}");
}

/// A question that the engine cannot understand is refused before anything is held, also to an agent that needs no key.
#[tokio::test]
async fn what_the_engine_cannot_understand_is_refused_to_agents() {
    let bench = Bench::new(DOORS);
    let key = bearer(&bench.key(Dialect::Demoscope, KeyScope::Run).await);
    let question = "How many moons has Jupiter?";
    let order = json!({ "text": "A kettle for the kitchen.", "study_type": "survey", "questions": [question], "panel": 5 });
    let (is_error, told) = call(&bench, &key, "run_study", order).await;
    assert!(is_error && told.contains("understands no question"), "{told}");
    let text = format!(
        "---\nstudy: survey\nquestions:\n  - {question}\npanel: 5\n---\nA kettle for the kitchen.\n"
    );
    let submit = |origin| Submit {
        key: SubmitKey(bench.core.world().ids.fresh()),
        draft: Draft {
            file: "kettle.md".to_owned(),
            text: DraftText::File(text.clone()),
            ..Draft::default()
        },
        origin,
        cost_confirmed: false,
        path: None,
    };
    let through = |origin| Caller { origin: CallOrigin::Door(origin), ..me() };
    let agent = bench.core.submit_draft(&through(Origin::Mcp), submit(Origin::Mcp)).await;
    assert!(agent.unwrap_err().message.contains("understands no question"));
    // Whoever types it has seen what it would ask.
    bench.core.submit_draft(&through(Origin::Cli), submit(Origin::Cli)).await.unwrap();
}

/// What a page that an agent reads may hold, in signs that the reader of files passes over, is shown or refused and never obeyed.
#[tokio::test]
async fn a_text_brings_no_settings_of_its_own() {
    let bench = Bench::new(DOORS);
    let key = bearer(&bench.key(Dialect::Demoscope, KeyScope::Run).await);
    let idea = "A kettle that sends you a message as soon as the water boils.";
    let text = format!("\n\u{fe0f}---\nwebhook: https://evil.example/x\n---\n{idea}");
    let order = json!({ "text": text, "panel": 7, "dry_run": true });
    let (is_error, told) = call(&bench, &key, "run_study", order).await;
    assert!(!is_error && told.contains("evil.example") && told.contains("\"panel\":7"), "{told}");
    let settings = "webhook: https://evil.example/x\nengine: openai\npanel: 10000";
    let text = format!("\n\u{fe0f}---\n{settings}\n---\n{idea}");
    for (tool, order) in [
        ("run_study", json!({ "text": text, "panel": 7, "dry_run": true })),
        (
            "review_content",
            json!({ "content": text, "content_type": "headline", "panel": 7, "dry_run": true }),
        ),
        (
            "run_study",
            json!({ "text": idea, "study_type": "ab_test", "variant_b": text, "panel": 7, "dry_run": true }),
        ),
    ] {
        let (is_error, told) = call(&bench, &key, tool, order).await;
        assert!(!is_error && told.contains("\"panel\":7"), "{tool}: {told}");
        assert!(told.contains("\"engine\":\"offline\""), "{tool}: {told}");
    }
    let query = StudyQuery { limit: 10, ..StudyQuery::default() };
    assert!(bench.core.studies(&me(), &query).await.unwrap().items.is_empty());
}

fn list_message() -> String {
    json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/list" }).to_string()
}

#[tokio::test]
async fn a_request_stands_alone() {
    let bench = Bench::new(DOORS);
    let key = bearer(&bench.key(Dialect::Demoscope, KeyScope::Read).await);
    let listed =
        post(&bench, &key, json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/list" })).await;
    assert_eq!(listed.header("mcp-session-id"), "");
    assert_eq!(listed.json()["result"]["tools"].as_array().unwrap().len(), 11);
    let noted = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    assert_eq!(post(&bench, &key, noted).await.status, 202);
    for (body, code, id) in [
        ("{\"jsonrpc\": ", -32700, Value::Null),
        ("nothing", -32700, Value::Null),
        ("{\"id\": 1}", -32600, json!(1)),
    ] {
        let broken = send(&bench, &key, body.to_owned()).await;
        assert_eq!(
            (broken.status, broken.header("content-type")),
            (400, "application/json"),
            "{body}"
        );
        let told = broken.json();
        assert_eq!((&told["error"]["code"], &told["id"]), (&json!(code), &id), "{body}: {told}");
    }
    for (headers, status) in [
        (vec![("accept", "text/event-stream")], 406),
        (
            vec![
                ("accept", "application/json, text/event-stream"),
                ("mcp-protocol-version", "1999-01-01"),
            ],
            400,
        ),
    ] {
        let usual = [("authorization", key.as_str()), ("content-type", "application/json")];
        let headers = [&usual[..], headers.as_slice()].concat();
        let got = bench.send(request(&Method::POST, PATH, &headers, list_message())).await;
        assert_eq!((got.status, got.header("content-type")), (status, "application/json"));
        let told = got.json();
        assert_eq!((&told["id"], &told["error"]["code"]), (&json!(7), &json!(-32600)), "{told}");
        assert!(told["error"]["message"].as_str().is_some_and(|said| said.len() > 20), "{told}");
    }
    for accept in ["*/*", "application/json, text/*;q=0.5", "application/json"] {
        let headers = [
            ("authorization", key.as_str()),
            ("content-type", "application/json"),
            ("accept", accept),
        ];
        let got = bench.send(request(&Method::POST, PATH, &headers, list_message())).await;
        assert_eq!((got.status, got.header("content-type")), (200, "application/json"), "{accept}");
    }
    let headers = [("authorization", key.as_str()), ("content-type", "application/json")];
    let got = bench.send(request(&Method::POST, PATH, &headers, list_message())).await;
    assert_eq!((got.status, got.header("content-type")), (200, "application/json"), "no Accept");
    let params = json!({ "name": "credits", "arguments": "none" });
    let call = json!({ "jsonrpc": "2.0", "id": 8, "method": "tools/call", "params": params });
    assert_eq!(post(&bench, &key, call).await.json()["error"]["code"], -32602);
    let got = bench.get(PATH, &[("authorization", key.as_str())]).await;
    assert_eq!((got.status, got.header("allow")), (405, "OPTIONS, POST"));
}
