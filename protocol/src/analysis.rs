//! Analyses of completed studies: cross-tables of one or two dimensions, the material and audience of a study, and the
//! sample size that a difference takes.

use serde::{Deserialize, Serialize};

use crate::audience::words;
use crate::results::{Estimate, Margins};
use crate::study::StudySpec;

/// A result broken down by one or two dimensions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CrossTab {
    /// The dimensions, in the requested order.
    pub dimensions: Vec<String>,
    /// The metric: a field of the estimates.
    pub field: String,
    /// The whole panel.
    pub all: Estimate,
    /// Every cell with at least one answer, in the order of its classes.
    pub cells: Vec<CrossCell>,
    /// How the p values of the cells are adjusted for their number: `benjamini_hochberg`.
    pub adjustment: String,
    /// Caveats for the reader.
    pub notes: Vec<String>,
    /// Other metrics of the study that can be broken down, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
}

/// One cell of a cross-tabulation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CrossCell {
    /// One class of each dimension.
    pub classes: Vec<String>,
    /// Answers in the cell.
    pub n: u64,
    /// Set when the cell or the rest of the panel has fewer than 30 answers: too few for a conclusion.
    pub small: bool,
    /// The metric within the cell.
    pub estimate: Estimate,
    /// The cell minus the rest of the panel (Welch); null where it is undefined.
    pub difference: Option<Estimate>,
    /// Adjusted p of that difference; null where it is undefined.
    pub p_adjusted: Option<f64>,
    /// Set when the adjusted p is below 1 − level and neither side is small.
    pub differs: bool,
}

/// The material, questionnaire and audience of a study.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Asked {
    /// The checked specification: material, audience, seed.
    pub spec: StudySpec,
    /// The questionnaire as the first respondent received it.
    pub questionnaire: String,
    /// Target and realised shares of the panel.
    pub margins: Margins,
}

words! {
    /// The formula for the sample size of two shares.
    ShareFormula {
        /// Normal approximation with the pooled variance under the null hypothesis (Fleiss 1981).
        Pooled = "pooled",
        /// Normal approximation with the groups' own variances.
        Unpooled = "unpooled",
        /// Cohen's h with the arcsine transformation (Cohen 1988).
        Arcsine = "arcsine",
    }
}

/// A power question: the sample size at which a difference can be detected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PowerQuestion {
    /// The difference to detect.
    pub effect: Effect,
    /// Accepted probability of a false positive, two-sided, between 0 and 1.
    pub alpha: f64,
    /// Probability of detecting the difference when it exists, between 0 and 1.
    pub power: f64,
    /// With this sample size in each group, the response also gives the power.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<u32>,
}

/// A difference between two groups of equal size.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Effect {
    /// Of two shares, 0 to 1.
    Shares {
        /// In the first group.
        from: f64,
        /// In the second group.
        to: f64,
        /// The formula to use.
        formula: ShareFormula,
    },
    /// Of two means.
    Means {
        /// The difference, in the unit of the scores.
        difference: f64,
        /// The standard deviation of single scores.
        deviation: f64,
    },
}

/// The required sample size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PowerAnswer {
    /// Respondents in each of the two groups.
    pub people: u64,
    /// The effect in standard units: Cohen's h of shares, Cohen's d of means.
    pub effect_size: f64,
    /// The formula, with its source.
    pub formula: String,
    /// The power with the sample size of the question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub power: Option<f64>,
    /// The least difference between two texts that the built-in respondent model shows with that power whatever the sample
    /// size, because of its wording noise: points of the mean, or a share, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wording_floor: Option<f64>,
}
