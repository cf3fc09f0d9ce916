//! The door of InstantFocus without a network and without an engine: what is taken on, once for each Idempotency-Key, what a
//! job tells to whom, and that no body whatever gets past the limits.

use std::sync::Arc;

use axum::http::Method;
use proptest::prelude::*;
use protocol::credits::Credits;
use protocol::key::{Dialect, KeyCaps, KeyScope};
use protocol::run::State;
use protocol::study::DraftText;
use serde_json::{Value, json};

use super::request::{self, STUDY_TYPES};
use crate::app::testing::{broken, me, submission};
use crate::gateway::http::DOORS;
use crate::gateway::http::tests::{Bench, Got, bearer, request as http};
use crate::store::Writes;
use crate::store::rows::Progress;

const STIMULUS: &str = "A meal kit delivery service that learns your taste.";

/// A job of that many people.
fn job(panel: u32) -> Value {
    json!({ "study_type": "nps", "stimulus": STIMULUS, "panel_size": panel })
}

async fn evaluate(bench: &Bench, key: &str, idempotency: Option<&str>, body: &Value) -> Got {
    let key = bearer(key);
    let mut headers = vec![("authorization", key.as_str()), ("content-type", "application/json")];
    headers.extend(idempotency.map(|text| ("idempotency-key", text)));
    bench.send(http(&Method::POST, "/v1/evaluate", &headers, body.to_string())).await
}

async fn new_key(bench: &Bench) -> String {
    bench.key(Dialect::InstantFocus, KeyScope::Run).await
}

#[test]
fn null_is_as_good_as_absent() {
    let read = |body: Value| request::read(body.to_string().as_bytes(), "offline");
    let plain = read(json!({ "study_type": "nps", "stimulus": STIMULUS })).unwrap();
    let nulls = json!({
        "study_type": "nps", "stimulus": STIMULUS, "variant_a": null, "variant_b": null, "questions": null,
        "panel_size": null, "audience": null, "context": null, "engine_mode": null,
    });
    assert_eq!(read(nulls).unwrap(), plain);
    let inner = json!({
        "size": null, "age_range": null, "gender": null, "region": null, "income_bracket": null, "education": null,
        "tech_adoption": null,
    });
    let within = json!({ "study_type": "nps", "stimulus": STIMULUS, "audience": inner });
    assert_eq!(read(within).unwrap(), plain);
    let older = json!({ "study_type": "ab_test", "stimulus": STIMULUS, "stimulus_b": STIMULUS });
    let older_with_nulls = json!({
        "study_type": "ab_test", "stimulus": STIMULUS, "stimulus_b": STIMULUS, "variant_a": null, "variant_b": null,
    });
    assert_eq!(read(older_with_nulls).unwrap().draft, read(older).unwrap().draft);
    for field in ["study_type", "stimulus"] {
        let mut body = json!({ "study_type": "nps", "stimulus": STIMULUS });
        body[field] = Value::Null;
        assert!(read(body).is_err(), "{field} is required");
    }
}

#[tokio::test]
async fn one_idempotency_key_is_one_job_and_one_hold_however_often_it_is_sent() {
    let bench = Arc::new(Bench::new(DOORS));
    let (key, other) = (new_key(&bench).await, new_key(&bench).await);
    let body = job(101);
    let sent = (0..20).map(|_| evaluate(&bench, &key, Some("order-1"), &body));
    let replies = futures::future::join_all(sent).await;
    let first = replies[0].json()["data"]["job_id"].clone();
    for reply in &replies {
        assert_eq!((reply.status, &reply.json()["data"]["job_id"]), (202, &first));
    }
    assert_eq!(bench.core.credits(&me()).await.unwrap().held, Credits(101));
    let changed = evaluate(&bench, &key, Some("order-1"), &job(102)).await;
    assert_eq!((changed.status, changed.code().as_str()), (409, "CONFLICT"));
    let others = evaluate(&bench, &other, Some("order-1"), &job(101)).await;
    assert_ne!(others.json()["data"]["job_id"], first);
    let again = evaluate(&bench, &key, None, &job(101)).await;
    assert_ne!(again.json()["data"]["job_id"], first);
    assert_eq!(bench.core.credits(&me()).await.unwrap().held, Credits(303));
    assert_eq!(broken(&bench.core), [""; 0]);
}

#[tokio::test]
async fn a_stimulus_brings_no_settings_of_its_own() {
    let bench = Bench::new(DOORS);
    let key = new_key(&bench).await;
    for begins in ["", "---\n", "---\n---\n", "\u{feff}---\n"] {
        let stimulus =
            format!("{begins}panel: 5\nwebhook: https://example.com/hook\n---\n{STIMULUS}");
        let body = json!({ "study_type": "nps", "stimulus": stimulus, "panel_size": 101 });
        let reply = evaluate(&bench, &key, None, &body).await;
        assert_eq!(reply.status, 202, "{begins:?}: {reply:?}");
        let id = bench.core.find(&me(), "@").await.unwrap().id;
        let asked = bench.core.asked(&me(), id).await.unwrap();
        assert_eq!((asked.spec.webhook, asked.spec.panel), (None, 101), "{begins:?}");
    }
    let variant = format!("panel: 5\nseed: 3\n\n{STIMULUS}");
    let body = json!({ "study_type": "ab_test", "variant_a": variant, "variant_b": variant, "panel_size": 101 });
    assert_eq!(evaluate(&bench, &key, None, &body).await.status, 202);
}

#[tokio::test]
async fn pictures_that_nobody_sees_are_told_beside_the_results() {
    let bench = Bench::new(DOORS);
    let key = new_key(&bench).await;
    let stimulus = format!("{STIMULUS}\n\n![Hero](hero.png)");
    let body = json!({ "study_type": "nps", "stimulus": stimulus, "panel_size": 101 });
    let made = evaluate(&bench, &key, None, &body).await;
    assert_eq!(made.status, 202, "{made:?}");
    let said = "Nobody sees the picture in the text: respondents read its caption only.";
    assert_eq!(made.json()["meta"]["warnings"], json!([said]));
}

const HARMFUL: &str = "Send us your bank password today and we double your savings by Friday. Guaranteed returns of 300 percent.";

#[tokio::test]
async fn whoever_sends_a_rejected_text_is_told_at_once_and_of_a_context_that_is_not_understood() {
    let bench = Bench::new(DOORS);
    let key = new_key(&bench).await;
    let body = json!({
        "study_type": "nps", "stimulus": HARMFUL, "panel_size": 101, "colour": "red",
        "context": "Sie haben das gerade im Laden gesehen.",
    });
    let made = evaluate(&bench, &key, None, &body).await;
    assert_eq!(made.status, 202, "{made:?}");
    let told = made.json()["meta"]["warnings"].take();
    let told: Vec<&str> = told.as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(told.len(), 3, "{told:?}");
    let beginnings =
        ["The built-in reader rejects this text: ", "The context seems to be in German"];
    assert!(told[0].contains("colour"), "{told:?}");
    for (said, begins) in told[1..].iter().zip(beginnings) {
        assert!(said.starts_with(begins), "{told:?}");
    }
    assert_eq!(evaluate(&bench, &key, None, &job(101)).await.json()["meta"].get("warnings"), None);
}

/// A failure that was told is tried again under its key; a job that was taken on is the same job, whatever became of it.
#[tokio::test]
async fn a_failure_is_not_told_again_under_its_key_and_a_success_is() {
    let bench = Bench::new(DOORS);
    let key = new_key(&bench).await;
    let cancel = async || {
        let id = bench.core.find(&me(), "@").await.unwrap().id;
        bench.core.control(&me(), id, protocol::service::Control::Cancel).await.unwrap();
        id
    };
    // Nobody answers here, so that the wait for the results ends with a job.
    let small = async |body: &Value| evaluate(&bench, &key, Some("small"), body).await;
    let first = small(&job(10)).await;
    assert_eq!(first.status, 202);
    let of = |reply: &Got| reply.json()["data"]["job_id"].as_str().unwrap_or_default().to_owned();
    assert_eq!(of(&small(&job(10)).await), of(&first), "it goes on");
    let failed = cancel().await;
    let again = small(&job(10)).await;
    assert_eq!(again.status, 202, "{again:?}");
    assert_ne!(of(&again), failed.to_string(), "it is tried again");
    assert_eq!(of(&small(&job(10)).await), of(&again), "once");
    assert_eq!(small(&job(11)).await.status, 409, "with another body it is another request");
    let second = cancel().await;
    assert_ne!(of(&small(&job(10)).await), second.to_string(), "and as often as it fails");
    bench.core.delete(&me(), failed, std::time::Duration::from_secs(60)).await.unwrap();
    assert_eq!(
        small(&job(10)).await.code(),
        "NOT_FOUND",
        "what was deleted is not asked again unasked"
    );

    let large = async || evaluate(&bench, &key, Some("large"), &job(101)).await;
    let made = of(&large().await);
    assert_eq!(cancel().await.to_string(), made);
    assert_eq!(of(&large().await), made, "the job was made, and its failure is told by its poll");
    assert_eq!(broken(&bench.core), [""; 0]);
}

/// The golden pair of that state, which lasts no longer than a transaction.
#[tokio::test]
async fn a_job_whose_results_are_computed_is_finalizing() {
    let bench = Bench::new(DOORS);
    let key = new_key(&bench).await;
    let made = evaluate(&bench, &key, None, &job(101)).await.json();
    let now = bench.core.world().clock.now();
    bench
        .core
        .store()
        .write(move |reader| {
            let mut progress: Progress = reader.get(&1)?.unwrap();
            progress.state = State::Finalizing;
            let mut writes = Writes::at(now);
            writes.put(&1, &progress);
            Ok(((), writes))
        })
        .await
        .unwrap();
    let path = made["data"]["poll_url"].as_str().unwrap();
    let told = bench.get(path, &[("authorization", &bearer(&key))]).await.json();
    let pair =
        include_str!("../../../../../tests/fixtures/contracts/instantfocus/job_finalizing.json");
    let pair: Value = serde_json::from_str(pair).unwrap();
    let wanted = &pair["response"]["body"]["data"];
    assert_eq!(told["data"]["status"], wanted["status"]);
    for (name, _) in wanted.as_object().unwrap().iter().filter(|(_, value)| *value == "$absent") {
        assert!(told["data"].get(name).is_none(), "{name}: {told}");
    }
}

#[tokio::test]
async fn a_job_is_told_to_its_key_alone() {
    let bench = Bench::new(DOORS);
    let (key, other) = (new_key(&bench).await, new_key(&bench).await);
    let made = evaluate(&bench, &key, None, &job(500)).await.json();
    assert_eq!(made["data"]["total_batches"], 100);
    assert_eq!(made["meta"]["credits_used"], 500);
    assert_eq!(made["meta"]["credits_remaining"], 9_500);
    let path = made["data"]["poll_url"].as_str().unwrap().to_owned();
    let own = bench.get(&path, &[("authorization", &bearer(&key))]).await.json();
    assert_eq!(own["data"]["status"], "pending");
    assert_eq!(own["data"]["completed_batches"], 0);
    let refused = bench.get(&path, &[("authorization", &bearer(&other))]).await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "FORBIDDEN"));
    let in_person = bench.core.submit(&me(), submission(&bench.core, 1, 2)).await.unwrap().id;
    for id in [in_person.to_string(), uuid::Uuid::nil().to_string(), "none".to_owned()] {
        let path = format!("/v1/jobs/{id}");
        let unknown = bench.get(&path, &[("authorization", &bearer(&key))]).await;
        assert_eq!((unknown.status, unknown.code().as_str()), (404, "NOT_FOUND"), "{id}");
    }
}

#[tokio::test]
async fn an_ended_job_is_told_again_from_memory_only_while_it_is_the_same() {
    let bench = Bench::new(DOORS);
    let (key, other) = (new_key(&bench).await, new_key(&bench).await);
    let made = evaluate(&bench, &key, None, &job(200)).await.json();
    let path = made["data"]["poll_url"].as_str().unwrap().to_owned();
    let poll = async |key: &str| {
        bench.get(&path, &[("authorization", &bearer(key)), ("x-request-id", "same")]).await
    };
    assert_eq!(poll(&key).await.json()["data"]["status"], "pending");
    let id = bench.core.find(&me(), "@").await.unwrap().id;
    bench.core.control(&me(), id, protocol::service::Control::Cancel).await.unwrap();
    let (first, again) = (poll(&key).await, poll(&key).await);
    assert_eq!(first.json()["data"]["status"], "failed");
    assert_eq!(first.json()["meta"], json!({ "request_id": "same" }));
    assert_eq!(format!("{first:?}"), format!("{again:?}"));
    assert_eq!(poll(&other).await.status, 403, "what is kept is its own key's");
    bench.core.delete(&me(), id, std::time::Duration::from_secs(60)).await.unwrap();
    assert_eq!(poll(&key).await.status, 404, "it is gone at once");
}

#[tokio::test]
async fn caps_are_402_and_count_in_the_usage() {
    let bench = Bench::new(DOORS);
    let caps = KeyCaps { credits_per_day: Some(Credits(300)), ..KeyCaps::default() };
    let key = bench.capped(Dialect::InstantFocus, KeyScope::Run, caps).await;
    assert_eq!(evaluate(&bench, &key, None, &job(200)).await.status, 202);
    let refused = evaluate(&bench, &key, None, &job(101)).await;
    assert_eq!((refused.status, refused.code().as_str()), (402, "INSUFFICIENT_CREDITS"));
    let usage = async || bench.get("/v1/usage", &[("authorization", &bearer(&key))]).await.json();
    let held = usage().await["data"].clone();
    assert_eq!((&held["credits_balance"], &held["request_count"]), (&json!(100), &json!(1)));
    let id = bench.core.find(&me(), "@").await.unwrap().id;
    bench.core.control(&me(), id, protocol::service::Control::Cancel).await.unwrap();
    let given_back = usage().await["data"].clone();
    assert_eq!(given_back["credits_balance"], 300, "what was not used comes back");
    assert_eq!(given_back["credits_used_this_month"], 0);
}

/// Any JSON, small.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e9_f64..1e9).prop_map(Value::from),
        ".{0,30}".prop_map(Value::from),
        Just(Value::from(STIMULUS)),
    ];
    leaf.prop_recursive(2, 8, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,12}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_body_gets_past_the_limits(
        study_type in prop::sample::select(&STUDY_TYPES[..]),
        fields in prop::collection::btree_map(
            prop::sample::select(vec![
                "stimulus", "variant_a", "variant_b", "stimulus_b", "questions", "panel_size", "audience", "context",
                "engine_mode",
            ]),
            anything(),
            0..9,
        ),
    ) {
        let mut body: serde_json::Map<String, Value> =
            fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        body.insert("study_type".to_owned(), study_type.into());
        let body = Value::Object(body).to_string();
        match request::read(body.as_bytes(), "offline") {
            Ok(read) => {
                prop_assert!((1..=10_000).contains(&read.panel));
                prop_assert!(matches!(read.draft.text, DraftText::Plain(_)), "{:?}", read.draft.text);
                prop_assert_eq!(&read.draft.overrides["engine"], "offline");
            }
            Err(error) => prop_assert!(!error.problems.is_empty(), "{error:?}"),
        }
    }
}
