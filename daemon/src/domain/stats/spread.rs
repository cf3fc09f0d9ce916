//! Measures of spread: the standard deviation with its interval, its ratio to a reference, and the entropy of a
//! distribution. A panel that spreads less than people looks more certain than it is.

use libm::{exp, log, log2, sqrt};
use protocol::results::Estimate;

use super::distribution::normal_quantile;
use super::estimate::{equal_weights, scaled};
use super::histogram::Histogram;

/// The standard deviation with n − 1. Its interval comes from the variance of the sample variance, (m₄ − s⁴·(n −
/// 3)/(n − 1))/n (Cramér 1946, section 27.4), taken on the log scale so that it never reaches zero. `None` below two
/// values; no interval when all values are equal.
#[must_use]
pub(crate) fn std_dev(scores: &Histogram, level: f64) -> Option<Estimate> {
    let (n, variance, mean) = (scores.n(), scores.variance()?, scores.mean()?);
    let count = n as f64;
    let sd = sqrt(variance);
    let fourth = scores
        .iter()
        .map(|(value, times)| {
            let square = (f64::from(value) - mean) * (f64::from(value) - mean);
            times as f64 * square * square
        })
        .sum::<f64>()
        / count;
    let of_variance = (fourth - variance * variance * (count - 3.0) / (count - 1.0)) / count;
    let z = normal_quantile(1.0 - (1.0 - level) / 2.0)?;
    let interval = (sd > 0.0 && of_variance > 0.0).then(|| {
        let half = z * sqrt(of_variance) / (2.0 * variance);
        (exp(log(sd) - half), exp(log(sd) + half))
    });
    Some(equal_weights(sd, interval, level, n, "log_variance"))
}

/// The same as a multiple of a reference deviation; `None` for a reference that is not positive.
#[must_use]
pub(crate) fn ratio(scores: &Histogram, reference: f64, level: f64) -> Option<Estimate> {
    (reference > 0.0).then(|| std_dev(scores, level).map(|sd| scaled(sd, 1.0 / reference)))?
}

/// Shannon's entropy of counts in bits, with the interval of the delta method, (Σ p·log₂²p − H²)/n (Basharin 1959),
/// cut to the maximum for that many values. `None` without a count; no interval when the counts leave it undefined.
#[must_use]
pub(crate) fn entropy(counts: &[u64], level: f64) -> Option<Estimate> {
    let n: u64 = counts.iter().sum();
    if n == 0 {
        return None;
    }
    let (mut bits, mut squares) = (0.0, 0.0);
    for count in counts.iter().filter(|count| **count > 0) {
        let share = *count as f64 / n as f64;
        bits -= share * log2(share);
        squares += share * log2(share) * log2(share);
    }
    // −1·log2(1) is a negative zero.
    let bits = f64::max(bits, 0.0);
    let z = normal_quantile(1.0 - (1.0 - level) / 2.0)?;
    let variance = (squares - bits * bits) / n as f64;
    let most = log2(counts.len() as f64);
    // If every value that occurs is equally frequent, the variance of the delta method is zero; a rounding remainder
    // is not variance.
    let interval = (n > 1 && variance > 1e-12).then(|| {
        let half = z * sqrt(variance);
        ((bits - half).max(0.0), (bits + half).min(most))
    });
    Some(equal_weights(bits, interval, level, n, "delta"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_spreads_come_out() {
        // 1 to 10 once each: variance 9.1667 with n − 1, entropy log2(10).
        let even = Histogram::of_counts(1, vec![1; 10]);
        let sd = std_dev(&even, 0.95).unwrap();
        assert!((sd.value - 3.027_650_354_097_492).abs() < 1e-9);
        let bits = entropy(even.counts(), 0.95).unwrap();
        assert!((bits.value - std::f64::consts::LOG2_10).abs() < 1e-9);
        assert_eq!(bits.low, None, "every value alike: the delta method has no spread to go by");
        assert_eq!(entropy(&[20, 20, 20, 0], 0.95).unwrap().low, None, "rounding is no spread");
        let half = entropy(&[50, 50, 0, 0], 0.95).unwrap();
        assert!((half.value - 1.0).abs() < 1e-9);
        let ratio = ratio(&even, 2.0, 0.95).unwrap();
        assert!((ratio.value - 1.513_825_177_048_746).abs() < 1e-9);
    }

    #[test]
    fn what_is_undefined_has_no_number() {
        assert_eq!(std_dev(&Histogram::of_counts(1, vec![0, 1, 0]), 0.95), None);
        assert_eq!(entropy(&[0, 0], 0.95), None);
        assert_eq!(ratio(&Histogram::of_counts(1, vec![3, 1]), 0.0, 0.95), None);
        let constant = std_dev(&Histogram::of_counts(1, vec![0, 9]), 0.95).unwrap();
        assert_eq!((constant.value, constant.low), (0.0, None), "no spread is no certainty");
    }

    proptest! {
        #[test]
        fn intervals_hold_their_values(counts in prop::collection::vec(0_u64..200, 2..11)) {
            let scores = Histogram::of_counts(1, counts.clone());
            for estimate in [std_dev(&scores, 0.95), entropy(&counts, 0.95)].into_iter().flatten() {
                if let (Some(low), Some(high)) = (estimate.low, estimate.high) {
                    prop_assert!(low <= estimate.value && estimate.value <= high, "{estimate:?}");
                    prop_assert!(low >= 0.0);
                }
            }
        }
    }
}
