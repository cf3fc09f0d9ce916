//! Adjustments for multiple tests: adjusted p values, in the order of the given ones.

/// Holm's step-down adjustment (Holm 1979): controls the family-wise error rate.
#[must_use]
pub(crate) fn holm(p: &[f64]) -> Vec<f64> {
    let mut adjusted = vec![0.0; p.len()];
    let mut highest = 0.0_f64;
    for (rank, place) in ascending(p).into_iter().enumerate() {
        highest = highest.max(p[place] * (p.len() - rank) as f64).min(1.0);
        adjusted[place] = highest;
    }
    adjusted
}

/// Benjamini and Hochberg's step-up adjustment (1995): controls the false discovery rate.
#[must_use]
pub(crate) fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut adjusted = vec![0.0; p.len()];
    let mut lowest = 1.0_f64;
    for (rank, place) in ascending(p).into_iter().enumerate().rev() {
        lowest = lowest.min(p[place] * p.len() as f64 / (rank + 1) as f64);
        adjusted[place] = lowest;
    }
    adjusted
}

fn ascending(p: &[f64]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..p.len()).collect();
    places.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    places
}
