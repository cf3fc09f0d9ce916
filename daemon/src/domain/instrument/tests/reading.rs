//! The strict reader on every instrument: which replies are read, and which are rejected.

use proptest::prelude::*;
use protocol::results::{Preference, Tagged};

use super::*;

#[test]
fn a_good_reply_is_read() {
    let answered = read(&concept(), &format!(" {}\n", good_reply())).unwrap();
    assert_eq!(score(&answered.answer), Some(7));
    assert_eq!(answered.mentions.len(), 2);
    assert_eq!(answered.mentions[1].kind, ThemeKind::Concern);
    let Answer::ConceptTest { sentiment, purchase_intent, .. } = answered.answer else { panic!() };
    assert_eq!((sentiment, purchase_intent), (Sentiment::Mixed, PurchaseIntent::Probably));

    let mut reply = good_reply();
    reply.as_object_mut().unwrap().remove("purchase_intent");
    reply["score"] = json!(0);
    assert_eq!(score(&read(&recommendation(), &reply.to_string()).unwrap().answer), Some(0));
}

#[test]
fn a_reply_may_leave_out_themes_and_quotes_but_nothing_else() {
    for key in ["appeals", "concerns"] {
        let mut reply = good_reply();
        reply.as_object_mut().unwrap().remove(key);
        assert_eq!(read(&concept(), &reply.to_string()).unwrap().mentions.len(), 1);
    }
    for key in ["score", "sentiment", "reasoning", "purchase_intent"] {
        let mut reply = good_reply();
        reply.as_object_mut().unwrap().remove(key);
        assert_eq!(invalid(&concept(), &reply.to_string()), format!("`{key}` is missing"));
    }
}

#[test]
fn a_refusal_is_no_answer_and_no_mistake() {
    let refused = read(&concept(), r#"{"refused": "I do not eat at home"}"#);
    assert_eq!(refused, Err(Unreadable::Refused { reason: "I do not eat at home".to_owned() }));
    invalid(&concept(), r#"{"refused": ""}"#);
    invalid(&concept(), r#"{"refused": true}"#);
    invalid(&concept(), r#"{"refused": "no", "score": 3}"#);
}

#[test]
fn whatever_is_not_exactly_one_object_is_invalid() {
    let good = good_reply().to_string();
    let huge = format!("{{\"score\": 7, \"reasoning\": \"{}\"}}", "a".repeat(20 << 20));
    let nested = format!("{{\"score\": {}1{}}}", "[".repeat(500), "]".repeat(500));
    let corpus = [
        (String::new(), "the reply is empty"),
        (" \n\t".to_owned(), "the reply is empty"),
        (format!("```json\n{good}\n```"), "the reply is not a JSON object"),
        (format!("Here is my answer: {good}"), "the reply is not a JSON object"),
        (format!("{good} I hope that helps!"), "text follows the JSON object"),
        (format!("{good}{good}"), "text follows the JSON object"),
        (format!("[{good}]"), "the reply is not a JSON object"),
        (good[..good.len() / 2].to_owned(), "the JSON object breaks off"),
        (nested, "the JSON object is nested too deeply"),
        ("7/10".to_owned(), "the reply is not a JSON object"),
        ("null".to_owned(), "the reply is not a JSON object"),
        ("I cannot help with that.".to_owned(), "the reply is not a JSON object"),
        ("<html><body>502 Bad Gateway</body></html>".to_owned(), "the reply is not a JSON object"),
        ("{score: 7}".to_owned(), "the reply is not valid JSON"),
        ("{\"score\": NaN}".to_owned(), "the reply is not valid JSON"),
        ("{\"reasoning\": \"a\u{7}b\"}".to_owned(), "the reply is not valid JSON"),
        ("{\"score\": 7, \"score\": 9}".to_owned(), "a key of the JSON object stands twice"),
        ("{\"score\": 7, \"score\u{0}\": 9}".to_owned(), "the reply is not valid JSON"),
        (huge, "the reply is longer than 65536 bytes"),
        ("{}".to_owned(), "`score` is missing"),
    ];
    for (reply, reason) in corpus {
        assert_eq!(invalid(&concept(), &reply), reason, "{reply:.60}");
        invalid(&recommendation(), &reply);
    }
}

#[test]
fn values_outside_the_schema_are_invalid() {
    let long = "x".repeat(4_001);
    for (key, value) in [
        ("score", json!(0)),
        ("score", json!(11)),
        ("score", json!(7.5)),
        ("score", json!(7.0)),
        ("score", json!("7")),
        ("score", json!(-1)),
        ("score", json!(1e300)),
        ("score", json!(null)),
        ("score", json!(true)),
        ("sentiment", json!("Positive")),
        ("sentiment", json!("happy")),
        ("purchase_intent", json!(3)),
        ("reasoning", json!("")),
        ("reasoning", json!("  ")),
        ("reasoning", json!(long)),
        ("reasoning", json!("esc \u{1b}[2J")),
        ("reasoning", json!(["a"])),
        ("appeals", json!("Price")),
        ("appeals", json!(["Price"])),
        ("appeals", json!([{"quote": "saves"}])),
        ("appeals", json!([{"theme": "Time", "weight": 3}])),
        ("appeals", json!([{"theme": "T".repeat(61)}])),
        ("appeals", json!([{"theme": "Time", "quote": "never said"}])),
        ("appeals", json!(vec![json!({"theme": "Time"}); 11])),
        ("confidence", json!(0.9)),
    ] {
        let mut reply = good_reply();
        reply[key] = value;
        invalid(&concept(), &reply.to_string());
    }
}

#[test]
fn a_reason_never_carries_text_of_the_reply() {
    let mut reply = good_reply();
    reply["my name is Ann <ann@example.com>"] = json!(1);
    assert_eq!(invalid(&concept(), &reply.to_string()), "unknown key");
    let mut reply = good_reply();
    reply["confidence"] = json!(1);
    assert_eq!(invalid(&concept(), &reply.to_string()), "unknown key `confidence`");
}

#[test]
fn an_answer_of_another_instrument_is_counted_as_none() {
    let mut accumulator = Accumulator::new(&recommendation());
    accumulator.add(at(0, 0), &classes(0), &outcome(1));
    assert_eq!(accumulator.finish(BTreeMap::new()), None);
}

#[test]
fn reasons_are_bounded() {
    let mut accumulator = Accumulator::new(&concept());
    accumulator.add(at(0, 0), &classes(0), &outcome(0));
    for ordinal in 1..1_000 {
        let reason = format!("reason {ordinal}");
        accumulator.add(at(ordinal, 0), &classes(ordinal), &Outcome::Refused { reason });
    }
    let not_answered = accumulator.finish(BTreeMap::new()).unwrap().diagnostics.not_answered;
    assert!(not_answered.len() <= 44, "{}", not_answered.len());
    assert_eq!(not_answered.values().sum::<u64>(), 999);
}

#[track_caller]
fn survives(answer: &Answer) {
    let text = serde_json::to_string(&Tagged(answer.clone())).unwrap();
    assert_eq!(serde_json::from_str::<Tagged>(&text).unwrap().0, *answer);
}

#[test]
fn every_answer_survives_the_wire_as_itself() {
    let sentiment = study(Instrument::Sentiment { stimulus: STIMULUS.to_owned() });
    let felt = json!({"sentiment": "mixed", "reasoning": "Hm.", "key_theme": "Time"});
    let said = json!({"answers": [{"question": 1, "answer": "x"}, {"question": 2, "answer": "y"}], "reasoning": "So."});
    let mut recommended = good_reply();
    recommended.as_object_mut().unwrap().remove("purchase_intent");
    for (spec, reply) in [
        (concept(), good_reply()),
        (recommendation(), recommended),
        (sentiment, felt),
        (survey(), said),
    ] {
        let answer = read(&spec, &reply.to_string()).unwrap().answer;
        survives(&answer);
    }
    let answer = verdict(&ab(Orders::Split), 0, 0, "none", 1, 10).answer;
    survives(&answer);
    assert!(matches!(answer, Answer::AbTest { preference: Preference::None, .. }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn no_reply_makes_the_reader_panic(reply in ".{0,200}", object in "\\{\"[a-z]{1,8}\": ?[^}]{0,40}\\}") {
        prop_assert!(read(&concept(), &reply).is_err());
        prop_assert!(read(&recommendation(), &object).is_err());
    }
}
