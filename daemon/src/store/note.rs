//! The ledger note: a small file in the database's folder that records the ledger's end, so that an older database
//! put in its place is detected, and a missing one is distinguished from one that never existed. It is the checkpoint
//! from which a start verifies the ledger.

use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use serde::{Deserialize, Serialize};

use crate::domain::ledger::ChainHead;

use super::ledger::Checkpoint;
use super::storage::{beside, create_new, remove_old};

/// More bytes than a note can have.
const BYTES_MAX: u64 = 4_096;

/// The content of the note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Noted {
    /// There is no note.
    Nothing,
    /// It cannot be read, and why.
    Garbled(String),
    /// The ledger's end.
    Head(Ends),
}

/// The end of a ledger; during a restore, the end of the backup's ledger is valid as well.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ends {
    #[serde(flatten)]
    pub(super) head: ChainHead,
    /// Digest of the balances at that end; without it this is not a checkpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    balances: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    restoring: Option<ChainHead>,
}

impl Ends {
    /// Transfers of the longest recorded ledger.
    pub(super) fn transfers(&self) -> u64 {
        self.head.seq.max(self.restoring.as_ref().map_or(0, |head| head.seq))
    }

    /// The checkpoint to verify a ledger from that contains one of the recorded ends, which `holds` checks; `None` if
    /// it is another ledger, or an older one.
    pub(super) fn checkpoint<E>(
        &self,
        mut holds: impl FnMut(&ChainHead) -> Result<bool, E>,
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

/// The file of the note.
#[derive(Debug)]
pub(super) struct Note(PathBuf);

impl Note {
    pub(super) fn beside(database: &Path) -> Self {
        Self(beside(database, ".ledger"))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Reads the note; never follows a link, which could lead anywhere.
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

    /// Records the ledger's end. Not synced: a lost note only loses its protection, and the doctor reports one that
    /// cannot be read.
    pub(super) fn note(&self, end: Checkpoint) {
        let Checkpoint { head, balances } = end;
        let ends = Ends { head, balances: Some(balances), restoring: None };
        if let Err(error) = self.write(&ends, false) {
            tracing::debug!(%error, "the ledger's head was not noted");
        }
    }

    /// Records durably that a database whose ledger ends at `next` is about to replace this one. The next start
    /// accepts either of them.
    pub(super) fn note_restoring(&self, next: &ChainHead) -> io::Result<()> {
        let ends = match self.recall() {
            Noted::Head(ends) => ends,
            Noted::Nothing | Noted::Garbled(_) => Ends::default(),
        };
        self.write(&Ends { restoring: Some(next.clone()), ..ends }, true)
    }

    /// Records durably the end of the restored ledger.
    pub(super) fn note_restored(&self, head: &ChainHead) -> io::Result<()> {
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
