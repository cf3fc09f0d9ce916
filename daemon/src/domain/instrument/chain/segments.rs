//! Counts of how each segment of a panel moved between two rounds of a chain: for every pair of rounds the differences of the
//! same experts, by role and by the classes that the breakdowns of results have.

use std::collections::BTreeMap;

use protocol::rounds::SegmentChange;

use super::iterations::{change, moved};
use crate::domain::instrument::contrast::SMALL;
use crate::domain::stats::histogram::Histogram;

/// The dimension of the experts' roles.
const ROLE: &str = "role";
/// A segment of one expert has no interval, and nothing to tell of the segment.
const EXPERTS_MIN: u64 = 2;

/// A later and an earlier round, from 0.
type Pair = (u16, u16);
/// Dimension → class → difference in hundredths of a point → experts.
type Differences = BTreeMap<String, BTreeMap<String, BTreeMap<i32, u64>>>;

/// The differences of every pair of rounds. What differs is counted, not who: it does not grow with the panel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SegmentTally(BTreeMap<Pair, Differences>);

impl SegmentTally {
    /// Counts one expert of that role and those (dimension, class) pairs, whose score moved by so much between two rounds.
    pub(super) fn add(&mut self, pair: Pair, role: &str, classes: &[(&str, &str)], by: i32) {
        let differences = self.0.entry(pair).or_default();
        for (dimension, class) in [(ROLE, role)].iter().chain(classes) {
            let known = differences.entry((*dimension).to_owned()).or_default();
            let counts = known.entry((*class).to_owned()).or_default();
            *counts.entry(by).or_default() += 1;
        }
    }

    /// What changed for each segment; `sd` is the wording noise of the two texts.
    pub(super) fn changes(&self, pair: Pair, sd: f64) -> Vec<SegmentChange> {
        let mut found = Vec::new();
        for (dimension, classes) in self.0.get(&pair).into_iter().flatten() {
            for (class, counts) in classes {
                let differences = histogram(counts);
                let n = differences.n();
                let Some(change) = change(&differences, sd).filter(|_| n >= EXPERTS_MIN) else {
                    continue;
                };
                found.push(SegmentChange {
                    dimension: dimension.clone(),
                    class: class.clone(),
                    n,
                    small: n < SMALL,
                    change,
                    moved: moved(&differences),
                });
            }
        }
        found
    }
}

fn histogram(counts: &BTreeMap<i32, u64>) -> Histogram {
    let lowest = counts.keys().next().copied().unwrap_or(0);
    let highest = counts.keys().next_back().copied().unwrap_or(0);
    let of_each = (lowest..=highest).map(|value| counts.get(&value).copied().unwrap_or(0));
    Histogram::of_counts(lowest, of_each.collect())
}
