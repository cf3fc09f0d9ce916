//! Instruments through their public face: what is asked, what is read, what is refused, and what a handful of answers
//! becomes.

#![allow(clippy::unwrap_used, reason = "a test that finds nothing to unwrap has failed")]
#![allow(clippy::float_cmp, reason = "exact where exactness is the point")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use protocol::audience::Audience;
use protocol::id::AnswerId;
use protocol::results::{
    Answer, Outcomes, Preference, PurchaseIntent, Results, Sentiment, ThemeKind, Winner,
};
use protocol::study::{EngineMode, Instrument, Order, Orders, StudySpec, StudyType};
use serde_json::json;

use super::*;
use crate::domain::outcome::{Assignment, Mention, Outcome};

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
        measurement: protocol::measurement::Measurement::default(),
    }
}

pub(super) fn concept() -> StudySpec {
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
        options: None,
    })
}

fn results_of(ordinals: impl Iterator<Item = u32>) -> Option<Results> {
    let mut accumulator = Accumulator::new(&concept());
    for ordinal in ordinals {
        accumulator.add(at(ordinal, 0), &classes(ordinal), &outcome(ordinal));
    }
    accumulator.finish(BTreeMap::new())
}

#[test]
fn without_an_answer_there_are_no_results() {
    assert_eq!(results_of(std::iter::empty()), None);
    let mut accumulator = Accumulator::new(&concept());
    accumulator.add(at(0, 0), &classes(0), &Outcome::Refused { reason: "no".to_owned() });
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
        let outcome = Outcome::Answered(Answered { answer, mentions: Vec::new(), options: None });
        accumulator.add(at(ordinal, 0), &classes(ordinal), &outcome);
    }
    accumulator.add(at(10, 0), &classes(10), &Outcome::Failed { reason: "timed out".to_owned() });
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

#[test]
fn scales_ascend() {
    for study_type in StudyType::ALL {
        if let Some((low, high)) = scale(*study_type) {
            assert!(low < high);
        }
    }
}

fn survey() -> StudySpec {
    let questions = vec!["What would stop you?".to_owned(), "What is it worth?".to_owned()];
    study(Instrument::Survey { stimulus: STIMULUS.to_owned(), questions })
}

fn ab(orders: Orders) -> StudySpec {
    let variant = |text: &str| format!("{STIMULUS} {text}");
    let (variant_a, variant_b) = (variant("Fresh."), variant("Cheap."));
    study(Instrument::AbTest { variant_a, variant_b, orders })
}

fn at(respondent: u32, task: u16) -> Assignment {
    Assignment { round: 0, respondent, task, replicate: 0 }
}

fn finish(spec: &StudySpec, answers: impl Iterator<Item = (u32, Answered)>) -> Option<Results> {
    let mut accumulator = Accumulator::new(spec);
    for (ordinal, answered) in answers {
        accumulator.add(at(ordinal, 0), &classes(ordinal), &Outcome::Answered(answered));
    }
    accumulator.finish(BTreeMap::new())
}

#[test]
fn a_sentiment_reply_is_read_and_its_key_theme_counted() {
    let spec = study(Instrument::Sentiment { stimulus: STIMULUS.to_owned() });
    let reply = json!({"sentiment": "positive", "reasoning": "Saves time.", "key_theme": "Time", "appeals": [{"theme": "Time", "quote": "Saves time"}]});
    let answered = read(&spec, &reply.to_string()).unwrap();
    assert_eq!(score(&answered.answer), None);
    let others = ["positive", "positive", "negative", "mixed", "positive", "neutral"];
    let answers = (0..).zip(others).map(|(ordinal, sentiment)| {
        let mut reply = reply.clone();
        reply["sentiment"] = json!(sentiment);
        (ordinal, read(&spec, &reply.to_string()).unwrap())
    });
    let results = finish(&spec, answers).unwrap();
    let Outcomes::Sentiment {
        positive_pct,
        negative_pct,
        neutral_pct,
        mixed_pct,
        confidence,
        key_themes,
    } = &results.outcomes
    else {
        panic!()
    };
    let sum = positive_pct + negative_pct + neutral_pct + mixed_pct;
    assert!((sum - 100.0).abs() < 1e-9);
    assert_eq!(*positive_pct, 50.0);
    assert!((0.6..0.8).contains(confidence), "{confidence}");
    assert_eq!(key_themes, &["Time"]);
    let mut missing = reply;
    missing.as_object_mut().unwrap().remove("key_theme");
    assert_eq!(invalid(&spec, &missing.to_string()), "`key_theme` is missing");
}

#[test]
fn a_survey_reply_answers_every_question_once() {
    let spec = survey();
    let reply =
        |answers: serde_json::Value| json!({"answers": answers, "reasoning": "So."}).to_string();
    let good = json!([
        {"question": 1, "answer": "The price of $12.", "themes": ["Price", "price"]},
        {"question": 2, "refused": "I never buy such things"},
    ]);
    let answered = read(&spec, &reply(good)).unwrap();
    let Answer::Survey { answers, refused, themes, .. } = &answered.answer else { panic!() };
    assert_eq!(answers["What would stop you?"], "The price of $12.");
    assert_eq!(refused.len(), 1);
    assert_eq!(themes["What would stop you?"], ["Price"]);
    for (answers, reason) in [
        (json!([{"question": 1, "answer": "x"}]), "a question is not answered"),
        (
            json!([{"question": 1, "answer": "x"}, {"question": 1, "answer": "y"}]),
            "a question is answered twice",
        ),
        (
            json!([{"question": 0, "answer": "x"}, {"question": 2, "answer": "y"}]),
            "`question` is not a whole number from 1 to 2",
        ),
        (
            json!([{"question": 3, "answer": "x"}, {"question": 2, "answer": "y"}]),
            "`question` is not a whole number from 1 to 2",
        ),
        (
            json!([{"question": 1, "answer": ""}, {"question": 2, "answer": "y"}]),
            "`answer` is empty",
        ),
        (
            json!([{"question": 1, "answer": "x", "refused": "no"}, {"question": 2, "answer": "y"}]),
            "unknown key `answer`",
        ),
        (json!({"1": "x"}), "`answers` is not a list"),
    ] {
        assert_eq!(invalid(&spec, &reply(answers)), reason);
    }
    let nothing = json!([{"question": 1, "refused": "no"}, {"question": 2, "refused": "no"}]);
    assert!(matches!(read(&spec, &reply(nothing)), Err(Unreadable::Refused { .. })));
}

#[test]
fn a_surveys_results_keep_their_shape_and_say_what_nobody_could_answer() {
    let spec = survey();
    let answers = (0..40).map(|ordinal| {
        let theme = if ordinal == 12 { "Taste" } else { "Price" };
        let reply = json!({
            "answers": [
                {"question": 1, "answer": format!("Because of the {theme}, I pay {ordinal} elsewhere."), "themes": [theme]},
                {"question": 2, "refused": "cannot say"},
            ],
            "reasoning": format!("I am number {ordinal}."),
        });
        (ordinal, read(&spec, &reply.to_string()).unwrap())
    });
    let results = finish(&spec, answers).unwrap();
    let Outcomes::Survey { question_results, common_themes } = &results.outcomes else { panic!() };
    assert_eq!(common_themes, &["Price", "Taste"]);
    assert_eq!((question_results[0].supported, question_results[1].supported), (true, false));
    assert_eq!((question_results[1].answered, question_results[1].refused), (0, 40));
    assert_eq!(question_results[0].saturation, Some(13));
    assert_eq!(results.segments["gender"]["female"].estimates["theme.Price"].n, 20);
    insta::assert_json_snapshot!(question_results);
}

fn verdict(spec: &StudySpec, ordinal: u32, task: u16, preference: &str, a: u8, b: u8) -> Answered {
    let reply = json!({
        "preference": preference, "score_a": a, "score_b": b,
        "reasoning": "It reads better.", "sentiment": "positive", "differentiators": ["Tone"],
    });
    read_at(spec, at(ordinal, task), &reply.to_string()).unwrap()
}

#[test]
fn a_split_shows_each_order_to_half_the_panel_and_records_it() {
    let spec = ab(Orders::Split);
    let orders: Vec<Order> =
        (0..1_000).map(|ordinal| order_shown(&spec, at(ordinal, 0)).unwrap()).collect();
    assert_eq!(orders.iter().filter(|order| **order == Order::AFirst).count(), 500);
    assert!(orders.windows(3).any(|three| three[0] == three[1] || three[1] == three[2]));
    for ordinal in 0..4 {
        let Answer::AbTest { order, .. } = verdict(&spec, ordinal, 0, "a", 7, 5).answer else {
            panic!()
        };
        assert_eq!(order, orders[ordinal as usize]);
    }
    assert_eq!(
        (tasks(&spec), tasks(&ab(Orders::Both)), order_shown(&concept(), at(0, 0))),
        (1, 2, None)
    );
}

#[test]
fn a_clear_preference_wins_and_a_close_one_ties() {
    let spec = ab(Orders::Split);
    let poll = |for_a: u32, n: u32| {
        let answers = (0..n).map(|ordinal| {
            let (preference, a, b) = if ordinal < for_a { ("a", 8, 5) } else { ("b", 5, 8) };
            (ordinal, verdict(&spec, ordinal, 0, preference, a, b))
        });
        let results = finish(&spec, answers).unwrap();
        let Outcomes::AbTest { winner, .. } = results.outcomes else { panic!() };
        winner
    };
    assert_eq!(poll(80, 100), Winner::A);
    assert_eq!(poll(20, 100), Winner::B);
    assert_eq!(poll(52, 100), Winner::Tie);
    assert_eq!(poll(1, 1), Winner::Tie);
    assert_eq!(poll(2, 2), Winner::Tie);
}

#[test]
fn a_judge_who_always_likes_the_first_is_contested_and_no_winner() {
    let spec = ab(Orders::Both);
    let answers = (0..60).flat_map(|ordinal| {
        [
            (ordinal, verdict(&spec, ordinal, 0, "a", 8, 6)),
            (ordinal, verdict(&spec, ordinal, 1, "b", 6, 8)),
        ]
    });
    let results = finish(&spec, answers).unwrap();
    let Outcomes::AbTest { winner, contested, no_preference_pct, variant_a_score, .. } =
        results.outcomes
    else {
        panic!()
    };
    assert_eq!(
        (winner, contested, no_preference_pct, variant_a_score),
        (Winner::Tie, Some(60), 100.0, 7.0)
    );
    assert!(
        results.conclusions.iter().any(|sentence| sentence.contains("changed their preference"))
    );
    // Everyone alike: no spread, so the effect has a value and no interval.
    let effect = &results.estimates["order_effect_pct"];
    assert_eq!((effect.value, effect.low), (100.0, None));
    // Named in both answers, counted once.
    assert_eq!((results.themes[0].count, results.themes[0].share.n), (60, 60));
}

#[test]
fn a_split_estimates_what_coming_first_is_worth() {
    let spec = ab(Orders::Split);
    let answers = (0..400).map(|ordinal| {
        let first = order_shown(&spec, at(ordinal, 0)).unwrap();
        let biased = ordinal % 4 != 0;
        let a = (first == Order::AFirst) == biased;
        (ordinal, verdict(&spec, ordinal, 0, if a { "a" } else { "b" }, 6, 6))
    });
    let results = finish(&spec, answers).unwrap();
    let effect = &results.estimates["order_effect_pct"];
    assert!((effect.value - 50.0).abs() < 10.0 && effect.low.unwrap() > 30.0, "{effect:?}");
    assert!(results.conclusions.iter().any(|sentence| sentence.contains("The order matters")));
}

#[test]
fn an_answer_in_one_order_only_is_said_and_not_counted() {
    let spec = ab(Orders::Both);
    let answers = [(0, 0), (0, 1), (1, 0)]
        .into_iter()
        .map(|(ordinal, task)| (ordinal, verdict(&spec, ordinal, task, "a", 8, 6)));
    let results = finish(&spec, answers).unwrap();
    assert_eq!(results.estimates["variant_a_pct"].n, 1);
    assert_eq!(results.diagnostics.not_answered["skipped: answered in one order only"], 1);
}

#[test]
fn an_ab_tests_results_keep_their_shape() {
    let spec = ab(Orders::Split);
    let answers = (0..40).map(|ordinal| {
        let preference = ["a", "a", "b", "none"][ordinal as usize % 4];
        (ordinal, verdict(&spec, ordinal, 0, preference, 7, 6))
    });
    let results = finish(&spec, answers).unwrap();
    let text = serde_json::to_string(&results).unwrap();
    assert_eq!(serde_json::from_str::<Results>(&text).unwrap(), results);
    insta::assert_json_snapshot!((results.outcomes, results.estimates, results.conclusions));
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
        let text = serde_json::to_string(&answer).unwrap();
        assert_eq!(serde_json::from_str::<Answer>(&text).unwrap(), answer);
    }
    let answer = verdict(&ab(Orders::Split), 0, 0, "none", 1, 10).answer;
    let text = serde_json::to_string(&answer).unwrap();
    assert_eq!(serde_json::from_str::<Answer>(&text).unwrap(), answer);
    assert!(matches!(answer, Answer::AbTest { preference: Preference::None, .. }));
}

#[test]
fn every_wrong_question_is_reported_at_once() {
    let long = "é".repeat(501);
    let questions: Vec<String> =
        ["Why?", " why? ", "", &long].iter().map(|question| (*question).to_owned()).collect();
    let violations = check(&Instrument::Survey { stimulus: "short".to_owned(), questions });
    assert_eq!(violations.len(), 4, "{violations:?}");
    let ask = |n: usize| {
        let questions = (0..n).map(|number| format!("Question {number}?")).collect();
        check(&Instrument::Survey { stimulus: STIMULUS.to_owned(), questions })
    };
    for (n, passes) in [(0, false), (1, true), (10, true), (11, false)] {
        assert_eq!(ask(n).is_empty(), passes, "{n}");
    }
    let edge = "é".repeat(500);
    let instrument = Instrument::Survey { stimulus: STIMULUS.to_owned(), questions: vec![edge] };
    assert_eq!(check(&instrument), []);
    let both = Instrument::AbTest {
        variant_a: "short".to_owned(),
        variant_b: String::new(),
        orders: Orders::Split,
    };
    let fields: Vec<&str> = check(&both).iter().map(|violation| violation.field).collect();
    assert_eq!(fields, ["variant_a", "variant_b"]);
}

#[test]
fn the_group_that_likes_it_least_is_named_with_its_reason() {
    let spec = concept();
    let answers = (0..400).map(|ordinal| {
        let old = ordinal % 4 == 3;
        let score = if old { 3 } else { 7 } + u8::try_from(ordinal / 4 % 3).unwrap();
        let mut reply = good_reply();
        reply["score"] = json!(score);
        if !old {
            reply.as_object_mut().unwrap().remove("concerns");
        }
        (ordinal, read(&spec, &reply.to_string()).unwrap())
    });
    let results = finish(&spec, answers).unwrap();
    let lowest = &results.contrasts[0];
    assert_eq!((lowest.class.as_str(), lowest.differs, lowest.small), ("45-54", true, false));
    assert!((lowest.difference.value + 4.0).abs() < 0.1, "{lowest:?}");
    assert!(lowest.p_adjusted >= lowest.p);
    insta::assert_snapshot!(results.conclusions.join("\n"));
}

#[test]
fn a_panel_of_one_mind_has_no_group_that_stands_out() {
    let spec = concept();
    let alike = (0..200).map(|ordinal| {
        let mut reply = good_reply();
        reply["score"] = json!(4 + ordinal / 4 % 3);
        (ordinal, read(&spec, &reply.to_string()).unwrap())
    });
    let results = finish(&spec, alike).unwrap();
    assert!(results.contrasts.iter().all(|contrast| !contrast.differs));
    assert!(results.conclusions[0].starts_with("No group"), "{:?}", results.conclusions);
}

fn scored(score: i32) -> Outcome {
    let mut reply = good_reply();
    reply["score"] = json!(score);
    Outcome::Answered(read(&concept(), &reply.to_string()).unwrap())
}

#[test]
fn the_same_people_are_compared_one_by_one_and_others_as_groups() {
    let compared = |b: &StudySpec, paired: bool| {
        let mut comparator = Comparator::new(&concept(), b).unwrap();
        assert_eq!(comparator.is_paired(), paired);
        for ordinal in 0..60 {
            // People differ much from each other, and each likes the second version a little better.
            let base = 2 + i32::try_from(ordinal % 7).unwrap();
            let (a, b) = (scored(base), scored(base + i32::from(ordinal % 3 != 0)));
            if paired {
                comparator.add(&classes(ordinal), Some(&a), Some(&b));
            } else {
                comparator.add(&classes(ordinal), Some(&a), None);
                comparator.add(&classes(ordinal), None, Some(&b));
            }
        }
        comparator.finish().unwrap()
    };
    let mut other_people = concept();
    other_people.seed = 8;
    let (paired, unpaired) = (compared(&concept(), true), compared(&other_people, false));
    assert!((paired.overall.difference.value - 2.0 / 3.0).abs() < 1e-12);
    assert!((unpaired.overall.difference.value - 2.0 / 3.0).abs() < 1e-12);
    assert!(paired.overall.p.unwrap() < 1e-9 && unpaired.overall.p.unwrap() > 0.01);
    assert!(paired.segments["gender"]["male"].p_adjusted.is_some());
    assert_eq!(paired.overall.difference.method, "paired_t");
}

#[test]
fn a_study_against_itself_differs_by_nothing_and_claims_nothing() {
    let mut comparator = Comparator::new(&concept(), &concept()).unwrap();
    for ordinal in 0..40 {
        let outcome = scored(1 + i32::try_from(ordinal % 10).unwrap());
        comparator.add(&classes(ordinal), Some(&outcome), Some(&outcome));
    }
    let comparison = comparator.finish().unwrap();
    assert_eq!((comparison.overall.difference.value, comparison.overall.p), (0.0, None));
    assert_eq!(comparison.overall.effect_size, None);
}

#[test]
fn what_has_nothing_in_common_is_not_compared() {
    assert!(matches!(
        Comparator::new(&concept(), &recommendation()),
        Err(NotComparable::Instruments(..))
    ));
    assert!(matches!(Comparator::new(&survey(), &survey()), Err(NotComparable::NoNumber(_))));
    assert_eq!(Comparator::new(&concept(), &concept()).unwrap().finish(), None);
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

#[test]
#[ignore = "a measurement: run it with --ignored --nocapture"]
#[allow(clippy::print_stderr, reason = "prints what it measured")]
fn how_long_a_report_takes() {
    for n in [10_000_u32, 1_000_000] {
        let outcomes: Vec<Outcome> = (0..1_000).map(outcome).collect();
        let start = std::time::Instant::now();
        let mut accumulator = Accumulator::new(&concept());
        for ordinal in 0..n {
            let classes = six(ordinal);
            accumulator.add(at(ordinal, 0), &classes, &outcomes[ordinal as usize % 1_000]);
        }
        let added = start.elapsed();
        let results = accumulator.finish(BTreeMap::new()).unwrap();
        assert_eq!(results.estimates["mean_score"].n, u64::from(n));
        eprintln!("{n}: added in {added:?}, all in {:?}", start.elapsed());
    }
}

fn six(ordinal: u32) -> [(&'static str, &'static str); 6] {
    let [gender, age] = classes(ordinal);
    let pick = |words: [&'static str; 4], by: u32| words[(ordinal / by % 4) as usize];
    [
        gender,
        age,
        ("income_bracket", pick(["low", "middle", "upper_middle", "high"], 3)),
        ("education", pick(["high_school", "some_college", "bachelors", "graduate"], 5)),
        ("tech_adoption", pick(["innovator", "early_adopter", "early_majority", "laggard"], 7)),
        ("region", pick(["us_west", "us_midwest", "us_northeast", "us_southeast"], 11)),
    ]
}
