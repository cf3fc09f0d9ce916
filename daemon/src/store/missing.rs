//! Detection of a missing store. Files in its folder show whether there ever was one: then silently creating a new
//! one would look like the loss of everything, and the owner has to decide.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::backup::{newest_of_ours, newest_sound};
use super::note::{Note, Noted};
use super::storage::{beside, sync_folder};

/// Name suffix of a file that a restore replaced.
const KEPT: &str = ".before-restore-";

/// Name suffix of a copy that a daemon saved when its store's file was not in its place.
const RESCUED: &str = ".rescued-";

/// The evidence of a missing store, and the file to restore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Traces {
    /// The evidence, in words.
    pub(super) why: String,
    /// The newest file that opens as a store.
    pub(super) backup: Option<PathBuf>,
}

/// Looks for evidence of a store whose file is missing; `None` if there never was one.
pub(super) fn traces(path: &Path, backups: Option<&Path>) -> Option<Traces> {
    let mut why = Vec::new();
    if let Ok(leads_to) = fs::read_link(path) {
        why.push(format!("it is a link to {}, where nothing is", leads_to.display()));
    }
    let note = Note::beside(path);
    match note.recall() {
        Noted::Nothing => {}
        Noted::Garbled(_) => {
            why.push(format!("{} tells that there was one", note.path().display()));
        }
        Noted::Head(ends) => match ends.transfers() {
            0 => {}
            transfers => why.push(format!(
                "{} tells of a ledger of {transfers} transfers",
                note.path().display()
            )),
        },
    }
    let restoring = beside(path, ".restoring");
    let cut_off = fs::symlink_metadata(&restoring).is_ok();
    if cut_off {
        why.push(format!("{} was left by a restore that was cut off", restoring.display()));
    }
    let kept = numbered(path, KEPT);
    if let Some(last) = kept.last() {
        why.push(format!("{} was kept by a restore", last.display()));
    }
    let saved = rescued(path);
    if let Some(last) = saved.last() {
        why.push(format!("{} was saved when its file was not in its place", last.display()));
    }
    if let Some(daily) = backups.and_then(newest_of_ours) {
        why.push(format!("{} is a backup of one", daily.display()));
    }
    if why.is_empty() {
        return None;
    }
    // A file that an interrupted restore kept aside is the store itself, and newer than every backup.
    let itself =
        if cut_off { newest_sound(None, kept.last().cloned().into_iter().collect()) } else { None };
    let others = kept.into_iter().chain(saved).collect();
    Some(Traces {
        why: why.join(", and "),
        backup: itself.or_else(|| newest_sound(backups, others)),
    })
}

/// Copies that daemons saved when a store's file was not in its place at exit, ordered by number.
pub(crate) fn rescued(path: &Path) -> Vec<PathBuf> {
    numbered(path, RESCUED)
}

/// A name for the next such copy.
pub(super) fn rescue_name(path: &Path) -> PathBuf {
    free_name(path, RESCUED)
}

/// Files in the store's folder with such a suffix, ordered by number.
fn numbered(path: &Path, ending: &str) -> Vec<PathBuf> {
    let prefix = beside(path, ending);
    let (Some(folder), Some(prefix)) =
        (path.parent(), prefix.file_name().and_then(|name| name.to_str()))
    else {
        return Vec::new();
    };
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let number = path.file_name()?.to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((number, path))
        })
        .collect();
    found.sort();
    found.into_iter().map(|(_, path)| path).collect()
}

/// Renames files that would be misleading in the folder of a new store: the ledger note of the old one, and a
/// dangling link.
pub(super) fn set_aside(path: &Path) -> io::Result<()> {
    let mut moved = false;
    for old in [Note::beside(path).path(), path] {
        if fs::symlink_metadata(old).is_ok() {
            fs::rename(old, free_name(old, ".before-new-"))?;
            moved = true;
        }
    }
    if moved { sync_folder(path) } else { Ok(()) }
}

fn free_name(old: &Path, ending: &str) -> PathBuf {
    let mut number = 1_u32;
    loop {
        let name = beside(old, &format!("{ending}{number}"));
        if fs::symlink_metadata(&name).is_err() {
            return name;
        }
        number = number.saturating_add(1);
    }
}

/// The command that restores a file as the store, ready to be typed.
pub(super) fn restore_command(path: &Path) -> String {
    let path = path.display().to_string();
    let plain = |sign: char| sign.is_alphanumeric() || "/._-+,:@%=".contains(sign);
    if path.chars().all(plain) {
        format!("demoscope restore {path}")
    } else {
        format!("demoscope restore '{}'", path.replace('\'', "'\\''"))
    }
}
