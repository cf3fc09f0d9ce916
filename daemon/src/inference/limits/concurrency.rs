//! Adaptive concurrency: the limit of calls under way starts at the owner's value, falls by the share of calls that
//! the service throttles (429, 503 or 529), and climbs again while all are accepted. A few stray ones change nothing,
//! so that noise is not mistaken for overload.

/// Above this share of throttled calls in a window, the limit falls.
const SHARE_HIGH: f64 = 0.1;
/// It never falls by more than this factor at once.
const FALL_MOST: f64 = 0.5;
/// It climbs by this share of itself, and by one at least.
const CLIMB: f64 = 0.05;
/// Fewest calls in a window.
const WINDOW_MIN: u32 = 10;

/// The limit, and the counts of the current window.
#[derive(Clone, Copy, Debug)]
pub(super) struct Concurrency {
    ceiling: f64,
    limit: f64,
    seen: u32,
    pushed: u32,
}

impl Concurrency {
    pub(super) fn new(ceiling: u32) -> Self {
        let ceiling = f64::from(ceiling.max(1));
        Self { ceiling, limit: ceiling, seen: 0, pushed: 0 }
    }

    /// Calls that may be under way.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 1 and the ceiling, which was a u32"
    )]
    pub(super) fn limit(&self) -> u32 {
        self.limit as u32
    }

    /// Changes the ceiling while calls are under way: a lower one applies at once, a higher one is climbed to.
    pub(super) fn retune(&mut self, ceiling: u32) {
        self.ceiling = f64::from(ceiling.max(1));
        self.limit = self.limit.min(self.ceiling);
    }

    /// Whether the current window has more throttled calls than noise: also at its beginning, where three of the
    /// first ten are weak evidence, so they are compared with half of it.
    pub(super) fn is_pushed(&self) -> bool {
        let seen = f64::from(self.seen).max(self.limit / 2.0);
        self.pushed >= 3 && f64::from(self.pushed) > SHARE_HIGH * seen
    }

    /// Records the result of a call.
    pub(super) fn note(&mut self, pushed_back: bool) {
        self.seen += 1;
        self.pushed += u32::from(pushed_back);
        if self.seen < self.limit().max(WINDOW_MIN) {
            return;
        }
        let share = f64::from(self.pushed) / f64::from(self.seen);
        if share > SHARE_HIGH {
            self.limit = (self.limit * (1.0 - share).max(FALL_MOST)).max(1.0);
        } else {
            self.limit = (self.limit + (self.limit * CLIMB).max(1.0)).min(self.ceiling);
        }
        self.seen = 0;
        self.pushed = 0;
    }
}
