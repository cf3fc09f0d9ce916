//! A chart as inline SVG: one row a number, its label on the left, the drawing on one scale, the number on the right. The
//! same numbers stand in the text of the drawing, so nothing is lost to somebody who cannot see it.

use std::fmt::Write as _;

use super::super::document::{Chart, Shape};
use super::escape;

/// Width of the drawing in its own units, of the labels, and of the numbers.
const WIDTH: f64 = 720.0;
const LABELS: f64 = 200.0;
const NUMBERS: f64 = 240.0;
/// Height of a row.
const ROW: f64 = 26.0;
/// Letters of a label that fit.
const LABEL_LETTERS: usize = 28;

/// Draws it.
pub(super) fn draw(chart: &Chart) -> String {
    let height = ROW * chart.rows.len() as f64 + 8.0;
    let mut out = String::new();
    let caption = escape(&chart.caption);
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        "<figure class=\"chart\"><figcaption>{caption}</figcaption>\n\
         <svg viewBox=\"0 0 {WIDTH:.0} {height:.0}\" role=\"img\" aria-label=\"{caption}\">\n"
    );
    let zero = (chart.low < 0.0 && chart.high > 0.0).then(|| x(chart, 0.0));
    if let Some(zero) = zero {
        let _ = writeln!(
            out,
            "<line class=\"zero\" x1=\"{zero:.1}\" y1=\"0\" x2=\"{zero:.1}\" y2=\"{height:.1}\"/>"
        );
    }
    for (place, row) in chart.rows.iter().enumerate() {
        let middle = ROW * place as f64 + ROW / 2.0 + 4.0;
        let at = x(chart, row.value);
        let left = x(chart, chart.low);
        let _ = writeln!(
            out,
            "<text class=\"label\" x=\"{:.1}\" y=\"{:.1}\">{}<title>{}</title></text>",
            LABELS - 12.0,
            middle + 4.5,
            escape(&short(&row.label)),
            escape(&row.label)
        );
        let _ = writeln!(
            out,
            "<line class=\"track\" x1=\"{left:.1}\" y1=\"{middle:.1}\" x2=\"{:.1}\" y2=\"{middle:.1}\"/>",
            x(chart, chart.high)
        );
        if chart.shape == Shape::Bar {
            let _ = writeln!(
                out,
                "<rect class=\"bar\" x=\"{left:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"12\"/>",
                middle - 6.0,
                (at - left).max(0.0)
            );
        }
        if let Some((low, high)) = row.interval {
            let (from, to) = (x(chart, low), x(chart, high));
            let _ = writeln!(
                out,
                "<path class=\"whisker\" d=\"M{from:.1} {:.1}V{:.1}M{to:.1} {:.1}V{:.1}M{from:.1} {middle:.1}H{to:.1}\"/>",
                middle - 4.0,
                middle + 4.0,
                middle - 4.0,
                middle + 4.0
            );
        }
        if chart.shape == Shape::Dot {
            let _ =
                writeln!(out, "<circle class=\"dot\" cx=\"{at:.1}\" cy=\"{middle:.1}\" r=\"5\"/>");
        }
        let _ = writeln!(
            out,
            "<text class=\"value\" x=\"{:.1}\" y=\"{:.1}\">{}</text>\n<text class=\"remark\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            WIDTH - NUMBERS + 52.0,
            middle + 4.5,
            escape(&row.text),
            WIDTH - NUMBERS + 60.0,
            middle + 4.5,
            escape(&row.remark)
        );
    }
    out.push_str("</svg></figure>");
    out
}

/// Where a value stands; what lies outside the scale stands at its end.
fn x(chart: &Chart, value: f64) -> f64 {
    let span = chart.high - chart.low;
    let share = if span > 0.0 { ((value - chart.low) / span).clamp(0.0, 1.0) } else { 0.0 };
    LABELS + share * (WIDTH - LABELS - NUMBERS)
}

fn short(label: &str) -> String {
    if label.chars().count() <= LABEL_LETTERS {
        return label.to_owned();
    }
    let mut short: String = label.chars().take(LABEL_LETTERS - 1).collect();
    short.push('…');
    short
}
