//! The comparison of two studies, respondent by respondent. It is paired when the same people answered both, which
//! removes the variation between people, else of two independent groups; over the whole panel and by segment. Where the
//! built-in respondent model read two different texts, intervals and p include its wording noise.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use protocol::hint::{Feature, Hint, Remedy};
use protocol::results::{Comparison, Difference, Estimate, PeopleMoved};
use protocol::study::{EngineMode, StudySpec, StudyType};

use super::contrast::SMALL;
use super::metric::StudyMetric;
use super::types::kind_of;
use super::wording_noise::{Widening, WordingNoise};
use super::words::number;
use crate::domain::outcome::Outcome;
use crate::domain::stats::compare::{Moments, PairedT, Welch, cohens_d, paired_t, welch};
use crate::domain::stats::histogram::Histogram;
use crate::domain::stats::wording::{Tested, p_with, widened};
use crate::domain::stats::{LEVEL, estimate, multiple};

/// Why two studies cannot be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotComparable {
    /// The study types differ.
    #[error("A {0} study cannot be compared with a {1} study")]
    Instruments(StudyType, StudyType),
    /// Their scales differ: they are reviews of two types of content.
    #[error("One was reviewed as {0} and the other as {1}: their dimensions are not the same")]
    Scales(&'static str, &'static str),
}

impl NotComparable {
    /// What to do about it.
    #[must_use]
    pub(crate) fn hint(&self) -> Hint {
        match self {
            Self::Instruments(..) => Hint::from("Compare studies of one type")
                .or(Remedy::with("run one text again", Feature::RunLike)),
            Self::Scales(..) => Hint::from("Compare reviews of one type of content")
                .or(Remedy::set("review one text again", "content_type", "TYPE")),
        }
    }
}

/// Whether two studies share a scale.
///
/// # Errors
/// When their types differ, or what decides the scales of their type.
pub(crate) fn comparable(a: &StudySpec, b: &StudySpec) -> Result<(), NotComparable> {
    let (type_a, type_b) = (a.instrument.study_type(), b.instrument.study_type());
    if type_a != type_b {
        return Err(NotComparable::Instruments(type_a, type_b));
    }
    let scales = |spec: &StudySpec| kind_of(&spec.instrument).scales(&spec.instrument);
    match (scales(a), scales(b)) {
        (Some(of_a), Some(of_b)) if of_a != of_b => Err(NotComparable::Scales(of_a, of_b)),
        _ => Ok(()),
    }
}

/// Counts of one group in both studies.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Both {
    pub(super) a: Histogram,
    pub(super) b: Histogram,
    /// Second minus first, for respondents who answered both.
    pub(super) gaps: Histogram,
}

impl Both {
    fn new((low, high): (i32, i32)) -> Self {
        let scale = || Histogram::new(low, high);
        Self { a: scale(), b: scale(), gaps: Histogram::new(low - high, high - low) }
    }

    fn add(&mut self, a: Option<i32>, b: Option<i32>) {
        if let Some(a) = a {
            self.a.add(a);
        }
        if let Some(b) = b {
            self.b.add(b);
        }
        if let (Some(a), Some(b)) = (a, b) {
            self.gaps.add(b - a);
        }
    }
}

/// Wording noise in a comparison.
#[derive(Clone, Debug, PartialEq)]
struct Noise {
    /// Standard deviation in the difference of the studies, in the unit of the field; 0 if they have the same texts.
    sd: f64,
    /// Within each study, if its number compares two texts.
    within: [Option<Widening>; 2],
    /// How it was measured, for a sentence.
    source: String,
}

/// Compares two studies from a stream of outcomes; it keeps counts only.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Comparator {
    paired: bool,
    quantity: StudyMetric,
    /// Tasks of each respondent in each study.
    tasks: (u16, u16),
    wording: Option<Noise>,
    all: Both,
    classes: BTreeMap<&'static str, BTreeMap<&'static str, Both>>,
}

impl Comparator {
    /// A comparator for those two studies. They are paired when their panels are the same: same audience, seed and
    /// size rules.
    pub(crate) fn new(
        a: &StudySpec,
        b: &StudySpec,
        quantity: StudyMetric,
    ) -> Result<Self, NotComparable> {
        comparable(a, b)?;
        let all = Both::new(quantity.scale());
        let tasks = (super::tasks(a), super::tasks(b));
        let paired = same_panel(a, b);
        Ok(Self { paired, quantity, tasks, wording: None, all, classes: BTreeMap::new() })
    }

    /// Sets the wording noise of the model that answered both studies, if it has a measured one.
    #[must_use]
    pub(crate) fn with_wording(
        mut self,
        a: &StudySpec,
        b: &StudySpec,
        noise: Option<&WordingNoise>,
    ) -> Self {
        self.wording = noise.map(|noise| Noise {
            sd: self.quantity.between(a, b, noise),
            within: [a, b].map(|spec| self.quantity.within(spec, noise)),
            source: noise.source(),
        });
        self
    }

    /// The standard deviation of wording noise in the difference; 0 where there is none.
    fn wording_sd(&self) -> f64 {
        self.wording.as_ref().map_or(0.0, |noise| noise.sd)
    }

    /// Whether both studies have the same panel.
    #[must_use]
    pub(crate) fn is_paired(&self) -> bool {
        self.paired
    }

    /// Adds a respondent with all outcomes in the first and in the second study. If the studies are not paired, call
    /// it once for each respondent of each study, with the other side empty.
    pub(crate) fn add(
        &mut self,
        classes: &[(&'static str, &'static str)],
        a: &[Outcome],
        b: &[Outcome],
    ) {
        let a = self.quantity.of_outcomes(a, self.tasks.0);
        let b = self.quantity.of_outcomes(b, self.tasks.1);
        self.all.add(a, b);
        for (dimension, class) in classes {
            self.classes
                .entry(dimension)
                .or_default()
                .entry(class)
                .or_insert_with(|| Both::new(self.quantity.scale()))
                .add(a, b);
        }
    }

    /// The comparison; `None` unless both studies have an answer.
    #[must_use]
    pub(crate) fn finish(self) -> Option<Comparison> {
        let mut segments: BTreeMap<String, BTreeMap<String, Difference>> = BTreeMap::new();
        for (dimension, classes) in &self.classes {
            let known = segments.entry((*dimension).to_owned()).or_default();
            for (class, both) in classes {
                if let Some(difference) = self.difference(both) {
                    known.insert((*class).to_owned(), difference);
                }
            }
        }
        let p: Vec<f64> =
            segments.values().flat_map(BTreeMap::values).filter_map(|d| d.p).collect();
        let mut adjusted = multiple::holm(&p).into_iter();
        for difference in segments.values_mut().flat_map(BTreeMap::values_mut) {
            if difference.p.is_some() {
                difference.p_adjusted = adjusted.next();
            }
        }
        Some(Comparison {
            paired: self.paired,
            field: self.quantity.field().to_owned(),
            a: self.estimate(&self.all.a, |[a, _]| a)?,
            b: self.estimate(&self.all.b, |[_, b]| b)?,
            overall: self.difference(&self.all)?,
            segments,
            notes: self.notes(),
            moved: self.paired.then(|| moved(&self.all.gaps)),
            also: Vec::new(),
            findings: None,
        })
    }

    /// The estimate of one study, as its own report has it.
    fn estimate(
        &self,
        values: &Histogram,
        of: impl Fn([Option<Widening>; 2]) -> Option<Widening>,
    ) -> Option<Estimate> {
        let sampling = self.quantity.estimate(values)?;
        let widening = self.wording.as_ref().and_then(|noise| of(noise.within));
        Some(match widening {
            Some(widening) => widening.of(sampling),
            None => sampling,
        })
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = vec![super::SYNTHETIC_NOTICE.to_owned()];
        notes.push(if self.paired {
            format!(
                "The same people answered both studies: {} pairs, compared one by one.",
                self.all.gaps.n()
            )
        } else {
            "Different people answered: part of the difference is who was asked.".to_owned()
        });
        if self.paired && self.all.gaps.variance() == Some(0.0) {
            notes.push(
                "Every respondent moved by the same amount: a test statistic is undefined, and none is given."
                    .to_owned(),
            );
        }
        if let Some(noise) = self.wording.as_ref().filter(|noise| noise.sd > 0.0) {
            notes.push(format!(
                "The two texts differ, so intervals and p include wording noise: between texts that say the same, this \
                 reader's result differs by {} (standard deviation, in the unit of the result; {}). More people do not \
                 make that smaller.",
                number(noise.sd, 2),
                noise.source
            ));
        }
        notes
    }

    fn difference(&self, both: &Both) -> Option<Difference> {
        difference(both, self.paired, &self.quantity, self.wording_sd())
    }
}

/// How many respondents rose, fell and stayed.
fn moved(gaps: &Histogram) -> PeopleMoved {
    let mut moved = PeopleMoved { up: 0, down: 0, same: 0 };
    for (gap, count) in gaps.iter() {
        let place = match gap.cmp(&0) {
            Ordering::Greater => &mut moved.up,
            Ordering::Less => &mut moved.down,
            Ordering::Equal => &mut moved.same,
        };
        *place = place.saturating_add(count);
    }
    moved
}

impl Both {
    /// Second minus first with its error, and the interval of sampling, in the unit of the values; `None` where a test
    /// is undefined.
    pub(super) fn tested(&self, paired: bool) -> Option<(Tested, (f64, f64))> {
        if paired {
            return paired_t(&self.gaps, LEVEL).map(|found| {
                let PairedT { difference, error, df, interval, .. } = found;
                (Tested { difference, error, df }, interval)
            });
        }
        let (b, a) = (Moments::of_histogram(&self.b)?, Moments::of_histogram(&self.a)?);
        welch(b, a, LEVEL).map(|found| {
            let Welch { difference, error, df, interval, .. } = found;
            (Tested { difference, error, df }, interval)
        })
    }
}

/// Second minus first, with wording noise of that standard deviation in the unit of the metric; `None` without answers on
/// both sides.
pub(super) fn difference(
    both: &Both,
    paired: bool,
    quantity: &StudyMetric,
    wording_sd: f64,
) -> Option<Difference> {
    let (n, value, effect_size, method, small);
    if paired {
        n = both.gaps.n();
        value = both.gaps.mean()?;
        effect_size = both.gaps.sd().filter(|sd| *sd > 0.0).map(|sd| value / sd);
        method = "paired_t";
        small = n < SMALL;
    } else {
        n = both.a.n() + both.b.n();
        value = both.b.mean()? - both.a.mean()?;
        let moments = Moments::of_histogram(&both.b).zip(Moments::of_histogram(&both.a));
        effect_size = moments.and_then(|(b, a)| cohens_d(b, a));
        method = "welch_t";
        small = both.a.n().min(both.b.n()) < SMALL;
    }
    let (found, factor) = (both.tested(paired), quantity.factor());
    let p = found.and_then(|(tested, _)| p_with(tested, wording_sd / factor));
    let interval = found.map(|(_, interval)| interval);
    let sampling: Estimate = estimate::equal_weights(value, interval, LEVEL, n, method);
    // No difference is larger than the scale is wide.
    let (least, most) = quantity.scale();
    let widest = f64::from(most.saturating_sub(least)) * factor;
    let difference =
        widened(estimate::scaled(sampling, factor), wording_sd, Some((-widest, widest)));
    Some(Difference { difference, p, p_adjusted: None, effect_size, small })
}

/// The same panel definition gives the same people; the standing panel does not depend on the seed.
pub(super) fn same_panel(a: &StudySpec, b: &StudySpec) -> bool {
    let standing = a.engine_mode == EngineMode::Anchor;
    a.audience == b.audience
        && a.panel == b.panel
        && a.engine_mode == b.engine_mode
        && (standing || a.seed == b.seed)
}
