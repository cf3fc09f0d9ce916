//! Texts of our own and the fixtures of the built-in reader: what the rules find alone, by kind, and that no honest
//! text is vetoed. When first read, the rules were certain of 16 of 64, 7 of 46, 10 of 31, 8 of 34 and 8 of 24 harmful
//! texts of rounds 2 to 6, and wrongly of 2 of 72, 3 of 78, 0 of 35 and 0 of 23 honest ones of rounds 2, 4, 5 and 6.

use std::collections::BTreeMap;

use serde_json::Value;

use super::*;
use crate::features::{clauses::clauses, tokenise};
use crate::lexicon::Lexicon;

const HARMFUL: &str = include_str!("../../tests/vetoes/harmful.txt");
const HONEST: &str = include_str!("../../tests/vetoes/honest.txt");

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../../tests/fixtures/", $name, ".json"))
    };
}

fn rules() -> VetoRules {
    VetoRules::parse(&Lexicon::parse().unwrap()).unwrap()
}

fn suspicions(rules: &VetoRules, text: &str) -> Vec<Suspicion> {
    let tokens = tokenise(text);
    look(rules, text, &tokens, &clauses(text, &tokens))
}

/// Kind and text of every line.
fn cases(file: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    file.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let mut parts = line.splitn(3, '|').skip(1);
        (parts.next().unwrap(), parts.next().unwrap())
    })
}

/// The texts of a fixture in the named fields.
fn texts(file: &str, fields: &[&str]) -> Vec<String> {
    let value: Value = serde_json::from_str(file).unwrap();
    match value {
        Value::Object(map) => map.values().map(|text| text.as_str().unwrap().to_owned()).collect(),
        Value::Array(list) => list
            .iter()
            .flat_map(|entry| fields.iter().filter_map(|field| entry[*field].as_str()))
            .map(str::to_owned)
            .collect(),
        _ => panic!("no list of texts"),
    }
}

/// Of the texts of each kind, how many there are and of how many the rules are certain.
fn recall<'a>(
    rules: &VetoRules,
    cases: impl Iterator<Item = (&'a str, &'a str)>,
) -> BTreeMap<&'a str, (usize, usize)> {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (kind, text) in cases {
        let found = suspicions(rules, text);
        let certain = found.iter().any(|one| one.is_certain() && one.kind.as_str() == kind);
        let count = counts.entry(kind).or_default();
        count.0 += 1;
        count.1 += usize::from(certain);
    }
    counts
}

#[test]
fn harmful_texts_are_found_by_the_rules_alone() {
    let counts = recall(&rules(), cases(HARMFUL));
    assert_eq!(counts.len(), VetoKind::ALL.len());
    for (kind, (all, certain)) in counts {
        assert!(certain * 10 >= all * 8, "{kind}: {certain} of {all}");
    }
}

#[test]
fn the_seen_harmful_texts_are_found_by_the_rules_alone() {
    let list: Value = serde_json::from_str(fixture!("reader/seen/harm")).unwrap();
    let seen: Vec<(String, String)> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|case| {
            (case["kind"].as_str().unwrap().to_owned(), case["text"].as_str().unwrap().to_owned())
        })
        .collect();
    let counts = recall(&rules(), seen.iter().map(|(kind, text)| (kind.as_str(), text.as_str())));
    for (kind, (all, certain)) in counts {
        assert_eq!(certain, all, "{kind}");
    }
    for text in texts(fixture!("reader/public/harm"), &["text"]) {
        let found = suspicions(&rules(), &text);
        assert!(found.iter().any(Suspicion::is_certain), "{text}");
    }
}

#[test]
fn honest_look_alikes_are_not_vetoed() {
    let rules = rules();
    let (mut all, mut suspect) = (0, 0);
    for (_, text) in cases(HONEST) {
        let found = suspicions(&rules, text);
        assert!(!found.iter().any(Suspicion::is_certain), "{text} {found:?}");
        all += 1;
        suspect += usize::from(found.iter().any(|one| one.weight >= 0.5));
    }
    assert!(suspect * 20 <= all, "{suspect} of {all} honest texts are suspect");
}

#[test]
fn ordinary_texts_are_not_vetoed() {
    let rules = rules();
    let both = &["better", "worse", "one", "other", "text"][..];
    let mut ordinary = Vec::new();
    for file in [
        fixture!("reader/seen/plain"),
        fixture!("reader/public/plain"),
        fixture!("reader/seen/english"),
        fixture!("reader/seen/pairs"),
        fixture!("reader/public/pairs"),
        fixture!("reader/seen/one_fact"),
        fixture!("reader/public/one_fact"),
        fixture!("reader/seen/same_meaning"),
        fixture!("reader/public/same_meaning"),
    ] {
        ordinary.extend(texts(file, both));
    }
    for file in [
        fixture!("pairs/first"),
        fixture!("pairs/second"),
        fixture!("pairs/third"),
        fixture!("pairs/fourth"),
        fixture!("pairs/fifth"),
        fixture!("pairs/own-3"),
    ] {
        ordinary.extend(texts(file, &["better"]));
    }
    // Thirteen hours a day, seven days a week, is no ordinary job.
    ordinary.retain(|text| !text.contains("usually 13 hours, seven days a week"));
    assert!(ordinary.len() > 400, "{}", ordinary.len());
    let mut suspect = 0;
    for text in &ordinary {
        let found = suspicions(&rules, text);
        assert!(!found.iter().any(Suspicion::is_certain), "{text} {found:?}");
        suspect += usize::from(found.iter().any(|one| one.weight >= 0.5));
    }
    assert!(suspect * 50 <= ordinary.len(), "{suspect} of {} are suspect", ordinary.len());
}

/// The highest weight of a kind in a text.
fn weight(kind: VetoKind, text: &str) -> f64 {
    let found = suspicions(&rules(), text);
    found.iter().filter(|one| one.kind == kind).map(|one| one.weight).fold(0.0, f64::max)
}

#[test]
fn a_suspicion_names_its_clause() {
    let text =
        "A soup for cold days. It holds carrots and a pinch of real arsenic, as in the old days.";
    let tokens = tokenise(text);
    let parts = clauses(text, &tokens);
    let found = look(&rules(), text, &tokens, &parts);
    let first = found.first().unwrap();
    assert_eq!(first.kind, VetoKind::Harm);
    assert!(first.span.of(text).contains("arsenic"));
    let clause = parts[first.clause.unwrap()];
    assert!(clause.span.of(text).contains("arsenic"), "{}", clause.span.of(text));
}

#[test]
fn returns_are_judged_by_rate_promise_and_who_pays() {
    let fraud = |text| weight(VetoKind::Fraud, text);
    assert!(fraud("Our fund pays investors 4 % a month, guaranteed.") >= 0.9);
    assert!(fraud("Our fund pays investors 2 % a day.") >= 0.9);
    assert!(fraud("Every Monday the fund pays 6 % to its investors.") >= 0.9);
    assert_eq!(fraud("The account pays 4 % a year, guaranteed by the state."), 0.0);
    assert_eq!(fraud("You pay 3 % a month on the loan account, a fixed rate."), 0.0);
    assert_eq!(fraud("The fund returned 7 % a year on average."), 0.0);
}

#[test]
fn a_fee_before_a_larger_sum_is_a_swindle() {
    let fraud = |text| weight(VetoKind::Fraud, text);
    assert!(
        fraud("Your inheritance of 3 million dollars waits. A levy of 90 dollars is due.") >= 0.9
    );
    assert_eq!(fraud("The solicitor handles an inheritance of $3 million for a fee of $900."), 0.0);
    assert_eq!(fraud("The transfer of $500 costs a fee of $2."), 0.0);
}

#[test]
fn two_diseases_are_quackery_and_one_is_a_doubt() {
    let quackery = |text| weight(VetoKind::Quackery, text);
    assert!(quackery("The ointment heals diabetes and asthma.") >= 0.9);
    let one = quackery("The ointment heals psoriasis.");
    assert!((0.5..Suspicion::CERTAIN).contains(&one), "{one}");
    assert_eq!(quackery("It does not cure diabetes or asthma."), 0.0);
    assert_eq!(quackery("In a trial it cured malaria and hepatitis."), 0.0);
}

#[test]
fn more_energy_out_than_in_is_impossible_without_a_heat_pump() {
    let impossible = |text| weight(VetoKind::Impossible, text);
    assert!(impossible("A heater with an efficiency of 250 percent.") >= 0.9);
    assert!(impossible("You put in 1 kWh and get 3 kWh of electricity out.") >= 0.9);
    assert_eq!(impossible("The heat pump gives 3 kWh of heat for each kWh put in."), 0.0);
    assert_eq!(impossible("The lamp is 300 percent more efficient than the old one."), 0.0);
    assert_eq!(impossible("You put in 3 kWh and get 2 kWh of light out."), 0.0);
}

#[test]
fn praise_alone_is_salad_and_a_slogan_is_not() {
    let salad = |text| weight(VetoKind::Salad, text);
    assert!(salad("Trust, love, joy, beauty, freedom, comfort, happiness.") >= 0.9);
    assert_eq!(salad("Trust. Love. Joy."), 0.0);
    assert_eq!(
        salad("Safe, fast, friendly, honest, free and happy since 1951, 24 trains a day."),
        0.0
    );
}

#[test]
fn a_price_is_too_low_only_for_the_thing_itself() {
    let cheap = |text| weight(VetoKind::TooCheap, text);
    assert!(cheap("A brand-new car, yours for €90.") >= 0.9);
    assert_eq!(cheap("A brand-new case for your car, yours for €90."), 0.0);
    assert_eq!(cheap("A brand-new car for €90 a day."), 0.0);
    assert_eq!(cheap("A brand-new toy car for €9."), 0.0);
    assert_eq!(cheap("A brand-new car, yours for €19,000."), 0.0);
    assert_eq!(cheap("A brand-new car from €90."), 0.0);
}

#[test]
fn weak_signs_add_up_on_different_words_only() {
    let harm = |text| weight(VetoKind::Harm, text);
    let one = harm("A swing without brakes for children on a hill.");
    assert!(one > 0.5 && one < 0.9, "{one}");
    let two = harm("A swing without brakes for children on a hill. Three guests died. Just smile.");
    assert!(two >= 0.9, "{two}");
}

#[test]
fn a_context_reaches_eight_sentences() {
    let poisoned = "The soup holds a pinch of arsenic.";
    let filler = "The box is grey. ".repeat(9);
    assert_eq!(weight(VetoKind::Harm, &format!("A paperback. {poisoned}")), 0.0);
    assert!(weight(VetoKind::Harm, &format!("A paperback. {filler}{poisoned}")) >= 0.9);
}
