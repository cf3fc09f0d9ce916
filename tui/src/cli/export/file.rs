//! Atomic file output: a file appears under its name only when it is complete, and replaces an existing one only with
//! the user's consent. A crash leaves at most a hidden temporary file, never half an export.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use protocol::safe;
use uuid::Uuid;

use crate::failure::Failure;

/// What to do with an existing file of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Existing {
    /// Refuse and keep it.
    Keep,
    /// Replace it.
    Replace,
}

/// A file being written. If dropped before `finish`, it is removed.
pub(crate) struct NewFile {
    target: PathBuf,
    existing: Existing,
    temporary: PathBuf,
    out: BufWriter<File>,
}

impl NewFile {
    /// Creates the temporary file in the target's folder, after checking whether the export could be finished there.
    pub(crate) fn create(target: &Path, existing: Existing) -> Result<Self, Failure> {
        let found = target.symlink_metadata().ok();
        if found.is_some() && existing == Existing::Keep {
            return Err(taken(target));
        }
        // A symbolic link is followed, so that its target is replaced and not the link itself.
        let target = if found.is_some() {
            target.canonicalize().map_err(|error| unwritable(target, &error))?
        } else {
            target.to_path_buf()
        };
        if found.is_some() && !target.is_file() {
            return Err(Failure::invalid(format!("{} is no regular file", shown(&target)))
                .hint("Leave -o out to write to standard output"));
        }
        let Some(name) = target.file_name() else {
            return Err(Failure::invalid(format!("{} names no file", shown(&target))));
        };
        // What takes the place of a file is for the same people to read, and a file that nobody may write is not replaced.
        let mode = fs::metadata(&target).ok().filter(|_| found.is_some());
        let mode = mode.map(|known| known.permissions().mode());
        if mode.is_some_and(|mode| mode & 0o222 == 0) {
            return Err(Failure::invalid(format!("{} is read-only", shown(&target)))
                .hint(format!("Make it writable with `chmod u+w {}`", shown(&target))));
        }
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}", Uuid::new_v4().simple()));
        let temporary = target.with_file_name(hidden);
        let file = File::options()
            .write(true)
            .create_new(true)
            .mode(mode.unwrap_or(0o666))
            .open(&temporary)
            .map_err(|error| unwritable(&target, &error))?;
        if let Some(mode) = mode {
            // The mask of the process may have taken some of it.
            file.set_permissions(fs::Permissions::from_mode(mode))
                .map_err(|error| unwritable(&target, &error))?;
        }
        Ok(Self { target, existing, temporary, out: BufWriter::new(file) })
    }

    /// Lets the file be read by whoever may read another one, of which it is a copy.
    pub(crate) fn readable_as(&mut self, original: &Path) -> Result<(), Failure> {
        let known = fs::metadata(original).map_err(|error| unwritable(&self.target, &error))?;
        let set = self.out.get_ref().set_permissions(known.permissions());
        set.map_err(|error| unwritable(&self.target, &error))
    }

    /// Writes the next bytes.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.out.write_all(bytes).map_err(|error| unwritable(&self.target, &error))
    }

    /// Makes the file durable, gives it its final name and returns that.
    pub(crate) fn finish(mut self) -> Result<PathBuf, Failure> {
        let durable = self.out.flush().and_then(|()| self.out.get_ref().sync_all());
        durable.map_err(|error| unwritable(&self.target, &error))?;
        match self.existing {
            Existing::Replace => fs::rename(&self.temporary, &self.target),
            // Unlike a rename, a hard link fails when the name was taken in the meantime.
            Existing::Keep => match fs::hard_link(&self.temporary, &self.target) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    return Err(taken(&self.target));
                }
                // Some file systems have no hard links; there a check just before the rename must suffice.
                Err(_) if self.target.symlink_metadata().is_err() => {
                    fs::rename(&self.temporary, &self.target)
                }
                other => other,
            },
        }
        .map_err(|error| unwritable(&self.target, &error))?;
        Ok(self.target.clone())
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        // After a rename the temporary file is gone already, so the error is ignored.
        drop(fs::remove_file(&self.temporary));
    }
}

fn shown(path: &Path) -> String {
    safe::line(&path.to_string_lossy()).into_owned()
}

/// The refusal of a file that exists.
pub(crate) fn taken(target: &Path) -> Failure {
    Failure::invalid(format!("{} exists already", shown(target)))
        .hint("Replace it with --force, or choose another name")
}

fn unwritable(target: &Path, error: &io::Error) -> Failure {
    Failure::invalid(format!("{} cannot be written: {error}", shown(target))).because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_appears_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("out.csv");
        let mut file = NewFile::create(&target, Existing::Keep).unwrap();
        file.write(b"half").unwrap();
        assert!(!target.exists());
        drop(file);
        assert_eq!(names(folder.path()), Vec::<String>::new());

        let mut file = NewFile::create(&target, Existing::Keep).unwrap();
        file.write(b"whole").unwrap();
        file.finish().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"whole");
        assert_eq!(names(folder.path()), ["out.csv"]);
    }

    #[test]
    fn nothing_is_replaced_without_a_word() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("out.csv");
        let late = NewFile::create(&target, Existing::Keep).unwrap();
        fs::write(&target, "precious").unwrap();
        assert!(NewFile::create(&target, Existing::Keep).is_err());
        assert!(late.finish().is_err(), "the name was taken in the meantime");
        assert_eq!(fs::read(&target).unwrap(), b"precious");

        let mut file = NewFile::create(&target, Existing::Replace).unwrap();
        file.write(b"new").unwrap();
        file.finish().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"new");
        assert_eq!(names(folder.path()), ["out.csv"]);
    }

    #[test]
    fn a_folder_or_a_device_is_no_place_for_an_export() {
        let folder = tempfile::tempdir().unwrap();
        assert!(NewFile::create(folder.path(), Existing::Replace).is_err());
        assert!(NewFile::create(Path::new("/dev/null"), Existing::Replace).is_err());
        assert!(NewFile::create(&folder.path().join("no/where"), Existing::Keep).is_err());
        assert_eq!(names(folder.path()), Vec::<String>::new());
    }

    #[test]
    fn a_replaced_file_is_for_the_same_people_and_a_read_only_one_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("draft.md");
        fs::write(&target, "private").unwrap();
        let mode = |mode| fs::set_permissions(&target, fs::Permissions::from_mode(mode)).unwrap();
        mode(0o600);
        let mut file = NewFile::create(&target, Existing::Replace).unwrap();
        file.write(b"rewritten").unwrap();
        drop(file.finish().unwrap());
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
        let copy = folder.path().join("draft.md.copy");
        let mut file = NewFile::create(&copy, Existing::Replace).unwrap();
        file.readable_as(&target).unwrap();
        drop(file.finish().unwrap());
        assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
        mode(0o444);
        assert!(NewFile::create(&target, Existing::Replace).is_err());
        assert_eq!(fs::read_to_string(&target).unwrap(), "rewritten");
    }
}
