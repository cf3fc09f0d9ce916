//! Who owns the data folder: a daemon keeps the lock file in it locked for as long as it lives, and names its process
//! and its socket there while it serves. A free lock is the only proof that no daemon runs; a socket that nobody answers
//! at proves nothing.

use std::ffi::OsStr;
use std::fs::{File, TryLockError};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use protocol::paths::Paths;

/// Who owns the data folder now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// Nobody: no daemon runs on it.
    Nobody,
    /// A daemon that starts or ends, or a backup that is being restored.
    Passing {
        /// The process, where it is known.
        pid: Option<u32>,
    },
    /// A daemon that should answer.
    Serving {
        /// Its process.
        pid: u32,
        /// Where it listens.
        socket: PathBuf,
    },
}

impl Owner {
    /// Looks at the lock, which it never keeps.
    pub(crate) fn of(paths: &Paths) -> Self {
        // Where there is no lock file, or none for us, there was never a daemon of ours.
        let Ok(lock) = File::open(paths.data.join("daemon.lock")) else { return Self::Nobody };
        match lock.try_lock_shared() {
            Ok(()) => Self::Nobody,
            Err(TryLockError::WouldBlock) => {
                Self::named(&std::fs::read(paths.data.join("daemon.lock")).unwrap_or_default())
            }
            // A file system without locks cannot tell; then it is as if there were no file.
            Err(TryLockError::Error(_)) => Self::Nobody,
        }
    }

    /// What the owner wrote into the file: its process on the first line, its socket on the second.
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

    /// The process, where it is known.
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
            Owner::named(b"4711\n/tmp/a b/demoscope.sock\n"),
            Owner::Serving { pid: 4711, socket }
        );
        assert_eq!(Owner::named(b"4711\n"), Owner::Passing { pid: Some(4711) });
        assert_eq!(Owner::named(b""), Owner::Passing { pid: None });
        assert_eq!(Owner::named(b"\xff\n/tmp/x\n"), Owner::Passing { pid: None });
    }

    #[test]
    fn only_a_lock_that_is_held_counts() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::under(home.path()).unwrap();
        assert_eq!(Owner::of(&paths), Owner::Nobody);
        let path = paths.data.join("daemon.lock");
        std::fs::write(&path, "4711\n/tmp/x\n").unwrap();
        assert_eq!(Owner::of(&paths), Owner::Nobody, "a killed daemon leaves its name");
        let lock = File::open(&path).unwrap();
        lock.lock().unwrap();
        assert_eq!(Owner::of(&paths).pid(), Some(4711));
        drop(lock);
        assert_eq!(Owner::of(&paths), Owner::Nobody);
    }
}
