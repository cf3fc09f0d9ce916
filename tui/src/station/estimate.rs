//! Estimates that the workstation computes itself, from integer counts and loaded answers: the running mean of a study
//! and the mean of a cell. Everything in a report comes from the daemon; these have their interval too.

use protocol::run::ExactScores;

/// A mean with its variance and n.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Mean {
    /// Number of values.
    pub(crate) n: u64,
    /// The mean.
    pub(crate) value: f64,
    /// The variance with n − 1.
    variance: f64,
}

impl Mean {
    /// The mean of values with their frequencies. The variance is computed around the mean, in order.
    pub(crate) fn of(values: impl Iterator<Item = (f64, u64)> + Clone) -> Option<Self> {
        let n: u64 = values.clone().map(|(_, count)| count).sum();
        if n == 0 {
            return None;
        }
        let value =
            values.clone().map(|(value, count)| value * count as f64).sum::<f64>() / n as f64;
        let squares: f64 = values.map(|(one, count)| (one - value).powi(2) * count as f64).sum();
        let variance = if n > 1 { squares / (n - 1) as f64 } else { 0.0 };
        Some(Self { n, value, variance })
    }

    /// The mean of values of which the sums are known, as the daemon's reports compute it.
    pub(crate) fn of_moments(exact: ExactScores) -> Option<Self> {
        let ExactScores { n, sum, squares, unit } = exact;
        if n == 0 {
            return None;
        }
        let mean = sum as f64 / n as f64;
        let variance = if n > 1 {
            ((squares as f64 - mean * sum as f64) / (n - 1) as f64).max(0.0)
        } else {
            0.0
        };
        Some(Self { n, value: mean * unit, variance: variance * unit * unit })
    }

    /// Half the width of the 95 % interval (Student's t); `None` for a single value.
    pub(crate) fn half_width(self) -> Option<f64> {
        (self.n > 1).then(|| t_95((self.n - 1) as f64) * (self.variance / self.n as f64).sqrt())
    }
}

/// Half the width of the 95 % interval of a share, after Wilson (1927), as the daemon's reports compute it.
pub(crate) fn share_half_width(count: u64, n: u64) -> f64 {
    let z: f64 = 1.959_963_985;
    let n = n as f64;
    let p = count as f64 / n;
    z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt()
}

/// The 97.5 % quantile of Student's t. Exact to three decimals for one to nine degrees of freedom (table), beyond that
/// the expansion of Abramowitz and Stegun 26.7.5, good to 0.001 from ten degrees on.
fn t_95(freedom: f64) -> f64 {
    const FEW: [f64; 9] = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];
    for (index, quantile) in FEW.iter().enumerate() {
        if freedom < index as f64 + 1.5 {
            return *quantile;
        }
    }
    let z: f64 = 1.959_963_985;
    let v = freedom;
    z + (z.powi(3) + z) / (4.0 * v)
        + (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / (96.0 * v.powi(2))
        + (3.0 * z.powi(7) + 19.0 * z.powi(5) + 17.0 * z.powi(3) - 15.0 * z) / (384.0 * v.powi(3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 2e-3
    }

    #[test]
    fn quantiles_agree_with_the_table() {
        for (freedom, quantile) in
            [(1.0, 12.706), (4.0, 2.776), (5.0, 2.571), (10.0, 2.228), (30.0, 2.042)]
        {
            assert!(close(t_95(freedom), quantile), "{freedom}: {}", t_95(freedom));
        }
    }

    #[test]
    fn shares_have_intervals() {
        // 20 of 100: 0.1334 to 0.2888 by the formula of the paper.
        assert!(close(share_half_width(20, 100), 0.0777), "{}", share_half_width(20, 100));
        assert!(share_half_width(0, 10) > 0.1);
    }

    #[test]
    fn means_have_intervals() {
        // 1, 2, 3, 4, 5: mean 3, variance 2.5, t(4) 2.776.
        let mean = Mean::of((1..=5).map(|value| (f64::from(value), 1))).unwrap();
        assert!(close(mean.value, 3.0));
        assert!(close(mean.half_width().unwrap(), 1.963));
        assert_eq!(Mean::of([(4.0, 1)].into_iter()).unwrap().half_width(), None);
        assert_eq!(Mean::of(std::iter::empty()), None);
        let exact = ExactScores { n: 5, sum: 1_500, squares: 550_000, unit: 0.01 };
        let same = Mean::of_moments(exact).unwrap();
        assert!(close(same.value, 3.0) && close(same.half_width().unwrap(), 1.963), "{same:?}");
        assert_eq!(Mean::of_moments(ExactScores { n: 0, ..exact }), None);
    }
}
