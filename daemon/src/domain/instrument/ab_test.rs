//! The A/B test: two variants, a preference, a score for each. The order in which a respondent sees them is drawn from
//! the seed and recorded with the answer; with `orders: both` everyone answers once in each order, and only a
//! preference that survives the swap counts.

use std::collections::BTreeMap;

use protocol::results::{Answer, Estimate, Outcomes, Preference, Winner};
use protocol::study::{Instrument, Order, Orders, StudySpec};
use rand_core::Rng;

use super::Unreadable;
use super::reply::{Fields, REASONING_MAX};
use crate::domain::outcome::{Answered, Assignment};
use crate::domain::stats::compare::{Moments, welch};
use crate::domain::stats::histogram::Histogram;
use crate::domain::stats::{LEVEL, apportion, bootstrap, estimate};

/// Standard deviation to plan with, in points of A's share minus B's: the largest there is.
pub(super) const EXPECTED_SD: (f64, &str) =
    (100.0, "percentage points of A's share minus B's, at most");

/// The order in which an assignment shows the variants; `None` for every other instrument. In a split each pair of
/// neighbours in the panel gets one of each, and the seed decides who gets which.
pub(super) fn order(spec: &StudySpec, at: Assignment) -> Option<Order> {
    let Instrument::AbTest { orders, .. } = &spec.instrument else { return None };
    let a_first = match orders {
        Orders::Both => at.task == 0,
        Orders::Split => {
            let pair = format!("order of pair {}", at.respondent / 2);
            let drawn = bootstrap::generator(spec.seed, &pair).next_u64() & 1 == 1;
            drawn == at.respondent.is_multiple_of(2)
        }
    };
    Some(if a_first { Order::AFirst } else { Order::BFirst })
}

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
    let reasoning = fields.text("reasoning", REASONING_MAX)?;
    let sentiment = fields.word("sentiment")?;
    let mentions = fields.topics("differentiators")?;
    fields.finish()?;
    let answer = Answer::AbTest { preference, score_a, score_b, reasoning, sentiment, order };
    Ok(Answered { answer, mentions, options: None })
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
        [
            ("variant_a_pct", estimate::percent(a, n, LEVEL)),
            ("variant_b_pct", estimate::percent(b, n, LEVEL)),
            ("no_preference_pct", estimate::percent(none, n, LEVEL)),
            ("a_minus_b_pct", self.lead()),
            ("variant_a_score", halved(&self.doubled_a)),
            ("variant_b_score", halved(&self.doubled_b)),
            ("score_difference", halved(&self.doubled_gap).map(paired)),
        ]
        .into_iter()
        .filter_map(|(field, estimate)| Some((field.to_owned(), estimate?)))
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
            variant_a_score: self.doubled_a.mean()? / 2.0,
            variant_b_score: self.doubled_b.mean()? / 2.0,
            variant_a_pct: shares[Preference::A.index()],
            variant_b_pct: shares[Preference::B.index()],
            no_preference_pct: shares[Preference::None.index()],
            key_differentiators: differentiators,
            contested: orders.both.then_some(self.contested),
            orders_shown: (orders.a_first.n(), orders.b_first.n()),
        })
    }

    /// Sentences on what the test says, and on what speaks against it.
    pub(super) fn conclusions(&self, orders: &OrderCounts, identical: bool) -> Vec<String> {
        let mut sentences = Vec::new();
        if let Some(lead) = self.lead() {
            let (low, high) = (lead.low.unwrap_or(f64::NAN), lead.high.unwrap_or(f64::NAN));
            sentences.push(match (self.winner(), lead.low.is_some()) {
                (_, false) => "One answer says nothing about a winner.".to_owned(),
                (Winner::A, _) => format!(
                    "A wins: its share is {:.1} percentage points above B's (95 % interval {low:.1} to {high:.1}).",
                    lead.value
                ),
                (Winner::B, _) => format!(
                    "B wins: its share is {:.1} percentage points above A's (95 % interval {:.1} to {:.1}).",
                    -lead.value, -high, -low
                ),
                (Winner::Tie, _) => format!(
                    "No winner: A's share minus B's is {:+.1} percentage points (95 % interval {low:.1} to {high:.1}).",
                    lead.value
                ),
            });
        }
        if identical {
            sentences.push(
                "The two variants are identical: any difference here is noise or order.".to_owned(),
            );
        }
        let gap = estimate::mean(&self.doubled_gap, LEVEL).map(|gap| gap.value);
        let disagrees = match (self.winner(), gap) {
            (Winner::A, Some(gap)) => gap < 0.0,
            (Winner::B, Some(gap)) => gap > 0.0,
            _ => false,
        };
        if disagrees {
            sentences.push(
                "The scores disagree with the preferences: the loser scores higher. Do not decide on this alone."
                    .to_owned(),
            );
        }
        if self.contested > 0 {
            sentences.push(format!(
                "{} of {} changed their preference with the order and count as no preference.",
                self.contested,
                self.n()
            ));
        }
        if let Some(effect) = orders.effect()
            && effect.low.zip(effect.high).is_some_and(|(low, high)| low > 0.0 || high < 0.0)
        {
            sentences.push(format!(
                "The order matters: what is shown first gains {:+.1} percentage points of A's share minus B's.",
                effect.value
            ));
        }
        sentences
    }
}

/// Preferences by the order that was shown: what an order effect is estimated from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OrderCounts {
    both: bool,
    a_first: Histogram,
    b_first: Histogram,
    /// With both orders: preference when A came first minus preference when B came first, for each respondent.
    swaps: Histogram,
}

impl OrderCounts {
    pub(super) fn new(orders: Orders) -> Self {
        Self {
            both: orders == Orders::Both,
            a_first: Histogram::new(-1, 1),
            b_first: Histogram::new(-1, 1),
            swaps: Histogram::new(-2, 2),
        }
    }

    pub(super) fn needs_both(&self) -> bool {
        self.both
    }

    pub(super) fn add(&mut self, verdict: Verdict) {
        match verdict.order {
            Some(Order::AFirst) => self.a_first.add(sign(verdict.preference)),
            Some(Order::BFirst) => self.b_first.add(sign(verdict.preference)),
            None => false,
        };
    }

    pub(super) fn add_swap(&mut self, one: Verdict, other: Verdict) {
        let (a_first, b_first) =
            if one.order == Some(Order::AFirst) { (one, other) } else { (other, one) };
        self.swaps.add(sign(a_first.preference) - sign(b_first.preference));
    }

    /// A's share minus B's when A came first, minus the same when B came first, halved: what coming first is worth,
    /// in percentage points. Paired when everyone saw both orders, Welch otherwise.
    pub(super) fn effect(&self) -> Option<Estimate> {
        if self.both {
            let swap = estimate::mean(&self.swaps, LEVEL)?;
            return Some(paired(estimate::scaled(swap, 50.0)));
        }
        let found = welch(
            Moments::of_histogram(&self.a_first)?,
            Moments::of_histogram(&self.b_first)?,
            LEVEL,
        )?;
        let n = self.a_first.n() + self.b_first.n();
        let interval = Some(found.interval);
        let effect = estimate::equal_weights(found.difference, interval, LEVEL, n, "welch_t");
        Some(estimate::scaled(effect, 50.0))
    }
}

fn sign(preference: Preference) -> i32 {
    match preference {
        Preference::A => 1,
        Preference::B => -1,
        Preference::None => 0,
    }
}

fn paired(mut estimate: Estimate) -> Estimate {
    "paired_t".clone_into(&mut estimate.method);
    estimate
}
