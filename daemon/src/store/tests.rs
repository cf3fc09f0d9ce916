//! Store tests: disks that fail, files that are damaged, and files of other versions.

mod answers;
mod astray;
mod backups;
mod damage;
mod format;
mod ledger;
mod missing;
mod restore;
mod trouble;
