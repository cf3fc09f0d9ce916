//! The format of a file that may be a store, read without changing a byte of it: it decides whether this program may
//! open the file for writing at all.

use std::fs::File;
use std::io;
use std::ops::Bound;
use std::os::unix::fs::FileExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use redb::{BackendError, Builder, ConcurrencyMode, DatabaseError, StorageBackend};

use super::{Fault, migrate};

/// Cache size for reading the format.
const CACHE_BYTES: usize = 1024 * 1024;

/// Why the format of a file cannot be read.
#[derive(Debug)]
pub(super) enum NotReadable {
    /// The system reported an error.
    System(io::Error),
    /// It does not open as a database.
    Database(DatabaseError),
    /// It opens, but cannot be read.
    Fault(Fault),
}

/// The format of a file; `None` if it has no such row. May panic on a damaged page.
pub(super) fn format_of(path: &Path) -> Result<Option<u32>, NotReadable> {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE_BYTES);
    let database = match builder.open_read_only(path) {
        // The last exit was unclean. Repair writes, so the last commit is read as if its writer were still running.
        Err(DatabaseError::RepairAborted) => {
            let file = File::open(path).map_err(NotReadable::System)?;
            builder.set_concurrency_mode(ConcurrencyMode::SingleWriter);
            builder.open_read_only_with_backend(InUse(file))
        }
        opened => opened,
    };
    database
        .map_err(NotReadable::Database)
        .and_then(|it| migrate::found(&it).map_err(NotReadable::Fault))
}

/// Whether a file opens as a store that this program can read. Its pages are not checked.
pub(super) fn is_sound(path: &Path) -> bool {
    let looked = catch_unwind(AssertUnwindSafe(|| format_of(path)));
    matches!(looked, Ok(Ok(Some(format))) if migrate::admit(format).is_ok())
}

/// A file that was left by an unclean exit, presented to redb as one that a live process has open for writing.
/// Readers of such a file take the last commit as it is, which a two-phase commit makes sound, and leave repair to
/// the writer.
#[derive(Debug)]
struct InUse(File);

fn read_only<T>() -> io::Result<T> {
    Err(io::Error::from(io::ErrorKind::ReadOnlyFilesystem))
}

/// Locks are granted without being taken: the open that asked for a repair has found the file unlocked.
impl StorageBackend for InUse {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        match self.0.read_exact_at(out, offset) {
            // A truncated file is damaged, not unreadable: no page begins with a zero.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                out.fill(0);
                Ok(())
            }
            read => read,
        }
    }

    fn set_len(&self, _: u64) -> io::Result<()> {
        read_only()
    }

    fn sync_data(&self) -> io::Result<()> {
        read_only()
    }

    fn write(&self, _: u64, _: &[u8]) -> io::Result<()> {
        read_only()
    }

    fn try_lock_shared_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<bool, BackendError> {
        Ok(true)
    }

    fn lock_shared_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<(), BackendError> {
        Ok(())
    }

    fn unlock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<(), BackendError> {
        Ok(())
    }

    /// redb asks about one byte whether a live writer vouches for the file; about more, whether a writer of another
    /// release of redb has it open.
    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        Ok(start == end)
    }
}
