//! What came out, in parts: scores and how often each was given, shares as bars and as lines of a screen, open questions.

use protocol::results::{Answer, Distribution, PurchaseIntent, QuestionResult, Sentiment};

use super::parts;
use crate::look::Role;
use crate::station::theme::Role as ScreenRole;

/// What a study found.
#[derive(Debug, Default)]
pub(crate) struct OutcomeParts<'a> {
    /// How often each score was given, where there are scores.
    pub(crate) scores: Option<Scores<'a>>,
    /// The shares as a report prints them.
    pub(crate) bars: Vec<ShareBar>,
    /// What is to be said below the bars; without it the feelings stand there.
    pub(crate) remark: Option<Remark>,
    /// The shares as a screen shows them.
    pub(crate) shares: Vec<Share>,
    /// Open questions with what was said to them.
    pub(crate) questions: &'a [QuestionResult],
    /// Which variant wins.
    pub(crate) verdict: Option<&'static str>,
}

/// How often each score was given.
#[derive(Debug)]
pub(crate) struct Scores<'a> {
    /// Answers for each score.
    pub(crate) counts: &'a Distribution,
    /// Their mean.
    pub(crate) mean: f64,
    /// Their standard deviation; undefined for one answer.
    pub(crate) std_dev: Option<f64>,
}

/// A share of the answers, as a report prints it.
#[derive(Debug)]
pub(crate) struct ShareBar {
    /// Of what, in a terminal.
    pub(crate) label: String,
    /// Of what, in a document.
    pub(crate) title: String,
    /// How much, 0 to 100.
    pub(crate) percent: f64,
    /// Its estimate.
    pub(crate) field: String,
    /// Whether it speaks for or against.
    pub(crate) role: Role,
}

/// A sentence below the shares.
#[derive(Debug)]
pub(crate) struct Remark {
    /// In a terminal.
    pub(crate) printed: String,
    /// In a document.
    pub(crate) written: String,
}

impl Remark {
    /// The same sentence everywhere.
    pub(super) fn same(sentence: String) -> Self {
        Self { printed: sentence.clone(), written: sentence }
    }
}

/// A share of the answers, as a screen shows it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Share {
    /// Of what.
    pub(crate) label: &'static str,
    /// How much, 0 to 100.
    pub(crate) percent: f64,
    /// Whether it speaks for or against.
    pub(crate) role: ScreenRole,
    /// Whose answers it counts.
    pub(crate) said: Said,
}

/// What an answer says, so that a share can be opened into the answers it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// A mark of the picture between these two.
    Mark(i32, i32),
    /// That feeling.
    Feeling(Sentiment),
    /// That intention to buy.
    Intent(PurchaseIntent),
}

impl Said {
    /// Whether an answer with that mark says it.
    pub(crate) fn is_in(self, answer: &Answer, mark: i32) -> bool {
        match self {
            Self::Mark(low, high) => (low..=high).contains(&mark),
            Self::Feeling(wanted) => parts(answer).sentiment == Some(wanted),
            Self::Intent(wanted) => parts(answer).purchase_intent == Some(wanted),
        }
    }
}

/// A row of two variants against each other.
#[derive(Debug)]
pub(crate) struct Against {
    /// Its name.
    pub(crate) label: &'static str,
    /// Its estimate.
    pub(crate) field: &'static str,
    /// How it reads.
    pub(crate) reading: Reading,
    /// The mark of those it is about.
    pub(crate) mark: Option<i32>,
}

/// How an estimate of two variants reads: on a scale of its own kind, as itself or as a difference.
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

    /// Decimals that mean something.
    pub(crate) const fn decimals(self) -> usize {
        match self {
            Self::Share | Self::Points => 0,
            Self::Score | Self::ScorePoints => 1,
        }
    }

    /// Whether zero stands in its middle.
    pub(crate) const fn is_difference(self) -> bool {
        matches!(self, Self::Points | Self::ScorePoints)
    }
}
