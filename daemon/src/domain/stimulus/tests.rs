//! Drafts in, specifications or problem lists out.

use std::collections::BTreeMap;

use proptest::prelude::*;
use protocol::audience::{Choice, Gender, Region};

use super::*;

const RULES: Rules<'_> = Rules { panel_max: 10_000, engines: &["offline"], fresh_seed: 42 };

fn draft(text: &str, flags: &[(&str, &str)]) -> Draft {
    let overrides: BTreeMap<String, String> =
        flags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    Draft { file: "idea.md".to_owned(), text: text.to_owned(), overrides, variant_b: None }
}

fn problems(text: &str, flags: &[(&str, &str)]) -> String {
    let problems = read(&draft(text, flags), &RULES).expect_err("it has problems");
    problems.iter().map(|p| format!("{}: {} · {}\n", p.place, p.what, p.hint)).collect()
}

#[test]
fn plain_text_is_a_concept_test_with_defaults() {
    let spec = read(&draft("# Meal kit\n\nDinner that learns your taste.", &[]), &RULES).unwrap();
    assert_eq!(spec.name, "Meal kit");
    assert_eq!((spec.panel, spec.seed), (100, 42));
    assert_eq!(spec.audience, Audience::default());
    assert_eq!(spec.instrument.stimuli(), ["# Meal kit\n\nDinner that learns your taste."]);
}

#[test]
fn front_matter_and_flags_are_read_and_flags_win() {
    let text = "---\r\nstudy: nps\r\npanel: 50\r\naudience: { region: uk, age_range: [25, 45], gender: female }\r\n\
                tags: [spring, food]\r\nmax_cost_usd: 2.50\r\n---\r\nA kit of dinners.";
    let spec = read(&draft(text, &[("panel", "60"), ("audience.region", "eu")]), &RULES).unwrap();
    assert_eq!(spec.instrument.study_type(), StudyType::Nps);
    assert_eq!(
        (spec.panel, spec.audience.region, spec.audience.age_range),
        (60, Region::Eu, (25, 45))
    );
    assert_eq!(spec.audience.gender, Choice::Only(Gender::Female));
    assert_eq!(spec.tags, ["spring", "food"]);
    assert_eq!(spec.max_cost_usd, Some(UsdMicros(2_500_000)));
}

#[test]
fn every_problem_is_told_at_once_with_its_line() {
    insta::assert_snapshot!(problems(
        "---\npanle: 50\npanel: 20000\nseed: -1\naudience:\n  region: france\n  age_range: [45, 25]\n\
         seed: 7\nengine: offlin\nstudy: concept\ntags: 3\n---\n\nshort",
        &[("engine_mode", "fast"), ("audience.gender", "men")]
    ), @r"
    idea.md:2: unknown key 'panle' · did you mean 'panel'?
    idea.md:3: 'panel' is 20000 · give a whole number from 1 to 10000; the setting limits.panel_max raises the limit
    idea.md:4: 'seed' is -1 · give a whole number from 0 to 9007199254740991
    idea.md:6: 'audience.region' cannot be 'france' · it takes us_national, us_northeast, us_southeast, us_midwest, us_west, us_southwest, uk, eu, global
    idea.md:7: 'audience.age_range' is no range of ages · give the youngest and the oldest age between 18 and 100, for example [25, 45]
    idea.md:8: 'seed' is given twice · keep one
    idea.md:9: there is no engine 'offlin' · did you mean 'offline'?
    idea.md:10: 'study' cannot be 'concept' · it takes concept_test, nps
    idea.md:14: the stimulus has 5 characters, at least 10 are needed · say in a sentence what it is and what it does
    --gender: 'audience.gender' cannot be 'men' · it takes all, male, female, nonbinary
    --engine-mode: 'engine_mode' cannot be 'fast' · it takes standard, anchor
    ");
}

#[test]
fn malformed_front_matter_is_told_with_its_line() {
    insta::assert_snapshot!([
        problems("---\npanel: 50\nA dinner kit for everyone.", &[]),
        problems("---\npanel: [1,\n---\nA dinner kit for everyone.", &[]),
        problems("---\njust words\n---\nA dinner kit for everyone.", &[]),
        problems("---\naudience: uk\n---\nA dinner kit for everyone.", &[]),
        problems("\0\0\0\0", &[]),
        problems("", &[]),
    ].concat(), @r"
    idea.md:1: the front matter is not closed · end it with a line of three dashes: ---
    idea.md:2: the front matter is not valid YAML: unclosed bracket '[' · write one `key: value` a line; put a text with a colon in quotes
    idea.md:2: the front matter is no list of settings · write one `key: value` a line, for example `panel: 50`
    idea.md:2: 'audience' takes filters · for example audience: { region: uk, age_range: [25, 45] }
    idea.md: the file is not text · give a Markdown or plain-text file
    idea.md:1: the stimulus is empty · write 10 to 5000 characters
    ");
}

#[test]
fn an_alias_bomb_is_refused_and_costs_nothing() {
    let mut yaml = String::from("---\na: &a [x,x,x,x,x,x,x,x,x,x]\n");
    for (name, of) in
        ["b", "c", "d", "e", "f", "g", "h"].iter().zip(["a", "b", "c", "d", "e", "f", "g"])
    {
        let items = vec![format!("*{of}"); 10].join(",");
        yaml.push_str(&format!("{name}: &{name} [{items}]\n"));
    }
    yaml.push_str("---\nA dinner kit for everyone.");
    assert!(read(&draft(&yaml, &[]), &RULES).is_err());
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>(), key in any::<String>(), value in any::<String>()) {
        let front = format!("---\n{text}\n---\n{value}");
        for text in [&text, &front] {
            drop(read(&draft(text, &[(&key, &value), ("panel", &value)]), &RULES));
        }
    }

    #[test]
    fn a_panel_within_the_limits_is_taken_as_given(panel in 1u32..=10_000) {
        let text = format!("---\npanel: {panel}\n---\nA dinner kit for everyone.");
        prop_assert_eq!(read(&draft(&text, &[]), &RULES).unwrap().panel, panel);
    }
}
