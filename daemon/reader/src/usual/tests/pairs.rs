//! Counts on the texts that differ in one fact.

use std::collections::BTreeMap;

use crate::features::{Token, tokenise, unwrapped};
use crate::usual::{Context, Judged, Usual, judge};

/// Every judgement of a text, clause by clause.
pub(super) fn judgements(table: &Usual, text: &str) -> Vec<(String, Judged)> {
    let text = unwrapped(text);
    let tokens = tokenise(&text);
    let context = Context::new(&tokens);
    let clauses = tokens.chunk_by(|one, next| one.clause == next.clause);
    clauses
        .filter_map(|clause: &[Token]| {
            let judged = judge(table, &text, clause, &context)?;
            let (first, last) = (clause.first()?, clause.last()?);
            Some((text[first.start..last.end].to_owned(), judged))
        })
        .collect()
}

#[test]
#[ignore = "prints"]
fn print_all() {
    let table = Usual::parse().unwrap();
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/reader");
    for file in ["seen/pairs", "seen/same_meaning", "seen/plain", "seen/english", "seen/one_fact", "public/pairs", "public/one_fact", "public/same_meaning", "public/plain", "seen/harm", "public/harm"] {
        let text = std::fs::read_to_string(format!("{dir}/{file}.json")).unwrap();
        let Ok(all) = serde_json::from_str::<Vec<BTreeMap<String, serde_json::Value>>>(&text) else {
            continue;
        };
        for case in all {
            for key in ["better", "worse", "one", "other", "text"] {
                let Some(text) = case.get(key).and_then(|value| value.as_str()) else { continue };
                for (clause, judged) in judgements(&table, text) {
                    eprintln!("{file} {key:6} {:+.2} {:?} | {clause}", judged.signed(), judged.theme);
                }
            }
        }
    }
}
