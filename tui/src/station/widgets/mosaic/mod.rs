//! Mosaic of the panel: one dot for each respondent, coloured by score, grey while there is no answer. Arranged by
//! score, the dots form a histogram; when respondents outnumber dots, a dot is the mean of its neighbours.

mod geometry;
mod paint;

pub(crate) use geometry::{Geometry, Steer};
pub(crate) use paint::label;

use ratatui::layout::Rect;

use crate::station::widgets::canvas::Canvas;

/// No outcome yet.
pub(crate) const PENDING: u8 = 0;
/// An outcome without a score.
pub(crate) const NO_SCORE: u8 = 255;
/// An outcome whose answer is not loaded yet: it is shown as unknown.
pub(crate) const UNREAD: u8 = 254;

/// The arrangement of respondents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Arrangement {
    /// In panel order.
    #[default]
    Asked,
    /// By score: a column for each score.
    ByScore,
}

/// A panel to draw.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mosaic<'a> {
    /// One byte for each respondent: the score plus one, [`PENDING`], [`UNREAD`] or [`NO_SCORE`].
    pub(crate) scores: &'a [u8],
    /// The first and the last score.
    pub(crate) scale: (i32, i32),
    /// The text of a score.
    pub(crate) label: fn(i32) -> String,
    /// Columns of the longest label: where it does not fit, no labels are written.
    pub(crate) label_width: u16,
    /// The arrangement of respondents.
    pub(crate) arrangement: Arrangement,
    /// The respondent under the cursor.
    pub(crate) cursor: Option<usize>,
}

/// The content of one dot.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Dot {
    Pending,
    Unread,
    Failed,
    /// The position on the scale, 0 to 1.
    Score(f64),
}

impl Mosaic<'_> {
    /// The positions of all respondents in that area.
    pub(crate) fn geometry(&self, area: Rect, halves: bool) -> Geometry {
        match self.arrangement {
            Arrangement::Asked => Geometry::grid(self.scores.len(), area, halves),
            Arrangement::ByScore => Geometry::columns(self.scores, self.scale, area),
        }
    }

    /// Draws all respondents in that area.
    pub(crate) fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, geometry: &Geometry) {
        if area.width == 0 || area.height == 0 || self.scores.is_empty() {
            return;
        }
        match geometry {
            Geometry::Grid(grid) => self.draw_grid(canvas, area, grid),
            Geometry::Columns(columns) => self.draw_columns(canvas, area, columns),
        }
    }

    /// The mean of some respondents.
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
