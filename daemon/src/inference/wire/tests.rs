//! Requests and replies of each format, with replies that services really send, hostile bodies included.

use serde_json::{Value, json};

use super::*;
use crate::inference::chat::{ReplyShape, Schema, Stop, Tokens};
use crate::inference::prompt::Again;

const ALL: [Format; 3] = [Format::Openai, Format::Anthropic, Format::Gemini];

fn chat(shape: ReplyShape) -> Chat {
    Chat {
        model: "m-1".to_owned(),
        system: "You are Ada.".to_owned(),
        question: "Do you like it?".to_owned(),
        again: None,
        shape,
        output_tokens_max: 400,
        temperature: Some(1.2),
        seed: Some(7),
    }
}

fn body(format: Format, text: &str, stop: &str) -> Value {
    match format {
        Format::Openai => json!({
            "model": "m-1-2026", "choices": [{ "finish_reason": stop, "message": { "content": text } }],
            "usage": { "prompt_tokens": 100, "completion_tokens": 30,
                "prompt_tokens_details": { "cached_tokens": 60 },
                "completion_tokens_details": { "reasoning_tokens": 10 } },
        }),
        Format::Anthropic => json!({
            "model": "m-1-2026", "stop_reason": stop, "content": [{ "type": "text", "text": text }],
            "usage": { "input_tokens": 40, "cache_read_input_tokens": 60, "output_tokens": 30 },
        }),
        Format::Gemini => json!({
            "modelVersion": "m-1-2026",
            "candidates": [{ "finishReason": stop, "content": { "parts": [
                { "text": "hm", "thought": true }, { "text": text } ] } }],
            "usageMetadata": { "promptTokenCount": 100, "cachedContentTokenCount": 60,
                "candidatesTokenCount": 20, "thoughtsTokenCount": 10 },
        }),
    }
}

fn sent(format: Format, shape: ReplyShape, limit: TokenLimit) -> Value {
    serde_json::from_slice(&format.request(&chat(shape), limit).unwrap()).unwrap()
}

#[test]
fn requests_are_what_each_service_documents() {
    let schema = Schema::new(&json!({ "type": "object" })).unwrap();
    for format in ALL {
        let requests: Vec<Value> =
            [ReplyShape::Schema(schema.clone()), ReplyShape::Json, ReplyShape::Text]
                .map(|shape| sent(format, shape, TokenLimit::MaxTokens))
                .into();
        insta::assert_json_snapshot!(format!("{format:?}").to_lowercase(), requests);
    }
    let newer = sent(Format::Openai, ReplyShape::Text, TokenLimit::MaxCompletionTokens);
    assert_eq!(
        (&newer["max_completion_tokens"], &newer["max_tokens"]),
        (&json!(400), &Value::Null)
    );
}

#[test]
fn a_reply_that_is_asked_for_again_is_a_turn_of_the_model() {
    let again =
        Again { former: "{\"score\": 7.5}".to_owned(), correction: "Whole numbers.".to_owned() };
    let chat = Chat { again: Some(again), ..chat(ReplyShape::Text) };
    for format in ALL {
        let body = format.request(&chat, TokenLimit::MaxTokens).unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        let turns = body.get("messages").or(body.get("contents")).unwrap().as_array().unwrap();
        let last: Vec<&Value> = turns.iter().skip(turns.len() - 3).collect();
        let roles: Vec<&str> = last.iter().map(|turn| turn["role"].as_str().unwrap()).collect();
        let model = if format == Format::Gemini { "model" } else { "assistant" };
        assert_eq!(roles, ["user", model, "user"]);
        let said = |turn: &Value| {
            turn["content"].as_str().or(turn["parts"][0]["text"].as_str()).map(ToOwned::to_owned)
        };
        let said: Vec<_> = last.into_iter().filter_map(said).collect();
        assert_eq!(said, ["Do you like it?", "{\"score\": 7.5}", "Whole numbers."]);
    }
}

#[test]
fn a_reply_is_read_with_all_its_tokens() {
    for format in ALL {
        let body = body(format, "{\"score\": 7}", "stop").to_string();
        let reply = format.reply(body.as_bytes()).unwrap();
        let reasoning = if format == Format::Anthropic { 0 } else { 10 };
        let tokens = Tokens { input: 100, cached_input: 60, output: 30, reasoning };
        assert_eq!((reply.text.as_str(), reply.model.as_str()), ("{\"score\": 7}", "m-1-2026"));
        assert_eq!((reply.stop, reply.tokens), (Stop::Finished, Some(tokens)), "{format:?}");
    }
}

#[test]
fn the_name_of_a_model_is_cut_where_no_name_is_longer() {
    let named = |format: Format, name: &str| {
        let mut body = body(format, "x", "stop");
        body[if format == Format::Gemini { "modelVersion" } else { "model" }] = json!(name);
        format.reply(body.to_string().as_bytes()).unwrap().model
    };
    for format in ALL {
        for long in ["m".repeat(1 << 20), "\u{1}é\u{200b}".repeat(1 << 18), "\"\n".repeat(300_000)]
        {
            let name = named(format, &long);
            assert!(name.chars().count() <= NAME_MAX && !name.is_empty(), "{format:?}");
            assert!(serde_json::to_string(&name).unwrap().len() < 1_000, "{format:?}: {name:?}");
        }
        assert_eq!(named(format, &"m".repeat(200)), "m".repeat(200));
        assert_eq!(named(format, " meta/llama-3.3:70b \n"), "meta/llama-3.3:70b");
    }
    let embedded = json!({ "model": "m".repeat(1 << 20), "data": [{ "embedding": [1.0] }] });
    let read = Format::Openai.embed_reply(embedded.to_string().as_bytes(), 1).unwrap();
    assert_eq!(read.model.len(), NAME_MAX);
}

#[test]
fn truncation_and_refusal_are_typed() {
    for (format, stop) in [
        (Format::Openai, "length"),
        (Format::Openai, "model_length"),
        (Format::Openai, "MAX_TOKENS"),
        (Format::Anthropic, "max_tokens"),
        (Format::Gemini, "MAX_TOKENS"),
    ] {
        let reply = format.reply(body(format, "{\"sco", stop).to_string().as_bytes()).unwrap();
        assert_eq!(reply.stop, Stop::Truncated);
    }
    let refusals = [
        (Format::Openai, body(Format::Openai, "", "content_filter")),
        (Format::Openai, body(Format::Openai, "", "sensitive")),
        (
            Format::Openai,
            json!({ "choices": [{ "message": { "content": null, "refusal": "I cannot" } }] }),
        ),
        (Format::Anthropic, body(Format::Anthropic, "", "refusal")),
        (Format::Gemini, body(Format::Gemini, "", "SAFETY")),
        (Format::Gemini, json!({ "promptFeedback": { "blockReason": "OTHER" } })),
    ];
    for (format, body) in refusals {
        let reply = format.reply(body.to_string().as_bytes()).unwrap();
        assert!(matches!(reply.stop, Stop::Declined(_)), "{format:?} {body}");
    }
}

#[test]
fn lies_about_tokens_are_no_tokens() {
    let lies = [
        json!(-5),
        json!("-5"),
        json!(-5.0),
        json!(u64::MAX),
        json!("99999999999"),
        json!(1e300),
        json!("1e300"),
        json!("NaN"),
        json!("many"),
        json!(""),
        json!(null),
        json!(1.5),
        json!("1.5"),
        json!(true),
        json!([30]),
    ];
    for lie in lies {
        for format in ALL {
            let mut body = body(format, "x", "stop");
            match format {
                Format::Openai => body["usage"]["completion_tokens"] = lie.clone(),
                Format::Anthropic => body["usage"]["output_tokens"] = lie.clone(),
                Format::Gemini => body["usageMetadata"]["promptTokenCount"] = lie.clone(),
            }
            let reply = format.reply(body.to_string().as_bytes()).unwrap();
            assert_eq!(reply.tokens, None, "{format:?} {lie}");
        }
    }
}

#[test]
fn tokens_are_counted_however_their_number_is_written() {
    for said in [json!(30), json!(30.0), json!("30"), json!(" 30 "), json!("30.0")] {
        for format in ALL {
            let mut body = body(format, "x", "stop");
            match format {
                Format::Openai => body["usage"]["completion_tokens"] = said.clone(),
                Format::Anthropic => body["usage"]["output_tokens"] = said.clone(),
                Format::Gemini => {
                    body["usageMetadata"]["candidatesTokenCount"] = said.clone();
                    body["usageMetadata"]["thoughtsTokenCount"] = json!("0");
                }
            }
            let tokens = format.reply(body.to_string().as_bytes()).unwrap().tokens.unwrap();
            assert_eq!((tokens.input, tokens.output), (100, 30), "{format:?} {said}");
        }
    }
}

#[test]
fn thoughts_that_are_counted_beside_the_reply_are_used_too() {
    for (usage, output, reasoning) in [
        (json!({ "completion_tokens_details": { "reasoning_tokens": 7_000 } }), 7_120, 7_000),
        (json!({ "completion_tokens_details": { "reasoning_tokens": 100 } }), 120, 100),
        (json!({ "total_tokens": 7_520 }), 7_120, 0),
        (json!({ "total_tokens": 520 }), 120, 0),
        (json!({ "total_tokens": 3 }), 120, 0),
    ] {
        let mut usage = usage;
        usage["prompt_tokens"] = json!(400);
        usage["completion_tokens"] = json!(120);
        let body = json!({ "usage": usage }).to_string();
        let tokens = Format::Openai.usage(body.as_bytes()).unwrap();
        let wanted = Tokens { input: 400, cached_input: 0, output, reasoning };
        assert_eq!(tokens, wanted, "{body}");
    }
    let gemini = json!({ "usageMetadata": { "promptTokenCount": 400, "candidatesTokenCount": 120,
        "totalTokenCount": 7_520 } });
    let tokens = Format::Gemini.usage(gemini.to_string().as_bytes()).unwrap();
    assert_eq!((tokens.input, tokens.output), (400, 7_120));
}

#[test]
fn what_a_call_took_is_read_whatever_the_rest_of_the_reply_is() {
    for format in ALL {
        let usage = body(format, "x", "stop");
        let usage = match format {
            Format::Gemini => json!({ "usageMetadata": usage["usageMetadata"] }),
            _ => json!({ "usage": usage["usage"] }),
        };
        for more in
            [json!({}), json!({ "choices": [] }), json!({ "content": 7 }), json!({ "error": "no" })]
        {
            let mut body = usage.clone();
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let body = body.to_string();
            assert!(format.reply(body.as_bytes()).is_err(), "{body}");
            let tokens = format.usage(body.as_bytes()).unwrap();
            assert_eq!((tokens.input, tokens.output), (100, 30), "{format:?} {body}");
        }
        assert_eq!(format.usage(b"{}"), None);
        assert_eq!(format.usage(b"<html>"), None);
    }
}

#[test]
fn an_error_of_the_only_choice_is_an_error() {
    let choice = |error: Value| {
        let choice =
            json!({ "error": error, "finish_reason": "stop", "message": { "content": "7" } });
        Format::Openai.reply(json!({ "choices": [choice] }).to_string().as_bytes())
    };
    for error in [json!({ "code": 502 }), json!("overloaded"), json!(429), json!(true)] {
        assert_eq!(choice(error.clone()), Err(IS_AN_ERROR), "{error}");
    }
    for none in [json!(null), json!(false), json!(0), json!(""), json!({}), json!([])] {
        assert_eq!(choice(none.clone()).unwrap().text, "7", "{none}");
        let body = json!({ "error": none, "choices": [{ "message": { "content": "7" } }] });
        assert_eq!(Format::Openai.reply(body.to_string().as_bytes()).unwrap().text, "7");
    }
    for reason in ["error", "network_error"] {
        let untold =
            json!({ "choices": [{ "finish_reason": reason, "message": { "content": "7" } }] });
        assert!(Format::Openai.reply(untold.to_string().as_bytes()).is_err(), "{reason}");
    }
}

#[test]
fn the_place_of_an_answer_elsewhere_is_told() {
    let read = |message: Value| {
        let body = json!({ "choices": [{ "finish_reason": "stop", "message": message }] });
        let reply = Format::Openai.reply(body.to_string().as_bytes()).unwrap();
        (reply.text, reply.place)
    };
    let object = "{\"score\": 7}";
    let parsed = json!({ "score": 7 }).to_string();
    let found = |place| (object.to_owned(), Some(place));
    let call = |arguments: Value| json!([{ "function": { "name": "f", "arguments": arguments } }]);
    let part = |kind: &str, text: &str| json!({ "type": kind, "text": text });
    for (message, wanted) in [
        (json!({ "content": object }), (object.to_owned(), None)),
        (json!({ "content": object, "reasoning_content": "{}" }), (object.to_owned(), None)),
        (json!({ "content": null, "reasoning_content": object }), found("reasoning_content")),
        (
            json!({ "content": " ", "reasoning": format!("<think>7?</think>{object}") }),
            found("reasoning"),
        ),
        (json!({ "tool_calls": call(json!(object)) }), found("tool_calls")),
        (json!({ "function_call": { "arguments": object } }), found("function_call")),
        (
            json!({ "content": [part("text", "{\"score\""), part("text", ": 7}")] }),
            found("a list of parts"),
        ),
        (
            json!({ "content": [part("thinking", "{\"score\": 3}"), part("text", object)] }),
            found("a list of parts"),
        ),
        (json!({ "content": null, "thinking": object }), found("thinking")),
        (json!({ "content": "", "parsed": { "score": 7 } }), (parsed, Some("parsed"))),
        (
            json!({ "reasoning_details": [part("reasoning.text", object)] }),
            found("reasoning_details"),
        ),
        (
            json!({ "reasoning_details": [{ "type": "reasoning.summary", "summary": object }] }),
            found("reasoning_details"),
        ),
        (
            json!({ "reasoning_content": format!("{object}\n\nThat is my answer.") }),
            found("reasoning_content"),
        ),
        (
            json!({ "reasoning_content": format!("```json\n{object}\n```") }),
            found("reasoning_content"),
        ),
        (
            json!({ "reasoning_content": format!("{object} Wait, is that my answer?") }),
            (String::new(), None),
        ),
        (json!({ "reasoning_content": format!("{object} {object}") }), (String::new(), None)),
        (json!({ "content": null, "reasoning_content": "I say 7." }), (String::new(), None)),
        (json!({ "content": [], "reasoning_content": "7" }), (String::new(), None)),
    ] {
        assert_eq!(read(message.clone()), wanted, "{message}");
    }
    let tool = json!({ "content": [{ "type": "tool_use", "input": { "score": 7 } }] });
    let reply = Format::Anthropic.reply(tool.to_string().as_bytes()).unwrap();
    assert_eq!(reply.place, Some("tool_use"));
}

#[test]
fn bodies_that_are_no_reply_are_refused() {
    let bodies = [
        "",
        "<html>502</html>",
        "{",
        "[]",
        "null",
        "{}",
        "\u{feff}{}",
        "{\"choices\": []}",
        "{\"choices\": [{}]}",
        "{\"choices\": [{\"message\": {\"content\": 7}}]}",
        "{\"candidates\": []}",
        "{\"content\": \"text\"}",
        "{\"error\": {\"message\": \"overloaded\"}, \"choices\": [{\"message\": {\"content\": \"7\"}}]}",
    ];
    for body in bodies {
        for format in ALL {
            assert!(format.reply(body.as_bytes()).is_err(), "{format:?} {body}");
        }
    }
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        for format in ALL {
            drop(format.reply(&bytes));
        }
    }
}

#[test]
fn vectors_are_asked_for_and_read_as_each_service_documents() {
    let texts = ["Yes.".to_owned(), "No \"way\".".to_owned()];
    let sent = |format: Format| -> Value {
        serde_json::from_slice(&format.embed_request("m-e", &texts).unwrap()).unwrap()
    };
    assert_eq!(sent(Format::Openai), json!({ "model": "m-e", "input": ["Yes.", "No \"way\"."] }));
    let gemini = sent(Format::Gemini);
    assert_eq!(
        gemini["requests"][1],
        json!({
            "model": "models/m-e", "content": { "parts": [{ "text": "No \"way\"." }] }, "taskType": "SEMANTIC_SIMILARITY",
        })
    );
    assert_eq!(Format::Gemini.embed_path("m-e"), ["models", "m-e:batchEmbedContents"]);
    assert_eq!(Format::Openai.embed_path("m-e"), ["embeddings"]);
    assert!(!Format::Anthropic.embeds());

    let openai = json!({ "model": "m-e-2", "usage": { "prompt_tokens": 9, "total_tokens": 9 }, "data": [
        { "index": 1, "embedding": [0.0, 1.0] }, { "index": 0, "embedding": [0.5, -0.25] } ] });
    let read = Format::Openai.embed_reply(openai.to_string().as_bytes(), 2).unwrap();
    assert_eq!(read.vectors, [[0.5, -0.25], [0.0, 1.0]], "each at the place of its text");
    assert_eq!((read.model.as_str(), read.tokens), ("m-e-2", Some(9)));
    let gemini = json!({ "embeddings": [{ "values": [1, 2] }, { "values": [3, 4] }] });
    let read = Format::Gemini.embed_reply(gemini.to_string().as_bytes(), 2).unwrap();
    assert_eq!((read.vectors, read.tokens), (vec![vec![1.0, 2.0], vec![3.0, 4.0]], None));
}

#[test]
fn vectors_that_are_none_are_refused() {
    let entry = |index: Value, vector: Value| json!({ "index": index, "embedding": vector });
    let of = |data: Vec<Value>| json!({ "data": data }).to_string();
    for (body, words) in [
        ("<html>".to_owned(), "not JSON"),
        ("{\"error\": {\"message\": \"no\"}, \"data\": []}".to_owned(), "clothes of a success"),
        ("{}".to_owned(), "no data"),
        (of(vec![entry(json!(0), json!([1.0]))]), "another number of vectors"),
        (
            of(vec![entry(json!(0), json!([1.0])), entry(json!(0), json!([1.0]))]),
            "leave a text out",
        ),
        (
            of(vec![entry(json!(0), json!([1.0])), entry(json!("1"), json!([1.0]))]),
            "index is no number",
        ),
        (
            of(vec![entry(json!(0), json!([1.0])), entry(json!(1), json!([1.0, 2.0]))]),
            "differ in length",
        ),
        (of(vec![entry(json!(0), json!([])), entry(json!(1), json!([]))]), "empty"),
        (
            of(vec![entry(json!(0), json!("AACAPw==")), entry(json!(1), json!([1.0]))]),
            "no list of numbers",
        ),
        (of(vec![entry(json!(0), json!([null])), entry(json!(1), json!([1.0]))]), "no number"),
        (of(vec![entry(json!(0), json!([1e300])), entry(json!(1), json!([1.0]))]), "no number"),
        (
            of(vec![entry(json!(0), json!(vec![0.5; 20_000])), entry(json!(1), json!([1.0]))]),
            "longer than any",
        ),
    ] {
        let told = Format::Openai.embed_reply(body.as_bytes(), 2).expect_err(words);
        assert!(told.contains(words), "{told} is not about {words}");
    }
}

/// What an embedding call took, by whatever name it is counted and whatever the vectors are; zeros and words are no count.
#[test]
fn what_an_embedding_call_took_is_read_by_itself() {
    for (usage, input) in [
        (json!({ "prompt_tokens": 9, "total_tokens": 9 }), Some(9)),
        (json!({ "prompt_tokens": "9" }), Some(9)),
        (json!({ "input_tokens": 9 }), Some(9)),
        (json!({ "prompt_tokens": null, "total_tokens": 9 }), Some(9)),
        (json!({ "prompt_tokens": "many" }), None),
        (json!(null), None),
    ] {
        for data in [json!([]), json!([{ "embedding": "x" }])] {
            let body = json!({ "data": data, "usage": usage }).to_string();
            assert_eq!(Format::Openai.embed_usage(body.as_bytes()), input, "{body}");
            assert_eq!(Format::Openai.says_usage(body.as_bytes()), input.is_some(), "{body}");
        }
    }
    let gemini =
        json!({ "embeddings": [], "usageMetadata": { "promptTokenCount": 4 } }).to_string();
    assert_eq!(Format::Gemini.embed_usage(gemini.as_bytes()), Some(4));
    for (usage, says) in [
        (json!({ "prompt_tokens": -4 }), true),
        (json!({ "prompt_tokens": 1e15 }), true),
        (json!({ "details": { "cached": 3 } }), true),
        (json!({ "prompt_tokens": 0, "completion_tokens": 0 }), false),
        (json!({}), false),
    ] {
        let body = json!({ "choices": [], "usage": usage }).to_string();
        assert_eq!(Format::Openai.says_usage(body.as_bytes()), says, "{body}");
    }
}
