//! Nonresponse: missing answers by reason and by class of respondent, and whether some classes have more of them than
//! others.

use std::collections::BTreeMap;

use protocol::quality::Missing;

use crate::domain::outcome::{Class, Outcome};
use crate::domain::stats::compare::two_shares;

/// Most different reasons that are counted separately; the rest are counted together.
const REASONS_MAX: usize = 40;
/// Below this p, over all classes together, the report names the class with more missing answers than the rest.
const CHANCE: f64 = 0.05;
/// Classes smaller than this are not singled out.
const CLASS_MIN: u64 = 30;

/// Respondents by class, and the reasons of missing answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Silence {
    reasons: BTreeMap<String, u64>,
    classes: BTreeMap<&'static str, BTreeMap<&'static str, Missing>>,
    all: Missing,
}

impl Silence {
    /// Counts one assignment of a respondent of those classes.
    pub(super) fn add(&mut self, classes: &[(&'static str, &'static str)], outcome: &Outcome) {
        let count = |missing: &mut Missing| {
            missing.asked += 1;
            match outcome.class() {
                Class::Answered => {}
                Class::Refused => missing.refused += 1,
                Class::Invalid => missing.invalid += 1,
                Class::Failed => missing.failed += 1,
            }
        };
        count(&mut self.all);
        for (dimension, class) in classes {
            count(self.classes.entry(dimension).or_default().entry(class).or_default());
        }
        match outcome {
            Outcome::Answered(_) => {}
            Outcome::Refused { reason } => self.reason("refused", reason),
            Outcome::Invalid { reason } => self.reason("invalid", reason),
            Outcome::Failed { reason } => self.reason("failed", reason),
            Outcome::Skipped { reason } => self.reason("skipped", reason),
        }
    }

    /// Counts one more of a reason.
    pub(super) fn reason(&mut self, outcome: &str, reason: &str) {
        let mut key = format!("{outcome}: {reason}");
        if self.reasons.len() >= REASONS_MAX && !self.reasons.contains_key(&key) {
            key = format!("{outcome}: other reasons");
        }
        *self.reasons.entry(key).or_default() += 1;
    }

    /// Missing answers by reason.
    pub(super) fn reasons(&self) -> &BTreeMap<String, u64> {
        &self.reasons
    }

    /// Dimension → class → missing answers; empty when there are none.
    pub(super) fn by_class(&self) -> BTreeMap<String, BTreeMap<String, Missing>> {
        if self.all.missing() == 0 {
            return BTreeMap::new();
        }
        self.classes
            .iter()
            .map(|(dimension, classes)| {
                let classes =
                    classes.iter().map(|(class, missing)| ((*class).to_owned(), *missing));
                ((*dimension).to_owned(), classes.collect())
            })
            .collect()
    }

    /// A sentence on the class with the most missing answers beyond chance: its share of missing answers against that
    /// of the rest, by the z test of two shares, Bonferroni-adjusted for all classes tested.
    pub(super) fn uneven(&self) -> Option<String> {
        let looked: Vec<_> = self
            .classes
            .iter()
            .flat_map(|(dimension, classes)| {
                classes.iter().map(move |(class, missing)| (dimension, class, missing))
            })
            .filter(|(_, _, missing)| missing.asked >= CLASS_MIN)
            .collect();
        let found = looked.iter().filter_map(|(dimension, class, own)| {
            let rest_asked = self.all.asked - own.asked;
            let rest = (self.all.missing() - own.missing(), rest_asked);
            let test = two_shares((own.missing(), own.asked), rest)?;
            let adjusted = test.p * looked.len() as f64;
            (test.difference > 0.0 && adjusted < CHANCE).then(|| {
                let share = |missing: u64, asked: u64| 100.0 * missing as f64 / asked as f64;
                let sentence = format!(
                    "No answer came from {:.0} % of {} {}, against {:.0} % of everyone else (p {:.3} after adjustment): \
                     the numbers speak less for them.",
                    share(own.missing(), own.asked),
                    dimension.replace('_', " "),
                    class.replace('_', " "),
                    share(rest.0, rest.1),
                    adjusted,
                );
                (adjusted, sentence)
            })
        });
        found.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, sentence)| sentence)
    }
}
