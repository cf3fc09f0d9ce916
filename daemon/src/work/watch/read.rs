//! Reading of a watched file: only regular files are opened, links are not followed, at most what a stimulus may have is
//! read, and a file that changes meanwhile is read again later. The text is normalised, so that the same words have the
//! same hash whichever editor saved them.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use protocol::study::Problem;
use rustix::fs::OFlags;

/// The largest file that is read, in bytes: that of every other way to submit a study.
const BYTES_MAX: u64 = 256 * 1024;

/// What tells whether a file may have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileStat {
    /// Device and inode.
    pub(super) identity: (u64, u64),
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl FileStat {
    pub(super) fn of(found: &Metadata) -> Self {
        Self {
            identity: (found.dev(), found.ino()),
            length: found.len(),
            modified: (found.mtime(), found.mtime_nsec()),
            changed: (found.ctime(), found.ctime_nsec()),
        }
    }
}

/// What was found at a path.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum FileFound {
    /// Nothing is there.
    Gone,
    /// It changed while it was read.
    Changing,
    /// A text.
    Text(FileStat, String),
    /// Something that is not evaluated.
    Refused(Option<FileStat>, Problem),
}

/// Reads the file at a path.
pub(super) fn read(path: &Path) -> FileFound {
    let found = match std::fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) => return of_error(path, None, &error),
    };
    let stat = FileStat::of(&found);
    if let Some((what, hint)) = not_regular(&found) {
        return refused(path, Some(stat), what, hint);
    }
    if found.len() > BYTES_MAX {
        return too_large(path, stat);
    }
    match read_once(path, stat) {
        Ok(Some(bytes)) => text(path, stat, &bytes),
        Ok(None) => FileFound::Changing,
        Err(error) => of_error(path, Some(stat), &error),
    }
}

/// The bytes of the file; none when it changed since it was looked at.
fn read_once(path: &Path, stat: FileStat) -> io::Result<Option<Vec<u8>>> {
    // A pipe or a link may have taken the name since: neither is waited for, nor followed.
    let flags = (OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::NOFOLLOW).bits();
    let flags = i32::try_from(flags).unwrap_or(0);
    let mut file: File = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    if FileStat::of(&file.metadata()?) != stat {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    io::Read::take(&mut file, BYTES_MAX + 1).read_to_end(&mut bytes)?;
    let stood_still = FileStat::of(&file.metadata()?) == stat
        && u64::try_from(bytes.len()).is_ok_and(|length| length == stat.length);
    Ok(stood_still.then_some(bytes))
}

fn not_regular(found: &Metadata) -> Option<(&'static str, &'static str)> {
    let kind = found.file_type();
    if kind.is_file() {
        return None;
    }
    let what = if kind.is_dir() {
        "is a folder"
    } else if kind.is_symlink() {
        return Some(("is a link that leads out of what is watched", "watch the file itself"));
    } else if kind.is_fifo() {
        "is a pipe"
    } else if kind.is_socket() {
        "is a socket"
    } else {
        "is a device"
    };
    Some((what, "put a text file in its place"))
}

/// The bytes as text, or an error that names their format and the line where it shows.
fn text(path: &Path, stat: FileStat, bytes: &[u8]) -> FileFound {
    let at = |place: usize| {
        let breaks = bytes.iter().take(place).filter(|&&byte| byte == b'\n').count();
        format!("{}:{}", path.display(), breaks + 1)
    };
    let refused = |place: String, what: &str, hint: &str| {
        let problem = Problem { place, what: what.to_owned(), hint: hint.into() };
        FileFound::Refused(Some(stat), problem)
    };
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return refused(at(0), "is UTF-16 text", "save it as UTF-8");
    }
    if let Some(place) = bytes.iter().position(|&byte| byte == 0) {
        return refused(
            at(place),
            "is not text: it holds a zero byte",
            "save it as plain text in UTF-8",
        );
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return refused(at(error.valid_up_to()), "is not UTF-8", "save it as UTF-8"),
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    if text.trim().is_empty() {
        return refused(at(0), "is empty", "write down what you want to test");
    }
    FileFound::Text(stat, text)
}

fn too_large(path: &Path, stat: FileStat) -> FileFound {
    let hint = "a stimulus has at most 5,000 characters: keep the part that people are to see";
    refused(path, Some(stat), "is larger than 256 KiB", hint)
}

fn of_error(path: &Path, stat: Option<FileStat>, error: &io::Error) -> FileFound {
    match error.kind() {
        io::ErrorKind::NotFound => FileFound::Gone,
        io::ErrorKind::PermissionDenied => {
            refused(path, stat, "cannot be read: permission denied", "check who may read it")
        }
        _ => refused(path, stat, &format!("cannot be read: {error}"), "check the disk"),
    }
}

pub(super) fn refused(path: &Path, stat: Option<FileStat>, what: &str, hint: &str) -> FileFound {
    let place = protocol::safe::line(&path.to_string_lossy()).into_owned();
    FileFound::Refused(stat, Problem { place, what: what.to_owned(), hint: hint.into() })
}
