//! Percentages that sum to 100: shares are cut to tenths of a percent, and the remaining tenths go to the largest
//! remainders (Hamilton's method). Computed in integers.

/// Tenths of a percent for each count, summing to 1,000; all zero when nothing was counted. Of equal remainders the
/// earlier one wins.
#[must_use]
pub(crate) fn tenths(counts: &[u64]) -> Vec<u64> {
    let total: u128 = counts.iter().map(|count| u128::from(*count)).sum();
    if total == 0 {
        return vec![0; counts.len()];
    }
    let mut shares = Vec::with_capacity(counts.len());
    let mut remainders = Vec::with_capacity(counts.len());
    for (place, count) in counts.iter().enumerate() {
        let exact = u128::from(*count) * 1_000;
        shares.push(u64::try_from(exact / total).unwrap_or(1_000));
        remainders.push((std::cmp::Reverse(exact % total), place));
    }
    let left = 1_000_u64.saturating_sub(shares.iter().sum());
    remainders.sort_unstable();
    for (_, place) in remainders.into_iter().take(usize::try_from(left).unwrap_or(0)) {
        shares[place] += 1;
    }
    shares
}

/// The same in percent with one decimal, 0.0 to 100.0.
#[must_use]
pub(crate) fn percent(counts: &[u64]) -> Vec<f64> {
    tenths(counts).into_iter().map(|tenths| tenths as f64 / 10.0).collect()
}
