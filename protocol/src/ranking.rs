//! The ranking of several ended studies of one type by one metric: the order, who cannot be told apart, and how probable
//! it is that each is the best. Nothing of it is stored; it is computed from the stored answers on request.

use serde::{Deserialize, Serialize};

use crate::id::StudyId;
use crate::results::{Difference, Estimate};
use crate::study::StudyType;

/// Fewest studies of a ranking.
pub const STUDIES_MIN: usize = 2;
/// Most studies of a ranking.
pub const STUDIES_MAX: usize = 200;
/// Up to so many studies a ranking holds the difference of every pair; above, of neighbours in the order only.
pub const ALL_PAIRS_MAX: usize = 20;

/// A ranking to be computed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RankQuestion {
    /// The studies, [`STUDIES_MIN`] to [`STUDIES_MAX`], each once, in any order.
    pub studies: Vec<StudyId>,
    /// The metric; the study type's own when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// Whether the lowest value is the best; when absent so it is of a concern, and of nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lowest_first: Option<bool>,
}

/// Studies in the order of one metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ranking {
    /// Their common study type.
    pub study_type: StudyType,
    /// The metric: a field of the estimates.
    pub field: String,
    /// Whether the lowest value is the best.
    pub lowest_first: bool,
    /// Whether the same people answered all of them, so that each pair is compared person by person.
    pub paired: bool,
    /// The model that answered all of them.
    pub model: String,
    /// What may be concluded, in a sentence or two.
    pub conclusion: String,
    /// The studies, best first; equal values in the order of their names.
    pub studies: Vec<RankedStudy>,
    /// Pairs, in the order of the studies: every pair of up to [`ALL_PAIRS_MAX`] studies, else neighbours only.
    pub pairs: Vec<RankedPair>,
    /// How p is adjusted for the number of all pairs: `holm`.
    pub adjustment: String,
    /// Family-wise level of the statements on who can be told apart, 0.95.
    pub level: f64,
    /// Resamples behind the probabilities.
    pub resamples: u32,
    /// The largest standard deviation of wording noise in a pair of these texts, in the unit of the field; each pair has its
    /// own. Absent where none is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wording_sd: Option<f64>,
    /// Caveats for the reader.
    pub notes: Vec<String>,
    /// Other metrics by which the studies can be ranked, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
}

/// One study in a ranking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RankedStudy {
    /// The study.
    pub id: StudyId,
    /// Its name.
    pub name: String,
    /// Its place from 1; equal values share one.
    pub rank: u32,
    /// The metric as in the study's own report: its interval is that of sampling.
    pub estimate: Estimate,
    /// Letters of the groups that it belongs to: studies with a common letter cannot be told apart. Empty where there would
    /// be more than 26 groups; the best and the worst possible rank say it then.
    pub groups: String,
    /// The best rank that is compatible with who can be told apart.
    pub rank_best: u32,
    /// The worst rank that is compatible with who can be told apart.
    pub rank_worst: u32,
    /// Probability that its text is the best of them for such people, 0 to 1; all sum to 1.
    pub best_probability: f64,
    /// Mean rank over all resamples, from 1.
    pub expected_rank: f64,
}

/// The difference of two studies in a ranking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RankedPair {
    /// The study that is higher in the order.
    pub first: StudyId,
    /// The other one.
    pub second: StudyId,
    /// First minus second, with its interval (not adjusted) and p adjusted for the number of all pairs.
    pub difference: Difference,
    /// Whether they can be told apart: the adjusted p is below 1 − level.
    pub apart: bool,
}
