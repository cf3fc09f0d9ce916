//! Preview of the study under the cursor: its description, its results, its cost.

use protocol::results::{Report, Results};
use protocol::run::{State, Study};
use ratatui::layout::Rect;

use super::{age, fact, state_mark};
use crate::kinds;
use crate::report::chain::best_so_far;
use crate::station::model::filter::state_label;
use crate::station::model::{Model, watched};
use crate::station::symbols::Focus;
use crate::station::theme::Role;
use crate::station::widgets::bar::sparkline;
use crate::station::widgets::canvas::{Canvas, Caption, wrap};
use crate::station::widgets::format::{number, thousands};
use crate::station::widgets::versions;
use crate::station::widgets::whisker::Whisker;

/// The height from which on every section has room.
const TALL_FROM: u16 = 28;

/// Draws the study.
pub(super) fn draw(model: &Model, study: &Study, canvas: &mut Canvas<'_>, area: Rect) {
    let caption = Caption { title: &study.name, count: "", foot: "" };
    let inner = canvas.pane(area, caption, Focus::Elsewhere);
    let glyphs = canvas.glyphs();
    let kind = kinds::view(study.instrument);
    let tall = inner.height >= TALL_FROM;
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
    rejections(study, (inner.width, tall), canvas, &mut next);
    let strip = model.studies.report(study.id).and_then(|report| versions::strip(report, glyphs));
    if let Some(strip) = strip
        && let Some(line) = next()
    {
        let pieces: Vec<(&str, Role)> =
            strip.iter().map(|(text, role)| (text.as_str(), *role)).collect();
        canvas.pieces(line.x, line.y, line.width, &pieces);
    }
    if let Some(file) = model.watched.file_of(study.id)
        && let (state, role) = watched::state_of(file)
        && (tall || role != Role::Text)
        && let Some(line) = next()
    {
        let ago = age(file.at, model.now.wall);
        let text = format!("{}{state}", watched::name_of(file));
        let text = if role == Role::Text { format!("{text}, saved {ago} ago") } else { text };
        fact(canvas, line, "file", &text, role);
    }
    let report = model.studies.report(study.id);
    // A chain without results is led by its best round, as its line in the list is.
    let unended = report.filter(|report| report.results.is_none());
    if let Some(text) = unended.and_then(Report::found).and_then(best_so_far) {
        for text in wrap(&glyphs.plain(&text), inner.width) {
            let Some(line) = next() else { break };
            canvas.text(line.x, line.y, line.width, &text, Role::Text);
        }
    }
    let report = report.and_then(Report::found);
    if let Some(results) = report {
        if tall {
            headline(study, results, canvas, &mut next);
        } else {
            main_line(model, study, canvas, &mut next);
        }
        let found = kinds::found(&results.outcomes);
        distribution(&found, kind, tall, canvas, &mut next);
        if tall {
            conclusions(results, canvas, &mut next);
        } else if let Some(conclusion) = results.conclusions.first()
            && let Some(line) = next()
        {
            fact(canvas, line, "says", conclusion, Role::Text);
        }
        themes(results, if tall { 8 } else { 2 }, canvas, &mut next);
        if let Some(line) = next().filter(|_| !results.findings.is_empty()) {
            let text = results
                .findings
                .first()
                .map(|finding| format!("{} {}", finding.priority, finding.title));
            fact(canvas, line, "finding", &text.unwrap_or_default(), Role::Text);
        }
    } else if study.state == State::Completed {
        main_line(model, study, canvas, &mut next);
        if let Some(line) = next() {
            match model.studies.why_unreported(study.id) {
                Some(why) => fact(canvas, line, "report", why, Role::Warning),
                None => fact(canvas, line, "report", "being loaded", Role::Dim),
            }
        }
    } else if let Some(line) = next() {
        let panel = study.asked_now();
        let share = f64::from(panel.delivered) / f64::from(panel.requested.max(1));
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

/// The sentences on rejected texts, before every number.
fn rejections(
    study: &Study,
    (width, tall): (u16, bool),
    canvas: &mut Canvas<'_>,
    next: &mut impl FnMut() -> Option<Rect>,
) {
    // A low screen has no room for a long clause.
    let most = if tall { 4 } else { 2 };
    for rejected in &study.rejected {
        for text in wrap(&rejected.sentence(), width).into_iter().take(most) {
            let Some(line) = next() else { return };
            canvas.text(line.x, line.y, line.width, &text, Role::Bad);
        }
    }
}

/// The scores as a distribution, or the shares of a type without scores.
fn distribution(
    found: &kinds::OutcomeParts<'_>,
    kind: &kinds::StudyView,
    tall: bool,
    canvas: &mut Canvas<'_>,
    next: &mut impl FnMut() -> Option<Rect>,
) {
    let glyphs = canvas.glyphs();
    if tall && let Some(scores) = &found.scores {
        columns_of(&scores.counts.0, kind, canvas, next);
    } else if let Some(scores) = &found.scores
        && let Some(line) = next()
    {
        let counts: Vec<u64> = scores.counts.0.iter().map(|(_, count)| *count).collect();
        let (low, high) = kind.scale;
        let n: u64 = counts.iter().sum();
        let bars = sparkline(&counts, 20, glyphs);
        let text = format!("{low} {bars} {high}   n={}", thousands(n));
        fact(canvas, line, "scores", &text, Role::Bar);
    } else if !found.shares.is_empty()
        && let Some(line) = next()
    {
        let text: Vec<String> = found
            .shares
            .iter()
            .map(|share| format!("{} {}%", share.label, number(share.percent, 0, glyphs)))
            .collect();
        fact(canvas, line, "shares", &text.join(", "), Role::Text);
    }
}

/// The main result on its scale.
fn main_line(
    model: &Model,
    study: &Study,
    canvas: &mut Canvas<'_>,
    next: &mut impl FnMut() -> Option<Rect>,
) {
    let kind = kinds::view(study.instrument);
    if let (Some(measure), Some(estimate)) = (kind.main, model.studies.main(study))
        && let Some(line) = next()
    {
        let value = number(estimate.value, measure.decimals, canvas.glyphs());
        fact(canvas, line, measure.label, &value, Role::Strong);
        let x = line.x + 18;
        let width = line.right().saturating_sub(x + 1);
        let interval = estimate.low.zip(estimate.high);
        let whisker =
            Whisker { value: estimate.value, interval, scale: measure.range, role: Role::Accent };
        whisker.draw(canvas, Rect::new(x, line.y, width, 1));
    }
}

/// The most frequent themes.
fn themes(
    results: &Results,
    most: usize,
    canvas: &mut Canvas<'_>,
    next: &mut impl FnMut() -> Option<Rect>,
) {
    for theme in results.themes.iter().take(most) {
        let Some(line) = next() else { return };
        let share = number(theme.share.value * 100.0, 0, canvas.glyphs());
        let text = format!("{share}%  {}", theme.theme);
        fact(canvas, line, theme.kind.as_str(), &text, Role::Quote);
    }
}

/// Selected estimates, each with its interval.
fn headline(
    study: &Study,
    results: &Results,
    canvas: &mut Canvas<'_>,
    next: &mut impl FnMut() -> Option<Rect>,
) {
    let glyphs = canvas.glyphs();
    for (label, decimals, estimate) in kinds::lines(study.instrument, &results.estimates) {
        let Some(line) = next() else { return };
        let show = |value| number(value, decimals, glyphs);
        let interval = match (estimate.low, estimate.high) {
            (Some(low), Some(high)) => format!("  {} to {}", show(low), show(high)),
            _ => String::new(),
        };
        let width = 18.min(line.width);
        canvas.cut(line.x, line.y, width, label, Role::Dim);
        let value = show(estimate.value);
        let rest = line.width - width;
        canvas.pieces(
            line.x + width,
            line.y,
            rest,
            &[(&value, Role::Strong), (&interval, Role::Text)],
        );
    }
    let _space = next();
}

/// The score distribution as columns.
fn columns_of(
    counts: &[(i32, u64)],
    kind: &kinds::StudyView,
    canvas: &mut Canvas<'_>,
    next: &mut impl FnMut() -> Option<Rect>,
) {
    const HEIGHT: usize = 5;
    let glyphs = canvas.glyphs();
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    let heights = glyphs.heights();
    let (low, high) = kind.scale;
    let steps = heights.len() * HEIGHT;
    let lines: Vec<Rect> = (0..=HEIGHT).filter_map(|_| next()).collect();
    let Some((labels, rows)) = lines.split_last() else { return };
    for (index, (score, count)) in counts.iter().enumerate() {
        let x = labels.x + u16::try_from(index * 4).unwrap_or(u16::MAX);
        if x + 3 > labels.right() {
            return;
        }
        let filled = usize::try_from(*count * steps as u64 / most).unwrap_or(0);
        let style = canvas.theme.score(f64::from(score - low) / f64::from((high - low).max(1)));
        for (up, line) in rows.iter().rev().enumerate() {
            let here = filled.saturating_sub(up * heights.len()).min(heights.len());
            if let Some(cell) = here.checked_sub(1).and_then(|height| heights.get(height)) {
                canvas.put(x, line.y, 3, &cell.repeat(3), style);
            }
        }
        canvas.right(x, labels.y, 3, &score.to_string(), Role::Dim);
    }
    let _space = next();
}

/// The conclusions as sentences.
fn conclusions(
    results: &Results,
    canvas: &mut Canvas<'_>,
    next: &mut impl FnMut() -> Option<Rect>,
) {
    for conclusion in results.conclusions.iter().take(4) {
        let mut words: Vec<String> = Vec::new();
        let mut width = 0;
        while let Some(line) = next() {
            if width == 0 {
                width = line.width;
                words = wrap(conclusion, width);
                words.reverse();
            }
            let Some(text) = words.pop() else { break };
            canvas.text(line.x, line.y, width, &text, Role::Text);
        }
    }
}

/// Cost, duration and origin.
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
