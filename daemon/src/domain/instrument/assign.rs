//! What each respondent is asked: the assignments of a study. Everyone is asked the study's tasks once; a subsample that the
//! seed draws is asked them a second time, so that what a person makes of a question can be told from chance.

use protocol::study::{Instrument, Orders, StudySpec};
use rand_core::Rng;

use crate::domain::outcome::Assignment;
use crate::domain::stats::bootstrap::generator;

/// How many assignments a respondent gets: two where an A/B test shows both orders, else one. Still one credit.
#[must_use]
pub fn tasks(spec: &StudySpec) -> u16 {
    match spec.instrument {
        Instrument::AbTest { orders: Orders::Both, .. } => 2,
        _ => 1,
    }
}

/// Whether that respondent is asked everything twice: as many as the study measures with, spread evenly over the panel
/// from a place that the seed draws.
#[must_use]
pub fn is_reasked(spec: &StudySpec, respondent: u32) -> bool {
    let panel = u64::from(spec.panel);
    let wanted = u64::from(spec.measurement.replicates.min(spec.panel));
    if wanted == 0 || panel == 0 {
        return false;
    }
    let start = generator(spec.seed, "who is asked twice").next_u64() % panel;
    let place = (u64::from(respondent) + start) % panel;
    // The line from (0, 0) to (panel, wanted) rises by one at exactly `wanted` places.
    (place + 1) * wanted / panel > place * wanted / panel
}

/// Everything one respondent is asked, in the order of asking: what counts first, repetitions after it.
pub fn assignments(spec: &StudySpec, respondent: u32) -> impl Iterator<Item = Assignment> + use<> {
    let tasks = tasks(spec);
    let repetitions = u16::from(is_reasked(spec, respondent));
    (0..=repetitions).flat_map(move |replicate| {
        (0..tasks).map(move |task| Assignment { round: 0, respondent, task, replicate })
    })
}

/// How many assignments the whole study has, repetitions included.
#[must_use]
pub fn questions(spec: &StudySpec) -> u64 {
    let respondents =
        u64::from(spec.panel) + u64::from(spec.measurement.replicates.min(spec.panel));
    respondents * u64::from(tasks(spec))
}
