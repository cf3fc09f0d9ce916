//! Comparison view of two variants: the preference shares with their intervals, the difference and whether it excludes
//! zero, and the scores. Enter opens the answers of respondents who preferred a variant.

use protocol::results::Results;
use protocol::run::Study;
use ratatui::layout::Rect;

use super::{scores, segments};
use crate::kinds::{self, Reading};
use crate::station::model::Model;
use crate::station::model::results::Pane;
use crate::station::symbols::Glyphs;
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, wrap};
use crate::station::widgets::format::{difference, number, thousands};
use crate::station::widgets::whisker::Whisker;

/// The number of remaining lines from which on the segments are shown below.
const SEGMENTS_FROM: u16 = 8;

/// Columns of the names, of the estimate and of its interval.
const COLUMNS: [u16; 3] = [16, 7, 16];

/// A value with its digits; a difference with its sign.
fn show(value: f64, reading: Reading, glyphs: Glyphs) -> String {
    if reading.is_difference() {
        difference(value, reading.decimals(), glyphs)
    } else {
        number(value, reading.decimals(), glyphs)
    }
}

/// A row with its interval.
pub(super) fn as_text(
    study: &Study,
    results: &Results,
    row: usize,
    glyphs: Glyphs,
) -> Option<String> {
    let against = kinds::view(study.instrument).against.get(row)?;
    let (label, reading) = (against.label, against.reading);
    let estimate = results.estimates.get(against.field)?;
    let show = |value| show(value, reading, glyphs);
    let unit = if reading == Reading::Share { "%" } else { "" };
    let interval = match (estimate.low, estimate.high) {
        (Some(low), Some(high)) => format!(" [{}, {}]", show(low), show(high)),
        _ => String::new(),
    };
    let label = label.replace('\u{2212}', glyphs.minus());
    Some(format!("{label}: {}{unit}{interval}, n={}", show(estimate.value), thousands(estimate.n)))
}

/// Draws the rows, the winner, and the conclusions.
pub(super) fn draw(
    model: &Model,
    study: &Study,
    results: &Results,
    canvas: &mut Canvas<'_>,
    area: Rect,
) {
    let mut y = area.y;
    let mut reading_before = None;
    for (index, against) in kinds::view(study.instrument).against.iter().enumerate() {
        let reading = against.reading;
        let Some(estimate) = results.estimates.get(against.field) else { continue };
        // Each unit has its own scale, so it gets its own axis line where there is room.
        if reading_before.is_some_and(|before| before != reading) && area.height > 14 {
            y += 1;
        }
        reading_before = Some(reading);
        if y >= area.bottom() {
            return;
        }
        row(canvas, Rect::new(area.x, y, area.width, 1), against, estimate);
        let view = &model.open_study.results;
        if view.pane == Pane::Main && index == view.main.cursor {
            canvas.tint(Rect::new(area.x, y, area.width, 1), Role::Selected);
        }
        y += 1;
    }
    y += u16::from(area.height > 14);
    if y < area.bottom() {
        split(study, results, canvas, Rect::new(area.x + 1, y, area.width.saturating_sub(2), 1));
        y += 1 + u16::from(area.height > 14);
    }
    let width = area.width.saturating_sub(2);
    for line in results.conclusions.iter().flat_map(|conclusion| wrap(conclusion, width)) {
        if y >= area.bottom() {
            return;
        }
        canvas.text(area.x + 1, y, width, &line, Role::Text);
        y += 1;
    }
    let rest = Rect { y: y + 1, height: area.bottom().saturating_sub(y + 1), ..area };
    if rest.height >= SEGMENTS_FROM {
        segments::draw(model, study, canvas, rest);
    }
}

fn row(
    canvas: &mut Canvas<'_>,
    line: Rect,
    against: &kinds::Against,
    estimate: &protocol::results::Estimate,
) {
    let reading = against.reading;
    let glyphs = canvas.glyphs();
    let [name, value, interval] = COLUMNS;
    let show = |value| show(value, reading, glyphs);
    let unit = if reading == Reading::Share { "%" } else { "" };
    let label = against.label.replace('\u{2212}', glyphs.minus());
    canvas.cut(line.x + 1, line.y, name, &label, Role::Dim);
    let shown = format!("{}{unit}", show(estimate.value));
    canvas.right(line.x + 1 + name, line.y, value, &shown, Role::Strong);
    let bounds = estimate.low.zip(estimate.high);
    if let Some((low, high)) = bounds {
        let text = format!("{} to {}", show(low), show(high));
        canvas.right(line.x + 1 + name + value, line.y, interval, &text, Role::Text);
    }
    let x = line.x + name + value + interval + 3;
    let picture = Rect::new(x, line.y, line.right().saturating_sub(x + 1), 1);
    let excludes_zero = bounds.is_some_and(|(low, high)| low > 0.0 || high < 0.0);
    let role = match (reading.is_difference(), excludes_zero) {
        (true, false) => Role::Dim,
        _ => Role::Accent,
    };
    let whisker = Whisker { value: estimate.value, interval: bounds, scale: reading.range(), role };
    let (low, high) = reading.range();
    if picture.width > 30 {
        let ends = [low, high].map(|end| number(end, 0, glyphs));
        canvas.text(picture.x, line.y, picture.width, &ends[0], Role::Border);
        canvas.right(picture.x, line.y, picture.width, &ends[1], Role::Border);
    }
    if reading.is_difference() {
        let middle = picture.x + picture.width.saturating_sub(1) / 2;
        canvas.text(middle, line.y, 1, glyphs.dot(), Role::Border);
    }
    whisker.draw(canvas, picture);
}

/// The preferences of all respondents as one bar, with the winner.
fn split(study: &Study, results: &Results, canvas: &mut Canvas<'_>, line: Rect) {
    let found = kinds::found(&results.outcomes);
    let Some(verdict) = found.verdict else { return };
    let n = format!("n={}", thousands(u64::from(study.panel.delivered)));
    let text = format!("{verdict}  ");
    let end = canvas.text(line.x, line.y, line.width, &text, Role::Strong);
    let end = canvas.text(end, line.y, line.right().saturating_sub(end), &n, Role::Dim) + 2;
    let width = line.right().saturating_sub(end);
    if width < 12 {
        return;
    }
    let glyphs = canvas.glyphs();
    let shades = glyphs.shades();
    let mut x = end;
    let mut sum = 0.0;
    for (share, fill) in found.shares.into_iter().zip([shades[3], shades[0], shades[1]]) {
        sum += share.percent;
        let until = end + cells(sum / 100.0, width);
        let length = until.saturating_sub(x);
        let style = scores::style_of(study, share, canvas);
        canvas.put(x, line.y, length, &fill.repeat(usize::from(length)), style);
        x = until;
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a line, clamped to it"
)]
fn cells(share: f64, width: u16) -> u16 {
    (share.clamp(0.0, 1.0) * f64::from(width)).round() as u16
}
