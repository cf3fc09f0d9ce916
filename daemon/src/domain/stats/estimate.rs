//! Estimates with their intervals: shares, means, medians and the Net Promoter Score. Every function returns the
//! number together with its interval, n, effective n and the name of the method; the weights are equal.

use libm::{round, sqrt};
use protocol::results::Estimate;

use super::distribution::{binomial_cdf, normal_quantile, t_quantile};
use super::histogram::Histogram;

/// The number without floating-point noise: `7`, not `7.000000000000001`. Nine decimals are kept, far more than any
/// interval resolves.
#[must_use]
pub(crate) fn tidy(value: f64) -> f64 {
    // Adding zero removes the sign of a negative zero.
    round(value * 1e9) / 1e9 + 0.0
}

/// An estimate with equal weights, so its effective n is n.
#[must_use]
pub(crate) fn equal_weights(
    value: f64,
    interval: Option<(f64, f64)>,
    level: f64,
    n: u64,
    method: &str,
) -> Estimate {
    Estimate {
        value: tidy(value),
        low: interval.map(|(low, _)| tidy(low)),
        high: interval.map(|(_, high)| tidy(high)),
        level,
        n,
        effective_n: n as f64,
        method: method.to_owned(),
        wording_sd: None,
        within_wording: false,
    }
}

/// Wilson's score interval of a share (Wilson 1927); `None` without a trial. It never leaves 0..=1, and is valid at 0
/// and at n.
#[must_use]
pub(crate) fn wilson_interval(successes: u64, n: u64, level: f64) -> Option<(f64, f64)> {
    if n == 0 || successes > n {
        return None;
    }
    let z = normal_quantile(1.0 - (1.0 - level) / 2.0)?;
    let (n, p) = (n as f64, successes as f64 / n as f64);
    let shrink = 1.0 + z * z / n;
    let centre = (p + z * z / (2.0 * n)) / shrink;
    let half = z / shrink * sqrt(p * (1.0 - p) / n + z * z / (4.0 * n * n));
    let low = if successes == 0 { 0.0 } else { (centre - half).max(0.0) };
    let high = if p >= 1.0 { 1.0 } else { (centre + half).min(1.0) };
    Some((low, high))
}

/// A share from 0 to 1 with Wilson's interval; `None` without a trial. One answer has no interval.
#[must_use]
pub(crate) fn share(successes: u64, n: u64, level: f64) -> Option<Estimate> {
    scaled_share(successes, n, level, 1.0)
}

/// The same in percent, 0 to 100.
#[must_use]
pub(crate) fn percent(successes: u64, n: u64, level: f64) -> Option<Estimate> {
    scaled_share(successes, n, level, 100.0)
}

fn scaled_share(successes: u64, n: u64, level: f64, scale: f64) -> Option<Estimate> {
    let interval = wilson_interval(successes, n, level)?;
    let interval = (n > 1).then_some((scale * interval.0, scale * interval.1));
    let value = scale * (successes as f64 / n as f64);
    Some(equal_weights(value, interval, level, n, "wilson"))
}

/// A mean with Student's t interval; `None` when empty. No interval at n = 1, nor when all answers are equal: zero
/// variance does not mean certainty.
#[must_use]
pub(crate) fn mean(scores: &Histogram, level: f64) -> Option<Estimate> {
    let (value, n) = (scores.mean()?, scores.n());
    let interval = scores.sd().filter(|sd| *sd > 0.0).and_then(|sd| {
        let t = t_quantile(1.0 - (1.0 - level) / 2.0, (n - 1) as f64)?;
        let half = t * sd / sqrt(n as f64);
        Some((value - half, value + half))
    });
    Some(equal_weights(value, interval, level, n, "t"))
}

/// A median with the order-statistic interval (Conover, Practical Nonparametric Statistics, section 3.2): the widest
/// pair of equal ranks from both ends whose coverage is at least the level. Below six answers no 95 % interval exists.
#[must_use]
pub(crate) fn median(scores: &Histogram, level: f64) -> Option<Estimate> {
    let (value, n) = (scores.median()?, scores.n());
    let tail = (1.0 - level) / 2.0;
    // The largest rank r with P(X ≤ r − 1) ≤ tail for X ~ Binomial(n, 1/2), by bisection.
    let (mut below, mut above) = (0, n / 2 + 1);
    while above - below > 1 {
        let rank = u64::midpoint(below, above);
        if binomial_cdf(rank - 1, n, 0.5) <= tail {
            below = rank;
        } else {
            above = rank;
        }
    }
    let interval = (below >= 1)
        .then(|| Some((scores.at_rank(below)?, scores.at_rank(n + 1 - below)?)))
        .flatten()
        .map(|(low, high)| (f64::from(low), f64::from(high)));
    Some(equal_weights(value, interval, level, n, "order_statistic"))
}

/// The Net Promoter Score in points with the interval of its variance: promoters count +1, passives 0, detractors −1,
/// and the standard error is 100·√((p + d − (p − d)²) / n). The interval is cut at ±100. `None` without an answer, no
/// interval at n = 1 nor when all are of one group.
#[must_use]
pub(crate) fn nps(promoters: u64, detractors: u64, n: u64, level: f64) -> Option<Estimate> {
    if n == 0 {
        return None;
    }
    let (p, d) = (promoters as f64 / n as f64, detractors as f64 / n as f64);
    let value = 100.0 * (promoters as f64 - detractors as f64) / n as f64;
    let z = normal_quantile(1.0 - (1.0 - level) / 2.0)?;
    let error = 100.0 * sqrt((p + d - (p - d) * (p - d)).max(0.0) / n as f64);
    let interval = (n > 1 && error > 0.0)
        .then_some(((value - z * error).max(-100.0), (value + z * error).min(100.0)));
    Some(equal_weights(value, interval, level, n, "nps_variance"))
}

/// The share of +1 minus the share of −1 among `n` answers, in percentage points, with the adjusted Wald interval of
/// Bonett and Price (2012): one answer is added to each side, so that a few unanimous answers do not look certain.
/// The value is the plain difference. `None` without an answer, no interval at n = 1.
#[must_use]
pub(crate) fn net_share(plus: u64, minus: u64, n: u64, level: f64) -> Option<Estimate> {
    if n == 0 || plus + minus > n {
        return None;
    }
    let value = 100.0 * (plus as f64 - minus as f64) / n as f64;
    let z = normal_quantile(1.0 - (1.0 - level) / 2.0)?;
    let adjusted = n as f64 + 2.0;
    let (p, m) = ((plus as f64 + 1.0) / adjusted, (minus as f64 + 1.0) / adjusted);
    let half = 100.0 * z * sqrt((p + m - (p - m) * (p - m)) / adjusted);
    let centre = 100.0 * (p - m);
    let interval = (n > 1).then_some(((centre - half).max(-100.0), (centre + half).min(100.0)));
    Some(equal_weights(value, interval, level, n, "bonett_price"))
}

/// The same estimate in another unit: value and interval times a positive factor.
#[must_use]
pub(crate) fn scaled(mut estimate: Estimate, factor: f64) -> Estimate {
    estimate.value = tidy(estimate.value * factor);
    estimate.low = estimate.low.map(|low| tidy(low * factor));
    estimate.high = estimate.high.map(|high| tidy(high * factor));
    estimate.wording_sd = estimate.wording_sd.map(|sd| tidy(sd * factor));
    estimate
}

/// The same estimate, marked as paired.
#[must_use]
pub(crate) fn paired(mut estimate: Estimate) -> Estimate {
    "paired_t".clone_into(&mut estimate.method);
    estimate
}
