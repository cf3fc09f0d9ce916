//! Charts as inline SVG: one row per number with its label, its mark on a common scale, and the number with its
//! interval as text. It is readable at any width and without the drawing. Scores are drawn as adjacent columns.

use std::fmt::Write as _;

use super::super::document::{Chart, Row, Shape, Weight};
use super::escape;

/// Draws the chart.
pub(super) fn draw(chart: &Chart) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        "<figure class=\"chart\"><figcaption>{}</figcaption>",
        escape(&chart.caption)
    );
    if chart.shape == Shape::Column {
        columns(chart, &mut out);
    } else {
        for row in &chart.rows {
            draw_row(chart, row, &mut out);
        }
        axis(chart, &mut out);
    }
    out.push_str("</figure>");
    out
}

fn draw_row(chart: &Chart, row: &Row, out: &mut String) {
    let class = if row.weight == Weight::Small { "row small" } else { "row" };
    let label = escape(&row.label);
    let (text, remark) = (escape(&row.text), escape(&row.remark));
    let _ = write!(
        out,
        "<div class=\"{class}\"><span class=\"label\">{label}</span>\n\
         <svg viewBox=\"0 0 100 20\" preserveAspectRatio=\"none\" role=\"img\"><title>{label}: {text} ({remark})</title>\
         <path class=\"rail\" d=\"M0 10H100\"/>"
    );
    if let Some(zero) = zero(chart) {
        let _ = write!(out, "<path class=\"zero\" d=\"M{zero:.2} 0V20\"/>");
    }
    let at = x(chart, row.value);
    if chart.shape == Shape::Bar {
        let _ =
            write!(out, "<rect class=\"bar\" x=\"0\" y=\"4\" width=\"{at:.2}\" height=\"12\"/>");
    }
    if let Some((low, high)) = row.interval {
        let (from, to) = (x(chart, low), x(chart, high));
        let _ = write!(
            out,
            "<path class=\"whisker\" d=\"M{from:.2} 6V14M{to:.2} 6V14M{from:.2} 10H{to:.2}\"/>"
        );
    }
    if chart.shape == Shape::Dot {
        // A line of zero length with round caps stays round at any horizontal stretch.
        let _ = write!(out, "<path class=\"dot\" d=\"M{at:.2} 10h0.001\"/>");
    }
    let _ = writeln!(
        out,
        "</svg>\n<span class=\"value\">{text}</span><span class=\"remark\">{remark}</span></div>"
    );
}

/// The ends of the scale, and zero where it is between them.
fn axis(chart: &Chart, out: &mut String) {
    let middle = if zero(chart).is_some() { "0".to_owned() } else { String::new() };
    let _ = writeln!(
        out,
        "<div class=\"row axis\" aria-hidden=\"true\"><span class=\"ends\"><span>{}</span><span>{middle}</span><span>{}</span></span></div>",
        escape(&chart.ends.0),
        escape(&chart.ends.1)
    );
}

fn columns(chart: &Chart, out: &mut String) {
    out.push_str("<div class=\"columns\">\n");
    for row in &chart.rows {
        let height = x(chart, row.value);
        let (label, text, remark) = (escape(&row.label), escape(&row.text), escape(&row.remark));
        let _ = writeln!(
            out,
            "<div><span class=\"value\">{text}</span><svg viewBox=\"0 0 10 100\" preserveAspectRatio=\"none\" role=\"img\">\
             <title>Score {label}: {text} ({remark})</title><rect class=\"bar\" x=\"0\" y=\"{:.2}\" width=\"10\" height=\"{height:.2}\"/></svg>\
             <span class=\"label\">{label}</span><span class=\"remark\">{remark}</span></div>",
            100.0 - height
        );
    }
    out.push_str("</div>\n");
}

/// The position of zero, unless it is an end of the scale.
fn zero(chart: &Chart) -> Option<f64> {
    (chart.low < 0.0 && chart.high > 0.0).then(|| x(chart, 0.0))
}

/// The position of a value from 0 to 100; values outside the scale are clamped to its ends.
fn x(chart: &Chart, value: f64) -> f64 {
    let span = chart.high - chart.low;
    if span > 0.0 { 100.0 * ((value - chart.low) / span).clamp(0.0, 1.0) } else { 0.0 }
}
