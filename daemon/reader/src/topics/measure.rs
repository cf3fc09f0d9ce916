//! Measures of a person: the numbers that effects are stated in, each computed from fields of a persona. Scores and years
//! are about standard among adults of the United States; classes are 0 or 1.

use std::fmt;

use protocol::audience::{Education, Gender, IncomeBracket, Region, TechAdoption};
use protocol::persona::{Employment, Household, Persona, Urbanicity};

/// A field of a persona that can matter to a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    Age,
    Gender,
    Education,
    Income,
    Employment,
    Household,
    Urbanicity,
    TechAdoption,
    /// Region, state and country.
    Place,
    Openness,
    Conscientiousness,
    Extraversion,
    Agreeableness,
    Neuroticism,
    PriceSensitivity,
}

macro_rules! measures {
    ($($(#[$doc:meta])* $variant:ident = $word:literal from $($field:ident)&+),+ $(,)?) => {
        /// A measure of a person.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Measure { $($(#[$doc])* $variant),+ }

        impl Measure {
            /// Every measure, in a fixed order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// How many there are.
            pub const COUNT: usize = Self::ALL.len();

            /// Its name in the asset files.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The fields of a persona that it depends on.
            #[must_use]
            pub const fn fields(self) -> &'static [Field] {
                match self { $(Self::$variant => &[$(Field::$field),+]),+ }
            }

            /// Its place in [`Self::ALL`].
            #[must_use]
            pub const fn index(self) -> usize { self as usize }

            /// The measure of that name.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|measure| measure.as_str() == word)
            }
        }
    };
}

measures! {
    /// (percent − 50) / 20.
    PriceSensitivity = "price_sensitivity" from PriceSensitivity,
    /// (T score − 50) / 10, like the other four.
    Openness = "openness" from Openness,
    Conscientiousness = "conscientiousness" from Conscientiousness,
    Extraversion = "extraversion" from Extraversion,
    Agreeableness = "agreeableness" from Agreeableness,
    Neuroticism = "neuroticism" from Neuroticism,
    /// −1.2 (laggard) to 1.8 (innovator).
    Tech = "tech" from TechAdoption,
    /// (years − 47) / 17.
    Age = "age" from Age,
    /// 18 to 29 years.
    Young = "young" from Age,
    /// 65 years and more.
    Old = "old" from Age,
    /// (years of schooling − 14) / 2.7.
    Schooling = "schooling" from Education,
    /// −1.2 (low) to 1.5 (high).
    Income = "income" from Income,
    /// Lives with children of their own.
    Children = "children" from Household,
    /// The same, below 45 years, when the children are likely to be small.
    YoungParent = "young_parent" from Household & Age,
    /// Lives alone.
    Alone = "alone" from Household,
    /// Lives without a partner.
    Single = "single" from Household,
    Employed = "employed" from Employment,
    Unemployed = "unemployed" from Employment,
    Retired = "retired" from Employment,
    Student = "student" from Employment,
    Urban = "urban" from Urbanicity,
    Rural = "rural" from Urbanicity,
    Woman = "woman" from Gender,
    Man = "man" from Gender,
    /// A woman of 18 to 44 years.
    Woman18To44 = "woman_18_44" from Gender & Age,
    /// A woman of 45 to 60 years.
    Woman45To60 = "woman_45_60" from Gender & Age,
    Us = "us" from Place,
    Uk = "uk" from Place,
    Eu = "eu" from Place,
    Northeast = "northeast" from Place,
    Southeast = "southeast" from Place,
    Midwest = "midwest" from Place,
    West = "west" from Place,
    Southwest = "southwest" from Place,
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// All measures of one person.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Profile([f64; Measure::COUNT]);

impl Profile {
    /// The measures of a persona.
    #[must_use]
    pub fn of(persona: &Persona) -> Self {
        let home = Home::of(persona);
        let mut values = [0.0; Measure::COUNT];
        for (value, &measure) in values.iter_mut().zip(Measure::ALL) {
            *value = value_of(measure, persona, home);
        }
        Self(values)
    }

    /// Somebody who has these measures.
    #[must_use]
    pub(super) const fn new(values: &[f64; Measure::COUNT]) -> Self {
        Self(*values)
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, measure: Measure) -> f64 {
        self.0.get(measure.index()).copied().unwrap_or_default()
    }

    /// The same person with one measure set.
    #[must_use]
    pub fn with(mut self, measure: Measure, value: f64) -> Self {
        if let Some(place) = self.0.get_mut(measure.index()) {
            *place = value;
        }
        self
    }
}

/// Years of schooling behind a level.
#[must_use]
pub fn schooling(education: Education) -> f64 {
    match education {
        Education::LessThanHs => 9.0,
        Education::HighSchool => 12.0,
        Education::SomeCollege => 14.0,
        Education::Bachelors => 16.0,
        Education::Graduate => 18.0,
    }
}

fn value_of(measure: Measure, persona: &Persona, home: Option<Home>) -> f64 {
    let big_five = |score: f64| ((score - 50.0) / 10.0).clamp(-3.0, 3.0);
    let yes = |is: bool| f64::from(u8::from(is));
    let works = |status| yes(persona.employment == status);
    let children =
        matches!(persona.household, Household::CoupleWithChildren | Household::SingleParent);
    let couple =
        matches!(persona.household, Household::CoupleWithChildren | Household::CoupleNoChildren);
    let woman = persona.gender == Gender::Female;
    let age = persona.age;
    match measure {
        Measure::PriceSensitivity => (persona.price_sensitivity.clamp(0.0, 100.0) - 50.0) / 20.0,
        Measure::Openness => big_five(persona.big_five.openness),
        Measure::Conscientiousness => big_five(persona.big_five.conscientiousness),
        Measure::Extraversion => big_five(persona.big_five.extraversion),
        Measure::Agreeableness => big_five(persona.big_five.agreeableness),
        Measure::Neuroticism => big_five(persona.big_five.neuroticism),
        Measure::Tech => match persona.tech_adoption {
            TechAdoption::Innovator => 1.8,
            TechAdoption::EarlyAdopter => 1.2,
            TechAdoption::EarlyMajority => 0.4,
            TechAdoption::LateMajority => -0.4,
            TechAdoption::Laggard => -1.2,
        },
        Measure::Age => (f64::from(age) - 47.0) / 17.0,
        Measure::Young => yes(age < 30),
        Measure::Old => yes(age >= 65),
        Measure::Schooling => (schooling(persona.education) - 14.0) / 2.7,
        Measure::Income => match persona.income_bracket {
            IncomeBracket::Low => -1.2,
            IncomeBracket::Middle => 0.0,
            IncomeBracket::UpperMiddle => 0.8,
            IncomeBracket::High => 1.5,
        },
        Measure::Children => yes(children),
        Measure::YoungParent => yes(children && age < 45),
        Measure::Alone => yes(persona.household == Household::Alone),
        Measure::Single => yes(!couple),
        Measure::Employed => works(Employment::Employed),
        Measure::Unemployed => works(Employment::Unemployed),
        Measure::Retired => works(Employment::Retired),
        Measure::Student => works(Employment::Student),
        Measure::Urban => yes(persona.urbanicity == Urbanicity::Urban),
        Measure::Rural => yes(persona.urbanicity == Urbanicity::Rural),
        Measure::Woman => yes(woman),
        Measure::Man => yes(persona.gender == Gender::Male),
        Measure::Woman18To44 => yes(woman && age < 45),
        Measure::Woman45To60 => yes(woman && (45..=60).contains(&age)),
        Measure::Us => yes(matches!(home, Some(Home::Us(_)))),
        Measure::Uk => yes(home == Some(Home::Uk)),
        Measure::Eu => yes(home == Some(Home::Eu)),
        Measure::Northeast => yes(home == Some(Home::Us(Some(Part::Northeast)))),
        Measure::Southeast => yes(home == Some(Home::Us(Some(Part::Southeast)))),
        Measure::Midwest => yes(home == Some(Home::Us(Some(Part::Midwest)))),
        Measure::West => yes(home == Some(Home::Us(Some(Part::West)))),
        Measure::Southwest => yes(home == Some(Home::Us(Some(Part::Southwest)))),
    }
}

/// Where a person lives, as far as texts speak of it; `None` is the rest of the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Home {
    Us(Option<Part>),
    Uk,
    Eu,
}

/// A part of the United States, as in [`Region`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Northeast,
    Southeast,
    Midwest,
    West,
    Southwest,
}

/// The 27 members of the European Union (ISO 3166).
const EU: &[&str] = &[
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT",
    "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];

impl Home {
    /// Region, else state, else country: a panel of the whole United States or of the world names the part in the
    /// persona's state or country.
    fn of(persona: &Persona) -> Option<Self> {
        match persona.region {
            Region::UsNortheast => Some(Self::Us(Some(Part::Northeast))),
            Region::UsSoutheast => Some(Self::Us(Some(Part::Southeast))),
            Region::UsMidwest => Some(Self::Us(Some(Part::Midwest))),
            Region::UsWest => Some(Self::Us(Some(Part::West))),
            Region::UsSouthwest => Some(Self::Us(Some(Part::Southwest))),
            Region::UsNational => Some(Self::Us(persona.state.as_deref().and_then(Part::of))),
            Region::Uk => Some(Self::Uk),
            Region::Eu => Some(Self::Eu),
            Region::Global => match (persona.state.as_deref(), persona.country.as_deref()) {
                (Some(state), _) => Some(Self::Us(Part::of(state))),
                (None, Some("US")) => Some(Self::Us(None)),
                (None, Some("GB")) => Some(Self::Uk),
                (None, Some(country)) => EU.contains(&country).then_some(Self::Eu),
                (None, None) => None,
            },
        }
    }
}

impl Part {
    /// The part that a state belongs to: the Census regions (U.S. Census Bureau), with AZ, NM, OK and TX on their own.
    fn of(state: &str) -> Option<Self> {
        Some(match state {
            "CT" | "ME" | "MA" | "NH" | "RI" | "VT" | "NJ" | "NY" | "PA" => Self::Northeast,
            "AL" | "AR" | "DC" | "DE" | "FL" | "GA" | "KY" | "LA" | "MD" | "MS" | "NC" | "SC"
            | "TN" | "VA" | "WV" => Self::Southeast,
            "IL" | "IN" | "IA" | "KS" | "MI" | "MN" | "MO" | "NE" | "ND" | "OH" | "SD" | "WI" => {
                Self::Midwest
            }
            "AK" | "CA" | "CO" | "HI" | "ID" | "MT" | "NV" | "OR" | "UT" | "WA" | "WY" => {
                Self::West
            }
            "AZ" | "NM" | "OK" | "TX" => Self::Southwest,
            _ => return None,
        })
    }
}
