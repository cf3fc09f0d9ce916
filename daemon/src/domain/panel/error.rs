//! Errors of panel sampling and unpacking, as sentences for the analyst, each with a hint.

use protocol::audience::{Audience, Choice};

/// Why a panel could not be sampled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SampleError {
    /// No person in the population passes every filter.
    #[error("Nobody in {} passes every filter: {}", .audience.region, filters(*.audience))]
    EmptyAudience {
        /// The requested audience.
        audience: Audience,
    },
    /// The standing panel holds fewer matching people than requested.
    #[error(
        "The standing panel has {available} people in this audience, and {requested} were asked for"
    )]
    TooFew {
        /// Matching people.
        available: u32,
        /// Requested people.
        requested: u32,
    },
}

impl SampleError {
    /// What to do about it.
    #[must_use]
    pub(crate) fn hint(&self) -> String {
        match self {
            Self::EmptyAudience { audience } if audience.age_range.0 > audience.age_range.1 => {
                "Give the youngest age first, for example [25, 45]".to_owned()
            }
            Self::EmptyAudience { .. } => {
                "Widen the age range, which lies within 18 to 100, or set one of the filters to 'all'".to_owned()
            }
            Self::TooFew { available: 0, .. } => {
                "Widen the audience, or use engine_mode 'standard', which samples people for the study".to_owned()
            }
            Self::TooFew { available, .. } => format!(
                "Ask for {available} or fewer, widen the audience, or use engine_mode 'standard', which samples people for the study"
            ),
        }
    }
}

/// Why stored bytes are not a valid panel.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UnpackError {
    /// The number of bytes does not fit the recipe.
    #[error("{bytes} bytes cannot hold a panel of {people} people at 4 bytes each")]
    Length {
        /// Number of stored bytes.
        bytes: usize,
        /// People in the recipe.
        people: u32,
    },
    /// The bytes of one person are not a valid cell of the audience.
    #[error("The stored person at place {ordinal} does not belong to this panel")]
    Damaged {
        /// The person's position, from 0.
        ordinal: u32,
    },
}

/// The filters that are set, in words.
fn filters(audience: Audience) -> String {
    let (youngest, oldest) = audience.age_range;
    let mut words = vec![format!("age {youngest} to {oldest}")];
    if let Choice::Only(gender) = audience.gender {
        words.push(format!("gender {gender}"));
    }
    if let Choice::Only(bracket) = audience.income_bracket {
        words.push(format!("income {bracket}"));
    }
    if let Choice::Only(education) = audience.education {
        words.push(format!("education {education}"));
    }
    if let Choice::Only(tech) = audience.tech_adoption {
        words.push(format!("technology {tech}"));
    }
    words.join(", ")
}
