//! What each format sends, and what it makes of what services really send, hostile bodies included.

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::inference::chat::{Shape, Stop, Tokens};

const ALL: [Format; 3] = [Format::Openai, Format::Anthropic, Format::Gemini];

fn chat(shape: Shape) -> Chat {
    Chat {
        model: "m-1".to_owned(),
        system: "You are Ada.".to_owned(),
        question: "Do you like it?".to_owned(),
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

fn sent(format: Format, shape: Shape, limit: TokenLimit) -> Value {
    serde_json::from_slice(&format.request(&chat(shape), limit).unwrap()).unwrap()
}

#[test]
fn requests_are_what_each_service_documents() {
    let schema = Arc::new(json!({ "type": "object" }));
    for format in ALL {
        let requests: Vec<Value> = [Shape::Schema(schema.clone()), Shape::Json, Shape::Text]
            .map(|shape| sent(format, shape, TokenLimit::MaxTokens))
            .into();
        insta::assert_json_snapshot!(format!("{format:?}").to_lowercase(), requests);
    }
    let newer = sent(Format::Openai, Shape::Text, TokenLimit::MaxCompletionTokens);
    assert_eq!(
        (&newer["max_completion_tokens"], &newer["max_tokens"]),
        (&json!(400), &Value::Null)
    );
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
fn truncation_and_refusal_are_typed() {
    for (format, stop) in [
        (Format::Openai, "length"),
        (Format::Anthropic, "max_tokens"),
        (Format::Gemini, "MAX_TOKENS"),
    ] {
        let reply = format.reply(body(format, "{\"sco", stop).to_string().as_bytes()).unwrap();
        assert_eq!(reply.stop, Stop::Truncated);
    }
    let refusals = [
        (Format::Openai, body(Format::Openai, "", "content_filter")),
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
    for lie in [json!(-5), json!(u64::MAX), json!("12"), json!(null), json!(1.5)] {
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
