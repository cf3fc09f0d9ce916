//! Counts of a group of answers, whatever the instrument: integers only, so that they merge in any order and a million
//! answers take no more room than ten.

use std::collections::BTreeMap;

use protocol::results::{Answer, Distribution, Estimate, Outcomes, Sentiment};
use protocol::study::StudyType;

use super::{concept_test, nps};
use crate::domain::stats::histogram::Histogram;
use crate::domain::stats::{LEVEL, estimate};

/// The counts of one group: the whole panel, or one class of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tally {
    ConceptTest(concept_test::Tally),
    Nps(nps::Tally),
}

impl Tally {
    pub(super) fn new(study_type: StudyType) -> Self {
        match study_type {
            StudyType::ConceptTest => Self::ConceptTest(concept_test::Tally::new()),
            StudyType::Nps => Self::Nps(nps::Tally::new()),
        }
    }

    /// Counts one answer; false when it belongs to another instrument, and then nothing is counted.
    pub(super) fn add(&mut self, answer: &Answer) -> bool {
        match (self, answer) {
            (
                Self::ConceptTest(tally),
                Answer::ConceptTest { score, sentiment, purchase_intent, .. },
            ) => tally.add(*score, *sentiment, *purchase_intent),
            (Self::Nps(tally), Answer::Nps { score, sentiment, .. }) => {
                tally.add(*score, *sentiment);
            }
            _ => return false,
        }
        true
    }

    /// The scores, where the instrument has any.
    pub(super) fn scores(&self) -> Option<&Histogram> {
        match self {
            Self::ConceptTest(tally) => Some(&tally.scores),
            Self::Nps(tally) => Some(&tally.scores),
        }
    }

    pub(super) fn n(&self) -> u64 {
        match self {
            Self::ConceptTest(tally) => tally.scores.n(),
            Self::Nps(tally) => tally.scores.n(),
        }
    }

    pub(super) fn estimates(&self) -> BTreeMap<String, Estimate> {
        match self {
            Self::ConceptTest(tally) => tally.estimates(),
            Self::Nps(tally) => tally.estimates(),
        }
    }

    pub(super) fn headline_estimates(&self, seed: u64) -> BTreeMap<String, Estimate> {
        match self {
            Self::ConceptTest(tally) => tally.headline_estimates(seed),
            Self::Nps(tally) => tally.headline_estimates(seed),
        }
    }

    pub(super) fn outcomes(&self, concerns: Vec<String>, appeals: Vec<String>) -> Option<Outcomes> {
        match self {
            Self::ConceptTest(tally) => tally.outcomes(concerns, appeals),
            Self::Nps(tally) => tally.outcomes(concerns, appeals),
        }
    }
}

/// The counts as the wire has them.
pub(super) fn distribution(scores: &Histogram) -> Distribution {
    Distribution(scores.iter().collect())
}

/// Shares of the four sentiments in percent, named as the contract names them.
pub(super) fn sentiment_estimates(
    counts: &[u64; Sentiment::ALL.len()],
) -> impl Iterator<Item = (String, Estimate)> {
    let n = counts.iter().sum();
    Sentiment::ALL.iter().zip(*counts).filter_map(move |(sentiment, count)| {
        Some((format!("{sentiment}_pct"), estimate::percent(count, n, LEVEL)?))
    })
}
