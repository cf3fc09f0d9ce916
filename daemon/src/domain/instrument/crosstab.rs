//! A result broken down by one or two dimensions: every cell with its estimate and its difference from everyone else. With
//! two dimensions cells are many and small, so the differences are adjusted for the share of false alarms among those
//! raised, and cells with few answers are marked.

use std::collections::BTreeMap;

use protocol::analysis::{CrossCell, CrossTab};
use protocol::study::StudySpec;

use super::ab_test::Verdict;
use super::contrast::SMALL;
use super::tally::{Measure, Tally};
use crate::domain::outcome::Outcome;
use crate::domain::stats::compare::{Moments, welch};
use crate::domain::stats::{LEVEL, estimate, multiple};

/// The dimensions that a result can be broken down by.
pub const DIMENSIONS: &[&str] =
    &["gender", "age_band", "income_bracket", "education", "tech_adoption", "region"];

/// Why a result cannot be broken down like that.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoCells {
    /// One or two dimensions are needed.
    #[error("a cross-tabulation takes one or two dimensions, not {0}")]
    Count(usize),
    /// A dimension that is none, or one given twice.
    #[error("'{0}' is no dimension, or is given twice")]
    Dimension(String),
    /// A survey has no number of its own.
    #[error("a survey has no number to break down; its themes by group stand in its segments")]
    NoNumber,
}

/// Counts cells while outcomes stream by.
#[derive(Clone, Debug)]
pub struct CrossTally {
    dimensions: Vec<&'static str>,
    tasks: u16,
    all: Tally,
    cells: BTreeMap<Vec<&'static str>, Tally>,
    empty: Tally,
    /// The first verdict of a respondent who gives two.
    waiting: Option<(u32, Verdict)>,
}

impl CrossTally {
    /// One for that study and those dimensions.
    pub fn new(spec: &StudySpec, dimensions: &[String]) -> Result<Self, NoCells> {
        if !(1..=2).contains(&dimensions.len()) {
            return Err(NoCells::Count(dimensions.len()));
        }
        let mut known: Vec<&'static str> = Vec::new();
        for wanted in dimensions {
            match DIMENSIONS.iter().find(|known| *known == wanted) {
                Some(dimension) if !known.contains(dimension) => known.push(dimension),
                _ => return Err(NoCells::Dimension(wanted.clone())),
            }
        }
        let all = Tally::new(spec.instrument.study_type());
        if all.measure().is_none() {
            return Err(NoCells::NoNumber);
        }
        Ok(Self {
            dimensions: known,
            tasks: super::tasks(spec),
            empty: all.clone(),
            all,
            cells: BTreeMap::new(),
            waiting: None,
        })
    }

    /// Adds what came of an assignment, in the order of respondents and tasks.
    pub fn add(
        &mut self,
        ordinal: u32,
        classes: &[(&'static str, &'static str)],
        outcome: &Outcome,
    ) {
        let Outcome::Answered(answered) = outcome else { return };
        let whole = match (Verdict::single(&answered.answer), self.tasks) {
            (Some(verdict), 2..) => match self.waiting.take() {
                Some((earlier, first)) if earlier == ordinal => Some(Verdict::both(first, verdict)),
                _ => {
                    self.waiting = Some((ordinal, verdict));
                    return;
                }
            },
            (verdict, _) => verdict,
        };
        let class = |dimension: &&'static str| {
            let found = classes.iter().find(|(known, _)| known == dimension);
            found.map_or("", |(_, class)| *class)
        };
        let cell = self.dimensions.iter().map(class).collect();
        let cell = self.cells.entry(cell).or_insert_with(|| self.empty.clone());
        for tally in [&mut self.all, cell] {
            match whole {
                Some(verdict) => tally.add_verdict(verdict),
                None => drop(tally.add(&answered.answer)),
            }
        }
    }

    /// The table; `None` without an answer.
    #[must_use]
    pub fn finish(self) -> Option<CrossTab> {
        let whole = self.all.measure()?;
        let all = self.all.estimates().remove(whole.field)?;
        let mut cells: Vec<CrossCell> =
            self.cells.iter().filter_map(|(classes, tally)| cell(&whole, classes, tally)).collect();
        let p: Vec<f64> = cells.iter().filter_map(|cell| cell.p_adjusted).collect();
        let mut adjusted = multiple::benjamini_hochberg(&p).into_iter();
        for cell in &mut cells {
            if cell.p_adjusted.is_some() {
                cell.p_adjusted = adjusted.next();
                cell.differs = !cell.small && cell.p_adjusted.is_some_and(|p| p < 1.0 - LEVEL);
            }
        }
        let small = cells.iter().filter(|cell| cell.small).count();
        let mut notes = vec![
            super::SYNTHETIC_NOTICE.to_owned(),
            format!(
                "A cell differs when p, adjusted for all {} cells (Benjamini and Hochberg), is below {:.2} and both the cell and everyone else have at least {SMALL} answers.",
                cells.len(),
                1.0 - LEVEL
            ),
        ];
        if small > 0 {
            notes.push(format!("{small} of {} cells are too small to judge.", cells.len()));
        }
        Some(CrossTab {
            dimensions: self.dimensions.iter().map(|name| (*name).to_owned()).collect(),
            field: whole.field.to_owned(),
            all,
            cells,
            adjustment: "benjamini_hochberg".to_owned(),
            notes,
        })
    }
}

fn cell(whole: &Measure, classes: &[&'static str], tally: &Tally) -> Option<CrossCell> {
    let part = tally.measure()?;
    let rest = whole.values.without(&part.values);
    let found = Moments::of_histogram(&part.values)
        .zip(Moments::of_histogram(&rest))
        .and_then(|(part, rest)| welch(part, rest, LEVEL));
    let n = tally.n();
    let difference = found.map(|found| {
        let interval = Some(found.interval);
        let difference = estimate::equal_weights(found.difference, interval, LEVEL, n, "welch_t");
        estimate::scaled(difference, whole.factor)
    });
    Some(CrossCell {
        classes: classes.iter().map(|class| (*class).to_owned()).collect(),
        n,
        small: n.min(rest.n()) < SMALL,
        estimate: tally.estimates().remove(whole.field)?,
        difference,
        p_adjusted: found.map(|found| found.p),
        differs: false,
    })
}
