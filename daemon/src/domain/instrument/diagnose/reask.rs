//! Test-retest figures: the first answer of each respondent who was asked twice, paired with the second. Second
//! answers are compared and never counted.

use std::collections::BTreeMap;

use protocol::quality::Figure;

use crate::domain::asking::Purpose;
use crate::domain::instrument::types::kind;
use crate::domain::outcome::{Answered, Assignment, Outcome};
use crate::domain::stats::LEVEL;
use crate::domain::stats::reask::Pairs;

/// With fewer pairs than this there is no warning.
const PAIRS_MIN: u64 = 10;

/// Pairs of first and second answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ReaskPairs {
    /// Whether the values are points of a scale, and not categories.
    numeric: bool,
    pairs: Pairs,
    /// The first answers of the current respondent, by task.
    first: BTreeMap<u16, i32>,
    respondent: Option<u32>,
    /// Replicates without an answer.
    silent: u64,
}

impl ReaskPairs {
    pub(super) fn new(numeric: bool) -> Self {
        Self { numeric, ..Self::default() }
    }

    /// Adds an outcome; those of one respondent must be consecutive, the first answer before the second.
    pub(super) fn add(&mut self, at: Assignment, outcome: &Outcome) {
        if self.respondent.replace(at.respondent) != Some(at.respondent) {
            self.first.clear();
        }
        let value = match outcome {
            Outcome::Answered(Answered { answer, .. }) => {
                kind(answer.study_type()).repeated(answer)
            }
            _ => None,
        };
        match (at.asking(), value) {
            (Some(Purpose::Answer), Some(value)) => drop(self.first.insert(at.task, value)),
            (Some(Purpose::Replicate(_)), Some(second)) => match self.first.get(&at.task) {
                Some(first) => self.pairs.add(*first, second),
                None => self.silent += 1,
            },
            (Some(Purpose::Replicate(_)), None) => self.silent += 1,
            // Controls and other wordings are evaluated in `checks`.
            (Some(Purpose::Answer | Purpose::Control(_) | Purpose::Wording(_)) | None, _) => {}
        }
    }

    /// The figures, by name.
    pub(super) fn figures(&self) -> [(&'static str, Figure); 3] {
        let why = match (self.pairs.n(), self.silent) {
            (0, 0) => "nobody was asked twice",
            (0, _) => "nobody who was asked twice answered twice",
            (1..3, _) => "too few answered twice",
            _ => "everyone who was asked twice gave the same answer",
        };
        let points = |figure| {
            if self.numeric {
                Figure::of(figure, why)
            } else if self.pairs.n() == 0 {
                Figure::of(None, why)
            } else {
                Figure::of(None, "the answers are words, not points of a scale")
            }
        };
        [
            ("persona_effect", points(self.pairs.persona_effect(LEVEL))),
            ("reask_noise", points(self.pairs.noise(LEVEL))),
            ("reask_same", Figure::of(self.pairs.same(LEVEL), why)),
        ]
    }

    /// A warning if differences between respondents are no larger than chance.
    pub(super) fn warning(&self) -> Option<String> {
        let effect = self.pairs.persona_effect(LEVEL).filter(|_| self.numeric)?;
        (self.pairs.n() >= PAIRS_MIN && effect.low? <= 0.0).then(|| {
            format!(
                "Who answers matters no more than asking the same person twice: of the variance of the scores {:.0} % is the \
                 person (95 % interval from below zero), the rest is chance. Do not read differences between groups into this.",
                100.0 * effect.value.max(0.0)
            )
        })
    }
}
