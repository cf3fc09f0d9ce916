//! The A/B test: two variants, a preference, a score for each. The order in which a respondent sees them is drawn from
//! the seed and recorded with the answer; with `orders: both` everyone answers once in each order, and only a
//! preference that survives the swap counts.

use std::collections::BTreeMap;

use protocol::results::{Answer, Estimate, Outcomes, Preference, Winner};
use protocol::study::Order;

use super::Unreadable;
use super::ab_orders::OrderCounts;
use super::reply::{Fields, REASONING_MAX};
use super::tally::named;
use crate::domain::outcome::Answered;
use crate::domain::stats::histogram::Histogram;
use crate::domain::stats::{LEVEL, apportion, estimate};

/// Standard deviation to plan with, in points of A's share minus B's: the largest there is.
pub(super) const EXPECTED_SD: (f64, &str) =
    (100.0, "percentage points of A's share minus B's, at most");

pub(super) fn questionnaire(variant_a: &str, variant_b: &str, order: Order) -> String {
    let (a, b) = (format!("Variant A:\n{variant_a}"), format!("Variant B:\n{variant_b}"));
    let (first, second) = match order {
        Order::AFirst => (a, b),
        Order::BFirst => (b, a),
    };
    format!(
        "Please read these two variants:\n\n{first}\n\n{second}\n\n\
         1. Which do you prefer: a, b or none?\n\
         2. How much do you like each, from 1 (not at all) to 10 (very much)?\n\
         3. How do you feel about the one you prefer: positive, negative, neutral or mixed?\n\
         4. Why, and what makes the difference?\n\n\
         Reply with one JSON object: {{\"preference\": \"a|b|none\", \"score_a\": 1-10, \"score_b\": 1-10, \
         \"reasoning\": \"…\", \"sentiment\": \"…\", \"differentiators\": [\"…\"]}}\n"
    )
}

pub(super) fn read(mut fields: Fields, order: Order) -> Result<Answered, Unreadable> {
    let preference = fields.word("preference")?;
    let score_a = fields.integer("score_a", 1, 10)?;
    let score_b = fields.integer("score_b", 1, 10)?;
    let reasoning = fields.text_beside("reasoning", REASONING_MAX)?;
    let sentiment = fields.word("sentiment")?;
    let mentions = fields.topics("differentiators")?;
    fields.finish()?;
    let answer = Answer::AbTest { preference, score_a, score_b, reasoning, sentiment, order };
    Ok(Answered { answer, mentions, options: None, channels: None })
}

/// What one respondent said, once or in both orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    preference: Preference,
    /// Twice the score, so that the mean of two answers stays whole.
    doubled_a: u8,
    doubled_b: u8,
    contested: bool,
    /// The order of the only answer.
    order: Option<Order>,
}

impl Verdict {
    pub(super) fn preference(self) -> Preference {
        self.preference
    }

    /// Twice the score of each variant, the mean of both answers where there are two.
    pub(super) fn doubled(self) -> (i32, i32) {
        (i32::from(self.doubled_a), i32::from(self.doubled_b))
    }

    /// The order of the only answer; `None` of a respondent who saw both.
    pub(super) fn order(self) -> Option<Order> {
        self.order
    }

    /// Of an answer in one order.
    pub(super) fn single(answer: &Answer) -> Option<Self> {
        match answer {
            Answer::AbTest { preference, score_a, score_b, order, .. } => Some(Self {
                preference: *preference,
                doubled_a: score_a.saturating_mul(2),
                doubled_b: score_b.saturating_mul(2),
                contested: false,
                order: Some(*order),
            }),
            _ => None,
        }
    }

    /// Of the same respondent's answers in both orders.
    pub(super) fn both(one: Self, other: Self) -> Self {
        let stable = one.preference == other.preference;
        Self {
            preference: if stable { one.preference } else { Preference::None },
            doubled_a: one.doubled_a / 2 + other.doubled_a / 2,
            doubled_b: one.doubled_b / 2 + other.doubled_b / 2,
            contested: !stable,
            order: None,
        }
    }
}

/// Counts of a group of respondents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tally {
    preferences: [u64; Preference::ALL.len()],
    doubled_a: Histogram,
    doubled_b: Histogram,
    /// Doubled score of A minus that of B, for each respondent.
    doubled_gap: Histogram,
    contested: u64,
}

impl Tally {
    pub(super) fn new() -> Self {
        Self {
            preferences: [0; Preference::ALL.len()],
            doubled_a: Histogram::new(2, 20),
            doubled_b: Histogram::new(2, 20),
            doubled_gap: Histogram::new(-18, 18),
            contested: 0,
        }
    }

    pub(super) fn add(&mut self, verdict: Verdict) {
        let (a, b) = (i32::from(verdict.doubled_a), i32::from(verdict.doubled_b));
        if self.doubled_a.add(a) && self.doubled_b.add(b) && self.doubled_gap.add(a - b) {
            self.preferences[verdict.preference.index()] += 1;
            self.contested += u64::from(verdict.contested);
        }
    }

    pub(super) fn n(&self) -> u64 {
        self.preferences.iter().sum()
    }

    /// Preferring A counts +1, B −1, neither 0.
    pub(super) fn measure(&self) -> Histogram {
        let [a, b, none] = self.preferences;
        Histogram::of_counts(-1, vec![b, none, a])
    }

    fn lead(&self) -> Option<Estimate> {
        let [a, b, _] = self.preferences;
        estimate::net_share(a, b, self.n(), LEVEL)
    }

    /// The estimates that a segment shows too.
    pub(super) fn estimates(&self) -> BTreeMap<String, Estimate> {
        let n = self.n();
        let [a, b, none] = self.preferences;
        let halved = |scores: &Histogram| {
            estimate::mean(scores, LEVEL).map(|estimate| estimate::scaled(estimate, 0.5))
        };
        named([
            ("variant_a_pct", estimate::percent(a, n, LEVEL)),
            ("variant_b_pct", estimate::percent(b, n, LEVEL)),
            ("no_preference_pct", estimate::percent(none, n, LEVEL)),
            ("a_minus_b_pct", self.lead()),
            ("variant_a_score", halved(&self.doubled_a)),
            ("variant_b_score", halved(&self.doubled_b)),
            ("score_difference", halved(&self.doubled_gap).map(paired)),
        ])
        .collect()
    }

    pub(super) fn winner(&self) -> Winner {
        match self.lead().and_then(|lead| Some((lead.low?, lead.high?))) {
            Some((low, _)) if low > 0.0 => Winner::A,
            Some((_, high)) if high < 0.0 => Winner::B,
            _ => Winner::Tie,
        }
    }

    /// The contract's fields; `None` without an answer.
    pub(super) fn outcomes(
        &self,
        orders: &OrderCounts,
        differentiators: Vec<String>,
    ) -> Option<Outcomes> {
        let shares = apportion::percent(&self.preferences);
        Some(Outcomes::AbTest {
            winner: self.winner(),
            variant_a_score: estimate::tidy(self.doubled_a.mean()? / 2.0),
            variant_b_score: estimate::tidy(self.doubled_b.mean()? / 2.0),
            variant_a_pct: shares[Preference::A.index()],
            variant_b_pct: shares[Preference::B.index()],
            no_preference_pct: shares[Preference::None.index()],
            key_differentiators: differentiators,
            contested: orders.needs_both().then_some(self.contested),
            orders_shown: orders.shown(),
        })
    }
}

/// The same estimate, said to be of pairs.
pub(super) fn paired(mut estimate: Estimate) -> Estimate {
    "paired_t".clone_into(&mut estimate.method);
    estimate
}
