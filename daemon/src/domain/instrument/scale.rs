//! The scale of the controls, on which the answers of a study type are compared with each other.

/// A scale: scores, or sentiments as −1, 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scale {
    /// Scores from one end to the other.
    Scores(i32, i32),
    /// Negative, neither, positive: their mean in percent is the net sentiment.
    Feelings,
}

impl Scale {
    /// Whether the values are points, and not sentiments.
    #[must_use]
    pub(crate) fn is_numeric(self) -> bool {
        matches!(self, Self::Scores(..))
    }

    /// First and last value.
    pub(super) fn ends(self) -> (i32, i32) {
        match self {
            Self::Scores(low, high) => (low, high),
            Self::Feelings => (-1, 1),
        }
    }

    /// Converts a reply on the reversed scale back to the original scale.
    pub(super) fn turned(self, value: i32) -> i32 {
        let (low, high) = self.ends();
        low + high - value
    }

    /// The middle, in the unit of the report.
    pub(super) fn middle(self) -> f64 {
        let (low, high) = self.ends();
        self.factor() * f64::from(low + high) / 2.0
    }

    /// The size of one step in the unit of the report.
    pub(super) fn factor(self) -> f64 {
        match self {
            Self::Scores(..) => 1.0,
            Self::Feelings => 100.0,
        }
    }

    /// A difference that matters, in the unit of the report: a tenth of the scale, which is one point of ten.
    pub(super) fn matters(self) -> f64 {
        match self {
            Self::Scores(..) => 1.0,
            Self::Feelings => 20.0,
        }
    }

    /// The unit of the report.
    pub(super) fn unit(self) -> &'static str {
        match self {
            Self::Scores(..) => "points",
            Self::Feelings => "points of net sentiment",
        }
    }

    /// Decimals that are printed with the unit.
    pub(super) fn decimals(self) -> usize {
        match self {
            Self::Scores(..) => 1,
            Self::Feelings => 0,
        }
    }
}
