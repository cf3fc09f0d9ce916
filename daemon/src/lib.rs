//! Demoscope's daemon, as a library: `domain` decides, `store` persists, `inference` asks, `app` changes state, and the
//! drivers in `work` and the doors in `gateway` call it. This file is the only wiring: what is built from what, and in
//! which order it stops.

mod app;
#[cfg(test)]
mod cases;
mod config;
mod dialect;
mod domain;
mod gateway;
mod inference;
mod layouts;
mod logs;
mod store;
mod work;
mod world;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use protocol::error::{ApiError, Cause, ErrorCode};
use protocol::paths::Paths;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::app::{Caller, Core, LogRing, Settings};
use crate::config::{Config, Loaded};
use crate::gateway::http::HttpListener;
use crate::gateway::{Instance, Listener, RpcService};
use crate::inference::Engine;
use crate::inference::prompt::Prompts;
use crate::inference::registry::Registry;
use crate::store::{OpenError, RestoreError, Storage};
use crate::work::Drivers;
use crate::world::{Wake, World};

pub use crate::app::{NotReplayed, Replayed};
pub use crate::config::{Setting, SettingSource};
pub use crate::layouts::{AnswerWriter, Layouts, PageFormat};

/// What the test rigs and the benchmarks need beyond the commands: engines and storage of their own, stored rows, outcomes.
pub mod internals {
    pub use crate::domain::instrument::Accumulator;
    pub use crate::domain::outcome::{Answered, Assignment, FIRST_ROUND, Mention, Outcome};
    pub use crate::inference::client::install_tls;
    pub use crate::inference::offline::BuiltIn;
    pub use crate::inference::{Ask, Engine, EngineError, InProcess, Reply, Responder};
    pub use crate::store::rows::{OutcomeKey, OutcomeRow, Progress};
    pub use crate::store::{
        BesideEvent, InTransaction, OpenStorage, Options, Reader, Storage, Store, UseCaseError,
        Writes,
    };
    pub use crate::world::World;
}

/// Whom the start and the end of the daemon call use cases as.
static ITSELF: Caller = Caller::driver("daemon");

/// Threads that serve calls and drive studies; asking happens on threads of its own.
const RUNTIME_THREADS: usize = 2;

/// How long peers get to read their last reply when the daemon ends, and requests by HTTP to be answered.
const FAREWELL: Duration = Duration::from_millis(250);

/// How long after a second signal what is given up may take to be booked.
const GIVING_UP: Duration = Duration::from_millis(700);

/// Between two looks whether the data folder is still there, once the store is not in its place; the store tells of that by
/// itself, so that a daemon at rest need not wake up for it.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The same while the store is in its place.
const LOOK_AT_LEAST: Duration = Duration::from_mins(1);

/// How long answers under way are waited for when there is nothing left to record them in.
const WAIT_IN_VAIN: Duration = Duration::from_secs(2);

/// How the daemon is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Display {
    /// In a terminal or under a supervisor: logs to stderr too.
    Foreground,
    /// Started by a command: in a session of its own, so that the terminal's signals do not reach it.
    Detached,
}

/// What a daemon does that finds no store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Makes one, unless something tells that there was one.
    Ask,
    /// Makes one: the owner says that the old one is given up.
    BeginAnew,
}

/// What a daemon depends on. By default that is the machine's own; a test puts something else in its place.
#[derive(Debug)]
pub struct Dependencies {
    /// Time, and ids.
    pub world: World,
    /// Where the store lives; none is the file in the data folder.
    pub storage: Option<Storage>,
    /// The engines of this process, by name.
    pub engines: BTreeMap<String, Engine>,
    /// How studies are laid out for people; without them the HTTP listener exports the evidence alone.
    pub layouts: Option<Layouts>,
}

impl Default for Dependencies {
    fn default() -> Self {
        let engines = Settings::default().engines;
        Self { world: World::system(), storage: None, engines, layouts: None }
    }
}

/// Runs the daemon until it is told to stop. This is the whole process of `demoscope daemon run`.
///
/// # Errors
/// When the settings, the folders or the store do not allow it, or another daemon has them.
pub fn run(face: Display, missing: Missing, dependencies: Dependencies) -> Result<(), ApiError> {
    if face == Display::Detached {
        // Fails only for a process that leads a session already, which is as good.
        let _leads_already = rustix::process::setsid();
    }
    // Whatever this process makes is for its owner alone: store, logs, backups, socket.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let paths = Paths::resolve()?;
    paths.check_socket()?;
    let loaded = config::load(&paths.config, variables())?;
    let clock = Arc::clone(&dependencies.world.clock);
    let (_logs, log) = logs::start(&paths, &loaded.config.log, face, clock)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(RUNTIME_THREADS)
        .enable_all()
        .build()
        .map_err(|error| {
            ApiError::new(ErrorCode::Internal, format!("The runtime cannot start: {error}"))
                .because(&error)
        })?;
    let ended = runtime.block_on(async {
        let signals = Signals::catch()?;
        let running = start(loaded, paths, dependencies, missing, log).await?;
        running.until_told(signals).await
    });
    if let Err(error) = &ended {
        tracing::error!(error = %error, causes = error.causes(), hints = ?error.hints, "the daemon ends");
    }
    runtime.shutdown_timeout(FAREWELL);
    ended
}

/// Puts a backup in the place of the store, while no daemon runs. Says, in sentences, what that did.
///
/// # Errors
/// When a daemon runs, or the backup is not sound; nothing has changed then.
pub fn restore(paths: &Paths, backup: &Path) -> Result<Vec<String>, ApiError> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(|error| {
            ApiError::new(ErrorCode::Internal, format!("The runtime cannot start: {error}"))
                .because(&error)
        })?;
    let _instance = runtime.block_on(Instance::take(paths))?;
    let restored = app::restore_backup(backup, &paths.database).map_err(|error| {
        let (code, hint) = match &error {
            RestoreError::Running => (ErrorCode::Conflict, "Stop it with `demoscope daemon stop`"),
            RestoreError::Unsound(_) => {
                (ErrorCode::InvalidInput, "Try an older backup; nothing was changed")
            }
            RestoreError::Io(_) => {
                (ErrorCode::Internal, "Check the free space and the owner of the data folder")
            }
        };
        ApiError::new(code, format!("Nothing was restored: {error}")).because(&error).hint(hint)
    })?;
    let mut said = vec![format!("The ledger holds {} transfers.", restored.transfers)];
    if let Some(aside) = &restored.aside {
        said.push(format!("What was there is kept as {}.", aside.display()));
    }
    if restored.undone > 0 {
        said.push(format!(
            "{} transfers booked since the backup are undone: credits spent since then came back.",
            restored.undone
        ));
    }
    if restored.aside.is_some() || restored.undone > 0 {
        said.push(
            "Real cost (dollars) booked since the backup is forgotten: caps count from the backup on.".to_owned(),
        );
    }
    if let Some(why) = &restored.unsettled {
        said.push(format!("The backup is in its place, but something failed after that: {why}."));
    }
    Ok(said)
}

/// Copies that daemons saved of a store that was not in its place when they ended, the last one last.
#[must_use]
pub fn rescued(paths: &Paths) -> Vec<PathBuf> {
    store::rescued(&paths.database)
}

/// Rebuilds the results of a study from a file of its evidence, without a store or a network.
///
/// # Errors
/// What is wrong with the file, or where its results do not follow from it.
pub fn replay(path: &Path) -> Result<app::Replayed, app::NotReplayed> {
    let file =
        std::fs::File::open(path).map_err(|error| app::NotReplayed::Unread(Cause::of(&error)))?;
    app::replay(std::io::BufReader::new(file))
}

/// SHA-256 (hex) of a text, as [`protocol::watch::WatchedFile`] tells it.
#[must_use]
pub fn text_hash(text: &str) -> String {
    domain::digest::sha256_hex(text.as_bytes())
}

/// The kind of the file system that a path lies on, such as `nfs4`; `None` where it cannot be told.
#[must_use]
pub fn file_system_of(path: &Path) -> Option<String> {
    gateway::file_system_of(path)
}

/// The settings in force, each with its source, read as the daemon would read them.
///
/// # Errors
/// Every problem of the file and of the variables.
pub fn settings(paths: &Paths) -> Result<Vec<config::Setting>, ApiError> {
    Ok(config::load(&paths.config, variables())?.settings)
}

/// The variables of this process that are text.
fn variables() -> impl Iterator<Item = (String, String)> {
    config::environment()
}

/// A daemon at work.
#[derive(Debug)]
struct Running {
    core: Core,
    work: Drivers,
    listener: Listener,
    http: HttpListener,
    service: Arc<RpcService>,
    /// Peers that are served at a time.
    places: usize,
    // Last, so that the data folder is let go after everything else.
    instance: Instance,
}

/// Starts a daemon: takes the data folder, opens the store, resumes what is unfinished, listens.
///
/// # Errors
/// When another daemon has the folder, or the store does not open.
async fn start(
    loaded: Loaded,
    paths: Paths,
    dependencies: Dependencies,
    missing: Missing,
    log: LogRing,
) -> Result<Running, ApiError> {
    let begun = Instant::now();
    let Loaded { config, settings: in_force } = loaded;
    let Dependencies { world, storage, engines, layouts } = dependencies;
    let instance = Instance::take(&paths).await?;
    let settings = Settings {
        tier: config.credits.tier.clone(),
        allowance: config.credits.monthly(),
        studies_running: usize::try_from(config.limits.studies_running).unwrap_or(usize::MAX),
        answers_per_second: config.engine.offline.answers_per_second,
        panel_max: config.limits.panel_max,
        backups: Some(paths.backups.clone()),
        backups_daily: config.backup.daily,
        drain: Duration::from_secs(u64::from(config.shutdown.drain_seconds)),
        backups_kept: usize::try_from(config.backup.keep).unwrap_or(usize::MAX),
        events_kept_days: config.events.keep_days,
        models: Some(Arc::new(models(&config, &paths, &world)?)),
        caps: app::Caps {
            day: app::cap(config.cost.day_max_usd),
            total: app::cap(config.cost.total_max_usd),
        },
        // Zero means that every cost is asked about.
        confirm_above: Some(app::cap(config.cost.confirm_above_usd).unwrap_or_default()),
        gateway_engine: Some(config.gateway.engine.clone()),
        allow_unknown_price: config.cost.allow_unknown_price,
        log,
        source: Some(app::ReloadSource { file: paths.config.clone(), read: in_force }),
        engines,
        ..Settings::default()
    };
    let storage = storage.unwrap_or_else(|| Storage::File(paths.database.clone()));
    let options =
        store::Options { new_store: missing == Missing::BeginAnew, ..store::Options::default() };
    let around = world.clone();
    let open = move || Core::open_with(around, storage, settings, options);
    let core = tokio::task::spawn_blocking(open)
        .await
        .map_err(|error| {
            ApiError::new(ErrorCode::Internal, format!("Opening the store failed: {error}"))
                .because(&error)
        })?
        .map_err(|error| does_not_open(&error))?;
    // Before anybody can ask what was spent. What cannot be booked now, because the store takes no writes, is tried again
    // before any call is made.
    if let Err(error) = core.settle_past(&ITSELF).await {
        tracing::warn!(%error, "what calls may have cost cannot be booked yet");
    }
    if let Err(error) = core.recall_learnt(&ITSELF).await {
        tracing::warn!(%error, "what was learnt of model services cannot be read, and is learnt again");
    }
    if let Err(error) = core.send_waiting_on(&ITSELF).await {
        tracing::warn!(%error, "studies that wait for their engine cannot be sent on");
    }
    core.begin_imports(&ITSELF, variables().collect()).await?;
    let listener = Listener::bind(&instance, &paths)?;
    let keys = core.keys(&ITSELF).await?;
    let in_force = keys.iter().filter(|key| key.revoked_at.is_none()).count();
    let (engine, settings) = (config.gateway.engine.as_str(), &config.http);
    let http = HttpListener::open(core.clone(), &world, settings, engine, layouts, in_force).await;
    let work = Drivers::start(core.clone());
    let service = Arc::new(RpcService {
        core: core.clone(),
        paths,
        since: Instant::now(),
        http: http.state(),
        stop: Wake::default(),
    });
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        ready_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        "ready"
    );
    Ok(Running {
        core,
        work,
        listener,
        http,
        service,
        places: usize::try_from(config.limits.connections).unwrap_or(usize::MAX),
        instance,
    })
}

/// The language models: known services and the owner's own, with the keys of this process's environment and the owner's
/// prompts.
fn models(config: &Config, paths: &Paths, world: &World) -> Result<Registry, ApiError> {
    let own = own_prompts(paths)?;
    let prompts = Prompts::with(&own).map_err(|error| {
        ApiError::new(ErrorCode::InvalidInput, format!("The prompts cannot be used: {error}"))
            .because(&error)
            .hint("Mend the file in the folder `prompts` beside config.toml, or remove it")
    })?;
    let environment = variables().collect();
    let now = world.clock.monotonic();
    Registry::new(config.engine.models.clone(), prompts, &config.network, &environment, now)
        .map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()).because(&error))
}

/// The owner's templates, from the folder beside the settings; none without a folder.
fn own_prompts(paths: &Paths) -> Result<BTreeMap<String, String>, ApiError> {
    let unreadable = |path: &Path, error: std::io::Error| {
        let what = format!("The prompt {} cannot be read: {error}", path.display());
        ApiError::new(ErrorCode::InvalidInput, what).hint("Make it readable text, or remove it")
    };
    let folder = paths.config.with_file_name("prompts");
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(unreadable(&folder, error)),
    };
    let mut own = BTreeMap::new();
    for entry in entries {
        let path = entry.map_err(|error| unreadable(&folder, error))?.path();
        if path.extension().is_some_and(|ending| ending == "jinja") {
            let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, error))?;
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            own.insert(name, text);
        }
    }
    Ok(own)
}

impl Running {
    /// Serves until a signal or a peer says stop, then stops in order: no new peers, no new questions, what is under way
    /// is recorded, the store is closed, the socket goes.
    ///
    /// # Errors
    /// When it stopped by itself, because its data folder was taken away.
    async fn until_told(self, mut signals: Signals) -> Result<(), ApiError> {
        let Self { core, work, listener, http, service, places, instance } = self;
        let mut peers = JoinSet::new();
        let (mut requests, stop_http) = (JoinSet::new(), CancellationToken::new());
        requests.spawn(http.serve(stop_http.clone()));
        let mut ended = tokio::select! {
            never = gateway::socket::serve(&service, listener, places, &mut peers) => match never {},
            told = told_to_end(&core, &instance, &service, &mut signals) => told,
        };
        stop_http.cancel();
        let mut stopping = std::pin::pin!(work.stop());
        tokio::select! {
            () = &mut stopping => {}
            name = signals.next() => {
                tracing::warn!(name, "second signal: not waiting for what is under way");
                core.give_up_calls();
                drop(tokio::time::timeout(GIVING_UP, stopping).await);
            }
            () = tokio::time::sleep(WAIT_IN_VAIN), if ended.is_err() => {
                core.give_up_calls();
                drop(tokio::time::timeout(GIVING_UP, stopping).await);
            }
        }
        // In a folder that is another's or nobody's now, nothing is left behind.
        if instance.is_in_place()
            && let Err(error) = rescue(&core).await
        {
            ended = ended.and(Err(error));
        }
        // Whoever waits by HTTP for a study is told of it as a job, which is read from the store.
        let answered = async { while requests.join_next().await.is_some() {} };
        drop(tokio::time::timeout(FAREWELL, answered).await);
        core.close();
        let farewell = async { while peers.join_next().await.is_some() {} };
        drop(tokio::time::timeout(FAREWELL, farewell).await);
        tracing::info!("stopped");
        drop(instance);
        ended
    }
}

/// Waits for a signal or a peer that says stop.
async fn told_to_end(
    core: &Core,
    instance: &Instance,
    service: &RpcService,
    signals: &mut Signals,
) -> Result<(), ApiError> {
    let mut stop = service.stop.waiter();
    let mut work = core.work().waiter();
    loop {
        if is_homeless(core, instance) {
            return Err(homeless(&service.paths));
        }
        let again = if core.store().is_astray() { LOOK_EVERY } else { LOOK_AT_LEAST };
        tokio::select! {
            () = tokio::time::sleep(again) => {}
            // Also signalled when the store is not in its place any more.
            () = work.wait() => {}
            () = stop.wait() => return Ok(()),
            name = signals.next() => {
                tracing::info!(name, "signal");
                return Ok(());
            }
        }
    }
}

/// Whether neither the store nor the locked file is where it was: then the data folder is gone or another one, and
/// whatever this daemon does is for nobody.
fn is_homeless(core: &Core, instance: &Instance) -> bool {
    core.store().is_astray() && !instance.is_in_place()
}

/// Saves the store, when its file is not in its place, and tells where.
async fn rescue(core: &Core) -> Result<(), ApiError> {
    if let Some(path) = core.rescue(&ITSELF).await? {
        let path = path.display().to_string();
        tracing::warn!(path, "the store was not in its place when the daemon ended; it was saved");
    }
    Ok(())
}

fn homeless(paths: &Paths) -> ApiError {
    let what = format!(
        "The data folder {} was removed or replaced while the daemon ran, so it ended",
        paths.data.display()
    );
    ApiError::new(ErrorCode::Degraded, what)
        .hint("Put the folder back and start again; `demoscope restore PATH` goes back to a backup")
}

/// The signals that end a daemon.
#[derive(Debug)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
}

impl Signals {
    fn catch() -> Result<Self, ApiError> {
        let catch = |kind| {
            signal(kind).map_err(|error| {
                ApiError::new(ErrorCode::Internal, format!("Signals cannot be caught: {error}"))
                    .because(&error)
            })
        };
        Ok(Self {
            terminate: catch(SignalKind::terminate())?,
            interrupt: catch(SignalKind::interrupt())?,
            hangup: catch(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.hangup.recv() => "SIGHUP",
        }
    }
}

fn does_not_open(error: &OpenError) -> ApiError {
    let hint = match error {
        OpenError::Locked => "Look at the daemon that has it with `demoscope daemon status`",
        OpenError::Newer { .. } => "Update Demoscope, or point DEMOSCOPE_HOME at another folder",
        OpenError::Damaged { backup: None, .. } => "Keep the file: nothing was changed in it",
        OpenError::Damaged { .. } => {
            "Put a backup in its place with `demoscope restore PATH`; nothing was changed"
        }
        OpenError::Missing { .. } => {
            "Put the file back (its disk may not be mounted) and try again; begin an empty store on purpose with \
             `demoscope daemon start --new-store`"
        }
        OpenError::Exists { .. } => "Leave out --new-store to go on with it, or move it away first",
        OpenError::Unreadable { .. } => "Check the path, its owner and the free space of its disk",
        OpenError::Fault(_) => "Free some space on its disk and start again",
    };
    let code = match error {
        OpenError::Locked | OpenError::Exists { .. } => ErrorCode::Conflict,
        OpenError::Newer { .. } => ErrorCode::Incompatible,
        OpenError::Damaged { .. }
        | OpenError::Missing { .. }
        | OpenError::Unreadable { .. }
        | OpenError::Fault(_) => ErrorCode::Degraded,
    };
    ApiError::new(code, error.to_string()).hint(hint).because(error)
}
