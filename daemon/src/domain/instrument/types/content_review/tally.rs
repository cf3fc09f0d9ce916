//! The counts of a review: whole numbers for the overall score in hundredths, every dimension, the clicks, and what the
//! experts would change.

use std::collections::BTreeMap;

use protocol::results::{Answer, Estimate, Outcomes};
use protocol::review::{
    Dimension, DimensionMean, ReviewAnswer, ReviewMaterial, ReviewScores, SentContent,
};

use super::numbers::{CLICK_RATE, FEED_DISTINCTIVENESS, OVERALL, REGULATORY_FIT, field};
use super::suggestions::Proposals;
use super::{HUNDREDTHS, SCALE, sentences};
use crate::domain::instrument::tally::{By, Summary, Tally, named};
use crate::domain::instrument::themes::Themes;
use crate::domain::stats::histogram::Histogram;
use crate::domain::stats::{LEVEL, estimate};

/// The factor from hundredths to points.
pub(super) const POINT: f64 = 0.01;

/// Counts of a group of answers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ReviewTally {
    /// The material, for the whole panel.
    review: Option<Box<ReviewMaterial>>,
    overall: Histogram,
    /// The overall scores in whole points.
    rounded: Histogram,
    dimensions: Vec<(Dimension, Histogram)>,
    clicks: u64,
    distinctiveness: Histogram,
    fit: Histogram,
    /// Role → its overall scores.
    roles: BTreeMap<String, Histogram>,
    proposals: Proposals,
}

impl ReviewTally {
    /// Empty counts; with the material for the whole panel.
    pub(super) fn new(review: Option<ReviewMaterial>) -> Self {
        let points = || Histogram::new(SCALE.0, SCALE.1);
        Self {
            review: review.map(Box::new),
            overall: Histogram::new(HUNDREDTHS.0, HUNDREDTHS.1),
            rounded: points(),
            dimensions: Vec::new(),
            clicks: 0,
            distinctiveness: points(),
            fit: points(),
            roles: BTreeMap::new(),
            proposals: Proposals::default(),
        }
    }

    fn of_dimension(&mut self, dimension: Dimension) -> &mut Histogram {
        let known = self.dimensions.iter().position(|(known, _)| *known == dimension);
        let place = known.unwrap_or(self.dimensions.len());
        if known.is_none() {
            self.dimensions.push((dimension, Histogram::new(SCALE.0, SCALE.1)));
        }
        &mut self.dimensions[place].1
    }

    fn mean(scores: &Histogram) -> f64 {
        scores.mean().map(estimate::tidy).unwrap_or_default()
    }
}

impl Tally for ReviewTally {
    fn add(&mut self, by: By<'_>, answers: &[&Answer]) {
        for answer in answers {
            let Answer::ContentReview { said, .. } = answer else { continue };
            let ReviewAnswer::Scores {
                role,
                overall,
                scores,
                would_click,
                distinctiveness,
                regulatory_fit,
                suggestions,
                ..
            } = said
            else {
                continue;
            };
            let value = i32::from(overall.0);
            if !self.overall.add(value) {
                continue;
            }
            self.rounded.add(i32::from(overall.rounded()));
            for one in scores {
                self.of_dimension(one.dimension).add(i32::from(one.score));
            }
            self.clicks += u64::from(*would_click);
            self.distinctiveness.add(i32::from(*distinctiveness));
            self.fit.add(i32::from(*regulatory_fit));
            let empty = || Histogram::new(HUNDREDTHS.0, HUNDREDTHS.1);
            self.roles.entry(role.clone()).or_insert_with(empty).add(value);
            // Only the whole panel's are told.
            if self.review.is_some() {
                self.proposals.add(by.ordinal, suggestions);
            }
        }
    }

    fn n(&self) -> u64 {
        self.overall.n()
    }

    fn scores(&self) -> Option<&Histogram> {
        Some(&self.rounded)
    }

    /// Whole points would hide what tells the experts apart: the overall scores lie close together.
    fn exact_scores(&self) -> Option<(&Histogram, f64)> {
        Some((&self.overall, POINT))
    }

    fn choices(&self) -> Option<Vec<u64>> {
        Some(self.rounded.counts().to_vec())
    }

    fn measure(&self) -> Option<Histogram> {
        Some(self.overall.clone())
    }

    fn estimates(&self) -> BTreeMap<String, Estimate> {
        let overall = estimate::mean(&self.overall, LEVEL);
        let mut estimates: BTreeMap<String, Estimate> = named([
            (OVERALL, overall.map(|overall| estimate::scaled(overall, POINT))),
            (CLICK_RATE, estimate::share(self.clicks, self.overall.n(), LEVEL)),
            (FEED_DISTINCTIVENESS, estimate::mean(&self.distinctiveness, LEVEL)),
            (REGULATORY_FIT, estimate::mean(&self.fit, LEVEL)),
        ])
        .collect();
        let of_dimensions = self.dimensions.iter();
        estimates.extend(named(
            of_dimensions
                .map(|(dimension, scores)| (field(*dimension), estimate::mean(scores, LEVEL))),
        ));
        estimates
    }

    fn outcomes(&self, _seed: u64, _themes: &Themes) -> Option<Outcomes> {
        let review = self.review.as_ref()?;
        let n = self.overall.n();
        let overall = self.overall.mean()?;
        let scores = ReviewScores {
            overall: estimate::tidy(overall * POINT),
            click_rate: estimate::tidy(self.clicks as f64 / n as f64),
            dimensions: self
                .dimensions
                .iter()
                .map(|(dimension, scores)| DimensionMean {
                    name: dimension.title().to_owned(),
                    score: Self::mean(scores),
                })
                .collect(),
            feed_distinctiveness: Self::mean(&self.distinctiveness),
            regulatory_fit: Self::mean(&self.fit),
        };
        let named = review.sent_as.clone();
        let content_type = named.unwrap_or_else(|| review.content_type.as_str().to_owned());
        Some(Outcomes::ContentReview {
            content: SentContent { text: review.content.clone(), content_type },
            mode: review.mode,
            scores,
            suggestions: self.proposals.ranked(&self.dimensions, n),
            improved_variants: Vec::new(),
            iterations: None,
        })
    }

    fn place(&self, dimension: &str, advice: &str) -> Option<String> {
        self.proposals.place(dimension, advice).map(str::to_owned)
    }

    fn conclusions(&self, summary: &Summary<'_>) -> Vec<String> {
        let headline = sentences::headline(summary, &self.dimensions);
        let clicks = sentences::clicks(summary);
        let why = self.proposals.why_first(&self.dimensions, self.overall.n());
        let first = sentences::first_step(summary.outcomes, why.as_deref());
        let roles = sentences::roles(&self.roles);
        let groups = summary.groups.least_liked("points");
        [headline, clicks, first, roles, groups].into_iter().flatten().collect()
    }
}
