//! The numbers of a running study: the estimate so far with its interval, how often each score was given, the rate, and
//! what came of those who were asked.

use protocol::run::Study;
use ratatui::layout::Rect;

use crate::station::model::Model;
use crate::station::model::lens::Lens;
use crate::station::symbols::Focus;
use crate::station::theme::Role;
use crate::station::widgets::bar::sparkline;
use crate::station::widgets::canvas::{Canvas, Caption};
use crate::station::widgets::format::{number, span, thousands};
use crate::station::widgets::whisker::Whisker;

/// Draws the tally.
pub(super) fn draw(model: &Model, study: &Study, canvas: &mut Canvas<'_>, area: Rect) {
    let inner =
        canvas.pane(area, Caption { title: "So far", count: "", foot: "" }, Focus::Elsewhere);
    let glyphs = canvas.glyphs();
    let kind = Lens::instrument(study);
    let mut lines = (inner.top()..inner.bottom()).map(|y| Rect::new(inner.x, y, inner.width, 1));
    if let (Some(mean), Some(measure)) = (model.lens.running(study), kind.main)
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
    let Some(live) = &model.lens.live else {
        if let Some(line) = lines.next() {
            canvas.text(line.x, line.y, line.width, "waiting for the first numbers", Role::Dim);
        }
        return;
    };
    if let (Some((low, high)), Some(line)) = (live.scale, lines.next()) {
        let bars = sparkline(&live.scores, 22, glyphs);
        let text = format!("{low} {bars} {high}");
        canvas.text(line.x, line.y, line.width, &text, Role::Bar);
    }
    if let Some(line) = lines.next() {
        let recent: Vec<u64> = live.recent.iter().copied().map(u64::from).collect();
        let rate = model
            .lens
            .rate()
            .map_or_else(String::new, |rate| format!("{}/s ", number(rate, 1, glyphs)));
        let width = line.width.saturating_sub(u16::try_from(rate.len()).unwrap_or(0));
        let shown = format!("{rate}{}", sparkline(&recent, width, glyphs));
        canvas.text(line.x, line.y, line.width, &shown, Role::Running);
    }
    if let Some(line) = lines.next() {
        let panel = study.panel;
        let left = panel.requested.saturating_sub(panel.settled());
        let text = format!(
            "answered {}  left {}  work {}",
            panel.delivered,
            left,
            span(live.elapsed_ms / 1000)
        );
        canvas.cut(line.x, line.y, line.width, &text, Role::Text);
    }
    if let Some(line) = lines.next() {
        let panel = study.panel;
        let role = if panel.invalid + panel.failed > 0 { Role::Warning } else { Role::Dim };
        let text =
            format!("declined {} unread {} failed {}", panel.refused, panel.invalid, panel.failed);
        canvas.cut(line.x, line.y, line.width, &text, role);
    }
    if let Some(line) = lines.next() {
        let text = format!("{}, seed {}", study.engine, study.seed);
        canvas.cut(line.x, line.y, line.width, &text, Role::Dim);
    }
}
