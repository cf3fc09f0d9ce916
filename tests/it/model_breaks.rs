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
    let args =
        ["run", "idea.md", "--engine", "mock", "--json", "--yes", "--fresh", "--replicates", "0"];
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
        // What was under way at once, and a handful more.
        drop(calls(8 + 5));
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
