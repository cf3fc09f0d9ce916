//! A ranking as one self-contained page, in the same form as the page of a report.

use protocol::ranking::Ranking;

use super::document::{Block, Chart, Document, Row, Section, Shape, Weight};
use super::html;
use crate::look::{Look, thousands};
use crate::report::estimates::{number, range};
use crate::report::segments::signed;
use crate::report::{chance, place, ranking_scale, ranking_title, words};

/// The page.
pub(crate) fn page(found: &Ranking) -> String {
    let mut document = Document {
        title: ranking_title(found),
        subtitle: format!("Answered by {}", found.model),
        ..Document::default()
    };
    let mut order = Section::new("The order");
    order.text(found.conclusion.clone());
    order.blocks.push(Block::Chart(chart(found)));
    order.blocks.push(table(found));
    order.text(
        "Texts with a common letter cannot be told apart. Places are the ranks that a text may have. Best is the probability \
         of being the best of these among such people.",
    );
    document.sections.push(order);
    let mut differences = Section::new("Differences");
    differences.blocks.push(pairs(found));
    document.sections.push(differences);
    let mut worth = Section::new("What this is worth");
    worth.blocks.push(Block::Bullets(found.notes.clone()));
    document.sections.push(worth);
    html::page(&document)
}

fn chart(found: &Ranking) -> Chart {
    let (scale, field) = (ranking_scale(found), found.field.as_str());
    Chart {
        caption: format!("{}, with 95 % intervals", words(field)),
        low: scale.low,
        high: scale.high,
        ends: (number(field, scale.low), number(field, scale.high)),
        shape: Shape::Dot,
        rows: found
            .studies
            .iter()
            .map(|study| {
                let interval = study.estimate.low.zip(study.estimate.high);
                Row {
                    label: format!("{}. {}", study.rank, study.name),
                    value: study.estimate.value,
                    interval,
                    text: number(field, study.estimate.value),
                    remark: range(field, interval, Look::PLAIN),
                    weight: Weight::Full,
                }
            })
            .collect(),
    }
}

fn table(found: &Ranking) -> Block {
    let head = ["Rank", "Text", "Study", "Answers", "Group", "Places", "Best", "Mean rank"];
    let rows = found.studies.iter().map(|study| {
        vec![
            study.rank.to_string(),
            study.name.clone(),
            study.id.short(),
            thousands(i128::from(study.estimate.n)),
            place(study),
            format!("{}–{}", study.rank_best, study.rank_worst),
            chance(study.best_probability),
            format!("{:.1}", study.expected_rank),
        ]
    });
    Block::Table { head: head.map(str::to_owned).to_vec(), rows: rows.collect() }
}

fn pairs(found: &Ranking) -> Block {
    let field = found.field.as_str();
    let name = |id| {
        let study = found.studies.iter().find(|study| study.id == id);
        study.map(|study| study.name.clone()).unwrap_or_default()
    };
    let head =
        ["First", "Second", "First minus second", "95 % interval", "Adjusted p", "Told apart"];
    let rows = found.pairs.iter().map(|pair| {
        let difference = &pair.difference.difference;
        let interval = difference.low.zip(difference.high);
        let verdict = match (pair.apart, difference.within_wording) {
            (true, _) => "yes",
            (false, true) => "no: less than another wording would make",
            (false, false) => "no",
        };
        vec![
            name(pair.first),
            name(pair.second),
            signed(field, difference.value),
            interval.map_or_else(
                || "—".to_owned(),
                |(low, high)| format!("{} to {}", signed(field, low), signed(field, high)),
            ),
            pair.difference.p_adjusted.map_or_else(|| "—".to_owned(), |p| format!("{p:.3}")),
            verdict.to_owned(),
        ]
    });
    Block::Table { head: head.map(str::to_owned).to_vec(), rows: rows.collect() }
}
