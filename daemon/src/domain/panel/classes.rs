//! The classes of a respondent in the six dimensions by which answers are grouped. They are cheap to compute, so that
//! a million respondents can be tallied without deriving whole personas.

use protocol::audience::{Education, Gender, IncomeBracket, TechAdoption};

/// Ages in the seven bands of the reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum AgeBand {
    /// 18 to 24 years.
    From18To24,
    /// 25 to 34 years.
    From25To34,
    /// 35 to 44 years.
    From35To44,
    /// 45 to 54 years.
    From45To54,
    /// 55 to 64 years.
    From55To64,
    /// 65 to 74 years.
    From65To74,
    /// 75 years and older.
    From75To100,
}

impl AgeBand {
    /// Every band, youngest first.
    pub(crate) const ALL: &'static [Self] = &[
        Self::From18To24,
        Self::From25To34,
        Self::From35To44,
        Self::From45To54,
        Self::From55To64,
        Self::From65To74,
        Self::From75To100,
    ];

    /// The band of an age in years; an age outside 18..=100 belongs to the nearest band.
    #[must_use]
    pub(crate) const fn of(age: u8) -> Self {
        match age {
            0..=24 => Self::From18To24,
            25..=34 => Self::From25To34,
            35..=44 => Self::From35To44,
            45..=54 => Self::From45To54,
            55..=64 => Self::From55To64,
            65..=74 => Self::From65To74,
            _ => Self::From75To100,
        }
    }

    /// The name in tables and reports, `"18-24"` and so on.
    #[must_use]
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::From18To24 => "18-24",
            Self::From25To34 => "25-34",
            Self::From35To44 => "35-44",
            Self::From45To54 => "45-54",
            Self::From55To64 => "55-64",
            Self::From65To74 => "65-74",
            Self::From75To100 => "75-100",
        }
    }

    /// Its index in [`Self::ALL`].
    #[must_use]
    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

impl std::fmt::Display for AgeBand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The class of one respondent in each dimension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Classes {
    /// Gender.
    pub gender: Gender,
    /// Age.
    pub age_band: AgeBand,
    /// Household income.
    pub income: IncomeBracket,
    /// Education.
    pub education: Education,
    /// How early the person adopts new technology.
    pub tech: TechAdoption,
    /// The part of the country (`us_*`), the nation of the United Kingdom, or the ISO code of the country.
    pub place: &'static str,
}

impl Classes {
    /// Each dimension with the name of its class, always in the same order.
    #[must_use]
    #[allow(clippy::iter_not_returning_iterator, reason = "always six pairs: an array says so")]
    pub(crate) const fn iter(&self) -> [(&'static str, &'static str); 6] {
        [
            ("gender", self.gender.as_str()),
            ("age_band", self.age_band.as_str()),
            ("income_bracket", self.income.as_str()),
            ("education", self.education.as_str()),
            ("tech_adoption", self.tech.as_str()),
            ("region", self.place),
        ]
    }
}
