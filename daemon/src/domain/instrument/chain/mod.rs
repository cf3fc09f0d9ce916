//! Chains: rounds in which a content is asked, rewritten from the best round so far, and asked again of the same panel,
//! with a last round in which a fresh panel holds the best rewrite against the original. Everything follows from the
//! stored outcomes and rewrites; nothing here knows which study type has rounds.

mod difference;
mod follow;
mod guard;
mod iterations;
mod proposals;
mod rounds;
mod segments;
mod tally;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use protocol::measurement::Measurement;
use protocol::results::{Answer, Results};
use protocol::review::ChainRound;
use protocol::study::{EngineMode, Instrument, Order, StudySpec};
use serde::{Deserialize, Serialize};

use super::types::kind_of;
use crate::domain::digest::Digest;
use crate::domain::outcome::{Assignment, FIRST_ROUND};

pub(crate) use difference::difference;
pub(crate) use follow::{Follows, after_round};
pub(crate) use iterations::{improved_variants, results_of};
pub(crate) use proposals::{
    Proposed, RewriteBrief, Sifted, Wish, lost_marks, proposals_of, read_proposals, rewrite_facts,
    rewrite_schema, scored_rewrites, sift, tried,
};
pub(crate) use rounds::{RoundResults, with_differences};
pub(crate) use tally::{ChainTally, higher};

/// Most variants of one rewrite that are kept, best first.
pub(crate) const VARIANTS_MAX: usize = 5;

/// How far a chain may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ChainPlan {
    /// Most rounds, without the one that confirms a gain.
    pub rounds: u16,
    /// The overall score, in hundredths of a point, at which no further round follows.
    pub target: Option<u16>,
    /// Whether a round without a gain ends the chain.
    pub stop_on_no_gain: bool,
}

impl ChainPlan {
    /// The round in which a fresh panel holds the best rewrite against the original.
    #[must_use]
    pub(crate) const fn confirmation(self) -> u16 {
        self.rounds
    }
}

/// A rewrite that fewer of the experts of its round score is compared with nothing, as a percentage of them.
const EXPERTS_LEAST_PERCENT: u64 = 90;

/// Whether so many of the experts of a round are enough to score a rewrite of it.
#[must_use]
pub(crate) const fn are_enough_experts(experts: u64, all: u64) -> bool {
    experts.saturating_mul(100) >= all.saturating_mul(EXPERTS_LEAST_PERCENT)
}

/// What a chain needs of one answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// Scores of the round's content.
    Scores {
        /// The expert's role.
        role: String,
        /// The expert's overall score in hundredths of a point.
        overall: u16,
        /// Whether this reader would click.
        would_click: bool,
        /// One score for each dimension, in the order of reports.
        dimensions: Vec<u8>,
    },
    /// A choice between the original and the rewrite.
    Choice {
        /// 1 for the rewrite, −1 for the original, 0 for neither.
        sign: i8,
        /// The order of showing; the original is A.
        order: Order,
    },
}

/// What came of rewriting the content after a round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rewrite {
    /// The round whose content was rewritten: the best so far, from 0.
    pub from: u16,
    /// The variants, best first; at most [`VARIANTS_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<RewriteVariant>,
    /// Whether the first of them is the content of the next round.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub taken: bool,
    /// What a reader should know of it, as sentences: which rewrites were refused, and why none was made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Why there is no variant, where calls failed: nothing was written, or nobody scored what was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
}

/// A rewritten content with the score that the panel gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RewriteVariant {
    /// The content.
    pub text: String,
    /// Sum of the experts' overall scores, in hundredths of a point.
    pub sum: u64,
    /// Experts who scored it.
    pub experts: u32,
    /// The rules that it applies, each once, as a sentence.
    pub principles: Vec<String>,
    /// The titles of the dimensions that these rules are about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dimensions: Vec<String>,
}

impl RewriteVariant {
    /// The mean score that the experts give it, 1 to 10; `None` where nobody could.
    #[must_use]
    pub(crate) fn predicted(&self) -> Option<f64> {
        tally::mean(self.sum, u64::from(self.experts))
    }
}

/// How far a study's chain may go; `None` for a type that asks one round and rewrites nothing.
#[must_use]
pub(crate) fn chain_plan(spec: &StudySpec) -> Option<ChainPlan> {
    kind_of(&spec.instrument).chain(&spec.instrument)
}

/// The calls of a language model that a chain takes beside those of its first round. The round that asks a rewrite takes
/// none: the scores of the rewrite, by the same people, are its answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ChainCalls {
    /// Contents that are rewritten.
    pub rewrites: u64,
    /// Scores of rewrites, at most.
    pub scores: u64,
    /// Choices of the fresh panel, at most.
    pub choices: u64,
}

/// The calls of a study's chain; `None` for a type without one.
#[must_use]
pub(crate) fn chain_calls(spec: &StudySpec) -> Option<ChainCalls> {
    let plan = chain_plan(spec)?;
    let people = u64::from(spec.panel);
    // The content of the last of several rounds is not rewritten.
    let rewrites = u64::from(plan.rounds.saturating_sub(1).max(1));
    let scores = rewrites.saturating_mul(u64::from(proposals_of(spec))).saturating_mul(people);
    let choices = if plan.rounds > 1 { people.saturating_mul(2) } else { 0 };
    Some(ChainCalls { rewrites, scores, choices })
}

/// The content of a round, from 0; `None` when no rewrite led to such a round.
#[must_use]
pub(crate) fn text_of_round(spec: &StudySpec, round: u16, rewrites: &[Rewrite]) -> Option<String> {
    match round.checked_sub(1) {
        None => super::stimuli(&spec.instrument).first().map(|text| (*text).to_owned()),
        Some(before) => {
            let rewrite = rewrites.get(usize::from(before)).filter(|rewrite| rewrite.taken)?;
            rewrite.variants.first().map(|variant| variant.text.clone())
        }
    }
}

/// The study as it is asked in a round: with the round's content; in the round that confirms a gain of a fresh panel, who
/// choose between the original and the content of round `best`. Checks of the answers' worth belong to the first round
/// alone. `None` when nothing led to such a round.
#[must_use]
pub(crate) fn spec_of_round<'s>(
    spec: &'s StudySpec,
    round: u16,
    rewrites: &[Rewrite],
    best: u16,
) -> Option<Cow<'s, StudySpec>> {
    if round == FIRST_ROUND {
        return Some(Cow::Borrowed(spec));
    }
    let plan = chain_plan(spec)?;
    let mut later = spec.clone();
    later.measurement = of_later_rounds(spec);
    let kind = kind_of(&spec.instrument);
    if round == plan.confirmation() {
        let against = text_of_round(spec, best, rewrites)?;
        later.instrument = kind.against(&spec.instrument, against)?;
        later.seed = fresh_seed(spec.seed);
        // The standing panel has no second set of the same people.
        later.engine_mode = EngineMode::Standard;
    } else {
        let text = text_of_round(spec, round, rewrites)?;
        later.instrument = kind.with_content(&spec.instrument, text)?;
    }
    Some(Cow::Owned(later))
}

/// The study as the round that confirms a gain asks it, with a rewrite as long as the content: what such a call costs.
#[must_use]
pub(crate) fn choice_spec(spec: &StudySpec) -> Option<StudySpec> {
    let against = text_of_round(spec, FIRST_ROUND, &[])?;
    let instrument = kind_of(&spec.instrument).against(&spec.instrument, against)?;
    Some(StudySpec { instrument, ..spec.clone() })
}

/// The study with another content in place of its own: what scores a variant.
#[must_use]
pub(crate) fn spec_of_variant(spec: &StudySpec, text: String) -> Option<StudySpec> {
    let instrument = kind_of(&spec.instrument).with_content(&spec.instrument, text)?;
    Some(StudySpec { instrument, measurement: of_later_rounds(spec), ..spec.clone() })
}

/// Later rounds and variants are asked for the answer alone, once.
fn of_later_rounds(spec: &StudySpec) -> Measurement {
    Measurement { reuse: spec.measurement.reuse, ..Measurement::default() }
}

/// The overall score of one answer, in hundredths of a point; `None` for an answer without one.
#[must_use]
pub(crate) fn overall_of(spec: &StudySpec, at: Assignment, answer: &Answer) -> Option<u16> {
    match kind_of(&spec.instrument).heard(spec, at, answer)? {
        Heard::Scores { overall, .. } => Some(overall),
        Heard::Choice { .. } => None,
    }
}

/// The rounds of a chain, as its results tell of them.
#[must_use]
pub(crate) fn told_rounds<'r>(instrument: &Instrument, results: &'r Results) -> &'r [ChainRound] {
    let chain = kind_of(instrument).iterations(&results.outcomes);
    chain.map_or(&[], |chain| chain.chain.as_slice())
}

/// What a panel wants changed, most important first.
#[must_use]
pub(crate) fn wishes(spec: &StudySpec, results: &Results) -> Vec<Wish> {
    kind_of(&spec.instrument).wishes(&results.outcomes)
}

/// The seed of the panel that confirms a gain: other people, and other draws.
fn fresh_seed(seed: u64) -> u64 {
    let hash = Digest::new().texts(["the panel that confirms a gain", &seed.to_string()]);
    let hash = hash.finish_hex();
    // JSON readers keep 53 bits of a number.
    let head = hash.get(..13).unwrap_or_default();
    u64::from_str_radix(head, 16).unwrap_or(0) ^ 1
}
