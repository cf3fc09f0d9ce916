//! Results of a concept test with a few answers.

use proptest::prelude::*;
use protocol::id::AnswerId;
use protocol::results::Outcomes;

use super::*;

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
fn a_group_too_small_to_judge_never_differs_however_far_off_it_is() {
    let spec = concept();
    let outcomes = (0..200).map(|ordinal| {
        let mut reply = good_reply();
        // Twelve of two hundred hate it.
        reply["score"] = json!(if ordinal < 12 { 1 + ordinal % 2 } else { 8 + ordinal % 3 });
        (ordinal, read(&spec, &reply.to_string()).unwrap())
    });
    let mut accumulator = Accumulator::new(&spec);
    for (ordinal, answered) in outcomes {
        let class = if ordinal < 12 { "laggard" } else { "early_majority" };
        let classes = [("tech_adoption", class)];
        accumulator.add(at(ordinal, 0), &classes, &Outcome::Answered(answered));
    }
    let results = accumulator.finish(BTreeMap::new()).unwrap();
    // Both sides of the one comparison: the few, and everyone else, whose "rest" are the few.
    for contrast in &results.contrasts {
        assert!(contrast.p_adjusted < 0.001 && contrast.small && !contrast.differs, "{contrast:?}");
    }
    assert_eq!(
        results.contrast_rule,
        "2 groups were compared with everyone else by mean score. A group differs when p, adjusted for all 2 \
         comparisons (Holm), is below 0.05 and both the group and everyone else have at least 30 answers; 2 are too \
         small to judge."
    );
}

/// No number of the document has more than nine decimals.
fn look(value: &serde_json::Value) {
    match value {
        serde_json::Value::Number(number) => {
            let text = number.to_string();
            let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
            assert!(decimals <= 9, "{text}");
        }
        serde_json::Value::Array(list) => list.iter().for_each(look),
        serde_json::Value::Object(fields) => fields.values().for_each(look),
        _ => {}
    }
}

#[test]
fn numbers_carry_no_litter_of_floating_point() {
    let results = results_of(0..100).unwrap();
    let value = serde_json::to_value((&results.outcomes, &results.estimates, &results.segments));
    look(&value.unwrap());
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
    assert!(
        results.conclusions.iter().any(|sentence| sentence.starts_with("No group")),
        "{:?}",
        results.conclusions
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_order_of_answers_changes_nothing(order in Just((0..120_u32).collect::<Vec<_>>()).prop_shuffle()) {
        prop_assert_eq!(results_of(order.into_iter()), results_of(0..120));
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
