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

pub use self::here::Here;
use self::model::ModelEngine;
use self::offline::Offline;
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
    /// The built-in reader. Its lexicons are read when it is first asked for, so that an idle daemon does without.
    Offline,
    /// A language model.
    Model(Arc<ModelEngine>),
    /// Several language models that answer together.
    Pool(Arc<Pool>),
    /// Answers as a test says.
    #[cfg(any(test, feature = "seeded-bugs"))]
    Scripted(Script),
}

/// How an engine that is ready for one study is asked.
#[derive(Debug)]
pub enum Ready {
    /// On a thread of this process.
    Here(Here),
    /// By calls over the network, to one language model or several.
    Models(Arc<Pool>),
}

/// An engine within this process that is ready for one study.
#[derive(Debug)]
pub enum Prepared {
    /// The built-in reader, with the material read.
    Offline(offline::Prepared),
    /// Answers as a test says.
    #[cfg(any(test, feature = "seeded-bugs"))]
    Scripted(Script),
}

impl Engine {
    /// The model that answers, with its version.
    pub fn model(&self) -> &str {
        match self {
            Self::Offline => Offline::embedded().model(),
            Self::Model(engine) => engine.model(),
            Self::Pool(pool) => pool.model(),
            #[cfg(any(test, feature = "seeded-bugs"))]
            Self::Scripted(_) => "scripted",
        }
    }

    /// SHA-256 (hex) of everything but the study that decides its answers to studies of that type.
    pub fn asset_hash(&self, study_type: StudyType) -> String {
        match self {
            Self::Offline => Offline::embedded().asset_hash().to_owned(),
            Self::Model(engine) => engine.asset_hash(study_type),
            Self::Pool(pool) => pool.asset_hash(study_type),
            #[cfg(any(test, feature = "seeded-bugs"))]
            Self::Scripted(_) => "scripted".to_owned(),
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
            Self::Offline => Vec::new(),
            Self::Model(engine) => vec![Arc::clone(engine)],
            Self::Pool(pool) => pool.members().to_vec(),
            #[cfg(any(test, feature = "seeded-bugs"))]
            Self::Scripted(_) => Vec::new(),
        }
    }

    /// Reads the material of a study once, for all its respondents.
    pub fn prepare(&self, spec: &StudySpec) -> Ready {
        match self {
            Self::Offline => {
                let read = |spec: &_| Prepared::Offline(Offline::embedded().prepare(spec));
                Ready::Here(Here::new(spec, read))
            }
            Self::Model(engine) => Ready::Models(Arc::new(Pool::alone(Arc::clone(engine)))),
            Self::Pool(pool) => Ready::Models(Arc::clone(pool)),
            #[cfg(any(test, feature = "seeded-bugs"))]
            Self::Scripted(script) => {
                Ready::Here(Here::new(spec, |_: &_| Prepared::Scripted(script.clone())))
            }
        }
    }
}

impl Prepared {
    /// Asks one respondent.
    pub fn ask(&self, ask: &Ask<'_>) -> Result<Reply, Refusal> {
        match self {
            Self::Offline(prepared) => prepared.ask(ask),
            #[cfg(any(test, feature = "seeded-bugs"))]
            Self::Scripted(script) => script.ask(ask),
        }
    }
}

/// Answers that a test decides.
#[cfg(any(test, feature = "seeded-bugs"))]
#[derive(Clone)]
pub struct Script(std::sync::Arc<Scripted>);

#[cfg(any(test, feature = "seeded-bugs"))]
type Scripted = dyn Fn(&Ask<'_>) -> Result<Reply, Refusal> + Send + Sync;

#[cfg(any(test, feature = "seeded-bugs"))]
impl Script {
    /// Answers as that function says.
    pub fn new(
        answer: impl Fn(&Ask<'_>) -> Result<Reply, Refusal> + Send + Sync + 'static,
    ) -> Self {
        Self(std::sync::Arc::new(answer))
    }

    fn ask(&self, ask: &Ask<'_>) -> Result<Reply, Refusal> {
        (self.0)(ask)
    }
}

#[cfg(any(test, feature = "seeded-bugs"))]
impl std::fmt::Debug for Script {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Script")
    }
}
