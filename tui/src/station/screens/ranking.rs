//! Ranking page: the marked studies in the order of their main result, on one scale, with who cannot be told apart and how
//! probable it is that each is the best.

use protocol::ranking::{RankedStudy, Ranking};
use ratatui::layout::Rect;

use crate::report::estimates::{number, range};
use crate::report::{chance, place, ranking_scale, words};
use crate::station::model::layer::RankingPage;
use crate::station::symbols::Focus;
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, Caption, columns, wrap};
use crate::station::widgets::format::thousands;
use crate::station::widgets::whisker::Whisker;

/// The maximum width of a readable page.
const WIDTH_MAX: u16 = 130;
/// Lines of the conclusion.
const CONCLUSION_MAX: usize = 4;
/// Columns of the rank, the value, the interval, the count, the group and the probability.
const RANK: u16 = 4;
const VALUE: u16 = 8;
const INTERVAL: u16 = 16;
const COUNT: u16 = 9;
const GROUP: u16 = 8;
const BEST: u16 = 7;

/// Draws the page.
pub(super) fn draw(page: &RankingPage, canvas: &mut Canvas<'_>, body: Rect) -> Option<(u16, u16)> {
    let width = body.width.saturating_sub(2).min(WIDTH_MAX);
    let height = body.height.saturating_sub(2);
    let area = Rect::new(body.x + (body.width - width) / 2, body.y + 1, width, height);
    canvas.clear(area);
    let found = page.found.as_ref().and_then(|found| found.as_ref().ok());
    let studies = found.map_or(page.studies.len(), |found| found.studies.len());
    let count = format!("{studies} studies");
    let metric = found.map(|found| format!("synthetic, by {}", words(&found.field).to_lowercase()));
    let foot = metric.unwrap_or_default();
    let caption = Caption { title: "Ranking", count: &count, foot: &foot };
    let inner = canvas.pane(area, caption, Focus::Here);
    let text = Rect::new(inner.x + 1, inner.y, inner.width.saturating_sub(2), inner.height);
    match &page.found {
        None => {
            canvas.text(text.x, text.y, text.width, "The ranking is being computed.", Role::Dim);
        }
        Some(Err(why)) => {
            for (y, line) in (text.top()..text.bottom()).zip(wrap(why, text.width)) {
                canvas.text(text.x, y, text.width, &line, Role::Warning);
            }
        }
        Some(Ok(found)) => ranking(page, found, canvas, text),
    }
    None
}

/// The widths of the columns that depend on the page.
struct RankingColumns {
    name: u16,
    track: u16,
    interval: u16,
    count: u16,
    /// Lines of a study: where there is no room for the names they stand above the numbers.
    lines: u16,
}

impl RankingColumns {
    fn of(found: &Ranking, width: u16) -> Self {
        let interval = if width >= 70 { INTERVAL } else { 0 };
        let count = if width >= 90 { COUNT } else { 0 };
        let room = width.saturating_sub(RANK + VALUE + 2 + interval + count + GROUP + BEST);
        let track = (room * 2 / 5).min(40);
        let name = room - track;
        let fits = |study: &RankedStudy| {
            let reason = from_first(found, study).map_or(0, |reason| columns(reason) + 2);
            columns(&study.name) + reason < name
        };
        if found.studies.iter().all(fits) {
            return Self { name, track, interval, count, lines: 1 };
        }
        Self { name: 0, track: room.min(40), interval, count, lines: 2 }
    }
}

/// How a study stands to the first one: whether they can be told apart, or what keeps them from it.
fn from_first(found: &Ranking, study: &RankedStudy) -> Option<&'static str> {
    let first = found.studies.first()?;
    let pair = found.pairs.iter().find(|pair| pair.first == first.id && pair.second == study.id)?;
    Some(match (pair.apart, pair.difference.difference.within_wording) {
        (true, _) => "apart",
        (false, true) => "wording",
        (false, false) => "not apart",
    })
}

fn ranking(page: &RankingPage, found: &Ranking, canvas: &mut Canvas<'_>, area: Rect) {
    let mut y = area.y;
    for line in
        wrap(&canvas.glyphs().plain(&found.conclusion), area.width).iter().take(CONCLUSION_MAX)
    {
        canvas.text(area.x, y, area.width, line, Role::Strong);
        y += 1;
    }
    y += 1;
    let wide = RankingColumns::of(found, area.width);
    heads(found, canvas, Rect { y, height: 1, ..area }, &wide);
    y += 1;
    let notes: Vec<String> = legend(found).iter().flat_map(|note| wrap(note, area.width)).collect();
    let room = area.bottom().saturating_sub(y);
    // The legend is shown where every row still fits.
    let rows = u16::try_from(found.studies.len()).unwrap_or(u16::MAX);
    let below = u16::try_from(notes.len()).unwrap_or(u16::MAX).saturating_add(1);
    let rows = rows.saturating_mul(wide.lines);
    let list = room.min(rows.max(room.saturating_sub(below)));
    let shown = page.window.shown(found.studies.len(), usize::from(list / wide.lines));
    for (y, row) in (y..y + list).step_by(usize::from(wide.lines)).zip(shown) {
        let Some(study) = found.studies.get(row) else { break };
        let line = Rect { y, height: wide.lines, ..area };
        draw_row(found, study, canvas, line, &wide);
        if row == page.window.cursor {
            canvas.tint(line, Role::Selected);
        }
    }
    let first = y + list.min(rows) + 1;
    for (y, line) in (first..area.bottom()).zip(&notes) {
        let line = canvas.glyphs().plain(line);
        canvas.text(area.x, y, area.width, &line, Role::Dim);
    }
}

fn heads(found: &Ranking, canvas: &mut Canvas<'_>, line: Rect, wide: &RankingColumns) {
    let lettered = found.studies.iter().all(|study| !study.groups.is_empty());
    let mut x = line.x + RANK;
    canvas.cut(x, line.y, wide.name.max(8), "STUDY", Role::Dim);
    x += wide.name + VALUE + 2 + wide.track;
    for (head, width) in [
        ("95 % INTERVAL", wide.interval),
        ("ANSWERS", wide.count),
        (if lettered { "GROUP" } else { "PLACES" }, GROUP),
        ("BEST", BEST),
    ] {
        if width > 0 {
            canvas.right(x, line.y, width, head, Role::Dim);
        }
        x += width;
    }
}

fn draw_row(
    found: &Ranking,
    study: &RankedStudy,
    canvas: &mut Canvas<'_>,
    line: Rect,
    wide: &RankingColumns,
) {
    let glyphs = canvas.glyphs();
    let estimate = &study.estimate;
    let limits = estimate.low.zip(estimate.high);
    let field = found.field.as_str();
    canvas.right(line.x, line.y, RANK - 1, &study.rank.to_string(), Role::Dim);
    let mut x = line.x + RANK;
    let names = if wide.lines > 1 { line.width - RANK } else { wide.name.saturating_sub(1) };
    let reason = from_first(found, study).unwrap_or_default();
    let own = names.saturating_sub(columns(reason) + 2);
    canvas.cut(x, line.y, own, &study.name, Role::Text);
    canvas.right(x, line.y, names, reason, Role::Dim);
    x += wide.name;
    let line = Rect { y: line.bottom() - 1, height: 1, ..line };
    let value = glyphs.plain(&number(field, estimate.value));
    canvas.right(x, line.y, VALUE - 1, &value, Role::Strong);
    x += VALUE + 1;
    let scale = ranking_scale(found);
    let whisker = Whisker {
        value: estimate.value,
        interval: limits,
        scale: (scale.low, scale.high),
        role: Role::Accent,
    };
    whisker.draw(canvas, Rect::new(x, line.y, wide.track, 1));
    x += wide.track + 1;
    if wide.interval > 0 {
        let between = glyphs.plain(&range(field, limits, crate::look::Look::PLAIN));
        canvas.right(x, line.y, wide.interval, &between, Role::Dim);
        x += wide.interval;
    }
    if wide.count > 0 {
        canvas.right(x, line.y, wide.count, &thousands(estimate.n), Role::Dim);
        x += wide.count;
    }
    let group = glyphs.plain(&place(study));
    canvas.right(x, line.y, GROUP, &group, Role::Text);
    x += GROUP;
    canvas.right(x, line.y, BEST, &chance(study.best_probability), Role::Strong);
}

/// What the columns mean, and the caveats.
fn legend(found: &Ranking) -> Vec<String> {
    let lettered = found.studies.iter().all(|study| !study.groups.is_empty());
    let meaning = if lettered {
        "Studies with a common letter cannot be told apart."
    } else {
        "PLACES are the ranks that each may have."
    };
    let best = "BEST is the probability of being the best of these among such people.";
    let is_within = |study: &RankedStudy| from_first(found, study) == Some("wording");
    let wording = found.studies.iter().any(is_within).then(|| {
        "\"wording\": behind the first beyond chance, and by less than another wording would make."
            .to_owned()
    });
    let first = std::iter::once(format!("{meaning} {best}")).chain(wording);
    first.chain(found.notes.iter().cloned()).collect()
}
