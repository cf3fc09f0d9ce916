//! A token bucket: so many a minute, refilled continuously, with a burst of a tenth of a minute. It may be overdrawn
//! by a single large take, and then waits until the level is positive again.

use std::time::Duration;

/// A bucket with so many a minute.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bucket {
    per_second: f64,
    burst: f64,
    level: f64,
    at: Duration,
}

impl Bucket {
    pub(super) fn new(per_minute: u32, now: Duration) -> Self {
        let per_minute = f64::from(per_minute.max(1));
        let burst = (per_minute / 10.0).max(1.0);
        Self { per_second: per_minute / 60.0, burst, level: burst, at: now }
    }

    fn refill(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        self.level = (self.level + passed * self.per_second).min(self.burst);
        self.at = self.at.max(now);
    }

    /// The time when that many may be taken; `now` if at once.
    pub(super) fn ready_at(&mut self, amount: f64, now: Duration) -> Duration {
        self.refill(now);
        // The level never exceeds a full bucket, so a larger amount waits for a full one.
        let short = amount.min(self.burst) - self.level;
        if short <= 0.0 { now } else { now + Duration::from_secs_f64(short / self.per_second) }
    }

    /// Takes that many, even more than available; a negative amount is returned.
    pub(super) fn take(&mut self, amount: f64, now: Duration) {
        self.refill(now);
        self.level = (self.level - amount).min(self.burst);
    }
}
