//! The level of a result, which the reasons alone do not show: if no respondent wants the concept, no single concern
//! separates groups. The level is derived from stored results when they are read, so that studies of earlier versions
//! have it too and evidence bundles keep their results.
//!
//! A finding is urgent (P0) at a mean score below 4 of 10 or fewer than 10 % who would buy, at a Net Promoter Score
//! below −70 or a sentiment balance below −50; in an A/B test the better variant counts. From 30 answers on the
//! estimate decides; with fewer the whole interval has to lie below the limit, else it is a P1; so it is if a few
//! answers are all equal, which gives no interval. A result below the middle of the scale (5.5 of 10, or 0) needs no
//! finding and is mentioned in a sentence.

use std::fmt::Write as _;

use protocol::finding::{Finding, FindingCategory, Priority};
use protocol::results::{Estimate, Results, Theme, ThemeKind};
use protocol::safe;

use super::contrast::SMALL;
use super::findings::{WHOLE_TEXT, dissent_of_level};
use super::types::kind;
use super::words::{interval, number};
use crate::domain::capital::capital;

/// Below this mean score (1 to 10) the finding is urgent.
const SCORE_DEEP: f64 = 4.0;
/// The middle of that scale.
const SCORE_LOW: f64 = 5.5;
/// As many for as against.
pub(super) const BALANCE_LOW: f64 = 0.0;

/// The results with a finding on their level before all others, if the level needs one.
#[must_use]
pub(crate) fn with_level(mut results: Results) -> Results {
    let measures = kind(results.outcomes.study_type()).levels(&results);
    let found = lowest(&measures).filter(|(level, _)| matches!(level, Level::Deep { .. }));
    let found = found.map(|(level, measure)| describe(&results, &measures, level, measure));
    if let Some(finding) = found {
        results.findings.insert(0, finding);
        // Stable sort: equally urgent findings stay in order, the level first.
        results.findings.sort_by_key(|finding| finding.priority);
    }
    results
}

/// How low a whole result is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// So low that nothing else matters before it, and there are enough answers to be sure.
    Urgent,
    /// Below the middle of its scale, or lower and unsure.
    Low,
    /// Neither, or the level is not judged.
    Fine,
}

/// How low those results are.
pub(super) fn standing(results: &Results) -> Standing {
    let measures = kind(results.outcomes.study_type()).levels(results);
    match lowest(&measures) {
        Some((Level::Deep { doubtful: false }, _)) => Standing::Urgent,
        Some(_) => Standing::Low,
        None => Standing::Fine,
    }
}

/// A sentence that the result lies below the middle of the scale, if it is not low enough for a finding.
#[must_use]
pub(crate) fn below_middle(results: &Results) -> Option<String> {
    let measures = kind(results.outcomes.study_type()).levels(results);
    let (level, measure) = lowest(&measures)?;
    let (Level::Low, Some(low)) = (level, measure.low) else { return None };
    let middle = measure.limit(low);
    let how = match measure.estimate.high {
        Some(high) if high < low => format!("the whole interval lies below {middle}"),
        Some(_) => format!("that is below {middle}, and the interval includes it"),
        None => format!("that is below {middle}"),
    };
    Some(format!("{}: {how}.", capital(&measure.sentence())))
}

/// How low a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// Low enough to need action; `doubtful` if there are too few answers to be sure.
    Deep { doubtful: bool },
    /// Below the middle.
    Low,
}

/// The lowest measure; the first of equal ones.
fn lowest<'a, 'r>(measures: &'a [Measure<'r>]) -> Option<(Level, &'a Measure<'r>)> {
    measures
        .iter()
        .filter_map(|measure| Some((measure.judge()?, measure)))
        .min_by_key(|(level, _)| *level)
}

/// A metric that is compared with limits.
pub(super) struct Measure<'a> {
    pub(super) estimate: &'a Estimate,
    /// Below it the result is urgent.
    pub(super) deep: f64,
    /// Below it the result is low; `None` if only the other measure determines that.
    pub(super) low: Option<f64>,
    /// `the mean score`.
    pub(super) name: &'static str,
    pub(super) decimals: usize,
    pub(super) unit: &'static str,
}

/// A mean score on a scale of 1 to 10.
pub(super) fn of_score<'a>(estimate: &'a Estimate, name: &'static str) -> Measure<'a> {
    Measure { estimate, deep: SCORE_DEEP, low: Some(SCORE_LOW), name, decimals: 1, unit: " of 10" }
}

impl Measure<'_> {
    fn judge(&self) -> Option<Level> {
        let Estimate { value, high, n, .. } = *self.estimate;
        if value < self.deep {
            // A few equal answers have no interval, and are too few all the same.
            let lies_below = high.is_some_and(|high| high < self.deep);
            return Some(Level::Deep { doubtful: n < SMALL && !lies_below });
        }
        self.low.filter(|low| value < *low && n > 1).map(|_| Level::Low)
    }

    fn limit(&self, limit: f64) -> String {
        format!("{}{}", number(limit, usize::from(limit.fract() != 0.0)), self.unit)
    }

    /// The number with its unit.
    pub(super) fn value(&self) -> String {
        format!("{}{}", number(self.estimate.value, self.decimals), self.unit)
    }

    /// The interval, or why there is none.
    fn interval(&self, unit: &str) -> String {
        match self.estimate.high {
            Some(_) => interval(self.estimate, self.decimals, unit),
            None if self.estimate.n < SMALL => "too few answers to give an interval".to_owned(),
            None => "no interval: the answers do not differ".to_owned(),
        }
    }

    fn sentence(&self) -> String {
        let unit = if self.unit == " %" { self.unit } else { "" };
        format!(
            "{} is {} ({}, n = {})",
            self.name,
            self.value(),
            self.interval(unit),
            self.estimate.n
        )
    }
}

fn describe(
    results: &Results,
    measures: &[Measure<'_>],
    level: Level,
    measure: &Measure<'_>,
) -> Finding {
    let doubtful = matches!(level, Level::Deep { doubtful: true });
    let (name, limit) = (measure.name, measure.limit(measure.deep));
    let concern = results.themes.iter().find(|theme| theme.kind == ThemeKind::Concern);
    let sentences: Vec<String> = measures.iter().map(Measure::sentence).collect();
    let mut description = format!("{}.", capital(&sentences.join("; ")));
    if let Some(Theme { theme, share, .. }) = concern {
        let percent = 100.0 * share.value;
        let _ = write!(description, " Most often named against it: {theme} ({percent:.0} %).");
    }
    let dissent = dissent_of_level(&results.themes);
    if let Some(other) = &dissent {
        let _ = write!(
            description,
            " Most often named for it: {} ({} of {}).",
            other.theme, other.count, measure.estimate.n
        );
    }
    let has_interval = measure.estimate.high.is_some();
    let _ = match (doubtful, has_interval) {
        (true, true) => write!(
            description,
            " Below {limit} {name} would be urgent; with fewer than {SMALL} answers and an interval that reaches beyond, \
             that is not sure."
        ),
        (true, false) => write!(
            description,
            " Below {limit} {name} would be urgent; with fewer than {SMALL} answers that is not sure."
        ),
        (false, true) => write!(
            description,
            " Below {limit} {name} is urgent whatever the reasons, from {SMALL} answers on (with fewer, when the whole \
             interval lies below)."
        ),
        (false, false) => write!(
            description,
            " Below {limit} {name} is urgent whatever the reasons, from {SMALL} answers on."
        ),
    };
    let of_concern = concern.and_then(|concern| {
        let mut findings = results.findings.iter();
        findings.find(|finding| finding.affected_feature == concern.theme)
    });
    let clause = of_concern.and_then(|finding| finding.clause.clone());
    let begin = match (concern, &clause) {
        (Some(concern), Some(clause)) => {
            format!(", beginning with {} ({})", concern.theme, safe::quoted(clause))
        }
        (Some(concern), None) => format!(", beginning with {}", concern.theme),
        (None, _) => String::new(),
    };
    Finding {
        id: results.findings.iter().map(|finding| finding.id).max().unwrap_or(0).saturating_add(1),
        priority: if doubtful { Priority::P1 } else { Priority::P0 },
        title: kind(results.outcomes.study_type()).level_title(results, measure),
        description,
        category: FindingCategory::Level,
        affected_feature: WHOLE_TEXT.to_owned(),
        clause,
        times_mentioned: measure.estimate.n,
        key_quotes: concern.map(|concern| concern.quotes.clone()).unwrap_or_default(),
        dissent,
        segments: Vec::new(),
        life: None,
        suggested_action: format!(
            "{}{begin}. Then ask the same panel again (same seed): it has worked \
             when {name} is above {limit}.",
            kind(results.outcomes.study_type()).level_advice()
        ),
    }
}
