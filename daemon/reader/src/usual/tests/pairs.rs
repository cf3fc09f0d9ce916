//! Counts on texts that differ in one fact, and what every judgement keeps.

use serde::Deserialize;

use crate::features::{Token, tokenise, unwrapped};
use crate::usual::{Context, Judged, Usual, judge};

/// Texts with two numbers in braces, the better one first.
const ONE_NUMBER: &str = include_str!("one_number.txt");

/// Every judgement of a text with its clause.
pub(super) fn judgements(table: &Usual, text: &str) -> Vec<(String, Judged)> {
    let text = unwrapped(text);
    let tokens = tokenise(&text);
    let context = Context::new(&tokens);
    let clauses = tokens.chunk_by(|one, next| one.clause == next.clause);
    clauses
        .filter_map(|clause: &[Token]| {
            let judged = judge(table, &text, clause, &context)?;
            let (first, last) = (clause.first()?, clause.last()?);
            // What is said quotes the clause.
            assert!(judged.span.start < judged.span.end && judged.span.end <= last.end, "{text}");
            // "2–3 weeks" begins in the clause before.
            let range = text[judged.span.start..judged.span.end].contains('–');
            assert!(judged.span.start >= first.start || range, "{text}");
            assert!((0.0..=3.0).contains(&judged.strength), "{text}");
            Some((text[first.start..last.end].to_owned(), judged))
        })
        .collect()
}

/// How many pairs are ranked right, and which are ranked wrong.
fn ranked(table: &Usual, pairs: impl Iterator<Item = (String, String)>) -> (usize, Vec<String>) {
    let sum = |text: &str| -> f64 {
        judgements(table, text).iter().map(|(_, judged)| judged.signed()).sum()
    };
    let (mut right, mut wrong) = (0, Vec::new());
    for (better, worse) in pairs {
        let apart = sum(&better) - sum(&worse);
        if apart > 0.0 {
            right += 1;
        } else if apart < 0.0 {
            wrong.push(better);
        }
    }
    (right, wrong)
}

#[test]
fn of_two_numbers_the_better_one_is_favoured() {
    let table = Usual::parse().unwrap();
    let pairs = ONE_NUMBER.lines().filter_map(|line| {
        let (before, rest) = line.split_once('{')?;
        let (numbers, after) = rest.split_once('}')?;
        let (better, worse) = numbers.split_once('|')?;
        Some((format!("{before}{better}{after}"), format!("{before}{worse}{after}")))
    });
    let (right, wrong) = ranked(&table, pairs);
    assert!(wrong.is_empty() && right >= 66, "{right} right, wrong: {wrong:#?}");
}

/// Two texts that differ in one fact.
#[derive(Deserialize)]
struct Pair {
    better: String,
    worse: String,
}

fn pairs(file: &str) -> Vec<(String, String)> {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/reader");
    let text = std::fs::read_to_string(format!("{dir}/{file}/one_fact.json")).unwrap();
    let pairs: Vec<Pair> = serde_json::from_str(&text).unwrap();
    pairs.into_iter().map(|pair| (pair.better, pair.worse)).collect()
}

#[test]
fn texts_that_differ_in_one_fact() {
    let table = Usual::parse().unwrap();
    let (right, wrong) = ranked(&table, ["seen", "public"].into_iter().flat_map(pairs));
    // In half of them no number decides, and nothing is said.
    assert!(wrong.is_empty() && right >= 39, "{right} right, wrong: {wrong:#?}");
}
