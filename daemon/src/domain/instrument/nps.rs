//! The Net Promoter Score: how likely someone is to recommend, from 0 to 10. Promoters give 9 or 10, passives 7 or 8,
//! detractors 0 to 6 (Reichheld 2003).

use std::collections::BTreeMap;

use protocol::results::{Answer, Estimate, Outcomes, Sentiment};

use super::Unreadable;
use super::reply::{Fields, REASONING_MAX};
use super::tally::{distribution, named, sentiment_estimates};
use crate::domain::outcome::Answered;
use crate::domain::stats::histogram::Histogram;
use crate::domain::stats::{LEVEL, apportion, bootstrap, estimate};

/// First and last score.
pub(super) const SCALE: (i32, i32) = (0, 10);

/// Standard deviation to plan with, in points of the NPS: the largest there is, half promoters and half detractors.
pub(super) const EXPECTED_SD: (f64, &str) = (100.0, "points of the NPS, at most");

pub(super) fn questionnaire(stimulus: &str) -> String {
    format!(
        "Please read this:\n\n{stimulus}\n\n\
         1. How likely are you to recommend it to a friend or colleague, from 0 (not at all) to 10 (extremely)?\n\
         2. How do you feel about it: positive, negative, neutral or mixed?\n\
         3. Why? Name what appeals to you and what concerns you.\n\n\
         Reply with one JSON object: {{\"score\": 0-10, \"sentiment\": \"…\", \"reasoning\": \"…\", \
         \"appeals\": [{{\"theme\": \"…\", \"quote\": \"words of your reasoning\"}}], \
         \"concerns\": [{{\"theme\": \"…\", \"quote\": \"…\"}}]}}\n"
    )
}

pub(super) fn read(mut fields: Fields) -> Result<Answered, Unreadable> {
    let score = fields.integer("score", 0, 10)?;
    let sentiment = fields.word("sentiment")?;
    let reasoning = fields.text_beside("reasoning", REASONING_MAX)?;
    let mentions = fields.appeals_and_concerns(&reasoning)?;
    fields.finish()?;
    Ok(Answered {
        answer: Answer::Nps { score, reasoning, sentiment },
        mentions,
        options: None,
        channels: None,
    })
}

/// Counts of a group of answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) scores: Histogram,
    sentiments: [u64; Sentiment::ALL.len()],
}

impl Tally {
    pub(super) fn new() -> Self {
        Self { scores: Histogram::new(SCALE.0, SCALE.1), sentiments: [0; Sentiment::ALL.len()] }
    }

    pub(super) fn add(&mut self, score: u8, sentiment: Sentiment) {
        if self.scores.add(i32::from(score)) {
            self.sentiments[sentiment.index()] += 1;
        }
    }

    /// Promoters, passives, detractors.
    fn groups(&self) -> [u64; 3] {
        [self.scores.between(9, 10), self.scores.between(7, 8), self.scores.between(0, 6)]
    }

    /// Promoters count +1, detractors −1, passives 0.
    pub(super) fn measure(&self) -> Histogram {
        let [promoters, passives, detractors] = self.groups();
        Histogram::of_counts(-1, vec![detractors, passives, promoters])
    }

    /// The estimates that a segment shows too.
    pub(super) fn estimates(&self) -> BTreeMap<String, Estimate> {
        let n = self.scores.n();
        let [promoters, _, detractors] = self.groups();
        named([
            ("nps_score", estimate::nps(promoters, detractors, n, LEVEL)),
            ("mean_score", estimate::mean(&self.scores, LEVEL)),
        ])
        .collect()
    }

    /// The estimates of the whole panel.
    pub(super) fn headline_estimates(&self, seed: u64) -> BTreeMap<String, Estimate> {
        let n = self.scores.n();
        let mut estimates = self.estimates();
        let [promoters, passives, detractors] = self.groups();
        let bootstrap = bootstrap::mean(&self.scores, LEVEL, seed, "mean_score");
        estimates.extend(named([
            ("mean_score_bootstrap", bootstrap),
            ("promoters_pct", estimate::percent(promoters, n, LEVEL)),
            ("passives_pct", estimate::percent(passives, n, LEVEL)),
            ("detractors_pct", estimate::percent(detractors, n, LEVEL)),
        ]));
        estimates.extend(sentiment_estimates(&self.sentiments));
        estimates
    }

    /// The contract's fields; `None` without an answer.
    pub(super) fn outcomes(
        &self,
        top_concerns: Vec<String>,
        top_appeals: Vec<String>,
    ) -> Option<Outcomes> {
        let tenths = apportion::tenths(&self.groups());
        let percent = |tenths: u64| tenths as f64 / 10.0;
        let (promoters, passives, detractors) = (tenths[0], tenths[1], tenths[2]);
        Some(Outcomes::Nps {
            // From the shares as they are printed, so that a reader who subtracts them gets this number.
            nps_score: (promoters as f64 - detractors as f64) / 10.0,
            promoters_pct: percent(promoters),
            passives_pct: percent(passives),
            detractors_pct: percent(detractors),
            mean_score: estimate::tidy(self.scores.mean()?),
            std_dev: self.scores.sd().map(estimate::tidy),
            score_distribution: distribution(&self.scores),
            top_concerns,
            top_appeals,
        })
    }
}
