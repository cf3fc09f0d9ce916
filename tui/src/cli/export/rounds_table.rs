//! The rounds of a review as a table beside the CSV export, one row each: scores with their intervals, what changed in the
//! text, the findings against the round before, and whether the gain is proved.

use protocol::finding::FindingPair;
use protocol::results::Report;
use protocol::review::{ChainRound, Iterations};

use super::csv::inert;
use super::document::judgement;
use crate::failure::Failure;
use crate::kinds;
use crate::look::Look;
use crate::report::diff;

/// The columns before those of the estimates.
const COLUMNS: [&str; 15] = [
    "round",
    "best",
    "from",
    "change",
    "change_low",
    "change_high",
    "change_from",
    "change_from_low",
    "change_from_high",
    "fixed",
    "persisting",
    "new",
    "confirmed",
    "verdict",
    "difference",
];

/// The table; `None` for a study of one round.
pub(super) fn table(report: &Report) -> Option<Result<Vec<u8>, Failure>> {
    let iterations = kinds::found(&report.found()?.outcomes).iterations?;
    Some(rows(report, iterations).map_err(|error| no_table(&error)))
}

fn no_table(error: &csv::Error) -> Failure {
    Failure::invalid(format!("The rounds cannot be written: {error}")).because(error)
}

fn rows(report: &Report, iterations: &Iterations) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut fields: Vec<&String> =
        iterations.chain.iter().flat_map(|round| round.estimates.keys()).collect();
    fields.sort();
    fields.dedup();
    let mut head: Vec<String> = COLUMNS.iter().map(|name| (*name).to_owned()).collect();
    for field in &fields {
        head.extend([(*field).clone(), format!("{field}_low"), format!("{field}_high")]);
    }
    head.push("content".to_owned());
    writer.write_record(&head)?;
    for round in &iterations.chain {
        writer.write_record(row(report, iterations, round, &fields))?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

fn row(
    report: &Report,
    iterations: &Iterations,
    round: &ChainRound,
    fields: &[&String],
) -> Vec<String> {
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    let change = round.change;
    let from = round.from.and_then(|from| round.change_from(from));
    let changed = from.and_then(|from| from.overall);
    let named = |pairs: Option<&Vec<FindingPair>>| {
        let names = pairs.into_iter().flatten().map(|pair| pair.affected_feature.as_str());
        inert(&names.collect::<Vec<_>>().join("; ")).into_owned()
    };
    let across = round.findings_across.as_ref();
    let before = round.from.and_then(|from| iterations.chain.iter().find(|one| one.round == from));
    let difference = before.zip(from).map_or_else(String::new, |(before, from)| {
        let parts = diff::parts(&from.words, &before.content, &round.content);
        diff::paragraph(&parts, Look::PLAIN)
    });
    let is_best = round.round == iterations.best_round;
    let of_best = |text: String| if is_best { text } else { String::new() };
    let confirmed = iterations.improvement.confirmed;
    let mut cells = vec![
        round.round.to_string(),
        is_best.to_string(),
        round.from.map_or_else(String::new, |from| from.to_string()),
        number(change.map(|change| change.value)),
        number(change.and_then(|change| change.low)),
        number(change.and_then(|change| change.high)),
        number(changed.map(|change| change.value)),
        number(changed.and_then(|change| change.low)),
        number(changed.and_then(|change| change.high)),
        named(across.map(|across| &across.fixed)),
        named(across.map(|across| &across.persisting)),
        named(across.map(|across| &across.new)),
        of_best(confirmed.map_or_else(String::new, |confirmed| confirmed.to_string())),
        of_best(inert(&judgement(report, iterations)).into_owned()),
        inert(&difference).into_owned(),
    ];
    for field in fields {
        let estimate = round.estimates.get(*field);
        cells.extend([
            number(estimate.map(|one| one.value)),
            number(estimate.and_then(|one| one.low)),
            number(estimate.and_then(|one| one.high)),
        ]);
    }
    cells.push(inert(&round.content).into_owned());
    cells
}
