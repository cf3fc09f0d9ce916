//! A cross-table: a result broken down by one or two dimensions, each cell with its estimate and its difference from
//! the rest. With two dimensions cells are many and small, so the differences are adjusted for the false discovery
//! rate, and cells with few answers are marked.

use std::collections::BTreeMap;

use protocol::analysis::{CrossCell, CrossTab};
use protocol::results::Estimate;
use protocol::study::StudySpec;

use super::contrast::SMALL;
use super::metric::StudyMetric;
use super::wording_noise::{Widening, WordingNoise};
use crate::domain::outcome::{Answered, Outcome};
use crate::domain::stats::compare::{Moments, welch};
use crate::domain::stats::histogram::Histogram;
use crate::domain::stats::{LEVEL, estimate, multiple};

/// The dimensions that a result can be broken down by.
pub(crate) const DIMENSIONS: &[&str] =
    &["gender", "age_band", "income_bracket", "education", "tech_adoption", "region"];

/// Why a result cannot be broken down as requested.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoCells {
    /// The number of dimensions is not one or two.
    #[error("A cross-tabulation takes one or two dimensions, not {0}")]
    Count(usize),
    /// A dimension that does not exist, or one given twice.
    #[error("'{0}' is no dimension, or is given twice")]
    Dimension(String),
}

/// Counts of cells from a stream of outcomes.
#[derive(Clone, Debug)]
pub(crate) struct CrossTally {
    dimensions: Vec<&'static str>,
    quantity: StudyMetric,
    /// Tasks of each respondent.
    tasks: usize,
    all: Histogram,
    cells: BTreeMap<Vec<&'static str>, Histogram>,
    /// The answers so far of a respondent with several tasks.
    waiting: Option<(u32, Vec<Answered>)>,
    /// Wording noise, if the metric compares two texts of the study.
    widening: Option<Widening>,
}

impl CrossTally {
    /// A tally for that study, metric and dimensions.
    pub(crate) fn new(
        spec: &StudySpec,
        quantity: StudyMetric,
        dimensions: &[String],
    ) -> Result<Self, NoCells> {
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
        let (low, high) = quantity.scale();
        Ok(Self {
            dimensions: known,
            quantity,
            tasks: usize::from(super::tasks(spec)),
            all: Histogram::new(low, high),
            cells: BTreeMap::new(),
            waiting: None,
            widening: None,
        })
    }

    /// Sets the wording noise of the model that answers, if it has a measured one.
    #[must_use]
    pub(crate) fn with_wording(mut self, spec: &StudySpec, noise: Option<&WordingNoise>) -> Self {
        self.widening = noise.and_then(|noise| self.quantity.within(spec, noise));
        self
    }

    fn estimate(&self, values: &Histogram) -> Option<Estimate> {
        let sampling = self.quantity.estimate(values)?;
        Some(match self.widening {
            Some(widening) => widening.of(sampling),
            None => sampling,
        })
    }

    /// Adds the outcome of an assignment, in the order of respondents and tasks.
    pub(crate) fn add(
        &mut self,
        ordinal: u32,
        classes: &[(&'static str, &'static str)],
        outcome: &Outcome,
    ) {
        let Outcome::Answered(answered) = outcome else { return };
        if self.tasks < 2 {
            return self.count(classes, &[answered]);
        }
        let mut said = match self.waiting.take() {
            Some((earlier, said)) if earlier == ordinal => said,
            _ => Vec::new(),
        };
        said.push(answered.clone());
        if said.len() < self.tasks {
            self.waiting = Some((ordinal, said));
        } else {
            self.count(classes, &said.iter().collect::<Vec<_>>());
        }
    }

    fn count(&mut self, classes: &[(&'static str, &'static str)], said: &[&Answered]) {
        let Some(value) = self.quantity.value(said) else { return };
        let class = |dimension: &&'static str| {
            let found = classes.iter().find(|(known, _)| known == dimension);
            found.map_or("", |(_, class)| *class)
        };
        let (low, high) = self.quantity.scale();
        let cell = self.dimensions.iter().map(class).collect();
        let cell = self.cells.entry(cell).or_insert_with(|| Histogram::new(low, high));
        if cell.add(value) {
            self.all.add(value);
        }
    }

    /// The table; `None` without an answer.
    #[must_use]
    pub(crate) fn finish(self) -> Option<CrossTab> {
        let all = self.estimate(&self.all)?;
        let mut cells: Vec<CrossCell> =
            self.cells.iter().filter_map(|(classes, values)| self.cell(classes, values)).collect();
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
            field: self.quantity.field().to_owned(),
            all,
            cells,
            adjustment: "benjamini_hochberg".to_owned(),
            notes,
            also: Vec::new(),
        })
    }

    fn cell(&self, classes: &[&'static str], values: &Histogram) -> Option<CrossCell> {
        let rest = self.all.without(values);
        let found = Moments::of_histogram(values)
            .zip(Moments::of_histogram(&rest))
            .and_then(|(part, rest)| welch(part, rest, LEVEL));
        let n = values.n();
        let difference = found.map(|found| {
            let interval = Some(found.interval);
            let difference =
                estimate::equal_weights(found.difference, interval, LEVEL, n, "welch_t");
            estimate::scaled(difference, self.quantity.factor())
        });
        Some(CrossCell {
            classes: classes.iter().map(|class| (*class).to_owned()).collect(),
            n,
            small: n.min(rest.n()) < SMALL,
            estimate: self.estimate(values)?,
            difference,
            p_adjusted: found.map(|found| found.p),
            differs: false,
        })
    }
}
