//! Screen 5, the findings: the list with priority, share and status, the finding under the cursor in full, and its quotes.
//! Enter opens the quoted answers.

#[cfg(test)]
mod tests;

use protocol::finding::{Finding, FindingCategory, FindingStatus};
use protocol::results::{Quote, Results};
use ratatui::layout::Rect;

use super::results::findings::{as_text as in_words, nothing, role};
use super::results::{newer_version, waits_for};
use super::{SO_FAR, SYNTHETIC, frame};
use crate::station::model::findings::FindingPane;
use crate::station::model::people;
use crate::station::model::{Model, Zoom};
use crate::station::symbols::Focus;
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, Caption, wrap};
use crate::station::widgets::format::{plural, thousands};

/// The width from which on the list has a column of its own.
const WIDE_FROM: u16 = 110;
/// Columns of share, quotes and status beside the title.
const NUMBERS: u16 = 26;

/// The results of the open study, if loaded.
fn results(model: &Model) -> Option<&Results> {
    model.open_study.found()
}

fn listed(model: &Model) -> Vec<&Finding> {
    results(model)
        .map(|results| model.open_study.findings.listed(&results.findings))
        .unwrap_or_default()
}

/// Rows of the list.
pub(crate) fn rows(model: &Model) -> usize {
    listed(model).len()
}

/// Whether the study has any finding.
pub(crate) fn has_any(model: &Model) -> bool {
    results(model).is_some_and(|results| !results.findings.is_empty())
}

/// Whether the findings that are shown can have a status: they are those of the study's own results.
pub(crate) fn have_status(model: &Model) -> bool {
    model.open_study.round.is_none() && !model.open_study.is_unfinished()
}

/// The finding under the cursor.
pub(crate) fn selected(model: &Model) -> Option<&Finding> {
    listed(model).get(model.open_study.findings.list.cursor).copied()
}

/// The finding under the cursor as text to copy, with its status.
pub(crate) fn as_text(model: &Model) -> Option<String> {
    let finding = selected(model)?;
    Some(format!("{} [{}]", in_words(finding, model.theme.glyphs()), finding.status()))
}

/// The breadcrumb: the study, how many findings it has, and which are shown.
pub(super) fn trail(model: &Model) -> Vec<(String, Role)> {
    let Some(study) = model.study() else { return vec![("no study".to_owned(), Role::Dim)] };
    let mut facts = vec![(study.name.clone(), Role::Text)];
    if let Some(round) = model.open_study.round {
        facts.push((format!("round {round}"), Role::Accent));
    } else if model.open_study.is_unfinished() {
        facts.push((SO_FAR.to_owned(), Role::Running));
    }
    if let Some(told) = newer_version(model) {
        facts.push((told, Role::Accent));
    }
    if let Some(results) = results(model) {
        let all = results.findings.len() as u64;
        facts.push((plural(all, "finding", "findings"), Role::Strong));
        let shown = model.open_study.findings.status;
        facts.push((format!("show: {}", shown.map_or("all", FindingStatus::as_str)), Role::Match));
    }
    facts.push((format!("n={} {SYNTHETIC}", thousands(study.panel.delivered.into())), Role::Dim));
    facts
}

/// The areas of list, detail and quotes.
fn panes(model: &Model, body: Rect) -> [Rect; 3] {
    let none = Rect::ZERO;
    if model.zoom == Zoom::One {
        return match model.open_study.findings.pane {
            FindingPane::List => [body, none, none],
            FindingPane::Quotes => [none, none, body],
        };
    }
    if body.width >= WIDE_FROM {
        let list = Rect { width: body.width * 11 / 20, ..body };
        let side = Rect { x: list.right(), width: body.width - list.width, ..body };
        let detail = Rect { height: side.height * 3 / 5, ..side };
        let quotes = Rect { y: detail.bottom(), height: side.height - detail.height, ..side };
        return [list, detail, quotes];
    }
    let list = Rect { height: body.height / 3, ..body };
    let detail = Rect { y: list.bottom(), height: body.height * 2 / 5, ..body };
    let rest = body.height - list.height - detail.height;
    [list, detail, Rect { y: detail.bottom(), height: rest, ..body }]
}

/// Draws the screen.
pub(super) fn draw(model: &Model, canvas: &mut Canvas<'_>, body: Rect) {
    let Some(study) = model.study() else {
        frame::nothing_open(canvas, body, "Findings");
        return;
    };
    let Some(results) = results(model) else {
        let caption = Caption { title: "Findings", count: "", foot: "" };
        let inner = canvas.pane(body, caption, Focus::Here);
        canvas.missing(inner, waits_for(study));
        return;
    };
    // Where there is nothing to show in full, the sentence about it has the screen.
    let [list, detail, quotes] = if results.findings.is_empty() {
        [body, Rect::ZERO, Rect::ZERO]
    } else {
        panes(model, body)
    };
    if !list.is_empty() {
        draw_list(model, results, canvas, list);
    }
    if !detail.is_empty() {
        draw_detail(model, canvas, detail);
    }
    if !quotes.is_empty() {
        draw_quotes(model, canvas, quotes);
    }
}

fn draw_list(model: &Model, results: &Results, canvas: &mut Canvas<'_>, area: Rect) {
    let view = &model.open_study.findings;
    let listed = view.listed(&results.findings);
    let place = match listed.len() {
        0 => String::new(),
        rows => format!("{} of {rows}", view.list.cursor.min(rows - 1) + 1),
    };
    let foot = tally(results, canvas);
    let caption = Caption { title: "Findings", count: &place, foot: &foot };
    let focus = Focus::of(&FindingPane::List, &view.pane);
    let inner = canvas.pane(area, caption, focus);
    if listed.is_empty() {
        let why = match view.status {
            Some(status) if has_any(model) => {
                format!("No finding is {status}: v shows the others.")
            }
            _ => nothing(model, results),
        };
        canvas.missing(inner, &why);
        return;
    }
    let numbers = inner.right().saturating_sub(NUMBERS);
    let room = numbers.saturating_sub(inner.x + 5);
    canvas.text(inner.x + 1, inner.y, 3, "PR", Role::Dim);
    canvas.text(inner.x + 4, inner.y, room, "FINDING", Role::Dim);
    canvas.text(numbers, inner.y, NUMBERS, " SHARE QUOTES  STATE", Role::Dim);
    let rows = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
    let shown = view.list.shown(listed.len(), usize::from(rows.height));
    for (y, index) in (rows.top()..rows.bottom()).zip(shown) {
        let finding = listed[index];
        let is_open = finding.status() == FindingStatus::Open;
        let words = if is_open { Role::Text } else { Role::Dim };
        let priority = if is_open { role(finding.priority) } else { Role::Dim };
        canvas.text(rows.x + 1, y, 3, finding.priority.as_str(), priority);
        canvas.cut(rows.x + 4, y, room, &finding.title, words);
        canvas.right(numbers, y, 6, &share(finding, results, canvas), words);
        canvas.right(numbers + 6, y, 7, &finding.key_quotes.len().to_string(), Role::Dim);
        canvas.text(numbers + 15, y, 11, finding.status().as_str(), words);
        if index == view.list.cursor {
            let row = Rect::new(rows.x, y, rows.width, 1);
            canvas.tint(row, if focus == Focus::Here { Role::Selected } else { Role::Strong });
            let mark = canvas.glyphs().cursor();
            canvas.text(rows.x, y, 1, mark, Role::Accent);
        }
    }
}

/// The share of answers that name a concern; a dash for what is no concern of some.
fn share(finding: &Finding, results: &Results, canvas: &Canvas<'_>) -> String {
    let theme = results.themes.iter().find(|theme| theme.theme == finding.affected_feature);
    let n = theme.map(|theme| theme.share.n).or_else(|| {
        let estimates = results.estimates.values();
        estimates.map(|estimate| estimate.n).max()
    });
    match n.filter(|n| *n > 0 && finding.category == FindingCategory::Concern) {
        Some(n) => format!("{:.0}%", 100.0 * finding.times_mentioned as f64 / n as f64),
        None => canvas.glyphs().none().to_owned(),
    }
}

/// How many findings have each status.
fn tally(results: &Results, canvas: &Canvas<'_>) -> String {
    let counts = FindingStatus::ALL.iter().filter_map(|status| {
        let count = results.findings.iter().filter(|one| one.status() == *status).count();
        (count > 0).then(|| format!("{count} {status}"))
    });
    counts.collect::<Vec<_>>().join(&format!(" {} ", canvas.glyphs().dot()))
}

fn draw_detail(model: &Model, canvas: &mut Canvas<'_>, area: Rect) {
    let finding = selected(model);
    let title = finding
        .map_or_else(String::new, |finding| format!("{} {}", finding.priority, finding.title));
    let count = finding.map_or_else(String::new, |finding| format!("finding {}", finding.id));
    let caption = Caption { title: &title, count: &count, foot: "" };
    let inner = canvas.pane(area, caption, Focus::Elsewhere);
    let Some(finding) = finding else { return };
    let mut lines = vec![
        (finding.suggested_action.clone(), Role::Accent),
        (finding.description.clone(), Role::Text),
    ];
    let status = match (finding.status(), finding.note()) {
        (status, Some(note)) => format!("{status}: {note}"),
        (status, None) => status.to_string(),
    };
    lines.push((status, Role::Dim));
    let width = inner.width.saturating_sub(2);
    let glyphs = canvas.glyphs();
    let wrapped = lines.into_iter().flat_map(|(text, role)| {
        wrap(&glyphs.plain(&text), width).into_iter().map(move |line| (line, role))
    });
    for (y, (line, role)) in (inner.top()..inner.bottom()).zip(wrapped) {
        canvas.text(inner.x + 1, y, width, &line, role);
    }
}

fn draw_quotes(model: &Model, canvas: &mut Canvas<'_>, area: Rect) {
    let view = &model.open_study.findings;
    let Some(finding) = selected(model) else {
        canvas.pane(area, Caption { title: "Quotes", count: "", foot: "" }, Focus::Elsewhere);
        return;
    };
    let quotes = &finding.key_quotes;
    let count = format!("{} of {}", quotes.len(), thousands(finding.times_mentioned));
    let against = finding.dissent.as_ref().map(|other| {
        let says = if other.count == 1 { "says" } else { "say" };
        format!("{} {says} the opposite: {}", thousands(other.count), other.theme)
    });
    let foot = against.unwrap_or_default();
    let caption = Caption { title: "Quotes", count: &count, foot: &foot };
    let focus = Focus::of(&FindingPane::Quotes, &view.pane);
    let inner = canvas.pane(area, caption, focus);
    if quotes.is_empty() {
        canvas.missing(inner, "No single answer is quoted for this finding.");
        return;
    }
    let width = inner.width.saturating_sub(3);
    let lines =
        |row: usize| u16::try_from(wrap(&told(model, &quotes[row]), width).len()).unwrap_or(1);
    let (first, end) = view.quotes.tall(quotes.len(), inner.height, lines);
    let mut y = inner.y;
    for (row, quote) in quotes.iter().enumerate().take(end).skip(first) {
        let has_cursor = focus == Focus::Here && row == view.quotes.cursor;
        for line in wrap(&told(model, quote), width) {
            if y < inner.bottom() {
                canvas.text(inner.x + 2, y, width, &line, Role::Text);
                if has_cursor {
                    canvas.tint(Rect::new(inner.x, y, inner.width, 1), Role::Selected);
                }
            }
            y = y.saturating_add(1);
        }
    }
}

/// A quote with its answer, and who gave it where that is loaded.
fn told(model: &Model, quote: &Quote) -> String {
    let response = model.open_study.responses.get(&quote.answer.0.saturating_sub(1));
    let who = response.map(|response| format!(", {}", people::brief(&response.respondent)));
    let glyphs = model.theme.glyphs();
    let (open, close) = (glyphs.quote_open(), glyphs.quote_close());
    format!("{open}{}{close} {}{}", quote.text.trim(), quote.answer, who.unwrap_or_default())
}
