//! Which parts of a request a service refuses, by its codes and words. A failure of the server (5xx) and a refusal by rights
//! (403) count only where the words leave no doubt that a part of the request is meant. Pure functions.

use super::ServiceError;
use crate::inference::chat::Refusable;

/// Words by which services refuse a part of a request, whatever the status.
const PLAIN_REFUSALS: &[&str] = &[
    "unsupported",
    "not supported",
    "not support",
    "n't support",
    "not a supported",
    "unrecognized",
    "unexpected keyword",
    "extra inputs",
    "extra fields",
    "not permitted",
    "not allowed",
    "not accept",
    "n't accept",
    "not implemented",
    "unimplemented",
    "not enabled",
    "only the default",
    "cannot be set",
    "can't be set",
    "can not be set",
    "cannot be used",
    "can't be used",
    "cannot be specified",
    "cannot be changed",
    "disallowed",
    "incompatible",
    "not compatible",
    // Beside another part, which a server in between may have put there.
    "cannot both be",
    "can't both be",
    "can not both be",
    "mutually exclusive",
    "not both",
    "only one of",
    "use only one",
];
/// Words that refuse a part only where the status says that the request is at fault: a failed server says them of itself.
const OTHER_REFUSALS: &[&str] = &[
    "unknown",
    "extra",
    "unexpected",
    "not available",
    "deprecated",
    "not a valid",
    "not valid",
    "not recognized",
    "not recognised",
    "no longer",
    "not applicable",
];
/// Words behind "only" by which a service tells the one value that it takes.
const ONE_VALUE: &[&str] = &[
    "allowed",
    "supported",
    "accepted",
    "permitted",
    "valid",
    "only support",
    "only accept",
    "only be set to",
];
/// Names of the format of a reply.
const FORMAT: &[&str] = &[
    "response_format",
    "json_schema",
    "json schema",
    "json_object",
    "json mode",
    "json_mode",
    "output_config",
    "output_format",
    "structured output",
    "structured_output",
    "response_schema",
    "responsejsonschema",
    "response_mime_type",
    "responsemimetype",
    "guided_json",
    "grammar",
    "field: strict",
    "'strict'",
    "\"strict\"",
    "`strict`",
    "strict mode",
];
/// Words by which services refuse a format, besides those for any part.
const FORMAT_REFUSALS: &[&str] = &[
    "must be",
    "unavailable",
    "invalid schema",
    "invalid response_format",
    "parse grammar",
    "compile grammar",
    "grammar error",
    "grammar compilation",
    "compile json",
    "invalid json schema",
    "invalid 'json_schema'",
    "enabled only",
    "only enabled",
    "only available",
];
/// The same where the server failed.
const PLAIN_FORMAT_REFUSALS: &[&str] = &[
    "parse grammar",
    "compile grammar",
    "grammar error",
    "invalid schema",
    "invalid response_format",
];
/// Words that can mean nothing but the format of a reply, or its schema.
const OF_FORMAT: &[&str] = &[
    "schema is too",
    "schema too complex",
    "schema too large",
    "too complex schema",
    "schema is not supported",
    "schemas are not supported",
    "schema not supported",
    "too many states",
    "grammar is too large",
    "or a json schema",
    "json_validate_failed",
    "failed to generate json",
    "failed to validate json",
];
/// A router knows no server for what the request asks for, and does not say which part of it.
const OF_UNNAMED: &[&str] = &["the requested parameters", "all requested parameters"];
/// Names of a message of the system.
const SYSTEM: &[&str] = &[
    "system role",
    "system message",
    "'system'",
    "\"system\"",
    "system_instruction",
    "developer instruction",
    "roles must alternate",
    "only user and assistant roles",
];
/// What templates of models say that know no message of the system.
const OTHER_ROLES: &[&str] = &["roles must alternate", "only user and assistant roles"];
/// Names of the limit on the length of a reply.
const LENGTH: &[&str] = &[
    "max_tokens",
    "max_completion_tokens",
    "max_output_tokens",
    "maxoutputtokens",
    "max_new_tokens",
    "num_predict",
];
/// Names of that limit of which there are two.
const LIMITS: &[&str] = &["max_tokens", "max_completion_tokens"];
/// Words by which services refuse a value, and not its field.
const VALUES: &[&str] = &[
    "too large",
    "too high",
    "too big",
    "too small",
    "too low",
    "at most",
    "at least",
    "maximum",
    "minimum",
    "must be",
    "between",
    "range",
    "less than",
    "greater than",
    "exceed",
    "larger than",
    "<=",
    " > ",
    "out of bounds",
];
/// Words for a context that is too small.
const CONTEXT: &[&str] = &[
    "context_length_exceeded",
    "context length",
    "context window",
    "context size",
    "exceed_context_size",
    "maximum context",
    "max_model_len",
    "prompt is too long",
    "input is too long",
    "input token count",
];

impl ServiceError {
    /// The parts of a request that it names as not accepted.
    pub(super) fn refused(&self) -> Vec<Refusable> {
        let text = format!("{} {}", self.codes, self.whole);
        let names = |words: &[&str]| words.iter().any(|word| text.contains(word));
        let in_codes = |words: &[&str]| words.iter().any(|word| self.codes.contains(word));
        if names(OF_UNNAMED) {
            return vec![Refusable::ReplyShape, Refusable::Temperature];
        }
        let is_plain = !is_of_the_request(self.status);
        let is_refusal = names(PLAIN_REFUSALS) || (!is_plain && names(OTHER_REFUSALS));
        let is_value = !is_refusal && names(VALUES);
        let is_context = names(CONTEXT);
        let tells_one = !is_plain && names(&["only "]) && names(ONE_VALUE);
        // A code that names the field says that it is the field, where the words are of no value of it.
        let is_field = |words: &[&str]| !is_plain && !is_value && in_codes(words);
        let format_words = if is_plain { PLAIN_FORMAT_REFUSALS } else { FORMAT_REFUSALS };
        let is_of_format = names(format_words) || tells_one || (!is_plain && in_codes(FORMAT));
        let found = [
            (Refusable::Context, is_context && !is_plain),
            (Refusable::Length, !is_plain && is_value && names(LENGTH)),
            (Refusable::TemperatureValue, !is_plain && is_value && names(&["temperature"])),
            (
                Refusable::TokenLimit,
                (is_refusal && names(LIMITS)) || (!is_context && is_field(LIMITS)),
            ),
            (
                Refusable::Temperature,
                names(&["temperature"]) && (is_refusal || tells_one || is_field(&["temperature"])),
            ),
            (
                Refusable::SystemRole,
                names(SYSTEM) && (is_refusal || (!is_plain && names(OTHER_ROLES))),
            ),
            (
                Refusable::ReplyShape,
                names(OF_FORMAT) || (names(FORMAT) && (is_refusal || is_of_format)),
            ),
        ];
        found.into_iter().filter(|(_, is_named)| *is_named).map(|(part, _)| part).collect()
    }
}

/// Whether a status says by itself that the request is at fault.
fn is_of_the_request(status: u16) -> bool {
    matches!(status, 400..=499) && status != 403
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use reqwest::header::HeaderMap;
    use serde_json::{Value, json};

    use super::*;
    use crate::inference::chat::{CallError, Denial};

    fn kind(status: u16, body: &[u8]) -> CallError {
        let none = HeaderMap::new();
        ServiceError::read(status, &none, body, "mock-1", |text| Cow::Borrowed(text)).classify("")
    }

    fn refuses(status: u16, body: &[u8]) -> Vec<Refusable> {
        match kind(status, body) {
            CallError::Rejected { refuses, .. } => refuses,
            other => panic!("{}: {other:?}", String::from_utf8_lossy(body)),
        }
    }

    fn said(words: &str) -> Vec<u8> {
        json!({ "error": { "message": words } }).to_string().into_bytes()
    }

    #[test]
    fn a_format_is_refused_in_many_words() {
        for (status, words) in [
            (400, "response_format: only 'text' is supported"),
            (400, "Unsupported field: strict"),
            (400, "Schema is too complex for this model"),
            (400, "invalid format: expected \"json\" or a JSON schema"),
            (400, "This model only supports JSON mode"),
            (400, "Grammar error: Unimplemented keys: [\"maxLength\"]"),
            (400, "invalid JSON schema in format"),
            (400, "The compiled grammar is too large, which would cause performance issues."),
            (
                400,
                "The specified schema produces a constraint that has too many states for serving.",
            ),
            (422, "Grammar compilation error: regex parse error"),
            (
                400,
                "response_format value as json_schema is enabled only for api versions 2024-08-01-preview and later",
            ),
            (500, "Unsupported response_format"),
            (500, "failed to parse grammar from json_schema"),
            (501, "response_format is not implemented"),
            (403, "json_schema is not enabled on your plan"),
            (200, "response_format json_schema is not supported"),
        ] {
            assert_eq!(refuses(status, &said(words)), [Refusable::ReplyShape], "{status} {words}");
        }
        let groq = json!({ "error": { "message": "Failed to generate JSON", "code": "json_validate_failed" } });
        assert_eq!(refuses(400, groq.to_string().as_bytes()), [Refusable::ReplyShape]);
        let router = said("No endpoints found that can handle the requested parameters.");
        assert_eq!(refuses(404, &router), [Refusable::ReplyShape, Refusable::Temperature]);
    }

    #[test]
    fn a_temperature_is_refused_in_many_words() {
        let named = json!({ "error": { "message": "Invalid parameter", "param": "temperature" } });
        for (status, body) in [
            (400, said("This model does not accept temperature")),
            (400, said("temperature cannot be set for reasoning models")),
            (400, said("invalid temperature: only 0.6 is allowed for this model")),
            (400, said("Only temperature=1 is allowed")),
            (400, said("`temperature` may only be set to 1 when thinking is enabled.")),
            (400, named.to_string().into_bytes()),
            (400, b"temperature is not a supported parameter".to_vec()),
            (403, said("Parameter 'temperature' is not allowed on your plan")),
            (500, said("got an unexpected keyword argument 'temperature'")),
        ] {
            let words = String::from_utf8_lossy(&body).into_owned();
            assert_eq!(refuses(status, &body), [Refusable::Temperature], "{status} {words}");
        }
        let keyword = said("create() got an unexpected keyword argument 'max_completion_tokens'");
        assert_eq!(refuses(500, &keyword), [Refusable::TokenLimit]);
    }

    /// What is not sent is nothing that could be left out: the temperature is.
    #[test]
    fn a_temperature_is_refused_beside_top_p() {
        for words in [
            "`temperature` and `top_p` cannot both be specified for this model. Please use only one.",
            "temperature and top_p are mutually exclusive",
            "You may set either temperature or top_p, but not both",
            "Only one of temperature and top_p can be set",
            "temperature cannot be used with top_p",
            "Unsupported parameters: temperature, top_p",
            "Sampling parameters (temperature, top_p, top_k) are not supported with this model",
        ] {
            assert_eq!(refuses(400, &said(words)), [Refusable::Temperature], "{words}");
        }
        let each = json!({ "detail": [
            { "loc": ["body", "top_p"], "msg": "Extra inputs are not permitted" },
            { "loc": ["body", "temperature"], "msg": "Extra inputs are not permitted" },
        ] });
        assert_eq!(refuses(422, each.to_string().as_bytes()), [Refusable::Temperature]);
        assert_eq!(refuses(400, &said("top_p is not supported with this model")), []);
    }

    #[test]
    fn a_message_of_the_system_is_refused_in_many_words() {
        for words in [
            "System role not supported",
            "Conversation roles must alternate user/assistant/user/assistant/...",
            "Error rendering prompt with jinja template: \"Only user and assistant roles are supported!\".",
            "Only user and assistant roles are supported, with the exception of an initial optional system message!",
            "Developer instruction is not enabled for models/gemma-3-27b-it",
        ] {
            assert_eq!(refuses(400, &said(words)), [Refusable::SystemRole], "{words}");
        }
        let failed = said("jinja: only user and assistant roles");
        assert!(matches!(kind(500, &failed), CallError::Server { .. }));
    }

    /// A server that failed, and a key that may not, are no refusal of a part.
    #[test]
    fn a_failure_is_a_refusal_only_where_it_says_so() {
        let failed =
            |status, words: &str| matches!(kind(status, &said(words)), CallError::Server { .. });
        assert!(failed(500, "unexpected error of the grammar engine"));
        assert!(failed(500, "unknown error while max_tokens was read"));
        assert!(failed(500, "prompt is too long for the context window"));
        assert!(failed(502, "Bad gateway"));
        let barred: Value = json!({ "error": { "message": "This key may not use mock-1" } });
        assert!(matches!(
            kind(403, barred.to_string().as_bytes()),
            CallError::Denied { denial: Denial::Permission, .. }
        ));
        let value = said("temperature must be between 0 and 1");
        assert_eq!(refuses(400, &value), [Refusable::TemperatureValue]);
    }
}
