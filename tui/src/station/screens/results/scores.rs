//! How often each score was given, highest first, or the shares of an instrument without scores; below, the estimates
//! worth a line.

use protocol::run::Study;
use ratatui::layout::Rect;

use super::results;
use crate::station::instrument::{self, Share};
use crate::station::model::Model;
use crate::station::model::results::Pane;
use crate::station::symbols::Focus;
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, Caption};
use crate::station::widgets::format::{number, thousands};

/// Draws the pane.
pub(super) fn draw(model: &Model, study: &Study, canvas: &mut Canvas<'_>, area: Rect) {
    let view = &model.lens.results;
    let focus = Focus::of(&Pane::Scores, &view.pane);
    let inner = canvas.pane(area, Caption { title: "Scores", count: "", foot: "" }, focus);
    let Some(results) = results(model) else { return };
    let kind = instrument::of(study.instrument);
    let mut y = inner.y;
    if let Some(distribution) = instrument::distribution(&results.outcomes) {
        let most = distribution.0.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
        let (low, high) = kind.scale;
        for (row, (score, count)) in distribution.0.iter().rev().enumerate() {
            if y >= inner.bottom() {
                return;
            }
            canvas.right(inner.x, y, 3, &score.to_string(), Role::Dim);
            let width = inner.width.saturating_sub(12);
            let place = f64::from(score - low) / f64::from((high - low).max(1));
            let style = canvas.theme.score(place);
            canvas.bar(inner.x + 4, y, width, *count as f64 / most as f64, style);
            canvas.right(inner.right().saturating_sub(7), y, 6, &thousands(*count), Role::Text);
            if focus == Focus::Here && row == view.scores.cursor {
                canvas.tint(Rect::new(inner.x, y, inner.width, 1), Role::Selected);
            }
            y += 1;
        }
    }
    for share in (kind.shares)(&results.outcomes) {
        if y >= inner.bottom() {
            return;
        }
        draw_share(share, canvas, Rect::new(inner.x, y, inner.width, 1));
        y += 1;
    }
    let glyphs = canvas.glyphs();
    for (label, decimals, estimate) in instrument::headline(study.instrument, &results.estimates) {
        if y >= inner.bottom() {
            return;
        }
        let show = |value| number(value, decimals, glyphs);
        let interval = match (estimate.low, estimate.high) {
            (Some(low), Some(high)) => format!("[{}, {}]", show(low), show(high)),
            _ => String::new(),
        };
        let text = format!("{} {interval}", show(estimate.value));
        canvas.cut(inner.x + 1, y, inner.width.saturating_sub(1), label, Role::Dim);
        canvas.right(inner.x, y, inner.width.saturating_sub(1), &text, Role::Text);
        y += 1;
    }
}

fn draw_share(share: Share, canvas: &mut Canvas<'_>, line: Rect) {
    let name = 15.min(line.width / 2);
    canvas.cut(line.x + 1, line.y, name, share.label, Role::Dim);
    let width = line.width.saturating_sub(name + 8);
    let style = canvas.theme.style(share.role);
    canvas.bar(line.x + 1 + name, line.y, width, share.percent / 100.0, style);
    let percent = format!("{}%", number(share.percent, 0, canvas.glyphs()));
    canvas.right(line.right().saturating_sub(6), line.y, 5, &percent, Role::Text);
}
