//! The note beside the database: a small file that remembers how far the ledger had come, so that an older database put
//! in its place can be told from it, and a missing one from one that never was.

use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use serde::{Deserialize, Serialize};

use crate::domain::ledger::Head;

use super::storage::{beside, create_new, remove_old};

/// More than a note can have.
const BYTES_MAX: u64 = 4_096;

/// What the note beside a database says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Noted {
    /// Nothing: there is none.
    Nothing,
    /// Nothing that can be read, and why.
    Garbled(String),
    /// Where the ledger ended.
    Head(Ends),
}

/// Where a ledger ended; while a backup is put in its place, that one's end fits as well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ends {
    #[serde(flatten)]
    pub(super) head: Head,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    restoring: Option<Head>,
}

impl Ends {
    /// Transfers of the longest ledger that was noted.
    pub(super) fn transfers(&self) -> u64 {
        self.head.seq.max(self.restoring.as_ref().map_or(0, |head| head.seq))
    }

    /// The end that most was noted of, for a ledger that must hold one of them as `holds` tells.
    pub(super) fn missing<E>(
        &self,
        mut holds: impl FnMut(&Head) -> Result<bool, E>,
    ) -> Result<Option<u64>, E> {
        for head in [Some(&self.head), self.restoring.as_ref()].into_iter().flatten() {
            if head.seq == 0 || holds(head)? {
                return Ok(None);
            }
        }
        Ok(Some(self.head.seq))
    }
}

/// The file with the note.
#[derive(Debug)]
pub(super) struct Note(PathBuf);

impl Note {
    pub(super) fn beside(database: &Path) -> Self {
        Self(beside(database, ".ledger"))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Reads it; never through a link, behind which could be anything.
    pub(super) fn recall(&self) -> Noted {
        let nofollow = i32::try_from((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits()).unwrap_or(0);
        let file = match fs::File::options().read(true).custom_flags(nofollow).open(&self.0) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Noted::Nothing,
            Err(error) => return Noted::Garbled(error.to_string()),
        };
        let mut text = Vec::new();
        match file.take(BYTES_MAX).read_to_end(&mut text) {
            Ok(0) => Noted::Garbled("it is empty".to_owned()),
            Ok(_) => serde_json::from_slice(&text)
                .map_or_else(|error| Noted::Garbled(error.to_string()), Noted::Head),
            Err(error) => Noted::Garbled(error.to_string()),
        }
    }

    /// Notes where the ledger ends. Not synced: a note that is lost is a note of less, and the doctor tells of one that is
    /// garbled.
    pub(super) fn note(&self, head: &Head) {
        if let Err(error) = self.write(&Ends { head: head.clone(), restoring: None }, false) {
            tracing::debug!(%error, "the ledger's head was not noted");
        }
    }

    /// Notes, for good, that a database whose ledger ends at `next` is being put in the place of this one. Whichever of
    /// them the next start finds is the right one.
    pub(super) fn note_restoring(&self, next: &Head) -> io::Result<()> {
        let head = match self.recall() {
            Noted::Head(ends) => ends.head,
            Noted::Nothing | Noted::Garbled(_) => Head::default(),
        };
        self.write(&Ends { head, restoring: Some(next.clone()) }, true)
    }

    /// The same for the time after it.
    pub(super) fn note_restored(&self, head: &Head) -> io::Result<()> {
        self.write(&Ends { head: head.clone(), restoring: None }, true)
    }

    fn write(&self, ends: &Ends, sync: bool) -> io::Result<()> {
        let fresh = beside(&self.0, ".new");
        let json = serde_json::to_vec(ends).map_err(io::Error::other)?;
        let mut file = match create_new(&fresh) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                remove_old(&fresh)?;
                create_new(&fresh)?
            }
            made => made?,
        };
        file.write_all(&json)?;
        if sync {
            file.sync_all()?;
        }
        fs::rename(&fresh, &self.0)
    }
}
