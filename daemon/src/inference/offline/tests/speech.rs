//! Tests of the text of the model's answers.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::people::panel;
use super::{ask_all, concept, deviation, json, scores};

/// Prints reasonings of a file of texts, for reading.
#[test]
#[ignore = "for reading, not for checking"]
fn read_some() {
    let path = std::env::var("READ_FILE").unwrap();
    let n: usize = std::env::var("READ_N").ok().and_then(|n| n.parse().ok()).unwrap_or(5);
    let texts: Vec<String> =
        std::fs::read_to_string(path).unwrap().split("\n---\n").map(str::to_owned).collect();
    let people = panel(n as u64, 11);
    let mut out = String::new();
    for text in &texts {
        _ = writeln!(out, "\n### {text}");
        let features = super::Offline::embedded().features(text);
        for (theme, mass) in super::Benefit::ALL.iter().zip(&features.benefits) {
            for e in &mass.evidence {
                _ = writeln!(
                    out,
                    "   + {} {:.2} [{} <<{}>>]",
                    theme.as_str(),
                    e.count,
                    e.span.of(text),
                    e.cue.of(text)
                );
            }
        }
        for (theme, mass) in super::Concern::ALL.iter().zip(&features.concerns) {
            for e in &mass.evidence {
                _ = writeln!(
                    out,
                    "   - {} {:.2} [{} <<{}>>]",
                    theme.as_str(),
                    e.count,
                    e.span.of(text),
                    e.cue.of(text)
                );
            }
        }
        _ = writeln!(
            out,
            "   price {:?} grade {:.1} hype {} spec {:.1} tone +{:.2} -{:.2} sense {:.2}",
            features.price.map(|p| (p.monthly, p.span.of(text).to_owned())),
            features.grade,
            features.hype,
            features.specificity,
            features.pleasant,
            features.unpleasant,
            features.sense
        );
        for (reply, person) in ask_all(&concept(text, 3), &people).iter().zip(&people) {
            let answer = json(reply);
            _ = writeln!(
                out,
                "  {:>2} {} {} | {}, {} | {}",
                answer["score"],
                answer["sentiment"].as_str().unwrap(),
                answer["purchase_intent"].as_str().unwrap(),
                person.age,
                person.education,
                answer["reasoning"].as_str().unwrap()
            );
        }
    }
    std::fs::write(std::env::var("READ_OUT").unwrap(), out).unwrap();
}

/// A concept of the ordinary kind.
const ORDINARY: &str = "A meal kit delivery service that learns your taste. Each week it plans five dinners, sends exactly the ingredients, and adjusts to what you liked. $59 a week for two, skip any week.";

/// Digits, names and ages do not make a text another text.
fn masked(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect()
}

#[test]
fn a_thousand_people_put_it_in_many_ways() {
    for text in [ORDINARY, "An app that reminds you to drink water."] {
        let people = panel(1_000, 2);
        let distinct: BTreeSet<String> = ask_all(&concept(text, 5), &people)
            .iter()
            .map(|reply| masked(json(reply)["reasoning"].as_str().unwrap()))
            .collect();
        assert!(distinct.len() >= 800, "{} of 1000: {text}", distinct.len());
    }
}

#[test]
fn scores_spread_as_peoples_do() {
    let ordinary = [
        ORDINARY,
        "A bank account for families. It costs $5 a month and comes with two cards.",
        "A course in carpentry on six Saturdays in a workshop near the station. $240, tools included.",
        "Noise-cancelling headphones with 20 hours of battery life. $149, two-year warranty.",
        "A subscription box with four books a month, chosen by librarians. You return what you do not want.",
    ];
    for text in ordinary {
        for seed in 1..=3 {
            let spread = deviation(&scores(&concept(text, seed), &panel(400, seed)));
            assert!((1.6..=2.6).contains(&spread), "{spread}: {text}");
        }
    }
}

#[test]
fn an_answer_reads_like_this() {
    let people = panel(6, 21);
    let spoken: Vec<String> =
        ask_all(&concept(ORDINARY, 7), &people).into_iter().map(|reply| reply.text).collect();
    insta::assert_snapshot!(spoken.join("\n"));
}

#[test]
#[ignore = "measures, asserts nothing"]
fn how_long_an_answer_takes() {
    for text in [ORDINARY.to_owned(), "Fresh dinners, no contract, $9 a week. ".repeat(125)] {
        let spec = concept(&text, 5);
        let people = panel(10_000, 2);
        let start = std::time::Instant::now();
        let prepared = super::Offline::embedded().prepare(&spec);
        let read = start.elapsed();
        let start = std::time::Instant::now();
        for (respondent, ordinal) in people.iter().zip(0..) {
            let ask =
                super::Ask { spec: &spec, respondent, ordinal, task: 0, replicate: 0, order: None };
            prepared.ask(&ask).unwrap();
        }
        let asked = start.elapsed() / 10_000;
        std::fs::write(
            std::env::temp_dir().join(format!("ask-{}", text.len())),
            format!("{read:?} {asked:?}"),
        )
        .unwrap();
    }
}
