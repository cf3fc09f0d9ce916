//! Sample size planning: an analyst's question mapped to the formulas of `stats::power`, each answer with the name of
//! its formula, because they differ.

use protocol::analysis::{Effect, PowerAnswer, PowerQuestion, ShareFormula};

use super::instrument::{WordingNoise, WordingScale};
use super::stats::distribution::normal_quantile;
use super::stats::estimate::tidy;
use super::stats::power::{
    self, cohens_h, people_for_means, people_for_shares, power_for_means, power_for_shares,
};

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoPower {
    /// A share lies outside 0..1, or both shares are equal.
    #[error("Two different shares are needed, both above 0 % and below 100 %")]
    Shares,
    /// The difference is zero, or the deviation is not positive.
    #[error("A difference other than 0 and a standard deviation above 0 are needed")]
    Means,
    /// The level or the power is not a probability, or the power is below the level.
    #[error("Alpha and power lie between 0 and 1, and the power is the larger one")]
    Chances,
    /// More people than exist.
    #[error("No panel is large enough to see that difference")]
    TooMany,
}

impl NoPower {
    /// How to change the question.
    #[must_use]
    pub(crate) const fn hint(self) -> &'static str {
        match self {
            Self::Shares => {
                "Give, for example, 5 with a share of 40: that asks for 40 % against 45 %"
            }
            Self::Means => "Give, for example, 0.5: that asks for half a point of the mean score",
            Self::Chances => "Take an alpha of 0.05 and a power of 0.8, the usual ones",
            Self::TooMany => {
                "Ask for a larger difference, or compare two studies of the same panel in pairs"
            }
        }
    }
}

/// Answers the question.
pub(crate) fn power(question: &PowerQuestion) -> Result<PowerAnswer, NoPower> {
    let PowerQuestion { effect, alpha, power, people } = question;
    let chance = |p: f64| p > 0.0 && p < 1.0;
    if !chance(*alpha) || !chance(*power) || power <= alpha {
        return Err(NoPower::Chances);
    }
    let with = people.map(f64::from);
    let sd = |scale| WordingNoise::shipped().map_or(0.0, |noise| noise.sd(scale));
    let (needed, effect_size, formula, seen, wording) = match *effect {
        Effect::Shares { from, to, formula } => {
            if !chance(from) || !chance(to) || (from - to).abs() < 1e-9 {
                return Err(NoPower::Shares);
            }
            let (which, source) = match formula {
                ShareFormula::Pooled => (
                    power::ShareFormula::Pooled,
                    "normal approximation, pooled variance under no difference (Fleiss 1981), without continuity correction",
                ),
                ShareFormula::Unpooled => (
                    power::ShareFormula::Unpooled,
                    "normal approximation with the groups' own variances",
                ),
                ShareFormula::Arcsine => {
                    (power::ShareFormula::Arcsine, "arcsine transformation (Cohen 1988, chapter 6)")
                }
            };
            let needed = people_for_shares(from, to, *alpha, *power, which);
            let seen = with.and_then(|n| power_for_shares(from, to, *alpha, n, which));
            let wording = sd(WordingScale::IntentShare) / 100.0;
            (needed, cohens_h(from, to), format!("{formula}: {source}"), seen, wording)
        }
        Effect::Means { difference, deviation } => {
            if !(difference.abs() > 0.0 && difference.is_finite() && deviation > 0.0) {
                return Err(NoPower::Means);
            }
            let d = difference / deviation;
            let needed = people_for_means(d, *alpha, *power);
            let seen = with.and_then(|n| power_for_means(d, *alpha, n));
            let formula = "noncentral t, two groups, equal variances (Cohen 1988, chapter 2)";
            (needed, d, formula.to_owned(), seen, sd(WordingScale::Score))
        }
    };
    // At least two people are needed for a variance.
    let needed = needed.filter(|n| n.is_finite() && *n < 1e10).ok_or(NoPower::TooMany)?.max(2.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 2 and 1e10"
    )]
    let people = needed.ceil() as u64;
    let wording_floor = shown_by_any_panel(wording, *alpha, *power);
    Ok(PowerAnswer { people, effect_size, formula, power: seen, wording_floor })
}

/// The least difference between two texts that a panel of any size shows with that power, for wording noise of that
/// standard deviation: (z of 1 − α/2 plus z of the power) · sd, in the unit of the deviation. `None` without noise.
fn shown_by_any_panel(sd: f64, alpha: f64, power: f64) -> Option<f64> {
    let reach = normal_quantile(1.0 - alpha / 2.0)? + normal_quantile(power)?;
    (sd > 0.0).then_some(tidy(reach * sd))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(effect: Effect) -> Result<u64, NoPower> {
        let question = PowerQuestion { effect, alpha: 0.05, power: 0.8, people: None };
        power(&question).map(|answer| answer.people)
    }

    #[test]
    fn textbook_sizes_come_out() {
        // Cohen (1988), table 2.4.1: 64 in each group for d = 0.5, 26 for d = 0.8.
        let means = |d| people(Effect::Means { difference: d, deviation: 1.0 });
        assert_eq!((means(0.5), means(0.8)), (Ok(64), Ok(26)));
        // Fleiss (1981), without the continuity correction: 40 % against 50 %.
        let shares = |formula| people(Effect::Shares { from: 0.4, to: 0.5, formula });
        assert_eq!(shares(ShareFormula::Pooled), Ok(388));
        assert_eq!(shares(ShareFormula::Unpooled), Ok(385));
    }

    #[test]
    fn no_panel_shows_a_difference_that_another_wording_makes() {
        // 1.96 + 0.84 standard deviations, as for one observation of the difference.
        let floor = shown_by_any_panel(0.25, 0.05, 0.8).unwrap();
        assert!((floor - 2.8016 * 0.25).abs() < 1e-4, "{floor}");
        assert_eq!(shown_by_any_panel(0.0, 0.05, 0.8), None);
        let effect = Effect::Means { difference: 0.1, deviation: 2.1 };
        let question = PowerQuestion { effect, alpha: 0.05, power: 0.8, people: None };
        let answer = power(&question).unwrap();
        assert!(answer.wording_floor.unwrap() > 0.1, "{answer:?}");
    }

    #[test]
    fn what_has_no_answer_is_said() {
        let shares = |from, to| people(Effect::Shares { from, to, formula: ShareFormula::Pooled });
        assert_eq!(shares(0.4, 0.4), Err(NoPower::Shares));
        assert_eq!(shares(0.0, 0.4), Err(NoPower::Shares));
        assert_eq!(people(Effect::Means { difference: 0.0, deviation: 1.0 }), Err(NoPower::Means));
        let effect = Effect::Means { difference: 1.0, deviation: 2.0 };
        let question = PowerQuestion { effect, alpha: 0.9, power: 0.8, people: None };
        assert_eq!(power(&question), Err(NoPower::Chances));
    }

    #[test]
    fn the_people_that_were_named_have_about_the_power_asked_for() {
        let effect = Effect::Means { difference: 0.5, deviation: 2.1 };
        let mut question = PowerQuestion { effect, alpha: 0.05, power: 0.8, people: None };
        let needed = power(&question).unwrap().people;
        question.people = u32::try_from(needed).ok();
        let seen = power(&question).unwrap().power.unwrap();
        assert!((0.8..0.805).contains(&seen), "{seen}");
    }
}
