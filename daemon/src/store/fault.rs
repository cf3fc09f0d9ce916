//! Failures of the store, and the API errors that callers get for them.

use protocol::error::{ApiError, Cause, ErrorCode};

use super::Table;

/// A failure of the store itself, as opposed to an error of a use case.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The disk or the file system reported an error.
    #[error("The disk refused: {0}")]
    Io(#[source] Cause),
    /// The file is corrupt.
    #[error("The database is damaged: {0}")]
    Damaged(String),
    /// Something panicked: a bug of the program, or a corrupt page. Opening and checking the file again tells which.
    #[error("The daemon stumbled: {0}")]
    Stumbled(String),
    /// No writes are accepted until the earlier problem is solved.
    #[error("The database takes no writes: {0}")]
    Degraded(String),
    /// No writes are accepted while the file is not at the path where it was opened.
    #[error("The database takes no writes: {0}")]
    Astray(String),
    /// The write queue is full.
    #[error("Too much is waiting to be written")]
    Busy,
    /// The store is closed.
    #[error("The daemon is stopping")]
    Closed,
    /// A row cannot be decoded.
    #[error("A row of {} does not read: {why}", .table.name())]
    Row {
        /// Its table.
        table: Table,
        /// The decoder's message.
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
            // To a caller the store is gone: a client that follows a study checks whether another daemon serves it.
            Fault::Closed => Self {
                retry_after_ms: Some(1_000),
                ..Self::new(ErrorCode::Unreachable, message)
                    .hint("Start another one with `demoscope daemon start`")
            },
        };
        error.because(&fault)
    }
}

/// Why a use case wrote nothing: it returned an error, or the store failed.
#[derive(Clone, Debug, PartialEq)]
pub enum UseCaseError {
    /// The use case returned an error.
    Refused(ApiError),
    /// The store failed.
    Fault(Fault),
}

impl From<ApiError> for UseCaseError {
    fn from(error: ApiError) -> Self {
        Self::Refused(error)
    }
}

impl From<Fault> for UseCaseError {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<UseCaseError> for ApiError {
    fn from(halt: UseCaseError) -> Self {
        match halt {
            UseCaseError::Refused(error) => error,
            UseCaseError::Fault(fault) => fault.into(),
        }
    }
}
