//! The summary sentences of a review: the overall score with its strongest and weakest dimension, the clicks, the first
//! step, and the role that is hardest to please.

use std::collections::BTreeMap;

use protocol::results::Outcomes;
use protocol::review::Dimension;

use super::numbers::{CLICK_RATE, OVERALL};
use super::tally::POINT;
use crate::domain::instrument::tally::Summary;
use crate::domain::instrument::words::{interval, number};
use crate::domain::stats::histogram::Histogram;

/// Two roles whose means lie closer together than this are not told apart, in points.
const ROLES_APART: f64 = 0.5;

/// The overall score.
pub(super) fn headline(
    summary: &Summary<'_>,
    dimensions: &[(Dimension, Histogram)],
) -> Option<String> {
    let overall = summary.estimate(OVERALL)?;
    let mut means: Vec<(Dimension, f64)> =
        dimensions.iter().filter_map(|(one, scores)| Some((*one, scores.mean()?))).collect();
    means.sort_by(|one, other| other.1.total_cmp(&one.1));
    let told = |(dimension, mean): &(Dimension, f64)| {
        format!("{} ({})", dimension.title(), number(*mean, 1))
    };
    let ends = match (means.first(), means.last()) {
        (Some(best), Some(worst)) if best.1 > worst.1 => {
            format!(": strongest in {}, weakest in {}", told(best), told(worst))
        }
        _ => String::new(),
    };
    Some(format!(
        "The experts give it {} of 10 ({}){ends}.",
        number(overall.value, 1),
        interval(overall, 1, "")
    ))
}

/// Who would click.
pub(super) fn clicks(summary: &Summary<'_>) -> Option<String> {
    let rate = summary.estimate(CLICK_RATE)?;
    let percent = |share: f64| number(100.0 * share, 0);
    let ends = match rate.low.zip(rate.high) {
        Some((low, high)) => format!(
            " ({:.0} % interval {} % to {} %)",
            100.0 * rate.level,
            percent(low),
            percent(high)
        ),
        None => String::new(),
    };
    Some(format!("As readers, {} % of them would click{ends}.", percent(rate.value)))
}

/// What to change first.
pub(super) fn first_step(outcomes: &Outcomes) -> Option<String> {
    let Outcomes::ContentReview { suggestions, .. } = outcomes else { return None };
    let first = suggestions.first()?;
    Some(format!("First for {}: {}", first.dimension, first.suggestion.trim()))
}

/// The role that gives least, where it stands apart from the one that gives most.
pub(super) fn roles(roles: &BTreeMap<String, Histogram>) -> Option<String> {
    let mut means: Vec<(&str, f64)> =
        roles.iter().filter_map(|(role, scores)| Some((role.as_str(), scores.mean()?))).collect();
    means.sort_by(|one, other| one.1.total_cmp(&other.1));
    let ((least, low), (most, high)) = (*means.first()?, *means.last()?);
    if (high - low) * POINT < ROLES_APART {
        return None;
    }
    let told =
        |role: &str, mean: f64| format!("{} ({})", role.replace('_', " "), number(mean * POINT, 1));
    Some(format!(
        "By role, hardest to please: {}; easiest: {}.",
        told(least, low),
        told(most, high)
    ))
}
