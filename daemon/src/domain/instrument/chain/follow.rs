//! What follows when nothing is left of a round: a rewrite and another round, the round that confirms a gain, or the end.

use protocol::review::StopReason;

use super::tally::{higher, mean};
use super::{ChainTally, Rewrite};
use crate::domain::outcome::FIRST_ROUND;

/// What follows a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Follows {
    /// The content is rewritten.
    Rewrite {
        /// The round to rewrite from: the best so far.
        from: u16,
        /// Whether another round may be asked, with a variant that is better.
        another: bool,
    },
    /// That round is asked.
    Round(u16),
    /// The results are computed.
    Finish,
}

/// What follows that round, with the rewrites that there are.
#[must_use]
pub(crate) fn after_round(tally: &ChainTally, round: u16, rewrites: &[Rewrite]) -> Follows {
    let plan = tally.plan;
    if round >= plan.confirmation() || tally.overall(FIRST_ROUND).1 == 0 {
        return Follows::Finish;
    }
    let next = round.saturating_add(1);
    let best = tally.best();
    let another = next < plan.rounds && !reached(tally, best) && !stalled(tally, round, best);
    match rewrites.get(usize::from(round)) {
        // The first round is always rewritten: a single round yields variants too.
        None if another || round == FIRST_ROUND => Follows::Rewrite { from: best, another },
        Some(rewrite) if rewrite.taken && another => Follows::Round(next),
        _ if best > FIRST_ROUND && plan.rounds > 1 => Follows::Round(plan.confirmation()),
        _ => Follows::Finish,
    }
}

/// Whether the target score was reached, as scores are told, with one decimal: nobody sees that 6.96 is not 7.0.
fn reached(tally: &ChainTally, best: u16) -> bool {
    let (sum, n) = tally.overall(best);
    let told = mean(sum, n).and_then(|mean| format!("{mean:.1}").parse::<f64>().ok());
    tally.plan.target.zip(told).is_some_and(|(target, told)| told * 100.0 >= f64::from(target))
}

/// Whether the chain ends because that round brought no gain.
fn stalled(tally: &ChainTally, round: u16, best: u16) -> bool {
    tally.plan.stop_on_no_gain && round > FIRST_ROUND && best != round
}

/// Why a chain has not come beyond so many rounds.
pub(crate) fn stop_reason(tally: &ChainTally, asked: u16, rewrites: &[Rewrite]) -> StopReason {
    let last = asked.saturating_sub(1);
    let best = tally.best();
    if reached(tally, best) {
        return StopReason::TargetReached;
    }
    if stalled(tally, last, best) {
        return StopReason::NoGain;
    }
    match rewrites.get(usize::from(last)) {
        Some(rewrite) if rewrite.failed.is_some() => StopReason::RewritingFailed,
        Some(rewrite) if rewrite.variants.is_empty() => StopReason::NoRewrite,
        Some(rewrite) if !rewrite.taken => StopReason::NoBetterRewrite,
        Some(_) | None => StopReason::Unfinished,
    }
}

impl Rewrite {
    /// The variants best first, and the best of them taken for another round where one may follow: whatever it scores, or,
    /// where a round without a gain ends the chain, when it is better than the round that it was made from. Of equals the
    /// one that was given first leads.
    #[must_use]
    pub(crate) fn choose(
        tally: &ChainTally,
        from: u16,
        another: bool,
        mut variants: Vec<super::RewriteVariant>,
    ) -> Self {
        variants.retain(|variant| variant.experts > 0);
        let score = |variant: &super::RewriteVariant| (variant.sum, u64::from(variant.experts));
        variants.sort_by(|a, b| {
            let (a, b) = (score(a), score(b));
            higher(b, a).cmp(&higher(a, b))
        });
        variants.truncate(super::VARIANTS_MAX);
        let best = variants.first().map(score);
        let is_gain = |best| higher(best, tally.overall(from));
        let taken =
            another && best.is_some_and(|best| !tally.plan.stop_on_no_gain || is_gain(best));
        Self { from, variants, taken, notes: Vec::new(), failed: None }
    }

    /// The same rewrite, of which calls failed: that is why it has no variant, and is nothing where it has one.
    #[must_use]
    pub(crate) fn for_want_of(self, failed: Option<String>) -> Self {
        let failed = failed.filter(|_| self.variants.is_empty());
        Self { failed, ..self }
    }
}
