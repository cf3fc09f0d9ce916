//! Counts of a chain: of each round the experts' overall scores and clicks, of the confirming round what both orders gave.
//! Two bytes an expert and round are kept, so that changes are counted within the same experts.

use std::collections::BTreeMap;

use protocol::study::{Order, StudySpec};

use super::segments::SegmentTally;
use super::{ChainPlan, Heard, chain_plan};
use crate::domain::instrument::types::kind_of;
use crate::domain::outcome::{Answered, Assignment, Outcome};
use crate::domain::stats::histogram::Histogram;

/// First and last overall score in hundredths of a point.
const OVERALL: (i32, i32) = (100, 1_000);

/// What came of the rounds of a chain so far.
#[derive(Clone, Debug)]
pub(crate) struct ChainTally {
    pub(super) plan: ChainPlan,
    pub(super) rounds: BTreeMap<u16, RoundTally>,
    pub(super) segments: SegmentTally,
    pub(super) confirmation: Confirmation,
}

/// What came of one round.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RoundTally {
    /// By respondent, in hundredths of a point; 0 without an answer.
    overall: Vec<u16>,
    clicks: u64,
    /// Sums of the scores on each dimension.
    dimensions: Vec<u64>,
    n: u64,
    sum: u64,
}

/// What the fresh panel chose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Confirmation {
    /// Choices of a respondent whose other order is not in yet.
    waiting: BTreeMap<u32, (i8, Order)>,
    /// Respondents who preferred the rewrite in both orders.
    pub(super) rewrite: u64,
    /// Respondents who preferred the original in both orders.
    pub(super) original: u64,
    /// Respondents who chose twice.
    pub(super) n: u64,
    /// Respondents who chose what was shown first, both times.
    pub(super) first_shown: u64,
    /// Respondents who chose what was shown last, both times.
    pub(super) last_shown: u64,
}

/// The mean of overall scores in points, from their exact sum in hundredths.
pub(super) fn mean(sum: u64, n: u64) -> Option<f64> {
    (n > 0).then(|| sum as f64 / (100.0 * n as f64))
}

impl ChainTally {
    /// Empty counts of that study; `None` for a type without chains.
    #[must_use]
    pub(crate) fn new(spec: &StudySpec) -> Option<Self> {
        Some(Self {
            plan: chain_plan(spec)?,
            rounds: BTreeMap::new(),
            segments: SegmentTally::default(),
            confirmation: Confirmation::default(),
        })
    }

    /// Adds the outcome of an assignment of any round, whose respondent belongs to those (dimension, class) pairs; those of
    /// earlier rounds come first. What is no answer, or asked besides the answer, does not count.
    pub(crate) fn add(
        &mut self,
        spec: &StudySpec,
        at: Assignment,
        classes: &[(&str, &str)],
        outcome: &Outcome,
    ) {
        if !at.is_answer() || at.round > self.plan.confirmation() {
            return;
        }
        let Outcome::Answered(Answered { answer, .. }) = outcome else { return };
        if let Some(heard) = kind_of(&spec.instrument).heard(spec, at, answer) {
            self.hear(at, classes, heard);
        }
    }

    /// Adds what one answer said.
    pub(super) fn hear(&mut self, at: Assignment, classes: &[(&str, &str)], heard: Heard) {
        match heard {
            Heard::Scores { role, overall, would_click, dimensions }
                if at.round < self.plan.confirmation() =>
            {
                for (earlier, tally) in self.rounds.range(..at.round) {
                    if let Some(before) = tally.of(at.respondent) {
                        let by = i32::from(overall) - i32::from(before);
                        self.segments.add((at.round, *earlier), &role, classes, by);
                    }
                }
                let round = self.rounds.entry(at.round).or_default();
                round.add(at.respondent, overall, would_click, &dimensions);
            }
            Heard::Choice { sign, order } if at.round == self.plan.confirmation() => {
                self.confirmation.add(at.respondent, sign, order);
            }
            Heard::Scores { .. } | Heard::Choice { .. } => {}
        }
    }

    /// Rounds that somebody answered, in order.
    pub(super) fn asked(&self) -> impl Iterator<Item = (u16, &RoundTally)> {
        self.rounds.iter().map(|(round, tally)| (*round, tally))
    }

    /// The round with the highest overall score, the earlier of equals; the first without an answer.
    #[must_use]
    pub(crate) fn best(&self) -> u16 {
        let mut best: Option<(u16, &RoundTally)> = None;
        for (round, tally) in self.asked() {
            if best.is_none_or(|(_, former)| tally.exceeds(former)) {
                best = Some((round, tally));
            }
        }
        best.map_or(0, |(round, _)| round)
    }

    /// Sum and number of the overall scores of a round, in hundredths of a point.
    #[must_use]
    pub(crate) fn overall(&self, round: u16) -> (u64, u64) {
        self.rounds.get(&round).map_or((0, 0), |tally| (tally.sum, tally.n))
    }
}

impl RoundTally {
    fn add(&mut self, respondent: u32, overall: u16, would_click: bool, dimensions: &[u8]) {
        let Ok(place) = usize::try_from(respondent) else { return };
        if self.overall.len() <= place {
            self.overall.resize(place + 1, 0);
        }
        self.overall[place] = overall;
        self.clicks += u64::from(would_click);
        if self.dimensions.len() < dimensions.len() {
            self.dimensions.resize(dimensions.len(), 0);
        }
        for (sum, score) in self.dimensions.iter_mut().zip(dimensions) {
            *sum += u64::from(*score);
        }
        self.n += 1;
        self.sum += u64::from(overall);
    }

    /// The overall score of a respondent, in hundredths of a point.
    fn of(&self, respondent: u32) -> Option<u16> {
        let place = usize::try_from(respondent).ok()?;
        self.overall.get(place).copied().filter(|overall| *overall > 0)
    }

    /// The sum and the number of its overall scores, and its clicks.
    pub(super) fn counts(&self) -> (u64, u64, u64) {
        (self.sum, self.n, self.clicks)
    }

    /// Whether its mean is higher, in exact arithmetic.
    pub(super) fn exceeds(&self, other: &Self) -> bool {
        higher((self.sum, self.n), (other.sum, other.n))
    }

    /// The mean overall score, 1 to 10.
    pub(super) fn mean(&self) -> Option<f64> {
        mean(self.sum, self.n)
    }

    /// The share that would click, 0 to 1.
    pub(super) fn click_rate(&self) -> f64 {
        if self.n == 0 { 0.0 } else { self.clicks as f64 / self.n as f64 }
    }

    /// The mean of each dimension, 1 to 10.
    pub(super) fn dimension_means(&self) -> impl Iterator<Item = f64> + '_ {
        let n = self.n.max(1) as f64;
        self.dimensions.iter().map(move |sum| *sum as f64 / n)
    }

    /// The overall scores in hundredths of a point.
    pub(super) fn scores(&self) -> Histogram {
        let mut scores = Histogram::new(OVERALL.0, OVERALL.1);
        for overall in self.overall.iter().filter(|overall| **overall > 0) {
            scores.add(i32::from(*overall));
        }
        scores
    }

    /// This round minus another, of each expert who scored both, in hundredths of a point.
    pub(super) fn minus(&self, other: &Self) -> Histogram {
        let width = OVERALL.1 - OVERALL.0;
        let mut differences = Histogram::new(-width, width);
        for (now, before) in self.overall.iter().zip(&other.overall) {
            if *now > 0 && *before > 0 {
                differences.add(i32::from(*now) - i32::from(*before));
            }
        }
        differences
    }
}

/// Whether the first of two means, each a sum with its number, is higher. Without a number nothing is.
#[must_use]
pub(crate) fn higher((sum, n): (u64, u64), (other_sum, other_n): (u64, u64)) -> bool {
    let product = |sum: u64, n: u64| u128::from(sum) * u128::from(n);
    n > 0 && (other_n == 0 || product(sum, other_n) > product(other_sum, n))
}

impl Confirmation {
    fn add(&mut self, respondent: u32, sign: i8, order: Order) {
        let Some((earlier, former)) = self.waiting.remove(&respondent) else {
            self.waiting.insert(respondent, (sign, order));
            return;
        };
        if former == order {
            return;
        }
        self.n += 1;
        self.rewrite += u64::from(earlier > 0 && sign > 0);
        self.original += u64::from(earlier < 0 && sign < 0);
        // The original is A: whoever takes it when it comes first and the rewrite when that does goes by the place.
        let at_first = |sign: i8, order: Order| match order {
            Order::AFirst => -sign,
            Order::BFirst => sign,
        };
        let places = (at_first(earlier, former), at_first(sign, order));
        self.first_shown += u64::from(places == (1, 1));
        self.last_shown += u64::from(places == (-1, -1));
    }
}
