//! The panel as a picture: one dot a person, coloured by score, grey while nobody has answered. The same dots arranged by
//! score stand in columns and are a histogram; where people outnumber dots, a dot is the mean of its neighbours.

mod geometry;
mod paint;

pub(crate) use geometry::{Geometry, Steer};
pub(crate) use paint::label;

use ratatui::layout::Rect;

use crate::station::widgets::canvas::Canvas;

/// No outcome yet.
pub(crate) const PENDING: u8 = 0;
/// An outcome that is no score.
pub(crate) const NO_SCORE: u8 = 255;
/// An outcome whose answer has not been loaded: what it is cannot be told yet, and nothing stands in for it.
pub(crate) const UNREAD: u8 = 254;

/// How people are arranged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Arrangement {
    /// As they were asked.
    #[default]
    Asked,
    /// By score: every score has a column.
    ByScore,
}

/// A panel to draw.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mosaic<'a> {
    /// One byte a person: the score plus one, [`PENDING`], [`UNREAD`] or [`NO_SCORE`].
    pub(crate) scores: &'a [u8],
    /// The first and the last score.
    pub(crate) scale: (i32, i32),
    /// How a score reads.
    pub(crate) label: fn(i32) -> String,
    /// Columns that the longest of them takes: where it does not fit, none is written.
    pub(crate) label_width: u16,
    /// How people are arranged.
    pub(crate) arrangement: Arrangement,
    /// Who is under the cursor.
    pub(crate) cursor: Option<usize>,
}

/// What one dot shows.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Dot {
    Pending,
    Unread,
    Failed,
    /// How far up the scale, 0 to 1.
    Score(f64),
}

impl Mosaic<'_> {
    /// Where everybody stands in that area.
    pub(crate) fn geometry(&self, area: Rect, halves: bool) -> Geometry {
        match self.arrangement {
            Arrangement::Asked => Geometry::grid(self.scores.len(), area, halves),
            Arrangement::ByScore => Geometry::columns(self.scores, self.scale, area),
        }
    }

    /// Draws everybody where they stand in that area.
    pub(crate) fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, geometry: &Geometry) {
        if area.width == 0 || area.height == 0 || self.scores.is_empty() {
            return;
        }
        match geometry {
            Geometry::Grid(grid) => self.draw_grid(canvas, area, grid),
            Geometry::Columns(columns) => self.draw_columns(canvas, area, columns),
        }
    }

    /// The mean of some people.
    fn dot(&self, people: impl Iterator<Item = usize>) -> Dot {
        let (low, high) = self.scale;
        let (mut sum, mut answered, mut failed, mut unread) = (0i64, 0i64, 0, 0);
        for person in people {
            match self.scores.get(person).copied().unwrap_or(PENDING) {
                PENDING => {}
                NO_SCORE => failed += 1,
                UNREAD => unread += 1,
                score => {
                    sum += i64::from(score) - 1;
                    answered += 1;
                }
            }
        }
        if answered == 0 {
            return match (unread, failed) {
                (0, 0) => Dot::Pending,
                (0, _) => Dot::Failed,
                _ => Dot::Unread,
            };
        }
        let range = f64::from((high - low).max(1));
        Dot::Score((sum as f64 / answered as f64 - f64::from(low)) / range)
    }
}

#[cfg(test)]
mod tests;
