//! A circuit breaker: after twenty failures in a row no call is made for a while, then one call probes. When the
//! probes fail too, or when the service rejects requests again and again, studies stop instead of using up their
//! retries.

use std::time::Duration;

use super::retry::REJECTED_AGAIN_MAX;

/// Failures in a row that open it.
const FAILURES_MAX: u32 = 20;
/// The weight of a rejection, and of one whose question is asked again: so often, each may be rejected.
const REJECTION: u32 = 1 + REJECTED_AGAIN_MAX;
const REJECTION_BY_CHANCE: u32 = 1;
/// How long it stays open before each probe; after the last one fails, studies stop.
const REST: [Duration; 3] =
    [Duration::from_secs(5), Duration::from_secs(10), Duration::from_secs(20)];

/// The result of a call with respect to the service's health.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CallHealth {
    /// It answered, whatever the answer.
    Good,
    /// It failed, or throttled the call.
    Bad,
    /// It rejected the request itself.
    Rejecting,
    /// It rejected the request, and may take the same one a moment later.
    RejectingByChance,
}

/// Whether calls may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// They may.
    Free,
    /// Only one, as a probe.
    Probe,
    /// Not before that time.
    Until(Duration),
    /// Never.
    Dead,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Breaker {
    failures: u32,
    rejections: u32,
    /// Number of failed probes, and until when it stays open; `None` while it is closed.
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

    /// Records that the probe is under way.
    pub(super) fn probe(&mut self) {
        self.probing = true;
    }

    /// Records that no call is under way, so no probe is either, however it ended.
    pub(super) fn rest(&mut self) {
        self.probing = false;
    }

    /// Records the result of a call.
    pub(super) fn note(&mut self, health: CallHealth, now: Duration) {
        match health {
            CallHealth::Good => *self = Self::default(),
            CallHealth::Rejecting | CallHealth::RejectingByChance => {
                let is_chance = health == CallHealth::RejectingByChance;
                self.rejections += if is_chance { REJECTION_BY_CHANCE } else { REJECTION };
                self.probing = false;
                self.dead |= self.rejections >= FAILURES_MAX * REJECTION;
            }
            CallHealth::Bad => {
                self.failures += 1;
                match self.open {
                    None if self.failures >= FAILURES_MAX => self.open = Some((0, now + REST[0])),
                    // Only the probe counts: other calls that were under way give no new information.
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
