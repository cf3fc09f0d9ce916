//! The rounds of a review in the document: each with its score and what it changed in the text it was rewritten from, for
//! whom, and which findings it fixed; and whether the gain is proved.

use protocol::results::{Report, Results};
use protocol::review::{ChainRound, Iterations, ScoreChange};

use super::{Block, Chart, Row, Section, Shape, Weight};
use crate::kinds;
use crate::report::chain::{
    by_place, decimals, findings_across, for_whom, from_to, looks_best, stopped, unfinished,
    verdict,
};
use crate::report::{agree, diff};

/// The section; `None` for a study of one round.
pub(super) fn section(report: &Report) -> Option<Section> {
    let results = report.found()?;
    let iterations = kinds::found(&results.outcomes).iterations?;
    let mut section = Section::new("Rounds");
    section.text(judgement(report, iterations));
    section.blocks.extend(by_place(iterations).map(Block::Warning));
    let reason = iterations.stop_reason.filter(|_| report.results.is_some());
    if let Some(reason) = reason {
        section.text(stopped(iterations, reason));
    }
    section.blocks.push(Block::Chart(Chart {
        caption: "Overall score by the same experts".to_owned(),
        low: 1.0,
        high: 10.0,
        ends: ("1".to_owned(), "10".to_owned()),
        shape: Shape::Dot,
        rows: iterations.chain.iter().map(|round| row(round, iterations)).collect(),
    }));
    for round in iterations.chain.iter().filter(|round| round.from.is_some()) {
        of_round(results, iterations, round, &mut section);
    }
    Some(section)
}

/// Whether the gain is proved, with its interval, and whether a fresh panel confirmed it.
pub(in crate::cli::export) fn judgement(report: &Report, iterations: &Iterations) -> String {
    match report.results {
        Some(_) => verdict(iterations).1,
        None => unfinished(iterations, report.study.state).1,
    }
}

fn row(round: &ChainRound, iterations: &Iterations) -> Row {
    let best = if looks_best(iterations, round) { ", the best" } else { "" };
    let decimals = decimals(iterations);
    let interval = |ends: Option<(f64, f64)>| {
        ends.map_or_else(String::new, |(low, high)| format!("{low:.1} to {high:.1}"))
    };
    let n = round.estimates.get("overall").map_or(u64::MAX, |overall| overall.n);
    Row {
        label: format!("Round {}{best}", round.round),
        value: round.overall,
        interval: round.overall_interval,
        text: format!("{:.decimals$}", round.overall),
        remark: interval(round.overall_interval),
        weight: if n < 30 { Weight::Small } else { Weight::Full },
    }
}

fn of_round(results: &Results, iterations: &Iterations, round: &ChainRound, section: &mut Section) {
    let from = round.from.unwrap_or(1);
    section.blocks.push(Block::Subheading(format!("Round {}, from round {from}", round.round)));
    if !round.principles.is_empty() {
        section.text(format!("Applied: {}.", round.principles.join("; ")));
    }
    let origin = iterations.chain.iter().find(|one| one.round == from);
    let before = origin.map_or_else(
        || kinds::found(&results.outcomes).content.unwrap_or_default(),
        |before| before.content.as_str(),
    );
    let changed = round.change_from(from);
    let words = changed.map(|change| change.words.as_slice()).unwrap_or_default();
    section.blocks.push(Block::Changes(diff::parts(words, before, &round.content)));
    let mut facts = Vec::new();
    if let Some(change) = changed.and_then(|change| change.overall) {
        let score = origin.map_or(round.overall - change.value, |origin| origin.overall);
        let decimals =
            agree::decimals([(score, round.overall, change.value)], 1).max(decimals(iterations));
        facts.push((format!("Change from round {from}"), of_change(&change, decimals)));
    }
    if let Some(change) = round.change.filter(|_| from != 1) {
        facts.push(("Change from round 1".to_owned(), of_change(&change, decimals(iterations))));
    }
    if let Some(moved) = round.moved {
        let text = format!("{} higher, {} the same, {} lower", moved.up, moved.same, moved.down);
        facts.push(("Experts".to_owned(), text));
    }
    for one in &round.dimensions {
        facts.push((one.name.clone(), format!("{:.1}", one.score)));
    }
    section.blocks.push(Block::Facts(facts));
    if let Some(text) = changed.and_then(|change| for_whom(&change.segments)) {
        section.text(text);
    }
    if let Some(across) = &round.findings_across {
        section.text(findings_across(across));
    }
}

fn of_change(change: &ScoreChange, decimals: usize) -> String {
    let interval = change.low.zip(change.high).map_or_else(
        || "by as much with every expert".to_owned(),
        |ends| format!("95 % interval {}", from_to(ends)),
    );
    format!("{} points, {interval}", agree::signed(change.value, decimals))
}
