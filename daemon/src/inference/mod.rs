//! Engines that answer a questionnaire: the built-in respondent model and language models. One question in, one
//! [`Reply`] or [`EngineError`] out; the instrument reads the reply, never the engine.

pub(crate) mod chat;
pub(crate) mod client;
pub(crate) mod door;
pub(crate) mod embed;
pub(crate) mod key;
pub(crate) mod learnt;
pub(crate) mod limits;
pub(crate) mod local;
mod local_engine;
mod mask;
pub(crate) mod model;
mod no_reply;
pub(crate) mod offline;
pub(crate) mod pool;
pub(crate) mod price;
pub(crate) mod prompt;
pub(crate) mod registry;
mod seen;
pub(crate) mod service;
mod service_error;
mod set_since;
mod variables;
mod way;
pub(crate) mod wire;

use std::sync::Arc;
use std::time::Duration;

use protocol::credits::UsdMicros;
use protocol::persona::Persona;
use protocol::rejection::Rejection;
use protocol::study::{Order, StudySpec, StudyType};

pub(crate) use self::learnt::ANY_MODEL;
pub use self::local_engine::{InProcess, Responder};
pub(crate) use self::local_engine::{LocalEngine, RewriteProposal};
use self::model::ModelEngine;
use self::offline::BuiltIn;
use self::pool::Pool;

/// One question to one respondent.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// The study: instrument, material, context and seed.
    pub spec: &'a StudySpec,
    /// The respondent's persona.
    pub respondent: &'a Persona,
    /// The respondent's position in the panel, from 0.
    pub ordinal: u32,
    /// From 0; more than one if a respondent is asked twice, as in an A/B test that shows both orders.
    pub task: u16,
    /// 0, or the code of another purpose: `Purpose::code`.
    pub replicate: u16,
    /// The variant that is shown first; `None` if there are no variants.
    pub order: Option<Order>,
}

/// The raw reply.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// One JSON object in the questionnaire's schema, or anything that the engine sent instead.
    pub text: String,
    /// The model that answered, with its version.
    pub model: String,
    /// Input tokens.
    pub input_tokens: u64,
    /// Output tokens.
    pub output_tokens: u64,
    /// Real cost.
    pub cost: UsdMicros,
}

/// Why there is no reply.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// A retry may help.
    #[error("{why}")]
    Retry {
        /// What happened.
        why: String,
        /// Earliest time of the retry.
        after: Option<Duration>,
    },
    /// A retry will not help.
    #[error("{why}")]
    Final {
        /// What happened.
        why: String,
    },
}

/// An engine that can answer.
#[derive(Clone, Debug)]
pub enum Engine {
    /// A local (in-process) engine, such as the built-in respondent model.
    InProcess(Arc<dyn InProcess>),
    /// A language model.
    Model(Arc<ModelEngine>),
    /// Several language models that answer together.
    Pool(Arc<Pool>),
}

/// An engine that is prepared for one study.
#[derive(Debug)]
pub enum Ready {
    /// On a thread of this process.
    Local(LocalEngine),
    /// By calls over the network, to one language model or several.
    Models(Arc<Pool>),
}

impl Engine {
    /// The built-in respondent model.
    pub fn offline() -> Self {
        Self::InProcess(Arc::new(BuiltIn))
    }

    /// The model that answers, with its version.
    pub fn model(&self) -> &str {
        match self {
            Self::InProcess(engine) => engine.model(),
            Self::Model(engine) => engine.model(),
            Self::Pool(pool) => pool.model(),
        }
    }

    /// SHA-256 (hex) of everything that determines its answers to studies of that type, except the study.
    pub fn asset_hash(&self, study_type: StudyType) -> String {
        match self {
            Self::InProcess(engine) => engine.asset_hash().to_owned(),
            Self::Model(engine) => engine.asset_hash(study_type),
            Self::Pool(pool) => pool.asset_hash(study_type),
        }
    }

    /// What it can and cannot do, in a sentence; nothing where that has not been measured.
    pub fn notice(&self) -> Option<&str> {
        match self {
            Self::InProcess(engine) => engine.notice(),
            Self::Model(_) | Self::Pool(_) => None,
        }
    }

    /// The texts of a study that it rejects for every respondent; none where a service answers.
    pub fn rejections(&self, spec: &StudySpec) -> Vec<Rejection> {
        match self {
            Self::InProcess(engine) => engine.rejections(spec),
            Self::Model(_) | Self::Pool(_) => Vec::new(),
        }
    }

    /// Whether it understands none of the questions that a study asks; a service is asked to find out.
    pub fn understands_nothing(&self, spec: &StudySpec) -> bool {
        match self {
            Self::InProcess(engine) => engine.understands_nothing(spec),
            Self::Model(_) | Self::Pool(_) => false,
        }
    }

    /// Other wordings of a study's content that may be better; none where a service answers.
    pub fn rewrites(&self, spec: &StudySpec) -> Vec<RewriteProposal> {
        match self {
            Self::InProcess(engine) => engine.rewrites(spec),
            Self::Model(_) | Self::Pool(_) => Vec::new(),
        }
    }

    /// Whether a study that `model` began must get no answers of this engine: an in-process engine is part of the
    /// program, and another edition of it is another model under the same name.
    pub fn has_superseded(&self, model: &str) -> bool {
        matches!(self, Self::InProcess(engine) if engine.model() != model)
    }

    /// The engine for a pool: a pool with one member is that member.
    pub fn of(pool: Pool) -> Self {
        match pool.members() {
            [alone] if alone.service().name == pool.name() => Self::Model(Arc::clone(alone)),
            _ => Self::Pool(Arc::new(pool)),
        }
    }

    /// Its language models, in the order in which they are tried; empty for an in-process engine.
    pub fn models(&self) -> Vec<Arc<ModelEngine>> {
        match self {
            Self::InProcess(_) => Vec::new(),
            Self::Model(engine) => vec![Arc::clone(engine)],
            Self::Pool(pool) => pool.members().to_vec(),
        }
    }

    /// Reads the material of a study once, for all its respondents.
    pub fn prepare(&self, spec: &StudySpec) -> Ready {
        match self {
            Self::InProcess(engine) => Ready::Local(LocalEngine::new(spec, engine.as_ref())),
            Self::Model(engine) => Ready::Models(Arc::new(Pool::alone(Arc::clone(engine)))),
            Self::Pool(pool) => Ready::Models(Arc::clone(pool)),
        }
    }
}
