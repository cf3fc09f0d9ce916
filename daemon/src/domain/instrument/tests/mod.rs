//! Instruments through their public interface: what is asked, what is read, what is rejected, and the results of a
//! few answers. One file for each study type; shared helpers are here.

#![allow(clippy::unwrap_used, reason = "a test that finds nothing to unwrap has failed")]
#![allow(clippy::float_cmp, reason = "exact where exactness is the point")]

mod ab_test;
mod asking;
mod compare;
mod concept_test;
mod findings;
mod hashes;
mod items;
mod laboratory;
mod level;
mod meanings;
mod nps;
mod rank;
mod reading;
mod refusals;
mod schema_replies;
mod sentiment;
mod spelling;
mod survey;
mod wording;

use std::collections::BTreeMap;

pub(in crate::domain::instrument) use items::kinds;

use protocol::audience::Audience;
use protocol::results::{Answer, PurchaseIntent, Results, Sentiment, ThemeKind};
use protocol::review::{ContentType, Neighbours, ReviewMaterial, ReviewMode};
use protocol::study::{EngineMode, Instrument, Orders, StudySpec};
use serde_json::json;

use super::*;
use crate::domain::outcome::{Answered, Assignment, FIRST_ROUND, Mention, Outcome};

pub(super) const STIMULUS: &str = "A meal kit delivery service that learns your taste.";

pub(super) fn study(instrument: Instrument) -> StudySpec {
    StudySpec {
        name: "Meal kit".to_owned(),
        instrument,
        panel: 50,
        audience: Audience::default(),
        engine: "offline".to_owned(),
        engine_mode: EngineMode::Standard,
        seed: 7,
        context: None,
        language: None,
        max_cost_usd: None,
        tags: Vec::new(),
        project: None,
        webhook: None,
        measurement: protocol::measurement::Measurement::default(),
    }
}

pub(in crate::domain::instrument) fn concept() -> StudySpec {
    study(Instrument::ConceptTest { stimulus: STIMULUS.to_owned() })
}

pub(super) fn recommendation() -> StudySpec {
    study(Instrument::Nps { stimulus: STIMULUS.to_owned() })
}

pub(super) fn review(content_type: ContentType) -> StudySpec {
    let review = ReviewMaterial {
        content: STIMULUS.to_owned(),
        code: Vec::new(),
        source: None,
        content_type,
        sent_as: None,
        mode: ReviewMode::QuickPulse,
        rounds: 1,
        target_score: None,
        stop_on_no_gain: false,
        allow_new_claims: false,
        neighbours: Neighbours::Stock,
        target_audience: None,
        niche: None,
        tone: None,
        goal: None,
        against: None,
    };
    study(Instrument::ContentReview { review: Box::new(review) })
}

pub(super) fn survey() -> StudySpec {
    let questions = vec!["What would stop you?".to_owned(), "What is it worth?".to_owned()];
    study(Instrument::Survey { stimulus: STIMULUS.to_owned(), questions })
}

pub(super) fn ab(orders: Orders) -> StudySpec {
    let variant = |text: &str| format!("{STIMULUS} {text}");
    let (variant_a, variant_b) = (variant("Fresh."), variant("Cheap."));
    study(Instrument::AbTest { variant_a, variant_b, orders })
}

pub(super) fn at(respondent: u32, task: u16) -> Assignment {
    Assignment { task, ..Assignment::first(FIRST_ROUND, respondent) }
}

pub(super) fn good_reply() -> serde_json::Value {
    json!({
        "score": 7,
        "sentiment": "mixed",
        "reasoning": "It saves me an hour a day, but $12 a meal is a lot.",
        "purchase_intent": "probably",
        "appeals": [{"theme": "Convenience", "quote": "saves me an hour a day"}],
        "concerns": [{"theme": "Price", "quote": "$12 a meal is a lot"}],
    })
}

/// Reads a reply as the answer to the first assignment.
pub(super) fn read(spec: &StudySpec, reply: &str) -> Result<Answered, Unreadable> {
    read_at(spec, FIRST, reply)
}

#[track_caller]
pub(super) fn invalid(spec: &StudySpec, reply: &str) -> String {
    match read(spec, reply) {
        Err(Unreadable::Invalid { reason }) => reason,
        other => panic!("{reply:.60} was read as {other:?}"),
    }
}

pub(super) const AGES: [&str; 4] = ["18-24", "25-34", "35-44", "45-54"];

pub(super) fn classes(ordinal: u32) -> [(&'static str, &'static str); 2] {
    [
        ("gender", if ordinal.is_multiple_of(2) { "female" } else { "male" }),
        ("age_band", AGES[ordinal as usize % 4]),
    ]
}

/// What the respondent at `ordinal` says: every third names the price and scores low.
pub(super) fn outcome(ordinal: u32) -> Outcome {
    let dear = ordinal.is_multiple_of(3);
    let score = if dear { 3 } else { 7 + u8::try_from(ordinal % 3).unwrap() };
    let reasoning = format!("As number {ordinal} I think it costs ${} too much.", ordinal + 1);
    let mentions = if dear {
        vec![Mention {
            kind: ThemeKind::Concern,
            theme: if ordinal.is_multiple_of(2) { "Price" } else { "price" }.to_owned(),
            quote: Some(format!("costs ${} too much", ordinal + 1)),
        }]
    } else {
        vec![Mention { kind: ThemeKind::Appeal, theme: "Ease".to_owned(), quote: None }]
    };
    Outcome::Answered(Answered {
        answer: Answer::ConceptTest {
            score,
            sentiment: if dear { Sentiment::Negative } else { Sentiment::Positive },
            reasoning,
            purchase_intent: if dear { PurchaseIntent::Maybe } else { PurchaseIntent::Probably },
        },
        mentions,
        options: None,
        channels: None,
    })
}

pub(super) fn results_of(ordinals: impl Iterator<Item = u32>) -> Option<Results> {
    let mut accumulator = Accumulator::new(&concept());
    for ordinal in ordinals {
        accumulator.add(at(ordinal, 0), &classes(ordinal), &outcome(ordinal));
    }
    accumulator.finish(BTreeMap::new())
}

pub(super) fn finish(
    spec: &StudySpec,
    answers: impl Iterator<Item = (u32, Answered)>,
) -> Option<Results> {
    let mut accumulator = Accumulator::new(spec);
    for (ordinal, answered) in answers {
        accumulator.add(at(ordinal, 0), &classes(ordinal), &Outcome::Answered(answered));
    }
    accumulator.finish(BTreeMap::new())
}

pub(super) fn verdict(
    spec: &StudySpec,
    ordinal: u32,
    task: u16,
    preference: &str,
    a: u8,
    b: u8,
) -> Answered {
    let reply = json!({
        "preference": preference, "score_a": a, "score_b": b,
        "reasoning": "It reads better.", "sentiment": "positive", "differentiators": ["Tone"],
    });
    read_at(spec, at(ordinal, task), &reply.to_string()).unwrap()
}
