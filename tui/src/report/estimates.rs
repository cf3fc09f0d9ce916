//! Headline numbers, each on its scale with its interval and its number of answers.

use protocol::results::{Estimate, Outcomes, Results};
use protocol::safe;

use crate::kinds;
use crate::look::{Look, Role, pad, pad_left, thousands};
use crate::report::page::ReportPage;
use crate::report::whisker::{self, Scale};

/// Columns of the label, the value and the interval.
const COLUMNS: (usize, usize, usize) = (20, 6, 14);
/// Columns of the count, shown where there is room.
const COUNT: usize = 9;

/// An interval is lopsided when one side is longer than the other by this factor.
const LOPSIDED: f64 = 1.75;

/// Draws the numbers.
pub(crate) fn draw(results: &Results, page: &mut ReportPage) {
    let look = page.look;
    let rows: Vec<(&str, &Estimate)> = kinds::of_outcomes(&results.outcomes)
        .headline
        .iter()
        .filter_map(|metric| Some((metric.field, results.estimates.get(metric.field)?)))
        .collect();
    if rows.is_empty() {
        return;
    }
    let wide = look.width >= 70;
    let fixed = 2 + COLUMNS.0 + COLUMNS.1 + 2 + 2 + COLUMNS.2 + if wide { COUNT } else { 0 };
    let track = look.width.saturating_sub(fixed).clamp(5, 48);
    let level = rows.first().map_or(0.95, |(_, estimate)| estimate.level);
    let remark = format!(
        "{:.0} % interval{}",
        level * 100.0,
        if wide { pad_left("answers", 10) } else { String::new() }
    );
    page.heading("What they make of it", &remark);
    for (field, estimate) in rows {
        let scale = scale(field, &results.outcomes);
        let interval = estimate.low.zip(estimate.high);
        let value = look.paint(Role::Strong, &pad_left(&number(field, estimate.value), COLUMNS.1));
        let drawn = whisker::draw(estimate.value, interval, scale, track, look);
        let count = if wide {
            look.paint(Role::Dim, &pad_left(&answers(estimate), COUNT))
        } else {
            String::new()
        };
        page.line(format!(
            "  {}{value}  {drawn}  {}{count}",
            pad(&label(field, scale), COLUMNS.0),
            pad_left(&range(field, interval, look), COLUMNS.2),
        ));
    }
}

/// n, and the effective n where weights make that smaller.
fn answers(estimate: &Estimate) -> String {
    if (estimate.effective_n - estimate.n as f64).abs() < 0.5 {
        thousands(i128::from(estimate.n))
    } else {
        format!("~{:.0}", estimate.effective_n)
    }
}

/// The interval of a number within the scale of its field, or a dash where it is undefined: of few answers it may reach beyond
/// what can be said.
pub(crate) fn range(field: &str, interval: Option<(f64, f64)>, look: Look) -> String {
    match interval {
        Some(interval) => {
            let (low, high) = on_scale(field, interval);
            format!("{} to {}", number(field, low), number(field, high))
        }
        None => look.glyph("—", "--").to_owned(),
    }
}

/// The part of an interval that lies on the scale of its field.
fn on_scale(field: &str, (low, high): (f64, f64)) -> (f64, f64) {
    let ends = (f64::NEG_INFINITY, f64::INFINITY);
    let (least, most) = kinds::metric(field).map_or(ends, |metric| metric.range);
    (low.max(least), high.min(most))
}

/// Whether one side of an interval is so much longer than the other that half of it would mislead.
pub(crate) fn is_lopsided(value: f64, (low, high): (f64, f64)) -> bool {
    let (below, above) = (value - low, high - value);
    below.max(above) > LOPSIDED * below.min(above)
}

/// A value with half its interval, or with both ends where it is lopsided; `None` without an interval.
pub(crate) fn within(field: &str, estimate: &Estimate, look: Look) -> Option<String> {
    let interval = on_scale(field, estimate.low.zip(estimate.high)?);
    let (low, high) = interval;
    let value = number(field, estimate.value);
    Some(if is_lopsided(estimate.value, interval) {
        format!("{value} ({}{}{})", number(field, low), look.glyph("–", "-"), number(field, high))
    } else {
        format!("{value} {}{}", look.glyph("±", "+/-"), number(field, (high - low) / 2.0))
    })
}

/// A value with the digits and the unit of its field.
pub(crate) fn number(field: &str, value: f64) -> String {
    let text = match kinds::metric(field) {
        Some(metric) => metric.show(value),
        // Shares of themes are between 0 and 1.
        None if theme(field).is_some() => format!("{:.0}%", value * 100.0),
        None => format!("{value:.0}%"),
    };
    with_minus(text)
}

/// A whole number without a unit.
pub(crate) fn whole(value: f64) -> String {
    with_minus(format!("{value:.0}"))
}

/// Negative numbers get a typographic minus; a value that rounds to zero has no sign.
pub(crate) fn with_minus(text: String) -> String {
    match text.strip_prefix('-') {
        Some(rest) if rest.chars().all(|letter| matches!(letter, '0' | '.' | '%' | ' ' | '×')) => {
            rest.to_owned()
        }
        Some(rest) => format!("−{rest}"),
        None => text,
    }
}

/// The theme of a share's field, and its kind.
pub(crate) fn theme(field: &str) -> Option<(&str, &str)> {
    let (reason, name) = field.split_once('.')?;
    matches!(reason, "theme" | "appeal" | "concern").then_some((reason, name))
}

/// The scale of a field.
pub(crate) fn scale(field: &str, outcomes: &Outcomes) -> Scale {
    let own = kinds::of_outcomes(outcomes).metric(field);
    let (low, high) =
        own.or_else(|| kinds::metric(field)).map_or((0.0, 100.0), |metric| metric.range);
    Scale { low, high, mark: (low < 0.0).then_some(0.0) }
}

/// A field in words.
pub(crate) fn label(field: &str, scale: Scale) -> String {
    match kinds::metric(field) {
        Some(metric) => metric.label(scale),
        None => safe::line(&field.replace('_', " ")).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixtures;

    #[test]
    fn intervals_end_at_the_scale_and_lopsided_ones_are_shown_by_their_ends() {
        let look = Look::PLAIN;
        assert_eq!(range("overall", Some((-5.5, 16.4)), look), "1.0 to 10.0");
        assert_eq!(range("overall", Some((4.4, 6.1)), look), "4.4 to 6.1");
        let shown = |field, value, low, high| {
            let estimate = fixtures::estimate(value, low, high, 20, "t");
            within(field, &estimate, look).unwrap()
        };
        assert_eq!(shown("overall", 5.4, 4.9, 5.9), "5.4 ±0.5");
        assert_eq!(shown("clickRate", 0.0, 0.0, 0.16), "0.00 (0.00–0.16)");
    }
}
