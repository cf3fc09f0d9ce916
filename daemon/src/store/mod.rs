//! The store: one embedded file, one writer, snapshots for all readers. This is the only module that names redb. A
//! use case is a closure that decides from what it reads and returns the writes; they become durable together, or not
//! at all, before its caller gets the result.

mod backup;
mod call_log;
mod fault;
mod ledger;
mod look;
mod migrate;
mod missing;
mod note;
mod open;
mod place;
mod reader;
mod restore;
pub(crate) mod rows;
mod storage;
mod tables;
mod writer;
mod writes;

pub(crate) use backup::Backups;
pub(crate) use call_log::{CallLog, LeftCalls, NotedAmount, SentCall};
pub(crate) use fault::Fault;
pub use fault::UseCaseError;
pub(crate) use missing::rescued;
pub(crate) use open::{OpenError, Unnoted};
pub use open::{Options, Store};
pub use reader::Reader;
pub(crate) use reader::{DecodedRows, Order};
pub(crate) use restore::{RestoreError, Restored, restore};
pub use storage::{OpenStorage, Storage};

/// The interface of a storage that replaces a file.
#[cfg(test)]
pub(crate) mod backend {
    pub(crate) use redb::StorageBackend;
}
pub(crate) use tables::{Key, Row, Table};
pub use writes::{BesideEvent, InTransaction, Writes};

#[cfg(test)]
mod tests;
