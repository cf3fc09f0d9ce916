//! Instruments through their public face: what is asked, what is read, what is refused, and what a handful of answers
//! becomes.

use std::collections::BTreeMap;

use proptest::prelude::*;
use protocol::audience::Audience;
use protocol::id::AnswerId;
use protocol::results::{Answer, Outcomes, PurchaseIntent, Results, Sentiment, ThemeKind};
use protocol::study::{EngineMode, Instrument, StudySpec, StudyType};
use serde_json::json;

use super::*;
use crate::domain::outcome::{Mention, Outcome};

const STIMULUS: &str = "A meal kit delivery service that learns your taste.";

fn study(instrument: Instrument) -> StudySpec {
    StudySpec {
        name: "Meal kit".to_owned(),
        instrument,
        panel: 50,
        audience: Audience::default(),
        engine: "offline".to_owned(),
        engine_mode: EngineMode::Standard,
        seed: 7,
        context: None,
        max_cost_usd: None,
        tags: Vec::new(),
        project: None,
    }
}

fn concept() -> StudySpec {
    study(Instrument::ConceptTest { stimulus: STIMULUS.to_owned() })
}

fn recommendation() -> StudySpec {
    study(Instrument::Nps { stimulus: STIMULUS.to_owned() })
}

fn good_reply() -> serde_json::Value {
    json!({
        "score": 7,
        "sentiment": "mixed",
        "reasoning": "It saves me an hour a day, but $12 a meal is a lot.",
        "purchase_intent": "probably",
        "appeals": [{"theme": "Convenience", "quote": "saves me an hour a day"}],
        "concerns": [{"theme": "Price", "quote": "$12 a meal is a lot"}],
    })
}

#[track_caller]
fn invalid(spec: &StudySpec, reply: &str) -> String {
    match read(spec, reply) {
        Err(Unreadable::Invalid { reason }) => reason,
        other => panic!("{reply:.60} was read as {other:?}"),
    }
}

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
        ("".to_owned(), "the reply is empty"),
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
fn the_contracts_limits_count_characters_after_trimming() {
    for (length, passes) in [(9, false), (10, true), (5_000, true), (5_001, false), (0, false)] {
        let stimulus = format!("  {}\n", "é".repeat(length));
        for instrument in
            [Instrument::ConceptTest { stimulus: stimulus.clone() }, Instrument::Nps { stimulus }]
        {
            assert_eq!(check(&instrument).is_empty(), passes, "{length}");
        }
    }
    assert_eq!(check_context(&"é".repeat(2_000)), None);
    assert_eq!(check_context(&"é".repeat(2_001)).unwrap().field, "context");
}

#[test]
fn a_respondent_costs_one_credit() {
    assert_eq!(price(&concept()), Some(Credits(50)));
}

#[test]
fn the_hash_changes_with_everything_that_is_asked_and_with_nothing_else() {
    let base = instrument_hash(&concept(), "assets");
    assert_eq!(base.len(), 64);
    let mut same = concept();
    same.name = "Other".to_owned();
    same.seed = 8;
    same.panel = 9;
    assert_eq!(instrument_hash(&same, "assets"), base);
    let mut context = concept();
    context.context = Some("We sell in supermarkets.".to_owned());
    let mut engine = concept();
    engine.engine = "openai".to_owned();
    let other = study(Instrument::ConceptTest { stimulus: "Something else entirely.".to_owned() });
    for (spec, assets) in [
        (recommendation(), "assets"),
        (context, "assets"),
        (engine, "assets"),
        (other, "assets"),
        (concept(), "other assets"),
    ] {
        assert_ne!(instrument_hash(&spec, assets), base);
    }
}

#[test]
fn the_preview_expects_narrower_intervals_from_larger_panels() {
    let mut spec = concept();
    let (fifty, _) = expected_half_width(&spec).unwrap();
    spec.panel = 200;
    let (two_hundred, _) = expected_half_width(&spec).unwrap();
    assert!((fifty / two_hundred - 2.0).abs() < 1e-12);
    spec.panel = 1;
    assert_eq!(expected_half_width(&spec), None);
}

const AGES: [&str; 4] = ["18-24", "25-34", "35-44", "45-54"];

fn classes(ordinal: u32) -> [(&'static str, &'static str); 2] {
    [
        ("gender", if ordinal.is_multiple_of(2) { "female" } else { "male" }),
        ("age_band", AGES[ordinal as usize % 4]),
    ]
}

/// What the respondent at `ordinal` says: every third names the price and scores low.
fn outcome(ordinal: u32) -> Outcome {
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
    })
}

fn results_of(ordinals: impl Iterator<Item = u32>) -> Option<Results> {
    let mut accumulator = Accumulator::new(&concept());
    for ordinal in ordinals {
        accumulator.add(ordinal, &classes(ordinal), &outcome(ordinal));
    }
    accumulator.finish(BTreeMap::new())
}

#[test]
fn without_an_answer_there_are_no_results() {
    assert_eq!(results_of(std::iter::empty()), None);
    let mut accumulator = Accumulator::new(&concept());
    accumulator.add(0, &classes(0), &Outcome::Refused { reason: "no".to_owned() });
    assert_eq!(accumulator.finish(BTreeMap::new()), None);
}

#[test]
fn one_answer_has_a_mean_and_nothing_that_needs_two() {
    let results = results_of(std::iter::once(1)).unwrap();
    let Outcomes::ConceptTest { mean_score, std_dev, purchase_intent, .. } = &results.outcomes
    else {
        panic!()
    };
    assert_eq!((*mean_score, *std_dev), (8.0, None));
    assert_eq!(purchase_intent.probably, 100.0);
    for (field, estimate) in &results.estimates {
        assert_eq!((estimate.low, estimate.high), (None, None), "{field}");
    }
    let text = serde_json::to_string(&results).unwrap();
    assert!(text.contains("\"std_dev\":null"));
}

#[test]
fn a_concept_tests_results_keep_their_shape() {
    insta::assert_json_snapshot!(results_of(0..60).unwrap());
}

#[test]
fn an_nps_studys_results_keep_their_shape() {
    let mut accumulator = Accumulator::new(&recommendation());
    for (ordinal, score) in (0..).zip([10, 9, 8, 7, 6, 10, 3, 9, 0, 8]) {
        let answer = Answer::Nps {
            score,
            reasoning: format!("My reason is {ordinal}."),
            sentiment: Sentiment::Neutral,
        };
        let outcome = Outcome::Answered(Answered { answer, mentions: Vec::new() });
        accumulator.add(ordinal, &classes(ordinal), &outcome);
    }
    accumulator.add(10, &classes(10), &Outcome::Failed { reason: "timed out".to_owned() });
    insta::assert_json_snapshot!(accumulator.finish(BTreeMap::new()).unwrap());
}

#[test]
fn results_survive_the_wire() {
    let results = results_of(0..60).unwrap();
    let text = serde_json::to_string(&results).unwrap();
    assert_eq!(serde_json::from_str::<Results>(&text).unwrap(), results);
}

#[test]
fn every_quote_stands_in_the_answer_it_names() {
    let results = results_of(0..300).unwrap();
    let price = results.themes.iter().find(|theme| theme.kind == ThemeKind::Concern).unwrap();
    assert_eq!((price.theme.as_str(), price.count), ("Price", 100));
    assert!(!price.quotes.is_empty());
    for quote in results.findings.iter().flat_map(|f| &f.key_quotes).chain(&price.quotes) {
        let AnswerId(number) = quote.answer;
        let Outcome::Answered(answered) = outcome(number - 1) else { panic!() };
        let Answer::ConceptTest { reasoning, .. } = answered.answer else { panic!() };
        assert!(reasoning.contains(&quote.text));
    }
}

#[test]
fn a_common_concern_with_lower_scores_is_the_most_urgent() {
    let results = results_of(0..300).unwrap();
    let first = &results.findings[0];
    assert_eq!(first.priority, protocol::results::Priority::P1);
    assert_eq!(first.times_mentioned, 100);
}

#[test]
fn an_answer_of_another_instrument_is_counted_as_none() {
    let mut accumulator = Accumulator::new(&recommendation());
    accumulator.add(0, &classes(0), &outcome(1));
    assert_eq!(accumulator.finish(BTreeMap::new()), None);
}

#[test]
fn reasons_are_bounded() {
    let mut accumulator = Accumulator::new(&concept());
    accumulator.add(0, &classes(0), &outcome(0));
    for ordinal in 1..1_000 {
        let reason = format!("reason {ordinal}");
        accumulator.add(ordinal, &classes(ordinal), &Outcome::Refused { reason });
    }
    let not_answered = accumulator.finish(BTreeMap::new()).unwrap().diagnostics.not_answered;
    assert!(not_answered.len() <= 44, "{}", not_answered.len());
    assert_eq!(not_answered.values().sum::<u64>(), 999);
}

#[test]
fn every_study_type_has_its_scale() {
    for study_type in StudyType::ALL {
        let (low, high) = scale(*study_type).unwrap();
        assert!(low < high);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_order_of_answers_changes_nothing(order in Just((0..120_u32).collect::<Vec<_>>()).prop_shuffle()) {
        prop_assert_eq!(results_of(order.into_iter()), results_of(0..120));
    }

    #[test]
    fn no_reply_makes_the_reader_panic(reply in ".{0,200}", object in "\\{\"[a-z]{1,8}\": ?[^}]{0,40}\\}") {
        prop_assert!(read(&concept(), &reply).is_err());
        prop_assert!(read(&recommendation(), &object).is_err());
    }
}
