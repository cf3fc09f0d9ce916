//! Watched files as the list of studies shows them: the file whose newest version a study is, and how it is.

use protocol::id::StudyId;
use protocol::watch::{SaveOutcome, WatchedFile};

use crate::station::theme::Role;

/// The files that are watched.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watched {
    files: Vec<WatchedFile>,
}

impl Watched {
    /// Replaces the list by the daemon's.
    pub(crate) fn replace(&mut self, files: Vec<WatchedFile>) {
        self.files = files;
        self.files.sort_by_key(|file| file.study);
    }

    /// The file whose last good version that study is.
    pub(crate) fn file_of(&self, study: StudyId) -> Option<&WatchedFile> {
        let at = self.files.binary_search_by_key(&Some(study), |file| file.study).ok()?;
        self.files.get(at)
    }
}

/// How a file is, in words that follow its name, and their role.
pub(crate) fn state_of(file: &WatchedFile) -> (String, Role) {
    if file.is_missing {
        return (" is gone".to_owned(), Role::Dim);
    }
    let first = file.problems.first();
    match file.outcome {
        SaveOutcome::Broken => {
            let problem = first.map_or_else(
                || " has problems".to_owned(),
                |one| {
                    let line = one.place.strip_prefix(&file.path).unwrap_or_default();
                    format!("{line}: {}", one.what)
                },
            );
            (problem, Role::Bad)
        }
        SaveOutcome::Held => {
            let why = file.held.as_deref().unwrap_or_default();
            (format!(": nobody is asked: {why}"), Role::Warning)
        }
        SaveOutcome::Queued | SaveOutcome::Known => (" is watched".to_owned(), Role::Text),
    }
}

/// The name of a file without its folders.
pub(crate) fn name_of(file: &WatchedFile) -> &str {
    file.path.rsplit('/').next().unwrap_or_default()
}
