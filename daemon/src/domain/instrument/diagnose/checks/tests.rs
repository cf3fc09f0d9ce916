//! Checks of panels with known faults, through the interface of the accumulator.

#![allow(clippy::unwrap_used, reason = "a test that finds nothing to unwrap has failed")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use protocol::control::{ControlResult, Judged, Verdict};
use protocol::measurement::{Control, Measurement};
use protocol::quality::{Figure, Flag};
use protocol::results::{Answer, Diagnostics, PurchaseIntent, Results, Sentiment};
use protocol::study::{Instrument, StudySpec};

use crate::domain::asking::Purpose;
use crate::domain::instrument::tests::concept;
use crate::domain::instrument::{Accumulator, Subsamples, assignments};
use crate::domain::outcome::{Answered, Assignment, FIRST_ROUND, Outcome};

const DECOY: Purpose = Purpose::Control(Control::Decoy);
const DUPLICATE: Purpose = Purpose::Control(Control::Duplicate);
const REVERSED: Purpose = Purpose::Control(Control::Reversed);

/// A study of 60 that asks 30 of them everything there is.
fn checked() -> StudySpec {
    let mut spec = concept();
    spec.panel = 60;
    spec.measurement = Measurement {
        replicates: 30,
        controls: Control::ALL.iter().copied().collect(),
        wordings: 2,
        subsample: 30,
        ..Measurement::default()
    };
    spec
}

/// 1 to 9 by turns: as varied as can be, with room for one step up.
fn varied(who: u32) -> i32 {
    i32::try_from(who * 7 % 9).unwrap() + 1
}

/// One point of chance, up or down.
fn chance(who: u32, salt: u32) -> i32 {
    i32::try_from((who * 31 + salt * 17) % 3).unwrap() - 1
}

fn said(score: i32) -> Outcome {
    let score = u8::try_from(score.clamp(1, 10)).unwrap();
    let answer = Answer::ConceptTest {
        score,
        sentiment: Sentiment::Neutral,
        reasoning: "It is what it is.".to_owned(),
        purchase_intent: PurchaseIntent::Maybe,
    };
    Outcome::Answered(Answered { answer, mentions: Vec::new(), options: None, channels: None })
}

/// Everyone is asked everything that the study asks them, and answers as the panel does.
fn results(spec: &StudySpec, panel: impl Fn(u32, Purpose) -> Outcome) -> Results {
    let mut accumulator = Accumulator::new(spec);
    for who in 0..spec.panel {
        for at in assignments(spec, FIRST_ROUND, who) {
            accumulator.add(at, &[("gender", "female")], &panel(who, at.asking().unwrap()));
        }
    }
    accumulator.finish(BTreeMap::new()).unwrap()
}

/// A panel that means what it says.
fn honest(who: u32, asking: Purpose) -> Outcome {
    said(match asking {
        Purpose::Answer => varied(who),
        Purpose::Replicate(_) => varied(who) + chance(who, 1),
        DECOY => 1,
        DUPLICATE => varied(who) + chance(who, 2),
        REVERSED => 11 - varied(who) + chance(who, 3),
        Purpose::Wording(number) => varied(who) + chance(who, 3 + u32::from(number)),
    })
}

#[track_caller]
fn judged(results: &Results, control: Control) -> &Judged {
    results.diagnostics.controls[&control].judged().unwrap()
}

#[track_caller]
fn value(figure: &Figure) -> f64 {
    figure.known().unwrap().value
}

#[test]
fn an_honest_panel_passes_everything() {
    let found = results(&checked(), honest);
    for control in Control::ALL {
        let judged = judged(&found, *control);
        assert_eq!(judged.verdict, Verdict::Passed, "{}", judged.sentence);
        assert_eq!((judged.asked, judged.difference.known().unwrap().n), (30, 30));
        assert!(found.diagnostics.notes.contains(&judged.sentence), "{}", judged.sentence);
    }
    let wordings = found.diagnostics.wordings.as_ref().unwrap();
    assert_eq!(wordings.verdict, Verdict::Passed, "{}", wordings.sentence);
    assert!(value(&wordings.wordings[0].rank) > 0.85, "{wordings:?}");
    assert_eq!(found.diagnostics.failures().count(), 0);
    assert!(!found.diagnostics.flags.contains(&Flag::ControlFailed));
    insta::assert_snapshot!(found.diagnostics.notes[1..5].join("\n"), @r"
    Decoy passed: a text made to be bad was rated clearly lower (this text minus the decoy: +4.2 points, 95 % interval 3.2 to 5.2, n = 30; more than 1.0 is required; the decoy got 1.0, and 5.5 is the middle).
    Duplicate passed: the same text presented otherwise was rated alike (the other presentation minus this one: 0.0 points, 95 % interval −0.3 to 0.3, n = 30; at most 0.6 points are allowed, the noise of asking again in the same words).
    Reversed scale passed: with the scale turned round the answers turn with it (replies turned back minus the answers: 0.0 points, 95 % interval −0.3 to 0.3, n = 30; at most 0.6 points are allowed, the noise of asking again in the same words; rank correlation with the answers +0.95).
    The wording of the question makes no difference that matters (wording 1 of 2 moves the mean most: 0.0 points, 95 % interval −0.3 to 0.3, n = 30; at most 0.6 points are allowed, the noise of asking again in the same words; people keep their order with a rank correlation of 0.95 (0.87 to 0.98) at least, 0.95 when asked again in the same words).
    ");
}

#[test]
fn a_panel_that_says_yes_to_anything_fails_the_decoy_and_the_turned_scale() {
    // Eight or nine, whatever is asked.
    let found = results(&checked(), |who, _| said(8 + chance(who, 4).max(0)));
    assert_eq!(judged(&found, Control::Decoy).verdict, Verdict::Failed);
    assert_eq!(judged(&found, Control::Reversed).verdict, Verdict::Failed);
    assert_eq!(judged(&found, Control::Duplicate).verdict, Verdict::Passed, "it is consistent");
    assert!(found.diagnostics.flags.contains(&Flag::ControlFailed));
    let told: Vec<&str> = found.diagnostics.failures().collect();
    assert!(
        told[0].contains("also liked a text made to be bad, so do not trust the level"),
        "{told:?}"
    );
    assert!(told[1].contains("do not turn with it"), "{told:?}");
    // Without any difference between people there is no interval; the verdict is the same.
    let flat = results(&checked(), |_, _| said(8));
    assert_eq!(judged(&flat, Control::Decoy).verdict, Verdict::Failed);
    assert_eq!(judged(&flat, Control::Decoy).difference.known().unwrap().low, None);
    assert_eq!(judged(&flat, Control::Reversed).verdict, Verdict::Failed);
}

#[test]
fn whoever_does_not_look_at_the_scale_is_caught_though_the_mean_agrees() {
    // Around the middle, so that turning back changes no mean.
    let middle = |who: u32| 2 + i32::try_from(who / 2 * 3 % 8).unwrap();
    let found = results(&checked(), |who, _| said(middle(who)));
    let judged = judged(&found, Control::Reversed);
    assert!(value(&judged.difference).abs() < 1.0, "{}", judged.sentence);
    assert!(value(judged.rank.as_ref().unwrap()) < -0.99);
    assert_eq!(judged.verdict, Verdict::Failed);
}

#[test]
fn a_bad_text_and_a_bad_decoy_are_no_yes_saying() {
    let found = results(&checked(), |who, asking| match asking {
        Purpose::Answer => said(2 + chance(who, 0)),
        _ => said(2 + chance(who, 5)),
    });
    let judged = judged(&found, Control::Decoy);
    assert_eq!(judged.verdict, Verdict::Undecided);
    assert!(judged.sentence.contains("no yes-saying, and no praise"), "{}", judged.sentence);
}

#[test]
fn a_decoy_that_is_liked_fails_the_panel_though_the_text_is_liked_more() {
    let found = results(&checked(), |who, asking| match asking {
        DECOY => said(7 + chance(who, 2)),
        _ => said(10),
    });
    let judged = judged(&found, Control::Decoy);
    assert!(judged.difference.known().unwrap().low.unwrap() > 2.0, "far apart");
    assert_eq!(judged.verdict, Verdict::Failed);
    assert!(judged.sentence.contains("and 5.5 is the middle"), "{}", judged.sentence);
    let level = judged.level.as_ref().unwrap().known().unwrap();
    assert!(level.low.unwrap() > 5.5 && level.n == 30, "{level:?}");
}

#[test]
fn looks_that_sway_are_named_and_noise_does_not_hide_them() {
    let swayed = results(&checked(), |who, asking| match asking {
        DUPLICATE => said(varied(who) + 2),
        _ => honest(who, asking),
    });
    let duplicate = judged(&swayed, Control::Duplicate);
    assert_eq!(duplicate.verdict, Verdict::Failed);
    assert!(duplicate.limit >= 0.5 && duplicate.limit <= 1.0, "{}", duplicate.limit);
    // Dice make so much noise that a shift of a point could hide in it: they do not pass for that.
    let dice = results(&checked(), |who, asking| {
        said(
            i32::try_from((who * 7919 + u32::from(asking.code()) * 104_729) % 97 % 10).unwrap() + 1,
        )
    });
    assert!((judged(&dice, Control::Duplicate).limit - 1.0).abs() < 1e-12);
    assert_ne!(judged(&dice, Control::Duplicate).verdict, Verdict::Passed);
}

#[test]
fn a_wording_that_moves_the_mean_is_named_with_its_number() {
    let found = results(&checked(), |who, asking| match asking {
        Purpose::Wording(2) => said(varied(who) - 3),
        _ => honest(who, asking),
    });
    let wordings = found.diagnostics.wordings.as_ref().unwrap();
    assert_eq!(wordings.verdict, Verdict::Failed);
    let (first, second) = (&wordings.wordings[0], &wordings.wordings[1]);
    assert!(value(&second.difference) < -1.5 && value(&first.difference).abs() < 0.5);
    assert_eq!(wordings.largest, second.difference);
    assert!(found.diagnostics.flags.contains(&Flag::WordingMatters));
    assert!(wordings.sentence.contains("wording 2 of 2"), "{}", wordings.sentence);
    // Words that shuffle people and leave the mean alone cost the order.
    let shuffled = results(&checked(), |who, asking| match asking {
        Purpose::Wording(1) => said(varied(who * 5 + 2)),
        _ => honest(who, asking),
    });
    let rank =
        |results: &Results| value(&results.diagnostics.wordings.as_ref().unwrap().wordings[0].rank);
    assert!(rank(&shuffled) < rank(&found) - 0.3, "{} {}", rank(&shuffled), rank(&found));
}

#[test]
fn too_few_decide_nothing_and_silence_is_no_answer() {
    let mut spec = checked();
    spec.measurement.subsample = 6;
    let few = results(&spec, honest);
    for control in Control::ALL {
        assert_eq!(judged(&few, *control).verdict, Verdict::Undecided);
    }
    let silent = results(&checked(), |who, asking| match asking {
        Purpose::Answer => honest(who, asking),
        _ => Outcome::Refused { reason: "I have said so already".to_owned() },
    });
    let decoy = judged(&silent, Control::Decoy);
    assert_eq!((decoy.verdict, decoy.asked), (Verdict::Undecided, 30));
    assert!(decoy.difference.known().is_none());
    assert!(silent.diagnostics.not_answered.is_empty(), "who is silent here is missed nowhere");
}

#[test]
fn what_means_nothing_is_said_not_to_be_asked() {
    let mut spec = checked();
    spec.instrument = Instrument::Sentiment { stimulus: "The line is down until noon.".to_owned() };
    spec.measurement.controls = [Control::Decoy, Control::Duplicate].into();
    let found = results(&spec, |who, asking| {
        let positive = asking != DECOY && !who.is_multiple_of(3);
        let sentiment = if positive { Sentiment::Positive } else { Sentiment::Negative };
        let answer = Answer::Sentiment {
            sentiment,
            key_theme: "Time".to_owned(),
            reasoning: "So it goes.".to_owned(),
        };
        Outcome::Answered(Answered { answer, mentions: Vec::new(), options: None, channels: None })
    });
    let decoy = judged(&found, Control::Decoy);
    assert_eq!((decoy.verdict, decoy.unit.as_str()), (Verdict::Passed, "points of net sentiment"));
    assert!(value(&decoy.difference) > 100.0, "{}", decoy.sentence);
    match &found.diagnostics.controls[&Control::Reversed] {
        ControlResult::NotAsked { not_asked } => assert!(not_asked.contains("no scale to turn")),
        ControlResult::Judged(judged) => panic!("{judged:?}"),
    }
    assert!(
        found.diagnostics.notes.iter().any(|note| note.starts_with("Reversed scale not asked"))
    );
}

#[test]
fn an_asking_of_a_later_version_is_passed_over() {
    let mut accumulator = Accumulator::new(&checked());
    let at = |replicate| Assignment { replicate, ..Assignment::first(FIRST_ROUND, 0) };
    accumulator.add(at(0), &[], &said(5));
    accumulator.add(at(40_000), &[], &said(9));
    let found = accumulator.finish(BTreeMap::new()).unwrap();
    assert_eq!(
        found.outcomes,
        results(&StudySpec { panel: 1, ..concept() }, |_, _| said(5)).outcomes
    );
}

proptest! {
    #[test]
    fn nothing_but_diagnostics_knows_of_the_checks(
        scores in prop::collection::vec(1_i32..=10, 60), others in prop::collection::vec(1_i32..=10, 60),
        seed in any::<u32>()
    ) {
        let mut with = checked();
        with.seed = seed.into();
        let without = StudySpec { measurement: Measurement::default(), ..with.clone() };
        let panel = |who: u32, asking: Purpose| match asking {
            Purpose::Answer => said(scores[who as usize]),
            _ => said(others[who as usize]),
        };
        let (with, without) = (results(&with, panel), results(&without, panel));
        prop_assert!(!with.diagnostics.controls.is_empty() && without.diagnostics.controls.is_empty());
        let rest = |results: Results| Results { diagnostics: Diagnostics::default(), ..results };
        prop_assert_eq!(rest(with), rest(without));
    }

    #[test]
    fn the_subsample_is_as_large_as_said_and_always_the_same(
        panel in 1_u32..400, subsample in 1_u32..60, wordings in 0_u16..=4, seed in any::<u32>()
    ) {
        let mut spec = checked();
        (spec.panel, spec.seed) = (panel, seed.into());
        spec.measurement.subsample = subsample.min(panel);
        spec.measurement.replicates = subsample.min(panel);
        spec.measurement.wordings = wordings;
        let extras = Subsamples::of(&spec);
        let of = |wanted: Purpose| -> Vec<u32> {
            extras.all().filter(|(asking, _)| *asking == wanted).map(|(_, who)| who).collect()
        };
        let people = of(DECOY);
        prop_assert_eq!(people.len(), subsample.min(panel) as usize);
        prop_assert_eq!(&people, &of(Purpose::Replicate(1)), "the same people");
        prop_assert_eq!(extras.all().count() as u64, extras.len());
        for who in 0..panel {
            let theirs: Vec<u16> = assignments(&spec, FIRST_ROUND, who).map(|at| at.replicate).collect();
            prop_assert!(theirs.is_sorted() && theirs[0] == 0);
            prop_assert_eq!(theirs.len() > 1, people.contains(&who));
        }
    }
}
