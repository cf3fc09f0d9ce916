//! Segments that differ: each class against the rest of the panel, with interval and adjusted p, and the sentence on who
//! liked it least and why.

use std::collections::BTreeMap;

use protocol::results::{Contrast, ThemeKind};

use super::tally::Tally;
use super::themes::Themes;
use crate::domain::stats::compare::{Moments, welch};
use crate::domain::stats::{LEVEL, estimate, multiple};

/// Answers below which a class is too small to say much.
pub(super) const SMALL: u64 = 30;

/// The counts of each class of each dimension.
pub(super) type Classes = BTreeMap<&'static str, BTreeMap<&'static str, Tally>>;

/// Each class against the rest, the lowest difference first. A contrast that is undefined (fewer than two answers on a
/// side, or no variation at all) is left out.
pub(super) fn contrasts(all: &Tally, classes: &Classes) -> Vec<Contrast> {
    let Some(whole) = all.measure() else { return Vec::new() };
    let mut contrasts = Vec::new();
    for (dimension, classes) in classes {
        for (class, tally) in classes {
            let found = tally.measure().and_then(|part| {
                let rest = whole.values.without(&part.values);
                welch(Moments::of_histogram(&part.values)?, Moments::of_histogram(&rest)?, LEVEL)
            });
            let Some(found) = found else { continue };
            let n = tally.n();
            let interval = Some(found.interval);
            let difference =
                estimate::equal_weights(found.difference, interval, LEVEL, n, "welch_t");
            contrasts.push(Contrast {
                dimension: (*dimension).to_owned(),
                class: (*class).to_owned(),
                field: whole.field.to_owned(),
                difference: estimate::scaled(difference, whole.factor),
                p: found.p,
                p_adjusted: found.p,
                adjustment: "holm".to_owned(),
                small: n < SMALL,
                differs: false,
            });
        }
    }
    let p: Vec<f64> = contrasts.iter().map(|contrast| contrast.p).collect();
    for (contrast, adjusted) in contrasts.iter_mut().zip(multiple::holm(&p)) {
        contrast.p_adjusted = adjusted;
        contrast.differs = adjusted < 1.0 - LEVEL;
    }
    // Stable: equal differences stay in the order of dimension and class.
    contrasts.sort_by(|a, b| a.difference.value.total_cmp(&b.difference.value));
    contrasts
}

/// Who liked it least, and which concern sets them apart. `None` where the instrument does not say who likes a thing.
pub(super) fn least_liked(
    contrasts: &[Contrast],
    classes: &Classes,
    themes: &Themes,
    n: u64,
) -> Option<String> {
    let lowest = contrasts.iter().find(|contrast| !contrast.small)?;
    if lowest.field == "a_minus_b_pct" {
        return None;
    }
    if !lowest.differs || lowest.difference.value >= 0.0 {
        return Some(
            "No group of at least 30 stands out as liking it less once all comparisons are counted (Holm)."
                .to_owned(),
        );
    }
    let (low, high) = lowest.difference.low.zip(lowest.difference.high)?;
    let mut sentence = format!(
        "Of all groups of at least 30, {} {} liked it least: {:.1} {} below everyone else (95 % interval {:.1} to {:.1}, Holm-adjusted p {}).",
        words(&lowest.dimension),
        words(&lowest.class),
        -lowest.difference.value,
        if lowest.field == "mean_score" { "points" } else { "percentage points" },
        -high,
        -low,
        p_text(lowest.p_adjusted),
    );
    if let Some(why) = why(lowest, classes, themes, n) {
        sentence.push_str(&why);
    }
    Some(sentence)
}

/// The concern whose share in the class exceeds its share among the others most.
fn why(lowest: &Contrast, classes: &Classes, themes: &Themes, n: u64) -> Option<String> {
    let (dimension, known) = classes.get_key_value(lowest.dimension.as_str())?;
    let (class, tally) = known.get_key_value(lowest.class.as_str())?;
    let (inside, outside) = (tally.n() as f64, (n - tally.n()) as f64);
    let (excess, name, here, there) = themes
        .ranked(ThemeKind::Concern)
        .into_iter()
        .map(|theme| {
            let named = theme.classes.get(&(*dimension, *class)).copied().unwrap_or(0);
            let here = named as f64 / inside;
            let there = (theme.count - named) as f64 / outside;
            (here - there, theme.name(), here, there)
        })
        .max_by(|a, b| a.0.total_cmp(&b.0))?;
    (excess > 0.0).then(|| {
        format!(
            " What sets them apart most is {name}: {:.0} % of them name it, {:.0} % of the others.",
            100.0 * here,
            100.0 * there
        )
    })
}

fn words(name: &str) -> String {
    name.replace('_', " ")
}

fn p_text(p: f64) -> String {
    if p < 0.001 { "< 0.001".to_owned() } else { format!("{p:.3}") }
}
