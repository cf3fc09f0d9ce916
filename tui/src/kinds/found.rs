//! Results in parts: scores with their distribution, shares as bars and as lines of a screen, open questions.

use protocol::results::{Answer, Distribution, PurchaseIntent, QuestionResult, Sentiment};
use protocol::review::{ImprovedVariant, Iterations, PanelSuggestion};

use super::parts;
use crate::look::Role;
use crate::station::theme::Role as ScreenRole;

/// The results of a study in parts.
#[derive(Debug, Default)]
pub(crate) struct OutcomeParts<'a> {
    /// The score distribution, where there are scores.
    pub(crate) scores: Option<Scores<'a>>,
    /// The shares for a report.
    pub(crate) bars: Vec<ShareBar>,
    /// The remark below the bars; without one, the sentiments are shown there.
    pub(crate) remark: Option<Remark>,
    /// The shares for a screen.
    pub(crate) shares: Vec<Share>,
    /// The results of open questions.
    pub(crate) questions: &'a [QuestionResult],
    /// What was judged and how, in a few words.
    pub(crate) subject: Option<String>,
    /// What a panel of experts would change, most important first.
    pub(crate) suggestions: &'a [PanelSuggestion],
    /// Rewrites of the content, best first.
    pub(crate) variants: &'a [ImprovedVariant],
    /// The content of a review as it was sent.
    pub(crate) content: Option<&'a str>,
    /// The rounds of a review.
    pub(crate) iterations: Option<&'a Iterations>,
    /// The winning variant.
    pub(crate) verdict: Option<&'static str>,
}

/// The score distribution with its moments.
#[derive(Debug)]
pub(crate) struct Scores<'a> {
    /// Answers for each score.
    pub(crate) counts: &'a Distribution,
    /// Their mean.
    pub(crate) mean: f64,
    /// Their standard deviation; undefined for one answer.
    pub(crate) std_dev: Option<f64>,
}

/// A share of the answers, for a report.
#[derive(Debug)]
pub(crate) struct ShareBar {
    /// Its label in a terminal.
    pub(crate) label: String,
    /// Its label in a document.
    pub(crate) title: String,
    /// Its value, 0 to 100.
    pub(crate) percent: f64,
    /// The field of its estimate.
    pub(crate) field: String,
    /// Whether it is positive or negative.
    pub(crate) role: Role,
}

/// A sentence below the shares.
#[derive(Debug)]
pub(crate) struct Remark {
    /// Its text in a terminal.
    pub(crate) printed: String,
    /// Its text in a document.
    pub(crate) written: String,
}

impl Remark {
    /// The same text in both.
    pub(super) fn same(sentence: String) -> Self {
        Self { printed: sentence.clone(), written: sentence }
    }
}

/// A share of the answers, for a screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Share {
    /// Its label.
    pub(crate) label: &'static str,
    /// Its value, 0 to 100.
    pub(crate) percent: f64,
    /// Whether it is positive or negative.
    pub(crate) role: ScreenRole,
    /// The answers that it counts.
    pub(crate) said: Said,
}

/// A condition on answers, so that a share can be opened into the answers it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// A mark between these two, both included.
    Mark(i32, i32),
    /// That sentiment.
    Feeling(Sentiment),
    /// That purchase intent.
    Intent(PurchaseIntent),
}

impl Said {
    /// Whether an answer with that mark meets the condition.
    pub(crate) fn is_in(self, answer: &Answer, mark: i32) -> bool {
        match self {
            Self::Mark(low, high) => (low..=high).contains(&mark),
            Self::Feeling(wanted) => parts(answer).sentiment == Some(wanted),
            Self::Intent(wanted) => parts(answer).purchase_intent == Some(wanted),
        }
    }
}

/// A row of the comparison of two variants.
#[derive(Debug)]
pub(crate) struct Against {
    /// Its label.
    pub(crate) label: &'static str,
    /// The field of its estimate.
    pub(crate) field: &'static str,
    /// Its unit.
    pub(crate) reading: Reading,
    /// The mark of the respondents it counts.
    pub(crate) mark: Option<i32>,
}

/// The unit of an estimate about two variants: its scale, and whether it is a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// A share of the panel, 0 to 100.
    Share,
    /// A difference of shares, in points.
    Points,
    /// A score, 1 to 10.
    Score,
    /// A difference of scores.
    ScorePoints,
}

impl Reading {
    /// Both ends of its scale.
    pub(crate) const fn range(self) -> (f64, f64) {
        match self {
            Self::Share => (0.0, 100.0),
            Self::Points => (-100.0, 100.0),
            Self::Score => (1.0, 10.0),
            Self::ScorePoints => (-9.0, 9.0),
        }
    }

    /// Significant decimals.
    pub(crate) const fn decimals(self) -> usize {
        match self {
            Self::Share | Self::Points => 0,
            Self::Score | Self::ScorePoints => 1,
        }
    }

    /// Whether zero is in the middle of its scale.
    pub(crate) const fn is_difference(self) -> bool {
        matches!(self, Self::Points | Self::ScorePoints)
    }
}
