//! The results of a chain: every round with its interval, what changed within the same experts, the best round, and what
//! the fresh panel made of it. A gain that sampling or another wording would make as well is none.

use protocol::results::Estimate;
use protocol::review::{
    ChainRound, Confirmation, DimensionMean, ImprovedVariant, Improvement, Iterations, Moved,
    ScoreChange,
};
use protocol::study::StudySpec;

use super::follow::stop_reason;
use super::tally::RoundTally;
use super::{ChainTally, Rewrite, text_of_round};
use crate::domain::instrument::types::kind_of;
use crate::domain::instrument::wording_noise::{
    WordingNoise, WordingScale, factor, weighted_sentences,
};
use crate::domain::stats::estimate::{mean, net_share, scaled, tidy};
use crate::domain::stats::histogram::Histogram;
use crate::domain::stats::{LEVEL, wording::widened};

/// Characters of all improved variants together, but for the first, which is always told: a report has to fit a frame.
const VARIANTS_CHARACTERS_MAX: usize = 60_000;

impl ChainTally {
    /// The rounds as they are reported; `None` for one round, or without an answer.
    #[must_use]
    pub(crate) fn iterations(
        &self,
        spec: &StudySpec,
        rewrites: &[Rewrite],
        noise: Option<&WordingNoise>,
    ) -> Option<Iterations> {
        if self.plan.rounds < 2 {
            return None;
        }
        let first = self.rounds.get(&0)?;
        let names = kind_of(&spec.instrument).dimension_titles(&spec.instrument);
        let original = text_of_round(spec, 0, rewrites)?;
        let mut chain = Vec::new();
        for (round, tally) in self.asked() {
            let content = text_of_round(spec, round, rewrites)?;
            let rewrite = round.checked_sub(1).and_then(|before| rewrites.get(usize::from(before)));
            let from = rewrite.and_then(|rewrite| self.rounds.get(&rewrite.from));
            let change = (round > 0).then(|| {
                let sd = wording_sd(noise, WordingScale::ReviewOverall, &content, &original);
                change(&tally.minus(first), sd)
            });
            chain.push(ChainRound {
                round: round.saturating_add(1),
                overall: tidy(tally.mean()?),
                click_rate: tidy(tally.click_rate()),
                overall_interval: mean(&tally.scores(), LEVEL).map(points).and_then(limits),
                dimensions: means(&names, tally),
                change: change.flatten(),
                principles: rewrite
                    .and_then(|rewrite| rewrite.variants.first())
                    .map(|variant| variant.principles.clone())
                    .unwrap_or_default(),
                from: rewrite.map(|rewrite| rewrite.from.saturating_add(1)),
                moved: from.map(|from| moved(&tally.minus(from))),
                content,
            });
        }
        let best = self.best();
        let winner = self.rounds.get(&best)?;
        let best_content = text_of_round(spec, best, rewrites)?;
        let sd = |scale| wording_sd(noise, scale, &best_content, &original);
        let gain = (best > 0)
            .then(|| change(&winner.minus(first), sd(WordingScale::ReviewOverall)))
            .flatten();
        let confirmation = self.confirmed(sd(WordingScale::NetPreference));
        let asked = u16::try_from(chain.len()).unwrap_or(u16::MAX);
        Some(Iterations {
            total_rounds: self.plan.rounds,
            completed_rounds: asked,
            best_round: best.saturating_add(1),
            early_stopped: asked < self.plan.rounds,
            stop_reason: (asked < self.plan.rounds).then(|| stop_reason(self, asked, rewrites)),
            chain,
            best_score: tidy(winner.mean()?),
            best_click_rate: tidy(winner.click_rate()),
            improvement: Improvement {
                score_change: tidy(winner.mean()? - first.mean()?),
                click_rate_change: tidy(winner.click_rate() - first.click_rate()),
                interval: gain.and_then(|gain| gain.low.zip(gain.high)),
                confirmed: confirmation.as_ref().map(|found| found.net_low > Some(0.0)),
                confirmation,
            },
            best_content,
        })
    }

    /// What the fresh panel chose, with the interval of the share for the rewrite minus that for the original; `None`
    /// where none was asked, or nobody chose in both orders.
    fn confirmed(&self, sd: f64) -> Option<Confirmation> {
        let found = &self.confirmation;
        let net = net_share(found.rewrite, found.original, found.n, LEVEL)?;
        let net = widened(net, sd, Some((-100.0, 100.0)));
        Some(Confirmation {
            experts: found.n,
            rewrite: found.rewrite,
            original: found.original,
            first_shown: found.first_shown,
            last_shown: found.last_shown,
            net: net.value,
            net_low: net.low,
            net_high: net.high,
        })
    }

    /// The rewrites of all rounds, best first, each text once.
    #[must_use]
    pub(crate) fn improved_variants(&self, rewrites: &[Rewrite]) -> Vec<ImprovedVariant> {
        let mut found: Vec<(f64, &super::RewriteVariant)> = Vec::new();
        for variant in rewrites.iter().flat_map(|rewrite| &rewrite.variants) {
            let Some(score) = variant.predicted() else { continue };
            if !found.iter().any(|(_, known)| known.text == variant.text) {
                found.push((score, variant));
            }
        }
        found.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        let mut characters = 0_usize;
        let fits = |text: &str, characters: &mut usize| {
            let is_first = *characters == 0;
            *characters = characters.saturating_add(text.chars().count());
            is_first || *characters <= VARIANTS_CHARACTERS_MAX
        };
        let told = found.into_iter().take(super::VARIANTS_MAX);
        let told = told.take_while(|(_, variant)| fits(&variant.text, &mut characters));
        (1..)
            .zip(told)
            .map(|(rank, (score, variant))| ImprovedVariant {
                text: variant.text.clone(),
                rank,
                predicted_score: tidy(score),
                principles: variant.principles.clone(),
                findings: Vec::new(),
            })
            .collect()
    }
}

/// The estimate of hundredths of a point in points.
fn points(estimate: Estimate) -> Estimate {
    scaled(estimate, 0.01)
}

fn limits(estimate: Estimate) -> Option<(f64, f64)> {
    estimate.low.zip(estimate.high)
}

fn means(names: &[String], tally: &RoundTally) -> Vec<DimensionMean> {
    let means = names.iter().zip(tally.dimension_means());
    means.map(|(name, score)| DimensionMean { name: name.clone(), score: tidy(score) }).collect()
}

/// The standard deviation of the difference of two panel means that only wording makes; sentences that stand in both texts
/// have none.
fn wording_sd(noise: Option<&WordingNoise>, scale: WordingScale, text: &str, other: &str) -> f64 {
    let Some(noise) = noise else { return 0.0 };
    let plus = weighted_sentences(text);
    let minus = weighted_sentences(other).map(|(weight, sentence)| (-weight, sentence));
    noise.sd(scale) * factor(plus.chain(minus))
}

/// The mean difference with its interval, from paired differences in hundredths of a point.
fn change(differences: &Histogram, sd: f64) -> Option<ScoreChange> {
    let found = widened(scaled(mean(differences, LEVEL)?, 0.01), sd, None);
    Some(ScoreChange { value: found.value, low: found.low, high: found.high })
}

fn moved(differences: &Histogram) -> Moved {
    let count =
        |low: i32, high: i32| u32::try_from(differences.between(low, high)).unwrap_or(u32::MAX);
    Moved { up: count(1, i32::MAX), same: count(0, 0), down: count(i32::MIN, -1) }
}
