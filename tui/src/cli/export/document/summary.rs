//! What a reader should take away who reads nothing else: the main numbers in large print, and the sentences computed from
//! the data.

use protocol::results::Results;

use super::{Block, Figure, Section};
use crate::look::Look;
use crate::report::estimates::{HEADLINE, label, number, range, scale};

/// Numbers in large print.
const FIGURES: usize = 3;

/// The part of the report.
pub(super) fn section(results: &Results) -> Section {
    let mut section = Section::new("In short");
    let figures: Vec<Figure> = HEADLINE
        .iter()
        // The median says about the same as the mean.
        .filter(|field| **field != "median_score")
        .filter_map(|field| {
            let estimate = results.estimates.get(*field)?;
            let interval = estimate.low.zip(estimate.high);
            Some(Figure {
                label: label(field, scale(field, &results.outcomes)),
                value: number(field, estimate.value),
                remark: match interval {
                    Some(_) => format!("95 % interval {}", range(field, interval, Look::PLAIN)),
                    None => "no interval can be given".to_owned(),
                },
            })
        })
        .take(FIGURES)
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
