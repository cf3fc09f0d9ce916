//! The assignments of a study: what each respondent is asked. Every respondent gets the study's tasks once;
//! subsamples drawn by the seed get them again as replicates, controls or other wordings, to measure how much the
//! answers are worth.

use protocol::study::StudySpec;
use rand_core::Rng;

use super::types::kind_of;
use crate::domain::asking::Purpose;
use crate::domain::outcome::Assignment;
use crate::domain::stats::bootstrap::generator;

/// Tasks of each respondent: two if an A/B test shows both orders, else one. The price is one credit either way.
#[must_use]
pub(crate) fn tasks(spec: &StudySpec) -> u16 {
    kind_of(&spec.instrument).tasks(&spec.instrument)
}

/// A subsample of a panel: spread evenly over it from a start that the seed draws. Two subsamples of the same size
/// contain the same respondents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Subsample {
    panel: u64,
    wanted: u64,
    start: u64,
}

impl Subsample {
    fn of(spec: &StudySpec, wanted: u32) -> Self {
        let (panel, wanted) = (u64::from(spec.panel), u64::from(wanted.min(spec.panel)));
        let start = match (panel, wanted) {
            (0, _) | (_, 0) => 0,
            _ => generator(spec.seed, "who is asked twice").next_u64() % panel,
        };
        Self { panel, wanted, start }
    }

    fn holds(self, respondent: u32) -> bool {
        let Self { panel, wanted, start } = self;
        if wanted == 0 || u64::from(respondent) >= panel {
            return false;
        }
        let place = (u64::from(respondent) + start) % panel;
        // The line from (0, 0) to (panel, wanted) rises by one at exactly `wanted` places.
        (place + 1) * wanted / panel > place * wanted / panel
    }
}

/// The assignments besides the answer: every purpose with its subsample, in the order of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subsamples(Vec<(Purpose, Subsample)>);

impl Subsamples {
    /// The extras of a study.
    #[must_use]
    pub(crate) fn of(spec: &StudySpec) -> Self {
        let measurement = &spec.measurement;
        let replicates = Subsample::of(spec, measurement.replicates);
        let checks = Subsample::of(spec, measurement.subsample);
        let controls = measurement.controls.iter().map(|control| Purpose::Control(*control));
        let wordings = (1..=measurement.wordings).map(Purpose::Wording);
        let again = std::iter::once((Purpose::Replicate(1), replicates))
            .chain(controls.chain(wordings).map(|asking| (asking, checks)));
        Self(again.filter(|(_, of)| of.wanted > 0).collect())
    }

    /// The purposes, each with the size of its subsample.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = (Purpose, u64)> + '_ {
        self.0.iter().map(|(asking, of)| (*asking, of.wanted))
    }

    /// The purposes besides the answer that apply to that respondent, in the order of asking.
    pub(crate) fn of_one(&self, respondent: u32) -> impl Iterator<Item = Purpose> + '_ {
        let theirs = self.0.iter().filter(move |(_, of)| of.holds(respondent));
        theirs.map(|(asking, _)| *asking)
    }

    /// All (purpose, respondent) pairs besides the answer, ordered by purpose.
    pub(crate) fn all(&self) -> impl Iterator<Item = (Purpose, u32)> + '_ {
        self.0.iter().flat_map(|(asking, of)| {
            let panel = u32::try_from(of.panel).unwrap_or(u32::MAX);
            (0..panel).filter(|who| of.holds(*who)).map(|who| (*asking, who))
        })
    }

    /// Number of (purpose, respondent) pairs besides the answer.
    #[must_use]
    pub(crate) fn len(&self) -> u64 {
        self.0.iter().map(|(_, of)| of.wanted).sum()
    }
}

/// All assignments of one respondent in a round, in the order of asking: the answer first, then everything else.
pub(crate) fn assignments(
    spec: &StudySpec,
    round: u16,
    respondent: u32,
) -> impl Iterator<Item = Assignment> + use<> {
    let tasks = tasks(spec);
    let extras: Vec<Purpose> = Subsamples::of(spec).of_one(respondent).collect();
    std::iter::once(Purpose::Answer).chain(extras).flat_map(move |asking| {
        let replicate = asking.code();
        let first = Assignment::first(round, respondent);
        (0..tasks).map(move |task| Assignment { task, replicate, ..first })
    })
}

/// A sentence without a full stop on what is asked besides the answers; `None` if nothing is.
#[must_use]
pub(crate) fn besides(spec: &StudySpec) -> Option<String> {
    let extras = Subsamples::of(spec);
    let tasks = u64::from(tasks(spec));
    let kinds: Vec<String> =
        extras.kinds().map(|(asking, people)| format!("{} ({people})", asking.name())).collect();
    let questions = extras.len().saturating_mul(tasks);
    (!kinds.is_empty()).then(|| {
        format!(
            "besides the answers {questions} questions are asked that cost no credits and only tell what the answers are worth: {}",
            kinds.join(", ")
        )
    })
}
