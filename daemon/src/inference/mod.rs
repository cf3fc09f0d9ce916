//! What answers a questionnaire: the built-in reader, later language models. One question in, one [`Reply`] or
//! [`Refusal`] out; reading the reply is the instrument's business, never the engine's.

pub mod chat;
pub mod client;
pub mod embed;
mod here;
pub mod key;
pub mod limits;
pub mod local;
mod mask;
pub mod model;
pub mod offline;
pub mod pool;
pub mod price;
pub mod prompt;
pub mod registry;
pub mod service;
pub mod wire;

use std::sync::Arc;
use std::time::Duration;

use protocol::credits::UsdMicros;
use protocol::persona::Persona;
use protocol::study::{Order, StudySpec, StudyType};

pub use self::here::{Here, InProcess, Responder};
use self::model::ModelEngine;
use self::offline::BuiltIn;
use self::pool::Pool;

/// One question to one respondent.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// The study: instrument, material, context and seed.
    pub spec: &'a StudySpec,
    /// Who answers.
    pub respondent: &'a Persona,
    /// The respondent's place in the panel, from 0.
    pub ordinal: u32,
    /// From 0; more than one where a respondent is asked twice, as in an A/B test that shows both orders.
    pub task: u16,
    /// 0, or the code of another kind of asking: [`crate::domain::asking::Asking::code`].
    pub replicate: u16,
    /// Which variant is shown first; `None` where there are no variants.
    pub order: Option<Order>,
}

/// What came back, unread.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// One JSON object in the questionnaire's schema, or whatever the engine sent instead.
    pub text: String,
    /// The model that answered, with its version.
    pub model: String,
    /// Tokens sent.
    pub input_tokens: u64,
    /// Tokens received.
    pub output_tokens: u64,
    /// Real cost.
    pub cost: UsdMicros,
}

/// Why nothing came back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Asking again may help.
    #[error("{why}")]
    Retry {
        /// What happened.
        why: String,
        /// Not before this.
        after: Option<Duration>,
    },
    /// Asking again will not help.
    #[error("{why}")]
    Final {
        /// What happened.
        why: String,
    },
}

/// What can answer, by name.
#[derive(Clone, Debug)]
pub enum Engine {
    /// An engine of this process, such as the built-in reader.
    InProcess(Arc<dyn InProcess>),
    /// A language model.
    Model(Arc<ModelEngine>),
    /// Several language models that answer together.
    Pool(Arc<Pool>),
}

/// How an engine that is ready for one study is asked.
#[derive(Debug)]
pub enum Ready {
    /// On a thread of this process.
    Here(Here),
    /// By calls over the network, to one language model or several.
    Models(Arc<Pool>),
}

impl Engine {
    /// The built-in reader.
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

    /// SHA-256 (hex) of everything but the study that decides its answers to studies of that type.
    pub fn asset_hash(&self, study_type: StudyType) -> String {
        match self {
            Self::InProcess(engine) => engine.asset_hash().to_owned(),
            Self::Model(engine) => engine.asset_hash(study_type),
            Self::Pool(pool) => pool.asset_hash(study_type),
        }
    }

    /// The engine that a pool is: one of one member is that member.
    pub fn of(pool: Pool) -> Self {
        match pool.members() {
            [alone] if alone.service().name == pool.name() => Self::Model(Arc::clone(alone)),
            _ => Self::Pool(Arc::new(pool)),
        }
    }

    /// The language models behind it, in the order in which they are tried; none for an engine of this process.
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
            Self::InProcess(engine) => Ready::Here(Here::new(spec, engine.as_ref())),
            Self::Model(engine) => Ready::Models(Arc::new(Pool::alone(Arc::clone(engine)))),
            Self::Pool(pool) => Ready::Models(Arc::clone(pool)),
        }
    }
}
