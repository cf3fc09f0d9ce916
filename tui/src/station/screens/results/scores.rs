//! Scores pane: the score distribution, highest first, or the shares of a study type without scores; below, selected
//! estimates. Each line can be opened into the answers it counts.

use protocol::results::{Estimate, Results};
use protocol::run::Study;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::results;
use crate::kinds::{self, Marks, Said, Share};
use crate::report::estimates::is_lopsided;
use crate::station::estimate;
use crate::station::model::Model;
use crate::station::model::results::{Drill, Pane};
use crate::station::symbols::{Focus, Glyphs};
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, Caption, columns};
use crate::station::widgets::format::{number, thousands};

/// One line of the pane.
#[derive(Clone, Debug)]
pub(super) enum ScoreLine<'a> {
    /// A score, its count, and the largest count.
    Score(i32, u64, u64),
    /// A share of those who answered.
    Share(Share),
    /// An estimate about the whole panel: label and decimals.
    Estimate(&'static str, usize, &'a Estimate),
}

impl ScoreLine<'_> {
    /// The answers behind it.
    pub(super) fn drill(&self) -> Drill {
        let said = match self {
            Self::Score(score, ..) => Some((format!("score {score}"), Said::Mark(*score, *score))),
            Self::Share(share) => Some((share.label.to_owned(), share.said)),
            Self::Estimate(..) => None,
        };
        Drill { said, ..Drill::default() }
    }

    /// The line as text to copy.
    pub(super) fn as_text(&self, study: &Study, glyphs: Glyphs) -> String {
        let n = u64::from(study.panel.delivered);
        match self {
            Self::Score(score, count, _) => {
                format!("score {score}: {} of {} answers", thousands(*count), thousands(n))
            }
            Self::Share(share) => {
                format!("{}: {}, n={}", share.label, percent(*share, n, glyphs), thousands(n))
            }
            Self::Estimate(label, decimals, estimate) => {
                let text = with_interval(*decimals, estimate, glyphs);
                format!("{label}: {text}, n={}", thousands(estimate.n))
            }
        }
    }
}

/// The lines of the pane, in order.
pub(super) fn lines<'a>(study: &Study, results: &'a Results) -> Vec<ScoreLine<'a>> {
    let found = kinds::found(&results.outcomes);
    let counts = found.scores.map(|scores| scores.counts.0.as_slice()).unwrap_or_default();
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    let scores = counts.iter().rev().map(|(score, count)| ScoreLine::Score(*score, *count, most));
    let estimates = kinds::lines(study.instrument, &results.estimates);
    scores
        .chain(found.shares.into_iter().map(ScoreLine::Share))
        .chain(
            estimates
                .into_iter()
                .map(|(label, decimals, estimate)| ScoreLine::Estimate(label, decimals, estimate)),
        )
        .collect()
}

/// Draws the pane.
pub(super) fn draw(model: &Model, study: &Study, canvas: &mut Canvas<'_>, area: Rect) {
    let view = &model.open_study.results;
    let focus = Focus::of(&Pane::Scores, &view.pane);
    let inner = canvas.pane(area, Caption { title: "Scores", count: "", foot: "" }, focus);
    let Some(results) = results(model) else { return };
    let lines = lines(study, results);
    if lines.is_empty() {
        canvas.missing(inner, "Open questions have no scores: the reasons are the result.");
        return;
    }
    let n = u64::from(study.panel.delivered);
    let shown = view.scores.shown(lines.len(), usize::from(inner.height));
    for (y, index) in (inner.top()..inner.bottom()).zip(shown) {
        let line = Rect::new(inner.x, y, inner.width, 1);
        match &lines[index] {
            ScoreLine::Score(score, count, most) => {
                draw_score(study, *score, (*count, *most), canvas, line);
            }
            ScoreLine::Share(share) => draw_share(study, *share, n, canvas, line),
            ScoreLine::Estimate(label, decimals, estimate) => {
                draw_estimate(label, *decimals, estimate, canvas, line);
            }
        }
        if focus == Focus::Here && index == view.scores.cursor {
            canvas.tint(line, Role::Selected);
        }
    }
}

fn draw_score(
    study: &Study,
    score: i32,
    (count, most): (u64, u64),
    canvas: &mut Canvas<'_>,
    line: Rect,
) {
    let (low, high) = kinds::view(study.instrument).scale;
    canvas.right(line.x, line.y, 3, &score.to_string(), Role::Dim);
    let width = line.width.saturating_sub(12);
    let style = canvas.theme.score(f64::from(score - low) / f64::from((high - low).max(1)));
    canvas.bar(line.x + 4, line.y, width, count as f64 / most as f64, style);
    canvas.right(line.right().saturating_sub(7), line.y, 6, &thousands(count), Role::Text);
}

fn draw_estimate(
    label: &str,
    decimals: usize,
    estimate: &Estimate,
    canvas: &mut Canvas<'_>,
    line: Rect,
) {
    let room = |text: &str| line.width.saturating_sub(columns(text) + 3);
    let glyphs = canvas.glyphs();
    let text = with_interval(decimals, estimate, glyphs);
    let text =
        if columns(label) > room(&text) { with_half(decimals, estimate, glyphs) } else { text };
    let name = room(&text);
    canvas.cut(line.x + 1, line.y, name, label, Role::Dim);
    canvas.right(line.x, line.y, line.width.saturating_sub(1), &text, Role::Text);
}

fn with_interval(decimals: usize, estimate: &Estimate, glyphs: Glyphs) -> String {
    let show = |value| number(value, decimals, glyphs);
    let interval = match (estimate.low, estimate.high) {
        (Some(low), Some(high)) => format!("[{}, {}]", show(low), show(high)),
        _ => String::new(),
    };
    format!("{} {interval}", show(estimate.value))
}

/// An estimate with half its interval, which takes fewer columns; where that is lopsided, its ends.
fn with_half(decimals: usize, estimate: &Estimate, glyphs: Glyphs) -> String {
    let value = number(estimate.value, decimals, glyphs);
    match (estimate.low, estimate.high) {
        (Some(low), Some(high)) if is_lopsided(estimate.value, (low, high)) => {
            format!("{} to {}", number(low, decimals, glyphs), number(high, decimals, glyphs))
        }
        (Some(low), Some(high)) => {
            format!(
                "{value} {}{}",
                glyphs.plus_minus(),
                number((high - low) / 2.0, decimals, glyphs)
            )
        }
        _ => value,
    }
}

/// The colour of a share: that of its mark in the mosaic, where the mosaic shows such marks.
pub(super) fn style_of(study: &Study, share: Share, canvas: &Canvas<'_>) -> Style {
    let kind = kinds::view(study.instrument);
    let (low, high) = kind.scale;
    match (kind.marks, share.said) {
        (Marks::Answers, Said::Mark(mark, _)) => {
            canvas.theme.score(f64::from(mark - low) / f64::from((high - low).max(1)))
        }
        _ => canvas.theme.style(share.role),
    }
}

/// A share with its half width.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count of answers, made from the share it has become"
)]
fn percent(share: Share, n: u64, glyphs: Glyphs) -> String {
    let count = (share.percent / 100.0 * n as f64).round() as u64;
    let half = estimate::share_half_width(count, n.max(1)) * 100.0;
    format!(
        "{}% {}{}",
        number(share.percent, 0, glyphs),
        glyphs.plus_minus(),
        number(half, 0, glyphs)
    )
}

fn draw_share(study: &Study, share: Share, n: u64, canvas: &mut Canvas<'_>, line: Rect) {
    let name = 15.min(line.width.saturating_sub(10));
    canvas.cut(line.x + 1, line.y, name, share.label, Role::Dim);
    let text = percent(share, n, canvas.glyphs());
    let numbers = 10;
    let width = line.width.saturating_sub(name + numbers + 2);
    let style = style_of(study, share, canvas);
    canvas.bar(line.x + 1 + name, line.y, width, share.percent / 100.0, style);
    canvas.right(line.right().saturating_sub(numbers + 1), line.y, numbers, &text, Role::Text);
}
