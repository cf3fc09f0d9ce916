//! The format row of the file.

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
