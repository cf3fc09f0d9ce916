//! A histogram over a whole-number scale, which represents any number of scores. It holds integers only, merges in
//! any order, and all figures of a report are computed from it at the end.

use libm::{log2, sqrt};

/// Counts for each value of a scale of consecutive whole numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Histogram {
    lowest: i32,
    counts: Vec<u64>,
}

impl Histogram {
    /// An empty histogram over `lowest..=highest`.
    #[must_use]
    pub(crate) fn new(lowest: i32, highest: i32) -> Self {
        let width = usize::try_from(highest.saturating_sub(lowest).saturating_add(1)).unwrap_or(0);
        Self { lowest, counts: vec![0; width] }
    }

    /// A histogram with those counts, the first of them for `lowest`.
    #[must_use]
    pub(crate) fn of_counts(lowest: i32, counts: Vec<u64>) -> Self {
        Self { lowest, counts }
    }

    /// Counts one value. Returns false for a value off the scale, which is not counted.
    pub(crate) fn add(&mut self, value: i32) -> bool {
        let place = usize::try_from(i64::from(value) - i64::from(self.lowest)).ok();
        match place.and_then(|place| self.counts.get_mut(place)) {
            Some(count) => {
                *count += 1;
                true
            }
            None => false,
        }
    }

    /// Adds the counts of another histogram over the same scale.
    pub(crate) fn merge(&mut self, other: &Self) {
        debug_assert_eq!((self.lowest, self.counts.len()), (other.lowest, other.counts.len()));
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
    }

    /// The histogram without the counts of a part.
    #[must_use]
    pub(crate) fn without(&self, part: &Self) -> Self {
        let counts =
            self.counts.iter().zip(&part.counts).map(|(all, part)| all.saturating_sub(*part));
        Self { lowest: self.lowest, counts: counts.collect() }
    }

    /// Value and count, in scale order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (i32, u64)> + '_ {
        (self.lowest..).zip(self.counts.iter().copied())
    }

    /// The counts in scale order.
    #[must_use]
    pub(crate) fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// Number of counted values.
    #[must_use]
    pub(crate) fn n(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Number of counted values from `low` to `high`, both included.
    #[must_use]
    pub(crate) fn between(&self, low: i32, high: i32) -> u64 {
        self.iter().filter(|(value, _)| (low..=high).contains(value)).map(|(_, count)| count).sum()
    }

    /// Sum of the values; exact.
    #[must_use]
    pub(crate) fn sum(&self) -> i128 {
        self.iter().map(|(value, count)| i128::from(value) * i128::from(count)).sum()
    }

    fn sum_of_squares(&self) -> i128 {
        self.iter()
            .map(|(value, count)| i128::from(value) * i128::from(value) * i128::from(count))
            .sum()
    }

    /// Arithmetic mean; `None` when empty.
    #[must_use]
    pub(crate) fn mean(&self) -> Option<f64> {
        let n = self.n();
        (n > 0).then(|| self.sum() as f64 / n as f64)
    }

    /// Variance with n − 1; `None` below two values. The numerator n·Σx² − (Σx)² is exact.
    #[must_use]
    pub(crate) fn variance(&self) -> Option<f64> {
        let n = self.n();
        if n < 2 {
            return None;
        }
        let sum = self.sum();
        let numerator = i128::from(n) * self.sum_of_squares() - sum * sum;
        Some(numerator as f64 / (n as f64 * (n - 1) as f64))
    }

    /// Standard deviation with n − 1; `None` below two values.
    #[must_use]
    pub(crate) fn sd(&self) -> Option<f64> {
        self.variance().map(sqrt)
    }

    /// The value at a rank from 1 in ascending order.
    #[must_use]
    pub(crate) fn at_rank(&self, rank: u64) -> Option<i32> {
        let mut seen = 0;
        for (value, count) in self.iter() {
            seen += count;
            if rank >= 1 && seen >= rank {
                return Some(value);
            }
        }
        None
    }

    /// The middle value, or the mean of the two middle ones; `None` when empty.
    #[must_use]
    pub(crate) fn median(&self) -> Option<f64> {
        let n = self.n();
        let low = self.at_rank(n.div_ceil(2))?;
        let high = self.at_rank(n / 2 + 1)?;
        Some(f64::midpoint(f64::from(low), f64::from(high)))
    }

    /// The most frequent value and its count, the lower value on ties; `None` when empty.
    #[must_use]
    pub(crate) fn mode(&self) -> Option<(i32, u64)> {
        self.iter().filter(|(_, count)| *count > 0).fold(None, |best, next| match best {
            Some((_, most)) if most >= next.1 => best,
            _ => Some(next),
        })
    }

    /// Shannon entropy in bits; `None` when empty.
    #[must_use]
    pub(crate) fn entropy_bits(&self) -> Option<f64> {
        let n = self.n();
        (n > 0).then(|| {
            let entropy: f64 = self
                .counts
                .iter()
                .filter(|count| **count > 0)
                .map(|count| {
                    let share = *count as f64 / n as f64;
                    -share * log2(share)
                })
                .sum();
            // −1·log2(1) is a negative zero.
            entropy.max(0.0)
        })
    }
}
