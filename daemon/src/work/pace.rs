//! The pace of the built-in respondent model: a number of answers per second, spread evenly, shared by all studies at
//! work. It is for demonstrations, tours and tests of interruption.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Batches in a second at most, so that a slow pace does not turn into many small commits.
const BATCHES_PER_SECOND: u32 = 20;

/// Hands out moments at which the next answers are due.
#[derive(Debug)]
pub(super) struct Pace {
    per_second: u32,
    /// When everything handed out so far is over, on the monotonic clock.
    due: Mutex<Duration>,
}

impl Pace {
    /// That many answers in a second; 0 is without limit.
    pub(super) fn new(per_second: u32) -> Self {
        Self { per_second, due: Mutex::new(Duration::ZERO) }
    }

    /// How many respondents to ask at a time, `most` when nothing limits it.
    pub(super) fn chunk(&self, most: usize) -> usize {
        match usize::try_from(self.per_second.div_ceil(BATCHES_PER_SECOND)) {
            Ok(chunk) if chunk > 0 => chunk.min(most),
            _ => most,
        }
    }

    /// How long to wait before that many answers may be given. Time that nobody used is not saved up.
    pub(super) fn reserve(&self, answers: usize, now: Duration) -> Duration {
        if self.per_second == 0 {
            return Duration::ZERO;
        }
        let answers = u32::try_from(answers).unwrap_or(u32::MAX);
        let takes = Duration::from_secs(1).saturating_mul(answers) / self.per_second;
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        *due = due.max(now).saturating_add(takes);
        due.saturating_sub(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_spread_evenly_over_the_second() {
        let pace = Pace::new(200);
        let chunk = pace.chunk(512);
        assert_eq!(chunk, 10);
        let mut now = Duration::ZERO;
        let mut waits = Vec::new();
        for _ in 0..40 {
            let wait = pace.reserve(chunk, now);
            waits.push(wait);
            now += wait;
        }
        assert_eq!(now, Duration::from_secs(2));
        assert!(waits.iter().all(|wait| *wait == Duration::from_millis(50)));
    }

    #[test]
    fn idle_time_is_not_saved_up() {
        let pace = Pace::new(20);
        assert_eq!(pace.reserve(1, Duration::from_secs(100)), Duration::from_millis(50));
        assert_eq!(pace.reserve(1, Duration::from_secs(200)), Duration::from_millis(50));
    }

    #[test]
    fn two_studies_share_the_pace() {
        let pace = Pace::new(10);
        assert_eq!(pace.reserve(1, Duration::ZERO), Duration::from_millis(100));
        assert_eq!(pace.reserve(1, Duration::ZERO), Duration::from_millis(200));
    }

    #[test]
    fn no_limit_waits_for_nothing() {
        let pace = Pace::new(0);
        assert_eq!(pace.chunk(512), 512);
        assert_eq!(pace.reserve(1_000_000, Duration::ZERO), Duration::ZERO);
    }
}
