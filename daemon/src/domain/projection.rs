//! The projected final cost of a study, from the cost of its first respondents. The interval is the usual one for the
//! sum of further draws from one population: with n costs of mean m and standard deviation s, k further ones sum to
//! k·m ± t·s·√(k + k²/n) (prediction interval for a sum; Hahn and Meeker, Statistical Intervals, 1991, ch. 4).

use protocol::credits::UsdMicros;
use serde::{Deserialize, Serialize};

/// Respondents that must be complete before there is a projection.
const RESPONDENTS_MIN: u32 = 10;
/// 97.5 % quantiles of Student's t at 9, 14, 19, 29, 59 and 119 degrees of freedom; in between the next wider one is
/// used.
const T: [(u32, f64); 6] =
    [(120, 1.980), (60, 2.001), (30, 2.045), (20, 2.093), (15, 2.145), (10, 2.262)];

/// The costs of the respondents of a study who have their outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Number of respondents.
    pub respondents: u32,
    /// Their total cost.
    pub cost: UsdMicros,
    /// The sum of their squared costs.
    pub squares: u64,
}

impl Taken {
    /// Adds one respondent.
    pub fn note(&mut self, cost: UsdMicros) {
        let square = cost.0.unsigned_abs().saturating_mul(cost.0.unsigned_abs());
        *self = self.plus(Self { respondents: 1, cost, squares: square });
    }

    /// The sum of both.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            respondents: self.respondents.saturating_add(other.respondents),
            cost: UsdMicros(self.cost.0.saturating_add(other.cost.0)),
            squares: self.squares.saturating_add(other.squares),
        }
    }
}

/// A future cost with its 95 % prediction interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Projection {
    /// The expected cost.
    pub expected: UsdMicros,
    /// The lower end, never below the cost so far.
    pub low: UsdMicros,
    /// The upper end.
    pub high: UsdMicros,
}

/// The final cost when `spent` is booked in total, and `left` respondents are still to be asked. `None` with too few
/// respondents.
#[expect(clippy::cast_possible_truncation, reason = "`as` saturates, and no cost comes near 2^63")]
pub(crate) fn project(taken: Taken, left: u32, spent: UsdMicros) -> Option<Projection> {
    if taken.respondents < RESPONDENTS_MIN {
        return None;
    }
    let n = f64::from(taken.respondents);
    let k = f64::from(left);
    let sum = taken.cost.0 as f64;
    let mean = sum / n;
    let variance = ((taken.squares as f64 - sum * mean) / (n - 1.0)).max(0.0);
    let t = T.iter().find(|(from, _)| taken.respondents >= *from).map_or(2.262, |(_, t)| *t);
    let half = t * (variance * (k + k * k / n)).sqrt();
    let spent = spent.0 as f64;
    let money = |amount: f64| UsdMicros(amount.max(spent).round() as i64);
    Some(Projection {
        expected: money(spent + k * mean),
        low: money(spent + k * mean - half),
        high: money(spent + k * mean + half),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn taken(costs: &[i64]) -> Taken {
        let mut taken = Taken::default();
        for cost in costs {
            taken.note(UsdMicros(*cost));
        }
        taken
    }

    #[test]
    fn a_known_sample_is_projected_as_by_hand() {
        // Mean 100, standard deviation 10.541 (n − 1 = 9): 40 further ones are 4,000 ± 2.262 · 10.541 · √(40 + 160).
        let costs = [90, 110, 90, 110, 90, 110, 90, 110, 90, 110];
        let found = project(taken(&costs), 40, UsdMicros(1_500)).unwrap();
        assert_eq!(found.expected, UsdMicros(5_500));
        assert_eq!((found.low, found.high), (UsdMicros(5_163), UsdMicros(5_837)));
        assert_eq!(project(taken(&costs[..9]), 40, UsdMicros::ZERO), None);
    }

    proptest! {
        #[test]
        fn the_end_is_known_exactly_and_the_interval_holds_what_is_expected(
            costs in proptest::collection::vec(0_i64..1_000_000, 10..200), left in 0_u32..10_000, lost in 0_i64..1_000_000,
        ) {
            let taken = taken(&costs);
            let spent = UsdMicros(taken.cost.0 + lost);
            let found = project(taken, left, spent).unwrap();
            prop_assert!(found.low <= found.expected && found.expected <= found.high);
            prop_assert!(found.low >= spent);
            let end = project(taken, 0, spent).unwrap();
            prop_assert_eq!((end.low, end.high), (end.expected, end.expected));
            prop_assert_eq!(end.expected, spent);
        }
    }
}
