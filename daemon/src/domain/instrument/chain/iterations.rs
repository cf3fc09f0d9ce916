//! The results of a chain: every round with its interval, what changed within the same experts, the best round, and what
//! the fresh panel made of it. A gain that sampling or another wording would make as well is none.

use protocol::finding::Finding;
use protocol::results::Results;
use protocol::review::{
    Confirmation, ImprovedVariant, Improvement, Iterations, Moved, ScoreChange, StopReason,
};
use protocol::study::{Instrument, StudySpec};

use super::follow::stop_reason;
use super::rounds::{answered, compared};
use super::tally::{self, higher};
use super::{ChainPlan, ChainTally, Rewrite, RoundResults, text_of_round};
use crate::domain::instrument::types::{kind_of, stimuli};
use crate::domain::instrument::wording_noise::{
    WordingNoise, WordingScale, factor, weighted_sentences,
};
use crate::domain::outcome::FIRST_ROUND;
use crate::domain::stats::estimate::{mean, net_share, scaled, tidy};
use crate::domain::stats::histogram::Histogram;
use crate::domain::stats::{LEVEL, wording::widened};

/// Characters of all improved variants together, but for the first, which is always told: a report has to fit a frame.
const VARIANTS_CHARACTERS_MAX: usize = 60_000;

/// From one expert in so many on, choices by the place are told.
const POSITION_BIAS_FROM: u64 = 5;

/// The chain as it is reported, of rounds with results; `None` for a plan of one round, or without a round. Which of them
/// is the best is decided by exact sums.
fn iterations(
    plan: ChainPlan,
    rounds: &[RoundResults],
    confirmation: Option<Confirmation>,
    stop: Option<StopReason>,
) -> Option<Iterations> {
    let first = rounds.first().filter(|_| plan.rounds > 1)?;
    let best = rounds.iter().fold(first, |best, round| {
        if higher((round.sum, round.n), (best.sum, best.n)) { round } else { best }
    });
    let score = |of: &RoundResults| tally::mean(of.sum, of.n);
    let clicks = |of: &RoundResults| of.clicks as f64 / of.n.max(1) as f64;
    let gain = best.round.change;
    Some(Iterations {
        total_rounds: plan.rounds,
        target_score: plan.target.map(|target| f64::from(target) / 100.0),
        completed_rounds: u16::try_from(rounds.len()).unwrap_or(u16::MAX),
        best_round: best.round.round,
        early_stopped: stop.is_some(),
        stop_reason: stop,
        stop_detail: None,
        chain: rounds.iter().map(|of| of.round.clone()).collect(),
        best_content: best.round.content.clone(),
        best_score: tidy(score(best)?),
        best_click_rate: tidy(clicks(best)),
        improvement: Improvement {
            score_change: tidy(score(best)? - score(first)?),
            click_rate_change: tidy(clicks(best) - clicks(first)),
            interval: gain.and_then(|gain| gain.low.zip(gain.high)),
            confirmed: confirmation.as_ref().map(|found| found.net_low > Some(0.0)),
            confirmation,
        },
    })
}

/// What rounds that have ended give together, as results of their study; `None` without a round.
#[must_use]
pub(crate) fn results_of(
    instrument: &Instrument,
    plan: ChainPlan,
    rounds: &[RoundResults],
    rewrites: &[Rewrite],
    stop: Option<StopReason>,
) -> Option<Results> {
    let mut results = rounds.first()?.results.clone();
    let kind = kind_of(instrument);
    let chain = iterations(plan, rounds, None, stop);
    let content = stimuli(instrument).first().copied().unwrap_or_default();
    let variants = improved_variants(content, rewrites, &results.findings);
    kind.add_chain(&mut results.outcomes, chain, variants);
    results.diagnostics.notes.extend(notes_of(rewrites));
    Some(results)
}

impl ChainTally {
    /// How many rounds may be asked, and more.
    #[must_use]
    pub(crate) const fn plan(&self) -> ChainPlan {
        self.plan
    }

    /// The chain with those rounds, and with what the fresh panel chose.
    #[must_use]
    pub(crate) fn iterations(
        &self,
        spec: &StudySpec,
        rewrites: &[Rewrite],
        noise: Option<&WordingNoise>,
        rounds: &[RoundResults],
    ) -> Option<Iterations> {
        let best = text_of_round(spec, self.best(), rewrites)?;
        let original = text_of_round(spec, FIRST_ROUND, rewrites)?;
        let sd = wording_sd(noise, WordingScale::NetPreference, &best, &original);
        let asked = u16::try_from(rounds.len()).unwrap_or(u16::MAX);
        let stop = (asked < self.plan.rounds).then(|| stop_reason(self, asked, rewrites));
        let last = rewrites.get(usize::from(asked.saturating_sub(1)));
        let failed = last.filter(|_| stop == Some(StopReason::RewritingFailed));
        let stop_detail = failed.and_then(|rewrite| rewrite.failed.clone());
        let found = iterations(self.plan, rounds, self.confirmed(sd), stop)?;
        Some(Iterations { stop_detail, ..found })
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

    /// What a reader should know of the chain beside its numbers: what became of rewrites, and whether the fresh panel chose
    /// by the place.
    #[must_use]
    pub(crate) fn notes(&self, rewrites: &[Rewrite]) -> Vec<String> {
        let mut notes = notes_of(rewrites);
        let found = &self.confirmation;
        let (by_place, n) = (found.first_shown.saturating_add(found.last_shown), found.n);
        if n > 0 && by_place.saturating_mul(POSITION_BIAS_FROM) >= n {
            notes.push(format!(
                "{by_place} of {n} experts of the fresh panel chose by the place and not by the text: {} what was shown first in both orders, {} what was shown last. Their choices count for neither text.",
                found.first_shown, found.last_shown
            ));
        }
        notes
    }
}

/// What became of the rewrites, in sentences.
fn notes_of(rewrites: &[Rewrite]) -> Vec<String> {
    rewrites.iter().flat_map(|rewrite| rewrite.notes.iter().cloned()).collect()
}

/// The rewrites of all rounds, best first, each text once.
#[must_use]
pub(crate) fn improved_variants(
    content: &str,
    rewrites: &[Rewrite],
    findings: &[Finding],
) -> Vec<ImprovedVariant> {
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
    let mut variants: Vec<ImprovedVariant> = (1..)
        .zip(told)
        .map(|(rank, (score, variant))| ImprovedVariant {
            text: variant.text.clone(),
            rank,
            predicted_score: tidy(score),
            principles: variant.principles.clone(),
            // What a rewrite does to a dimension is known once it is a round: here the aim counts.
            findings: answered(findings, &variant.dimensions, (content, &variant.text), &|_| true),
            differences: Vec::new(),
        })
        .collect();
    compared(content, &mut variants);
    variants
}

/// The standard deviation of the difference of two panel means that only wording makes; sentences that stand in both texts
/// have none.
pub(super) fn wording_sd(
    noise: Option<&WordingNoise>,
    scale: WordingScale,
    text: &str,
    other: &str,
) -> f64 {
    let Some(noise) = noise else { return 0.0 };
    let plus = weighted_sentences(text);
    let minus = weighted_sentences(other).map(|(weight, sentence)| (-weight, sentence));
    noise.sd(scale) * factor(plus.chain(minus))
}

/// The mean difference with its interval, from paired differences in hundredths of a point.
pub(super) fn change(differences: &Histogram, sd: f64) -> Option<ScoreChange> {
    /// No difference is larger than the scale of scores is wide, 1 to 10.
    const WIDEST: f64 = 9.0;
    let found = widened(scaled(mean(differences, LEVEL)?, 0.01), sd, Some((-WIDEST, WIDEST)));
    Some(ScoreChange { value: found.value, low: found.low, high: found.high })
}

pub(super) fn moved(differences: &Histogram) -> Moved {
    let count =
        |low: i32, high: i32| u32::try_from(differences.between(low, high)).unwrap_or(u32::MAX);
    Moved { up: count(1, i32::MAX), same: count(0, 0), down: count(i32::MIN, -1) }
}
