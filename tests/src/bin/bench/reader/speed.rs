//! Speed of reading: the time from a submission to its end with one respondent in a fresh daemon, minus that of a text
//! that was read before. Medians over fresh daemons, since a text is remembered once it was read.

use std::time::{Duration, Instant};

use harness::program;
use protocol::study::{Draft, StudyType};

use super::asker::{Asker, BOX, draft};
use super::texts::Set;
use crate::builtin::{median, milliseconds};
use crate::row::Row;

/// Fresh daemons for each text.
const TIMES: usize = 5;

/// The longest text that a study may have, in characters.
const LONGEST: usize = 5_000;

/// The example text and texts of the greatest length.
pub(super) fn rows() -> Vec<Row> {
    let example = program::repository().join("assets/studies/meal-kit.md");
    let example = std::fs::read_to_string(example).unwrap();
    let (_, example) = example.split_once("\n---\n").unwrap();
    let long = long();
    let sentence = long.replace(['.', '!', '?', '\n'], ",");
    [
        ("the example meal-kit", example, 300.0),
        ("5,000 characters", &long, 2_000.0),
        ("one sentence of 5,000 characters", &sentence, 2_000.0),
    ]
    .into_iter()
    .flat_map(|(what, text, gate)| timed(what, text, gate))
    .collect()
}

/// Reading a text for the first time, and again.
fn timed(what: &str, text: &str, gate: f64) -> [Row; 2] {
    let (mut first, mut again) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        let asker = Asker::new(Set::Seen);
        // Ordinary work of the daemon, without a text to read: this one is nearly empty.
        let run = |text: &str, seed| took(&asker, draft(text, StudyType::ConceptTest, 1, seed));
        let known = [1, 2].map(|seed| run(BOX, seed))[1];
        first.push(run(text, 3).saturating_sub(known));
        again.push(run(text, 4).saturating_sub(known));
    }
    [
        Row::at_most(&format!("reading {what}"), milliseconds(median(first)), gate, "ms"),
        Row::note(&format!("reading {what} again"), milliseconds(median(again)), "ms"),
    ]
}

/// The time from the submission of a study to its end.
fn took(asker: &Asker, draft: Draft) -> Duration {
    let begun = Instant::now();
    let study = asker.put(draft).unwrap();
    asker.ended(Some(study)).unwrap();
    begun.elapsed()
}

/// Ordinary sentences of the greatest length, none twice.
fn long() -> String {
    let texts: Vec<String> = Set::Seen.pairs("pairs").into_iter().map(|pair| pair.one).collect();
    texts.join("\n\n").chars().take(LONGEST).collect()
}
