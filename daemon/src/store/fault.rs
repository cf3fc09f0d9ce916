//! What can go wrong below the use cases, and how it reads to a caller.

use protocol::error::{ApiError, ErrorCode};

use super::Table;

/// A failure of the store itself, as opposed to a refusal by a use case.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The disk or the file system said no.
    #[error("the disk refused: {0}")]
    Io(String),
    /// The file does not hold what was written to it.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// Something panicked: a defect of the program, or a page that does not hold what was written. Which of the two is
    /// known once the file was opened again and checked.
    #[error("the daemon stumbled: {0}")]
    Stumbled(String),
    /// No writes are taken until the trouble before is over.
    #[error("the database takes no writes: {0}")]
    Degraded(String),
    /// No writes are taken while the file is not where it was opened.
    #[error("the database takes no writes: {0}")]
    Astray(String),
    /// More is waiting to be written than the queue holds.
    #[error("too much is waiting to be written")]
    Busy,
    /// The store is closed.
    #[error("the daemon is stopping")]
    Closed,
    /// A row does not read as what its table holds.
    #[error("a row of {} does not read: {why}", .table.name())]
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
            redb::StorageError::Io(error) => Self::Io(error.to_string()),
            other => Self::Io(other.to_string()),
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
            other => Self::Io(other.to_string()),
        }
    }
}

impl From<redb::CommitError> for Fault {
    fn from(error: redb::CommitError) -> Self {
        match error {
            redb::CommitError::Storage(error) => error.into(),
            other => Self::Io(other.to_string()),
        }
    }
}

impl From<redb::DatabaseError> for Fault {
    fn from(error: redb::DatabaseError) -> Self {
        match error {
            redb::DatabaseError::Storage(error) => error.into(),
            other => Self::Io(other.to_string()),
        }
    }
}

impl From<Fault> for ApiError {
    fn from(fault: Fault) -> Self {
        let message = fault.to_string();
        match fault {
            Fault::Io(_) | Fault::Degraded(_) => Self {
                retry_after_ms: Some(1_000),
                ..Self::new(ErrorCode::Degraded, message)
                    .hint("Reading goes on; writing resumes by itself once the disk takes it.")
            },
            Fault::Stumbled(_) => Self {
                retry_after_ms: Some(1_000),
                ..Self::new(ErrorCode::Degraded, message)
                    .hint("Nothing was written. Every page is being checked; writing resumes if they are sound. The log has the details.")
            },
            Fault::Astray(_) => Self::new(ErrorCode::Degraded, message).hint(
                "Reading goes on. The copy takes its place by `demoscope restore PATH`, which ends this daemon.",
            ),
            Fault::Damaged(_) | Fault::Row { .. } => Self::new(ErrorCode::Degraded, message)
                .hint("`demoscope doctor` says what is broken; `demoscope restore PATH` puts a backup back."),
            Fault::Busy => {
                Self { retry_after_ms: Some(100), ..Self::new(ErrorCode::Busy, message) }
            }
            // To a caller it is gone: whoever follows a study looks whether another one serves.
            Fault::Closed => Self {
                retry_after_ms: Some(1_000),
                ..Self::new(ErrorCode::Unreachable, message)
                    .hint("`demoscope daemon start` starts another one.")
            },
        }
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
