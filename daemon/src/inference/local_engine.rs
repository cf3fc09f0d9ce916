//! A local (in-process) engine: the trait that it implements, and the engine prepared for one study. Preparing reads
//! the study's own material once, and once the material that each control shows instead.

use std::collections::BTreeMap;
use std::fmt::Debug;

use protocol::persona::Persona;
use protocol::rejection::Rejection;
use protocol::study::StudySpec;

use super::{Ask, EngineError, Reply};
use crate::domain::asking::{Purpose, shown};
use crate::domain::instrument;
use crate::domain::outcome::Assignment;

/// An in-process engine.
pub trait InProcess: Debug + Send + Sync {
    /// The model that answers, with its version.
    fn model(&self) -> &str;

    /// SHA-256 (hex) of everything that determines its answers, except the study.
    fn asset_hash(&self) -> &str;

    /// What it can and cannot do, in a sentence.
    fn notice(&self) -> Option<&str> {
        None
    }

    /// The texts of a study that it rejects for every respondent.
    fn rejections(&self, _spec: &StudySpec) -> Vec<Rejection> {
        Vec::new()
    }

    /// Whether it understands none of the questions that a study asks, so that nobody could answer any.
    fn understands_nothing(&self, _spec: &StudySpec) -> bool {
        false
    }

    /// Other wordings of a study's content that may be better, without new claims, the most promising first: the panel
    /// scores them. The same study gives the same ones.
    fn rewrites(&self, _spec: &StudySpec) -> Vec<RewriteProposal> {
        Vec::new()
    }

    /// Reads the material of a study once, for all its respondents.
    fn prepare(&self, spec: &StudySpec) -> Box<dyn Responder>;
}

/// A content in other words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RewriteProposal {
    /// The content.
    pub text: String,
    /// The rules that it applies, each once, as a sentence.
    pub principles: Vec<String>,
    /// The titles of the dimensions that these rules are about.
    pub dimensions: Vec<String>,
}

/// A responder for one material.
pub trait Responder: Debug + Send + Sync {
    /// Asks one respondent.
    ///
    /// # Errors
    /// When there is no reply.
    fn ask(&self, ask: &Ask<'_>) -> Result<Reply, EngineError>;
}

/// The responders of one study.
#[derive(Debug)]
pub struct LocalEngine {
    own: Box<dyn Responder>,
    /// By code of the purpose: only purposes that show something else than the study's own material.
    others: BTreeMap<u16, (StudySpec, Box<dyn Responder>)>,
}

impl LocalEngine {
    /// Reads a study's material, and that of each of its controls.
    pub fn new(spec: &StudySpec, engine: &dyn InProcess) -> Self {
        let controls = spec.measurement.controls.iter().map(|control| Purpose::Control(*control));
        let others = controls.filter_map(|asking| {
            let other = shown(spec, asking).into_owned();
            let differs = other.instrument != spec.instrument;
            differs.then(|| (asking.code(), (other.clone(), engine.prepare(&other))))
        });
        Self { others: others.collect(), own: engine.prepare(spec) }
    }

    /// An engine that gives nobody a reply, for that reason.
    pub fn silent(why: String) -> Self {
        Self { own: Box::new(Silent { why }), others: BTreeMap::new() }
    }

    /// Asks one respondent.
    ///
    /// # Errors
    /// When there is no reply.
    pub fn ask(
        &self,
        spec: &StudySpec,
        at: Assignment,
        respondent: &Persona,
    ) -> Result<Reply, EngineError> {
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

/// A responder that gives nobody a reply.
#[derive(Debug)]
struct Silent {
    why: String,
}

impl Responder for Silent {
    fn ask(&self, _ask: &Ask<'_>) -> Result<Reply, EngineError> {
        Err(EngineError::Final { why: self.why.clone() })
    }
}
