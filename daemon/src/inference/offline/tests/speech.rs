//! Tests of the text of the model's answers: what they quote, what they must not say, and how far they differ.

use std::collections::BTreeSet;

use reader::Reader;
use reader::lexicon::Theme;
use reader::theme::{Benefit, Concern};
use serde_json::Value;

use super::people::panel;
use super::{
    Ask, ask_all, concept, deviation, features, json, mean, nps, ordinary, prepare, quotes, scores,
};

/// A concept of the ordinary kind.
const ORDINARY: &str = "A meal kit delivery service that learns your taste. Each week it plans five dinners, sends exactly the ingredients, and adjusts to what you liked. $59 a week for two, skip any week.";

/// Most characters between quotation marks.
const QUOTE_MAX: usize = 90;

/// The answers of a few people to every ordinary text, each with the text.
fn spoken() -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (text, seed) in ordinary().into_iter().zip(1..) {
        let people = panel(12, seed);
        for spec in [concept(&text, seed), nps(&text, seed)] {
            found.extend(ask_all(&spec, &people).iter().map(|reply| (text.clone(), json(reply))));
        }
    }
    assert!(found.len() > 1_000, "{}", found.len());
    found
}

/// The sentences of an answer, with quotations masked.
fn sentences(reasoning: &str) -> Vec<String> {
    let mut plain = String::new();
    for (place, part) in reasoning.split(['“', '”']).enumerate() {
        plain += if place % 2 == 0 { part } else { "“q”" };
    }
    plain.split_inclusive('.').map(|sentence| sentence.trim().to_owned()).collect()
}

/// Theme and quotation of every reason of one kind.
fn reasons(answer: &Value, kind: &str) -> Vec<(String, Option<String>)> {
    let list = answer[kind].as_array().unwrap().iter();
    list.map(|reason| {
        let quoted =
            quotes(reason["quote"].as_str().unwrap()).first().map(|quote| (*quote).to_owned());
        (reason["theme"].as_str().unwrap().to_owned(), quoted)
    })
    .collect()
}

#[test]
fn quotations_are_parts_of_the_text_that_say_something() {
    let reader = Reader::embedded();
    for (text, answer) in spoken() {
        let shown = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let reasoning = answer["reasoning"].as_str().unwrap();
        for quote in quotes(reasoning) {
            assert!(shown.contains(quote), "“{quote}” was never shown: {text}");
            assert!(quote.chars().count() <= QUOTE_MAX, "“{quote}” is long");
            let word = quote.to_lowercase();
            assert!(!reader.lexicon.grammar.function_words.contains(&word), "“{quote}”");
            assert!(quote.chars().any(char::is_alphanumeric), "“{quote}”");
        }
        for kind in ["appeals", "concerns"] {
            for reason in answer[kind].as_array().unwrap() {
                assert!(reasoning.contains(reason["quote"].as_str().unwrap()), "{reason}");
            }
        }
    }
}

#[test]
fn sentences_begin_with_a_capital_and_end_with_a_full_stop() {
    for (_, answer) in spoken() {
        let reasoning = answer["reasoning"].as_str().unwrap();
        for sentence in sentences(reasoning) {
            assert!(sentence.starts_with(char::is_uppercase), "{sentence}: {reasoning}");
            assert!(sentence.ends_with('.'), "{sentence}: {reasoning}");
            assert!(!sentence.contains(['!', '{', '}']), "{sentence}: {reasoning}");
        }
    }
}

#[test]
fn no_answer_praises_and_blames_the_same_clause() {
    let reader = Reader::embedded();
    let value = reader.lexicon.label(Theme::Benefit(Benefit::Saving));
    let price = reader.lexicon.label(Theme::Concern(Concern::Price));
    for (text, answer) in spoken() {
        let (praised, blamed) = (reasons(&answer, "appeals"), reasons(&answer, "concerns"));
        for (theme, clause) in &praised {
            for (other, blamed) in &blamed {
                let apart = match (clause, blamed) {
                    (Some(clause), Some(blamed)) => {
                        !clause.contains(blamed.as_str()) && !blamed.contains(clause.as_str())
                    }
                    _ => !(theme == value && other == price),
                };
                assert!(apart, "{answer}: {text}");
            }
        }
    }
}

#[test]
fn no_variant_of_an_ab_test_is_praised_for_what_the_other_is_blamed_for() {
    let texts = ordinary();
    for ((a, b), seed) in texts.iter().zip(texts.iter().skip(1)).zip(1..) {
        let instrument = protocol::study::Instrument::AbTest {
            variant_a: format!("{a} You can cancel at any time."),
            variant_b: format!("{b} You can cancel at any time."),
            orders: protocol::study::Orders::Split,
        };
        let spec = protocol::study::StudySpec { instrument, ..concept("", seed) };
        for reply in ask_all(&spec, &panel(12, seed)) {
            let answer = json(&reply);
            let reasoning = answer["reasoning"].as_str().unwrap();
            let quoted = quotes(reasoning);
            let once: BTreeSet<&str> = quoted.iter().copied().collect();
            assert_eq!(once.len(), quoted.len(), "{reasoning}");
            for sentence in sentences(reasoning) {
                assert!(sentence.starts_with(char::is_uppercase), "{sentence}: {reasoning}");
                assert!(
                    sentence.ends_with('.') && !sentence.contains('!'),
                    "{sentence}: {reasoning}"
                );
            }
        }
    }
}

#[test]
fn answers_differ_by_what_people_notice() {
    let people = panel(1_000, 2);
    let distinct: BTreeSet<String> = ask_all(&concept(ORDINARY, 5), &people)
        .iter()
        .map(|reply| json(reply)["reasoning"].as_str().unwrap().to_owned())
        .collect();
    assert!(distinct.len() >= 50, "{} of 1000", distinct.len());
}

#[test]
fn scores_spread_as_peoples_do() {
    let mut outside = Vec::new();
    let mut texts = ordinary();
    texts.retain(|text| features(text).veto.is_none());
    for (text, seed) in texts.iter().zip(1..) {
        let found = scores(&concept(text, seed), &panel(200, seed));
        let spread = deviation(&found);
        if !(1.6..=2.6).contains(&spread) {
            outside.push(format!("{spread:.2} at {:.2}: {text}", mean(&found)));
        }
    }
    assert!(outside.is_empty(), "{} of {}: {outside:#?}", outside.len(), texts.len());
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
        let prepared = prepare(&spec);
        let read = start.elapsed();
        let start = std::time::Instant::now();
        for (respondent, ordinal) in people.iter().zip(0..) {
            let ask = Ask { spec: &spec, respondent, ordinal, task: 0, replicate: 0, order: None };
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
