//! What can go wrong below the use cases, and how it reads to a caller.

use protocol::error::{ApiError, Cause, ErrorCode};

use super::Table;

/// A failure of the store itself, as opposed to a refusal by a use case.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The disk or the file system said no.
    #[error("The disk refused: {0}")]
    Io(#[source] Cause),
    /// The file does not hold what was written to it.
    #[error("The database is damaged: {0}")]
    Damaged(String),
    /// Something panicked: a defect of the program, or a page that does not hold what was written. Which of the two is
    /// known once the file was opened again and checked.
    #[error("The daemon stumbled: {0}")]
    Stumbled(String),
    /// No writes are taken until the trouble before is over.
    #[error("The database takes no writes: {0}")]
    Degraded(String),
    /// No writes are taken while the file is not where it was opened.
    #[error("The database takes no writes: {0}")]
    Astray(String),
    /// More is waiting to be written than the queue holds.
    #[error("Too much is waiting to be written")]
    Busy,
    /// The store is closed.
    #[error("The daemon is stopping")]
    Closed,
    /// A row does not read as what its table holds.
    #[error("A row of {} does not read: {why}", .table.name())]
    Row {
        /// Where it stands.
        table: Table,
        /// What the reader said.
        why: String,
    },
}

impl From<redb::StorageError> for Fault {
    fn from(error: redb::StorageError) -> Self {
        match error {
            redb::StorageError::Corrupted(why) => Self::Damaged(why),
            redb::StorageError::Io(error) => Self::Io(Cause::of(&error)),
            other => Self::Io(Cause::of(&other)),
        }
    }
}

impl From<redb::TableError> for Fault {
    fn from(error: redb::TableError) -> Self {
        match error {
            redb::TableError::Storage(error) => error.into(),
            other => Self::Damaged(other.to_string()),
        }
    }
}

impl From<redb::TransactionError> for Fault {
    fn from(error: redb::TransactionError) -> Self {
        match error {
            redb::TransactionError::Storage(error) => error.into(),
            other => Self::Io(Cause::of(&other)),
        }
    }
}

impl From<redb::CommitError> for Fault {
    fn from(error: redb::CommitError) -> Self {
        match error {
            redb::CommitError::Storage(error) => error.into(),
            other => Self::Io(Cause::of(&other)),
        }
    }
}

impl From<redb::DatabaseError> for Fault {
    fn from(error: redb::DatabaseError) -> Self {
        match error {
            redb::DatabaseError::Storage(error) => error.into(),
            other => Self::Io(Cause::of(&other)),
        }
    }
}

impl From<Fault> for ApiError {
    fn from(fault: Fault) -> Self {
        let message = fault.to_string();
        let error = match &fault {
            Fault::Io(_) | Fault::Degraded(_) => Self {
                retry_after_ms: Some(1_000),
                ..Self::new(ErrorCode::Degraded, message)
                    .hint("Wait, or free some space: reading goes on, and writing resumes by itself once the disk takes it")
            },
            Fault::Stumbled(_) => Self {
                retry_after_ms: Some(1_000),
                ..Self::new(ErrorCode::Degraded, message)
                    .hint("Wait while every page is checked: nothing was written, and writing resumes if they are sound; the log has the details")
            },
            Fault::Astray(_) => Self::new(ErrorCode::Degraded, message).hint(
                "Put the copy in its place with `demoscope restore PATH`, which ends this daemon; reading goes on until then",
            ),
            Fault::Damaged(_) | Fault::Row { .. } => Self::new(ErrorCode::Degraded, message)
                .hint("See what is broken with `demoscope doctor`; put a backup back with `demoscope restore PATH`"),
            Fault::Busy => {
                Self { retry_after_ms: Some(100), ..Self::new(ErrorCode::Busy, message) }
            }
            // To a caller it is gone: whoever follows a study looks whether another one serves.
            Fault::Closed => Self {
                retry_after_ms: Some(1_000),
                ..Self::new(ErrorCode::Unreachable, message)
                    .hint("Start another one with `demoscope daemon start`")
            },
        };
        error.because(&fault)
    }
}

/// Why a use case wrote nothing: it refused, or the store failed under it.
#[derive(Clone, Debug, PartialEq)]
pub enum Halt {
    /// The use case says no.
    Refused(ApiError),
    /// The store failed.
    Fault(Fault),
}

impl From<ApiError> for Halt {
    fn from(error: ApiError) -> Self {
        Self::Refused(error)
    }
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Halt> for ApiError {
    fn from(halt: Halt) -> Self {
        match halt {
            Halt::Refused(error) => error,
            Halt::Fault(fault) => fault.into(),
        }
    }
}
