//! The socket's service: every call of the protocol, one to one on the use cases. A peer that has not greeted gets
//! nothing; a call that reads much runs beside the others, never in front of them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::StreamExt;
use protocol::analysis::{Asked, CrossTab, PowerAnswer, PowerQuestion};
use protocol::credits::Credits;
use protocol::error::{ApiError, ErrorCode};
use protocol::event::{Cursor, EventPage};
use protocol::id::StudyId;
use protocol::ledger::{Balance, Transfer};
use protocol::paths::Paths;
use protocol::results::{Comparison, Report, Response, Tagged};
use protocol::run::{Live, Preview, Study};
use protocol::service::{
    Check, Control, Deleted, Demoscope, EngineCheck, EngineInfo, EvidenceCursor, EvidencePage,
    Hello, Page, Reply, SettingChange, Status, StudyQuery, Submit, Tuning, VERSIONS, Welcome,
};
use protocol::study::Draft;
use protocol::wire;
use tarpc::context::Context;
use tarpc::server::{BaseChannel, Channel};
use tokio::net::UnixStream;

use crate::app::Core;
use crate::config::{self, Setting};
use crate::domain::planning;
use crate::world::Wake;

use super::settings;

/// Calls of one peer that may be under way at the same time.
const CALLS_MAX: usize = 64;

/// The longest wait for the next event.
const EVENT_WAIT_MAX: Duration = Duration::from_secs(30);

/// The longest wait for the rows of a deleted study to go; whatever is left then goes without anybody waiting.
const ERASE_WAIT_MAX: Duration = Duration::from_secs(10);

/// What every connection shares.
#[derive(Debug)]
pub(crate) struct Face {
    /// The use cases.
    pub(crate) core: Core,
    /// Where everything lives.
    pub(crate) paths: Paths,
    /// The settings that it works with.
    pub(crate) settings: Mutex<Vec<Setting>>,
    /// When the daemon was ready.
    pub(crate) since: Instant,
    /// Signalled when a peer asks the daemon to end.
    pub(crate) stop: Wake,
}

/// Serves one peer until it leaves or stalls.
pub(crate) async fn serve(face: Arc<Face>, stream: UnixStream) {
    let (transport, heard) = wire::accept(stream);
    let peer = Peer { face, heard };
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

/// One connection.
#[derive(Clone)]
struct Peer {
    face: Arc<Face>,
    heard: Arc<AtomicBool>,
}

impl Peer {
    /// The use cases, for a peer that has greeted.
    fn core(&self) -> Reply<&Core> {
        if self.heard.load(Ordering::Relaxed) {
            return Ok(&self.face.core);
        }
        Err(ApiError::new(
            ErrorCode::Incompatible,
            "The first call on a connection must be a greeting",
        )
        .hint("Use a client of this version"))
    }

    /// Runs a reading use case on a thread that may block.
    async fn reading<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Face) -> Reply<T> + Send + 'static,
    ) -> Reply<T> {
        let face = Arc::clone(&self.face);
        logged(self.core()?.looking(move |_| read(&face)).await)
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
        Ok(Welcome {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            protocol: newest,
            pid: std::process::id(),
            head: self.face.core.head(),
        })
    }

    async fn check(self, _: Context, draft: Draft) -> Reply<Preview> {
        self.reading(move |face| face.core.check(&draft)).await
    }

    async fn submit(self, _: Context, submit: Submit) -> Reply<Study> {
        let core = self.core()?;
        let owner = format!("uid:{}", rustix::process::geteuid().as_raw());
        logged(core.take_on(submit, owner).await)
    }

    async fn studies(self, _: Context, query: StudyQuery) -> Reply<Page<Study>> {
        self.reading(move |face| face.core.studies(&query)).await
    }

    async fn find(self, _: Context, name: String) -> Reply<Study> {
        self.reading(move |face| face.core.find(&name)).await
    }

    async fn report(self, _: Context, study: StudyId) -> Reply<Report> {
        self.reading(move |face| face.core.report(study)).await
    }

    async fn live(self, _: Context, study: StudyId) -> Reply<Live> {
        self.reading(move |face| face.core.live(study)).await
    }

    async fn answers(
        self,
        _: Context,
        study: StudyId,
        offset: u32,
        limit: u32,
    ) -> Reply<Page<Response<Tagged>>> {
        self.reading(move |face| face.core.answers(study, offset, limit)).await
    }

    async fn scores(self, _: Context, study: StudyId, offset: u32, limit: u32) -> Reply<Vec<u8>> {
        self.reading(move |face| face.core.scores(study, offset, limit)).await
    }

    async fn compare(
        self,
        _: Context,
        first: StudyId,
        second: StudyId,
        of: Option<String>,
    ) -> Reply<Comparison> {
        self.reading(move |face| face.core.compare(first, second, of.as_deref())).await
    }

    async fn cross(
        self,
        _: Context,
        study: StudyId,
        dimensions: Vec<String>,
        of: Option<String>,
    ) -> Reply<CrossTab> {
        self.reading(move |face| face.core.cross(study, &dimensions, of.as_deref())).await
    }

    async fn asked(self, _: Context, study: StudyId) -> Reply<Asked> {
        self.reading(move |face| face.core.asked(study)).await
    }

    async fn evidence(
        self,
        _: Context,
        study: StudyId,
        after: Option<EvidenceCursor>,
    ) -> Reply<EvidencePage> {
        self.reading(move |face| face.core.evidence(study, after)).await
    }

    async fn power(self, _: Context, question: PowerQuestion) -> Reply<PowerAnswer> {
        self.core()?;
        planning::power(&question).map_err(|error| {
            ApiError::new(ErrorCode::InvalidInput, error.to_string()).hint(error.hint())
        })
    }

    async fn control(self, _: Context, study: StudyId, control: Control) -> Reply<Study> {
        logged(self.core()?.control(study, control).await)
    }

    async fn tag(self, _: Context, study: StudyId, tags: Vec<String>) -> Reply<Study> {
        logged(self.core()?.tag(study, tags).await)
    }

    async fn delete(self, _: Context, study: StudyId) -> Reply<Deleted> {
        logged(self.core()?.delete(study, ERASE_WAIT_MAX).await)
    }

    async fn credits(self, _: Context) -> Reply<Balance> {
        logged(self.core()?.credits().await)
    }

    async fn grant(self, _: Context, credits: Credits) -> Reply<Balance> {
        logged(self.core()?.grant(credits).await)
    }

    async fn statement(self, _: Context, offset: u32, limit: u32) -> Reply<Page<Transfer>> {
        self.reading(move |face| face.core.statement(offset, limit)).await
    }

    async fn events(self, _: Context, after: Cursor, limit: u32, wait_ms: u64) -> Reply<EventPage> {
        let wait = Duration::from_millis(wait_ms).min(EVENT_WAIT_MAX);
        logged(self.core()?.events(after, limit, wait).await)
    }

    async fn status(self, _: Context) -> Reply<Status> {
        self.reading(move |face| {
            Ok(Status {
                pid: std::process::id(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                protocol: VERSIONS.1,
                uptime_s: face.since.elapsed().as_secs(),
                socket: face.paths.socket.display().to_string(),
                http: None,
                config: face.paths.config.display().to_string(),
                database: face.paths.database.display().to_string(),
                logs: face.paths.logs.display().to_string(),
                studies: face.core.counts()?,
                degraded: face.core.store().degraded(),
                rewound: face.core.store().recovery().warning(),
                drivers: face.core.drivers(),
            })
        })
        .await
    }

    async fn doctor(self, _: Context) -> Reply<Vec<Check>> {
        logged(self.core()?.doctor().await)
    }

    async fn backup(self, _: Context, path: Option<String>) -> Reply<String> {
        self.reading(move |face| {
            let path = face.core.backup(path.map(PathBuf::from).as_deref())?;
            Ok(path.display().to_string())
        })
        .await
    }

    async fn engine_variables(self, _: Context) -> Reply<Vec<String>> {
        Ok(self.core()?.engine_variables())
    }

    async fn offer(self, _: Context, environment: BTreeMap<String, String>) -> Reply<()> {
        self.core()?.offer(&environment);
        Ok(())
    }

    async fn engines(self, _: Context) -> Reply<Vec<EngineInfo>> {
        Ok(self.core()?.engines())
    }

    async fn check_engine(self, _: Context, name: String) -> Reply<EngineCheck> {
        logged(self.core()?.check_engine(&name).await)
    }

    async fn tune_engine(self, _: Context, name: String, tuning: Option<Tuning>) -> Reply<Tuning> {
        let Some(tuning) = tuning else {
            return self
                .reading(move |face| {
                    let loaded = config::load(&face.paths.config, config::environment())?;
                    let own = loaded.config.engine.models.get(&name).cloned().unwrap_or_default();
                    face.core.retune_engine(&name, &own)
                })
                .await;
        };
        logged(self.core()?.tune_engine(&name, &tuning))
    }

    async fn settings(self, _: Context, apply: bool) -> Reply<Vec<SettingChange>> {
        self.reading(move |face| settings::changes(face, apply)).await
    }

    async fn queue(self, _: Context) -> Reply<Vec<Study>> {
        self.reading(|face| face.core.queue()).await
    }

    async fn move_in_queue(self, _: Context, study: StudyId, place: u32) -> Reply<Vec<Study>> {
        logged(self.core()?.move_in_queue(study, place).await)
    }

    async fn stop(self, _: Context) -> Reply<()> {
        self.core()?;
        tracing::info!("asked to stop");
        self.face.stop.signal();
        Ok(())
    }
}
