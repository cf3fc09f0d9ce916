//! Why the score moved: whether the gain is proved, the rules and findings behind the chosen version, who moved, and the
//! dimensions before and after.

use protocol::results::Results;
use protocol::review::{DimensionMean, Iterations};
use ratatui::layout::Rect;

use crate::kinds;
use crate::report::chain::{by_place, stopped, verdict};
use crate::station::model::chain::Version;
use crate::station::symbols::{Focus, Glyphs};
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, Caption, columns, wrap};
use crate::station::widgets::format::{difference, number};

/// Columns between two dimensions on a line.
const GAP: u16 = 3;

/// The judgement of the gain in a few words.
pub(super) fn brief(iterations: &Iterations) -> (String, Role) {
    let gain = &iterations.improvement;
    let is_gain = gain.interval.is_some_and(|(low, _)| low > 0.0);
    let (text, role) = match (iterations.best_round, is_gain, gain.confirmed) {
        (1, ..) => ("no gain", Role::Warning),
        _ if gain.is_proved() => ("proved", Role::Good),
        (_, false, _) if gain.interval.is_some() => ("no gain", Role::Warning),
        _ => ("not proved", Role::Warning),
    };
    (text.to_owned(), role)
}

/// The lines of the pane, wrapped to that many columns.
pub(super) fn lines(
    results: &Results,
    version: &Version<'_>,
    base: Option<&Version<'_>>,
    glyphs: Glyphs,
    width: u16,
) -> Vec<(String, Role)> {
    let mut told: Vec<(String, Role)> = Vec::new();
    let iterations = kinds::found(&results.outcomes).iterations;
    if let Some(iterations) = iterations {
        let (role, text) = verdict(iterations);
        told.push((text, of_report(role)));
        told.extend(by_place(iterations).map(|text| (text, Role::Warning)));
    }
    match base {
        None => told.push((format!("This is {}, as it was asked.", version.name), Role::Dim)),
        Some(base) => told.extend(between(results, version, base, glyphs)),
    }
    if let Some((iterations, reason)) = iterations.and_then(|one| one.stop_reason.map(|why| (one, why))) {
        told.push((stopped(iterations, reason), Role::Dim));
    }
    let mut lines: Vec<(String, Role)> = told
        .into_iter()
        .flat_map(|(text, role)| {
            wrap(&glyphs.plain(&text), width).into_iter().map(move |line| (line, role))
        })
        .collect();
    if let Some(base) = base {
        lines.extend(dimensions(version.dimensions, base.dimensions, glyphs, width));
    }
    lines
}

/// What one version changes in another, and what came of it.
fn between(
    results: &Results,
    version: &Version<'_>,
    base: &Version<'_>,
    glyphs: Glyphs,
) -> Vec<(String, Role)> {
    let mut told = Vec::new();
    if !version.principles.is_empty() {
        let applied = version.principles.join("; ");
        told.push((format!("{}: {applied}.", capital(&version.name)), Role::Accent));
    }
    for finding in results.findings.iter().filter(|one| version.findings.contains(&one.id)) {
        let text = format!(
            "Answers finding {}, {} {}: {}",
            finding.id, finding.priority, finding.title, finding.suggested_action
        );
        told.push((text, Role::Text));
    }
    if let Some(moved) = version.moved {
        let all = moved.up + moved.same + moved.down;
        let text = format!(
            "{} of {all} experts score it higher than the version before it, {} the same, {} lower.",
            moved.up, moved.same, moved.down
        );
        told.push((text, Role::Text));
    }
    if let Some((before, after)) = base.click_rate.zip(version.click_rate) {
        let percent = |rate: f64| number(100.0 * rate, 0, glyphs);
        let text = format!(
            "Would click: {} % {} {} %.",
            percent(before),
            glyphs.arrow(),
            percent(after)
        );
        told.push((text, Role::Text));
    }
    told
}

/// The dimensions before and after, those that moved most first, as many on a line as there is room for.
fn dimensions(
    after: &[DimensionMean],
    before: &[DimensionMean],
    glyphs: Glyphs,
    width: u16,
) -> Vec<(String, Role)> {
    let mut moved: Vec<(&str, f64, f64)> = after
        .iter()
        .filter_map(|now| {
            let then = before.iter().find(|then| then.name == now.name)?;
            Some((now.name.as_str(), then.score, now.score))
        })
        .collect();
    moved.sort_by(|a, b| (b.2 - b.1).abs().total_cmp(&(a.2 - a.1).abs()));
    let name = moved.iter().map(|(name, ..)| columns(name)).max().unwrap_or(0);
    let cells: Vec<(String, Role)> = moved
        .into_iter()
        .map(|(label, then, now)| {
            let by = difference(now - then, 1, glyphs);
            let (then, now) = (number(then, 1, glyphs), number(now, 1, glyphs));
            let pad = usize::from(name.saturating_sub(columns(label)));
            let text = format!("{label}{} {then:>4} {} {now:>4} {by:>5}", " ".repeat(pad), glyphs.arrow());
            let role = match by.as_str() {
                "+0.0" => Role::Dim,
                other if other.starts_with('+') => Role::Good,
                _ => Role::Bad,
            };
            (text, role)
        })
        .collect();
    let wide = cells.first().map_or(1, |(text, _)| columns(text) + GAP);
    let on_a_line = usize::from((width + GAP) / wide.max(1)).max(1);
    cells
        .chunks(on_a_line)
        .map(|chunk| {
            let texts: Vec<&str> = chunk.iter().map(|(text, _)| text.as_str()).collect();
            // A line has the colour of the dimension that moved most.
            let role = chunk.first().map_or(Role::Text, |(_, role)| *role);
            (texts.join(&" ".repeat(usize::from(GAP))), role)
        })
        .collect()
}

/// Draws the pane.
pub(super) fn draw(
    results: &Results,
    version: &Version<'_>,
    base: Option<&Version<'_>>,
    (focus, scroll): (Focus, usize),
    canvas: &mut Canvas<'_>,
    area: Rect,
) {
    let glyphs = canvas.glyphs();
    let width = area.width.saturating_sub(4);
    let lines = lines(results, version, base, glyphs, width);
    let rows = usize::from(area.height.saturating_sub(2));
    let first = scroll.min(lines.len().saturating_sub(rows));
    let left = lines.len().saturating_sub(first + rows);
    let foot = if left > 0 { format!("{left} more below") } else { String::new() };
    let caption = Caption { title: "Why it moved", count: "", foot: &foot };
    let inner = canvas.pane(area, caption, focus);
    for (y, (line, role)) in (inner.top()..inner.bottom()).zip(lines.iter().skip(first)) {
        canvas.text(inner.x + 1, y, width, line, *role);
    }
}

/// The role on a screen of a role in a report.
const fn of_report(role: crate::look::Role) -> Role {
    match role {
        crate::look::Role::Good => Role::Good,
        crate::look::Role::Bad => Role::Bad,
        crate::look::Role::Warning => Role::Warning,
        _ => Role::Text,
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
