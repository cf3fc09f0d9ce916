//! The storage of the bytes: a file, or a substitute in a test.

use std::fmt::Debug;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use redb::StorageBackend;
use redb::backends::FileBackend;

use super::place::StorePlace;

/// Bytes written to test whether a disk accepts writes again: more than one commit of a few rows needs.
const PROBE_BYTES: usize = 64 * 1024;

/// A storage that can be opened again after a failure.
pub trait OpenStorage: Debug + Send + Sync {
    /// Opens it again, with its durable content.
    fn open(&self) -> io::Result<Box<dyn StorageBackend>>;

    /// Whether it seems to accept writes again.
    fn probe(&self) -> io::Result<()> {
        Ok(())
    }
}

/// The storage of a store.
#[derive(Clone, Debug)]
pub enum Storage {
    /// A file.
    File(PathBuf),
    /// Any other storage.
    Custom(Arc<dyn OpenStorage>),
}

impl Storage {
    /// The path of the file, if it is one.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Custom(_) => None,
        }
    }

    /// Opens it, and returns the path at which it must be found from now on if it is a file.
    pub(super) fn backend(&self) -> io::Result<(Backend, Option<StorePlace>)> {
        match self {
            Self::File(path) => {
                let file = OpenOptions::new().read(true).write(true).open(path)?;
                let place = StorePlace::of(path, &file)?;
                Ok((Backend::over(file)?, Some(place)))
            }
            Self::Custom(custom) => Ok((Backend(custom.open()?), None)),
        }
    }

    /// Tries to write a little beside the file, before an open handle that can still read is closed.
    pub(super) fn probe(&self) -> io::Result<()> {
        match self {
            Self::File(path) => {
                let probe = beside(path, ".probe");
                let tried = remove_old(&probe).and_then(|()| create_new(&probe));
                let tried = tried.and_then(|mut file| {
                    file.write_all(&vec![0; PROBE_BYTES]).and(file.sync_all())
                });
                let removed = fs::remove_file(&probe);
                tried.and(removed)
            }
            Self::Custom(custom) => custom.probe(),
        }
    }
}

/// The path of `demoscope.redb` with a suffix appended.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().map(ToOwned::to_owned).unwrap_or_default();
    name.push(ending);
    path.with_file_name(name)
}

/// Creates a file that only its owner may read.
pub(super) fn create_file(path: &Path) -> io::Result<Backend> {
    create_new(path).and_then(Backend::over)
}

/// Creates a file that only its owner may read; never follows a link, and never changes an existing file.
pub(super) fn create_new(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path)
}

/// Removes a file that an interrupted attempt left under that name.
pub(super) fn remove_old(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Makes a rename or a new name durable.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(folder) => File::open(folder)?.sync_all(),
        None => File::open(".")?.sync_all(),
    }
}

/// A boxed backend as a backend.
#[derive(Debug)]
pub(super) struct Backend(Box<dyn StorageBackend>);

impl Backend {
    fn over(file: File) -> io::Result<Self> {
        let backend = FileBackend::new(file).map_err(io::Error::other)?;
        Ok(Self(Box::new(backend)))
    }
}

type Bound = std::ops::Bound<u64>;
type Locked = Result<bool, redb::BackendError>;

/// How often a lock is asked for that signals interrupt.
const LOCK_TRIES: u32 = 100;

/// Asks for a lock again where a signal came while the file system was asked.
fn uninterrupted(ask: impl Fn() -> Locked) -> Locked {
    for _ in 1..LOCK_TRIES {
        match ask() {
            Err(redb::BackendError::Io(error)) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
    ask()
}

impl StorageBackend for Backend {
    fn len(&self) -> io::Result<u64> {
        self.0.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.0.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.0.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.0.close()
    }

    fn try_lock_range(&self, start: Bound, end: Bound) -> Locked {
        uninterrupted(|| self.0.try_lock_range(start, end))
    }

    fn try_lock_shared_range(&self, start: Bound, end: Bound) -> Locked {
        uninterrupted(|| self.0.try_lock_shared_range(start, end))
    }

    fn lock_range(&self, start: Bound, end: Bound) -> Result<(), redb::BackendError> {
        self.0.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound, end: Bound) -> Result<(), redb::BackendError> {
        self.0.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound, end: Bound) -> Result<(), redb::BackendError> {
        self.0.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound, end: Bound) -> Locked {
        self.0.query_lock_range(start, end)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn a_lock_that_a_signal_interrupts_is_asked_for_again() {
        let asked = Cell::new(0);
        let ask = |times: u32, kind: io::ErrorKind| {
            asked.set(0);
            uninterrupted(|| {
                asked.set(asked.get() + 1);
                if asked.get() <= times { Err(io::Error::from(kind).into()) } else { Ok(true) }
            })
        };
        assert!(ask(3, io::ErrorKind::Interrupted).is_ok_and(|locked| locked));
        assert_eq!(asked.get(), 4);
        assert!(ask(u32::MAX, io::ErrorKind::Interrupted).is_err(), "not for ever");
        assert!(ask(1, io::ErrorKind::PermissionDenied).is_err());
        assert_eq!(asked.get(), 1);
    }
}
