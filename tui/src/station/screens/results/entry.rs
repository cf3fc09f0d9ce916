//! Page of entries: headings, sentences, and numbers with their interval and its plot. The cursor moves from entry to
//! entry, however many lines each takes.

use ratatui::layout::Rect;

use crate::station::model::Model;
use crate::station::model::results::{Drill, Pane};
use crate::station::symbols::Glyphs;
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, columns, wrap};
use crate::station::widgets::whisker::{self, Whisker};

/// The width from which on numbers are in columns.
const COLUMNS_FROM: u16 = 66;
/// Columns of the value and of the remark next to it.
const VALUE: u16 = 8;
const BESIDE: u16 = 26;
/// Columns of a plot, at least.
const PICTURE_MIN: u16 = 8;

/// The plot of a number.
#[derive(Clone, Copy, Debug)]
pub(super) enum Picture {
    /// An estimate with its interval on its scale.
    Estimate(Whisker),
    /// A range on a scale.
    Range((f64, f64), (f64, f64)),
}

/// The content of an entry.
#[derive(Clone, Debug)]
pub(super) enum Says {
    /// A heading for the entries after it.
    Heading(String),
    /// Sentences.
    Text(String, Role),
    /// A number, a remark next to it, and its plot.
    Number { label: String, value: String, beside: String, picture: Option<Picture> },
}

/// One entry.
#[derive(Clone, Debug)]
pub(super) struct FindingEntry {
    pub(super) says: Says,
    /// The answers behind it, if there are any.
    pub(super) behind: Option<Drill>,
}

impl FindingEntry {
    pub(super) fn heading(text: impl Into<String>) -> Self {
        Self { says: Says::Heading(text.into()), behind: None }
    }

    pub(super) fn sentence(text: impl Into<String>, role: Role) -> Self {
        Self { says: Says::Text(text.into(), role), behind: None }
    }

    pub(super) fn number(
        label: impl Into<String>,
        value: impl Into<String>,
        beside: impl Into<String>,
        picture: Option<Picture>,
    ) -> Self {
        let (label, value, beside) = (label.into(), value.into(), beside.into());
        Self { says: Says::Number { label, value, beside, picture }, behind: None }
    }

    /// The same entry with the answers behind it.
    pub(super) fn with(self, behind: Drill) -> Self {
        Self { behind: Some(behind), ..self }
    }

    /// The entry as one line of text.
    pub(super) fn text(&self) -> String {
        match &self.says {
            Says::Heading(text) | Says::Text(text, _) => text.clone(),
            Says::Number { label, value, beside, .. } => {
                // The remark of a number in columns follows it in brackets when written as a line.
                let beside = match (value.as_str(), beside.starts_with('(') || beside.is_empty()) {
                    ("", _) => beside.clone(),
                    (value, true) => format!("{value} {beside}"),
                    (value, false) => format!("{value} ({beside})"),
                };
                format!("{label}: {}", beside.trim_end())
            }
        }
    }

    /// Its lines at that width, where it is not in columns.
    fn lines(&self, width: u16, glyphs: Glyphs) -> Vec<(String, Role)> {
        let (indent, role) = match &self.says {
            Says::Heading(_) => ("", Role::Strong),
            Says::Text(_, role) => ("  ", *role),
            Says::Number { .. } => ("  ", Role::Text),
        };
        let text = glyphs.plain(&self.text());
        let room = width.saturating_sub(columns(indent));
        wrap(&text, room).into_iter().map(|line| (format!("{indent}{line}"), role)).collect()
    }

    /// Whether it is in columns at that width.
    fn is_tabular(&self, width: u16) -> bool {
        match &self.says {
            Says::Number { label, value, beside, .. } => {
                width >= COLUMNS_FROM
                    && columns(label) < label_width(width)
                    && columns(value) <= VALUE
                    && columns(beside) <= BESIDE
            }
            Says::Heading(_) | Says::Text(..) => false,
        }
    }

    fn height(&self, width: u16, glyphs: Glyphs) -> u16 {
        if self.is_tabular(width) {
            return 1;
        }
        u16::try_from(self.lines(width, glyphs).len()).unwrap_or(u16::MAX).max(1)
    }
}

/// Columns of the labels, leaving room for a plot.
fn label_width(width: u16) -> u16 {
    width.saturating_sub(VALUE + BESIDE + PICTURE_MIN + 6).clamp(26, 36)
}

/// Draws the entries around the cursor.
pub(super) fn draw(model: &Model, entries: &[FindingEntry], canvas: &mut Canvas<'_>, area: Rect) {
    let view = &model.open_study.results;
    let glyphs = canvas.glyphs();
    let width = area.width.saturating_sub(2);
    let height = |row: usize| entries.get(row).map_or(1, |entry| entry.height(width, glyphs));
    let (first, _) = view.main.tall(entries.len(), area.height, height);
    let mut y = area.y;
    for (row, entry) in entries.iter().enumerate().skip(first) {
        let tall = entry.height(width, glyphs).min(area.bottom().saturating_sub(y));
        if tall == 0 {
            return;
        }
        let line = Rect::new(area.x + 1, y, width, tall);
        if entry.is_tabular(width) {
            tabular(entry, canvas, line);
        } else {
            for (y, (text, role)) in (y..y + tall).zip(entry.lines(width, glyphs)) {
                canvas.text(line.x, y, width, &text, role);
            }
        }
        if view.pane == Pane::Main && row == view.main.cursor {
            canvas.tint(Rect { x: area.x, width: area.width, ..line }, Role::Selected);
        }
        y += tall;
    }
}

fn tabular(entry: &FindingEntry, canvas: &mut Canvas<'_>, line: Rect) {
    let Says::Number { label, value, beside, picture } = &entry.says else { return };
    let glyphs = canvas.glyphs();
    let wide = label_width(line.width);
    canvas.cut(line.x + 2, line.y, wide.saturating_sub(1), &glyphs.plain(label), Role::Text);
    let x = line.x + 2 + wide;
    canvas.right(x, line.y, VALUE, &glyphs.plain(value), Role::Strong);
    canvas.cut(x + VALUE + 2, line.y, BESIDE, &glyphs.plain(beside), Role::Dim);
    let x = x + VALUE + 2 + BESIDE;
    let room = Rect::new(x, line.y, line.right().saturating_sub(x), 1);
    if room.width < PICTURE_MIN {
        return;
    }
    match picture {
        Some(Picture::Estimate(whisker)) => whisker.draw(canvas, room),
        Some(Picture::Range(range, scale)) => whisker::range(canvas, room, *range, *scale),
        None => {}
    }
}
