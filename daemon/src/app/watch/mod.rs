//! Use cases of watched files: the owner's list of watches, what a driver does with a file that was saved, and the
//! lineages of versions that come of it. Only the user for whom the daemon runs leads it to files.

pub(super) mod lineage;
pub(super) mod saved;
pub(super) mod version;
pub(super) mod watches;
