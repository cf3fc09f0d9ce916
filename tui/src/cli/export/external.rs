//! The result of another service as a file: all of it as JSON, its numbers and findings as a table, or a page. Each form says
//! whose it is. There is no evidence bundle of what was asked elsewhere.

use protocol::external::{ExternalResult, NO_INTERVAL, NOTICE, ShownExternal};

use super::Format;
use super::csv::inert;
use super::document::{Block, Document, DocumentKind, Section};
use super::{html, markdown};
use crate::failure::Failure;
use crate::json::{self, Layout};
use crate::report::external::{told_by, with_interval};

/// The columns of the table.
const COLUMNS: [&str; 11] = [
    "external_id",
    "service",
    "source",
    "kind",
    "of",
    "value",
    "low",
    "high",
    "level",
    "n",
    "interval",
];

/// The file.
pub(super) fn page(format: Format, found: &ExternalResult) -> Result<String, Failure> {
    match format {
        Format::Json => {
            let text = json::text(&ShownExternal::of(found.clone()), Layout::Indented);
            let text = text.map_err(|error| {
                Failure::invalid(format!("The result is no JSON: {error}")).because(&error)
            })?;
            Ok(text + "\n")
        }
        Format::Csv => table(found).map_err(|error| {
            Failure::invalid(format!("The table cannot be written: {error}")).because(&error)
        }),
        Format::Md => Ok(markdown::page(&document(found))),
        Format::Html => Ok(html::page(&document(found))),
        Format::Bundle => Err(Failure::invalid("There is no evidence of an external result here")
            .hint("Export it as json; who was asked what, only its service knows")),
    }
}

fn table(found: &ExternalResult) -> Result<String, csv::Error> {
    let ExternalResult { origin, content } = found;
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS)?;
    let number = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
    let mut row = |kind: &str, of: &str, rest: [String; 6]| {
        let own = [
            origin.external_id.as_str(),
            origin.service.as_str(),
            origin.source.as_str(),
            kind,
            of,
        ];
        let rest = rest.iter().map(String::as_str);
        let cells: Vec<_> = own.into_iter().chain(rest).map(inert).collect();
        writer.write_record(cells.iter().map(|cell| cell.as_bytes()))
    };
    for one in &content.numbers {
        let n = one.n.map_or(String::new(), |n| n.to_string());
        let interval = if one.low.is_none() { NO_INTERVAL.to_owned() } else { String::new() };
        let values = [Some(one.value), one.low, one.high, one.level].map(number);
        let [value, low, high, level] = values;
        row("number", &one.of, [value, low, high, level, n, interval])?;
    }
    for finding in &content.findings {
        let text = match &finding.action {
            Some(action) => format!("{}: {action}", finding.title),
            None => finding.title.clone(),
        };
        row("finding", &text, <[String; 6]>::default())?;
    }
    for rewrite in &content.rewrites {
        let mut rest = <[String; 6]>::default();
        rest[0] = number(rewrite.predicted);
        row("proposed text", &rewrite.text, rest)?;
    }
    let bytes = writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn document(found: &ExternalResult) -> Document {
    let content = &found.content;
    let mut numbers = Section::new("What it says");
    numbers.blocks.push(Block::Warning(NOTICE.to_owned()));
    let facts = content.numbers.iter().map(|number| {
        let (value, remark) = with_interval(number);
        (number.of.clone(), format!("{value} ({remark})"))
    });
    numbers.blocks.push(Block::Facts(facts.collect()));
    let mut sections = vec![numbers];
    if !content.findings.is_empty() {
        let mut section = Section::new("What it says to act on");
        for finding in &content.findings {
            let priority =
                finding.priority.as_ref().map_or(String::new(), |word| format!("{word} "));
            section.blocks.push(Block::Subheading(format!("{priority}{}", finding.title)));
            for part in finding.detail.iter().chain(&finding.action) {
                section.text(part.clone());
            }
            if !finding.quotes.is_empty() {
                section.blocks.push(Block::Bullets(finding.quotes.clone()));
            }
        }
        sections.push(section);
    }
    if !content.rewrites.is_empty() {
        let mut section = Section::new("Texts that it proposes");
        for rewrite in &content.rewrites {
            let score = rewrite.predicted.map_or(String::new(), |score| {
                format!("Predicted there, without asking anybody: {score}")
            });
            section.text(score);
            section.blocks.push(Block::Verbatim(rewrite.text.clone()));
        }
        sections.push(section);
    }
    if let Some(text) = &content.text {
        let mut section = Section::new("What was tested there");
        section.blocks.push(Block::Verbatim(text.clone()));
        sections.push(section);
    }
    Document {
        title: content.name.clone(),
        subtitle: told_by(found),
        sections,
        kind: DocumentKind::External,
    }
}
