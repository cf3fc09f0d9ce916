//! Items in calls of their own: their replies make the same answer as a whole form, and each passes the same strict
//! rules by itself.

use proptest::prelude::*;
use protocol::measurement::QuestionsPerCall;
use serde_json::Value;

use super::*;
use crate::domain::exchange::{End, ReplyRole, conclude};

/// Each kind of study, with a whole reply of a model to it.
pub(in crate::domain::instrument) fn kinds() -> Vec<(StudySpec, Value)> {
    let themes =
        json!([{"theme": "Price", "quote": "$12 a meal"}, {"theme": "Trust", "quote": null}]);
    let said = "It saves time, but $12 a meal is a lot.";
    let sentiment = study(Instrument::Sentiment { stimulus: STIMULUS.to_owned() });
    let survey_reply = json!({
        "reasoning": said, "refused": null,
        "answers": [
            {"question": 1, "answer": "The price.", "themes": ["Price"], "refused": null},
            {"question": 2, "answer": null, "themes": [], "refused": "I never buy these"},
        ],
    });
    [
        (concept(), json!({
            "reasoning": said, "score": 7, "sentiment": "mixed", "purchase_intent": "maybe",
            "appeals": [], "concerns": themes, "refused": null,
        })),
        (sentiment, json!({
            "reasoning": said, "sentiment": "negative", "key_theme": "Price", "appeals": themes, "concerns": [],
            "refused": null,
        })),
        (recommendation(), json!({
            "reasoning": said, "score": 0, "sentiment": "positive", "appeals": [], "concerns": [], "refused": null,
        })),
        (survey(), survey_reply),
        (ab(Orders::Both), json!({
            "reasoning": said, "preference": "b", "score_a": 3, "score_b": 8, "sentiment": "positive",
            "differentiators": ["Tone", "Price"], "refused": null,
        })),
    ]
    .map(|(spec, reply)| (alone(spec), reply))
    .into()
}

fn alone(mut spec: StudySpec) -> StudySpec {
    spec.measurement.questions_per_call = QuestionsPerCall::One;
    spec
}

/// What a whole reply says to one question.
fn part(spec: &StudySpec, item: Item, whole: &Value) -> Value {
    if let Item::Question(number) = item {
        let mut entry = whole["answers"][usize::from(number) - 1].clone();
        entry.as_object_mut().unwrap().remove("question");
        return entry;
    }
    let keys: Vec<&str> =
        normalize_reply::form(spec, Some(item)).into_iter().map(|(key, _)| key).collect();
    let mut part = whole.clone();
    part.as_object_mut().unwrap().retain(|key, _| key == "refused" || keys.contains(&key.as_str()));
    part
}

fn parts(spec: &StudySpec, whole: &Value) -> Vec<(Item, String)> {
    items(spec).into_iter().map(|item| (item, part(spec, item, whole).to_string())).collect()
}

fn concluded(spec: &StudySpec, said: &[(Item, String)]) -> Option<Result<Answered, Unreadable>> {
    let kept: Vec<_> = said
        .iter()
        .map(|(item, reply)| (Some(*item), &End::Finished, reply.as_str(), ReplyRole::Whole))
        .collect();
    conclude(spec, at(4, 1), &kept)
}

#[test]
fn all_parts_make_the_answer_that_the_whole_form_makes() {
    for (spec, whole) in kinds() {
        let expected = read_model(&spec, at(4, 1), &whole.to_string());
        assert!(expected.is_ok(), "{expected:?}");
        let said = parts(&spec, &whole);
        assert!(said.len() > 2 && said.len() == put(&spec).len());
        assert_eq!(concluded(&spec, &said), Some(expected.clone()));
        // In another order, and with an earlier reply that did not count.
        let mut other = said.clone();
        other.reverse();
        other.insert(0, (said[0].0, "no JSON".to_owned()));
        assert_eq!(concluded(&spec, &other), Some(expected));
    }
}

#[test]
fn without_one_part_there_is_no_answer() {
    for (spec, whole) in kinds() {
        for missing in 0..items(&spec).len() {
            let mut said = parts(&spec, &whole);
            said.remove(missing);
            assert_eq!(concluded(&spec, &said), None);
        }
    }
}

#[test]
fn of_a_part_is_read_what_it_is_asked_and_nothing_else() {
    for (spec, whole) in kinds() {
        for item in items(&spec) {
            let read = |reply: &Value| read_item(&spec, at(4, 1), item, &reply.to_string());
            let good = part(&spec, item, &whole);
            assert!(read(&good).is_ok(), "{item:?}");
            // What nobody asked for is nobody's business, be it the rest of the form.
            let mut more = good.clone();
            more["hint"] = json!("more than was asked");
            assert_eq!(read(&more), read(&good), "{item:?}");
            if item.number().is_none() {
                assert_eq!(read(&whole), read(&good), "{item:?} in the whole form");
            }
            assert!(read(&json!({"refused": null})).is_err(), "{item:?} takes nothing at all");
            for text in ["", "7/10", "[]", "{}"] {
                assert!(read_item(&spec, at(4, 1), item, text).is_err(), "{item:?} takes {text:?}");
            }
            let refused = read(&json!({"refused": "not my business"}));
            match item {
                Item::Question(_) => assert!(refused.is_ok(), "one question is declined alone"),
                _ => assert!(matches!(refused, Err(Unreadable::Refused { .. })), "{item:?}"),
            }
        }
    }
}

#[test]
fn a_survey_of_which_every_question_is_declined_is_declined() {
    let spec = alone(survey());
    let mut said = vec![(Item::Reasons, json!({"reasoning": "Not for me."}).to_string())];
    for number in [1, 2] {
        said.push((Item::Question(number), json!({"refused": "no"}).to_string()));
    }
    assert!(matches!(concluded(&spec, &said), Some(Err(Unreadable::Refused { .. }))));
}

#[test]
fn the_schema_of_a_part_is_that_of_what_it_fills() {
    for (spec, whole) in kinds() {
        let whole_schema = schema(&spec);
        for item in items(&spec) {
            let schema = item_schema(&spec, item);
            let asked: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
            let given = part(&spec, item, &whole);
            let mut given: Vec<&String> = given.as_object().unwrap().keys().collect();
            given.sort();
            let mut sorted = asked.clone();
            sorted.sort();
            assert_eq!(sorted, given, "{item:?}");
            if item.number().is_none() {
                for key in asked {
                    assert_eq!(schema["properties"][key], whole_schema["properties"][key]);
                }
            }
        }
    }
}

#[test]
fn how_questions_are_put_is_part_of_the_instrument() {
    let together = concept();
    assert_ne!(instrument_hash(&together, ""), instrument_hash(&alone(together.clone()), ""));
    assert!(items(&together).is_empty());
}

proptest! {
    #[test]
    fn a_number_alone_is_read_as_strictly_as_in_a_form(score in -20_i64..30, nps in any::<bool>()) {
        let spec = alone(if nps { recommendation() } else { concept() });
        let low = i64::from(!nps);
        let reply = json!({"score": score, "refused": null}).to_string();
        prop_assert_eq!(
            read_item(&spec, at(4, 1), Item::Score, &reply).is_ok(),
            (low..=10).contains(&score)
        );
        for bad in [format!("{{\"score\": \"{score}/9\"}}"), format!("{{\"score\": {score}.5}}")] {
            prop_assert!(read_item(&spec, at(4, 1), Item::Score, &bad).is_err());
        }
    }
}
