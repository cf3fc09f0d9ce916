//! RPC service of the daemon: the calls a client can make. Responses that can grow are paged; every response fits a
//! frame of 1 MiB. `hello` is the first call and carries a range of versions, because an unknown method would close the
//! connection.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::analysis::{Asked, CrossTab, PowerAnswer, PowerQuestion};
use crate::cost_request::{CostDecision, CostRequest, CostRequestId};
use crate::credits::Credits;
use crate::error::ApiError;
use crate::event::{Cursor, EventPage};
use crate::external::{ExternalHead, ExternalResult};
use crate::finding::{FindingChange, FindingStatus};
use crate::hook::{
    Delivery, DeliveryDetail, DeliveryQuery, Endpoint, EndpointAdded, EndpointControl,
    EndpointRequest, HookSecret, SecretWish,
};
use crate::hook_in::{HookSource, ReceivedHook, SourceAdded, SourceRequest};
use crate::id::{StudyId, SubmitKey};
use crate::key::{FreshKey, Key, KeyId, NewKey};
use crate::ledger::{Balance, Transfer};
use crate::log::{LogPage, LogQuery};
use crate::ranking::{RankQuestion, Ranking};
use crate::results::{Comparison, Report, Response, Tagged};
use crate::rewritten_file::RewrittenFile;
use crate::run::{Live, Preview, Study};
use crate::study::{Draft, Origin};
use crate::watch::{VersionReport, Watch, WatchControl, WatchRequest, WatchedFile};

/// The protocol versions of this build, oldest and newest. Version 2 sends answers with their study type;
/// 3 sends the quotes of findings as texts, and sets their status; 4 tells of each round of a chain, and adds keys, webhooks
/// and the log.
pub const VERSIONS: (u16, u16) = (4, 4);

/// What every call returns.
pub type Reply<T> = Result<T, ApiError>;

/// The greeting of a client, with the protocol versions it supports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The client's version.
    pub version: String,
    /// The oldest supported protocol version.
    pub protocol_min: u16,
    /// The newest supported protocol version.
    pub protocol_max: u16,
}

/// The daemon's response to a greeting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The daemon's version.
    pub version: String,
    /// The protocol version of this connection.
    pub protocol: u16,
    /// Its process id.
    pub pid: u32,
    /// The end of the event feed: a client that reads the lists after this greeting and events from here on misses
    /// nothing.
    pub head: Cursor,
}

/// A submission of a study.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Submit {
    /// A new key for each submission; reused only to repeat the same one.
    pub key: SubmitKey,
    /// The draft to submit.
    pub draft: Draft,
    /// The interface through which it comes in.
    pub origin: Origin,
    /// Whether the owner has seen and confirmed the cost.
    pub cost_confirmed: bool,
    /// The absolute path of the draft's file, where it has one: a better version can be written into it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// A query for studies. The default lists all that are not archived.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StudyQuery {
    /// A text that the name contains, in any case.
    pub search: Option<String>,
    /// A tag that the study has.
    pub tag: Option<String>,
    /// Whether to list archived studies instead of the others.
    pub archived: bool,
    /// The number of studies to skip.
    pub offset: u32,
    /// The page size; at most 500.
    pub limit: u32,
}

/// A page of a list, with the offset of the next one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Page<T> {
    /// The items, in order.
    pub items: Vec<T>,
    /// The offset of the next page, if there is one.
    pub next: Option<u32>,
}

impl<T> Page<T> {
    /// The same page with converted items.
    #[must_use]
    pub fn map<U>(self, convert: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(convert).collect(), next: self.next }
    }
}

/// A control operation on a study.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Control {
    /// Stops asking until the study is resumed.
    Pause,
    /// Resumes the study.
    Resume,
    /// Agrees to what a paused study waits for, the upper end of its cost or another address of its engine, and resumes it.
    Agree,
    /// Ends the study for good; the unused part of the hold is released.
    Cancel,
    /// Asks respondents with a failed or invalid outcome again, within the same study.
    Retry,
    /// Archives the study.
    Archive,
    /// Unarchives the study.
    Unarchive,
}

/// What a cancellation of some studies would leave, at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancellation {
    /// The answers that stay readable, of all rounds.
    pub answers: u64,
    /// The credits that come back: what is held for answers that were not given, or for rounds that have not ended.
    pub credits: Credits,
}

/// A deleted study: what is kept of it, and where copies may remain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deleted {
    /// Its id.
    pub id: StudyId,
    /// Time of deletion.
    pub deleted_at: Timestamp,
    /// The number of answers it had.
    pub answers: u32,
    /// Credits it used; they stay in the ledger.
    pub credits_used: Credits,
    /// Its cost in dollars; it stays in the ledger.
    pub cost_usd: f64,
    /// Whether all of its rows are deleted. If not, the daemon goes on deleting them, also after a restart.
    pub gone: bool,
    /// The number of daily backups that are kept: one of them may contain the study until that many newer ones exist.
    /// Absent where no backups are made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub daily_backups: Option<u32>,
}

/// The status of the daemon.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// Its process id.
    pub pid: u32,
    /// Its version.
    pub version: String,
    /// The protocol in use.
    pub protocol: u16,
    /// Seconds since it was ready.
    pub uptime_s: u64,
    /// The path of its socket.
    pub socket: String,
    /// The address of its HTTP interface, if it has one.
    pub http: Option<String>,
    /// Why it has none, if the settings name one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_trouble: Option<String>,
    /// The path of its settings file.
    pub config: String,
    /// The path of its store.
    pub database: String,
    /// The path of its logs.
    pub logs: String,
    /// Numbers of active studies.
    pub studies: StudyCounts,
    /// Why the store is read-only, if it is.
    pub degraded: Option<String>,
    /// A warning when the daemon started with an older store than the one used last.
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

/// Numbers of active studies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudyCounts {
    /// Running studies.
    pub running: u32,
    /// Queued studies.
    pub queued: u32,
}

/// An engine that studies can use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EngineInfo {
    /// Its name.
    pub name: String,
    /// The model that answers.
    pub model: Option<String>,
    /// The address of its service: scheme, host and port only; absent for the built-in engine.
    pub origin: Option<String>,
    /// The full address in use; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The source of the address, in words: `as shipped`, `settings`, `$OPENAI_BASE_URL`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address_from: Option<String>,
    /// The environment variable with its API key; absent where it needs none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_from: Option<String>,
    /// Whether it is ready to be asked.
    pub ready: bool,
    /// What is missing, if it is not ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lacks: Option<String>,
    /// Dollars per million tokens sent and received; absent where the price is unknown.
    pub price_usd: Option<(f64, f64)>,
    /// Whether it counts as free because its address is local and no price is known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_free_here: bool,
    /// Calls that may be under way at once.
    pub concurrency: Option<u32>,
    /// Its role.
    #[serde(default, skip_serializing_if = "EngineRole::is_answers")]
    pub role: EngineRole,
    /// Whether something listens at its address on this machine; absent where that was not tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listens: Option<bool>,
    /// Models that the server there has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serves: Vec<String>,
    /// What was learnt of its service: what is sent otherwise than the settings say, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub learnt: Vec<String>,
}

impl EngineInfo {
    /// An engine of which only the name is known: it cannot be asked.
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
            listens: None,
            serves: Vec::new(),
            learnt: Vec::new(),
        }
    }

    /// Whether it is a pool, which shares respondents out among other engines and has no address or price of its own.
    #[must_use]
    pub fn is_pool(&self) -> bool {
        self.ready && self.origin.is_none() && self.price_usd.is_none()
    }
}

/// The role of an engine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineRole {
    /// It answers; it may also embed texts.
    #[default]
    Answers,
    /// It only embeds texts.
    Embeds,
}

impl EngineRole {
    /// Whether it answers, and does not only embed texts.
    #[must_use]
    pub fn is_answers(&self) -> bool {
        *self == Self::Answers
    }
}

/// Rate limits of an engine. In a request, an absent field stays unchanged, and zero removes a limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tuning {
    /// Calls that may be under way at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<u32>,
    /// Requests per minute; absent for no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests_per_minute: Option<u32>,
    /// Tokens per minute, sent and received; absent for no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens_per_minute: Option<u32>,
}

/// A setting whose value in the file, or in an environment variable of the daemon, differs from the one in force.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SettingChange {
    /// The key: `limits.studies_running`.
    pub key: String,
    /// The value in force; absent for a new setting.
    pub in_force: Option<serde_json::Value>,
    /// The configured value; absent where the setting was removed.
    pub wanted: Option<serde_json::Value>,
    /// When the change takes effect.
    pub comes: Comes,
}

/// When a changed setting takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comes {
    /// It has just taken effect.
    Now,
    /// On request.
    WhenApplied,
    /// At the next start of the daemon.
    AtStart,
    /// With the first month that begins after the next start of the daemon: each month's allowance is granted once.
    WithMonth,
}

/// The result of a test call to an engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EngineCheck {
    /// The engine.
    pub engine: EngineInfo,
    /// The checks, with their results.
    pub checks: Vec<Check>,
    /// The latency of the call.
    pub latency_ms: u64,
    /// Its cost in dollars.
    pub cost_usd: f64,
}

/// One check of the doctor or of an engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Its name: `ledger.sums_to_zero`, …
    pub name: String,
    /// Whether it passed.
    pub ok: bool,
    /// What was found.
    pub detail: String,
    /// What to do when it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// A cursor in the evidence of a study.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceCursor {
    /// The round that is written, from 0.
    #[serde(default)]
    pub round: u16,
    /// The next respondent's ordinal in that round.
    pub respondent: u32,
    /// The next ordinal of those who said something of rewrites after that round.
    #[serde(default)]
    pub rewriting: u32,
    /// Number of respondents so far.
    pub respondents: u32,
    /// Number of exchanges so far.
    pub exchanges: u64,
    /// The seal of the last line.
    pub seal: String,
    /// The version of the format, as the first page found it; 0 where it is to be found again.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub version: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// A page of the evidence of a study, with the cursor of the next one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidencePage {
    /// Lines of the file, without line breaks.
    pub lines: Vec<String>,
    /// The cursor of the next page, if there is one.
    pub next: Option<EvidenceCursor>,
}

/// The daemon's API. Every call carries a deadline in its context, which the daemon clamps.
#[tarpc::service]
pub trait Demoscope {
    /// Opens a connection; the daemon refuses every other call before it.
    async fn hello(hello: Hello) -> Reply<Welcome>;
    /// Checks a draft and returns what it would do. Stores nothing.
    async fn check(draft: Draft) -> Reply<Preview>;
    /// Submits a study, or returns the one that the same key made.
    async fn submit(submit: Submit) -> Reply<Study>;
    /// Has a study of an agent wait until its owner agrees to its cost, for whoever is named; or finds the request that the same
    /// call made. Its key is that of the study, which is run once.
    async fn request_cost(submit: Submit, asker: String) -> Reply<CostRequest>;
    /// The cost requests of the last week: those that wait first, then the newest. At most 500.
    async fn cost_requests() -> Reply<Vec<CostRequest>>;
    /// One cost request.
    async fn cost_request(id: CostRequestId) -> Reply<CostRequest>;
    /// Agrees to the cost of a request, which runs its study, or declines it. Where the cost has changed since it was announced,
    /// nothing is run and the new one is told.
    async fn decide_cost(id: CostRequestId, decision: CostDecision) -> Reply<CostRequest>;
    /// Lists studies, newest first.
    async fn studies(query: StudyQuery) -> Reply<Page<Study>>;
    /// Finds the study that an id, an unambiguous prefix of one, or `@` (the latest) names.
    async fn find(name: String) -> Reply<Study>;
    /// A study with its results, without the single answers.
    async fn report(study: StudyId) -> Reply<Report>;
    /// The same with the results of one round of a chain that has ended, from 1, in place of the study's.
    async fn round_report(study: StudyId, round: u16) -> Reply<Report>;
    /// The live state of a study.
    async fn live(study: StudyId) -> Reply<Live>;
    /// Answers in respondent order, from `offset` on.
    async fn answers(study: StudyId, offset: u32, limit: u32) -> Reply<Page<Response<Tagged>>>;
    /// Answers of one round of a chain, from 1; the one after the last ordered round confirms a gain.
    async fn round_answers(
        study: StudyId,
        round: u16,
        offset: u32,
        limit: u32,
    ) -> Reply<Page<Response<Tagged>>>;
    /// One byte for each respondent from `offset` on: the score plus one, 0 while there is no outcome, 255 for an
    /// outcome without a score. At most 100,000.
    async fn scores(study: StudyId, offset: u32, limit: u32) -> Reply<Vec<u8>>;
    /// Compares two studies by one metric (by default the study type's own), paired when the same respondents answered
    /// both.
    async fn compare(first: StudyId, second: StudyId, of: Option<String>) -> Reply<Comparison>;
    /// Ranks ended studies of one type by one metric.
    async fn rank(question: RankQuestion) -> Reply<Ranking>;
    /// Checks drafts that are to be asked alike: what the first one decides holds for all. Returns what each would do, and
    /// stores nothing.
    async fn check_alike(drafts: Vec<Draft>) -> Reply<Vec<Preview>>;
    /// The text of a file with another text in place of its own: settings, line ends and the marks around words that stay are
    /// kept. Nothing is written.
    async fn with_other_text(file: String, text: String) -> Reply<RewrittenFile>;
    /// Breaks one metric of a study (by default the study type's own) down by one or two dimensions.
    async fn cross(study: StudyId, dimensions: Vec<String>, of: Option<String>) -> Reply<CrossTab>;
    /// The material, questionnaire and audience of a study.
    async fn asked(study: StudyId) -> Reply<Asked>;
    /// The path of the file that a study was submitted from, where it had one.
    async fn source_path(study: StudyId) -> Reply<Option<String>>;
    /// The sample size that it takes to detect a difference.
    async fn power(question: PowerQuestion) -> Reply<PowerAnswer>;
    /// The evidence of an ended study, line by line: prompts, replies, orders, costs and results.
    async fn evidence(study: StudyId, after: Option<EvidenceCursor>) -> Reply<EvidencePage>;
    /// Pauses, resumes, cancels, retries, archives or unarchives a study.
    async fn control(study: StudyId, control: Control) -> Reply<Study>;
    /// What a cancellation of those studies would leave now. Those that have ended already count for nothing.
    async fn cancellation(studies: Vec<StudyId>) -> Reply<Cancellation>;
    /// Replaces a study's tags.
    async fn tag(study: StudyId, tags: Vec<String>) -> Reply<Study>;
    /// Sets the status of a finding, with a note on why; what has it already is left as it is.
    async fn set_finding(
        study: StudyId,
        finding: u32,
        status: FindingStatus,
        note: Option<String>,
    ) -> Reply<FindingChange>;
    /// Deletes an ended study for good; waits a while until all of its rows are deleted.
    async fn delete(study: StudyId) -> Reply<Deleted>;
    /// The owner's balance.
    async fn credits() -> Reply<Balance>;
    /// Adds credits that do not lapse.
    async fn grant(credits: Credits) -> Reply<Balance>;
    /// Movements of the ledger, newest first, from `offset` on.
    async fn statement(offset: u32, limit: u32) -> Reply<Page<Transfer>>;
    /// The events after a cursor; waits up to `wait_ms` (at most 30 s) for the next event when there is none.
    async fn events(after: Cursor, limit: u32, wait_ms: u64) -> Reply<EventPage>;
    /// The status of the daemon.
    async fn status() -> Reply<Status>;
    /// Audits every invariant.
    async fn doctor() -> Reply<Vec<Check>>;
    /// Writes a consistent copy of the store and returns its path. Without a path, it goes to the daily backups.
    async fn backup(path: Option<String>) -> Reply<String>;
    /// The names of the environment variables that engines read.
    async fn engine_variables() -> Reply<Vec<String>>;
    /// Takes the values of those variables from the caller's environment, keys included. They stay in memory.
    async fn offer(environment: BTreeMap<String, String>) -> Reply<()>;
    /// All engines, by name.
    async fn engines() -> Reply<Vec<EngineInfo>>;
    /// Makes one small call to an engine and reports what works.
    async fn check_engine(name: String) -> Reply<EngineCheck>;
    /// Changes the rate limits of an engine until the daemon ends, also while studies run on it; returns the limits in
    /// force. Without a tuning, the settings file is read again.
    async fn tune_engine(name: String, tuning: Option<Tuning>) -> Reply<Tuning>;
    /// The settings that changed since the daemon read them; with `apply`, those that can change at run time take
    /// effect.
    async fn settings(apply: bool) -> Reply<Vec<SettingChange>>;
    /// Running studies, then queued ones in their order. At most 500.
    async fn queue() -> Reply<Vec<Study>>;
    /// Moves a queued study to a place in the queue, from 1.
    async fn move_in_queue(study: StudyId, place: u32) -> Reply<Vec<Study>>;
    /// Watches files and folders: each file is evaluated now, and again when it is saved with another text. A path that is
    /// watched already gets the new settings.
    async fn watch(request: WatchRequest) -> Reply<Vec<Watch>>;
    /// What is watched, by path.
    async fn watches() -> Reply<Vec<Watch>>;
    /// The files of all watches by path, from `offset` on. At most 500.
    async fn watched_files(offset: u32, limit: u32) -> Reply<Page<WatchedFile>>;
    /// Pauses, resumes or removes the watch of an absolute path.
    async fn control_watch(path: String, control: WatchControl) -> Reply<Watch>;
    /// The place of a study in its lineage, with the change against the version before; none for a study without one.
    async fn lineage(study: StudyId) -> Reply<Option<VersionReport>>;
    /// Adds an endpoint of webhooks; returns it with its secret, which is shown this once.
    async fn add_endpoint(request: EndpointRequest) -> Reply<EndpointAdded>;
    /// The endpoints of webhooks, the newest last.
    async fn endpoints() -> Reply<Vec<Endpoint>>;
    /// Pauses, resumes or removes the endpoint that the beginning of its id, or its address, names.
    async fn control_endpoint(name: String, control: EndpointControl) -> Reply<Endpoint>;
    /// Sends a test to an endpoint; returns the number of its event.
    async fn test_endpoint(name: String) -> Reply<u64>;
    /// Shows a signing secret that was never shown, or makes another one; without an endpoint, the owner's default.
    async fn hook_secret(endpoint: Option<String>, wish: SecretWish) -> Reply<HookSecret>;
    /// Deliveries, newest first.
    async fn deliveries(query: DeliveryQuery) -> Reply<Page<Delivery>>;
    /// One delivery with what is sent, by the beginning of its id.
    async fn delivery(id: String) -> Reply<DeliveryDetail>;
    /// Sends a delivery that is over once more, under the same id.
    async fn redeliver(id: String) -> Reply<Delivery>;
    /// Adds a source of incoming hooks; returns it with its secret, which is shown this once.
    async fn add_source(request: SourceRequest) -> Reply<SourceAdded>;
    /// The sources of incoming hooks, by name.
    async fn sources() -> Reply<Vec<HookSource>>;
    /// Removes a source.
    async fn remove_source(name: String) -> Reply<HookSource>;
    /// The hooks that came in within seven days, newest first, from `offset` on. At most 500.
    async fn received_hooks(offset: u32, limit: u32) -> Reply<Page<ReceivedHook>>;
    /// The results of other services that were imported, newest first, from `offset` on. At most 200.
    async fn externals(offset: u32, limit: u32) -> Reply<Page<ExternalHead>>;
    /// The imported result that an id, or the beginning of one, names; none where it names none, or a study.
    async fn external(name: String) -> Reply<Option<ExternalResult>>;
    /// Removes an imported result.
    async fn remove_external(id: StudyId) -> Reply<()>;
    /// Makes a key of the HTTP listener; the reply is the only place where it ever stands.
    async fn create_key(new: NewKey) -> Reply<FreshKey>;
    /// Every key, oldest first, also those that were revoked.
    async fn keys() -> Reply<Vec<Key>>;
    /// Revokes a key at once. Its studies go on.
    async fn revoke_key(key: KeyId) -> Reply<Key>;
    /// Replaces a key by another one with the same rights; the one before is dead at once.
    async fn rotate_key(key: KeyId) -> Reply<FreshKey>;
    /// The newest entries of the daemon's log, after a number; waits for the next one when there is none.
    async fn logs(query: LogQuery) -> Reply<LogPage>;
    /// Stops making calls, waits for those under way, and ends the daemon.
    async fn stop() -> Reply<()>;
}
