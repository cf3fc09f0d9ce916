//! The interface of the study types for other parts of the daemon. Each function passes a question about a study type
//! to its `StudyKind`.

use protocol::results::{Answer, Outcomes};
use protocol::study::{Instrument, Order, Orders, StudySpec, StudyType};
use serde_json::Value;

use crate::domain::instrument::metric::StudyMetric;
use crate::domain::outcome::Assignment;

use super::{Controls, KINDS, Layout, Supplied, Template, kind, kind_of};

/// The ways in which the built-in respondent model can answer a questionnaire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rehearsal {
    /// Rates one text, with purchase intent.
    Rating,
    /// Gives the sentiment of one text, and the theme that matters most for it.
    Feeling,
    /// Rates how likely one text would be recommended.
    Recommendation,
    /// Answers open questions about one text.
    OpenQuestions,
    /// Prefers one of two texts.
    Preference,
    /// Scores a piece of content as an expert.
    Review,
}

/// The instrument of that type with that material.
#[must_use]
pub(crate) fn compose(study_type: StudyType, material: Supplied) -> Instrument {
    kind(study_type).compose(material)
}

/// What the one text of a file is called for that type.
#[must_use]
pub(crate) fn text_field(study_type: StudyType) -> &'static str {
    kind(study_type).text_field()
}

/// The usual size of a panel, where the type has one of its own.
#[must_use]
pub(crate) fn usual_panel(study_type: StudyType) -> Option<u32> {
    kind(study_type).panel()
}

/// Notes on a sound material that its owner should know of.
#[must_use]
pub(crate) fn material_notes(instrument: &Instrument) -> Vec<String> {
    kind_of(instrument).notes(instrument)
}

/// The template of the system prompt for a type.
#[must_use]
pub(crate) fn speaker(study_type: StudyType) -> &'static str {
    kind(study_type).speaker()
}

/// What one respondent is besides their persona, for prompt templates; null for most types.
#[must_use]
pub(crate) fn facts_of_one(spec: &StudySpec, at: Assignment) -> Value {
    kind_of(&spec.instrument).facts_of_one(spec, at)
}

/// How the body of a file is divided for that type.
#[must_use]
pub(crate) fn layout(study_type: StudyType) -> Layout {
    kind(study_type).layout()
}

/// Whether that setting of a draft has a meaning for the type.
#[must_use]
pub(crate) fn takes(study_type: StudyType, key: &str) -> bool {
    kind(study_type).keys().contains(&key)
}

/// The type that such a setting has a meaning for.
#[must_use]
pub(crate) fn type_that_takes(key: &str) -> Option<StudyType> {
    let found = KINDS.iter().find(|kind| kind.keys().contains(&key));
    found.map(|kind| kind.study_type())
}

/// Whether the type supports one call for each question.
#[must_use]
pub(crate) fn puts_one_a_call(study_type: StudyType) -> bool {
    let kind = kind(study_type);
    !kind.items(&kind.compose(Supplied::default())).is_empty()
}

/// Every stimulus text, in the order of the material.
#[must_use]
pub(crate) fn stimuli(instrument: &Instrument) -> Vec<&str> {
    kind_of(instrument).texts(instrument).into_iter().map(|(_, text)| text).collect()
}

/// The open questions of an instrument; empty for one with a fixed form.
#[must_use]
pub(crate) fn open_questions(instrument: &Instrument) -> &[String] {
    kind_of(instrument).questions(instrument)
}

/// Questions that nobody could answer, each with its place, from 1.
#[must_use]
pub(crate) fn unanswered(outcomes: &Outcomes) -> Vec<(usize, &str)> {
    kind(outcomes.study_type()).unanswered(outcomes)
}

/// Whether two readings of one reply are the same, but for questions that only the earlier one took for refused.
#[must_use]
pub(crate) fn refuses_less(earlier: &Answer, now: &Answer) -> bool {
    kind(earlier.study_type()).refuses_less(earlier, now)
}

/// The order of the variants of an instrument that has two.
#[must_use]
pub(crate) fn orders_of(instrument: &Instrument) -> Option<Orders> {
    kind_of(instrument).orders(instrument)
}

/// The values of the material for prompt templates, with two variants in that order.
#[must_use]
pub(crate) fn facts(instrument: &Instrument, order: Order) -> Value {
    kind_of(instrument).facts(instrument, order)
}

/// The prompt templates of a type, as shipped, in the order in which they are hashed.
#[must_use]
pub(crate) fn templates(study_type: StudyType) -> &'static [Template] {
    kind(study_type).templates()
}

/// Whether a panel of that type can be checked with controls and other wordings.
#[must_use]
pub(crate) fn controls(study_type: StudyType) -> Controls {
    kind(study_type).controls()
}

/// The decoy text, for a study type that has one.
#[must_use]
pub(crate) fn decoy(study_type: StudyType) -> Option<&'static str> {
    match controls(study_type) {
        Controls::On { decoy, .. } => Some(decoy),
        Controls::Meaningless { .. } => None,
    }
}

/// The answer with each of its texts changed.
#[must_use]
pub(crate) fn with_texts(answer: Answer, change: &dyn Fn(&str) -> String) -> Answer {
    kind(answer.study_type()).with_texts(answer, change)
}

/// How the built-in respondent model answers that type; `None` if it cannot.
#[must_use]
pub(crate) fn rehearsal(study_type: StudyType) -> Option<Rehearsal> {
    kind(study_type).rehearsal()
}

/// The names of all estimates that the results of a study can have, in the order of its metrics.
#[must_use]
pub(crate) fn estimate_fields(instrument: &Instrument) -> Vec<String> {
    let further = kind_of(instrument).whole_panel_only().iter().map(|field| (*field).to_owned());
    StudyMetric::names(instrument).into_iter().chain(further).collect()
}

/// Whether the type has a headline metric; without one, a theme has to be chosen.
#[must_use]
pub(crate) fn has_headline(study_type: StudyType) -> bool {
    kind(study_type).headline().is_some()
}
