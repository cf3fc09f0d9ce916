//! Cost requests: a study of an agent waits until its owner agrees in person, is run once and for no more than was announced, and
//! is still known after a restart.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use protocol::cost_request::{CostDecision, CostRequest, CostRequestId, CostRequestState};
use protocol::credits::UsdMicros;
use protocol::error::ErrorCode;
use protocol::event::{Cursor, EventKind};
use protocol::id::SubmitKey;
use protocol::key::{Dialect, KeyCaps, KeyScope, NewKey};
use protocol::service::{Control, Reply, StudyQuery, Submit};
use protocol::study::{Draft, DraftText, Origin};
use uuid::Uuid;

use crate::app::testing::{DRIVER, Disk, broken, everyone_answers, me, options, settings, world};
use crate::app::{CallOrigin, Caller, Core, Settings};
use crate::config::{EngineSettings, Network};
use crate::inference::prompt::Prompts;
use crate::inference::registry::Registry;
use crate::world::testing::ManualClock;

const HOUR: Duration = Duration::from_hours(1);

/// A core whose engine `mock` costs so many dollars per million tokens, and asks first above nothing.
fn core(disk: &Disk, price: f64) -> (Core, Arc<ManualClock>) {
    core_with(disk, price, "")
}

/// The same with more settings of the engine.
fn core_with(disk: &Disk, price: f64, more: &str) -> (Core, Arc<ManualClock>) {
    let mock = format!(
        "kind = \"openai\"\nbase_url = \"http://127.0.0.1:9/v1\"\nmodel = \"mock-1\"\napi_key_env = \"\"\n\
         price = {{ input = {price:.1}, output = {price:.1} }}\n{more}\n"
    );
    let mock: EngineSettings = toml::from_str(&mock).unwrap();
    let network = Network { proxy: "none".to_owned(), ca_file: String::new() };
    let (own, none) = (BTreeMap::from([("mock".to_owned(), mock)]), BTreeMap::new());
    let models = Registry::new(own, Prompts::shipped().unwrap(), &network, &none, Duration::ZERO);
    let settings = Settings {
        models: Some(Arc::new(models.unwrap())),
        confirm_above: Some(UsdMicros::ZERO),
        ..settings(1_000, everyone_answers())
    };
    let (world, clock) = world();
    (Core::open_with(world, disk.storage(), settings, options()).unwrap(), clock)
}

fn agent() -> Caller {
    Caller { origin: CallOrigin::Door(Origin::Mcp), ..me() }
}

fn submit(key: u128, text: &str) -> Submit {
    let overrides = [("engine", "mock"), ("panel", "5")];
    let overrides = overrides.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    let draft = Draft {
        file: "text".to_owned(),
        text: DraftText::plain(text),
        overrides,
        ..Draft::default()
    };
    let (key, origin) = (SubmitKey(Uuid::from_u128(key)), Origin::Mcp);
    Submit { key, draft, origin, cost_confirmed: false, path: None }
}

const IDEA: &str = "A meal kit that learns your taste, delivered weekly.";

async fn asked(core: &Core, key: u128) -> Reply<CostRequest> {
    core.request_cost(&agent(), submit(key, IDEA), "Claude\u{7} Code".to_owned()).await
}

async fn approve(core: &Core, id: CostRequestId) -> Reply<CostRequest> {
    core.decide_cost(&me(), id, CostDecision::Approve).await
}

async fn decline(core: &Core, id: CostRequestId) -> Reply<CostRequest> {
    core.decide_cost(&me(), id, CostDecision::Decline).await
}

async fn studies(core: &Core) -> usize {
    core.studies(&me(), &StudyQuery::default()).await.unwrap().items.len()
}

/// The events of requests so far.
async fn told(core: &Core) -> Vec<EventKind> {
    let page = core.events(&me(), Cursor(0), 100, Duration::ZERO).await.unwrap();
    let kinds = page.events.iter().filter_map(protocol::event::Event::kind);
    kinds.filter(|kind| kind.as_str().starts_with("cost")).collect()
}

#[tokio::test]
async fn what_is_approved_is_run_once_and_the_same_call_finds_it() {
    let disk = Disk::default();
    let (first, _) = core(&disk, 1.0);
    let refused = first.submit_draft(&agent(), submit(1, IDEA)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::UnconfirmedCost);
    let request = asked(&first, 1).await.unwrap();
    assert_eq!((request.id, request.state), (CostRequestId(1), CostRequestState::Waiting));
    assert_eq!((request.asker.as_str(), request.panel), ("Claude Code", 5));
    assert!(request.cost_most > UsdMicros::ZERO && request.cost_least <= request.cost_most);
    assert_eq!(asked(&first, 2).await.unwrap(), request, "the same call, whatever its key");
    assert_eq!((studies(&first).await, first.credits(&me()).await.unwrap().held.0), (0, 0));
    first.close();

    let (second, _) = core(&disk.after_kill(), 1.0);
    assert_eq!(second.cost_requests(&me()).await.unwrap(), std::slice::from_ref(&request));
    let approved = approve(&second, request.id).await.unwrap();
    assert_eq!(approve(&second, request.id).await.unwrap(), approved, "twice is once");
    let study = second.find(&me(), "@").await.unwrap();
    assert_eq!((approved.study, approved.state), (Some(study.id), CostRequestState::Approved));
    assert_eq!((study.origin, study.panel.requested, studies(&second).await), (Origin::Mcp, 5, 1));
    let spec = second.asked(&me(), study.id).await.unwrap().spec;
    assert_eq!(spec.max_cost_usd, Some(request.cost_most), "never for more than was announced");
    assert_eq!(asked(&second, 3).await.unwrap(), approved, "the agent finds its study");
    let refused = decline(&second, request.id).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Conflict);
    assert_eq!(told(&second).await, [EventKind::CostRequested, EventKind::CostApproved]);

    // Whoever asks for a study that was deleted asks for another one.
    second.control(&me(), study.id, Control::Cancel).await.unwrap();
    second.delete(&me(), study.id, Duration::from_secs(60)).await.unwrap();
    assert_eq!(second.cost_request(&me(), request.id).await.unwrap().name, None);
    assert_eq!(asked(&second, 4).await.unwrap().id, CostRequestId(2));
    assert_eq!(broken(&second), [""; 0]);
}

#[tokio::test]
async fn what_is_declined_or_expired_is_not_run() {
    let (core, clock) = core(&Disk::default(), 1.0);
    let first = asked(&core, 1).await.unwrap().id;
    let declined = decline(&core, first).await.unwrap();
    assert_eq!((declined.state, declined.name.is_some()), (CostRequestState::Declined, true));
    assert_eq!(decline(&core, first).await.unwrap(), declined);
    assert_eq!(approve(&core, first).await.unwrap_err().code, ErrorCode::Conflict);
    assert_eq!(
        asked(&core, 2).await.unwrap(),
        declined,
        "the agent is told, and asks nobody again"
    );
    clock.advance(24 * HOUR);
    let second = asked(&core, 3).await.unwrap();
    assert_eq!((second.id, second.state), (CostRequestId(2), CostRequestState::Waiting));
    clock.advance(24 * HOUR);
    let shown = core.cost_request(&me(), second.id).await.unwrap();
    assert_eq!(shown.state, CostRequestState::Expired);
    for refused in [approve(&core, second.id).await, decline(&core, second.id).await] {
        assert_eq!(refused.unwrap_err().code, ErrorCode::Conflict);
    }
    assert_eq!(approve(&core, CostRequestId(9)).await.unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(studies(&core).await, 0);
    // What is old goes, and its number is not given again.
    clock.advance(9 * 24 * HOUR);
    assert_eq!(asked(&core, 4).await.unwrap().id, CostRequestId(3));
    assert_eq!(core.cost_requests(&me()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_price_that_rose_is_asked_about_again() {
    let disk = Disk::default();
    let (cheap, _) = core(&disk, 1.0);
    let announced = asked(&cheap, 1).await.unwrap();
    cheap.close();
    let (dear, _) = core(&disk.after_kill(), 3.0);
    let refused = approve(&dear, announced.id).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::UnconfirmedCost);
    assert_eq!(studies(&dear).await, 0);
    let anew = dear.cost_request(&me(), announced.id).await.unwrap();
    assert_eq!(anew.state, CostRequestState::Waiting);
    assert!(anew.cost_most > announced.cost_most, "{anew:?}");
    assert!(refused.message.contains(&anew.cost_most.exact()), "{refused:?}");
    assert!(approve(&dear, announced.id).await.unwrap().study.is_some());
    assert_eq!((studies(&dear).await, broken(&dear)), (1, Vec::new()));
}

/// A call sets its worst case aside, which is far above what it comes to where replies may be long.
#[tokio::test]
async fn what_is_approved_for_one_person_leaves_room_for_a_call() {
    let (core, _) = core_with(&Disk::default(), 1.0, "output_tokens = 8000");
    let one = |key: u128, cap: Option<&str>| {
        let mut one = submit(key, IDEA);
        one.draft.overrides.insert("panel".to_owned(), "1".to_owned());
        let cap = cap.map(|cap| ("max_cost_usd".to_owned(), cap.to_owned()));
        one.draft.overrides.extend(cap);
        one
    };
    let refused = core.request_cost(&agent(), one(1, Some("0.008")), String::new()).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code, ErrorCode::CostCap);
    assert!(refused.message.contains("One call may cost"), "{refused:?}");
    let request = core.request_cost(&agent(), one(2, None), String::new()).await.unwrap();
    assert!(approve(&core, request.id).await.unwrap().study.is_some());
    let study = core.find(&me(), "@").await.unwrap();
    let spec = core.asked(&me(), study.id).await.unwrap().spec;
    let worst = core.worst_first_call(&core.plan(spec.clone()).unwrap()).unwrap().unwrap();
    assert!(worst > UsdMicros(8_000), "the longest reply is part of it: {worst}");
    core.open_spending(&DRIVER, 1).await.unwrap();
    assert_eq!(core.reserve_cost(1, spec.max_cost_usd, worst), Ok(()));
}

#[tokio::test]
async fn a_key_whose_engine_is_free_needs_no_cap() {
    for (price, is_made) in [(0.0, true), (1.0, false)] {
        let (core, _) = core(&Disk::default(), price);
        let made = core.create_key(&me(), key("bot", Some("mock"))).await;
        assert_eq!(made.is_ok(), is_made, "{price}: {made:?}");
    }
}

fn key(name: &str, engine: Option<&str>) -> NewKey {
    NewKey {
        dialect: Dialect::Demoscope,
        scope: KeyScope::Admin,
        name: Some(name.to_owned()),
        engine: engine.map(str::to_owned),
        caps: KeyCaps::default(),
        allow_private: false,
    }
}

/// No program with a key decides, not even one that may do everything else; and each is told of its own requests alone.
#[tokio::test]
async fn only_the_local_user_in_person_agrees_to_a_cost() {
    let (core, _) = core(&Disk::default(), 1.0);
    let dialect = Dialect::Demoscope;
    let mut callers = Vec::new();
    for name in ["bot", "other"] {
        let key = core.create_key(&me(), key(name, None)).await.unwrap();
        let admitted = core.admit(&Caller::stranger(1_000, Origin::Mcp), dialect, &key.key).await;
        callers.push(admitted.unwrap().caller);
    }
    let refused = core.submit_draft(&callers[0], submit(1, IDEA)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::UnconfirmedCost);
    let request = core.request_cost(&callers[0], submit(1, IDEA), String::new()).await.unwrap();
    assert_eq!(request.asker, "key k1 (bot)");
    for decision in [CostDecision::Approve, CostDecision::Decline] {
        let refused = core.decide_cost(&callers[0], request.id, decision).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::Forbidden);
    }
    assert_eq!(core.cost_request(&callers[0], request.id).await.unwrap(), request);
    let refused = core.cost_request(&callers[1], request.id).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotFound);
    approve(&core, request.id).await.unwrap();
    assert_eq!(core.keys(&me()).await.unwrap()[0].credits_today.0, 5, "its key is charged");
    assert_eq!(broken(&core), [""; 0]);
}

#[tokio::test]
async fn what_is_declined_once_is_asked_anew_by_the_same_call() {
    let (core, _) = core(&Disk::default(), 1.0);
    let first = asked(&core, 1).await.unwrap();
    let declined = core.decide_cost(&me(), first.id, CostDecision::DeclineOnce).await.unwrap();
    assert_eq!((declined.state, studies(&core).await), (CostRequestState::Declined, 0));
    let second = asked(&core, 1).await.unwrap();
    assert_eq!((second.state, second.id), (CostRequestState::Waiting, CostRequestId(2)));
    decline(&core, second.id).await.unwrap();
    assert_eq!(asked(&core, 1).await.unwrap().state, CostRequestState::Declined, "for good");
    assert_eq!(approve(&core, first.id).await.unwrap_err().code, ErrorCode::Conflict);
    assert_eq!(broken(&core), [""; 0]);
}
