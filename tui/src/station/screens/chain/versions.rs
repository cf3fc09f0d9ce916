//! The table of versions: score, interval, change from the original, words, who moved, and what was changed.

use protocol::results::Results;
use protocol::review::{Moved, ScoreChange};
use ratatui::layout::Rect;

use crate::kinds;
use crate::report::agree;
use crate::station::model::chain::{Version, best, between};
use crate::station::symbols::{Focus, Glyphs};
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, Caption, columns};
use crate::station::widgets::format::{difference, number, thousands};
use crate::station::widgets::whisker::Whisker;
use crate::station::widgets::window::Window;

/// Columns of the mark and the name.
const NAME: u16 = 9;
/// Columns of the score.
const SCORE: u16 = 5;
/// Columns of half the interval, where a plot shows it as well.
const HALF: u16 = 7;
/// Columns of a change, and of one with its interval.
const CHANGE: (u16, u16) = (8, 21);
/// Columns of the number of words.
const WORDS: u16 = 7;
/// Fewest columns of how many experts moved.
const MOVED: u16 = 13;
/// The widths from which on a whisker is wider, words and movements are shown, and changes have their interval.
const ROOM: (u16, u16) = (66, 88);

/// The columns of the table: where each begins, and how wide it is. A column without room has no width.
#[derive(Clone, Copy, Debug)]
struct VersionColumns {
    score: Rect,
    interval: Rect,
    change: Rect,
    words: Rect,
    moved: Rect,
    what: Rect,
}

impl VersionColumns {
    fn of(area: Rect, has_plot: bool, moved: u16) -> Self {
        let is_roomy = area.width >= ROOM.0;
        let mut x = area.x + NAME;
        let mut next = |width: u16| {
            let cell = Rect { x, width, height: 1, ..area };
            x += width;
            cell
        };
        let score = next(SCORE);
        let interval = next(match (has_plot, is_roomy) {
            (true, _) => HALF,
            (false, true) => 16,
            (false, false) => 14,
        });
        let change = next(if area.width >= ROOM.1 { CHANGE.1 } else { CHANGE.0 });
        let words = next(if is_roomy || has_plot { WORDS } else { 0 });
        let moved = next(moved);
        let begin = (x + 1).min(area.right());
        let what = Rect { x: begin, width: area.right() - begin, height: 1, ..area };
        Self { score, interval, change, words, moved, what }
    }
}

/// What the table shows.
pub(super) struct VersionRows<'m> {
    pub(super) versions: &'m [Version<'m>],
    /// Words of each version.
    pub(super) words: &'m [u64],
    /// The chosen version.
    pub(super) place: usize,
    /// The one that it is compared with.
    pub(super) base: usize,
    /// The one that every change is from.
    pub(super) anchor: usize,
    /// What stands below a table with a plot.
    pub(super) judgement: Vec<(String, Role)>,
}

impl VersionRows<'_> {
    /// The change of a version from the one that every change is from.
    fn change(&self, place: usize) -> Option<ScoreChange> {
        if place == self.anchor {
            return None;
        }
        let own = self.versions.get(place).filter(|_| self.anchor == 0);
        own.and_then(|version| version.change)
            .or_else(|| between(self.versions, (self.anchor, place)).overall)
    }

    /// Decimals of the scores and of their changes.
    fn decimals(&self) -> usize {
        let before = self.versions.get(self.anchor).map_or(0.0, |anchor| anchor.score);
        let places = 0..self.versions.len();
        let shown = places.filter_map(|place| {
            Some((before, self.versions[place].score, self.change(place)?.value))
        });
        agree::decimals(shown, 1)
    }

    /// What the changes are from, and whether one of them is beyond chance.
    fn foot(&self) -> String {
        let mut places = 0..self.versions.len();
        let any = places.any(|place| self.change(place).is_some_and(|change| change.differs()));
        let from = self.versions.get(self.anchor).map_or("round 1", |anchor| anchor.name.as_str());
        let chance = if any { "* beyond chance" } else { "none beyond chance" };
        format!("changes are from {from}; {chance}")
    }
}

/// Draws the table.
pub(super) fn draw(
    results: &Results,
    rows: &VersionRows<'_>,
    has_plot: bool,
    focus: Focus,
    canvas: &mut Canvas<'_>,
    area: Rect,
) {
    let VersionRows { versions, words, .. } = *rows;
    let marked = (rows.place, rows.base);
    let iterations = kinds::found(&results.outcomes).iterations;
    let (title, count) = match iterations {
        Some(_) => ("Rounds", "overall by the same experts"),
        None => ("Versions", "as predicted by the same experts"),
    };
    let foot = if iterations.is_some() { rows.foot() } else { String::new() };
    let foot = foot.as_str();
    let inner = canvas.pane(area, Caption { title, count, foot }, focus);
    if inner.height == 0 {
        return;
    }
    let glyphs = canvas.glyphs();
    let layout = VersionColumns::of(inner, has_plot, moved_width(versions, glyphs));
    let scale = scale(versions);
    let y = inner.y;
    canvas.text(inner.x + 2, y, NAME, if iterations.is_some() { "#" } else { "text" }, Role::Dim);
    canvas.right(layout.score.x, y, SCORE, "score", Role::Dim);
    if has_plot {
        let half = format!("{}95%", glyphs.plus_minus());
        canvas.right(layout.interval.x, y, layout.interval.width, &half, Role::Dim);
    } else {
        let ends = [scale.0, scale.1].map(|end| number(end, 1, glyphs));
        let picture = picture(layout.interval, y);
        canvas.text(picture.x, y, picture.width, &ends[0], Role::Dim);
        canvas.right(picture.x, y, picture.width, &ends[1], Role::Dim);
    }
    canvas.right(layout.change.x, y, layout.change.width, "change", Role::Dim);
    canvas.right(layout.words.x, y, layout.words.width, "words", Role::Dim);
    canvas.text(layout.moved.x + 2, y, layout.moved.width, "moved", Role::Dim);
    canvas.cut(layout.what.x, y, layout.what.width, "what was changed", Role::Dim);
    let body = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
    let window = Window { cursor: marked.0, top: 0 };
    let shown = window.shown(versions.len(), usize::from(body.height));
    if has_plot {
        let first = body.y.saturating_add(u16::try_from(shown.len()).unwrap_or(u16::MAX)) + 1;
        let width = inner.width.saturating_sub(2);
        for (y, (line, role)) in (first..inner.bottom()).zip(&rows.judgement) {
            canvas.text(inner.x + 1, y, width, line, *role);
        }
    }
    let (best, decimals) = (best(results), rows.decimals());
    let scores = || versions.iter().map(|version| version.score);
    for (y, place) in (body.top()..body.bottom()).zip(shown) {
        let version = &versions[place];
        let is_best = place == best && agree::is_best(scores(), place, decimals);
        let shown = (rows.change(place), decimals);
        row(version, shown, is_best, (has_plot, scale), layout, canvas, y);
        let words = words.get(place).map(|words| thousands(*words)).unwrap_or_default();
        canvas.right(layout.words.x, y, layout.words.width, &words, Role::Dim);
        let mark = if place == marked.1 && place != marked.0 { "=" } else { " " };
        canvas.text(inner.x, y, 1, mark, Role::Dim);
        if place == marked.0 {
            let line = Rect::new(inner.x, y, inner.width, 1);
            canvas.tint(line, if focus == Focus::Here { Role::Selected } else { Role::Strong });
            let mark = canvas.glyphs().cursor();
            canvas.text(inner.x, y, 1, mark, Role::Accent);
        }
        let name = if is_best { format!("{} best", version.label) } else { version.label.clone() };
        let role = if is_best { Role::Good } else { Role::Text };
        canvas.text(inner.x + 2, y, NAME - 2, &name, role);
    }
}

fn row(
    version: &Version<'_>,
    (changed, decimals): (Option<ScoreChange>, usize),
    is_best: bool,
    (has_plot, scale): (bool, (f64, f64)),
    layout: VersionColumns,
    canvas: &mut Canvas<'_>,
    y: u16,
) {
    let glyphs = canvas.glyphs();
    let role = if is_best { Role::Good } else { Role::Text };
    canvas.right(layout.score.x, y, SCORE, &number(version.score, decimals, glyphs), role);
    if has_plot {
        let half = version.interval.map_or_else(
            || glyphs.none().to_owned(),
            |(low, high)| {
                format!("{}{}", glyphs.plus_minus(), number((high - low) / 2.0, 2, glyphs))
            },
        );
        canvas.right(layout.interval.x, y, layout.interval.width, &half, Role::Dim);
    } else {
        let role = if is_best { Role::Good } else { Role::Accent };
        let whisker = Whisker { value: version.score, interval: version.interval, scale, role };
        whisker.draw(canvas, picture(layout.interval, y));
    }
    let (text, role) = change(changed, decimals, layout.change.width >= CHANGE.1, glyphs);
    canvas.right(layout.change.x, y, layout.change.width, &text, role);
    if let Some(moved) = version.moved {
        let end = layout.moved.right();
        let mut x = layout.moved.x + 2;
        for (text, role) in movement(moved, glyphs) {
            x = canvas.text(x, y, end.saturating_sub(x), &text, role);
        }
    }
    let what = match version.from {
        None => "as it was sent".to_owned(),
        Some(_) => version.principles.join("; "),
    };
    canvas.cut(layout.what.x, y, layout.what.width, &what, Role::Dim);
}

/// How many experts scored it higher, the same and lower.
fn movement(moved: Moved, glyphs: Glyphs) -> [(String, Role); 3] {
    [
        (format!("{}{} ", glyphs.highest(), moved.up), Role::Good),
        (format!("={} ", moved.same), Role::Dim),
        (format!("{}{}", glyphs.lowest(), moved.down), Role::Bad),
    ]
}

/// The columns that the widest movement takes, with its margins: a count that is cut would be another number.
fn moved_width(versions: &[Version<'_>], glyphs: Glyphs) -> u16 {
    let moved = versions.iter().filter_map(|version| version.moved);
    let width =
        |moved| movement(moved, glyphs).iter().map(|(text, _)| columns(text)).sum::<u16>() + 3;
    moved.map(width).max().map_or(0, |widest| widest.max(MOVED))
}

/// A change, with its interval where there is room.
fn change(
    change: Option<ScoreChange>,
    decimals: usize,
    has_room: bool,
    glyphs: Glyphs,
) -> (String, Role) {
    let Some(change) = change else { return (glyphs.none().to_owned(), Role::Dim) };
    let star = if change.differs() { "*" } else { " " };
    let mut text = difference(change.value, decimals, glyphs);
    if let (true, Some((low, high))) = (has_room, change.low.zip(change.high)) {
        let ends = [low, high].map(|end| difference(end, 1, glyphs));
        text = format!("{text} [{}, {}]", ends[0], ends[1]);
    }
    let role = match (change.differs(), change.value < 0.0) {
        (false, _) => Role::Dim,
        (true, true) => Role::Bad,
        (true, false) => Role::Good,
    };
    (format!("{text}{star}"), role)
}

/// The cells of the whisker.
fn picture(cell: Rect, y: u16) -> Rect {
    Rect { x: cell.x + 2, y, width: cell.width.saturating_sub(2), height: 1 }
}

/// The part of the scale that contains all intervals.
pub(super) fn scale(versions: &[Version<'_>]) -> (f64, f64) {
    let ends = versions.iter().flat_map(|version| {
        let (low, high) = version.interval.unwrap_or((version.score, version.score));
        [low.min(version.score), high.max(version.score)]
    });
    let low = ends.clone().fold(f64::INFINITY, f64::min);
    let high = ends.fold(f64::NEG_INFINITY, f64::max);
    let (low, high) = ((low * 2.0).floor() / 2.0, (high * 2.0).ceil() / 2.0);
    if high - low < 1.0 { ((low - 0.5).max(1.0), (high + 0.5).min(10.0)) } else { (low, high) }
}

/// The columns of the longest name, for the plot.
pub(super) fn widest(versions: &[Version<'_>]) -> u16 {
    versions.iter().map(|version| columns(&version.label)).max().unwrap_or(1)
}
