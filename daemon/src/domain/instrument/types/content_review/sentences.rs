//! The summary sentences of a review: the overall score with its strongest and weakest dimension, the clicks, the first
//! step, and the roles that are hardest and easiest to please.

use std::collections::BTreeMap;

use protocol::results::Outcomes;
use protocol::review::Dimension;

use super::numbers::{CLICK_RATE, OVERALL};
use super::tally::POINT;
use crate::domain::instrument::tally::Summary;
use crate::domain::instrument::words::{interval, number};
use crate::domain::stats::compare::Moments;
use crate::domain::stats::distribution::t_two_sided;
use crate::domain::stats::histogram::Histogram;
use crate::domain::stats::multiple::holm;

/// A role stands apart from all others when its p, adjusted for the number of roles, is below this.
const APART: f64 = 0.05;
/// Fewest experts of a role, and of all others, that are compared.
const ROLE_MIN: u64 = 3;

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

/// What to change first, with the reason where that is not about the weakest dimension.
pub(super) fn first_step(outcomes: &Outcomes, why: Option<&str>) -> Option<String> {
    let Outcomes::ContentReview { suggestions, .. } = outcomes else { return None };
    let first = suggestions.first()?;
    let why = why.map_or_else(String::new, |why| format!(" ({why})"));
    Some(format!("First for {}{why}: {}", first.dimension, first.suggestion.trim()))
}

/// The roles that give less and more than all others beyond chance, counted over all roles (Holm); else that they agree.
pub(super) fn roles(roles: &BTreeMap<String, Histogram>) -> Option<String> {
    let mut all: Option<Histogram> = None;
    for scores in roles.values() {
        match &mut all {
            Some(all) => all.merge(scores),
            None => all = Some(scores.clone()),
        }
    }
    let all = all.filter(|_| roles.len() > 1)?;
    // The spread within the roles, of all of them together: that of three people alone says little.
    let moments: Vec<Moments> = roles.values().filter_map(Moments::of_histogram).collect();
    let df: f64 = moments.iter().map(|role| (role.n - 1) as f64).sum();
    let squares: f64 = moments.iter().map(|role| (role.n - 1) as f64 * role.variance).sum();
    let against_others = |scores: &Histogram| {
        let others = all.without(scores);
        let (n, rest) = (scores.n(), others.n());
        let difference = scores.mean()? - others.mean()?;
        let error = libm::sqrt(squares / df * (1.0 / n as f64 + 1.0 / rest as f64));
        let is_known = df >= 1.0 && error > 0.0 && n.min(rest) >= ROLE_MIN;
        is_known.then(|| (difference, t_two_sided(difference / error, df)))
    };
    let tests: Vec<Option<(f64, f64)>> = roles.values().map(against_others).collect();
    let p: Vec<f64> = tests.iter().map(|test| test.map_or(1.0, |(_, p)| p)).collect();
    let mut apart: Vec<(String, f64)> = roles
        .iter()
        .zip(tests)
        .zip(holm(&p))
        .filter(|(_, p)| *p < APART)
        .filter_map(|((role, test), _)| {
            let mean = number(role.1.mean()? * POINT, 1);
            Some((format!("{} ({mean})", role.0.replace('_', " ")), test?.0))
        })
        .collect();
    apart.sort_by(|one, other| one.1.total_cmp(&other.1));
    let hardest = apart.first().filter(|(_, by)| *by < 0.0).map(|(role, _)| role);
    let easiest = apart.last().filter(|(_, by)| *by > 0.0).map(|(role, _)| role);
    Some(match (hardest, easiest) {
        (Some(hardest), Some(easiest)) => {
            format!("By role, hardest to please: {hardest}; easiest: {easiest}.")
        }
        (Some(one), None) => {
            format!("By role, hardest to please: {one}; the others agree within noise.")
        }
        (None, Some(one)) => {
            format!("By role, easiest to please: {one}; the others agree within noise.")
        }
        (None, None) => "By role, the experts agree within noise.".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::instrument::types::content_review::HUNDREDTHS;

    fn panel(roles: &[(&str, &[i32])]) -> BTreeMap<String, Histogram> {
        let of = |scores: &[i32]| {
            let mut found = Histogram::new(HUNDREDTHS.0, HUNDREDTHS.1);
            for score in scores {
                assert!(found.add(*score));
            }
            found
        };
        roles.iter().map(|(role, scores)| ((*role).to_owned(), of(scores))).collect()
    }

    #[test]
    fn a_role_is_told_apart_beyond_chance_only() {
        // Three each: the means lie a point apart, as three people's means do by chance.
        let few = panel(&[
            ("strategist", &[430, 560, 600]),
            ("copy_editor", &[520, 640, 710]),
            ("psychologist", &[480, 600, 690]),
        ]);
        assert_eq!(roles(&few).as_deref(), Some("By role, the experts agree within noise."));
        let clear = panel(&[
            ("strategist", &[410, 420, 430, 420, 415]),
            ("copy_editor", &[700, 710, 690, 705, 700]),
            ("psychologist", &[560, 550, 555, 565, 560]),
        ]);
        assert_eq!(
            roles(&clear).as_deref(),
            Some("By role, hardest to please: strategist (4.2); easiest: copy editor (7.0).")
        );
        // One or two of a role are never enough.
        let tiny = panel(&[
            ("strategist", &[200]),
            ("copy_editor", &[700, 710]),
            ("psychologist", &[700]),
        ]);
        assert_eq!(roles(&tiny).as_deref(), Some("By role, the experts agree within noise."));
        assert_eq!(roles(&panel(&[("strategist", &[200, 300, 400])])), None);
    }

    #[test]
    fn equal_roles_are_hardly_ever_told_apart() {
        use rand_core::Rng;
        let mut wrong = 0;
        for seed in 0..400_u64 {
            let mut draws = crate::domain::stats::bootstrap::generator(seed, "roles");
            let mut score = || {
                let sum: f64 =
                    (0..12).map(|_| f64::from(draws.next_u32()) / f64::from(u32::MAX)).sum();
                #[expect(clippy::cast_possible_truncation, reason = "a score in hundredths")]
                let score = (550.0 + 75.0 * (sum - 6.0)) as i32;
                score
            };
            let names = ["a", "b", "c", "d", "e", "f"];
            let drawn: Vec<(&str, Vec<i32>)> =
                names.iter().map(|name| (*name, (0..4).map(|_| score()).collect())).collect();
            let given: Vec<(&str, &[i32])> =
                drawn.iter().map(|(name, scores)| (*name, scores.as_slice())).collect();
            wrong += usize::from(
                !roles(&panel(&given)).unwrap().ends_with("agree within noise.")
                    || roles(&panel(&given)).unwrap().contains("please"),
            );
        }
        // 5 % of panels at most, with what chance adds to 400.
        assert!(wrong <= 32, "{wrong} of 400");
    }
}
