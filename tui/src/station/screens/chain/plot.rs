//! The plot of the score for each version: upright whiskers on one scale, and the target as a line.

use protocol::results::Results;
use ratatui::layout::Rect;

use super::versions::{scale, widest};
use crate::kinds;
use crate::station::model::chain::Version;
use crate::station::symbols::Focus;
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, Caption};
use crate::station::widgets::format::number;

/// Columns of the numbers at the axis.
const AXIS: u16 = 6;
/// Rows between two numbers at the axis.
const TICKS: u16 = 2;
/// The largest distance between two versions.
const STEP_MAX: u16 = 12;

/// Draws the plot.
pub(super) fn draw(
    results: &Results,
    versions: &[Version<'_>],
    chosen: usize,
    canvas: &mut Canvas<'_>,
    area: Rect,
) {
    let iterations = kinds::found(&results.outcomes).iterations;
    let target = iterations.and_then(|iterations| iterations.target_score);
    let (title, count) = match iterations {
        Some(_) => ("Score per round", "whiskers: 95%"),
        None => ("Score per version", "predicted"),
    };
    let inner = canvas.pane(area, Caption { title, count, foot: "" }, Focus::Elsewhere);
    if inner.height < 4 || inner.width < AXIS + 4 {
        return;
    }
    let (low, high) = scale(versions);
    let high = target.map_or(high, |target| high.max(target));
    let low = target.map_or(low, |target| low.min(target));
    let glyphs = canvas.glyphs();
    let plot = Rect {
        x: inner.x + AXIS + 1,
        width: inner.width.saturating_sub(AXIS + 2),
        height: inner.height - 1,
        ..inner
    };
    let row = |value: f64| plot.y + row(value, (low, high), plot.height);
    for step in (0..plot.height).step_by(usize::from(TICKS)) {
        let value = high - (high - low) * f64::from(step) / f64::from(plot.height - 1);
        let y = plot.y + step;
        canvas.right(inner.x, y, AXIS - 1, &number(value, 1, glyphs), Role::Dim);
    }
    let [.., vertical] = glyphs.frame(Focus::Elsewhere);
    for y in plot.top()..plot.bottom() {
        canvas.text(inner.x + AXIS, y, 1, vertical, Role::Border);
    }
    if let Some(target) = target {
        let y = row(target);
        let word = " target";
        let line = glyphs.dashed().repeat(usize::from(plot.width.saturating_sub(7)));
        let end = canvas.text(plot.x, y, plot.width, &line, Role::Warning);
        canvas.text(end, y, plot.right().saturating_sub(end), word, Role::Warning);
    }
    let count = u16::try_from(versions.len()).unwrap_or(u16::MAX).max(1);
    let step = (plot.width / count).clamp(1, STEP_MAX);
    for (place, version) in versions.iter().enumerate() {
        let x = plot.x + step / 2 + u16::try_from(place).unwrap_or(u16::MAX).saturating_mul(step);
        if x >= plot.right() {
            break;
        }
        let is_chosen = place == chosen;
        if let Some((low, high)) = version.interval {
            for y in row(high)..=row(low) {
                canvas.text(x, y, 1, glyphs.upright(), Role::Dim);
            }
        }
        let role = if is_chosen { Role::Strong } else { Role::Accent };
        canvas.text(x, row(version.score), 1, glyphs.whisker_point(), role);
        let role = if is_chosen { Role::Strong } else { Role::Dim };
        let room = plot.right().saturating_sub(x).min(widest(versions));
        canvas.text(x, inner.bottom() - 1, room, &version.label, role);
    }
}

/// The row of a value from the top.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the place is clamped to a screen's height"
)]
fn row(value: f64, (low, high): (f64, f64), height: u16) -> u16 {
    let place = if high > low { (high - value) / (high - low) } else { 0.5 };
    (place.clamp(0.0, 1.0) * f64::from(height.saturating_sub(1))).round() as u16
}
