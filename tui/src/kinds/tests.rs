//! Invariants of every study type's view.

use std::collections::BTreeSet;

use protocol::results::{Preference, PurchaseIntent, Sentiment};
use protocol::review::{Dimension, DimensionScore, ExpertSuggestion, Hundredths, ReviewAnswer};
use protocol::study::Order;

use super::*;

/// An answer of a type, with `word` in every text.
fn answer(study_type: StudyType, word: &str) -> Answer {
    let (reasoning, sentiment) = (word.to_owned(), Sentiment::Mixed);
    match study_type {
        StudyType::ConceptTest => Answer::ConceptTest {
            score: 7,
            sentiment,
            reasoning,
            purchase_intent: PurchaseIntent::Maybe,
        },
        StudyType::Nps => Answer::Nps { score: 7, reasoning, sentiment },
        StudyType::Sentiment => {
            Answer::Sentiment { sentiment, reasoning, key_theme: word.to_owned() }
        }
        StudyType::AbTest => Answer::AbTest {
            preference: Preference::B,
            score_a: 4,
            score_b: 6,
            reasoning,
            sentiment,
            order: Order::BFirst,
        },
        StudyType::Survey => Answer::Survey {
            answers: [("Why?".to_owned(), word.to_owned())].into(),
            reasoning,
            themes: BTreeMap::new(),
            refused: [("How?".to_owned(), word.to_owned())].into(),
        },
        StudyType::ContentReview => Answer::ContentReview {
            reasoning,
            said: ReviewAnswer::Scores {
                role: word.to_owned(),
                overall: Hundredths(667),
                scores: vec![DimensionScore { dimension: Dimension::Clarity, score: 7 }],
                would_click: true,
                distinctiveness: 4,
                regulatory_fit: 6,
                suggestions: vec![ExpertSuggestion {
                    dimension: Dimension::Clarity,
                    suggestion: word.to_owned(),
                    quote: Some(word.to_owned()),
                }],
                objection: Some(word.to_owned()),
            },
        },
    }
}

#[test]
fn every_type_is_registered_in_order_and_says_what_it_is() {
    assert_eq!(VIEWS.len(), StudyType::ALL.len());
    for (study_type, known) in StudyType::ALL.iter().zip(VIEWS) {
        assert!(std::ptr::eq(view(*study_type), *known), "{study_type} is out of order");
        assert!(std::ptr::eq(of_answer(&answer(*study_type, "")), *known), "{study_type}");
        for text in [known.title, known.about, known.stimulus, known.asked, known.topics] {
            assert!(!text.is_empty(), "{study_type} lacks a text");
        }
        let StudyView { main, lines, .. } = known;
        let fields: Vec<&str> = known.headline.iter().map(|metric| metric.field).collect();
        assert!(main.is_none_or(|main| fields.contains(&main.field)), "{study_type}: {main:?}");
        assert!(
            lines.iter().all(|(_, field, _)| fields.contains(field)),
            "{study_type}: {lines:?}"
        );
    }
}

#[test]
fn titles_fields_of_the_form_and_words_of_the_filter_are_of_one_type_each() {
    let titles = VIEWS.iter().map(|view| view.title);
    let keys = VIEWS.iter().flat_map(|view| view.fields).map(|field| field.key);
    let typed = VIEWS.iter().filter_map(|view| view.main).map(|main| main.typed);
    for names in [titles.collect::<Vec<_>>(), keys.collect(), typed.collect()] {
        let once: BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(once.len(), names.len(), "{names:?}");
    }
}

#[test]
fn a_number_that_several_types_have_reads_the_same_in_all_of_them() {
    for own in VIEWS.iter().flat_map(|view| view.headline) {
        let first = metric(own.field).unwrap();
        let read = |metric: &Metric| (metric.show(-2.345), metric.words());
        assert_eq!(read(own), read(first), "{}", own.field);
    }
}

#[test]
fn every_text_of_an_answer_is_made_inert() {
    const WORD: &str = "UNSAFE";
    for study_type in StudyType::ALL {
        let mut answer = answer(*study_type, WORD);
        let held = serde_json::to_string(&answer).unwrap().matches(WORD).count();
        let texts = texts_mut(&mut answer);
        assert_eq!(texts.len(), held, "{study_type}");
        texts.into_iter().for_each(String::clear);
        let left = serde_json::to_string(&answer).unwrap();
        assert!(!left.contains(WORD), "{study_type}: {left}");
    }
}

#[test]
fn every_answer_reads_in_a_line_in_facts_and_in_rows() {
    let mut shown = String::new();
    for study_type in StudyType::ALL {
        let answer = answer(*study_type, "So.");
        assert!((view(*study_type).scale.0..=view(*study_type).scale.1).contains(&mark(&answer)));
        assert_eq!(parts(&answer).reasoning, "So.", "{study_type}");
        shown += &format!("{study_type}: {}\n  {:?}\n", brief(&answer), facts(&answer));
        for row in rows(&answer) {
            let columns = ["score", "sentiment", "preference", "answer", "declined", "reasoning"];
            shown += &format!("  {:?}: {:?}\n", row.question, columns.map(|name| row.cell(name)));
        }
    }
    insta::assert_snapshot!(shown);
}
