//! The chain of a content review: its rounds with their intervals, the difference between the original and the best version,
//! and one sentence on whether the gain is proved.

use std::fmt::Write as _;

use protocol::review::{ChainRound, ImprovedVariant, Iterations, StopReason};

use crate::look::{Look, Role, pad, pad_left};
use crate::report::diff;
use crate::report::page::ReportPage;
use crate::report::whisker::{self, Scale};

/// First and last value of the scores.
const SCORES: Scale = Scale { low: 1.0, high: 10.0, mark: None };

/// Draws the rounds, the verdict, and what the best version changes.
pub(crate) fn draw(iterations: &Iterations, page: &mut ReportPage) {
    let look = page.look;
    page.heading("Rounds", "overall score by the same experts, 95 % interval");
    let room = look.width.saturating_sub(2 + 11 + 6 + 2 + 2 + 34).clamp(10, 40);
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
    if iterations.chain.len() > 1 {
        let scores: Vec<f64> = iterations.chain.iter().map(|round| round.overall).collect();
        let line = sparkline(&scores, look);
        page.line(format!("  {}{}", pad("Course", 11), look.paint(Role::Accent, &line)));
    }
    if let Some(reason) = iterations.stop_reason {
        page.paragraph(&stopped(iterations, reason), "  ", "  ", Some(Role::Dim));
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

/// The scores of all rounds as bars of one column each, the lowest as the shortest.
fn sparkline(scores: &[f64], look: Look) -> String {
    let bars = look
        .glyph(['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'], ['_', '_', '.', '.', '-', '-', '=', '#']);
    let low = scores.iter().copied().fold(f64::INFINITY, f64::min);
    let high = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let span = (high - low).max(1.0);
    let height = |score: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "0 to the number of bars"
        )]
        let place = ((score - low) / span * (bars.len() - 1) as f64).round() as usize;
        bars[place.min(bars.len() - 1)]
    };
    scores.iter().map(|score| height(*score)).collect()
}

/// Why the rounds that are left were not asked.
pub(crate) fn stopped(iterations: &Iterations, reason: StopReason) -> String {
    let left = iterations.total_rounds.saturating_sub(iterations.completed_rounds);
    let why = match reason {
        StopReason::TargetReached => "the target score was reached",
        StopReason::NoGain => "the last round brought no gain",
        StopReason::NoBetterRewrite => "no rewrite was better with the same experts",
        StopReason::Unfinished => "it ended before them",
    };
    let rounds = if left == 1 { "round was" } else { "rounds were" };
    format!("{left} more {rounds} not asked, nor paid for: {why}.")
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
    let Some((low, high)) = gain.interval else {
        return (
            Role::Warning,
            format!(
                "Not proved: the version of round {round} scores {by:.1} points higher, but every expert moved by as much, so that the gain has no interval."
            ),
        );
    };
    let interval = format!(", 95 % interval {low:+.1} to {high:+.1}");
    if low <= 0.0 {
        let mut text = format!(
            "No gain: the version of round {round} scores {by:.1} points higher{interval}, which chance and another wording alone can make."
        );
        if let Some(fresh) = &gain.confirmation {
            let _ = write!(
                text,
                " A fresh panel, which did not know which is which, chose it with {} of {} experts in both orders, and the original with {}.",
                fresh.rewrite, fresh.experts, fresh.original
            );
        }
        return (Role::Warning, text);
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
pub(crate) fn by_place(iterations: &Iterations) -> Option<String> {
    let fresh = iterations.improvement.confirmation.as_ref()?;
    let by_place = fresh.first_shown + fresh.last_shown;
    (by_place * 4 > fresh.experts).then(|| {
        format!(
            "{by_place} of {} experts of the fresh panel chose by the place of a text: {} what came first, {} what came last. They count for neither.",
            fresh.experts, fresh.first_shown, fresh.last_shown
        )
    })
}

#[cfg(test)]
mod tests {
    use protocol::review::{Confirmation, Improvement, Moved, ScoreChange};

    use super::*;
    use crate::look::{Colour, Glyphs};

    const PLAIN: Look = Look { width: 80, colour: Colour::None, glyphs: Glyphs::Unicode };

    fn round(round: u16, overall: f64) -> ChainRound {
        let change = ScoreChange { value: overall - 5.2, low: Some(0.4), high: Some(1.5) };
        ChainRound {
            round,
            content: "Cook dinner in 20 minutes".to_owned(),
            overall,
            click_rate: 0.5,
            overall_interval: Some((overall - 0.3, overall + 0.3)),
            dimensions: Vec::new(),
            change: (round > 1).then_some(change),
            principles: Vec::new(),
            findings: Vec::new(),
            from: (round > 1).then(|| round - 1),
            moved: (round > 1).then_some(Moved { up: 14, same: 4, down: 2 }),
        }
    }

    fn iterations() -> Iterations {
        Iterations {
            total_rounds: 3,
            target_score: None,
            completed_rounds: 2,
            best_round: 2,
            early_stopped: true,
            stop_reason: Some(StopReason::NoBetterRewrite),
            chain: vec![round(1, 5.2), round(2, 6.1)],
            best_content: "Cook dinner in 20 minutes".to_owned(),
            best_score: 6.1,
            best_click_rate: 0.5,
            improvement: Improvement {
                score_change: 0.9,
                click_rate_change: 0.0,
                interval: Some((0.4, 1.5)),
                confirmed: Some(true),
                confirmation: Some(Confirmation {
                    experts: 20,
                    rewrite: 12,
                    original: 2,
                    first_shown: 1,
                    last_shown: 0,
                    net: 50.0,
                    net_low: Some(9.0),
                    net_high: Some(80.0),
                }),
            },
        }
    }

    #[test]
    fn a_proved_gain_is_printed_with_its_rounds_and_what_changed() {
        let mut page = ReportPage::new(PLAIN);
        let best = ImprovedVariant {
            text: "Cook dinner in 20 minutes".to_owned(),
            rank: 1,
            predicted_score: 6.1,
            principles: vec!["No hype".to_owned(), "Plain words for jargon".to_owned()],
            findings: Vec::new(),
        };
        draw_best("Facilitate your amazing dinner in 20 minutes", &best, &mut page);
        draw(&iterations(), &mut page);
        insta::assert_snapshot!(page.finish());
    }

    #[test]
    fn each_way_in_which_a_gain_is_not_proved_has_its_sentence() {
        let said = |change: fn(&mut Iterations)| {
            let mut found = iterations();
            change(&mut found);
            let place = by_place(&found).map_or_else(String::new, |text| format!("\n{text}"));
            format!("{}{place}", verdict(&found).1)
        };
        let all = [
            said(|found| found.best_round = 1),
            said(|found| found.improvement.interval = Some((-0.2, 2.0))),
            said(|found| found.improvement.interval = None),
            said(|found| found.improvement.confirmed = Some(false)),
            said(|found| {
                found.improvement.confirmed = None;
                found.improvement.confirmation = None;
            }),
            said(|found| {
                found.improvement.confirmed = Some(false);
                if let Some(fresh) = &mut found.improvement.confirmation {
                    (fresh.rewrite, fresh.original, fresh.first_shown) = (3, 2, 15);
                }
            }),
        ];
        insta::assert_snapshot!(all.join("\n"));
    }
}
