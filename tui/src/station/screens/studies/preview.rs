//! The study under the cursor: what it is, what it found, what it took.

use protocol::run::{State, Study};
use ratatui::layout::Rect;

use super::{age, fact, state_mark};
use crate::station::instrument;
use crate::station::model::Model;
use crate::station::model::filter::state_label;
use crate::station::symbols::Focus;
use crate::station::theme::Role;
use crate::station::widgets::bar::sparkline;
use crate::station::widgets::canvas::{Canvas, Caption};
use crate::station::widgets::format::{number, thousands};
use crate::station::widgets::whisker::Whisker;

/// Draws the study.
pub(super) fn draw(model: &Model, study: &Study, canvas: &mut Canvas<'_>, area: Rect) {
    let caption = Caption { title: &study.name, count: "", foot: "" };
    let inner = canvas.pane(area, caption, Focus::Elsewhere);
    let glyphs = canvas.glyphs();
    let kind = instrument::of(study.instrument);
    let mut y = inner.y;
    let mut next = || {
        let line = Rect::new(inner.x, y, inner.width, 1);
        y += 1;
        (line.y < inner.bottom()).then_some(line)
    };
    let (_, role) = state_mark(study, glyphs);
    if let Some(line) = next() {
        let reason = study.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        let text = format!("{}{reason}", state_label(study.state));
        fact(canvas, line, kind.title, &text, role);
    }
    let report = model.studies.report(study.id).and_then(|report| report.results.as_ref());
    if let Some(results) = report {
        if let (Some(measure), Some(estimate)) = (kind.main, model.studies.main(study))
            && let Some(line) = next()
        {
            let value = number(estimate.value, measure.decimals, glyphs);
            fact(canvas, line, measure.label, &value, Role::Strong);
            let x = line.x + 18;
            let width = line.right().saturating_sub(x + 1);
            let interval = estimate.low.zip(estimate.high);
            let whisker = Whisker {
                value: estimate.value,
                interval,
                scale: measure.range,
                role: Role::Accent,
            };
            whisker.draw(canvas, Rect::new(x, line.y, width, 1));
        }
        if let Some(distribution) = instrument::distribution(&results.outcomes)
            && let Some(line) = next()
        {
            let counts: Vec<u64> = distribution.0.iter().map(|(_, count)| *count).collect();
            let (low, high) = kind.scale;
            let n: u64 = counts.iter().sum();
            let bars = sparkline(&counts, 20, glyphs);
            let text = format!("{low} {bars} {high}   n={}", thousands(n));
            fact(canvas, line, "scores", &text, Role::Bar);
        } else if let Some(line) = next() {
            let shares = (kind.shares)(&results.outcomes);
            let text: Vec<String> = shares
                .iter()
                .map(|share| format!("{} {}%", share.label, number(share.percent, 0, glyphs)))
                .collect();
            fact(canvas, line, "shares", &text.join(", "), Role::Text);
        }
        if let Some(conclusion) = results.conclusions.first()
            && let Some(line) = next()
        {
            fact(canvas, line, "says", conclusion, Role::Text);
        }
        for theme in results.themes.iter().take(2) {
            if let Some(line) = next() {
                let share = number(theme.share.value * 100.0, 0, glyphs);
                fact(
                    canvas,
                    line,
                    theme.kind.as_str(),
                    &format!("{share}%  {}", theme.theme),
                    Role::Quote,
                );
            }
        }
        if let Some(line) = next().filter(|_| !results.findings.is_empty()) {
            let text = results
                .findings
                .first()
                .map(|finding| format!("{} {}", finding.priority, finding.title));
            fact(canvas, line, "finding", &text.unwrap_or_default(), Role::Text);
        }
    } else if study.state == State::Completed {
        if let Some(line) = next() {
            fact(canvas, line, "report", "being loaded", Role::Dim);
        }
    } else if let Some(line) = next() {
        let panel = study.panel;
        let share = f64::from(panel.settled()) / f64::from(panel.requested.max(1));
        let percent = number(share * 100.0, 0, glyphs);
        fact(canvas, line, "answered", &format!("{percent}%"), Role::Text);
        let x = line.x + 16;
        canvas.bar(
            x,
            line.y,
            line.right().saturating_sub(x + 1),
            share,
            canvas.theme.style(Role::Bar),
        );
    }
    facts(model, study, canvas, &mut next);
}

/// What it took and who made it.
fn facts(
    model: &Model,
    study: &Study,
    canvas: &mut Canvas<'_>,
    next: &mut impl FnMut() -> Option<Rect>,
) {
    let panel = study.panel;
    let mut missing = Vec::new();
    for (count, what) in
        [(panel.refused, "declined"), (panel.invalid, "unreadable"), (panel.failed, "failed")]
    {
        if count > 0 {
            missing.push(format!("{count} {what}"));
        }
    }
    let tags = study.tags.join(", ");
    let lines = [
        ("missing", missing.join(", "), Role::Warning),
        ("tags", tags, Role::Text),
        ("engine", format!("{} ({}), seed {}", study.engine, study.model, study.seed), Role::Dim),
        (
            "started",
            format!("{} ago from {}", age(study.created_at, model.now.wall), study.origin),
            Role::Dim,
        ),
        ("id", study.id.short(), Role::Dim),
    ];
    for (label, text, role) in lines {
        if !text.is_empty()
            && let Some(line) = next()
        {
            fact(canvas, line, label, &text, role);
        }
    }
}
