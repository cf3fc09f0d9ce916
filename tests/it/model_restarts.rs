//! Tests of what a daemon knows of models after it was started anew: a study whose key is gone waits for it, what was learnt
//! of a service is remembered, and another model is not answered for from memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use harness::mock_provider::scored;
use harness::{Act, Cli, Ended, Home, MockProvider, studies, wait};
use protocol::run::State;
use serde_json::json;

/// A command in a shell with an address and a key for `openai`.
fn with_key(command: Cli, mock: &MockProvider) -> Cli {
    command.env("OPENAI_BASE_URL", mock.origin() + "/v1").env("OPENAI_API_KEY", "sk-canary-4711")
}

#[test]
fn a_study_whose_key_is_gone_waits_and_goes_on_by_itself_with_the_same_address_only() {
    let mock = MockProvider::start(Duration::from_millis(30), |heard| {
        match heard.headers.get("authorization") {
            Some(shown) if shown == "Bearer sk-canary-4711" => Act::Answer,
            _ => Act::Status(401, Vec::new()),
        }
    });
    let other = MockProvider::good();
    let home = Home::with_settings("[backup]\ndaily = false\n[engine.openai]\nconcurrency = 10\n");
    home.write("idea.md", studies::concept(200, 7));
    let run = home.command(["run", "idea.md", "--engine", "openai", "--yes", "--detach", "--json"]);
    let id = studies::id(&with_key(run, &mock).run().expect(0));
    drop(wait::for_answers(&home.link(), id, 40));
    home.kill_all();
    let _daemon = home.daemon();
    let paused = wait::for_state(&home.link(), id, State::Paused);
    let reason = paused.reason.unwrap();
    assert!(reason.contains("needs $OPENAI_API_KEY") && !reason.contains(".."), "{reason}");
    assert_eq!(paused.panel.failed, 0, "nobody has failed");
    let calls = mock.calls();
    drop(home.run(["list"]).expect(0));
    drop(with_key(home.command(["list"]), &other).run().expect(0));
    assert_eq!(home.link().find(id.to_string()).unwrap().state, State::Paused);
    assert_eq!((mock.calls(), other.calls()), (calls, 0), "another address is another engine");
    drop(with_key(home.command(["findings", "@"]), &mock).run().expect(0));
    let ended = wait::for_end(&home.link(), id);
    assert_eq!((ended.panel.delivered, ended.panel.failed), (200, 0));
    assert_eq!(other.calls(), 0);
}

/// Whichever command comes from a shell that has the key brings it, also one that has nothing to do with models; one that cancels
/// the study does not set it going before.
#[test]
fn every_command_brings_the_key_of_its_shell() {
    let mock = MockProvider::start(Duration::from_millis(30), |_| Act::Answer);
    let home = Home::with_settings("[backup]\ndaily = false\n[engine.openai]\nconcurrency = 4\n");
    home.write("idea.md", studies::concept(600, 7));
    let run = home.command(["run", "idea.md", "--engine", "openai", "--yes", "--detach", "--json"]);
    let id = studies::id(&with_key(run, &mock).run().expect(0));
    let mut daemons = Vec::new();
    let mut answers = 10;
    for command in [&["tag", "@", "kitchen"][..], &["keys", "list"], &["hooks", "list"]] {
        drop(wait::for_answers(&home.link(), id, answers));
        home.kill_all();
        daemons.push(home.daemon());
        let paused = wait::for_state(&home.link(), id, State::Paused);
        drop(with_key(home.command(command.iter().copied()), &mock).run().expect(0));
        answers = paused.panel.delivered + 10;
        drop(wait::for_answers(&home.link(), id, answers));
    }
    home.kill_all();
    daemons.push(home.daemon());
    drop(wait::for_state(&home.link(), id, State::Paused));
    let calls = mock.calls();
    drop(with_key(home.command(["cancel", "@"]), &mock).run().expect(0));
    assert_eq!(home.link().find(id.to_string()).unwrap().state, State::Cancelled);
    assert_eq!(mock.calls(), calls, "nobody was asked before the end");
}

#[test]
fn answers_of_two_servers_in_one_study_are_told_of() {
    let (one, other) =
        (MockProvider::start(Duration::from_millis(30), |_| Act::Answer), MockProvider::good());
    let home = Home::with_settings("[backup]\ndaily = false\n[engine.openai]\nconcurrency = 4\n");
    home.write("idea.md", studies::concept(60, 7));
    let run = home.command(["run", "idea.md", "--engine", "openai", "--yes", "--detach", "--json"]);
    let id = studies::id(&with_key(run, &one).run().expect(0));
    drop(wait::for_answers(&home.link(), id, 10));
    home.kill_all();
    let _daemon = home.daemon();
    drop(wait::for_state(&home.link(), id, State::Paused));
    // Another address is another engine: it waits until its owner insists.
    let refused = with_key(home.command(["resume", "@"]), &other).run();
    let told = refused.err().split_whitespace().collect::<Vec<_>>().join(" ");
    assert_ne!(refused.code(), 0, "{refused}");
    for word in [one.origin(), other.origin(), "another engine".to_owned(), "--yes".to_owned()] {
        assert!(told.contains(&word), "{word}: {told}");
    }
    assert_eq!(home.link().find(id.to_string()).unwrap().state, State::Paused);
    assert_eq!(other.calls(), 0);
    drop(with_key(home.command(["resume", "@", "--yes"]), &other).run().expect(0));
    drop(wait::for_end(&home.link(), id));
    assert!(other.calls() > 0);
    let told =
        home.run(["show", "@"]).expect(0).out().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("nswers of several servers are mixed"), "{told}");
}

/// The address is in the settings, and the daemon was started anew with another one: the study waits with the reason, goes on
/// by itself with the first one, and an agreement to the other one holds through a further restart.
#[test]
fn a_study_whose_engine_has_another_address_in_the_settings_waits() {
    let one = MockProvider::start(Duration::from_millis(30), |_| Act::Answer);
    let other = MockProvider::start(Duration::from_millis(30), |_| Act::Answer);
    let home = Home::with_settings(&one.settings("concurrency = 4"));
    home.write("idea.md", studies::concept(90, 7));
    let run = home.run(["run", "idea.md", "--engine", "mock", "--yes", "--detach", "--json"]);
    let id = studies::id(&run.expect(0));
    drop(wait::for_answers(&home.link(), id, 5));
    home.kill_all();
    home.configure(&other.settings("concurrency = 4"));
    {
        let _daemon = home.daemon();
        let paused = wait::for_state(&home.link(), id, State::Paused);
        let reason = paused.reason.unwrap();
        assert!(reason.contains(&one.origin()) && reason.contains(&other.origin()), "{reason}");
        drop(home.run(["list"]).expect(0));
        assert_eq!(home.link().find(id.to_string()).unwrap().state, State::Paused);
    }
    home.kill_all();
    assert_eq!(other.calls(), 0);
    home.configure(&one.settings("concurrency = 4"));
    let calls = one.calls();
    {
        let _daemon = home.daemon();
        drop(home.run(["list"]).expect(0));
        drop(wait::for_answers(&home.link(), id, 20));
    }
    assert!(one.calls() > calls, "with the first address it goes on by itself");
    home.kill_all();
    home.configure(&other.settings("concurrency = 4"));
    {
        let _daemon = home.daemon();
        drop(wait::for_state(&home.link(), id, State::Paused));
        drop(home.run(["resume", "@", "--yes"]).expect(0));
        drop(wait::for_answers(&home.link(), id, 30));
    }
    home.kill_all();
    let _daemon = home.daemon();
    assert_eq!(wait::for_end(&home.link(), id).panel.delivered, 90, "agreed for good");
}

fn settings(mock: &MockProvider, model: &str, structured: &str) -> String {
    let settings = mock.settings(structured);
    settings.replace("model = \"mock-1\"", &format!("model = \"{model}\""))
}

/// What a service refuses costs one call once, and not at each start; other settings and a check try it anew.
#[test]
fn what_was_learnt_is_known_after_a_restart_until_the_settings_change_or_a_check_tries_it() {
    let takes_all = Arc::new(AtomicBool::new(false));
    let takes = Arc::clone(&takes_all);
    let mock = MockProvider::start(Duration::ZERO, move |heard| {
        let takes = takes.load(Ordering::Relaxed);
        if heard.body["response_format"]["type"] == "json_schema" && !takes {
            let error =
                json!({ "error": { "message": "response_format json_schema is not supported" } });
            return Act::Fail(400, Vec::new(), error);
        }
        Act::Answer
    });
    let home = Home::with_settings(&settings(&mock, "mock-1", ""));
    home.write("idea.md", studies::concept(6, 7));
    let run = |home: &Home| {
        let before = mock.calls();
        assert_eq!(home.run(studies::RUN_ONCE).expect(0).json()["study"]["panel"]["delivered"], 6);
        mock.calls() - before
    };
    let listed = |home: &Home| home.run(["engines"]).expect(0).out();
    assert_eq!(run(&home), 7, "one lost call");
    assert!(listed(&home).contains("learnt: the service refuses json_schema"), "{}", listed(&home));
    // However it ended.
    home.kill_all();
    assert_eq!(run(&home), 6, "known from its first call on");
    assert!(listed(&home).contains("learnt: the service refuses json_schema"));
    drop(home.run(["daemon", "stop"]).expect(0));
    home.configure(&settings(&mock, "mock-2", ""));
    assert!(!listed(&home).contains("learnt:"), "another model is not known");
    assert_eq!(run(&home), 7);
    takes_all.store(true, Ordering::Relaxed);
    let check = home.run(["engines", "check", "mock"]).expect(0);
    assert!(!check.out().contains("json_schema"), "{check}");
    assert!(!listed(&home).contains("learnt:"), "the check tried it anew");
    assert_eq!(run(&home), 6);
    assert!(mock.told().heard.last().unwrap().body["response_format"]["type"] == "json_schema");
    // A service that is not there teaches nothing.
    home.kill_all();
    assert!(!listed(&home).contains("learnt:"));
}

fn lines_before_memory(ended: &Ended) -> Option<usize> {
    ended.out().lines().position(|line| line.contains("from memory"))
}

/// Two models compared behind one address: the second is asked, and what does come from memory is told first.
#[test]
fn another_model_behind_the_same_address_is_asked_and_memory_is_told_beside_the_headline() {
    let second = Arc::new(AtomicBool::new(false));
    let is_second = Arc::clone(&second);
    let mock = MockProvider::start(Duration::ZERO, move |heard| {
        let (model, score) = if is_second.load(Ordering::Relaxed) {
            ("llama-3.1-8b", 9)
        } else {
            ("qwen-2.5-7b", 3)
        };
        let body = json!({
            "model": model,
            "choices": [{ "finish_reason": "stop", "message": { "content": scored(heard, score) } }],
            "usage": { "prompt_tokens": 600, "completion_tokens": 60 },
        });
        Act::Body(body.to_string().into_bytes())
    });
    mock.list(&["qwen-2.5-7b"]);
    let home =
        Home::with_settings(&settings(&mock, "default", "").replace("\"openai\"", "\"llamacpp\""));
    home.write("idea.md", studies::concept(30, 7));
    let args = ["run", "idea.md", "--engine", "mock", "--json", "--yes", "--replicates", "0"];
    let mean = |ended: Ended| ended.json()["results"]["estimates"]["mean_score"]["value"].clone();
    let first = mean(home.run(args).expect(0));
    second.store(true, Ordering::Relaxed);
    mock.list(&["llama-3.1-8b"]);
    let other = mean(home.run(args).expect(0));
    assert_eq!(mock.calls(), 60, "the second model is asked");
    assert_ne!(first, other);
    // The same where the model that is asked has a name of its own: each study's first replies tell who answers.
    let home = Home::with_settings(&settings(&mock, "local-model", ""));
    home.write("idea.md", studies::concept(30, 7));
    let is_llama = mean(home.run(args).expect(0));
    second.store(false, Ordering::Relaxed);
    assert_ne!(mean(home.run(args).expect(0)), is_llama);
    second.store(true, Ordering::Relaxed);
    // One model by its name is remembered, and that is told in the first lines, on stderr and before it runs.
    let home = Home::with_settings(&settings(&mock, "llama-3.1-8b", ""));
    home.write("idea.md", studies::concept(30, 7));
    drop(home.run(args).expect(0));
    let calls = mock.calls();
    let again =
        home.run(["run", "idea.md", "--engine", "mock", "--yes", "--replicates", "0"]).expect(0);
    assert_eq!(mock.calls(), calls, "nobody is asked again");
    assert!(lines_before_memory(&again).is_some_and(|lines| lines < 25), "{again}");
    assert!(again.err().contains("from memory"), "{}", again.err());
}
