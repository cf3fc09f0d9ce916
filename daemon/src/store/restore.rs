//! Restoring a backup, while no daemon runs. The backup is copied, opened, checked page by page and audited; then the
//! current file gets a second name, and the copy takes its first one. There is a store at every moment, and nothing
//! is ever deleted.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use protocol::error::Cause;
use redb::Builder;

use crate::domain::ledger::ChainHead;

use super::ledger::{Checkpoint, end_since, guarded};
use super::note::{Note, Noted};
use super::open::{Absent, Opened, database};
use super::place::is_same_file;
use super::storage::{beside, create_new, remove_old, sync_folder};
use super::{OpenError, Options, Reader, Storage};

/// Why a backup was not restored. The current file is unchanged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RestoreError {
    /// A daemon has the current file open.
    #[error("The daemon is running: stop it with `demoscope daemon stop` first")]
    Running,
    /// The backup is not a sound store.
    #[error("The backup is not sound: {0}")]
    Unsound(String),
    /// The files could not be moved.
    #[error(transparent)]
    Io(Cause),
}

/// The result of a restore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Restored {
    /// The new path of the replaced file.
    pub aside: Option<PathBuf>,
    /// Transfers in the restored ledger.
    pub transfers: u64,
    /// Transfers by which the replaced ledger was longer, as far as is recorded: their bookings are undone, so
    /// credits spent since the backup came back.
    pub undone: u64,
    /// What went wrong after the backup was already in its place.
    pub unsettled: Option<String>,
}

/// The steps of a restore, in order. After each of them there is a store that opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RestoreStep {
    /// The backup is copied into the store's folder.
    Copy,
    /// The copy is checked, and migrated to this program's format.
    Check,
    /// The ledger note is changed to accept either ledger.
    Announce,
    /// The current file gets a second name.
    KeepAside,
    /// The copy takes its first name.
    Swap,
    /// The ledger note is changed to the restored ledger.
    Note,
}

/// Restores a backup as the store. `audit` looks for broken invariants in it first.
pub(crate) fn restore(
    backup: &Path,
    target: &Path,
    options: &Options,
    audit: impl FnOnce(&Reader<'_>) -> Result<(), String>,
) -> Result<Restored, RestoreError> {
    restore_stepwise(backup, target, options, audit, |_| {})
}

/// The same with a callback before each step.
pub(super) fn restore_stepwise(
    backup: &Path,
    target: &Path,
    options: &Options,
    audit: impl FnOnce(&Reader<'_>) -> Result<(), String>,
    mut before: impl FnMut(RestoreStep),
) -> Result<Restored, RestoreError> {
    let io = |error: io::Error| RestoreError::Io(Cause::of(&error));
    if target.exists()
        && let Err(redb::DatabaseError::DatabaseAlreadyOpen) = Builder::new().open_read_only(target)
    {
        return Err(RestoreError::Running);
    }
    let fresh = beside(target, ".restoring");
    admit(backup, target, &fresh)?;
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder).map_err(io)?;
    }
    before(RestoreStep::Copy);
    remove_old(&fresh).map_err(io)?;
    let useless = |error: RestoreError| {
        drop(fs::remove_file(&fresh));
        error
    };
    copy(backup, &fresh).map_err(|error| {
        useless(RestoreError::Io(Cause::below(format!("{}: {error}", backup.display()), &error)))
    })?;
    before(RestoreStep::Check);
    let head = check(&fresh, backup, options, audit).map_err(useless)?;
    let note = Note::beside(target);
    let remembered = match note.recall() {
        Noted::Head(ends) => ends.head.seq,
        Noted::Nothing | Noted::Garbled(_) => 0,
    };
    before(RestoreStep::Announce);
    note.note_restoring(&head).map_err(|error| useless(io(error)))?;
    before(RestoreStep::KeepAside);
    let aside = match fs::symlink_metadata(target) {
        Ok(_) => Some(keep_aside(target, |from, to| fs::hard_link(from, to)).map_err(|error| {
            useless(RestoreError::Io(Cause::below(
                format!("The present file cannot be kept: {error}"),
                &error,
            )))
        })?),
        Err(_) => None,
    };
    before(RestoreStep::Swap);
    fs::rename(&fresh, target).map_err(|error| useless(io(error)))?;
    let settled = sync_folder(target);
    before(RestoreStep::Note);
    // The restore was deliberate, so the next start must not report the missing newer transfers. It does not without
    // this step either, since the announcement accepts both ledgers.
    let settled = settled.and(note.note_restored(&head));
    let transfers = head.seq;
    let undone = remembered.saturating_sub(transfers);
    Ok(Restored {
        aside,
        transfers,
        undone,
        unsettled: settled.err().map(|error| error.to_string()),
    })
}

/// Rejects a file that cannot be a backup of this store.
fn admit(backup: &Path, target: &Path, fresh: &Path) -> Result<(), RestoreError> {
    let unsound = |what: &str| Err(RestoreError::Unsound(format!("{} {what}", backup.display())));
    if !backup.is_file() {
        return unsound("is not a file");
    }
    if is_same_file(backup, target) {
        return unsound("is the store itself");
    }
    if is_same_file(backup, fresh) {
        return unsound("was left by a restore that was cut off: give it another name first");
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut copy = create_new(to)?;
    io::copy(&mut fs::File::open(from)?, &mut copy)?;
    copy.sync_all()
}

/// Gives the current file a second name, `demoscope.redb.before-restore-1` or the first number that is free. If the
/// file system does not support hard links, a copy gets the name.
pub(super) fn keep_aside(
    target: &Path,
    link: impl Fn(&Path, &Path) -> io::Result<()>,
) -> io::Result<PathBuf> {
    for number in 1_u32.. {
        let aside = beside(target, &format!(".before-restore-{number}"));
        // An interrupted restore may have come this far.
        if is_same_file(&aside, target) {
            return Ok(aside);
        }
        if fs::symlink_metadata(&aside).is_ok() {
            continue;
        }
        if fs::symlink_metadata(target)?.is_dir() {
            // Not a store, and the only kind of file that cannot have a second name.
            fs::rename(target, &aside)?;
        } else if link(target, &aside).is_err() {
            let partial = beside(&aside, ".partial");
            remove_old(&partial)?;
            copy(target, &partial).and_then(|()| fs::rename(&partial, &aside)).inspect_err(
                |_| {
                    drop(fs::remove_file(&partial));
                },
            )?;
        }
        sync_folder(&aside)?;
        return Ok(aside);
    }
    Err(io::Error::from(io::ErrorKind::AlreadyExists))
}

/// Why a backup does not open, without the advice for a damaged store.
fn what_ails(backup: &Path, error: OpenError) -> String {
    let backup = backup.display();
    match error {
        OpenError::Damaged { why, .. } => format!("{backup} does not open as a store ({why})"),
        OpenError::Unreadable { why, .. } => format!("{backup} cannot be opened ({why})"),
        other => other.to_string(),
    }
}

/// Checks the copy at `path`, and names in errors the backup that it was made from.
fn check(
    path: &Path,
    backup: &Path,
    options: &Options,
    audit: impl FnOnce(&Reader<'_>) -> Result<(), String>,
) -> Result<ChainHead, RestoreError> {
    let unsound = |why: String| RestoreError::Unsound(why);
    let storage = Storage::File(path.to_owned());
    let Opened { mut database, .. } = database(&storage, options, Absent::Refuse)
        .map_err(|error| unsound(what_ails(backup, error)))?;
    let clean = database.check_integrity().map_err(|error| unsound(error.to_string()))?;
    if !clean {
        return Err(unsound("its pages do not hold what was written".to_owned()));
    }
    let (head, audited) = guarded(&database, |reader| {
        let head = end_since(reader, &Checkpoint::beginning())?;
        Ok((head, audit(reader)))
    })
    .map_err(|fault| unsound(fault.to_string()))?;
    audited.map_err(unsound)?;
    Ok(head)
}
