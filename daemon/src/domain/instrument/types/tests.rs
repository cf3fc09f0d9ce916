//! Properties of every study type: the table is in order, an instrument keeps its type, the items together fill the
//! whole form, and the headline metric is one of the type's metrics.

use std::collections::BTreeSet;

use protocol::study::StudyType;

use super::*;

fn instrument(kind: &dyn StudyKind) -> Instrument {
    kind.compose(Supplied {
        code: Vec::new(),
        source: None,
        stimulus: " A box of dinners. ".to_owned(),
        variants: ["The first text.".to_owned(), "The second text.".to_owned()],
        questions: Some(vec!["Why?".to_owned(), "What else?".to_owned()]),
        orders: Some(Orders::Both),
        review: ReviewSettings::default(),
    })
}

#[test]
fn each_kind_is_found_by_its_type() {
    for (kind, study_type) in KINDS.iter().zip(StudyType::ALL) {
        assert_eq!(kind.study_type(), *study_type);
        assert_eq!(super::kind(*study_type).study_type(), *study_type);
    }
}

#[test]
fn an_instrument_is_of_the_type_that_composed_it() {
    for kind in KINDS {
        let instrument = instrument(kind);
        assert_eq!(instrument.study_type(), kind.study_type());
        assert_eq!(kind.check(&instrument), [], "{:?}", kind.study_type());
        assert!(!kind.texts(&instrument).is_empty());
        let text = kind.questionnaire(&instrument, Order::AFirst);
        for (_, shown) in kind.texts(&instrument) {
            assert!(text.contains(shown.trim()), "{text}");
        }
    }
}

#[test]
fn nobody_reads_the_material_of_another_type() {
    for kind in KINDS {
        for other in KINDS.iter().filter(|other| other.study_type() != kind.study_type()) {
            let theirs = instrument(*other);
            assert_eq!(kind.texts(&theirs), []);
            assert_eq!(kind.questionnaire(&theirs, Order::AFirst).matches("box").count(), 0);
            assert_eq!(kind.tasks(&theirs), 1);
        }
    }
}

#[test]
fn questions_one_by_one_fill_the_whole_form_and_each_key_once() {
    for kind in KINDS {
        let instrument = instrument(kind);
        let items = kind.items(&instrument);
        if items.is_empty() {
            continue;
        }
        let form = kind.form(&instrument);
        for (key, what) in &form {
            let filling: BTreeSet<&str> = items
                .iter()
                .filter(|item| item.fills(key, what))
                .map(|item| item.as_str())
                .collect();
            assert_eq!(filling.len(), 1, "{:?} {key}: {filling:?}", kind.study_type());
        }
        for item in items {
            assert!(form.iter().any(|(key, what)| item.fills(key, what)), "{item:?}");
        }
    }
}

#[test]
fn every_name_of_an_estimate_is_told_once_and_a_review_has_the_dimensions_of_its_type() {
    for kind in KINDS {
        let fields = estimate_fields(&instrument(kind));
        let names: BTreeSet<&String> = fields.iter().collect();
        assert_eq!(names.len(), fields.len(), "{fields:?}");
        assert_eq!(fields.is_empty(), kind.headline().is_none(), "{fields:?}");
        let review = instrument(kind);
        let Some(review) = review_of(&review) else { continue };
        let dimensions = fields.iter().filter(|field| field.starts_with("dimension."));
        assert_eq!(dimensions.count(), review.content_type.dimensions().len());
    }
}

#[test]
fn the_headline_is_one_of_the_numbers_and_numbers_have_names_of_their_own() {
    for kind in KINDS {
        let fields: Vec<String> = kind.metrics().into_iter().map(|metric| metric.field).collect();
        let different: BTreeSet<&String> = fields.iter().collect();
        assert_eq!(different.len(), fields.len());
        if let Some(headline) = kind.headline() {
            assert!(fields.iter().any(|field| field == headline.field), "{headline:?}");
            assert!(kind.tally().measure().is_some());
        } else {
            assert!(kind.tally().measure().is_none());
        }
    }
}

#[test]
fn every_type_lists_the_template_of_its_own_questions() {
    for kind in KINDS {
        let wanted = format!("{}.jinja", kind.study_type());
        assert!(kind.templates().iter().any(|(name, _)| *name == wanted), "{wanted}");
    }
}

#[test]
fn a_type_with_controls_has_the_templates_that_they_ask_with() {
    for kind in KINDS {
        let Controls::On { scale, .. } = kind.controls() else { continue };
        let has = |what: &str| {
            let wanted = format!("{}_{what}.jinja", kind.study_type());
            kind.templates().iter().any(|(name, _)| *name == wanted)
        };
        assert!(has("wordings"), "{:?}", kind.study_type());
        assert_eq!(has("reversed"), scale.is_numeric(), "{:?}", kind.study_type());
    }
}

#[test]
fn a_setting_belongs_to_one_type() {
    assert_eq!(type_that_takes("questions"), Some(StudyType::Survey));
    assert_eq!(type_that_takes("orders"), Some(StudyType::AbTest));
    assert_eq!(type_that_takes("rounds"), Some(StudyType::ContentReview));
    assert_eq!(type_that_takes("panel"), None);
    assert!(takes(StudyType::Survey, "questions") && !takes(StudyType::Nps, "questions"));
}

#[test]
fn every_text_of_an_answer_is_changed_and_no_choice() {
    let replies = [
        (
            StudyType::ConceptTest,
            r#"{"score": 7, "sentiment": "mixed", "reasoning": "WORDS", "purchase_intent": "maybe"}"#,
        ),
        (
            StudyType::Sentiment,
            r#"{"sentiment": "mixed", "reasoning": "WORDS", "key_theme": "WORDS"}"#,
        ),
        (StudyType::Nps, r#"{"score": 7, "sentiment": "mixed", "reasoning": "WORDS"}"#),
        (
            StudyType::Survey,
            r#"{"answers": [{"question": 1, "answer": "WORDS", "themes": ["WORDS"]}, {"question": 2, "refused": "WORDS"}], "reasoning": "WORDS"}"#,
        ),
        (
            StudyType::ContentReview,
            r#"{"reasoning": "WORDS", "appeal": 4, "clarity": 8, "relevance": 5, "credibility": 7, "readability": 6, "would_click": true, "feed_distinctiveness": 3, "regulatory_fit": 6, "suggestions": [{"dimension": "clarity", "suggestion": "WORDS"}]}"#,
        ),
        (
            StudyType::AbTest,
            r#"{"preference": "a", "score_a": 7, "score_b": 3, "reasoning": "WORDS", "sentiment": "mixed"}"#,
        ),
    ];
    for (study_type, reply) in replies {
        let kind = kind(study_type);
        let spec = StudySpec {
            instrument: instrument(kind),
            ..crate::domain::instrument::tests::concept()
        };
        let at = Assignment { round: 0, respondent: 0, task: 0, replicate: 0 };
        let read = kind.read(&spec, at, Fields::parse(reply).unwrap()).unwrap().answer;
        let before = serde_json::to_string(&read).unwrap();
        let after =
            serde_json::to_string(&kind.with_texts(read, &|text| text.to_lowercase())).unwrap();
        assert!(before.contains("WORDS") && !after.contains("WORDS"), "{after}");
        assert_eq!(before.to_lowercase(), after.to_lowercase());
    }
}
