//! Rank tests and effect sizes, which use only the order of answers: Mann-Whitney, Cliff's delta, Wilcoxon's signed
//! ranks, Spearman's correlation.

use libm::sqrt;

use super::distribution::normal_two_sided;

/// Largest product of group sizes for which the exact distribution is computed.
const EXACT_MAX: usize = 10_000;

/// A Mann-Whitney test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct MannWhitney {
    /// U of the first group: pairs in which it is higher, ties counted half.
    pub u: f64,
    /// Two-sided p by the normal approximation with tie and continuity correction; `None` when all values are equal.
    pub p_corrected: Option<f64>,
    /// The same without the continuity correction.
    pub p_uncorrected: Option<f64>,
    /// Exact two-sided p; `None` with ties, where it does not hold, and for large groups.
    pub p_exact: Option<f64>,
    /// Cliff's delta: share of pairs in which the first is higher minus share in which it is lower, −1 to 1.
    pub cliffs_delta: f64,
}

/// The Mann-Whitney U test (1947); `None` for an empty group or a value that is not a number.
#[must_use]
#[allow(clippy::many_single_char_names, reason = "the names of the textbook")]
pub(crate) fn mann_whitney(a: &[f64], b: &[f64]) -> Option<MannWhitney> {
    if a.is_empty() || b.is_empty() || a.iter().chain(b).any(|value| value.is_nan()) {
        return None;
    }
    let pooled: Vec<f64> = a.iter().chain(b).copied().collect();
    let (ranks, ties) = mid_ranks(&pooled);
    let (na, nb, n) = (a.len() as f64, b.len() as f64, pooled.len() as f64);
    let rank_sum: f64 = ranks[..a.len()].iter().sum();
    let u = rank_sum - na * (na + 1.0) / 2.0;
    let centre = na * nb / 2.0;
    let variance = na * nb / 12.0 * ((n + 1.0) - ties / (n * (n - 1.0)));
    let p = |correction: f64| {
        (variance > 0.0).then(|| {
            let distance = ((u - centre).abs() - correction).max(0.0);
            normal_two_sided(distance / sqrt(variance)).min(1.0)
        })
    };
    Some(MannWhitney {
        u,
        p_corrected: p(0.5),
        p_uncorrected: p(0.0),
        p_exact: (ties == 0.0 && a.len() * b.len() <= EXACT_MAX)
            .then(|| exact_p(a.len(), b.len(), u)),
        cliffs_delta: 2.0 * u / (na * nb) - 1.0,
    })
}

/// Doubled tail of the exact distribution of U: the number of ways to reach each value, by Mann and Whitney's
/// recursion over the largest observation.
fn exact_p(na: usize, nb: usize, u: f64) -> f64 {
    // ways[j][k]: orders of i values of the first and j of the second group with U = k, for the current i.
    let mut ways = vec![vec![0.0_f64; na * nb + 1]; nb + 1];
    for row in &mut ways {
        row[0] = 1.0;
    }
    for i in 1..=na {
        let previous = ways;
        ways = vec![vec![0.0; na * nb + 1]; nb + 1];
        ways[0][0] = 1.0;
        for j in 1..=nb {
            for k in 0..=i * j {
                let first_is_largest = if k >= j { previous[j][k - j] } else { 0.0 };
                ways[j][k] = first_is_largest + ways[j - 1][k];
            }
        }
    }
    let total: f64 = ways[nb].iter().sum();
    let extreme = u.max((na * nb) as f64 - u);
    let tail: f64 =
        ways[nb].iter().enumerate().filter(|(k, _)| *k as f64 >= extreme).map(|(_, w)| w).sum();
    (2.0 * tail / total).min(1.0)
}

/// Wilcoxon's signed-rank test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Wilcoxon {
    /// The smaller of the two rank sums.
    pub w: f64,
    /// Pairs that differ.
    pub n: u64,
    /// Two-sided p by the normal approximation with tie correction, without continuity correction.
    pub p: f64,
}

/// Wilcoxon's signed-rank test (1945), pairs without a difference dropped; `None` when no pair differs or the lists
/// have different lengths.
#[must_use]
pub(crate) fn wilcoxon(first: &[f64], second: &[f64]) -> Option<Wilcoxon> {
    if first.len() != second.len() {
        return None;
    }
    let gaps: Vec<f64> =
        first.iter().zip(second).map(|(a, b)| a - b).filter(|gap| *gap != 0.0).collect();
    if gaps.is_empty() || gaps.iter().any(|gap| gap.is_nan()) {
        return None;
    }
    let sizes: Vec<f64> = gaps.iter().map(|gap| gap.abs()).collect();
    let (ranks, ties) = mid_ranks(&sizes);
    let plus: f64 = gaps.iter().zip(&ranks).filter(|(gap, _)| **gap > 0.0).map(|(_, r)| r).sum();
    let n = gaps.len() as f64;
    let w = plus.min(n * (n + 1.0) / 2.0 - plus);
    let variance = n * (n + 1.0) * (2.0 * n + 1.0) / 24.0 - ties / 48.0;
    let z = (w - n * (n + 1.0) / 4.0) / sqrt(variance);
    Some(Wilcoxon { w, n: gaps.len() as u64, p: normal_two_sided(z) })
}

/// Spearman's rank correlation (1904), ties given their middle rank; `None` when the lists have different lengths,
/// hold fewer than two values, or one of them does not vary.
#[must_use]
pub(crate) fn spearman(first: &[f64], second: &[f64]) -> Option<f64> {
    let is_odd = |value: &f64| value.is_nan();
    if first.len() != second.len() || first.iter().chain(second).any(is_odd) {
        return None;
    }
    let ((a, _), (b, _)) = (mid_ranks(first), mid_ranks(second));
    let middle = f64::midpoint(first.len() as f64, 1.0);
    let products = |a: &[f64], b: &[f64]| -> f64 {
        a.iter().zip(b).map(|(a, b)| (a - middle) * (b - middle)).sum()
    };
    let spread = products(&a, &a) * products(&b, &b);
    (spread > 0.0).then(|| (products(&a, &b) / sqrt(spread)).clamp(-1.0, 1.0))
}

/// Ranks from 1 with ties shared, and Σ(t³ − t) over groups of t equal values.
fn mid_ranks(values: &[f64]) -> (Vec<f64>, f64) {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut ties = 0.0;
    let mut start = 0;
    while start < order.len() {
        let same = order[start..]
            .iter()
            .take_while(|place| values[**place].total_cmp(&values[order[start]]).is_eq())
            .count();
        let rank = (2 * start + same + 1) as f64 / 2.0;
        for place in &order[start..start + same] {
            ranks[*place] = rank;
        }
        let t = same as f64;
        ties += t * t * t - t;
        start += same;
    }
    (ranks, ties)
}
