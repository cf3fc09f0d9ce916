//! Owner of the data folder: a daemon holds a lock file in it for as long as it lives, and writes its process id and
//! socket there while it serves. A free lock is the only proof that no daemon runs; a socket without a response proves
//! nothing.

use std::ffi::OsStr;
use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use protocol::paths::Paths;

/// How often a lock is asked for that signals interrupt.
const LOCK_TRIES: u32 = 100;

/// The current owner of the data folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DaemonLock {
    /// No daemon runs on it.
    Nobody,
    /// A daemon that is starting or ending, or a restore of a backup.
    Passing {
        /// The process id, if known.
        pid: Option<u32>,
    },
    /// A daemon that should respond.
    Serving {
        /// Its process id.
        pid: u32,
        /// The path of its socket.
        socket: PathBuf,
    },
}

impl DaemonLock {
    /// Reads the lock without ever keeping it.
    pub(crate) fn of(paths: &Paths) -> Self {
        // Without an accessible lock file no daemon of this user ever ran.
        let Ok(lock) = File::open(paths.data.join("daemon.lock")) else { return Self::Nobody };
        for _ in 0..LOCK_TRIES {
            match lock.try_lock_shared() {
                Ok(()) => return Self::Nobody,
                Err(TryLockError::WouldBlock) => {
                    let text = std::fs::read(paths.data.join("daemon.lock"));
                    return Self::named(&text.unwrap_or_default());
                }
                // A signal came while the file system was asked.
                Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Interrupted => {}
                // A file system without locks cannot tell; it is treated like a missing file.
                Err(TryLockError::Error(_)) => return Self::Nobody,
            }
        }
        Self::Nobody
    }

    /// Why the file system does not say who holds the lock, where it has no locks: then no daemon can run on it.
    pub(crate) fn refused(paths: &Paths) -> Option<io::Error> {
        let lock = File::open(paths.data.join("daemon.lock")).ok()?;
        match lock.try_lock_shared() {
            Err(TryLockError::Error(error)) if error.kind() != ErrorKind::Interrupted => {
                Some(error)
            }
            _ => None,
        }
    }

    /// Parses the lock file: process id on the first line, socket on the second.
    fn named(text: &[u8]) -> Self {
        let mut lines = text.split(|byte| *byte == b'\n');
        let pid = lines.next().and_then(|line| std::str::from_utf8(line).ok()?.parse().ok());
        let socket = lines.next().filter(|line| !line.is_empty());
        match (pid, socket) {
            (Some(pid), Some(socket)) => {
                Self::Serving { pid, socket: Path::new(OsStr::from_bytes(socket)).to_path_buf() }
            }
            (pid, _) => Self::Passing { pid },
        }
    }

    /// The process id, if known.
    pub(crate) fn pid(&self) -> Option<u32> {
        match self {
            Self::Nobody => None,
            Self::Passing { pid } => *pid,
            Self::Serving { pid, .. } => Some(*pid),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_says_who_serves_and_where() {
        let socket = PathBuf::from("/tmp/a b/demoscope.sock");
        assert_eq!(
            DaemonLock::named(b"4711\n/tmp/a b/demoscope.sock\n"),
            DaemonLock::Serving { pid: 4711, socket }
        );
        assert_eq!(DaemonLock::named(b"4711\n"), DaemonLock::Passing { pid: Some(4711) });
        assert_eq!(DaemonLock::named(b""), DaemonLock::Passing { pid: None });
        assert_eq!(DaemonLock::named(b"\xff\n/tmp/x\n"), DaemonLock::Passing { pid: None });
    }

    #[test]
    fn only_a_lock_that_is_held_counts() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::under(home.path()).unwrap();
        assert_eq!(DaemonLock::of(&paths), DaemonLock::Nobody);
        let path = paths.data.join("daemon.lock");
        std::fs::write(&path, "4711\n/tmp/x\n").unwrap();
        assert_eq!(DaemonLock::of(&paths), DaemonLock::Nobody, "a killed daemon leaves its name");
        let lock = File::open(&path).unwrap();
        lock.lock().unwrap();
        assert_eq!(DaemonLock::of(&paths).pid(), Some(4711));
        assert!(DaemonLock::refused(&paths).is_none(), "whoever holds a lock has one");
        drop(lock);
        assert!(DaemonLock::refused(&paths).is_none());
        assert_eq!(DaemonLock::of(&paths), DaemonLock::Nobody);
    }
}
