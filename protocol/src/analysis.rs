//! What an analyst asks of studies that are done: cells of one or two dimensions, what was asked of whom, and how many
//! people it takes to see a difference.

use serde::{Deserialize, Serialize};

use crate::audience::words;
use crate::results::{Estimate, Margins};
use crate::study::StudySpec;

/// A result broken down by one or two dimensions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CrossTab {
    /// The dimensions, in the order asked for.
    pub dimensions: Vec<String>,
    /// What is compared: a field of the estimates.
    pub field: String,
    /// The whole panel.
    pub all: Estimate,
    /// Every cell that has an answer, in the order of its classes.
    pub cells: Vec<CrossCell>,
    /// How the p values of the cells are adjusted for their number: `benjamini_hochberg`.
    pub adjustment: String,
    /// What a reader should keep in mind.
    pub notes: Vec<String>,
    /// Other results of the study that can be broken down, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
}

/// One cell of a cross-tabulation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CrossCell {
    /// A class of each dimension.
    pub classes: Vec<String>,
    /// Answers in the cell.
    pub n: u64,
    /// Set when the cell or everyone else has fewer than 30 answers: too few to say much.
    pub small: bool,
    /// The field within the cell.
    pub estimate: Estimate,
    /// The cell minus everyone else (Welch); null where it is undefined.
    pub difference: Option<Estimate>,
    /// p of that difference after the adjustment; null where it is undefined.
    pub p_adjusted: Option<f64>,
    /// Set when the adjusted p is below 1 − level and neither side is small.
    pub differs: bool,
}

/// What was asked, and of whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// The study as it was checked: material, audience, seed.
    pub spec: StudySpec,
    /// The questionnaire as the first respondent got it.
    pub questionnaire: String,
    /// Targets and what the panel realises.
    pub margins: Margins,
}

words! {
    /// How the people for two shares are computed.
    ShareFormula {
        /// Normal approximation with the pooled variance under no difference (Fleiss 1981).
        Pooled = "pooled",
        /// Normal approximation with the groups' own variances.
        Unpooled = "unpooled",
        /// Cohen's h with the arcsine transformation (Cohen 1988).
        Arcsine = "arcsine",
    }
}

/// How many people does it take to see a difference?
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PowerQuestion {
    /// What is to differ.
    pub effect: Effect,
    /// Chance of a false alarm that is accepted, two-sided, between 0 and 1.
    pub alpha: f64,
    /// Chance to see the difference when it is there, between 0 and 1.
    pub power: f64,
    /// With that many people in each group: what chance is there to see it?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<u32>,
}

/// A difference to be seen between two groups of equal size.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Effect {
    /// Of two shares, 0 to 1.
    Shares {
        /// In the one group.
        from: f64,
        /// In the other.
        to: f64,
        /// How to compute it.
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

/// How many people it takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PowerAnswer {
    /// People in each of the two groups.
    pub people: u64,
    /// The effect in standard units: Cohen's h of shares, Cohen's d of means.
    pub effect_size: f64,
    /// The formula, with its source.
    pub formula: String,
    /// The chance to see it with the people that were named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub power: Option<f64>,
}
