//! Demographic classes of a persona, named as in the daemon's reports, so that a segment of a report can be opened into
//! its answers.

use protocol::persona::Persona;

/// A dimension that answers are grouped by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Dimension {
    /// Age in bands.
    #[default]
    Age,
    /// Gender.
    Gender,
    /// Household income.
    Income,
    /// Education.
    Education,
    /// Adoption of technology.
    Technology,
    /// Part of the United States, or country.
    Region,
}

impl Dimension {
    /// Every dimension, in the order of the `b` key.
    pub(crate) const ALL: [Self; 6] =
        [Self::Age, Self::Gender, Self::Income, Self::Education, Self::Technology, Self::Region];

    /// Its name in reports.
    pub(crate) const fn field(self) -> &'static str {
        match self {
            Self::Age => "age_band",
            Self::Gender => "gender",
            Self::Income => "income_bracket",
            Self::Education => "education",
            Self::Technology => "tech_adoption",
            Self::Region => "region",
        }
    }

    /// Its name on screens.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Age => "age",
            Self::Gender => "gender",
            Self::Income => "income",
            Self::Education => "education",
            Self::Technology => "technology",
            Self::Region => "region",
        }
    }

    /// The next dimension.
    pub(crate) fn next(self) -> Self {
        Self::ALL[(self as usize + 1) % Self::ALL.len()]
    }

    /// The class of a persona.
    pub(crate) fn class(self, persona: &Persona) -> String {
        match self {
            Self::Age => age_band(persona.age).to_owned(),
            Self::Gender => persona.gender.to_string(),
            Self::Income => persona.income_bracket.to_string(),
            Self::Education => persona.education.to_string(),
            Self::Technology => persona.tech_adoption.to_string(),
            Self::Region => place(persona),
        }
    }

    /// The rank of a class within its dimension: by age, by amount, or by questionnaire order.
    pub(crate) fn rank(self, class: &str) -> usize {
        use protocol::audience::{Education, Gender, IncomeBracket, TechAdoption};
        let place = match self {
            Self::Age => None,
            Self::Gender => class.parse::<Gender>().ok().map(Gender::index),
            Self::Income => class.parse::<IncomeBracket>().ok().map(IncomeBracket::index),
            Self::Education => class.parse::<Education>().ok().map(Education::index),
            Self::Technology => class.parse::<TechAdoption>().ok().map(TechAdoption::index),
            Self::Region => None,
        };
        place.unwrap_or(0)
    }
}

/// The age bands of the reports.
fn age_band(age: u8) -> &'static str {
    match age {
        0..=24 => "18-24",
        25..=34 => "25-34",
        35..=44 => "35-44",
        45..=54 => "45-54",
        55..=64 => "55-64",
        65..=74 => "65-74",
        _ => "75-100",
    }
}

/// The part of the United States, or the country.
fn place(persona: &Persona) -> String {
    let Some(state) = persona.state.as_deref() else {
        return persona.country.clone().unwrap_or_else(|| persona.region.to_string());
    };
    match state {
        "CT" | "ME" | "MA" | "NH" | "RI" | "VT" | "NJ" | "NY" | "PA" => "us_northeast",
        "AL" | "AR" | "DE" | "DC" | "FL" | "GA" | "KY" | "LA" | "MD" | "MS" | "NC" | "SC"
        | "TN" | "VA" | "WV" => "us_southeast",
        "AZ" | "NM" | "OK" | "TX" => "us_southwest",
        "AK" | "CA" | "CO" | "HI" | "ID" | "MT" | "NV" | "OR" | "UT" | "WA" | "WY" => "us_west",
        _ => "us_midwest",
    }
    .to_owned()
}

/// The readable name of a class.
pub(crate) fn readable(dimension: Dimension, class: &str) -> String {
    match dimension {
        Dimension::Age if class == "75-100" => "75+".to_owned(),
        Dimension::Region => class.strip_prefix("us_").unwrap_or(class).replace('_', " "),
        _ => protocol::audience::in_words(class),
    }
}
