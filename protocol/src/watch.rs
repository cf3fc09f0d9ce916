//! Watched files and lineages on the wire: what is watched, how far each file is, and the versions of one stimulus that
//! were put to one panel.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::audience::words;
use crate::credits::{Credits, UsdMicros};
use crate::id::StudyId;
use crate::results::Comparison;
use crate::run::{Headline, State};
use crate::study::Problem;

words! {
    /// Whether a watch evaluates files.
    WatchState {
        /// It does.
        Active = "active",
        /// It was paused by its owner.
        Paused = "paused",
    }
}

words! {
    /// A change of a watch by its owner.
    WatchControl {
        /// Evaluates nothing until it is resumed.
        Pause = "pause",
        /// Resumes it.
        Resume = "resume",
        /// Ends it. Studies and lineages stay.
        Remove = "remove",
    }
}

words! {
    /// What came of a saved file.
    SaveOutcome {
        /// A new version was queued.
        Queued = "queued",
        /// The text is that of an earlier version, whose result is shown again.
        Known = "known",
        /// The draft has problems; the last good version stands.
        Broken = "broken",
        /// It is valid and nobody is asked, for a reason that is given.
        Held = "held",
    }
}

/// The most that one watch may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct WatchCaps {
    /// Studies in an hour.
    pub runs_per_hour: u32,
    /// Credits used and set aside in one calendar day (UTC); absent for no limit but the balance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credits_per_day: Option<Credits>,
    /// Announced cost in one calendar day (UTC), in millionths of a dollar; absent for no limit but those of the
    /// installation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_per_day: Option<UsdMicros>,
}

impl Default for WatchCaps {
    /// 200 studies an hour and 5 dollars a day.
    fn default() -> Self {
        Self { runs_per_hour: 200, credits_per_day: None, cost_per_day: Some(UsdMicros(5_000_000)) }
    }
}

/// A request to watch files and folders.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct WatchRequest {
    /// Absolute paths.
    pub paths: Vec<String>,
    /// Front-matter keys that override those of every file, as in a draft.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub overrides: BTreeMap<String, String>,
    /// What each of these watches may use.
    #[serde(default)]
    pub caps: WatchCaps,
}

/// A watched file or folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Watch {
    /// Its absolute path, without links.
    pub path: String,
    /// Whether it is a folder, with all that is in it.
    pub is_folder: bool,
    /// Whether it evaluates files.
    pub state: WatchState,
    /// The most it may use.
    pub caps: WatchCaps,
    /// Settings that override those of the files.
    pub overrides: BTreeMap<String, String>,
    /// When it was added.
    pub added_at: Timestamp,
    /// Studies in the last hour.
    pub runs_last_hour: u32,
    /// Credits that versions which ended today (UTC) used.
    pub credits_today: Credits,
    /// Credits set aside for versions that have not ended.
    #[serde(default)]
    pub credits_held: Credits,
    /// Announced cost of today (UTC), in millionths of a dollar.
    pub cost_today: UsdMicros,
    /// Number of files seen.
    pub files: u32,
    /// Number of files whose present text has no result, and none on the way.
    pub unresolved: u32,
    /// Why it is looked at less quickly than usual, or not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

/// A file of a watch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct WatchedFile {
    /// Its absolute path.
    pub path: String,
    /// The path of its watch.
    pub watch: String,
    /// What came of its last change.
    pub outcome: SaveOutcome,
    /// SHA-256 (hex) of the text of which that came, in UTF-8 without a byte order mark and with LF line ends; absent where it
    /// could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_sha256: Option<String>,
    /// Problems of its present text, each with its place.
    pub problems: Vec<Problem>,
    /// Why nobody is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<String>,
    /// Its lineage; absent while it has no good version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lineage: Option<String>,
    /// The last good version, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// The study of that version; absent where it was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub study: Option<StudyId>,
    /// The state of that study.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// Why that study ended as it did, where it was not as it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The headline of that study.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headline: Option<Headline>,
    /// Whether the file is there no more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_missing: bool,
    /// When that came of it.
    pub at: Timestamp,
}

/// One version of a stimulus.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Version {
    /// Its number in the lineage, from 1. Numbers of deleted studies are missing.
    pub version: u32,
    /// Its study.
    pub study: StudyId,
    /// The name of the study.
    pub name: String,
    /// The state of the study.
    pub state: State,
    /// The headline of the study.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headline: Option<Headline>,
    /// When it was submitted.
    pub at: Timestamp,
}

/// The versions of one stimulus that were put to one panel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Lineage {
    /// Its id.
    pub id: String,
    /// The file, as an absolute path; empty for callers who are told of no files.
    pub file: String,
    /// The lineage that it branched from, when a setting that decides answers was changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branched_from: Option<String>,
    /// What was changed then, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
    /// Its versions, oldest first; at most the newest 200.
    pub versions: Vec<Version>,
}

/// The place of a study in its lineage, with the change against the version before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct VersionReport {
    /// Its number, from 1.
    pub version: u32,
    /// The lineage.
    pub lineage: Lineage,
    /// The version that its file showed before it, or the newest one before that which can be compared with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Version>,
    /// This version minus that one, person by person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Box<Comparison>>,
}
