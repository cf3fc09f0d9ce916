//! The cost report of a study, as clients see it: its cost so far, its expected cost and the announced cost estimate,
//! read from its rows, never from memory.

use std::collections::BTreeSet;

use protocol::credits::UsdMicros;
use protocol::spending::{EngineShare, Inference, Projected, Spending};

use crate::domain::instrument::Subsamples;
use crate::domain::outcome::Usage;
use crate::domain::projection::project;

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
            said.contains(asked) || (!said.is_empty() && asked.contains(said.as_str()))
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
