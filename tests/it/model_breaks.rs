//! Tests of engines that work and then do not, or whose replies nobody can read: a handful of calls tells what to change, and
//! nothing that was answered is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use harness::{Act, Ended, Heard, Home, MockProvider, studies, wait};
use serde_json::{Value, json};

fn home(mock: &MockProvider, more: &str, panel: u32) -> Home {
    let home = Home::with_settings(&mock.settings(more));
    home.write("idea.md", studies::concept(panel, 7));
    home
}

fn run(home: &Home) -> Ended {
    let args = studies::RUN_ONCE;
    home.run(args)
}

fn reason(ended: &Ended) -> String {
    ended.json()["study"]["reason"].as_str().unwrap_or_default().to_owned()
}

/// An answer with that value under that key.
fn with(heard: &Heard, key: &str, value: &Value) -> Act {
    let mut answer: Value = serde_json::from_str(&harness::mock_provider::answer(heard)).unwrap();
    answer[key] = value.clone();
    Act::Say(answer.to_string())
}

/// A value that is never within the scale or the words stops a study, with the value and what is allowed.
#[test]
fn values_that_nobody_can_read_stop_a_study_after_ten_calls() {
    for (key, value, told) in [
        ("score", json!(7.5), ["7.5", "a whole number from 1 to 10"]),
        ("purchase_intent", json!("very likely indeed"), ["very likely indeed", "definitely"]),
    ] {
        let mock = MockProvider::start(Duration::ZERO, move |heard| with(heard, key, &value));
        let home = home(&mock, "", 40);
        let ended = run(&home).expect(4);
        assert!(mock.calls() <= 10, "{} calls", mock.calls());
        let reason = reason(&ended);
        assert!(told.iter().all(|words| reason.contains(words)), "{reason}");
        assert!(reason.contains("[engine.mock]"), "{reason}");
    }
}

/// What a known engine costs when it breaks between two studies, and each time after that.
#[test]
fn a_known_engine_that_breaks_is_a_new_one_from_then_on() {
    let thinks = || {
        let message =
            json!({ "role": "assistant", "content": "", "reasoning_content": "Let me think." });
        let body = json!({
            "model": "mock-1", "choices": [{ "finish_reason": "length", "message": message }],
            "usage": { "prompt_tokens": 400, "completion_tokens": 800 },
        });
        Act::Body(body.to_string().into_bytes())
    };
    let fail = |status: u16, code: &str, said: &str| {
        Act::Fail(status, Vec::new(), json!({ "error": { "code": code, "message": said } }))
    };
    for (broken, words) in [
        (thinks(), "reasoning = true or output_tokens"),
        (fail(429, "insufficient_quota", "You exceeded your quota"), "no credit on the account"),
        (fail(401, "invalid_api_key", "Incorrect API key"), "api_key_env"),
        (fail(422, "wrong_model", "the model is loading for ever"), "loading for ever"),
        (fail(404, "no_route", "There is nothing here"), "base_url"),
    ] {
        let works = Arc::new(AtomicBool::new(true));
        let still = Arc::clone(&works);
        let mock = MockProvider::start(Duration::from_millis(20), move |_| {
            if still.load(Ordering::Relaxed) { Act::Answer } else { broken.clone() }
        });
        let home = home(&mock, "concurrency = 8", 60);
        drop(run(&home).expect(0));
        works.store(false, Ordering::Relaxed);
        let calls = |most: usize| {
            let before = mock.calls();
            let ended = run(&home).expect(4);
            let made = mock.calls() - before;
            assert!(made <= most, "{words}: {made} calls");
            ended
        };
        // What was under way at once, the extra places of an engine that is slow under load, and a handful more.
        drop(calls(8 + 4 + 5));
        let again = reason(&calls(5));
        assert!(again.contains(words), "{words}: {again}");
        works.store(true, Ordering::Relaxed);
        assert_eq!(run(&home).expect(0).json()["study"]["panel"]["delivered"], 60);
    }
}

/// A wait that no study waits for pauses it, whether somebody has answered or not, and the next one asks nobody.
#[test]
fn a_wait_till_tomorrow_pauses_a_study_after_a_handful_of_calls() {
    for answered in [0, 20] {
        let mock = MockProvider::start(Duration::from_millis(5), move |heard| {
            if heard.number < answered {
                Act::Answer
            } else {
                Act::Status(429, vec![("retry-after", "86400".to_owned())])
            }
        });
        let home = home(&mock, "concurrency = 4", 100);
        let ended = run(&home).expect(5);
        let calls = mock.calls();
        assert!(calls <= answered + 5, "{calls} calls");
        let study = &ended.json()["study"];
        assert_eq!((&study["state"], &study["panel"]["failed"]), (&json!("paused"), &json!(0)));
        assert!(reason(&ended).contains("asks to wait for 1440 min"), "{}", reason(&ended));
        drop(home.run(["resume", "@"]).expect(0));
        let id = studies::id(&ended);
        drop(wait::for_state(&home.link(), id, protocol::run::State::Paused));
        assert_eq!(mock.calls(), calls, "it is not asked before the time");
    }
}

fn rejected() -> Act {
    let said = json!({ "error": { "message": "This account is closed to you" } });
    Act::Fail(400, Vec::new(), said)
}

/// What the calls of a study that is paused come to, once nobody is under way.
fn paused(ended: &Ended) -> Value {
    let study = &ended.json()["study"];
    assert_eq!(study["state"], "paused", "{ended}");
    study["panel"].clone()
}

/// From some moment on a service rejects everything, or writes what nobody can read: those who got nothing are neither failed
/// nor invalid, and are asked when the study is resumed. The first of them go alone, also after a kill.
#[test]
fn an_engine_that_breaks_in_the_middle_loses_nobody_and_is_known_as_broken_after_a_kill() {
    for (broken, words) in
        [(rejected(), "closed to you"), (Act::Say("Lorem ipsum dolor".to_owned()), "can be read")]
    {
        let works = Arc::new(AtomicBool::new(false));
        let again = Arc::clone(&works);
        let mock = MockProvider::start(Duration::from_millis(20), move |heard| {
            if heard.number < 40 || again.load(Ordering::Relaxed) {
                Act::Answer
            } else {
                broken.clone()
            }
        });
        let home = home(&mock, "concurrency = 4", 120);
        let ended = run(&home).expect(5);
        let panel = paused(&ended);
        assert_eq!((&panel["failed"], &panel["invalid"]), (&json!(0), &json!(0)), "{words}");
        assert!(reason(&ended).contains(words), "{}", reason(&ended));
        // Those under way, as many as it takes to doubt the engine, and three tries; each is asked again for a reply that
        // cannot be read.
        assert!(mock.calls() <= 40 + 4 + 14, "{words}: {} calls", mock.calls());
        home.kill_all();
        let _daemon = home.daemon();
        let before = mock.calls();
        drop(home.run(["resume", "@"]).expect(0));
        let id = studies::id(&ended);
        wait::until("calls, and the pause after them", wait::BOUND, || {
            let study = home.link().find(id.to_string()).unwrap();
            let is_paused = study.state == protocol::run::State::Paused;
            (mock.calls() > before && is_paused).then_some(())
        });
        assert!(mock.calls() - before <= 10, "{words}: {} calls", mock.calls() - before);
        works.store(true, Ordering::Relaxed);
        drop(home.run(["resume", "@"]).expect(0));
        let panel = wait::for_end(&home.link(), id).panel;
        assert_eq!((panel.delivered, panel.failed, panel.invalid), (120, 0, 0), "{words}");
    }
}

/// What comes in the place of replies is named, with the setting to look at, for the price of a few calls.
#[test]
fn a_new_engine_that_gives_no_replies_is_told_of_after_a_handful_of_calls() {
    let body = |text: &str| Act::Body(text.as_bytes().to_vec());
    for (broken, words) in [
        (body("<!DOCTYPE html><title>Welcome</title>"), ["an HTML page", "base_url"]),
        (body(""), ["an empty body", "base_url"]),
        (body("{\"choices\": [{\"mess"), ["breaks off after 19 bytes", "base_url"]),
        (Act::Body(vec![b' '; 2 * 1024 * 1024]), ["more than 1048576 bytes", "base_url"]),
        (Act::Silence, ["a call may take 1 s: timeout_seconds", "/v1/chat/completions"]),
    ] {
        let mock = MockProvider::start(Duration::ZERO, move |_| broken.clone());
        let home = home(&mock, "concurrency = 8\ntimeout_seconds = 1", 40);
        let ended = run(&home).expect(4);
        assert!(mock.calls() <= 5, "{words:?}: {} calls", mock.calls());
        let reason = reason(&ended);
        assert!(words.iter().all(|words| reason.contains(words)), "{reason}");
        assert!(reason.contains("[engine.mock]"), "{reason}");
    }
}

/// Nothing of a day is renewed in two seconds.
#[test]
fn a_quota_of_a_day_pauses_a_study_whatever_short_wait_comes_with_it() {
    let mock = MockProvider::start(Duration::from_millis(5), |heard| {
        if heard.number < 20 {
            return Act::Answer;
        }
        let said = json!({ "error": { "message": "Rate limit reached for requests per day" } });
        Act::Fail(429, vec![("retry-after", "2".to_owned())], said)
    });
    let home = home(&mock, "concurrency = 4", 60);
    let ended = run(&home).expect(5);
    assert_eq!(paused(&ended)["failed"], 0);
    assert!(mock.calls() <= 20 + 5, "{} calls", mock.calls());
    assert!(reason(&ended).contains("quota of a day"), "{}", reason(&ended));
}
