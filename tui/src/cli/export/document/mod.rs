//! Report document, independent of its format: questionnaire, audience, results, uncertainty and limits. Renderers
//! decide the layout; all text from outside passes through their escaping.

mod channels;
mod findings;
mod groups;
mod outcome;
mod provenance;
mod rounds;
mod summary;

use protocol::analysis::Asked;
use protocol::results::Report;
use protocol::rounds::TextPart;
use protocol::watch::VersionReport;

use crate::kinds;
use crate::look::thousands;
use crate::report::version;

pub(super) use rounds::judgement;

/// A document with its title and sections.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) title: String,
    pub(super) subtitle: String,
    pub(super) sections: Vec<Section>,
    pub(super) kind: DocumentKind,
}

/// Who found what a document tells, which it says above everything else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum DocumentKind {
    /// Synthetic respondents of ours.
    #[default]
    Synthetic,
    /// Another service.
    External,
}

impl DocumentKind {
    /// In a few words.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Synthetic => "Synthetic panel · no person was asked",
            Self::External => "External result · of another service, not checked here",
        }
    }

    /// In a title.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Synthetic => "synthetic panel",
            Self::External => "external result",
        }
    }
}

/// A section with a heading.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) heading: String,
    pub(super) blocks: Vec<Block>,
}

impl Section {
    pub(super) fn new(heading: impl Into<String>) -> Self {
        Self { heading: heading.into(), blocks: Vec::new() }
    }

    pub(super) fn text(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Paragraph(text.into()));
    }
}

/// An element of a section.
#[derive(Debug)]
pub(super) enum Block {
    /// A paragraph.
    Paragraph(String),
    /// A warning.
    Warning(String),
    /// A subheading within the section.
    Subheading(String),
    /// A bulleted list.
    Bullets(Vec<String>),
    /// A text exactly as it was shown.
    Verbatim(String),
    /// Names and values.
    Facts(Vec<(String, String)>),
    /// The main numbers, in large print.
    Figures(Vec<Figure>),
    /// Quotes of respondents under a heading, each with its answer's id.
    Quotes { about: String, quotes: Vec<(String, String)> },
    /// A text with what was taken out of it and put in.
    Changes(Vec<TextPart>),
    /// Preformatted text.
    Exact(String),
    /// Numbers on one scale, each with its interval.
    Chart(Chart),
    /// A table with a header row.
    Table { head: Vec<String>, rows: Vec<Vec<String>> },
}

/// A number in large print.
#[derive(Debug)]
pub(super) struct Figure {
    pub(super) label: String,
    pub(super) value: String,
    /// The interval, in words.
    pub(super) remark: String,
}

/// Numbers on a common scale.
#[derive(Debug)]
pub(super) struct Chart {
    pub(super) caption: String,
    pub(super) low: f64,
    pub(super) high: f64,
    /// Both ends in words, as axis labels.
    pub(super) ends: (String, String),
    pub(super) shape: Shape,
    pub(super) rows: Vec<Row>,
}

/// The shape in which a number is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A bar from the low end: shares and counts.
    Bar,
    /// A dot with its interval: means and differences.
    Dot,
    /// Adjacent columns: how often each score was given.
    Column,
}

/// One number of a chart.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) label: String,
    pub(super) value: f64,
    pub(super) interval: Option<(f64, f64)>,
    /// The number with its unit.
    pub(super) text: String,
    /// The interval, or the number of answers.
    pub(super) remark: String,
    /// The reliability of the number.
    pub(super) weight: Weight,
}

/// The reliability of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// As reliable as its interval shows.
    Full,
    /// Based on fewer than 30 answers: drawn faintly.
    Small,
}

/// What the numbers are of, where a study has none of its own but rounds that have ended.
fn unfinished(report: &Report) -> Option<Section> {
    let study = &report.study;
    if report.results.is_some() || report.finished_rounds.is_none() {
        return None;
    }
    let mut section = Section::new("Finished rounds only");
    let reason = study.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    section.blocks.push(Block::Warning(format!(
        "This study is {}{reason}. What follows is of the rounds that have ended: scores, findings and groups are those of \
         round 1, the text as it was sent.",
        study.state
    )));
    Some(section)
}

/// The change against the version before, for a version of a watched file.
fn of_version(found: &VersionReport) -> Section {
    let mut section = Section::new(version::title(found));
    let mut sentences = version::sentences(found).into_iter();
    if let Some(first) = sentences.next() {
        section.text(first);
    }
    let more: Vec<String> = sentences.collect();
    if !more.is_empty() {
        section.blocks.push(Block::Bullets(more));
    }
    section
}

impl Document {
    /// The document of a study.
    pub(super) fn of(report: &Report, asked: &Asked) -> Self {
        let study = &report.study;
        let mut sections = Vec::new();
        sections.extend(unfinished(report));
        sections.extend(report.found().map(|results| summary::section(report, results)));
        sections.extend(report.version.as_deref().map(of_version));
        sections.extend([provenance::question(report, asked), provenance::panel(report, asked)]);
        match report.found() {
            Some(results) => {
                sections.push(outcome::section(results));
                sections.extend(rounds::section(report));
                sections.extend(channels::section(results));
                sections.extend(findings::groups(results));
                sections.extend(findings::reasons(results));
                sections.extend(findings::actions(results));
                sections.push(provenance::certainty(results));
            }
            None => {
                let mut none = Section::new("What came out");
                let reason = study.reason.as_deref().unwrap_or("it has no results yet");
                none.text(format!("Nothing: this study is {} ({reason}).", study.state));
                sections.push(none);
            }
        }
        sections.push(provenance::limits(report));
        sections.extend(report.found().and_then(groups::section));
        sections.extend(provenance::margins(asked));
        sections.push(provenance::questionnaire(asked));
        Self {
            title: study.name.clone(),
            subtitle: format!(
                "{} · {} of {} answered · {} engine ({}) · seed {}",
                capital(kinds::view(study.instrument).title),
                thousands(study.panel.delivered),
                kinds::view(study.instrument).count(study.panel.requested),
                study.engine,
                study.model,
                study.seed
            ),
            sections,
            kind: DocumentKind::Synthetic,
        }
    }
}

/// The text with its first letter capitalised.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}
