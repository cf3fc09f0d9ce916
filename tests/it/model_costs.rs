//! Tests of money and models: what a service counts is booked, nothing is booked for what it did not do, and nothing is
//! spent beyond the upper end that was agreed without another agreement, whatever the service does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use harness::http::{address, ask, request};
use harness::{Act, Daemon, Home, MockProvider, audit, studies, wait};
use protocol::credits::UsdMicros;
use protocol::key::{Dialect, KeyCaps, KeyScope, NewKey};
use protocol::run::State;
use serde_json::{Value, json};

fn home(mock: &MockProvider, more: &str, panel: u32) -> Home {
    let home = Home::with_settings(&mock.settings(more));
    home.write("idea.md", studies::concept(panel, 7));
    home
}

const RUN: [&str; 7] = ["run", "idea.md", "--engine", "mock", "--json", "--yes", "--fresh"];

fn shown(home: &Home) -> Value {
    home.run(["show", "@", "--json"]).json()
}

fn spent(shown: &Value) -> f64 {
    shown["meta"]["cost_usd"].as_f64().unwrap()
}

fn dollars(shown: &Value, key: &str) -> f64 {
    shown["meta"][key].as_f64().unwrap_or_else(|| panic!("{key}: {shown}"))
}

/// A server that ignores the limit on length: the study pauses before it costs more than was announced, tells what it would
/// take, goes on only when its owner agrees, and remembers the agreement through a kill. The end holds strictly as long as no
/// call costs more than the dearest one that had ended when it went: the first call goes alone, what it cost is set aside for
/// each of those that follow, and near the end as many go as fit. A server whose every reply is dearer than the last can pass
/// it by the difference, of the calls under way.
#[test]
fn a_study_pauses_before_it_costs_more_than_was_agreed_and_goes_on_with_an_agreement() {
    let mock =
        MockProvider::start(Duration::from_millis(2), |_| Act::Claim(json!(400), json!(8_000)));
    let home = home(&mock, "concurrency = 4", 60);
    let run = home.run(RUN).expect(3);
    assert!(run.err().contains("resume") && run.err().contains("--yes"), "{run}");
    let first = shown(&home);
    let high = first["meta"]["announced_cost_usd"][1].as_f64().unwrap();
    assert_eq!(first["study"]["state"], "paused");
    assert!(spent(&first) <= high, "{} of {high}", spent(&first));
    assert_eq!(first["study"]["panel"]["failed"], 0, "nobody has failed");
    let asked = dollars(&first, "asked_cost_usd");
    assert!(asked > high && asked < 60.0 * 4.0 * 0.017, "{asked}");
    let told = home.run(["show", "@"]).expect(0).out();
    assert!(told.contains("--yes"), "{told}");
    let calls = mock.calls();
    // Neither time nor a plain command goes on.
    drop(home.run(["resume", "@"]).expect(3).says("Going on may cost more than was agreed"));
    home.kill_all();
    let _daemon = home.daemon();
    drop(home.run(["list"]).expect(0));
    drop(home.run(["resume", "@"]).expect(3));
    assert_eq!(mock.calls(), calls, "nobody was asked meanwhile");
    let resumed = home.run(["resume", "@", "--yes", "--json"]).expect(0).json();
    let id = resumed["id"].as_str().unwrap().parse().unwrap();
    // The agreement outlives a kill.
    drop(wait::for_answers(&home.link(), id, 30));
    home.kill_all();
    let _daemon = home.daemon();
    let ended = wait::for_end(&home.link(), id);
    assert_eq!((ended.state, ended.panel.delivered), (State::Completed, 60));
    let last = shown(&home);
    // What a kill left under way is part of it, at the most that it can have cost.
    let lost = last["meta"]["lost_cost_usd"].as_f64().unwrap_or_default();
    assert!(spent(&last) <= asked, "{} of {asked}", spent(&last));
    assert_eq!(last["meta"]["asked_cost_usd"], Value::Null);
    assert_eq!(audit::study(&home.link(), id), audit::Findings::new());
    // What was learnt is in the next announcement.
    let preview = home.run(["run", "idea.md", "--engine", "mock", "--dry-run", "--json"]).expect(0);
    let announced = preview.json()["cost_usd"][1].as_f64().unwrap();
    assert!(announced > spent(&last) - lost, "{preview}");
}

/// An honest service is never in the way of the upper end, however small the panel and however many replies are bad.
#[test]
fn an_honest_study_does_not_pause_for_its_cost() {
    for panel in [1, 2, 5, 25] {
        let mock = MockProvider::start(Duration::ZERO, |heard| {
            if heard.turns == 1 {
                Act::Say("I would rather not say a number.".to_owned())
            } else {
                Act::Answer
            }
        });
        let home = home(&mock, "", panel);
        let run = home.run(RUN);
        assert!([0, 5].contains(&run.code()), "{run}");
        assert!(["completed"].contains(&run.json()["study"]["state"].as_str().unwrap()), "{run}");
    }
}

#[test]
fn a_cap_is_passed_by_no_more_than_was_under_way_where_the_limit_is_ignored() {
    let mock = MockProvider::start(Duration::ZERO, |_| Act::Claim(json!(400), json!(8_000)));
    let home = home(&mock, "concurrency = 1", 100);
    let mut args = RUN.to_vec();
    args.extend(["--max-cost-usd", "0.10"]);
    let run = home.run(args);
    let cost = run.json()["meta"]["cost_usd"].as_f64().unwrap();
    // 400 × $1 and 8,000 × $2 a million.
    let each = 0.0164;
    assert!(cost <= 0.10 + each, "{cost}");
    let calls = u32::try_from(mock.calls()).unwrap();
    assert!(
        (cost - f64::from(calls) * each).abs() < 1e-9,
        "what it counts is booked: {cost} for {calls}"
    );
    let check = home.run(["engines", "check", "mock"]).expect(1).out();
    assert!(check.contains("8000 of 800 tokens"), "{check}");
}

/// The code in a success counts as its status: a wait is heeded, no credit pauses the study with the service's words, and
/// nothing is booked for calls that were not made.
#[test]
fn an_error_in_a_success_costs_nothing_and_counts_by_its_code() {
    let mock = MockProvider::start(Duration::ZERO, |heard| {
        let error = |code: u32, message: &str| {
            let body = json!({ "error": { "code": code, "message": message } });
            Act::Body(body.to_string().into_bytes())
        };
        match heard.number {
            60.. => error(402, "Insufficient credits. Add more on your account page."),
            number if number % 3 == 2 => error(429, "Rate limit exceeded, try again in 0.1s"),
            _ => Act::Answer,
        }
    });
    let home = home(&mock, "concurrency = 4", 200);
    let run = home.run(RUN).expect(5);
    let printed = run.json();
    let answered = printed["study"]["panel"]["delivered"].as_u64().unwrap();
    assert!((35..=45).contains(&answered), "{answered}");
    assert_eq!(printed["meta"]["booked_at_most"].as_u64().unwrap_or(0), 0, "{printed}");
    assert!(mock.calls() <= 70, "{} calls", mock.calls());
    assert!(
        run.err().contains("Insufficient credits")
            || printed.to_string().contains("Insufficient credits")
    );
}

/// What a service counts is booked however it is written, and whatever the rest of the reply is; an absurd count is not.
#[test]
fn what_is_counted_is_booked_whatever_came_with_it() {
    // 400 × $1 and 100 × $2 a million.
    let each = 0.0006;
    let usage = |input: Value, output: Value| json!({ "prompt_tokens": input, "completion_tokens": output });
    for (counted, is_known, shapes) in [
        (usage(json!("400"), json!("100")), true, [true, false].as_slice()),
        (usage(json!(400.0), json!(100.0)), true, &[true]),
        (usage(json!(-400), json!(100)), false, &[true]),
        (usage(json!("400"), json!(1e15)), false, &[true]),
    ] {
        for is_whole in shapes.iter().copied() {
            let counted = counted.clone();
            let mock = MockProvider::start(Duration::ZERO, move |heard| {
                let message = json!({ "content": harness::mock_provider::answer(heard) });
                let choices = if is_whole {
                    json!([{ "finish_reason": "stop", "message": message }])
                } else {
                    json!([])
                };
                let body = json!({ "model": "mock-1", "choices": choices, "usage": counted });
                Act::Body(body.to_string().into_bytes())
            });
            let home = home(&mock, "concurrency = 1", 1);
            let mut args = RUN.to_vec();
            args.extend(["--replicates", "0"]);
            let printed = home.run(args).json();
            let calls = u32::try_from(mock.calls()).unwrap();
            let (cost, exact) = (spent(&printed), f64::from(calls) * each);
            let at_most = printed["meta"]["booked_at_most"].as_u64().unwrap_or(0);
            if is_known {
                assert!((cost - exact).abs() < 1e-9, "{cost} for {calls} calls: {printed}");
                assert_eq!(at_most, 0);
            } else {
                assert!(cost > exact, "{cost} for {calls} calls: {printed}");
                assert_eq!(at_most, u64::from(calls));
            }
        }
    }
}

/// What a router says that a call cost is booked where it is more than the prices give, and told once.
#[test]
fn what_a_service_charges_is_booked_where_it_is_more_than_the_price_gives() {
    let mock = MockProvider::start(Duration::ZERO, |heard| {
        let message = json!({ "content": harness::mock_provider::answer(heard) });
        let choices = json!([{ "finish_reason": "stop", "message": message }]);
        let usage = json!({ "prompt_tokens": 400, "completion_tokens": 100, "cost": 0.05 });
        let body = json!({ "model": "mock-1", "choices": choices, "usage": usage });
        Act::Body(body.to_string().into_bytes())
    });
    let home = home(&mock, "concurrency = 1", 1);
    let mut args = RUN.to_vec();
    args.extend(["--replicates", "0"]);
    let printed = home.run(args).json();
    let calls = u32::try_from(mock.calls()).unwrap();
    let (cost, exact) = (spent(&printed), f64::from(calls) * 0.05);
    assert!((cost - exact).abs() < 1e-9, "{cost} for {calls} calls: {printed}");
    let remarks = printed["meta"]["replies"]["remarks"].to_string();
    assert_eq!(remarks.matches("tells itself what a call cost").count(), 1, "{remarks}");
}

/// A service that counts nothing, or no more than a sum: each reply is booked at what its length comes to, is marked, and the study ends within what
/// was announced. A call without a reply is booked like the dearest of them, and marked too.
#[test]
fn a_reply_whose_service_counts_nothing_is_estimated_by_its_length() {
    for (usage, is_broken) in [
        (json!(null), false),
        (json!({ "prompt_tokens": 0 }), true),
        (json!({ "total_tokens": 700 }), false),
    ] {
        let mock = MockProvider::start(Duration::ZERO, move |heard| {
            if heard.number == 20 && is_broken {
                return Act::Body(b"<html>".to_vec());
            }
            let message = json!({ "content": harness::mock_provider::answer(heard) });
            let choices = json!([{ "finish_reason": "stop", "message": message }]);
            let body = json!({ "model": "mock-1", "choices": choices, "usage": usage });
            Act::Body(body.to_string().into_bytes())
        });
        let home = home(&mock, "concurrency = 4", 60);
        let printed = home.run(RUN).expect(0).json();
        let (meta, calls) = (&printed["meta"], mock.calls());
        assert_eq!(printed["study"]["panel"]["delivered"], 60, "{printed}");
        assert_eq!(meta["booked_estimated"].as_u64(), u64::try_from(calls).ok(), "{meta}");
        assert_eq!(meta["booked_at_most"].as_u64().unwrap_or(0), 0, "{meta}");
        let [low, high] = [0, 1].map(|end| meta["announced_cost_usd"][end].as_f64().unwrap());
        let cost = spent(&printed);
        assert!((low * 0.6..=high).contains(&cost), "{cost}: {low} to {high}");
        let told = home.run(["show", "@"]).expect(0).out();
        assert!(told.contains("at an estimate"), "{told}");
    }
}

/// A model that is removed while a study asks it: the study is paused with its name after the calls under way, and nobody is lost.
#[test]
fn a_model_that_is_removed_in_mid_study_is_named_and_pauses_it() {
    let mock = MockProvider::start(Duration::ZERO, |heard| match heard.number {
        0..=30 => Act::Answer,
        _ => Act::Fail(404, Vec::new(), json!({ "error": { "message": "not found" } })),
    });
    let home = home(&mock, "concurrency = 4", 100);
    let run = home.run(RUN).expect(5);
    assert!(mock.calls() <= 40, "{} calls", mock.calls());
    let printed = run.json();
    assert_eq!(printed["study"]["panel"]["failed"], 0, "{printed}");
    for word in ["the model mock-1 answered before", "[engine.mock]"] {
        assert!(run.err().contains(word), "{word}: {run}");
    }
}

/// No credit, said with a 400, is no credit: the first such reply pauses the study, and those who are left are asked later.
#[test]
fn no_credit_said_with_another_status_pauses_the_study_and_it_goes_on_when_it_is_resumed() {
    let is_good = Arc::new(AtomicBool::new(false));
    let good = Arc::clone(&is_good);
    let mock = MockProvider::start(Duration::ZERO, move |heard| {
        if heard.number < 50 || good.load(Ordering::Relaxed) {
            return Act::Answer;
        }
        let body = json!({ "type": "error", "error": { "type": "invalid_request_error",
            "message": "Your credit balance is too low to access the API. Please go to Plans & Billing." } });
        Act::Fail(400, Vec::new(), body)
    });
    let home = home(&mock, "concurrency = 4", 120);
    let run = home.run(RUN).expect(5);
    assert!(mock.calls() <= 56, "{} calls", mock.calls());
    assert!(run.json().to_string().contains("credit balance is too low"), "{run}");
    is_good.store(true, Ordering::Relaxed);
    let resumed = home.run(["resume", "@", "--json"]).expect(0).json();
    let ended = wait::for_end(&home.link(), resumed["id"].as_str().unwrap().parse().unwrap());
    assert_eq!((ended.panel.delivered, ended.panel.failed), (120, 0));
}

/// A server that cuts the prompt is told of, and another tokeniser is not.
#[test]
fn a_prompt_that_the_server_cut_is_told_beside_the_headline_and_by_a_check() {
    let long = format!(
        "---\nstudy: concept_test\npanel: 10\nseed: 7\n---\n{}\n",
        "A weekly box. ".repeat(340)
    );
    for (counted, is_told) in [(600, true), (1_100, false)] {
        let mock =
            MockProvider::start(Duration::ZERO, move |_| Act::Claim(json!(counted), json!(60)));
        let home = Home::with_settings(&mock.settings(""));
        home.write("idea.md", &long);
        let run = home.run(RUN).expect(0);
        let printed = run.json();
        let remarks = printed["meta"]["replies"]["remarks"].to_string();
        assert_eq!(remarks.contains("cut the prompt"), is_told, "{counted}: {remarks}");
        let told = home.run(["show", "@"]).expect(0).out();
        assert_eq!(told.contains("cut the"), is_told, "{told}");
    }
}

/// A key for an engine that costs money has a cap, whoever names the engine; and a cap that has no room for one call refuses a
/// study before anything is held.
#[test]
fn a_key_has_a_cap_where_studies_cost_and_a_study_without_room_for_a_call_is_refused() {
    let mock = MockProvider::good();
    let home = Home::with_settings(&mock.settings("[gateway]\nengine = \"mock\"\n"));
    let mut daemon = Daemon::spawn_at(&home, None, "127.0.0.1:0");
    let link = daemon.wait_ready(&home);
    let at = address(&link);
    let create = |scope, cap: Option<i64>| {
        link.create_key(NewKey {
            dialect: Dialect::InstantFocus,
            scope,
            name: None,
            engine: None,
            caps: KeyCaps { cost_per_day: cap.map(UsdMicros), ..KeyCaps::default() },
            allow_private: false,
        })
    };
    let refused = create(KeyScope::Run, None).unwrap_err();
    assert!(refused.to_string().contains("has no cap"), "{refused}");
    create(KeyScope::Read, None).unwrap();
    let body =
        json!({ "study_type": "concept_test", "stimulus": "A kettle for $30.", "panel_size": 1 });
    let mut statuses = Vec::new();
    for cap in (0..14).map(|power| 1_i64 << power) {
        let key = create(KeyScope::Run, Some(cap * 8)).unwrap().key;
        let calls = mock.calls();
        let reply = ask(at, &request("POST", "/v1/evaluate", Some(&key), &body.to_string()));
        assert!(
            [200, 402].contains(&reply.status),
            "cap {}: {} {}",
            cap * 8,
            reply.status,
            reply.body
        );
        assert_eq!(reply.status == 200, mock.calls() > calls, "nobody is asked without room");
        statuses.push(reply.status);
    }
    assert!(statuses.is_sorted_by(|before, after| before >= after), "{statuses:?}");
    assert_eq!((statuses.first(), statuses.last()), (Some(&402), Some(&200)));
}

/// What a kill left under way may have cost something, and nobody is asked beyond the upper end that was announced for it: the
/// study goes on by itself while there is room for that and for those who are left, and then asks its owner.
#[test]
fn what_kills_may_have_cost_counts_against_the_announced_end() {
    let hangs = Arc::new(AtomicBool::new(true));
    let still = Arc::clone(&hangs);
    // The first reply is a long one: what is not counted is booked like that.
    let mock = MockProvider::start(Duration::ZERO, move |heard| match heard.number {
        0 => Act::Claim(json!(550), json!(700)),
        _ if still.load(Ordering::Relaxed) => Act::Silence,
        _ => Act::Answer,
    });
    let home = home(&mock, "concurrency = 8", 24);
    let mut args = RUN.to_vec();
    args.extend(["--replicates", "0", "--detach"]);
    let id = studies::id(&home.run(args).expect(0));
    let mut kills = 0;
    let mut _daemon = None;
    let paused = loop {
        let before = mock.calls();
        let study = wait::until("calls, or a pause", wait::BOUND, || {
            let study = home.link().find(id.to_string()).unwrap();
            let is_paused = study.state == State::Paused;
            (is_paused || mock.calls() > before.max(1)).then_some(study)
        });
        if study.state == State::Paused {
            break study;
        }
        kills += 1;
        home.kill_all();
        _daemon = Some(home.daemon());
    };
    assert!((1..40).contains(&kills), "{kills} kills");
    let shown_now = shown(&home);
    let high = shown_now["meta"]["announced_cost_usd"][1].as_f64().unwrap();
    assert!(spent(&shown_now) <= high, "{} of {high}", spent(&shown_now));
    let reason = paused.reason.unwrap();
    assert!(reason.contains("for calls that were cut off"), "{reason}");
    hangs.store(false, Ordering::Relaxed);
    let asked = dollars(&shown_now, "asked_cost_usd");
    drop(home.run(["resume", "@", "--yes"]).expect(0));
    // Whoever was under way alone at three kills is put aside.
    let panel = wait::for_end(&home.link(), id).panel;
    assert!(panel.failed <= kills / 3 && panel.delivered + panel.failed == 24, "{panel:?}");
    let last = shown(&home);
    assert!(spent(&last) > high && spent(&last) <= asked, "{} of {asked}", spent(&last));
}
