//! Comparisons of two groups: Welch's t, paired t, shares, and effect sizes in standard deviations.

use libm::sqrt;

use super::distribution::{normal_two_sided, t_quantile, t_two_sided};
use super::histogram::Histogram;

/// Size, mean and variance (n − 1) of one group: all that Welch's test needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Moments {
    /// Values in the group.
    pub n: u64,
    /// Their mean.
    pub mean: f64,
    /// Their variance with n − 1.
    pub variance: f64,
}

impl Moments {
    /// Moments of counted scores; `None` below two.
    #[must_use]
    pub(crate) fn of_histogram(scores: &Histogram) -> Option<Self> {
        Some(Self { n: scores.n(), mean: scores.mean()?, variance: scores.variance()? })
    }

    /// Moments of values; `None` below two.
    #[must_use]
    pub(crate) fn of_values(values: &[f64]) -> Option<Self> {
        let n = values.len();
        if n < 2 {
            return None;
        }
        let mean = values.iter().sum::<f64>() / n as f64;
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        Some(Self { n: n as u64, mean, variance: squares / (n - 1) as f64 })
    }
}

/// A difference of two means with unequal variances.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Welch {
    /// First mean minus second.
    pub difference: f64,
    /// The t statistic.
    pub t: f64,
    /// The standard error of the difference.
    pub error: f64,
    /// Welch and Satterthwaite's degrees of freedom.
    pub df: f64,
    /// Two-sided p.
    pub p: f64,
    /// Interval of the difference.
    pub interval: (f64, f64),
}

impl Welch {
    /// The same difference in another unit.
    #[must_use]
    pub(crate) fn scaled(self, factor: f64) -> Self {
        let (low, high) = self.interval;
        Self {
            difference: factor * self.difference,
            error: factor * self.error,
            interval: (factor * low, factor * high),
            ..self
        }
    }
}

/// Welch's t test (Welch 1947); `None` when both groups are constant, where it is undefined.
#[must_use]
pub(crate) fn welch(a: Moments, b: Moments, level: f64) -> Option<Welch> {
    let (va, vb) = (a.variance / a.n as f64, b.variance / b.n as f64);
    let error = sqrt(va + vb);
    if error <= 0.0 {
        return None;
    }
    let df = (va + vb) * (va + vb) / (va * va / (a.n as f64 - 1.0) + vb * vb / (b.n as f64 - 1.0));
    let difference = a.mean - b.mean;
    let t = difference / error;
    let half = t_quantile(1.0 - (1.0 - level) / 2.0, df)? * error;
    let interval = (difference - half, difference + half);
    Some(Welch { difference, t, error, df, p: t_two_sided(t, df), interval })
}

/// A test of the mean of paired differences against zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct PairedT {
    /// Mean difference.
    pub difference: f64,
    /// The t statistic.
    pub t: f64,
    /// The standard error of the mean difference.
    pub error: f64,
    /// n − 1 degrees of freedom.
    pub df: f64,
    /// Two-sided p.
    pub p: f64,
    /// Interval of the mean difference.
    pub interval: (f64, f64),
}

/// Student's paired t test from the counted differences; `None` below two pairs or when all differences are equal.
#[must_use]
pub(crate) fn paired_t(differences: &Histogram, level: f64) -> Option<PairedT> {
    paired_from(Moments::of_histogram(differences)?, level)
}

/// The same from two lists of values; `None` also when their lengths differ.
#[cfg_attr(not(test), expect(dead_code, reason = "the next study types use it"))]
#[must_use]
pub(crate) fn paired_t_of_values(first: &[f64], second: &[f64], level: f64) -> Option<PairedT> {
    if first.len() != second.len() {
        return None;
    }
    let differences: Vec<f64> = first.iter().zip(second).map(|(a, b)| a - b).collect();
    paired_from(Moments::of_values(&differences)?, level)
}

fn paired_from(gaps: Moments, level: f64) -> Option<PairedT> {
    let error = sqrt(gaps.variance / gaps.n as f64);
    if error <= 0.0 {
        return None;
    }
    let df = (gaps.n - 1) as f64;
    let t = gaps.mean / error;
    let half = t_quantile(1.0 - (1.0 - level) / 2.0, df)? * error;
    let interval = (gaps.mean - half, gaps.mean + half);
    Some(PairedT { difference: gaps.mean, t, error, df, p: t_two_sided(t, df), interval })
}

/// Cohen's d: the difference of two means in pooled standard deviations; `None` when nothing varies.
#[must_use]
pub(crate) fn cohens_d(a: Moments, b: Moments) -> Option<f64> {
    let df = (a.n + b.n).checked_sub(2).filter(|df| *df > 0)? as f64;
    let pooled = ((a.n - 1) as f64 * a.variance + (b.n - 1) as f64 * b.variance) / df;
    (pooled > 0.0).then(|| (a.mean - b.mean) / sqrt(pooled))
}

/// Hedges' g: Cohen's d times 1 − 3 / (4·df − 1), which removes its bias in small groups (Hedges 1981).
#[cfg_attr(not(test), expect(dead_code, reason = "the next study types use it"))]
#[must_use]
pub(crate) fn hedges_g(a: Moments, b: Moments) -> Option<f64> {
    let df = (a.n + b.n) as f64 - 2.0;
    Some(cohens_d(a, b)? * (1.0 - 3.0 / (4.0 * df - 1.0)))
}

/// A comparison of two shares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct TwoShares {
    /// First share minus second, −1 to 1.
    pub difference: f64,
    /// The z statistic with the pooled standard error.
    pub z: f64,
    /// Two-sided p.
    pub p: f64,
}

/// The z test of two shares with a pooled standard error; `None` for an empty group, or when both shares are 0 or
/// both are 1.
#[must_use]
pub(crate) fn two_shares(a: (u64, u64), b: (u64, u64)) -> Option<TwoShares> {
    let ((ka, na), (kb, nb)) = (a, b);
    if na == 0 || nb == 0 || ka > na || kb > nb {
        return None;
    }
    let (na, nb) = (na as f64, nb as f64);
    let pooled = (ka + kb) as f64 / (na + nb);
    let error = sqrt(pooled * (1.0 - pooled) * (1.0 / na + 1.0 / nb));
    if error <= 0.0 {
        return None;
    }
    let difference = ka as f64 / na - kb as f64 / nb;
    let z = difference / error;
    Some(TwoShares { difference, z, p: normal_two_sided(z) })
}
