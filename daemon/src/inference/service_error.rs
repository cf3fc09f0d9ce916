//! What a service says when it fails: the body of an error, in any of the forms that services use, as the kind of
//! failure, the wait that is asked for, and its first sentence without keys. Pure functions of status, headers and body.

mod account;

use std::borrow::Cow;
use std::time::Duration;

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use serde_json::Value;

use self::account::{is_closed, is_unpaid};
use super::chat::{CallError, Denial, Refusable};
use super::wire::{error_in, under};

/// Most characters of a service's own words in an error.
const WORDS_MAX: usize = 200;
/// Longest word that is shown if it has a digit in it; anything longer looks like a key.
const WORD_MAX: usize = 24;
/// The longest wait that is believed.
const WAIT_MAX: Duration = Duration::from_hours(24);
/// A quota of a day is waited for if it is renewed within this time.
const DAY_WAIT_MAX: Duration = Duration::from_hours(1);
/// Nothing of a day is renewed within less than this: such a wait is that of another limit.
const DAY_WAIT_MIN: Duration = Duration::from_mins(1);

/// A failure as the service describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ServiceError {
    /// The status: the one in the body, where the reply was a success.
    pub status: u16,
    /// Its code, type and field names, in lower case, joined by blanks.
    pub codes: String,
    /// Everything that it says, on one line, in lower case; to be searched, never to be shown.
    pub whole: String,
    /// What is shown.
    pub said: String,
    /// The wait that it asks for.
    pub after: Option<Duration>,
}

/// Words by which services refuse a part of a request.
const REFUSALS: [&str; 14] = [
    "unsupported",
    "not supported",
    "not support",
    "n't support",
    "unrecognized",
    "unknown",
    "extra",
    "not permitted",
    "not allowed",
    "unexpected",
    "not available",
    "only the default",
    "deprecated",
    "not enabled",
];
/// Names of the format of a reply.
const FORMAT: [&str; 11] = [
    "response_format",
    "json_schema",
    "json_object",
    "output_config",
    "output_format",
    "structured output",
    "response_schema",
    "responsejsonschema",
    "response_mime_type",
    "responsemimetype",
    "grammar",
];
/// Names of a message of the system.
const SYSTEM: [&str; 7] = [
    "system role",
    "system message",
    "'system'",
    "\"system\"",
    "system_instruction",
    "developer instruction",
    "roles must alternate",
];
/// Words by which services refuse a format, besides those for any part.
const FORMAT_REFUSALS: [&str; 6] = [
    "must be",
    "unavailable",
    "invalid schema",
    "invalid response_format",
    "parse grammar",
    "compile grammar",
];
/// Names of the limit on the length of a reply.
const LENGTH: [&str; 6] = [
    "max_tokens",
    "max_completion_tokens",
    "max_output_tokens",
    "maxoutputtokens",
    "max_new_tokens",
    "num_predict",
];
/// Words by which services refuse a value, and not its field.
const VALUES: [&str; 15] = [
    "too large",
    "too high",
    "too big",
    "at most",
    "maximum",
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
const CONTEXT: [&str; 10] = [
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
    /// Reads an error that came with that status. `masked` removes the key that was sent; `model` is what was asked for, and
    /// no secret.
    pub(crate) fn read(
        status: u16,
        headers: &HeaderMap,
        body: &[u8],
        model: &str,
        masked: impl Fn(&str) -> Cow<'_, str>,
    ) -> Self {
        let json = serde_json::from_slice::<Value>(body).ok();
        let told = json.as_ref().map_or_else(|| plain(body), words_of);
        let (mut codes, mut whole) = (String::new(), String::new());
        if let Some(json) = &json {
            gather(json, &mut codes, &mut whole, 0);
        } else {
            whole = told.to_lowercase();
        }
        let inner = json.as_ref().and_then(inner_status);
        let status = if (200..300).contains(&status) { inner.unwrap_or(status) } else { status };
        let after = retry_after(headers)
            .or_else(|| json.as_ref().and_then(retry_info))
            .or_else(|| wait_in_words(&whole))
            .or_else(|| json.as_ref().and_then(|json| reset_in_body(json, headers)));
        let shown = shown(&told, model, masked);
        Self { status, codes, whole, said: shown, after }
    }

    /// The kind of failure. `at` is the address that was asked.
    pub(crate) fn classify(self, at: &str) -> CallError {
        let (status, after, said) = (self.status, self.after, self.said.clone());
        let denied = |denial| CallError::Denied { status, denial, said: said.clone() };
        if self.has_no_credit() {
            return denied(Denial::Credit);
        }
        if self.is_of_the_account() {
            return denied(Denial::Account);
        }
        if self.is_of_the_key() {
            return denied(Denial::Key);
        }
        match status {
            401 => denied(Denial::Key),
            402 => denied(Denial::Credit),
            403 => denied(Denial::Permission),
            429 if self.is_quota_of_a_day() => denied(Denial::DayQuota),
            429 | 503 | 529 => CallError::Limited { status, after, said },
            408 | 500..=599 => CallError::Server { status, said },
            // An error in a success without a code that is known: the service says that there is no reply.
            200..=299 => CallError::Server { status, said },
            _ => {
                let refuses = self.refused();
                let is_nowhere = matches!(status, 404 | 405);
                let at = if is_nowhere { at.to_owned() } else { String::new() };
                CallError::Rejected { status, said, at, refuses }
            }
        }
    }

    /// The parts of a request that it names as not accepted.
    fn refused(&self) -> Vec<Refusable> {
        let text = format!("{} {}", self.codes, self.whole);
        let names = |words: &[&str]| words.iter().any(|word| text.contains(word));
        let is_refusal = names(&REFUSALS);
        let is_value = !is_refusal && names(&VALUES);
        let found = [
            (Refusable::Context, names(&CONTEXT)),
            (Refusable::Length, is_value && names(&LENGTH)),
            (Refusable::TemperatureValue, is_value && names(&["temperature"])),
            (Refusable::TokenLimit, is_refusal && names(&["max_tokens", "max_completion_tokens"])),
            (Refusable::Temperature, is_refusal && names(&["temperature"])),
            (
                Refusable::SystemRole,
                names(&SYSTEM) && (is_refusal || names(&["roles must alternate"])),
            ),
            (
                Refusable::ReplyShape,
                names(&FORMAT)
                    && (is_refusal
                        || names(&FORMAT_REFUSALS)
                        || FORMAT.iter().any(|word| self.codes.contains(word))),
            ),
        ];
        found.into_iter().filter(|(_, is_named)| *is_named).map(|(part, _)| part).collect()
    }

    /// Whether it means that the account has no credit. With a 429, its code or words of a balance say so: services use words
    /// of a quota for a limit a minute as well.
    fn has_no_credit(&self) -> bool {
        const CODES: [&str; 6] = [
            "insufficient_quota",
            "insufficient_credits",
            "insufficient_balance",
            "insufficientbalance",
            "billing_error",
            "arrearage",
        ];
        let by_code = CODES.iter().any(|code| self.codes.split(' ').any(|said| said == *code));
        by_code
            || (self.may_be_of_the_account() && is_unpaid(&self.whole))
            || (matches!(self.status, 200..=299) && self.tells_quota())
    }

    /// Whether it means that the account, its subscription or its trial has ended or was stopped. What is rejected may be
    /// repeated in the body; so only its first sentence is believed then.
    fn is_of_the_account(&self) -> bool {
        let said = match self.status {
            200..=299 | 402 | 403 => self.whole.clone(),
            _ => self.said.to_lowercase(),
        };
        self.may_be_of_the_account() && (is_closed(&self.codes) || is_closed(&said))
    }

    /// Whether services say with that status what is wrong with an account.
    fn may_be_of_the_account(&self) -> bool {
        matches!(self.status, 200..=299 | 400 | 402 | 403 | 429)
    }

    /// Whether an error without a status says that a quota is used up, and not one of a short time.
    fn tells_quota(&self) -> bool {
        const SPENT: [&str; 6] =
            ["exceed", "exhaust", "insufficient", "used up", "run out", "ran out"];
        const SOON: [&str; 8] =
            ["minute", "second", "hour", "per day", "per-day", "daily", "rate", "try again"];
        let said = format!("{} {}", self.codes, self.whole);
        let says = |words: &[&str]| words.iter().any(|words| said.contains(words));
        said.contains("quota") && says(&SPENT) && !says(&SOON)
    }

    /// Whether it means the key, with a status that others use for a fault of the request.
    fn is_of_the_key(&self) -> bool {
        const CODES: [&str; 5] = [
            "api_key_invalid",
            "invalid_api_key",
            "invalidapikey",
            "incorrect_api_key",
            "authentication_error",
        ];
        matches!(self.status, 200..=299 | 400)
            && self.codes.split(' ').any(|said| CODES.contains(&said))
    }

    /// Whether a quota of a day is used up, and the service does not say believably that it is renewed within the hour.
    fn is_quota_of_a_day(&self) -> bool {
        const WORDS: [&str; 4] = ["per day", "per-day", "perday", "daily"];
        let is_of_a_day = WORDS.iter().any(|words| self.whole.contains(words));
        // The wait that is told with such an id is that of another quota.
        let is_named = self.whole.contains("perday");
        let is_waited_for = |wait| (DAY_WAIT_MIN..=DAY_WAIT_MAX).contains(&wait);
        is_of_a_day && (is_named || !self.after.is_some_and(is_waited_for))
    }
}

/// The status that an error in the body names, as a number, by a code of its service or by a known word.
fn inner_status(body: &Value) -> Option<u16> {
    const KEYS: [&str; 7] =
        ["code", "status", "status_code", "statusCode", "http_status", "http_code", "error_code"];
    let error = error_of(body);
    let number = [error, body]
        .into_iter()
        .find_map(|place| KEYS.into_iter().find_map(|key| status_of(under(place, key)?)));
    number
        .or_else(|| error_in(body).and_then(status_of))
        .or_else(|| own_code(body))
        .or_else(|| status_by_words(body, error))
}

/// The status that the codes of `MiniMax` stand for, which are numbers of its own.
fn own_code(body: &Value) -> Option<u16> {
    match body.get("base_resp")?.get("status_code")?.as_u64()? {
        1002 | 1039 | 1041 | 2045 | 2056 => Some(429),
        1004 | 2049 => Some(401),
        1008 => Some(402),
        2013 => Some(400),
        _ => None,
    }
}

/// The status by the words of codes, and where there is no such word by those of the first sentence.
fn status_by_words(body: &Value, error: &Value) -> Option<u16> {
    /// Written without what stands between the parts of a word.
    const KNOWN: [(&str, u16); 40] = [
        ("ratelimit", 429),
        ("limitreached", 429),
        ("requestlimit", 429),
        ("toomanyrequests", 429),
        ("throttl", 429),
        ("resourceexhausted", 429),
        ("insufficientquota", 402),
        ("insufficientcredit", 402),
        ("insufficientbalance", 402),
        ("paymentrequired", 402),
        ("arrear", 402),
        ("overloaded", 529),
        ("unavailable", 503),
        ("authentication", 401),
        ("notauthenticated", 401),
        ("unauthenticated", 401),
        ("unauthorized", 401),
        ("invalidapikey", 401),
        ("apikeyisinvalid", 401),
        ("apikeynotvalid", 401),
        ("apikeyinvalid", 401),
        ("apikeyexpired", 401),
        ("incorrectapikey", 401),
        ("missingapikey", 401),
        ("noapikey", 401),
        ("invalidkey", 401),
        ("invalidtoken", 401),
        ("invalidcredential", 401),
        ("couldnotvalidatecredentials", 401),
        ("loginfail", 401),
        ("permission", 403),
        ("forbidden", 403),
        ("accessdenied", 403),
        ("notfound", 404),
        ("doesnotexist", 404),
        ("unexpectedendpoint", 404),
        ("contextlengthexceeded", 400),
        ("invalidrequest", 400),
        ("invalidargument", 400),
        ("invalidparameter", 400),
    ];
    let known = |said: &str| {
        let said: String = said.chars().filter(|letter| !" _-.".contains(*letter)).collect();
        KNOWN.into_iter().find(|(word, _)| said.contains(word)).map(|(_, status)| status)
    };
    let (mut codes, mut whole) = (String::new(), String::new());
    gather(body, &mut codes, &mut whole, 0);
    // An error that is a text, or has no code that is known, says in words what others say with one.
    let words = error.as_str().map_or_else(|| words_of(body), ToOwned::to_owned).to_lowercase();
    known(&codes).or_else(|| status_of(&Value::String(words.clone()))).or_else(|| known(&words))
}

/// A status as a number, a text, or at the beginning of one.
fn status_of(value: &Value) -> Option<u16> {
    let number = match value {
        Value::Number(number) => number.as_u64().or_else(|| {
            let number = number.as_f64()?;
            (400_u16..600).find(|status| f64::from(*status) == number).map(u64::from)
        })?,
        Value::String(text) => {
            let text = text.trim();
            let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
            text.get(..end)?.parse().ok()?
        }
        _ => return None,
    };
    u16::try_from(number).ok().filter(|status| (400..600).contains(status))
}

/// What describes the error: an object, or a text.
fn error_of(body: &Value) -> &Value {
    let body = body.as_array().and_then(|list| list.first()).unwrap_or(body);
    // An `error` that is only a flag or a number describes nothing.
    error_in(body).filter(|error| error.is_string() || error.is_object()).unwrap_or(body)
}

/// What is said, with the field that it is about in front.
fn words_of(body: &Value) -> String {
    const DEPTH_MAX: usize = 4;
    fn said(value: &Value, depth: usize) -> Option<String> {
        if depth > DEPTH_MAX {
            return None;
        }
        match value {
            Value::String(said) if !said.trim().is_empty() => Some(said.clone()),
            Value::Array(list) => list.iter().find_map(|value| said_of(value, depth + 1)),
            Value::Object(_) => said_of(value, depth + 1),
            _ => None,
        }
    }
    fn said_of(value: &Value, depth: usize) -> Option<String> {
        const KEYS: [&str; 15] = [
            "message",
            "msg",
            "detail",
            "error",
            "error_description",
            "description",
            "errors",
            "status_msg",
            "error_message",
            "error_msg",
            "errmsg",
            "faultstring",
            "reason",
            "title",
            "base_resp",
        ];
        if !value.is_object() {
            return said(value, depth);
        }
        let told = KEYS.iter().find_map(|key| said(under(value, key)?, depth));
        let words = told.or_else(|| named_by_field(under(value, "errors")?))?;
        let field = value.get("loc").and_then(Value::as_array).and_then(|path| {
            let names = path.iter().filter_map(Value::as_str).filter(|name| *name != "body");
            Some(names.collect::<Vec<_>>().join(".")).filter(|names| !names.is_empty())
        });
        let field = field.or_else(|| {
            let named = value.get("param").and_then(Value::as_str)?;
            Some(named.to_owned()).filter(|name| !name.is_empty() && !words.contains(name.as_str()))
        });
        Some(match field {
            Some(field) => format!("{field}: {words}"),
            None => words,
        })
    }
    said_of(error_of(body), 0).unwrap_or_default()
}

/// What is said of the first of some fields: `{"model": ["is unknown"]}`.
fn named_by_field(errors: &Value) -> Option<String> {
    let (field, said) = errors.as_object()?.iter().next()?;
    let said = said.as_array().and_then(|list| list.first()).unwrap_or(said).as_str()?;
    Some(format!("{field}: {said}"))
}

/// What is said in a body that is not JSON: the title of a page, or the text.
fn plain(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let lower = text.to_ascii_lowercase();
    let is_page = lower.trim_start().starts_with('<');
    if !is_page {
        return text.trim().to_owned();
    }
    let title = lower.find("<title").and_then(|start| {
        let from = start + lower.get(start..)?.find('>')? + 1;
        let to = from + lower.get(from..)?.find("</title")?;
        text.get(from..to)
    });
    title.unwrap_or_default().trim().to_owned()
}

/// Collects codes and texts of a body, without what it repeats of the request.
fn gather(value: &Value, codes: &mut String, whole: &mut String, depth: usize) {
    const DEPTH_MAX: usize = 8;
    const LENGTH_MAX: usize = 16 * 1024;
    if depth > DEPTH_MAX || whole.len() > LENGTH_MAX {
        return;
    }
    match value {
        Value::Array(list) => list.iter().for_each(|one| gather(one, codes, whole, depth + 1)),
        Value::Object(fields) => {
            for (key, one) in fields.iter().filter(|(key, _)| *key != "input") {
                const CODES: [&str; 8] = [
                    "code",
                    "type",
                    "param",
                    "status",
                    "loc",
                    "error_code",
                    "error_type",
                    "errorcode",
                ];
                let is_code = CODES.iter().any(|code| key.eq_ignore_ascii_case(code));
                // Elsewhere a reason is a sentence.
                let is_reason = |text: &&str| key == "reason" && !text.contains(' ');
                let texts = match one {
                    Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
                    one => one.as_str().into_iter().collect::<Vec<_>>(),
                };
                for text in texts.into_iter().filter(|text| is_code || is_reason(text)) {
                    codes.push_str(&text.to_lowercase());
                    codes.push(' ');
                }
                gather(one, codes, whole, depth + 1);
            }
        }
        Value::String(text) => {
            whole.push_str(&text.to_lowercase());
            whole.push(' ');
        }
        _ => {}
    }
}

/// The first sentence of what is said: short, on one line, filtered for terminals. It may repeat the prompt but never a
/// key: the key that was sent is removed first, so that shortening leaves no part of it, and anything that looks like
/// another key is masked as well.
fn shown(said: &str, model: &str, masked: impl Fn(&str) -> Cow<'_, str>) -> String {
    let said = masked(said);
    let line = protocol::safe::line(&said);
    let line = masked(&line);
    let shown: Vec<Cow<'_, str>> = line.split_whitespace().map(|part| word(part, model)).collect();
    let line = shown.join(" ");
    first_sentence(&line).trim_end_matches('.').chars().take(WORDS_MAX).collect()
}

/// A word, or a sign for one that looks like a key. The parts of a path are judged one by one; the model that was asked for
/// is no key.
fn word<'a>(word: &'a str, model: &str) -> Cow<'a, str> {
    let looks_like_a_key =
        |part: &str| part.len() > WORD_MAX && part.contains(|c: char| c.is_ascii_digit());
    let is_model = word.trim_matches(|letter: char| "\"'`().,;:".contains(letter)) == model;
    if !looks_like_a_key(word) || is_model {
        return Cow::Borrowed(word);
    }
    let bare = word.trim_start_matches(['(', '"', '\'', '`']);
    if !(bare.starts_with('/') || bare.starts_with("http://") || bare.starts_with("https://")) {
        return Cow::Borrowed("…");
    }
    let parts = word.split('/').map(|part| if looks_like_a_key(part) { "…" } else { part });
    Cow::Owned(parts.collect::<Vec<_>>().join("/"))
}

/// The first sentence of a line, if it says anything; a sentence that is shorter is followed by the next one.
fn first_sentence(line: &str) -> &str {
    /// Letters that a sentence has at least.
    const LEAST: usize = 24;
    let end = line.match_indices(". ").map(|(place, _)| place + 1).find(|end| *end >= LEAST);
    end.and_then(|end| line.get(..end)).unwrap_or(line)
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

/// The wait in a sentence such as "Please try again in 41.5s" or "retry after 20 seconds".
fn wait_in_words(whole: &str) -> Option<Duration> {
    const BEFORE: [&str; 5] =
        ["try again in ", "retry in ", "retry after ", "again after ", "wait "];
    BEFORE.iter().find_map(|before| {
        let rest = whole.get(whole.find(before)? + before.len()..)?;
        let mut words = rest.split_whitespace();
        let first = words.next()?.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric());
        let unit = match words.next().unwrap_or_default() {
            unit if unit.starts_with("sec") => "s",
            unit if unit.starts_with("min") => "m",
            unit if unit.starts_with("hour") => "h",
            unit if unit.starts_with("millisec") || unit == "ms" => "ms",
            _ => "",
        };
        let has_unit = first.ends_with(|letter: char| letter.is_ascii_alphabetic());
        if has_unit { span(first) } else { span(&format!("{first}{unit}")) }
    })
}

/// The time at which a limit is renewed, as a service repeats its header in the body: in milliseconds or seconds of the
/// epoch, compared with its own clock.
fn reset_in_body(body: &Value, headers: &HeaderMap) -> Option<Duration> {
    /// Numbers above this are milliseconds.
    const SECONDS_MAX: f64 = 1e11;
    let told = error_of(body).get("metadata")?.get("headers")?.as_object()?;
    let (_, reset) =
        told.iter().find(|(name, _)| name.eq_ignore_ascii_case("x-ratelimit-reset"))?;
    let reset = reset.as_f64().or_else(|| reset.as_str()?.trim().parse().ok())?;
    let until = if reset > SECONDS_MAX { reset / 1_000.0 } else { reset };
    let now = http_date(headers.get(DATE)?.to_str().ok()?)? as f64;
    Duration::try_from_secs_f64((until - now).clamp(0.0, WAIT_MAX.as_secs_f64())).ok()
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

#[cfg(test)]
mod tests;
