//! Screen 8, the hooks: the deliveries, newest first, the endpoints with how they fare, and the delivery under the cursor
//! with its attempts and what is sent; and the sources from which hooks come in, with what came of each.

mod sources;

#[cfg(test)]
mod tests;

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use protocol::hook::{Attempt, Delivery, DeliveryState, Endpoint, EndpointState};
use ratatui::layout::Rect;

use crate::station::model::hooks::{HookList, HookPane};
use crate::station::model::{Model, Zoom};
use crate::station::symbols::Focus;
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, Caption, wrap};
use crate::station::widgets::format::{plural, span, thousands};

/// The width from which on endpoints stand beside the delivery.
const WIDE_FROM: u16 = 100;
/// Columns of the kind of an event, and of a result.
const KIND: u16 = 17;
const RESULT: u16 = 24;

/// What is told by its time alone: deliveries are kept for a month.
const LATELY: Duration = Duration::from_hours(20);

/// When something was: its time, or that with its date where it was longer ago.
fn when(at: Timestamp, now: Timestamp, before: &str) -> String {
    let is_lately = now.duration_since(at).unsigned_abs() < LATELY;
    let form = if is_lately { "%H:%M:%S" } else { before };
    at.to_zoned(TimeZone::system()).strftime(form).to_string()
}

/// The breadcrumb: how many endpoints there are and how they fare.
pub(super) fn trail(model: &Model) -> Vec<(String, Role)> {
    let Some(told) = &model.hooks.told else { return vec![("webhooks".to_owned(), Role::Dim)] };
    let mut facts = vec![
        ("webhooks".to_owned(), Role::Text),
        (plural(told.endpoints.len() as u64, "endpoint", "endpoints"), Role::Strong),
    ];
    let sum = |of: fn(&Endpoint) -> u32| -> u64 {
        told.endpoints.iter().map(|one| u64::from(of(one))).sum()
    };
    if !told.sources.is_empty() {
        facts.push((plural(told.sources.len() as u64, "source", "sources"), Role::Strong));
    }
    let (waiting, dead) = (sum(|one| one.pending), sum(|one| one.last_day.1));
    if waiting > 0 {
        facts.push((format!("{} waiting", thousands(waiting)), Role::Accent));
    }
    if dead > 0 {
        facts.push((format!("{} given up in 24 h", thousands(dead)), Role::Bad));
    }
    facts
}

/// The areas of deliveries, endpoints, sources, and what the cursor is on. Without sources they take no room from the
/// others; where there is little, they take the place of the endpoints while they are looked at.
fn panes(model: &Model, has_sources: bool, body: Rect) -> [Rect; 4] {
    let none = Rect::ZERO;
    let is_in = model.hooks.pane == HookPane::Sources;
    if model.zoom == Zoom::One {
        return match model.hooks.pane {
            HookPane::Deliveries => [body, none, none, none],
            HookPane::Endpoints => [none, body, none, none],
            HookPane::Sources => [none, none, body, none],
        };
    }
    if body.width >= WIDE_FROM {
        let list = Rect { height: body.height / 2, ..body };
        let below = Rect { y: list.bottom(), height: body.height - list.height, ..body };
        let left = Rect { width: body.width * 2 / 5, ..below };
        let detail = Rect { x: left.right(), width: body.width - left.width, ..below };
        if !has_sources && !is_in {
            return [list, left, none, detail];
        }
        let ends = Rect { height: left.height / 2, ..left };
        let sources = Rect { y: ends.bottom(), height: left.height - ends.height, ..left };
        return [list, ends, sources, detail];
    }
    let list = Rect { height: body.height * 2 / 5, ..body };
    let ends = Rect { y: list.bottom(), height: body.height / 4, ..body };
    let rest = body.height - list.height - ends.height;
    let detail = Rect { y: ends.bottom(), height: rest, ..body };
    if is_in { [list, none, ends, detail] } else { [list, ends, none, detail] }
}

/// Draws the screen.
pub(super) fn draw(model: &Model, canvas: &mut Canvas<'_>, body: Rect) {
    let caption = Caption { title: "Hooks", count: "", foot: "" };
    let Some(told) = &model.hooks.told else {
        let inner = canvas.pane(body, caption, Focus::Here);
        canvas.missing(inner, "Asking the daemon.");
        return;
    };
    if told.endpoints.is_empty() && told.deliveries.is_empty() && told.sources.is_empty() {
        let inner = canvas.pane(body, caption, Focus::Here);
        canvas.missing(
            inner,
            "Nobody is told of anything. In a shell, `demoscope hooks add https://example.com/hook` tells an address of \
             every study, and `webhook: https://…` in a file of the end of that one. `demoscope hooks sources add` takes \
             hooks of others.",
        );
        return;
    }
    let [list, ends, sources, detail] = panes(model, !told.sources.is_empty(), body);
    if !list.is_empty() {
        draw_deliveries(model, told, canvas, list);
    }
    if !ends.is_empty() {
        draw_endpoints(model, told, canvas, ends);
    }
    if !sources.is_empty() {
        sources::draw(model, told, canvas, sources);
    }
    if !detail.is_empty() {
        match model.hooks.pane {
            HookPane::Sources => sources::draw_received(model, told, canvas, detail),
            HookPane::Deliveries | HookPane::Endpoints => draw_detail(model, canvas, detail),
        }
    }
}

fn draw_deliveries(model: &Model, told: &HookList, canvas: &mut Canvas<'_>, area: Rect) {
    let view = &model.hooks;
    let all = &told.deliveries;
    let count = match all.len() {
        0 => String::new(),
        rows => format!("{} of {rows}", view.list.cursor.min(rows - 1) + 1),
    };
    let focus = Focus::of(&HookPane::Deliveries, &view.pane);
    let inner = canvas.pane(area, Caption { title: "Deliveries", count: &count, foot: "" }, focus);
    if all.is_empty() {
        let next = if told.endpoints.is_empty() {
            "Nothing is sent: `demoscope hooks add URL` adds an endpoint."
        } else {
            "Nothing was sent yet: t sends a test to the endpoint under the cursor."
        };
        canvas.missing(inner, next);
        return;
    }
    let result = inner.right().saturating_sub(RESULT);
    let (kind, address) = (inner.x + 12, inner.x + 12 + KIND);
    let room = result.saturating_sub(address + 5);
    canvas.text(inner.x + 3, inner.y, 8, "TIME", Role::Dim);
    canvas.text(kind, inner.y, KIND, "EVENT", Role::Dim);
    canvas.text(address, inner.y, room, "ENDPOINT", Role::Dim);
    canvas.text(result.saturating_sub(4), inner.y, 3, "TRY", Role::Dim);
    canvas.text(result, inner.y, RESULT, "RESULT", Role::Dim);
    let rows = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
    let shown = view.list.shown(all.len(), usize::from(rows.height));
    for (y, index) in (rows.top()..rows.bottom()).zip(shown) {
        let one = &all[index];
        let (mark, role, what) = outcome(model, one, canvas);
        canvas.text(rows.x + 1, y, 1, mark, role);
        let at = when(one.at, model.now.wall, "%m-%d");
        canvas.text(rows.x + 3, y, 8, &at, Role::Dim);
        canvas.cut(kind, y, KIND - 1, &one.kind, Role::Text);
        canvas.cut(address, y, room, bare(&one.url), Role::Text);
        canvas.right(result.saturating_sub(4), y, 3, &one.tries.to_string(), Role::Dim);
        canvas.cut(result, y, RESULT, &what, role);
        if index == view.list.cursor {
            cursor(canvas, Rect::new(rows.x, y, rows.width, 1), focus);
        }
    }
}

fn cursor(canvas: &mut Canvas<'_>, row: Rect, focus: Focus) {
    canvas.tint(row, if focus == Focus::Here { Role::Selected } else { Role::Strong });
    let mark = canvas.glyphs().cursor();
    canvas.text(row.x, row.y, 1, mark, Role::Accent);
}

/// What came of a delivery: a mark, its colour and a few words.
fn outcome(model: &Model, one: &Delivery, canvas: &Canvas<'_>) -> (&'static str, Role, String) {
    let glyphs = canvas.glyphs();
    let last = one.attempts.last();
    match one.state {
        DeliveryState::Delivered => {
            let what = last.map_or_else(String::new, |last| {
                let status = last.status.map_or_else(String::new, |status| status.to_string());
                format!("{status} in {} ms", thousands(last.took_ms))
            });
            (glyphs.good(), Role::Good, what)
        }
        DeliveryState::Dead => {
            let why = last.map_or_else(String::new, short);
            (glyphs.bad(), Role::Bad, format!("gave up: {why}"))
        }
        DeliveryState::Pending => {
            let wait = one.next_at.map_or(0, |at| {
                u64::try_from(at.duration_since(model.now.wall).as_secs()).unwrap_or(0)
            });
            let what = match last {
                Some(last) => format!("{}, again in {}", short(last), span(wait)),
                None => "waiting".to_owned(),
            };
            (glyphs.waiting(), Role::Accent, what)
        }
    }
}

/// Why an attempt was not taken, in a word.
fn short(attempt: &Attempt) -> String {
    match (attempt.status, &attempt.error) {
        (Some(status), _) => status.to_string(),
        (None, Some(error)) => error.clone(),
        (None, None) => String::new(),
    }
}

/// An address without its scheme.
fn bare(url: &str) -> &str {
    url.strip_prefix("https://").unwrap_or(url)
}

fn draw_endpoints(model: &Model, told: &HookList, canvas: &mut Canvas<'_>, area: Rect) {
    let view = &model.hooks;
    let all = &told.endpoints;
    let focus = Focus::of(&HookPane::Endpoints, &view.pane);
    let count = all.len().to_string();
    let inner = canvas.pane(area, Caption { title: "Endpoints", count: &count, foot: "" }, focus);
    if all.is_empty() {
        canvas.missing(inner, "There is no endpoint: `demoscope hooks add URL` adds one.");
        return;
    }
    let width = inner.width.saturating_sub(4);
    let lines = |row: usize| if all[row].reason.is_some() { 3 } else { 2 };
    let (first, end) = view.ends.tall(all.len(), inner.height, lines);
    let mut y = inner.y;
    for (row, one) in all.iter().enumerate().take(end).skip(first) {
        let glyphs = canvas.glyphs();
        let (mark, role) = match one.state {
            EndpointState::Healthy => (glyphs.good(), Role::Good),
            EndpointState::Failing => (glyphs.bad(), Role::Bad),
            EndpointState::Paused => (glyphs.waiting(), Role::Warning),
        };
        let (taken, dead) = one.last_day;
        let events = if one.events.is_empty() {
            "studies that name it".to_owned()
        } else {
            one.events.join(" ")
        };
        let facts = format!("{} {} {events}", one.format, glyphs.dot());
        let used = format!("{taken} taken {dead} given up");
        let texts = [
            (bare(&one.url).to_owned(), Role::Text),
            (format!("{facts} {} {used}", glyphs.dot()), Role::Dim),
            (one.reason.clone().unwrap_or_default(), role),
        ];
        let height = lines(row);
        for (line, (text, of)) in (y..inner.bottom().min(y + height)).zip(&texts) {
            canvas.cut(inner.x + 3, line, width, text, *of);
        }
        if y < inner.bottom() {
            canvas.text(inner.x + 1, y, 1, mark, role);
            if row == view.ends.cursor && focus == Focus::Here {
                cursor(canvas, Rect::new(inner.x, y, inner.width, 1), focus);
            }
        }
        y = y.saturating_add(height);
    }
}

fn draw_detail(model: &Model, canvas: &mut Canvas<'_>, area: Rect) {
    let view = &model.hooks;
    let Some(one) = view.delivery() else {
        canvas.pane(area, Caption { title: "Delivery", count: "", foot: "" }, Focus::Elsewhere);
        return;
    };
    let title = format!("Delivery {}", one.id.get(..12).unwrap_or(&one.id));
    let caption = Caption { title: &title, count: &one.kind, foot: "" };
    let inner = canvas.pane(area, caption, Focus::Elsewhere);
    let none = canvas.glyphs().none();
    let mut lines: Vec<(String, Role)> = Vec::new();
    let first = u64::from(one.tries).saturating_sub(one.attempts.len() as u64);
    for (number, attempt) in (first + 1..).zip(&one.attempts) {
        let at = when(attempt.at, model.now.wall, "%m-%d %H:%M:%S");
        let status = attempt.status.map_or_else(|| none.to_owned(), |status| status.to_string());
        let why = attempt.error.as_deref().unwrap_or("taken");
        let role = if attempt.error.is_none() { Role::Good } else { Role::Warning };
        let took = thousands(attempt.took_ms);
        lines.push((format!("try {number}  {at}  {status}  {took} ms  {why}"), role));
        if !attempt.reply.is_empty() {
            lines.push((format!("       {}", attempt.reply), Role::Dim));
        }
    }
    match view.shown().and_then(|detail| detail.body.as_ref()) {
        Some(body) => lines.push((body.clone(), Role::Text)),
        None if one.attempts.is_empty() => {
            lines.push(("Nothing was sent yet.".to_owned(), Role::Dim));
        }
        None => {}
    }
    let width = inner.width.saturating_sub(2);
    let glyphs = canvas.glyphs();
    let wrapped = lines.into_iter().flat_map(|(text, role)| {
        wrap(&glyphs.plain(&text), width).into_iter().map(move |line| (line, role))
    });
    for (y, (line, role)) in (inner.top()..inner.bottom()).zip(wrapped) {
        canvas.text(inner.x + 1, y, width, &line, role);
    }
}
