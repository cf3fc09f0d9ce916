//! Wording noise in A/B tests and in comparisons of two studies.

use proptest::prelude::*;
use protocol::results::{Comparison, Outcomes, Winner};

use super::*;
use crate::domain::instrument::wording_noise::WordingNoise;

/// An A/B test of two texts without a common sentence.
fn apart(orders: Orders) -> StudySpec {
    let variant_a = "Fresh dinners in a box.".to_owned();
    let variant_b = "Cheap meals by post.".to_owned();
    study(Instrument::AbTest { variant_a, variant_b, orders })
}

/// An A/B test in which the first `for_a` of `n` people prefer A by one point, and the others B by one point.
fn poll(spec: &StudySpec, for_a: u32, n: u32, noise: Option<&WordingNoise>) -> Results {
    let mut accumulator = Accumulator::new(spec).with_wording(spec, noise);
    for ordinal in 0..n {
        let (preference, a, b) = if ordinal < for_a { ("a", 7, 6) } else { ("b", 6, 7) };
        let outcome = Outcome::Answered(verdict(spec, ordinal, 0, preference, a, b));
        accumulator.add(at(ordinal, 0), &classes(ordinal), &outcome);
    }
    accumulator.finish(BTreeMap::new()).unwrap()
}

fn winner(results: &Results) -> Winner {
    let Outcomes::AbTest { winner, .. } = results.outcomes else { panic!("{results:?}") };
    winner
}

#[test]
fn a_lead_that_another_wording_would_make_has_no_winner_and_says_so() {
    let spec = apart(Orders::Split);
    // A leads by 20 points, with an interval of sampling that excludes zero.
    let noise = WordingNoise::everywhere(12.0);
    let (plain, with) = (poll(&spec, 120, 200, None), poll(&spec, 120, 200, Some(&noise)));
    assert_eq!((winner(&plain), winner(&with)), (Winner::A, Winner::Tie));
    let (sampling, wide) = (&plain.estimates["a_minus_b_pct"], &with.estimates["a_minus_b_pct"]);
    assert!(sampling.low.unwrap() > 0.0 && wide.low.unwrap() < 0.0, "{sampling:?} {wide:?}");
    assert_eq!((wide.wording_sd, wide.within_wording), (Some(12.0), true));
    assert_eq!((sampling.wording_sd, sampling.within_wording), (None, false));
    insta::assert_snapshot!(with.conclusions[..2].join("\n"), @r"
    No winner: 60.0 % prefer A and 40.0 % prefer B, a difference of +20.0 percentage points (95 % interval −7.2 to 47.0), less than another wording would make.
    The same people's scores: A minus B is +0.20 points of 10 (paired, 95 % interval −23.32 to 23.72), less than another wording would make.
    ");
    let note = with.diagnostics.notes.last().unwrap();
    assert!(note.contains("this reader's lead differs by 12.0 percentage points"), "{note}");
    assert!(note.contains("measured on 60 pairs of such texts"), "{note}");

    // Four fifths are more than wording makes; within the other half nobody is told of it.
    assert_eq!(winner(&poll(&spec, 160, 200, Some(&noise))), Winner::A);
    assert_eq!(winner(&poll(&spec, 40, 200, Some(&noise))), Winner::B);
    let even = poll(&spec, 102, 200, Some(&noise));
    assert!(!even.estimates["a_minus_b_pct"].within_wording, "chance alone makes as much");
    assert!(!even.conclusions[0].contains("wording"), "{}", even.conclusions[0]);
}

#[test]
fn only_what_compares_the_variants_is_widened() {
    let spec = apart(Orders::Split);
    let noise = WordingNoise::everywhere(3.0);
    let (plain, with) = (poll(&spec, 120, 200, None), poll(&spec, 120, 200, Some(&noise)));
    let widened = |results: &Results| -> Vec<String> {
        let all = results.estimates.iter();
        all.filter(|(_, e)| e.wording_sd.is_some()).map(|(field, _)| field.clone()).collect()
    };
    let comparing = [
        "a_minus_b_pct",
        "no_preference_pct",
        "score_difference",
        "variant_a_pct",
        "variant_b_pct",
    ];
    assert_eq!(widened(&with), comparing);
    assert_eq!(widened(&plain), Vec::<String>::new());
    for field in ["variant_a_score", "variant_b_score", "order_effect_pct"] {
        assert_eq!(with.estimates[field], plain.estimates[field], "{field}");
    }
    // A class compares the two texts as well; one class against the rest reads the same texts on both sides.
    let women = &with.segments["gender"]["female"].estimates["a_minus_b_pct"];
    assert_eq!(women.wording_sd, Some(3.0));
    assert_eq!(with.contrasts, plain.contrasts);
}

#[test]
fn texts_that_share_a_sentence_have_only_the_noise_of_the_others() {
    // Nine words of ten are the same.
    let results = poll(&ab(Orders::Split), 120, 200, Some(&WordingNoise::everywhere(12.0)));
    let sd = results.estimates["a_minus_b_pct"].wording_sd.unwrap();
    assert!((sd - 12.0 * 0.1_f64.sqrt()).abs() < 1e-6, "{sd}");
    assert_eq!(winner(&results), Winner::A);
}

#[test]
fn without_noise_and_for_the_same_text_every_byte_stays() {
    let bytes = |results: &Results| serde_json::to_string(results).unwrap();
    let spec = apart(Orders::Split);
    let none = WordingNoise::everywhere(0.0);
    assert_eq!(bytes(&poll(&spec, 30, 50, Some(&none))), bytes(&poll(&spec, 30, 50, None)));
    let other_model = WordingNoise::of_model("gpt-5");
    assert_eq!(bytes(&poll(&spec, 30, 50, other_model)), bytes(&poll(&spec, 30, 50, None)));

    let text = || STIMULUS.to_owned();
    let same = study(Instrument::AbTest {
        variant_a: text(),
        variant_b: format!("{STIMULUS}\n"),
        orders: Orders::Split,
    });
    let noise = WordingNoise::everywhere(12.0);
    let (with, plain) = (poll(&same, 25, 50, Some(&noise)), poll(&same, 25, 50, None));
    assert_eq!(bytes(&with), bytes(&plain));
    assert_eq!(winner(&with), Winner::Tie);
}

#[test]
fn a_breakdown_has_the_intervals_of_the_report() {
    let spec = apart(Orders::Split);
    let noise = WordingNoise::everywhere(7.0);
    let report = poll(&spec, 60, 100, Some(&noise));
    let lead = StudyMetric::of(StudyType::AbTest, None).unwrap();
    let by = ["gender".to_owned()];
    let mut tally = CrossTally::new(&spec, lead, &by).unwrap().with_wording(&spec, Some(&noise));
    for ordinal in 0..100 {
        let (preference, a, b) = if ordinal < 60 { ("a", 7, 6) } else { ("b", 6, 7) };
        let outcome = Outcome::Answered(verdict(&spec, ordinal, 0, preference, a, b));
        tally.add(ordinal, &classes(ordinal), &outcome);
    }
    let table = tally.finish().unwrap();
    assert_eq!(table.all, report.estimates["a_minus_b_pct"]);
    for cell in &table.cells {
        let class = &report.segments["gender"][&cell.classes[0]];
        assert_eq!(cell.estimate, class.estimates["a_minus_b_pct"]);
    }
}

#[test]
fn the_preview_does_not_promise_less_than_wording_allows() {
    let mut spec = apart(Orders::Split);
    spec.panel = 10_000;
    let noise = WordingNoise::everywhere(12.0);
    let half = |spec: &StudySpec| expected_half_width(spec, Some(&noise)).unwrap().0;
    assert!(half(&spec) > 1.96 * 11.99, "{}", half(&spec));
    let one_text = concept();
    assert_eq!(expected_half_width(&one_text, Some(&noise)), expected_half_width(&one_text, None));
}

#[test]
fn a_concern_has_gone_only_below_what_another_wording_would_make() {
    let told = |noise: Option<&WordingNoise>| {
        let mut accumulator = Accumulator::new(&concept()).with_wording(&concept(), noise);
        for ordinal in 0..90 {
            accumulator.add(at(ordinal, 0), &classes(ordinal), &outcome(ordinal));
        }
        accumulator.finish(BTreeMap::new()).unwrap().findings[0].suggested_action.clone()
    };
    let noise = WordingNoise::everywhere(0.1);
    assert!(told(None).contains("fewer than 24 % still name it"), "{}", told(None));
    assert!(told(Some(&noise)).contains("fewer than 12 % still name it"), "{}", told(Some(&noise)));
}

/// Two studies of the same 60 people, in which two thirds like the second better by a point.
fn compared(a: &StudySpec, b: &StudySpec, noise: Option<&WordingNoise>) -> Comparison {
    let metric = StudyMetric::of(StudyType::ConceptTest, None).unwrap();
    let mut comparator = Comparator::new(a, b, metric).unwrap().with_wording(a, b, noise);
    for ordinal in 0..60 {
        let scored = |score: i32| {
            let mut reply = good_reply();
            reply["score"] = json!(score);
            Outcome::Answered(read(&concept(), &reply.to_string()).unwrap())
        };
        let base = 2 + i32::try_from(ordinal % 7).unwrap();
        let liked = scored(base + i32::from(ordinal % 3 != 0));
        if comparator.is_paired() {
            comparator.add(&classes(ordinal), &[scored(base)], &[liked]);
        } else {
            comparator.add(&classes(ordinal), &[scored(base)], &[]);
            comparator.add(&classes(ordinal), &[], &[liked]);
        }
    }
    comparator.finish().unwrap()
}

fn other_text() -> StudySpec {
    study(Instrument::ConceptTest { stimulus: "Dinners in a box, chosen to suit you.".to_owned() })
}

#[test]
fn interval_p_and_every_class_of_a_comparison_include_the_wording() {
    let noise = WordingNoise::everywhere(0.5);
    let plain = compared(&concept(), &other_text(), None);
    let with = compared(&concept(), &other_text(), Some(&noise));
    let (sampling, wide) = (&plain.overall, &with.overall);
    assert!(sampling.p.unwrap() < 1e-9 && sampling.difference.low.unwrap() > 0.0);
    assert!(wide.p.unwrap() > 0.05 && wide.difference.low.unwrap() < 0.0, "{wide:?}");
    assert!(wide.difference.within_wording && wide.difference.wording_sd == Some(0.5));
    assert_eq!(wide.difference.value, sampling.difference.value);
    assert_eq!(wide.effect_size, sampling.effect_size);
    for (dimension, classes) in &with.segments {
        for (class, found) in classes {
            assert!(found.difference.within_wording && found.p_adjusted.unwrap() > 0.05);
            let before = &plain.segments[dimension][class];
            assert!(before.p_adjusted.unwrap() < 0.05, "{class}: {before:?}");
        }
    }
    assert!(with.notes.last().unwrap().contains("differs by 0.50 (standard deviation"));
    assert!(!plain.notes.iter().any(|note| note.contains("wording")));
    // The estimates of each study are of one text.
    assert_eq!((&with.a, &with.b), (&plain.a, &plain.b));
    // A quarter of that is less than the difference.
    let beyond = compared(&concept(), &other_text(), Some(&WordingNoise::everywhere(0.12)));
    assert!(beyond.overall.p.unwrap() < 0.05 && !beyond.overall.difference.within_wording);
}

#[test]
fn the_same_text_has_no_noise_whoever_is_asked() {
    let noise = WordingNoise::everywhere(0.5);
    let mut other_people = concept();
    other_people.seed = 8;
    for b in [concept(), other_people.clone()] {
        assert_eq!(compared(&concept(), &b, Some(&noise)), compared(&concept(), &b, None));
    }
    // What is told before the text belongs to it.
    let mut told = concept();
    told.context = Some("You have just moved.".to_owned());
    let found = compared(&concept(), &told, Some(&noise));
    assert_eq!(found.overall.difference.wording_sd, Some(0.5));
    // Other people and another text: both errors.
    other_people.instrument = other_text().instrument;
    let found = compared(&concept(), &other_people, Some(&noise));
    assert_eq!((found.paired, found.overall.difference.wording_sd), (false, Some(0.5)));
}

#[test]
fn two_ab_tests_have_the_noise_of_the_variants_that_changed() {
    let of = |a: &str, b: &str| {
        let (variant_a, variant_b) = (format!("{STIMULUS} {a}"), format!("{STIMULUS} {b}"));
        study(Instrument::AbTest { variant_a, variant_b, orders: Orders::Split })
    };
    let noise = WordingNoise::everywhere(3.0);
    let sd = |field: &str, second: &StudySpec| {
        let metric = StudyMetric::of(StudyType::AbTest, Some(field)).unwrap();
        metric.between(&of("Fresh.", "Cheap."), second, &noise)
    };
    // Only the last sentence changes, one word of ten.
    let last = 3.0 * 0.1_f64.sqrt();
    let is = |found: f64, expected: f64| (found - expected).abs() < 1e-12;
    let one_changed = of("Fresh.", "Quick.");
    assert!(is(sd("a_minus_b_pct", &one_changed), last));
    assert_eq!(sd("variant_a_score", &one_changed), 0.0);
    assert!(is(sd("variant_b_score", &one_changed), last));
    assert!(is(sd("score_difference", &of("Warm.", "Quick.")), last * 2.0_f64.sqrt()));
    assert_eq!(sd("theme.Price", &of("Cheap.", "Fresh.")), 0.0, "both are read for themes");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_wider_interval_contains_that_of_sampling(
        for_a in 0_u32..40, more in 1_u32..40, sd in 0.0_f64..40.0,
    ) {
        let spec = apart(Orders::Split);
        let noise = WordingNoise::everywhere(sd);
        let plain = poll(&spec, for_a, for_a + more, None);
        let with = poll(&spec, for_a, for_a + more, Some(&noise));
        for (field, sampling) in &plain.estimates {
            let wide = &with.estimates[field];
            prop_assert_eq!(wide.value, sampling.value);
            prop_assert_eq!(wide.low.is_some(), sampling.low.is_some());
            prop_assert!(wide.low <= sampling.low && sampling.high <= wide.high, "{:?}", wide);
        }
        prop_assert!(winner(&with) == winner(&plain) || winner(&with) == Winner::Tie);
    }
}
