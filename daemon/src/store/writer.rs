//! The single writer. It takes use cases from a bounded queue, runs as many as have arrived (at most 256, for at most
//! five milliseconds) inside one transaction, commits it in two phases, and only then answers their callers. After an
//! I/O error it accepts no writes until the file could be opened again, which it tries by itself.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use protocol::error::{ApiError, Cause};
use redb::{Database, Durability, WriteTransaction};
use tokio::sync::{oneshot, watch};

use crate::domain::ledger::ChainHead;
use crate::world::World;

use super::ledger::{Checkpoint, holds, verified_end};
use super::note::Note;
use super::open::{Absent, Opened, database, panic_message};
use super::place::StorePlace;
use super::rows::LedgerHead;
use super::writes::{BesideEvent, Compiled, Put};
use super::{Fault, OpenError, Options, Reader, Storage, UseCaseError, Writes};

/// Use cases in one transaction.
const BATCH_MEMBERS: usize = 256;
/// Time to collect them.
const BATCH_TIME: Duration = Duration::from_millis(5);
/// Interval between updates of the ledger note.
const MEMORY_PERIOD: Duration = Duration::from_secs(1);

/// The state that the writer shares with all readers.
#[derive(Debug)]
pub(super) struct WriterShared {
    /// Readers hold it shared while they read; the writer holds it exclusively to reopen or to check.
    pub(super) database: RwLock<Option<Database>>,
    pub(super) health: Mutex<StoreHealth>,
    /// Set when the store is about to close: long reads stop then.
    pub(super) closing: AtomicBool,
    pub(super) last_event: watch::Sender<u64>,
    /// Copies that are being written, by their temporary names.
    pub(super) copies: Mutex<BTreeSet<PathBuf>>,
}

/// Whether writes are accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum StoreHealth {
    /// Writes are accepted.
    Fine,
    /// Not until the file was opened again.
    Trouble(String),
    /// Not until the file was opened again and every page checked: something panicked while it was used.
    Suspect(String),
    /// Not until the file was restored: a page is corrupt.
    Damaged(String),
    /// Not until the open file is back at its path: writes to it now would be lost with the process.
    Astray(String),
}

impl StoreHealth {
    pub(super) fn trouble(&self) -> Option<&str> {
        match self {
            Self::Fine => None,
            Self::Trouble(why) | Self::Suspect(why) | Self::Damaged(why) | Self::Astray(why) => {
                Some(why)
            }
        }
    }
}

impl WriterShared {
    pub(super) fn health(&self) -> StoreHealth {
        self.health.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_health(&self, health: StoreHealth) {
        *self.health.lock().unwrap_or_else(PoisonError::into_inner) = health;
    }

    pub(super) fn trouble(&self) -> String {
        self.health().trouble().unwrap_or("it is closed").to_owned()
    }

    /// The error for a write that is not accepted now.
    fn refusal(&self) -> Fault {
        match self.health() {
            StoreHealth::Astray(why) => Fault::Astray(why),
            StoreHealth::Fine
            | StoreHealth::Trouble(_)
            | StoreHealth::Suspect(_)
            | StoreHealth::Damaged(_) => Fault::Degraded(self.trouble()),
        }
    }
}

/// A job for the writer.
pub(super) enum WriteJob {
    UseCase(Box<dyn Member>),
    CheckIntegrity(oneshot::Sender<Result<bool, Fault>>),
    Retry,
    Close,
}

/// A use case in a batch.
pub(super) trait Member: Send {
    /// Decides, and returns the writes; `None` when it fails.
    fn decide(
        &mut self,
        reader: &Reader<'_>,
        beside: Option<&BesideEvent>,
    ) -> Result<Option<Compiled>, Fault>;
    /// Answers the caller, once the batch is durable or has failed.
    fn answer(self: Box<Self>, committed: Result<(), Fault>);
}

/// A closure and the caller that waits for it.
pub(super) struct UseCase<T, D> {
    decide: Option<D>,
    result: Result<T, ApiError>,
    reply: oneshot::Sender<Result<T, ApiError>>,
}

impl<T, D> UseCase<T, D> {
    pub(super) fn new(decide: D, reply: oneshot::Sender<Result<T, ApiError>>) -> Self {
        Self { decide: Some(decide), result: Err(Fault::Closed.into()), reply }
    }
}

impl<T, D> Member for UseCase<T, D>
where
    T: Send,
    D: FnOnce(&Reader<'_>) -> Result<(T, Writes), UseCaseError> + Send,
{
    fn decide(
        &mut self,
        reader: &Reader<'_>,
        beside: Option<&BesideEvent>,
    ) -> Result<Option<Compiled>, Fault> {
        let Some(decide) = self.decide.take() else { return Ok(None) };
        let decided = decide(reader).and_then(|(value, writes)| {
            if writes.is_empty() {
                return Ok((value, None));
            }
            writes.compile(reader, beside).map(|compiled| (value, Some(compiled)))
        });
        match decided {
            Ok((value, compiled)) => {
                self.result = Ok(value);
                Ok(compiled)
            }
            // One unreadable row concerns only that use case, not the whole batch.
            Err(UseCaseError::Fault(fault @ Fault::Row { .. })) => {
                self.result = Err(fault.into());
                Ok(None)
            }
            Err(UseCaseError::Fault(fault)) => Err(fault),
            Err(UseCaseError::Refused(error)) => {
                self.result = Err(error);
                Ok(None)
            }
        }
    }

    fn answer(self: Box<Self>, committed: Result<(), Fault>) {
        let result = match committed {
            Ok(()) => self.result,
            Err(fault) => Err(fault.into()),
        };
        // A caller that is gone needs no answer.
        drop(self.reply.send(result));
    }
}

/// The writer's own state.
pub(super) struct Writer {
    shared: Arc<WriterShared>,
    jobs: Receiver<WriteJob>,
    world: World,
    storage: Storage,
    options: Options,
    note: Option<Note>,
    /// The path at which the open file must be found.
    place: Option<StorePlace>,
    /// The health before the file was found to be out of its place.
    before_astray: StoreHealth,
    head: ChainHead,
    remembered_at: Option<Duration>,
    reopen_after: Duration,
    reopen_at: Duration,
}

impl Writer {
    pub(super) fn new(
        shared: Arc<WriterShared>,
        jobs: Receiver<WriteJob>,
        world: World,
        storage: Storage,
        options: Options,
        place: Option<StorePlace>,
        head: ChainHead,
    ) -> Self {
        let note = place.as_ref().map(|place| Note::beside(place.path()));
        let reopen_after = options.reopen_first;
        Self {
            shared,
            jobs,
            world,
            storage,
            options,
            note,
            place,
            before_astray: StoreHealth::Fine,
            head,
            remembered_at: None,
            reopen_after,
            reopen_at: Duration::ZERO,
        }
    }

    pub(super) fn run(mut self) {
        let mut waiting = None;
        while let Some(job) = waiting.take().or_else(|| self.next()) {
            match job {
                WriteJob::UseCase(member) => {
                    if self.ready() {
                        waiting = self.batch(member);
                    } else {
                        member.answer(Err(self.shared.refusal()));
                    }
                }
                WriteJob::CheckIntegrity(reply) => drop(reply.send(self.check_integrity())),
                WriteJob::Retry => {
                    self.reopen_at = Duration::ZERO;
                    self.ready();
                }
                WriteJob::Close => break,
            }
        }
        if self.is_in_place() {
            self.remember(true);
        }
        let mut guard = self.shared.database.write().unwrap_or_else(PoisonError::into_inner);
        close(guard.take());
        drop(guard);
        self.shared.set_health(StoreHealth::Trouble("the store is closed".to_owned()));
    }

    /// The next job; meanwhile checks from time to time whether the file is in its place, and whether a failure is
    /// over.
    fn next(&mut self) -> Option<WriteJob> {
        loop {
            let pause = match self.shared.health() {
                StoreHealth::Trouble(_) | StoreHealth::Suspect(_) => {
                    self.reopen_after.max(Duration::from_millis(1))
                }
                _ if self.place.is_none() => return self.jobs.recv().ok(),
                StoreHealth::Fine | StoreHealth::Damaged(_) | StoreHealth::Astray(_) => {
                    self.options.look_every
                }
            };
            match self.jobs.recv_timeout(pause) {
                Ok(job) => return Some(job),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {
                    self.reopen_at = Duration::ZERO;
                    self.ready();
                }
            }
        }
    }

    /// Whether writes are accepted; after a failure, tries to open the file again when that is due.
    fn ready(&mut self) -> bool {
        if !self.is_in_place() {
            return false;
        }
        match self.shared.health() {
            StoreHealth::Fine => true,
            StoreHealth::Damaged(_) | StoreHealth::Astray(_) => false,
            StoreHealth::Trouble(_) => {
                self.recover(|writer| writer.reopen().map_err(StoreHealth::Trouble))
            }
            StoreHealth::Suspect(_) => self.recover(Self::acquit),
        }
    }

    /// Whether the open file is at its path. While it is not, no writes are accepted; the file that is there instead
    /// is not used.
    fn is_in_place(&mut self) -> bool {
        let Some(place) = &self.place else { return true };
        match (place.look(), self.shared.health()) {
            (Ok(()), StoreHealth::Astray(_)) => {
                tracing::info!("the database's file is back in its place");
                self.shared
                    .set_health(std::mem::replace(&mut self.before_astray, StoreHealth::Fine));
                self.options.recovered.signal();
                true
            }
            (Ok(()), _) => true,
            (Err(_), StoreHealth::Astray(_)) => false,
            (Err(why), before) => {
                tracing::error!(why, "the database takes no writes");
                self.before_astray = before;
                self.shared.set_health(StoreHealth::Astray(why));
                // Tasks that ask for answers which cannot be recorded must stop now.
                self.options.recovered.signal();
                false
            }
        }
    }

    /// Tries to recover from a failure, when that is due.
    fn recover(&mut self, attempt: impl FnOnce(&mut Self) -> Result<(), StoreHealth>) -> bool {
        let now = self.world.clock.monotonic();
        if now < self.reopen_at {
            return false;
        }
        let suspected = matches!(self.shared.health(), StoreHealth::Suspect(_));
        match attempt(self) {
            Ok(()) => {
                tracing::info!("the database takes writes again");
                // A file with repeated panics is checked less and less often.
                self.reopen_after = if suspected {
                    self.reopen_after.saturating_mul(2).min(self.options.reopen_most)
                } else {
                    self.options.reopen_first
                };
                self.shared.set_health(StoreHealth::Fine);
                self.options.recovered.signal();
                true
            }
            Err(health) => {
                let why = health.trouble().unwrap_or_default().to_owned();
                tracing::warn!(why, "the database still takes no writes");
                self.reopen_at = now.saturating_add(self.reopen_after);
                self.reopen_after =
                    self.reopen_after.saturating_mul(2).min(self.options.reopen_most);
                self.shared.set_health(health);
                false
            }
        }
    }

    /// Opens the file again and checks every page and the whole ledger: after a panic only that distinguishes a bug
    /// of the program from a damaged file.
    fn acquit(&mut self) -> Result<(), StoreHealth> {
        self.reopen().map_err(StoreHealth::Suspect)?;
        let verdict = |fault: Fault| match fault {
            Fault::Damaged(why) | Fault::Stumbled(why) => StoreHealth::Damaged(why),
            other => StoreHealth::Suspect(other.to_string()),
        };
        self.check_integrity().map_err(verdict)?;
        let guard = self.shared.database.read().unwrap_or_else(PoisonError::into_inner);
        let database = guard.as_ref().ok_or_else(|| StoreHealth::Suspect(self.shared.trouble()))?;
        verified_end(database, &Checkpoint::beginning()).map(drop).map_err(verdict)
    }

    fn reopen(&mut self) -> Result<(), String> {
        let had = self.shared.database.read().unwrap_or_else(PoisonError::into_inner).is_some();
        if had {
            // The old handle still reads; it is closed only when the new one has a chance.
            self.storage.probe().map_err(|error| error.to_string())?;
        }
        let mut guard = self.shared.database.write().unwrap_or_else(PoisonError::into_inner);
        close(guard.take());
        let Opened { database, place, .. } = database(&self.storage, &self.options, Absent::Refuse)
            .map_err(|error: OpenError| error.to_string())?;
        // The path was checked before, but the file may have been replaced in between; the ledger is compared, too.
        if place != self.place
            || (self.head.seq > 0
                && !holds(&database, &self.head).map_err(|fault| fault.to_string())?)
        {
            return Err("another file was put in its place while it was opened again".to_owned());
        }
        *guard = Some(database);
        Ok(())
    }

    fn check_integrity(&self) -> Result<bool, Fault> {
        let mut guard = self.shared.database.write().unwrap_or_else(PoisonError::into_inner);
        let Some(database) = guard.as_mut() else {
            return Err(Fault::Degraded(self.shared.trouble()));
        };
        let checked = catch_unwind(AssertUnwindSafe(|| database.check_integrity()));
        let fault = match checked {
            Ok(Ok(clean)) => return Ok(clean),
            Ok(Err(error)) => Fault::from(error),
            Err(panic) => Fault::Damaged(panic_message(&*panic)),
        };
        if let Fault::Damaged(why) = &fault {
            self.shared.set_health(StoreHealth::Damaged(why.clone()));
        }
        Err(fault)
    }

    /// Runs one batch. Returns a job that arrived in between and does not belong to a batch.
    fn batch(&mut self, first: Box<dyn Member>) -> Option<WriteJob> {
        let shared = Arc::clone(&self.shared);
        let guard = shared.database.read().unwrap_or_else(PoisonError::into_inner);
        let mut members: Vec<Box<dyn Member>> = Vec::new();
        let mut other = None;
        let outcome = if let Some(database) = guard.as_ref() {
            self.transact(database, first, &mut members, &mut other)
        } else {
            members.push(first);
            Err(Fault::Degraded(shared.trouble()))
        };
        drop(guard);
        let in_place = self.is_in_place();
        match outcome {
            Ok(told) => {
                if let Some(seq) = told.last_event {
                    shared.last_event.send_replace(seq);
                }
                if told.delivery_due {
                    self.options.delivery_due.signal();
                }
                if let Some(head) = told.head {
                    self.head = head;
                    if in_place {
                        self.remember(false);
                    }
                }
                // Writes to a file that is not in its place would be lost, so they are answered with an error.
                for member in members {
                    member.answer(if in_place { Ok(()) } else { Err(shared.refusal()) });
                }
            }
            Err(fault) => {
                tracing::error!(%fault, "a batch was not written");
                let why = fault.to_string();
                let health = match fault {
                    Fault::Damaged(_) => StoreHealth::Damaged(why),
                    Fault::Stumbled(_) => StoreHealth::Suspect(why),
                    _ => StoreHealth::Trouble(why),
                };
                if in_place {
                    shared.set_health(health);
                } else {
                    self.before_astray = health;
                }
                self.reopen_at = self.world.clock.monotonic().saturating_add(self.reopen_after);
                for member in members {
                    member.answer(Err(fault.clone()));
                }
            }
        }
        other
    }

    /// One transaction from beginning to end; a panic below is a fault like any other.
    fn transact(
        &self,
        database: &Database,
        first: Box<dyn Member>,
        members: &mut Vec<Box<dyn Member>>,
        other: &mut Option<WriteJob>,
    ) -> Result<WaitingCaller, Fault> {
        let begun = catch_unwind(AssertUnwindSafe(|| database.begin_write()));
        let mut transaction = match begun {
            Ok(Ok(transaction)) => transaction,
            failed => {
                members.push(first);
                return Err(match failed {
                    Ok(Err(error)) => error.into(),
                    Err(panic) => Fault::Stumbled(panic_message(&*panic)),
                    Ok(Ok(_)) => Fault::Closed,
                });
            }
        };
        transaction.set_two_phase_commit(true);
        let durable = transaction.set_durability(Durability::Immediate);
        durable.map_err(|error| Fault::Io(Cause::of(&error)))?;
        let ran =
            catch_unwind(AssertUnwindSafe(|| self.members(&transaction, first, members, other)));
        let told = match ran {
            Ok(Ok(told)) => told,
            failed => {
                // Dropping a transaction rolls it back, and may itself panic on a damaged page.
                let undone = catch_unwind(AssertUnwindSafe(|| drop(transaction)));
                return Err(match (failed, undone) {
                    (Err(panic), _) | (_, Err(panic)) => Fault::Stumbled(panic_message(&*panic)),
                    (Ok(Err(fault)), Ok(())) => fault,
                    (Ok(Ok(_)), Ok(())) => Fault::Closed,
                });
            }
        };
        let ended = catch_unwind(AssertUnwindSafe(|| {
            if told.wrote {
                transaction.commit().map_err(Fault::from)
            } else {
                transaction.abort().map_err(Fault::from)
            }
        }));
        match ended {
            Ok(Ok(())) => Ok(told),
            Ok(Err(fault)) => Err(fault),
            Err(panic) => Err(Fault::Stumbled(panic_message(&*panic))),
        }
    }

    fn members(
        &self,
        transaction: &WriteTransaction,
        first: Box<dyn Member>,
        members: &mut Vec<Box<dyn Member>>,
        other: &mut Option<WriteJob>,
    ) -> Result<WaitingCaller, Fault> {
        let until = self.world.clock.monotonic().saturating_add(BATCH_TIME);
        let reader = Reader::batch(transaction);
        let mut told = WaitingCaller::default();
        let mut next = Some(first);
        while let Some(member) = next.take() {
            // Added to the list before it runs, so that its caller is answered even when it panics.
            members.push(member);
            let decided = match members.last_mut() {
                Some(member) => member.decide(&reader, self.options.beside_events.as_ref())?,
                None => None,
            };
            if let Some(compiled) = decided {
                told.delivery_due |= compiled.rows.iter().any(Put::is_due_delivery);
                apply(transaction, compiled.rows)?;
                told.wrote = true;
                told.last_event = compiled.last_event.or(told.last_event);
                if compiled.booked {
                    let row: Option<LedgerHead> = reader.get(&LedgerHead::KEY.to_owned())?;
                    told.head = row.map(|row| row.head);
                }
            }
            if members.len() < BATCH_MEMBERS && self.world.clock.monotonic() < until {
                match self.jobs.try_recv() {
                    Ok(WriteJob::UseCase(member)) => next = Some(member),
                    Ok(job) => *other = Some(job),
                    Err(_) => {}
                }
            }
        }
        Ok(told)
    }

    /// Writes the ledger note, so that an older file put back can be distinguished from this one and the next start
    /// need not verify the ledger before it.
    fn remember(&mut self, last: bool) {
        let Some(note) = &self.note else { return };
        let now = self.world.clock.monotonic();
        let due = self.remembered_at.is_none_or(|at| now.saturating_sub(at) >= MEMORY_PERIOD);
        if last || due {
            self.remembered_at = Some(now);
            let guard = self.shared.database.read().unwrap_or_else(PoisonError::into_inner);
            match guard.as_ref().map(Checkpoint::end_in) {
                Some(Ok(end)) => note.note(end),
                Some(Err(fault)) => tracing::debug!(%fault, "the ledger's end cannot be noted"),
                None => {}
            }
        }
    }
}

#[derive(Debug, Default)]
struct WaitingCaller {
    wrote: bool,
    delivery_due: bool,
    last_event: Option<u64>,
    head: Option<ChainHead>,
}

fn apply(transaction: &WriteTransaction, rows: Vec<Put>) -> Result<(), Fault> {
    let mut rows = rows.into_iter().peekable();
    while let Some(table) = rows.peek().map(|row| row.table) {
        let mut open = transaction.open_table(table.definition())?;
        while let Some(row) = rows.next_if(|row| row.table == table) {
            match row.value {
                Some(value) => drop(open.insert(row.key.as_slice(), value.as_slice())?),
                None => drop(open.remove(row.key.as_slice())?),
            }
        }
    }
    Ok(())
}

fn close(database: Option<Database>) {
    if catch_unwind(AssertUnwindSafe(|| drop(database))).is_err() {
        tracing::warn!("closing the database panicked");
    }
}
