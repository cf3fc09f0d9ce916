//! Purposes of assignments: their codes, and what is shown for each.

#![allow(clippy::unwrap_used, reason = "a test that finds nothing to unwrap has failed")]

use std::collections::BTreeSet;

use proptest::prelude::*;
use protocol::audience::Audience;
use protocol::study::{EngineMode, Instrument, Orders, StudySpec};

use super::restyle::restyle;
use super::*;
use crate::domain::instrument::{decoy, stimuli};

const STIMULUS: &str = "A meal kit delivery service that learns your taste.";

const CONTROLS: [Purpose; 3] = [
    Purpose::Control(Control::Decoy),
    Purpose::Control(Control::Duplicate),
    Purpose::Control(Control::Reversed),
];

fn study(instrument: Instrument) -> StudySpec {
    StudySpec {
        name: "Meal kit".to_owned(),
        instrument,
        panel: 50,
        audience: Audience::default(),
        engine: "offline".to_owned(),
        engine_mode: EngineMode::Standard,
        seed: 7,
        context: Some("We sell in supermarkets.".to_owned()),
        language: None,
        max_cost_usd: None,
        tags: Vec::new(),
        project: None,
        webhook: None,
        measurement: protocol::measurement::Measurement::default(),
    }
}

#[test]
fn codes_mean_what_they_always_meant() {
    let codes = [
        (0, Some(Purpose::Answer)),
        (1, Some(Purpose::Replicate(1))),
        (999, Some(Purpose::Replicate(999))),
        (1_000, None),
        (1_001, Some(CONTROLS[0])),
        (1_002, Some(CONTROLS[1])),
        (1_003, Some(CONTROLS[2])),
        (1_004, None),
        (2_000, None),
        (2_001, Some(Purpose::Wording(1))),
        (2_004, Some(Purpose::Wording(4))),
        (2_005, None),
        (u16::MAX, None),
    ];
    for (code, asking) in codes {
        assert_eq!(Purpose::of_code(code), asking, "{code}");
    }
}

#[test]
fn every_kind_has_its_own_code() {
    let all: Vec<Purpose> = (0..=u16::MAX).filter_map(Purpose::of_code).collect();
    let codes: BTreeSet<u16> = all.iter().map(|asking| asking.code()).collect();
    assert_eq!((codes.len(), all.len()), (1 + 999 + 3 + 4, 1 + 999 + 3 + 4));
}

#[test]
fn a_decoy_stands_in_place_of_the_text_and_nothing_else_changes() {
    for instrument in [
        Instrument::ConceptTest { stimulus: STIMULUS.to_owned() },
        Instrument::Sentiment { stimulus: STIMULUS.to_owned() },
        Instrument::Nps { stimulus: STIMULUS.to_owned() },
    ] {
        let spec = study(instrument);
        let with = shown(&spec, CONTROLS[0]).into_owned();
        let text = decoy(spec.instrument.study_type()).unwrap().trim();
        assert_eq!(stimuli(&with.instrument), [text]);
        assert_eq!(with.instrument.study_type(), spec.instrument.study_type());
        assert!(crate::domain::instrument::check(&with.instrument).is_empty());
        let back = StudySpec { instrument: spec.instrument.clone(), ..with };
        assert_eq!(back, spec);
        for asking in [Purpose::Answer, Purpose::Replicate(1), CONTROLS[2], Purpose::Wording(2)] {
            assert_eq!(*shown(&spec, asking), spec, "{asking:?} shows the study's own text");
        }
    }
    let both = study(Instrument::AbTest {
        variant_a: STIMULUS.to_owned(),
        variant_b: STIMULUS.to_owned(),
        orders: Orders::Both,
    });
    assert_eq!(*shown(&both, CONTROLS[0]), both);
}

#[test]
fn another_presentation_reads_like_this() {
    let text = "# Meal kit\n\nFive dinners a week, cooked in twenty minutes, delivered on Monday for 60 dollars - or 12 a meal.\n\n\
                - no contract\n- a very long point that goes on and on until it does not fit any more\n\n| a | b |\n";
    insta::assert_snapshot!(restyle(text), @r"
    * * *

    # Meal kit

    Five dinners a week, cooked in twenty minutes,
    delivered on Monday for 60 dollars - or 12 a meal.

    * no contract
    * a very long point that goes on and on until it
      does not fit any more

    | a | b |

    * * *
    ");
}

/// The words of a text without rules and marks of lists.
fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().filter(|word| !matches!(*word, "*" | "-")).collect()
}

proptest! {
    #[test]
    fn a_code_and_its_kind_say_the_same(code in any::<u16>()) {
        if let Some(asking) = Purpose::of_code(code) {
            prop_assert_eq!(asking.code(), code);
        }
    }

    #[test]
    fn kinds_are_ordered_as_their_codes(one in any::<u16>(), other in any::<u16>()) {
        if let Some((a, b)) = Purpose::of_code(one).zip(Purpose::of_code(other)) {
            prop_assert_eq!(a.cmp(&b), one.cmp(&other));
        }
    }

    #[test]
    fn another_presentation_keeps_every_word_and_is_another(text in "[A-Za-z0-9 .,#*\n`|>-]{10,400}") {
        let other = restyle(&text);
        prop_assert_eq!(words(&other), words(&text));
        prop_assert_ne!(other, text);
    }
}
