//! A metric: one number of an answer, named like its estimate, by which results are broken down and studies are
//! compared. Values are whole numbers; their mean, times a factor, is the estimate, so that groups are counted and
//! never summed in floating point.

use std::collections::BTreeMap;

use protocol::metric_name::{self, last, meant};
use protocol::nearest::nearest;
use protocol::results::{Estimate, Sentiment, ThemeKind};
use protocol::study::{Instrument, StudySpec, StudyType};

use super::types::{kind, kind_of};
use super::wording_noise::{
    Widening, Widenings, WordingNoise, WordingScale, factor, weighted_sentences,
};
use crate::domain::outcome::{Answered, Outcome};
use crate::domain::stats::histogram::Histogram;
use crate::domain::stats::{LEVEL, estimate};

/// Prefixes of theme metrics: `theme.Price` counts respondents who name the theme at all, `concern.Price` those who
/// name it as a concern.
const THEMES: [(&str, Option<ThemeKind>); 3] = [
    (metric_name::THEMES[0], None),
    (metric_name::THEMES[1], Some(ThemeKind::Appeal)),
    (metric_name::THEMES[2], Some(ThemeKind::Concern)),
];

/// Why a study has no such metric.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UnknownMetric {
    /// The study type has no metric of that name.
    #[error("A {study_type} study has no result '{name}'")]
    Unknown {
        /// The study's type.
        study_type: StudyType,
        /// The name that was given.
        name: String,
        /// The known name that was probably meant.
        near: Option<String>,
    },
    /// Open answers have no headline metric: a theme has to be chosen.
    #[error("A survey has no one number: a theme has to be named")]
    NoTheme,
}

/// One number of an answer.
#[derive(Clone, Debug)]
pub(crate) struct StudyMetric {
    study_type: StudyType,
    field: String,
    what: MetricKind,
    wording: Wording,
}

impl PartialEq for StudyMetric {
    fn eq(&self, other: &Self) -> bool {
        (self.study_type, &self.field) == (other.study_type, &other.field)
    }
}

/// The kind of metric.
#[derive(Clone, Debug)]
enum MetricKind {
    /// A metric that the study type defines.
    Read(MetricSource),
    /// Whether a theme is named, in any role or in one; the name is compared without regard to case.
    Theme(Option<ThemeKind>, String),
}

/// The wording noise of a metric.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wording {
    /// The scale on which it was measured.
    pub(super) scale: WordingScale,
    /// The sign with which each text of the study type enters, in the order of its texts; 0 for a text that does not.
    /// A metric with both signs compares two texts of one study.
    pub(super) signs: &'static [f64],
}

impl Wording {
    /// The noise of a metric that reads the study's only text, or the first one.
    pub(super) const fn one(scale: WordingScale) -> Self {
        Self { scale, signs: &[1.0] }
    }
}

/// A metric of a study type, named like its estimate.
#[derive(Clone, Debug)]
pub(super) struct Metric {
    pub(super) field: String,
    pub(super) reading: MetricSource,
    pub(super) wording: Wording,
}

impl Metric {
    /// The metric of that name with that reading, of a study with one text.
    pub(super) fn new(
        field: impl Into<String>,
        reading: MetricSource,
        scale: WordingScale,
    ) -> Self {
        Self { field: field.into(), reading, wording: Wording::one(scale) }
    }

    /// The share of values between those two.
    pub(super) fn share(
        field: impl Into<String>,
        (value, from, to): (MetricValue, i32, i32),
        scale: WordingScale,
    ) -> Self {
        Self::new(field, MetricSource::Share { value, from, to }, scale)
    }

    /// The same metric of a study with several texts.
    pub(super) fn of_texts(mut self, signs: &'static [f64]) -> Self {
        self.wording.signs = signs;
        self
    }

    /// The shares of the four sentiments, for answers that name one.
    pub(super) fn of_sentiments(value: MetricValue) -> impl Iterator<Item = Self> {
        (0..).zip(Sentiment::ALL).map(move |(place, word)| {
            let field = format!("{word}_pct");
            Self::share(field, (value, place, place), WordingScale::SentimentShare)
        })
    }
}

/// The value of all answers of one respondent; `None` for answers of another type.
pub(super) type MetricValue = fn(&[&Answered]) -> Option<i32>;

/// How the value is read from answers, and how it is estimated.
#[derive(Clone, Copy, Debug)]
pub(super) enum MetricSource {
    /// Points of a scale: their mean.
    Points { scale: (i32, i32), value: MetricValue },
    /// Points of one of several parts of an answer, by its index.
    PointsOf { scale: (i32, i32), of: usize, value: fn(&[&Answered], usize) -> Option<i32> },
    /// Hundredths of points, so that a weighted mean stays whole: their mean.
    Hundredths { scale: (i32, i32), value: MetricValue },
    /// Twice the points, so that the mean of two answers stays whole.
    Doubled { scale: (i32, i32), value: MetricValue },
    /// Twice the difference within each respondent.
    DoubledGap { scale: (i32, i32), value: MetricValue },
    /// Promoters (1) minus detractors (−1).
    Promoters { value: MetricValue },
    /// One side (1) minus the other (−1).
    Balance { value: MetricValue },
    /// The share of values between two, in percent.
    Share { value: MetricValue, from: i32, to: i32 },
    /// The share of ones among zeros and ones, 0 to 1.
    Rate { value: MetricValue },
}

impl StudyMetric {
    /// The metric of that name; without a name the study type's headline metric.
    ///
    /// # Errors
    /// When the study type has no such metric, or is a survey and none is named.
    pub(crate) fn of(study_type: StudyType, name: Option<&str>) -> Result<Self, UnknownMetric> {
        Self::among(study_type, &kind(study_type).metrics(), name)
    }

    /// The same for a study with that material, which may lack some metrics of its type. A name is read as people type it.
    ///
    /// # Errors
    /// When such a study has no such metric, or is a survey and none is named.
    pub(crate) fn of_instrument(
        instrument: &Instrument,
        name: Option<&str>,
    ) -> Result<Self, UnknownMetric> {
        Self::among(instrument.study_type(), &metrics_of(instrument), name)
    }

    fn among(
        study_type: StudyType,
        known: &[Metric],
        name: Option<&str>,
    ) -> Result<Self, UnknownMetric> {
        let name = match name {
            Some(name) => name.trim(),
            None => own(study_type).ok_or(UnknownMetric::NoTheme)?,
        };
        let names: Vec<String> = known.iter().map(|metric| metric.field.clone()).collect();
        let found = meant(name, &names).and_then(|name| {
            let metric = known.iter().find(|metric| metric.field == name)?;
            Some((metric.field.clone(), MetricKind::Read(metric.reading), metric.wording))
        });
        let (field, what, wording) = theme(name).or(found).ok_or_else(|| {
            // Of names of several parts the last one tells them apart; the others are alike.
            let lasts: Vec<&str> = names.iter().map(|name| last(name)).collect();
            let near = nearest(last(name), &lasts);
            let near = near.and_then(|near| names.iter().find(|name| last(name) == near)).cloned();
            UnknownMetric::Unknown { study_type, name: name.to_owned(), near }
        })?;
        Ok(Self { study_type, field, what, wording })
    }

    /// The name, as in the estimates.
    #[must_use]
    pub(crate) fn field(&self) -> &str {
        &self.field
    }

    /// Whether it is the share of respondents who name a theme.
    #[must_use]
    pub(crate) fn is_theme(&self) -> bool {
        matches!(self.what, MetricKind::Theme(..))
    }

    /// Whether it is the share of respondents who name a concern.
    #[must_use]
    pub(crate) fn is_concern(&self) -> bool {
        matches!(self.what, MetricKind::Theme(Some(ThemeKind::Concern), _))
    }

    /// Every name except those of themes, for a study with that material.
    #[must_use]
    pub(crate) fn names(instrument: &Instrument) -> Vec<String> {
        metrics_of(instrument).into_iter().map(|metric| metric.field).collect()
    }

    /// Lowest and highest value.
    pub(super) fn scale(&self) -> (i32, i32) {
        match self.what {
            MetricKind::Read(
                MetricSource::Points { scale, .. }
                | MetricSource::PointsOf { scale, .. }
                | MetricSource::Hundredths { scale, .. }
                | MetricSource::Doubled { scale, .. }
                | MetricSource::DoubledGap { scale, .. },
            ) => scale,
            MetricKind::Read(MetricSource::Promoters { .. } | MetricSource::Balance { .. }) => {
                (-1, 1)
            }
            MetricKind::Read(MetricSource::Share { .. } | MetricSource::Rate { .. })
            | MetricKind::Theme(..) => (0, 1),
        }
    }

    /// The factor of the mean of values.
    pub(super) fn factor(&self) -> f64 {
        match self.what {
            MetricKind::Read(
                MetricSource::Points { .. }
                | MetricSource::PointsOf { .. }
                | MetricSource::Rate { .. },
            )
            | MetricKind::Theme(..) => 1.0,
            MetricKind::Read(MetricSource::Hundredths { .. }) => 0.01,
            MetricKind::Read(MetricSource::Doubled { .. } | MetricSource::DoubledGap { .. }) => 0.5,
            MetricKind::Read(
                MetricSource::Promoters { .. }
                | MetricSource::Balance { .. }
                | MetricSource::Share { .. },
            ) => 100.0,
        }
    }

    /// Least and greatest estimate; `None` for a difference of scores, and for a mean score.
    fn ends(&self) -> Option<(f64, f64)> {
        match self.what {
            MetricKind::Read(MetricSource::Promoters { .. } | MetricSource::Balance { .. }) => {
                Some((-100.0, 100.0))
            }
            MetricKind::Read(MetricSource::Share { .. }) => Some((0.0, 100.0)),
            MetricKind::Read(MetricSource::Rate { .. }) | MetricKind::Theme(..) => Some((0.0, 1.0)),
            MetricKind::Read(_) => None,
        }
    }

    /// The wording noise of this number within one study: only where it compares two texts that differ.
    pub(super) fn within(&self, spec: &StudySpec, noise: &WordingNoise) -> Option<Widening> {
        let compares = |sign: f64| self.wording.signs.contains(&sign);
        if !(compares(1.0) && compares(-1.0)) {
            return None;
        }
        let sd = noise.sd(self.wording.scale) * factor(self.readings(spec, 1.0));
        (sd > 0.0).then(|| Widening { sd, scale: self.ends() })
    }

    /// The standard deviation of wording noise in the second study minus the first, in the unit of the field; 0 where both
    /// have the same texts.
    pub(super) fn between(&self, a: &StudySpec, b: &StudySpec, noise: &WordingNoise) -> f64 {
        let readings = self.readings(a, -1.0).chain(self.readings(b, 1.0));
        noise.sd(self.wording.scale) * factor(readings)
    }

    /// Every sentence that the number is read from, with its weight and sign. All that respondents read belongs to it:
    /// context, sentence and questions.
    fn readings<'a>(
        &self,
        spec: &'a StudySpec,
        sign: f64,
    ) -> impl Iterator<Item = (f64, (Option<&'a str>, &'a str, &'a [String]))> {
        let kind = kind_of(&spec.instrument);
        let questions = kind.questions(&spec.instrument);
        let context = spec.context.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let texts = kind.texts(&spec.instrument);
        self.wording.signs.iter().zip(texts).flat_map(move |(own, (_, text))| {
            weighted_sentences(text).map(move |(weight, sentence)| {
                (sign * own * weight, (context, sentence, questions))
            })
        })
    }

    /// The value of everything that came of one respondent who had that many tasks; `None` unless all were answered.
    pub(crate) fn of_outcomes(&self, outcomes: &[Outcome], tasks: u16) -> Option<i32> {
        let said: Vec<&Answered> = outcomes
            .iter()
            .filter_map(|outcome| match outcome {
                Outcome::Answered(answered) => Some(answered),
                _ => None,
            })
            .collect();
        (said.len() >= usize::from(tasks)).then(|| self.value(&said)).flatten()
    }

    /// The standard deviation of wording noise between two texts without a common sentence, in the unit of the field.
    pub(super) fn wording_sd(&self, noise: &WordingNoise) -> f64 {
        noise.sd(self.wording.scale)
    }

    /// Every sentence that the number is read from, with its signed weight and what stands for it: two sentences with equal
    /// names are read alike.
    pub(super) fn sentences(&self, spec: &StudySpec) -> Vec<(f64, String)> {
        self.readings(spec, 1.0)
            .map(|(weight, (context, sentence, questions))| {
                let parts = [context.unwrap_or_default(), sentence].into_iter();
                let parts = parts.chain(questions.iter().map(String::as_str));
                (weight, parts.collect::<Vec<_>>().join("\u{1f}"))
            })
            .collect()
    }

    /// The value of all answers of one respondent; `None` without answers, or for those of another instrument.
    pub(super) fn value(&self, said: &[&Answered]) -> Option<i32> {
        match &self.what {
            MetricKind::Read(
                MetricSource::Points { value, .. }
                | MetricSource::Hundredths { value, .. }
                | MetricSource::Rate { value }
                | MetricSource::Doubled { value, .. }
                | MetricSource::DoubledGap { value, .. }
                | MetricSource::Promoters { value }
                | MetricSource::Balance { value },
            ) => value(said),
            MetricKind::Read(MetricSource::PointsOf { of, value, .. }) => value(said, *of),
            MetricKind::Read(MetricSource::Share { value, from, to }) => {
                Some(i32::from((*from..=*to).contains(&value(said)?)))
            }
            MetricKind::Theme(kind, theme) => {
                said.first()?;
                let mut named = said
                    .iter()
                    .flat_map(|answered| &answered.mentions)
                    .filter(|mention| kind.is_none_or(|kind| kind == mention.kind));
                Some(i32::from(named.any(|mention| folded(&mention.theme) == *theme)))
            }
        }
    }

    /// The estimate of a group with those values; `None` of an empty one.
    pub(super) fn estimate(&self, values: &Histogram) -> Option<Estimate> {
        let (n, ones) = (values.n(), values.between(1, 1));
        let mean = || Some(estimate::scaled(estimate::mean(values, LEVEL)?, self.factor()));
        match self.what {
            MetricKind::Read(
                MetricSource::Points { .. }
                | MetricSource::PointsOf { .. }
                | MetricSource::Hundredths { .. }
                | MetricSource::Doubled { .. },
            ) => mean(),
            MetricKind::Read(MetricSource::DoubledGap { .. }) => mean().map(estimate::paired),
            MetricKind::Read(MetricSource::Promoters { .. }) => {
                estimate::nps(ones, values.between(-1, -1), n, LEVEL)
            }
            MetricKind::Read(MetricSource::Balance { .. }) => {
                estimate::net_share(ones, values.between(-1, -1), n, LEVEL)
            }
            MetricKind::Read(MetricSource::Share { .. }) => estimate::percent(ones, n, LEVEL),
            MetricKind::Read(MetricSource::Rate { .. }) | MetricKind::Theme(..) => {
                estimate::share(ones, n, LEVEL)
            }
        }
    }
}

/// The metrics of a study with that material.
fn metrics_of(instrument: &Instrument) -> Vec<Metric> {
    let kind = kind_of(instrument);
    let metrics = kind.metrics().into_iter();
    metrics.filter(|metric| kind.has_metric(instrument, &metric.field)).collect()
}

/// The headline metric of a study type; a survey has none.
pub(super) fn own(study_type: StudyType) -> Option<&'static str> {
    kind(study_type).headline().map(|headline| headline.field)
}

/// The numbers of a study that compare two of its own texts, with their wording noise; `None` if there are none.
pub(super) fn widenings(spec: &StudySpec, noise: &WordingNoise) -> Option<Widenings> {
    let known = StudyMetric::names(&spec.instrument).into_iter().filter_map(|name| {
        let metric = StudyMetric::of_instrument(&spec.instrument, Some(&name)).ok()?;
        let widening = metric.within(spec, noise)?;
        Some((name, widening))
    });
    let of: BTreeMap<_, _> = known.collect();
    (!of.is_empty()).then(|| Widenings { of, source: noise.source() })
}

/// A theme metric by its name. Both variants of an A/B test are read for themes.
fn theme(name: &str) -> Option<(String, MetricKind, Wording)> {
    let (prefix, kind) = THEMES.iter().find(|(prefix, _)| name.starts_with(prefix))?;
    let theme = name.get(prefix.len()..).map(str::trim).filter(|theme| !theme.is_empty())?;
    let wording = Wording { scale: WordingScale::ThemeShare, signs: &[1.0, 1.0] };
    Some((format!("{prefix}{theme}"), MetricKind::Theme(*kind, folded(theme)), wording))
}

/// The name of a theme's share.
#[must_use]
pub(crate) fn theme_field(kind: ThemeKind, theme: &str) -> String {
    let prefix =
        THEMES.iter().find(|(_, known)| *known == Some(kind)).map_or("theme.", |(p, _)| *p);
    format!("{prefix}{theme}")
}

/// Themes that differ only in case or spacing are one.
pub(super) fn folded(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
