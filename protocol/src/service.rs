//! The calls a client can make. Replies that can grow are paged; every reply fits a frame of 1 MiB. `hello` comes
//! first, with a range of versions, because an unknown method would close the connection.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::analysis::{Asked, CrossTab, PowerAnswer, PowerQuestion};
use crate::credits::Credits;
use crate::error::ApiError;
use crate::event::{Cursor, EventPage};
use crate::id::{StudyId, SubmitKey};
use crate::ledger::{Balance, Transfer};
use crate::results::{Comparison, Report, Response, Tagged};
use crate::run::{Live, Preview, Study};
use crate::study::{Draft, Origin};

/// The protocol versions this build speaks, oldest and newest. 2 sends answers with their study type.
pub const VERSIONS: (u16, u16) = (2, 2);

/// What every call returns.
pub type Reply<T> = Result<T, ApiError>;

/// Who calls, and which versions it speaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The program's version.
    pub version: String,
    /// The oldest protocol it speaks.
    pub protocol_min: u16,
    /// The newest protocol it speaks.
    pub protocol_max: u16,
}

/// The daemon's answer to a greeting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The daemon's version.
    pub version: String,
    /// The protocol that both will speak from now on.
    pub protocol: u16,
    /// Its process.
    pub pid: u32,
    /// Where its history ends: whoever looks at the lists after this greeting and reads events from here on misses
    /// nothing.
    pub head: Cursor,
}

/// A study to run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Submit {
    /// Fresh for each submission; repeated only with the very same one.
    pub key: SubmitKey,
    /// What to run.
    pub draft: Draft,
    /// The door it came in through.
    pub origin: Origin,
    /// The owner has seen the cost and agreed to it.
    pub cost_confirmed: bool,
}

/// Which studies to list. The default is all that are not archived.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StudyQuery {
    /// Text that the name contains, in any case.
    pub search: Option<String>,
    /// A tag it carries.
    pub tag: Option<String>,
    /// Archived ones instead of the others.
    pub archived: bool,
    /// Go on after this many.
    pub offset: u32,
    /// At most this many; the daemon gives at most 500.
    pub limit: u32,
}

/// A page of something that is listed, and whether there is more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    /// In order.
    pub items: Vec<T>,
    /// Where to go on, when there is more.
    pub next: Option<u32>,
}

impl<T> Page<T> {
    /// The same page of something that is made of what it holds.
    #[must_use]
    pub fn map<U>(self, convert: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(convert).collect(), next: self.next }
    }
}

/// What an owner can do to a study.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Control {
    /// Ask nobody else until it is resumed.
    Pause,
    /// Go on.
    Resume,
    /// Stop for good; what is unused of the hold comes back.
    Cancel,
    /// Ask again those that failed or whose reply was invalid, as a continuation of the same study.
    Retry,
    /// Put away.
    Archive,
    /// Take out again.
    Unarchive,
}

/// A study that was deleted, what is kept of it, and where it stands all the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deleted {
    /// Its id.
    pub id: StudyId,
    /// When.
    pub deleted_at: Timestamp,
    /// Answers it had.
    pub answers: u32,
    /// Credits it used: the ledger keeps them.
    pub credits_used: Credits,
    /// What it cost in dollars: the ledger keeps that too.
    pub cost_usd: f64,
    /// Whether every row of it is gone. If not, the daemon goes on removing them, after a restart too.
    pub gone: bool,
    /// Daily backups that are kept: until as many newer ones exist, one may hold it. None where none are made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub daily_backups: Option<u32>,
}

/// How the daemon is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// Its process.
    pub pid: u32,
    /// Its version.
    pub version: String,
    /// The protocol in use.
    pub protocol: u16,
    /// Since it was ready.
    pub uptime_s: u64,
    /// Its socket.
    pub socket: String,
    /// Where it serves HTTP, when it does.
    pub http: Option<String>,
    /// Its settings file.
    pub config: String,
    /// Its store.
    pub database: String,
    /// Its logs.
    pub logs: String,
    /// How many studies are at work.
    pub studies: StudyCounts,
    /// Why it takes no writes, when it takes none.
    pub degraded: Option<String>,
    /// What to know when this start found an older store than the one that was used last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rewound: Option<String>,
    /// What moves by itself, in the order in which it was started.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drivers: Vec<DriverStatus>,
}

/// A driver: a part of the daemon that looks by itself, again and again, for what is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriverStatus {
    /// Its name: `scheduler`, `backup`, …
    pub name: String,
    /// Seconds after which it looks again at the latest while all is well.
    pub period_seconds: u64,
    /// The end of its last look; none before the first.
    pub last: Option<DriverRun>,
}

/// How the look of a driver ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriverRun {
    /// When.
    pub at: Timestamp,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: DriverOutcome,
}

/// What came of the look of a driver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum DriverOutcome {
    /// Everything that was due is done.
    Ok {
        /// What was done, where that is worth telling.
        what: Option<String>,
    },
    /// Something is left, and is tried again after the period.
    Error {
        /// Why.
        what: String,
    },
}

/// How many studies are at work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudyCounts {
    /// Being answered.
    pub running: u32,
    /// Waiting.
    pub queued: u32,
}

/// An engine that studies can name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EngineInfo {
    /// Its name.
    pub name: String,
    /// The model that answers.
    pub model: Option<String>,
    /// The address it is asked at, scheme, host and port only; none for the built-in engine.
    pub origin: Option<String>,
    /// The whole address in use; none for what is asked nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Who says so, in words: `as shipped`, `settings`, `$OPENAI_BASE_URL`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address_from: Option<String>,
    /// The variable whose key goes there; none where it is asked without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_from: Option<String>,
    /// Whether it can be asked.
    pub ready: bool,
    /// What it lacks, when it lacks something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lacks: Option<String>,
    /// Dollars per million tokens sent and received; none when nobody knows.
    pub price_usd: Option<(f64, f64)>,
    /// It costs nothing because it is asked at a local address; no price of it is known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_free_here: bool,
    /// Calls that may be under way at once.
    pub concurrency: Option<u32>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "EngineRole::is_answers")]
    pub role: EngineRole,
}

impl EngineInfo {
    /// One of which nothing but the name is known: it cannot be asked.
    #[must_use]
    pub fn named(name: String) -> Self {
        Self {
            name,
            model: None,
            origin: None,
            address: None,
            address_from: None,
            key_from: None,
            ready: false,
            lacks: None,
            price_usd: None,
            is_free_here: false,
            concurrency: None,
            role: EngineRole::Answers,
        }
    }

    /// Whether it shares respondents out among other engines: it answers, and is asked nowhere at a price of its own.
    #[must_use]
    pub fn is_pool(&self) -> bool {
        self.ready && self.origin.is_none() && self.price_usd.is_none()
    }
}

/// What an engine is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineRole {
    /// It answers; it may turn texts into vectors besides.
    #[default]
    Answers,
    /// It only turns texts into vectors.
    Embeds,
}

impl EngineRole {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    fn is_answers(&self) -> bool {
        *self == Self::Answers
    }
}

/// How fast an engine may be asked. In a request, what is left out stays as it is, and nought takes a limit away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tuning {
    /// Calls that may be under way at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<u32>,
    /// Requests a minute; none is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests_per_minute: Option<u32>,
    /// Tokens a minute, sent and received; none is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens_per_minute: Option<u32>,
}

/// A setting whose value in the file, or in a variable of the daemon's, is not the one that the daemon works with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SettingChange {
    /// `limits.studies_running`.
    pub key: String,
    /// What the daemon works with; none where it is new.
    pub in_force: Option<serde_json::Value>,
    /// What the settings say; none where they say nothing any more.
    pub wanted: Option<serde_json::Value>,
    /// When it comes into force.
    pub comes: Comes,
}

/// When a changed setting comes into force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comes {
    /// It just has.
    Now,
    /// As soon as somebody asks for it.
    WhenApplied,
    /// When the daemon starts the next time.
    AtStart,
}

/// What one small call to an engine showed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EngineCheck {
    /// The engine.
    pub engine: EngineInfo,
    /// What was tried, and what came of it.
    pub checks: Vec<Check>,
    /// How long the call took.
    pub latency_ms: u64,
    /// What it cost in dollars.
    pub cost_usd: f64,
}

/// One thing the doctor looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Its name: `ledger.sums_to_zero`, …
    pub name: String,
    /// Whether it holds.
    pub ok: bool,
    /// What was seen.
    pub detail: String,
    /// What to do when it does not hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// Where to go on with the evidence of a study.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceCursor {
    /// The next respondent.
    pub respondent: u32,
    /// Respondents so far.
    pub respondents: u32,
    /// Exchanges so far.
    pub exchanges: u64,
    /// The seal of the last line.
    pub seal: String,
}

/// Some lines of the evidence of a study, and where to go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidencePage {
    /// Lines of the file, without line breaks.
    pub lines: Vec<String>,
    /// Where to go on, when there is more.
    pub next: Option<EvidenceCursor>,
}

/// The daemon's face. Every call takes a deadline from its context, clamped by the daemon.
#[tarpc::service]
pub trait Demoscope {
    /// Greets; the daemon refuses every other call on a connection that has not.
    async fn hello(hello: Hello) -> Reply<Welcome>;
    /// Checks a draft and says what it would do. Stores nothing.
    async fn check(draft: Draft) -> Reply<Preview>;
    /// Takes a study on, or finds the one that the same key made.
    async fn submit(submit: Submit) -> Reply<Study>;
    /// Lists studies, newest first.
    async fn studies(query: StudyQuery) -> Reply<Page<Study>>;
    /// Finds the study that an id, an unambiguous prefix of one, or `@` (the latest) names.
    async fn find(name: String) -> Reply<Study>;
    /// A study with its results, without single answers.
    async fn report(study: StudyId) -> Reply<Report>;
    /// What a study looks like now.
    async fn live(study: StudyId) -> Reply<Live>;
    /// Answers in respondent order, from `offset` on.
    async fn answers(study: StudyId, offset: u32, limit: u32) -> Reply<Page<Response<Tagged>>>;
    /// One byte for each respondent from `offset` on: the score plus one, 0 while there is no outcome, 255 for an
    /// outcome that is no score. At most 100,000.
    async fn scores(study: StudyId, offset: u32, limit: u32) -> Reply<Vec<u8>>;
    /// Two studies against each other by one result (without one by the study type's own), paired when the same people
    /// answered both.
    async fn compare(first: StudyId, second: StudyId, of: Option<String>) -> Reply<Comparison>;
    /// One result of a study (without one the study type's own) broken down by one or two dimensions.
    async fn cross(study: StudyId, dimensions: Vec<String>, of: Option<String>) -> Reply<CrossTab>;
    /// What a study asked, and of whom.
    async fn asked(study: StudyId) -> Reply<Asked>;
    /// How many people it takes to see a difference.
    async fn power(question: PowerQuestion) -> Reply<PowerAnswer>;
    /// Everything that was said in an ended study, line by line: prompts, replies, orders, costs and what was found.
    async fn evidence(study: StudyId, after: Option<EvidenceCursor>) -> Reply<EvidencePage>;
    /// Changes what a study does.
    async fn control(study: StudyId, control: Control) -> Reply<Study>;
    /// Replaces a study's tags.
    async fn tag(study: StudyId, tags: Vec<String>) -> Reply<Study>;
    /// Deletes a study that has ended, for good; waits a while until every row of it is gone.
    async fn delete(study: StudyId) -> Reply<Deleted>;
    /// Where the budget stands.
    async fn credits() -> Reply<Balance>;
    /// Adds credits that do not lapse.
    async fn grant(credits: Credits) -> Reply<Balance>;
    /// Movements, newest first, from `offset` on.
    async fn statement(offset: u32, limit: u32) -> Reply<Page<Transfer>>;
    /// The history after a cursor; waits up to `wait_ms` (at most 30 s) for the next event when there is none.
    async fn events(after: Cursor, limit: u32, wait_ms: u64) -> Reply<EventPage>;
    /// How the daemon is.
    async fn status() -> Reply<Status>;
    /// Audits every invariant.
    async fn doctor() -> Reply<Vec<Check>>;
    /// Writes a consistent copy of the store; returns where. Without a path, among the daily ones.
    async fn backup(path: Option<String>) -> Reply<String>;
    /// The variables that engines read: names only.
    async fn engine_variables() -> Reply<Vec<String>>;
    /// Takes what the caller's environment holds of those variables, keys among them. They stay in memory.
    async fn offer(environment: BTreeMap<String, String>) -> Reply<()>;
    /// What can answer, in the order of names.
    async fn engines() -> Reply<Vec<EngineInfo>>;
    /// Makes one small call to an engine and says what works.
    async fn check_engine(name: String) -> Reply<EngineCheck>;
    /// Changes how fast an engine may be asked, also while studies are at work on it, until the daemon ends; says what
    /// holds now. Without a tuning, the settings file is read again.
    async fn tune_engine(name: String, tuning: Option<Tuning>) -> Reply<Tuning>;
    /// The settings that have changed since the daemon read them; when asked to, those that can be are put into force.
    async fn settings(apply: bool) -> Reply<Vec<SettingChange>>;
    /// Studies at work, then those that wait, in their order. At most 500.
    async fn queue() -> Reply<Vec<Study>>;
    /// Puts a waiting study at a place among those that wait, from 1.
    async fn move_in_queue(study: StudyId, place: u32) -> Reply<Vec<Study>>;
    /// Stops dispatch, waits for what is under way, and ends the daemon.
    async fn stop() -> Reply<()>;
}
