//! Study rows, in three parts: the submission, which never changes, but for
//! competitors that a model writes for it before anybody is asked; the progress, which every batch rewrites; and the
//! results. Child tables refer to a study by a dense number, not by its id.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use protocol::credits::{Credits, UsdMicros};
use protocol::hook::HookFormat;
use protocol::id::{StudyId, SubmitKey};
use protocol::key::KeyId;
use protocol::rejection::Rejection;
use protocol::results::{Margins, Results};
use protocol::run::{PanelCounts, State};
use protocol::study::{Origin, StudySpec};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::credits::RoundCharge;
use crate::domain::hook_in::SourceId;
use crate::domain::outcome::{EngineUse, FIRST_ROUND, Usage};
use crate::domain::probation::Group;
use crate::domain::projection::Taken;
use crate::domain::reply_notes::ReplyNotes;
use crate::domain::stimulus::SentAs;
use crate::store::{Row, Table};

/// Packed panels are split into rows of this size, so that no value needs a large page.
pub(crate) const PANEL_CHUNK_BYTES: usize = 64 * 1024;

/// The submission of a study.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct StudyRow {
    /// Its id.
    pub id: StudyId,
    /// The submission key.
    pub key: SubmitKey,
    /// The specification.
    pub spec: StudySpec,
    /// The model that answers.
    pub model: String,
    /// The instrument hash.
    pub instrument_hash: String,
    /// The owner.
    pub owner: String,
    /// The interface through which it was submitted.
    pub origin: Origin,
    /// The key of the program that submitted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_key: Option<KeyId>,
    /// The source of the hook that submitted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceId>,
    /// The watched file it is a version of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lineage: Option<String>,
    /// The path of the file that it was submitted from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What was sent, where respondents read it otherwise. Earlier versions kept nothing of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<SentAs>,
    /// How many hooks led to it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub hops: u8,
    /// How the address is told that it names itself.
    #[serde(default, skip_serializing_if = "StudyHook::is_plain")]
    pub hook: StudyHook,
    /// Credits for one answer.
    pub price: Credits,
    /// What each round costs; `None` where answers are paid for one by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charge: Option<RoundCharge>,
    /// First and last value of the scores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<(i32, i32)>,
    /// Hash of the population tables that the panel was sampled from.
    #[serde(default)]
    pub population: String,
    /// Target and actual margins of the panel.
    #[serde(default)]
    pub margins: Margins,
    /// The announced range of the real cost, low and high; `None` if none was announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announced: Option<(UsdMicros, UsdMicros)>,
    /// What it may cost, where an agent runs it by itself and nobody agreed to that.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub unagreed: UsdMicros,
    /// How respondents are distributed among engines; `None` for a single engine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<String>,
    /// Texts that the built-in respondent model rejects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rejected: Vec<Rejection>,
    /// When it was submitted.
    pub created_at: Timestamp,
}

/// How the address is told that a study names itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct StudyHook {
    /// The form of what is sent.
    pub format: HookFormat,
    /// The API key that the study came with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyId>,
}

/// That of studies without a key.
impl Default for StudyHook {
    fn default() -> Self {
        Self { format: HookFormat::Standard, key: None }
    }
}

impl StudyHook {
    fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(hops: &u8) -> bool {
    *hops == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_nothing(amount: &UsdMicros) -> bool {
    *amount == UsdMicros::ZERO
}

impl Row for StudyRow {
    const TABLE: Table = Table::Studies;
    type Key = u32;
}

/// The number of a study.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct StudyNumber(pub u32);

impl Row for StudyNumber {
    const TABLE: Table = Table::StudyNumbers;
    type Key = Uuid;
}

/// The study of a submission key, or of a key under which something was done to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SubmitRow {
    /// The number of the study.
    pub number: u32,
    /// SHA-256 (hex) of the submitted body.
    pub body: String,
    /// Whether it stands for a control of the study, and not for its submission.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub control: bool,
}

impl Row for SubmitRow {
    const TABLE: Table = Table::SubmitKeys;
    type Key = Uuid;
}

/// A study that has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Unfinished {
    /// How it came, so that those of a key are counted without reading studies; absent in rows of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub came: Option<CameBy>,
}

/// How a study came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CameBy {
    /// In person.
    Unkeyed,
    /// With a key of the HTTP listener.
    With(KeyId),
}

impl Unfinished {
    /// For a study that came with that key.
    pub(crate) fn of(key: Option<KeyId>) -> Self {
        Self { came: Some(key.map_or(CameBy::Unkeyed, CameBy::With)) }
    }
}

impl Row for Unfinished {
    const TABLE: Table = Table::Unfinished;
    type Key = u32;
}

/// The progress of a study.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The state.
    pub state: State,
    /// The reason for the state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// From 0; each retry is the next.
    #[serde(default)]
    pub attempt: u32,
    /// The current round.
    #[serde(default, skip_serializing_if = "is_first")]
    pub round: u16,
    /// The panel's outcomes so far: those of the first round.
    pub panel: PanelCounts,
    /// The outcomes of the current round, where that is a later one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub later: Option<PanelCounts>,
    /// Number of answers for each value of the scale.
    #[serde(default)]
    pub scores: Vec<u64>,
    /// The sums of the scores in hundredths of a point, where the scale has rounded ones; absent elsewhere, and in studies that
    /// an earlier version began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exact: Option<ExactSums>,
    /// Outcomes of the last seconds, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recent: Vec<Counted>,
    /// Tokens and cost.
    #[serde(default)]
    pub usage: Usage,
    /// The part of it that belongs to lost calls.
    #[serde(default)]
    pub lost: Usage,
    /// The work of each engine, by name, with the model that was asked.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub engines: BTreeMap<String, (String, EngineUse)>,
    /// Models that services report to have answered, if they differ from the requested name: the first few.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub said_by: BTreeSet<String>,
    /// How the replies of language models were read.
    #[serde(default, skip_serializing_if = "ReplyNotes::is_empty")]
    pub replies: ReplyNotes,
    /// Costs of the respondents asked so far, for the projection of the final cost.
    #[serde(default)]
    pub taken: Taken,
    /// What was agreed beyond the announced cost; absent where nothing was.
    #[serde(default, skip_serializing_if = "AgreedCost::is_as_announced")]
    pub agreed: AgreedCost,
    /// Addresses of its engine that its owner agreed to, where they are others than those at which it began.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub agreed_addresses: BTreeSet<String>,
    /// Credits settled.
    #[serde(default)]
    pub credits_used: Credits,
    /// Its place in the queue; zero unless its owner moved it.
    #[serde(default)]
    pub place: i64,
    /// After an unclean exit: the group that is being asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probation: Option<Group>,
    /// Whether its owner archived it.
    #[serde(default)]
    pub archived: bool,
    /// Its owner's labels.
    #[serde(default)]
    pub tags: Vec<String>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
    /// Milliseconds of work before the current run.
    #[serde(default)]
    pub worked_ms: u64,
    /// When the current run began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working_since: Option<Timestamp>,
}

/// The upper end of a study's real cost, as far as it is not the announced one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgreedCost {
    /// What holds in the place of the announced upper end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed: Option<UsdMicros>,
    /// What the owner of a paused study is asked to agree to before it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<UsdMicros>,
    /// Nobody will agree to more: the cap of its key has no room.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_final: bool,
}

impl AgreedCost {
    fn is_as_announced(&self) -> bool {
        *self == Self::default()
    }
}

/// The sums of scores in hundredths of a point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExactSums {
    /// Number of scores.
    pub n: u64,
    /// Their sum.
    pub sum: u64,
    /// The sum of their squares.
    pub squares: u64,
}

impl ExactSums {
    /// Adds a score.
    pub(crate) fn add(&mut self, hundredths: u16) {
        let score = u64::from(hundredths);
        self.n = self.n.saturating_add(1);
        self.sum = self.sum.saturating_add(score);
        self.squares = self.squares.saturating_add(score.saturating_mul(score));
    }
}

/// Outcomes recorded within one second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// The second, since 1970.
    pub second: i64,
    /// Number of outcomes.
    pub outcomes: u32,
}

impl Progress {
    /// The progress of a study that was just submitted.
    pub fn new(requested: u32, tags: Vec<String>, scale: Option<(i32, i32)>) -> Self {
        let width = scale.and_then(|(low, high)| usize::try_from(high.checked_sub(low)?).ok());
        Self {
            state: State::Draft,
            reason: None,
            attempt: 0,
            round: FIRST_ROUND,
            panel: PanelCounts { requested, ..PanelCounts::default() },
            later: None,
            scores: vec![0; width.map_or(0, |width| width.saturating_add(1))],
            exact: None,
            recent: Vec::new(),
            usage: Usage { cost: UsdMicros::ZERO, ..Usage::default() },
            lost: Usage::default(),
            engines: BTreeMap::new(),
            said_by: BTreeSet::new(),
            replies: ReplyNotes::default(),
            taken: Taken::default(),
            agreed: AgreedCost::default(),
            agreed_addresses: BTreeSet::new(),
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

/// The results, without the answers themselves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct ResultsRow(pub Results);

impl Row for ResultsRow {
    const TABLE: Table = Table::Results;
    type Key = u32;
}
