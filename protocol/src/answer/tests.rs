//! Round trips of answers: every answer of every type reads back as its own type, and its printed form is unchanged.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::persona::Persona;
use crate::results::ThemeKind;
use crate::review::{Dimension, DimensionScore, ExpertSuggestion, Hundredths};
use crate::service::{DemoscopeResponse, Page};
use crate::study::StudyType;

/// A text as models write it, with field names in it.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => any::<String>(),
        1 => prop::sample::select(vec!["study_type", "score", "not_answered", "id", ""])
            .prop_map(str::to_owned),
    ]
}

fn word<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    prop::sample::select(all)
}

/// Any answer of that type.
fn of_type(study_type: StudyType) -> BoxedStrategy<Answer> {
    let sentiment = || word(Sentiment::ALL);
    match study_type {
        StudyType::ConceptTest => (any::<u8>(), sentiment(), text(), word(PurchaseIntent::ALL))
            .prop_map(|(score, sentiment, reasoning, purchase_intent)| Answer::ConceptTest {
                score,
                sentiment,
                reasoning,
                purchase_intent,
            })
            .boxed(),
        StudyType::Nps => (any::<u8>(), text(), sentiment())
            .prop_map(|(score, reasoning, sentiment)| Answer::Nps { score, reasoning, sentiment })
            .boxed(),
        StudyType::Sentiment => (sentiment(), text(), text())
            .prop_map(|(sentiment, reasoning, key_theme)| Answer::Sentiment {
                sentiment,
                reasoning,
                key_theme,
            })
            .boxed(),
        StudyType::AbTest => {
            let order = prop_oneof![Just(Order::AFirst), Just(Order::BFirst)];
            (word(Preference::ALL), any::<(u8, u8)>(), text(), sentiment(), order)
                .prop_map(|(preference, (score_a, score_b), reasoning, sentiment, order)| {
                    Answer::AbTest { preference, score_a, score_b, reasoning, sentiment, order }
                })
                .boxed()
        }
        StudyType::Survey => {
            let said = || prop::collection::btree_map(text(), text(), 0..4);
            let themes =
                prop::collection::btree_map(text(), prop::collection::vec(text(), 0..3), 0..3);
            (said(), text(), themes, said())
                .prop_map(|(answers, reasoning, themes, refused)| Answer::Survey {
                    answers,
                    reasoning,
                    themes,
                    refused,
                })
                .boxed()
        }
        StudyType::ContentReview => {
            let dimensions = || word(Dimension::ALL);
            let scores = prop::collection::vec((dimensions(), any::<u8>()), 0..4);
            let suggestions =
                prop::collection::vec((dimensions(), text(), prop::option::of(text())), 0..3);
            let scored = (
                (text(), any::<u16>(), any::<bool>(), any::<(u8, u8)>()),
                (scores, suggestions, prop::option::of(text())),
            );
            let scored = scored.prop_map(
                |((role, overall, would_click, (far, fit)), (scores, suggestions, objection))| {
                    ReviewAnswer::Scores {
                        role,
                        overall: Hundredths(overall),
                        scores: scores
                            .into_iter()
                            .map(|(dimension, score)| DimensionScore { dimension, score })
                            .collect(),
                        would_click,
                        distinctiveness: far,
                        regulatory_fit: fit,
                        suggestions: suggestions
                            .into_iter()
                            .map(|(dimension, suggestion, quote)| ExpertSuggestion {
                                dimension,
                                suggestion,
                                quote,
                            })
                            .collect(),
                        objection,
                    }
                },
            );
            let order = prop_oneof![Just(Order::AFirst), Just(Order::BFirst)];
            let chosen = (word(Preference::ALL), any::<(u8, u8)>(), order).prop_map(
                |(preference, (score_a, score_b), order)| ReviewAnswer::Choice {
                    preference,
                    score_a,
                    score_b,
                    order,
                },
            );
            (text(), prop_oneof![scored, chosen])
                .prop_map(|(reasoning, said)| Answer::ContentReview { reasoning, said })
                .boxed()
        }
    }
}

fn any_answer() -> impl Strategy<Value = Answer> {
    word(StudyType::ALL).prop_flat_map(of_type)
}

fn any_besides() -> impl Strategy<Value = Besides> {
    prop_oneof![
        any_answer().prop_map(Besides::Answered),
        text().prop_map(|not_answered| Besides::NotAnswered { not_answered }),
    ]
}

fn persona() -> Persona {
    serde_json::from_value(json!({
        "id": "p1", "name": "Ada Byron", "age": 36, "gender": "female", "region": "uk", "country": "GB",
        "education": "bachelors", "income_bracket": "high", "employment": "employed",
        "occupation": "Mathematician", "household": "alone", "urbanicity": "urban",
        "tech_adoption": "innovator", "big_five": {
            "openness": 60.5, "conscientiousness": 50.0, "extraversion": 41.25, "agreeableness": 50.0,
            "neuroticism": 50.0,
        },
        "price_sensitivity": 12.5,
    }))
    .unwrap()
}

fn response(answer: Answer, besides: BTreeMap<String, Besides>) -> Response {
    let mention = Mention { kind: ThemeKind::Appeal, theme: "Price".to_owned(), quote: None };
    let id = AnswerId(1);
    Response {
        id,
        respondent: persona().into(),
        answer,
        channels: None,
        mentions: vec![mention],
        besides,
    }
}

/// Removes the tags wherever answers have them.
fn untagged(mut response: Value) -> Value {
    let remove = |answer: &mut Value| {
        answer.as_object_mut().and_then(|answer| answer.remove("study_type"));
    };
    remove(&mut response);
    let besides = response.get_mut("besides").and_then(Value::as_object_mut);
    besides.into_iter().flat_map(|them| them.values_mut()).for_each(remove);
    response
}

proptest! {
    #[test]
    fn every_answer_reads_back_as_its_own_type(answer in any_answer()) {
        let written = serde_json::to_string(&Tagged(answer.clone())).unwrap();
        let Tagged(read) = serde_json::from_str(&written).unwrap();
        prop_assert_eq!(read.study_type(), answer.study_type());
        prop_assert_eq!(read, answer);
    }

    #[test]
    fn every_answer_is_sent_as_its_own_type(
        answer in any_answer(),
        besides in prop::collection::btree_map("[a-z_]{1,9}", any_besides(), 0..3),
    ) {
        let sent = response(answer, besides);
        let page = Page { items: vec![Response::<Tagged>::from(sent.clone())], next: Some(1) };
        let frame = serde_json::to_vec(&DemoscopeResponse::Answers(Ok(page))).unwrap();
        let heard = serde_json::from_slice(&frame).unwrap();
        let DemoscopeResponse::Answers(Ok(page)) = heard else { panic!("{heard:?}") };
        prop_assert_eq!(page.map(Response::from).items, vec![sent]);
    }

    #[test]
    fn what_is_printed_is_what_is_sent_without_the_tags(
        answer in any_answer(),
        besides in prop::collection::btree_map("[a-z_]{1,9}", any_besides(), 0..3),
    ) {
        let response = response(answer, besides);
        let printed = serde_json::to_value(&response).unwrap();
        let sent = serde_json::to_value(Response::<Tagged>::from(response)).unwrap();
        prop_assert!(printed.get("study_type").is_none() && sent.get("study_type").is_some());
        prop_assert_eq!(printed, untagged(sent));
    }
}

#[test]
fn what_is_printed_keeps_its_fields_and_their_order() {
    let reasoning = || "So.".to_owned();
    let one = |key: &str, value: &str| BTreeMap::from([(key.to_owned(), value.to_owned())]);
    let sentiment = Sentiment::Mixed;
    let answers = [
        Answer::ConceptTest {
            score: 7,
            sentiment,
            reasoning: reasoning(),
            purchase_intent: PurchaseIntent::ProbablyNot,
        },
        Answer::Nps { score: 9, reasoning: reasoning(), sentiment },
        Answer::AbTest {
            preference: Preference::None,
            score_a: 1,
            score_b: 10,
            reasoning: reasoning(),
            sentiment,
            order: Order::BFirst,
        },
        Answer::Sentiment { sentiment, reasoning: reasoning(), key_theme: "Time".to_owned() },
        Answer::Survey {
            answers: one("Why?", "Because."),
            reasoning: reasoning(),
            themes: BTreeMap::new(),
            refused: one("When?", "I cannot tell."),
        },
    ];
    let printed: Vec<String> =
        answers.iter().map(|answer| serde_json::to_string(answer).unwrap()).collect();
    assert_eq!(
        printed,
        [
            r#"{"score":7,"sentiment":"mixed","reasoning":"So.","purchase_intent":"probably_not"}"#,
            r#"{"score":9,"reasoning":"So.","sentiment":"mixed"}"#,
            r#"{"preference":"none","score_a":1,"score_b":10,"reasoning":"So.","sentiment":"mixed","order":"b_first"}"#,
            r#"{"sentiment":"mixed","reasoning":"So.","key_theme":"Time"}"#,
            r#"{"answers":{"Why?":"Because."},"reasoning":"So.","refused":{"When?":"I cannot tell."}}"#,
        ]
    );
    let tagged: Vec<String> = answers
        .iter()
        .map(|answer| serde_json::to_string(&Tagged(answer.clone())).unwrap())
        .collect();
    for (tagged, (printed, answer)) in tagged.iter().zip(printed.iter().zip(&answers)) {
        let tag = format!("{{\"study_type\":\"{}\",", answer.study_type());
        assert_eq!(*tagged, printed.replacen('{', &tag, 1));
    }
}

#[test]
fn an_answer_without_its_study_type_or_with_another_one_is_not_read() {
    let fields = json!({ "score": 9, "reasoning": "So.", "sentiment": "mixed" });
    let read = |study_type: Option<&str>| {
        let mut answer = fields.clone();
        if let Some(study_type) = study_type {
            answer["study_type"] = study_type.into();
        }
        serde_json::from_value::<Tagged>(answer).map(|Tagged(answer)| answer.study_type())
    };
    assert_eq!(read(Some("nps")).unwrap(), StudyType::Nps);
    assert!(read(None).unwrap_err().to_string().contains("study_type"));
    assert!(read(Some("concept_test")).unwrap_err().to_string().contains("purchase_intent"));
    assert!(read(Some("interview")).is_err());
}
