//! A number that a study type reports: its name, its scale and the digits that mean something.

use crate::report::whisker::Scale;

/// An estimate that opens a report.
#[derive(Debug)]
pub(crate) struct Metric {
    /// Its name in results.
    pub(crate) field: &'static str,
    /// Both ends of its scale.
    pub(crate) range: (f64, f64),
    /// Its name where it stands on its scale.
    label: &'static str,
    /// Whether the ends of the scale belong to that name.
    shows_range: bool,
    /// Its name in words, where there is no scale beside it.
    words: Option<&'static str>,
    /// Decimals that mean something.
    decimals: usize,
    unit: &'static str,
}

impl Metric {
    /// A share of the answers, in percent.
    pub(super) const fn share(field: &'static str, label: &'static str) -> Self {
        let range = (0.0, 100.0);
        Self { field, range, label, shows_range: false, words: None, decimals: 0, unit: "%" }
    }

    /// A difference of shares, in points.
    pub(super) const fn points(field: &'static str, label: &'static str) -> Self {
        Self { range: (-100.0, 100.0), unit: "", ..Self::share(field, label) }
    }

    /// A score.
    pub(super) const fn score(
        field: &'static str,
        label: &'static str,
        range: (f64, f64),
        decimals: usize,
    ) -> Self {
        Self { range, unit: "", decimals, ..Self::share(field, label) }
    }

    /// Its label names the ends of the scale.
    pub(super) const fn on_its_scale(self) -> Self {
        Self { shows_range: true, words: Some(self.label), ..self }
    }

    /// Its name where there is no scale beside it.
    pub(super) const fn in_words(self, words: &'static str) -> Self {
        Self { words: Some(words), ..self }
    }

    /// Its name on a scale.
    pub(crate) fn label(&self, scale: Scale) -> String {
        if self.shows_range {
            format!("{}, {:.0}–{:.0}", self.label, scale.low, scale.high)
        } else {
            self.label.to_owned()
        }
    }

    /// Its name without a scale.
    pub(crate) fn words(&self) -> &'static str {
        self.words.unwrap_or(self.label)
    }

    /// A value with its digits and its unit.
    pub(crate) fn show(&self, value: f64) -> String {
        format!("{value:.*}{}", self.decimals, self.unit)
    }
}

/// The estimate that a study type is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measure {
    /// Its name in results.
    pub(crate) field: &'static str,
    /// Its name on screens.
    pub(crate) label: &'static str,
    /// Its name in a filter.
    pub(crate) typed: &'static str,
    /// Both ends of its range.
    pub(crate) range: (f64, f64),
    /// Decimals that mean something.
    pub(crate) decimals: usize,
    /// Half the interval from which a larger panel is worth its price.
    pub(crate) wide: f64,
}
