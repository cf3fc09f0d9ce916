//! Tests of webhooks on a real store: a delivery comes with its event and keeps its id and body, attempts are made in
//! time and end, endpoints are paused, removed and told apart, and nothing is left of a deleted study.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use protocol::credits::Credits;
use protocol::error::ErrorCode;
use protocol::hook::{
    Delivery, DeliveryQuery, DeliveryState, EndpointAdded, EndpointControl, EndpointRequest,
    EndpointState, HookFormat, SecretWish,
};
use protocol::key::{Dialect, KeyCaps, KeyId, KeyScope, NewKey};
use protocol::service::Control;
use protocol::study::Origin;

use crate::app::hooks::deliver::DueHooks;
use crate::app::studies::submit::Submission;
use crate::app::testing::{
    DRIVER, Disk, broken, everyone_answers, me, options, paper, settings, spec, submission_of,
    world,
};
use crate::app::{
    Attempted, Batch, CallOrigin, Caller, Core, MostUnderWay, OutgoingHook, Owner, Scopes,
};
use crate::domain::credits::RoundCharge;
use crate::domain::deliver::{AttemptResult, HookEvent, HookResult, rendered, standard};
use crate::domain::digest::{hmac_sha256, sha256_hex};
use crate::domain::outcome::{Assignment, FIRST_ROUND, Outcome, Usage};
use crate::world::testing::ManualClock;

fn open(disk: &Disk) -> (Core, Arc<ManualClock>) {
    let (world, clock) = world();
    let settings = settings(1_000, everyone_answers());
    (Core::open_with(world, disk.storage(), settings, options()).unwrap(), clock)
}

const MANY: MostUnderWay = MostUnderWay { of_endpoint: 100, in_all: 100 };

fn request(url: &str) -> EndpointRequest {
    EndpointRequest {
        url: url.to_owned(),
        format: HookFormat::Standard,
        events: Vec::new(),
        allow_private: false,
        secret: None,
        key: None,
    }
}

async fn add(core: &Core, url: &str) -> EndpointAdded {
    core.add_endpoint(&me(), request(url)).await.unwrap()
}

async fn due(core: &Core) -> DueHooks {
    begin(core, BTreeMap::new(), MANY).await
}

async fn begin(
    core: &Core,
    under_way: BTreeMap<uuid::Uuid, BTreeSet<u64>>,
    most: MostUnderWay,
) -> DueHooks {
    core.begin_deliveries(&DRIVER, under_way, most, |_, of| standard(of)).await.unwrap()
}

async fn tell(core: &Core, call: &OutgoingHook, status: u16) {
    answer(core, call, status, None).await;
}

async fn answer(core: &Core, call: &OutgoingHook, status: u16, patience: Option<Duration>) {
    let attempted = Attempted {
        at: core.world().clock.now(),
        took: Duration::from_millis(84),
        result: AttemptResult::Status(status, patience),
        reply: "\u{1b}]0;owned\u{7}busy".to_owned(),
    };
    core.attempted(&DRIVER, call.key, attempted).await.unwrap();
}

async fn all(core: &Core) -> Vec<Delivery> {
    let query = DeliveryQuery { limit: 200, ..DeliveryQuery::default() };
    core.deliveries(&me(), query).await.unwrap().items
}

fn header<'a>(call: &'a OutgoingHook, name: &str) -> &'a str {
    &call.headers.iter().find(|(own, _)| *own == name).unwrap().1
}

#[tokio::test]
async fn a_delivery_comes_with_its_event_and_keeps_its_id_and_body_until_it_is_taken() {
    let disk = Disk::default();
    let (core, clock) = open(&disk);
    let added = add(&core, "https://example.com/hook").await;
    assert!(added.secret.as_ref().is_some_and(|secret| secret.starts_with("whsec_")));
    assert!(!format!("{added:?}").contains("whsec_"));
    let study = core.submit(&me(), paper(1, 4)).await.unwrap();
    let listed = all(&core).await;
    assert_eq!((listed.len(), listed[0].kind.as_str()), (1, "study.queued"));
    assert_eq!((listed[0].study, listed[0].state), (Some(study.id), DeliveryState::Pending));

    let first = due(&core).await.calls.remove(0);
    assert!(first.body.contains(&study.id.to_string()), "{}", first.body);
    tell(&core, &first, 500).await;
    let waiting = due(&core).await;
    assert!(waiting.calls.is_empty() && waiting.next.is_some(), "{waiting:?}");
    // The name of the study is another one now, and so is the daemon's life.
    core.tag(&me(), study.id, vec!["later".to_owned()]).await.unwrap();
    core.close();
    let (core, clock_again) = open(&disk.after_crash());
    clock_again.jump_to(core_time(&clock));
    clock_again.advance(Duration::from_secs(7));
    let again = due(&core).await.calls;
    let second = again.iter().find(|call| call.key == first.key).unwrap();
    assert_eq!(second.body, first.body, "byte for byte");
    assert_eq!(header(second, "webhook-id"), header(&first, "webhook-id"));
    assert_ne!(header(second, "webhook-timestamp"), header(&first, "webhook-timestamp"));
    tell(&core, second, 204).await;
    let detail = core.delivery(&me(), header(&first, "webhook-id")).await.unwrap();
    assert_eq!(detail.delivery.state, DeliveryState::Delivered);
    let reply = &detail.delivery.attempts[0].reply;
    assert!(reply.ends_with("busy") && !reply.contains(char::is_control), "{reply:?}");
    assert_eq!(detail.body.as_ref(), Some(&first.body));
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

fn core_time(clock: &ManualClock) -> jiff::Timestamp {
    use crate::world::Clock as _;
    clock.now()
}

#[tokio::test]
async fn four_attempts_end_it_and_it_can_be_sent_again_and_is_forgotten_after_a_month() {
    let (core, clock) = open(&Disk::default());
    add(&core, "https://example.com/hook").await;
    core.submit(&me(), paper(1, 4)).await.unwrap();
    let mut id = String::new();
    for attempt in 1..=4 {
        let calls = due(&core).await.calls;
        assert_eq!(calls.len(), 1, "attempt {attempt}");
        header(&calls[0], "webhook-id").clone_into(&mut id);
        tell(&core, &calls[0], 503).await;
        clock.advance(Duration::from_mins(10));
    }
    assert!(due(&core).await.calls.is_empty());
    let dead = all(&core).await.remove(0);
    assert_eq!((dead.state, dead.tries, dead.attempts.len()), (DeliveryState::Dead, 4, 4));
    let endpoint = core.endpoints(&me()).await.unwrap().remove(0);
    assert_eq!(endpoint.state, EndpointState::Failing);
    assert_eq!((endpoint.pending, endpoint.last_day), (0, (0, 1)));

    core.redeliver(&me(), &id).await.unwrap();
    assert_eq!(core.redeliver(&me(), &id).await.unwrap_err().code, ErrorCode::Conflict);
    let call = due(&core).await.calls.remove(0);
    assert_eq!(header(&call, "webhook-id"), id);
    tell(&core, &call, 200).await;
    let endpoint = core.endpoints(&me()).await.unwrap().remove(0);
    assert_eq!(endpoint.state, EndpointState::Healthy, "it takes deliveries again");

    // Given up once more: it stays for thirty days.
    core.redeliver(&me(), &id).await.unwrap();
    for _ in 0..4 {
        let call = due(&core).await.calls.remove(0);
        tell(&core, &call, 500).await;
        clock.advance(Duration::from_mins(10));
    }
    clock.advance(Duration::from_hours(24 * 29));
    assert_eq!(core.prune_deliveries(&DRIVER).await.unwrap(), 0);
    clock.advance(Duration::from_hours(48));
    assert_eq!(core.prune_deliveries(&DRIVER).await.unwrap(), 1);
    assert!(all(&core).await.is_empty());
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

#[tokio::test]
async fn a_paused_endpoint_is_told_nothing_and_a_removed_one_never_again() {
    let (core, clock) = open(&Disk::default());
    let one = add(&core, "https://one.example/").await.endpoint.id;
    let other = add(&core, "https://other.example/").await.endpoint.id;
    core.submit(&me(), paper(1, 4)).await.unwrap();
    core.control_endpoint(&me(), &one[..8], EndpointControl::Pause).await.unwrap();
    core.submit(&me(), paper(2, 4)).await.unwrap();
    let calls = due(&core).await.calls;
    assert_eq!(calls.len(), 2);
    assert!(calls.iter().all(|call| call.url == "https://other.example/"));
    core.control_endpoint(&me(), "https://one.example/", EndpointControl::Resume).await.unwrap();
    assert_eq!(
        due(&core).await.calls.len(),
        3,
        "what waited goes on; what happened meanwhile does not"
    );
    // A receiver that wants no more pauses its endpoint.
    let of_one = due(&core).await.calls.into_iter().find(|call| call.url.contains("one")).unwrap();
    tell(&core, &of_one, 410).await;
    let endpoints = core.endpoints(&me()).await.unwrap();
    let endpoint = endpoints.iter().find(|endpoint| endpoint.id == one).unwrap();
    assert_eq!(endpoint.state, EndpointState::Paused);
    assert!(core.test_endpoint(&me(), &one).await.is_err());
    core.control_endpoint(&me(), &other, EndpointControl::Remove).await.unwrap();
    clock.advance(Duration::from_hours(1));
    assert!(due(&core).await.calls.is_empty());
    let states: Vec<DeliveryState> = all(&core).await.iter().map(|one| one.state).collect();
    assert_eq!(states, [DeliveryState::Dead; 3]);
    let id = all(&core).await.remove(0).id;
    assert_eq!(core.redeliver(&me(), &id).await.unwrap_err().code, ErrorCode::Conflict);
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

#[tokio::test]
async fn secrets_are_shown_once_and_both_sign_for_a_day() {
    let (core, clock) = open(&Disk::default());
    let id = add(&core, "https://example.com/").await.endpoint.id;
    let shown = core.hook_secret(&me(), Some(id.clone()), SecretWish::Show).await.unwrap();
    assert_eq!(shown.secret, None, "it was shown when it was made");
    let fresh = core.hook_secret(&me(), Some(id.clone()), SecretWish::Rotate).await.unwrap();
    assert!(fresh.secret.is_some() && fresh.both_until.is_some());
    let early = core.hook_secret(&me(), Some(id.clone()), SecretWish::Rotate).await.unwrap_err();
    let until = fresh.both_until.unwrap().strftime("%Y-%m-%d %H:%M:%S UTC").to_string();
    assert!(early.code == ErrorCode::Conflict && early.message.contains(&until), "{early}");
    core.submit(&me(), paper(1, 4)).await.unwrap();
    let call = due(&core).await.calls.remove(0);
    assert_eq!(header(&call, "webhook-signature").split(' ').count(), 2);
    clock.advance(Duration::from_hours(25));
    let call = due(&core).await.calls.remove(0);
    assert_eq!(header(&call, "webhook-signature").split(' ').count(), 1);
    assert!(core.hook_secret(&me(), Some(id), SecretWish::Rotate).await.is_ok(), "a day later");
    let default = core.hook_secret(&me(), None, SecretWish::Show).await.unwrap();
    assert!(default.secret.is_some());
    assert_eq!(core.hook_secret(&me(), None, SecretWish::Show).await.unwrap().secret, None);
    core.close();
}

#[tokio::test]
async fn a_study_tells_the_address_it_names_of_its_end_and_of_nothing_else() {
    let (core, _) = open(&Disk::default());
    let mut named = paper(1, 4);
    named.plan.spec.webhook = Some("https://example.com/mine".to_owned());
    named.hops = 2;
    let study = core.submit(&me(), named).await.unwrap();
    core.submit(&me(), paper(2, 4)).await.unwrap();
    assert!(all(&core).await.is_empty(), "not of its beginning");
    core.control(&me(), study.id, Control::Cancel).await.unwrap();
    let told = all(&core).await;
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].kind.as_str(), told[0].study), ("study.cancelled", Some(study.id)));
    let call = due(&core).await.calls.remove(0);
    assert!(!call.allow_private, "a file never leads to a private address");
    assert_eq!(header(&call, "demoscope-hop"), "3");
    let endpoint = core.endpoints(&me()).await.unwrap().remove(0);
    assert!(endpoint.events.is_empty() && endpoint.secret_made_at.is_none());
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

/// Somebody who shows a fresh key, and that key.
async fn bearer(core: &Core, allow_private: bool) -> (Caller, String) {
    let (dialect, scope) = (Dialect::Demoscope, KeyScope::Run);
    let caps = KeyCaps::default();
    let new = NewKey { dialect, scope, name: None, engine: None, caps, allow_private };
    let key = core.create_key(&me(), new).await.unwrap().key;
    let stranger = Caller::stranger(1_000, Origin::Http);
    (core.admit(&stranger, dialect, &key).await.unwrap().caller, key)
}

#[tokio::test]
async fn an_address_that_studies_of_two_keys_and_of_none_name_is_told_of_each_once() {
    let (core, _) = open(&Disk::default());
    let (one, its_key) = bearer(&core, true).await;
    let (other, _) = bearer(&core, false).await;
    let submit = async |caller: &Caller, key, hook_format| {
        let mut named = Submission { hook_format, ..paper(key, 4) };
        named.plan.spec.webhook = Some("https://example.com/mine".to_owned());
        let study = core.submit(caller, named).await.unwrap().id;
        core.control(&me(), study, Control::Cancel).await.unwrap();
        study
    };
    let first = submit(&one, 1, HookFormat::Refynd).await;
    submit(&other, 2, HookFormat::Refynd).await;
    submit(&other, 3, HookFormat::Standard).await;
    submit(&me(), 4, HookFormat::Standard).await;
    assert_eq!((all(&core).await.len(), core.endpoints(&me()).await.unwrap().len()), (4, 4));
    let render = |format: HookFormat, of: HookEvent<'_>| match of.result {
        Some(HookResult { report, held }) => rendered("ended", &(report.study.id, held)),
        None => standard(of).inspect(|_| assert_eq!(format, HookFormat::Standard)),
    };
    let due = async || core.begin_deliveries(&DRIVER, BTreeMap::new(), MANY, render).await.unwrap();
    let calls = due().await.calls;
    assert_eq!(calls.len(), 4);
    let told = calls.iter().find(|call| call.body.contains(&first.to_string())).unwrap();
    assert_eq!(told.body, format!("[\"{first}\",4]"), "the study and what was held for it");
    assert!(told.allow_private, "its key may");
    assert_eq!(calls.iter().filter(|call| call.allow_private).count(), 1, "no other may");
    let secret = sha256_hex(&its_key);
    let signature = hex::encode(hmac_sha256(secret.as_bytes(), told.body.as_bytes()));
    assert_eq!(header(told, "x-refynd-signature"), format!("sha256={signature}"));
    assert_eq!(header(told, "x-refynd-event"), "ended");

    // It wants no more of this one; the next evaluation asks again.
    tell(&core, told, 410).await;
    let dead = all(&core).await.into_iter().find(|told| told.study == Some(first)).unwrap();
    assert_eq!((dead.state, dead.tries), (DeliveryState::Dead, 1));
    let endpoints = core.endpoints(&me()).await.unwrap();
    let endpoint = endpoints.into_iter().find(|one| one.state != EndpointState::Healthy).unwrap();
    assert_eq!((endpoint.format, endpoint.state), (HookFormat::Refynd, EndpointState::Failing));
    let hidden = core.hook_secret(&me(), Some(endpoint.id), SecretWish::Show).await.unwrap_err();
    assert!(hidden.message.contains("k1 signs"), "{hidden}");
    submit(&one, 5, HookFormat::Refynd).await;
    assert_eq!(due().await.calls.len(), 4, "the others, and the new one");
    assert_eq!(core.endpoints(&me()).await.unwrap().len(), 4);
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

#[tokio::test]
async fn an_endpoint_of_results_is_told_how_evaluations_end_and_its_key_signs() {
    let (core, _) = open(&Disk::default());
    let (other, _) = key_of(&core, Dialect::Demoscope).await;
    let (signer, key) = key_of(&core, Dialect::Refynd).await;
    let own = |key| EndpointRequest {
        format: HookFormat::Refynd,
        key,
        ..request("https://example.com/")
    };
    let events = vec!["study.*".to_owned()];
    let secret = Some("sixteen-characters".to_owned());
    let problems = |error: protocol::error::ApiError| {
        error.problems.into_iter().map(|problem| problem.place).collect::<Vec<_>>()
    };
    let bad = EndpointRequest { events, secret, ..own(None) };
    let told = problems(core.add_endpoint(&me(), bad).await.unwrap_err());
    assert_eq!(told, ["--key", "secret", "--events"]);
    let bad = EndpointRequest { format: HookFormat::Candor, ..own(Some(signer)) };
    assert_eq!(problems(core.add_endpoint(&me(), bad).await.unwrap_err()), ["--key"]);
    for unfit in [other, KeyId(9)] {
        let error = core.add_endpoint(&me(), own(Some(unfit))).await.unwrap_err();
        assert!(error.message.contains("is no key of the door refynd"), "{error}");
    }
    let added = core.add_endpoint(&me(), own(Some(signer))).await.unwrap();
    assert_eq!((added.secret, added.endpoint.key), (None, Some(signer)));
    let (name, wish) = (Some(added.endpoint.id.clone()), SecretWish::Rotate);
    assert!(core.hook_secret(&me(), name, wish).await.is_err(), "the key is its secret");
    assert!(core.test_endpoint(&me(), &added.endpoint.id).await.is_err());

    // A concept test has no result in that format, and a beginning is no end.
    let paper_only = core.submit(&me(), paper(1, 4)).await.unwrap().id;
    core.control(&me(), paper_only, Control::Cancel).await.unwrap();
    let mut review = paper(2, 4);
    review.plan.charge = Some(RoundCharge { half_credits: 2, once: Credits::ZERO, rounds: 1 });
    let review = core.submit(&me(), review).await.unwrap().id;
    assert!(all(&core).await.is_empty());
    core.control(&me(), review, Control::Cancel).await.unwrap();
    let render = |_, of: HookEvent<'_>| rendered("ended", &of.result.unwrap().report.study.id);
    let due = core.begin_deliveries(&DRIVER, BTreeMap::new(), MANY, render).await.unwrap();
    let [call] = &due.calls[..] else { panic!("{due:?}") };
    assert_eq!(call.body, format!("\"{review}\""));
    let signature = hex::encode(hmac_sha256(sha256_hex(&key).as_bytes(), call.body.as_bytes()));
    assert_eq!(header(call, "x-refynd-signature"), format!("sha256={signature}"));
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

/// A fresh key of a door.
async fn key_of(core: &Core, dialect: Dialect) -> (KeyId, String) {
    let (scope, caps) = (KeyScope::Run, KeyCaps::default());
    let new = NewKey { dialect, scope, name: None, engine: None, caps, allow_private: false };
    let fresh = core.create_key(&me(), new).await.unwrap();
    (fresh.id, fresh.key)
}

#[tokio::test]
async fn what_was_due_at_a_receiver_that_wants_no_more_is_dead_and_can_be_sent_again() {
    let (core, _) = open(&Disk::default());
    let id = add(&core, "https://example.com/").await.endpoint.id;
    for key in 1..=3 {
        core.submit(&me(), paper(key, 4)).await.unwrap();
    }
    let calls = due(&core).await.calls;
    assert_eq!(calls.len(), 3);
    // One was sent and not taken, one is under way, and the third is told that there will be no more.
    tell(&core, &calls[0], 500).await;
    tell(&core, &calls[2], 410).await;
    let told = all(&core).await;
    assert!(told.iter().all(|one| one.state == DeliveryState::Dead), "{told:?}");
    for one in &told {
        let last = one.attempts.last().unwrap();
        let why = last.error.as_deref().unwrap();
        assert!(last.status == Some(410) || why.contains("410: it wants no more"), "{why}");
    }
    let endpoint = core.endpoints(&me()).await.unwrap().remove(0);
    assert_eq!((endpoint.state, endpoint.pending), (EndpointState::Paused, 0));
    // The one under way was taken all the same: it counts as delivered and opens nothing.
    tell(&core, &calls[1], 200).await;
    let of = |call: &OutgoingHook| header(call, "webhook-id").to_owned();
    let taken = core.delivery(&me(), &of(&calls[1])).await.unwrap().delivery;
    assert_eq!(taken.state, DeliveryState::Delivered);
    assert_eq!(core.endpoints(&me()).await.unwrap()[0].state, EndpointState::Paused);
    assert_eq!(core.redeliver(&me(), &of(&calls[0])).await.unwrap_err().code, ErrorCode::Conflict);
    core.control_endpoint(&me(), &id, EndpointControl::Resume).await.unwrap();
    assert!(due(&core).await.calls.is_empty(), "nothing goes by itself");
    core.redeliver(&me(), &of(&calls[0])).await.unwrap();
    assert_eq!(due(&core).await.calls.len(), 1);
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

#[tokio::test]
async fn nothing_that_was_sent_is_left_of_a_deleted_study_but_that_it_was_deleted() {
    let disk = Disk::default();
    let (core, _) = open(&disk);
    add(&core, "https://example.com/").await;
    let mut secret = paper(1, 4);
    secret.plan.spec.name = "Kumquat".to_owned();
    let study = core.submit(&me(), secret).await.unwrap();
    core.control(&me(), study.id, Control::Cancel).await.unwrap();
    let calls = due(&core).await.calls;
    assert!(calls.iter().any(|call| call.body.contains("Kumquat")));
    let deleted = core.delete(&me(), study.id, Duration::from_secs(60)).await.unwrap();
    assert!(deleted.gone);
    let left = all(&core).await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].kind, "study.deleted");
    let calls = due(&core).await.calls;
    assert!(calls.len() == 1 && !calls[0].body.contains("Kumquat"));
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

#[tokio::test]
async fn a_time_of_day_that_is_put_back_delays_nothing_for_long() {
    let (core, clock) = open(&Disk::default());
    add(&core, "https://example.com/").await;
    core.submit(&me(), paper(1, 4)).await.unwrap();
    clock.jump_to("2025-01-01T00:00:00Z".parse().unwrap());
    assert_eq!(due(&core).await.calls.len(), 1, "it was due, and would be in two years");
    core.close();
}

#[tokio::test]
async fn an_endpoint_that_cannot_work_is_refused_with_every_problem() {
    let (core, _) = open(&Disk::default());
    let bad = EndpointRequest {
        url: "http://127.0.0.1/hook".to_owned(),
        events: vec!["studdy.*".to_owned()],
        secret: Some("12345".to_owned()),
        key: None,
        ..request("")
    };
    let error = core.add_endpoint(&me(), bad).await.unwrap_err();
    assert_eq!((error.code, error.problems.len()), (ErrorCode::InvalidInput, 3));
    assert!(!format!("{error:?}").contains("12345"), "a secret is not repeated");
    let guest = Caller {
        owner: Owner::Guest("ada".to_owned()),
        scopes: Scopes::ALL,
        origin: CallOrigin::Door(Origin::Http),
    };
    let error = core.add_endpoint(&guest, request("https://example.com/")).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Forbidden);
    add(&core, "https://example.com/").await;
    let twice = core.add_endpoint(&me(), request("https://example.com/")).await.unwrap_err();
    assert_eq!(twice.code, ErrorCode::Conflict);
    core.close();
}

#[tokio::test]
async fn what_waits_longest_goes_first_and_no_more_is_under_way_in_all_than_may_be() {
    let (core, clock) = open(&Disk::default());
    for name in ["a", "b", "c"] {
        add(&core, &format!("https://{name}.example/")).await;
    }
    core.submit(&me(), paper(1, 4)).await.unwrap();
    let first = due(&core).await.calls;
    assert_eq!(first.len(), 3);
    tell(&core, &first[0], 500).await;
    clock.advance(Duration::from_secs(3));
    core.submit(&me(), paper(2, 4)).await.unwrap();
    clock.advance(Duration::from_secs(60));
    core.submit(&me(), paper(3, 4)).await.unwrap();
    let busy: BTreeMap<_, _> =
        first[1..].iter().map(|call| (call.key.1, [call.key.0].into())).collect();
    let most = MostUnderWay { of_endpoint: 2, in_all: 5 };
    let next = begin(&core, busy.clone(), most).await.calls;
    let (two, retry) = (first[0].key.0 + 1, first[0].key);
    let keys: Vec<_> = next.iter().map(|call| call.key).collect();
    assert_eq!(keys.len(), 3, "two are under way");
    assert!(keys.iter().filter(|key| **key != retry).all(|(seq, _)| *seq == two), "{keys:?}");
    let most = MostUnderWay { in_all: 100, ..most };
    let next = begin(&core, busy.clone(), most).await.calls;
    let of_first: Vec<_> =
        next.iter().map(|call| call.key).filter(|(_, id)| *id == retry.1).collect();
    assert_eq!(of_first, [(two, retry.1), retry], "the retry comes before what happened later");
    let most = MostUnderWay { in_all: 2, ..most };
    assert!(begin(&core, busy, most).await.calls.is_empty());
    core.close();
}

#[tokio::test]
async fn what_is_given_up_unsent_lets_the_next_go_at_once() {
    let (core, _) = open(&Disk::default());
    add(&core, "https://example.com/").await;
    for key in 1..=3 {
        core.submit(&me(), paper(key, 4)).await.unwrap();
    }
    let seqs: Vec<u64> = all(&core).await.iter().map(|one| one.event).collect();
    // Their events are gone, so there is nothing to send of the two older ones.
    let now = core.world().clock.now();
    core.store()
        .write(move |_| {
            let mut writes = crate::store::Writes::at(now);
            for seq in &seqs[1..] {
                writes.remove::<protocol::event::Event>(seq);
            }
            Ok(((), writes))
        })
        .await
        .unwrap();
    let two = MostUnderWay { of_endpoint: 2, in_all: 100 };
    let begun = begin(&core, BTreeMap::new(), two).await;
    assert!(begun.calls.is_empty() && begun.next == Some(Duration::ZERO), "{begun:?}");
    let begun = begin(&core, BTreeMap::new(), two).await;
    assert!(begun.calls.len() == 1 && begun.next.is_none(), "{begun:?}");
    core.close();
}

#[tokio::test]
async fn the_address_of_a_study_is_forgotten_when_nothing_is_to_be_told_there_and_can_come_back() {
    let (core, clock) = open(&Disk::default());
    let named = |key| {
        let mut named = paper(key, 4);
        named.plan.spec.webhook = Some("https://example.com/mine".to_owned());
        named
    };
    let endpoints = async || {
        core.prune_deliveries(&DRIVER).await.unwrap();
        core.endpoints(&me()).await.unwrap().len()
    };
    for (key, status) in [(1, 204), (2, 500)] {
        let study = core.submit(&me(), named(key)).await.unwrap();
        assert_eq!(endpoints().await, 1, "it is unfinished");
        core.control(&me(), study.id, Control::Cancel).await.unwrap();
        assert_eq!(endpoints().await, 1, "its end is to be told");
        for _ in 0..4 {
            if let Some(call) = due(&core).await.calls.first() {
                tell(&core, call, status).await;
            }
            clock.advance(Duration::from_mins(10));
        }
        assert_eq!(endpoints().await, usize::from(status == 500), "a dead one can be sent again");
    }
    let dead = all(&core).await.into_iter().find(|one| one.state == DeliveryState::Dead).unwrap();
    core.redeliver(&me(), &dead.id).await.unwrap();
    tell(&core, &due(&core).await.calls.remove(0), 200).await;
    assert_eq!(endpoints().await, 0);

    // One that is asked again tells of its end again.
    let mut third = spec(2);
    third.webhook = Some("https://example.com/mine".to_owned());
    let study = core.submit(&me(), submission_of(&core, 3, third)).await.unwrap();
    core.begin(&DRIVER, 3).await.unwrap();
    let mut batch = Batch::new(3, 0);
    for respondent in 0..2 {
        let failed = Outcome::Failed { reason: "no line".to_owned() };
        let at = Assignment::first(FIRST_ROUND, respondent);
        batch.push(&[(at, failed, Usage::default())]).unwrap();
    }
    core.record(&DRIVER, batch).await.unwrap();
    core.end_round(&DRIVER, 3, None).await.unwrap();
    tell(&core, &due(&core).await.calls.remove(0), 200).await;
    assert_eq!(endpoints().await, 0);
    core.control(&me(), study.id, Control::Retry).await.unwrap();
    core.control(&me(), study.id, Control::Cancel).await.unwrap();
    assert_eq!(due(&core).await.calls.len(), 1);
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

#[tokio::test]
async fn addresses_of_studies_take_no_place_of_the_owners_endpoints() {
    let (core, _) = open(&Disk::default());
    let now = core.world().clock.now();
    core.store()
        .write(move |_| {
            let mut writes = crate::store::Writes::at(now);
            for number in 0..1_000_u128 {
                let row = crate::store::rows::EndpointRow {
                    owner: "uid:1000".to_owned(),
                    url: format!("https://example.com/{number}"),
                    format: HookFormat::Standard,
                    events: Vec::new(),
                    of_studies: true,
                    allow_private: false,
                    key: None,
                    secrets: None,
                    standing: crate::store::rows::EndpointStanding::Healthy,
                    added_at: now,
                };
                writes.put(&uuid::Uuid::from_u128(number), &row);
            }
            Ok(((), writes))
        })
        .await
        .unwrap();
    add(&core, "https://example.com/own").await;
    let mut named = paper(1, 4);
    named.plan.spec.webhook = Some("https://example.com/one-more".to_owned());
    core.submit(&me(), named).await.unwrap();
    core.prune_deliveries(&DRIVER).await.unwrap();
    assert_eq!(core.endpoints(&me()).await.unwrap().len(), 2);
    core.close();
}

#[tokio::test]
async fn the_log_tells_how_much_patience_was_asked_for_and_how_much_of_it_is_heeded() {
    let (core, clock) = open(&Disk::default());
    add(&core, "https://example.com/").await;
    core.submit(&me(), paper(1, 4)).await.unwrap();
    let call = due(&core).await.calls.remove(0);
    answer(&core, &call, 503, Some(Duration::from_hours(3))).await;
    let told = all(&core).await.remove(0);
    let said = told.attempts[0].error.clone().unwrap();
    assert!(said.contains("10800 s, of which 3600 s"), "{said}");
    let hour = jiff::SignedDuration::from_hours(1);
    assert_eq!(told.next_at.unwrap().duration_since(core_time(&clock)), hour);
    core.close();
}

#[tokio::test]
async fn an_address_whose_receiver_wants_no_more_is_forgotten_unless_its_owner_paused_it() {
    let (core, clock) = open(&Disk::default());
    for (key, url) in [(1, "https://example.com/gone"), (2, "https://example.com/paused")] {
        let mut named = paper(key, 4);
        named.plan.spec.webhook = Some(url.to_owned());
        let study = core.submit(&me(), named).await.unwrap();
        core.control(&me(), study.id, Control::Cancel).await.unwrap();
    }
    for call in due(&core).await.calls {
        tell(&core, &call, 410).await;
    }
    let paused = "https://example.com/paused";
    core.control_endpoint(&me(), paused, EndpointControl::Resume).await.unwrap();
    core.control_endpoint(&me(), paused, EndpointControl::Pause).await.unwrap();
    let endpoints = async || {
        core.prune_deliveries(&DRIVER).await.unwrap();
        let all = core.endpoints(&me()).await.unwrap();
        all.into_iter().map(|one| one.url).collect::<Vec<_>>()
    };
    assert_eq!(endpoints().await.len(), 2, "what was given up can be sent again for a month");
    clock.advance(Duration::from_hours(24 * 31));
    // The first look removes the deliveries, the next one what has none.
    endpoints().await;
    assert_eq!(endpoints().await, [paused]);
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

#[tokio::test]
async fn a_delivery_that_cannot_be_rendered_is_given_up_and_stops_no_other() {
    let (core, _) = open(&Disk::default());
    let (caller, _) = bearer(&core, false).await;
    for (key, name) in [(1, "Damaged"), (2, "Kumquat"), (3, "Sound")] {
        let mut named = Submission { hook_format: HookFormat::Refynd, ..paper(key, 4) };
        named.plan.spec.name = name.to_owned();
        named.plan.spec.webhook = Some("https://example.com/mine".to_owned());
        let study = core.submit(&caller, named).await.unwrap().id;
        core.control(&me(), study, Control::Cancel).await.unwrap();
    }
    let now = core.world().clock.now();
    core.store()
        .write(move |_| {
            let mut writes = crate::store::Writes::at(now);
            writes.put_bytes(crate::store::Table::Results, &1_u32, b"{\"n\":".to_vec());
            Ok(((), writes))
        })
        .await
        .unwrap();
    let render = |_: HookFormat, of: HookEvent<'_>| {
        let HookResult { report, .. } = of.result.unwrap();
        assert_ne!(report.study.name, "Kumquat", "a defect of the renderer");
        rendered("ended", &report.study.name)
    };
    let begun = core.begin_deliveries(&DRIVER, BTreeMap::new(), MANY, render).await.unwrap();
    let bodies: Vec<&str> = begun.calls.iter().map(|call| call.body.as_str()).collect();
    assert_eq!((bodies, begun.next), (vec!["\"Sound\""], Some(Duration::ZERO)));
    assert_eq!(core.store().degraded(), None, "the store is not suspected");
    // The newest first.
    let told: Vec<_> = all(&core)
        .await
        .into_iter()
        .map(|one| (one.state, one.attempts.first().and_then(|one| one.error.clone())))
        .collect();
    assert_eq!(told[0], (DeliveryState::Pending, None));
    assert_eq!(told[1].0, DeliveryState::Dead);
    assert!(told[1].1.as_ref().is_some_and(|why| why.contains("failed at rendering")), "{told:?}");
    assert_eq!(told[2].0, DeliveryState::Dead);
    assert!(told[2].1.as_ref().is_some_and(|why| why.contains("does not read")), "{told:?}");
    core.close();
}
