//! What the screen Results shows of the open study: a view, a grouping, and the trail from a number down to the answers
//! behind it.

use std::collections::BTreeMap;

use protocol::analysis::CrossTab;
use protocol::results::{Contrast, Results};
use protocol::run::Study;
use protocol::study::StudyType;

use super::class::Dimension;
pub(crate) use super::drill::{Drill, Voice};
use super::lens::Lens;
use super::studies::Direction;
use crate::kinds::{self, Opening};
use crate::station::widgets::window::Window;

/// What the main pane shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum View {
    /// Two variants against each other.
    Versus,
    /// One row a class, each with its interval.
    #[default]
    Segments,
    /// Two attributes crossed.
    Cross,
    /// Reasons for and against.
    Reasons,
    /// What to act on.
    Findings,
    /// What each way of hearing an opinion heard.
    Channels,
    /// Whether the panel can be believed: controls, wordings, figures on the answers.
    Checks,
    /// How it was done: every estimate, margins, who is missing.
    Method,
}

impl View {
    /// Every view with its title, in the order of `v`.
    pub(crate) const ALL: [(Self, &'static str); 8] = [
        (Self::Versus, "A against B"),
        (Self::Segments, "Segments"),
        (Self::Cross, "Cross-tab"),
        (Self::Reasons, "Reasons"),
        (Self::Findings, "Findings"),
        (Self::Channels, "Channels"),
        (Self::Checks, "Checks"),
        (Self::Method, "Method"),
    ];

    /// The views that say something about such a study with such results, in the order of `v`.
    pub(crate) fn of(study_type: StudyType, results: Option<&Results>) -> Vec<Self> {
        let says_something = |view: &Self| match view {
            Self::Versus => !kinds::view(study_type).against.is_empty(),
            Self::Segments => kinds::view(study_type).main.is_some(),
            Self::Channels => results.is_some_and(|results| !results.channels.is_empty()),
            Self::Checks => results.is_some_and(|results| {
                let found = &results.diagnostics;
                !found.figures.is_empty() || !found.controls.is_empty() || found.wordings.is_some()
            }),
            Self::Cross | Self::Reasons | Self::Findings | Self::Method => true,
        };
        let mut views: Vec<Self> =
            Self::ALL.into_iter().map(|(view, _)| view).filter(says_something).collect();
        // What open questions open with stands first.
        let opening = kinds::view(study_type).opening;
        views.sort_by_key(|view| opening == Opening::Reasons && *view != Self::Reasons);
        views
    }

    /// The view that such a study opens with, when this one was looked at last.
    pub(crate) fn or_first_of(self, study_type: StudyType) -> Self {
        let first = match kinds::view(study_type).opening {
            Opening::Variants => Self::Versus,
            Opening::Reasons => Self::Reasons,
            Opening::Groups => Self::Segments,
        };
        let is_there = Self::of(study_type, None).contains(&self);
        if self == Self::Segments || !is_there { first } else { self }
    }

    /// The one after it.
    pub(crate) fn next(self, study_type: StudyType, results: Option<&Results>) -> Self {
        let views = Self::of(study_type, results);
        let at = views.iter().position(|view| *view == self);
        views.get(at.map_or(0, |at| (at + 1) % views.len())).copied().unwrap_or_default()
    }

    /// The view that says next what the numbers are worth: the channels side by side, then the checks, and again. None where
    /// there is neither. A check that was failed comes first.
    pub(crate) fn worth(self, study_type: StudyType, results: Option<&Results>) -> Option<Self> {
        let views = Self::of(study_type, results);
        let has = |view: Self| views.contains(&view).then_some(view);
        let has_failed =
            results.is_some_and(|results| results.diagnostics.failures().next().is_some());
        match self {
            Self::Channels => has(Self::Checks),
            Self::Checks => has(Self::Channels),
            _ if has_failed => has(Self::Checks),
            _ => has(Self::Channels).or(has(Self::Checks)),
        }
    }

    /// Its title.
    pub(crate) fn title(self) -> &'static str {
        Self::ALL.iter().find(|(view, _)| *view == self).map_or("", |(_, title)| title)
    }
}

/// Whose classes the segments are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Those of every attribute, so that the lowest of all is seen at once.
    #[default]
    Every,
    /// Those of one attribute.
    One,
}

/// The panes of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Pane {
    /// The view.
    #[default]
    Main,
    /// How often each score was given.
    Scores,
    /// Answers.
    Quotes,
}

impl Pane {
    /// Every pane, in the order of Tab.
    pub(crate) const ALL: [Self; 3] = [Self::Main, Self::Scores, Self::Quotes];
}

/// What a list of segments is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SegmentOrder {
    /// As the classes follow each other; those of every attribute lowest first.
    #[default]
    Natural,
    /// By the estimate.
    Value(Direction),
}

/// What the screen shows.
#[derive(Clone, Debug, Default)]
pub(crate) struct ResultsView {
    /// In the main pane.
    pub(crate) view: View,
    /// Where keys go.
    pub(crate) pane: Pane,
    /// Whether one attribute or every one is grouped by.
    pub(crate) scope: Scope,
    /// Grouped by, where it is one.
    pub(crate) by: Dimension,
    /// Crossed with.
    pub(crate) across: Dimension,
    /// How segments are sorted.
    pub(crate) order: SegmentOrder,
    /// Rows of the main pane.
    pub(crate) main: Window,
    /// Column of the cross-tab.
    pub(crate) column: usize,
    /// Rows of the scores, highest first.
    pub(crate) scores: Window,
    /// Which answers are shown.
    pub(crate) drill: Drill,
    /// Rows of the quotes.
    pub(crate) quotes: Window,
    /// Answers that pass the drill, worst first; kept, because finding them means reading all.
    pub(crate) found: Vec<u32>,
}

impl ResultsView {
    /// A fresh view with the taste of another.
    pub(crate) fn like(other: &Self) -> Self {
        Self {
            view: other.view,
            scope: other.scope,
            by: other.by,
            across: other.across,
            order: other.order,
            ..Self::default()
        }
    }
}

/// One row of the segments.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    /// The attribute that the class is of.
    pub(crate) dimension: Dimension,
    /// The class as reports name it.
    pub(crate) class: String,
    /// Answers of the class.
    pub(crate) n: u64,
    /// The main estimate.
    pub(crate) value: f64,
    /// Its interval.
    pub(crate) interval: Option<(f64, f64)>,
    /// The difference to the rest of the panel.
    pub(crate) difference: Option<f64>,
    /// Whether that difference is clear after the adjustment for all that were looked at.
    pub(crate) differs: bool,
}

impl Row {
    /// Whether there are too few answers to say much.
    pub(crate) fn is_small(&self) -> bool {
        self.n < SMALL
    }
}

/// Below this many answers a mean is dimmed and put in parentheses.
pub(crate) const SMALL: u64 = 30;

impl Lens {
    /// Finds the answers that pass the drill, worst score first.
    pub(crate) fn find_quotes(&mut self) {
        let drill = &self.results.drill;
        let mut found: Vec<(i32, u32)> = self
            .responses
            .iter()
            .map(|(ordinal, response)| (self.mark_of(response), *ordinal, response))
            .filter(|(mark, ordinal, response)| drill.admits(*ordinal, response, *mark))
            .map(|(mark, ordinal, _)| (mark, ordinal))
            .collect();
        found.sort_unstable();
        self.results.found = found.into_iter().map(|(_, ordinal)| ordinal).collect();
        self.results.quotes.cursor =
            self.results.quotes.cursor.min(self.results.found.len().saturating_sub(1));
    }

    /// The classes of the grouping with their estimates, in the order of the screen. Where those of every attribute are
    /// listed, classes with few answers come last: their estimates are extreme by chance.
    pub(crate) fn rows(&self, study: &Study) -> Vec<Row> {
        let (scope, by) = (self.results.scope, self.results.by);
        let results = self.report.as_ref().and_then(|report| report.results.as_ref());
        let Some((results, measure)) = results.zip(kinds::view(study.instrument).main) else {
            return Vec::new();
        };
        // Looked up once for each class; a panel has hundreds.
        let contrasts: BTreeMap<(&str, &str), &Contrast> = results
            .contrasts
            .iter()
            .filter(|contrast| contrast.field == measure.field)
            .map(|contrast| ((contrast.dimension.as_str(), contrast.class.as_str()), contrast))
            .collect();
        let mut rows: Vec<Row> = Dimension::ALL
            .into_iter()
            .filter(|dimension| scope == Scope::Every || *dimension == by)
            .flat_map(|dimension| {
                let rows = rows_of(results, measure.field, dimension, &contrasts);
                // The only class of an attribute is everybody.
                let alone = scope == Scope::Every && rows.len() < 2;
                if alone { Vec::new() } else { rows }
            })
            .collect();
        let direction = match (self.results.order, scope) {
            (SegmentOrder::Value(direction), _) => Some(direction),
            (SegmentOrder::Natural, Scope::Every) => Some(Direction::Rising),
            (SegmentOrder::Natural, Scope::One) => None,
        };
        if let Some(direction) = direction {
            rows.sort_by(|a, b| {
                let few = match scope {
                    Scope::Every => a.is_small().cmp(&b.is_small()),
                    Scope::One => std::cmp::Ordering::Equal,
                };
                few.then_with(|| match direction {
                    Direction::Rising => a.value.total_cmp(&b.value),
                    Direction::Falling => b.value.total_cmp(&a.value),
                })
            });
        }
        rows
    }

    /// The table of the two attributes that are crossed now, when it is there.
    pub(crate) fn table(&self) -> Option<&CrossTab> {
        let wanted = [self.results.by.field(), self.results.across.field()];
        self.cross.as_ref().filter(|table| table.dimensions == wanted)
    }

    /// The classes of the rows or of the columns of the table, in order.
    pub(crate) fn classes(&self, axis: Axis) -> Vec<String> {
        let (place, dimension) = match axis {
            Axis::Rows => (0, self.results.by),
            Axis::Columns => (1, self.results.across),
        };
        let cells = self.table().map(|table| table.cells.as_slice()).unwrap_or_default();
        let mut classes: Vec<String> =
            cells.iter().filter_map(|cell| cell.classes.get(place).cloned()).collect();
        classes.sort_by(|a, b| (dimension.rank(a), a).cmp(&(dimension.rank(b), b)));
        classes.dedup();
        classes
    }
}

/// The classes of one attribute, in their own order.
fn rows_of(
    results: &Results,
    field: &str,
    dimension: Dimension,
    contrasts: &BTreeMap<(&str, &str), &Contrast>,
) -> Vec<Row> {
    let Some(classes) = results.segments.get(dimension.field()) else { return Vec::new() };
    let mut rows: Vec<Row> = classes
        .iter()
        .filter_map(|(class, segment)| {
            let estimate = segment.estimates.get(field)?;
            let contrast = contrasts.get(&(dimension.field(), class.as_str()));
            Some(Row {
                dimension,
                class: class.clone(),
                n: segment.n,
                value: estimate.value,
                interval: estimate.low.zip(estimate.high),
                difference: contrast.map(|contrast| contrast.difference.value),
                differs: contrast.is_some_and(|contrast| contrast.differs),
            })
        })
        .collect();
    // Classes come in the order of their names; those of one rank stay in it.
    rows.sort_by_cached_key(|row| dimension.rank(&row.class));
    rows
}

/// A side of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Axis {
    /// The grouping.
    Rows,
    /// What it is crossed with.
    Columns,
}
