//! Bodies of errors as services send them, each with what is made of it.

use reqwest::header::HeaderName;
use serde_json::json;

use super::waits::retry_after;
use super::*;

fn headers(list: &[(&'static str, &'static str)]) -> HeaderMap {
    list.iter().map(|(name, text)| (HeaderName::from_static(name), text.parse().unwrap())).collect()
}

fn read(status: u16, body: &[u8]) -> ServiceError {
    ServiceError::read(
        status,
        &HeaderMap::new(),
        body,
        "a-model-20260101-with-a-long-name",
        |text| Cow::Borrowed(text),
    )
}

fn said(body: &str) -> String {
    read(422, body.as_bytes()).said
}

#[test]
fn the_first_sentence_is_told_in_whatever_form_it_comes() {
    for (body, told) in [
        (
            r#"{"detail":[{"loc":["body","seed"],"msg":"value is not a valid integer"}]}"#,
            "seed: value is not a valid integer",
        ),
        (
            r#"{"object":"error","message":{"detail":[{"loc":["body","top_k"],"msg":"Extra inputs are not permitted"}]}}"#,
            "top_k: Extra inputs are not permitted",
        ),
        (
            r#"[{"error":{"code":400,"message":"Request contains an invalid argument."}}]"#,
            "Request contains an invalid argument",
        ),
        (
            "temperature must be between 0 and 1 for this model",
            "temperature must be between 0 and 1 for this model",
        ),
        ("<!DOCTYPE html><html><head><title>404 Not here</title></head></html>", "404 Not here"),
        ("<html>no title", ""),
        ("<html><body><h1>502 <b>Bad</b> Gateway</h1></body></html>", "502 Bad Gateway"),
        (
            "<?xml version=\"1.0\"?><Error><Code>No</Code><Message>Access is denied here</Message></Error>",
            "Access is denied here",
        ),
        (
            r#"{"errors":[{"field":"messages","detail":"must not be empty"}]}"#,
            "messages: must not be empty",
        ),
        (
            r#"{"message":"Invalid request.","details":[{"field":"/messages","issue":"is required"}]}"#,
            "Invalid request: /messages: is required",
        ),
        (
            r#"{"error":{"message":"Bad value","details":[{"fieldViolations":[{"field":"a.b","description":"Unknown name"}]}]}}"#,
            "Bad value: a.b: Unknown name",
        ),
        ("context length exceeded: 4200 > 4096", "context length exceeded: 4200 > 4096"),
        (
            r#"{"error":{"message":"Invalid URL (POST /v1/chat/completions/chat/completions)"}}"#,
            "Invalid URL (POST /v1/chat/completions/chat/completions)",
        ),
        (r#"{"error":"model not loaded"}"#, "model not loaded"),
        (
            r#"{"error":{"message":"is not supported","param":"temperature"}}"#,
            "temperature: is not supported",
        ),
        (
            r#"{"error":{"message":"The first sentence is long enough. The second is left out."}}"#,
            "The first sentence is long enough",
        ),
        (
            r#"{"error":{"message":"Provider returned error","code":429,"metadata":{"raw":"{\"error\":{\"message\":\"Rate limit reached for m\"}}","provider_name":"P"}}}"#,
            "Provider returned error: Rate limit reached for m",
        ),
        (
            r#"{"error":{"message":"Provider returned error","metadata":{"raw":"upstream is full"}}}"#,
            "Provider returned error: upstream is full",
        ),
        (
            r#"{"error":{"message":"Provider returned error","metadata":{"raw":{"detail":"no such model"}}}}"#,
            "Provider returned error: no such model",
        ),
        (
            r#"{"error":{"message":"Provider returned error","metadata":{"raw":""}}}"#,
            "Provider returned error",
        ),
        ("", ""),
        ("{}", ""),
    ] {
        assert_eq!(said(body), told, "{body}");
    }
}

#[test]
fn nothing_that_looks_like_a_key_is_told() {
    let key = "sk-proj-canary0123456789abcdef";
    for body in [
        json!({ "error": { "message": format!("Incorrect key {key} \u{1b}]52;c;evil\u{7} given") } }).to_string(),
        format!("Incorrect key {key} given"),
        format!("no such path (/v1/{key}/x)"),
        format!("<title>{key}</title>"),
    ] {
        let said = said(&body);
        assert!(!said.contains("canary") && !said.contains('\u{1b}'), "{said}");
    }
    assert_eq!(said(&format!("no such path (/v1/{key}/x) there")), "no such path (/v1/…/x) there");
}

/// The model that was asked for is told, however much its name looks like a key.
#[test]
fn the_model_that_was_asked_for_is_no_secret() {
    let body = |name: &str| {
        format!("{{\"error\":{{\"message\":\"The model `{name}` does not exist here.\"}}}}")
    };
    let own = read(404, body("a-model-20260101-with-a-long-name").as_bytes()).classify("");
    assert!(own.to_string().contains("`a-model-20260101-with-a-long-name`"), "{own}");
    let other = read(404, body("another20260101withalongname").as_bytes()).classify("");
    assert!(!other.to_string().contains("another2026"), "{other}");
    // A deployment is named, too.
    let named = "gpt4o-prod-2024-08-06-westeurope";
    let other = read(404, body(named).as_bytes()).classify("");
    assert!(other.to_string().contains(named), "{other}");
}

#[test]
fn the_key_that_was_sent_is_never_among_a_services_words() {
    let key = super::super::key::ApiKey::new("sk-SHORT-1").unwrap();
    // As it was sent, beyond the length limit for error texts, and split so that the filter for terminals joins
    // it again.
    for said in [
        "you sent sk-SHORT-1!".to_owned(),
        format!("{} (sk-SHORT-1)", "a ".repeat(97)),
        "sk-SH\u{200b}ORT-1".to_owned(),
        "Authorization:Bearer sk-SHORT-1sk-SHORT-1".to_owned(),
    ] {
        for body in [json!({ "error": { "message": said } }).to_string(), said] {
            let none = HeaderMap::new();
            let told = ServiceError::read(400, &none, body.as_bytes(), "", |text| key.masked(text));
            assert!(!told.said.contains("SHORT") && !told.said.contains("sk-S"), "{told:?}");
        }
    }
}

#[test]
fn the_code_in_a_success_counts_as_its_status() {
    let kind = |body: Value| read(200, body.to_string().as_bytes()).classify("http://a/v1");
    let error = |code: Value| json!({ "error": { "code": code, "message": "Its own words." } });
    assert!(matches!(kind(error(json!(429))), CallError::Limited { status: 429, .. }));
    assert!(matches!(
        kind(error(json!("rate_limit_exceeded"))),
        CallError::Limited { status: 429, .. }
    ));
    let credit = kind(error(json!(402)));
    assert!(matches!(credit, CallError::Denied { denial: Denial::Credit, .. }), "{credit:?}");
    assert!(
        credit.to_string().contains("no credit") && credit.to_string().ends_with("Its own words")
    );
    assert!(matches!(kind(error(json!("401"))), CallError::Denied { denial: Denial::Key, .. }));
    assert!(matches!(kind(error(json!(503))), CallError::Limited { status: 503, .. }));
    for code in [json!(502), json!("some_code"), json!(null)] {
        let failed = kind(error(code));
        assert!(matches!(failed, CallError::Server { .. }), "{failed:?}");
        assert!(!failed.may_have_cost(), "the service says that it made no call");
    }
}

#[test]
fn an_error_counts_by_its_code_wherever_it_stands_and_however_it_is_written() {
    let status = |body: &Value| match read(200, body.to_string().as_bytes()).classify("") {
        CallError::Limited { status, .. }
        | CallError::Server { status, .. }
        | CallError::Denied { status, .. }
        | CallError::Rejected { status, .. } => status,
        other => panic!("{body}: {other:?}"),
    };
    let of_choice =
        |error: Value| json!({ "choices": [{ "error": error, "message": { "content": "{" } }] });
    for (error, wanted) in [
        (json!({ "code": 429, "message": "Slow down" }), 429),
        (json!({ "code": "429" }), 429),
        (json!({ "code": 429.0 }), 429),
        (json!({ "code": "rate_limit_exceeded" }), 429),
        (json!({ "status": 502, "message": "Provider returned error" }), 502),
        (json!("Rate limit exceeded"), 429),
        (json!("429 Too Many Requests"), 429),
        (json!("too many requests"), 429),
        (json!("Unauthorized"), 401),
        (json!("Invalid API key"), 401),
        (json!("Insufficient credits"), 402),
        (json!("The model `m` does not exist"), 404),
        (json!("Unexpected endpoint or method. (POST /chat/completions)"), 404),
        (json!("something broke"), 200),
        (json!({ "message": "something broke" }), 200),
        (json!(503), 503),
    ] {
        assert_eq!(status(&json!({ "error": error })), wanted, "{error}");
        assert_eq!(status(&of_choice(error.clone())), wanted, "of a choice: {error}");
    }
    let flag = json!({ "error": true, "code": 429, "message": "Slow down, please." });
    assert_eq!(status(&flag), 429);
    assert_eq!(read(200, flag.to_string().as_bytes()).said, "Slow down, please");
    let said = read(
        200,
        of_choice(json!({ "code": 502, "message": "Upstream is away" })).to_string().as_bytes(),
    );
    assert_eq!(said.said, "Upstream is away");
}

#[test]
fn no_credit_is_heard_in_other_words_than_a_402() {
    let kind = |status, body: Value| read(status, body.to_string().as_bytes()).classify("");
    let anthropic = json!({ "type": "error", "error": { "type": "invalid_request_error",
        "message": "Your credit balance is too low to access the API. Please go to Plans & Billing." } });
    let refused = kind(400, anthropic);
    assert!(matches!(refused, CallError::Denied { denial: Denial::Credit, .. }), "{refused:?}");
    assert!(refused.to_string().contains("credit balance is too low"), "{refused}");
    let says = |key: &str, word: &str| json!({ "error": { key: word } });
    assert!(matches!(kind(429, says("type", "insufficient_quota")), CallError::Denied { .. }));
    assert!(matches!(kind(429, says("message", "insufficient_quota")), CallError::Limited { .. }));
    assert!(matches!(kind(400, says("message", "no")), CallError::Rejected { .. }));
    let unpaid =
        json!({ "code": "Arrearage", "message": "Access denied: the account is in arrears." });
    assert!(matches!(kind(400, unpaid), CallError::Denied { denial: Denial::Credit, .. }));
    // A key that expired is no fault of the request.
    let google = json!({ "error": { "code": 400, "message": "API key expired. Please renew the API key.",
        "status": "INVALID_ARGUMENT", "details": [{ "reason": "API_KEY_INVALID", "domain": "googleapis.com" }] } });
    assert!(matches!(kind(400, google), CallError::Denied { denial: Denial::Key, .. }));
}

#[test]
fn a_quota_of_a_day_is_not_waited_for() {
    let kind = |body: &str| read(429, body.as_bytes()).classify("");
    let is_over =
        |error: &CallError| matches!(error, CallError::Denied { denial: Denial::DayQuota, .. });
    assert!(is_over(&kind(r#"{"error":{"message":"Rate limit exceeded: free-models-per-day."}}"#)));
    let google = r#"{"error":{"message":"Quota exceeded.","details":[{"violations":[{"quotaId":"GenerateRequestsPerDayPerModel"}]},{"retryDelay":"41s"}]}}"#;
    assert!(is_over(&kind(google)));
    let soon =
        kind(r#"{"error":{"message":"Limit of tokens per day. Please try again in 7m12s."}}"#);
    assert!(
        matches!(soon, CallError::Limited { after: Some(wait), .. } if wait.as_secs() == 432),
        "{soon:?}"
    );
}

#[test]
fn a_wait_is_read_wherever_it_is_told() {
    let after = |body: &str| read(429, body.as_bytes()).after.map(|wait| wait.as_millis());
    assert_eq!(
        after(r#"{"error":{"message":"Please try again in 41.5s. Thanks."}}"#),
        Some(41_500)
    );
    assert_eq!(after(r#"{"error":{"message":"Please retry after 20 seconds."}}"#), Some(20_000));
    assert_eq!(after("Rate limited, try again in 2 minutes"), Some(120_000));
    assert_eq!(
        after(r#"{"error":{"details":[{"@type":"RetryInfo","retryDelay":"12s"}]}}"#),
        Some(12_000)
    );
    assert_eq!(after(r#"{"error":{"message":"try again in a while"}}"#), None);
    let told = |list: &[(&'static str, &'static str)]| retry_after(&headers(list));
    let date = ("date", "Wed, 21 Oct 2026 07:28:00 GMT");
    assert_eq!(
        told(&[("retry-after", "Wed, 21 Oct 2026 07:28:30 GMT"), date]),
        Some(Duration::from_secs(31))
    );
    assert_eq!(told(&[("retry-after", "Wed, 21 Oct 2026 07:28:30 GMT")]), None, "by whose clock?");
    let reset =
        r#"{"error":{"code":429,"metadata":{"headers":{"X-RateLimit-Reset":"1792567685000"}}}}"#;
    let read = ServiceError::read(200, &headers(&[date]), reset.as_bytes(), "", |text| {
        Cow::Borrowed(text)
    });
    assert_eq!(read.after, Some(Duration::from_secs(5)), "{read:?}");
}

#[test]
fn waits_are_read_in_every_spelling() {
    let of = |text| span(text).map(|span| span.as_millis());
    assert_eq!(of("1s"), Some(1_000));
    assert_eq!(of("6m0s"), Some(360_000));
    assert_eq!(of("120ms"), Some(120));
    assert_eq!(of("1h2m3.5s"), Some(3_723_500));
    assert_eq!(of("0.25"), Some(250));
    for bad in ["", "-1", "soon", "1y", "99999999999s", "1..2s", "2026-11-22T03:00:00Z"] {
        assert_eq!(of(bad), None, "{bad}");
    }
}

#[test]
fn absurd_patience_is_bounded() {
    let after = |value| retry_after(&headers(&[("retry-after", value)]));
    assert_eq!(after("2"), Some(Duration::from_secs(2)));
    assert_eq!(after("99999999999"), Some(Duration::from_hours(24)));
    assert_eq!(after("-3"), None);
    assert_eq!(after("NaN"), None);
    let both = headers(&[("retry-after", "9"), ("retry-after-ms", "150")]);
    assert_eq!(retry_after(&both), Some(Duration::from_millis(150)));
}

/// Bodies of successes that name no `error`, each with the status that they count by and the words that are told.
#[test]
fn an_error_in_a_success_is_known_without_the_word() {
    let denied = |denial| move |it: &CallError| matches!(it, CallError::Denied { denial: told, .. } if *told == denial);
    let limited = |it: &CallError| matches!(it, CallError::Limited { status: 429, .. });
    let server = |it: &CallError| matches!(it, CallError::Server { status: 200, .. });
    let rejected = |status| move |it: &CallError| matches!(it, CallError::Rejected { status: told, .. } if *told == status);
    let check = |body: Value, is_it: &dyn Fn(&CallError) -> bool, words: &str| {
        assert!(error_in(&body).is_some(), "{body}");
        let error = read(200, body.to_string().as_bytes()).classify("http://a/v1");
        assert!(is_it(&error) && error.to_string().contains(words), "{body}: {error:?}");
        assert!(!error.may_have_cost(), "{body}: no call was made");
    };
    let key = denied(Denial::Key);
    let credit = denied(Denial::Credit);
    check(json!({ "detail": "Invalid API key" }), &key, "Invalid API key");
    check(json!({ "detail": "Not authenticated" }), &key, "Not authenticated");
    check(json!({ "code": 401, "msg": "token is no good" }), &key, "token is no good");
    check(
        json!({ "code": "InvalidApiKey", "message": "Invalid API-key provided." }),
        &key,
        "Invalid API-key",
    );
    check(
        json!({ "base_resp": { "status_code": 1004, "status_msg": "login fail: carry the secret" } }),
        &key,
        "login fail",
    );
    check(json!({ "success": false, "message": "Unauthorized" }), &key, "Unauthorized");
    check(json!({ "message": "401 no such user" }), &key, "no such user");
    check(json!({ "statusCode": 401, "Message": "who are you" }), &key, "who are you");
    check(
        json!({ "base_resp": { "status_code": 1002, "status_msg": "rate limit" } }),
        &limited,
        "rate limit",
    );
    check(
        json!({ "code": "Throttling.RateQuota", "message": "Requests rate limit exceeded" }),
        &limited,
        "Requests",
    );
    check(
        json!({ "object": "error", "message": "Too many requests", "code": 40000 }),
        &limited,
        "Too many",
    );
    check(
        json!({ "errors": [{ "message": "Rate limit reached" }] }),
        &limited,
        "Rate limit reached",
    );
    check(
        json!({ "base_resp": { "status_code": 1008, "status_msg": "insufficient balance" } }),
        &credit,
        "insufficient balance",
    );
    check(json!({ "code": "Arrearage", "message": "Access denied." }), &credit, "Access denied");
    check(
        json!({ "success": false, "message": "Your quota is used up" }),
        &credit,
        "quota is used up",
    );
    check(json!({ "status": "error", "message": "余额不足" }), &credit, "余额不足");
    check(
        json!({ "error_code": 17, "error_msg": "Open api daily request limit reached" }),
        &denied(Denial::DayQuota),
        "daily",
    );
    check(
        json!({ "status": "error", "reason": "The model m does not exist" }),
        &rejected(404),
        "The model m",
    );
    check(
        json!({ "detail": [{ "loc": ["body", "messages"], "msg": "field required" }], "status": 422 }),
        &rejected(422),
        "messages: field required",
    );
    check(
        json!({ "errors": { "model": ["is unknown"] }, "code": 400 }),
        &rejected(400),
        "model: is unknown",
    );
    check(json!({ "success": false, "message": "Something broke" }), &server, "Something broke");
    check(json!({ "object": "error", "message": "Internal" }), &server, "Internal");
    check(
        json!({ "base_resp": { "status_code": 1000, "status_msg": "unknown error" } }),
        &server,
        "unknown error",
    );
    check(json!({ "success": false }), &server, "HTTP 200");
}

#[test]
fn an_account_that_has_ended_or_was_stopped_is_refused_with_its_own_words() {
    for (status, body) in [
        (200, json!({ "error": { "message": "Your subscription has expired, please renew it." } })),
        (200, json!({ "error": "Account suspended" })),
        (403, json!({ "error": { "message": "Your account was flagged for potential abuse." } })),
        (200, json!({ "success": false, "code": "trial_ended", "message": "Upgrade to go on." })),
        (200, json!("Your free trial has ended")),
        (400, json!({ "error": { "message": "Your account is not active" } })),
        (
            429,
            json!({ "error": { "code": "billing_not_active", "message": "Your account is suspended" } }),
        ),
        (
            401,
            json!({ "error": { "code": "account_deactivated", "message": "Please check your email." } }),
        ),
        (412, json!({ "error": { "message": "The account is suspended, pay past invoices" } })),
    ] {
        let error = read(status, body.to_string().as_bytes()).classify("");
        assert!(
            matches!(error, CallError::Denied { denial: Denial::Account, .. }),
            "{body}: {error:?}"
        );
    }
    let barred =
        json!({ "error": { "code": "invalid_api_key", "message": "This key was revoked" } });
    let error = read(401, barred.to_string().as_bytes()).classify("");
    assert!(matches!(error, CallError::Denied { denial: Denial::Key, .. }), "{error:?}");
    for said in ["Billing hard limit has been reached", "Payment required", "Insufficient credits"]
    {
        let error = read(200, said.as_bytes()).classify("");
        assert!(matches!(error, CallError::Denied { .. }), "{said}: {error:?}");
        assert!(error.to_string().ends_with(said), "{error}");
    }
    // What a rejection repeats of the request says nothing of the account.
    let echo = json!({ "error": { "message": "The content is filtered by our policy on safety.",
        "messages": ["Your subscription has expired"] } });
    let error = read(400, echo.to_string().as_bytes()).classify("");
    assert!(matches!(error, CallError::Rejected { .. }), "{error:?}");
}

/// Some say with a 400 what others say with a 401, with a 403 that a filter stopped one question, and with a status of their own
/// that they are full.
#[test]
fn a_key_a_filter_and_a_full_tier_are_known_by_their_words() {
    let xai = json!({ "code": "Client specified an invalid argument",
        "error": "Incorrect API key provided: xa***. You can obtain an API key from https://console.x.ai." });
    for body in
        [xai, json!({ "error": { "message": "API key expired. Please renew the API key." } })]
    {
        let error = read(400, body.to_string().as_bytes()).classify("");
        assert!(matches!(error, CallError::Denied { denial: Denial::Key, .. }), "{error:?}");
    }
    let echo = json!({ "error": { "message": "The content is filtered by our policy on safety.",
        "messages": ["Invalid API key"] } });
    let error = read(400, echo.to_string().as_bytes()).classify("");
    assert!(matches!(error, CallError::Rejected { .. }), "{error:?}");
    let flagged = json!({ "error": { "code": 403,
        "message": "m requires moderation on P. Your input was flagged for \"violence\"." } });
    let error = read(403, flagged.to_string().as_bytes()).classify("");
    assert!(error.may_be_chance(), "one question is refused, and no key: {error:?}");
    let full = json!({ "error": { "message": "Flex tier capacity exceeded, please try again." } });
    let error = read(498, full.to_string().as_bytes()).classify("");
    assert!(matches!(error, CallError::Limited { status: 498, .. }), "{error:?}");
}

#[test]
fn an_empty_account_is_no_rate_limit() {
    let kind = |status, said: &str| {
        read(status, json!({ "error": { "message": said } }).to_string().as_bytes()).classify("")
    };
    for said in [
        "Balance exhausted",
        "Insufficient balance. Please recharge.",
        "Your account balance is not enough",
        "You have reached your specified API usage limits.",
        "Prepaid funds exhausted",
        "This API method requires billing to be enabled.",
        "Your team has used all available credits or reached its monthly spending limit.",
        "账户余额不足，请充值",
    ] {
        for status in [400, 402, 403, 429] {
            let error = kind(status, said);
            assert!(
                matches!(error, CallError::Denied { denial: Denial::Credit, .. }),
                "{said}: {error:?}"
            );
        }
    }
    for said in [
        "You exceeded your current quota, please check your plan and billing details.",
        "The load balancer is exhausted",
        "Rate limit reached, try again in 20s",
        "Too many requests",
    ] {
        assert!(matches!(kind(429, said), CallError::Limited { .. }), "{said}");
    }
}

#[test]
fn a_model_that_is_being_loaded_is_waited_for() {
    let kind = |status, said: &str| {
        read(status, json!({ "error": { "message": said } }).to_string().as_bytes()).classify("")
    };
    for (status, said) in
        [(400, "model is loading, wait"), (404, "Loading model"), (500, "The model is warming up")]
    {
        let error = kind(status, said);
        let wait = Some(LOADING_WAIT);
        assert!(matches!(error, CallError::Limited { after, .. } if after == wait), "{error:?}");
    }
    let told = json!({ "error": "Model m is currently loading", "estimated_time": 20.0 });
    let error = read(503, told.to_string().as_bytes()).classify("");
    let wait = Some(Duration::from_secs(20));
    assert!(matches!(error, CallError::Limited { after, .. } if after == wait), "{error:?}");
    assert!(matches!(kind(500, "Failed loading model"), CallError::Server { .. }));
    assert!(matches!(kind(400, "model not loaded"), CallError::Rejected { .. }));
}
