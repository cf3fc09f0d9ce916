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
    (glyphs, width): (Glyphs, u16),
) -> Vec<(String, Role)> {
    let Some(base) = base else {
        return wrap(&format!("This is {}, as it was asked.", version.name), width)
            .into_iter()
            .map(|line| (line, Role::Dim))
            .collect();
    };
    let mut lines = Vec::new();
    if !version.principles.is_empty() {
        let applied = format!("{}: {}.", capital(&version.name), version.principles.join("; "));
        lines.extend(wrapped([(applied, Role::Accent)], glyphs, width));
    }
    lines.extend(dimensions(version.dimensions, base.dimensions, glyphs, width));
    lines.extend(wrapped(between(results, version, base, glyphs), glyphs, width));
    lines
}

/// Whether the gain is proved, and why the chain ended, wrapped to that many columns.
pub(super) fn judgement(results: &Results, (glyphs, width): (Glyphs, u16)) -> Vec<(String, Role)> {
    let Some(iterations) = kinds::found(&results.outcomes).iterations else { return Vec::new() };
    let (role, text) = verdict(iterations);
    let mut told = vec![(text, of_report(role))];
    told.extend(by_place(iterations).map(|text| (text, Role::Warning)));
    told.extend(iterations.stop_reason.map(|why| (stopped(iterations, why), Role::Dim)));
    wrapped(told, glyphs, width)
}

fn wrapped(
    told: impl IntoIterator<Item = (String, Role)>,
    glyphs: Glyphs,
    width: u16,
) -> Vec<(String, Role)> {
    told.into_iter()
        .flat_map(|(text, role)| {
            wrap(&glyphs.plain(&text), width).into_iter().map(move |line| (line, role))
        })
        .collect()
}

/// What came of the changes of one version in another: who moved, and which findings are answered.
fn between(
    results: &Results,
    version: &Version<'_>,
    base: &Version<'_>,
    glyphs: Glyphs,
) -> Vec<(String, Role)> {
    let mut told = Vec::new();
    let mut parts = Vec::new();
    if let Some(moved) = version.moved {
        let all = moved.up + moved.same + moved.down;
        parts.push(format!(
            "{} of {all} experts score it higher than the one it was rewritten from, {} the same, {} lower.",
            moved.up, moved.same, moved.down
        ));
    }
    if let Some((before, after)) = base.click_rate.zip(version.click_rate) {
        let [before, after] = [before, after].map(|rate| number(100.0 * rate, 0, glyphs));
        parts.push(format!("Would click: {before} % {} {after} %.", glyphs.arrow()));
    }
    if !parts.is_empty() {
        told.push((parts.join(" "), Role::Text));
    }
    for finding in results.findings.iter().filter(|one| version.findings.contains(&one.id)) {
        let text = format!(
            "Answers finding {}, {} {}: {}",
            finding.id, finding.priority, finding.title, finding.suggested_action
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
    let cells: Vec<String> = moved
        .into_iter()
        .map(|(label, then, now)| {
            let by = difference(now - then, 1, glyphs);
            let (then, now) = (number(then, 1, glyphs), number(now, 1, glyphs));
            let pad = usize::from(name.saturating_sub(columns(label)));
            let pad = " ".repeat(pad);
            format!("{label}{pad} {then:>4} {} {now:>4} {by:>5}", glyphs.arrow())
        })
        .collect();
    let wide = cells.first().map_or(1, |text| columns(text) + GAP);
    let on_a_line = usize::from((width + GAP) / wide.max(1)).max(1);
    cells
        .chunks(on_a_line)
        .map(|cells| (cells.join(&" ".repeat(usize::from(GAP))), Role::Text))
        .collect()
}

/// Draws the pane.
pub(super) fn draw(
    lines: &[(String, Role)],
    (focus, scroll): (Focus, usize),
    canvas: &mut Canvas<'_>,
    area: Rect,
) {
    let width = area.width.saturating_sub(4);
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
