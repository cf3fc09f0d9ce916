//! Atomic file output: a file appears under its name only when it is complete, and replaces an existing one only with
//! the user's consent. A crash leaves at most a hidden temporary file, never half an export.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
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
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}", Uuid::new_v4().simple()));
        let temporary = target.with_file_name(hidden);
        let file = File::options()
            .write(true)
            .create_new(true)
            .open(&temporary)
            .map_err(|error| unwritable(&target, &error))?;
        Ok(Self { target, existing, temporary, out: BufWriter::new(file) })
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

fn taken(target: &Path) -> Failure {
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
}
