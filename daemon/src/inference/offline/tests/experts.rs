//! Experts of a content review, of every type of content and in every mode: none says a thing and its opposite, and none finds
//! nothing to say.

use std::collections::BTreeMap;

use proptest::prelude::*;
use protocol::review::{ContentType, ReviewMode};
use reader::review::SIGNALS;
use serde::Deserialize;

use super::people::panel;
use super::{ask_all, concept, json};
use crate::domain::instrument::{ReviewSettings, Supplied, compose};

/// What may be said of a signal.
#[derive(Deserialize)]
struct SignalSaid {
    strength: Option<String>,
    #[serde(default)]
    against: Vec<String>,
    fault: String,
}

/// The pairs of sentences that contradict each other.
fn opposites() -> Vec<(String, String)> {
    let signals: BTreeMap<String, SignalSaid> = toml::from_str(SIGNALS).unwrap();
    let mut pairs = Vec::new();
    for said in signals.values() {
        let Some(strength) = &said.strength else { continue };
        let others = said.against.iter().map(|other| &signals[other]);
        let faults = others.chain([said]).map(|one| one.fault.clone());
        pairs.extend(faults.map(|fault| (strength.clone(), fault)));
    }
    pairs
}

fn reasonings(text: &str, kind: ContentType, mode: ReviewMode, seed: u64) -> Vec<String> {
    let review = ReviewSettings {
        content_type: Some((kind, None)),
        mode: Some(mode),
        competitors: Some(vec!["Ten facts about bread".to_owned()]),
        ..ReviewSettings::default()
    };
    let stimulus = text.to_owned();
    let supplied = Supplied { stimulus, review, ..Supplied::default() };
    let instrument = compose(protocol::study::StudyType::ContentReview, supplied);
    let spec = protocol::study::StudySpec { instrument, ..concept(text, seed) };
    let replies = ask_all(&spec, &panel(6, 3));
    replies.iter().map(|reply| json(reply)["reasoning"].as_str().unwrap().to_owned()).collect()
}

const SENTENCES: &[&str] = &[
    "Your invoices are sent in two minutes, and you keep 40 euros a month.",
    "We are a leading provider of innovative solutions.",
    "You save time.",
    "Our company was founded in 2011.",
    "Sign up by Friday at shop.example.com.",
    "Click here! Buy now! Call us!",
    "It costs $24.",
    "Prices on request.",
    "Anna Holm of Berlin tested it for 9 months and lost nothing.",
    "Everybody will love it, guaranteed.",
    "What would you do?",
    "In today's fast-paced world, things change.",
    "Why I quit a job at Google",
    "You won't believe what happened next",
    "The form has eleven pages, and you must come in person.",
    "# What is new",
    "First you open it, then you close it, because the lid keeps the heat.",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2))]

    #[test]
    fn no_expert_says_a_thing_and_its_opposite(
        texts in prop::collection::vec(prop::sample::subsequence(SENTENCES.to_vec(), 1..5), 3),
        seed in 1_u64..1_000,
    ) {
        let opposites = opposites();
        for kind in ContentType::ALL {
            for (mode, sentences) in ReviewMode::ALL.iter().zip(&texts) {
                let text = sentences.join(" ").replace("# What is new", "\n\n# What is new\n\n");
                for said in reasonings(&text, *kind, *mode, seed) {
                    prop_assert!(!said.is_empty());
                    for (strength, fault) in &opposites {
                        prop_assert!(
                            !(said.contains(strength.as_str()) && said.contains(fault.as_str())),
                            "{} {}: {said}", kind.as_str(), mode
                        );
                    }
                }
            }
        }
    }
}
