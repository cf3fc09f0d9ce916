//! Counts of a group of answers, whatever the instrument: integers only, so that they merge in any order and a million
//! answers take no more room than ten.

use std::collections::BTreeMap;

use protocol::results::{Answer, Distribution, Estimate, Sentiment};
use protocol::study::StudyType;

use super::quantity::{Quantity, own};
use super::{ab_test, concept_test, nps, sentiment};
use crate::domain::stats::histogram::Histogram;
use crate::domain::stats::{LEVEL, estimate};

/// The counts of one group: the whole panel, or one class of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tally {
    ConceptTest(concept_test::Tally),
    Sentiment(sentiment::Tally),
    Nps(nps::Tally),
    /// Of a survey only the number of answers; what they say is counted by question.
    Survey(u64),
    AbTest(ab_test::Tally),
}

/// What groups and studies are compared by: whole numbers whose mean, times the factor, is the field.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Measure {
    pub(super) field: &'static str,
    pub(super) factor: f64,
    pub(super) values: Histogram,
}

impl Tally {
    pub(super) fn new(study_type: StudyType) -> Self {
        match study_type {
            StudyType::ConceptTest => Self::ConceptTest(concept_test::Tally::new()),
            StudyType::Sentiment => Self::Sentiment(sentiment::Tally::default()),
            StudyType::Nps => Self::Nps(nps::Tally::new()),
            StudyType::Survey => Self::Survey(0),
            StudyType::AbTest => Self::AbTest(ab_test::Tally::new()),
        }
    }

    /// Counts one answer; false when it belongs to another instrument, and then nothing is counted. An answer to an A/B
    /// test counts as the respondent's whole verdict.
    pub(super) fn add(&mut self, answer: &Answer) -> bool {
        match (self, answer) {
            (
                Self::ConceptTest(tally),
                Answer::ConceptTest { score, sentiment, purchase_intent, .. },
            ) => tally.add(*score, *sentiment, *purchase_intent),
            (Self::Sentiment(tally), Answer::Sentiment { sentiment, .. }) => tally.add(*sentiment),
            (Self::Nps(tally), Answer::Nps { score, sentiment, .. }) => {
                tally.add(*score, *sentiment);
            }
            (Self::Survey(answers), Answer::Survey { .. }) => *answers += 1,
            (Self::AbTest(tally), answer) => match ab_test::Verdict::single(answer) {
                Some(verdict) => tally.add(verdict),
                None => return false,
            },
            _ => return false,
        }
        true
    }

    /// Counts what a respondent said of two variants.
    pub(super) fn add_verdict(&mut self, verdict: ab_test::Verdict) {
        if let Self::AbTest(tally) = self {
            tally.add(verdict);
        }
    }

    /// The scores, where one answer has one.
    pub(super) fn scores(&self) -> Option<&Histogram> {
        match self {
            Self::ConceptTest(tally) => Some(&tally.scores),
            Self::Nps(tally) => Some(&tally.scores),
            Self::Sentiment(_) | Self::Survey(_) | Self::AbTest(_) => None,
        }
    }

    /// How often each value was chosen, where answers are choices among few.
    pub(super) fn choices(&self) -> Option<Vec<u64>> {
        match self {
            Self::ConceptTest(tally) => Some(tally.scores.counts().to_vec()),
            Self::Nps(tally) => Some(tally.scores.counts().to_vec()),
            Self::Sentiment(tally) => Some(tally.counts().to_vec()),
            Self::AbTest(tally) => Some(tally.measure().counts().to_vec()),
            Self::Survey(_) => None,
        }
    }

    /// What this group is compared with others by; a survey has no such number.
    pub(super) fn measure(&self) -> Option<Measure> {
        let (study_type, values) = match self {
            Self::ConceptTest(tally) => (StudyType::ConceptTest, tally.scores.clone()),
            Self::Sentiment(tally) => (StudyType::Sentiment, tally.measure()),
            Self::Nps(tally) => (StudyType::Nps, tally.measure()),
            Self::AbTest(tally) => (StudyType::AbTest, tally.measure()),
            Self::Survey(_) => return None,
        };
        // Its name and its unit are known in one place.
        let factor = Quantity::of(study_type, None).ok()?.factor();
        Some(Measure { field: own(study_type)?, factor, values })
    }

    pub(super) fn n(&self) -> u64 {
        match self {
            Self::ConceptTest(tally) => tally.scores.n(),
            Self::Sentiment(tally) => tally.n(),
            Self::Nps(tally) => tally.scores.n(),
            Self::Survey(answers) => *answers,
            Self::AbTest(tally) => tally.n(),
        }
    }

    /// The estimates that a segment shows too.
    pub(super) fn estimates(&self) -> BTreeMap<String, Estimate> {
        match self {
            Self::ConceptTest(tally) => tally.estimates(),
            Self::Sentiment(tally) => tally.estimates(),
            Self::Nps(tally) => tally.estimates(),
            Self::Survey(_) => BTreeMap::new(),
            Self::AbTest(tally) => tally.estimates(),
        }
    }

    /// The estimates of the whole panel.
    pub(super) fn headline_estimates(&self, seed: u64) -> BTreeMap<String, Estimate> {
        match self {
            Self::ConceptTest(tally) => tally.headline_estimates(seed),
            Self::Nps(tally) => tally.headline_estimates(seed),
            Self::Sentiment(_) | Self::Survey(_) | Self::AbTest(_) => self.estimates(),
        }
    }
}

/// Estimates under their names; what is undefined is left out.
pub(super) fn named<N: Into<String>>(
    found: impl IntoIterator<Item = (N, Option<Estimate>)>,
) -> impl Iterator<Item = (String, Estimate)> {
    found.into_iter().filter_map(|(field, estimate)| Some((field.into(), estimate?)))
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
    let shares = Sentiment::ALL.iter().zip(*counts);
    named(shares.map(move |(sentiment, count)| {
        (format!("{sentiment}_pct"), estimate::percent(count, n, LEVEL))
    }))
}
