//! Study list: the studies, which of them are shown in which order, and which are marked. Main results come with the
//! list; full reports are loaded only for the preview.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use protocol::id::StudyId;
use protocol::results::{Estimate, Report};
use protocol::run::{PanelCounts, RoundProgress, Study};
use protocol::study::StudyType;

use super::filter::{Filter, state_label};
use crate::kinds;
use crate::station::widgets::window::Window;

/// Reports cached for the list; each is a few kilobytes.
const REPORTS_MAX: usize = 128;

/// The sort column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Column {
    /// By time of submission.
    #[default]
    Created,
    /// By name.
    Name,
    /// By state.
    State,
    /// By main estimate, within each study type.
    Score,
    /// By the number of answers.
    Answers,
}

impl Column {
    /// Every column with its name and its key.
    pub(crate) const ALL: [(Self, &'static str, char); 5] = [
        (Self::Created, "created", 'c'),
        (Self::Name, "name", 'n'),
        (Self::State, "state", 't'),
        (Self::Score, "score", 's'),
        (Self::Answers, "answers", 'a'),
    ];

    /// Its name.
    pub(crate) fn label(self) -> &'static str {
        Self::ALL.iter().find(|(column, ..)| *column == self).map_or("", |(_, label, _)| label)
    }
}

/// The sort direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Direction {
    /// Largest or newest first.
    #[default]
    Falling,
    /// Smallest or oldest first.
    Rising,
}

impl Direction {
    /// The opposite direction.
    pub(crate) fn turned(self) -> Self {
        match self {
            Self::Falling => Self::Rising,
            Self::Rising => Self::Falling,
        }
    }
}

/// Which studies the list contains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SavedFilter {
    /// Those that are not archived.
    #[default]
    Current,
    /// Archived ones.
    Archived,
}

/// Whether the list has arrived.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// Not yet.
    #[default]
    Awaited,
    /// It has arrived.
    Here,
}

/// Whether the study of an event is in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counted {
    /// It is, and its counts were updated.
    Here,
    /// It is not.
    NotHere,
}

/// The list of studies.
#[derive(Clone, Debug, Default)]
pub(crate) struct Studies {
    all: Vec<Study>,
    shown: Vec<usize>,
    /// Cursor and window over the visible rows.
    pub(crate) window: Window,
    /// The text typed after `/`.
    pub(crate) filter: String,
    /// The study type whose scores it compares, if it compares any.
    pub(crate) scores_of: Option<StudyType>,
    /// Why no study can match the filter.
    pub(crate) trouble: Option<String>,
    /// The sort column.
    pub(crate) column: Column,
    /// The sort direction.
    pub(crate) direction: Direction,
    /// Which studies it contains.
    pub(crate) saved_filter: SavedFilter,
    /// Whether it has arrived.
    pub(crate) arrival: Arrival,
    /// Marked studies.
    pub(crate) marked: BTreeSet<StudyId>,
    reports: BTreeMap<StudyId, Report>,
    /// The order in which reports were loaded, the latest last.
    reported: VecDeque<StudyId>,
    /// Why a report is not available.
    unreported: BTreeMap<StudyId, String>,
    /// The study under the cursor whose report was requested.
    pub(crate) looked_at: Option<StudyId>,
}

impl Studies {
    /// Replaces the list by the daemon's.
    pub(crate) fn replace(&mut self, all: Vec<Study>) {
        let selected = self.selected().map(|study| study.id);
        self.all = all;
        self.arrival = Arrival::Here;
        self.marked.retain(|id| self.all.iter().any(|study| study.id == *id));
        self.arrange();
        self.select(selected);
    }

    /// Updates one study.
    pub(crate) fn upsert(&mut self, study: Study) {
        let selected = self.selected().map(|study| study.id);
        match self.all.iter_mut().find(|known| known.id == study.id) {
            Some(known) => {
                // Only lists contain the headline; it is unchanged as long as the end of the study is.
                let is_same = known.completed_at == study.completed_at;
                let headline = known.headline.take().filter(|_| is_same);
                let headline = study.headline.clone().or(headline);
                *known = Study { headline, ..study };
            }
            None => self.all.insert(0, study),
        }
        self.arrange();
        self.select(selected);
    }

    /// Removes a deleted study with all cached data.
    pub(crate) fn remove(&mut self, id: StudyId) {
        let selected = self.selected().map(|study| study.id);
        self.all.retain(|study| study.id != id);
        self.marked.remove(&id);
        self.reports.remove(&id);
        self.arrange();
        self.select(selected);
    }

    /// Updates the counts of a study from an event.
    pub(crate) fn count(
        &mut self,
        id: StudyId,
        (panel, round): (PanelCounts, Option<RoundProgress>),
    ) -> Counted {
        let Some(study) = self.all.iter_mut().find(|known| known.id == id) else {
            return Counted::NotHere;
        };
        (study.panel, study.round) = (panel, round);
        if self.column == Column::Answers || !self.filter.is_empty() {
            let selected = self.selected().map(|study| study.id);
            self.arrange();
            self.select(selected);
        }
        Counted::Here
    }

    /// Caches a report. The oldest one is removed, but never that of the study under the cursor.
    pub(crate) fn keep_report(&mut self, report: Report) {
        let id = report.study.id;
        self.drop_report(id);
        self.reports.insert(id, report);
        self.reported.push_back(id);
        if self.reported.len() > REPORTS_MAX {
            let selected = self.selected().map(|study| study.id);
            let oldest = self.reported.iter().position(|id| Some(*id) != selected);
            if let Some(id) = oldest.and_then(|oldest| self.reported.remove(oldest)) {
                self.reports.remove(&id);
            }
        }
    }

    /// Drops an outdated report.
    pub(crate) fn drop_report(&mut self, id: StudyId) {
        self.reports.remove(&id);
        self.reported.retain(|known| *known != id);
        self.unreported.remove(&id);
    }

    /// Records why a report is not available.
    pub(crate) fn miss_report(&mut self, id: StudyId, why: String) {
        self.unreported.insert(id, why);
    }

    /// Why the report of a study is not available, if it was requested.
    pub(crate) fn why_unreported(&self, id: StudyId) -> Option<&str> {
        self.unreported.get(&id).map(String::as_str)
    }

    /// The report of a study, if it is cached.
    pub(crate) fn report(&self, id: StudyId) -> Option<&Report> {
        self.reports.get(&id)
    }

    /// A study by its id.
    pub(crate) fn get(&self, id: StudyId) -> Option<&Study> {
        self.all.iter().find(|study| study.id == id)
    }

    /// The study under the cursor.
    pub(crate) fn selected(&self) -> Option<&Study> {
        self.row(self.window.cursor)
    }

    /// The study of a row.
    pub(crate) fn row(&self, row: usize) -> Option<&Study> {
        self.shown.get(row).and_then(|index| self.all.get(*index))
    }

    /// Visible rows, and all rows.
    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.shown.len(), self.all.len())
    }

    /// Every study, for the palette.
    pub(crate) fn all(&self) -> &[Study] {
        &self.all
    }

    /// The marked studies, or the one under the cursor.
    pub(crate) fn targets(&self) -> Vec<StudyId> {
        if self.marked.is_empty() {
            return self.selected().map(|study| study.id).into_iter().collect();
        }
        self.marked.iter().copied().collect()
    }

    /// Moves the cursor to that study, if it is shown.
    pub(crate) fn select(&mut self, id: Option<StudyId>) {
        let row = id.and_then(|id| self.shown.iter().position(|index| self.all[*index].id == id));
        if let Some(row) = row {
            self.window.cursor = row;
        }
        self.window.cursor = self.window.cursor.min(self.shown.len().saturating_sub(1));
    }

    /// Filters and sorts again.
    pub(crate) fn arrange(&mut self) {
        let filter = Filter::read(&self.filter);
        let mut shown: Vec<usize> = (0..self.all.len())
            .filter(|index| {
                let study = &self.all[*index];
                filter.admits(study, self.main(study).map(|estimate| estimate.value))
            })
            .collect();
        self.scores_of = filter.scores_of();
        self.trouble = filter.trouble();
        shown.sort_by(|a, b| self.compare(&self.all[*a], &self.all[*b]));
        self.shown = shown;
    }

    fn compare(&self, a: &Study, b: &Study) -> Ordering {
        if self.column == Column::Score {
            return self.compare_scores(a, b).then_with(|| a.id.cmp(&b.id));
        }
        let by_column = match self.column {
            Column::Created => a.created_at.cmp(&b.created_at),
            Column::Name => b.name.to_lowercase().cmp(&a.name.to_lowercase()),
            Column::State => state_label(b.state).cmp(state_label(a.state)),
            Column::Score => Ordering::Equal,
            Column::Answers => a.panel.delivered.cmp(&b.panel.delivered),
        };
        self.directed(by_column).then_with(|| a.id.cmp(&b.id))
    }

    /// Scores of different study types cannot be compared: each type is a group. Studies without a score come last in
    /// either direction.
    fn compare_scores(&self, a: &Study, b: &Study) -> Ordering {
        let place = |study: &Study| StudyType::ALL.iter().position(|one| *one == study.instrument);
        match (self.main(a), self.main(b)) {
            (Some(one), Some(other)) => place(a)
                .cmp(&place(b))
                .then_with(|| self.directed(one.value.total_cmp(&other.value))),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        }
    }

    fn directed(&self, order: Ordering) -> Ordering {
        match self.direction {
            Direction::Falling => order.reverse(),
            Direction::Rising => order,
        }
    }

    /// The main estimate of a study. Daemons that do not send it with the list send it with the report.
    pub(crate) fn main<'a>(&'a self, study: &'a Study) -> Option<&'a Estimate> {
        let field = kinds::view(study.instrument).main?.field;
        if let Some(headline) = &study.headline {
            return (headline.of == field).then_some(&headline.estimate);
        }
        self.report(study.id)?.found()?.estimates.get(field)
    }
}
