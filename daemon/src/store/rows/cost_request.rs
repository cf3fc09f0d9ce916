//! Cost requests by number: what an agent wants to run, the cost that was announced, and what the owner decided. What is to be
//! asked is kept only until then: afterwards the study has it, or nobody.

use jiff::Timestamp;
use protocol::credits::{Credits, UsdMicros};
use protocol::id::{StudyId, SubmitKey};
use protocol::key::KeyId;
use protocol::study::{StudySpec, StudyType};
use serde::{Deserialize, Serialize};

use crate::domain::stimulus::SentAs;
use crate::store::{Row, Table};

/// A cost request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct CostRequestRow {
    /// For whom the study is run.
    pub owner: String,
    /// The submission key of the study, so that it is run once.
    pub key: SubmitKey,
    /// The fingerprint of what the agent sent: the same call finds the same request.
    pub body: String,
    /// The key of the HTTP listener with which it was sent.
    pub api_key: Option<KeyId>,
    /// Who asks, in words.
    pub asker: String,
    /// The study type.
    pub instrument: StudyType,
    /// Number of respondents.
    pub panel: u32,
    /// What is to answer.
    pub engine: String,
    /// The model behind it.
    pub model: String,
    /// Credits that it takes.
    pub credits: Credits,
    /// The cost that was announced, at least and at most.
    pub announced: (UsdMicros, UsdMicros),
    /// What of it is read otherwise than it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<SentAs>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it waits.
    pub expires_at: Timestamp,
    /// What became of it.
    pub standing: CostStanding,
}

/// What became of a cost request. One that waits past its time has expired.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum CostStanding {
    /// Nobody has decided yet.
    Waiting {
        /// What is asked.
        spec: Box<StudySpec>,
    },
    /// The owner agreed.
    Approved {
        /// When.
        at: Timestamp,
        /// The study.
        study: StudyId,
    },
    /// The owner declined.
    Declined {
        /// When.
        at: Timestamp,
        /// What the study was to be called.
        name: String,
    },
}

impl Row for CostRequestRow {
    const TABLE: Table = Table::CostRequests;
    type Key = u32;
}
