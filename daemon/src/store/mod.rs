//! The store: one embedded file, one writer, snapshots for all readers. This is the only module that names redb. A
//! use case is a closure that decides from what it reads and returns the writes; they become durable together, or not
//! at all, before its caller gets the result.

mod backup;
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
pub mod rows;
mod storage;
mod tables;
mod writer;
mod writes;

pub use backup::Backups;
pub use fault::{Fault, UseCaseError};
pub use migrate::FORMAT;
pub use missing::rescued;
pub use open::{OpenError, Options, Recovery, Store, Unnoted};
pub use reader::{Order, Reader};
pub use restore::{RestoreError, Restored, restore};
pub use storage::{OpenStorage, Storage};

/// The interface of a storage that replaces a file.
pub mod backend {
    pub use redb::StorageBackend;
}
pub use tables::{Key, Row, Table};
pub use writes::Writes;

#[cfg(test)]
mod tests;
