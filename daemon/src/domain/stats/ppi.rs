//! Prediction-powered inference for a mean (Angelopoulos and others 2023, 2301.09633; PPI++ 2311.01453): people's
//! answers correct the predictions of a synthetic panel, and the interval stays valid however wrong the predictions
//! are. Weights, if people or predictions represent groups of different size, are given in [`Sample`].

use libm::sqrt;

use super::distribution::{normal_quantile, t_quantile};

/// The weight of the predictions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Tuning {
    /// The weight that makes the interval narrowest, kept within 0 to 1 (PPI++).
    Tuned,
    /// That weight: 0 is people alone, 1 is plain PPI.
    Fixed(f64),
}

/// The distribution that the interval is based on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quantile {
    /// Normal, as published; coverage is too low below about 30 people.
    Normal,
    /// Student's t with n − 1 degrees of freedom: wider, for few people.
    StudentT,
}

/// A mean from people and predictions together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct PpiMean {
    /// The estimate.
    pub value: f64,
    /// Its standard error.
    pub error: f64,
    /// Its interval.
    pub interval: (f64, f64),
    /// The weight of the predictions.
    pub lambda: f64,
    /// The weight before it was kept within 0 to 1; far above 1 means predictions that vary too little.
    pub lambda_unclipped: Option<f64>,
}

/// How the error of a weighted mean is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WeightedError {
    /// From the spread of weight times value, as in the authors' program (ppi-python 0.2.3). It changes when a
    /// constant is added to every answer, so it is only for checks against that program.
    AsPublished,
    /// From the spread of weight times (value − weighted mean): the linearised error of a ratio (Särndal, Swensson
    /// and Wretman 1992, section 5.7), which does not depend on the origin of the scale.
    Linearised,
}

/// Values, each with a weight. Only the proportions of weights matter: they are scaled to a mean of one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sample<'a> {
    /// The values.
    pub values: &'a [f64],
    /// One weight for each value, none negative, not all zero.
    pub weights: &'a [f64],
}

impl Sample<'_> {
    /// The weights with a mean of one; `None` when they do not fit the values.
    fn scaled_weights(&self) -> Option<Vec<f64>> {
        let sum: f64 = self.weights.iter().sum();
        let fits = self.weights.len() == self.values.len()
            && self.weights.iter().all(|weight| weight.is_finite() && *weight >= 0.0)
            && sum > 0.0;
        let scale = self.weights.len() as f64 / sum;
        fits.then(|| self.weights.iter().map(|weight| weight * scale).collect())
    }
}

/// The weighted mean of people's answers, improved by predictions: `people` holds their answers with their weights,
/// `predicted` the predictions for the same people, `others` predictions for others with weights of their own. The
/// tuned weight of the predictions is the one of the estimating equation w·(y − θ) at the plain estimate. `None` as
/// for [`mean`], and when weights do not fit their values.
#[must_use]
pub(crate) fn weighted_mean(
    people: Sample<'_>,
    predicted: &[f64],
    others: Sample<'_>,
    level: f64,
    tuning: Tuning,
    (quantile, error): (Quantile, WeightedError),
) -> Option<PpiMean> {
    let y = people.values;
    if y.len() < 2 || y.len() != predicted.len() || others.values.is_empty() {
        return None;
    }
    let (weights, weights_others) = (people.scaled_weights()?, others.scaled_weights()?);
    let times = |weights: &[f64], values: &[f64]| -> Vec<f64> {
        weights.iter().zip(values).map(|(weight, value)| weight * value).collect()
    };
    let less = |values: &[f64], by: f64| -> Vec<f64> { values.iter().map(|v| v - by).collect() };
    let rectified = |lambda: f64| -> Vec<f64> {
        y.iter().zip(predicted).map(|(y, p)| y - lambda * p).collect()
    };
    let at = |lambda: f64| {
        lambda * average(&times(&weights_others, others.values))
            + average(&times(&weights, &rectified(lambda)))
    };
    let plain = at(1.0);
    let unclipped = best_weight(
        &times(&weights, &less(y, plain)),
        &times(&weights, &less(predicted, plain)),
        &times(&weights_others, &less(others.values, plain)),
    );
    let lambda = match tuning {
        Tuning::Tuned => unclipped?.clamp(0.0, 1.0),
        Tuning::Fixed(lambda) => lambda,
    };
    let squares = |weights: &[f64], values: &[f64]| {
        let centre = match error {
            WeightedError::AsPublished => 0.0,
            WeightedError::Linearised => average(&times(weights, values)),
        };
        spread(&times(weights, &less(values, centre))) / values.len() as f64
    };
    let (n, many) = (y.len() as f64, others.values.len() as f64);
    let error = sqrt(
        lambda * lambda * squares(&weights_others, others.values) / many
            + squares(&weights, &rectified(lambda)) / n,
    );
    let p = 1.0 - (1.0 - level) / 2.0;
    let reach = match quantile {
        Quantile::Normal => normal_quantile(p)?,
        Quantile::StudentT => t_quantile(p, n - 1.0)?,
    } * error;
    let value = at(lambda);
    let interval = (value - reach, value + reach);
    Some(PpiMean { value, error, interval, lambda, lambda_unclipped: unclipped })
}

/// The mean of people's answers `y`, improved by predictions for the same people (`predicted`) and for others
/// (`predicted_others`). `None` below two people, without others, for lists of different length, or when the tuned
/// weight is asked for and no prediction varies.
#[must_use]
pub(crate) fn mean(
    y: &[f64],
    predicted: &[f64],
    predicted_others: &[f64],
    level: f64,
    tuning: Tuning,
    quantile: Quantile,
) -> Option<PpiMean> {
    if y.len() < 2 || y.len() != predicted.len() || predicted_others.is_empty() {
        return None;
    }
    let (n, others) = (y.len() as f64, predicted_others.len() as f64);
    let unclipped = best_weight(y, predicted, predicted_others);
    let lambda = match tuning {
        Tuning::Tuned => unclipped?.clamp(0.0, 1.0),
        Tuning::Fixed(lambda) => lambda,
    };
    let rectified: Vec<f64> = y.iter().zip(predicted).map(|(y, p)| y - lambda * p).collect();
    let value = lambda * average(predicted_others) + average(&rectified);
    let variance_others = lambda * lambda * spread(predicted_others) / others;
    let error = sqrt(variance_others / others + spread(&rectified) / n / n);
    let p = 1.0 - (1.0 - level) / 2.0;
    let reach = match quantile {
        Quantile::Normal => normal_quantile(p)?,
        Quantile::StudentT => t_quantile(p, n - 1.0)?,
    } * error;
    let interval = (value - reach, value + reach);
    Some(PpiMean { value, error, interval, lambda, lambda_unclipped: unclipped })
}

/// Cov(y, ŷ) / ((1 + n/N)·Var(all ŷ)); `None` when the predictions do not vary.
fn best_weight(y: &[f64], predicted: &[f64], others: &[f64]) -> Option<f64> {
    let (mean_y, mean_p) = (average(y), average(predicted));
    let covariance = y.iter().zip(predicted).map(|(y, p)| (y - mean_y) * (p - mean_p)).sum::<f64>()
        / y.len() as f64;
    let all: Vec<f64> = predicted.iter().chain(others).copied().collect();
    let variance = spread(&all) / (all.len() - 1) as f64;
    let ratio = 1.0 + y.len() as f64 / others.len() as f64;
    (variance > 0.0).then(|| covariance / (ratio * variance))
}

/// Number of people that would be as precise without predictions: n / (1 − ρ²·N / (n + N)), for a correlation ρ of
/// answers and predictions. `None` outside −1 < ρ < 1.
#[must_use]
pub(crate) fn effective_people(n: f64, others: f64, correlation: f64) -> Option<f64> {
    let squared = correlation * correlation;
    (squared < 1.0 && n > 0.0 && others >= 0.0).then(|| n / (1.0 - squared * others / (n + others)))
}

fn average(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Sum of squared deviations from the mean.
fn spread(values: &[f64]) -> f64 {
    let mean = average(values);
    values.iter().map(|value| (value - mean) * (value - mean)).sum()
}
