//! Metric of a study type as a report shows it: its name, its scale and its significant digits.

use crate::report::whisker::Scale;

/// An estimate that opens a report.
#[derive(Debug)]
pub(crate) struct Metric {
    /// Its name in results.
    pub(crate) field: &'static str,
    /// Both ends of its scale.
    pub(crate) range: (f64, f64),
    /// Its label next to its scale.
    label: &'static str,
    /// Whether the label includes the ends of the scale.
    shows_range: bool,
    /// Its name in words, for places without a scale.
    words: Option<&'static str>,
    /// Significant decimals.
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

    /// The same with the ends of the scale in its label.
    pub(super) const fn on_its_scale(self) -> Self {
        Self { shows_range: true, words: Some(self.label), ..self }
    }

    /// The same with that name for places without a scale.
    pub(super) const fn in_words(self, words: &'static str) -> Self {
        Self { words: Some(words), ..self }
    }

    /// Its label next to a scale.
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

/// The main metric of a study type.
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
    /// Significant decimals.
    pub(crate) decimals: usize,
    /// The half width from which on a larger panel is worth its price.
    pub(crate) wide: f64,
}
