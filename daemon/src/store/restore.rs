//! Putting a backup back, while no daemon runs. The backup is copied, opened, checked page by page and audited before the
//! present file is moved aside; nothing is ever deleted.

use std::fs;
use std::path::{Path, PathBuf};

use redb::Builder;

use crate::domain::ledger::Head;

use super::backup::inspect;
use super::open::database;
use super::storage::{beside, sync_folder};
use super::writer::{HeadMemory, check_ledger};
use super::{Fault, OpenError, Options, Reader, Storage};

/// Why a backup was not put back. The present file is where it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// A daemon has the present file.
    #[error("the daemon is running: stop it with `demoscope daemon stop` first")]
    Running,
    /// The backup is no sound store.
    #[error("the backup is not sound: {0}")]
    Unsound(String),
    /// The files could not be moved.
    #[error("{0}")]
    Io(String),
}

/// What restoring did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Where the file that was there is now.
    pub aside: Option<PathBuf>,
    /// Transfers in the restored ledger.
    pub transfers: u64,
    /// Transfers the replaced ledger had beyond them, as far as is remembered: what they booked is undone, so credits
    /// spent since the backup came back.
    pub undone: u64,
}

/// Puts a backup in the place of a store. `audit` looks for broken invariants in it first.
pub fn restore(
    backup: &Path,
    target: &Path,
    options: &Options,
    audit: impl FnOnce(&Reader<'_>) -> Result<(), String>,
) -> Result<Restored, RestoreError> {
    let io = |error: std::io::Error| RestoreError::Io(error.to_string());
    if target.exists()
        && let Err(redb::DatabaseError::DatabaseAlreadyOpen) = Builder::new().open_read_only(target)
    {
        return Err(RestoreError::Running);
    }
    if !backup.is_file() {
        return Err(RestoreError::Unsound(format!("{} is not a file", backup.display())));
    }
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder).map_err(io)?;
    }
    let fresh = beside(target, ".restoring");
    fs::copy(backup, &fresh)
        .map_err(|error| RestoreError::Io(format!("{}: {error}", backup.display())))?;
    let checked = check(&fresh, options, audit);
    let head = match checked {
        Ok(head) => head,
        Err(error) => {
            drop(fs::remove_file(&fresh));
            return Err(error);
        }
    };
    let remembered = HeadMemory::beside(target).recall().map_or(0, |head| head.seq);
    let aside = target.exists().then(|| free_name(target));
    if let Some(aside) = &aside {
        fs::rename(target, aside).map_err(io)?;
    }
    fs::rename(&fresh, target).and_then(|()| sync_folder(target)).map_err(io)?;
    // Putting it back was on purpose: the next start shall not wonder where the newer transfers went.
    HeadMemory::beside(target).note(&head);
    let transfers = head.seq;
    Ok(Restored { aside, transfers, undone: remembered.saturating_sub(transfers) })
}

fn check(
    path: &Path,
    options: &Options,
    audit: impl FnOnce(&Reader<'_>) -> Result<(), String>,
) -> Result<Head, RestoreError> {
    let unsound = |why: String| RestoreError::Unsound(why);
    let storage = Storage::File(path.to_owned());
    let (mut database, _) =
        database(&storage, options).map_err(|error: OpenError| unsound(error.to_string()))?;
    let clean = database.check_integrity().map_err(|error| unsound(error.to_string()))?;
    if !clean {
        return Err(unsound("its pages do not hold what was written".to_owned()));
    }
    let seen = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        inspect(&database, |reader| {
            let head = check_ledger(reader)?;
            Ok((head.head, audit(reader)))
        })
    }))
    .map_err(|panic| unsound(super::open::panic_message(&*panic)))?;
    let (head, audited) = seen.map_err(|fault: Fault| unsound(fault.to_string()))?;
    audited.map_err(unsound)?;
    Ok(head)
}

/// `demoscope.redb.before-restore-1`, or the first number that is free.
fn free_name(target: &Path) -> PathBuf {
    let mut number = 1_u32;
    loop {
        let name = beside(target, &format!(".before-restore-{number}"));
        if !name.exists() {
            return name;
        }
        number = number.saturating_add(1);
    }
}
