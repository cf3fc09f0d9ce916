//! Contrasts: each class against the rest of the panel, with interval and adjusted p, and the one rule by which a
//! difference counts.

use std::collections::{BTreeMap, BTreeSet};

use protocol::results::{Contrast, Results, ThemeKind};
use protocol::study::StudyType;

use super::metric::StudyMetric;
use super::tally::Tally;
use super::themes::{TOP, Themes};
use super::types::kind;
use crate::domain::stats::compare::{Moments, welch};
use crate::domain::stats::histogram::Histogram;
use crate::domain::stats::{LEVEL, estimate, multiple};

/// Below this number of answers a class is marked as small.
pub(super) const SMALL: u64 = 30;

/// Prefix of the field of a theme's share; the theme's name follows.
pub(super) const THEME: &str = "theme.";

/// The counts of each class of each dimension.
pub(super) type ClassTallies = BTreeMap<&'static str, BTreeMap<&'static str, Box<dyn Tally>>>;

/// Each class against the rest, the lowest difference first. An undefined contrast (fewer than two answers on a side,
/// or no variation at all) is left out. For a study type without a headline metric, the shares of the most frequent
/// themes are compared.
pub(super) fn contrasts(
    study_type: StudyType,
    all: &dyn Tally,
    classes: &ClassTallies,
    themes: &Themes,
) -> Vec<Contrast> {
    let number = StudyMetric::of(study_type, None).ok().zip(all.measure());
    let mut contrasts = match number {
        Some((number, whole)) => {
            let part = |_, _, tally: &dyn Tally| tally.measure();
            against_the_rest(classes, number.field(), number.factor(), &whole, part)
        }
        None => of_themes(all.n(), classes, themes),
    };
    let p: Vec<f64> = contrasts.iter().map(|contrast| contrast.p).collect();
    for (contrast, adjusted) in contrasts.iter_mut().zip(multiple::holm(&p)) {
        contrast.p_adjusted = adjusted;
        contrast.differs = adjusted < 1.0 - LEVEL && !contrast.small;
    }
    // Stable sort: equal differences stay in the order of dimension and class.
    contrasts.sort_by(|a, b| a.difference.value.total_cmp(&b.difference.value));
    contrasts
}

/// How to read the contrasts, in a sentence or two; empty without a contrast.
pub(super) fn rule(study_type: StudyType, contrasts: &[Contrast]) -> String {
    if contrasts.is_empty() {
        return String::new();
    }
    let groups: BTreeSet<_> = contrasts.iter().map(|c| (&c.dimension, &c.class)).collect();
    let small: BTreeSet<_> =
        contrasts.iter().filter(|c| c.small).map(|c| (&c.dimension, &c.class)).collect();
    let by = match kind(study_type).headline() {
        Some(headline) => headline.name.to_owned(),
        None => {
            let fields: BTreeSet<_> = contrasts.iter().map(|contrast| &contrast.field).collect();
            match fields.len() {
                1 => "the share that names the most frequent theme".to_owned(),
                themes => format!("the shares that name the {themes} most frequent themes"),
            }
        }
    };
    let judged = match small.len() {
        0 => String::new(),
        1 => "; one is too small to judge".to_owned(),
        some => format!("; {some} are too small to judge"),
    };
    format!(
        "{} groups were compared with everyone else by {by}. A group differs when p, adjusted for all {} comparisons \
         (Holm), is below {:.2} and both the group and everyone else have at least {SMALL} answers{judged}.",
        groups.len(),
        contrasts.len(),
        1.0 - LEVEL,
    )
}

/// The results without what is concluded from their contrasts by a rule: the numbers stay.
pub(crate) fn without_contrast_rule(mut results: Results) -> Results {
    for contrast in &mut results.contrasts {
        (contrast.small, contrast.differs) = (false, false);
    }
    Results { contrast_rule: String::new(), conclusions: Vec::new(), ..results }
}

fn of_themes(n: u64, classes: &ClassTallies, themes: &Themes) -> Vec<Contrast> {
    let named =
        |all: u64, named: u64| Histogram::of_counts(0, vec![all.saturating_sub(named), named]);
    let of_theme = themes.ranked(ThemeKind::Topic).into_iter().take(TOP).flat_map(|theme| {
        let part = |dimension, class, tally: &dyn Tally| {
            let here = theme.classes.get(&(dimension, class)).copied().unwrap_or(0);
            Some(named(tally.n(), here))
        };
        let field = format!("{THEME}{}", theme.name());
        against_the_rest(classes, &field, 1.0, &named(n, theme.count), part)
    });
    of_theme.collect()
}

/// Every class against the rest in one field, which is the mean of whole numbers times the factor.
fn against_the_rest(
    classes: &ClassTallies,
    field: &str,
    factor: f64,
    whole: &Histogram,
    part: impl Fn(&'static str, &'static str, &dyn Tally) -> Option<Histogram>,
) -> Vec<Contrast> {
    let mut contrasts = Vec::new();
    for (dimension, classes) in classes {
        for (class, tally) in classes {
            let Some(part) = part(dimension, class, tally.as_ref()) else { continue };
            let rest = whole.without(&part);
            let moments = Moments::of_histogram(&part).zip(Moments::of_histogram(&rest));
            let Some(found) = moments.and_then(|(part, rest)| welch(part, rest, LEVEL)) else {
                continue;
            };
            let n = tally.n();
            let interval = Some(found.interval);
            let difference =
                estimate::equal_weights(found.difference, interval, LEVEL, n, "welch_t");
            contrasts.push(Contrast {
                dimension: (*dimension).to_owned(),
                class: (*class).to_owned(),
                field: field.to_owned(),
                difference: estimate::scaled(difference, factor),
                p: found.p,
                p_adjusted: found.p,
                adjustment: "holm".to_owned(),
                small: n.min(rest.n()) < SMALL,
                differs: false,
            });
        }
    }
    contrasts
}
