//! Provenance sections of a report: questionnaire, audience, uncertainty, and the limits of the numbers.

use protocol::analysis::Asked;
use protocol::audience::Choice;
use protocol::results::{Diagnostics, Report, Results};
use protocol::safe;

use super::{Block, Section, capital};
use crate::kinds;
use crate::look::thousands;
use crate::report::quality;
use crate::report::segments::group;

/// The question in words, and the material as it was shown.
pub(super) fn question(report: &Report, asked: &Asked) -> Section {
    let mut section = Section::new("What was asked");
    section.text(kinds::view(report.study.instrument).asked);
    let material = kinds::material(&asked.spec.instrument);
    for (heading, text) in material.texts {
        section.blocks.extend(heading.map(|heading| Block::Subheading(heading.to_owned())));
        section.blocks.push(Block::Verbatim(text.to_owned()));
    }
    if !material.questions.is_empty() {
        section.blocks.push(Block::Subheading("The questions".to_owned()));
        section.blocks.push(Block::Bullets(material.questions.to_vec()));
    }
    if let Some(remark) = material.remark {
        section.text(remark);
    }
    if let Some(context) = &asked.spec.context {
        section.text("Before reading, everyone was told:");
        section.blocks.push(Block::Verbatim(context.clone()));
    }
    section
}

/// The audience, and the outcomes of the panel.
pub(super) fn panel(report: &Report, asked: &Asked) -> Section {
    let mut section = Section::new("Of whom");
    let counts = report.study.panel;
    section.text(format!(
        "{} synthetic {} were drawn to match the population that the audience describes; {} answered, {} declined, {} gave a reply that could not be read, {} gave no reply or could not be asked.",
        thousands(counts.requested),
        kinds::view(report.study.instrument).people.1,
        thousands(counts.delivered),
        thousands(counts.refused),
        thousands(counts.invalid),
        thousands(counts.failed)
    ));
    let audience = &asked.spec.audience;
    let (youngest, oldest) = audience.age_range;
    let facts = [
        ("Region", region(audience.region.as_str())),
        ("Ages", format!("{youngest} to {oldest}")),
        ("Gender", choice(&audience.gender)),
        ("Income", choice(&audience.income_bracket)),
        ("Education", choice(&audience.education)),
        ("New technology", choice(&audience.tech_adoption)),
    ];
    let facts = facts.into_iter().map(|(name, value)| (name.to_owned(), value));
    section.blocks.push(Block::Facts(facts.collect()));
    section
}

/// Abbreviations in capitals, the rest unchanged: `us_midwest` is the US midwest.
fn region(word: &str) -> String {
    let part = |part: &str| if part.len() == 2 { part.to_uppercase() } else { part.to_owned() };
    word.split('_').map(part).collect::<Vec<_>>().join(" ")
}

/// How well the panel matches its population, class by class.
pub(super) fn margins(asked: &Asked) -> Option<Section> {
    let mut section = Section::new("The panel against its population");
    section.text(
        "Shares of each class in the population that the audience describes, and in this panel.",
    );
    let head = ["Group", "Population", "This panel", "Off by"].map(str::to_owned).to_vec();
    let rows: Vec<Vec<String>> = asked
        .margins
        .iter()
        .filter(|(_, classes)| classes.len() > 1)
        .flat_map(|(dimension, classes)| {
            classes.iter().map(move |(class, margin)| {
                vec![
                    capital(&group(dimension, class)),
                    format!("{:.1} %", margin.target * 100.0),
                    format!("{:.1} %", margin.realised * 100.0),
                    points((margin.realised - margin.target) * 100.0),
                ]
            })
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    section.blocks.push(Block::Table { head, rows });
    Some(section)
}

/// A difference of shares with its sign.
fn points(difference: f64) -> String {
    let text = format!("{:.1}", difference.abs());
    match (text.as_str(), difference > 0.0) {
        ("0.0", _) => text,
        (_, true) => format!("+{text}"),
        (_, false) => format!("−{text}"),
    }
}

/// The exact wording, for a reader who wants to repeat the study.
pub(super) fn questionnaire(asked: &Asked) -> Section {
    let mut section = Section::new("The questionnaire, word for word");
    section.text("As the first respondent of the panel got it.");
    section.blocks.push(Block::Exact(asked.questionnaire.clone()));
    section
}

fn choice<T: std::fmt::Display>(choice: &Choice<T>) -> String {
    match choice {
        Choice::All => "all".to_owned(),
        Choice::Only(one) => one.to_string().replace('_', " "),
    }
}

/// The uncertainty of the numbers.
pub(super) fn certainty(results: &Results) -> Section {
    let mut section = Section::new("How sure it is");
    section.text(
        "Every number stands with its 95 % interval: drawn again from the same population and engine, 95 of 100 such panels would give an interval that covers the value of an endless panel. The interval does not cover the distance between synthetic respondents and people.",
    );
    let diagnostics = &results.diagnostics;
    section.blocks.push(Block::Bullets(diagnostics.notes.clone()));
    let mut facts = Vec::new();
    let rows = quality::rows(results);
    if rows.is_empty() {
        facts.extend(earlier_facts(diagnostics));
    }
    for row in rows {
        let text = match row.value {
            Some(value) => format!("{value} ({})", row.beside),
            None => format!("not known: {}", row.beside),
        };
        facts.push((row.label, text));
    }
    if let Some(sentence) = quality::reference(results) {
        section.text(sentence);
    }
    for (reason, count) in &diagnostics.not_answered {
        facts.push((format!("Not answered: {reason}"), thousands(i128::from(*count))));
    }
    if !facts.is_empty() {
        section.blocks.push(Block::Facts(facts));
    }
    section
}

/// Diagnostics of results that were computed before figures existed.
fn earlier_facts(diagnostics: &Diagnostics) -> Vec<(String, String)> {
    let percent = |share: f64| format!("{:.0} %", share * 100.0);
    [
        (
            "Spread of the scores",
            diagnostics.entropy_bits.map(|bits| format!("{bits:.2} bits of entropy")),
        ),
        ("Answers at the most frequent score", diagnostics.share_at_mode.map(percent)),
        ("Reasonings that differ from one another", diagnostics.distinct_texts.map(percent)),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_owned(), value?)))
    .collect()
}

/// The limits of the report, and everything needed to repeat the study.
pub(super) fn limits(report: &Report) -> Section {
    let study = &report.study;
    let mut section = Section::new("What this is not");
    section.blocks.push(Block::Warning(format!("Synthetic panel. {}", report.meta.notice)));
    if let Some(notice) = &report.meta.model_notice {
        section.text(notice.clone());
    }
    section.text(
        "It is no forecast of sales and no substitute for asking people. Use it to find what to fix and which of two ideas to take to people first.",
    );
    let facts = [
        ("Study", study.id.to_string()),
        ("Study type", kinds::view(study.instrument).title.to_owned()),
        ("Engine", study.engine.clone()),
        ("Model", model(report)),
        ("Panel", study.engine_mode.to_string()),
        ("Seed", study.seed.to_string()),
        ("Instrument hash (SHA-256)", study.instrument_hash.clone()),
        ("Submitted", seconds(study.created_at)),
        ("Ended", study.completed_at.map_or_else(|| "not yet".to_owned(), seconds)),
        ("Made with", format!("Demoscope {}", env!("CARGO_PKG_VERSION"))),
    ];
    let facts = facts.into_iter().map(|(name, value)| (name.to_owned(), value));
    section.blocks.push(Block::Facts(facts.collect()));
    section
}

/// The requested model, and the model that answered according to its service where that differs.
fn model(report: &Report) -> String {
    let others = &report.meta.other_models;
    if others.is_empty() {
        return report.study.model.clone();
    }
    let others: Vec<_> = others.iter().map(|name| safe::line(name)).collect();
    format!("{} (the service says that {} answered)", report.study.model, others.join(", "))
}

/// A time to the second, in UTC.
fn seconds(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}
