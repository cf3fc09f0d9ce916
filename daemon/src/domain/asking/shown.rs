//! What a respondent is shown in each kind of asking: the study's own text, a decoy in its place, or its own text presented
//! otherwise. Everything else of a study is the same in all of them.

use std::borrow::Cow;

use protocol::measurement::Control;
use protocol::study::{Instrument, StudySpec, StudyType};

use super::Asking;
use super::restyle::restyle;

/// The text that is made to be bad, for a study type that has one.
#[must_use]
pub fn decoy(study_type: StudyType) -> Option<&'static str> {
    match study_type {
        StudyType::ConceptTest => Some(include_str!("../../../../assets/controls/concept_test.md")),
        StudyType::Nps => Some(include_str!("../../../../assets/controls/nps.md")),
        StudyType::Sentiment => Some(include_str!("../../../../assets/controls/sentiment.md")),
        StudyType::Survey | StudyType::AbTest => None,
    }
}

/// The study as that kind of asking shows it.
#[must_use]
pub fn shown(spec: &StudySpec, asking: Asking) -> Cow<'_, StudySpec> {
    let text = |own: &str| match asking {
        Asking::Control(Control::Decoy) => {
            decoy(spec.instrument.study_type()).map(|text| text.trim().to_owned())
        }
        Asking::Control(Control::Duplicate) => Some(restyle(own)),
        Asking::Answer
        | Asking::Replicate(_)
        | Asking::Control(Control::Reversed)
        | Asking::Wording(_) => None,
    };
    let instrument = match &spec.instrument {
        Instrument::ConceptTest { stimulus } => {
            text(stimulus).map(|stimulus| Instrument::ConceptTest { stimulus })
        }
        Instrument::Sentiment { stimulus } => {
            text(stimulus).map(|stimulus| Instrument::Sentiment { stimulus })
        }
        Instrument::Nps { stimulus } => text(stimulus).map(|stimulus| Instrument::Nps { stimulus }),
        Instrument::Survey { .. } | Instrument::AbTest { .. } => None,
    };
    instrument.map_or(Cow::Borrowed(spec), |instrument| {
        Cow::Owned(StudySpec { instrument, ..spec.clone() })
    })
}
