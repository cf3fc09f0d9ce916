//! The concept test: a concept rated from 1 to 10, with purchase intent and the reasons for and against.

use std::collections::BTreeMap;

use protocol::results::{
    Answer, Distribution, Estimate, IntentShares, Outcomes, PurchaseIntent, Sentiment,
};

use super::Unreadable;
use super::reply::{Fields, REASONING_MAX};
use super::tally::{distribution, named, sentiment_estimates};
use crate::domain::outcome::Answered;
use crate::domain::stats::histogram::Histogram;
use crate::domain::stats::{LEVEL, apportion, bootstrap, estimate};

/// First and last score.
pub(super) const SCALE: (i32, i32) = (1, 10);

/// Standard deviation to plan with, in points: the middle of the 1.6 to 2.6 that ordinary concepts show.
pub(super) const EXPECTED_SD: (f64, &str) = (2.1, "points of the mean score");

pub(super) fn questionnaire(stimulus: &str) -> String {
    format!(
        "Please read this concept:\n\n{stimulus}\n\n\
         1. How much do you like it, from 1 (not at all) to 10 (very much)?\n\
         2. Would you buy or use it: definitely, probably, maybe, probably_not or definitely_not?\n\
         3. How do you feel about it: positive, negative, neutral or mixed?\n\
         4. Why? Name what appeals to you and what concerns you.\n\n\
         Reply with one JSON object: {{\"score\": 1-10, \"sentiment\": \"…\", \"reasoning\": \"…\", \
         \"purchase_intent\": \"…\", \"appeals\": [{{\"theme\": \"…\", \"quote\": \"words of your reasoning\"}}], \
         \"concerns\": [{{\"theme\": \"…\", \"quote\": \"…\"}}]}}\n"
    )
}

pub(super) fn read(mut fields: Fields) -> Result<Answered, Unreadable> {
    let score = fields.integer("score", 1, 10)?;
    let sentiment = fields.word("sentiment")?;
    let reasoning = fields.text_beside("reasoning", REASONING_MAX)?;
    let purchase_intent = fields.word("purchase_intent")?;
    let mentions = fields.appeals_and_concerns(&reasoning)?;
    fields.finish()?;
    Ok(Answered {
        answer: Answer::ConceptTest { score, sentiment, reasoning, purchase_intent },
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
    intents: [u64; PurchaseIntent::ALL.len()],
}

impl Tally {
    pub(super) fn new() -> Self {
        Self {
            scores: Histogram::new(SCALE.0, SCALE.1),
            sentiments: [0; Sentiment::ALL.len()],
            intents: [0; PurchaseIntent::ALL.len()],
        }
    }

    pub(super) fn add(&mut self, score: u8, sentiment: Sentiment, intent: PurchaseIntent) {
        if self.scores.add(i32::from(score)) {
            self.sentiments[sentiment.index()] += 1;
            self.intents[intent.index()] += 1;
        }
    }

    /// The estimates that a segment shows too.
    pub(super) fn estimates(&self) -> BTreeMap<String, Estimate> {
        let n = self.scores.n();
        let would_buy: u64 = self.intents[..=PurchaseIntent::Probably.index()].iter().sum();
        named([
            ("mean_score", estimate::mean(&self.scores, LEVEL)),
            ("top_two_box_pct", estimate::percent(self.scores.between(9, 10), n, LEVEL)),
            ("would_buy_pct", estimate::percent(would_buy, n, LEVEL)),
        ])
        .collect()
    }

    /// The estimates of the whole panel.
    pub(super) fn headline_estimates(&self, seed: u64) -> BTreeMap<String, Estimate> {
        let n = self.scores.n();
        let mut estimates = self.estimates();
        let bootstrap = bootstrap::mean(&self.scores, LEVEL, seed, "mean_score");
        estimates.extend(named([
            ("median_score", estimate::median(&self.scores, LEVEL)),
            ("mean_score_bootstrap", bootstrap),
        ]));
        let intents = PurchaseIntent::ALL.iter().zip(self.intents);
        estimates.extend(named(intents.map(|(intent, count)| {
            (format!("purchase_intent.{intent}"), estimate::percent(count, n, LEVEL))
        })));
        estimates.extend(sentiment_estimates(&self.sentiments));
        estimates
    }

    /// The contract's fields; `None` without an answer.
    pub(super) fn outcomes(
        &self,
        top_concerns: Vec<String>,
        top_appeals: Vec<String>,
    ) -> Option<Outcomes> {
        let shares = apportion::percent(&self.intents);
        let share = |intent: PurchaseIntent| shares.get(intent.index()).copied().unwrap_or(0.0);
        Some(Outcomes::ConceptTest {
            mean_score: estimate::tidy(self.scores.mean()?),
            median_score: self.scores.median()?,
            std_dev: self.scores.sd().map(estimate::tidy),
            score_distribution: self.distribution(),
            purchase_intent: IntentShares {
                definitely: share(PurchaseIntent::Definitely),
                probably: share(PurchaseIntent::Probably),
                maybe: share(PurchaseIntent::Maybe),
                probably_not: share(PurchaseIntent::ProbablyNot),
                definitely_not: share(PurchaseIntent::DefinitelyNot),
            },
            top_concerns,
            top_appeals,
        })
    }

    fn distribution(&self) -> Distribution {
        distribution(&self.scores)
    }
}
