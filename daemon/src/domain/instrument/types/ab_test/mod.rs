//! The A/B test: two variants, a preference, a score for each. The order in which a respondent sees them is drawn
//! from the seed and recorded with the answer; with `orders: both` each respondent answers once in each order, and
//! only a preference that survives the swap counts.

mod orders;
mod sentences;
mod tally;
mod verdict;

use protocol::results::{Answer, Preference, Results};
use protocol::study::{Instrument, Order, Orders, StudySpec, StudyType};
use serde_json::{Value, json};

use super::templates::SHARED;
use super::{
    Chosen, Contradiction, Controls, Layout, MainNumber, Rehearsal, StudyKind, Supplied, Template,
};
use crate::domain::instrument::Unreadable;
use crate::domain::instrument::items::Item;
use crate::domain::instrument::level::{Measure, of_score};
use crate::domain::instrument::metric::{Metric, MetricSource};
use crate::domain::instrument::normalize_reply::{FieldKind, Form};
use crate::domain::instrument::reply::{Fields, REASONING_MAX};
use crate::domain::instrument::tally::Tally;
use crate::domain::instrument::wording_noise::WordingScale;
use crate::domain::outcome::{Answered, Assignment};
use tally::PairTally;
use verdict::Verdict;

/// First and last score of a variant.
const SCALE: (i32, i32) = (1, 10);

/// The signs with which A and B enter a number that compares them.
const A_MINUS_B: &[f64] = &[1.0, -1.0];

/// Standard deviation to plan with, in points of A's share minus B's: the largest there is.
const EXPECTED_SD: (f64, &str) = (100.0, "percentage points of A's share minus B's, at most");

/// The study type.
pub(super) struct AbStudy;

impl StudyKind for AbStudy {
    fn study_type(&self) -> StudyType {
        StudyType::AbTest
    }

    fn compose(&self, material: Supplied) -> Instrument {
        let [variant_a, variant_b] = material.variants;
        let orders = material.orders.unwrap_or(Orders::Split);
        Instrument::AbTest { variant_a, variant_b, orders }
    }

    fn texts<'a>(&self, instrument: &'a Instrument) -> Vec<(&'static str, &'a str)> {
        match instrument {
            Instrument::AbTest { variant_a, variant_b, .. } => {
                vec![("variant_a", variant_a), ("variant_b", variant_b)]
            }
            _ => Vec::new(),
        }
    }

    fn layout(&self) -> Layout {
        Layout::TwoVariants
    }

    fn keys(&self) -> &'static [&'static str] {
        &["orders"]
    }

    fn templates(&self) -> &'static [Template] {
        &SHARED
    }

    fn facts(&self, instrument: &Instrument, order: Order) -> Value {
        let names = ["A", "B"].into_iter();
        let texts = names.zip(self.texts(instrument));
        let mut variants: Vec<Value> =
            texts.map(|(name, (_, text))| json!({ "name": name, "text": text.trim() })).collect();
        if order == Order::BFirst {
            variants.reverse();
        }
        json!({ "variants": variants })
    }

    fn questionnaire(&self, instrument: &Instrument, order: Order) -> String {
        match self.texts(instrument).as_slice() {
            [(_, a), (_, b)] => questionnaire(a.trim(), b.trim(), order),
            _ => String::new(),
        }
    }

    fn presentation(&self, instrument: &Instrument) -> String {
        orders_of(instrument).to_string()
    }

    fn orders(&self, instrument: &Instrument) -> Option<Orders> {
        Some(orders_of(instrument))
    }

    fn tasks(&self, instrument: &Instrument) -> u16 {
        if orders_of(instrument) == Orders::Both { 2 } else { 1 }
    }

    fn order(&self, spec: &StudySpec, at: Assignment) -> Option<Order> {
        Some(orders::order(orders_of(&spec.instrument), spec.seed, at))
    }

    fn controls(&self) -> Controls {
        Controls::Meaningless {
            instead: "orders: both is what checks an A/B test, or ask about each variant as a concept_test",
        }
    }

    fn rehearsal(&self) -> Option<Rehearsal> {
        Some(Rehearsal::Preference)
    }

    fn form(&self, _instrument: &Instrument) -> Form {
        vec![
            ("reasoning", FieldKind::Text(REASONING_MAX)),
            ("preference", FieldKind::preference()),
            ("score_a", FieldKind::Whole(1, 10)),
            ("score_b", FieldKind::Whole(1, 10)),
            ("sentiment", FieldKind::sentiment()),
            ("differentiators", FieldKind::Topics),
        ]
    }

    /// Where B is shown first, a place is that of one variant and the letter that of the other.
    fn form_at(&self, spec: &StudySpec, at: Assignment) -> Form {
        let mut form = self.form(&spec.instrument);
        if self.order(spec, at) == Some(Order::AFirst)
            && let Some((_, kind)) = form.iter_mut().find(|(key, _)| *key == "preference")
        {
            *kind = FieldKind::Placed;
        }
        form
    }

    fn items(&self, _instrument: &Instrument) -> Vec<Item> {
        vec![Item::Reasons, Item::Preference, Item::ScoreA, Item::ScoreB, Item::Sentiment]
    }

    fn read(
        &self,
        spec: &StudySpec,
        at: Assignment,
        fields: Fields,
    ) -> Result<Answered, Unreadable> {
        read(fields, self.order(spec, at).unwrap_or(Order::AFirst))
    }

    fn scale(&self) -> Option<(i32, i32)> {
        Some(SCALE)
    }

    /// The score of the preferred variant, or the better score if neither is preferred.
    fn score(&self, answer: &Answer) -> Option<u8> {
        let Answer::AbTest { preference, score_a, score_b, .. } = answer else { return None };
        Some(match preference {
            Preference::A => *score_a,
            Preference::B => *score_b,
            Preference::None => *score_a.max(score_b),
        })
    }

    fn with_texts(&self, mut answer: Answer, change: &dyn Fn(&str) -> String) -> Answer {
        if let Answer::AbTest { reasoning, .. } = &mut answer {
            *reasoning = change(reasoning);
        }
        answer
    }

    fn chosen(&self, answer: &Answer) -> Option<Chosen> {
        match answer {
            Answer::AbTest { sentiment, .. } => {
                Some(Chosen { sentiment: *sentiment, intent: None })
            }
            _ => None,
        }
    }

    fn repeated(&self, answer: &Answer) -> Option<i32> {
        Verdict::single(answer).map(Verdict::sign)
    }

    fn contradiction(&self) -> Option<Contradiction> {
        Some(Contradiction {
            is_in: preference_does_not_fit,
            what: "a preference that does not fit their own scores: the variant that they prefer scores lower",
        })
    }

    fn headline(&self) -> Option<MainNumber> {
        Some(MainNumber { field: "a_minus_b_pct", name: "A's share minus B's" })
    }

    fn metrics(&self) -> Vec<Metric> {
        const DOUBLED: (i32, i32) = (2 * SCALE.0, 2 * SCALE.1);
        const GAP: (i32, i32) = (DOUBLED.0 - DOUBLED.1, DOUBLED.1 - DOUBLED.0);
        let preference = |field: &str, side: i32| {
            let metric = Metric::share(field, (lead, side, side), WordingScale::PreferenceShare);
            metric.of_texts(A_MINUS_B)
        };
        let net = MetricSource::Balance { value: lead };
        let score_a = MetricSource::Doubled { scale: DOUBLED, value: doubled_a };
        let score_b = MetricSource::Doubled { scale: DOUBLED, value: doubled_b };
        let gaps = MetricSource::DoubledGap { scale: GAP, value: gap };
        vec![
            Metric::new("a_minus_b_pct", net, WordingScale::NetPreference).of_texts(A_MINUS_B),
            preference("variant_a_pct", 1),
            preference("variant_b_pct", -1),
            preference("no_preference_pct", 0),
            Metric::new("variant_a_score", score_a, WordingScale::Score).of_texts(&[1.0, 0.0]),
            Metric::new("variant_b_score", score_b, WordingScale::Score).of_texts(&[0.0, 1.0]),
            Metric::new("score_difference", gaps, WordingScale::Score).of_texts(A_MINUS_B),
        ]
    }

    fn whole_panel_only(&self) -> &'static [&'static str] {
        &["order_effect_pct"]
    }

    fn expected_sd(&self) -> (f64, &'static str) {
        EXPECTED_SD
    }

    fn tally(&self) -> Box<dyn Tally> {
        Box::new(PairTally::of_class())
    }

    fn panel_tally(&self, spec: &StudySpec) -> Box<dyn Tally> {
        let identical = match self.texts(&spec.instrument).as_slice() {
            [(_, a), (_, b)] => a.trim() == b.trim(),
            _ => false,
        };
        Box::new(PairTally::of_panel(orders_of(&spec.instrument), identical))
    }

    fn levels<'r>(&self, results: &'r Results) -> Vec<Measure<'r>> {
        let of = |field: &str| results.estimates.get(field);
        let variants = [
            of("variant_a_score").map(|a| of_score(a, "the mean score of A")),
            of("variant_b_score").map(|b| of_score(b, "the mean score of B")),
        ];
        let better = variants.into_iter().flatten().reduce(|best, next| {
            if next.estimate.value > best.estimate.value { next } else { best }
        });
        better.into_iter().collect()
    }

    fn level_title(&self, _results: &Results, measure: &Measure<'_>) -> String {
        format!(
            "Hardly anybody likes either variant: {}, the better one, is {}",
            measure.name,
            measure.value()
        )
    }
}

fn orders_of(instrument: &Instrument) -> Orders {
    match instrument {
        Instrument::AbTest { orders, .. } => *orders,
        _ => Orders::Split,
    }
}

fn questionnaire(variant_a: &str, variant_b: &str, order: Order) -> String {
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

fn read(mut fields: Fields, order: Order) -> Result<Answered, Unreadable> {
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

fn lead(said: &[&Answered]) -> Option<i32> {
    Verdict::of_read(said).map(Verdict::sign)
}

fn doubled_a(said: &[&Answered]) -> Option<i32> {
    Some(Verdict::of_read(said)?.doubled().0)
}

fn doubled_b(said: &[&Answered]) -> Option<i32> {
    Some(Verdict::of_read(said)?.doubled().1)
}

fn gap(said: &[&Answered]) -> Option<i32> {
    let (a, b) = Verdict::of_read(said)?.doubled();
    Some(a - b)
}

/// Whether the answer prefers the variant that scores lower.
fn preference_does_not_fit(answer: &Answer) -> bool {
    let Answer::AbTest { preference, score_a, score_b, .. } = answer else { return false };
    match preference {
        Preference::A => score_a < score_b,
        Preference::B => score_b < score_a,
        Preference::None => false,
    }
}
