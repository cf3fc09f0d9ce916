//! The sources of hooks that come in: what each does, how much came from it and what was refused last; and beside them what
//! came in from the one under the cursor, with what became of it.

use protocol::hook_in::{HookAction, HookSource, ReceivedHook, ReceivedState};
use ratatui::layout::Rect;

use super::{cursor, when};
use crate::station::model::Model;
use crate::station::model::hooks::{HookList, HookPane};
use crate::station::symbols::Focus;
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, Caption, wrap};
use crate::station::widgets::format::thousands;

/// Lines of one source.
const LINES: u16 = 3;

/// Draws the sources.
pub(super) fn draw(model: &Model, told: &HookList, canvas: &mut Canvas<'_>, area: Rect) {
    let view = &model.hooks;
    let all = &told.sources;
    let focus = Focus::of(&HookPane::Sources, &view.pane);
    let count = all.len().to_string();
    let inner = canvas.pane(area, Caption { title: "Sources", count: &count, foot: "" }, focus);
    if all.is_empty() {
        canvas.missing(inner, "No hooks are taken: `demoscope hooks sources add NAME` begins it.");
        return;
    }
    let width = inner.width.saturating_sub(4);
    let (first, end) = view.sources.tall(all.len(), inner.height, |_| LINES);
    let mut y = inner.y;
    for (row, one) in all.iter().enumerate().take(end).skip(first) {
        let dot = canvas.glyphs().dot();
        let last = one.last.as_ref().map(|last| format!(" {dot} last {}", time(model, last)));
        let came = format!(
            "{} in seven days{}",
            thousands(u64::from(one.received)),
            last.unwrap_or_default()
        );
        let facts = format!("{} {dot} {} {dot} {came}", one.kind, what_it_does(one));
        let refused = one.refused.as_ref().map(|(_, why)| format!("refused: {why}"));
        let texts = [
            (one.name.clone(), Role::Text),
            (facts, Role::Dim),
            (refused.unwrap_or_default(), Role::Warning),
        ];
        for (line, (text, of)) in (y..inner.bottom().min(y + LINES)).zip(&texts) {
            canvas.cut(inner.x + 3, line, width, text, *of);
        }
        if y < inner.bottom() {
            let state = one.last.as_ref().map_or(ReceivedState::Noted, |last| last.state);
            let (mark, role) = mark(state, canvas);
            canvas.text(inner.x + 1, y, 1, mark, role);
            if row == view.sources.cursor && focus == Focus::Here {
                cursor(canvas, Rect::new(inner.x, y, inner.width, 1), focus);
            }
        }
        y = y.saturating_add(LINES);
    }
}

/// Draws what came in from the source under the cursor.
pub(super) fn draw_received(model: &Model, told: &HookList, canvas: &mut Canvas<'_>, area: Rect) {
    let source = model.hooks.source();
    let name = source.map(|source| source.name.as_str());
    let title = name.map_or("Received".to_owned(), |name| format!("Received from {name}"));
    let own: Vec<&ReceivedHook> =
        told.received.iter().filter(|one| Some(one.source.as_str()) == name).collect();
    let count = own.len().to_string();
    let caption = Caption { title: &title, count: &count, foot: "" };
    let inner = canvas.pane(area, caption, Focus::Elsewhere);
    if own.is_empty() {
        let path = source.map_or("/hooks/in/NAME", |source| source.path.as_str());
        let next = format!(
            "Nothing came in within seven days. Its sender posts to {path} of the HTTP listener, whose address is told by \
             `demoscope daemon status`, and signs with the secret of the source."
        );
        canvas.missing(inner, &next);
        return;
    }
    let width = inner.width.saturating_sub(2);
    let mut y = inner.y;
    for one in own {
        let glyphs = canvas.glyphs();
        let (mark, role) = mark(one.state, canvas);
        let event = one.event.as_deref().unwrap_or(glyphs.none());
        let what = one.what.as_ref().map_or(String::new(), |what| format!("  {what}"));
        let text = format!("{mark} {}  {}  {event}{what}", time(model, one), one.state);
        for line in wrap(&glyphs.plain(&text), width) {
            if y >= inner.bottom() {
                return;
            }
            canvas.text(inner.x + 1, y, width, &line, role);
            y = y.saturating_add(1);
        }
    }
}

/// What hooks of a source do, in a few words.
fn what_it_does(source: &HookSource) -> String {
    match &source.action {
        HookAction::Note => "notes them".to_owned(),
        HookAction::Evaluate { path } => format!("evaluates {path}"),
        HookAction::Submit { content, .. } => format!("submits the text at {content}"),
        HookAction::Import { .. } => "imports results".to_owned(),
    }
}

fn time(model: &Model, one: &ReceivedHook) -> String {
    when(one.at, model.now.wall, "%m-%d %H:%M:%S")
}

/// The mark of what became of a hook, with its colour.
fn mark(state: ReceivedState, canvas: &Canvas<'_>) -> (&'static str, Role) {
    let glyphs = canvas.glyphs();
    match state {
        ReceivedState::Done => (glyphs.good(), Role::Good),
        ReceivedState::Pending => (glyphs.waiting(), Role::Accent),
        ReceivedState::Noted => (glyphs.dot(), Role::Dim),
        ReceivedState::Failed => (glyphs.bad(), Role::Bad),
    }
}
