//! Tests of hooks that come in, on a real store: a hook is taken once whatever happens, what it does was declared by the
//! owner, and one that is not signed, or that too many hooks led to, does nothing.

use std::sync::Arc;
use std::time::Duration;

use protocol::credits::Credits;
use protocol::error::{ApiError, ErrorCode};
use protocol::hook_in::{HookAction, ReceivedState, SourceCaps, SourceKind, SourceRequest};
use protocol::service::{Control, StudyQuery};
use protocol::study::Origin;
use protocol::watch::WatchRequest;

use crate::app::hooks_in::act::HookWork;
use crate::app::testing::{DRIVER, Disk, broken, everyone_answers, me, options, settings, world};
use crate::app::{Caller, Core, HookOutcome, HookReceipt, IncomingHook, Owner, Scopes};
use crate::domain::deliver::standard;
use crate::domain::digest::hmac_sha256;
use crate::domain::hook_in::HookHeaders;
use crate::world::testing::ManualClock;

const SECRET: &str = "a secret of this test";
const TEMPLATE: &str = "---\nstudy: concept_test\npanel: 5\nseed: 7\n---";

fn open(disk: &Disk) -> Core {
    let settings = settings(1_000, everyone_answers());
    Core::open_with(world().0, disk.storage(), settings, options()).unwrap()
}

fn open_with_clock() -> (Core, Arc<ManualClock>) {
    let (world, clock) = world();
    let settings = settings(1_000, everyone_answers());
    let core = Core::open_with(world, Disk::default().storage(), settings, options()).unwrap();
    (core, clock)
}

fn stranger() -> Caller {
    let origin = crate::app::CallOrigin::Door(Origin::Http);
    Caller { owner: Owner::Guest("nobody".to_owned()), scopes: Scopes::of(&[]), origin }
}

async fn source(core: &Core, action: HookAction) {
    capped(core, action, None).await;
}

async fn capped(core: &Core, action: HookAction, credits: Option<i64>) {
    let caps = SourceCaps { credits_per_day: credits.map(Credits), cost_per_day: None };
    let request = SourceRequest {
        name: "cms".to_owned(),
        kind: SourceKind::Github,
        action,
        events: Vec::new(),
        secret: Some(SECRET.replace(' ', "-")),
        caps,
    };
    let added = core.add_source(&me(), request).await.unwrap();
    assert_eq!((added.source.path.as_str(), added.secret), ("/hooks/in/cms", None));
}

fn submit() -> HookAction {
    HookAction::Submit { template: TEMPLATE.to_owned(), content: "/text".to_owned() }
}

fn hook(id: &str, body: &str, more: &[(&str, &str)]) -> IncomingHook {
    hook_of(id, body.as_bytes(), more)
}

fn hook_of(id: &str, body: &[u8], more: &[(&str, &str)]) -> IncomingHook {
    let key = SECRET.replace(' ', "-");
    let tag = hex::encode(hmac_sha256(key.as_bytes(), body));
    let tag = format!("sha256={tag}");
    let own = [
        ("X-Hub-Signature-256", tag.as_str()),
        ("X-GitHub-Delivery", id),
        ("X-GitHub-Event", "push"),
    ];
    let headers =
        own.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    IncomingHook {
        source: "cms".to_owned(),
        headers: HookHeaders::new(headers),
        body: body.to_vec(),
    }
}

const BODY: &str = r#"{"text":"A meal kit delivery service that learns your taste over time.","path":"/etc/passwd"}"#;

async fn act(core: &Core) {
    for pending in core.pending_hooks(&DRIVER).await.unwrap() {
        assert_eq!(pending.work, HookWork::Submit);
        let outcome = core.submit_hook(&DRIVER, &pending.key).await.unwrap();
        core.hook_done(&DRIVER, &pending.key, outcome).await.unwrap();
    }
}

async fn studies(core: &Core) -> usize {
    let query = StudyQuery { limit: 100, ..StudyQuery::default() };
    core.studies(&me(), &query).await.unwrap().items.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hook_that_comes_many_times_is_one_study_also_after_a_crash() {
    let disk = Disk::default();
    let core = open(&disk);
    source(&core, submit()).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let core = core.clone();
        tasks.spawn(async move { core.receive_hook(&stranger(), hook("d1", BODY, &[])).await });
    }
    let mut accepted = 0;
    while let Some(receipt) = tasks.join_next().await {
        accepted += usize::from(receipt.unwrap().unwrap() == HookReceipt::Accepted);
    }
    assert_eq!(accepted, 1);
    core.close();
    // Killed after the sender was told: the hook is still to be acted on.
    let core = open(&disk.after_crash());
    let pending = core.pending_hooks(&DRIVER).await.unwrap();
    assert_eq!(pending.len(), 1);
    // Killed between the study and the note of it: the same study.
    core.submit_hook(&DRIVER, &pending[0].key).await.unwrap();
    act(&core).await;
    assert_eq!(studies(&core).await, 1);
    assert!(core.pending_hooks(&DRIVER).await.unwrap().is_empty());
    let received = core.received_hooks(&me(), 0, 10).await.unwrap().items.remove(0);
    assert_eq!((received.state, received.event.as_deref()), (ReceivedState::Done, Some("push")));
    let study = core.report(&me(), received.study.unwrap()).await.unwrap().study;
    assert_eq!((study.origin, study.panel.requested), (Origin::Hook, 5));
    let again = core.receive_hook(&stranger(), hook("d1", BODY, &[])).await.unwrap();
    assert_eq!(again, HookReceipt::Repeated);
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

#[tokio::test]
async fn what_is_not_signed_or_known_is_refused_alike_and_leaves_nothing() {
    let core = open(&Disk::default());
    source(&core, submit()).await;
    let mut changed = hook("d1", BODY, &[]);
    changed.body[3] ^= 1;
    let twice = hook("d1", BODY, &[("X-GitHub-Delivery", "d2")]);
    let elsewhere = IncomingHook { source: "other".to_owned(), ..hook("d1", BODY, &[]) };
    let bare = IncomingHook { headers: HookHeaders::default(), ..hook("d1", BODY, &[]) };
    let mut told = Vec::new();
    for bad in [changed, twice, elsewhere, bare] {
        told.push(core.receive_hook(&stranger(), bad).await.unwrap_err());
    }
    assert!(told.iter().all(|error| error.code == ErrorCode::Unauthorized && *error == told[0]));
    assert!(core.received_hooks(&me(), 0, 10).await.unwrap().items.is_empty());
    assert_eq!(studies(&core).await, 0);
    core.close();
}

#[tokio::test]
async fn a_loop_is_stopped_and_a_study_of_a_hook_carries_how_many_led_to_it() {
    let core = open(&Disk::default());
    source(&core, submit()).await;
    for (hops, receipt) in [
        ("2", HookReceipt::Accepted),
        ("3", HookReceipt::Loop),
        ("250", HookReceipt::Loop),
        ("-1", HookReceipt::Loop),
        ("many", HookReceipt::Loop),
    ] {
        let taken =
            core.receive_hook(&stranger(), hook(hops, BODY, &[("Demoscope-Hop", hops)])).await;
        assert_eq!(taken.unwrap(), receipt, "{hops}");
    }
    let endpoint = protocol::hook::EndpointRequest {
        url: "https://example.com/".to_owned(),
        format: protocol::hook::HookFormat::Standard,
        events: Vec::new(),
        allow_private: false,
        secret: None,
        key: None,
    };
    core.add_endpoint(&me(), endpoint).await.unwrap();
    act(&core).await;
    let most = crate::app::MostUnderWay { of_endpoint: 9, in_all: 9 };
    let none = std::collections::BTreeMap::new();
    let due = core.begin_deliveries(&DRIVER, none, most, |_, of| standard(of)).await.unwrap();
    let hop = due.calls[0].headers.iter().find(|(name, _)| *name == "demoscope-hop").unwrap();
    assert_eq!(hop.1, "3", "so that whoever takes it stops");
    let refused = core.sources(&me()).await.unwrap().remove(0).refused.unwrap();
    assert!(refused.1.contains("loop"), "{}", refused.1);
    core.close();
}

#[tokio::test]
async fn a_body_that_is_no_text_and_one_that_is_too_large_are_told_apart() {
    let core = open(&Disk::default());
    source(&core, submit()).await;
    for (id, body, why) in [
        ("a", vec![0xff, 0xff], "its body is no text in UTF-8"),
        ("b", vec![b'x'; 512 * 1024 + 1], "its body is larger than 512 KiB"),
    ] {
        core.receive_hook(&stranger(), hook_of(id, &body, &[])).await.unwrap();
        assert_eq!(told(&core, id).await, (ReceivedState::Failed, why.to_owned()));
    }
    core.close();
}

#[tokio::test]
async fn what_cannot_be_a_study_is_told_and_tried_once() {
    let core = open(&Disk::default());
    source(&core, submit()).await;
    for (id, body) in
        [("a", "{}"), ("b", r#"{"text":7}"#), ("c", r#"{"text":"kurz"}"#), ("d", "no JSON")]
    {
        core.receive_hook(&stranger(), hook(id, body, &[])).await.unwrap();
    }
    act(&core).await;
    let all = core.received_hooks(&me(), 0, 10).await.unwrap().items;
    assert_eq!(all.len(), 4);
    for one in all {
        assert_eq!(one.state, ReceivedState::Failed, "{one:?}");
        assert!(one.what.is_some());
    }
    assert_eq!(studies(&core).await, 0);
    core.close();
}

#[tokio::test]
async fn ids_are_remembered_for_a_week() {
    let (core, clock) = open_with_clock();
    source(&core, HookAction::Note).await;
    core.receive_hook(&stranger(), hook("d1", "{}", &[])).await.unwrap();
    clock.advance(Duration::from_hours(24 * 7 - 1));
    assert_eq!(core.forget_hooks(&DRIVER).await.unwrap(), 0);
    let again = core.receive_hook(&stranger(), hook("d1", "{}", &[])).await.unwrap();
    assert_eq!(again, HookReceipt::Repeated);
    clock.advance(Duration::from_hours(2));
    assert_eq!(core.forget_hooks(&DRIVER).await.unwrap(), 1);
    core.close();
}

#[tokio::test]
async fn a_source_that_cannot_work_is_refused_with_every_problem() {
    let core = open(&Disk::default());
    let bad = SourceRequest {
        name: "../etc".to_owned(),
        kind: SourceKind::Standard,
        action: HookAction::Submit {
            template: "no settings".to_owned(),
            content: "text".to_owned(),
        },
        events: Vec::new(),
        secret: Some("12345".to_owned()),
        caps: SourceCaps::default(),
    };
    let error = core.add_source(&me(), bad).await.unwrap_err();
    assert_eq!(error.problems.len(), 4, "{error:?}");
    let evaluate = SourceRequest {
        name: "site".to_owned(),
        kind: SourceKind::Github,
        action: HookAction::Evaluate { path: "/etc/passwd".to_owned() },
        events: Vec::new(),
        secret: None,
        caps: SourceCaps::default(),
    };
    let error = core.add_source(&me(), evaluate).await.unwrap_err();
    assert!(error.message.contains("no watched file"), "{error}");
    let template = SourceRequest {
        name: "cms".to_owned(),
        kind: SourceKind::Generic,
        action: HookAction::Submit {
            template: "---\nstudy: concept_test\npanle: 5\n---".to_owned(),
            content: "/text".to_owned(),
        },
        events: Vec::new(),
        secret: None,
        caps: SourceCaps::default(),
    };
    let error = core.add_source(&me(), template).await.unwrap_err();
    assert!(error.problems[0].what.contains("panle"), "{error:?}");
    core.close();
}

#[tokio::test]
async fn a_hook_may_lead_to_a_file_that_was_watched_just_now_and_to_none_behind_a_link() {
    let core = open(&Disk::default());
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let root = folder.path().canonicalize().unwrap();
    for place in [root.as_path(), elsewhere.path()] {
        std::fs::write(place.join("idea.md"), BODY).unwrap();
    }
    std::fs::write(root.join("idea.csv"), BODY).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), root.join("out")).unwrap();
    let paths = vec![root.to_str().unwrap().to_owned()];
    core.watch(&me(), WatchRequest { paths, ..WatchRequest::default() }).await.unwrap();
    let add = async |path: &str| {
        let path = format!("{}/{path}", root.display());
        let request = SourceRequest {
            name: "files".to_owned(),
            kind: SourceKind::Github,
            action: HookAction::Evaluate { path },
            events: Vec::new(),
            secret: None,
            caps: SourceCaps::default(),
        };
        core.add_source(&me(), request).await
    };
    for bad in ["none.md", "idea.csv", "out/idea.md", "./idea.md", "out/../idea.md", "out"] {
        let error = add(bad).await.unwrap_err();
        assert!(error.message.contains("no watched file"), "{bad}: {error}");
    }
    assert!(add("idea.md").await.is_ok());
    core.close();
}

async fn take(core: &Core, id: &str) -> HookReceipt {
    core.receive_hook(&stranger(), hook(id, BODY, &[])).await.unwrap()
}

/// The state of a hook and what is told of it.
async fn told(core: &Core, id: &str) -> (ReceivedState, String) {
    let all = core.received_hooks(&me(), 0, 100).await.unwrap().items;
    let one = all.into_iter().find(|one| one.id == id).unwrap();
    (one.state, one.what.unwrap_or_default())
}

#[tokio::test]
async fn a_source_uses_no_more_in_a_day_than_it_may_and_what_failed_is_taken_again() {
    let (core, clock) = open_with_clock();
    capped(&core, submit(), Some(7)).await;
    for id in ["d1", "d2"] {
        assert_eq!(take(&core, id).await, HookReceipt::Accepted);
        act(&core).await;
    }
    assert_eq!(told(&core, "d1").await.0, ReceivedState::Done);
    let (state, why) = told(&core, "d2").await;
    assert_eq!(state, ReceivedState::Failed);
    assert!(why.contains("10 today, more than its 7"), "{why}");
    let shown = core.sources(&me()).await.unwrap().remove(0);
    assert_eq!((shown.caps.credits_per_day, shown.credits_today), (Some(Credits(7)), Credits(5)));
    // What a study does not use comes back when it ends.
    let study = core.studies(&me(), &StudyQuery::default()).await.unwrap().items.remove(0);
    core.control(&me(), study.id, Control::Cancel).await.unwrap();
    assert_eq!(core.sources(&me()).await.unwrap().remove(0).credits_today, Credits::ZERO);
    assert_eq!(take(&core, "d1").await, HookReceipt::Repeated, "it was done");
    assert_eq!(take(&core, "d2").await, HookReceipt::Accepted, "it was not");
    act(&core).await;
    assert_eq!((told(&core, "d2").await.0, studies(&core).await), (ReceivedState::Done, 2));
    assert_eq!(take(&core, "d2").await, HookReceipt::Repeated);
    clock.advance(Duration::from_hours(24));
    assert_eq!(take(&core, "d3").await, HookReceipt::Accepted);
    act(&core).await;
    assert_eq!(told(&core, "d3").await.0, ReceivedState::Done, "another day");
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

#[tokio::test]
async fn a_signature_is_checked_without_the_writer() {
    let disk = Disk::default();
    let core = open(&disk);
    source(&core, submit()).await;
    disk.fail_after(0);
    core.grant(&me(), Credits(1)).await.unwrap_err();
    let mut bad = hook("d1", BODY, &[]);
    bad.body[3] ^= 1;
    let refused = core.receive_hook(&stranger(), bad).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Unauthorized, "no write is asked for");
    let waits = core.receive_hook(&stranger(), hook("d1", BODY, &[])).await.unwrap_err();
    assert_eq!(waits.code, ErrorCode::Degraded);
    core.close();
}

#[tokio::test]
async fn what_cannot_be_acted_on_lets_others_go_first_and_is_given_up() {
    let (core, clock) = open_with_clock();
    source(&core, submit()).await;
    for number in 0..51 {
        take(&core, &format!("d{number}")).await;
    }
    let busy = ApiError::new(ErrorCode::Busy, "The daemon is busy");
    let first = core.pending_hooks(&DRIVER).await.unwrap();
    assert_eq!(first.len(), 50);
    for one in &first {
        core.hook_postponed(&DRIVER, &one.key, &busy).await.unwrap();
    }
    let next = core.pending_hooks(&DRIVER).await.unwrap();
    assert_eq!(next.len(), 1, "the last one is not starved");
    core.hook_done(&DRIVER, &next[0].key, HookOutcome::failed("no")).await.unwrap();
    // A clock that was put back lets none wait for ever.
    clock.jump_to("2025-01-01T00:00:00Z".parse().unwrap());
    assert_eq!(core.pending_hooks(&DRIVER).await.unwrap().len(), 50);
    clock.jump_to("2026-12-01T00:00:00Z".parse().unwrap());
    for attempt in 2..=8 {
        assert_eq!(core.pending_hooks(&DRIVER).await.unwrap().len(), 50, "attempt {attempt}");
        for one in &first {
            core.hook_postponed(&DRIVER, &one.key, &busy).await.unwrap();
        }
        clock.advance(Duration::from_hours(12));
    }
    assert!(core.pending_hooks(&DRIVER).await.unwrap().is_empty());
    let all = core.received_hooks(&me(), 0, 100).await.unwrap().items;
    let given_up = |what: &str| what.contains("busy; given up after 8 attempts");
    let failed = all.iter().filter(|one| one.what.as_deref().is_some_and(given_up));
    assert_eq!(failed.count(), 50);
    assert!(all.iter().all(|one| one.state == ReceivedState::Failed));
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

#[tokio::test]
async fn a_source_that_gets_the_name_of_another_one_does_nothing_for_its_hooks() {
    let (core, clock) = open_with_clock();
    source(&core, submit()).await;
    take(&core, "d1").await;
    let pending = core.pending_hooks(&DRIVER).await.unwrap().remove(0);
    core.remove_source(&me(), "cms").await.unwrap();
    clock.advance(Duration::from_secs(1));
    source(&core, submit()).await;
    let work = core.pending_hooks(&DRIVER).await.unwrap().remove(0).work;
    assert_eq!(work, HookWork::Nothing("its source was removed".to_owned()));
    let outcome = core.submit_hook(&DRIVER, &pending.key).await.unwrap();
    assert_eq!((outcome.state, studies(&core).await), (ReceivedState::Failed, 0));
    core.close();
}

#[tokio::test]
async fn a_form_of_github_is_read_and_one_that_could_mean_two_things_is_not() {
    let core = open(&Disk::default());
    source(&core, submit()).await;
    let form = |json: &str| {
        url::form_urlencoded::Serializer::new(String::new()).append_pair("payload", json).finish()
    };
    let (one, other) = (form(BODY), form(r#"{"text":"Another text, long enough to be asked."}"#));
    let kind = [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")];
    for (id, body) in [("d1", one.clone()), ("d2", format!("{one}&{other}"))] {
        core.receive_hook(&stranger(), hook(id, &body, &kind)).await.unwrap();
    }
    act(&core).await;
    let (state, why) = told(&core, "d1").await;
    assert_eq!(state, ReceivedState::Done, "{why}");
    assert_eq!(told(&core, "d2").await.0, ReceivedState::Failed);
    core.close();
}
