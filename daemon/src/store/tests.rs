//! The store on disks that fail, on files that are damaged, and on files of other versions.

mod answers;
mod astray;
mod backups;
mod damage;
mod format;
mod ledger;
mod missing;
mod restore;
mod trouble;
