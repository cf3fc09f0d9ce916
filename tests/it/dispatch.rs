//! Tests of dispatch with many calls, several engines and real cost: assignment to engines, cost against the announced
//! one, fairness between studies, and a respondent whose call ends the program.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use harness::{Act, Daemon, Home, MockProvider, Sabotage, audit, process, studies, wait};
use protocol::run::State;
use protocol::service::{Control, Tuning};
use rustix::process::Signal;
use serde_json::{Value, json};

/// Names, services and prices (dollars per million tokens sent) of engines, and what else stands in their sections.
fn engines(list: &[(&str, &MockProvider, f64)], more: &str) -> String {
    let mut settings =
        String::from("[backup]\ndaily = false\n[cost]\nconfirm_above_usd = 1000.0\n");
    for (name, mock, price) in list {
        settings.push_str(&format!(
            "[engine.{name}]\nkind = \"openai\"\nbase_url = \"{}/v1\"\nmodel = \"model-{name}\"\napi_key_env = \"\"\n\
             price = {{ input = {price}, output = 2.0 }}\n",
            mock.origin()
        ));
    }
    settings + more
}

/// Settings under which nobody asks about the cost.
fn agreed(mock: &MockProvider, more: &str) -> String {
    mock.settings(more) + "[cost]\nconfirm_above_usd = 1000.0\n"
}

fn home(settings: &str, panel: u32) -> Home {
    let home = Home::with_settings(settings);
    home.write("idea.md", studies::concept(panel, 7));
    home
}

fn run(home: &Home, engine: &str, more: &[&str]) -> harness::Ended {
    let args = ["run", "idea.md", "--engine", engine, "--json", "--yes"];
    home.run(args.iter().chain(more))
}

fn take_on(home: &Home, engine: &str, panel: u32, seed: u64) -> protocol::id::StudyId {
    let text =
        studies::concept(panel, seed).replace("panel:", &format!("engine: {engine}\npanel:"));
    home.link().take_on(&text).unwrap().id
}

#[test]
fn what_was_announced_stands_beside_what_it_cost() {
    let mock = MockProvider::start(Duration::ZERO, |_| Act::Claim(json!(900), json!(120)));
    let home = home(&mock.settings(""), 50);
    let printed = run(&home, "mock", &[]).expect(0).json();
    let meta = &printed["meta"];
    let range = &meta["announced_cost_usd"];
    let (least, most) = (range[0].as_f64().unwrap(), range[1].as_f64().unwrap());
    let cost = meta["cost_usd"].as_f64().unwrap();
    assert!(0.0 < least && least < cost && cost < most, "{meta}");
    let inference = &meta["inference"];
    assert_eq!(inference["providers_used"], json!(["mock-1"]));
    assert_eq!(inference["total_cost_usd"], meta["cost_usd"]);
    assert_eq!(inference["total_input_tokens"], json!(45_000));
    assert_eq!(inference["engines"][0]["answers"], json!(50));
    let shown = home.run(["show", "@"]).expect(0).out();
    assert!(shown.contains("was announced"), "{shown}");
}

#[test]
fn calls_under_way_at_a_cancellation_are_paid_and_told() {
    let mock =
        MockProvider::start(Duration::from_millis(40), |_| Act::Claim(json!(200), json!(50)));
    let home = home(&agreed(&mock, "concurrency = 20"), 1_000);
    let _daemon = home.daemon();
    let id = take_on(&home, "mock", 1_000, 7);
    let link = home.link();
    drop(wait::for_answers(&link, id, 60));
    drop(link.control(id, Control::Cancel).unwrap());
    // The calls under way end a little later, and are booked then.
    let each = 0.0003;
    let meta = wait::until("every call to be booked", wait::BOUND, || {
        let meta = link.report(id).unwrap().meta;
        let answered = mock.told().answered.values().sum::<usize>() as f64;
        ((meta.cost_usd - answered * each).abs() < 1e-9 && meta.lost_cost_usd > 0.0).then_some(meta)
    });
    // As many as may be under way, and half as many again that wait for their commit.
    assert!(meta.lost_cost_usd <= 30.5 * each, "{meta:?}");
    assert_eq!(audit::study(&link, id), audit::Findings::new());
}

#[test]
fn a_tenth_of_a_study_tells_what_the_whole_will_cost() {
    let mock = MockProvider::start(Duration::from_millis(10), |heard| {
        Act::Claim(json!(600 + heard.persona.len()), json!(40 + heard.number * 7 % 60))
    });
    let home = home(&agreed(&mock, "concurrency = 20"), 1_000);
    let _daemon = home.daemon();
    let id = take_on(&home, "mock", 1_000, 7);
    let link = home.link();
    drop(wait::for_answers(&link, id, 100));
    let seen = link.live(id).unwrap().spending.unwrap();
    let projected = seen.projected.unwrap();
    drop(wait::for_end(&link, id));
    let cost = link.report(id).unwrap().meta.cost_usd;
    assert!((projected.expected_usd / cost - 1.0).abs() < 0.05, "{projected:?} against {cost}");
    assert!(
        projected.low_usd < projected.expected_usd && projected.expected_usd < projected.high_usd
    );
    assert_eq!(link.live(id).unwrap().spending.unwrap().projected, None, "it is known now");
}

#[test]
fn studies_that_race_for_the_last_dollar_never_pass_the_cap() {
    let mock = MockProvider::start(Duration::from_millis(5), |_| {
        Act::Claim(json!(9_000_000), json!(9_000_000))
    });
    let settings = mock.settings("output_tokens = 300")
        + "[cost]\ntotal_max_usd = 0.1\nconfirm_above_usd = 1000.0\n[limits]\nstudies_running = 12\n";
    let home = home(&settings, 60);
    let mut daemon = home.daemon();
    let ids: Vec<_> = (0..12).map(|seed| take_on(&home, "mock", 60, seed)).collect();
    for id in &ids {
        drop(wait::for_end(&home.link(), *id));
    }
    let spent = home.link().credits().unwrap().cost_usd_this_month;
    assert!(spent > 0.09 && spent <= 0.1, "{spent}");
    // What is spent is spent, also for the next daemon.
    daemon.kill();
    let _daemon = home.daemon();
    let id = take_on(&home, "mock", 5, 99);
    assert_eq!(wait::for_end(&home.link(), id).panel.delivered, 0);
    assert!(home.link().credits().unwrap().cost_usd_this_month <= 0.1);
}

/// Two services under one name, and how many people each was asked for.
fn shared_out(strategy: &str) -> (Value, usize, usize) {
    let (first, second) = (MockProvider::good(), MockProvider::good());
    let more = format!("[engine.mixed]\nengines = [\"a\", \"b\"]\nstrategy = \"{strategy}\"\n");
    let home = home(&engines(&[("a", &first, 3.0), ("b", &second, 1.0)], &more), 60);
    let printed = run(&home, "mixed", &[]).expect(0).json();
    assert_eq!(printed["study"]["panel"]["delivered"], 60, "{strategy}");
    assert_eq!(printed["meta"]["inference"]["strategy"], strategy);
    (printed, first.calls(), second.calls())
}

#[test]
fn engines_share_a_panel_as_their_strategy_says() {
    let (printed, first, second) = shared_out("round_robin");
    assert_eq!((first, second), (30, 30));
    assert_eq!(printed["meta"]["providers_used"], json!(["model-a", "model-b"]));
    let (printed, first, second) = shared_out("failover");
    assert_eq!((first, second), (60, 0));
    assert_eq!(printed["meta"]["providers_used"], json!(["model-a"]));
}

#[test]
fn an_engine_that_refuses_the_key_leaves_its_people_to_the_others() {
    for strategy in ["round_robin", "failover"] {
        let first = MockProvider::start(Duration::from_millis(2), |heard| {
            if heard.number < 5 { Act::Answer } else { Act::Status(403, Vec::new()) }
        });
        let second = MockProvider::good();
        let more = format!("[engine.mixed]\nengines = [\"a\", \"b\"]\nstrategy = \"{strategy}\"\n");
        let home = home(&engines(&[("a", &first, 1.0), ("b", &second, 1.0)], &more), 60);
        let printed = run(&home, "mixed", &[]).expect(0).json();
        assert_eq!(printed["study"]["panel"]["delivered"], 60, "{strategy}");
        assert_eq!(second.told().answered.len(), 55, "{strategy}");
        let shares = &printed["meta"]["inference"]["engines"];
        assert_eq!((&shares[0]["answers"], &shares[1]["answers"]), (&json!(5), &json!(55)));
    }
}

#[test]
fn a_pool_says_what_it_lacks_and_asks_nobody_itself() {
    let mock = MockProvider::good();
    let more = "[engine.mixed]\nengines = [\"a\", \"openai\"]\n[engine.none]\nengines = []\n";
    let home = home(&engines(&[("a", &mock, 1.0)], more), 5);
    let ended = run(&home, "mixed", &[]).expect(2);
    drop(ended.says("OPENAI_API_KEY"));
    drop(run(&home, "none", &[]).expect(2).says("names none"));
    let listed = home.run(["engines", "--json"]).expect(0).json();
    let mixed = listed.as_array().unwrap().iter().find(|engine| engine["name"] == "mixed").unwrap();
    assert_eq!(mixed["ready"], false);
    assert_eq!(mock.calls(), 0);
}

#[test]
fn the_queue_is_listed_moved_and_kept_over_a_restart() {
    let mock = MockProvider::start(Duration::from_millis(30), |_| Act::Answer);
    let settings = mock.settings("concurrency = 4") + "[limits]\nstudies_running = 1\n";
    let home = home(&settings, 5);
    let mut daemon = home.daemon();
    let large = take_on(&home, "mock", 400, 1);
    drop(wait::for_answers(&home.link(), large, 1));
    let (second, third) = (take_on(&home, "mock", 5, 2), take_on(&home, "mock", 5, 3));
    let order = |printed: &Value| {
        printed
            .as_array()
            .unwrap()
            .iter()
            .map(|study| study["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let names = |ids: [protocol::id::StudyId; 3]| ids.map(|id| id.to_string()).to_vec();
    let listed = home.run(["queue", "--json"]).expect(0).json();
    assert_eq!(order(&listed), names([large, second, third]));
    let moved = home.run(["queue", "move", &third.to_string(), "--json"]).expect(0).json();
    assert_eq!(order(&moved), names([large, third, second]));
    drop(home.run(["queue", "move", &large.to_string()]).expect(2).says("running"));
    daemon.kill();
    let _daemon = home.daemon();
    let link = home.link();
    assert_eq!(link.queue().unwrap()[1].id, third);
    drop(link.control(large, Control::Cancel).unwrap());
    let ended = wait::for_end(&link, third);
    assert_ne!(link.live(second).unwrap().study.state, State::Completed, "{ended:?}");
    assert_eq!(wait::for_end(&link, second).panel.delivered, 5);
}

#[test]
fn a_running_study_follows_new_limits() {
    let mock = MockProvider::start(Duration::from_millis(60), |_| Act::Answer);
    let home = home(&agreed(&mock, "concurrency = 4"), 5);
    let _daemon = home.daemon();
    let id = take_on(&home, "mock", 3_000, 7);
    let link = home.link();
    drop(wait::for_answers(&link, id, 20));
    assert!(mock.told().most_under_way <= 4);
    drop(
        home.run(["engines", "tune", "mock", "--concurrency", "40"])
            .expect(0)
            .says("40 calls at once"),
    );
    wait::until("more calls at once", wait::BOUND, || {
        (mock.told().most_under_way >= 30).then_some(())
    });
    let now = link
        .tune_engine("mock".to_owned(), Some(Tuning { concurrency: Some(2), ..Tuning::default() }));
    assert_eq!(now.unwrap().concurrency, Some(2));
    wait::until("fewer calls at once", wait::BOUND, || (mock.told().under_way <= 2).then_some(()));
    let before = link.live(id).unwrap().study.panel.delivered;
    drop(wait::for_answers(&link, id, before + 20));
    assert!(mock.told().under_way <= 2, "it stays so");
    // What the settings say now.
    home.configure(&agreed(&mock, "concurrency = 25\nrequests_per_minute = 90000"));
    let now = home.run(["engines", "tune", "mock", "--json"]).expect(0).json();
    assert_eq!(now, json!({ "concurrency": 25, "requests_per_minute": 90_000 }));
    drop(home.run(["engines", "tune", "mock", "--concurrency", "0"]).expect(2));
    drop(home.run(["engines", "tune", "offline", "--concurrency", "3"]).expect(2).says("built in"));
    assert_eq!(wait::for_end(&link, id).panel.delivered, 3_000);
}

/// Starts a daemon again and again until its only study has ended; says how often it ended before that.
fn live_through(home: &Home, start: impl Fn() -> Daemon) -> u32 {
    for ends in 0..14 {
        let mut daemon = start();
        let over = wait::until("an end, of the study or of the daemon", wait::BOUND, || {
            if !daemon.is_running() {
                return Some(false);
            }
            let link = harness::Link::open(&home.paths()).ok()?;
            let study = link.find("@".to_owned()).ok()?;
            study.state.is_final().then_some(true)
        });
        if over {
            return ends;
        }
    }
    panic!("the study never ends");
}

/// A study in which asking one respondent ends the daemon, however it is started, completes without that one.
fn assert_put_aside(home: &Home, engine: &str, start: impl Fn() -> Daemon) {
    {
        let mut daemon = start();
        let link = daemon.wait_ready(home);
        let text =
            studies::concept(1_500, 7).replace("panel:", &format!("engine: {engine}\npanel:"));
        // The daemon may end before it can say that it took the study on.
        drop(link.take_on(&text));
        let _status = daemon.wait_end(wait::BOUND);
    }
    let ends = live_through(home, start);
    assert!((3..=8).contains(&ends), "{engine}: {ends} ends");
    let _daemon = home.daemon();
    let study = home.link().find("@".to_owned()).unwrap();
    assert_eq!(study.state, State::Completed, "{engine}");
    assert_eq!((study.panel.delivered, study.panel.failed), (1_499, 1), "{engine}");
    let report = home.run(["show", "@", "--json"]).expect(0).json();
    let why = report["results"]["diagnostics"]["not_answered"].to_string();
    assert!(why.contains("put aside"), "{why}");
}

#[test]
fn a_respondent_whose_asking_ends_the_daemon_is_put_aside_and_the_rest_completes() {
    let home = home("[engine.offline]\nanswers_per_second = 5000\n[backup]\ndaily = false\n", 5);
    assert_put_aside(&home, "offline", || Daemon::spawn(&home, Some(Sabotage::Poison)));
}

#[test]
fn a_respondent_whose_call_ends_the_daemon_is_put_aside_and_the_rest_completes() {
    // The service ends whoever asks it for one person, before it replies.
    let (poison, victim) = (OnceLock::new(), Arc::new(AtomicU32::new(0)));
    let asking = Arc::clone(&victim);
    let mock = MockProvider::start(Duration::ZERO, move |heard| {
        let is_chosen = heard.number >= 17 && poison.set(heard.persona.clone()).is_ok();
        if is_chosen || poison.get() == Some(&heard.persona) {
            process::signal(asking.load(Ordering::SeqCst), Signal::KILL);
            return Act::Silence;
        }
        Act::Answer
    });
    let home = home(&agreed(&mock, ""), 5);
    assert_put_aside(&home, "mock", || {
        let daemon = Daemon::spawn(&home, None);
        // Long before it can have made a call.
        victim.store(daemon.pid(), Ordering::SeqCst);
        daemon
    });
}

/// Some services say with a 429 that there is no credit. Every other 429 asks for patience, whatever else it says.
#[test]
fn a_plea_for_patience_that_means_no_credit_stops_a_study() {
    for (name, value, is_final) in [
        ("code", "insufficient_quota", true),
        ("type", "insufficient_quota", true),
        ("code", "rate_limit_exceeded", false),
        ("message", "insufficient_quota", false),
    ] {
        let since = OnceLock::new();
        let mock = MockProvider::start(Duration::from_millis(5), move |heard| {
            if heard.number < 30 {
                return Act::Answer;
            }
            // By time, as services do it: how many calls fall into it depends on the machine.
            let since = *since.get_or_init(Instant::now);
            if is_final || since.elapsed() < Duration::from_millis(1500) {
                Act::Fail(429, Vec::new(), json!({ "error": { name: value } }))
            } else {
                Act::Answer
            }
        });
        let home = home(&mock.settings("concurrency = 10"), 300);
        let ended = run(&home, "mock", &["--replicates", "0"]);
        let printed = ended.json();
        if is_final {
            assert_eq!(ended.code(), 5, "{name}: {value}");
            assert_eq!(printed["study"]["panel"]["delivered"], 30);
            assert_eq!(printed["study"]["panel"]["failed"], 0, "the others are still asked");
            assert_eq!(printed["meta"]["credits_used"], 30);
            assert!(mock.calls() <= 40, "{} calls", mock.calls());
            let why = printed["study"]["reason"].to_string();
            assert!(why.contains("HTTP 429") && why.contains("no credit"), "{why}");
        } else {
            assert_eq!(printed["study"]["panel"]["delivered"], 300, "{name}: {value}");
        }
    }
}

#[test]
fn no_credit_and_no_leave_pause_a_study_as_a_wrong_key_does() {
    for status in [402, 403] {
        let mock = MockProvider::start(Duration::from_millis(5), move |heard| {
            if heard.number < 30 { Act::Answer } else { Act::Status(status, Vec::new()) }
        });
        let home = home(&mock.settings("concurrency = 10"), 300);
        let printed = run(&home, "mock", &[]).expect(5).json();
        assert_eq!(printed["study"]["panel"]["delivered"], 30);
        assert_eq!(printed["study"]["state"], "paused");
        assert_eq!(printed["meta"]["credits_used"], 30);
        assert!(mock.calls() <= 40, "{} calls", mock.calls());
    }
}

/// What is set aside for calls under way is not spent: whoever finds no room because of others waits for them.
#[test]
fn a_study_waits_for_what_others_have_set_aside_under_a_common_cap() {
    let mock = MockProvider::start(Duration::from_millis(300), |_| Act::Answer);
    // Eighty people cost about 0.06 $ by the tokens counted; set aside for as many calls at once it is three times the cap.
    let caps = "[cost]\nconfirm_above_usd = 1000.0\nday_max_usd = 0.1\n";
    let home = home(&(mock.settings("") + caps), 40);
    let _daemon = home.daemon();
    let first = take_on(&home, "mock", 40, 1);
    let all_of_it = || (mock.told().under_way > 15).then_some(());
    wait::until("calls that take all of the cap", Duration::from_secs(20), all_of_it);
    let second = take_on(&home, "mock", 40, 2);
    for id in [first, second] {
        let ended = wait::for_end(&home.link(), id);
        assert_eq!(ended.panel.delivered, 40, "{:?}", ended.reason);
    }
    let spent = home.link().credits().unwrap().cost_usd_this_month;
    assert!(spent > 0.03 && spent <= 0.1, "{spent}");
}

/// Nobody knows what became of calls that were under way when the daemon was cut off: they count as spent, so that a study
/// that is cut off time after time neither passes its cap nor claims to have cost less than it did.
#[test]
fn what_may_have_been_under_way_when_the_daemon_was_killed_is_booked() {
    let mock = MockProvider::start(Duration::from_millis(30), |_| Act::Answer);
    let home = Home::with_settings(&mock.settings("concurrency = 10"));
    let mut daemon = home.daemon();
    let text = studies::concept(200, 7).replace("panel", "engine: mock\nreplicates: 0\npanel");
    let id = home.link().take_on(&text).unwrap().id;
    for round in 1..=3 {
        drop(wait::for_answers(&home.link(), id, round * 40));
        daemon.kill();
        daemon = home.daemon();
    }
    assert_eq!(wait::for_end(&home.link(), id).panel.delivered, 200);
    let report = home.link().report(id).unwrap();
    let calls = mock.calls();
    assert!(calls > 200 && calls <= 200 + 3 * 15, "{calls} calls");
    // Those that were sent and not settled, and no others: what a settled one cost is known.
    let more = u64::try_from(calls).unwrap() - 200;
    // A call is noted before the service hears of it, so a kill may find some in between.
    let most = more + 3 * 5;
    assert!((1..=most).contains(&report.meta.booked_estimated), "{more}: {:?}", report.meta);
    assert_eq!(report.meta.booked_at_most, 0, "what such calls cost was counted before");
    // Every call of this service costs about the same.
    let each = (report.meta.cost_usd - report.meta.lost_cost_usd) / 200.0;
    let really = each * f64::from(u32::try_from(calls).unwrap());
    assert!(report.meta.cost_usd >= 0.999 * really, "{} for {really}", report.meta.cost_usd);
    // Each like the dearest that was counted.
    let most = 1.2 * each * f64::from(u32::try_from(most).unwrap());
    assert!(report.meta.lost_cost_usd <= most, "{}", report.meta.lost_cost_usd);
    assert_eq!(audit::study(&home.link(), id), audit::Findings::new());
    let shown = home.run(["show", "@"]).expect(0);
    assert!(shown.out().contains("booked at an estimate"), "{shown}");
}
