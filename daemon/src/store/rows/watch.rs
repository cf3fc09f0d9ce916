//! Rows of watched files: the watches, the files seen, the lineages and their versions. A file leads to a lineage, and a
//! version to its study; the texts themselves are in the studies.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use protocol::credits::{Credits, UsdMicros};
use protocol::id::StudyId;
use protocol::study::Problem;
use protocol::watch::{SaveOutcome, WatchCaps};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::watch::RunsOfMinute;
use crate::store::{Row, Table};

/// A watch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct WatchRow {
    /// The absolute path, without links.
    pub path: String,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// Who added it.
    pub owner: String,
    /// Whether it is paused.
    #[serde(default)]
    pub paused: bool,
    /// Settings that override those of the files.
    #[serde(default)]
    pub overrides: BTreeMap<String, String>,
    /// The most it may use.
    pub caps: WatchCaps,
    /// When it was added.
    pub added_at: Timestamp,
    /// Submissions of the last hour, one by one: those that an earlier build wrote.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recent: Vec<Timestamp>,
    /// Submissions of the last hour, by the minute.
    #[serde(default)]
    pub runs: Vec<RunsOfMinute>,
    /// The day (UTC) of the two sums.
    #[serde(default)]
    pub day: Option<Date>,
    /// Credits that versions which ended on that day used.
    #[serde(default)]
    pub credits: Credits,
    /// Credits set aside for versions that have not ended.
    #[serde(default)]
    pub held: Credits,
    /// Announced cost of that day.
    #[serde(default)]
    pub cost: UsdMicros,
    /// Why it is looked at less quickly than usual, or not at all.
    #[serde(default)]
    pub trouble: Option<String>,
}

impl Row for WatchRow {
    const TABLE: Table = Table::Watches;
    type Key = u32;
}

/// A watched file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct FileRow {
    /// The number of its watch.
    pub watch: u32,
    /// Device and inode, by which a renamed file is known again.
    pub identity: (u64, u64),
    /// SHA-256 (hex) of its last text, normalised; empty where it could not be read.
    pub text: String,
    /// SHA-256 (hex) of the settings of its watch that override its own; empty without any.
    #[serde(default)]
    pub overrides: String,
    /// What came of its last change.
    pub outcome: SaveOutcome,
    /// Problems of its last text.
    #[serde(default)]
    pub problems: Vec<Problem>,
    /// Why nobody is asked.
    #[serde(default)]
    pub held: Option<String>,
    /// Its lineage and the last good version.
    #[serde(default)]
    pub version: Option<(Uuid, u32)>,
    /// When that came of it.
    pub at: Timestamp,
}

impl Row for FileRow {
    const TABLE: Table = Table::WatchedFiles;
    type Key = String;
}

/// The versions of one stimulus that were put to one panel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct LineageRow {
    /// Whose it is.
    pub owner: String,
    /// The file, as an absolute path.
    pub file: String,
    /// The settings that decide who answers and what is asked, with their values.
    pub deciding: Vec<(String, Option<String>)>,
    /// The seed of the first version, for files that name none.
    pub seed: u64,
    /// The last version given.
    pub versions: u32,
    /// When it began.
    pub begun_at: Timestamp,
    /// The lineage that it branched from.
    #[serde(default)]
    pub branched_from: Option<Uuid>,
    /// What was changed then, in words.
    #[serde(default)]
    pub changed: Vec<String>,
}

impl Row for LineageRow {
    const TABLE: Table = Table::Lineages;
    type Key = Uuid;
}

/// A version. It goes with its study.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct VersionRow {
    /// The number of its study.
    pub number: u32,
    /// The id of its study.
    pub study: StudyId,
    /// SHA-256 (hex) of everything that can change an answer.
    pub hash: String,
    /// The number of the watch that submitted it; unknown of versions of format 6.
    #[serde(default)]
    pub watch: Option<u32>,
    /// Credits that are set aside for it; none once it ended.
    pub credits: Credits,
    /// The cost that was announced, at most.
    pub cost: UsdMicros,
    /// When it was submitted.
    pub at: Timestamp,
    /// The version of this lineage that its file showed until then; none for the first one, after a version of another
    /// lineage, and for versions of earlier builds, which followed the newest one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u32>,
}

impl Row for VersionRow {
    const TABLE: Table = Table::Versions;
    type Key = (Uuid, u32);
}
