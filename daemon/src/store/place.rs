//! The path at which an open file must be found. A file that was moved away, deleted or replaced stays open and
//! accepts writes, but they are lost when the process exits; so its path is checked again and again.

use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The path of an open file, and the identity of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StorePlace {
    path: PathBuf,
    file: Identity,
}

type Identity = (u64, u64);

fn identity(found: &Metadata) -> Identity {
    (found.dev(), found.ino())
}

impl StorePlace {
    /// Records where a file was opened.
    pub(super) fn of(path: &Path, file: &File) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), file: identity(&file.metadata()?) })
    }

    /// The path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Checks that the path still leads to the file; otherwise says what happened. If the system cannot tell, that is
    /// another kind of failure.
    pub(super) fn look(&self) -> Result<(), String> {
        let happened = match fs::metadata(&self.path) {
            Ok(found) if identity(&found) == self.file => return Ok(()),
            Ok(_) => "was replaced by another file",
            Err(error) => match error.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
                    "was moved away or deleted"
                }
                _ => return Ok(()),
            },
        };
        Err(format!(
            "{} {happened} while it was open; `demoscope backup PATH` saves what is open, and writing resumes when \
             the file is back",
            self.path.display()
        ))
    }
}

/// Whether two paths lead to the same file.
pub(super) fn is_same_file(one: &Path, other: &Path) -> bool {
    match (fs::metadata(one), fs::metadata(other)) {
        (Ok(one), Ok(other)) => identity(&one) == identity(&other),
        _ => false,
    }
}
