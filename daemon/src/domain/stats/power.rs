//! Statistical power: the sample size needed to detect a difference, and the power of a given sample size. Formulas
//! differ by convention, so every answer carries the name of its formula.

use libm::{asin, sqrt};

use super::distribution::{noncentral_t_cdf, normal_cdf, normal_quantile, t_quantile};

/// Formulas for two shares, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ShareFormula {
    /// Cohen's h with the arcsine transformation (Cohen 1988, chapter 6), both tails.
    Arcsine,
    /// Normal approximation with the pooled variance under no difference (Fleiss 1981, without continuity correction).
    Pooled,
    /// Normal approximation with the two groups' own variances.
    Unpooled,
}

/// Cohen's h of two shares: 2·asin√p₁ − 2·asin√p₂.
#[must_use]
pub(crate) fn cohens_h(p1: f64, p2: f64) -> f64 {
    2.0 * asin(sqrt(p1)) - 2.0 * asin(sqrt(p2))
}

/// Sample size of each of two groups to detect the difference of two shares at that two-sided level and power. Not
/// rounded: take the next whole number. `None` for equal shares or anything outside 0..1.
#[must_use]
pub(crate) fn people_for_shares(
    p1: f64,
    p2: f64,
    alpha: f64,
    power: f64,
    formula: ShareFormula,
) -> Option<f64> {
    let inside = |p: f64| p > 0.0 && p < 1.0;
    if ![p1, p2, alpha, power].into_iter().all(inside) || (p1 - p2).abs() <= 0.0 || power <= alpha {
        return None;
    }
    let za = normal_quantile(1.0 - alpha / 2.0)?;
    let zb = normal_quantile(power)?;
    let gap = p1 - p2;
    let own = p1 * (1.0 - p1) + p2 * (1.0 - p2);
    let middle = f64::midpoint(p1, p2);
    let pooled = za * sqrt(2.0 * middle * (1.0 - middle)) + zb * sqrt(own);
    match formula {
        ShareFormula::Arcsine => people(power, |n| power_of_h(cohens_h(p1, p2), n, za)),
        ShareFormula::Pooled => Some(pooled * pooled / (gap * gap)),
        ShareFormula::Unpooled => Some((za + zb) * (za + zb) * own / (gap * gap)),
    }
}

/// Power to detect the difference of two shares with `n` people in each group, at that two-sided level. `None`
/// outside 0..1.
#[must_use]
pub(crate) fn power_for_shares(
    p1: f64,
    p2: f64,
    alpha: f64,
    n: f64,
    formula: ShareFormula,
) -> Option<f64> {
    let inside = |p: f64| p > 0.0 && p < 1.0;
    if ![p1, p2, alpha].into_iter().all(inside) || n.is_nan() || n <= 0.0 {
        return None;
    }
    let za = normal_quantile(1.0 - alpha / 2.0)?;
    let own = sqrt(p1 * (1.0 - p1) + p2 * (1.0 - p2));
    let middle = f64::midpoint(p1, p2);
    let null = match formula {
        ShareFormula::Arcsine => return Some(power_of_h(cohens_h(p1, p2), n, za)),
        ShareFormula::Pooled => sqrt(2.0 * middle * (1.0 - middle)),
        ShareFormula::Unpooled => own,
    };
    let shift = (p1 - p2).abs() * sqrt(n) / own;
    let bound = za * null / own;
    Some(normal_cdf(shift - bound) + normal_cdf(-shift - bound))
}

fn power_of_h(h: f64, n: f64, za: f64) -> f64 {
    let shift = h.abs() * sqrt(n / 2.0);
    normal_cdf(shift - za) + normal_cdf(-shift - za)
}

/// Sample size of each of two groups to detect a difference of two means of `d` pooled standard deviations
/// (noncentral t, Cohen 1988, chapter 2), both tails. Not rounded. `None` for d = 0 or a level or power outside 0..1.
#[must_use]
pub(crate) fn people_for_means(d: f64, alpha: f64, power: f64) -> Option<f64> {
    let inside = |p: f64| p > 0.0 && p < 1.0;
    if d == 0.0 || !d.is_finite() || !inside(alpha) || !inside(power) || power <= alpha {
        return None;
    }
    people(power, |n| power_for_means(d, alpha, n).unwrap_or(0.0))
}

/// Power to detect that difference with `n` people in each group; `None` below two people.
#[must_use]
pub(crate) fn power_for_means(d: f64, alpha: f64, n: f64) -> Option<f64> {
    let df = 2.0 * n - 2.0;
    if df.is_nan() || df <= 0.0 {
        return None;
    }
    let bound = t_quantile(1.0 - alpha / 2.0, df)?;
    let shift = d.abs() * sqrt(n / 2.0);
    Some(1.0 - noncentral_t_cdf(bound, df, shift) + noncentral_t_cdf(-bound, df, shift))
}

/// The n at which an increasing power reaches its target, by bisection; `None` above ten billion.
fn people(target: f64, power: impl Fn(f64) -> f64) -> Option<f64> {
    let (mut low, mut high) = (1.0, 2.0);
    while power(high) < target {
        low = high;
        high *= 2.0;
        if high > 1e10 {
            return None;
        }
    }
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if power(middle) < target {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(high)
}
