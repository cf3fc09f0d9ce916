//! Backups: a consistent copy of every table, taken from one snapshot into a fresh file that gets its name only when it
//! is whole. Daily ones are kept for a week.

use std::fs;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};

use redb::{Builder, Database, ReadTransaction, ReadableDatabase};

use super::reader::Reader;
use super::storage::{beside, open_file, sync_folder};
use super::{Fault, Store, Table};

/// Copied between two commits of the copy, so that memory stays flat.
const COMMIT_BYTES: usize = 8 * 1024 * 1024;

/// The folder of daily backups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backups(pub PathBuf);

impl Backups {
    /// The backup of that day (`2026-11-22`).
    pub fn of_day(&self, day: &str) -> PathBuf {
        self.0.join(format!("demoscope-{day}.redb"))
    }

    /// Removes all but the newest daily backups.
    pub fn prune(&self, keep: usize) -> Result<(), Fault> {
        let old: Vec<PathBuf> = list(&self.0)
            .into_iter()
            .filter(|path| is_daily(path))
            .rev()
            .skip(keep.max(1))
            .collect();
        for path in old {
            fs::remove_file(&path).map_err(|error| io(&path, &error))?;
        }
        Ok(())
    }
}

/// The newest backup in a folder, by the time it was written.
pub fn newest_backup(folder: &Path) -> Option<PathBuf> {
    let written = |path: &PathBuf| fs::metadata(path).and_then(|found| found.modified()).ok();
    list(folder).into_iter().max_by_key(written)
}

/// Whether a backup is one of those made by themselves: named by its day, and by nothing else.
fn is_daily(path: &Path) -> bool {
    let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
    name.strip_prefix("demoscope-").is_some_and(|day| day.len() == "2026-11-22".len())
}

fn list(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| {
            path.extension().is_some_and(|ending| ending == "redb")
                && path
                    .file_name()
                    .and_then(|name| name.to_str())
                    .is_some_and(|name| name.starts_with("demoscope-"))
        })
        .collect();
    found.sort();
    found
}

fn io(path: &Path, error: &std::io::Error) -> Fault {
    Fault::Io(format!("{}: {error}", path.display()))
}

impl Store {
    /// Writes a copy of everything, as of one moment, to a file that does not exist yet. Blocks its thread; writing
    /// goes on meanwhile.
    pub fn backup(&self, path: &Path) -> Result<(), Fault> {
        if path.exists() {
            return Err(Fault::Io(format!("{} exists already", path.display())));
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| io(folder, &error))?;
        }
        let partial = beside(path, ".partial");
        if partial.exists() {
            fs::remove_file(&partial).map_err(|error| io(&partial, &error))?;
        }
        let copied = self.copy_to(&partial);
        if copied.is_err() {
            // What there is of it is of no use.
            drop(fs::remove_file(&partial));
        }
        copied?;
        fs::rename(&partial, path)
            .and_then(|()| sync_folder(path))
            .map_err(|error| io(path, &error))
    }

    fn copy_to(&self, path: &Path) -> Result<(), Fault> {
        let guard = self.shared().database.read().unwrap_or_else(PoisonError::into_inner);
        let source = guard.as_ref().ok_or_else(|| Fault::Degraded(self.shared().trouble()))?;
        let snapshot = source.begin_read()?;
        let backend = open_file(path, true).map_err(|error| io(path, &error))?;
        let copy = Builder::new().set_cache_size(16 * 1024 * 1024).create_with_backend(backend)?;
        let copied = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for table in Table::ALL {
                copy_table(&snapshot, &copy, table, &self.shared().closing)?;
            }
            Ok(())
        }));
        copied.unwrap_or_else(|panic| Err(Fault::Damaged(super::open::panic_message(&*panic))))
    }
}

fn copy_table(
    snapshot: &ReadTransaction,
    copy: &Database,
    table: Table,
    closing: &AtomicBool,
) -> Result<(), Fault> {
    // Its format row exists only once the whole table is there; `Meta` is the first table and small.
    let source = snapshot.open_table(table.definition())?;
    let mut from: Bound<Vec<u8>> = Bound::Unbounded;
    loop {
        if closing.load(Ordering::Relaxed) {
            return Err(Fault::Closed);
        }
        let mut transaction = copy.begin_write()?;
        transaction.set_two_phase_commit(true);
        let mut bytes = 0_usize;
        let mut last = None;
        {
            let mut target = transaction.open_table(table.definition())?;
            let bounds = (from.as_ref().map(Vec::as_slice), Bound::Unbounded);
            for entry in source.range::<&[u8]>(bounds)? {
                let (key, value) = entry?;
                drop(target.insert(key.value(), value.value())?);
                bytes = bytes.saturating_add(key.value().len()).saturating_add(value.value().len());
                if bytes >= COMMIT_BYTES {
                    last = Some(key.value().to_vec());
                    break;
                }
            }
        }
        transaction.commit()?;
        match last {
            Some(key) => from = Bound::Excluded(key),
            None => return Ok(()),
        }
    }
}

/// Reads a closed file as a whole, for whoever must know whether it is sound.
pub(super) fn inspect<T>(
    database: &Database,
    look: impl FnOnce(&Reader<'_>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let transaction = database.begin_read()?;
    look(&Reader::snapshot(&transaction))
}
