//! Tally of a running study: the running estimate with its interval, the score distribution, the rate, and the outcomes
//! so far.

use protocol::run::Study;
use ratatui::layout::Rect;

use crate::kinds::{Marks, StudyView};
use crate::station::estimate;
use crate::station::model::Model;
use crate::station::model::open_study::OpenStudy;
use crate::station::screens::chain::under_way;
use crate::station::symbols::{Focus, Glyphs};
use crate::station::theme::Role;
use crate::station::widgets::bar::sparkline;
use crate::station::widgets::canvas::{Canvas, Caption};
use crate::station::widgets::format::{number, span, thousands};
use crate::station::widgets::whisker::Whisker;

/// Draws the tally.
pub(super) fn draw(model: &Model, study: &Study, canvas: &mut Canvas<'_>, area: Rect) {
    let glyphs = canvas.glyphs();
    let rounds = finished(model, glyphs);
    let caption = Caption { title: "So far", count: &rounds, foot: "" };
    let inner = canvas.pane(area, caption, Focus::Elsewhere);
    let kind = OpenStudy::instrument(study);
    let mut lines = (inner.top()..inner.bottom()).map(|y| Rect::new(inner.x, y, inner.width, 1));
    if let (Some(mean), Some(measure)) = (model.open_study.running(study), kind.main)
        && let (Some(numbers), Some(picture)) = (lines.next(), lines.next())
    {
        let value = number(mean.value, measure.decimals, glyphs);
        let half = mean.half_width();
        let interval = half.map_or_else(String::new, |half| {
            format!(" {}{}", glyphs.plus_minus(), number(half, measure.decimals.max(1), glyphs))
        });
        let n = format!("{interval}  n={}", thousands(mean.n));
        canvas.pieces(
            numbers.x,
            numbers.y,
            numbers.width,
            &[
                (measure.label, Role::Dim),
                (" ", Role::Dim),
                (&value, Role::Strong),
                (&n, Role::Text),
            ],
        );
        let interval = half.map(|half| (mean.value - half, mean.value + half));
        let scale = measure.range;
        Whisker { value: mean.value, interval, scale, role: Role::Accent }.draw(canvas, picture);
    }
    if kind.marks == Marks::Answers {
        shares(model, kind, canvas, &mut lines);
    }
    let Some(live) = &model.open_study.live else {
        if let Some(line) = lines.next() {
            canvas.text(line.x, line.y, line.width, "waiting for the first numbers", Role::Dim);
        }
        return;
    };
    if kind.marks == Marks::Scores
        && live.scores.iter().any(|count| *count > 0)
        && let (Some((low, high)), Some(line)) = (live.scale, lines.next())
    {
        let bars = sparkline(&live.scores, 22, glyphs);
        let text = format!("{low} {bars} {high}");
        canvas.text(line.x, line.y, line.width, &text, Role::Bar);
    }
    // A rate only applies to a running study.
    if !study.state.is_final()
        && let Some(line) = lines.next()
    {
        let recent: Vec<u64> = live.recent.iter().copied().map(u64::from).collect();
        let rate = model
            .open_study
            .rate()
            .map_or_else(String::new, |rate| format!("{}/s ", number(rate, 1, glyphs)));
        let width = line.width.saturating_sub(u16::try_from(rate.len()).unwrap_or(0));
        let shown = format!("{rate}{}", sparkline(&recent, width, glyphs));
        canvas.text(line.x, line.y, line.width, &shown, Role::Running);
    }
    if let Some(line) = lines.next() {
        let panel = study.asked_now();
        let left = panel.requested.saturating_sub(panel.settled());
        let text = match study.round {
            Some(round) => under_way(round),
            None => format!(
                "answered {}  left {}",
                thousands(panel.delivered.into()),
                thousands(left.into())
            ),
        };
        canvas.cut(line.x, line.y, line.width, &text, Role::Text);
    }
    if let Some(line) = lines.next() {
        let panel = study.asked_now();
        let role = if panel.invalid + panel.failed > 0 { Role::Warning } else { Role::Dim };
        let text =
            format!("declined {} unread {} failed {}", panel.refused, panel.invalid, panel.failed);
        canvas.cut(line.x, line.y, line.width, &text, role);
    }
    if let Some(line) = lines.next() {
        let took = brief(live.elapsed_ms);
        let text = format!("{}, seed {}, in {took}", study.engine, study.seed);
        canvas.cut(line.x, line.y, line.width, &text, Role::Dim);
    }
}

/// The rounds of a chain that have ended, with their scores.
fn finished(model: &Model, glyphs: Glyphs) -> String {
    let live = model.open_study.live.as_ref();
    let rounds = live.map(|live| live.finished.as_slice()).unwrap_or_default();
    let each = rounds.iter().map(|of| format!("{}: {}", of.round, number(of.overall, 1, glyphs)));
    let each: Vec<String> = each.collect();
    if each.is_empty() { String::new() } else { format!("rounds {}", each.join(", ")) }
}

/// A duration; a short one in tenths of a second.
fn brief(ms: u64) -> String {
    match ms {
        0..100 => "<0.1s".to_owned(),
        100..10_000 => format!("{}.{}s", ms / 1000, ms % 1000 / 100),
        _ => span(ms / 1000),
    }
}

/// The share of each mark among the loaded answers, with its half width.
fn shares(
    model: &Model,
    kind: &StudyView,
    canvas: &mut Canvas<'_>,
    lines: &mut impl Iterator<Item = Rect>,
) {
    let glyphs = canvas.glyphs();
    let marks = model.open_study.loaded_marks(kind);
    let n: u64 = marks.iter().map(|(_, count)| *count).sum();
    if n == 0 || kind.main.is_none() {
        return;
    }
    let (low, high) = kind.scale;
    for (mark, count) in marks {
        let Some(line) = lines.next() else { return };
        let share = count as f64 / n as f64;
        let half = estimate::share_half_width(count, n) * 100.0;
        let text = format!(
            "{}% {}{}",
            number(share * 100.0, 0, glyphs),
            glyphs.plus_minus(),
            number(half, 0, glyphs)
        );
        canvas.cut(line.x, line.y, 8, &(kind.mark)(mark), Role::Dim);
        let style = canvas.theme.score(f64::from(mark - low) / f64::from((high - low).max(1)));
        let width = line.width.saturating_sub(18);
        canvas.bar(line.x + 8, line.y, width, share, style);
        canvas.right(line.right().saturating_sub(10), line.y, 10, &text, Role::Text);
    }
    if let Some(line) = lines.next() {
        let text = format!("of {} answers so far", thousands(n));
        canvas.cut(line.x, line.y, line.width, &text, Role::Dim);
    }
}
