//! Single rows of the file: its format, and what was learnt of model services.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::store::{Row, Table};

/// The format, and the program that wrote it first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FormatRow {
    /// Incremented with every change that an older program could not read.
    pub version: u32,
    /// The program that wrote this format first.
    pub written_by: String,
}

impl FormatRow {
    /// Its key.
    pub(crate) const KEY: &'static str = "format";
}

impl Row for FormatRow {
    const TABLE: Table = Table::Meta;
    type Key = String;
}

/// What was learnt of model services, by the name of the engine. A program that does not know the row learns it again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct LearntRow(pub BTreeMap<String, LearntOfEngine>);

/// What was learnt of one service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LearntOfEngine {
    /// SHA-256 (hex) of the settings with which it was learnt.
    pub settings: String,
    /// What was learnt, in the words of `inference`.
    pub learnt: serde_json::Value,
}

impl LearntRow {
    /// Its key.
    pub(crate) const KEY: &'static str = "learnt";
}

impl Row for LearntRow {
    const TABLE: Table = Table::Meta;
    type Key = String;
}
