//! The results of each round of a chain: the numbers of its content with their intervals, its findings against those of the
//! round that it was rewritten from, and what changed from every earlier round, for all experts and by segment. The
//! transaction that ends a round and the one that ends the study compute them here.

use std::collections::BTreeMap;

use protocol::finding::Finding;
use protocol::results::{Estimate, Results};
use protocol::review::{ChainRound, DimensionMean, ImprovedVariant, Iterations};
use protocol::rounds::{RoundChange, TextDifference};
use protocol::run::FinishedRound;
use protocol::study::StudySpec;
use serde::{Deserialize, Serialize};

use super::iterations::{change, moved, wording_sd};
use super::tally::RoundTally;
use super::{ChainTally, Rewrite, difference, text_of_round};
use crate::domain::instrument::findings::{across, told};
use crate::domain::instrument::types::kind_of;
use crate::domain::instrument::wording_noise::{WordingNoise, WordingScale};
use crate::domain::stats::LEVEL;
use crate::domain::stats::estimate::{mean, scaled, tidy};

/// The results of one round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct RoundResults {
    /// What is told of it within the chain.
    pub round: ChainRound,
    /// Sum of the overall scores, in hundredths of a point.
    pub sum: u64,
    /// Experts who scored it.
    pub n: u64,
    /// Experts who would click.
    pub clicks: u64,
    /// The results of its content, as those of a study that asked it alone.
    pub results: Results,
}

impl RoundResults {
    /// The round in brief.
    #[must_use]
    pub(crate) fn brief(&self) -> FinishedRound {
        let ChainRound { round, overall, overall_interval, .. } = self.round;
        FinishedRound { round, overall, interval: overall_interval }
    }
}

impl ChainTally {
    /// The results of every round that somebody answered, in order; `results` are those of each round's content, by round.
    #[must_use]
    pub(crate) fn rounds(
        &self,
        spec: &StudySpec,
        rewrites: &[Rewrite],
        noise: Option<&WordingNoise>,
        mut results: BTreeMap<u16, Results>,
    ) -> Vec<RoundResults> {
        let mut found: Vec<RoundResults> = Vec::new();
        for (round, tally) in self.asked() {
            let Some(results) = results.remove(&round) else { continue };
            let of_round = self.of_round(spec, rewrites, noise, (round, tally), results, &found);
            found.extend(of_round);
        }
        found
    }

    fn of_round(
        &self,
        spec: &StudySpec,
        rewrites: &[Rewrite],
        noise: Option<&WordingNoise>,
        (round, tally): (u16, &RoundTally),
        results: Results,
        earlier: &[RoundResults],
    ) -> Option<RoundResults> {
        let names = kind_of(&spec.instrument).dimension_titles(&spec.instrument);
        let content = text_of_round(spec, round, rewrites)?;
        let rewrite = round.checked_sub(1).and_then(|before| rewrites.get(usize::from(before)));
        let from = rewrite.map(|rewrite| rewrite.from.saturating_add(1));
        let changes: Vec<RoundChange> = earlier
            .iter()
            .filter_map(|before| self.change(noise, (round, tally, &content), &before.round))
            .collect();
        let of = |from: u16| changes.iter().find(|change| change.from == from);
        let findings = earlier.first().map_or(&results.findings, |first| &first.results.findings);
        let rewritten = rewrite.and_then(|rewrite| rewrite.variants.first());
        let before = from.and_then(|from| earlier.iter().find(|before| before.round.round == from));
        let (sum, n, clicks) = tally.counts();
        let means = names.iter().zip(tally.dimension_means());
        let dimensions: Vec<DimensionMean> = means
            .map(|(name, score)| DimensionMean { name: name.clone(), score: tidy(score) })
            .collect();
        let answers = rewritten.zip(before).map(|(variant, before)| {
            let moved = |title: &str| rose(&before.round.dimensions, &dimensions, title);
            let texts = (before.round.content.as_str(), content.as_str());
            answered(findings, &variant.dimensions, texts, &moved)
        });
        let round = ChainRound {
            round: round.saturating_add(1),
            overall: tidy(tally.mean()?),
            click_rate: tidy(tally.click_rate()),
            overall_interval: mean(&tally.scores(), LEVEL)
                .map(|estimate| scaled(estimate, 0.01))
                .and_then(limits),
            dimensions,
            change: of(1).and_then(|change| change.overall),
            principles: rewritten.map(|variant| variant.principles.clone()).unwrap_or_default(),
            findings: answers.unwrap_or_default(),
            from,
            moved: from.and_then(of).map(|change| change.moved),
            estimates: results.estimates.clone(),
            findings_across: before.map(|before| {
                // A level that was too low is a finding too, and its end is one that was fixed.
                let both = [&before.results, &results].map(|of| told(of.clone(), &[]));
                across(&both[0], &both[1])
            }),
            changes,
            content,
        };
        Some(RoundResults { round, sum, n, clicks, results })
    }

    /// What changed from an earlier round.
    fn change(
        &self,
        noise: Option<&WordingNoise>,
        (round, tally, content): (u16, &RoundTally, &str),
        before: &ChainRound,
    ) -> Option<RoundChange> {
        let earlier = before.round.checked_sub(1)?;
        let differences = tally.minus(self.rounds.get(&earlier)?);
        let sd = wording_sd(noise, WordingScale::ReviewOverall, content, &before.content);
        Some(RoundChange {
            from: before.round,
            overall: change(&differences, sd),
            moved: moved(&differences),
            segments: self.segments.changes((round, earlier), sd),
            words: difference(&before.content, content),
        })
    }
}

/// Points by which a dimension has to rise so that a finding about it was answered.
const ROSE: f64 = 0.1;

/// Whether the mean of a dimension rose.
fn rose(before: &[DimensionMean], after: &[DimensionMean], title: &str) -> bool {
    let score = |means: &[DimensionMean]| {
        let of_title = means.iter().find(|mean| mean.name.eq_ignore_ascii_case(title));
        of_title.map(|mean| mean.score)
    };
    score(before).zip(score(after)).is_some_and(|(before, after)| after - before >= ROSE - 1e-9)
}

/// The numbers of the findings that a rewrite answers: they are about a dimension that it means to raise and that `moved`, and the
/// clause that they quote stood in the text before it and does so no more.
pub(super) fn answered(
    findings: &[Finding],
    dimensions: &[String],
    (before, after): (&str, &str),
    moved: &dyn Fn(&str) -> bool,
) -> Vec<u32> {
    let is_answered = |finding: &&Finding| {
        let title = &finding.affected_feature;
        dimensions.iter().any(|own| own.eq_ignore_ascii_case(title))
            && match finding.clause.as_deref().map(|clause| clause.trim_end_matches('…').trim_end())
            {
                Some(clause) => before.contains(clause) && !after.contains(clause) && moved(title),
                None => moved(title),
            }
    };
    findings.iter().filter(is_answered).map(|finding| finding.id).collect()
}

fn limits(estimate: Estimate) -> Option<(f64, f64)> {
    estimate.low.zip(estimate.high)
}

/// The words of each variant against those of the content, and of every better variant.
pub(super) fn compared(content: &str, variants: &mut [ImprovedVariant]) {
    let texts: Vec<String> = variants.iter().map(|variant| variant.text.clone()).collect();
    for (place, variant) in variants.iter_mut().enumerate() {
        let better = (1..).zip(texts.iter().take(place).map(String::as_str));
        variant.differences = [(0, content)]
            .into_iter()
            .chain(better)
            .map(|(from, text)| TextDifference { from, runs: difference(text, &variant.text) })
            .collect();
    }
}

/// Results of earlier versions, which kept no differences of texts, with what these are.
pub(crate) fn with_differences(
    content: &str,
    variants: &mut [ImprovedVariant],
    iterations: Option<&mut Iterations>,
) {
    if variants.iter().any(|variant| variant.differences.is_empty()) {
        compared(content, variants);
    }
    let Some(iterations) = iterations else { return };
    let mut earlier: Vec<(u16, String)> = Vec::new();
    for round in &mut iterations.chain {
        if round.changes.is_empty() {
            let changes = earlier.iter().map(|(from, text)| RoundChange {
                from: *from,
                overall: round.change.filter(|_| *from == 1),
                moved: round.moved.filter(|_| round.from == Some(*from)).unwrap_or_default(),
                segments: Vec::new(),
                words: difference(text, &round.content),
            });
            round.changes = changes.collect();
        }
        earlier.push((round.round, round.content.clone()));
    }
}
