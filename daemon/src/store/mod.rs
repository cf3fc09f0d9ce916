//! What is remembered: one embedded file, one writer, snapshots for everyone who reads. This is the only module that
//! names redb. A use case is a closure that decides from what it reads and hands back what is to be written; all that
//! it writes becomes durable together, or not at all, before its caller hears of it.

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
pub use fault::{Fault, Halt};
pub use migrate::FORMAT;
pub use missing::rescued;
pub use open::{OpenError, Options, Recovery, Store, Unnoted};
pub use reader::{Order, Reader};
pub use restore::{RestoreError, Restored, restore};
pub use storage::{OpenStorage, Storage};

/// What a storage in place of a file must be able to do.
pub mod backend {
    pub use redb::StorageBackend;
}
pub use tables::{Key, Row, Table};
pub use writes::Writes;

#[cfg(test)]
mod tests;
