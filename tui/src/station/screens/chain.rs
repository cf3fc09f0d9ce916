//! Screen 4, the chain of a content review: the versions of the text with their scores, what the chosen one changes in the one
//! it was rewritten from, and why the score moved. A review of one round shows its rewrites in the same way.

mod plot;
#[cfg(test)]
mod tests;
mod versions;
mod why;

use protocol::results::Results;
use protocol::rounds::{RunKind, TextPart};
use protocol::run::{RoundProgress, State, Study};
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::results::waits_for;
use super::{SYNTHETIC, frame};
use crate::kinds;
use crate::report::{agree, diff};
use crate::station::look::Colours;
use crate::station::model::chain::{
    ChainPane, Choice, DiffKey, DiffLayout, DiffUnit, Version, between, versions as versions_of,
};
use crate::station::model::difference::Difference;
use crate::station::model::{Model, Zoom};
use crate::station::symbols::{Focus, Glyphs};
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, Caption};
use crate::station::widgets::format::{difference, number, plural, thousands};

/// The size from which on the scores have a plot, and the reasons a pane below.
const WIDE_FROM: (u16, u16) = (110, 27);
/// The rows of text and reasons together, from which on both are shown at once.
const BOTH_FROM: u16 = 12;
/// The width from which on the texts stand side by side unless asked otherwise.
const SPLIT_FROM: u16 = 110;

/// The areas of the panes; an empty one is not shown.
#[derive(Clone, Copy, Debug, Default)]
struct Panes {
    plot: Rect,
    versions: Rect,
    text: Rect,
    why: Rect,
}

/// The results of the open study, if loaded; while it has none, those of the rounds that have ended.
pub(crate) fn results(model: &Model) -> Option<&Results> {
    model.open_study.report_of_study()?.found()
}

/// Whether what is shown is of finished rounds only.
fn is_unfinished(model: &Model) -> bool {
    model.open_study.report_of_study().is_some_and(|report| report.results.is_none())
}

/// The results with the versions, where there is more than nothing to show.
fn reviewed(model: &Model) -> Option<(&Results, Vec<Version<'_>>)> {
    let results = results(model)?;
    let versions = versions_of(results);
    let has_chain = kinds::found(&results.outcomes).iterations.is_some();
    (has_chain || versions.len() > 1).then_some((results, versions))
}

/// The chosen version, its place, and the place of the one that it is compared with.
fn chosen<'a>(
    model: &Model,
    results: &Results,
    versions: &'a [Version<'a>],
) -> Option<(&'a Version<'a>, usize, usize)> {
    let place = model.open_study.chain.place(results, versions.len());
    let base = model.open_study.chain.compared(versions, place);
    versions.get(place).map(|version| (version, place, base))
}

/// The chosen version: how `apply` names it, and its name in a sentence.
pub(crate) fn choice(model: &Model) -> Option<(Choice, String)> {
    let (results, versions) = reviewed(model)?;
    let (version, ..) = chosen(model, results, &versions)?;
    Some((version.choice, version.name.clone()))
}

/// The place of the chosen version.
pub(crate) fn place(model: &Model) -> Option<usize> {
    let (results, versions) = reviewed(model)?;
    chosen(model, results, &versions).map(|(_, place, _)| place)
}

/// The text of the chosen version, to copy.
pub(crate) fn as_text(model: &Model) -> Option<String> {
    let (results, versions) = reviewed(model)?;
    chosen(model, results, &versions).map(|(version, ..)| version.text.to_owned())
}

/// Whether there are versions to choose from.
pub(crate) fn has_any(model: &Model) -> bool {
    reviewed(model).is_some()
}

/// What the difference that the screen shows is determined by, with the words of both texts.
pub(crate) fn wanted(model: &Model) -> Option<(DiffKey, Vec<TextPart>)> {
    let (results, versions) = reviewed(model)?;
    let (key, place, base) = key(model, results, &versions)?;
    // Laying out again what is laid out already would copy both texts in vain.
    if model.open_study.chain.difference(key).is_some() {
        return None;
    }
    let (before, after) = (versions.get(base)?.text, versions.get(place)?.text);
    if place == base {
        return Some((key, vec![TextPart { kind: RunKind::Same, text: after.to_owned() }]));
    }
    let words = between(&versions, (base, place)).words;
    Some((key, diff::parts(&words, before, after)))
}

fn key(
    model: &Model,
    results: &Results,
    versions: &[Version<'_>],
) -> Option<(DiffKey, usize, usize)> {
    let (_, place, base) = chosen(model, results, versions)?;
    let area = panes(model, whole(model), versions.len()).text;
    let inner = area.width.saturating_sub(4);
    let layout = layout(model);
    let width = match layout {
        DiffLayout::Inline => inner,
        DiffLayout::Split => inner.saturating_sub(3) / 2,
    };
    let look = model.look();
    let key = DiffKey {
        study: model.open_study.study?,
        places: (base, place),
        unit: model.open_study.chain.unit,
        layout,
        width: width.max(1),
        has_signs: look.colours == Colours::None || look.glyphs == Glyphs::Ascii,
    };
    Some((key, place, base))
}

/// The layout that was asked for, else the one that the width suggests.
pub(crate) fn layout(model: &Model) -> DiffLayout {
    model.open_study.chain.layout.unwrap_or(if model.size.0 >= SPLIT_FROM {
        DiffLayout::Split
    } else {
        DiffLayout::Inline
    })
}

/// The body of a screen of the model's size.
fn whole(model: &Model) -> Rect {
    frame::body(Rect::new(0, 0, model.size.0, model.size.1))
}

/// The visible lines of the text, and its first visible one.
pub(crate) fn text_window(model: &Model) -> Option<(usize, usize)> {
    let (results, versions) = reviewed(model)?;
    let (key, ..) = key(model, results, &versions)?;
    let found = model.open_study.chain.difference(key)?;
    let area = panes(model, whole(model), versions.len()).text;
    let rows = usize::from(area.height.saturating_sub(2));
    Some((rows, first_line(model, found.first_change, found.height(), rows)))
}

/// The first visible line: the first change with one line before it, until it was moved.
fn first_line(model: &Model, first_change: usize, height: usize, rows: usize) -> usize {
    let wanted = model.open_study.chain.scroll.unwrap_or(first_change.saturating_sub(1));
    wanted.min(height.saturating_sub(rows))
}

/// The lines of the reasons that are below the visible ones.
pub(crate) fn why_left(model: &Model) -> usize {
    let Some((results, versions)) = reviewed(model) else { return 0 };
    let panes = panes(model, whole(model), versions.len());
    let rows = usize::from(panes.why.height.saturating_sub(2));
    reasons(model, results, &versions, panes).len().saturating_sub(rows)
}

/// The lines of the reasons. Where the versions have a plot, the judgement stands below them and not here.
fn reasons(
    model: &Model,
    results: &Results,
    versions: &[Version<'_>],
    panes: Panes,
) -> Vec<(String, Role)> {
    let Some((version, place, base)) = chosen(model, results, versions) else { return Vec::new() };
    let compared = (place != base).then(|| (&versions[base], between(versions, (base, place))));
    let room = (model.theme.glyphs(), panes.why.width.saturating_sub(4));
    let mut lines = why::lines(results, version, compared.as_ref(), room);
    if panes.plot.is_empty() {
        lines.extend(judgement(model, results, room));
    }
    lines
}

/// Whether the gain is proved; while the chain is not at its end, how far it is and what can be done.
fn judgement(model: &Model, results: &Results, room: (Glyphs, u16)) -> Vec<(String, Role)> {
    match model.study() {
        Some(study) if is_unfinished(model) => why::so_far(results, study, room),
        Some(_) | None => why::judgement(results, room),
    }
}

/// The breadcrumb: the study, its rounds, what was gained, and how that is judged.
pub(super) fn trail(model: &Model) -> Vec<(String, Role)> {
    let Some(study) = model.study() else { return vec![("no study".to_owned(), Role::Dim)] };
    let glyphs = model.theme.glyphs();
    let mut facts = vec![(study.name.clone(), Role::Text)];
    if let Some(round) = study.round {
        facts.push((under_way(round), Role::Running));
    }
    if let Some((results, versions)) = reviewed(model) {
        let found = kinds::found(&results.outcomes);
        match found.iterations {
            // One round alone has moved nothing yet.
            Some(iterations) if iterations.chain.len() < 2 => {
                facts.push((number(iterations.best_score, 1, glyphs), Role::Strong));
                let so_far = "one round ended, nothing to compare";
                facts.push((so_far.to_owned(), Role::Dim));
                let (asked, all) = (iterations.completed_rounds, iterations.total_rounds);
                facts.push((format!("{asked} of {all} rounds"), Role::Dim));
            }
            Some(iterations) => {
                let first = iterations.chain.first().map_or(0.0, |round| round.overall);
                let gain = iterations.improvement.score_change;
                let arrow = glyphs.arrow();
                let decimals = agree::decimals([(first, iterations.best_score, gain)], 1);
                let text = format!(
                    "{} {arrow} {} ({})",
                    number(first, decimals, glyphs),
                    number(iterations.best_score, decimals, glyphs),
                    difference(gain, decimals, glyphs),
                );
                facts.push((text, Role::Strong));
                facts.push(if is_unfinished(model) {
                    ("so far".to_owned(), Role::Running)
                } else {
                    why::brief(iterations)
                });
                let (asked, all) = (iterations.completed_rounds, iterations.total_rounds);
                facts.push((format!("{asked} of {all} rounds"), Role::Dim));
            }
            None => {
                let count = versions.len().saturating_sub(1) as u64;
                facts.push((plural(count, "variant", "variants"), Role::Strong));
                facts.push(("one round".to_owned(), Role::Dim));
            }
        }
    }
    facts.push((format!("n={} {SYNTHETIC}", thousands(study.panel.delivered.into())), Role::Dim));
    facts
}

/// How far a round is.
pub(in crate::station::screens) fn under_way(round: RoundProgress) -> String {
    let (settled, all) = (round.panel.settled(), round.panel.requested);
    if round.confirms {
        format!("fresh panel {settled}/{all}")
    } else {
        format!("round {} of {}: {settled}/{all}", round.round, round.rounds)
    }
}

/// The areas of the panes. On small screens text and reasons share one area, which shows the focused of both.
fn panes(model: &Model, body: Rect, count: usize) -> Panes {
    let none = Panes::default();
    let pane = model.open_study.chain.pane;
    if model.zoom == Zoom::One {
        return match pane {
            ChainPane::Versions => Panes { versions: body, ..none },
            ChainPane::Text => Panes { text: body, ..none },
            ChainPane::Why => Panes { why: body, ..none },
        };
    }
    let rows = u16::try_from(count).unwrap_or(u16::MAX).saturating_add(3);
    let is_wide = body.width >= WIDE_FROM.0 && body.height >= WIDE_FROM.1;
    let top = if is_wide { (body.height * 2 / 5).min(16) } else { rows.min(body.height * 2 / 5) };
    let above = Rect { height: top, ..body };
    let below = Rect { y: above.bottom(), height: body.height - top, ..body };
    let why = below.height * 2 / 5;
    let (text, why) = if below.height >= BOTH_FROM {
        let text = Rect { height: below.height - why, ..below };
        (text, Rect { y: text.bottom(), height: why, ..below })
    } else if pane == ChainPane::Why {
        (Rect::ZERO, below)
    } else {
        (below, Rect::ZERO)
    };
    if !is_wide {
        return Panes { versions: above, text, why, ..none };
    }
    let plot = Rect { width: body.width * 2 / 5, ..above };
    let versions = Rect { x: plot.right(), width: body.width - plot.width, ..above };
    Panes { plot, versions, text, why }
}

/// Draws the screen.
pub(super) fn draw(model: &Model, canvas: &mut Canvas<'_>, body: Rect) {
    let Some(study) = model.study() else {
        frame::nothing_open(canvas, body, "Chain");
        return;
    };
    let Some((results, versions)) = reviewed(model) else {
        let inner =
            canvas.pane(body, Caption { title: "Chain", ..Caption::default() }, Focus::Here);
        let text = canvas.glyphs().plain(&nothing(model, study));
        canvas.missing(inner, &text);
        return;
    };
    let Some((_, place, base)) = chosen(model, results, &versions) else { return };
    let panes = panes(model, body, versions.len());
    if !panes.plot.is_empty() {
        plot::draw(results, &versions, place, canvas, panes.plot);
    }
    let focused = &model.open_study.chain.pane;
    if !panes.versions.is_empty() {
        let focus = Focus::of(&ChainPane::Versions, focused);
        let has_plot = !panes.plot.is_empty();
        let rows = versions::VersionRows {
            versions: &versions,
            words: &model.open_study.chain.words,
            place,
            base,
            anchor: model.open_study.chain.anchor(versions.len()),
            judgement: if has_plot {
                judgement(model, results, (canvas.glyphs(), panes.versions.width.saturating_sub(4)))
            } else {
                Vec::new()
            },
        };
        versions::draw(results, &rows, has_plot, focus, canvas, panes.versions);
    }
    if !panes.text.is_empty() {
        draw_text(model, results, &versions, canvas, panes.text);
    }
    if !panes.why.is_empty() {
        let focus = Focus::of(&ChainPane::Why, focused);
        let lines = reasons(model, results, &versions, panes);
        why::draw(&lines, (focus, model.open_study.chain.why), canvas, panes.why);
    }
}

/// Why there is no chain, and what to do next.
fn nothing(model: &Model, study: &Study) -> String {
    let kind = kinds::view(study.instrument);
    let Some(results) = results(model) else {
        if let Some(round) = study.round {
            let what = if round.confirms {
                "A fresh panel holds the best version against the original, without knowing which is which".to_owned()
            } else {
                format!("Round {} of {} is being asked", round.round, round.rounds)
            };
            let (settled, all) = (round.panel.settled(), round.panel.requested);
            return format!(
                "{what}: {settled} of {all} experts have answered. Each round stands here when it has ended; 2 shows the answers as they come."
            );
        }
        return waits_for(study).to_owned();
    };
    let found = kinds::found(&results.outcomes);
    if found.content.is_none() {
        return format!(
            "A {} is asked once, and its text stays as it is. A content review rewrites the text and asks again: 1 and n start one, with as many rounds as you want.",
            kind.title
        );
    }
    match study.state {
        State::Cancelled => {
            "This review was cancelled before a better version was found. d starts it again."
                .to_owned()
        }
        _ => "No rewrite scored higher than the text with the same experts. 3 shows what they would change; e opens the text in your editor, for a review of your own version.".to_owned(),
    }
}

fn draw_text(
    model: &Model,
    results: &Results,
    versions: &[Version<'_>],
    canvas: &mut Canvas<'_>,
    area: Rect,
) {
    let view = &model.open_study.chain;
    let Some((key, place, base)) = key(model, results, versions) else { return };
    let found = view.difference(key);
    let (before, after) = (&versions[base], &versions[place]);
    let glyphs = canvas.glyphs();
    let title = if place == base {
        format!("Text of {}", after.name)
    } else {
        format!("{} {} {}", before.name, glyphs.arrow(), after.name)
    };
    let unit = match key.unit {
        DiffUnit::Words => "words",
        DiffUnit::Lines => "lines",
    };
    let count = found.filter(|_| place != base).map_or_else(String::new, |found| {
        format!("+{} {}{} {unit}", found.put_in, glyphs.minus(), found.out)
    });
    let rows = usize::from(area.height.saturating_sub(2));
    let height = found.map_or(0, Difference::height);
    let first = found.map_or(0, |found| first_line(model, found.first_change, height, rows));
    let foot = if height > rows {
        format!("lines {} to {} of {height}", first + 1, (first + rows).min(height))
    } else {
        String::new()
    };
    let caption = Caption { title: &title, count: &count, foot: &foot };
    let inner = canvas.pane(area, caption, Focus::of(&ChainPane::Text, &view.pane));
    let Some(found) = found else { return };
    for (column, lines) in (0u16..).zip(&found.columns) {
        let x = inner.x + 1 + column * (key.width + 3);
        for (y, line) in (inner.top()..inner.bottom()).zip(lines.iter().skip(first)) {
            let mut at = x;
            for (tag, text) in line {
                at = canvas.put(
                    at,
                    y,
                    (x + key.width).saturating_sub(at),
                    text,
                    style(*tag, canvas),
                );
            }
        }
    }
    if key.layout == DiffLayout::Split {
        let [.., vertical] = glyphs.frame(Focus::Elsewhere);
        for y in inner.top()..inner.bottom() {
            canvas.text(inner.x + key.width + 2, y, 1, vertical, Role::Border);
        }
    }
}

/// The style of words: what came is underlined, what went is struck through, so that no colour has to tell them apart.
fn style(tag: RunKind, canvas: &Canvas<'_>) -> Style {
    match tag {
        RunKind::Same => canvas.theme.style(Role::Text),
        RunKind::Out => canvas.theme.style(Role::Bad).add_modifier(Modifier::CROSSED_OUT),
        RunKind::In => canvas.theme.style(Role::Good).add_modifier(Modifier::UNDERLINED),
    }
}
