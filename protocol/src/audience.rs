//! The audience of a study: the filters that say who may be in a panel, and the demographic classes they select.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A value outside a closed list of words, with the words of the list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{value}' is not one of {}", .choices.join(", "))]
pub struct UnknownWord {
    /// The given value.
    pub value: String,
    /// The accepted words.
    pub choices: Vec<&'static str>,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $word)] $variant),+
        }

        impl $name {
            /// Every class, in display order.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The word for it in files, on the wire and in exports.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }

            /// Its index in [`Self::ALL`].
            #[must_use]
            pub const fn index(self) -> usize {
                self as usize
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::audience::UnknownWord;

            fn from_str(text: &str) -> Result<Self, $crate::audience::UnknownWord> {
                Self::ALL.iter().copied().find(|known| known.as_str() == text).ok_or_else(|| $crate::audience::UnknownWord {
                    value: text.to_owned(),
                    choices: Self::ALL.iter().map(|known| known.as_str()).collect(),
                })
            }
        }
    };
}
pub(crate) use words;

words! {
    /// Region of the panel. The five parts of the United States follow the Census regions, with the Southwest cut out.
    Region {
        /// The fifty states and the District of Columbia.
        UsNational = "us_national",
        /// CT ME MA NH RI VT NJ NY PA.
        UsNortheast = "us_northeast",
        /// AL AR DE DC FL GA KY LA MD MS NC SC TN VA WV.
        UsSoutheast = "us_southeast",
        /// IL IN IA KS MI MN MO NE ND OH SD WI.
        UsMidwest = "us_midwest",
        /// AK CA CO HI ID MT NV OR UT WA WY.
        UsWest = "us_west",
        /// AZ NM OK TX.
        UsSouthwest = "us_southwest",
        /// The United Kingdom.
        Uk = "uk",
        /// The 27 members of the European Union.
        Eu = "eu",
        /// The adults of 58 countries, for the world.
        Global = "global",
    }
}

words! {
    /// Gender of a respondent.
    Gender { #[doc = "Male."] Male = "male", #[doc = "Female."] Female = "female", #[doc = "Nonbinary."] Nonbinary = "nonbinary" }
}

words! {
    /// Household income relative to the median of the respondent's own country: below 2/3, up to 4/3, up to 2, above.
    IncomeBracket {
        /// Below two thirds of the median.
        Low = "low",
        /// Two thirds to four thirds.
        Middle = "middle",
        /// Four thirds to twice the median.
        UpperMiddle = "upper_middle",
        /// Above twice the median.
        High = "high",
    }
}

words! {
    /// Highest completed education, five levels.
    Education {
        /// Did not finish secondary school.
        LessThanHs = "less_than_hs",
        /// Finished secondary school.
        HighSchool = "high_school",
        /// Some tertiary education below a bachelor's degree.
        SomeCollege = "some_college",
        /// A bachelor's degree.
        Bachelors = "bachelors",
        /// A degree above a bachelor's.
        Graduate = "graduate",
    }
}

/// The word of a class as people read it: "upper middle", and "less than high school" for `less_than_hs`.
#[must_use]
pub fn in_words(class: &str) -> String {
    match class {
        "less_than_hs" => "less than high school".to_owned(),
        other => other.replace('_', " "),
    }
}

words! {
    /// The education filter of an audience, four classes.
    EducationFilter {
        /// Finished secondary school or less: the two lower levels of [`Education`].
        HighSchool = "high_school",
        /// Some tertiary education.
        SomeCollege = "some_college",
        /// A bachelor's degree.
        Bachelors = "bachelors",
        /// A degree above a bachelor's.
        Graduate = "graduate",
    }
}

impl EducationFilter {
    /// Whether a respondent of that level passes.
    #[must_use]
    pub fn admits(self, level: Education) -> bool {
        match self {
            Self::HighSchool => matches!(level, Education::LessThanHs | Education::HighSchool),
            Self::SomeCollege => level == Education::SomeCollege,
            Self::Bachelors => level == Education::Bachelors,
            Self::Graduate => level == Education::Graduate,
        }
    }
}

words! {
    /// Adoption of new technology, Rogers' five categories.
    TechAdoption {
        /// The first 2.5 %.
        Innovator = "innovator",
        /// The next 13.5 %.
        EarlyAdopter = "early_adopter",
        /// The next 34 %.
        EarlyMajority = "early_majority",
        /// The next 34 %.
        LateMajority = "late_majority",
        /// The last 16 %.
        Laggard = "laggard",
    }
}

/// A filter that admits all classes or one; `"all"` on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Choice<T> {
    /// No restriction.
    #[default]
    All,
    /// This class only.
    Only(T),
}

impl<T: Copy + PartialEq> Choice<T> {
    /// Whether a respondent of that class passes.
    pub fn admits(self, class: T) -> bool {
        match self {
            Self::All => true,
            Self::Only(only) => only == class,
        }
    }
}

impl<T: FromStr<Err = UnknownWord>> FromStr for Choice<T> {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        if text == "all" {
            return Ok(Self::All);
        }
        text.parse().map(Self::Only).map_err(|mut error: UnknownWord| {
            error.choices.insert(0, "all");
            error
        })
    }
}

impl<T: fmt::Display> fmt::Display for Choice<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.pad("all"),
            Self::Only(only) => only.fmt(f),
        }
    }
}

impl<T: fmt::Display> Serialize for Choice<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, T: FromStr<Err = UnknownWord>> Deserialize<'de> for Choice<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl<T: schemars::JsonSchema> schemars::JsonSchema for Choice<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("ChoiceOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let mut schema = T::json_schema(generator);
        let all = serde_json::json!({ "type": "string", "const": "all" });
        if let Some(serde_json::Value::Array(words)) = schema.get_mut("oneOf") {
            words.insert(0, all);
        }
        schema
    }
}

/// The audience filters of a study. The default is adults of 18 to 80 years in the United States, otherwise unfiltered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Audience {
    /// Region.
    pub region: Region,
    /// Youngest and oldest age in years, both included; within 18..=100.
    pub age_range: (u8, u8),
    /// Gender.
    pub gender: Choice<Gender>,
    /// Household income.
    pub income_bracket: Choice<IncomeBracket>,
    /// Education.
    pub education: Choice<EducationFilter>,
    /// Adoption of new technology.
    pub tech_adoption: Choice<TechAdoption>,
}

impl Default for Audience {
    fn default() -> Self {
        Self {
            region: Region::UsNational,
            age_range: (18, 80),
            gender: Choice::All,
            income_bracket: Choice::All,
            education: Choice::All,
            tech_adoption: Choice::All,
        }
    }
}
