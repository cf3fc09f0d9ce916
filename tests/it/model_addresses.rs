//! Tests of addresses and keys as people paste them, and of what a service says when a setting is wrong: it is mended
//! where one thing can be meant, and otherwise named, for the price of a call or two.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use harness::mock_provider::answer;
use harness::{Act, Ended, Heard, Home, MockProvider, studies};
use serde_json::json;

/// What is said, in one line.
fn said(ended: &Ended) -> String {
    (ended.out() + &ended.err()).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A service that answers at that path and nowhere else, with that value of that header if one is named.
fn strict(path: &'static str, header: &'static str, wanted: &'static str) -> MockProvider {
    MockProvider::start(Duration::ZERO, move |heard: &Heard| {
        if heard.path.ends_with("/embeddings") {
            return Act::Answer;
        }
        if heard.path.split('?').next() != Some(path) {
            let error = json!({ "type": "error", "error": { "message": "Not Found" } });
            return Act::Fail(404, Vec::new(), error);
        }
        let shown = heard.headers.get(header).map_or("", String::as_str);
        if !header.is_empty() && shown != wanted {
            let error = json!({ "error": { "message": "That key is none." } });
            return Act::Fail(401, Vec::new(), error);
        }
        Act::Answer
    })
}

/// Whether a check of an engine is content in that environment.
fn works(engine: &str, settings: &str, environment: &[(&str, String)]) -> Ended {
    let home = Home::with_settings(&format!("[backup]\ndaily = false\n{settings}"));
    let mut command = home.command(["engines", "check", engine]);
    for (name, value) in environment {
        command = command.env(name, value);
    }
    command.run()
}

/// Whether a question was asked and its answer read. What vectors come to is another matter.
#[track_caller]
fn reads(ended: &Ended) {
    assert!(said(ended).contains("one question was asked and its answer read"), "{ended}");
}

#[test]
fn an_address_is_found_with_its_version_and_without_and_with_the_tail_of_a_call() {
    let anthropic = strict("/v1/messages", "x-api-key", "k-1");
    for tail in ["", "/", "/v1", "/v1/", "/v1/messages"] {
        let environment = [
            ("ANTHROPIC_BASE_URL", anthropic.origin() + tail),
            ("ANTHROPIC_API_KEY", "k-1".to_owned()),
        ];
        reads(&works("anthropic", "", &environment));
    }
    assert_eq!(anthropic.calls(), 5);
    let gemini = MockProvider::start(Duration::ZERO, |heard: &Heard| {
        if heard.path.starts_with("/v1beta/models/") {
            Act::Answer
        } else {
            Act::Status(404, Vec::new())
        }
    });
    for tail in ["", "/", "/v1beta", "/v1beta/"] {
        let settings = format!("[engine.google]\nbase_url = \"{}{tail}\"\n", gemini.origin());
        reads(&works("google", &settings, &[("GEMINI_API_KEY", "k".to_owned())]));
    }
    let openai = strict("/v1/chat/completions", "authorization", "Bearer sk-abc");
    let key = || ("OPENAI_API_KEY", "sk-abc".to_owned());
    for (before, tail) in [
        ("", ""),
        ("", "/"),
        ("", "/v1"),
        ("", "/v1/"),
        ("", "/v1/chat/completions"),
        ("\"", "/v1\""),
        ("'", "/v1'"),
        (" ", "/v1 "),
        ("\u{feff}", "/v1"),
    ] {
        let url = format!("{before}{}{tail}", openai.origin());
        reads(&works("openai", "", &[("OPENAI_BASE_URL", url), key()]));
    }
    let asked = openai.told().heard.into_iter().filter(|heard| heard.texts.is_empty()).count();
    assert!(asked <= 12, "{asked} calls");
}

/// What was learnt of an address without its version is used from then on, by a check as well.
#[test]
fn an_address_without_its_version_works_as_often_as_it_is_checked() {
    let openai = strict("/v1/chat/completions", "authorization", "Bearer sk-abc");
    let home = Home::with_settings("[backup]\ndaily = false\n");
    home.write("idea.md", studies::concept(5, 7));
    let command = |args: &[&str]| {
        let command = home.command(args.iter().copied());
        command.env("OPENAI_BASE_URL", openai.origin()).env("OPENAI_API_KEY", "sk-abc").run()
    };
    let asked = || openai.told().heard.into_iter().filter(|heard| heard.texts.is_empty()).count();
    for calls in [2, 3, 4] {
        reads(&command(&["engines", "check", "openai"]));
        assert_eq!(asked(), calls, "one call is lost, once");
    }
    let run =
        command(&["run", "idea.md", "--engine", "openai", "--yes", "--fresh", "--replicates", "0"]);
    assert_eq!(run.code(), 0, "{run}");
    assert_eq!(asked(), 9);
    reads(&command(&["engines", "check", "openai"]));
    home.kill_all();
    reads(&command(&["engines", "check", "openai"]));
    assert_eq!(asked(), 11);
}

/// What a service says of a value leads to the setting that holds it, for the price of a call.
#[test]
fn a_value_that_a_service_refuses_leads_to_its_setting() {
    for (status, message, setting) in [
        (
            400,
            "max_tokens is too large: 800. This model supports at most 512 completion tokens.",
            "output_tokens = … in [engine.mock]",
        ),
        (
            400,
            "max_tokens: 800 > 512, which is the maximum allowed number of output tokens",
            "it is 800 now: write output_tokens",
        ),
        (
            422,
            "temperature must be between 0 and 0.5 for this model",
            "write temperature = … in [engine.mock]",
        ),
        (
            400,
            "This model's maximum context length is 512 tokens. However, you requested 1300 tokens.",
            "--ctx-size",
        ),
        (
            400,
            "the request exceeds the available context size, try increasing it",
            "output_tokens in [engine.mock]",
        ),
        (413, "prompt is too long: 1300 tokens > 512 maximum", "num_ctx"),
    ] {
        let mock = MockProvider::start(Duration::ZERO, move |_| {
            Act::Fail(status, Vec::new(), json!({ "error": { "message": message } }))
        });
        let home = Home::with_settings(&mock.settings(""));
        home.write("idea.md", studies::concept(30, 7));
        let run = home.run(["run", "idea.md", "--engine", "mock", "--yes"]);
        let first = message.split(". ").next().unwrap().trim_end_matches('.');
        assert!(said(&run).contains(setting) && said(&run).contains(first), "{setting}: {run}");
        assert!(mock.calls() <= 2, "{} calls", mock.calls());
        let check = home.run(["engines", "check", "mock"]).expect(1);
        assert!(said(&check).contains(setting), "{setting}: {check}");
    }
    let empty = MockProvider::start(Duration::ZERO, |_| {
        let body = json!({
            "model": "mock-1", "choices": [{ "finish_reason": "length", "message": { "content": "" } }],
            "usage": { "prompt_tokens": 600, "completion_tokens": 800 },
        });
        Act::Body(body.to_string().into_bytes())
    });
    let home = Home::with_settings(&empty.settings(""));
    home.write("idea.md", studies::concept(30, 7));
    let run = home.run(["run", "idea.md", "--engine", "mock", "--yes"]);
    assert!(said(&run).contains("reasoning = true or output_tokens in [engine.mock]"), "{run}");
    assert!(empty.calls() <= 5, "{} calls", empty.calls());
}

#[test]
fn a_key_is_taken_as_it_is_pasted_and_by_either_of_its_names() {
    let openai = strict("/v1/chat/completions", "authorization", "Bearer sk-abc");
    for pasted in
        ["sk-abc", "\"sk-abc\"", "'sk-abc'", "\u{feff}sk-abc", "Bearer sk-abc", " sk-abc\r"]
    {
        let environment =
            [("OPENAI_BASE_URL", openai.origin() + "/v1"), ("OPENAI_API_KEY", pasted.to_owned())];
        reads(&works("openai", "", &environment));
    }
    let gemini = MockProvider::good();
    let settings = format!("[engine.google]\nbase_url = \"{}/v1beta\"\n", gemini.origin());
    reads(&works("google", &settings, &[("GOOGLE_API_KEY", "k".to_owned())]));
    let told = works("openai", "", &[("OPENAI_API_KEY", "two words".to_owned())]);
    assert!(said(&told).contains("OPENAI_API_KEY"), "{told}");
}

/// A service without embeddings is content, unless its owner named an embedding model.
#[test]
fn embeddings_that_nobody_asked_for_are_not_missed() {
    let chats = MockProvider::start(Duration::ZERO, |heard: &Heard| {
        if heard.path.ends_with("/chat/completions") {
            Act::Answer
        } else {
            Act::Status(404, Vec::new())
        }
    });
    let environment =
        [("OPENAI_BASE_URL", chats.origin() + "/v1"), ("OPENAI_API_KEY", "sk-abc".to_owned())];
    let content = works("openai", "", &environment);
    reads(&content);
    assert_eq!(content.code(), 0, "{content}");
    assert!(said(&content).contains("embeddings none here"), "{content}");
    let named = "[engine.openai]\nembedding_model = \"text-embedding-3-small\"\n";
    let missed = works("openai", named, &environment);
    assert_eq!(missed.code(), 1, "{missed}");
}

/// A server that cuts what a check sends is told with what to change: its question is as long as those of studies are.
#[test]
fn a_check_tells_a_context_that_cuts_its_question() {
    for (counted, code, words) in [
        (json!(512), 1, "--ctx-size"),
        (json!(1_024), 1, "where about"),
        (json!(8_192), 1, "texts of its own"),
        (json!(1_300), 0, "All"),
    ] {
        let said_so = counted.clone();
        let mock = MockProvider::start(Duration::ZERO, move |_: &Heard| {
            Act::Claim(said_so.clone(), json!(60))
        });
        let home = Home::with_settings(&mock.settings(""));
        let check = home.run(["engines", "check", "mock"]).expect(code);
        assert!(said(&check).contains(words), "{counted}: {check}");
    }
}

#[test]
fn each_address_that_a_console_of_azure_shows_leads_to_the_same_service() {
    let azure = strict("/openai/v1/chat/completions", "api-key", "k-1");
    for tail in [
        "",
        "/",
        "/openai",
        "/openai/v1",
        "/openai/deployments/d1/chat/completions?api-version=2024-10-21",
    ] {
        let environment = [
            ("AZURE_OPENAI_ENDPOINT", azure.origin() + tail),
            ("AZURE_OPENAI_API_KEY", "k-1".to_owned()),
        ];
        let settings = "[engine.azure]\nprice = { input = 1.0, output = 2.0 }\n";
        reads(&works("azure", settings, &environment));
    }
    let heard = azure.told().heard.into_iter().rfind(|heard| heard.texts.is_empty()).unwrap();
    assert_eq!(heard.body["model"], "d1", "the deployment is the model");
}

#[test]
fn a_host_is_read_as_the_server_of_that_name_reads_it() {
    for (host, address) in [
        ("0.0.0.0", "http://127.0.0.1:11434/v1"),
        (":11434", "http://127.0.0.1:11434/v1"),
        ("192.168.1.7", "http://192.168.1.7:11434/v1"),
        ("http://0.0.0.0", "http://127.0.0.1/v1"),
        ("https://models.example.com", "https://models.example.com/v1"),
        ("localhost", "http://localhost:11434/v1"),
        ("myhost/", "http://myhost:11434/v1"),
        ("myhost:80", "http://myhost/v1"),
        ("\"127.0.0.1:11434\"", "http://127.0.0.1:11434/v1"),
        ("::1", "http://[::1]:11434/v1"),
        ("*:9999", "http://127.0.0.1:9999/v1"),
        ("0.0.0.0:11434", "http://127.0.0.1:11434/v1"),
        (" http://127.0.0.1:9999/ ", "http://127.0.0.1:9999/v1"),
    ] {
        let home = Home::new();
        let listed = home.command(["engines", "--json"]).env("OLLAMA_HOST", host).run().expect(0);
        let listed = listed.json();
        let ollama = listed.as_array().unwrap().iter().find(|one| one["name"] == "ollama").unwrap();
        assert_eq!(ollama["address"], address, "{host:?}");
    }
    // A server that is not there is told of at once, with its address.
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let home = Home::new();
    home.write("idea.md", studies::concept(5, 7));
    let begun = Instant::now();
    let run = home
        .command(["run", "idea.md", "--engine", "ollama", "--yes"])
        .env("OLLAMA_HOST", &closed)
        .run()
        .expect(4);
    assert!(said(&run).contains(&closed), "{run}");
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

/// Whatever a service says, its first sentence is told with the field that it names, and a page by its title.
#[test]
fn the_services_own_words_are_told_by_run_and_check() {
    let json_body = |status: u16, body: &str| (status, body.to_owned());
    for ((status, body), words) in [
        (
            json_body(
                422,
                r#"{"detail":[{"loc":["body","seed"],"msg":"value is not a valid integer"}]}"#,
            ),
            "seed: value is not a valid integer",
        ),
        (
            json_body(
                422,
                r#"{"object":"error","message":{"detail":[{"loc":["body","top_k"],"msg":"Extra inputs are not permitted"}]}}"#,
            ),
            "top_k: Extra inputs are not permitted",
        ),
        (
            json_body(
                422,
                r#"[{"error":{"code":400,"message":"Request contains an invalid argument."}}]"#,
            ),
            "Request contains an invalid argument",
        ),
        (
            json_body(422, r#""temperature must be between 0 and 1 for this model""#),
            "temperature must be between 0 and 1",
        ),
        (
            json_body(
                404,
                r#"{"error":{"message":"Invalid URL (POST /v1/chat/completions/chat/completions)"}}"#,
            ),
            "/v1/chat/completions/chat/completions",
        ),
    ] {
        let value: serde_json::Value = serde_json::from_str(&body).unwrap();
        let mock = MockProvider::start(Duration::ZERO, move |_| {
            Act::Fail(status, Vec::new(), value.clone())
        });
        let home = Home::with_settings(&mock.settings(""));
        home.write("idea.md", studies::concept(5, 7));
        let check = home.run(["engines", "check", "mock"]).expect(1);
        assert!(said(&check).contains(words), "{check}");
        let run = home.run(["run", "idea.md", "--engine", "mock", "--yes"]);
        assert!(said(&run).contains(words), "{run}");
        let tells_address = said(&run).contains(&mock.origin());
        assert_eq!(
            tells_address,
            status == 404,
            "the address, where nothing is known there: {run}"
        );
    }
}

/// What a weak server fills in where nothing is to be said, and where it may say that it refuses.
#[test]
fn an_answer_is_read_wherever_the_server_puts_it_and_a_no_is_no_refusal() {
    type Say = fn(&Heard) -> serde_json::Value;
    let in_reasoning: Say = |heard| json!({ "content": null, "reasoning_content": answer(heard) });
    let in_thoughts: Say = |heard| json!({ "content": null, "reasoning": answer(heard) });
    let in_tool: Say = |heard| json!({ "content": null, "tool_calls": [{ "function": { "name": "reply", "arguments": answer(heard) } }] });
    let in_parts: Say = |heard| json!({ "content": [{ "type": "text", "text": answer(heard) }] });
    let says_no: Say = |heard| json!({ "content": answer(heard).replace("\"refused\":null", "\"refused\":\"no\"") });
    let is_false: Say = |heard| json!({ "content": answer(heard).replace("\"refused\":null", "\"refused\":false") });
    for (message, place) in [
        (in_reasoning, Some("reasoning_content")),
        (in_thoughts, Some("reasoning")),
        (in_tool, Some("tool_calls")),
        (in_parts, Some("a list of parts")),
        (says_no, None),
        (is_false, None),
    ] {
        let mock = MockProvider::start(Duration::ZERO, move |heard| {
            let body = json!({
                "model": "mock-1", "choices": [{ "finish_reason": "stop", "message": message(heard) }],
                "usage": { "prompt_tokens": (heard.system.len() + heard.question.len()) / 4, "completion_tokens": 60 },
            });
            Act::Body(body.to_string().into_bytes())
        });
        let home = Home::with_settings(&mock.settings(""));
        home.write("idea.md", studies::concept(20, 7));
        let run = home.run([
            "run",
            "idea.md",
            "--engine",
            "mock",
            "--json",
            "--yes",
            "--replicates",
            "0",
        ]);
        let printed = run.expect(0).json();
        assert_eq!(printed["study"]["panel"]["delivered"], 20);
        assert_eq!(mock.calls(), 20);
        let replies = &printed["meta"]["replies"];
        let key = place.map(|place| format!("in {place}"));
        let mended = key.map_or(serde_json::Value::Null, |key| replies["mended_by"][key].clone());
        assert_eq!(mended, place.map_or(serde_json::Value::Null, |_| json!(20)), "{replies}");
        let told = place.is_some_and(|place| replies["remarks"].to_string().contains(place));
        assert_eq!(told, place.is_some(), "{replies}");
        drop(home.run(["engines", "check", "mock"]).expect(0));
    }
    let declines = MockProvider::start(Duration::ZERO, |heard| {
        let mut said: serde_json::Value = serde_json::from_str(&answer(heard)).unwrap();
        said["reasoning"] = json!("I will not answer that.");
        said["refused"] = json!(true);
        Act::Say(said.to_string())
    });
    let home = Home::with_settings(&declines.settings(""));
    home.write("idea.md", studies::concept(5, 7));
    let run =
        home.run(["run", "idea.md", "--engine", "mock", "--json", "--yes", "--replicates", "0"]);
    assert_eq!(run.expect(4).json()["study"]["panel"]["refused"], 5, "a yes is a refusal");
}
