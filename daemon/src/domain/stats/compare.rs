//! Two groups against each other: Welch's t from counts or from values.

use libm::sqrt;

use super::distribution::{t_quantile, t_two_sided};
use super::histogram::Histogram;

/// Size, mean and variance (n − 1) of one group: all that Welch's test needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments {
    /// Values in the group.
    pub n: u64,
    /// Their mean.
    pub mean: f64,
    /// Their variance with n − 1.
    pub variance: f64,
}

impl Moments {
    /// Of counted scores; `None` below two.
    #[must_use]
    pub fn of_histogram(scores: &Histogram) -> Option<Self> {
        Some(Self { n: scores.n(), mean: scores.mean()?, variance: scores.variance()? })
    }

    /// Of values; `None` below two.
    #[must_use]
    pub fn of_values(values: &[f64]) -> Option<Self> {
        let n = values.len();
        if n < 2 {
            return None;
        }
        let mean = values.iter().sum::<f64>() / n as f64;
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        Some(Self { n: n as u64, mean, variance: squares / (n - 1) as f64 })
    }
}

/// A difference of two means that do not share a variance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Welch {
    /// First mean minus second.
    pub difference: f64,
    /// The statistic.
    pub t: f64,
    /// Welch and Satterthwaite's degrees of freedom.
    pub df: f64,
    /// Two-sided p.
    pub p: f64,
    /// Interval of the difference.
    pub interval: (f64, f64),
}

/// Welch's t test (Welch 1947); `None` when both groups are constant, where it is undefined.
#[must_use]
pub fn welch(a: Moments, b: Moments, level: f64) -> Option<Welch> {
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
    Some(Welch { difference, t, df, p: t_two_sided(t, df), interval })
}
