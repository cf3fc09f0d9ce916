//! What was said: the exchanges behind an outcome under the outcome's key, the newest reply to each question by its address,
//! and the settings and templates that the questions were made with.

use serde::{Deserialize, Serialize};

use super::OutcomeKey;
use crate::domain::evidence::Blueprint;
use crate::domain::exchange::Exchange;
use crate::domain::outcome::Assignment;
use crate::store::{Row, Table};

/// Everything that was said to reach one outcome, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ExchangesRow(pub Vec<Exchange>);

impl Row for ExchangesRow {
    const TABLE: Table = Table::Exchanges;
    type Key = OutcomeKey;
}

/// Where the newest reply to a question stands: the last exchange under that outcome. What it names may be gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RememberedRow(u32, u16, u32, u16);

impl RememberedRow {
    /// It stands there.
    pub fn new(key: OutcomeKey) -> Self {
        let OutcomeKey { study, assignment } = key;
        Self(study, assignment.round, assignment.respondent, assignment.task)
    }

    /// Where it stands. Repetitions are never remembered.
    pub fn key(self) -> OutcomeKey {
        let Self(study, round, respondent, task) = self;
        OutcomeKey { study, assignment: Assignment { round, respondent, task, replicate: 0 } }
    }
}

impl Row for RememberedRow {
    const TABLE: Table = Table::Remembered;
    type Key = String;
}

/// One set of settings and templates of a study.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BlueprintRow(pub Blueprint);

impl Row for BlueprintRow {
    const TABLE: Table = Table::Blueprints;
    type Key = (u32, u32);
}
