//! The channels besides the direct answer: which constructs a study measures, what each respondent is asked for them,
//! how replies are read, and how a panel's readings are summarised. Channels are independent: none fills in for
//! another.

mod anchors;
mod calibration;
mod notes;
pub(super) mod reading;
mod tally;

#[cfg(test)]
mod tests;

use protocol::channels::{Channel, Construct};
use protocol::results::Answer;
use protocol::study::{StudySpec, StudyType};

use super::types::kind;
use crate::domain::outcome::{Assignment, FIRST_ROUND};

pub(crate) use anchors::Library;
pub(crate) use calibration::{AnchorCalibration, Measured, measured, pmf};
pub(crate) use reading::{TEXT_BYTES_MAX, rating_schema, read_rating, read_text, text_schema};
pub(super) use tally::ChannelTally;

/// The constructs of a study type, in the order of asking; empty if it supports the direct channel only.
#[must_use]
pub(crate) fn constructs(study_type: StudyType) -> &'static [Construct] {
    kind(study_type).constructs()
}

/// The constructs that a study measures on further channels; empty if it uses the direct channel only.
#[must_use]
pub(crate) fn heard(spec: &StudySpec) -> &'static [Construct] {
    if hears(spec, Channel::Ssr) || hears(spec, Channel::Rater) {
        constructs(spec.instrument.study_type())
    } else {
        &[]
    }
}

/// Whether a study uses that channel. Every study uses the direct one.
#[must_use]
pub(crate) fn hears(spec: &StudySpec, channel: Channel) -> bool {
    let elicitation = spec.measurement.elicitation.as_ref();
    channel == Channel::Direct || elicitation.is_some_and(|them| them.hears(channel))
}

/// Whether that assignment gets side measures: only a respondent's first answer does.
#[must_use]
pub(crate) fn asked_beside(spec: &StudySpec, at: Assignment) -> bool {
    !heard(spec).is_empty() && at == Assignment::first(FIRST_ROUND, at.respondent)
}

/// The direct answer to a construct on its own scale; `None` for an answer of another instrument.
#[must_use]
pub(crate) fn direct(answer: &Answer, construct: Construct) -> Option<i32> {
    kind(answer.study_type()).direct(answer, construct)
}
