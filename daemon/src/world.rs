//! The world of the daemon: time, fresh ids, fresh seeds and the signal that something changed. Nothing else reads a
//! clock or draws entropy, so a test that passes its own world decides both.

#[cfg(test)]
pub(crate) mod testing;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::watch;
use uuid::Uuid;

/// Where time comes from.
pub trait Clock: Send + Sync {
    /// The time of day, for reading only: it may jump.
    fn now(&self) -> Timestamp;
    /// Time since some fixed moment; never runs backwards.
    fn monotonic(&self) -> Duration;
}

/// Where fresh ids come from.
pub trait Ids: Send + Sync {
    /// An id that was never given before.
    fn fresh(&self) -> Uuid;
}

/// Everything from outside that is not a file or a caller.
#[derive(Clone)]
pub struct World {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Ids, and the seeds drawn from them.
    pub ids: Arc<dyn Ids>,
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").finish_non_exhaustive()
    }
}

impl World {
    /// The machine's own clock and entropy.
    pub fn system() -> Self {
        Self::new(Arc::new(SystemClock { start: Instant::now() }), Arc::new(RandomIds))
    }

    /// A world with that clock and those ids.
    pub fn new(clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        Self { clock, ids }
    }

    /// Fresh bytes, for secrets: more than 240 of their bits are random.
    pub fn fresh_bytes(&self) -> [u8; 32] {
        let halves = [self.ids.fresh(), self.ids.fresh()].map(|id| *id.as_bytes());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(&halves.concat());
        bytes
    }

    /// A seed for a study that names none: below 2^53, so that JSON carries it exactly.
    pub fn fresh_seed(&self) -> u64 {
        let (high, low) = self.ids.fresh().as_u64_pair();
        // Version and variant bits of the id are not random; 53 others are taken.
        ((high >> 16) << 5 | low & 0x1f) & ((1 << 53) - 1)
    }
}

struct SystemClock {
    start: Instant,
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }
}

struct RandomIds;

impl Ids for RandomIds {
    fn fresh(&self) -> Uuid {
        Uuid::new_v4()
    }
}

/// "Look again": a signal without data, counted. Each waiter remembers the count that it has seen, so that several may wait
/// and a signal between a look and a wait is not lost; several signals before a look are one.
#[derive(Clone, Debug, Default)]
pub struct Wake(Arc<watch::Sender<u64>>);

impl Wake {
    /// Wakes every waiter: now where it waits, else when it does.
    pub fn signal(&self) {
        self.0.send_modify(|count| *count = count.saturating_add(1));
    }

    /// Somebody who waits. It has seen no signal yet, also none of those that are past.
    pub fn waiter(&self) -> Waiter {
        let mut seen = self.0.subscribe();
        let is_past = *seen.borrow() > 0;
        if is_past {
            seen.mark_changed();
        }
        Waiter(seen)
    }
}

/// One who waits for the signals of a [`Wake`].
#[derive(Debug)]
pub struct Waiter(watch::Receiver<u64>);

impl Waiter {
    /// Waits for a signal that this waiter has not seen. Dropped before it is ready, it has seen none.
    pub async fn wait(&mut self) {
        if self.0.changed().await.is_err() {
            // Whoever could signal is gone.
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    /// Whether that waiter is woken without waiting.
    fn is_woken(waiter: &mut Waiter) -> bool {
        waiter.wait().now_or_never().is_some()
    }

    #[test]
    fn every_waiter_is_woken_by_each_signal_once() {
        let wake = Wake::default();
        let mut waiters = [wake.waiter(), wake.waiter()];
        assert!(!waiters.iter_mut().any(is_woken), "nothing happened yet");
        wake.signal();
        wake.signal();
        assert!(waiters.iter_mut().all(is_woken), "neither takes it from the other");
        assert!(!waiters.iter_mut().any(is_woken), "several signals are one");
        // Between a look and the next wait.
        wake.clone().signal();
        assert!(waiters.iter_mut().all(is_woken));
        assert!(is_woken(&mut wake.waiter()), "who comes later has seen none");
        drop(wake);
        assert!(!waiters.iter_mut().any(is_woken), "nobody is left who could signal");
    }

    #[tokio::test]
    async fn those_who_wait_already_are_woken_together() {
        let wake = Wake::default();
        let (mut one, mut other) = (wake.waiter(), wake.waiter());
        let both = async { tokio::join!(one.wait(), other.wait()) };
        let signal = async { wake.signal() };
        let woken = async { tokio::join!(both, signal) };
        tokio::time::timeout(Duration::from_secs(20), woken).await.unwrap();
    }

    #[test]
    fn seeds_fit_into_json_numbers() {
        let world = World::system();
        let seeds: std::collections::BTreeSet<u64> =
            (0..1_000).map(|_| world.fresh_seed()).collect();
        assert_eq!(seeds.len(), 1_000);
        assert!(seeds.iter().all(|seed| *seed < 1 << 53));
    }

    #[test]
    fn a_jump_moves_the_time_of_day_only() {
        let clock = testing::ManualClock::at(Timestamp::UNIX_EPOCH);
        clock.advance(Duration::from_secs(5));
        clock.jump_to("2038-01-19T03:14:07Z".parse().unwrap_or_default());
        assert_eq!(clock.monotonic(), Duration::from_secs(5));
        assert_eq!(clock.now().to_string(), "2038-01-19T03:14:07Z");
    }
}
