//! The walk through a watched folder: its stimulus files, the folders to listen to, and what is refused by its name or as
//! a link that leads out. Hidden folders, folders of tools and links to folders are not walked.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use protocol::safe;
use protocol::study::Problem;

use crate::domain::watch::{FileName, file_name, is_folder_name};

/// Most files of one watch; the rest is told.
const FILES_MAX: usize = 20_000;
/// Deepest folder that is walked.
const DEPTH_MAX: usize = 32;

/// What a walk found.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct FolderScan {
    /// Stimulus files by their names; whether they can be read shows when they are.
    pub(super) files: Vec<PathBuf>,
    /// Paths in a form that can be shown, with the reason why each is not evaluated.
    pub(super) refused: Vec<(String, Problem)>,
    /// Folders to listen to, each with its device and inode.
    pub(super) folders: Vec<(PathBuf, (u64, u64))>,
    /// What could not be walked.
    pub(super) trouble: Option<String>,
}

/// Walks a folder, or a part of one; `root` is the watched folder, which links must not leave.
pub(super) fn scan(root: &Path, part: &Path) -> FolderScan {
    let mut scan = FolderScan::default();
    let mut left = vec![(part.to_owned(), 0_usize)];
    while let Some((folder, depth)) = left.pop() {
        let entries = fs::symlink_metadata(&folder).and_then(|found| {
            scan.folders.push((folder.clone(), (found.dev(), found.ino())));
            fs::read_dir(&folder)
        });
        let entries = match entries {
            Ok(entries) => entries,
            Err(error) => {
                let shown = safe::line(&folder.to_string_lossy()).into_owned();
                scan.trouble = Some(format!("{shown} cannot be read: {error}"));
                continue;
            }
        };
        let mut here: Vec<fs::DirEntry> = entries.flatten().collect();
        here.sort_by_key(fs::DirEntry::file_name);
        for entry in here {
            let (path, name) = (entry.path(), entry.file_name());
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() {
                if !is_folder_name(&name) {
                    continue;
                }
                if depth >= DEPTH_MAX || !can_be_shown(&path) {
                    let shown = safe::line(&path.to_string_lossy()).into_owned();
                    scan.trouble = Some(format!(
                        "{shown} is not looked into: it lies too deep, or its name cannot be shown"
                    ));
                    continue;
                }
                left.push((path, depth + 1));
                continue;
            }
            scan.add(root, path, kind.is_symlink());
        }
        if scan.files.len() > FILES_MAX {
            scan.files.truncate(FILES_MAX);
            scan.trouble =
                Some(format!("there are more than {FILES_MAX} files; the rest is not evaluated"));
            break;
        }
    }
    scan
}

impl FolderScan {
    /// Adds what lies at a path, if it is a stimulus file by its name or a link.
    pub(super) fn add(&mut self, root: &Path, path: PathBuf, is_link: bool) {
        match path.file_name().map_or(FileName::Other, file_name) {
            FileName::Other => {
                let leads_out = is_link && path.is_dir() && leads_out(root, &path).is_some();
                if leads_out && can_be_shown(&path) {
                    self.refuse_link(&path, "is a link to a folder outside, which is not followed");
                }
            }
            FileName::Refused { shown, why } => {
                let folder = path.parent().unwrap_or(Path::new("/")).display();
                let place = format!("{folder}/{shown}");
                let hint = "rename it with plain characters".to_owned();
                self.refused.push((
                    place.clone(),
                    Problem { place, what: why.to_owned(), hint: hint.into() },
                ));
            }
            FileName::Stimulus if is_link => {
                if let Some(what) = leads_out(root, &path) {
                    self.refuse_link(&path, what);
                }
            }
            FileName::Stimulus => self.files.push(path),
        }
    }

    fn refuse_link(&mut self, path: &Path, what: &str) {
        let place = path.display().to_string();
        let hint = "watch what it leads to by itself".to_owned();
        self.refused
            .push((place.clone(), Problem { place, what: what.to_owned(), hint: hint.into() }));
    }
}

/// Why a link is refused; none where it leads to something inside, which is looked at there.
fn leads_out(root: &Path, link: &Path) -> Option<&'static str> {
    match fs::canonicalize(link) {
        Ok(target) if target.starts_with(root) => None,
        Ok(_) => Some("is a link that leads out of the watched folder"),
        Err(_) => Some("is a link that leads nowhere"),
    }
}

/// Whether a link that leads out stands between a watched folder and a file in it: it may have taken the place of a folder
/// that was walked.
pub(super) fn is_behind_link(root: &Path, file: &Path) -> bool {
    let folder = file.parent().and_then(|folder| fs::canonicalize(folder).ok());
    let both = folder.zip(fs::canonicalize(root).ok());
    both.is_some_and(|(folder, root)| !folder.starts_with(root))
}

fn can_be_shown(path: &Path) -> bool {
    path.to_str().is_some_and(|text| safe::line(text) == *text)
}
