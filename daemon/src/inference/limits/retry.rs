//! Retries that cannot become a storm: so many tries for one question, so many retries for a study, and a wait that grows
//! and is spread by a seed.

use std::time::Duration;

use super::condition::Condition;
use crate::domain::digest::Digest;

/// Most tries for one question when the service fails; re-asks of unreadable replies are counted apart.
pub const TRIES_MAX: u32 = 5;
/// Retries that every study may have, however small it is.
const RETRIES_FREE: u64 = 20;
/// The first wait at a service that fails is a quarter of a second on average.
const WAIT_FIRST: Duration = Duration::from_millis(500);
/// The first wait at a service that answers others is half of this at least, on average.
const WAIT_LEAST: Duration = Duration::from_millis(20);
/// No wait is longer.
const WAIT_MOST: Duration = Duration::from_secs(20);

/// The retries of one study: at most half of its first tries and twenty more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RetryBudget {
    first: u64,
    retries: u64,
}

impl RetryBudget {
    /// Notes a first try.
    pub fn first(&mut self) {
        self.first += 1;
    }

    /// Takes one retry, if there is one left.
    pub fn retry(&mut self) -> bool {
        let left = self.retries < self.first / 2 + RETRIES_FREE;
        self.retries += u64::from(left);
        left
    }
}

/// How long to wait before a try: a random part of a span that doubles. Where the service answers others, the first span is
/// as long as a call there usually takes, so that a stray failure of a quick service does not hold a study up at its end.
/// The randomness comes from what is asked, so that a test knows it and no two calls that failed together come back
/// together.
pub fn backoff(
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
