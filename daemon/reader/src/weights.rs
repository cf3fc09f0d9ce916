//! The parameters of the model: weights, thresholds and the effects of traits on taste. They are in
//! `assets/lexicon/weights.toml`, each with its reason.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::lexicon::LexiconError;
use super::theme::{Benefit, Concern};
use super::topics::Measure;

pub const WEIGHTS: &str = include_str!("../../../assets/lexicon/weights.toml");

/// All numbers of the model.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    pub base: f64,
    pub generosity_sd: f64,
    pub kappa: f64,
    pub noise_sd: f64,
    pub shift: f64,
    pub price: PriceWeights,
    pub reading: f64,
    pub hype: f64,
    pub fit: f64,
    pub specifics: f64,
    pub empty: f64,
    pub nonsense: f64,
    pub veto: f64,
    benefit: BTreeMap<String, f64>,
    concern: BTreeMap<String, f64>,
    pub thresholds: Thresholds,
    traits: BTreeMap<String, TraitRow>,
}

/// What a price costs in liking.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceWeights {
    pub low: f64,
    pub middle: f64,
    pub upper_middle: f64,
    pub high: f64,
    /// P₀, per month.
    pub unit: f64,
}

/// Cut points on the one latent scale.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// Between 1|2, …, 9|10.
    pub score: Vec<f64>,
    /// Between 0|1, …, 9|10.
    pub nps: Vec<f64>,
    /// Between definitely not | probably not | maybe | probably | definitely.
    pub intent: Vec<f64>,
    /// Between negative | neutral | positive.
    pub sentiment: Vec<f64>,
    /// Both sides must weigh this much for a mixed feeling.
    pub mixed: f64,
}

/// What measures of a person do to a taste.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TraitRow {
    /// Standard deviations of taste per unit of a measure.
    moves: BTreeMap<String, f64>,
    /// What that rests on.
    source: String,
}

impl Weights {
    /// Reads the embedded file.
    pub fn parse() -> Result<Self, LexiconError> {
        let fault = |what: String| LexiconError { file: "weights.toml", what };
        let weights: Self = toml::from_str(WEIGHTS).map_err(|error| fault(error.to_string()))?;
        let missing = Benefit::ALL
            .iter()
            .map(|theme| (&weights.benefit, theme.as_str()))
            .chain(Concern::ALL.iter().map(|theme| (&weights.concern, theme.as_str())))
            .find(|(table, name)| table.get(*name).is_none_or(|weight| *weight <= 0.0));
        if let Some((_, name)) = missing {
            return Err(fault(format!("the weight of '{name}' is missing or not positive")));
        }
        let cuts = &weights.thresholds;
        let expected = [(&cuts.score, 9), (&cuts.nps, 10), (&cuts.intent, 4), (&cuts.sentiment, 2)];
        if expected.iter().any(|(list, n)| list.len() != *n || !list.is_sorted_by(|a, b| a < b)) {
            return Err(fault("thresholds must rise, with one for each step".to_owned()));
        }
        let price = &weights.price;
        if !(price.low > price.middle
            && price.middle > price.upper_middle
            && price.upper_middle > price.high
            && price.high > 0.0
            && price.unit > 0.0)
        {
            return Err(fault("price weights must fall with income and stay positive".to_owned()));
        }
        for (theme, row) in &weights.traits {
            let known = theme == "sceptic"
                || theme
                    .strip_prefix("benefit_")
                    .is_some_and(|name| Benefit::parse(name).is_some())
                || theme
                    .strip_prefix("concern_")
                    .is_some_and(|name| Concern::parse(name).is_some());
            if !known || row.moves.keys().any(|name| Measure::parse(name).is_none()) {
                return Err(fault(format!("traits.{theme} names something unknown")));
            }
            if row.source.trim().is_empty() {
                return Err(fault(format!("traits.{theme} must say what it rests on")));
            }
        }
        Ok(weights)
    }

    pub fn benefit(&self, theme: Benefit) -> f64 {
        self.benefit.get(theme.as_str()).copied().unwrap_or_default()
    }

    pub fn concern(&self, theme: Concern) -> f64 {
        self.concern.get(theme.as_str()).copied().unwrap_or_default()
    }

    /// What a row of the trait table moves, in the order of [`Measure::ALL`].
    pub fn row(&self, name: &str) -> Vec<(Measure, f64)> {
        let row = self.traits.get(name);
        Measure::ALL
            .iter()
            .filter_map(|&measure| Some((measure, *row?.moves.get(measure.as_str())?)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_file_is_sound() {
        let weights = Weights::parse();
        assert!(weights.is_ok(), "{:?}", weights.err());
    }
}
