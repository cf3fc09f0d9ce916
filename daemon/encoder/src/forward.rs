//! Forward pass from tokens to a vector: transformer layers and mean pooling over all tokens, for a direction also
//! normalisation to length one. The model is a BERT encoder (Devlin and others 2019, arXiv 1810.04805) with mean pooling (Reimers and
//! Gurevych 2019, arXiv 1908.10084).

use libm::{erff, sqrtf};

use crate::DIMENSIONS;
use crate::attention::attend;
use crate::matrix::product;
use crate::weights::{Layer, Model, Norm};

/// Avoids a division by zero for a row without variance; the value the model was trained with.
const EPSILON: f32 = 1e-12;

/// The unit vector of a text.
pub(crate) fn direction(model: &Model, tokens: &[usize]) -> Vec<f32> {
    let mut rows = embed(model, tokens);
    run(&model.layers, &mut rows);
    let mut sum = sum(&rows);
    let length = sqrtf(sum.iter().map(|value| value * value).sum());
    if length > 0.0 {
        for value in &mut sum {
            *value /= length;
        }
    }
    sum
}

/// The mean of all rows after the model's first layers and then a branch in place of its last ones.
pub(crate) fn branched(model: &Model, tokens: &[usize], branch: &[Layer]) -> Vec<f32> {
    let mut rows = embed(model, tokens);
    let shared = model.layers.len().saturating_sub(branch.len());
    run(model.layers.get(..shared).unwrap_or_default(), &mut rows);
    run(branch, &mut rows);
    let mut sum = sum(&rows);
    for value in &mut sum {
        *value /= tokens.len().max(1) as f32;
    }
    sum
}

/// The rows before the first layer.
fn embed(model: &Model, tokens: &[usize]) -> Vec<f32> {
    let mut rows: Vec<f32> = Vec::with_capacity(tokens.len() * DIMENSIONS);
    for (place, token) in tokens.iter().enumerate() {
        rows.extend(model.word(*token, place));
    }
    normalise(&mut rows, &model.start);
    rows
}

/// Passes rows through layers.
fn run(layers: &[Layer], rows: &mut [f32]) {
    for layer in layers {
        let query = product(&layer.query, rows);
        let key = product(&layer.key, rows);
        let value = product(&layer.value, rows);
        add(rows, &product(&layer.joined, &attend(&query, &key, &value)));
        normalise(rows, &layer.attended);
        let mut wide = product(&layer.wider, rows);
        for value in &mut wide {
            *value = gelu(*value);
        }
        add(rows, &product(&layer.narrower, &wide));
        normalise(rows, &layer.done);
    }
}

fn add(rows: &mut [f32], more: &[f32]) {
    for (value, more) in rows.iter_mut().zip(more) {
        *value += more;
    }
}

/// Layer normalisation: each row gets mean 0 and variance 1, and is then scaled and shifted.
fn normalise(rows: &mut [f32], norm: &Norm) {
    for row in rows.chunks_exact_mut(DIMENSIONS) {
        let count = DIMENSIONS as f32;
        let mean = row.iter().sum::<f32>() / count;
        let variance = row.iter().map(|value| (value - mean) * (value - mean)).sum::<f32>() / count;
        let times = 1.0 / sqrtf(variance + EPSILON);
        for ((value, stretch), shift) in row.iter_mut().zip(&norm.stretch).zip(&norm.shift) {
            *value = (*value - mean) * times * stretch + shift;
        }
    }
}

/// The Gaussian error linear unit (Hendrycks and Gimpel 2016, arXiv 1606.08415), exact and not approximated by tanh.
fn gelu(value: f32) -> f32 {
    value * 0.5 * (1.0 + erff(value * std::f32::consts::FRAC_1_SQRT_2))
}

/// The sum of all rows.
fn sum(rows: &[f32]) -> Vec<f32> {
    let mut sum = vec![0.0; DIMENSIONS];
    for row in rows.chunks_exact(DIMENSIONS) {
        add(&mut sum, row);
    }
    sum
}
