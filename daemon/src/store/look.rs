//! A look at a file that may be a store, without a byte of it being touched: which format it has, if it opens at all.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use redb::{Builder, DatabaseError};

use super::overlay::Overlay;
use super::{Fault, migrate};

/// Memory for such a look.
const CACHE_BYTES: usize = 1024 * 1024;

/// Why a file cannot be looked at.
#[derive(Debug)]
pub(super) enum Unread {
    /// The system says no.
    System(io::Error),
    /// It does not open as a database.
    Database(DatabaseError),
    /// It opens, but does not read.
    Fault(Fault),
}

/// The format of a file; `None` where it has no such row. May panic over a damaged page.
pub(super) fn format_of(path: &Path) -> Result<Option<u32>, Unread> {
    let small = || {
        let mut builder = Builder::new();
        builder.set_cache_size(CACHE_BYTES);
        builder
    };
    match small().open_read_only(path) {
        Ok(database) => migrate::found(&database),
        // A file that was not closed cleanly cannot be read without repair: that is done to a view of it in memory.
        Err(DatabaseError::RepairAborted) => {
            let view = Overlay::over(path).map_err(Unread::System)?;
            let database = small().create_with_backend(view).map_err(Unread::Database)?;
            migrate::found(&database)
        }
        Err(error) => return Err(Unread::Database(error)),
    }
    .map_err(Unread::Fault)
}

/// Whether a file opens as a store that this program can read. Its pages are not looked at.
pub(super) fn is_sound(path: &Path) -> bool {
    let looked = catch_unwind(AssertUnwindSafe(|| format_of(path)));
    matches!(looked, Ok(Ok(Some(format))) if migrate::admit(format).is_ok())
}
