//! Screen 9, the log of the daemon: the newest entries with time, level and source, and the entry under the cursor in full.

use protocol::log::{LogEntry, LogLevel};
use ratatui::layout::Rect;

use crate::station::model::open_study::Follow;
use crate::station::model::{Model, Zoom};
use crate::station::symbols::Focus;
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, Caption, fit, wrap};

/// Lines of the entry in full, with its frame.
const DETAIL: u16 = 7;
/// Columns of the time and of the level.
const TIME: u16 = 9;
const LEVEL: u16 = 6;
/// The width from which on the source has a column.
const SOURCE_FROM: u16 = 100;
/// Columns of the source.
const SOURCE: u16 = 26;

/// The breadcrumb: what is shown.
pub(super) fn trail(model: &Model) -> Vec<(String, Role)> {
    let view = &model.logs;
    let mut facts = vec![
        ("log of the daemon".to_owned(), Role::Text),
        (format!("{} and graver", view.level), Role::Dim),
    ];
    if let Some(id) = view.study {
        let name = model.studies.get(id).map_or_else(|| id.short(), |study| study.name.clone());
        facts.push((format!("study: {}", fit(&name, 30, model.theme.glyphs())), Role::Match));
    }
    if !view.words.is_empty() {
        facts.push((format!("words: {}", view.words), Role::Match));
    }
    if view.follow == Follow::Still {
        facts.push(("held still".to_owned(), Role::Warning));
    }
    facts
}

/// Draws the screen.
pub(super) fn draw(model: &Model, canvas: &mut Canvas<'_>, body: Rect) {
    let shows_detail = model.zoom == Zoom::All && body.height >= DETAIL + 6;
    let height = body.height - if shows_detail { DETAIL } else { 0 };
    let list = Rect { height, ..body };
    let shown = model.logs.shown();
    let place = match shown.len() {
        0 => String::new(),
        rows => format!("{} of {rows}", model.logs.list.cursor.min(rows - 1) + 1),
    };
    let inner = canvas.pane(
        list,
        Caption { title: "Logs", count: &place, foot: "times are UTC" },
        Focus::Here,
    );
    if shown.is_empty() {
        canvas.missing(inner, why_empty(model));
    } else {
        rows(model, &shown, canvas, inner);
    }
    if shows_detail {
        let area = Rect { y: list.bottom(), height: DETAIL, ..body };
        detail(model.logs.selected(), canvas, area);
    }
}

fn why_empty(model: &Model) -> &'static str {
    let view = &model.logs;
    match (view.has_arrived, view.words.is_empty(), view.study.is_some()) {
        (false, ..) => "The daemon is being asked.",
        (true, false, _) => "No entry has these words. Esc clears them.",
        (true, true, true) => "No entry names this study. b shows those of all.",
        (true, true, false) => "No entry is that grave. v shows the next level.",
    }
}

fn rows(model: &Model, shown: &[&LogEntry], canvas: &mut Canvas<'_>, area: Rect) {
    let source = if area.width >= SOURCE_FROM { SOURCE } else { 0 };
    let window = model.logs.list.shown(shown.len(), usize::from(area.height));
    for (y, row) in (area.top()..area.bottom()).zip(window) {
        let entry = shown[row];
        let mut x = area.x + 2;
        let at = entry.at.strftime("%H:%M:%S").to_string();
        canvas.text(x, y, TIME, &at, Role::Dim);
        x += TIME;
        canvas.text(x, y, LEVEL, entry.level.as_str(), role(entry.level));
        x += LEVEL;
        if source > 0 {
            canvas.cut(x, y, source - 1, &entry.source, Role::Dim);
            x += source;
        }
        canvas.cut(x, y, area.right().saturating_sub(x), &entry.text, Role::Text);
        if row == model.logs.list.cursor {
            canvas.tint(Rect::new(area.x, y, area.width, 1), Role::Selected);
            let mark = canvas.glyphs().cursor();
            canvas.text(area.x, y, 1, mark, Role::Accent);
        }
    }
}

fn detail(entry: Option<&LogEntry>, canvas: &mut Canvas<'_>, area: Rect) {
    let title = entry.map_or_else(String::new, |entry| entry.source.clone());
    let day = entry
        .map_or_else(String::new, |entry| entry.at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string());
    let caption = Caption { title: &title, count: &day, foot: "" };
    let inner = canvas.pane(area, caption, Focus::Elsewhere);
    let Some(entry) = entry else { return };
    let width = inner.width.saturating_sub(2);
    let text = canvas.glyphs().plain(&entry.text);
    for (y, line) in (inner.top()..inner.bottom()).zip(wrap(&text, width)) {
        canvas.text(inner.x + 1, y, width, &line, Role::Text);
    }
}

fn role(level: LogLevel) -> Role {
    match level {
        LogLevel::Error => Role::Bad,
        LogLevel::Warn => Role::Warning,
        LogLevel::Info => Role::Good,
        LogLevel::Debug | LogLevel::Trace => Role::Dim,
    }
}

/// The entry under the cursor as text to copy.
pub(crate) fn as_text(model: &Model) -> Option<String> {
    let entry = model.logs.selected()?;
    Some(format!("{} {} {}: {}", entry.at, entry.level, entry.source, entry.text))
}
