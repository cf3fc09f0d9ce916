//! An engine of this process that is ready for one study: it has read the study's own material once, and once what each
//! control shows in its place.

use std::collections::BTreeMap;

use protocol::persona::Persona;
use protocol::study::StudySpec;

use super::{Ask, Prepared, Refusal, Reply};
use crate::domain::asking::{Asking, shown};
use crate::domain::instrument;
use crate::domain::outcome::Assignment;

/// Everything that was read for one study.
#[derive(Debug)]
pub struct Here {
    own: Prepared,
    /// By code of the kind of asking: only those that show something else than the study's own material.
    others: BTreeMap<u16, (StudySpec, Prepared)>,
}

impl Here {
    /// Reads a study's material, and that of each of its controls.
    pub fn new(spec: &StudySpec, read: impl Fn(&StudySpec) -> Prepared) -> Self {
        let controls = spec.measurement.controls.iter().map(|control| Asking::Control(*control));
        let others = controls.filter_map(|asking| {
            let other = shown(spec, asking).into_owned();
            let differs = other.instrument != spec.instrument;
            differs.then(|| (asking.code(), (other.clone(), read(&other))))
        });
        Self { others: others.collect(), own: read(spec) }
    }

    /// Asks one respondent.
    ///
    /// # Errors
    /// When nothing comes back.
    pub fn ask(
        &self,
        spec: &StudySpec,
        at: Assignment,
        respondent: &Persona,
    ) -> Result<Reply, Refusal> {
        let own = (spec, &self.own);
        let other = self.others.get(&at.replicate).map(|(spec, prepared)| (spec, prepared));
        let (spec, prepared) = other.unwrap_or(own);
        prepared.ask(&Ask {
            spec,
            respondent,
            ordinal: at.respondent,
            task: at.task,
            replicate: at.replicate,
            order: instrument::order_shown(spec, at),
        })
    }
}
