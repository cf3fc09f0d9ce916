//! Tests on pairs of concepts of which one is clearly better: the model's panel must rank most of them right, with any
//! seed.

use std::fmt::Write as _;

use serde::Deserialize;

use super::people::panel;
use super::{concept, deviation, fixture, mean, scores};

#[derive(Deserialize)]
struct Pair {
    field: String,
    better: String,
    worse: String,
    #[serde(default)]
    why: String,
}

/// Respondents for each text.
const PANEL: u64 = 100;
/// At least that share of a file's pairs must be right.
const RIGHT_MIN: f64 = 0.85;

fn check(file: &str) {
    let pairs: Vec<Pair> = fixture(file);
    let mut right = 0;
    let mut report = String::new();
    for seed in 1..=3 {
        let people = panel(PANEL, seed);
        for pair in &pairs {
            let better = scores(&concept(&pair.better, seed), &people);
            let worse = scores(&concept(&pair.worse, seed), &people);
            if mean(&better) > mean(&worse) {
                right += 1;
                continue;
            }
            _ = writeln!(
                report,
                "seed {seed}: {:5.2} ({:4.2}) {:5.2} ({:4.2})  {}: {}",
                mean(&better),
                deviation(&better),
                mean(&worse),
                deviation(&worse),
                pair.field,
                pair.why
            );
        }
    }
    let share = f64::from(right) / (3.0 * pairs.len() as f64);
    assert!(share >= RIGHT_MIN, "{file}: {:.1} % right\n{report}", 100.0 * share);
}

#[test]
fn the_first_twenty_pairs() {
    check("pairs/first.json");
}

#[test]
fn the_second_twenty_pairs() {
    check("pairs/second.json");
}

#[test]
fn the_third_twenty_pairs() {
    check("pairs/third.json");
}

#[test]
fn the_fourth_forty_pairs() {
    check("pairs/fourth.json");
}

#[test]
fn the_fifth_forty_pairs() {
    check("pairs/fifth.json");
}

#[test]
fn the_pairs_of_many_forms() {
    check("reader/seen/pairs.json");
}
