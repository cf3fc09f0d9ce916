//! Draft files: one for each way into the form, readable by their owner only. Several workstations may write them; a
//! change by another one is moved to a new name before it is overwritten. Deleting a study deletes its drafts.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use protocol::id::StudyId;
use protocol::paths::Paths;

use super::files::{folder, load, make_private, store};
use crate::station::model::compose::Compose;
use crate::station::model::drafts::{Drafts, Origin};
use crate::station::model::saved::Form;

/// Drafts of other workstations that are kept for each way into the form: the latest ones.
const OTHERS_MAX: u64 = 10;

/// The file name of a draft: each has its own file, so that none is lost with another.
fn stem(origin: Origin) -> String {
    match origin {
        Origin::New => "draft".to_owned(),
        Origin::Example => "draft-example".to_owned(),
        Origin::Again(study) => format!("draft-{study}"),
    }
}

fn origin(file: &str) -> Option<Origin> {
    let name = file.strip_prefix("draft")?.strip_suffix(".json")?;
    match name.strip_prefix('-') {
        None => name.is_empty().then_some(Origin::New),
        Some("example") => Some(Origin::Example),
        Some(study) => study.parse().ok().map(Origin::Again),
    }
}

/// Removes drafts that belong to a deleted study.
///
/// # Errors
/// When one of its files cannot be removed.
pub(crate) fn forget(paths: &Paths, study: StudyId) -> io::Result<()> {
    let entries = match fs::read_dir(folder(paths)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    let stem = stem(Origin::Again(study));
    for entry in entries {
        let entry = entry?;
        let is_its = entry.file_name().to_str().is_some_and(|name| name.starts_with(&stem));
        match if is_its { fs::remove_file(entry.path()) } else { Ok(()) } {
            // Another workstation removed it first.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            removed => removed?,
        }
    }
    Ok(())
}

/// The draft files of one workstation.
pub(super) struct DraftFiles {
    folder: PathBuf,
    /// The content that this workstation last read or wrote; a file that differs was written by another one.
    seen: Vec<(Origin, Vec<u8>)>,
}

impl DraftFiles {
    /// Opens the folder and reads the saved drafts.
    pub(super) fn open(paths: &Paths) -> (Self, Drafts) {
        let mut files = Self { folder: folder(paths), seen: Vec::new() };
        let mut drafts = Drafts::default();
        let Ok(entries) = fs::read_dir(&files.folder) else { return (files, drafts) };
        // Earlier versions created it with the permissions of other folders.
        drop(make_private(&files.folder));
        let mut found: Vec<_> = entries
            .filter_map(Result::ok)
            .filter_map(|entry| {
                let origin = origin(entry.file_name().to_str()?)?;
                let written = entry.metadata().and_then(|about| about.modified()).ok();
                Some((written, origin, fs::read(entry.path()).ok()?, load::<Form>(&entry.path())?))
            })
            .collect();
        found.sort_by_key(|(written, ..)| *written);
        for (_, origin, bytes, form) in found {
            files.saw(origin, Some(bytes));
            if let Some(pushed_out) = drafts.keep(origin, form) {
                drop(files.save(pushed_out, &Form::default()));
            }
        }
        (files, drafts)
    }

    fn path(&self, origin: Origin) -> PathBuf {
        self.folder.join(format!("{}.json", stem(origin)))
    }

    fn saw(&mut self, origin: Origin, bytes: Option<Vec<u8>>) {
        self.seen.retain(|(of, _)| *of != origin);
        self.seen.extend(bytes.map(|bytes| (origin, bytes)));
    }

    /// Saves a draft and returns a message for the user, if there is one. An empty form removes its own file. A failure
    /// must not stop the user's work: the next draft is tried again.
    pub(super) fn save(&mut self, origin: Origin, form: &Form) -> Option<String> {
        let path = self.path(origin);
        let on_disk = fs::read(&path).ok();
        let own = self.seen.iter().find(|(of, _)| *of == origin).map(|(_, bytes)| bytes);
        let others = on_disk.filter(|bytes| Some(bytes) != own);
        if form.is_empty() {
            if others.is_none() {
                // The file may not exist.
                drop(fs::remove_file(path));
            }
            self.saw(origin, None);
            return None;
        }
        let bytes = serde_json::to_vec(form).ok()?;
        let told = match others.filter(|others| *others != bytes) {
            None => None,
            Some(others) => match self.put_aside(origin, &others) {
                Ok(name) => Some(format!(
                    "Another window wrote a draft here; it is kept as {}.",
                    self.folder.join(name).display()
                )),
                Err(error) => {
                    return Some(format!(
                        "Another window wrote a draft here, and it cannot be put aside ({error}): yours is not kept."
                    ));
                }
            },
        };
        if store(&path, &bytes).is_ok() {
            self.saw(origin, Some(bytes));
        }
        told
    }

    /// Saves the open draft when quitting.
    pub(super) fn keep(&mut self, compose: Option<&Compose>) {
        if let Some((origin, form)) = compose.and_then(Compose::unkept) {
            drop(self.save(origin, &form));
        }
    }

    /// Removes drafts that belong to a deleted study.
    pub(super) fn forget(&mut self, paths: &Paths, study: StudyId) -> Option<String> {
        self.saw(Origin::Again(study), None);
        let failed = forget(paths, study).err()?;
        Some(format!("The draft of the study that was deleted cannot be removed: {failed}."))
    }

    /// Moves another workstation's draft to a free name, and removes the oldest of these.
    fn put_aside(&self, origin: Origin, bytes: &[u8]) -> io::Result<String> {
        let stem = format!("{}-other-", stem(origin));
        let mut numbers: Vec<u64> = fs::read_dir(&self.folder)?
            .filter_map(Result::ok)
            .filter_map(|entry| {
                let name = entry.file_name();
                name.to_str()?.strip_prefix(&stem)?.strip_suffix(".json")?.parse().ok()
            })
            .collect();
        numbers.sort_unstable();
        let path = |number: u64| self.folder.join(format!("{stem}{number}.json"));
        let mut number = numbers.last().map_or(1, |last| last.saturating_add(1));
        loop {
            match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path(number))
            {
                Ok(mut file) => {
                    file.write_all(bytes)?;
                    break;
                }
                // Another workstation is doing the same at this moment.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(error),
            }
        }
        for old in numbers.iter().filter(|old| old.saturating_add(OTHERS_MAX) <= number) {
            drop(fs::remove_file(path(*old)));
        }
        Ok(file_name(&path(number)))
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::station::testing::id;

    fn form(text: &str) -> Form {
        Form { text: text.to_owned(), ..Form::default() }
    }

    fn home() -> (tempfile::TempDir, Paths) {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::under(folder.path()).unwrap();
        (folder, paths)
    }

    fn text(path: &Path) -> String {
        load::<Form>(path).unwrap().text
    }

    #[test]
    fn each_draft_comes_back_from_its_own_file() {
        let (_folder, paths) = home();
        let all =
            [(Origin::New, "new"), (Origin::Example, "example"), (Origin::Again(id(7)), "again")];
        let (mut files, _) = DraftFiles::open(&paths);
        for (origin, text) in all {
            assert_eq!(files.save(origin, &form(text)), None);
        }
        let (mut files, drafts) = DraftFiles::open(&paths);
        for (origin, text) in all {
            assert_eq!(drafts.of(origin), Some(&form(text)));
        }
        assert_eq!(files.save(Origin::Example, &Form::default()), None);
        let (_, drafts) = DraftFiles::open(&paths);
        assert_eq!(drafts.of(Origin::Example), None);
        assert_eq!(drafts.of(Origin::New), Some(&form("new")));
    }

    #[test]
    fn drafts_are_their_owners_alone() {
        let (_folder, paths) = home();
        let open = folder(&paths);
        fs::create_dir_all(&open).unwrap();
        fs::set_permissions(&open, fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(open.join("draft.json"), "{}").unwrap();
        fs::set_permissions(open.join("draft.json"), fs::Permissions::from_mode(0o644)).unwrap();
        let (mut files, _) = DraftFiles::open(&paths);
        assert_eq!(files.save(Origin::New, &form("mine")), None);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&open), mode(&open.join("draft.json"))), (0o700, 0o600));
    }

    /// Two windows on one home: the second writer keeps the first one's draft and reports it.
    #[test]
    fn what_another_window_wrote_is_put_aside() {
        let (_folder, paths) = home();
        let (mut one, _) = DraftFiles::open(&paths);
        let (mut other, _) = DraftFiles::open(&paths);
        assert_eq!(one.save(Origin::New, &form("one")), None);
        assert_eq!(one.save(Origin::New, &form("one more")), None, "it is its own");
        let told = other.save(Origin::New, &form("other")).unwrap();
        assert!(told.contains("draft-other-1.json"), "{told}");
        let aside = folder(&paths).join("draft-other-1.json");
        assert_eq!(text(&aside), "one more");
        assert_eq!(fs::metadata(&aside).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(other.save(Origin::New, &form("other too")), None, "it is its own now");
        // Submitting this window's draft keeps the other window's.
        one.save(Origin::New, &Form::default());
        assert_eq!(text(&folder(&paths).join("draft.json")), "other too");
        // Moved drafts belong to no origin, and only the latest are kept.
        for number in 0..12 {
            fs::write(folder(&paths).join("draft.json"), format!(r#"{{"text":"{number}"}}"#))
                .unwrap();
            assert!(other.save(Origin::New, &form("other")).is_some());
        }
        let kept = |number: u32| folder(&paths).join(format!("draft-other-{number}.json")).exists();
        assert_eq!(
            (1..=14).filter(|number| kept(*number)).collect::<Vec<_>>(),
            (4..=13).collect::<Vec<_>>()
        );
        assert_eq!(DraftFiles::open(&paths).1.of(Origin::New), Some(&form("other")));
    }

    #[test]
    fn a_study_takes_its_drafts_with_it() {
        let (_folder, paths) = home();
        assert!(forget(&paths, id(7)).is_ok(), "there is no folder yet");
        let (mut one, _) = DraftFiles::open(&paths);
        let (mut other, _) = DraftFiles::open(&paths);
        one.save(Origin::Again(id(7)), &form("one"));
        other.save(Origin::Again(id(7)), &form("other"));
        other.save(Origin::Again(id(8)), &form("stays"));
        forget(&paths, id(7)).unwrap();
        let left: Vec<_> =
            fs::read_dir(folder(&paths)).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, [format!("draft-{}.json", id(8)).as_str()]);
    }
}
