//! Semantic similarity rating (Maier and others 2025, 2510.08338): a free text is mapped to a distribution over a
//! scale by its similarity to anchor sentences. The least similar anchor is subtracted; a softmax over cosines would
//! collapse every answer to the middle.

use libm::{pow, sqrt};

/// Parameters of the mapping from similarities to a distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct PmfShape {
    /// Added to the least similar anchor of each set, on half-scaled cosines; 0 in the paper.
    pub epsilon: f64,
    /// Applied after the sets are averaged; 1 in the paper, 0 puts everything on the likeliest point.
    pub temperature: f64,
}

impl Default for PmfShape {
    fn default() -> Self {
        Self { epsilon: 0.0, temperature: 1.0 }
    }
}

/// (1 + cosine) / 2 of two embeddings; `None` for different lengths or a vector of length zero.
#[must_use]
pub(crate) fn similarity(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.len() != b.len() {
        return None;
    }
    let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
    let lengths = sqrt(dot(a, a)) * sqrt(dot(b, b));
    (lengths > 0.0 && lengths.is_finite()).then(|| f64::midpoint(1.0, dot(a, b) / lengths))
}

/// The distribution of one answer from its similarities to one set of anchors, in scale order. `None` if it is
/// undetermined: all anchors are equally similar and ε is 0.
#[must_use]
pub(crate) fn of_similarities(similarities: &[f64], epsilon: f64) -> Option<Vec<f64>> {
    let mut least = 0;
    for (place, similarity) in similarities.iter().enumerate() {
        if *similarity < similarities[least] {
            least = place;
        }
    }
    let floor = *similarities.get(least)?;
    let total = similarities.iter().sum::<f64>() - similarities.len() as f64 * floor + epsilon;
    // A rounding remainder of equal similarities carries no information.
    if total.is_nan() || total <= 1e-12 * similarities.len() as f64 {
        return None;
    }
    Some(
        similarities
            .iter()
            .enumerate()
            .map(|(place, similarity)| {
                (similarity - floor + if place == least { epsilon } else { 0.0 }) / total
            })
            .collect(),
    )
}

/// The distribution of one answer's embedding over several sets of anchors: averaged over the sets first, then shaped
/// by the temperature. `None` when it is undetermined for any set, or the sets differ in length.
#[must_use]
pub(crate) fn rate(answer: &[f64], sets: &[Vec<Vec<f64>>], shape: PmfShape) -> Option<Vec<f64>> {
    let points = sets.first()?.len();
    let mut mean = vec![0.0; points];
    for set in sets {
        if set.len() != points {
            return None;
        }
        let similarities: Vec<f64> =
            set.iter().map(|anchor| similarity(anchor, answer)).collect::<Option<_>>()?;
        for (sum, share) in mean.iter_mut().zip(of_similarities(&similarities, shape.epsilon)?) {
            *sum += share / sets.len() as f64;
        }
    }
    temper(&mean, shape.temperature, None)
}

/// p^(1/T), normalised. T = 0 puts everything on the first likeliest point, and leaves a uniform distribution alone; a
/// cap limits T. `None` for a negative T or a distribution without mass.
#[must_use]
pub(crate) fn temper(pmf: &[f64], temperature: f64, cap: Option<f64>) -> Option<Vec<f64>> {
    let temperature = cap.map_or(temperature, |cap| temperature.min(cap));
    if temperature.is_nan() || temperature < 0.0 {
        return None;
    }
    let highest = pmf.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if highest <= 0.0 {
        return None;
    }
    if temperature == 0.0 {
        if pmf.iter().all(|share| share.total_cmp(&highest).is_eq()) {
            return Some(pmf.to_vec());
        }
        let first = pmf.iter().position(|share| share.total_cmp(&highest).is_eq())?;
        return Some((0..pmf.len()).map(|place| if place == first { 1.0 } else { 0.0 }).collect());
    }
    // Relative to the highest, so that small temperatures do not underflow.
    let raised: Vec<f64> =
        pmf.iter().map(|share| pow(share / highest, 1.0 / temperature)).collect();
    let total: f64 = raised.iter().sum();
    Some(raised.into_iter().map(|share| share / total).collect())
}

/// Mean of a distribution over 1..=K.
#[must_use]
pub(crate) fn expected(pmf: &[f64]) -> f64 {
    (1_u32..).zip(pmf).map(|(point, share)| f64::from(point) * share).sum()
}

/// 1 − the largest gap of two cumulative distributions; `None` for different lengths.
#[cfg_attr(not(test), expect(dead_code, reason = "the next study types use it"))]
#[must_use]
pub(crate) fn ks_similarity(p: &[f64], q: &[f64]) -> Option<f64> {
    if p.len() != q.len() {
        return None;
    }
    let (mut gap, mut widest) = (0.0, 0.0_f64);
    for (p, q) in p.iter().zip(q) {
        gap += p - q;
        widest = widest.max(f64::abs(gap));
    }
    Some(1.0 - widest)
}

/// The attainable ratings of anchors and embedding model: every anchor rated by the other sets, the mean of the
/// lowest anchors and of the highest. `None` below two sets, or if a rating is undetermined.
#[cfg_attr(not(test), expect(dead_code, reason = "the next study types use it"))]
#[must_use]
pub(crate) fn attainable_range(sets: &[Vec<Vec<f64>>], shape: PmfShape) -> Option<(f64, f64)> {
    if sets.len() < 2 {
        return None;
    }
    let (mut low, mut high) = (0.0, 0.0);
    for (own, set) in sets.iter().enumerate() {
        let others: Vec<Vec<Vec<f64>>> = sets
            .iter()
            .enumerate()
            .filter(|(place, _)| *place != own)
            .map(|(_, set)| set.clone())
            .collect();
        low += expected(&rate(set.first()?, &others, shape)?) / sets.len() as f64;
        high += expected(&rate(set.last()?, &others, shape)?) / sets.len() as f64;
    }
    Some((low, high))
}
