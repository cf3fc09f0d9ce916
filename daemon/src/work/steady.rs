//! Whether the time of day can be believed. What is kept for days is removed by it, and a clock that is in another year by
//! mistake must not remove all of it: it is believed once it went on as the other clock did since the last look.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::world::Clock;

/// How far both clocks may come apart between two looks: more than a clock is corrected by in passing.
const APART: Duration = Duration::from_secs(600);

/// The last look, by both clocks.
#[derive(Debug, Default)]
pub(super) struct TimeLook(Mutex<Option<(Timestamp, Duration)>>);

impl TimeLook {
    /// Whether the time of day went on since the last look as it should. It is not known at the first one, and not after the
    /// machine slept; then the next look tells.
    pub(super) fn is_steady(&self, clock: &dyn Clock) -> bool {
        let now = (clock.now(), clock.monotonic());
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner).replace(now);
        last.is_some_and(|(day, other)| {
            let went = now.0.duration_since(day);
            let passed = SignedDuration::try_from(now.1.saturating_sub(other));
            let apart = went.checked_sub(passed.unwrap_or(SignedDuration::MAX));
            apart.is_some_and(|apart| apart.unsigned_abs() <= APART)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::world;

    const HOUR: Duration = Duration::from_hours(1);

    #[test]
    fn a_clock_that_jumps_is_not_believed_until_it_has_gone_on_for_a_while() {
        let (_, clock) = world();
        let look = TimeLook::default();
        let is_steady = || look.is_steady(&*clock);
        assert!(!is_steady(), "nothing is known of it yet");
        clock.advance(HOUR);
        assert!(is_steady());
        let right = clock.now();
        for wrong in ["2038-01-19T03:14:07Z", "1970-01-01T00:00:00Z"] {
            clock.jump_to(wrong.parse().unwrap());
            assert!(!is_steady(), "{wrong}");
            // Put right before the next look, or not: that one is not believed either way.
            clock.jump_to(right);
            clock.advance(HOUR);
            assert!(!is_steady(), "{wrong}");
            clock.jump_to(right);
            assert!(!is_steady());
        }
        clock.advance(HOUR);
        assert!(is_steady());
    }
}
