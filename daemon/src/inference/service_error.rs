//! What a service says when it fails: the body of an error, in any of the forms that services use, as the kind of
//! failure, the wait that is asked for, and its first sentence without keys. Pure functions of status, headers and body.

mod account;
mod refusals;
mod said;
mod waits;

use std::borrow::Cow;
use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::Value;

use self::account::{is_closed, is_unpaid};
use self::said::{plain, shown, words_of};
pub(crate) use self::waits::span;
use self::waits::wait_of;
use super::chat::{CallError, Denial};
use super::wire::{error_in, under};

/// Most characters of a service's own words in an error.
const WORDS_MAX: usize = 200;
/// Longest word that is shown if it has a digit in it; anything longer looks like a key.
const WORD_MAX: usize = 24;
/// The longest wait that is believed.
const WAIT_MAX: Duration = Duration::from_hours(24);
/// A model that is being loaded is asked again after that time, where the service tells none: loading takes up to some minutes.
const LOADING_WAIT: Duration = Duration::from_secs(5);
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
        let after = wait_of(status, headers, json.as_ref(), &whole);
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
        if self.is_loading() {
            return CallError::Limited { status, after: after.or(Some(LOADING_WAIT)), said };
        }
        // Gateways say what the request may not hold with any status.
        if matches!(status, 200..=299 | 403 | 500..=502) {
            let refuses = self.refused();
            if !refuses.is_empty() {
                return CallError::Rejected { status, said, at: String::new(), refuses };
            }
        }
        match status {
            401 => denied(Denial::Key),
            402 => denied(Denial::Credit),
            403 if self.is_flagged() => {
                CallError::Rejected { status, said, at: String::new(), refuses: Vec::new() }
            }
            403 => denied(Denial::Permission),
            429 if self.is_quota_of_a_day() => denied(Denial::DayQuota),
            429 | 503 | 529 => CallError::Limited { status, after, said },
            // A status of its own for a tier that is full.
            498 if self.whole.contains("capacity") => CallError::Limited { status, after, said },
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

    /// Whether the question alone is refused, by a filter for content.
    fn is_flagged(&self) -> bool {
        ["flagged", "moderation", "content policy", "content filter"]
            .iter()
            .any(|words| self.whole.contains(words))
    }

    /// Whether the model is only being loaded: then it is there in a moment, whatever the status.
    fn is_loading(&self) -> bool {
        const LOADING: [&str; 7] = [
            "is loading",
            "still loading",
            "currently loading",
            "being loaded",
            "loading model",
            "model loading",
            "warming up",
        ];
        const FAILED: [&str; 3] = ["fail", "error loading", "unable to load"];
        let says = |words: &[&str]| words.iter().any(|words| self.whole.contains(words));
        matches!(self.status, 200..=299 | 400 | 404 | 409 | 425 | 500..=503)
            && says(&LOADING)
            && !says(&FAILED)
    }

    /// Whether it means that the account has no credit. With a 429, its code or words of a balance say so: services use words
    /// of a quota for a limit a minute as well.
    fn has_no_credit(&self) -> bool {
        const CODES: [&str; 7] = [
            "insufficient_quota",
            "insufficient_credits",
            "insufficient_balance",
            "insufficientbalance",
            "billing_error",
            "budget_exceeded",
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
        matches!(self.status, 200..=299 | 400..=403 | 412 | 429)
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
        // In words only of the first sentence: what is rejected may be repeated behind it.
        const WORDS: [&str; 7] = [
            "incorrect api key",
            "invalid api key",
            "api key not valid",
            "api key is invalid",
            "api key expired",
            "no api key",
            "missing api key",
        ];
        let said = self.said.to_lowercase();
        matches!(self.status, 200..=299 | 400)
            && (self.codes.split(' ').any(|said| CODES.contains(&said))
                || WORDS.iter().any(|words| said.contains(words)))
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
                const CODES: [&str; 10] = [
                    "code",
                    "type",
                    "param",
                    "status",
                    "loc",
                    "error_code",
                    "error_type",
                    "errorcode",
                    "field",
                    "parameter",
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

#[cfg(test)]
mod tests;
