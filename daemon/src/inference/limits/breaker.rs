//! A circuit breaker: after twenty failures in a row nobody asks for a while, then one call probes. When the probes fail
//! too, or when the service rejects what it is asked time after time, studies stop instead of burning their retries.

use std::time::Duration;

/// Failures in a row that open it.
const FAILURES_MAX: u32 = 20;
/// How long it stays open before each probe; after the last one fails, studies stop.
const REST: [Duration; 3] =
    [Duration::from_secs(5), Duration::from_secs(10), Duration::from_secs(20)];

/// How a call ended, as far as the service's health goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Health {
    /// It answered, whatever it said.
    Good,
    /// It failed, or pushed back.
    Bad,
    /// It rejected the request itself.
    Rejecting,
}

/// Whether calls may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// They may.
    Free,
    /// One may, to probe.
    Probe,
    /// Not before that time.
    Until(Duration),
    /// Not at all.
    Dead,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Breaker {
    failures: u32,
    rejections: u32,
    /// Probes that failed, and until when it rests; none while it is closed.
    open: Option<(usize, Duration)>,
    probing: bool,
    dead: bool,
}

impl Breaker {
    pub(super) fn way(&self, now: Duration) -> Way {
        match self.open {
            _ if self.dead => Way::Dead,
            None => Way::Free,
            Some((_, until)) if now < until => Way::Until(until),
            Some(_) if self.probing => Way::Until(Duration::MAX),
            Some(_) => Way::Probe,
        }
    }

    /// Whether the latest call got a reply, or there was none.
    pub(super) fn is_calm(&self) -> bool {
        self.failures == 0 && self.rejections == 0
    }

    /// Notes that the probe is under way.
    pub(super) fn probe(&mut self) {
        self.probing = true;
    }

    /// Nothing is under way, so no probe is, however it ended.
    pub(super) fn rest(&mut self) {
        self.probing = false;
    }

    /// Notes how a call ended.
    pub(super) fn note(&mut self, health: Health, now: Duration) {
        match health {
            Health::Good => *self = Self::default(),
            Health::Rejecting => {
                self.rejections += 1;
                self.probing = false;
                self.dead |= self.rejections >= FAILURES_MAX;
            }
            Health::Bad => {
                self.failures += 1;
                match self.open {
                    None if self.failures >= FAILURES_MAX => self.open = Some((0, now + REST[0])),
                    // Only the probe counts: calls that were under way say nothing new.
                    Some((failed, _)) if self.probing => {
                        self.probing = false;
                        match REST.get(failed + 1) {
                            Some(rest) => self.open = Some((failed + 1, now + *rest)),
                            None => self.dead = true,
                        }
                    }
                    None | Some(_) => {}
                }
            }
        }
    }
}
