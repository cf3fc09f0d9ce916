//! The error in the body of a success: gateways wrap a failure into one, each in a form of its own. A body that has a
//! reply in it is no error, whatever other fields stand beside the reply, but for an `error` that is told as one.

use serde_json::{Map, Value};

/// Keys of what a body holds where it is a reply: a list that is not empty.
const REPLIES: [&str; 5] = ["choices", "candidates", "content", "data", "embeddings"];
/// Keys of words, which only a failure has beside nothing else.
const WORDS: [&str; 11] = [
    "detail",
    "errors",
    "message",
    "msg",
    "error_message",
    "error_msg",
    "errmsg",
    "error_description",
    "status_msg",
    "faultstring",
    "title",
];
/// Keys under which a gateway wraps what failed.
const WRAPPERS: [&str; 3] = ["base_resp", "response", "fault"];
/// Keys of a yes for success.
const SUCCESS: [&str; 2] = ["success", "ok"];
/// Keys of a word that names what the body is.
const NAMES: [&str; 4] = ["object", "type", "status", "result"];
/// The words for a failure among these.
const FAILED: [&str; 5] = ["error", "err", "fail", "failed", "failure"];

/// What describes the error that stands in a body: as `error`, as that of the only choice, where a router puts it, or the
/// body itself where it has no reply and says that something failed. `false`, zero and what is empty are none.
pub(crate) fn error_in(body: &Value) -> Option<&Value> {
    let body = body.as_array().and_then(|list| list.first()).unwrap_or(body);
    let of_choice = || body.get("choices")?.get(0)?.get("error").filter(|error| says(error));
    let named = || under(body, "error").filter(|error| says(error));
    named().or_else(of_choice).or_else(|| bare(body))
}

/// The value under a key, whatever its case.
pub(crate) fn under<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    let fields = value.as_object()?;
    let other_case = || fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(key));
    fields.get(key).or_else(|| other_case().map(|(_, value)| value))
}

/// A body that names no `error` and is one: nothing in it is a reply, and it tells a failure.
fn bare(body: &Value) -> Option<&Value> {
    let fields = body.as_object().filter(|fields| !has_reply(fields))?;
    // What is wrapped may be the reply, or name the error.
    let wrapped = WRAPPERS.iter().filter_map(|key| under(body, key)).find_map(|inner| {
        let named = under(inner, "error").filter(|error| says(error));
        named.or_else(|| Some(inner).filter(|inner| is_failed_code(inner) || has_words(inner)))
    });
    let is_none = |key: &str| under(body, key).and_then(Value::as_bool) == Some(false);
    let is_named = |key: &str| {
        let name = under(body, key).and_then(Value::as_str).unwrap_or_default();
        FAILED.iter().any(|failed| name.eq_ignore_ascii_case(failed))
    };
    let fails = SUCCESS.iter().any(|key| is_none(key)) || NAMES.iter().any(|key| is_named(key));
    wrapped.filter(|_| !is_fine(fields)).or_else(|| (fails || has_words(body)).then_some(body))
}

/// Whether a body has a reply in it, or says why the question got none.
fn has_reply(fields: &Map<String, Value>) -> bool {
    let has =
        |key: &str| fields.get(key).and_then(Value::as_array).is_some_and(|it| !it.is_empty());
    REPLIES.iter().any(|key| has(key)) || fields.get("promptFeedback").is_some_and(Value::is_object)
}

/// Whether a wrapper says by its code that all is well: then it is not what failed.
fn is_fine(fields: &Map<String, Value>) -> bool {
    let code = fields.get("base_resp").and_then(|inner| inner.get("status_code"));
    code.and_then(Value::as_i64) == Some(0)
}

/// Whether the code of a wrapper is one of a failure.
fn is_failed_code(inner: &Value) -> bool {
    under(inner, "status_code").and_then(Value::as_i64).is_some_and(|code| code != 0)
}

/// Whether there are words, which is all that such a body has. A message that is an object is a reply of another format.
fn has_words(body: &Value) -> bool {
    WORDS.iter().filter_map(|key| under(body, key).map(|said| (key, said))).any(|(key, said)| {
        let is_object = said.is_object() && !matches!(*key, "detail" | "errors");
        says(said) && !is_object && (said.is_string() || said.is_array() || said.is_object())
    })
}

/// Whether a value says something: `false`, zero and what is empty do not.
fn says(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(is_error) => *is_error,
        Value::Number(code) => code.as_f64() != Some(0.0),
        Value::String(said) => !said.trim().is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_failure_is_found_in_every_form_that_gateways_give_it() {
        for body in [
            json!({ "error": { "message": "no" } }),
            json!({ "Error": "no" }),
            json!([{ "error": { "message": "no" } }]),
            json!({ "choices": [{ "error": { "code": 502 } }] }),
            json!({ "detail": "Unauthorized" }),
            json!({ "detail": [{ "loc": ["body"], "msg": "field required" }] }),
            json!({ "detail": { "message": "no" } }),
            json!({ "code": 401, "msg": "no" }),
            json!({ "code": 401, "msg": "no", "data": null }),
            json!({ "code": 500, "message": "no", "data": {} }),
            json!({ "code": "InvalidApiKey", "message": "no", "request_id": "1" }),
            json!({ "base_resp": { "status_code": 1004, "status_msg": "login fail" } }),
            json!({ "id": "1", "choices": null, "base_resp": { "status_code": 1008, "status_msg": "no" } }),
            json!({ "choices": [], "base_resp": { "status_code": 1002, "status_msg": "" } }),
            json!({ "success": false, "message": "no" }),
            json!({ "success": false }),
            json!({ "ok": false, "result": null }),
            json!({ "object": "error", "message": "no", "code": 40303 }),
            json!({ "object": "error", "message": { "detail": [{ "msg": "no" }] } }),
            json!({ "errors": [{ "message": "no" }], "result": null, "messages": [] }),
            json!({ "errors": { "model": ["is unknown"] } }),
            json!({ "status": "error", "reason": "no" }),
            json!({ "type": "error" }),
            json!({ "Message": "no" }),
            json!({ "message": "Unauthorized" }),
            json!({ "error_code": 17, "error_msg": "Open api daily request limit reached" }),
            json!({ "Response": { "Error": { "Code": "AuthFailure", "Message": "no" } } }),
            json!({ "fault": { "faultstring": "no" } }),
            json!({ "type": "about:blank", "title": "Unauthorized", "status": 401 }),
        ] {
            assert!(error_in(&body).is_some(), "{body}");
        }
    }

    #[test]
    fn a_reply_is_no_error_whatever_stands_beside_it() {
        let reply = json!([{ "message": { "role": "assistant", "content": "{}" }, "finish_reason": "stop" }]);
        for beside in [
            json!({}),
            json!({ "error": null }),
            json!({ "error": false, "code": 0 }),
            json!({ "error": "", "errors": [] }),
            json!({ "detail": "cached" }),
            json!({ "detail": [{ "msg": "slow" }] }),
            json!({ "code": 401, "msg": "no" }),
            json!({ "code": "Success", "message": "ok" }),
            json!({ "base_resp": { "status_code": 0, "status_msg": "" } }),
            json!({ "base_resp": { "status_code": 1004, "status_msg": "no" } }),
            json!({ "success": false, "message": "no" }),
            json!({ "success": true }),
            json!({ "object": "error", "message": "no" }),
            json!({ "errors": [{ "message": "a warning" }] }),
            json!({ "status": "error" }),
            json!({ "type": "message", "title": "x" }),
        ] {
            for place in ["choices", "candidates", "content", "data", "embeddings"] {
                let mut body = beside.clone();
                body[place] = reply.clone();
                assert_eq!(error_in(&body), None, "{place}: {body}");
            }
        }
        for other in [
            json!({}),
            json!({ "id": "1", "object": "chat.completion", "usage": { "prompt_tokens": 3 } }),
            json!({ "message": { "role": "assistant", "content": "{}" } }),
            json!({ "base_resp": { "status_code": 0, "status_msg": "success" }, "choices": [] }),
            json!({ "promptFeedback": { "blockReason": "SAFETY" } }),
            json!("Unauthorized"),
            json!([]),
            json!(null),
        ] {
            assert_eq!(error_in(&other), None, "{other}");
        }
    }
}
