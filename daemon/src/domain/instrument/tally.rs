//! The tally of a group of answers, for any instrument: integers only, so that tallies merge in any order and a
//! million answers take no more memory than ten.

use std::collections::BTreeMap;
use std::fmt;

use protocol::quality::{Figure, Flag};
use protocol::results::{Answer, Distribution, Estimate, Outcomes, Sentiment};

use super::stands_out::Groups;
use super::themes::Themes;
use super::wording_noise::Widenings;
use crate::domain::stats::histogram::Histogram;
use crate::domain::stats::{LEVEL, estimate};

/// The respondent's place in the panel, and the group for the choice of quotes.
#[derive(Clone, Copy, Debug)]
pub(super) struct By<'a> {
    pub(super) ordinal: u32,
    pub(super) group: &'a str,
}

/// The data that the sentences of a summary are written from.
#[derive(Clone, Copy)]
pub(super) struct Summary<'a> {
    pub(super) outcomes: &'a Outcomes,
    pub(super) estimates: &'a BTreeMap<String, Estimate>,
    pub(super) groups: Groups<'a>,
    /// Respondents asked for.
    pub(super) panel: u32,
}

impl<'a> Summary<'a> {
    /// The estimate of that name.
    pub(super) fn estimate(&self, field: &str) -> Option<&'a Estimate> {
        self.estimates.get(field)
    }
}

/// The counts of one group: the whole panel, or one class of it. A tally of the whole panel may count more than one
/// of a class.
pub(super) trait Tally: fmt::Debug + Send + Sync {
    /// Sees each answer of the panel as it arrives, also one that waits for another task of the same respondent.
    fn note(&mut self, _answer: &Answer) {}

    /// Counts a respondent with an answer to every task, in the order of arrival. Answers of another type are
    /// ignored.
    fn add(&mut self, by: By<'_>, answers: &[&Answer]);

    /// Sets the wording noise in the numbers that compare two texts of the study.
    fn widen(&mut self, _widenings: &Widenings) {}

    /// Respondents counted.
    fn n(&self) -> u64;

    /// The scores, if answers have one score each.
    fn scores(&self) -> Option<&Histogram> {
        None
    }

    /// The scores as exactly as they are known, and the points that a unit of them stands for.
    fn exact_scores(&self) -> Option<(&Histogram, f64)> {
        self.scores().map(|scores| (scores, 1.0))
    }

    /// How often each value was chosen, if answers are choices among few.
    fn choices(&self) -> Option<Vec<u64>> {
        None
    }

    /// The values that groups are compared by: whole numbers; their mean, times the factor of the headline, is the
    /// headline estimate.
    fn measure(&self) -> Option<Histogram> {
        None
    }

    /// The estimates that are also shown for segments.
    fn estimates(&self) -> BTreeMap<String, Estimate> {
        BTreeMap::new()
    }

    /// The estimates of the whole panel.
    fn headline_estimates(&self, _seed: u64) -> BTreeMap<String, Estimate> {
        self.estimates()
    }

    /// The contract's fields; `None` without an answer.
    fn outcomes(&self, seed: u64, themes: &Themes) -> Option<Outcomes>;

    /// The place of the text that a piece of advice on a theme is about, where respondents quote one.
    fn place(&self, _theme: &str, _advice: &str) -> Option<String> {
        None
    }

    /// The summary sentences of the study: the headline, the reasons, the group that differs.
    fn conclusions(&self, summary: &Summary<'_>) -> Vec<String>;

    /// Figures about the answers that only this study type has; one with the name of a common figure replaces it.
    fn figures(&self) -> Vec<(&'static str, Figure)> {
        Vec::new()
    }

    /// Sentences on how to read the numbers.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }

    /// Warnings that follow from those figures.
    fn warnings(&self, _figures: &BTreeMap<String, Figure>) -> Vec<(Flag, String)> {
        Vec::new()
    }
}

/// Estimates by name; undefined ones are left out.
pub(super) fn named<N: Into<String>>(
    found: impl IntoIterator<Item = (N, Option<Estimate>)>,
) -> impl Iterator<Item = (String, Estimate)> {
    found.into_iter().filter_map(|(field, estimate)| Some((field.into(), estimate?)))
}

/// The counts in the form of the protocol.
pub(super) fn distribution(scores: &Histogram) -> Distribution {
    Distribution(scores.iter().collect())
}

/// Shares of the four sentiments in percent, named as the contract names them.
pub(super) fn sentiment_estimates(
    counts: &[u64; Sentiment::ALL.len()],
) -> impl Iterator<Item = (String, Estimate)> {
    let n = counts.iter().sum();
    let shares = Sentiment::ALL.iter().zip(*counts);
    named(shares.map(move |(sentiment, count)| {
        (format!("{sentiment}_pct"), estimate::percent(count, n, LEVEL))
    }))
}
