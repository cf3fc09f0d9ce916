//! Counts on the texts that differ in one fact, and what every judgement keeps.

use serde::Deserialize;

use crate::features::{Token, tokenise, unwrapped};
use crate::usual::{Context, Judged, Usual, judge};

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

/// Two texts that differ in one fact.
#[derive(Deserialize)]
struct Pair {
    id: String,
    better: String,
    worse: String,
}

fn pairs(file: &str) -> Vec<Pair> {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/reader");
    let text = std::fs::read_to_string(format!("{dir}/{file}/one_fact.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn of_two_numbers_the_better_one_is_favoured() {
    let table = Usual::parse().unwrap();
    let sum =
        |text: &str| judgements(&table, text).iter().map(|(_, one)| one.signed()).sum::<f64>();
    let (mut right, mut wrong) = (0, Vec::new());
    for pair in ["seen", "public"].into_iter().flat_map(pairs) {
        let apart = sum(&pair.better) - sum(&pair.worse);
        if apart > 0.0 {
            right += 1;
        } else if apart < 0.0 {
            wrong.push(pair.id);
        }
    }
    assert!(wrong.is_empty() && right >= 38, "{right} right, wrong: {wrong:?}");
}
