//! The names of the copies beside a file: as it was before a rewrite, and what an undo took back. None ever takes the place of
//! another: from the second on they are numbered.

use std::path::{Path, PathBuf};

/// The ending of the copy of a file as it was.
const COPY: &str = "before-apply";
/// The ending of what an undo took back.
const UNDONE: &str = "before-apply.undone";

/// The newest copy of the file as it was, if there is one.
pub(super) fn newest(target: &Path) -> Option<PathBuf> {
    let known = free(target, COPY).checked_sub(1)?;
    (known > 0).then(|| named(target, COPY, known))
}

/// The name of the next copy of the file as it is.
pub(super) fn next(target: &Path) -> PathBuf {
    named(target, COPY, free(target, COPY))
}

/// The name of the next file for what is taken back.
pub(super) fn undone(target: &Path) -> PathBuf {
    named(target, UNDONE, free(target, UNDONE))
}

/// The first number that is not taken, from 1.
fn free(target: &Path, ending: &str) -> u32 {
    let is_free = |number: &u32| !named(target, ending, *number).exists();
    (1..u32::MAX).find(is_free).unwrap_or(u32::MAX)
}

fn named(target: &Path, ending: &str, number: u32) -> PathBuf {
    let mut name = target.as_os_str().to_owned();
    name.push(format!(".{ending}"));
    if number > 1 {
        name.push(format!("-{number}"));
    }
    PathBuf::from(name)
}
