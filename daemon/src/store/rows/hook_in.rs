//! Rows of hooks that come in: the sources, and each hook, which is remembered for a week so that it is acted on once.
//! The body is kept until the hook was acted on. Results of other services are rows of their own.

use jiff::Timestamp;
use jiff::civil::Date;
use protocol::credits::{Credits, UsdMicros};
use protocol::external::ExternalResult;
use protocol::hook_in::{HookAction, ReceivedState, SourceCaps, SourceKind};
use protocol::id::StudyId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::deliver::SigningSecret;
use crate::domain::hook_in::SourceId;
use crate::store::{Row, Table};

/// A source, by its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SourceRow {
    /// For whom it acts.
    pub owner: String,
    /// How it signs.
    pub kind: SourceKind,
    /// Its secret.
    pub secret: SigningSecret,
    /// What its hooks do.
    pub action: HookAction,
    /// The events that do it.
    pub events: Vec<String>,
    /// When it was added.
    pub added_at: Timestamp,
    /// The hour that is counted, and the hooks of that hour.
    #[serde(default)]
    pub hour: (i64, u32),
    /// Why the last hook was refused that was signed, and when.
    #[serde(default)]
    pub refused: Option<(Timestamp, String)>,
    /// The most that its studies may use; none for a source of an earlier build.
    #[serde(default = "SourceCaps::none")]
    pub caps: SourceCaps,
    /// The day (UTC) of the two sums.
    #[serde(default)]
    pub day: Option<Date>,
    /// Credits that its studies set aside or used on that day.
    #[serde(default)]
    pub credits: Credits,
    /// Cost that its studies announced on that day.
    #[serde(default)]
    pub cost: UsdMicros,
}

impl Row for SourceRow {
    const TABLE: Table = Table::HookSources;
    type Key = String;
}

/// A hook, by the digest of its source and its id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ReceivedRow {
    /// The source.
    pub source: String,
    /// Which of the sources of that name it was; unknown of a hook that an earlier build received.
    #[serde(default)]
    pub source_id: Option<SourceId>,
    /// Its id.
    pub id: String,
    /// The event.
    #[serde(default)]
    pub event: Option<String>,
    /// When it came in.
    pub at: Timestamp,
    /// How many hooks led to it.
    #[serde(default)]
    pub hops: u8,
    /// The body; absent where it is not needed any more.
    #[serde(default)]
    pub body: Option<String>,
    /// What became of it.
    pub state: ReceivedState,
    /// In a sentence.
    #[serde(default)]
    pub what: Option<String>,
    /// The study that came of it.
    #[serde(default)]
    pub study: Option<StudyId>,
}

impl Row for ReceivedRow {
    const TABLE: Table = Table::ReceivedHooks;
    type Key = String;
}

/// A result of another service, by its id here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ExternalRow {
    /// For whom it was imported.
    pub owner: String,
    /// The result.
    pub result: ExternalResult,
}

impl Row for ExternalRow {
    const TABLE: Table = Table::Externals;
    type Key = Uuid;
}

/// That a hook is to be acted on, by the key of the hook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PendingHookRow {
    /// How often that failed for a reason that may pass.
    #[serde(default)]
    pub tries: u32,
    /// When it is tried again; absent for at once.
    #[serde(default)]
    pub due: Option<Timestamp>,
}

impl Row for PendingHookRow {
    const TABLE: Table = Table::PendingHooks;
    type Key = String;
}
