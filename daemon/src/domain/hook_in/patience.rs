//! How often a hook is acted on again when that failed for a reason that passes, and how long is waited in between.

use std::time::Duration;

/// Attempts to act on one hook; then it has failed, and its sender may send it again.
const ACTING_MAX: u32 = 8;
/// The wait after the first attempt, and how many times longer each wait is than the one before.
const FIRST: Duration = Duration::from_secs(10);
const GROWTH: u32 = 3;

/// How long to wait after that many attempts; none where it has failed.
#[must_use]
pub(crate) fn wait_before(tries: u32) -> Option<Duration> {
    (tries < ACTING_MAX)
        .then(|| FIRST.saturating_mul(GROWTH.saturating_pow(tries.saturating_sub(1))))
}
