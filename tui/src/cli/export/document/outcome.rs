//! What came out: the sentences, the headline numbers, the shares and the scores of each kind of study.

use protocol::results::{Outcomes, PurchaseIntent, QuestionResult, Results, Sentiment};

use super::findings::themes;
use super::{Block, Chart, Row, Section, Shape, Weight};
use crate::look::{Look, thousands};
use crate::report::bars::nearly;
use crate::report::estimates::{HEADLINE, label, number, range, scale};

/// The part of the report.
pub(super) fn section(results: &Results) -> Section {
    let mut section = Section::new("What came out");
    headline(results, &mut section);
    match &results.outcomes {
        Outcomes::ConceptTest { score_distribution, .. } => {
            let rows = PurchaseIntent::ALL.iter().map(|intent| {
                let words = intent.as_str().replace('_', " ");
                (words, format!("purchase_intent.{intent}"))
            });
            shares(results, "Would they buy it?", rows, &mut section);
            histogram(&score_distribution.0, &mut section);
        }
        Outcomes::Nps { score_distribution, .. } => {
            let rows = [
                ("Promoters (9 and 10)", "promoters_pct"),
                ("Passives (7 and 8)", "passives_pct"),
                ("Detractors (0 to 6)", "detractors_pct"),
            ];
            shares(results, "Would they recommend it?", named(&rows), &mut section);
            histogram(&score_distribution.0, &mut section);
        }
        Outcomes::Sentiment { confidence, .. } => {
            let rows = Sentiment::ALL
                .iter()
                .map(|feeling| (feeling.as_str().to_owned(), format!("{feeling}_pct")));
            shares(results, "How do they feel about it?", rows, &mut section);
            section.text(format!(
                "In {} of resampled panels (bootstrap) the feeling that leads here still leads.",
                nearly(*confidence)
            ));
        }
        Outcomes::AbTest { contested, orders_shown: (a_first, b_first), .. } => {
            let rows = [
                ("Prefer A", "variant_a_pct"),
                ("Prefer B", "variant_b_pct"),
                ("Prefer neither", "no_preference_pct"),
            ];
            shares(results, "Which do they prefer?", named(&rows), &mut section);
            section.text(match contested {
                Some(contested) => format!(
                    "Everyone saw both orders (A first {}, B first {}); {} changed their mind with the order and count as neither.",
                    thousands(i128::from(*a_first)),
                    thousands(i128::from(*b_first)),
                    thousands(i128::from(*contested))
                ),
                None => format!(
                    "A was shown first to {}, B to {}.",
                    thousands(i128::from(*a_first)),
                    thousands(i128::from(*b_first))
                ),
            });
        }
        Outcomes::Survey { question_results, .. } => {
            for (place, question) in (1..).zip(question_results) {
                survey_question(place, question, &mut section);
            }
        }
    }
    section
}

/// Headline numbers, those of one scale together.
fn headline(results: &Results, section: &mut Section) {
    let mut charts: Vec<Chart> = Vec::new();
    for field in HEADLINE {
        let Some(estimate) = results.estimates.get(*field) else { continue };
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
                    number("nps_score", scale.low),
                    number("nps_score", scale.high)
                ),
                low: scale.low,
                high: scale.high,
                ends: (number("nps_score", scale.low), number("nps_score", scale.high)),
                shape: Shape::Dot,
                rows: vec![row],
            }),
        }
    }
    section.blocks.extend(charts.into_iter().map(Block::Chart));
}

fn named<'a>(rows: &'a [(&'a str, &'a str)]) -> impl Iterator<Item = (String, String)> + 'a {
    rows.iter().map(|(label, field)| ((*label).to_owned(), (*field).to_owned()))
}

fn shares(
    results: &Results,
    caption: &str,
    rows: impl Iterator<Item = (String, String)>,
    section: &mut Section,
) {
    let rows: Vec<Row> = rows
        .filter_map(|(label, field)| {
            let estimate = results.estimates.get(&field)?;
            let interval = estimate.low.zip(estimate.high);
            Some(Row {
                label,
                value: estimate.value,
                interval,
                text: format!("{:.1}%", estimate.value),
                remark: range(&field, interval, Look::PLAIN),
                weight: Weight::Full,
            })
        })
        .collect();
    if !rows.is_empty() {
        let caption = format!("{caption} Share of answers, with 95 % intervals");
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

fn survey_question(place: usize, question: &QuestionResult, section: &mut Section) {
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
