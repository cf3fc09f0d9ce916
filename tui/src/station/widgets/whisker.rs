//! Whisker plot: an estimate with its interval on a scale, `├─●─┤`. It accompanies every mean, so that none looks more
//! precise than it is.

use ratatui::layout::Rect;

use crate::station::theme::Role;
use crate::station::widgets::canvas::Canvas;

/// A whisker plot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Whisker {
    /// The estimate.
    pub(crate) value: f64,
    /// Its interval, if it has one.
    pub(crate) interval: Option<(f64, f64)>,
    /// Both ends of the scale.
    pub(crate) scale: (f64, f64),
    /// The colour role of the estimate.
    pub(crate) role: Role,
}

/// The column of a value on a scale of that many cells.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the place is clamped to a screen's width"
)]
fn column((low, high): (f64, f64), value: f64, width: u16) -> u16 {
    let place = if high > low { (value - low) / (high - low) } else { 0.5 };
    (place.clamp(0.0, 1.0) * f64::from(width.saturating_sub(1))).round() as u16
}

/// Draws a range without an estimate over the first row of an area: `├────┤`.
pub(crate) fn range(
    canvas: &mut Canvas<'_>,
    area: Rect,
    (low, high): (f64, f64),
    scale: (f64, f64),
) {
    if area.width == 0 || area.height == 0 || !low.is_finite() || !high.is_finite() {
        return;
    }
    let glyphs = canvas.glyphs();
    let (left, right) = (column(scale, low, area.width), column(scale, high, area.width));
    for at in left..=right {
        let glyph = match at {
            at if at == left => glyphs.whisker_left(),
            at if at == right => glyphs.whisker_right(),
            _ => glyphs.whisker_line(),
        };
        canvas.text(area.x + at, area.y, 1, glyph, Role::Dim);
    }
}

impl Whisker {
    fn column(&self, value: f64, width: u16) -> u16 {
        column(self.scale, value, width)
    }

    /// Draws the plot over the first row of an area.
    pub(crate) fn draw(&self, canvas: &mut Canvas<'_>, area: Rect) {
        if area.width == 0 || area.height == 0 || !self.value.is_finite() {
            return;
        }
        let glyphs = canvas.glyphs();
        let at = |column: u16| area.x + column;
        let point = self.column(self.value, area.width);
        if let Some((low, high)) = self.interval {
            let (left, right) = (self.column(low, area.width), self.column(high, area.width));
            for column in left..=right {
                canvas.text(at(column), area.y, 1, glyphs.whisker_line(), Role::Dim);
            }
            if left < point {
                canvas.text(at(left), area.y, 1, glyphs.whisker_left(), Role::Dim);
            }
            if right > point {
                canvas.text(at(right), area.y, 1, glyphs.whisker_right(), Role::Dim);
            }
        }
        canvas.text(at(point), area.y, 1, glyphs.whisker_point(), self.role);
    }
}
