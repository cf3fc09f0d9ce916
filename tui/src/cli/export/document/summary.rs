//! Summary section of the document, for a reader who reads nothing else: the main numbers in large print, and the
//! conclusions computed from the data.

use protocol::results::{Report, Results};

use super::{Block, Figure, Section};
use crate::kinds;
use crate::look::Look;
use crate::report::estimates::{number, range};

/// The section.
pub(super) fn section(report: &Report, results: &Results) -> Section {
    let mut section = Section::new("In short");
    // Warnings against the numbers come before them.
    section.blocks.extend(report.headline_warnings().map(Block::Warning));
    let figures: Vec<Figure> = kinds::of_outcomes(&results.outcomes)
        .summary
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
