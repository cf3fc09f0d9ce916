//! The chain of a content review: its rounds with their intervals, the difference between the original and the best version,
//! and one sentence on whether the gain is proved.

use std::fmt::Write as _;

use protocol::finding::{FindingPair, FindingsAcross};
use protocol::results::Results;
use protocol::review::{ChainRound, ImprovedVariant, Iterations, StopReason};
use protocol::rounds::{SegmentChange, TextPart, moved_most};
use protocol::run::State;
use protocol::safe;

use crate::kinds;
use crate::look::{Look, Role, pad, pad_left};
use crate::report::page::ReportPage;
use crate::report::segments;
use crate::report::whisker::{self, Scale};
use crate::report::{agree, diff};

/// First and last value of the scores.
const SCORES: Scale = Scale { low: 1.0, high: 10.0, mark: None };

/// Lines of a difference that a report shows.
pub(crate) const DIFFERENCE_LINES: usize = 24;

/// The command that shows all of a difference.
#[derive(Clone, Debug)]
pub(crate) struct WholeDifference {
    /// The study, as its id is typed.
    pub(crate) study: String,
    /// The variant, where it is not the one that is written without being named.
    pub(crate) variant: Option<u32>,
}

impl std::fmt::Display for WholeDifference {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "demoscope apply {} --diff", self.study)?;
        self.variant.map_or(Ok(()), |variant| write!(out, " --variant {variant}"))
    }
}

/// How far a chain is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChainEnd {
    /// It is at its end, and judged.
    Ended,
    /// It has no results; what is shown is of its finished rounds.
    Unfinished(State),
}

/// Draws the rounds, for whom the best of them moved, and the verdict.
pub(crate) fn draw(iterations: &Iterations, end: ChainEnd, page: &mut ReportPage) {
    let look = page.look;
    page.heading("Rounds", "overall score by the same experts, 95 % interval");
    let room = look.width.saturating_sub(2 + 11 + 6 + 2 + 2 + 34).clamp(10, 40);
    let decimals = decimals(iterations);
    for round in &iterations.chain {
        let mark = if looks_best(iterations, round) { " *" } else { "" };
        let name = format!("Round {}{mark}", round.round);
        let bar = whisker::draw(round.overall, round.overall_interval, SCORES, room, look);
        page.line(format!(
            "  {}{}  {bar}  {}",
            look.paint(Role::Strong, &pad(&name, 11)),
            pad_left(&format!("{:.decimals$}", round.overall), 6),
            look.paint(Role::Dim, &change(round, decimals)),
        ));
    }
    if iterations.chain.len() > 1 {
        let scores: Vec<f64> = iterations.chain.iter().map(|round| round.overall).collect();
        let line = sparkline(&scores, look);
        page.line(format!("  {}{}", pad("Course", 11), look.paint(Role::Accent, &line)));
    }
    draw_best_round(iterations, page);
    if let Some(reason) = iterations.stop_reason.filter(|_| end == ChainEnd::Ended) {
        page.paragraph(&stopped(iterations, reason), "  ", "  ", Some(Role::Dim));
    }
    let (role, text) = match end {
        ChainEnd::Ended => verdict(iterations),
        ChainEnd::Unfinished(state) => unfinished(iterations, state),
    };
    page.gap();
    page.paragraph(&text, "  ", "  ", Some(role));
    if let Some(text) = by_place(iterations) {
        page.paragraph(&text, "  ", "  ", Some(Role::Warning));
    }
}

/// Decimals of the scores and of their changes since round 1.
pub(crate) fn decimals(iterations: &Iterations) -> usize {
    let first = iterations.chain.first().map_or(0.0, |round| round.overall);
    let change = |round: &ChainRound| Some((first, round.overall, round.change?.value));
    agree::decimals(iterations.chain.iter().filter_map(change), 1)
}

/// Whether a round is the best by the scores that are shown.
pub(crate) fn looks_best(iterations: &Iterations, round: &ChainRound) -> bool {
    let place = usize::from(round.round.saturating_sub(1));
    let scores = iterations.chain.iter().map(|round| round.overall);
    round.round == iterations.best_round && agree::is_best(scores, place, decimals(iterations))
}

/// What the best round changed: for whom, and which findings.
fn draw_best_round(iterations: &Iterations, page: &mut ReportPage) {
    let best = iterations.chain.iter().find(|round| round.round == iterations.best_round);
    let Some((best, from)) = best.and_then(|best| Some((best, best.from?))) else { return };
    let about = format!("Round {} against round {from}", best.round);
    if let Some(text) = best.change_from(from).and_then(|change| for_whom(&change.segments)) {
        page.paragraph(&format!("{about}: {text}"), "  ", "  ", Some(Role::Dim));
    }
    if let Some(across) = &best.findings_across {
        page.paragraph(&findings_across(across), "  ", "  ", Some(Role::Dim));
    }
}

/// Draws the best version as a difference from the original, whose score stands beside, with the rules that it applies.
pub(crate) fn draw_best(
    best: &ImprovedVariant,
    overall: f64,
    (difference, whole): (&[TextPart], &WholeDifference),
    page: &mut ReportPage,
) {
    let look = page.look;
    // It is better than what was sent, also by what is shown of both.
    let is_apart = agree::is_best([overall, best.predicted_score], 1, 1);
    let decimals = if is_apart { 1 } else { 2 };
    page.heading(
        "The best version",
        &format!(
            "{:.decimals$} by the same experts, as sent {overall:.decimals$}",
            best.predicted_score
        ),
    );
    for line in diff::lines(difference, look, DIFFERENCE_LINES, &whole.to_string()) {
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
        StopReason::NoRewrite => "no other rewrite could be made",
        StopReason::RewritingFailed => "the calls for another rewrite failed",
        StopReason::NoBetterRewrite => "no rewrite was better with the same experts",
        StopReason::Unfinished => "it ended before them",
    };
    let rounds = if left == 1 { "round was" } else { "rounds were" };
    let detail = iterations.stop_detail.as_ref();
    let detail = detail.map_or_else(String::new, |detail| format!(" ({detail})"));
    format!("{left} more {rounds} not asked, nor paid for: {why}{detail}.")
}

/// Both ends of the interval of a difference.
pub(crate) fn from_to((low, high): (f64, f64)) -> String {
    format!("{} to {}", agree::signed(low, 1), agree::signed(high, 1))
}

/// What changed since round 1, and how many experts moved.
fn change(round: &ChainRound, decimals: usize) -> String {
    let Some(change) = round.change else { return "the original".to_owned() };
    let mut text = agree::signed(change.value, decimals);
    if let Some(ends) = change.low.zip(change.high) {
        text.push_str(&format!(" ({})", from_to(ends)));
    }
    if let Some(moved) = round.moved {
        text.push_str(&format!(" {} up {} down", moved.up, moved.down));
    }
    text
}

/// Whether the gain is proved, in a sentence.
pub(crate) fn verdict(iterations: &Iterations) -> (Role, String) {
    let gain = &iterations.improvement;
    let (round, by) = (iterations.best_round, agree::points(gain.score_change));
    if iterations.completed_rounds <= 1 && iterations.stop_reason == Some(StopReason::TargetReached)
    {
        let text = "No rewrite was asked: the original reached the target score in round 1.";
        return (Role::Good, text.to_owned());
    }
    if iterations.completed_rounds <= 1
        && iterations.stop_reason == Some(StopReason::RewritingFailed)
    {
        let text = "No gain: no rewrite was asked, because the calls for one failed.";
        return (Role::Warning, text.to_owned());
    }
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
                "Not proved: the version of round {round} scores {by} points higher, but every expert moved by as much, so that the gain has no interval."
            ),
        );
    };
    let interval = format!(", 95 % interval {}", from_to((low, high)));
    if low <= 0.0 {
        let mut text = format!(
            "No gain: the version of round {round} scores {by} points higher{interval}, which chance and another wording alone can make."
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
        "the version of round {round} scores {by} points higher than the original{interval}"
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

/// What the rounds of a chain that have ended gained so far, or until it was ended: it has no fresh panel's word yet.
pub(crate) fn unfinished(iterations: &Iterations, state: State) -> (Role, String) {
    let (asked, all) = (iterations.completed_rounds, iterations.total_rounds);
    let best = iterations.best_round;
    let rounds = if asked == 1 { "round has" } else { "rounds have" };
    let begin = match state {
        State::Cancelled => {
            format!("Cancelled after {asked} of {all} rounds, which are paid for and kept")
        }
        State::Failed => {
            format!("Failed after {asked} of {all} rounds, which are paid for and kept")
        }
        State::Paused => format!("Paused after {asked} of {all} rounds"),
        _ => format!("{asked} of {all} {rounds} ended"),
    };
    let gain = match iterations.improvement.interval {
        _ if asked == 1 => {
            let text =
                format!("{begin}: one round ended, and there is nothing to compare it with.");
            return (Role::Warning, text);
        }
        _ if best == 1 => "no rewrite scores higher than the original so far".to_owned(),
        Some(ends) => format!(
            "round {best} scores {} points higher than the original, 95 % interval {}",
            agree::points(iterations.improvement.score_change),
            from_to(ends)
        ),
        None => format!(
            "round {best} scores {} points higher than the original, by as much with every expert",
            agree::points(iterations.improvement.score_change)
        ),
    };
    (Role::Warning, format!("{begin}: {gain}. No fresh panel has confirmed it."))
}

/// The best of the rounds that have ended, of a chain without results, which lists show as its score; nothing of a single
/// round, about which the report is.
pub(crate) fn best_so_far(results: &Results) -> Option<String> {
    let iterations = kinds::found(&results.outcomes).iterations?;
    let best = iterations.chain.iter().find(|round| round.round == iterations.best_round)?;
    let ended = iterations.completed_rounds;
    if ended < 2 {
        return None;
    }
    let interval = best
        .overall_interval
        .map_or_else(String::new, |(low, high)| format!(" (95 % interval {low:.1} to {high:.1})"));
    Some(format!(
        "The best of the {ended} rounds that have ended is round {}: {:.1} of 10{interval}. What follows is about the content as it was sent.",
        best.round, best.overall
    ))
}

/// Segments that are named.
const SEGMENTS: usize = 3;
/// Answers from which on a group is not small.
const LARGE: u64 = 30;

/// For whom the score moved most, with the interval of each group by itself; nothing without segments.
pub(crate) fn for_whom(segments: &[SegmentChange]) -> Option<String> {
    let most = moved_most(segments);
    let words = |segments: &[&SegmentChange]| {
        let shown = segments.iter().take(SEGMENTS).map(|segment| in_words(segment));
        shown.collect::<Vec<String>>().join("; ")
    };
    let sure: Vec<&SegmentChange> =
        most.iter().copied().filter(|segment| segment.differs()).collect();
    if !sure.is_empty() {
        // The largest of many differences is larger than it would be in another panel.
        return Some(format!(
            "Of {} groups it moved most for {}. The largest of many is partly chance; groups below 30 are small.",
            most.len(),
            words(&sure)
        ));
    }
    if most.is_empty() {
        return None;
    }
    // What a handful of people seem to do is chance.
    let large: Vec<&SegmentChange> = most.into_iter().filter(|one| one.n >= LARGE).collect();
    Some(match &large[..] {
        [] => "It moved for no group beyond chance; none has 30 answers.".to_owned(),
        large => format!("It moved for no group beyond chance, most for {}.", words(large)),
    })
}

/// One segment: who, by how much, and how many they are.
fn in_words(segment: &SegmentChange) -> String {
    let who = match segment.dimension.as_str() {
        "role" => format!("the role {}", segment.class.replace('_', " ")),
        dimension => segments::group(dimension, &segment.class),
    };
    let change = segment.change;
    let interval = change
        .low
        .zip(change.high)
        .map_or_else(|| ", all alike".to_owned(), |ends| format!(" ({})", from_to(ends)));
    let by = agree::signed(change.value, 1);
    format!("{} {by}{interval}, n={}", safe::line(&who), segment.n)
}

/// The findings of a round against those of the round that it was rewritten from.
pub(crate) fn findings_across(across: &FindingsAcross) -> String {
    let named = |pairs: &[FindingPair]| {
        let names: Vec<String> =
            pairs.iter().map(|pair| safe::line(&pair.affected_feature).into_owned()).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    };
    let count = |pairs: &[FindingPair]| pairs.len();
    format!(
        "Findings: {} fixed ({}), {} still there ({}), {} new ({}).",
        count(&across.fixed),
        named(&across.fixed),
        count(&across.persisting),
        named(&across.persisting),
        count(&across.new),
        named(&across.new)
    )
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
    use std::collections::BTreeMap;

    use protocol::review::{Confirmation, Improvement, Moved, ScoreChange};
    use protocol::rounds::RunKind;

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
            estimates: BTreeMap::new(),
            changes: Vec::new(),
            findings_across: None,
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
            stop_detail: None,
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
            differences: Vec::new(),
        };
        let part = |kind, text: &str| TextPart { kind, text: text.to_owned() };
        let difference = [
            part(RunKind::Out, "Facilitate your amazing"),
            part(RunKind::In, "Cook"),
            part(RunKind::Same, "dinner in 20 minutes"),
        ];
        let whole = WholeDifference { study: "3f2a".to_owned(), variant: None };
        draw_best(&best, 4.8, (&difference, &whole), &mut page);
        draw(&iterations(), ChainEnd::Ended, &mut page);
        insta::assert_snapshot!(page.finish());
    }

    #[test]
    fn a_target_that_the_original_reaches_is_no_missing_gain() {
        let mut found = iterations();
        (found.best_round, found.completed_rounds) = (1, 1);
        found.stop_reason = Some(StopReason::TargetReached);
        let (_, text) = verdict(&found);
        assert!(text.starts_with("No rewrite was asked: the original reached"), "{text}");
    }

    #[test]
    fn a_rewriting_that_failed_is_told_as_that_with_its_cause() {
        let mut found = iterations();
        (found.best_round, found.completed_rounds) = (1, 1);
        found.stop_reason = Some(StopReason::RewritingFailed);
        found.stop_detail = Some("the service failed (HTTP 500)".to_owned());
        assert_eq!(
            stopped(&found, StopReason::RewritingFailed),
            "2 more rounds were not asked, nor paid for: the calls for another rewrite failed (the service failed (HTTP 500))."
        );
        assert!(verdict(&found).1.contains("no rewrite was asked"), "{}", verdict(&found).1);
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
