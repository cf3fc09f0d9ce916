//! Multi-head self-attention: for each head, a weighted mean of the values of all tokens. Sums run over one index in a
//! fixed order while the other index is contiguous in memory, so that they are fast and reproducible.

use libm::{expf, sqrtf};

use crate::DIMENSIONS;

/// Attention heads of a layer.
const HEADS: usize = 12;
/// Dimensions of a head.
const HEAD: usize = DIMENSIONS / HEADS;

/// The weighted means, row for row.
pub(crate) fn attend(queries: &[f32], keys: &[f32], values: &[f32]) -> Vec<f32> {
    let count = queries.len() / DIMENSIONS;
    let scale = 1.0 / sqrtf(HEAD as f32);
    let mut out = vec![0.0; queries.len()];
    let mut turned = vec![0.0; HEAD * count];
    let mut weights = vec![0.0; count];
    for from in (0..DIMENSIONS).step_by(HEAD) {
        for (place, key) in keys.chunks_exact(DIMENSIONS).enumerate() {
            for (number, value) in key[from..from + HEAD].iter().enumerate() {
                turned[number * count + place] = *value;
            }
        }
        for (query, out) in queries.chunks_exact(DIMENSIONS).zip(out.chunks_exact_mut(DIMENSIONS)) {
            weights.fill(0.0);
            let query = &query[from..from + HEAD];
            for (number, keys) in query.iter().zip(turned.chunks_exact(count)) {
                add(&mut weights, keys, number * scale);
            }
            soften(&mut weights);
            let out = &mut out[from..from + HEAD];
            for (weight, value) in weights.iter().zip(values.chunks_exact(DIMENSIONS)) {
                add(out, &value[from..from + HEAD], *weight);
            }
        }
    }
    out
}

/// Adds a row times a factor.
fn add(to: &mut [f32], row: &[f32], times: f32) {
    for (to, value) in to.iter_mut().zip(row) {
        *to += value * times;
    }
}

/// Softmax.
fn soften(weights: &mut [f32]) {
    let largest = weights.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for weight in &mut *weights {
        *weight = expf(*weight - largest);
        sum += *weight;
    }
    for weight in weights {
        *weight /= sum;
    }
}
