//! Evidence sections of the document: groups that differ, reasons with verbatim quotes, and findings to act on.

use protocol::results::{Results, Theme, ThemeKind};

use super::{Block, Chart, Row, Section, Shape, Weight, capital};
use crate::kinds;
use crate::look::thousands;
use crate::report::segments::{name, rule, signed};
use crate::report::themes::titled;

/// Groups that are shown.
const GROUPS: usize = 16;
/// Themes of each kind that are shown.
const THEMES: usize = 8;
/// Quotes of each theme.
const QUOTES: usize = 2;

/// Groups that differ from the rest of the panel, significantly and with enough answers.
pub(super) fn groups(results: &Results) -> Option<Section> {
    let field = results.contrasts.first()?.field.as_str();
    let mut section = Section::new("Who differs from the rest");
    let differing: Vec<_> =
        results.contrasts.iter().filter(|found| found.differs && !found.small).collect();
    if differing.is_empty() {
        section.text(format!("Nobody, beyond chance. {}", rule(results)));
        return Some(section);
    }
    let ends = |found: &&protocol::results::Contrast| [found.difference.low, found.difference.high];
    let reach = differing.iter().flat_map(ends).flatten().map(f64::abs).fold(0.0, f64::max);
    let rows = differing.iter().take(GROUPS).map(|found| {
        let difference = &found.difference;
        let interval = difference.low.zip(difference.high);
        let field = found.field.as_str();
        let range = interval.map_or_else(String::new, |(low, high)| {
            format!("{} to {}", signed(field, low), signed(field, high))
        });
        Row {
            label: capital(&name(found)),
            value: difference.value,
            interval,
            text: signed(field, difference.value),
            remark: format!("{range} · n = {}", thousands(i128::from(difference.n))),
            weight: Weight::Full,
        }
    });
    section.blocks.push(Block::Chart(Chart {
        caption: "Each group minus everyone else, with 95 % intervals".to_owned(),
        low: -reach,
        high: reach,
        ends: (signed(field, -reach), signed(field, reach)),
        shape: Shape::Dot,
        rows: rows.collect(),
    }));
    if differing.len() > GROUPS {
        section.text(format!("{} more differ.", differing.len() - GROUPS));
    }
    section.text(rule(results));
    Some(section)
}

/// Reasons by kind.
pub(super) fn reasons(results: &Results) -> Vec<Section> {
    let topics = kinds::of_outcomes(&results.outcomes).topics;
    [
        (ThemeKind::Topic, topics),
        (ThemeKind::Appeal, "What they like"),
        (ThemeKind::Concern, "What holds them back"),
    ]
    .into_iter()
    .filter_map(|(kind, heading)| {
        let mut found = results.themes.iter().filter(|theme| theme.kind == kind).peekable();
        found.peek()?;
        let mut section = Section::new(heading);
        themes(found, "Share of answers that name it", &mut section);
        Some(section)
    })
    .collect()
}

/// Themes as a chart, then their quotes.
pub(super) fn themes<'a>(
    found: impl Iterator<Item = &'a Theme>,
    caption: &str,
    section: &mut Section,
) {
    let shown: Vec<&Theme> = found.take(THEMES).collect();
    if shown.is_empty() {
        return;
    }
    let rows = shown.iter().map(|theme| {
        let interval = theme.share.low.zip(theme.share.high);
        let scaled = interval.map(|(low, high)| (low * 100.0, high * 100.0));
        Row {
            label: theme.theme.clone(),
            value: theme.share.value * 100.0,
            interval: scaled,
            text: format!("{:.0}%", theme.share.value * 100.0),
            remark: scaled
                .map_or_else(String::new, |(low, high)| format!("{low:.0}% to {high:.0}%")),
            weight: Weight::Full,
        }
    });
    section.blocks.push(Block::Chart(Chart {
        caption: format!("{caption}, with 95 % intervals"),
        low: 0.0,
        high: 100.0,
        ends: ("0%".to_owned(), "100%".to_owned()),
        shape: Shape::Bar,
        rows: rows.collect(),
    }));
    for theme in shown {
        let quotes: Vec<(String, String)> = theme
            .quotes
            .iter()
            .take(QUOTES)
            .map(|quote| (quote.text.clone(), quote.answer.to_string()))
            .collect();
        if !quotes.is_empty() {
            section.blocks.push(Block::Quotes { about: theme.theme.clone(), quotes });
        }
    }
}

/// Findings, most urgent first.
pub(super) fn actions(results: &Results) -> Option<Section> {
    if results.findings.is_empty() {
        return None;
    }
    let mut section = Section::new("What to act on");
    let mut found: Vec<_> = results.findings.iter().collect();
    // Stable sort: equally urgent findings stay in the order of the daemon, the level first.
    found.sort_by_key(|finding| finding.priority);
    for finding in found {
        section.blocks.push(Block::Subheading(format!(
            "{} · {}",
            finding.priority,
            titled(finding)
        )));
        section.text(finding.description.clone());
        section.text(format!("Next: {}", finding.suggested_action));
        if let Some(note) = finding.note() {
            section.text(format!("Note: {note}"));
        }
    }
    Some(section)
}
