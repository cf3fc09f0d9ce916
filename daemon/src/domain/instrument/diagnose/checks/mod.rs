//! The checks of a panel by questions with known outcomes: each respondent's answer is compared with the same
//! respondent's reply to a control or another wording. Kept as counts of pairs; none of these replies counts as an
//! answer.

mod controls;
mod limit;
mod wordings;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use protocol::control::{ControlResult, Verdict, Wordings};
use protocol::measurement::{Control, Measurement};
use protocol::quality::Flag;
use protocol::results::Estimate;
use protocol::study::StudySpec;

use self::limit::Limit;
use crate::domain::asking::Purpose;
use crate::domain::instrument::scale::Scale;
use crate::domain::instrument::types::{Controls, kind, kind_of};
use crate::domain::instrument::words;
use crate::domain::outcome::{Answered, Assignment, Outcome};
use crate::domain::stats::reask::Pairs;

/// With fewer pairs than this a check stays undecided.
const PAIRS_MIN: u64 = 10;

/// Counts over all replies to controls and other wordings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Checks {
    wanted: Measurement,
    /// `None` if the answers are not points on one scale.
    scale: Option<Scale>,
    /// The current respondent, with the answer that counts.
    at_hand: Option<(u32, Option<i32>)>,
    met: BTreeMap<Purpose, Met>,
}

/// Counts of one purpose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Met {
    /// Pairs of the answer and the reply for this purpose.
    pairs: Pairs,
    /// Respondents who were asked.
    asked: u64,
}

/// The verdicts of the checks.
#[derive(Debug, Default)]
pub(super) struct CheckResults {
    pub(super) controls: BTreeMap<Control, ControlResult>,
    pub(super) wordings: Option<Wordings>,
    /// A sentence for each check, with its flag if it failed.
    pub(super) warnings: Vec<super::Warning>,
}

impl Checks {
    pub(super) fn new(spec: &StudySpec) -> Self {
        let wanted = spec.measurement.clone();
        let scale = match kind_of(&spec.instrument).controls() {
            Controls::On { scale, .. } => Some(scale).filter(|_| wanted.checks_panel()),
            Controls::Meaningless { .. } => None,
        };
        Self { wanted, scale, at_hand: None, met: BTreeMap::new() }
    }

    /// Adds an outcome; those of one respondent must be consecutive, the answer first.
    pub(super) fn add(&mut self, at: Assignment, outcome: &Outcome) {
        let (Some(scale), Some(asking)) = (self.scale, at.asking()) else { return };
        let value = match outcome {
            Outcome::Answered(Answered { answer, .. }) => kind(answer.study_type()).place(answer),
            _ => None,
        };
        if asking == Purpose::Answer {
            self.at_hand = Some((at.respondent, value));
            return;
        }
        let met = self.met.entry(asking).or_default();
        met.asked += 1;
        let answer = self.at_hand.filter(|(who, _)| *who == at.respondent);
        if let (Some((_, Some(answer))), Some(said)) = (answer, value) {
            let said = match asking {
                Purpose::Control(Control::Reversed) => scale.turned(said),
                _ => said,
            };
            met.pairs.add(answer, said);
        }
    }

    /// Evaluates all checks.
    pub(super) fn find(&self) -> CheckResults {
        let Some(scale) = self.scale else { return CheckResults::default() };
        let nothing = Met::default();
        let met = |asking| self.met.get(&asking).unwrap_or(&nothing);
        let limit = Limit::of(scale, &met(Purpose::Replicate(1)).pairs);
        let mut found = CheckResults::default();
        let mut tell = |verdict: Verdict, flag: Flag, sentence: &str| {
            let flag = (verdict == Verdict::Failed).then_some(flag);
            found.warnings.push((flag, sentence.to_owned()));
        };
        if !self.wanted.controls.is_empty() {
            for control in Control::ALL {
                let result = if self.wanted.controls.contains(control) {
                    let met = met(Purpose::Control(*control));
                    let judged = controls::judge(*control, met, scale, &limit);
                    tell(judged.verdict, Flag::ControlFailed, &judged.sentence);
                    ControlResult::Judged(Box::new(judged))
                } else {
                    let not_asked = controls::why_not(scale).to_owned();
                    let control = controls::name(*control);
                    tell(
                        Verdict::Undecided,
                        Flag::ControlFailed,
                        &format!("{control} not asked: {not_asked}."),
                    );
                    ControlResult::NotAsked { not_asked }
                };
                found.controls.insert(*control, result);
            }
        }
        if self.wanted.wordings > 0 {
            let all: Vec<(u16, &Met)> = (1..=self.wanted.wordings)
                .map(|number| (number, met(Purpose::Wording(number))))
                .collect();
            let same_words = &met(Purpose::Replicate(1)).pairs;
            let wordings = wordings::judge(&all, same_words, scale, &limit);
            tell(wordings.verdict, Flag::WordingMatters, &wordings.sentence);
            found.wordings = Some(wordings);
        }
        found
    }
}

/// A difference in words: `+5.2 points, 95 % interval 4.6 to 5.8, n = 30`.
fn told(difference: &Estimate, scale: Scale) -> String {
    let decimals = scale.decimals();
    let ends = match difference.low.zip(difference.high) {
        Some(_) => words::interval(difference, decimals, ""),
        None => "the same for everyone".to_owned(),
    };
    format!(
        "{} {}, {ends}, n = {}",
        words::signed(difference.value, decimals),
        scale.unit(),
        difference.n
    )
}

/// The ends of the interval, if there are enough pairs. If all respondents differ by the same amount, both ends are
/// that amount.
fn ends(estimate: &Estimate) -> Option<(f64, f64)> {
    let interval = estimate.low.zip(estimate.high).unwrap_or((estimate.value, estimate.value));
    (estimate.n >= PAIRS_MIN).then_some(interval)
}
