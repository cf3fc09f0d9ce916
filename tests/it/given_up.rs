//! Tests of calls that were given up and may have been charged: however a study or the daemon ends, every call sent is
//! booked, and no cap on real cost is exceeded by ending often.

use std::time::Duration;

use harness::{Act, Daemon, Home, MockProvider, audit, studies, wait};
use protocol::id::StudyId;
use protocol::run::State;
use protocol::service::Control;

/// Longer than any of this should take.
const BOUND: Duration = Duration::from_secs(30);
/// What the service takes at least for a call that it answers: 530 tokens sent and 60 received, at one and two dollars a million.
const EACH: f64 = 0.000_65;

/// A service that replies once, which shows that it works as it is set, and never again; and a home whose daemon waits
/// that long for it when it stops.
fn hanging(concurrency: u32, drain_seconds: u32, more: &str) -> (MockProvider, Home) {
    let mock = MockProvider::start(Duration::ZERO, |heard| match heard.number {
        0 => Act::Answer,
        _ => Act::Silence,
    });
    let engine = mock.settings(&format!("concurrency = {concurrency}"));
    let shutdown = format!("[shutdown]\ndrain_seconds = {drain_seconds}\n");
    let home = Home::with_settings(&format!("{engine}{shutdown}{more}"));
    (mock, home)
}

fn take_on(home: &Home, panel: u32) -> StudyId {
    let text = studies::concept(panel, 7).replace("panel:", "engine: mock\nreplicates: 0\npanel:");
    home.link().take_on(&text).unwrap().id
}

fn wait_for_calls(mock: &MockProvider, calls: usize) {
    wait::until("calls under way", BOUND, || (mock.calls() >= calls).then_some(()));
}

/// What all calls that arrived can have cost, at the price of one that is answered.
fn sent(mock: &MockProvider) -> f64 {
    f64::from(u32::try_from(mock.calls()).unwrap()) * EACH
}

fn booked(home: &Home) -> f64 {
    home.link().credits().unwrap().cost_usd_this_month
}

/// All that went out is in the ledger, and the books are sound.
fn tells_all(mock: &MockProvider, home: &Home, way: &str) {
    let (sent, booked) = (sent(mock), booked(home));
    assert!(booked >= sent, "{way}: {booked} booked of {sent}");
    is_sound(home, way);
}

fn is_sound(home: &Home, way: &str) {
    let wrong: Vec<_> =
        home.link().doctor().unwrap().into_iter().filter(|check| !check.ok).collect();
    assert!(wrong.is_empty(), "{way}: {wrong:?}");
}

/// The ways in which a daemon ends while calls hang.
#[derive(Clone, Copy, Debug)]
enum Ending {
    Stop,
    /// With a long wait for what is under way, cut short by a second signal.
    TwoSignals,
    Kill,
}

fn end(daemon: &mut Daemon, home: &Home, ending: Ending) {
    match ending {
        Ending::Stop => {
            daemon.terminate();
            assert!(daemon.wait_end(BOUND).success());
        }
        Ending::TwoSignals => {
            daemon.terminate();
            wait::until("the first signal to be heeded", BOUND, || {
                (!home.paths().socket.exists()).then_some(())
            });
            daemon.terminate();
            assert!(daemon.wait_end(Duration::from_secs(3)).success());
        }
        Ending::Kill => daemon.kill(),
    }
}

#[test]
fn thirty_stops_while_calls_hang_pass_no_cap_and_credits_tell_of_every_call() {
    let (mock, home) = hanging(16, 0, "[cost]\ntotal_max_usd = 0.05\n");
    let mut ended = None;
    let mut stops = 0;
    while stops < 30 {
        let mut daemon = home.daemon();
        let id = *ended.get_or_insert_with(|| take_on(&home, 200));
        let before = mock.calls();
        // More calls, or the end of what the cap allows. A call counts as sent before the service hears of it: so the first
        // stop waits for as many as the cap has room for.
        let more = if before == 0 { 8 } else { 1 };
        wait::until("calls, or the end", BOUND, || {
            let is_final = home.link().report(id).unwrap().study.state.is_final();
            (mock.calls() >= before + more || is_final).then_some(())
        });
        stops += 1;
        end(&mut daemon, &home, Ending::Stop);
    }
    let _daemon = home.daemon();
    // The cap is spent, as far as one more call at its worst would not pass it.
    assert!(mock.calls() >= 8, "{} calls", mock.calls());
    assert!(booked(&home) > 0.04, "{}", booked(&home));
    assert!(sent(&mock) <= 0.05, "{} calls went out", mock.calls());
    assert!(booked(&home) <= 0.05, "{}", booked(&home));
    tells_all(&mock, &home, "thirty stops");
    let shown = home.run(["credits"]).expect(0).out();
    assert!(!shown.contains("$0.00"), "{shown}");
}

#[test]
fn whatever_state_a_study_is_in_and_however_the_daemon_ends_hanging_calls_are_booked() {
    for ending in [Ending::Stop, Ending::TwoSignals, Ending::Kill] {
        for control in [None, Some(Control::Pause), Some(Control::Cancel)] {
            let way = format!("{ending:?} after {control:?}");
            let drain = if matches!(ending, Ending::Stop) { 0 } else { 60 };
            let (mock, home) = hanging(8, drain, "");
            let mut daemon = home.daemon();
            let id = take_on(&home, 40);
            wait_for_calls(&mock, 9);
            if let Some(control) = control {
                home.link().control(id, control).unwrap();
            }
            end(&mut daemon, &home, ending);
            let mut daemon = home.daemon();
            // A study that goes on asks again: what was lost is there before its first call.
            wait::until("the loss to be booked", BOUND, || {
                (booked(&home) >= 8.0 * EACH).then_some(())
            });
            tells_all(&mock, &home, &way);
            let report = home.link().report(id).unwrap();
            assert!(report.meta.booked_estimated >= 8, "{way}: {:?}", report.meta);
            assert_eq!(audit::study(&home.link(), id), audit::Findings::new(), "{way}");
            // Once only: another end and start add nothing for a study that asks nobody.
            if control.is_some() {
                let before = booked(&home);
                end(&mut daemon, &home, Ending::Kill);
                let _daemon = home.daemon();
                drop(home.run(["show", "@"]).expect(0));
                assert_eq!(booked(&home), before, "{way}");
            }
        }
    }
}

/// Whatever could have been under way at once, what was is known: exactly those calls are booked, each like the dearest that
/// was counted, or at what was set aside for it where none was; and the report says so.
#[test]
fn a_kill_books_the_calls_that_were_sent_and_not_settled_and_no_others() {
    for (answered, sent) in [(20, 8), (1, 8), (0, 1)] {
        let mock = MockProvider::start(Duration::from_millis(5), move |heard| {
            if heard.number < answered { Act::Answer } else { Act::Silence }
        });
        let home = Home::with_settings(&mock.settings("concurrency = 8"));
        let mut daemon = home.daemon();
        let id = take_on(&home, 200);
        wait_for_calls(&mock, answered + sent);
        let link = home.link();
        let answers = u32::try_from(answered).unwrap();
        drop(wait::for_answers(&link, id, answers));
        let settled = link.report(id).unwrap().meta.cost_usd;
        // A paused study makes no calls after the start.
        drop(link.control(id, Control::Pause).unwrap());
        end(&mut daemon, &home, Ending::Kill);
        let _daemon = home.daemon();
        let meta = wait::until("the loss to be booked", BOUND, || {
            let meta = home.link().report(id).unwrap().meta;
            (meta.booked_at_most + meta.booked_estimated > 0).then_some(meta)
        });
        let left = (meta.booked_at_most, meta.booked_estimated);
        let is_counted = answered > 0;
        assert_eq!(left, if is_counted { (0, sent as u64) } else { (sent as u64, 0) }, "{meta:?}");
        let each = meta.lost_cost_usd / f64::from(u32::try_from(sent).unwrap());
        let usual = if is_counted { EACH..1.2 * EACH } else { 3.0 * EACH..8.0 * EACH };
        assert!(usual.contains(&each), "{each} of {usual:?}");
        assert!((meta.cost_usd - settled - meta.lost_cost_usd).abs() < 1e-9, "{meta:?}");
        let shown = home.run(["show", "@"]).expect(0).out();
        let words = if is_counted { "booked at an estimate" } else { "booked at an upper bound" };
        assert!(shown.contains(words), "{shown}");
        is_sound(&home, "a kill");
    }
}

/// Nothing is written between a clean start and the kill but what tells of the calls.
#[test]
fn kills_before_anything_else_is_written_are_booked_each_time() {
    let (mock, home) = hanging(16, 0, "");
    let mut daemon = home.daemon();
    let id = take_on(&home, 200);
    wait_for_calls(&mock, 17);
    end(&mut daemon, &home, Ending::Stop);
    for round in 0..4 {
        let (before, due) = (mock.calls(), sent(&mock));
        daemon = home.daemon();
        wait_for_calls(&mock, before + 1);
        let booked = booked(&home);
        assert!(booked >= due, "round {round}: {booked} booked of {due}");
        if round < 3 {
            end(&mut daemon, &home, Ending::Kill);
        }
    }
    home.link().control(id, Control::Cancel).unwrap();
    wait::until("every call to be booked", BOUND, || (booked(&home) >= sent(&mock)).then_some(()));
    tells_all(&mock, &home, "kills");
}

/// Those who wait to be asked again have been paid for, and can be many more than there are calls at once.
#[test]
fn calls_of_those_who_wait_to_be_asked_again_are_booked_after_a_kill() {
    // Of a service that gives no replies for a while a study would ask no more.
    let mock = MockProvider::start(Duration::ZERO, |heard| match heard.number % 2 {
        0 => Act::Answer,
        _ => Act::Body(b"<html>wait</html>".to_vec()),
    });
    let home = Home::with_settings(&mock.settings("concurrency = 2"));
    let mut daemon = home.daemon();
    let id = take_on(&home, 400);
    wait_for_calls(&mock, 20);
    end(&mut daemon, &home, Ending::Kill);
    let calls = mock.calls();
    // What comes after the kill is another matter: nobody answers any more.
    drop(mock);
    let _daemon = home.daemon();
    home.link().control(id, Control::Cancel).unwrap();
    let due = EACH * f64::from(u32::try_from(calls).unwrap());
    wait::until("every call to be booked", BOUND, || (booked(&home) >= due).then_some(()));
    is_sound(&home, "those who waited");
}

/// A reply that comes after the cancellation is refused by the study; those that never come are booked all the same.
#[test]
fn one_late_reply_after_a_cancellation_does_not_hide_the_calls_that_are_given_up() {
    let mock = MockProvider::start(Duration::from_millis(700), |heard| match heard.number {
        0 | 1 => Act::Answer,
        _ => Act::Silence,
    });
    let settings = mock.settings("concurrency = 16") + "[shutdown]\ndrain_seconds = 2\n";
    let home = Home::with_settings(&settings);
    let _daemon = home.daemon();
    let id = take_on(&home, 100);
    wait_for_calls(&mock, 17);
    assert_eq!(home.link().control(id, Control::Cancel).unwrap().state, State::Cancelled);
    wait::until("every call to be booked", BOUND, || (booked(&home) >= sent(&mock)).then_some(()));
    tells_all(&mock, &home, "a late reply");
    assert_eq!(home.link().report(id).unwrap().study.panel.delivered, 1, "the first call's");
}

#[test]
fn a_check_of_an_engine_is_booked_and_does_not_make_the_caps_forget() {
    let mock = MockProvider::good();
    let home = Home::with_settings(&mock.settings(""));
    let mut daemon = home.daemon();
    let id = take_on(&home, 20);
    drop(wait::for_end(&home.link(), id));
    let before = booked(&home);
    drop(home.run(["engines", "check", "mock"]).expect(0));
    let after = booked(&home);
    assert!(after >= before * 1.04, "one call more: {after} after {before} for twenty");
    is_sound(&home, "a check");
    // The cap is used up; a check right after the start must not hide it.
    end(&mut daemon, &home, Ending::Stop);
    home.configure(&(mock.settings("") + &format!("[cost]\ntotal_max_usd = {after:.6}\n")));
    let _daemon = home.daemon();
    let calls = mock.calls();
    drop(home.run(["engines", "check", "mock"]));
    // Other people, whose answers are not remembered.
    let id = take_on(&home, 21);
    let ended = wait::for_end(&home.link(), id);
    assert_eq!(ended.panel.delivered, 0, "{:?}", ended.reason);
    assert_eq!(mock.calls(), calls, "the cap was used up");
    assert!(booked(&home) <= after + 1e-9);
}
