//! Backups: a consistent copy of every table, taken from one snapshot into a fresh file that gets its name only when
//! it is complete. Daily ones are kept for a week; a file that this program did not make is never removed.

use std::collections::BTreeSet;
use std::fs;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use protocol::error::Cause;
use redb::{Builder, Database, ReadTransaction, ReadableDatabase};

use super::ledger::Checkpoint;
use super::look::is_sound;
use super::missing::rescue_name;
use super::note::Note;
use super::storage::{beside, create_file, remove_old, sync_folder};
use super::{Fault, Store, Table};

/// Bytes copied between two commits of the copy, so that memory use stays constant.
const COMMIT_BYTES: usize = 8 * 1024 * 1024;

/// The folder of daily backups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Backups(pub PathBuf);

impl Backups {
    /// The daily backup of that day.
    pub(crate) fn of_day(&self, day: Date) -> PathBuf {
        self.0.join(format!("demoscope-{day}.redb"))
    }

    /// A backup made on request at that time, besides the daily one.
    pub(crate) fn of_moment(&self, now: Timestamp) -> PathBuf {
        self.0.join(format!("demoscope-{}.redb", now.strftime("%Y-%m-%d-%H%M%S")))
    }

    /// Removes daily backups beyond the newest `keep`. Files with another name and those with a future date, from a
    /// wrong clock or from their owner, are neither counted nor removed; today's is kept.
    pub(crate) fn prune(&self, keep: usize, today: Date) -> Result<(), Fault> {
        let mut daily: Vec<(Date, PathBuf)> = list(&self.0)
            .into_iter()
            .filter_map(|path| Some((day_of(&path)?, path)))
            .filter(|(day, _)| *day <= today)
            .collect();
        daily.sort();
        let over = daily.len().saturating_sub(keep.max(1));
        for (_, path) in daily.into_iter().take(over).filter(|(day, _)| *day < today) {
            fs::remove_file(&path).map_err(|error| io(&path, &error))?;
        }
        Ok(())
    }
}

/// The newest file that opens as a store of this program, among a folder of backups and other files.
pub(super) fn newest_sound(folder: Option<&Path>, others: Vec<PathBuf>) -> Option<PathBuf> {
    let mut found = folder.map(list).unwrap_or_default();
    found.extend(others);
    found.sort_by_key(|path| (written(path), path.clone()));
    found.into_iter().rev().find(|path| is_sound(path))
}

/// The newest sound backup in a folder, among those with a name that `Backups` generates: it shows that there was a
/// store.
pub(super) fn newest_of_ours(folder: &Path) -> Option<PathBuf> {
    newest_sound(None, list(folder).into_iter().filter(|path| has_made_up_name(path)).collect())
}

/// When a backup was written: the day in its name, which survives copying, but no later than the file's own time;
/// then the file's time.
fn written(path: &Path) -> (Date, Timestamp) {
    let modified = fs::metadata(path).and_then(|found| found.modified()).ok();
    let at = modified.and_then(|at| Timestamp::try_from(at).ok()).unwrap_or(Timestamp::MIN);
    let on = at.to_zoned(TimeZone::UTC).date();
    (day_of(path).map_or(on, |day| day.min(on)), at)
}

/// The day of a daily backup; `None` if the name is not exactly that of a daily backup.
fn day_of(path: &Path) -> Option<Date> {
    let day = path.file_name()?.to_str()?.strip_prefix("demoscope-")?.strip_suffix(".redb")?;
    let date: Date = day.parse().ok()?;
    (date.to_string() == day).then_some(date)
}

/// The regular files in a folder that have the name of a backup.
fn list(folder: &Path) -> Vec<PathBuf> {
    named(folder, ".redb")
}

fn named(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let ours = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with("demoscope-") && name.ends_with(ending))
            && fs::symlink_metadata(path).is_ok_and(|found| found.is_file())
    };
    entries.filter_map(Result::ok).map(|entry| entry.path()).filter(ours).collect()
}

fn io(path: &Path, error: &std::io::Error) -> Fault {
    Fault::Io(Cause::below(format!("{}: {error}", path.display()), error))
}

impl Store {
    /// Writes a copy of everything, as of one moment, to a file that does not exist yet. Blocks its thread; writing
    /// continues meanwhile. `Busy` while another copy is written to the same file.
    pub fn backup(&self, path: &Path) -> Result<(), Fault> {
        if path.exists() {
            return Err(Fault::Io(Cause::from(format!("{} exists already", path.display()))));
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| io(folder, &error))?;
        }
        let partial = beside(path, ".partial");
        let under_way = UnderWay::begin(&self.shared().copies, &partial).ok_or(Fault::Busy)?;
        under_way.sweep();
        let copied = remove_old(&partial).map_err(|error| io(&partial, &error));
        let copied = copied.and_then(|()| self.copy_to(&partial));
        if copied.is_err() {
            // The incomplete copy is useless.
            drop(fs::remove_file(&partial));
        }
        copied?;
        fs::rename(&partial, path)
            .and_then(|()| sync_folder(path))
            .map_err(|error| io(path, &error))
    }

    /// Saves everything in a new file in the same folder if the store's own file was removed or replaced: otherwise
    /// it would be lost with this process. Returns the new path; `None` if the file is in its place, or its folder is
    /// gone too. The ledger's end is recorded as well, so that an older file in its place can be detected. Blocks its
    /// thread.
    pub fn rescue(&self) -> Result<Option<PathBuf>, Fault> {
        let Some(path) = self.lost_name() else { return Ok(None) };
        if !path.parent().is_some_and(Path::is_dir) {
            return Ok(None);
        }
        let copy = rescue_name(path);
        self.backup(&copy)?;
        Note::beside(path).note(self.read(Checkpoint::end_of)?);
        Ok(Some(copy))
    }

    fn copy_to(&self, path: &Path) -> Result<(), Fault> {
        let guard = self.shared().database.read().unwrap_or_else(PoisonError::into_inner);
        let source = guard.as_ref().ok_or_else(|| Fault::Degraded(self.shared().trouble()))?;
        let snapshot = source.begin_read()?;
        let backend = create_file(path).map_err(|error| io(path, &error))?;
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

/// A copy that is being written, and its entry in the list of such copies.
struct UnderWay<'a> {
    copies: &'a Mutex<BTreeSet<PathBuf>>,
    partial: &'a Path,
}

impl<'a> UnderWay<'a> {
    fn begin(copies: &'a Mutex<BTreeSet<PathBuf>>, partial: &'a Path) -> Option<Self> {
        let mut begun = copies.lock().unwrap_or_else(PoisonError::into_inner);
        begun.insert(partial.to_owned()).then(|| Self { copies, partial })
    }

    /// Removes incomplete copies that a killed daemon left under generated names in the folder of this one.
    fn sweep(&self) {
        let Some(folder) = self.partial.parent() else { return };
        let begun = self.copies.lock().unwrap_or_else(PoisonError::into_inner);
        for path in named(folder, ".redb.partial") {
            if !begun.contains(&path) && has_made_up_name(&path.with_extension("")) {
                drop(fs::remove_file(&path));
            }
        }
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.copies.lock().unwrap_or_else(PoisonError::into_inner).remove(self.partial);
    }
}

/// Whether a backup has a name that `Backups` generates.
fn has_made_up_name(path: &Path) -> bool {
    let moment = || {
        let name = path.file_name()?.to_str()?;
        let moment = name.strip_prefix("demoscope-")?.strip_suffix(".redb")?;
        jiff::civil::DateTime::strptime("%Y-%m-%d-%H%M%S", moment).ok()
    };
    day_of(path).is_some() || moment().is_some()
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
