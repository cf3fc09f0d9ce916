//! Test-retest statistics: how much of the variance of answers is between respondents and how much is noise, how far
//! the second answer moves the mean, and whether respondents keep their rank order. Kept as counts of pairs, so that
//! order and number of respondents do not matter.

use std::collections::BTreeMap;

use libm::{exp, log, sqrt};
use protocol::results::Estimate;

use super::distribution::normal_quantile;
use super::estimate::{self, equal_weights, share};
use super::histogram::Histogram;
use super::ranks::spearman;

/// First and second answers of the same respondents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pairs {
    counts: BTreeMap<(i32, i32), u64>,
}

impl Pairs {
    /// Counts the pair of one respondent.
    pub(crate) fn add(&mut self, first: i32, second: i32) {
        *self.counts.entry((first, second)).or_default() += 1;
    }

    /// Number of pairs.
    #[must_use]
    pub(crate) fn n(&self) -> u64 {
        self.counts.values().sum()
    }

    /// The share that gave the same answer twice, 0 to 1, with Wilson's interval; `None` without a pair.
    #[must_use]
    pub(crate) fn same(&self, level: f64) -> Option<Estimate> {
        let same = self.counts.iter().filter(|((a, b), _)| a == b).map(|(_, count)| count).sum();
        share(same, self.n(), level)
    }

    /// The standard deviation of one person's answers about their own mean, √(Σd²/2n), in points of the scale: the
    /// noise of a score. The interval is that of a mean of squares, on the log scale; there is none below three
    /// pairs, or when no respondent changed their answer. `None` without a pair.
    #[must_use]
    pub(crate) fn noise(&self, level: f64) -> Option<Estimate> {
        let n = self.n();
        if n == 0 {
            return None;
        }
        let squares = self.sum(|a, b| (a - b) * (a - b));
        let variance = squares / (2.0 * n as f64);
        let fourths = self.sum(|a, b| (a - b) * (a - b) * (a - b) * (a - b)) / (4.0 * n as f64);
        let spread = (fourths - variance * variance) / (n as f64 - 1.0);
        let z = normal_quantile(1.0 - (1.0 - level) / 2.0)?;
        let interval = (n > 2 && variance > 0.0 && spread > 0.0).then(|| {
            let half = z * sqrt(spread) / (2.0 * variance);
            let middle = log(sqrt(variance));
            (exp(middle - half), exp(middle + half))
        });
        Some(equal_weights(sqrt(variance), interval, level, n, "mean_square"))
    }

    /// The share of the variance of answers that is between respondents and not noise: the one-way intraclass
    /// correlation of two answers each (Shrout and Fleiss 1979, ICC(1,1)), with the interval of Fisher's
    /// transformation for pairs, z ± 1.96/√(n − 3/2) (Fisher 1925, section 39). It can be below zero. `None` below
    /// three pairs, or when all answers are the same.
    #[must_use]
    pub(crate) fn persona_effect(&self, level: f64) -> Option<Estimate> {
        let n = self.n();
        if n < 3 {
            return None;
        }
        let count = n as f64;
        let grand = self.sum(|a, b| a + b) / (2.0 * count);
        let between = self.sum(|a, b| {
            let mean = f64::midpoint(a, b) - grand;
            2.0 * mean * mean
        }) / (count - 1.0);
        let within = self.sum(|a, b| (a - b) * (a - b) / 2.0) / count;
        if between + within <= 0.0 {
            return None;
        }
        let value = (between - within) / (between + within);
        // At ±1 the transformation is infinite.
        let interval = (value.abs() < 1.0).then(|| {
            let middle = libm::atanh(value);
            let half = normal_quantile(1.0 - (1.0 - level) / 2.0).map(|z| z / sqrt(count - 1.5));
            half.map(|half| (libm::tanh(middle - half), libm::tanh(middle + half)))
        });
        Some(equal_weights(value, interval.flatten(), level, n, "icc_one_way_fisher_z"))
    }

    /// The second answers only, over a scale from one value to another.
    #[must_use]
    pub(crate) fn seconds(&self, scale: (i32, i32)) -> Histogram {
        self.counted(scale.0, scale.1, |_, second| second)
    }

    /// Mean of the second answer minus the first within respondents, with the interval of the paired t test; no
    /// interval when all differences are equal. `None` without a pair.
    #[must_use]
    pub(crate) fn difference(&self, level: f64) -> Option<Estimate> {
        let gaps = || self.counts.keys().map(|(first, second)| second - first);
        let gaps = self.counted(gaps().min()?, gaps().max()?, |first, second| second - first);
        let mut mean = estimate::mean(&gaps, level)?;
        "paired_t".clone_into(&mut mean.method);
        Some(mean)
    }

    /// Spearman's rank correlation of first and second answers, with the interval of Fisher's transformation and the
    /// standard error √((1 + ρ²/2)/(n − 3)) of Bonett and Wright (2000). `None` below four pairs, or when one side
    /// does not vary.
    #[must_use]
    pub(crate) fn rank_correlation(&self, level: f64) -> Option<Estimate> {
        let n = self.n();
        if n < 4 {
            return None;
        }
        let all = |of: fn(&(i32, i32)) -> i32| -> Vec<f64> {
            let times = |count: &u64| usize::try_from(*count).unwrap_or(usize::MAX);
            self.counts
                .iter()
                .flat_map(|(pair, count)| std::iter::repeat_n(f64::from(of(pair)), times(count)))
                .collect()
        };
        let value = spearman(&all(|pair| pair.0), &all(|pair| pair.1))?;
        // At ±1 the transformation is infinite.
        let interval = (value.abs() < 1.0).then(|| {
            let middle = libm::atanh(value);
            let error = sqrt((1.0 + value * value / 2.0) / (n as f64 - 3.0));
            let half = normal_quantile(1.0 - (1.0 - level) / 2.0)? * error;
            Some((libm::tanh(middle - half), libm::tanh(middle + half)))
        });
        Some(equal_weights(value, interval.flatten(), level, n, "spearman_fisher_z"))
    }

    /// Whether the first answers vary, and whether the second ones do.
    #[must_use]
    pub(crate) fn vary(&self) -> (bool, bool) {
        let differ = |of: fn(&(i32, i32)) -> i32| {
            let mut values = self.counts.keys().map(of);
            let first = values.next();
            values.any(|value| Some(value) != first)
        };
        (differ(|pair| pair.0), differ(|pair| pair.1))
    }

    fn counted(&self, low: i32, high: i32, of: impl Fn(i32, i32) -> i32) -> Histogram {
        let mut counted = Histogram::new(low, high);
        for ((first, second), count) in &self.counts {
            for _ in 0..*count {
                counted.add(of(*first, *second));
            }
        }
        counted
    }

    fn sum(&self, of: impl Fn(f64, f64) -> f64) -> f64 {
        self.counts
            .iter()
            .map(|((a, b), count)| *count as f64 * of(f64::from(*a), f64::from(*b)))
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::stats::agreement::icc;

    fn pairs(of: &[(i32, i32)]) -> Pairs {
        let mut pairs = Pairs::default();
        for (first, second) in of {
            pairs.add(*first, *second);
        }
        pairs
    }

    #[test]
    fn a_panel_of_persons_is_told_from_a_panel_of_dice() {
        let persons = pairs(&[(1, 1), (3, 4), (5, 5), (7, 7), (9, 8), (10, 10), (2, 2), (6, 6)]);
        let effect = persons.persona_effect(0.95).unwrap();
        assert!(effect.value > 0.95 && effect.low.unwrap() > 0.8, "{effect:?}");
        let dice = pairs(&[(1, 9), (9, 2), (4, 7), (7, 3), (5, 5), (2, 8), (8, 4), (6, 1)]);
        let effect = dice.persona_effect(0.95).unwrap();
        assert!(effect.low.unwrap() < 0.0, "{effect:?}");
        assert!(dice.noise(0.95).unwrap().value > 4.0 * persons.noise(0.95).unwrap().value);
        assert!((persons.same(0.95).unwrap().value - 0.75).abs() < 1e-12);
    }

    #[test]
    fn a_second_asking_that_moves_everyone_moves_the_mean_and_keeps_the_order() {
        let moved = pairs(&[(1, 3), (3, 5), (5, 7), (7, 9), (2, 4)]);
        let difference = moved.difference(0.95).unwrap();
        assert_eq!((difference.value, difference.low, difference.n), (2.0, None, 5));
        assert_eq!(moved.rank_correlation(0.95).unwrap().value, 1.0);
        assert_eq!(moved.seconds((1, 10)).mean(), Some(5.6));
        let turned = pairs(&[(1, 10), (3, 8), (5, 6), (7, 4), (10, 1)]);
        assert_eq!(turned.rank_correlation(0.95).unwrap().value, -1.0);
        assert!(turned.difference(0.95).unwrap().low.unwrap() < 0.0);
        let flat = pairs(&[(7, 1), (7, 2), (7, 3), (7, 4)]);
        assert_eq!((flat.rank_correlation(0.95), flat.vary()), (None, (false, true)));
    }

    #[test]
    fn the_interval_of_a_rank_correlation_is_that_of_its_authors() {
        // ρ = 0.5 among 28: z = 0.5493 ± 1.96 · √(1.125/25).
        let of: Vec<(i32, i32)> = (0..28).map(|at| (at, (at * 11 + 3) % 28)).collect();
        let found = pairs(&of).rank_correlation(0.95).unwrap();
        let middle = libm::atanh(found.value);
        let half = 1.959_964 * sqrt((1.0 + found.value * found.value / 2.0) / 25.0);
        assert!((found.low.unwrap() - libm::tanh(middle - half)).abs() < 1e-6);
        assert!((found.high.unwrap() - libm::tanh(middle + half)).abs() < 1e-6);
    }

    #[test]
    fn what_is_undefined_has_no_number() {
        let none = Pairs::default();
        assert_eq!((none.same(0.95), none.noise(0.95)), (None, None));
        assert_eq!((none.difference(0.95), none.rank_correlation(0.95)), (None, None));
        assert_eq!(pairs(&[(1, 2), (3, 4)]).persona_effect(0.95), None);
        assert_eq!(
            pairs(&[(7, 7); 20]).persona_effect(0.95),
            None,
            "one value says nothing of persons"
        );
        let still = pairs(&[(7, 7), (8, 8), (3, 3)]).noise(0.95).unwrap();
        assert_eq!((still.value, still.low), (0.0, None));
    }

    proptest! {
        #[test]
        fn the_persona_effect_is_the_one_way_intraclass_correlation(
            of in prop::collection::vec((0_i32..11, 0_i32..11), 3..40)
        ) {
            let targets: Vec<Vec<f64>> =
                of.iter().map(|(a, b)| vec![f64::from(*a), f64::from(*b)]).collect();
            if let (Some(mine), Some(theirs)) = (pairs(&of).persona_effect(0.95), icc(&targets)) {
                prop_assert!((mine.value - theirs.one_way).abs() < 1e-9);
            }
        }
    }
}
