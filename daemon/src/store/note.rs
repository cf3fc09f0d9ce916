//! The note beside the database: a small file that remembers how far the ledger had come, so that an older database put
//! in its place can be told from it, and a missing one from one that never was. It is the checkpoint from which a start
//! verifies the ledger.

use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use serde::{Deserialize, Serialize};

use crate::domain::ledger::Head;

use super::ledger::Checkpoint;
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ends {
    #[serde(flatten)]
    pub(super) head: Head,
    /// Digest of the balances there; without it this is no checkpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    balances: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    restoring: Option<Head>,
}

impl Ends {
    /// Transfers of the longest ledger that was noted.
    pub(super) fn transfers(&self) -> u64 {
        self.head.seq.max(self.restoring.as_ref().map_or(0, |head| head.seq))
    }

    /// Where to verify a ledger from that goes through one of the noted ends, as `holds` tells; none where it is another
    /// ledger, or an older one.
    pub(super) fn checkpoint<E>(
        &self,
        mut holds: impl FnMut(&Head) -> Result<bool, E>,
    ) -> Result<Option<Checkpoint>, E> {
        let ends = [(Some(&self.head), self.balances.as_ref()), (self.restoring.as_ref(), None)];
        for (head, balances) in ends {
            let Some(head) = head else { continue };
            if head.seq == 0 || holds(head)? {
                let noted = balances.cloned();
                let noted = noted.map(|balances| Checkpoint { head: head.clone(), balances });
                return Ok(Some(noted.unwrap_or_else(Checkpoint::beginning)));
            }
        }
        Ok(None)
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
    pub(super) fn note(&self, end: Checkpoint) {
        let Checkpoint { head, balances } = end;
        let ends = Ends { head, balances: Some(balances), restoring: None };
        if let Err(error) = self.write(&ends, false) {
            tracing::debug!(%error, "the ledger's head was not noted");
        }
    }

    /// Notes, for good, that a database whose ledger ends at `next` is being put in the place of this one. Whichever of
    /// them the next start finds is the right one.
    pub(super) fn note_restoring(&self, next: &Head) -> io::Result<()> {
        let ends = match self.recall() {
            Noted::Head(ends) => ends,
            Noted::Nothing | Noted::Garbled(_) => Ends::default(),
        };
        self.write(&Ends { restoring: Some(next.clone()), ..ends }, true)
    }

    /// The same for the time after it.
    pub(super) fn note_restored(&self, head: &Head) -> io::Result<()> {
        self.write(&Ends { head: head.clone(), ..Ends::default() }, true)
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
