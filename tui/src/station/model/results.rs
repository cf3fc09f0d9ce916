//! State of the screen Results: a view, a grouping, and the drill-down from a number to its answers.

use std::collections::BTreeMap;

use protocol::analysis::CrossTab;
use protocol::results::{Contrast, Report, Results};
use protocol::run::Study;
use protocol::study::StudyType;

use super::class::Dimension;
pub(crate) use super::drill::{Drill, Voice};
use super::open_study::OpenStudy;
use super::studies::Direction;
use crate::kinds::{self, Opening};
use crate::station::widgets::window::Window;

/// The view of the main pane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum View {
    /// What changed against the version before.
    Change,
    /// Comparison of two variants.
    Versus,
    /// The dimensions of a content review, and what to change.
    Dimensions,
    /// One row for each class, with its interval.
    #[default]
    Segments,
    /// Cross-table of two dimensions.
    Cross,
    /// Reasons for and against.
    Reasons,
    /// Findings.
    Findings,
    /// Results of each channel.
    Channels,
    /// Checks of the panel: controls, wordings, quality figures.
    Checks,
    /// Method: every estimate, margins, missing answers.
    Method,
}

impl View {
    /// Every view with its title, in the order of the `v` key.
    pub(crate) const ALL: [(Self, &'static str); 10] = [
        (Self::Change, "Change"),
        (Self::Versus, "A against B"),
        (Self::Dimensions, "Dimensions"),
        (Self::Segments, "Segments"),
        (Self::Cross, "Cross-tab"),
        (Self::Reasons, "Reasons"),
        (Self::Findings, "Findings"),
        (Self::Channels, "Channels"),
        (Self::Checks, "Checks"),
        (Self::Method, "Method"),
    ];

    /// The views that apply to a study type with such a report, in the order of the `v` key.
    pub(crate) fn of(study_type: StudyType, report: Option<&Report>) -> Vec<Self> {
        let results = report.and_then(Report::found);
        let says_something = |view: &Self| match view {
            Self::Change => report
                .and_then(|report| report.version.as_ref())
                .is_some_and(|found| found.version > 1),
            Self::Versus => !kinds::view(study_type).against.is_empty(),
            Self::Dimensions => kinds::view(study_type).opening == Opening::Dimensions,
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
        // The opening view of the study type comes first.
        let opening = kinds::view(study_type).opening;
        views.sort_by_key(|view| opening == Opening::Reasons && *view != Self::Reasons);
        // One key leads from there to what changed, which is what the author of a version wants to know.
        if let Some(place) = views.iter().position(|view| *view == Self::Change) {
            views.remove(place);
            views.insert(views.len().min(1), Self::Change);
        }
        views
    }

    /// The view that a study type opens with, given the last view.
    pub(crate) fn or_first_of(self, study_type: StudyType) -> Self {
        let first = match kinds::view(study_type).opening {
            Opening::Variants => Self::Versus,
            Opening::Dimensions => Self::Dimensions,
            Opening::Reasons => Self::Reasons,
            Opening::Groups => Self::Segments,
        };
        let is_there = Self::of(study_type, None).contains(&self);
        if self == Self::Segments || !is_there { first } else { self }
    }

    /// The next view.
    pub(crate) fn next(self, study_type: StudyType, report: Option<&Report>) -> Self {
        let views = Self::of(study_type, report);
        let at = views.iter().position(|view| *view == self);
        views.get(at.map_or(0, |at| (at + 1) % views.len())).copied().unwrap_or_default()
    }

    /// The next view on the reliability of the numbers: channels, then checks, and again. `None` where neither applies.
    /// A failed check comes first.
    pub(crate) fn worth(self, study_type: StudyType, report: Option<&Report>) -> Option<Self> {
        let views = Self::of(study_type, report);
        let results = report.and_then(Report::found);
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

/// The scope of the segments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Classes of every dimension, so that the lowest of all is visible at once.
    #[default]
    Every,
    /// Classes of one dimension.
    One,
}

/// The panes of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Pane {
    /// The view.
    #[default]
    Main,
    /// The score distribution.
    Scores,
    /// Answers.
    Quotes,
}

impl Pane {
    /// Every pane, in the order of the Tab key.
    pub(crate) const ALL: [Self; 3] = [Self::Main, Self::Scores, Self::Quotes];
}

/// The sort order of segments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SegmentOrder {
    /// The order of the classes; with every dimension, lowest first.
    #[default]
    Natural,
    /// By the estimate.
    Value(Direction),
}

/// The state of the screen.
#[derive(Clone, Debug, Default)]
pub(crate) struct ResultsView {
    /// The view of the main pane.
    pub(crate) view: View,
    /// The focused pane.
    pub(crate) pane: Pane,
    /// Whether segments cover one dimension or every one.
    pub(crate) scope: Scope,
    /// The dimension to group by.
    pub(crate) by: Dimension,
    /// The dimension to cross with.
    pub(crate) across: Dimension,
    /// The sort order of segments.
    pub(crate) order: SegmentOrder,
    /// Rows of the main pane.
    pub(crate) main: Window,
    /// Column of the cross-tab.
    pub(crate) column: usize,
    /// Rows of the scores, highest first.
    pub(crate) scores: Window,
    /// The filter on the answers.
    pub(crate) drill: Drill,
    /// Rows of the quotes.
    pub(crate) quotes: Window,
    /// Answers that pass the drill-down, worst first; cached, because finding them reads all answers.
    pub(crate) found: Vec<u32>,
}

impl ResultsView {
    /// A new state with another one's preferences.
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

/// A segment row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SegmentRow {
    /// The dimension of the class.
    pub(crate) dimension: Dimension,
    /// The class as named in reports.
    pub(crate) class: String,
    /// Answers in the class.
    pub(crate) n: u64,
    /// The main estimate.
    pub(crate) value: f64,
    /// Its interval.
    pub(crate) interval: Option<(f64, f64)>,
    /// The difference to the rest of the panel.
    pub(crate) difference: Option<f64>,
    /// Whether that difference is significant after the adjustment for multiple comparisons.
    pub(crate) differs: bool,
}

impl SegmentRow {
    /// Whether there are too few answers for a conclusion.
    pub(crate) fn is_small(&self) -> bool {
        self.n < SMALL
    }
}

/// Below this many answers a mean is dimmed and put in parentheses.
pub(crate) const SMALL: u64 = 30;

impl OpenStudy {
    /// Finds the answers that pass the drill-down, worst score first.
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

    /// The classes of the grouping with their estimates, in screen order. With every dimension, classes with few
    /// answers come last, because their estimates are extreme by chance.
    pub(crate) fn rows(&self, study: &Study) -> Vec<SegmentRow> {
        let (scope, by) = (self.results.scope, self.results.by);
        let Some((results, measure)) = self.found().zip(kinds::view(study.instrument).main) else {
            return Vec::new();
        };
        // Looked up once for each class; a panel has hundreds.
        let contrasts: BTreeMap<(&str, &str), &Contrast> = results
            .contrasts
            .iter()
            .filter(|contrast| contrast.field == measure.field)
            .map(|contrast| ((contrast.dimension.as_str(), contrast.class.as_str()), contrast))
            .collect();
        let mut rows: Vec<SegmentRow> = Dimension::ALL
            .into_iter()
            .filter(|dimension| scope == Scope::Every || *dimension == by)
            .flat_map(|dimension| {
                let rows = rows_of(results, measure.field, dimension, &contrasts);
                // A dimension with a single class contains the whole panel.
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

    /// The cross-table of the current two dimensions, if it has arrived.
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

/// The classes of one dimension, in their own order.
fn rows_of(
    results: &Results,
    field: &str,
    dimension: Dimension,
    contrasts: &BTreeMap<(&str, &str), &Contrast>,
) -> Vec<SegmentRow> {
    let Some(classes) = results.segments.get(dimension.field()) else { return Vec::new() };
    let mut rows: Vec<SegmentRow> = classes
        .iter()
        .filter_map(|(class, segment)| {
            let estimate = segment.estimates.get(field)?;
            let contrast = contrasts.get(&(dimension.field(), class.as_str()));
            Some(SegmentRow {
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
    // Classes arrive in the order of their names; equal ranks keep it.
    rows.sort_by_cached_key(|row| dimension.rank(&row.class));
    rows
}

/// An axis of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Axis {
    /// The dimension to group by.
    Rows,
    /// The dimension to cross with.
    Columns,
}
