//! Bars, columns and sparklines from block glyphs: a share is drawn in cells and eighths of a cell.

use ratatui::style::Style;

use crate::station::symbols::Glyphs;
use crate::station::theme::step;
use crate::station::widgets::canvas::Canvas;

/// The bar of a share (0 to 1) in that many cells, as text.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a screen's width is small and not negative"
)]
pub(crate) fn bar(share: f64, width: u16, glyphs: Glyphs) -> String {
    let eighths = (share.clamp(0.0, 1.0) * f64::from(width) * 8.0).round() as usize;
    let mut text = glyphs.full().repeat(eighths / 8);
    text.push_str(glyphs.eighths()[eighths % 8]);
    text
}

impl Canvas<'_> {
    /// Draws the bar of a share (0 to 1).
    pub(crate) fn bar(&mut self, x: u16, y: u16, width: u16, share: f64, style: Style) {
        let text = bar(share, width, self.glyphs());
        self.put(x, y, width, &text, style);
    }
}

/// One column for each value, with heights relative to the largest; the latest values if there are more than cells.
pub(crate) fn sparkline(values: &[u64], width: u16, glyphs: Glyphs) -> String {
    let latest = &values[values.len().saturating_sub(usize::from(width))..];
    let most = latest.iter().copied().max().unwrap_or(0).max(1);
    let heights = glyphs.heights();
    latest
        .iter()
        .map(|value| match value {
            0 if glyphs == Glyphs::Unicode => " ",
            value => heights[step(*value as f64 / most as f64, heights.len())],
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_grows_by_eighths() {
        assert_eq!(bar(0.0, 4, Glyphs::Unicode), "");
        assert_eq!(bar(0.5, 4, Glyphs::Unicode), "██");
        assert_eq!(bar(0.53, 4, Glyphs::Unicode), "██▏");
        assert_eq!(bar(7.0, 4, Glyphs::Unicode), "████");
        assert_eq!(bar(0.5, 4, Glyphs::Ascii), "##");
    }

    #[test]
    fn a_sparkline_shows_the_latest_values() {
        assert_eq!(sparkline(&[9, 0, 4, 8], 3, Glyphs::Unicode), " ▅█");
        assert_eq!(sparkline(&[0, 9], 3, Glyphs::Ascii), "09");
        assert_eq!(sparkline(&[], 3, Glyphs::Ascii), "");
    }
}
