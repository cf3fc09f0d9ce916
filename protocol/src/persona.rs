//! Persona: a synthetic respondent as prompts, screens and exports show it.

use serde::{Deserialize, Serialize};

use crate::audience::{Education, Gender, IncomeBracket, Region, TechAdoption, words};

words! {
    /// Employment status.
    Employment {
        /// Has paid work.
        Employed = "employed",
        /// Looks for work.
        Unemployed = "unemployed",
        /// Has retired.
        Retired = "retired",
        /// Is a student.
        Student = "student",
        /// Looks after home or family.
        Homemaker = "homemaker",
        /// Cannot work, or none of these.
        DisabledOrOther = "disabled_or_other",
    }
}

words! {
    /// Household composition.
    Household {
        /// Alone.
        Alone = "alone",
        /// With a partner.
        CoupleNoChildren = "couple_no_children",
        /// With a partner and children.
        CoupleWithChildren = "couple_with_children",
        /// With children, without a partner.
        SingleParent = "single_parent",
        /// With their parents.
        WithParents = "with_parents",
        /// With others.
        RoommatesOrRelatives = "roommates_or_relatives",
    }
}

words! {
    /// The type of place of residence.
    Urbanicity { #[doc = "A city."] Urban = "urban", #[doc = "Around a city."] Suburban = "suburban", #[doc = "The country."] Rural = "rural" }
}

/// The five personality traits as T scores: mean 50 and standard deviation 10 among US adults.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[allow(missing_docs, reason = "the five names are the field's own")]
pub struct BigFive {
    pub openness: f64,
    pub conscientiousness: f64,
    pub extraversion: f64,
    pub agreeableness: f64,
    pub neuroticism: f64,
}

/// A synthetic respondent. Everything derives from (panel seed, ordinal); only the core cell is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Persona {
    /// Unique within its panel: `p1`, `p2`, … in panel order.
    pub id: String,
    /// First and last name.
    pub name: String,
    /// Years, 18..=100 (100 means 100 or more).
    pub age: u8,
    /// Gender.
    pub gender: Gender,
    /// The region of the audience.
    pub region: Region,
    /// Two-letter state; in the United States only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// ISO 3166 two-letter country; outside the United States only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Education.
    pub education: Education,
    /// Household income.
    pub income_bracket: IncomeBracket,
    /// Employment status.
    pub employment: Employment,
    /// Occupation, when employed.
    pub occupation: Option<String>,
    /// Household composition.
    pub household: Household,
    /// The type of place of residence.
    pub urbanicity: Urbanicity,
    /// Adoption of new technology.
    pub tech_adoption: TechAdoption,
    /// Personality.
    pub big_five: BigFive,
    /// How strongly price decides, 0..=100.
    pub price_sensitivity: f64,
}
