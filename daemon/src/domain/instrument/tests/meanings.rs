//! What values of replies mean, as people and models write them: each row is one spelling with its one meaning, or
//! with none where it could mean two things and is asked again. A value that is bound to a condition has none.

use serde_json::Value;

use super::items::kinds;
use super::*;
use crate::domain::instrument::mended;
use protocol::measurement::QuestionsPerCall;

/// What a model says under that key of a good reply, read as it is, or the word `asked again`.
fn read_as(study_type: StudyType, key: &str, said: &Value) -> Value {
    let (mut spec, mut reply) =
        kinds().into_iter().find(|(spec, _)| spec.instrument.study_type() == study_type).unwrap();
    spec.measurement.questions_per_call = QuestionsPerCall::All;
    reply[key] = said.clone();
    match read_model(&spec, at(4, 1), &reply.to_string()) {
        Ok(read) => serde_json::to_value(&read.answer).unwrap()[key].clone(),
        Err(Unreadable::Invalid { .. }) => json!("asked again"),
        Err(other) => json!(other.to_string()),
    }
}

#[track_caller]
fn check(study_type: StudyType, key: &str, one: &[(Value, Value)], none: &[Value]) {
    let mut wrong = Vec::new();
    let none = none.iter().map(|said| (said.clone(), json!("asked again")));
    for (said, meant) in one.iter().cloned().chain(none) {
        let read = read_as(study_type, key, &said);
        if read != meant {
            wrong.push(format!("{said} was read as {read}, and is {meant}"));
        }
    }
    assert!(wrong.is_empty(), "{key}:\n{}", wrong.join("\n"));
}

fn pairs<const N: usize>(list: [(&str, Value); N]) -> Vec<(Value, Value)> {
    list.into_iter().map(|(said, meant)| (json!(said), meant)).collect()
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn scores_of_one_to_ten() {
    let one = [
        pairs([
            ("8, because if I had time I'd use it", json!(8)),
            ("8 because it would help me if I ever moved", json!(8)),
            ("8 - I would use it if I had time", json!(8)),
            ("8 (would tell friends)", json!(8)),
            ("Score: 8", json!(8)),
            ("8 of 10", json!(8)),
            ("8 out of a possible 10", json!(8)),
            ("8 on a scale from 1 to 10", json!(8)),
            ("8 on a 1-10 scale", json!(8)),
            ("8 (eight)", json!(8)),
            ("a solid 8", json!(8)),
            ("08", json!(8)),
            ("#8", json!(8)),
            ("8.00", json!(8)),
            ("8 points", json!(8)),
            ("8/10 ★", json!(8)),
            ("2, I would not use it", json!(2)),
            ("2, because it is not for me", json!(2)),
            ("8 because it costs less than the others", json!(8)),
            ("8 (because if it breaks they replace it)", json!(8)),
            ("8, without doubt", json!(8)),
            ("8, given the price", json!(8)),
            ("8, I was wondering if anybody makes it", json!(8)),
            ("8, even if it is dear", json!(8)),
            ("I rate it 8", json!(8)),
            ("👍 8", json!(8)),
            ("8 ⭐", json!(8)),
            ("8, if I'm honest", json!(8)),
            ("8 to be honest", json!(8)),
            ("9/10 would recommend", json!(9)),
        ]),
        vec![
            (json!({"value": 8, "out_of": 10}), json!(8)),
            (json!({"score": 8, "reason": "if cheaper I would say more"}), json!(8)),
            (json!({"rating": "8/10"}), json!(8)),
            (json!({"score": 8, "scale": "1-10"}), json!(8)),
        ],
    ]
    .concat();
    let none = [
        "8 if it were free",
        "8, if it were free",
        "8 - if it were free",
        "8 (if cheaper)",
        "5 stars (if cheaper)",
        "If it were cheaper: 8",
        "8 provided that the price drops",
        "8 once they fix the app",
        "8 as long as it is cheap",
        "8 assuming it works",
        "8 unless it costs more",
        "8 when it is on sale",
        "would be 8 if free",
        "8 but only if it's free",
        "only 8 if discounted",
        "8, depending on the price",
        "8 without the subscription",
        "8 with a discount",
        "4 out of 5",
        "4/5 stars",
        "5 stars",
        "8 for design, 3 for price",
        "8 (or 9 with a discount)",
        "not 8",
        "less than 5",
        "more than 7",
        "at least 7",
        "at most 7",
        "up to 8",
        "above 7",
        "80%",
        "8 minus 2",
        "between 7 and 8",
        "8 on a scale from 1 to 100",
        "8 on a 5-point scale",
        "nearly 8",
        "8 now, 3 later",
        "top 3",
        "8 last year",
        "8, I would say so if it were free",
        "8, because it is good, if it were free",
        "8, at half the price",
        "8 (with a discount)",
        "8, without the subscription",
        "8, in theory",
        "8, or rather: if it were free",
        "8: but only once it works",
        "8, were it free",
        "8, unsure",
        "8, not sure",
        "4 ★",
        "mostly 8",
        "8 if it were cheaper, if I'm honest",
        "👍",
        "8 🤔",
        "4 ⭐",
        "9/10 would recommend if they fix it",
    ]
    .map(Value::from);
    let objects = [
        json!({"score": 4, "max": 5}),
        json!({"score": 4, "out_of": 5}),
        json!({"score": 4, "scale": "1-5"}),
        json!({"min": 6, "max": 8}),
        json!({"score": 8, "scale": 100}),
        json!({"score": 8, "condition": "if it were free"}),
        json!({"value": 8, "if": "it were free"}),
        json!({"score": 8, "unit": "percent"}),
        json!({"low": 6, "high": 8}),
    ];
    check(StudyType::ConceptTest, "score", &one, &[none.to_vec(), objects.to_vec()].concat());
}

#[test]
fn scores_of_zero_to_ten() {
    let one = pairs([
        ("10 - would tell everyone", json!(10)),
        ("0 (never)", json!(0)),
        ("zero", json!(0)),
        ("0, because even if it were free I would not", json!(0)),
    ]);
    let none = [
        "10, if they fix the price",
        "10 when it's free",
        "promoter",
        "9 to friends, 2 to colleagues",
        "0 unless free",
    ];
    check(StudyType::Nps, "score", &one, &none.map(Value::from));
}

#[test]
fn feelings() {
    let one = [
        pairs([
            ("strongly negative", json!("negative")),
            ("very positive", json!("positive")),
            ("Very Negative", json!("negative")),
            ("overwhelmingly positive", json!("positive")),
            ("extremely_negative", json!("negative")),
            ("somewhat negative", json!("negative")),
            ("slightly positive", json!("positive")),
            ("I feel positive about it", json!("positive")),
            ("It's negative", json!("negative")),
            ("mixed feelings", json!("mixed")),
            ("quite neutral", json!("neutral")),
            ("positive, because if I had time I'd use it", json!("positive")),
            ("Positive - it saves me time", json!("positive")),
            ("positive, I would buy it if it were cheaper", json!("positive")),
            ("negative, I do not like it", json!("negative")),
            ("positive because it's not expensive", json!("positive")),
            ("positive, even if it is dear", json!("positive")),
        ]),
        vec![
            (json!({"label": "negative", "confidence": 0.9}), json!("negative")),
            (json!({"negative": true, "positive": false}), json!("negative")),
        ],
    ]
    .concat();
    let none = [
        "positive, if it were cheaper",
        "positive if cheaper",
        "positive (if free)",
        "would be positive if it were free",
        "positive or neutral",
        "somewhere between neutral and positive",
        "not negative",
        "hardly positive",
        "less positive",
        "positive for others, negative for me",
        "positive but negative about the price",
        "positive -> neutral",
        "positive?",
        "once they fix it, positive",
        "positive unless it costs more",
        "positive when it works",
        "positive, depending on the price",
        "positive, in theory",
        "mostly positive",
        "positive, I would say so if it were free",
    ];
    check(StudyType::ConceptTest, "sentiment", &one, &none.map(Value::from));
}

#[test]
fn intents() {
    let one = pairs([
        ("no, definitely not", json!("definitely_not")),
        ("Yes, definitely", json!("definitely")),
        ("Yes, definitely!", json!("definitely")),
        ("yes, probably", json!("probably")),
        ("No, probably not.", json!("probably_not")),
        ("definitely NOT", json!("definitely_not")),
        ("Definitely, I need this.", json!("definitely")),
        ("I'd definitely buy it", json!("definitely")),
        ("probably not for me", json!("probably_not")),
        ("would definitely not buy", json!("definitely_not")),
        ("I would probably use it", json!("probably")),
        ("maybe, depends on my mood", json!("maybe")),
        ("definitely — because if I had this I'd save time", json!("definitely")),
        ("most definitely", json!("definitely")),
        ("definitely not, I do not need it", json!("definitely_not")),
        ("probably_not, no need", json!("probably_not")),
        ("maybe, it depends on the price", json!("maybe")),
        ("definitely, without hesitation", json!("definitely")),
        ("definitely not, even if it were free", json!("definitely_not")),
        ("definitely, even if it costs more", json!("definitely")),
        ("unlikely", json!("probably_not")),
        ("Very unlikely", json!("definitely_not")),
        ("absolutely not", json!("definitely_not")),
        ("not at all", json!("definitely_not")),
        ("likely", json!("probably")),
        ("very likely", json!("definitely")),
    ]);
    let none = [
        "definitely, if it were free",
        "definitely if free",
        "definitely (if it were cheaper)",
        "probably - if the price drops",
        "definitely unless it costs more",
        "definitely, provided it's cheap",
        "only if discounted: probably",
        "when the price drops, definitely",
        "definitely once they add dark mode",
        "assuming it's free, definitely",
        "probably as long as it ships on time",
        "if I were younger, definitely",
        "if it were free, definitely",
        "definitely, but only on sale",
        "probably, in case my old one breaks",
        "definitely or probably",
        "definitely maybe",
        "not definitely",
        "definitely for my wife, not for me",
        "yes",
        "yes, definitely not",
        "no, definitely",
        "definitely at half the price",
        "probably not unless it gets cheaper",
        "definitely would if it were free",
        "definitely, were it free",
        "definitely, I would buy it if it were cheaper",
        "maybe, if it were free",
        "definitely (depends on the price)",
        "probably, hypothetically",
        "yes, maybe",
        "definitely, not for me",
        "definitely, I would not buy it",
    ];
    check(StudyType::ConceptTest, "purchase_intent", &one, &none.map(Value::from));
}

#[test]
fn preferences() {
    let one = pairs([
        ("Variant A", json!("a")),
        ("A (the first one)", json!("a")),
        ("Option B", json!("b")),
        ("the B variant", json!("b")),
        ("I prefer B", json!("b")),
        ("neither", json!("none")),
        ("A over B", json!("a")),
        ("A, because if I had to choose it is clearer", json!("a")),
        ("B.", json!("b")),
        ("variant_a", json!("a")),
        ("definitely B", json!("b")),
        ("B because a is too long", json!("b")),
    ]);
    let none = [
        "a or b",
        "A, but B if cheaper",
        "B if I had kids",
        "B, if it were shorter",
        "A unless B is cheaper",
        "not A",
        "A for work, B for home",
        "a/b",
        "A first, then B",
        // B is shown first.
        "the second one",
        "first",
        "option two",
    ];
    check(StudyType::AbTest, "preference", &one, &none.map(Value::from));
}

/// Where B is shown first, "the first one" could be either.
#[test]
fn a_place_is_that_of_a_variant_where_a_is_shown_first() {
    let (mut spec, good) = kinds().pop().unwrap();
    spec.measurement.questions_per_call = QuestionsPerCall::All;
    let preferred = |task: u16, said: &str| {
        let mut reply = good.clone();
        reply["preference"] = json!(said);
        let read = read_model(&spec, at(4, task), &reply.to_string()).ok()?;
        let told = mended(&spec, at(4, task), None, &reply.to_string(), None);
        assert_eq!(told, ["preference"], "{said}");
        Some(serde_json::to_value(&read.answer).unwrap()["preference"].clone())
    };
    for (said, meant) in [("the second one", "b"), ("1st", "a"), ("option two", "b")] {
        assert_eq!(preferred(0, said), Some(json!(meant)), "{said}");
        assert_eq!(preferred(1, said), None, "{said}");
    }
    // The same in a call of its own, which shows both variants too.
    let alone = |task: u16, said: &str| {
        let reply = json!({ "preference": said, "refused": false }).to_string();
        read_item(&spec, at(4, task), Item::Preference, &reply).ok()
    };
    for (said, meant) in [("the second one", "b"), ("1st", "a"), ("the latter", "b")] {
        assert!(alone(0, meant).is_some(), "{meant}");
        assert_eq!(alone(0, said), alone(0, meant), "{said}");
        assert_eq!(alone(1, said), None, "{said}");
    }
    // The versions of a review are named by their place, whichever is the original.
    let mut spec = review(ContentType::Youtube);
    if let Instrument::ContentReview { review } = &mut spec.instrument {
        review.against = Some("Dinners that know you.".to_owned());
    }
    for respondent in 0..6 {
        let read = |said: &str| {
            let reply =
                json!({ "reasoning": "So.", "preference": said, "score_a": 3, "score_b": 8 });
            read_model(&spec, at(respondent, 0), &reply.to_string()).unwrap().answer
        };
        assert_eq!(read("the latter"), read("b"));
        assert_eq!(read("first one"), read("a"));
    }
}

#[test]
fn answers_of_a_survey() {
    let spec = survey();
    let (first, second) = ("What would stop you?", "What is it worth?");
    let read = |answers: Value| {
        let reply = json!({ "answers": answers, "reasoning": "So." });
        match read_model(&spec, at(4, 1), &reply.to_string()) {
            Ok(read) => serde_json::to_value(&read.answer).unwrap()["answers"].clone(),
            Err(why) => json!(why.to_string()),
        }
    };
    let both = json!({ first: "The price.", second: "A lot." });
    for said in [
        json!({"Q1": "The price.", "Q2": "A lot."}),
        json!({"q2": "A lot.", "q1": "The price."}),
        json!({"1": "The price.", "2": "A lot."}),
        json!({"question_1": "The price.", "Question 2": "A lot."}),
        json!({"Q1": {"answer": "The price.", "themes": []}, "Q2": {"answer": "A lot."}}),
        json!({first: "The price.", second: "A lot."}),
        json!({"what would stop you": "The price.", "What is it worth": "A lot."}),
        json!([{"question": "Q1", "answer": "The price."}, {"question": "Q2", "answer": "A lot."}]),
        json!([{"question": "Question 2", "answer": "A lot."}, {"question": "question 1.", "answer": "The price."}]),
        json!([{"question": "1. What would stop you?", "answer": "The price."}, {"question": "2) What is it worth?", "answer": "A lot."}]),
        json!([{"Q1": "The price."}, {"Q2": "A lot."}]),
        json!([{"id": 1, "answer": "The price."}, {"id": 2, "answer": "A lot."}]),
        json!([{"question": "#1", "answer": "The price."}, {"question": "#2", "answer": "A lot."}]),
        json!([{"answer": "The price."}, {"answer": "A lot."}]),
        json!([{"question": null, "answer": "The price."}, {"answer": "A lot.", "themes": []}]),
        json!([{"question": 0, "answer": "The price."}, {"question": 1, "answer": "A lot."}]),
        json!([{"question": "1", "answer": "A lot."}, {"question": "0", "answer": "The price."}]),
        json!([{"question": 1, "answer": "The price."}, {"question": 2, "answer": "A lot."},
            {"question": 1, "answer": "The price.", "themes": ["Price"]}]),
    ] {
        assert_eq!(read(said.clone()), both, "{said}");
    }
    for said in [
        json!({"Q0": "The price.", "Q1": "A lot."}),
        json!({"Q1": "The price.", "Q3": "A lot."}),
        json!({"Q1": "The price.", "1": "Nothing.", "Q2": "A lot."}),
        json!({"first": "The price.", "other": "A lot."}),
        json!([{"question": "Q1", "answer": "The price."}, {"question": "q1", "answer": "A lot."}]),
        json!([{"question": "Q1 or Q2", "answer": "The price."}, {"question": 2, "answer": "A lot."}]),
        json!([{"answer": "The price."}]),
        json!([{"answer": "The price."}, {"answer": "A lot."}, {"answer": "Both."}]),
        json!([{"answer": "The price."}, {"question": 2, "answer": "A lot."}]),
        json!([{"question": 0, "answer": "The price."}, {"question": 2, "answer": "A lot."}]),
        json!([{"question": 1, "answer": "The price."}, {"question": 2, "answer": "A lot."},
            {"question": 1, "answer": "Nothing."}]),
    ] {
        let answers = read(said.clone());
        assert!(answers.is_string(), "{said}: {answers}");
    }
}

/// Keys and words that lack their quotation marks, and keys under a usual other name.
#[test]
fn a_form_is_read_with_bare_words_and_with_other_names_of_its_keys() {
    let (spec, _) = kinds().remove(0);
    let read = |reply: &str| {
        let read = read_model(&spec, at(4, 1), reply).ok()?;
        let answer = serde_json::to_value(&read.answer).unwrap();
        Some(["score", "sentiment", "purchase_intent"].map(|key| answer[key].clone()))
    };
    let meant = Some([json!(7), json!("positive"), json!("probably_not")]);
    for reply in [
        "{score: 7, sentiment: positive, purchase_intent: probably_not}",
        "{score: 7, sentiment: 'positive', \"purchase_intent\": probably_not, reasoning: \"It's: so, so.\"}",
        "Here: {score:7,sentiment:positive,purchase_intent:probably_not,appeals:[time,price]}",
        "{\"rating\": 7, \"sentiment\": \"positive\", \"intent\": \"probably not\"}",
        "{\"Rating\": \"7/10\", \"sentiment\": \"positive\", \"purchase_intent\": \"probably_not\", \"intent\": null}",
    ] {
        assert_eq!(read(reply), meant, "{reply}");
    }
    for reply in [
        "{score: 7, sentiment: quite or positive, purchase_intent: probably_not}",
        "{score, sentiment, purchase_intent}",
        "{\"rating\": 7, \"Rating\": 8, \"sentiment\": \"positive\", \"intent\": \"maybe\"}",
        "{\"sentiment\": \"positive\", \"intent\": \"maybe\", \"mood\": 7}",
    ] {
        assert_eq!(read(reply), None, "{reply}");
    }
}

/// The end of a scale that stands beside a number, in a whole form and in the answer to one item.
#[test]
fn a_number_is_on_the_scale_that_is_told_beside_it() {
    let (spec, good) = kinds().remove(0);
    let score = Item::Score;
    for (beside, is_ours) in [
        (json!({ "max": 10 }), true),
        (json!({ "scale": "1-10" }), true),
        (json!({ "scale": "1 (not at all) to 10 (very much)" }), true),
        (json!({ "scale": "likert" }), true),
        (json!({ "max": null, "total": 5 }), true),
        (json!({ "max": 5 }), false),
        (json!({ "out_of": "5" }), false),
        (json!({ "scale": "1-5" }), false),
        (json!({ "max_score": 100 }), false),
        (json!({ "score_max": 5 }), false),
        (json!({ "scale": { "min": 1, "max": 5 } }), false),
    ] {
        let with = |mut reply: Value| {
            reply.as_object_mut().unwrap().extend(beside.as_object().unwrap().clone());
            reply.to_string()
        };
        let (whole, alone) = (with(good.clone()), with(json!({ "score": 4 })));
        for read in [
            read_model(&spec, at(4, 1), &whole).map(drop),
            read_item(&spec, at(4, 1), score, &alone).map(drop),
        ] {
            match read {
                Ok(()) => assert!(is_ours, "{beside}"),
                Err(why) => {
                    assert!(
                        !is_ours && why.to_string().contains("another scale"),
                        "{beside}: {why}"
                    );
                }
            }
        }
    }
}

/// Whoever is asked again is told that the thing is asked about as it is.
#[test]
fn a_condition_is_named_when_it_is_asked_again() {
    let (spec, good) = kinds().remove(0);
    for (key, said) in
        [("score", "8 if it were free"), ("purchase_intent", "Definitely, if cheaper")]
    {
        let mut reply = good.clone();
        reply[key] = json!(said);
        let why = read_model(&spec, at(4, 1), &reply.to_string()).unwrap_err().to_string();
        assert!(why.contains(key) && why.contains("depends on a condition"), "{why}");
    }
}
