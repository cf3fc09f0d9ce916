//! The store on disks that fail, on files that are damaged, and on files of other versions.

mod damage;
mod format;
mod trouble;
