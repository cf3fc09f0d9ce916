//! The sentiment study: how people feel about something, in one word, and the theme that decides it.

use std::collections::BTreeMap;

use protocol::results::{Answer, Estimate, Outcomes, Sentiment, ThemeKind};

use super::Unreadable;
use super::reply::{Fields, REASONING_MAX, THEME_MAX};
use super::tally::sentiment_estimates;
use crate::domain::outcome::{Answered, Mention};
use crate::domain::stats::histogram::Histogram;
use crate::domain::stats::{LEVEL, apportion, bootstrap, estimate};

/// Standard deviation to plan with, in points of one share: the largest there is.
pub(super) const EXPECTED_SD: (f64, &str) = (50.0, "percentage points of a share, at most");

pub(super) fn questionnaire(stimulus: &str) -> String {
    format!(
        "Please read this:\n\n{stimulus}\n\n\
         1. How do you feel about it: positive, negative, neutral or mixed?\n\
         2. Which one theme decides that?\n\
         3. Why? Name what appeals to you and what concerns you.\n\n\
         Reply with one JSON object: {{\"sentiment\": \"…\", \"reasoning\": \"…\", \"key_theme\": \"…\", \
         \"appeals\": [{{\"theme\": \"…\", \"quote\": \"words of your reasoning\"}}], \
         \"concerns\": [{{\"theme\": \"…\", \"quote\": \"…\"}}]}}\n"
    )
}

pub(super) fn read(mut fields: Fields) -> Result<Answered, Unreadable> {
    let sentiment = fields.word("sentiment")?;
    let reasoning = fields.text_beside("reasoning", REASONING_MAX)?;
    let key_theme = fields.text_beside("key_theme", THEME_MAX)?;
    let mut mentions = fields.appeals_and_concerns(&reasoning)?;
    fields.finish()?;
    if !key_theme.is_empty() {
        mentions.push(Mention { kind: ThemeKind::Topic, theme: key_theme.clone(), quote: None });
    }
    Ok(Answered {
        answer: Answer::Sentiment { sentiment, reasoning, key_theme },
        mentions,
        options: None,
        channels: None,
    })
}

/// Counts of a group of answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    counts: [u64; Sentiment::ALL.len()],
}

impl Tally {
    pub(super) fn add(&mut self, sentiment: Sentiment) {
        self.counts[sentiment.index()] += 1;
    }

    pub(super) fn n(&self) -> u64 {
        self.counts.iter().sum()
    }

    pub(super) fn counts(&self) -> &[u64] {
        &self.counts
    }

    fn count(&self, sentiment: Sentiment) -> u64 {
        self.counts[sentiment.index()]
    }

    /// Positive counts +1, negative −1, the rest 0.
    pub(super) fn measure(&self) -> Histogram {
        let positive = self.count(Sentiment::Positive);
        let negative = self.count(Sentiment::Negative);
        Histogram::of_counts(-1, vec![negative, self.n() - positive - negative, positive])
    }

    /// The estimates that a segment shows too.
    pub(super) fn estimates(&self) -> BTreeMap<String, Estimate> {
        let mut estimates: BTreeMap<_, _> = sentiment_estimates(&self.counts).collect();
        let (positive, negative) =
            (self.count(Sentiment::Positive), self.count(Sentiment::Negative));
        if let Some(net) = estimate::net_share(positive, negative, self.n(), LEVEL) {
            estimates.insert("net_sentiment".to_owned(), net);
        }
        estimates
    }

    /// The contract's fields; `None` without an answer.
    pub(super) fn outcomes(&self, seed: u64, key_themes: Vec<String>) -> Option<Outcomes> {
        let shares = apportion::percent(&self.counts);
        let share = |sentiment: Sentiment| shares[sentiment.index()];
        Some(Outcomes::Sentiment {
            positive_pct: share(Sentiment::Positive),
            negative_pct: share(Sentiment::Negative),
            neutral_pct: share(Sentiment::Neutral),
            mixed_pct: share(Sentiment::Mixed),
            confidence: bootstrap::share_still_leading(&self.counts, seed, "confidence")?,
            key_themes,
        })
    }
}
