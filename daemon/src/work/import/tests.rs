//! Tests of imported results against a service of the test's own: what its hooks carry or name is kept once, beside the
//! studies and none of them; what lies is refused with its reason; and a key is shown to the origin that it is bound to, alone.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use protocol::error::ErrorCode;
use protocol::external::ExternalResult;
use protocol::hook_in::{
    HookAction, ImportOrigin, ReceivedHook, ReceivedState, SourceCaps, SourceKind, SourceRequest,
};
use protocol::service::StudyQuery;
use protocol::study::Origin;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::app::testing::{DRIVER, Disk, broken, everyone_answers, me, options, settings, world};
use crate::app::{Caller, Core, HookReceipt, IncomingHook, Settings};
use crate::config::Network;
use crate::domain::digest::{hmac_sha256, sha256_hex};
use crate::domain::hook_in::HookHeaders;
use crate::inference::prompt::Prompts;
use crate::inference::registry::Registry;
use crate::work::hooks_in::act;
use crate::world::testing::ManualClock;

const SECRET: &str = "rfnd_live_0123456789abcdef";
const KEY: &str = "ck_canary_0123456789abcdef";

fn core_with(environment: &[(&str, &str)]) -> (Core, Arc<ManualClock>) {
    let environment =
        environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let network = Network { proxy: "none".to_owned(), ca_file: String::new() };
    let (own, prompts) = (BTreeMap::new(), Prompts::shipped().unwrap());
    let models = Registry::new(own, prompts, &network, &environment, Duration::ZERO).unwrap();
    let settings =
        Settings { models: Some(Arc::new(models)), ..settings(1_000, everyone_answers()) };
    let (world, clock) = world();
    (Core::open_with(world, Disk::default().storage(), settings, options()).unwrap(), clock)
}

fn request(name: &str, kind: SourceKind, from: Option<ImportOrigin>) -> SourceRequest {
    SourceRequest {
        name: name.to_owned(),
        kind,
        action: HookAction::Import { from },
        events: Vec::new(),
        secret: Some(SECRET.to_owned()),
        caps: SourceCaps::NONE,
    }
}

/// Sends a hook as Refynd signs it.
async fn refynd(core: &Core, event: &str, body: &str) -> HookReceipt {
    let key = sha256_hex(SECRET);
    let tag = hex::encode(hmac_sha256(key.as_bytes(), body.as_bytes()));
    let now = core.world().clock.now().as_millisecond().to_string();
    let headers = [
        ("X-Refynd-Signature", format!("sha256={tag}")),
        ("X-Refynd-Timestamp", now),
        ("X-Refynd-Event", event.to_owned()),
    ];
    send(core, "reviews", &headers, body).await
}

/// Sends a hook as Candor signs it.
async fn candor(core: &Core, source: &str, id: &str, study: &str) -> HookReceipt {
    let body = json!({ "type": "study.completed", "data": { "studyId": study } }).to_string();
    let tag = hex::encode(hmac_sha256(SECRET.as_bytes(), body.as_bytes()));
    let headers =
        [("X-Candor-Signature", format!("sha256={tag}")), ("X-Candor-Delivery-Id", id.to_owned())];
    send(core, source, &headers, &body).await
}

async fn send(core: &Core, source: &str, headers: &[(&str, String)], body: &str) -> HookReceipt {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    let hook = IncomingHook {
        source: source.to_owned(),
        headers: HookHeaders::new(headers),
        body: body.as_bytes().to_vec(),
    };
    core.receive_hook(&Caller::stranger(1_000, Origin::Http), hook).await.unwrap()
}

/// Has what came in acted on; gives what became of the hook that came last.
async fn acted(core: &Core) -> ReceivedHook {
    // What is tried again later is told as the driver's trouble, too.
    let _looked = act(core.clone(), DRIVER.clone()).await;
    let mut all = core.received_hooks(&me(), 0, 100).await.unwrap().items;
    all.sort_by_key(|one| one.at);
    all.pop().unwrap()
}

fn evaluation(score: f64) -> String {
    json!({ "data": {
        "testRunId": "k57", "status": "complete", "content": { "text": "Ten habits", "type": "youtube" },
        "scores": { "overall": score, "clickRate": 0.5, "dimensions": [] }, "panelSize": 20,
    } })
    .to_string()
}

#[tokio::test]
async fn a_result_is_kept_once_beside_the_studies_and_is_none_of_them() {
    let (core, clock) = core_with(&[]);
    core.add_source(&me(), request("reviews", SourceKind::Refynd, None)).await.unwrap();
    let before = core.credits(&me()).await.unwrap();
    assert_eq!(refynd(&core, "evaluation.complete", &evaluation(6.8)).await, HookReceipt::Accepted);
    let came = acted(&core).await;
    assert_eq!(came.state, ReceivedState::Done, "{came:?}");
    let id = came.study.unwrap();
    let found = core.external(&me(), &id.short()).await.unwrap().unwrap();
    assert_eq!(
        (found.origin.source.as_str(), found.origin.external_id.as_str()),
        ("reviews", "k57")
    );
    assert_eq!((found.origin.service, found.content.numbers[0].value), (SourceKind::Refynd, 6.8));
    assert_eq!(found.origin.sha256, sha256_hex(evaluation(6.8)));

    // The same evaluation told otherwise changes nothing; neither does the very same hook.
    clock.advance(Duration::from_secs(1));
    let told_before = refynd(&core, "evaluation.complete", &evaluation(6.8)).await;
    assert_eq!(told_before, HookReceipt::Repeated);
    assert_eq!(refynd(&core, "evaluation.again", &evaluation(9.9)).await, HookReceipt::Accepted);
    let again = acted(&core).await;
    assert_eq!((again.state, again.study), (ReceivedState::Done, Some(id)));
    assert!(again.what.unwrap().contains("was imported before"));
    assert_eq!(core.external(&me(), &id.to_string()).await.unwrap().unwrap(), found);
    assert_eq!(core.externals(&me(), 0, 10).await.unwrap().items.len(), 1);

    // It is no study, costs nothing, and whoever takes it for one is told what it is.
    assert!(core.studies(&me(), &StudyQuery::default()).await.unwrap().items.is_empty());
    assert_eq!(core.credits(&me()).await.unwrap(), before);
    let error = core.find(&me(), &id.short()).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidInput);
    assert!(error.message.contains("is an external result"), "{error}");
    assert!(core.report(&me(), id).await.is_err());
    let key = Caller::stranger(1_000, Origin::Http);
    assert_eq!(core.external(&key, &id.short()).await.unwrap_err().code, ErrorCode::Forbidden);

    // What lies is refused with its reason, can be sent again, and leaves the store as it was.
    clock.advance(Duration::from_secs(1));
    refynd(&core, "evaluation.other", &evaluation(68.0)).await;
    let lied = acted(&core).await;
    assert_eq!((lied.state, lied.study), (ReceivedState::Failed, None));
    assert!(lied.what.unwrap().contains("scores.overall is not from 1 to 10"));
    assert_eq!(core.externals(&me(), 0, 10).await.unwrap().items.len(), 1);
    assert_eq!(broken(&core), Vec::<String>::new());

    core.remove_external(&me(), id).await.unwrap();
    assert_eq!(core.external(&me(), &id.short()).await.unwrap(), None);
    assert_eq!(core.remove_external(&me(), id).await.unwrap_err().code, ErrorCode::NotFound);
    core.close();
}

/// A service that has those replies by path, and tells the requests that it got.
async fn service(replies: &[(&'static str, String)]) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/api", listener.local_addr().unwrap());
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let (notes, replies) = (Arc::clone(&heard), replies.to_vec());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (notes, replies) = (Arc::clone(&notes), replies.clone());
            tokio::spawn(async move {
                let (mut bytes, mut text) = (vec![0; 8 * 1_024], String::new());
                while !text.contains("\r\n\r\n") {
                    match stream.read(&mut bytes).await {
                        Ok(0) | Err(_) => return,
                        Ok(count) => text.push_str(&String::from_utf8_lossy(&bytes[..count])),
                    }
                }
                let path = text.split(' ').nth(1).unwrap_or_default();
                let found = replies.iter().find(|(known, _)| *known == path);
                let reply = found.map_or("404 Not Found\r\n\r\n", |(_, reply)| reply.as_str());
                let head = "HTTP/1.1 ";
                notes.lock().unwrap().push(text.clone());
                let _gone = stream.write_all(format!("{head}{reply}").as_bytes()).await;
            });
        }
    });
    (url, heard)
}

fn ok(body: &serde_json::Value) -> String {
    let body = body.to_string();
    format!("200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

async fn only(core: &Core) -> ExternalResult {
    let all = core.externals(&me(), 0, 10).await.unwrap().items;
    let [one] = &all[..] else { panic!("{all:?}") };
    core.external(&me(), &one.origin.id.to_string()).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_named_study_is_fetched_with_a_key_that_its_origin_alone_is_shown() {
    let study = json!({ "study": { "id": "study_1", "name": "Walkthrough", "stimulus": { "type": "url" } } });
    let quote = format!("They told me {KEY} aloud");
    let findings =
        json!({ "findings": [{ "priority": "P1", "title": "Price", "keyQuotes": [quote] }] });
    let (elsewhere, stolen) = service(&[]).await;
    let away =
        format!("302 Found\r\nlocation: {elsewhere}/studies/study_2\r\ncontent-length: 0\r\n\r\n");
    let (url, heard) = service(&[
        ("/api/studies/study_1", ok(&study)),
        ("/api/studies/study_1/findings", ok(&findings)),
        ("/api/studies/study_2", away),
    ])
    .await;
    let (core, clock) = core_with(&[]);
    core.add_source(&me(), request("bare", SourceKind::Candor, None)).await.unwrap();
    let key_env = "CANDOR_API_KEY".to_owned();
    let from = ImportOrigin { base_url: url, key_env };
    let with_key = request("people", SourceKind::Candor, Some(from.clone()));
    core.add_source(&me(), with_key).await.unwrap();

    candor(&core, "bare", "d0", "study_1").await;
    let noted = acted(&core).await;
    assert_eq!(noted.state, ReceivedState::Noted);
    assert!(noted.what.unwrap().contains("without a key"));

    clock.advance(Duration::from_secs(1));
    candor(&core, "people", "d1", "study_1").await;
    let waiting = acted(&core).await;
    assert_eq!(waiting.state, ReceivedState::Pending);
    assert!(waiting.what.unwrap().contains("no key was seen in CANDOR_API_KEY"));
    assert!(heard.lock().unwrap().is_empty(), "nothing is asked without a key");

    // A command hands over what its environment holds; what waits is tried again.
    assert!(core.engine_variables(&me()).await.unwrap().contains(&from.key_env));
    let held = BTreeMap::from([(from.key_env.clone(), KEY.to_owned())]);
    core.offer(&me(), held).await.unwrap();
    clock.advance(Duration::from_mins(1));
    let done = acted(&core).await;
    assert_eq!(done.state, ReceivedState::Done, "{done:?}");
    let found = only(&core).await;
    assert_eq!((found.content.name.as_str(), found.content.findings.len()), ("Walkthrough", 1));
    assert!(!format!("{found:?}").contains(KEY), "a key that is repeated is masked");
    {
        let heard = heard.lock().unwrap();
        let bearer = format!("authorization: bearer {}", KEY.to_lowercase());
        assert_eq!(heard.len(), 2);
        assert!(heard.iter().all(|one| one.to_lowercase().contains(&bearer)), "{heard:?}");
    }

    // A redirect is followed nowhere, and a study that is not there is no reason to ask for ever.
    clock.advance(Duration::from_secs(1));
    candor(&core, "people", "d2", "study_2").await;
    let redirected = acted(&core).await;
    assert!(redirected.what.unwrap().contains("replied 302"));
    assert!(stolen.lock().unwrap().is_empty());
    clock.advance(Duration::from_secs(1));
    candor(&core, "people", "d3", "study_3").await;
    let missing = acted(&core).await;
    assert_eq!(missing.state, ReceivedState::Failed);
    assert!(missing.what.unwrap().contains("replied 404"));
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

#[tokio::test]
async fn an_origin_that_would_leak_a_key_is_refused() {
    let (core, _) = core_with(&[("OPENAI_API_KEY", "sk-canary")]);
    let from = |base_url: &str, key_env: &str| {
        Some(ImportOrigin { base_url: base_url.to_owned(), key_env: key_env.to_owned() })
    };
    let candor = SourceKind::Candor;
    for (kind, from, place) in [
        (candor, from("http://example.com/api", "CANDOR_API_KEY"), "--api"),
        (candor, from("https://u:p@example.com/api", "CANDOR_API_KEY"), "--api"),
        (candor, from("https://example.com/api", "ck_0123456789abcdef"), "--api-key-env"),
        (candor, from("https://example.com/api", "OPENAI_API_KEY"), "--api-key-env"),
        (SourceKind::Refynd, from("https://example.com/api", "CANDOR_API_KEY"), "--api"),
        (SourceKind::Github, None, "--do"),
    ] {
        let error = core.add_source(&me(), request("people", kind, from)).await.unwrap_err();
        let places: Vec<&str> = error.problems.iter().map(|one| one.place.as_str()).collect();
        assert_eq!(places, [place], "{error:?}");
    }
    let first = request("people", candor, from("https://example.com/api", "CANDOR_API_KEY"));
    core.add_source(&me(), first).await.unwrap();
    let other = request("others", candor, from("https://other.example/api", "CANDOR_API_KEY"));
    assert_eq!(core.add_source(&me(), other).await.unwrap_err().code, ErrorCode::Conflict);
    core.close();
}
