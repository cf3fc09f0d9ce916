//! What follows an attempt to deliver: it is done, it is tried again at a time, or it is given up; and what that says
//! about the endpoint. The times double in steps, are scattered so that receivers are not hit at once, and follow a
//! receiver that asks for patience, within a bound.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use protocol::hook::HookFormat;

/// Attempts of one delivery; asked for again, it has as many once more.
pub(crate) const ATTEMPTS_MAX: u32 = 4;
/// The longest patience that a receiver can ask for.
pub(crate) const RETRY_AFTER_MAX: Duration = Duration::from_hours(1);
/// Days for which deliveries that were given up are kept.
pub(crate) const KEPT_DAYS: i64 = 30;
/// How many times longer each wait is than the one before.
const GROWTH: u32 = 6;
/// Statuses of receivers that are overloaded or away for a while, whose wish for patience is heeded.
const PATIENT: [u16; 4] = [429, 502, 503, 504];

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AttemptResult {
    /// A reply with that status, and how long the receiver wants us to wait.
    Status(u16, Option<Duration>),
    /// No reply, for that reason.
    NoReply(String),
    /// It cannot be sent at all, for that reason: trying again would change nothing.
    Refused(String),
}

/// What follows for the delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NextStep {
    /// The receiver took it.
    Delivered,
    /// It is tried again after that time.
    Again(Duration),
    /// It is given up.
    Dead,
}

/// What follows for the endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum EndpointNews {
    /// It takes deliveries.
    Healthy,
    /// It does not, for that reason.
    Failing(String),
    /// It wants no more, for that reason: nothing is sent any more.
    Gone(String),
    /// Nothing new.
    Same,
}

/// Decides after an attempt: `tries` counts it, `first` is the first wait, `chance` is drawn from 0 to 1.
#[must_use]
pub(crate) fn after_attempt(
    result: &AttemptResult,
    format: HookFormat,
    tries: u32,
    first: Duration,
    chance: f64,
) -> (NextStep, EndpointNews) {
    let why = match result {
        AttemptResult::Status(200..=299, _) => return (NextStep::Delivered, EndpointNews::Healthy),
        AttemptResult::Status(410, _) if format == HookFormat::Standard => {
            let why = "the receiver replied 410: it wants no more".to_owned();
            return (NextStep::Dead, EndpointNews::Gone(why));
        }
        // The evaluation named it: another one may again.
        AttemptResult::Status(410, _) if format.tells_results() => {
            return (NextStep::Dead, EndpointNews::Failing(in_words(410)));
        }
        AttemptResult::Status(status, _) => in_words(*status),
        AttemptResult::Refused(why) => return (NextStep::Dead, EndpointNews::Failing(why.clone())),
        AttemptResult::NoReply(why) => why.clone(),
    };
    if tries >= ATTEMPTS_MAX {
        return (NextStep::Dead, EndpointNews::Failing(why));
    }
    let wanted = match result {
        AttemptResult::Status(status, wanted) => heeded(*status, *wanted),
        _ => None,
    };
    let news = if tries > 1 { EndpointNews::Failing(why) } else { EndpointNews::Same };
    (NextStep::Again(wait(tries, first, chance, wanted)), news)
}

/// The patience that a receiver asks for, if its status makes that believable. What exceeds [`RETRY_AFTER_MAX`] is cut.
#[must_use]
pub(crate) fn heeded(status: u16, wanted: Option<Duration>) -> Option<Duration> {
    wanted.filter(|_| PATIENT.contains(&status))
}

/// How long the value of `Retry-After` asks to wait: seconds, however many, or a time as HTTP writes it.
#[must_use]
pub(crate) fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(value.parse().map_or(Duration::MAX, Duration::from_secs));
    }
    let parser = rfc2822::DateTimeParser::new().relaxed_weekday(true);
    let at = parser.parse_timestamp(value).ok()?;
    // A time that has passed asks for nothing.
    Some(Duration::try_from(at.duration_since(now)).unwrap_or_default())
}

/// How long to wait before the next attempt.
fn wait(tries: u32, first: Duration, chance: f64, wanted: Option<Duration>) -> Duration {
    let steps = tries.saturating_sub(1).min(ATTEMPTS_MAX);
    let planned = first.saturating_mul(GROWTH.saturating_pow(steps));
    // From nine tenths to thirteen tenths of it.
    let scattered = planned.mul_f64(0.9 + 0.4 * chance.clamp(0.0, 1.0));
    scattered.max(wanted.unwrap_or_default().min(RETRY_AFTER_MAX)).min(RETRY_AFTER_MAX)
}

fn in_words(status: u16) -> String {
    match status {
        300..=399 => format!("the receiver replied {status}; redirects are not followed"),
        _ => format!("the receiver replied {status}"),
    }
}
