//! The order of the variants in an A/B test: which one an assignment shows, and the estimated order effect.

use protocol::results::Estimate;
use protocol::study::{Order, Orders};
use rand_core::Rng;

use super::verdict::Verdict;
use crate::domain::outcome::Assignment;
use crate::domain::stats::compare::{Moments, welch};
use crate::domain::stats::histogram::Histogram;
use crate::domain::stats::{LEVEL, bootstrap, estimate};

/// The order in which an assignment shows the variants. With `split`, of each pair of neighbours in the panel one
/// gets each order, and the seed decides which.
pub(super) fn order(orders: Orders, seed: u64, at: Assignment) -> Order {
    let a_first = match orders {
        Orders::Both => at.task == 0,
        Orders::Split => {
            let pair = format!("order of pair {}", at.respondent / 2);
            let drawn = bootstrap::generator(seed, &pair).next_u64() & 1 == 1;
            drawn == at.respondent.is_multiple_of(2)
        }
    };
    if a_first { Order::AFirst } else { Order::BFirst }
}

/// Preferences by the order that was shown, from which the order effect is estimated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OrderCounts {
    both: bool,
    a_first: Histogram,
    b_first: Histogram,
    /// With both orders: preference when A came first minus preference when B came first, for each respondent.
    swaps: Histogram,
}

impl OrderCounts {
    pub(super) fn new(orders: Orders) -> Self {
        Self {
            both: orders == Orders::Both,
            a_first: Histogram::new(-1, 1),
            b_first: Histogram::new(-1, 1),
            swaps: Histogram::new(-2, 2),
        }
    }

    pub(super) fn needs_both(&self) -> bool {
        self.both
    }

    pub(super) fn add(&mut self, verdict: Verdict) {
        match verdict.order() {
            Some(Order::AFirst) => self.a_first.add(verdict.sign()),
            Some(Order::BFirst) => self.b_first.add(verdict.sign()),
            None => false,
        };
    }

    pub(super) fn add_swap(&mut self, one: Verdict, other: Verdict) {
        let (a_first, b_first) =
            if one.order() == Some(Order::AFirst) { (one, other) } else { (other, one) };
        self.swaps.add(a_first.sign() - b_first.sign());
    }

    /// Answers given after seeing A first, and after seeing B first.
    pub(super) fn shown(&self) -> (u64, u64) {
        (self.a_first.n(), self.b_first.n())
    }

    /// The share, 0 to 1, of respondents whose preference stayed the same when the order was swapped, with Wilson's
    /// interval; `None` if there were none with both orders.
    pub(super) fn stability(&self) -> Option<Estimate> {
        estimate::share(self.swaps.between(0, 0), self.swaps.n(), LEVEL)
    }

    /// The order effect in percentage points: A's share minus B's when A came first, minus the same when B came
    /// first, halved. Paired when respondents saw both orders, Welch otherwise.
    pub(super) fn effect(&self) -> Option<Estimate> {
        if self.both {
            let swap = estimate::mean(&self.swaps, LEVEL)?;
            return Some(estimate::paired(estimate::scaled(swap, 50.0)));
        }
        let found = welch(
            Moments::of_histogram(&self.a_first)?,
            Moments::of_histogram(&self.b_first)?,
            LEVEL,
        )?;
        let n = self.a_first.n() + self.b_first.n();
        let interval = Some(found.interval);
        let effect = estimate::equal_weights(found.difference, interval, LEVEL, n, "welch_t");
        Some(estimate::scaled(effect, 50.0))
    }
}
