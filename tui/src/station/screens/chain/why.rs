//! Why the score moved: whether the gain is proved, the rules and findings behind the chosen version, who moved, and the
//! dimensions before and after.

use protocol::finding::{Finding, FindingPair};
use protocol::results::Results;
use protocol::review::{DimensionMean, Iterations};
use protocol::run::{State, Study};
use ratatui::layout::Rect;

use crate::kinds;
use crate::report::agree;
use crate::report::chain::{by_place, findings_across, for_whom, stopped, unfinished, verdict};
use crate::station::model::chain::{Between, Choice, Version};
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
    compared: Option<&(&Version<'_>, Between)>,
    (glyphs, width): (Glyphs, u16),
) -> Vec<(String, Role)> {
    let Some((base, changed)) = compared else {
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
    lines.extend(wrapped(between(results, version, (base, changed), glyphs), glyphs, width));
    lines
}

/// How far a chain is that has no results: what its finished rounds gained so far, and what can be done with them.
pub(super) fn so_far(
    results: &Results,
    study: &Study,
    (glyphs, width): (Glyphs, u16),
) -> Vec<(String, Role)> {
    let Some(iterations) = kinds::found(&results.outcomes).iterations else { return Vec::new() };
    let (role, text) = unfinished(iterations, study.state);
    let next = match study.state {
        State::Cancelled | State::Failed => {
            "a writes the chosen version into its file; d starts the review again."
        }
        State::Paused => {
            "p goes on with the next round; a writes the chosen version into its file."
        }
        _ => "Each further round stands here when it has ended.",
    };
    wrapped([(text, of_report(role)), (next.to_owned(), Role::Dim)], glyphs, width)
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

/// What came of the changes of one version in another: who moved, most of all which segments, and which findings are answered.
fn between(
    results: &Results,
    version: &Version<'_>,
    (base, changed): (&Version<'_>, &Between),
    glyphs: Glyphs,
) -> Vec<(String, Role)> {
    let mut told = Vec::new();
    let mut parts = Vec::new();
    // Results of earlier versions know who moved from the round that was rewritten from only.
    if let Some(moved) = changed.moved {
        let all = moved.up + moved.same + moved.down;
        parts.push(format!(
            "{} of {all} experts score it higher than {}, {} the same, {} lower.",
            moved.up, base.name, moved.same, moved.down
        ));
    }
    if let Some((before, after)) = base.click_rate.zip(version.click_rate) {
        let [before, after] = [before, after].map(|rate| number(100.0 * rate, 0, glyphs));
        parts.push(format!("Would click: {before} % {} {after} %.", glyphs.arrow()));
    }
    if !parts.is_empty() {
        told.push((parts.join(" "), Role::Text));
    }
    if let Some(text) = for_whom(&changed.segments) {
        told.push((text, Role::Text));
    }
    // A round answers findings of the text that it was made from, and of no other.
    let is_from = match base.choice {
        Choice::Round(round) => version.from == Some(usize::from(round.saturating_sub(1))),
        Choice::Variant(_) => false,
    };
    let meant = results.findings.iter().filter(|one| version.findings.contains(&one.id));
    for finding in meant.filter(|_| is_from) {
        let Some(became) = became_of(finding, version, glyphs) else { continue };
        let text = format!(
            "{became} finding {}, {} {}: {}",
            finding.id, finding.priority, finding.title, finding.suggested_action
        );
        told.push((text, Role::Text));
    }
    if let Some(across) = version.across {
        told.push((findings_across(across), Role::Text));
    }
    told
}

/// What a version did to a finding that it was meant for, as the beginning of a sentence; nothing of one that is still named as
/// often, which moved no score. A variant was never asked by itself, so that it only aims at findings.
fn became_of(finding: &Finding, version: &Version<'_>, glyphs: Glyphs) -> Option<String> {
    let Some(across) = version.across else { return Some("Aims at".to_owned()) };
    let is_it = |pair: &&FindingPair| {
        pair.category == finding.category && pair.affected_feature == finding.affected_feature
    };
    let shares = |pair: &FindingPair| {
        let shares = pair.first_share.as_ref().zip(pair.second_share.as_ref());
        shares.map(|(before, after)| (before.value, after.value))
    };
    let told = |(before, after): (f64, f64)| {
        let [before, after] = [before, after].map(|share| number(100.0 * share, 0, glyphs));
        format!("named by {before} % {} {after} %", glyphs.arrow())
    };
    if let Some(pair) = across.fixed.iter().find(is_it) {
        let by = shares(pair).map_or_else(String::new, |both| format!(" ({})", told(both)));
        return Some(format!("Answers{by}"));
    }
    let pair = across.persisting.iter().find(is_it)?;
    let (before, after) = shares(pair).filter(|(before, after)| after < before)?;
    Some(format!("Eases, and does not end ({}),", told((before, after))))
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
    let decimals = agree::decimals(moved.iter().map(|(_, then, now)| (*then, *now, now - then)), 1);
    let (wide, wider) = (decimals + 3, decimals + 4);
    let name = moved.iter().map(|(name, ..)| columns(name)).max().unwrap_or(0);
    let cells: Vec<String> = moved
        .into_iter()
        .map(|(label, then, now)| {
            let by = difference(now - then, decimals, glyphs);
            let [then, now] = [then, now].map(|score| number(score, decimals, glyphs));
            let pad = usize::from(name.saturating_sub(columns(label)));
            let pad = " ".repeat(pad);
            format!("{label}{pad} {then:>wide$} {} {now:>wide$} {by:>wider$}", glyphs.arrow())
        })
        .collect();
    let cell = cells.first().map_or(1, |text| columns(text) + GAP);
    let on_a_line = usize::from((width + GAP) / cell.max(1)).max(1);
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
