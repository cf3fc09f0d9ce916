//! A store that is not where it should be. What lies beside its place tells whether there ever was one: then a new one in
//! silence would look like the loss of everything, and it is for the owner to say what is to be done.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::backup::{newest_of_ours, newest_sound};
use super::note::{Note, Noted};
use super::storage::{beside, sync_folder};

/// What a restore puts aside is called.
const KEPT: &str = ".before-restore-";

/// What a daemon saves of a store whose file is not in its place is called.
const RESCUED: &str = ".rescued-";

/// What tells of a store that is not there, and the file to go back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Traces {
    /// The traces, in words.
    pub(super) why: String,
    /// The newest file that opens as a store.
    pub(super) backup: Option<PathBuf>,
}

/// Looks for traces of a store whose file is not there; none where there never was one.
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
    // What a restore that was cut off had put aside is the store itself, and newer than every backup.
    let itself =
        if cut_off { newest_sound(None, kept.last().cloned().into_iter().collect()) } else { None };
    let others = kept.into_iter().chain(saved).collect();
    Some(Traces {
        why: why.join(", and "),
        backup: itself.or_else(|| newest_sound(backups, others)),
    })
}

/// Copies that daemons saved of a store whose file was not in its place when they ended, by their number.
pub fn rescued(path: &Path) -> Vec<PathBuf> {
    numbered(path, RESCUED)
}

/// A name for the next one.
pub(super) fn rescue_name(path: &Path) -> PathBuf {
    free_name(path, RESCUED)
}

/// Files beside a store of one such ending, by their number.
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

/// Puts aside what would have to be explained beside a new store: the note of the old one, and a link that leads nowhere.
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

/// The command that puts a file in the place of the store, as it can be typed.
pub(super) fn restore_command(path: &Path) -> String {
    let path = path.display().to_string();
    let plain = |sign: char| sign.is_alphanumeric() || "/._-+,:@%=".contains(sign);
    if path.chars().all(plain) {
        format!("demoscope restore {path}")
    } else {
        format!("demoscope restore '{}'", path.replace('\'', "'\\''"))
    }
}
