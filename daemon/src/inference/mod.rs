//! What answers a questionnaire: the built-in reader, later language models. One question in, one [`Reply`] or
//! [`Refusal`] out; reading the reply is the instrument's business, never the engine's.

pub mod chat;
pub mod client;
pub mod key;
pub mod limits;
pub mod price;
pub mod wire;

use std::time::Duration;

use protocol::credits::UsdMicros;
use protocol::persona::Persona;
use protocol::study::StudySpec;

/// One question to one respondent.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// The study: instrument, material, context and seed.
    pub spec: &'a StudySpec,
    /// Who answers.
    pub respondent: &'a Persona,
    /// The respondent's place in the panel, from 0.
    pub ordinal: u32,
    /// 0, or the number of a repetition that measures re-ask noise.
    pub replicate: u16,
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
