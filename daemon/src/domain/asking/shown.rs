//! The stimulus for each purpose: the study's own text, a decoy in its place, or its own text restyled. Everything
//! else of the study is the same for every purpose.

use std::borrow::Cow;

use protocol::measurement::Control;
use protocol::study::StudySpec;

use super::Purpose;
use super::restyle::restyle;
use crate::domain::instrument::{Controls, Supplied, compose, controls, stimuli};

/// The study as it is shown for that purpose.
#[must_use]
pub(crate) fn shown(spec: &StudySpec, asking: Purpose) -> Cow<'_, StudySpec> {
    let study_type = spec.instrument.study_type();
    let Controls::On { decoy, .. } = controls(study_type) else { return Cow::Borrowed(spec) };
    let text = match asking {
        Purpose::Control(Control::Decoy) => decoy.trim().to_owned(),
        Purpose::Control(Control::Duplicate) => match stimuli(&spec.instrument).first() {
            Some(own) => restyle(own),
            None => return Cow::Borrowed(spec),
        },
        Purpose::Answer
        | Purpose::Replicate(_)
        | Purpose::Control(Control::Reversed)
        | Purpose::Wording(_) => return Cow::Borrowed(spec),
    };
    let instrument = compose(study_type, Supplied { stimulus: text, ..Supplied::default() });
    Cow::Owned(StudySpec { instrument, ..spec.clone() })
}
