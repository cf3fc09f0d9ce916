//! Outcome section of the document: conclusions, headline numbers, shares and scores of each study type.

use protocol::results::{QuestionResult, Results};

use super::findings::themes;
use super::{Block, Chart, Row, Section, Shape, Weight};
use crate::kinds::{self, OutcomeParts, ShareBar};
use crate::look::{Look, thousands};
use crate::report::estimates::{label, number, range, scale, whole};

/// The section.
pub(super) fn section(results: &Results) -> Section {
    let mut section = Section::new("What came out");
    headline(results, &mut section);
    let found = kinds::found(&results.outcomes);
    shares(results, &found.bars, &mut section);
    if let Some(scores) = &found.scores {
        histogram(&scores.counts.0, &mut section);
    }
    if let Some(remark) = &found.remark {
        section.text(remark.written.clone());
    }
    review(&found, &mut section);
    for (place, question) in (1..).zip(found.questions) {
        open_question(place, question, &mut section);
    }
    section
}

/// Headline numbers, grouped by scale.
fn headline(results: &Results, section: &mut Section) {
    let mut charts: Vec<Chart> = Vec::new();
    for metric in kinds::of_outcomes(&results.outcomes).headline {
        let field = metric.field;
        let Some(estimate) = results.estimates.get(field) else { continue };
        let scale = scale(field, &results.outcomes);
        let interval = estimate.low.zip(estimate.high);
        let row = Row {
            label: label(field, scale),
            value: estimate.value,
            interval,
            text: number(field, estimate.value),
            remark: format!(
                "{} · n = {}",
                range(field, interval, Look::PLAIN),
                thousands(i128::from(estimate.n))
            ),
            weight: Weight::Full,
        };
        let same = |chart: &&mut Chart| {
            (chart.low - scale.low).abs() + (chart.high - scale.high).abs() < 1e-9
        };
        match charts.iter_mut().find(same) {
            Some(chart) => chart.rows.push(row),
            None => charts.push(Chart {
                caption: format!(
                    "Headline numbers from {} to {}, with 95 % intervals",
                    whole(scale.low),
                    whole(scale.high)
                ),
                low: scale.low,
                high: scale.high,
                ends: (whole(scale.low), whole(scale.high)),
                shape: Shape::Dot,
                rows: vec![row],
            }),
        }
    }
    section.blocks.extend(charts.into_iter().map(Block::Chart));
}

fn shares(results: &Results, bars: &[ShareBar], section: &mut Section) {
    let rows: Vec<Row> = bars
        .iter()
        .filter_map(|bar| {
            let estimate = results.estimates.get(&bar.field)?;
            let interval = estimate.low.zip(estimate.high);
            Some(Row {
                label: bar.title.clone(),
                value: estimate.value,
                interval,
                text: format!("{:.1}%", estimate.value),
                remark: range(&bar.field, interval, Look::PLAIN),
                weight: Weight::Full,
            })
        })
        .collect();
    if !rows.is_empty() {
        let (_, question) = kinds::of_outcomes(&results.outcomes).shares;
        let caption = format!("{question} Share of answers, with 95 % intervals");
        section.blocks.push(Block::Chart(Chart {
            caption,
            low: 0.0,
            high: 100.0,
            ends: ("0%".to_owned(), "100%".to_owned()),
            shape: Shape::Bar,
            rows,
        }));
    }
}

fn histogram(counts: &[(i32, u64)], section: &mut Section) {
    let all: u64 = counts.iter().map(|(_, count)| count).sum();
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    if all == 0 {
        return;
    }
    let rows = counts.iter().map(|(score, count)| Row {
        label: score.to_string(),
        value: *count as f64,
        interval: None,
        text: thousands(i128::from(*count)),
        remark: format!("{:.1}%", *count as f64 / all as f64 * 100.0),
        weight: Weight::Full,
    });
    section.blocks.push(Block::Chart(Chart {
        caption: "How many gave each score".to_owned(),
        low: 0.0,
        high: most as f64,
        ends: ("0".to_owned(), thousands(i128::from(most))),
        shape: Shape::Column,
        rows: rows.collect(),
    }));
}

/// What experts would change, and the rewrites.
fn review(found: &OutcomeParts<'_>, section: &mut Section) {
    if !found.suggestions.is_empty() {
        section.blocks.push(Block::Subheading("What to fix first".to_owned()));
    }
    for one in found.suggestions {
        section.text(format!(
            "{}. {}: {} {}",
            one.priority, one.dimension, one.suggestion, one.rationale
        ));
    }
    if !found.variants.is_empty() {
        section.blocks.push(Block::Subheading("Better versions".to_owned()));
    }
    for one in found.variants {
        let applied = one.principles.join("; ");
        let score = one.predicted_score;
        section.text(format!("{}. {}", one.rank, one.text));
        section.text(format!("{score:.1} of 10 by the same experts. Applied: {applied}"));
    }
}

fn open_question(place: usize, question: &QuestionResult, section: &mut Section) {
    section.blocks.push(Block::Subheading(format!("{place}. {}", question.question)));
    if !question.supported {
        section.blocks.push(Block::Warning(
            "Not supported: nobody could answer this question, and nothing was put in its place."
                .to_owned(),
        ));
        return;
    }
    section.text(question.summary.clone());
    themes(question.themes.iter(), "What the answers name", section);
    if let Some(saturation) = question.saturation {
        section.text(format!(
            "No answer after that of respondent {} named anything new.",
            thousands(saturation)
        ));
    }
}
