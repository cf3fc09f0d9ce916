//! Dimensions view of a content review: the overall score and each dimension with its interval on one scale, what the one
//! under the cursor means, and what the experts would change.

use protocol::results::{Estimate, Results};
use protocol::review::Dimension;
use protocol::run::Study;
use ratatui::layout::Rect;

use crate::kinds::{self, Metric};
use crate::station::model::Model;
use crate::station::model::results::Pane;
use crate::station::symbols::Glyphs;
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, columns, wrap};
use crate::station::widgets::whisker::Whisker;

/// Columns of the label, the value and the interval.
const COLUMNS: [u16; 3] = [19, 5, 14];
/// The field of a dimension begins so.
const DIMENSION: &str = "dimension.";

/// One entry: a number, or a suggestion.
pub(super) enum DimensionRow<'a> {
    /// A metric with its estimate.
    Number(&'static Metric, &'a Estimate),
    /// What to change, and why.
    Suggestion(String, &'a str),
}

/// The entries, in order.
pub(super) fn rows<'a>(study: &Study, results: &'a Results) -> Vec<DimensionRow<'a>> {
    let metrics = kinds::view(study.instrument).headline.iter();
    let numbers = metrics.filter_map(|metric| {
        results.estimates.get(metric.field).map(|estimate| DimensionRow::Number(metric, estimate))
    });
    let suggestions = kinds::found(&results.outcomes).suggestions.iter().map(|one| {
        let text = format!("{} {}: {}", one.priority, one.dimension, one.suggestion);
        DimensionRow::Suggestion(text, &one.rationale)
    });
    numbers.chain(suggestions).collect()
}

impl DimensionRow<'_> {
    /// The entry as text to copy.
    pub(super) fn as_text(&self) -> String {
        match self {
            Self::Number(metric, estimate) => {
                let interval = interval(metric, estimate);
                format!("{}: {} {interval}", metric.words(), metric.show(estimate.value))
            }
            Self::Suggestion(text, why) => format!("{text} {why}"),
        }
    }

    /// Its lines at that width; of a number what it means, where the cursor is on it.
    fn lines(&self, width: u16, has_cursor: bool, glyphs: Glyphs) -> Vec<(String, Role)> {
        let told = match self {
            Self::Number(metric, _) if has_cursor => {
                definition(metric).map(|text| (text, Role::Dim)).into_iter().collect()
            }
            Self::Number(..) => Vec::new(),
            Self::Suggestion(text, why) if has_cursor => {
                vec![(text.as_str(), Role::Text), (*why, Role::Dim)]
            }
            Self::Suggestion(text, _) => vec![(text.as_str(), Role::Text)],
        };
        told.into_iter()
            .flat_map(|(text, role)| {
                let lines = wrap(&glyphs.plain(text), width);
                lines.into_iter().map(move |line| (line, role))
            })
            .collect()
    }

    fn height(&self, width: u16, has_cursor: bool, glyphs: Glyphs) -> u16 {
        let lines = u16::try_from(self.lines(width, has_cursor, glyphs).len()).unwrap_or(u16::MAX);
        match self {
            Self::Number(..) => lines.saturating_add(1),
            Self::Suggestion(..) => lines.max(1),
        }
    }
}

/// What a high score means.
fn definition(metric: &Metric) -> Option<&'static str> {
    let word = metric.field.strip_prefix(DIMENSION)?;
    Dimension::ALL.iter().find(|one| one.as_str() == word).map(|one| one.definition())
}

fn interval(metric: &Metric, estimate: &Estimate) -> String {
    estimate.low.zip(estimate.high).map_or_else(String::new, |(low, high)| {
        format!("[{}, {}]", metric.show(low), metric.show(high))
    })
}

/// Draws the entries around the cursor.
pub(super) fn draw(
    model: &Model,
    study: &Study,
    results: &Results,
    canvas: &mut Canvas<'_>,
    area: Rect,
) {
    let view = &model.open_study.results;
    let rows = rows(study, results);
    let glyphs = canvas.glyphs();
    let width = area.width.saturating_sub(3);
    let cursor = view.main.cursor.min(rows.len().saturating_sub(1));
    let height =
        |row: usize| rows.get(row).map_or(1, |one| one.height(width, row == cursor, glyphs));
    let (first, _) = view.main.tall(rows.len(), area.height, height);
    let mut y = area.y;
    for (place, row) in rows.iter().enumerate().skip(first) {
        let tall = height(place).min(area.bottom().saturating_sub(y));
        if tall == 0 {
            return;
        }
        let mut at = y;
        if let DimensionRow::Number(metric, estimate) = row {
            number(metric, estimate, canvas, Rect::new(area.x + 1, at, width + 1, 1));
            at += 1;
        }
        for (line, role) in row.lines(width, place == cursor, glyphs) {
            if at < y + tall {
                canvas.text(area.x + 2, at, width, &line, role);
            }
            at += 1;
        }
        if view.pane == Pane::Main && place == cursor {
            canvas.tint(Rect::new(area.x, y, area.width, tall), Role::Selected);
        }
        y += tall;
    }
}

fn number(metric: &Metric, estimate: &Estimate, canvas: &mut Canvas<'_>, line: Rect) {
    let [label, value, interval_width] = COLUMNS;
    canvas.cut(line.x, line.y, label - 1, metric.words(), Role::Text);
    let x = line.x + label;
    canvas.right(x, line.y, value, &metric.show(estimate.value), Role::Strong);
    let x = x + value + 1;
    let shown = interval(metric, estimate);
    let room = interval_width.max(columns(&shown) + 1);
    canvas.text(x, line.y, interval_width, &shown, Role::Dim);
    let picture = Rect::new(x + room, line.y, line.right().saturating_sub(x + room), 1);
    let whisker = Whisker {
        value: estimate.value,
        interval: estimate.low.zip(estimate.high),
        scale: metric.range,
        role: Role::Accent,
    };
    whisker.draw(canvas, picture);
}
