//! An engine of this process: what one must be able to do, and one that is ready for a study, which has read the study's
//! own material once, and once what each control shows in its place.

use std::collections::BTreeMap;
use std::fmt::Debug;

use protocol::persona::Persona;
use protocol::study::StudySpec;

use super::{Ask, Refusal, Reply};
use crate::domain::asking::{Asking, shown};
use crate::domain::instrument;
use crate::domain::outcome::Assignment;

/// An engine of this process.
pub trait InProcess: Debug + Send + Sync {
    /// The model that answers, with its version.
    fn model(&self) -> &str;

    /// SHA-256 (hex) of everything but the study that decides its answers.
    fn asset_hash(&self) -> &str;

    /// Reads the material of a study once, for all its respondents.
    fn prepare(&self, spec: &StudySpec) -> Box<dyn Responder>;
}

/// What answers about one material that was read.
pub trait Responder: Debug + Send + Sync {
    /// Asks one respondent.
    ///
    /// # Errors
    /// When nothing comes back.
    fn ask(&self, ask: &Ask<'_>) -> Result<Reply, Refusal>;
}

/// Everything that was read for one study.
#[derive(Debug)]
pub struct Here {
    own: Box<dyn Responder>,
    /// By code of the kind of asking: only those that show something else than the study's own material.
    others: BTreeMap<u16, (StudySpec, Box<dyn Responder>)>,
}

impl Here {
    /// Reads a study's material, and that of each of its controls.
    pub fn new(spec: &StudySpec, engine: &dyn InProcess) -> Self {
        let controls = spec.measurement.controls.iter().map(|control| Asking::Control(*control));
        let others = controls.filter_map(|asking| {
            let other = shown(spec, asking).into_owned();
            let differs = other.instrument != spec.instrument;
            differs.then(|| (asking.code(), (other.clone(), engine.prepare(&other))))
        });
        Self { others: others.collect(), own: engine.prepare(spec) }
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
