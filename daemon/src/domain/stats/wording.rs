//! Wording noise in a difference: a second, independent error that is added to that of sampling. Interval and p follow
//! from the same equation, so that p is below 1 − level exactly where the interval excludes zero.

use libm::sqrt;
use protocol::results::Estimate;

use super::distribution::{normal_quantile, normal_two_sided, t_quantile, t_two_sided};
use super::estimate::tidy;

/// Halvings of the range of p on a logarithmic scale; the range of doubles takes 63 to one part in 10^16.
const HALVINGS: u32 = 64;
/// Halvings of a range that is known within a factor of a few.
const HALVINGS_FEW: u32 = 10;

/// The estimate with an interval that also holds a normal error of that standard deviation, in the unit of the
/// estimate: the distances from the value to both limits are combined with it as square roots of sums of squares (Zou
/// and Donner 2008, MOVER), and the limits are cut at the ends of the scale. Unchanged without an interval, and at a
/// deviation of zero.
#[must_use]
pub(crate) fn widened(estimate: Estimate, sd: f64, scale: Option<(f64, f64)>) -> Estimate {
    let Some(z) = normal_quantile(1.0 - (1.0 - estimate.level) / 2.0).filter(|_| sd > 0.0) else {
        return estimate;
    };
    let Some((low, high)) = estimate.low.zip(estimate.high) else { return estimate };
    let noise = z * sd;
    let reach = |limit: f64| {
        let distance = limit - estimate.value;
        sqrt(distance * distance + noise * noise)
    };
    let (least, most) = scale.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
    // Rounding must not make the interval narrower than the one of sampling.
    let wide_low = tidy((estimate.value - reach(low)).max(least)).min(low);
    let wide_high = tidy((estimate.value + reach(high)).min(most)).max(high);
    let excludes_zero = |low: f64, high: f64| low > 0.0 || high < 0.0;
    Estimate {
        low: Some(wide_low),
        high: Some(wide_high),
        wording_sd: Some(tidy(sd)),
        within_wording: excludes_zero(low, high) && !excludes_zero(wide_low, wide_high),
        ..estimate
    }
}

/// A difference with Student's t error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tested {
    /// The difference.
    pub(crate) difference: f64,
    /// Its standard error from sampling, above 0.
    pub(crate) error: f64,
    /// Degrees of freedom of that error.
    pub(crate) df: f64,
}

/// Two-sided p of a difference with a further normal error of that standard deviation: 1 minus the level at which the
/// interval of [`widened`] begins to include zero. At a deviation of zero it is the p of the t test. `None` where a
/// quantile is undefined.
#[must_use]
pub(crate) fn p_with(tested: Tested, sd: f64) -> Option<f64> {
    let Tested { difference, error, df } = tested;
    let of_sampling = t_two_sided(difference / error, df);
    if sd <= 0.0 {
        return Some(of_sampling);
    }
    // Each error alone gives a smaller p.
    let least = of_sampling.max(normal_two_sided(difference / sd));
    halved(tested, sd, (least, 1.0), HALVINGS)
}

/// The p of [`p_with`] from above, to about one part in a thousand: for decisions on many pairs.
#[must_use]
pub(crate) fn p_at_most(tested: Tested, sd: f64) -> Option<f64> {
    let (least, most) = p_between(tested, sd);
    if sd <= 0.0 { Some(least) } else { halved(tested, sd, (least, most.min(1.0)), HALVINGS_FEW) }
}

/// The upper end after halving the range of p on a logarithmic scale that often.
fn halved(tested: Tested, sd: f64, (least, most): (f64, f64), halvings: u32) -> Option<f64> {
    let Tested { difference, error, df } = tested;
    let (mut least, mut most) = (least, most);
    for _ in 0..halvings {
        if least <= 0.0 || least >= most {
            break;
        }
        let middle = sqrt(least) * sqrt(most);
        let (t, z) = (t_quantile(middle / 2.0, df)?, normal_quantile(middle / 2.0)?);
        let half_squared = t * error * (t * error) + z * sd * (z * sd);
        if half_squared > difference * difference {
            least = middle;
        } else {
            most = middle;
        }
    }
    Some(if least <= 0.0 { 0.0 } else { most })
}

/// Bounds of [`p_with`], which take much less time: each error alone gives a smaller p, and half of the squared difference
/// for each a larger one.
#[must_use]
pub(crate) fn p_between(tested: Tested, sd: f64) -> (f64, f64) {
    let Tested { difference, error, df } = tested;
    let of_sampling = t_two_sided(difference / error, df);
    if sd <= 0.0 {
        return (of_sampling, of_sampling);
    }
    let half = difference / std::f64::consts::SQRT_2;
    let least = of_sampling.max(normal_two_sided(difference / sd));
    (least, t_two_sided(half / error, df).max(normal_two_sided(half / sd)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp, reason = "exact where exactness is the point")]

    use proptest::prelude::*;

    use super::*;
    use crate::domain::stats::LEVEL;
    use crate::domain::stats::compare::paired_t;
    use crate::domain::stats::estimate::{equal_weights, net_share, percent};
    use crate::domain::stats::histogram::Histogram;

    fn bits(estimate: &Estimate) -> (Option<u64>, Option<u64>) {
        (estimate.low.map(f64::to_bits), estimate.high.map(f64::to_bits))
    }

    #[test]
    fn the_parts_of_an_interval_add_up_like_the_sides_of_a_right_angle() {
        // 3 of sampling and z·sd = 4 of wording make 5.
        let sampling = equal_weights(10.0, Some((7.0, 13.0)), LEVEL, 40, "t");
        let wide = widened(sampling.clone(), 4.0 / 1.959_963_984_540_054, None);
        assert!((wide.low.unwrap() - 5.0).abs() < 1e-9 && (wide.high.unwrap() - 15.0).abs() < 1e-9);
        assert!(!wide.within_wording && wide.wording_sd.is_some());
        let close = equal_weights(4.0, Some((1.0, 7.0)), LEVEL, 40, "t");
        assert!(widened(close.clone(), 2.1, None).within_wording);
        let level = equal_weights(0.5, Some((-1.0, 2.0)), LEVEL, 40, "t");
        assert!(!widened(level, 2.1, None).within_wording, "chance alone makes as much");
        let cut = widened(close, 100.0, Some((-5.0, 6.0)));
        assert_eq!((cut.low, cut.high), (Some(-5.0), Some(7.0)), "the scale, and never narrower");
    }

    #[test]
    fn what_has_no_interval_gets_none() {
        let single = equal_weights(3.0, None, LEVEL, 1, "t");
        assert_eq!(widened(single.clone(), 1.0, None), single);
    }

    #[test]
    fn p_of_a_normal_error_alone_is_that_of_the_sum_of_variances() {
        // With very many degrees of freedom both errors are normal: 3-4-5 again.
        let p = p_with(Tested { difference: 10.0, error: 3.0, df: 1e9 }, 4.0).unwrap();
        assert!((p - normal_two_sided(2.0)).abs() < 1e-6, "{p}");
        let none = Tested { difference: 0.0, error: 3.0, df: 20.0 };
        assert!((p_with(none, 4.0).unwrap() - 1.0).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn the_interval_holds_that_of_sampling_and_is_the_same_without_noise(
            counts in prop::collection::vec(0_u64..60, 3), sd in 0.001_f64..60.0,
        ) {
            let (plus, minus, n) = (counts[0], counts[1], counts.iter().sum());
            let balance = net_share(plus, minus, n, LEVEL).map(|e| (e, (-100.0, 100.0)));
            let share = percent(plus, n, LEVEL).map(|e| (e, (0.0, 100.0)));
            for (sampling, scale) in [balance, share].into_iter().flatten() {
                let wide = widened(sampling.clone(), sd, Some(scale));
                if let (Some(low), Some(high)) = (sampling.low, sampling.high) {
                    prop_assert!(wide.low.unwrap() <= low && high <= wide.high.unwrap());
                    prop_assert!(scale.0 <= wide.low.unwrap() && wide.high.unwrap() <= scale.1);
                }
                prop_assert_eq!(bits(&widened(sampling.clone(), 0.0, Some(scale))), bits(&sampling));
                prop_assert_eq!(widened(sampling.clone(), 0.0, Some(scale)), sampling);
            }
        }

        #[test]
        fn p_and_interval_say_the_same(
            counts in prop::collection::vec(0_u64..40, 7), sd in 0.0_f64..1.5,
        ) {
            let gaps = Histogram::of_counts(-3, counts);
            if let Some(found) = paired_t(&gaps, LEVEL) {
                let interval = Some(found.interval);
                let sampling = equal_weights(found.difference, interval, LEVEL, gaps.n(), "paired_t");
                let tested = Tested { difference: found.difference, error: found.error, df: found.df };
                let (p, wide) = (p_with(tested, sd).unwrap(), widened(sampling, sd, None));
                prop_assert!(p >= found.p && p <= 1.0, "{} {}", p, found.p);
                let (low, high) = (wide.low.unwrap(), wide.high.unwrap());
                // Within rounding of the edge either may fall on its side.
                if (p - 0.05).abs() > 1e-7 {
                    prop_assert_eq!(p < 0.05, low > 0.0 || high < 0.0, "{} {:?}", p, wide);
                }
                prop_assert_eq!(p_with(tested, 0.0).unwrap().to_bits(), found.p.to_bits());
                let (least, most) = p_between(tested, sd);
                let close = p_at_most(tested, sd).unwrap();
                prop_assert!(p <= close * (1.0 + 1e-9) && close <= p * 1.05 + 1e-12, "{} {}", p, close);
                prop_assert!(least <= p * (1.0 + 1e-9) && p <= most * (1.0 + 1e-9), "{} {} {}", least, p, most);
            }
        }
    }
}
