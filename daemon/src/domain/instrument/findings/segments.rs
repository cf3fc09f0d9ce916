//! The classes of respondents that a finding concerns most: those who name a theme more often than everyone else, by the
//! same test as the contrasts of the report, adjusted for all classes (Holm).

use protocol::finding::AffectedSegment;

use super::super::contrast::{ClassTallies, SMALL};
use super::super::themes::ThemeTally;
use crate::domain::stats::compare::{Moments, welch};
use crate::domain::stats::histogram::Histogram;
use crate::domain::stats::{LEVEL, estimate, multiple};

/// Most classes of a finding.
const SHOWN: usize = 3;

/// The classes that name the theme more often than the rest of the `n` respondents, the largest difference first.
pub(super) fn most_affected(
    theme: &ThemeTally,
    classes: &ClassTallies,
    n: u64,
) -> Vec<AffectedSegment> {
    let mut found = Vec::new();
    for (dimension, classes) in classes {
        for (class, tally) in classes {
            let (here, inside) =
                (theme.classes.get(&(*dimension, *class)).copied().unwrap_or(0), tally.n());
            let (there, outside) = (theme.count.saturating_sub(here), n.saturating_sub(inside));
            let Some((segment, p)) = against((dimension, class), (here, inside), (there, outside))
            else {
                continue;
            };
            found.push((segment, p, inside.min(outside) < SMALL));
        }
    }
    let p: Vec<f64> = found.iter().map(|(_, p, _)| *p).collect();
    let adjusted = multiple::holm(&p);
    let mut segments: Vec<AffectedSegment> = found
        .into_iter()
        .zip(adjusted)
        .filter(|((segment, _, small), adjusted)| {
            let is_above = segment.difference.low.is_some_and(|low| low > 0.0);
            is_above && !small && *adjusted < 1.0 - LEVEL
        })
        .map(|((segment, ..), _)| segment)
        .collect();
    segments.sort_by(|a, b| b.difference.value.total_cmp(&a.difference.value));
    segments.truncate(SHOWN);
    segments
}

/// A class against the rest: how many of how many name it on each side. `None` where the difference has no interval.
fn against(
    (dimension, class): (&str, &str),
    (here, inside): (u64, u64),
    (there, outside): (u64, u64),
) -> Option<(AffectedSegment, f64)> {
    let named = |named: u64, of: u64| {
        Moments::of_histogram(&Histogram::of_counts(0, vec![of.saturating_sub(named), named]))
    };
    let found = welch(named(here, inside)?, named(there, outside)?, LEVEL)?;
    let difference =
        estimate::equal_weights(found.difference, Some(found.interval), LEVEL, inside, "welch_t");
    let segment = AffectedSegment {
        dimension: dimension.to_owned(),
        class: class.to_owned(),
        share: estimate::tidy(here as f64 / inside as f64),
        rest: estimate::tidy(there as f64 / outside as f64),
        difference,
    };
    Some((segment, found.p))
}
