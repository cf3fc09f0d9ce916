//! The use cases: the only place where state changes. Each reads, calls the domain, and writes one transaction that
//! holds the new state, the movement and the event; after the commit a driver is woken and reads the store itself,
//! since nothing here calls a driver. A use case is async and has its [`Caller`] as the first parameter, also where only
//! a driver calls it: that caller sees the studies of every owner, and names them by their number. What has no caller is
//! the core's state while it runs, which no row holds: signals, gates, settings, the counters of what calls cost.

mod caller;

mod asking;
mod engines;
mod evidence;
mod hooks;
mod hooks_in;
mod keys;
mod money;
mod studies;
pub(crate) mod upkeep;
mod watch;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use protocol::credits::{Credits, UsdMicros};
use protocol::error::{ApiError, ErrorCode};
use protocol::hint::{Hint, Remedy};
use protocol::service::Reply;
use tokio::sync::{Mutex as AsyncMutex, MutexGuard};

pub(crate) use asking::advance::Job;
pub(crate) use asking::cancel_study::StudyCancel;
pub(crate) use asking::record::Batch;
pub(crate) use asking::rewriting::RewriteReplies;
pub(crate) use asking::rounds::{RewriteTask, Rewritten};
pub(crate) use caller::{CallOrigin, Caller, Owner, Scope, Scopes};
pub(crate) use engines::anchors::{Anchors, AnchorsUnavailable};
pub(crate) use evidence::replay::replay;
pub use evidence::replay::{NotReplayed, Replayed};
pub(crate) use hooks::deliver::{Attempted, MostUnderWay, OutgoingHook};
pub(crate) use hooks_in::act::{HookOutcome, HookWork, PendingHook};
pub(crate) use hooks_in::import::{ImportedResult, hash_of};
pub(crate) use hooks_in::receive::{HookReceipt, IncomingHook};
pub(crate) use keys::admit::Admitted;
pub(crate) use keys::ring::ActiveKey;
pub(crate) use money::call_once::{NotMade, Purse, StudyPurse, call_admitted, call_once, given_up};
pub(crate) use money::cost_caps::{Capped, Caps, cap};
pub(crate) use studies::delete::ErasureSteps;
pub(crate) use studies::queue::in_order;
pub(crate) use upkeep::backup::restore_backup;
pub(crate) use upkeep::drivers::{Enlisted, Looked};
pub(crate) use upkeep::logs::LogRing;
pub(crate) use upkeep::reload_settings::ReloadSource;
pub(crate) use watch::saved::{FileStanding, SavedFile};
pub(crate) use watch::watches::{KnownFile, WatchTask};

use crate::config::Setting;
use crate::inference::Engine;
use crate::inference::registry::Registry;
use crate::store::{CallLog, OpenError, Options, Reader, Storage, Store, UseCaseError};
use crate::world::{Wake, World};
use asking::cancel_study::StudyCancels;
use studies::transition::After;

/// What the use cases must know of the settings.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Name of the allowance that applies.
    pub tier: String,
    /// Credits of one calendar month.
    pub allowance: Credits,
    /// The largest panel.
    pub panel_max: u32,
    /// Studies that may be at work at once.
    pub studies_running: usize,
    /// Answers of the built-in engine in a second; 0 is without limit.
    pub answers_per_second: u32,
    /// What can answer, by name.
    pub engines: BTreeMap<String, Engine>,
    /// Language models, where there are any.
    pub models: Option<Arc<Registry>>,
    /// Most that may be spent.
    pub caps: Caps,
    /// A study that may cost more than this asks first; none never asks.
    pub confirm_above: Option<UsdMicros>,
    /// The engine that answers studies of a key which names none; none is the built-in one.
    pub gateway_engine: Option<String>,
    /// Whether a model may be asked whose price nobody knows.
    pub allow_unknown_price: bool,
    /// How long a stopping daemon waits for answers under way.
    pub drain: Duration,
    /// Where backups go that are given no path; none are made by themselves without a folder.
    pub backups: Option<PathBuf>,
    /// Whether one is made each day.
    pub backups_daily: bool,
    /// How many of them are kept.
    pub backups_kept: usize,
    /// Days after which an ended study tells of single answers no more; 0 is never.
    pub events_kept_days: u32,
    /// The wait before the second attempt to deliver a webhook.
    pub hooks_retry: Duration,
    /// How much of a deleted study is erased at once.
    pub erasure_steps: ErasureSteps,
    /// The newest entries of the log.
    pub log: LogRing,
    /// The file that all this was read from, to read it again.
    pub source: Option<ReloadSource>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            tier: "local".to_owned(),
            allowance: Credits(10_000),
            panel_max: 10_000,
            studies_running: 4,
            answers_per_second: 0,
            engines: BTreeMap::from([("offline".to_owned(), Engine::offline())]),
            models: None,
            caps: Caps::default(),
            confirm_above: None,
            gateway_engine: None,
            allow_unknown_price: false,
            drain: Duration::from_secs(10),
            backups: None,
            backups_daily: true,
            backups_kept: 7,
            events_kept_days: 30,
            hooks_retry: Duration::from_secs(5),
            erasure_steps: ErasureSteps::default(),
            log: LogRing::default(),
            source: None,
        }
    }
}

/// Everything a use case works with. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Core {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    world: World,
    store: Store,
    settings: Arc<Settings>,
    work: Wake,
    gates: StudyCancels,
    ends: studies::ends::StudyEnds,
    spending: money::cost_caps::Spending,
    /// Signalled when a study was deleted.
    erasing: Wake,
    /// Signalled when the list of watches changed.
    watching: Wake,
    /// Signalled when there may be something to deliver: a delivery is due, or an endpoint takes some again.
    delivering: Wake,
    /// Signalled when a hook came in.
    receiving: Wake,
    /// Held by whoever removes the rows of deleted studies.
    erasure: AsyncMutex<()>,
    headlines: studies::headline::Headlines,
    tallies: hooks::tallies::Tallies,
    drivers: upkeep::drivers::DriverList,
    /// The keys in force.
    keys: keys::ring::KeyRing,
    /// The keys of services whose results are fetched.
    import_keys: hooks_in::import::ImportKeys,
    /// Studies answered at the same time, as the settings say now.
    studies_running: AtomicUsize,
    /// Why the last daily backup was not made, when it was not.
    backup_trouble: Mutex<Option<String>>,
    /// The settings that are in force now.
    in_force: Mutex<Vec<Setting>>,
}

impl Core {
    /// Opens the store and puts the use cases on top of it.
    pub(crate) fn open_with(
        world: World,
        storage: Storage,
        settings: Settings,
        options: Options,
    ) -> Result<Self, OpenError> {
        let work = Wake::default();
        let mut options = options;
        options.backups.clone_from(&settings.backups);
        let delivering = Wake::default();
        options.recovered = work.clone();
        options.delivery_due = delivering.clone();
        options.beside_events = Some(hooks::outbox::beside_events());
        let database = storage.path().map(Path::to_path_buf);
        let store = Store::open(storage, &world, options)?;
        let calls = CallLog::open(database.as_deref());
        if let Some((remembered, found)) = store.recovery().rewound {
            tracing::warn!(
                remembered,
                found,
                "an older database was put back: its credits came back with it"
            );
        }
        let keys = store.read(keys::ring::KeyRing::read)?;
        let read = settings.source.as_ref().map(|source| source.read.clone());
        Ok(Self {
            shared: Arc::new(Shared {
                in_force: Mutex::new(read.unwrap_or_default()),
                studies_running: AtomicUsize::new(settings.studies_running),
                world,
                store,
                settings: Arc::new(settings),
                work,
                gates: StudyCancels::default(),
                ends: studies::ends::StudyEnds::default(),
                spending: money::cost_caps::Spending::noted_in(calls),
                backup_trouble: Mutex::default(),
                erasing: Wake::default(),
                watching: Wake::default(),
                delivering,
                receiving: Wake::default(),
                erasure: AsyncMutex::default(),
                headlines: studies::headline::Headlines::default(),
                tallies: hooks::tallies::Tallies::default(),
                drivers: upkeep::drivers::DriverList::default(),
                keys,
                import_keys: hooks_in::import::ImportKeys::default(),
            }),
        })
    }

    /// The store below.
    pub(crate) fn store(&self) -> &Store {
        &self.shared.store
    }

    /// The world around.
    pub(crate) fn world(&self) -> &World {
        &self.shared.world
    }

    /// The settings that apply.
    pub(crate) fn settings(&self) -> &Arc<Settings> {
        &self.shared.settings
    }

    /// Studies answered at the same time, at least one.
    pub(crate) fn places(&self) -> usize {
        self.shared.studies_running.load(Ordering::Relaxed).max(1)
    }

    /// Changes that while studies are at work: more begin at once, fewer when some have ended.
    fn set_places(&self, places: usize) {
        self.shared.studies_running.store(places, Ordering::Relaxed);
        self.work().signal();
    }

    /// What is signalled when there may be work.
    pub(crate) fn work(&self) -> &Wake {
        &self.shared.work
    }

    /// What is signalled when a study was deleted whose rows are to be removed.
    pub(crate) fn erasing(&self) -> &Wake {
        &self.shared.erasing
    }

    /// What is signalled when the list of watches changed.
    pub(crate) fn watching(&self) -> &Wake {
        &self.shared.watching
    }

    /// What is signalled when there may be something to deliver.
    pub(crate) fn delivering(&self) -> &Wake {
        &self.shared.delivering
    }

    /// What is signalled when a hook came in that is to be acted on.
    pub(crate) fn receiving(&self) -> &Wake {
        &self.shared.receiving
    }

    /// The keys of services whose results are fetched.
    fn import_keys(&self) -> &hooks_in::import::ImportKeys {
        &self.shared.import_keys
    }

    /// The gate of a study's runner: closed when nobody else may be asked.
    pub(crate) fn cancel(&self, number: u32) -> StudyCancel {
        self.shared.gates.open(number)
    }

    /// The daemon ends and waits for no call any longer: each is given up, and booked at what such calls come to.
    pub(crate) fn give_up_calls(&self) {
        self.gates().over.cancel();
    }

    /// Does what a durable transition of a study calls for outside the store.
    fn after(&self, number: u32, after: After) {
        if after.halt {
            self.gates().close(number);
        }
        if after.wake {
            self.work().signal();
        }
        if let Some(id) = after.ended {
            self.shared.ends.tell(id);
        }
    }

    /// Cancelled when calls under way are to be given up at once.
    pub(crate) fn over(&self) -> &tokio_util::sync::CancellationToken {
        &self.gates().over
    }

    /// Writes what is waiting and closes the store.
    pub(crate) fn close(&self) {
        self.shared.store.close();
    }

    /// Runs what reads the store, or blocks for another reason, from an async call: on a thread that may wait.
    async fn looking<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Self) -> Reply<T> + Send + 'static,
    ) -> Reply<T> {
        let core = self.clone();
        tokio::task::spawn_blocking(move || look(&core)).await.unwrap_or_else(|error| {
            tracing::error!(%error, "a call failed");
            Err(ApiError::new(ErrorCode::Internal, "The daemon failed at this call").hint(
                Hint::from(Remedy::owner("Check the store", "demoscope doctor"))
                    .or("the log has the details"),
            ))
        })
    }

    /// Looks at one snapshot of the store for a caller, on a thread that may wait.
    async fn view<T: Send + 'static>(
        &self,
        caller: &Caller,
        look: impl FnOnce(&Self, &Reader<'_>, &Owner) -> Result<T, UseCaseError> + Send + 'static,
    ) -> Reply<T> {
        let owner = caller.may(Scope::Read)?.clone();
        self.looking(move |core| core.look(|reader| look(core, reader, &owner))).await
    }

    fn backup_trouble(&self) -> Option<String> {
        self.shared.backup_trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_backup_trouble(&self, why: Option<String>) {
        *self.shared.backup_trouble.lock().unwrap_or_else(PoisonError::into_inner) = why;
    }

    fn spending(&self) -> &money::cost_caps::Spending {
        &self.shared.spending
    }

    async fn erasure(&self) -> MutexGuard<'_, ()> {
        self.shared.erasure.lock().await
    }

    fn headlines(&self) -> &studies::headline::Headlines {
        &self.shared.headlines
    }

    fn tallies(&self) -> &hooks::tallies::Tallies {
        &self.shared.tallies
    }

    fn driver_list(&self) -> &upkeep::drivers::DriverList {
        &self.shared.drivers
    }

    fn key_ring(&self) -> &keys::ring::KeyRing {
        &self.shared.keys
    }

    fn gates(&self) -> &StudyCancels {
        &self.shared.gates
    }
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
