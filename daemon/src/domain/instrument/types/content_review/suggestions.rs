//! What a panel would change: the suggestions of its experts, counted, and put in order by how many make one, how far its
//! dimension is from the top, and how much the experts agree on that dimension.

use std::collections::BTreeMap;

use protocol::review::{Dimension, ExpertSuggestion, PanelSuggestion};

use crate::domain::instrument::findings::ClauseCounts;
use crate::domain::instrument::words::number;
use crate::domain::stats::histogram::Histogram;

/// Most suggestions of a panel.
const PANEL_MAX: usize = 6;
/// Most of them for one dimension.
const DIMENSION_MAX: usize = 2;
/// A suggestion beside another one for the same dimension is made by at least this share of the experts.
const FURTHER_SHARE: f64 = 0.15;
/// Below this mean a dimension needs a suggestion even where no expert was asked for one.
const GOOD: f64 = 7.0;
/// Up to this score an expert finds a dimension low.
const LOW: i32 = 5;
/// The best score.
const TOP: f64 = 10.0;
/// The largest standard deviation that scores from 1 to 10 can have.
const SD_MAX: f64 = 4.5;

/// One suggestion with those who make it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Proposal {
    count: u64,
    /// The quote of the first expert who makes it.
    quote: Option<String>,
    first: u32,
    /// How often each place of the content is quoted for it.
    places: ClauseCounts,
}

/// The suggestions of a panel: dimension and words → who makes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Proposals(BTreeMap<(Dimension, String), Proposal>);

impl Proposals {
    /// Counts the suggestions of one expert, each once.
    pub(super) fn add(&mut self, ordinal: u32, suggestions: &[ExpertSuggestion]) {
        for (place, one) in suggestions.iter().enumerate() {
            let is_same = |other: &ExpertSuggestion| {
                (other.dimension, &other.suggestion) == (one.dimension, &one.suggestion)
            };
            if suggestions.iter().take(place).any(is_same) {
                continue;
            }
            let key = (one.dimension, one.suggestion.clone());
            let known = self.0.entry(key).or_insert_with(|| Proposal {
                count: 0,
                quote: one.quote.clone(),
                first: ordinal,
                places: ClauseCounts::default(),
            });
            known.count += 1;
            if let Some(quote) = &one.quote {
                known.places.add(quote);
            }
            if ordinal < known.first {
                known.first = ordinal;
                known.quote.clone_from(&one.quote);
            }
        }
    }

    /// The place of the content that is quoted most for a suggestion.
    pub(super) fn place(&self, dimension: &str, words: &str) -> Option<&str> {
        let mut made = self.0.iter();
        let (_, proposal) =
            made.find(|((known, said), _)| known.title() == dimension && said == words)?;
        proposal.places.most()
    }

    /// The suggestions of the panel, most important first.
    pub(super) fn ranked(
        &self,
        dimensions: &[(Dimension, Histogram)],
        n: u64,
    ) -> Vec<PanelSuggestion> {
        let best = dimensions.iter().filter_map(|(_, scores)| scores.mean());
        let best = best.fold(0.0, f64::max);
        let found = if self.0.is_empty() { low(dimensions) } else { self.weighed(dimensions, n) };
        let mut told: Vec<PanelSuggestion> = Vec::new();
        for weighed in found {
            let title = weighed.dimension.title();
            let of_it = told.iter().filter(|known| known.dimension == title).count();
            let is_rare = (weighed.count as f64) < FURTHER_SHARE * n as f64;
            if of_it >= DIMENSION_MAX || (of_it > 0 && is_rare) || told.len() >= PANEL_MAX {
                continue;
            }
            let priority = u32::try_from(told.len() + 1).unwrap_or(u32::MAX);
            told.push(PanelSuggestion {
                priority,
                dimension: title.to_owned(),
                rationale: rationale(&weighed, best, n),
                suggestion: weighed.words,
            });
        }
        told
    }

    /// Why the first suggestion is not about the weakest dimension, where it is not: more experts make it, or they agree more on its
    /// dimension.
    pub(super) fn why_first(
        &self,
        dimensions: &[(Dimension, Histogram)],
        n: u64,
    ) -> Option<String> {
        let found = if self.0.is_empty() { low(dimensions) } else { self.weighed(dimensions, n) };
        let first = found.first()?;
        let means = dimensions.iter().filter_map(|(one, scores)| Some((*one, scores.mean()?)));
        let (weakest, least) = means.min_by(|one, other| one.1.total_cmp(&other.1))?;
        // One of several that are equally weak is the weakest.
        if first.scores.mean().is_some_and(|mean| mean <= least) {
            return None;
        }
        let title = weakest.title();
        let of_weakest = found.iter().filter(|one| one.dimension == weakest);
        let Some(count) = of_weakest.map(|one| one.count).max() else {
            return Some(format!("for {title}, the weakest, no expert names a change"));
        };
        Some(if first.is_asked && first.count > count {
            format!(
                "{} of {n} experts ask for it; for {title}, the weakest, {count} do",
                first.count
            )
        } else {
            format!("the experts agree more on it than on {title}, the weakest")
        })
    }

    /// The suggestions with their weights, heaviest first; of equal ones the one that was made first.
    fn weighed<'a>(
        &self,
        dimensions: &'a [(Dimension, Histogram)],
        n: u64,
    ) -> Vec<WeighedProposal<'a>> {
        let mut found: Vec<WeighedProposal<'a>> = self
            .0
            .iter()
            .filter_map(|((dimension, words), Proposal { count, quote, first, .. })| {
                let (_, scores) = dimensions.iter().find(|(known, _)| known == dimension)?;
                let share = *count as f64 / n as f64;
                Some(WeighedProposal {
                    dimension: *dimension,
                    scores,
                    words: words.clone(),
                    quote: quote.clone(),
                    count: *count,
                    first: *first,
                    is_asked: true,
                    weight: share * gap(scores) * agreement(scores),
                })
            })
            .collect();
        found.sort_by(|one, other| {
            other.weight.total_cmp(&one.weight).then(one.first.cmp(&other.first))
        });
        found
    }
}

/// A suggestion with its weight.
struct WeighedProposal<'a> {
    dimension: Dimension,
    scores: &'a Histogram,
    words: String,
    quote: Option<String>,
    count: u64,
    first: u32,
    /// Whether experts make it; else it follows from their scores.
    is_asked: bool,
    weight: f64,
}

/// Where no expert was asked for suggestions: the low dimensions, each with what a high score would take.
fn low(dimensions: &[(Dimension, Histogram)]) -> Vec<WeighedProposal<'_>> {
    let mut found: Vec<WeighedProposal<'_>> = dimensions
        .iter()
        .filter(|(_, scores)| scores.mean().is_some_and(|mean| mean < GOOD))
        .map(|(dimension, scores)| WeighedProposal {
            dimension: *dimension,
            scores,
            words: format!("Work on this question: {}", dimension.definition()),
            quote: None,
            count: scores.between(1, LOW),
            first: 0,
            is_asked: false,
            weight: gap(scores) * agreement(scores),
        })
        .collect();
    found.sort_by(|one, other| other.weight.total_cmp(&one.weight));
    found
}

/// How far the mean is from the best score, in points.
fn gap(scores: &Histogram) -> f64 {
    scores.mean().map_or(0.0, |mean| TOP - mean)
}

/// How much the experts agree, 0 to 1.
fn agreement(scores: &Histogram) -> f64 {
    1.0 - (scores.sd().unwrap_or(0.0) / SD_MAX).min(1.0)
}

/// Why, with the numbers and the words of the content.
fn rationale(weighed: &WeighedProposal<'_>, best: f64, n: u64) -> String {
    let WeighedProposal { dimension, scores, quote, count, .. } = weighed;
    let mean = scores.mean().unwrap_or_default();
    let title = dimension.title();
    let who = match (quote, weighed.is_asked) {
        (Some(quote), _) => format!("{count} of {n} experts, about “{quote}”. "),
        (None, true) => format!("{count} of {n} experts. "),
        (None, false) => format!("{count} of {n} experts give it {LOW} or less. "),
    };
    let is = format!("{who}{title} is {} of 10", number(mean, 1));
    let behind = best - mean;
    if behind >= 0.05 {
        format!("{is}, {} below the strongest dimension.", number(behind, 1))
    } else {
        format!("{is}, the strongest dimension.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(of: i32) -> Histogram {
        let mut found = Histogram::new(1, 10);
        for by in [0, 0, 1, 1, -1, -1, 0, 0, 0, 0] {
            assert!(found.add(of + by));
        }
        found
    }

    fn made(by: &[(Dimension, u32)]) -> Proposals {
        let mut found = Proposals::default();
        for (dimension, count) in by {
            for ordinal in 0..*count {
                let one = ExpertSuggestion {
                    dimension: *dimension,
                    suggestion: format!("Raise {dimension}."),
                    quote: None,
                };
                found.add(ordinal, &[one]);
            }
        }
        found
    }

    #[test]
    fn the_first_step_says_why_it_is_not_about_the_weakest() {
        let dimensions = [(Dimension::Clarity, scores(6)), (Dimension::Trust, scores(4))];
        let why = |by: &[(Dimension, u32)]| made(by).why_first(&dimensions, 10);
        assert_eq!(why(&[(Dimension::Trust, 6), (Dimension::Clarity, 2)]), None);
        assert_eq!(
            why(&[(Dimension::Trust, 2), (Dimension::Clarity, 9)]).as_deref(),
            Some("9 of 10 experts ask for it; for Trust, the weakest, 2 do")
        );
        assert_eq!(
            why(&[(Dimension::Clarity, 9)]).as_deref(),
            Some("for Trust, the weakest, no expert names a change")
        );
        // Where nobody was asked the scores alone decide.
        assert_eq!(why(&[]), None);
        let equal = [(Dimension::Clarity, scores(4)), (Dimension::Trust, scores(4))];
        assert_eq!(made(&[(Dimension::Clarity, 9)]).why_first(&equal, 10), None);
    }
}
