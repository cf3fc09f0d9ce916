//! A world that a test decides: a clock that stands still and ids that repeat.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{Clock, Ids};

/// A clock that moves only when it is told to.
#[derive(Debug)]
pub(crate) struct ManualClock(Mutex<(Timestamp, Duration)>);

impl ManualClock {
    /// Stands at that moment.
    pub(crate) fn at(now: Timestamp) -> Self {
        Self(Mutex::new((now, Duration::ZERO)))
    }

    /// Lets time pass.
    pub(crate) fn advance(&self, by: Duration) {
        let mut time = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        time.1 += by;
        time.0 = SignedDuration::try_from(by)
            .ok()
            .and_then(|by| time.0.checked_add(by).ok())
            .unwrap_or(Timestamp::MAX);
    }

    /// Puts the time of day elsewhere, as a user or a time server would; the monotonic clock goes on.
    pub(crate) fn jump_to(&self, now: Timestamp) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0 = now;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    fn monotonic(&self) -> Duration {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1
    }
}

/// Ids that count up from one: the same in every run of a test.
#[derive(Debug, Default)]
pub(crate) struct CountedIds(AtomicU64);

impl Ids for CountedIds {
    fn fresh(&self) -> Uuid {
        let count = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        // Spread over the first digits, because people name studies by them.
        Uuid::from_u64_pair(count.wrapping_mul(0x9E37_79B9_7F4A_7C15), count)
    }
}
