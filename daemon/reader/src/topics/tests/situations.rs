//! The situations that contexts put their readers in.

use protocol::persona::{Household, Persona, Urbanicity};

use super::super::super::features::tokenise;
use super::super::super::lexicon::Theme;
use super::super::super::theme::{Benefit, Concern};
use super::super::{Measure, Profile, Situation, effect};
use super::{mentions, somebody, tables};

/// Contexts and the situations they speak of.
const CONTEXTS: &[(&str, &[&str])] = &[
    ("", &[]),
    ("The reader compares two bank accounts.", &[]),
    ("You see this on a poster.", &[]),
    ("The reader had no internet at home for two days and has just got this message.", &["outage"]),
    ("You have been without internet for two days.", &["outage"]),
    ("Your broadband has been down since Monday.", &["outage"]),
    ("The reader lives in a small flat.", &["small_home"]),
    ("She just had a baby.", &["baby"]),
    ("You are the parents of a newborn.", &["baby"]),
    ("The reader has no baby.", &[]),
    ("You are pregnant.", &["pregnant"]),
    ("You have two children at school.", &["children"]),
    ("The reader saves for a house.", &["saving_up"]),
    ("You are on a tight budget.", &["little_money"]),
    ("The reader works full time and is always in a hurry.", &["little_time"]),
    ("You suffer from migraine.", &["illness"]),
    ("The reader uses a wheelchair.", &["walks_badly"]),
    ("You are retired.", &["old"]),
    ("The reader is a student.", &["student"]),
    ("You live alone.", &["lives_alone"]),
    ("The reader lives in a village.", &["country"]),
    ("You live in a big city.", &["city"]),
    ("You do not own a car.", &["no_car"]),
    ("The reader rents a flat.", &["tenant"]),
    ("You own a house.", &["home_owner"]),
    ("You have an old dog.", &["pet_owner"]),
    ("The reader has just moved.", &["moving"]),
    ("You are looking for a job.", &["job_hunting"]),
    ("Last year you were scammed.", &["was_cheated"]),
    ("The reader complained about the noise.", &["was_annoyed"]),
    ("You care for your old mother.", &["caring"]),
    ("The reader has no smartphone.", &["not_technical"]),
];

#[test]
fn contexts_put_their_readers_in_situations() {
    let (table, situations) = tables();
    let wrong: Vec<String> = CONTEXTS
        .iter()
        .map(|(context, expected)| {
            let situation = situations.situation(table, &tokenise(context));
            let names: Vec<String> = situations.names(&situation).map(str::to_owned).collect();
            (context, names, expected)
        })
        .filter(|(_, names, expected)| names != *expected)
        .map(|(context, names, expected)| format!("{context}: {names:?}, not {expected:?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_the_situation_is_about_weighs_more_and_nothing_weighs_less() {
    let (table, situations) = tables();
    for (context, _) in CONTEXTS {
        let situation = situations.situation(table, &tokenise(context));
        for &benefit in Benefit::ALL {
            assert!((1.0..=2.0).contains(&situation.theme(Theme::Benefit(benefit))));
        }
        for &concern in Concern::ALL {
            assert!((1.0..=2.0).contains(&situation.theme(Theme::Concern(concern))));
        }
        for (topic, _) in table.iter() {
            assert!((1.0..=2.0).contains(&situation.topic(topic)));
        }
    }
    let context = tokenise("You have been without internet for two days.");
    let situation = situations.situation(table, &context);
    assert!(situation.theme(Theme::Benefit(Benefit::Reliability)) > 1.0);
    assert!((situation.theme(Theme::Benefit(Benefit::Fun)) - 1.0).abs() < 1e-12);
    assert_eq!(situations.situation(table, &[]), Situation::none());
}

#[test]
fn a_topic_of_the_context_weighs_more_with_the_same_sign() {
    let (table, situations) = tables();
    let text = mentions(table, "A lawn mower.");
    let situation = situations.situation(table, &tokenise("The context is the garden."));
    for age in [20, 80] {
        let profile = Profile::of(&Persona { age, ..somebody() });
        let plain = effect(table, &text, &profile, &Situation::none());
        let more = effect(table, &text, &profile, &situation);
        assert!(plain * more > 0.0 && more.abs() > plain.abs(), "{plain} {more}");
    }
}

#[test]
fn the_context_settles_who_the_reader_is() {
    let (table, situations) = tables();
    let situation = situations.situation(table, &tokenise("She just had a baby."));
    let alone = Persona { household: Household::Alone, ..somebody() };
    let profile = situation.applied(&Profile::of(&alone));
    assert_eq!(profile.get(Measure::Children), 1.0);
    assert_eq!(profile.get(Measure::Alone), 0.0);
    let text = mentions(table, "Nappies, delivered.");
    let plain = effect(table, &text, &Profile::of(&alone), &Situation::none());
    let parent = effect(table, &text, &Profile::of(&alone), &situation);
    assert!(plain < 0.0 && parent > 0.3, "{plain} {parent}");
    // What the context does not speak of stays.
    let rural = Persona { urbanicity: Urbanicity::Rural, ..alone };
    assert_eq!(situation.applied(&Profile::of(&rural)).get(Measure::Rural), 1.0);
}

#[test]
fn a_text_that_answers_the_situation_fits() {
    let (table, situations) = tables();
    let fits = |context: &str, text: &str| {
        let situation = situations.situation(table, &tokenise(context));
        situations.sought(&situation, &tokenise(text), &mentions(table, text))
    };
    let flat = "The reader lives in a small flat.";
    assert!(fits(flat, "It folds away under the bed.") > 0.0);
    assert_eq!(fits(flat, "It is green."), 0.0);
    assert_eq!(fits("", "It folds away under the bed."), 0.0);
    assert!(
        fits("You have an old dog.", "A vet answers at night.")
            > fits("You have an old dog.", "It is a lamp.")
    );
}
