//! The store handle: opening, reading, writing and closing. Opening checks the format first, then, after an unclean
//! exit, every page, and always the end of the ledger's hash chain.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

use protocol::error::{ApiError, Cause};
use redb::{Builder, Database, DatabaseError, ReadableDatabase};
use tokio::sync::{oneshot, watch};

use crate::world::{Wake, World};

use super::backup::newest_sound;
use super::ledger::{Checkpoint, holds, verified_end};
use super::look::{NotReadable, format_of};
use super::migrate;
use super::missing::{Traces, rescued, restore_command, set_aside, traces};
use super::note::{Note, Noted};
use super::place::StorePlace;
use super::rows::FormatRow;
use super::storage::{beside, create_file, remove_old, sync_folder};
use super::writer::{StoreHealth, UseCase, WriteJob, Writer, WriterShared};
use super::writes::BesideEvent;
use super::{Fault, Reader, Storage, UseCaseError, Writes};

/// Options of a store. The defaults are those of the daemon.
#[derive(Clone, Debug)]
pub struct Options {
    /// Cache size for pages.
    pub cache_bytes: usize,
    /// Most use cases that may wait for the writer.
    pub queue: usize,
    /// First wait before the file is opened again after a failure; each further failure doubles it.
    pub reopen_first: Duration,
    /// Longest wait between attempts.
    pub reopen_most: Duration,
    /// The folder of backups, to name the newest when the file is damaged or missing.
    pub backups: Option<PathBuf>,
    /// Whether the owner wants a new store if it is missing.
    pub new_store: bool,
    /// Interval between checks that the file is where it was opened.
    pub look_every: Duration,
    /// What is written beside each event, in its transaction.
    pub beside_events: Option<BesideEvent>,
    /// Signalled when writing works again, and when the file is no longer in its place.
    pub recovered: Wake,
    /// Signalled when a transaction wrote a delivery that is due.
    pub delivery_due: Wake,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            cache_bytes: 4 * 1024 * 1024,
            queue: 4_096,
            reopen_first: Duration::from_secs(1),
            reopen_most: Duration::from_secs(30),
            backups: None,
            new_store: false,
            look_every: Duration::from_secs(1),
            beside_events: None,
            recovered: Wake::default(),
            delivery_due: Wake::default(),
        }
    }
}

/// Why a store cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Another process has it open.
    #[error("Another process has the database open")]
    Locked,
    /// It was written by a newer program.
    #[error(
        "The database has format {found} and this program knows {known}: it was written by a newer Demoscope and was not touched"
    )]
    Newer {
        /// Its format.
        found: u32,
        /// The newest format this program knows.
        known: u32,
    },
    /// The file is corrupt.
    #[error("The database {path} is damaged ({why}); {}", advice(.backup.as_deref()))]
    Damaged {
        /// The file.
        path: String,
        /// What was found.
        why: String,
        /// The newest backup, if there is one.
        backup: Option<PathBuf>,
    },
    /// The file is missing, but there was a store.
    #[error("The database {path} is missing: {why}; {}", way_back(.backup.as_deref()))]
    Missing {
        /// The file.
        path: String,
        /// The evidence that there was one.
        why: String,
        /// The newest file to restore.
        backup: Option<PathBuf>,
    },
    /// The file exists, and a new one was asked for.
    #[error("The database {path} exists, so no new one is made")]
    Exists {
        /// The file.
        path: String,
    },
    /// The file cannot be opened.
    #[error("The database {path} cannot be opened: {why}")]
    Unreadable {
        /// The file.
        path: String,
        /// The system's error.
        #[source]
        why: Cause,
    },
    /// The store failed while it was opened.
    #[error(transparent)]
    Fault(#[from] Fault),
}

fn advice(backup: Option<&Path>) -> String {
    backup.map_or_else(
        || {
            "there is no backup; move the file away and begin anew with `demoscope daemon start --new-store`"
                .to_owned()
        },
        |path| format!("the newest backup is restored by `{}`", restore_command(path)),
    )
}

fn way_back(backup: Option<&Path>) -> String {
    backup.map_or_else(
        || "there is no backup of it".to_owned(),
        |path| {
            format!(
                "the newest file to go back to is put in its place by `{}`",
                restore_command(path)
            )
        },
    )
}

/// The findings of opening.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// The store is new.
    pub created: bool,
    /// The last exit was unclean, and the file was repaired and checked.
    pub repaired: bool,
    /// The ledger ends before the last transfer in the ledger note: an older file was put back, and credits with it.
    /// (noted, found)
    pub rewound: Option<(u64, u64)>,
    /// The newest copy that a daemon saved of the latest store, if an older one is found.
    pub saved: Option<PathBuf>,
    /// Why this cannot be determined, if the ledger note cannot be used.
    pub unnoted: Option<Unnoted>,
}

impl Recovery {
    /// The warning for the owner when the store is not the one that was used last.
    pub fn warning(&self) -> Option<String> {
        let (noted, found) = self.rewound?;
        let what = if found < noted {
            format!(
                "the store ends before what was booked last ({noted} transfers noted, {found} found): an older file \
                 was put in its place"
            )
        } else {
            format!(
                "the store does not hold what was booked last ({noted} transfers noted, {found} found): another file \
                 was put in its place"
            )
        };
        let way_back = match &self.saved {
            Some(path) => {
                format!("what it held was saved, and `{}` goes back to it", restore_command(path))
            }
            None => "`demoscope restore PATH` goes back to a backup".to_owned(),
        };
        Some(format!("{what}; `demoscope doctor` audits it, {way_back}"))
    }
}

/// Why the ledger note cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unnoted {
    /// There is none, for example because the file was copied here.
    Absent,
    /// It cannot be read, for that reason.
    Garbled(String),
}

/// The store. Clones share it.
#[derive(Clone, Debug)]
pub struct Store {
    shared: Arc<WriterShared>,
    queue: SyncSender<WriteJob>,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
    recovery: Recovery,
    storage: Storage,
    place: Option<StorePlace>,
}

impl Store {
    /// Opens a store, or creates one if there is none.
    pub fn open(storage: Storage, world: &World, options: Options) -> Result<Self, OpenError> {
        let absent = if options.new_store { Absent::Anew } else { Absent::First };
        let Opened { database, mut recovery, place } = database(&storage, &options, absent)?;
        let fault = |fault| blame(fault, &storage, &options);
        let mut checkpoint = Checkpoint::beginning();
        let mut lost = None;
        match storage.path().map(|path| Note::beside(path).recall()) {
            None => {}
            Some(Noted::Nothing) => {
                recovery.unnoted = (!recovery.created).then_some(Unnoted::Absent);
            }
            Some(Noted::Garbled(why)) => recovery.unnoted = Some(Unnoted::Garbled(why)),
            Some(Noted::Head(ends)) => {
                match ends.checkpoint(|head| holds(&database, head)).map_err(fault)? {
                    Some(noted) => checkpoint = noted,
                    None => lost = Some(ends.head.seq),
                }
            }
        }
        let head = verified_end(&database, &checkpoint).map_err(fault)?;
        if let Some(noted) = lost {
            recovery.rewound = Some((noted, head.seq));
            let saved = storage.path().map(rescued).unwrap_or_default();
            recovery.saved = newest_sound(None, saved);
        }
        let last_event = last_event(&database)?;
        let shared = Arc::new(WriterShared {
            database: RwLock::new(Some(database)),
            health: Mutex::new(StoreHealth::Fine),
            closing: AtomicBool::new(false),
            last_event: watch::Sender::new(last_event),
            copies: Mutex::default(),
        });
        let (queue, jobs) = sync_channel(options.queue.max(1));
        let writer = Writer::new(
            Arc::clone(&shared),
            jobs,
            world.clone(),
            storage.clone(),
            options,
            place.clone(),
            head,
        );
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || writer.run())
            .map_err(|error| Fault::Io(Cause::of(&error)))?;
        let thread = Arc::new(Mutex::new(Some(thread)));
        Ok(Self { shared, queue, thread, recovery, storage, place })
    }

    /// The findings of opening.
    pub fn recovery(&self) -> &Recovery {
        &self.recovery
    }

    /// The storage of this store.
    pub fn storage(&self) -> &Storage {
        &self.storage
    }

    /// Reads from a snapshot: all of it from the same moment. Blocks its thread; never waits for writes.
    pub fn read<T, E: From<Fault>>(
        &self,
        read: impl FnOnce(&Reader<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let guard = self.shared.database.read().unwrap_or_else(PoisonError::into_inner);
        let database = guard.as_ref().ok_or_else(|| {
            // Closing is not a failure: a daemon that is ending must be distinguished from one whose disk fails.
            if self.shared.closing.load(Ordering::Relaxed) {
                Fault::Closed
            } else {
                Fault::Degraded(self.shared.trouble())
            }
        })?;
        let transaction = database.begin_read().map_err(Fault::from)?;
        let looked = catch_unwind(AssertUnwindSafe(|| read(&Reader::snapshot(&transaction))));
        looked.unwrap_or_else(|panic| {
            let why = panic_message(&*panic);
            tracing::error!(why, "a read of the database panicked");
            self.shared.set_health(StoreHealth::Suspect(why.clone()));
            // The writer checks every page as soon as it can; it does so with a full queue as well.
            drop(self.retry());
            Err(Fault::Stumbled(why).into())
        })
    }

    /// Runs a use case: it reads and decides, and the writes it returns are durable when this returns.
    pub async fn write<T: Send + 'static>(
        &self,
        decide: impl FnOnce(&Reader<'_>) -> Result<(T, Writes), UseCaseError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let (reply, answer) = oneshot::channel();
        self.send(WriteJob::UseCase(Box::new(UseCase::new(decide, reply))))?;
        answer.await.unwrap_or_else(|_| Err(Fault::Closed.into()))
    }

    /// The same for a thread that may block.
    pub fn write_blocking<T: Send + 'static>(
        &self,
        decide: impl FnOnce(&Reader<'_>) -> Result<(T, Writes), UseCaseError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let (reply, answer) = oneshot::channel();
        self.send(WriteJob::UseCase(Box::new(UseCase::new(decide, reply))))?;
        answer.blocking_recv().unwrap_or_else(|_| Err(Fault::Closed.into()))
    }

    /// Stops new reads, waits for open ones, and checks every page. `false` means that something had to be repaired.
    pub async fn check_integrity(&self) -> Result<bool, Fault> {
        let (reply, answer) = oneshot::channel();
        self.send(WriteJob::CheckIntegrity(reply))?;
        answer.await.unwrap_or(Err(Fault::Closed))
    }

    /// Asks the writer to try again now, when it is degraded.
    pub fn retry(&self) -> Result<(), Fault> {
        self.send(WriteJob::Retry)
    }

    /// Why no writes are accepted, if none are.
    pub fn degraded(&self) -> Option<String> {
        self.shared.health().trouble().map(str::to_owned)
    }

    /// Whether no writes are accepted because the file is not where it was opened.
    pub fn is_astray(&self) -> bool {
        matches!(self.shared.health(), StoreHealth::Astray(_))
    }

    /// The path at which the open file is not found now. The writer checks only from time to time.
    pub(super) fn lost_name(&self) -> Option<&Path> {
        self.place.as_ref().filter(|place| place.look().is_err()).map(StorePlace::path)
    }

    /// The number of the last durable event, and a way to wait for the next.
    pub fn last_event(&self) -> watch::Receiver<u64> {
        self.shared.last_event.subscribe()
    }

    /// Writes the queued use cases and closes the file.
    pub fn close(&self) {
        self.shared.closing.store(true, Ordering::Relaxed);
        // A full queue drains by itself, so this may wait; if the writer has already exited, the store is closed.
        let sent = self.queue.send(WriteJob::Close);
        drop(sent);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the writer ended by a panic");
        }
    }

    pub(super) fn shared(&self) -> &WriterShared {
        &self.shared
    }

    fn send(&self, job: WriteJob) -> Result<(), Fault> {
        self.queue.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Fault::Busy,
            TrySendError::Disconnected(_) => Fault::Closed,
        })
    }
}

/// What to do if there is no file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Absent {
    /// Report an error.
    Refuse,
    /// Create one, unless there is evidence of an earlier one.
    First,
    /// Create one whatever there was before; no file may exist.
    Anew,
}

/// An open database.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) database: Database,
    pub(super) recovery: Recovery,
    /// The path at which its file must be found.
    pub(super) place: Option<StorePlace>,
}

/// Opens the database itself, with every check that must come before it is used.
pub(super) fn database(
    storage: &Storage,
    options: &Options,
    absent: Absent,
) -> Result<Opened, OpenError> {
    catch_unwind(AssertUnwindSafe(|| try_database(storage, options, absent)))
        .unwrap_or_else(|panic| Err(damaged(storage, options, panic_message(&*panic))))
}

fn try_database(storage: &Storage, options: &Options, absent: Absent) -> Result<Opened, OpenError> {
    let mut recovery = Recovery::default();
    if let Storage::File(path) = storage {
        recovery.created = prepare_file(path, storage, options, absent)?;
    }
    let repaired = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&repaired);
    let mut builder = Builder::new();
    builder.set_cache_size(options.cache_bytes);
    builder.set_repair_callback(move |_| seen.store(true, Ordering::Relaxed));
    let (backend, place) = storage.backend().map_err(|error| unreadable(storage, &error))?;
    let mut database =
        builder.create_with_backend(backend).map_err(|error| opening(error, storage, options))?;
    recovery.repaired = repaired.load(Ordering::Relaxed);
    // Before the migration, which may rewrite every answer.
    if recovery.repaired
        && !database.check_integrity().map_err(|error| opening(error, storage, options))?
    {
        tracing::warn!("the database was mended after an unclean end");
    }
    migrate::migrate(&database, env!("CARGO_PKG_VERSION")).map_err(|error| match error {
        OpenError::Fault(fault) => blame(fault, storage, options),
        other => other,
    })?;
    Ok(Opened { database, recovery, place })
}

/// Creates a new file if there is none and creation is allowed; inspects an existing one without changing it. Returns
/// whether it is new.
fn prepare_file(
    path: &Path,
    storage: &Storage,
    options: &Options,
    absent: Absent,
) -> Result<bool, OpenError> {
    match std::fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            match absent {
                Absent::Refuse => return Err(unreadable(storage, &error)),
                Absent::First => refuse_after_loss(path, options)?,
                Absent::Anew => {}
            }
            return make_file(path, storage, options).map(|()| true);
        }
        Ok(_) if absent == Absent::Anew => {
            return Err(OpenError::Exists { path: name(storage) });
        }
        Err(error) => return Err(unreadable(storage, &error)),
        Ok(found) if !found.is_file() => {
            return Err(damaged(storage, options, "it is not a file".to_owned()));
        }
        Ok(found) if found.len() == 0 => {
            return Err(damaged(storage, options, "it is empty".to_owned()));
        }
        Ok(_) => {}
    }
    let found = format_of(path).map_err(|unread| match unread {
        NotReadable::System(error) => unreadable(storage, &error),
        NotReadable::Database(error) => opening(error, storage, options),
        NotReadable::Fault(fault) => blame(fault, storage, options),
    })?;
    migrate::admit(found.unwrap_or(0))?;
    if found.is_none() {
        let why = format!("it has no '{}' row", FormatRow::KEY);
        return Err(damaged(storage, options, why));
    }
    Ok(false)
}

/// Refuses to create a store if there is evidence of an earlier one.
fn refuse_after_loss(path: &Path, options: &Options) -> Result<(), OpenError> {
    traces(path, options.backups.as_deref()).map_or(Ok(()), |Traces { why, backup }| {
        Err(OpenError::Missing { path: path.display().to_string(), why, backup })
    })
}

/// Completes a new file before it gets its name. Files that an old one left beside that name are renamed, not
/// deleted.
fn make_file(path: &Path, storage: &Storage, options: &Options) -> Result<(), OpenError> {
    let io = |error: std::io::Error| unreadable(storage, &error);
    let fresh = beside(path, ".new");
    let backend = remove_old(&fresh).and_then(|()| create_file(&fresh)).map_err(io)?;
    let database = Builder::new()
        .set_cache_size(options.cache_bytes)
        .create_with_backend(backend)
        .map_err(Fault::from)?;
    migrate::migrate(&database, env!("CARGO_PKG_VERSION"))?;
    drop(database);
    set_aside(path).map_err(io)?;
    std::fs::rename(&fresh, path).and_then(|()| sync_folder(path)).map_err(io)
}

fn opening(error: DatabaseError, storage: &Storage, options: &Options) -> OpenError {
    match error {
        DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch => {
            OpenError::Locked
        }
        DatabaseError::Storage(redb::StorageError::Io(error))
            if matches!(
                error.kind(),
                std::io::ErrorKind::InvalidData | std::io::ErrorKind::UnexpectedEof
            ) =>
        {
            damaged(storage, options, error.to_string())
        }
        DatabaseError::Storage(redb::StorageError::Io(error)) => unreadable(storage, &error),
        other => damaged(storage, options, other.to_string()),
    }
}

fn blame(fault: Fault, storage: &Storage, options: &Options) -> OpenError {
    match fault {
        Fault::Damaged(why) => damaged(storage, options, why),
        Fault::Row { .. } => damaged(storage, options, fault.to_string()),
        other => OpenError::Fault(other),
    }
}

fn name(storage: &Storage) -> String {
    storage.path().map_or_else(|| "in memory".to_owned(), |path| path.display().to_string())
}

fn damaged(storage: &Storage, options: &Options, why: String) -> OpenError {
    let saved = storage.path().map(rescued).unwrap_or_default();
    let backup = newest_sound(options.backups.as_deref(), saved);
    OpenError::Damaged { path: name(storage), why, backup }
}

fn unreadable(storage: &Storage, error: &std::io::Error) -> OpenError {
    OpenError::Unreadable { path: name(storage), why: Cause::of(error) }
}

fn last_event(database: &Database) -> Result<u64, Fault> {
    let transaction = database.begin_read()?;
    let last = Reader::snapshot(&transaction).last_key::<protocol::event::Event>()?;
    Ok(last.unwrap_or(0))
}

/// The message of a panic.
pub(super) fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without words".to_owned())
}
