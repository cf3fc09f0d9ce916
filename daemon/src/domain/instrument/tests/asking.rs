//! Questionnaires and prices: limits, prices, the instrument hash, and the expected interval.

use super::*;

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
    let (fifty, _) = expected_half_width(&spec, None).unwrap();
    spec.panel = 200;
    let (two_hundred, _) = expected_half_width(&spec, None).unwrap();
    assert!((fifty / two_hundred - 2.0).abs() < 1e-12);
    spec.panel = 1;
    assert_eq!(expected_half_width(&spec, None), None);
}

#[test]
fn scales_ascend() {
    for study_type in StudyType::ALL {
        if let Some((low, high)) = scale(*study_type) {
            assert!(low < high);
        }
    }
}
