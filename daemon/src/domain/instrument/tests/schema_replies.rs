//! Replies that follow their schema to the letter: they are read as they stand, for every study type, as a whole form and one
//! item a call, and nothing of them is told as mended.

use protocol::measurement::QuestionsPerCall;
use serde_json::{Map, Value};

use super::items::kinds;
use super::*;
use crate::domain::exchange::{self, End};
use crate::domain::instrument::{mended, mended_cut_off};

/// What every text says: quotes then stand in the reasoning.
const SAID: &str = "It saves time.";

/// Whether texts that may be null are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Optional {
    Given,
    Null,
}

/// A reply that a schema allows. A question without an answer is declined.
fn built(schema: &Value, optional: Optional) -> Value {
    if let Some(words) = schema["enum"].as_array() {
        return words.last().unwrap().clone();
    }
    match schema["type"].as_str() {
        Some("object") => {
            let properties = schema["properties"].as_object().unwrap().iter();
            let mut fields: Map<String, Value> =
                properties.map(|(key, kind)| (key.clone(), built(kind, optional))).collect();
            if fields.get("answer").is_some_and(Value::is_null) {
                fields.insert("refused".to_owned(), json!(true));
            }
            Value::Object(fields)
        }
        Some("array") => list(&schema["items"], optional),
        Some("boolean") => json!(false),
        Some("string") => json!(SAID),
        _ if optional == Optional::Null => Value::Null,
        _ => json!(SAID),
    }
}

/// One entry, or one for each question, of which the first is answered.
fn list(entry: &Value, optional: Optional) -> Value {
    let Some(numbers) = entry["properties"]["question"]["enum"].as_array() else {
        return json!([built(entry, optional)]);
    };
    let entries = numbers.iter().enumerate().map(|(place, number)| {
        let optional = if place == 0 { Optional::Given } else { optional };
        let mut entry = built(entry, optional);
        entry["question"] = number.clone();
        entry
    });
    Value::Array(entries.collect())
}

/// A study of every type, and reviews in every mode.
fn all() -> Vec<StudySpec> {
    let modes = [
        (ReviewMode::QuickPulse, None),
        (ReviewMode::ExpertReview, None),
        (ReviewMode::DeepSimulation, None),
        (ReviewMode::ExpertReview, Some("Dinners that know you.".to_owned())),
    ];
    let reviews = modes.map(|(mode, against)| {
        let mut spec = review(ContentType::Youtube);
        if let Instrument::ContentReview { review } = &mut spec.instrument {
            review.mode = mode;
            review.against = against;
        }
        spec
    });
    kinds().into_iter().map(|(spec, _)| spec).chain(reviews).collect()
}

#[test]
fn a_reply_that_follows_the_schema_stands_as_it_is() {
    for mut spec in all() {
        let study_type = spec.instrument.study_type();
        for optional in [Optional::Given, Optional::Null] {
            spec.measurement.questions_per_call = QuestionsPerCall::All;
            let text = built(&schema(&spec), optional).to_string();
            let read = read_model(&spec, at(0, 0), &text);
            assert!(read.is_ok(), "{study_type}: {read:?}: {text}");
            let told = mended(&spec, at(0, 0), None, &text, None);
            assert_eq!(told, Vec::<String>::new(), "{study_type}: {text}");
            spec.measurement.questions_per_call = QuestionsPerCall::One;
            for item in items(&spec) {
                let text = built(&item_schema(&spec, item), optional).to_string();
                let read = read_item(&spec, at(4, 1), item, &text);
                assert!(read.is_ok(), "{item:?}: {read:?}: {text}");
                let told = mended(&spec, at(0, 0), Some(item), &text, None);
                assert_eq!(told, Vec::<String>::new(), "{item:?}: {text}");
            }
        }
    }
}

#[test]
fn an_answer_of_a_survey_in_another_form_is_mended() {
    let spec = survey();
    let told = |change: fn(&mut Value)| {
        let mut reply = built(&schema(&spec), Optional::Null);
        change(&mut reply);
        assert!(read_model(&spec, at(0, 0), &reply.to_string()).is_ok(), "{reply}");
        mended(&spec, at(0, 0), None, &reply.to_string(), None)
    };
    assert_eq!(told(|_| {}), Vec::<String>::new());
    // Who neither answers a question nor declines it says nothing to it.
    assert_eq!(told(|reply| reply["answers"][1]["refused"] = json!(false)), Vec::<String>::new());
    assert_eq!(told(|reply| reply["answers"][0]["question"] = json!("1")), ["answers"]);
    assert_eq!(told(|reply| reply["answers"][0]["refused"] = json!("no")), ["answers"]);
    assert_eq!(told(|reply| reply["answers"][0]["mood"] = json!("good")), ["answers"]);
}

/// Keys as a service that enforces the schema has them written.
fn keys(schema: &Value) -> Vec<&str> {
    schema["required"].as_array().unwrap().iter().filter_map(Value::as_str).collect()
}

#[test]
fn reasons_are_asked_for_first_and_lists_beside_the_answer_last() {
    let schema = schema(&concept());
    let all =
        ["reasoning", "score", "sentiment", "purchase_intent", "refused", "appeals", "concerns"];
    assert_eq!(keys(&schema), all);
    assert_eq!(keys(&schema["properties"]["appeals"]["items"]), ["theme", "quote"]);
}

#[test]
fn what_is_whole_of_a_reply_that_was_cut_off_is_read() {
    let whole = r#"{"reasoning": "It saves time.", "score": 7, "sentiment": "positive", "purchase_intent": "probably", "refused": false, "appeals": [{"theme": "time", "quote": "saves time"}, {"theme": "p"#;
    let read = |reply: &str| exchange::read(&concept(), at(4, 1), &End::Truncated, reply);
    let answered = read(whole).unwrap();
    assert!(matches!(answered.answer, Answer::ConceptTest { score: 7, .. }), "{answered:?}");
    assert_eq!(answered.mentions.len(), 1, "{answered:?}");
    let mended = mended_cut_off(&concept(), at(4, 1), whole);
    assert_eq!(mended, ["the cut-off end"]);
    // A choice that is missing is asked again, and so is one that may go on.
    for place in ["\"purchase_intent\"", "\"score\"", "7, "] {
        let cut = &whole[..=whole.find(place).unwrap()];
        assert!(matches!(read(cut), Err(Unreadable::Invalid { .. })), "{cut}");
    }
}
