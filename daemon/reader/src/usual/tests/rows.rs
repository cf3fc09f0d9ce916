//! Tests of the table: faults name their row, and every row is used.

use std::collections::BTreeSet;

use crate::features::{tokenise, unwrapped};
use crate::usual::scope::Scope;
use crate::usual::table::{USUAL, Usual};
use crate::usual::{Context, row};

use super::clauses::CLAUSES;

#[test]
fn a_fault_names_its_row() {
    let faults = [
        ("usual = [1.5, 6.0]", "usual = [6.0, 1.5]", "'delivery': the usual range ends"),
        ("usual = [1.5, 6.0]", "usual = [0.0, 6.0]", "'delivery': a range in doublings"),
        ("unit = \"kmh\"", "unit = \"kg\"", "'speed of a train': no unit 'kg'"),
        ("step = 6.0", "", "'leg room': a linear scale needs a step"),
        ("benefit = \"speed\"", "benefit = \"haste\"", "no benefit 'haste'"),
        ("about = \"patient ", "about = \"in-patient ", "'patients helped': its words of 'about'"),
        ("source = \"common knowledge\"", "source = \"\"", "'complaints': it names no source"),
    ];
    for (sound, broken, expected) in faults {
        assert!(USUAL.contains(sound), "{sound}");
        let error = Usual::read(&USUAL.replacen(sound, broken, 1)).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn every_row_is_used() {
    let table = Usual::parse().unwrap();
    let mut used = BTreeSet::new();
    for line in CLAUSES.lines() {
        let Some((_, text)) = line.split_once(" | ") else { continue };
        let text = unwrapped(text);
        let tokens = tokenise(&text);
        let context = Context::new(&tokens);
        for clause in tokens.chunk_by(|one, next| one.clause == next.clause) {
            let scope = Scope::new(&table, &text, clause, &context);
            for at in 0..scope.measures.len() {
                used.extend(row::choose(&table, &scope, clause, &context, at).map(|row| &row.name));
            }
        }
    }
    let idle = table.rows.iter().filter(|row| !used.contains(&row.name));
    let idle: Vec<&str> = idle.map(|row| row.name.as_str()).collect();
    assert!(idle.is_empty(), "{idle:#?}");
}
