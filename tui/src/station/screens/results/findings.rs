//! Findings view, most urgent first, with the answers that support each.

use protocol::results::{Finding, Priority, Results};
use ratatui::layout::Rect;

use crate::kinds;
use crate::station::model::Model;
use crate::station::model::results::Pane;
use crate::station::symbols::Glyphs;
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, wrap};
use crate::station::widgets::format::thousands;

/// A finding with its number of mentions.
pub(in crate::station::screens) fn as_text(finding: &Finding, glyphs: Glyphs) -> String {
    let Finding { priority, title, times_mentioned, description, .. } = finding;
    let times = thousands(*times_mentioned);
    format!("{priority} {title} ({}{times}): {description}", glyphs.times())
}

/// Why there is no finding.
pub(in crate::station::screens) fn nothing(model: &Model, results: &Results) -> String {
    let report = model.open_study.report.as_ref();
    let low = report.and_then(|report| report.below_middle.as_deref());
    let view = kinds::of_outcomes(&results.outcomes);
    let nothing = "Nothing stands out enough to be a finding";
    match low {
        Some(low) => format!("Below the middle, but not urgent: {low} Nothing else stands out."),
        None if !view.has_level => {
            format!("{nothing}; the level of a {}'s answers is not judged.", view.title)
        }
        None => format!("{nothing}."),
    }
}

/// The colour of a priority.
pub(in crate::station::screens) const fn role(priority: Priority) -> Role {
    match priority {
        Priority::P0 => Role::Bad,
        Priority::P1 => Role::Warning,
        Priority::P2 => Role::Text,
        Priority::P3 => Role::Dim,
    }
}

/// Draws the findings; below them, the one under the cursor in full.
pub(super) fn draw(model: &Model, results: &Results, canvas: &mut Canvas<'_>, area: Rect) {
    let view = &model.open_study.results;
    if results.findings.is_empty() {
        let y = draw_conclusions(results, canvas, area);
        let rest = Rect { y, height: area.bottom().saturating_sub(y), ..area };
        let text = nothing(model, results);
        canvas.missing(rest, &text);
        return;
    }
    let list_height = (area.height / 2).max(1);
    let list = Rect { height: list_height, ..area };
    let shown = view.main.shown(results.findings.len(), usize::from(list.height));
    for (y, index) in (list.top()..list.bottom()).zip(shown) {
        let finding = &results.findings[index];
        let role = role(finding.priority);
        canvas.text(area.x + 1, y, 3, finding.priority.as_str(), role);
        let count = format!("{}{}", canvas.glyphs().times(), finding.times_mentioned);
        canvas.cut(area.x + 4, y, area.width.saturating_sub(12), &finding.title, Role::Text);
        canvas.right(area.x, y, area.width.saturating_sub(1), &count, Role::Dim);
        if view.pane == Pane::Main && index == view.main.cursor {
            canvas.tint(Rect::new(area.x, y, area.width, 1), Role::Selected);
        }
    }
    let Some(finding) = results.findings.get(view.main.cursor) else { return };
    let mut y = list.bottom();
    for (text, role) in
        [(&finding.description, Role::Text), (&finding.suggested_action, Role::Accent)]
    {
        for line in wrap(text, area.width.saturating_sub(2)) {
            if y < area.bottom() {
                canvas.text(area.x + 1, y, area.width.saturating_sub(2), &line, role);
            }
            y += 1;
        }
    }
}

/// Draws the conclusions as sentences; returns the line after the last.
pub(super) fn draw_conclusions(results: &Results, canvas: &mut Canvas<'_>, area: Rect) -> u16 {
    let width = area.width.saturating_sub(2);
    let mut y = area.y;
    for line in results.conclusions.iter().flat_map(|conclusion| wrap(conclusion, width)) {
        if y >= area.bottom() {
            break;
        }
        canvas.text(area.x + 1, y, width, &line, Role::Text);
        y += 1;
    }
    y
}
