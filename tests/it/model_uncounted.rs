//! Tests of calls that a service does not count or does not take: a dropped connection is booked like the calls that were counted,
//! a stray rejection loses nobody, and an account that has ended is told in the service's own words.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use harness::{Act, Ended, Heard, Home, MockProvider, audit, studies, wait};
use protocol::run::State;
use serde_json::{Value, json};

fn home(mock: &MockProvider, panel: u32) -> Home {
    let home = Home::with_settings(&mock.settings("concurrency = 4"));
    home.write("idea.md", studies::concept(panel, 7));
    home
}

fn reason(ended: &Ended) -> String {
    ended.json()["study"]["reason"].as_str().unwrap_or_default().to_owned()
}

/// Whether a call is one of so many in a hundred, spread over all.
fn is_one_of(heard: &Heard, percent: usize) -> bool {
    heard.number > 0 && heard.number * 7_919 % 100 < percent
}

/// What nobody counts is booked like what was counted: dropped connections neither pause a healthy study nor are they free, and
/// what they are booked at is marked.
#[test]
fn an_engine_that_drops_every_third_connection_answers_everybody_within_what_was_announced() {
    let drops_next = Arc::new(AtomicBool::new(false));
    let drops = Arc::clone(&drops_next);
    // Every third person meets a dropped connection, or two.
    let asked = Mutex::new(BTreeMap::<String, usize>::new());
    let mock = MockProvider::start(Duration::ZERO, move |heard| {
        let mut asked = asked.lock().unwrap();
        let before = asked.entry(heard.persona.clone()).or_default();
        *before += 1;
        let drops_of_person = [0, 1, 0, 2, 0, 0][heard.persona.len() % 6];
        let is_unlucky = heard.number > 0 && *before <= drops_of_person;
        let is_dropped = drops.swap(false, Ordering::Relaxed) || is_unlucky;
        if is_dropped { Act::Reset } else { Act::Answer }
    });
    let home = home(&mock, 80);
    let ended = home.run(studies::RUN_ONCE).expect(0);
    let printed = ended.json();
    let (meta, panel) = (&printed["meta"], &printed["study"]["panel"]);
    assert_eq!((&panel["delivered"], &panel["failed"]), (&json!(80), &json!(0)), "{printed}");
    let dropped = mock.calls() as u64 - 80;
    assert!(dropped >= 20, "{dropped}");
    assert_eq!(meta["booked_estimated"].as_u64(), Some(dropped), "{meta}");
    assert_eq!(meta["booked_at_most"].as_u64().unwrap_or(0), 0, "{meta}");
    // Each at what the others were counted at, and hardly more.
    let tokens = |key: &str| meta[key].as_f64().unwrap();
    let counted = (tokens("input_tokens") + 2.0 * tokens("output_tokens")) * 1e-6;
    let (cost, exact) = (tokens("cost_usd"), counted / 80.0 * mock.calls() as f64);
    assert!((exact * 0.99..exact * 1.1).contains(&cost), "{cost} of {exact}");
    let shown = home.run(["show", "@"]).expect(0).out();
    assert!(shown.contains("like the dearest of its kind"), "{shown}");
    assert_eq!(audit::study(&home.link(), studies::id(&ended)), audit::Findings::new());
    // It is known after a restart, whatever ended the daemon.
    home.kill_all();
    drops_next.store(true, Ordering::Relaxed);
    let printed = home.run(studies::RUN_ONCE).json();
    assert_eq!(printed["meta"]["booked_at_most"].as_u64().unwrap_or(0), 0, "{printed}");
}

/// An engine that breaks is told of as that, whatever its calls without a reply may have cost, and nobody has to agree to more.
#[test]
fn an_engine_that_drops_every_connection_from_some_moment_on_is_told_of_and_not_its_cost() {
    let works = Arc::new(AtomicBool::new(false));
    let again = Arc::clone(&works);
    let mock = MockProvider::start(Duration::ZERO, move |heard| {
        if heard.number < 20 || again.load(Ordering::Relaxed) { Act::Answer } else { Act::Reset }
    });
    let home = home(&mock, 40);
    let ended = home.run(studies::RUN_ONCE).expect(5);
    let why = reason(&ended);
    assert!(why.contains("broke off") && !why.contains("agreed"), "{why}");
    assert_eq!(ended.json()["study"]["panel"]["failed"], 0);
    assert!(mock.calls() <= 20 + 4 + 12, "{} calls", mock.calls());
    works.store(true, Ordering::Relaxed);
    drop(home.run(["resume", "@"]).expect(0));
    let panel = wait::for_end(&home.link(), studies::id(&ended)).panel;
    assert_eq!((panel.delivered, panel.failed), (40, 0));
}

/// Kills that leave calls under way do not bring a study past its announced end: they are booked like those that were counted.
#[test]
fn what_a_kill_leaves_under_way_is_booked_like_the_calls_that_were_counted() {
    let hangs = Arc::new(AtomicBool::new(true));
    let still = Arc::clone(&hangs);
    let mock = MockProvider::start(Duration::ZERO, move |heard| {
        if heard.number >= 10 && still.load(Ordering::Relaxed) { Act::Silence } else { Act::Answer }
    });
    let home = home(&mock, 40);
    let mut args = studies::RUN_ONCE.to_vec();
    args.push("--detach");
    let id = studies::id(&home.run(args).expect(0));
    let sent = |calls: usize| (mock.calls() >= calls).then_some(());
    wait::until("calls under way", wait::BOUND, || sent(14));
    drop(wait::for_answers(&home.link(), id, 10));
    home.kill_all();
    hangs.store(false, Ordering::Relaxed);
    let _daemon = home.daemon();
    let panel = wait::for_end(&home.link(), id).panel;
    assert_eq!((panel.delivered, panel.failed), (40, 0));
    let meta = home.link().report(id).unwrap().meta;
    assert_eq!((meta.booked_at_most, meta.booked_estimated), (0, 4), "{meta:?}");
    let lost = (meta.cost_usd - meta.lost_cost_usd) / 40.0 * 4.0;
    assert!((lost * 0.99..lost * 1.1).contains(&meta.lost_cost_usd), "{meta:?}");
    let (_, high) = meta.announced_cost_usd.unwrap();
    assert!(meta.cost_usd <= high, "{meta:?}");
}

fn rejected() -> Act {
    let said = json!({ "error": { "message": "The request could not be handled" } });
    Act::Fail(400, Vec::new(), said)
}

/// A service that rejects some calls at random loses nobody, and one that rejects some questions each time costs them two calls
/// more, which are free.
#[test]
fn a_rejected_question_is_asked_again_twice_at_most() {
    for percent in [5, 30] {
        let mock = MockProvider::start(Duration::ZERO, move |heard| {
            if is_one_of(heard, percent) { rejected() } else { Act::Answer }
        });
        let home = home(&mock, 150);
        let printed = home.run(studies::RUN_ONCE).json();
        let panel = &printed["study"]["panel"];
        let failed = panel["failed"].as_u64().unwrap();
        assert!(failed <= u64::from(percent > 5) * 9, "{percent}: {panel}");
        assert_eq!(panel["delivered"].as_u64().unwrap() + failed, 150, "{printed}");
    }
    let filtered = |persona: &str| persona.len().is_multiple_of(5);
    let mock = MockProvider::start(Duration::ZERO, move |heard| {
        if filtered(&heard.persona) { rejected() } else { Act::Answer }
    });
    let home = home(&mock, 80);
    let printed = home.run(studies::RUN_ONCE).expect(5).json();
    let told = mock.told();
    let who: BTreeSet<&str> =
        told.asked.keys().map(String::as_str).filter(|persona| filtered(persona)).collect();
    assert!(who.len() > 5, "{}", who.len());
    assert_eq!(printed["study"]["panel"]["failed"].as_u64(), Some(who.len() as u64), "{printed}");
    assert!(who.iter().all(|persona| told.asked[*persona] == 3), "{:?}", told.asked);
}

/// What a service says of the account in the place of a reply is a fault of the account, in whatever form it comes.
#[test]
fn an_account_that_has_ended_pauses_a_study_at_once_with_the_services_own_sentence() {
    let body = |text: &str| Act::Body(text.as_bytes().to_vec());
    let error = |said: &str| body(&json!({ "error": { "message": said } }).to_string());
    let told = |value: Value| Act::Fail(400, Vec::new(), value);
    for (act, said) in [
        (error("Your subscription has expired"), "subscription has expired"),
        (body("Your account has been suspended."), "account has been suspended"),
        (body("\"Billing hard limit has been reached\""), "Billing hard limit has been reached"),
        (error("Insufficient quota"), "Insufficient quota"),
        (told(json!({ "error": "Your free trial has ended" })), "free trial has ended"),
    ] {
        for answered in [0, 12] {
            let act = act.clone();
            let mock = MockProvider::start(Duration::ZERO, move |heard| {
                if heard.number < answered { Act::Answer } else { act.clone() }
            });
            let home = home(&mock, 40);
            let ended = home.run(studies::RUN_ONCE).expect(if answered > 0 { 5 } else { 4 });
            let why = reason(&ended);
            assert!(why.contains(said) && why.contains("refuses the account"), "{why}");
            assert!(mock.calls() <= answered + 5, "{said}: {} calls", mock.calls());
            let state = &ended.json()["study"]["state"];
            assert_eq!(state == "paused", answered > 0, "{state} {}", State::Paused);
        }
    }
}
