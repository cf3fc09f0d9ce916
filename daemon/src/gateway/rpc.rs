//! The RPC service of the socket: every call of the protocol, mapped one to one to the use cases. A peer that has not
//! greeted gets nothing; a call that reads much runs concurrently with the others and never blocks them. Every peer is
//! the user for whom the daemon runs, and may do everything.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures::StreamExt;
use protocol::analysis::{Asked, CrossTab, PowerAnswer, PowerQuestion};
use protocol::cost_request::{CostDecision, CostRequest, CostRequestId};
use protocol::credits::Credits;
use protocol::error::{ApiError, ErrorCode};
use protocol::event::{Cursor, EventPage};
use protocol::external::{ExternalHead, ExternalResult};
use protocol::finding::{FindingChange, FindingStatus};
use protocol::hook::{
    Delivery, DeliveryDetail, DeliveryQuery, Endpoint, EndpointAdded, EndpointControl,
    EndpointRequest, HookSecret, SecretWish,
};
use protocol::hook_in::{HookSource, ReceivedHook, SourceAdded, SourceRequest};
use protocol::id::StudyId;
use protocol::key::{FreshKey, Key, KeyId, NewKey};
use protocol::ledger::{Balance, Transfer};
use protocol::log::{LogPage, LogQuery};
use protocol::paths::Paths;
use protocol::ranking::{RankQuestion, Ranking};
use protocol::results::{Comparison, Report, Response, Tagged};
use protocol::rewritten_file::RewrittenFile;
use protocol::run::{Live, Preview, Study};
use protocol::service::{
    Cancellation, Check, Control, Deleted, Demoscope, EngineCheck, EngineInfo, EvidenceCursor,
    EvidencePage, Hello, Page, Reply, SettingChange, Status, StudyQuery, Submit, Tuning, VERSIONS,
    Welcome,
};
use protocol::study::{Draft, Origin};
use protocol::watch::{VersionReport, Watch, WatchControl, WatchRequest, WatchedFile};
use protocol::wire;
use tarpc::context::Context;
use tarpc::server::{BaseChannel, Channel};
use tokio::net::UnixStream;

use super::http::HttpState;
use crate::app::{CallOrigin, Caller, Core, Owner, Scope, Scopes};
use crate::world::Wake;

/// Calls of one peer that may be under way at the same time.
const CALLS_MAX: usize = 64;

/// The longest wait for the next event.
const EVENT_WAIT_MAX: Duration = Duration::from_secs(30);

/// The longest wait for the rows of a deleted study to go; whatever is left then goes without anybody waiting.
const ERASE_WAIT_MAX: Duration = Duration::from_secs(10);

/// What every connection shares.
#[derive(Debug)]
pub(crate) struct RpcService {
    /// The use cases.
    pub(crate) core: Core,
    /// Where everything lives.
    pub(crate) paths: Paths,
    /// When the daemon was ready.
    pub(crate) since: Instant,
    /// How the HTTP listener is.
    pub(crate) http: HttpState,
    /// Signalled when a peer asks the daemon to end.
    pub(crate) stop: Wake,
}

/// Serves one peer until it leaves or stalls.
pub(super) async fn serve(face: Arc<RpcService>, stream: UnixStream) {
    let (transport, heard) = wire::accept(stream);
    // The listener has turned away whoever is another user than this one.
    let owner = Owner::Local(rustix::process::geteuid().as_raw());
    let origin = CallOrigin::Door(Origin::Cli);
    let caller = Arc::new(Caller { owner, scopes: Scopes::ALL, origin });
    let peer = Peer { face, caller, heard };
    BaseChannel::with_defaults(transport)
        .max_concurrent_requests(CALLS_MAX)
        .execute(peer.serve())
        .for_each_concurrent(None, |call| call)
        .await;
}

/// The same reply; what an error came of goes to the log, because a caller may not keep it.
fn logged<T>(reply: Reply<T>) -> Reply<T> {
    if let Err(error) = &reply
        && error.cause.is_some()
    {
        tracing::warn!(code = error.code.as_str(), %error, causes = error.causes(), "a call failed");
    }
    reply
}

/// The place of a round, which people count from 1.
fn from_one(round: u16) -> Result<u16, ApiError> {
    round
        .checked_sub(1)
        .ok_or_else(|| ApiError::new(ErrorCode::InvalidInput, "Rounds are counted from 1"))
}

/// One connection.
#[derive(Clone)]
struct Peer {
    face: Arc<RpcService>,
    caller: Arc<Caller>,
    heard: Arc<AtomicBool>,
}

impl Peer {
    /// The use cases and the caller, for a peer that has greeted.
    fn greeted(&self) -> Reply<(&Core, &Caller)> {
        if self.heard.load(Ordering::Relaxed) {
            return Ok((&self.face.core, &self.caller));
        }
        Err(ApiError::new(
            ErrorCode::Incompatible,
            "The first call on a connection must be a greeting",
        )
        .hint("Use a client of this version"))
    }
}

impl Demoscope for Peer {
    async fn hello(self, _: Context, hello: Hello) -> Reply<Welcome> {
        let oldest = VERSIONS.0.max(hello.protocol_min);
        let newest = VERSIONS.1.min(hello.protocol_max);
        if oldest > newest {
            let (side, remedy) = if hello.protocol_min > VERSIONS.1 {
                ("older", "Restart it: `demoscope daemon stop`, then `demoscope daemon start`")
            } else {
                ("newer", "Update this client")
            };
            return Err(ApiError::new(
                ErrorCode::Incompatible,
                format!(
                    "The daemon (version {}, protocol {} to {}) is {side} than this client (version {}, protocol {} to {})",
                    env!("CARGO_PKG_VERSION"), VERSIONS.0, VERSIONS.1,
                    hello.version, hello.protocol_min, hello.protocol_max
                ),
            )
            .hint(remedy));
        }
        self.heard.store(true, Ordering::Relaxed);
        let (core, caller) = self.greeted()?;
        Ok(Welcome {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            protocol: newest,
            pid: std::process::id(),
            head: logged(core.head(caller).await)?,
        })
    }

    async fn check(self, _: Context, draft: Draft) -> Reply<Preview> {
        let (core, caller) = self.greeted()?;
        logged(core.check(caller, draft).await)
    }

    async fn submit(self, _: Context, submit: Submit) -> Reply<Study> {
        let (core, caller) = self.greeted()?;
        // Commands and the workstation come in through the same socket, and say which of them they are.
        let caller = Caller { origin: CallOrigin::Door(submit.origin), ..caller.clone() };
        logged(core.submit_draft(&caller, submit).await)
    }

    async fn request_cost(self, _: Context, submit: Submit, asker: String) -> Reply<CostRequest> {
        let (core, caller) = self.greeted()?;
        let caller = Caller { origin: CallOrigin::Door(submit.origin), ..caller.clone() };
        logged(core.request_cost(&caller, submit, asker).await)
    }

    async fn cost_requests(self, _: Context) -> Reply<Vec<CostRequest>> {
        let (core, caller) = self.greeted()?;
        logged(core.cost_requests(caller).await)
    }

    async fn cost_request(self, _: Context, id: CostRequestId) -> Reply<CostRequest> {
        let (core, caller) = self.greeted()?;
        logged(core.cost_request(caller, id).await)
    }

    async fn decide_cost(
        self,
        _: Context,
        id: CostRequestId,
        decision: CostDecision,
    ) -> Reply<CostRequest> {
        let (core, caller) = self.greeted()?;
        logged(core.decide_cost(caller, id, decision).await)
    }

    async fn studies(self, _: Context, query: StudyQuery) -> Reply<Page<Study>> {
        let (core, caller) = self.greeted()?;
        logged(core.studies(caller, &query).await)
    }

    async fn find(self, _: Context, name: String) -> Reply<Study> {
        let (core, caller) = self.greeted()?;
        logged(core.find(caller, &name).await)
    }

    async fn report(self, _: Context, study: StudyId) -> Reply<Report> {
        let (core, caller) = self.greeted()?;
        logged(core.report(caller, study).await)
    }

    async fn round_report(self, _: Context, study: StudyId, round: u16) -> Reply<Report> {
        let (core, caller) = self.greeted()?;
        logged(core.round_report(caller, study, from_one(round)?).await)
    }

    async fn live(self, _: Context, study: StudyId) -> Reply<Live> {
        let (core, caller) = self.greeted()?;
        logged(core.live(caller, study).await)
    }

    async fn answers(
        self,
        _: Context,
        study: StudyId,
        offset: u32,
        limit: u32,
    ) -> Reply<Page<Response<Tagged>>> {
        let (core, caller) = self.greeted()?;
        logged(core.answers(caller, study, offset, limit).await)
    }

    async fn round_answers(
        self,
        _: Context,
        study: StudyId,
        round: u16,
        offset: u32,
        limit: u32,
    ) -> Reply<Page<Response<Tagged>>> {
        let (core, caller) = self.greeted()?;
        logged(core.answers_of(caller, study, from_one(round)?, offset, limit).await)
    }

    async fn scores(self, _: Context, study: StudyId, offset: u32, limit: u32) -> Reply<Vec<u8>> {
        let (core, caller) = self.greeted()?;
        logged(core.scores(caller, study, offset, limit).await)
    }

    async fn compare(
        self,
        _: Context,
        first: StudyId,
        second: StudyId,
        of: Option<String>,
    ) -> Reply<Comparison> {
        let (core, caller) = self.greeted()?;
        logged(core.compare(caller, first, second, of.as_deref()).await)
    }

    async fn rank(self, _: Context, question: RankQuestion) -> Reply<Ranking> {
        let (core, caller) = self.greeted()?;
        logged(core.rank(caller, question).await)
    }

    async fn check_alike(self, _: Context, drafts: Vec<Draft>) -> Reply<Vec<Preview>> {
        let (core, caller) = self.greeted()?;
        logged(core.check_alike(caller, drafts).await)
    }

    async fn with_other_text(self, _: Context, file: String, text: String) -> Reply<RewrittenFile> {
        let (core, caller) = self.greeted()?;
        logged(core.with_other_text(caller, file, text).await)
    }

    async fn cross(
        self,
        _: Context,
        study: StudyId,
        dimensions: Vec<String>,
        of: Option<String>,
    ) -> Reply<CrossTab> {
        let (core, caller) = self.greeted()?;
        logged(core.cross(caller, study, &dimensions, of.as_deref()).await)
    }

    async fn asked(self, _: Context, study: StudyId) -> Reply<Asked> {
        let (core, caller) = self.greeted()?;
        logged(core.asked(caller, study).await)
    }

    async fn source_path(self, _: Context, study: StudyId) -> Reply<Option<String>> {
        let (core, caller) = self.greeted()?;
        logged(core.source_path(caller, study).await)
    }

    async fn evidence(
        self,
        _: Context,
        study: StudyId,
        after: Option<EvidenceCursor>,
    ) -> Reply<EvidencePage> {
        let (core, caller) = self.greeted()?;
        logged(core.evidence(caller, study, after).await)
    }

    async fn power(self, _: Context, question: PowerQuestion) -> Reply<PowerAnswer> {
        let (core, caller) = self.greeted()?;
        logged(core.power(caller, question).await)
    }

    async fn control(self, _: Context, study: StudyId, control: Control) -> Reply<Study> {
        let (core, caller) = self.greeted()?;
        logged(core.control(caller, study, control).await)
    }

    async fn cancellation(self, _: Context, studies: Vec<StudyId>) -> Reply<Cancellation> {
        let (core, caller) = self.greeted()?;
        logged(core.cancellation(caller, studies).await)
    }

    async fn tag(self, _: Context, study: StudyId, tags: Vec<String>) -> Reply<Study> {
        let (core, caller) = self.greeted()?;
        logged(core.tag(caller, study, tags).await)
    }

    async fn set_finding(
        self,
        _: Context,
        study: StudyId,
        finding: u32,
        status: FindingStatus,
        note: Option<String>,
    ) -> Reply<FindingChange> {
        let (core, caller) = self.greeted()?;
        logged(core.set_finding(caller, study, finding, status, note).await)
    }

    async fn delete(self, _: Context, study: StudyId) -> Reply<Deleted> {
        let (core, caller) = self.greeted()?;
        logged(core.delete(caller, study, ERASE_WAIT_MAX).await)
    }

    async fn credits(self, _: Context) -> Reply<Balance> {
        let (core, caller) = self.greeted()?;
        logged(core.credits(caller).await)
    }

    async fn grant(self, _: Context, credits: Credits) -> Reply<Balance> {
        let (core, caller) = self.greeted()?;
        logged(core.grant(caller, credits).await)
    }

    async fn statement(self, _: Context, offset: u32, limit: u32) -> Reply<Page<Transfer>> {
        let (core, caller) = self.greeted()?;
        logged(core.statement(caller, offset, limit).await)
    }

    async fn events(self, _: Context, after: Cursor, limit: u32, wait_ms: u64) -> Reply<EventPage> {
        let (core, caller) = self.greeted()?;
        let wait = Duration::from_millis(wait_ms).min(EVENT_WAIT_MAX);
        logged(core.events(caller, after, limit, wait).await)
    }

    async fn status(self, _: Context) -> Reply<Status> {
        let (core, caller) = self.greeted()?;
        let RpcService { paths, since, http, .. } = &*self.face;
        let studies = logged(core.counts(caller).await)?;
        Ok(Status {
            pid: std::process::id(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            protocol: VERSIONS.1,
            uptime_s: since.elapsed().as_secs(),
            socket: paths.socket.display().to_string(),
            http: http.address.clone(),
            http_trouble: http.trouble.clone(),
            config: paths.config.display().to_string(),
            database: paths.database.display().to_string(),
            logs: paths.logs.display().to_string(),
            studies,
            degraded: core.store().degraded(),
            rewound: core.store().recovery().warning(),
            drivers: logged(core.drivers(caller).await)?,
        })
    }

    async fn doctor(self, _: Context) -> Reply<Vec<Check>> {
        let (core, caller) = self.greeted()?;
        let mut checks = logged(core.doctor(caller).await)?;
        checks.push(self.face.http.check());
        Ok(checks)
    }

    async fn backup(self, _: Context, path: Option<String>) -> Reply<String> {
        let (core, caller) = self.greeted()?;
        let path = core.backup(caller, path.as_deref().map(Path::new)).await;
        logged(path.map(|path| path.display().to_string()))
    }

    async fn engine_variables(self, _: Context) -> Reply<Vec<String>> {
        let (core, caller) = self.greeted()?;
        logged(core.engine_variables(caller).await)
    }

    async fn offer(self, _: Context, environment: BTreeMap<String, String>) -> Reply<()> {
        let (core, caller) = self.greeted()?;
        logged(core.offer(caller, environment).await)
    }

    async fn engines(self, _: Context) -> Reply<Vec<EngineInfo>> {
        let (core, caller) = self.greeted()?;
        logged(core.engines(caller).await)
    }

    async fn check_engine(self, _: Context, name: String) -> Reply<EngineCheck> {
        let (core, caller) = self.greeted()?;
        logged(core.check_engine(caller, &name).await)
    }

    async fn tune_engine(self, _: Context, name: String, tuning: Option<Tuning>) -> Reply<Tuning> {
        let (core, caller) = self.greeted()?;
        logged(core.tune_engine(caller, &name, tuning).await)
    }

    async fn settings(self, _: Context, apply: bool) -> Reply<Vec<SettingChange>> {
        let (core, caller) = self.greeted()?;
        logged(core.reload(caller, apply).await)
    }

    async fn queue(self, _: Context) -> Reply<Vec<Study>> {
        let (core, caller) = self.greeted()?;
        logged(core.queue(caller).await)
    }

    async fn move_in_queue(self, _: Context, study: StudyId, place: u32) -> Reply<Vec<Study>> {
        let (core, caller) = self.greeted()?;
        logged(core.move_in_queue(caller, study, place).await)
    }

    async fn watch(self, _: Context, request: WatchRequest) -> Reply<Vec<Watch>> {
        let (core, caller) = self.greeted()?;
        logged(core.watch(caller, request).await)
    }

    async fn watches(self, _: Context) -> Reply<Vec<Watch>> {
        let (core, caller) = self.greeted()?;
        logged(core.watches(caller).await)
    }

    async fn watched_files(self, _: Context, offset: u32, limit: u32) -> Reply<Page<WatchedFile>> {
        let (core, caller) = self.greeted()?;
        logged(core.watched_files(caller, offset, limit).await)
    }

    async fn control_watch(self, _: Context, path: String, control: WatchControl) -> Reply<Watch> {
        let (core, caller) = self.greeted()?;
        logged(core.control_watch(caller, &path, control).await)
    }

    async fn lineage(self, _: Context, study: StudyId) -> Reply<Option<VersionReport>> {
        let (core, caller) = self.greeted()?;
        logged(core.lineage(caller, study).await)
    }

    async fn add_endpoint(self, _: Context, request: EndpointRequest) -> Reply<EndpointAdded> {
        let (core, caller) = self.greeted()?;
        logged(core.add_endpoint(caller, request).await)
    }

    async fn endpoints(self, _: Context) -> Reply<Vec<Endpoint>> {
        let (core, caller) = self.greeted()?;
        logged(core.endpoints(caller).await)
    }

    async fn control_endpoint(
        self,
        _: Context,
        name: String,
        control: EndpointControl,
    ) -> Reply<Endpoint> {
        let (core, caller) = self.greeted()?;
        logged(core.control_endpoint(caller, &name, control).await)
    }

    async fn test_endpoint(self, _: Context, name: String) -> Reply<u64> {
        let (core, caller) = self.greeted()?;
        logged(core.test_endpoint(caller, &name).await)
    }

    async fn hook_secret(
        self,
        _: Context,
        endpoint: Option<String>,
        wish: SecretWish,
    ) -> Reply<HookSecret> {
        let (core, caller) = self.greeted()?;
        logged(core.hook_secret(caller, endpoint, wish).await)
    }

    async fn deliveries(self, _: Context, query: DeliveryQuery) -> Reply<Page<Delivery>> {
        let (core, caller) = self.greeted()?;
        logged(core.deliveries(caller, query).await)
    }

    async fn delivery(self, _: Context, id: String) -> Reply<DeliveryDetail> {
        let (core, caller) = self.greeted()?;
        logged(core.delivery(caller, &id).await)
    }

    async fn redeliver(self, _: Context, id: String) -> Reply<Delivery> {
        let (core, caller) = self.greeted()?;
        logged(core.redeliver(caller, &id).await)
    }

    async fn add_source(self, _: Context, request: SourceRequest) -> Reply<SourceAdded> {
        let (core, caller) = self.greeted()?;
        logged(core.add_source(caller, request).await)
    }

    async fn sources(self, _: Context) -> Reply<Vec<HookSource>> {
        let (core, caller) = self.greeted()?;
        logged(core.sources(caller).await)
    }

    async fn remove_source(self, _: Context, name: String) -> Reply<HookSource> {
        let (core, caller) = self.greeted()?;
        logged(core.remove_source(caller, &name).await)
    }

    async fn received_hooks(
        self,
        _: Context,
        offset: u32,
        limit: u32,
    ) -> Reply<Page<ReceivedHook>> {
        let (core, caller) = self.greeted()?;
        logged(core.received_hooks(caller, offset, limit).await)
    }

    async fn externals(self, _: Context, offset: u32, limit: u32) -> Reply<Page<ExternalHead>> {
        let (core, caller) = self.greeted()?;
        logged(core.externals(caller, offset, limit).await)
    }

    async fn external(self, _: Context, name: String) -> Reply<Option<ExternalResult>> {
        let (core, caller) = self.greeted()?;
        logged(core.external(caller, &name).await)
    }

    async fn remove_external(self, _: Context, id: StudyId) -> Reply<()> {
        let (core, caller) = self.greeted()?;
        logged(core.remove_external(caller, id).await)
    }

    async fn create_key(self, _: Context, new: NewKey) -> Reply<FreshKey> {
        let (core, caller) = self.greeted()?;
        logged(core.create_key(caller, new).await)
    }

    async fn keys(self, _: Context) -> Reply<Vec<Key>> {
        let (core, caller) = self.greeted()?;
        logged(core.keys(caller).await)
    }

    async fn revoke_key(self, _: Context, key: KeyId) -> Reply<Key> {
        let (core, caller) = self.greeted()?;
        logged(core.revoke_key(caller, key).await)
    }

    async fn rotate_key(self, _: Context, key: KeyId) -> Reply<FreshKey> {
        let (core, caller) = self.greeted()?;
        logged(core.rotate_key(caller, key).await)
    }

    async fn logs(self, _: Context, query: LogQuery) -> Reply<LogPage> {
        let (core, caller) = self.greeted()?;
        logged(core.logs(caller, query).await)
    }

    async fn stop(self, _: Context) -> Reply<()> {
        let (_, caller) = self.greeted()?;
        caller.may(Scope::Operate)?;
        tracing::info!("asked to stop");
        self.face.stop.signal();
        Ok(())
    }
}
