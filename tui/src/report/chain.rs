//! The chain of a content review: its rounds with their intervals, the difference between the original and the best version,
//! and one sentence on whether the gain is proved.

use protocol::review::{ChainRound, ImprovedVariant, Iterations};

use crate::look::{Role, pad, pad_left};
use crate::report::diff;
use crate::report::page::ReportPage;
use crate::report::whisker::{self, Scale};

/// First and last value of the scores.
const SCORES: Scale = Scale { low: 1.0, high: 10.0, mark: None };

/// Draws the rounds, the verdict, and what the best version changes.
pub(crate) fn draw(iterations: &Iterations, page: &mut ReportPage) {
    let look = page.look;
    page.heading("Rounds", "overall score by the same experts, 95 % interval");
    let room = look.width.saturating_sub(2 + 11 + 6 + 2 + 30).clamp(10, 40);
    for round in &iterations.chain {
        let is_best = round.round == iterations.best_round;
        let name = format!("Round {}{}", round.round, if is_best { " *" } else { "" });
        let bar = whisker::draw(round.overall, round.overall_interval, SCORES, room, look);
        page.line(format!(
            "  {}{}  {bar}  {}",
            look.paint(Role::Strong, &pad(&name, 11)),
            pad_left(&format!("{:.1}", round.overall), 6),
            look.paint(Role::Dim, &change(round)),
        ));
    }
    if iterations.early_stopped {
        let left = iterations.total_rounds.saturating_sub(iterations.completed_rounds);
        let rounds = if left == 1 { "round" } else { "rounds" };
        let text = format!(
            "Stopped after round {}: {left} {rounds} not asked, nor paid for.",
            iterations.completed_rounds
        );
        page.paragraph(&text, "  ", "  ", Some(Role::Dim));
    }
    let (role, text) = verdict(iterations);
    page.gap();
    page.paragraph(&text, "  ", "  ", Some(role));
    if let Some(text) = by_place(iterations) {
        page.paragraph(&text, "  ", "  ", Some(Role::Warning));
    }
}

/// Draws the best version as a difference from the original, with the rules that it applies.
pub(crate) fn draw_best(original: &str, best: &ImprovedVariant, page: &mut ReportPage) {
    let look = page.look;
    page.heading(
        "The best version",
        &format!("{:.1} of 10 by the same experts", best.predicted_score),
    );
    let difference = diff::paragraph(original, &best.text, look);
    for line in look.wrap(&difference, "  ", "  ") {
        page.line(line);
    }
    if !best.principles.is_empty() {
        let applied = format!("Applied: {}", best.principles.join("; "));
        page.paragraph(&applied, "  ", "  ", Some(Role::Dim));
    }
}

/// What changed since round 1, and how many experts moved.
fn change(round: &ChainRound) -> String {
    let Some(change) = round.change else { return "the original".to_owned() };
    let mut text = format!("{:+.1}", change.value);
    if let Some((low, high)) = change.low.zip(change.high) {
        text.push_str(&format!(" ({low:+.1} to {high:+.1})"));
    }
    if let Some(moved) = round.moved {
        text.push_str(&format!(" {} up {} down", moved.up, moved.down));
    }
    text
}

/// Whether the gain is proved, in a sentence.
pub(crate) fn verdict(iterations: &Iterations) -> (Role, String) {
    let gain = &iterations.improvement;
    let (round, by) = (iterations.best_round, gain.score_change);
    if round == 1 {
        return (
            Role::Warning,
            "No gain: no rewrite scored higher than the original with the same experts.".to_owned(),
        );
    }
    let interval = gain
        .interval
        .map_or_else(String::new, |(low, high)| format!(", 95 % interval {low:+.1} to {high:+.1}"));
    if gain.interval.is_none_or(|(low, _)| low <= 0.0) {
        return (
            Role::Warning,
            format!(
                "No gain: the version of round {round} scores {by:.1} points higher{interval}, which chance and another wording alone can make."
            ),
        );
    }
    let higher = format!(
        "the version of round {round} scores {by:.1} points higher than the original{interval}"
    );
    match (gain.confirmed, &gain.confirmation) {
        (Some(true), Some(fresh)) => (
            Role::Good,
            format!(
                "Proved: {higher}, and a fresh panel preferred it without knowing which is which: {} of {} experts in both orders, {} the original.",
                fresh.rewrite, fresh.experts, fresh.original
            ),
        ),
        (Some(false), Some(fresh)) => (
            Role::Warning,
            format!(
                "Not proved: {higher}, but a fresh panel did not prefer it beyond chance: {} of {} experts chose it in both orders, {} the original.",
                fresh.rewrite, fresh.experts, fresh.original
            ),
        ),
        _ => (
            Role::Warning,
            format!("Not proved: {higher}, and no fresh panel has held both against each other."),
        ),
    }
}

/// A warning where many of the fresh panel went by the place of a text and not by the text.
fn by_place(iterations: &Iterations) -> Option<String> {
    let fresh = iterations.improvement.confirmation.as_ref()?;
    let by_place = fresh.first_shown + fresh.last_shown;
    (by_place * 4 > fresh.experts).then(|| {
        format!(
            "{by_place} of {} experts of the fresh panel chose by the place of a text: {} what came first, {} what came last. They count for neither.",
            fresh.experts, fresh.first_shown, fresh.last_shown
        )
    })
}
