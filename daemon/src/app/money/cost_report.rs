//! The cost report of a study, as clients see it: its cost so far, its expected cost and the announced cost estimate,
//! read from its rows, never from memory.

use std::collections::BTreeSet;

use protocol::credits::UsdMicros;
use protocol::results::{HeadlineBound, RepliesRead};
use protocol::spending::{EngineShare, Inference, Projected, Spending};

use crate::domain::evidence::PromptRecord;
use crate::domain::instrument::{Subsamples, headline_bounds, scale};
use crate::domain::outcome::Usage;
use crate::domain::projection::project;

use crate::inference::ANY_MODEL;
use crate::store::rows::ResultsRow;
use crate::store::{Fault, Reader};

use crate::app::asking::response_cache::prompt_records;
use crate::app::studies::headline::Estimates;
use crate::app::studies::lookup::StudyRecord;

/// How one engine alone shares respondents out: with itself, in turn.
const ALONE: &str = "round_robin";

/// An announced range in dollars.
pub(in crate::app) fn dollars((low, high): (UsdMicros, UsdMicros)) -> (f64, f64) {
    (low.dollars(), high.dollars())
}

/// Whether models answer this study: they take tokens, or were announced to.
fn asks_models(found: &StudyRecord) -> bool {
    found.row.announced.is_some() || found.progress.usage != Usage::default()
}

/// Where the money of a study stands; `None` for one that costs none.
pub(in crate::app) fn spending(found: &StudyRecord) -> Option<Spending> {
    if !asks_models(found) {
        return None;
    }
    let progress = &found.progress;
    let first = progress.panel.requested.saturating_sub(progress.panel.settled());
    // Whatever is asked besides the answer comes after everyone else.
    let extras = u32::try_from(Subsamples::of(&found.row.spec).len()).unwrap_or(u32::MAX);
    let left = first.saturating_add(if first > 0 { extras } else { 0 });
    let projected = project(progress.taken, left, progress.usage.cost);
    Some(Spending {
        spent_usd: progress.usage.cost.dollars(),
        projected: projected.filter(|_| !progress.state.is_final()).map(|projection| Projected {
            expected_usd: projection.expected.dollars(),
            low_usd: projection.low.dollars(),
            high_usd: projection.high.dollars(),
        }),
        announced_usd: found.row.announced.map(dollars),
        agreed_usd: progress.agreed.agreed.map(UsdMicros::dollars),
        asked_usd: progress.agreed.asked.map(UsdMicros::dollars),
        cap_usd: found.row.spec.max_cost_usd.map(UsdMicros::dollars),
    })
}

/// Names of the models that answered, each once.
pub(in crate::app) fn providers(found: &StudyRecord) -> Vec<String> {
    let progress = &found.progress;
    if progress.panel.delivered == 0 {
        return Vec::new();
    }
    // Where engines were not counted apart, there was one.
    if progress.engines.is_empty() {
        return vec![found.row.model.clone()];
    }
    let answered = progress.engines.values().filter(|(_, share)| share.answers > 0);
    answered.map(|(model, _)| model.clone()).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Models that services say answered and that were not asked. Services name versions of what they are asked for, and put
/// a vendor in front: such names are the same model.
pub(in crate::app) fn others(found: &StudyRecord) -> Vec<String> {
    let progress = &found.progress;
    let asked = progress
        .engines
        .values()
        .map(|(model, _)| model.as_str())
        .chain([found.row.model.as_str()]);
    let asked: Vec<&str> = asked.collect();
    let is_other = |said: &&String| {
        !asked.iter().any(|asked| {
            *asked == ANY_MODEL
                || said.contains(asked)
                || (!said.is_empty() && asked.contains(said.as_str()))
        })
    };
    progress.said_by.iter().filter(is_other).cloned().collect()
}

/// How models were asked; `None` where none was.
pub(in crate::app) fn inference(found: &StudyRecord) -> Option<Inference> {
    if !asks_models(found) {
        return None;
    }
    let usage = found.progress.usage;
    Some(Inference {
        strategy: found.row.strategy.clone().unwrap_or_else(|| ALONE.to_owned()),
        providers_used: providers(found),
        total_cost_usd: usage.cost.dollars(),
        total_input_tokens: usage.input_tokens,
        total_output_tokens: usage.output_tokens,
        engines: found
            .progress
            .engines
            .iter()
            .map(|(engine, (model, share))| EngineShare {
                engine: engine.clone(),
                model: model.clone(),
                answers: share.answers,
                cost_usd: share.usage.cost.dollars(),
                input_tokens: share.usage.input_tokens,
                output_tokens: share.usage.output_tokens,
            })
            .collect(),
    })
}

/// How the replies of models were read; `None` where none were asked.
pub(in crate::app) fn replies_read(
    reader: &Reader<'_>,
    found: &StudyRecord,
) -> Result<Option<RepliesRead>, Fault> {
    let progress = &found.progress;
    let notes = &progress.replies;
    if notes.is_empty() {
        return Ok(None);
    }
    let mut remarks: Vec<String> = notes.remarks.iter().cloned().collect();
    // A pool asks at several addresses by its nature.
    if progress.engines.len() <= 1 {
        let records = prompt_records(reader, found.number)?;
        let places: BTreeSet<String> = records.iter().filter_map(PromptRecord::place).collect();
        if places.len() > 1 {
            let places = places.into_iter().collect::<Vec<_>>().join(", ");
            remarks.push(format!("answers of several servers are mixed: {places}"));
        }
    }
    let asked_again = notes.again_by.values().fold(0_u32, |sum, times| sum.saturating_add(*times));
    Ok(Some(RepliesRead {
        as_they_stood: notes.read.saturating_sub(notes.mended),
        mended: notes.mended,
        mended_by: notes.mended_by.clone(),
        asked_again,
        asked_again_by: notes.again_by.clone(),
        answered_when_asked_again: notes.again,
        answered: progress.panel.delivered,
        not_read: progress.panel.invalid,
        mean_score_between: mean_between(found),
        headline_between: headline_between(reader, found)?,
        remarks,
    }))
}

/// The headline numbers if each respondent who answered only when asked again, or whose replies could not be read, had given
/// the lowest answer, and the highest.
/// What later rounds of a chain asked follows from the answers of the first: they have no such bound.
fn headline_between(reader: &Reader<'_>, found: &StudyRecord) -> Result<Vec<HeadlineBound>, Fault> {
    let again = &found.progress.replies.again_sums;
    let lost = found.progress.panel.invalid;
    if again.is_empty() && lost == 0 || !found.has_one_round() {
        return Ok(Vec::new());
    }
    let part: Option<Estimates> = reader.part::<ResultsRow, _>(&found.number)?;
    let Some(Estimates { estimates }) = part else { return Ok(Vec::new()) };
    let study_type = found.row.spec.instrument.study_type();
    let again = |field: &str| again.get(field).copied();
    Ok(headline_bounds(study_type, |field| estimates.get(field), again, lost))
}

/// The mean score if each respondent who answered only when asked again, or whose replies could not be read, had given the
/// lowest score, and the highest.
fn mean_between(found: &StudyRecord) -> Option<(f64, f64)> {
    let (again, sum_again) = found.progress.replies.again_scores;
    let (low, high) = scale(found.row.spec.instrument.study_type())?;
    let lost = found.progress.panel.invalid;
    if again == 0 && lost == 0 {
        return None;
    }
    let scores = (i64::from(low)..).zip(&found.progress.scores);
    let (n, sum) = scores.fold((0_i64, 0_i64), |(n, sum), (score, count)| {
        let count = i64::try_from(*count).unwrap_or(i64::MAX);
        (n + count, sum + score * count)
    });
    let others = sum - i64::try_from(sum_again).ok()?;
    let unsure = i64::from(again) + i64::from(lost);
    let all = (n + i64::from(lost)).max(1) as f64;
    let with = |score: i32| (others + unsure * i64::from(score)) as f64 / all;
    Some((with(low), with(high)))
}
