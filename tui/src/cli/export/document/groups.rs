//! Group section of the document: the main metric in every group, dimension by dimension, for lookup. Groups with few
//! answers are included and marked.

use protocol::results::{Results, Segment, ThemeKind};

use super::{Block, Chart, Row, Section, Shape, Weight, capital};
use crate::kinds;
use crate::look::{Look, thousands};
use crate::report::estimates::{label, number, range, scale};
use crate::report::segments::{THEME, group};

/// The section; `None` where there is nothing to break down.
pub(super) fn section(results: &Results) -> Option<Section> {
    let (field, name) = main_field(results)?;
    let mut section = Section::new("Every group");
    section.text(format!(
        "{name} in every group, with 95 % intervals. Groups with fewer than 30 answers are drawn faintly: they say \
         little."
    ));
    let charted = section.blocks.len();
    for (dimension, classes) in results.segments.iter().filter(|(_, classes)| classes.len() > 1) {
        let rows: Vec<Row> = classes
            .iter()
            .filter_map(|(class, segment)| row(&field, dimension, class, segment))
            .collect();
        if rows.is_empty() {
            continue;
        }
        let (low, high) = ends(&field, results, &rows);
        section.blocks.push(Block::Chart(Chart {
            caption: capital(&dimension.replace('_', " ")),
            low,
            high,
            ends: (number(&field, low), number(&field, high)),
            shape: Shape::Dot,
            rows,
        }));
    }
    (section.blocks.len() > charted).then_some(section)
}

/// The metric that every group has, with its name: the first headline number, or for a survey the topic that divides
/// the panel most.
fn main_field(results: &Results) -> Option<(String, String)> {
    let somebody = results.segments.values().flat_map(|classes| classes.values()).next()?;
    let headline = kinds::of_outcomes(&results.outcomes).headline.iter();
    let mut fields = headline.map(|metric| metric.field);
    if let Some(field) = fields.find(|field| somebody.estimates.contains_key(*field)) {
        return Some((field.to_owned(), label(field, scale(field, &results.outcomes))));
    }
    let topic = results
        .themes
        .iter()
        .filter(|theme| theme.kind == ThemeKind::Topic)
        .filter(|theme| somebody.estimates.contains_key(&format!("{THEME}{}", theme.theme)))
        .min_by(|a, b| (a.share.value - 0.5).abs().total_cmp(&(b.share.value - 0.5).abs()))?;
    Some((format!("{THEME}{}", topic.theme), format!("Share that names {}", topic.theme)))
}

fn row(field: &str, dimension: &str, class: &str, segment: &Segment) -> Option<Row> {
    let estimate = segment.estimates.get(field)?;
    let interval = estimate.low.zip(estimate.high);
    let answers = thousands(i128::from(segment.n));
    let few = if segment.small { " · few" } else { "" };
    Some(Row {
        label: capital(&group(dimension, class)),
        value: estimate.value,
        interval,
        text: number(field, estimate.value),
        remark: format!("{} · n = {answers}{few}", range(field, interval, Look::PLAIN)),
        weight: if segment.small { Weight::Small } else { Weight::Full },
    })
}

/// Ends of the scale: shares and scores keep their own, differences use the furthest end of an interval.
fn ends(field: &str, results: &Results, rows: &[Row]) -> (f64, f64) {
    if field.starts_with(THEME) {
        return (0.0, 1.0);
    }
    let scale = scale(field, &results.outcomes);
    if scale.low >= 0.0 {
        return (scale.low, scale.high);
    }
    let reach = rows.iter().flat_map(|row| {
        let (low, high) = row.interval.unwrap_or((row.value, row.value));
        [low.abs(), high.abs()]
    });
    let reach = reach.fold(1.0, f64::max).min(scale.high);
    (-reach, reach)
}
