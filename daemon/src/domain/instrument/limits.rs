//! Length limits of the API contract on stimulus, context and questions, counted in characters after trimming. All
//! violations are reported at once, each with the field it is about.

use protocol::study::Instrument;

use super::types::kind_of;

/// Fewest characters of a stimulus.
pub(crate) const STIMULUS_MIN: usize = 10;
/// Most characters of a stimulus.
pub(crate) const STIMULUS_MAX: usize = 5_000;

/// Most questions of a survey; at least one is needed.
pub(crate) const QUESTIONS_MAX: usize = 10;
/// Most characters of a question.
pub(crate) const QUESTION_MAX: usize = 500;

/// A violated limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    /// The field, as the contract names it.
    pub field: &'static str,
    /// What is wrong, as a sentence without a full stop.
    pub what: String,
    /// How to correct it.
    pub hint: String,
}

/// Every violation of the contract's limits in the material.
#[must_use]
pub(crate) fn check(instrument: &Instrument) -> Vec<Violation> {
    kind_of(instrument).check(instrument)
}

/// Checks one text of the material.
pub(super) fn text(violations: &mut Vec<Violation>, field: &'static str, text: &str) {
    let length = text.trim().chars().count();
    let name = field.replace('_', " ");
    if length == 0 {
        violations.push(Violation {
            field,
            what: format!("the {name} is empty"),
            hint: format!("write {STIMULUS_MIN} to {STIMULUS_MAX} characters"),
        });
    } else if length < STIMULUS_MIN {
        violations.push(Violation {
            field,
            what: format!("the {name} has {length} characters, at least {STIMULUS_MIN} are needed"),
            hint: "say in a sentence what it is and what it does".to_owned(),
        });
    } else if length > STIMULUS_MAX {
        violations.push(Violation {
            field,
            what: format!("the {name} has {length} characters, at most {STIMULUS_MAX} are allowed"),
            hint: format!("cut {} characters", length - STIMULUS_MAX),
        });
    }
}
