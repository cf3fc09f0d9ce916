//! The retry policy: a maximum of tries for one question, a budget of retries for a study, and an exponential backoff
//! with seeded jitter, so that retries cannot become a storm.

use std::time::Duration;

use super::condition::Condition;
use crate::domain::digest::Digest;

/// Most tries for one question when the service fails; re-asks of unreadable replies are counted separately.
pub(crate) const TRIES_MAX: u32 = 5;
/// So often a question that was rejected is asked again, at most: some services reject one call and take the same one a moment
/// later, and a rejection costs nothing.
pub(crate) const REJECTED_AGAIN_MAX: u32 = 2;
/// Retries that every study has, however small it is.
pub(crate) const RETRIES_FREE: u64 = 20;
/// The first wait for a failing service is a quarter of a second on average.
const WAIT_FIRST: Duration = Duration::from_millis(500);
/// The first wait for a service that answers other calls is at least half of this on average.
const WAIT_LEAST: Duration = Duration::from_millis(20);
/// The longest wait.
const WAIT_MOST: Duration = Duration::from_secs(20);

/// The retry budget of one study: at most half of its first tries and twenty more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RetryBudget {
    first: u64,
    retries: u64,
}

impl RetryBudget {
    /// Records a first try.
    pub(crate) fn first(&mut self) {
        self.first += 1;
    }

    /// Takes one retry, if one is left.
    pub(crate) fn retry(&mut self) -> bool {
        let left = self.retries < self.first / 2 + RETRIES_FREE;
        self.retries += u64::from(left);
        left
    }
}

/// The wait before a try: a random part of a span that doubles. If the service answers other calls, the first span is
/// as long as a call usually takes there, so that a stray failure of a quick service does not delay the end of a
/// study. The jitter is derived from the question, so that a test can predict it and calls that failed together do
/// not return together.
pub(crate) fn backoff(
    study_seed: u64,
    ordinal: u32,
    tries: u32,
    condition: Condition,
    usual: Option<Duration>,
) -> Duration {
    let first = match (condition, usual) {
        (Condition::Answering, Some(usual)) => usual.clamp(WAIT_LEAST, WAIT_FIRST),
        (Condition::Answering | Condition::Failing, _) => WAIT_FIRST,
    };
    let span = first.saturating_mul(1 << tries.saturating_sub(1).min(10)).min(WAIT_MOST);
    let [a, b, ..] = Digest::new()
        .raw(study_seed.to_le_bytes())
        .raw(ordinal.to_le_bytes())
        .raw(tries.to_le_bytes())
        .finish();
    let part = f64::from(u16::from_le_bytes([a, b])) / 65_536.0;
    span.mul_f64(part)
}
