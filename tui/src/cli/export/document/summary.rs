//! What a reader should take away who reads nothing else: the main numbers in large print, and the sentences computed from
//! the data.

use protocol::results::{Outcomes, Results};

use super::{Block, Figure, Section};
use crate::look::Look;
use crate::report::estimates::{number, range};

/// The part of the report.
pub(super) fn section(results: &Results) -> Section {
    let mut section = Section::new("In short");
    // Whatever forbids to believe the numbers stands above them.
    let failures = results.diagnostics.failures();
    section.blocks.extend(failures.map(|sentence| Block::Warning(sentence.to_owned())));
    let figures: Vec<Figure> = fields(&results.outcomes)
        .iter()
        .filter_map(|(field, name)| {
            let estimate = results.estimates.get(*field)?;
            let interval = estimate.low.zip(estimate.high);
            Some(Figure {
                label: (*name).to_owned(),
                value: number(field, estimate.value),
                remark: match interval {
                    Some(_) => format!("95 % interval {}", range(field, interval, Look::PLAIN)),
                    None => "no interval can be given".to_owned(),
                },
            })
        })
        .collect();
    if !figures.is_empty() {
        section.blocks.push(Block::Figures(figures));
    }
    if results.conclusions.is_empty() {
        section.text("The numbers stand below; nothing can be concluded from them in a sentence.");
    } else {
        section.blocks.push(Block::Bullets(results.conclusions.clone()));
    }
    section
}

/// The numbers in large print, each with its name. A survey has none: its questions have their own.
fn fields(outcomes: &Outcomes) -> &'static [(&'static str, &'static str)] {
    match outcomes {
        Outcomes::ConceptTest { .. } => &[
            ("mean_score", "Mean score, 1 to 10"),
            ("would_buy_pct", "Would buy"),
            ("top_two_box_pct", "Score of 9 or 10"),
        ],
        Outcomes::Nps { .. } => &[
            ("nps_score", "Net Promoter Score"),
            ("promoters_pct", "Promoters"),
            ("detractors_pct", "Detractors"),
        ],
        Outcomes::Sentiment { .. } => &[
            ("positive_pct", "Positive"),
            ("negative_pct", "Negative"),
            ("net_sentiment", "Positive − negative, points"),
        ],
        Outcomes::AbTest { .. } => &[
            ("variant_a_pct", "Prefer A"),
            ("variant_b_pct", "Prefer B"),
            ("a_minus_b_pct", "A − B, points"),
        ],
        Outcomes::Survey { .. } => &[],
    }
}
