//! What may be under way at model services: noted before the first call of a study goes, removed with the transaction that
//! books what became of the last one. A note that is found when the daemon starts was left by an end that was not clean.

use protocol::credits::UsdMicros;
use serde::{Deserialize, Serialize};

use crate::store::{Row, Table};

/// The calls that a study may have under way. Its key is the number of the study, or, above all of those, one of a check of
/// an engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallsUnderWay {
    /// The engine that is asked, by the name that the study knows.
    pub engine: String,
    /// The most that there can be at once.
    pub calls: u32,
    /// The most that all questions to one respondent can cost.
    pub worst: UsdMicros,
}

impl Row for CallsUnderWay {
    const TABLE: Table = Table::CallsUnderWay;
    type Key = u32;
}
