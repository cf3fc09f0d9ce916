//! A study in three parts: what was submitted, which never changes; what is happening, which every batch rewrites; and
//! what was found. Child tables name it by a dense number, not by its id.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use protocol::credits::{Credits, UsdMicros};
use protocol::id::{StudyId, SubmitKey};
use protocol::results::{Margins, Results};
use protocol::run::{PanelCounts, State};
use protocol::study::{Origin, StudySpec};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::outcome::{EngineUse, FIRST_ROUND, Usage};
use crate::domain::probation::Group;
use crate::domain::projection::Taken;
use crate::store::{Row, Table};

/// Packed panels are cut into rows of this size, so that no value needs a large page.
pub const PANEL_CHUNK_BYTES: usize = 64 * 1024;

/// What was submitted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StudyRow {
    /// Its id.
    pub id: StudyId,
    /// The key it was submitted under.
    pub key: SubmitKey,
    /// What is asked.
    pub spec: StudySpec,
    /// The model that answers.
    pub model: String,
    /// Hash over everything that decides questions and readings.
    pub instrument_hash: String,
    /// Who owns it.
    pub owner: String,
    /// The door it came in through.
    pub origin: Origin,
    /// The watched file it is a version of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lineage: Option<String>,
    /// Credits for one answer.
    pub price: Credits,
    /// First and last value of the scores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<(i32, i32)>,
    /// Hash of the population tables that the panel was sampled from.
    #[serde(default)]
    pub population: String,
    /// Targets and what the panel realises.
    #[serde(default)]
    pub margins: Margins,
    /// The real cost that was announced, at least and at most; none where nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announced: Option<(UsdMicros, UsdMicros)>,
    /// How respondents are shared out between engines; none for one engine alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<String>,
    /// When it was submitted.
    pub created_at: Timestamp,
}

impl Row for StudyRow {
    const TABLE: Table = Table::Studies;
    type Key = u32;
}

/// The number of a study.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StudyNumber(pub u32);

impl Row for StudyNumber {
    const TABLE: Table = Table::StudyNumbers;
    type Key = Uuid;
}

/// What a submission key stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubmitRow {
    /// The study it made.
    pub number: u32,
    /// SHA-256 (hex) of what was submitted under it.
    pub body: String,
}

impl Row for SubmitRow {
    const TABLE: Table = Table::SubmitKeys;
    type Key = Uuid;
}

/// A study that has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unfinished {}

impl Row for Unfinished {
    const TABLE: Table = Table::Unfinished;
    type Key = u32;
}

/// What is happening to a study.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Where it stands.
    pub state: State,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// From 0; each retry is the next.
    #[serde(default)]
    pub attempt: u32,
    /// The round that is asked.
    #[serde(default, skip_serializing_if = "is_first")]
    pub round: u16,
    /// What came of the panel so far.
    pub panel: PanelCounts,
    /// How many answers gave each value of the scale.
    #[serde(default)]
    pub scores: Vec<u64>,
    /// Outcomes of the last seconds, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recent: Vec<Counted>,
    /// What it took.
    #[serde(default)]
    pub usage: Usage,
    /// Of that, what became no outcome.
    #[serde(default)]
    pub lost: Usage,
    /// What each engine did, by its name; with it the model it asked.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub engines: BTreeMap<String, (String, EngineUse)>,
    /// Models that services say answered, as far as they were not named as asked: the first few.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub said_by: BTreeSet<String>,
    /// What those took who were asked: projects the final cost.
    #[serde(default)]
    pub taken: Taken,
    /// Credits settled.
    #[serde(default)]
    pub credits_used: Credits,
    /// Its place among those that wait; zero where its owner never moved it.
    #[serde(default)]
    pub place: i64,
    /// After an unclean end: the group that is being asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probation: Option<Group>,
    /// Put away by its owner.
    #[serde(default)]
    pub archived: bool,
    /// Its owner's labels.
    #[serde(default)]
    pub tags: Vec<String>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
    /// Milliseconds of work before the present stretch.
    #[serde(default)]
    pub worked_ms: u64,
    /// When the present stretch of work began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working_since: Option<Timestamp>,
}

/// Outcomes recorded within one second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// The second, since 1970.
    pub second: i64,
    /// How many.
    pub outcomes: u32,
}

impl Progress {
    /// A study that was just submitted.
    pub fn new(requested: u32, tags: Vec<String>, scale: Option<(i32, i32)>) -> Self {
        let width = scale.and_then(|(low, high)| usize::try_from(high.checked_sub(low)?).ok());
        Self {
            state: State::Draft,
            reason: None,
            attempt: 0,
            round: FIRST_ROUND,
            panel: PanelCounts { requested, ..PanelCounts::default() },
            scores: vec![0; width.map_or(0, |width| width.saturating_add(1))],
            recent: Vec::new(),
            usage: Usage { cost: UsdMicros::ZERO, ..Usage::default() },
            lost: Usage::default(),
            engines: BTreeMap::new(),
            said_by: BTreeSet::new(),
            taken: Taken::default(),
            credits_used: Credits::ZERO,
            place: 0,
            probation: None,
            archived: false,
            tags,
            completed_at: None,
            worked_ms: 0,
            working_since: None,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
const fn is_first(round: &u16) -> bool {
    *round == FIRST_ROUND
}

impl Row for Progress {
    const TABLE: Table = Table::Progress;
    type Key = u32;
}

/// What was found, without the answers themselves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ResultsRow(pub Results);

impl Row for ResultsRow {
    const TABLE: Table = Table::Results;
    type Key = u32;
}
