//! The wait that a service asks for: in the headers of its reply, in the fields of its body, or in its words. A moment is
//! compared with the service's own clock, the `Date` of the reply; where that is missing, a moment says nothing.

use std::time::Duration;

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use serde_json::Value;

use super::{WAIT_MAX, error_of};

/// Numbers from here on are moments in seconds of the epoch, and smaller ones are spans.
const MOMENT_MIN: f64 = 1e9;
/// Numbers above this are milliseconds of the epoch.
const SECONDS_MAX: f64 = 1e11;

/// The wait that is asked for, wherever it is told. `whole` is everything that is said, in lower case.
pub(super) fn wait_of(
    status: u16,
    headers: &HeaderMap,
    body: Option<&Value>,
    whole: &str,
) -> Option<Duration> {
    retry_after(headers)
        .or_else(|| body.and_then(retry_info))
        .or_else(|| wait_in_words(whole))
        .or_else(|| body.and_then(|body| wait_in_fields(fields_of(body), headers, 0)))
        .or_else(|| moment_in_words(whole, headers))
        .or_else(|| body.and_then(|body| reset_in_body(body, headers)))
        .or_else(|| {
            let is_told_to_wait = matches!(status, 429 | 503 | 529);
            is_told_to_wait.then(|| reset_in_headers(headers)).flatten()
        })
}

/// `Retry-After` in seconds (also `retry-after-ms`), or as a date, which is compared with the service's own clock.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| Some(headers.get(name)?.to_str().ok()?.trim());
    let number = |name: &str| text(name)?.parse::<f64>().ok();
    let seconds = number("retry-after-ms")
        .map(|ms| ms / 1_000.0)
        .or_else(|| number(RETRY_AFTER.as_str()))
        .filter(|seconds| seconds.is_finite());
    if let Some(seconds) = seconds {
        return Duration::try_from_secs_f64(seconds.min(WAIT_MAX.as_secs_f64())).ok();
    }
    // Some write it with its unit.
    if let Some(wait) = text(RETRY_AFTER.as_str()).and_then(span) {
        return Some(wait);
    }
    let until = http_date(text(RETRY_AFTER.as_str())?)?;
    let now = http_date(text(DATE.as_str())?)?;
    let seconds = u64::try_from(until.saturating_sub(now)).ok()?;
    // Dates have whole seconds.
    Some(Duration::from_secs(seconds.saturating_add(1)).min(WAIT_MAX))
}

/// Seconds since 1970 of a date as HTTP writes it.
fn http_date(text: &str) -> Option<i64> {
    let date = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(date.timestamp().as_second())
}

/// `retryDelay` of a `RetryInfo`, as Google writes it.
fn retry_info(body: &Value) -> Option<Duration> {
    let details = error_of(body).get("details")?.as_array()?;
    details.iter().find_map(|detail| span(detail.get("retryDelay")?.as_str()?))
}

/// The wait in a sentence such as "Please try again in 41.5s", "retry after 20 seconds" or "in about an hour".
fn wait_in_words(whole: &str) -> Option<Duration> {
    const BEFORE: [&str; 11] = [
        "try again in ",
        "retry in ",
        "retry after ",
        "again after ",
        "wait for ",
        "wait ",
        "available in ",
        "resets in ",
        "reset in ",
        "resets after ",
        "reset after ",
    ];
    BEFORE.iter().find_map(|before| {
        let rest = whole.get(whole.find(before)? + before.len()..)?;
        wait_at_the_beginning(rest)
    })
}

/// The wait with which a text begins.
fn wait_at_the_beginning(text: &str) -> Option<Duration> {
    const ABOUT: [&str; 6] = ["about", "approximately", "around", "at", "least", "another"];
    let mut words = text.split_whitespace().skip_while(|word| ABOUT.contains(word));
    let is_edge = |letter: char| !letter.is_ascii_alphanumeric();
    let first = words.next()?.trim_end_matches(is_edge);
    let unit = match words.next().unwrap_or_default().trim_end_matches(is_edge) {
        unit if unit.starts_with("sec") => "s",
        unit if unit.starts_with("min") => "m",
        unit if unit.starts_with("hour") || matches!(unit, "hr" | "hrs") => "h",
        unit if unit.starts_with("millisec") || unit == "ms" => "ms",
        unit if ["day", "week", "month"].iter().any(|long| unit.starts_with(long)) => "d",
        _ => "",
    };
    let first = match first {
        "a" | "an" | "one" if !unit.is_empty() => "1",
        _ => first,
    };
    let has_unit = first.ends_with(|letter: char| letter.is_ascii_alphabetic());
    match unit {
        _ if has_unit => span(first),
        // No wait is believed that is longer than a day.
        "d" => first.parse::<f64>().ok().filter(|days| *days >= 1.0).map(|_| WAIT_MAX),
        _ => span(&format!("{first}{unit}")),
    }
}

/// A duration as services write it: `1s`, `6m0s`, `120ms`, `1.5`, `1h2m3.5s`. `None` for absurd ones.
pub(crate) fn span(text: &str) -> Option<Duration> {
    let mut seconds = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let number: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let unit = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        seconds += number
            * match &rest[..unit] {
                "" | "s" => 1.0,
                "ms" => 0.001,
                "m" => 60.0,
                "h" => 3_600.0,
                _ => return None,
            };
        rest = &rest[unit..];
    }
    (!text.is_empty() && seconds <= WAIT_MAX.as_secs_f64())
        .then(|| Duration::from_secs_f64(seconds))
}

/// What describes the error by fields: where the error is a text, they stand beside it.
fn fields_of(body: &Value) -> &Value {
    let error = error_of(body);
    if error.is_object() { error } else { body }
}

/// A wait or the moment of its end in a field of the error, such as `retry_after: 20`.
fn wait_in_fields(error: &Value, headers: &HeaderMap, depth: usize) -> Option<Duration> {
    const DEPTH_MAX: usize = 3;
    /// Written without what stands between the parts of a word.
    const KEYS: [&str; 14] = [
        // Of a model that is being loaded.
        "estimatedtime",
        "retrydelay",
        "retryafter",
        "retryafterseconds",
        "retryaftersecs",
        "retryin",
        "retryat",
        "waitseconds",
        "resetafter",
        "resetin",
        "resetat",
        "resetsat",
        "resettime",
        "availableat",
    ];
    let fields = error.as_object().filter(|_| depth < DEPTH_MAX)?;
    let bare = |key: &str| key.replace(['_', '-'], "").to_lowercase();
    let here = fields.iter().find_map(|(key, value)| {
        let key = bare(key);
        if KEYS.contains(&key.as_str()) {
            return told_wait(&written(value)?, headers);
        }
        let is_ms = matches!(key.as_str(), "retryafterms" | "retryaftermillis");
        let ms: f64 = is_ms.then(|| written(value)).flatten()?.parse().ok()?;
        bounded(ms / 1_000.0)
    });
    here.or_else(|| fields.values().find_map(|inner| wait_in_fields(inner, headers, depth + 1)))
}

/// A number or a text, as text.
fn written(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.trim().to_owned()),
        _ => None,
    }
}

/// The moment in a sentence such as "try again at 2026-12-01T12:05:00Z".
fn moment_in_words(whole: &str, headers: &HeaderMap) -> Option<Duration> {
    let is_edge = |letter: char| !letter.is_ascii_alphanumeric();
    let moment = whole.split_whitespace().find_map(|word| moment_of(word.trim_matches(is_edge)))?;
    until(moment, headers)
}

/// The end of the window in headers of rate limits. That of a limit of which something is left does not count.
fn reset_in_headers(headers: &HeaderMap) -> Option<Duration> {
    /// The header with the end of the window, and the one that tells what is left.
    const PAIRS: [(&str, &str); 10] = [
        ("x-ratelimit-reset-requests", "x-ratelimit-remaining-requests"),
        ("x-ratelimit-reset-tokens", "x-ratelimit-remaining-tokens"),
        ("anthropic-ratelimit-requests-reset", "anthropic-ratelimit-requests-remaining"),
        ("anthropic-ratelimit-tokens-reset", "anthropic-ratelimit-tokens-remaining"),
        ("anthropic-ratelimit-input-tokens-reset", "anthropic-ratelimit-input-tokens-remaining"),
        ("anthropic-ratelimit-output-tokens-reset", "anthropic-ratelimit-output-tokens-remaining"),
        ("x-ratelimit-reset-after", "x-ratelimit-remaining"),
        ("x-ratelimit-reset", "x-ratelimit-remaining"),
        ("ratelimit-reset", "ratelimit-remaining"),
        ("x-rate-limit-reset", "x-rate-limit-remaining"),
    ];
    let text = |name: &str| Some(headers.get(name)?.to_str().ok()?.trim());
    let is_left = |name: &str| {
        text(name).and_then(|left| left.parse::<f64>().ok()).is_some_and(|left| left > 0.0)
    };
    let waits = PAIRS.iter().filter(|(_, left)| !is_left(left));
    waits.filter_map(|(reset, _)| told_wait(text(reset)?, headers)).max()
}

/// A wait as services write it: a span, a number of seconds, or the moment at which it ends, as a date or a number.
fn told_wait(text: &str, headers: &HeaderMap) -> Option<Duration> {
    if let Some(moment) = moment_of(text) {
        return until(moment, headers);
    }
    match text.parse::<f64>() {
        Ok(number) if number > SECONDS_MAX => until(number / 1_000.0, headers),
        Ok(number) if number >= MOMENT_MIN => until(number, headers),
        Ok(number) => bounded(number),
        Err(_) => span(text),
    }
}

/// The seconds of the epoch of a moment that is written as a date with its time.
fn moment_of(text: &str) -> Option<f64> {
    // The shortest one with a zone: 2026-12-01T12:05Z.
    let looks_like_one = text.len() >= 17 && text.is_ascii() && text.get(4..5) == Some("-");
    if looks_like_one {
        let moment: jiff::Timestamp = text.to_ascii_uppercase().parse().ok()?;
        return Some(moment.as_millisecond() as f64 / 1_000.0);
    }
    http_date(text).map(|seconds| seconds as f64)
}

/// The time until a moment, by the service's own clock.
fn until(moment: f64, headers: &HeaderMap) -> Option<Duration> {
    let now = http_date(headers.get(DATE)?.to_str().ok()?)? as f64;
    bounded((moment - now).max(0.0))
}

/// That many seconds, if they are a wait, and no longer than the longest that is believed.
fn bounded(seconds: f64) -> Option<Duration> {
    let seconds = Some(seconds).filter(|seconds| seconds.is_finite())?;
    Duration::try_from_secs_f64(seconds.min(WAIT_MAX.as_secs_f64())).ok()
}

/// The time at which a limit is renewed, as a service repeats its header in the body.
fn reset_in_body(body: &Value, headers: &HeaderMap) -> Option<Duration> {
    let told = error_of(body).get("metadata")?.get("headers")?.as_object()?;
    let (_, reset) =
        told.iter().find(|(name, _)| name.eq_ignore_ascii_case("x-ratelimit-reset"))?;
    told_wait(&written(reset)?, headers)
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderName;
    use serde_json::json;

    use super::*;

    fn headers(list: &[(&'static str, &str)]) -> HeaderMap {
        let date = [("date", "Tue, 01 Dec 2026 12:00:00 GMT")];
        let all = date.iter().chain(list);
        all.map(|(name, text)| (HeaderName::from_static(name), text.parse().unwrap())).collect()
    }

    fn wait(status: u16, list: &[(&'static str, &str)], body: &Value) -> Option<u128> {
        let whole = body.to_string().to_lowercase();
        wait_of(status, &headers(list), Some(body), &whole).map(|wait| wait.as_millis())
    }

    #[test]
    fn the_end_of_a_window_is_a_wait_where_the_service_asks_for_one() {
        let none = json!({});
        // 2026-12-01 12:00:00 is 1796126400.
        for (name, text, ms) in [
            ("x-ratelimit-reset", "1796126430", 30_000),
            ("x-ratelimit-reset", "1796126430500", 30_500),
            ("x-ratelimit-reset", "20", 20_000),
            ("ratelimit-reset", "7", 7_000),
            ("anthropic-ratelimit-requests-reset", "2026-12-01T12:00:09Z", 9_000),
            ("anthropic-ratelimit-tokens-reset", "2026-12-01T12:01:00Z", 60_000),
            ("x-ratelimit-reset-requests", "3s", 3_000),
            ("x-ratelimit-reset-requests", "1m2s", 62_000),
            ("x-ratelimit-reset-tokens", "250ms", 250),
        ] {
            assert_eq!(wait(429, &[(name, text)], &none), Some(ms), "{name}: {text}");
            assert_eq!(wait(503, &[(name, text)], &none), Some(ms), "{name}: {text}");
            assert_eq!(wait(500, &[(name, text)], &none), None, "{name}: {text}");
        }
        let first = ("x-ratelimit-reset-requests", "2m59s");
        let left = ("x-ratelimit-remaining-requests", "14370");
        let second = ("x-ratelimit-reset-tokens", "4s");
        assert_eq!(wait(429, &[first, left, second], &none), Some(4_000), "requests are left");
        assert_eq!(wait(429, &[first, ("retry-after", "2")], &none), Some(2_000));
        assert_eq!(wait(429, &[("x-ratelimit-reset", "soon")], &none), None);
        assert_eq!(wait(429, &[("ratelimit-reset", "-5")], &none), None);
    }

    #[test]
    fn a_wait_is_read_in_each_unit_and_never_as_a_shorter_one() {
        for (said, seconds) in [
            ("Please try again in 41.5s.", Some(41.5)),
            ("Please try again in 1m26.4s", Some(86.4)),
            ("Please retry after 55 seconds.", Some(55.0)),
            ("retry in 5 mins", Some(300.0)),
            ("Try again in 24 hrs.", Some(86_400.0)),
            ("Try again in 2 days.", Some(86_400.0)),
            ("Please wait for 30 seconds", Some(30.0)),
            ("Please wait 20", Some(20.0)),
            ("Your quota will reset after 1h2m3s.", Some(3_723.0)),
            ("The limit resets in about 3 hours", Some(10_800.0)),
            ("Try again in an hour", Some(3_600.0)),
            ("Try again in a few minutes", None),
            ("Please wait for the model", None),
        ] {
            let ms = seconds.map(|seconds: f64| Duration::from_secs_f64(seconds).as_millis());
            assert_eq!(wait(429, &[], &json!({ "error": { "message": said } })), ms, "{said}");
        }
        assert_eq!(wait(429, &[("retry-after", "5s")], &json!({})), Some(5_000));
        assert_eq!(wait(429, &[("retry-after", "1m")], &json!({})), Some(60_000));
        let loading = json!({ "error": "Model m is currently loading", "estimated_time": 20.5 });
        assert_eq!(wait(503, &[], &loading), Some(20_500));
        let loading = json!({ "error": { "message": "busy", "retry_delay": "7s" } });
        assert_eq!(wait(503, &[], &loading), Some(7_000));
    }

    #[test]
    fn a_wait_stands_in_a_field_of_the_error_or_as_a_moment_in_its_words() {
        for (error, ms) in [
            (json!({ "code": 429, "retry_after": 20 }), Some(20_000)),
            (json!({ "code": 429, "retryAfter": "1.5s" }), Some(1_500)),
            (json!({ "code": 429, "retry_after_ms": 900 }), Some(900)),
            (json!({ "metadata": { "reset_at": "2026-12-01T12:00:20Z" } }), Some(20_000)),
            (json!({ "message": "Slow down until 2026-12-01T12:00:40Z." }), Some(40_000)),
            (json!({ "message": "Try again at 2026-12-01T12:00:40.5Z" }), Some(40_500)),
            (json!({ "message": "Made on 2026-12-01" }), None),
            (json!({ "retry_after": true }), None),
        ] {
            let body = json!({ "error": error });
            assert_eq!(wait(200, &[], &body), ms, "{body}");
        }
        let whole = "try again at 2026-12-01t12:00:40z";
        assert_eq!(wait_of(429, &HeaderMap::new(), None, whole), None, "by whose clock?");
    }
}
