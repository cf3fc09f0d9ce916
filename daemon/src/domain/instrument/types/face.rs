//! The questions about a study type that other parts of the daemon may ask. Each is answered by the kind of that type.

use protocol::results::Answer;
use protocol::study::{Instrument, Order, StudyType};
use serde_json::Value;

use super::{Controls, KINDS, Layout, Supplied, Template, kind, kind_of};

/// The ways in which the built-in reader can answer a questionnaire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rehearsal {
    /// Rates one text, with purchase intent.
    Rating,
    /// Says how one text feels, and which theme decides that.
    Feeling,
    /// Recommends one text or does not.
    Recommendation,
    /// Answers open questions about one text.
    OpenQuestions,
    /// Prefers one of two texts.
    Preference,
}

/// The instrument of that type with that material.
#[must_use]
pub fn compose(study_type: StudyType, material: Supplied) -> Instrument {
    kind(study_type).compose(material)
}

/// How the body of a file is divided for that type.
#[must_use]
pub fn layout(study_type: StudyType) -> Layout {
    kind(study_type).layout()
}

/// Whether that setting of a draft means something to the type.
#[must_use]
pub fn takes(study_type: StudyType, key: &str) -> bool {
    kind(study_type).keys().contains(&key)
}

/// The type that such a setting means something to.
#[must_use]
pub fn type_that_takes(key: &str) -> Option<StudyType> {
    let found = KINDS.iter().find(|kind| kind.keys().contains(&key));
    found.map(|kind| kind.study_type())
}

/// Whether the questions of that type can be put one a call.
#[must_use]
pub fn puts_one_a_call(study_type: StudyType) -> bool {
    let kind = kind(study_type);
    !kind.items(&kind.compose(Supplied::default())).is_empty()
}

/// Every text that is shown, in the order of the material.
#[must_use]
pub fn stimuli(instrument: &Instrument) -> Vec<&str> {
    kind_of(instrument).texts(instrument).into_iter().map(|(_, text)| text).collect()
}

/// The open questions of an instrument; none of one that has a form to fill in.
#[must_use]
pub fn open_questions(instrument: &Instrument) -> &[String] {
    kind_of(instrument).questions(instrument)
}

/// What a prompt template may name of the material, with the variants in that order where there are two.
#[must_use]
pub fn facts(instrument: &Instrument, order: Order) -> Value {
    kind_of(instrument).facts(instrument, order)
}

/// The prompt templates of a type, as shipped, in the order in which they are hashed.
#[must_use]
pub fn templates(study_type: StudyType) -> &'static [Template] {
    kind(study_type).templates()
}

/// Whether a panel of that type can be checked with controls and other wordings.
#[must_use]
pub fn controls(study_type: StudyType) -> Controls {
    kind(study_type).controls()
}

/// The text that is made to be bad, for a study type that has one.
#[must_use]
pub fn decoy(study_type: StudyType) -> Option<&'static str> {
    match controls(study_type) {
        Controls::On { decoy, .. } => Some(decoy),
        Controls::Meaningless { .. } => None,
    }
}

/// The answer with each of its texts changed.
#[must_use]
pub fn with_texts(answer: Answer, change: &dyn Fn(&str) -> String) -> Answer {
    kind(answer.study_type()).with_texts(answer, change)
}

/// How the built-in reader answers that type; `None` where it cannot.
#[must_use]
pub fn rehearsal(study_type: StudyType) -> Option<Rehearsal> {
    kind(study_type).rehearsal()
}

/// Whether one number tells the result of that type; where none does, a theme has to be chosen.
#[must_use]
pub fn has_headline(study_type: StudyType) -> bool {
    kind(study_type).headline().is_some()
}
