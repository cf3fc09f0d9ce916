//! Diagnostics of panels with known faults, through the interface of the accumulator.

#![allow(clippy::unwrap_used, reason = "a test that finds nothing to unwrap has failed")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use protocol::quality::{Figure, Flag};
use protocol::results::{Answer, Diagnostics, PurchaseIntent, Sentiment};
use protocol::study::StudySpec;

use crate::domain::instrument::tests::concept;
use crate::domain::instrument::{Accumulator, Subsamples, assignments, options, tasks};
use crate::domain::outcome::{Answered, Assignment, FIRST_ROUND, Outcome};

const GENDERS: [[(&str, &str); 1]; 2] = [[("gender", "female")], [("gender", "male")]];

fn at(respondent: u32, replicate: u16) -> Assignment {
    Assignment { replicate, ..Assignment::first(FIRST_ROUND, respondent) }
}

fn answer(score: u8, reasoning: String) -> Answered {
    let (sentiment, purchase_intent) = match score {
        ..=4 => (Sentiment::Negative, PurchaseIntent::ProbablyNot),
        5..=6 => (Sentiment::Mixed, PurchaseIntent::Maybe),
        _ => (Sentiment::Positive, PurchaseIntent::Probably),
    };
    let answer = Answer::ConceptTest { score, sentiment, reasoning, purchase_intent };
    Answered { answer, mentions: Vec::new(), options: None, channels: None }
}

/// Reasons that share no run of words.
fn reason(respondent: u32) -> String {
    let word = |at: u32| {
        let letter = |by: u32| char::from(b'a' + u8::try_from((at / by) % 26).unwrap_or(0));
        [letter(1), letter(26), letter(676)].iter().collect::<String>()
    };
    (0..6).map(|place| word(respondent * 6 + place)).collect::<Vec<_>>().join(" ")
}

/// A panel of 200 that gives those scores for first and, where it has some, second answers.
fn diagnose(
    first: impl Fn(u32) -> Outcome,
    second: impl Fn(u32) -> Option<Outcome>,
) -> Diagnostics {
    let mut accumulator = Accumulator::new(&concept());
    for respondent in 0..200 {
        let classes = &GENDERS[respondent as usize % 2];
        accumulator.add(at(respondent, 0), classes, &first(respondent));
        if let Some(second) = second(respondent) {
            accumulator.add(at(respondent, 1), classes, &second);
        }
    }
    accumulator.finish(BTreeMap::new()).unwrap().diagnostics
}

fn said(score: u8, respondent: u32) -> Outcome {
    Outcome::Answered(answer(score, reason(respondent)))
}

/// 1 to 10 by turns: as varied as can be.
fn varied(respondent: u32) -> u8 {
    u8::try_from(respondent % 10).unwrap() + 1
}

#[track_caller]
fn value(diagnostics: &Diagnostics, name: &str) -> f64 {
    diagnostics.figures[name].known().unwrap_or_else(|| panic!("{name} is undefined")).value
}

#[track_caller]
fn undefined(diagnostics: &Diagnostics, name: &str) -> String {
    match &diagnostics.figures[name] {
        Figure::Undefined { undefined } => undefined.clone(),
        Figure::Known(estimate) => panic!("{name} is {estimate:?}"),
    }
}

#[test]
fn a_varied_panel_is_given_no_warning() {
    let found = diagnose(|who| said(varied(who), who), |_| None);
    assert_eq!(found.flags, []);
    assert_eq!(found.notes.len(), 1, "{:?}", found.notes);
    assert!(value(&found, "sd_ratio") > 1.0);
    assert!((value(&found, "entropy_bits") - std::f64::consts::LOG2_10).abs() < 1e-6);
    assert!((value(&found, "distinct_texts") - 1.0).abs() < 1e-12);
    assert!(value(&found, "near_duplicates").abs() < 1e-12);
    assert_eq!(undefined(&found, "persona_effect"), "nobody was asked twice");
    assert!(undefined(&found, "order_effect").contains("turned round"));
    assert!(found.missing.is_empty());
}

#[test]
fn a_panel_of_one_mind_is_called_so() {
    let same = |_| Outcome::Answered(answer(7, "I like it a lot because it is easy.".to_owned()));
    let found = diagnose(same, |_| None);
    assert_eq!(found.flags, [Flag::LowVariance, Flag::Collapsed, Flag::AlikeTexts]);
    assert!(found.notes.iter().any(|note| note.contains("less varied than people's")));
    let Figure::Known(sd) = &found.figures["std_dev"] else { panic!() };
    assert_eq!((sd.low, sd.high), (None, None), "no spread is no certainty");
    assert!((value(&found, "near_duplicates") - 1.0).abs() < 1e-12);
}

#[test]
fn dice_are_told_from_people() {
    let people = diagnose(
        |who| said(varied(who), who),
        |who| (who % 5 == 0).then(|| said(varied(who), who)),
    );
    assert!(value(&people, "persona_effect") > 0.95);
    assert_eq!(people.flags, []);
    let dice = diagnose(
        |who| said(varied(who), who),
        |who| (who % 5 == 0).then(|| said(varied(who * 7 / 5 + 3), who)),
    );
    assert!(dice.flags.contains(&Flag::PersonaEffectUnclear), "{:?}", dice.figures);
    assert!(value(&dice, "reask_noise") > value(&people, "reask_noise"));
}

#[test]
fn a_second_answer_is_never_counted() {
    let spec = concept();
    let once = |replicate| {
        let mut accumulator = Accumulator::new(&spec);
        for who in 0..40 {
            accumulator.add(at(who, 0), &GENDERS[0], &said(varied(who), who));
            if replicate {
                let refused = Outcome::Refused { reason: "tired".to_owned() };
                let second = if who % 2 == 0 { said(1, who) } else { refused };
                accumulator.add(at(who, 1), &GENDERS[0], &second);
            }
        }
        accumulator.finish(BTreeMap::new()).unwrap()
    };
    let (without, with) = (once(false), once(true));
    assert_eq!(
        (without.outcomes, without.estimates, without.themes),
        (with.outcomes, with.estimates, with.themes)
    );
    assert!(with.diagnostics.not_answered.is_empty());
}

#[test]
fn a_score_against_its_own_sentiment_is_warned_of_in_these_words() {
    let against = |who: u32| {
        let mut answered = answer(9, reason(who));
        if let Answer::ConceptTest { purchase_intent, .. } = &mut answered.answer {
            *purchase_intent = PurchaseIntent::DefinitelyNot;
        }
        Outcome::Answered(answered)
    };
    let of = |many: u32| {
        diagnose(|who| if who < many { against(who) } else { said(varied(who), who) }, |_| None)
    };
    let (few, some) = (of(4), of(5));
    assert!((value(&some, "self_contradictions") - 0.025).abs() < 1e-12);
    assert!(!few.flags.contains(&Flag::SelfContradiction), "2 % is the limit");
    assert!(some.flags.contains(&Flag::SelfContradiction));
    let told = "5 of 200 answers have a score that does not fit their own sentiment or purchase intent, such as a high \
                score beside a flat no. Look at them before you trust the numbers.";
    assert!(some.notes.iter().any(|note| note == told), "{:?}", some.notes);
}

#[test]
fn a_class_that_keeps_silent_is_named() {
    let found = diagnose(
        |who| match who % 4 {
            1 => Outcome::Refused { reason: "I would rather not".to_owned() },
            _ => said(varied(who), who),
        },
        |_| None,
    );
    let male = found.missing["gender"]["male"];
    assert_eq!((male.asked, male.refused, male.missing()), (100, 50, 50));
    assert!(found.flags.contains(&Flag::UnevenSilence) && found.flags.contains(&Flag::ManySilent));
    assert!(
        found.notes.iter().any(|note| note.contains("50 % of gender male")),
        "{:?}",
        found.notes
    );
    let evenly = diagnose(
        |who| match who % 5 {
            1 => Outcome::Invalid { reason: "the reply is empty".to_owned() },
            _ => said(varied(who), who),
        },
        |_| None,
    );
    assert!(!evenly.flags.contains(&Flag::UnevenSilence), "{:?}", evenly.notes);
}

#[test]
fn a_panel_that_takes_what_comes_first_is_caught() {
    let of = |first: bool| {
        diagnose(
            |who| {
                let shown = options(7, at(who, 0));
                let mut answered = answer(varied(who), reason(who));
                let Answer::ConceptTest { sentiment, purchase_intent, .. } = &mut answered.answer
                else {
                    unreachable!()
                };
                if first {
                    let near = shown.intents[usize::from(who % 3 == 0)];
                    (*sentiment, *purchase_intent) = (shown.sentiments[0], near);
                }
                answered.options = Some(shown);
                Outcome::Answered(answered)
            },
            |_| None,
        )
    };
    let biased = of(true);
    assert!(biased.flags.contains(&Flag::OrderEffect));
    assert!((value(&biased, "first_option_share") - 1.0).abs() < 1e-12);
    assert!(value(&biased, "order_effect") > 3.0, "one end of the scale against the other");
    let fair = of(false);
    assert!(!fair.flags.contains(&Flag::OrderEffect), "{:?}", fair.notes);
    assert!(value(&fair, "order_effect").abs() < 0.5);
}

fn panel_of(panel: u32, replicates: u32, seed: u64) -> StudySpec {
    let mut spec = concept();
    (spec.panel, spec.seed, spec.measurement.replicates) = (panel, seed, replicates);
    spec
}

proptest! {
    #[test]
    fn exactly_as_many_are_asked_twice_as_the_study_says(
        panel in 1_u32..2_000, part in 0.0..=1.0_f64, seed in any::<u32>()
    ) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a small panel")]
        let wanted = (f64::from(panel) * part) as u32;
        let spec = panel_of(panel, wanted, seed.into());
        let reasked = Subsamples::of(&spec).all().count();
        prop_assert_eq!(reasked, wanted as usize);
        let all: usize = (0..panel).map(|who| assignments(&spec, FIRST_ROUND, who).count()).sum();
        prop_assert_eq!(all as u64, (u64::from(spec.panel) + Subsamples::of(&spec).len()) * u64::from(tasks(&spec)));
    }

    #[test]
    fn a_recorded_order_is_the_drawn_one(seed in any::<u64>(), respondent in any::<u32>()) {
        let drawn = options(seed, at(respondent, 0));
        let stored = serde_json::to_string(&drawn).unwrap();
        prop_assert_eq!(stored.len(), 7);
        prop_assert_eq!(serde_json::from_str::<crate::domain::instrument::OptionOrder>(&stored).unwrap(), drawn);
    }
}
