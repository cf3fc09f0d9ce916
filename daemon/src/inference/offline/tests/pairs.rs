//! Tests on pairs of concepts of which one is clearly better: the model's panel must rank nine in ten right, with any
//! seed.

use std::fmt::Write as _;

use serde::Deserialize;

use super::people::panel;
use super::{concept, deviation, mean, scores};

#[derive(Deserialize)]
struct Pair {
    field: String,
    better: String,
    worse: String,
    why: String,
}

/// Respondents for each text.
const PANEL: u64 = 100;

/// At least that share must be right.
fn check(file: &str, least: f64) {
    let path = format!("{}/../tests/fixtures/pairs/{file}", env!("CARGO_MANIFEST_DIR"));
    let pairs: Vec<Pair> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut right = 0;
    let mut report = String::new();
    for seed in 1..=5 {
        let people = panel(PANEL, seed);
        for pair in &pairs {
            let better = scores(&concept(&pair.better, seed), &people);
            let worse = scores(&concept(&pair.worse, seed), &people);
            let line = format!(
                "{:5.2} ({:4.2}) {:5.2} ({:4.2})  {}",
                mean(&better),
                deviation(&better),
                mean(&worse),
                deviation(&worse),
                pair.field
            );
            if seed == 1 {
                _ = writeln!(report, "{line}");
            }
            if mean(&better) > mean(&worse) {
                right += 1;
            } else {
                _ = writeln!(report, "MISS seed {seed}: {line}: {}", pair.why);
            }
        }
    }
    let share = f64::from(right) / (5.0 * pairs.len() as f64);
    _ = write!(report, "{file}: {:.1} % right", 100.0 * share);
    if std::env::var_os("PAIRS_REPORT").is_some() {
        std::fs::write(std::env::var_os("PAIRS_REPORT").unwrap(), &report).unwrap();
    }
    assert!(share >= least, "{report}");
}

#[test]
fn the_first_twenty_pairs() {
    check("first.json", 0.9);
}

#[test]
fn the_second_twenty_pairs() {
    check("second.json", 0.9);
}

#[test]
fn the_third_twenty_pairs() {
    check("third.json", 0.9);
}

#[test]
fn the_fourth_forty_pairs() {
    check("fourth.json", 0.9);
}

/// A reserve that no cue was written for: 83 % at first contact. It stays one, so it is no goal but a floor.
#[test]
fn the_fifth_forty_pairs_are_a_reserve() {
    check("fifth.json", 0.8);
}
