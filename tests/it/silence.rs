//! Tests of services that hang, drip or flood: the user is informed, hanging calls end, cancelled calls are freed at
//! once, and replies that are too large are refused.

use std::time::Duration;

use harness::{Act, Home, MockProvider, audit, studies, wait};
use protocol::id::StudyId;
use protocol::run::State;
use protocol::service::Control;

/// Longer than any of this should take.
const BOUND: Duration = Duration::from_secs(60);

fn home(mock: &MockProvider, engine: &str, more: &str) -> Home {
    Home::with_settings(&format!("{}{more}", mock.settings(engine)))
}

fn take_on(home: &Home, engine: &str, panel: u32) -> StudyId {
    let text = studies::concept(panel, 7)
        .replace("panel:", &format!("engine: {engine}\nreplicates: 0\npanel:"));
    home.link().take_on(&text).unwrap().id
}

#[test]
fn a_service_that_hangs_is_told_of_holds_up_no_other_engine_and_a_cancelled_study_leaves_its_place()
{
    // The first reply shows that it works as it is set; then it hangs.
    let mock = MockProvider::start(Duration::ZERO, |heard| match heard.number {
        0 => Act::Answer,
        _ => Act::Silence,
    });
    let home = home(&mock, "", "[limits]\nstudies_running = 1\n[shutdown]\ndrain_seconds = 1\n");
    let _daemon = home.daemon();
    let link = home.link();
    let before = link.credits().unwrap();
    let hangs = take_on(&home, "mock", 20);
    let waits = take_on(&home, "mock", 10);
    let free = take_on(&home, "offline", 10);
    let silence =
        wait::until("the silence to be told", BOUND, || link.live(hangs).unwrap().silence);
    assert_eq!((silence.engine.as_str(), silence.under_way, silence.limit_s), ("mock", 19, 120));
    assert!(silence.seconds >= 10 && silence.rests_s.is_none(), "{silence:?}");
    assert_eq!(link.live(waits).unwrap().study.state, State::Queued);
    // Another engine is not held up by a place that this one keeps.
    assert_eq!(wait::for_end(&link, free).state, State::Completed);
    assert_eq!(link.live(hangs).unwrap().study.state, State::Running);
    // The cancellation holds at once: its credits are back before anybody replied.
    assert_eq!(link.control(hangs, Control::Cancel).unwrap().state, State::Cancelled);
    assert_eq!(link.credits().unwrap().held.0, 10);
    assert_eq!(link.live(hangs).unwrap().silence, None);
    // The next study does not wait for the two minutes that a call may take.
    drop(wait::for_state(&link, waits, State::Running));
    drop(link.control(waits, Control::Cancel).unwrap());
    let after = link.credits().unwrap();
    assert_eq!((after.held.0, before.balance.0 - after.balance.0), (0, 11));
    // What was under way may have been paid for, and is booked so.
    let lost = link.report(hangs).unwrap().meta.lost_cost_usd;
    assert!(lost > 0.0, "{lost}");
    assert!(mock.calls() <= 30, "{}: nobody was asked again", mock.calls());
    assert_eq!(audit::study(&link, hangs), audit::Findings::new());
}

#[test]
fn a_service_that_asks_to_wait_is_told_of_and_heeded_by_every_study_after_a_pause_too() {
    let mock = MockProvider::start(Duration::ZERO, |_| {
        Act::Status(429, vec![("retry-after", "3600".to_owned())])
    });
    let home = home(&mock, "concurrency = 5", "");
    let _daemon = home.daemon();
    let link = home.link();
    let id = take_on(&home, "mock", 40);
    let told = |id| wait::until("the wait to be told", BOUND, || link.live(id).unwrap().silence);
    let asks = told(id).asks_s.unwrap();
    assert!((3_500..=3_600).contains(&asks), "{asks}");
    for words in [["show", "@"].as_slice(), &["queue"]] {
        let shown = home.run(words).expect(0).out();
        let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(shown.contains("mock asks to wait, for 59 min more"), "{shown}");
    }
    let checked = home.run(["engines", "check", "mock"]).out();
    assert!(checked.contains("asks to wait"), "{checked}");
    // Twice, because the second time there is nobody left who came before.
    for _ in 0..2 {
        drop(link.control(id, Control::Pause).unwrap());
        drop(wait::for_state(&link, id, State::Paused));
        assert_eq!(link.live(id).unwrap().silence, None);
        drop(link.control(id, Control::Resume).unwrap());
        drop(wait::for_state(&link, id, State::Running));
        assert!(told(id).asks_s.unwrap() <= asks);
    }
    let other = take_on(&home, "mock", 10);
    drop(wait::for_state(&link, other, State::Running));
    assert!(told(other).asks_s.unwrap() <= asks);
    // The one that was a try.
    let calls = mock.calls();
    assert!(calls <= 1, "nobody is asked before the time: {calls} calls");
    for id in [id, other] {
        assert_eq!(link.control(id, Control::Cancel).unwrap().state, State::Cancelled);
    }
    wait::until("all credits to be free", BOUND, || {
        (link.credits().unwrap().held.0 == 0).then_some(())
    });
}

#[test]
fn a_study_that_its_owners_limit_holds_back_says_so_and_goes_on() {
    let mock = MockProvider::good();
    let home = home(&mock, "concurrency = 5\ntokens_per_minute = 2000", "");
    let _daemon = home.daemon();
    let link = home.link();
    let id = take_on(&home, "mock", 30);
    let silence = wait::until("the limit to be told", BOUND, || {
        link.live(id).unwrap().silence.filter(|silence| silence.paced_s.is_some())
    });
    assert!(silence.sentence().contains("limits a minute"), "{silence:?}");
    let before = mock.calls();
    wait::until("one more call", Duration::from_secs(120), || {
        (mock.calls() > before).then_some(())
    });
    drop(home.run(["engines", "tune", "mock", "--tokens-per-minute", "0"]).expect(0));
    assert_eq!(wait::for_end(&link, id).panel.delivered, 30);
}

#[test]
fn a_service_that_hangs_or_drips_ends_the_study_in_bounded_time_with_its_refund() {
    for act in [Act::Silence, Act::Drip] {
        let mock = MockProvider::start(Duration::ZERO, move |_| act.clone());
        let home = home(&mock, "timeout_seconds = 1", "");
        home.write("idea.md", studies::concept(3, 7));
        let ended = home.run(["run", "idea.md", "--engine", "mock", "--json"]).expect(4);
        let reason = ended.json()["study"]["reason"].as_str().unwrap().to_owned();
        assert!(reason.contains("did not reply in time"), "{reason}");
        assert_eq!(home.link().credits().unwrap().held.0, 0);
        assert_eq!(ended.json()["meta"]["credits_used"], 0);
        assert!(mock.calls() <= 15, "{} calls", mock.calls());
        assert_eq!(audit::study(&home.link(), studies::id(&ended)), audit::Findings::new());
    }
}

#[test]
fn a_reply_of_twenty_megabytes_is_refused_and_costs_its_own_respondent_only() {
    let flood = vec![b' '; 20 * 1024 * 1024];
    let mock = MockProvider::start(Duration::ZERO, move |heard| {
        if heard.number % 4 == 3 { Act::Body(flood.clone()) } else { Act::Answer }
    });
    let home = home(&mock, "concurrency = 4", "");
    home.write("idea.md", studies::concept(20, 7));
    let args = ["run", "idea.md", "--engine", "mock", "--replicates", "0", "--json"];
    let ended = home.run(args).expect(5);
    let panel = &ended.json()["study"]["panel"];
    assert_eq!((&panel["delivered"], &panel["failed"]), (&15.into(), &5.into()));
    let found = ended.results().clone();
    assert!(found.contains("the service sent more than 1048576 bytes"), "{found}");
}

#[test]
fn a_running_daemon_takes_over_what_it_can_and_says_what_waits() {
    let mock = MockProvider::start(Duration::ZERO, |_| Act::Silence);
    let limits = |places: u32| format!("[limits]\nstudies_running = {places}\n");
    let home = home(&mock, "concurrency = 2", &limits(1));
    let _daemon = home.daemon();
    let link = home.link();
    let first = take_on(&home, "mock", 2);
    drop(wait::for_state(&link, first, State::Running));
    let second = take_on(&home, "offline", 10);
    drop(home.run(["config", "--apply"]).expect(0).says("works with these settings already"));
    let engine = mock.settings("concurrency = 3");
    home.configure(&format!(
        "{engine}{}[log]\nkeep_days = 9\n[credits.tiers]\nlocal = 500\n",
        limits(2)
    ));
    let shown = home.run(["config"]).expect(0);
    for words in [
        "limits.studies_running: the daemon works with 1, the settings say 2.",
        "log.keep_days: the daemon works with 7; 9 comes when it starts the next time.",
        "credits.tiers.local: the daemon works with 10000; 500 comes with the first month that begins after its next start",
        "config --apply",
    ] {
        assert!(shown.err().contains(words), "{words}: {shown}");
    }
    assert_eq!(link.live(second).unwrap().study.state, State::Queued, "looking changes nothing");
    let applied = home.run(["config", "--apply", "--json"]).expect(0).json();
    let of = |key: &str| {
        applied.as_array().unwrap().iter().find(|change| change["key"] == key).unwrap().clone()
    };
    assert_eq!(of("limits.studies_running")["comes"], "now");
    assert_eq!(of("engine.mock.concurrency")["comes"], "now");
    assert_eq!(of("log.keep_days")["comes"], "at_start");
    assert_eq!(wait::for_end(&link, second).state, State::Completed);
    assert_eq!(link.tune_engine("mock".to_owned(), None).unwrap().concurrency, Some(3));
    let again = home.run(["config", "--apply"]).expect(0);
    assert!(!again.err().contains("studies_running") && again.err().contains("keep_days"));
    // What does not fit changes nothing.
    home.configure(&format!("{engine}{}", limits(0)));
    drop(home.run(["config", "--apply"]).expect(2).says("studies_running"));
}
