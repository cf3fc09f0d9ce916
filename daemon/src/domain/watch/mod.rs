//! Rules of watched files: which names are stimulus files, when a file that is being written is quiet, what a watch may
//! still use, and which texts are reports of our own.

mod caps;
mod name;
mod own;
mod quiet;

pub(crate) use caps::{RunsOfMinute, WatchUse, is_of_last_hour, out_of_room};
pub(crate) use name::{FileName, file_name, is_folder_name};
pub(crate) use own::is_own_report;
#[cfg(test)]
pub(crate) use quiet::QUIET;
pub(crate) use quiet::QuietTimer;

#[cfg(test)]
mod tests;
