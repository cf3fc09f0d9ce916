//! What the driver of watched files knows and does: which files it has seen and as what, which are waiting to be quiet,
//! and the look at one file, a folder, or everything. Time is the world's, and messages come through [`Ears`].

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures::StreamExt as _;
use protocol::error::ApiError;
use protocol::study::Problem;

use super::ears::{Ears, Heard};
use super::read::{FileFound, FileStat, read};
use super::scan::{FolderScan, is_behind_link, scan};
use crate::app::{Caller, Core, FileStanding, KnownFile, Looked, SavedFile, WatchTask};
use crate::domain::digest::sha256_hex;
use crate::domain::watch::{FileName, QuietTimer, file_name};

/// Files that are evaluated at the same time, so that their transactions are committed together.
const AT_ONCE: usize = 8;
/// Files whose texts are in memory at the same time.
const READ_AT_ONCE: usize = 64;

/// Renamed files that are remembered until they are quiet; beyond, identity and text have to tell.
const RENAMED_MAX: usize = 10_000;

/// A file that was seen.
#[derive(Clone, Debug)]
struct SeenFile {
    known: KnownFile,
    /// As it was when it was last evaluated; none where it is to be evaluated again.
    stat: Option<FileStat>,
}

/// The driver's knowledge. All of it can be lost: the store knows what was evaluated.
pub(super) struct Looker<E> {
    core: Core,
    caller: Caller,
    ears: E,
    tasks: Vec<WatchTask>,
    /// None before the first look.
    seen: Option<BTreeMap<PathBuf, SeenFile>>,
    quiet: QuietTimer,
    /// New paths with the ones that they were renamed from, until they are quiet.
    renamed: BTreeMap<PathBuf, PathBuf>,
    is_deaf: bool,
}

/// Something to hand to the use case.
struct FileCandidate {
    path: PathBuf,
    found: FileFound,
}

impl<E: Ears> Looker<E> {
    pub(super) fn new(core: Core, caller: Caller, ears: E) -> Self {
        let (tasks, quiet) = (Vec::new(), QuietTimer::default());
        let renamed = BTreeMap::new();
        Self { core, caller, ears, tasks, seen: None, quiet, renamed, is_deaf: false }
    }

    /// Whether changes are not heard of.
    pub(super) const fn is_deaf(&self) -> bool {
        self.is_deaf
    }

    /// Whether nothing is watched.
    pub(super) const fn is_idle(&self) -> bool {
        self.tasks.is_empty()
    }

    fn now(&self) -> Duration {
        self.core.world().clock.monotonic()
    }

    /// How long until a file is quiet; none while none is waited for.
    pub(super) fn quiet_in(&self) -> Option<Duration> {
        Some(self.quiet.next()?.saturating_sub(self.now()))
    }

    /// Takes a message about a change in.
    pub(super) fn take_in(&mut self, heard: Heard) {
        match heard {
            Heard::Changed(path) => self.hear(path),
            Heard::Renamed(from, to) => self.hear_renamed(from, to),
        }
    }

    /// A path has another name now: whatever becomes of the text meanwhile, it is the same file.
    pub(super) fn hear_renamed(&mut self, from: PathBuf, to: PathBuf) {
        let origin = self.renamed.remove(&from).unwrap_or_else(|| from.clone());
        let was_seen = self.seen.as_ref().is_some_and(|seen| seen.contains_key(&origin));
        if was_seen && origin != to && self.renamed.len() < RENAMED_MAX {
            self.renamed.insert(to.clone(), origin);
        }
        self.hear(from);
        self.hear(to);
    }

    /// Something happened at a path: it is looked at once it is quiet, if it can be a stimulus or a folder.
    pub(super) fn hear(&mut self, path: PathBuf) {
        let is_file = path.file_name().is_some_and(|name| file_name(name) != FileName::Other);
        if self.task_of(&path).is_some() && (is_file || path.is_dir()) {
            let now = self.now();
            self.quiet.hear(path, now);
        }
    }

    /// The watch that looks after a path.
    fn task_of(&self, path: &Path) -> Option<&WatchTask> {
        let own = self.tasks.iter().find(|task| task.path == path);
        own.or_else(|| {
            self.tasks.iter().find(|task| task.is_folder && path.starts_with(&task.path))
        })
    }

    /// Looks at the files that are quiet now.
    pub(super) async fn look_at_quiet(&mut self) -> Looked {
        let now = self.now();
        let mut all = FolderScan::default();
        for path in self.quiet.take(now) {
            let Some(task) = self.task_of(&path).cloned() else { continue };
            let part = blocking(move || part_of(&task, path)).await?;
            all.files.extend(part.files);
            all.refused.extend(part.refused);
            all.folders.extend(part.folders);
        }
        all.files.extend(self.former_files(&all.folders));
        for (folder, identity) in &all.folders {
            if self.ears.listen(folder, *identity).is_err() {
                // The next look at everything says why.
                self.core.watching().signal();
            }
        }
        self.evaluate(all.files, all.refused).await
    }

    /// Looks at everything that is watched.
    pub(super) async fn look_at_everything(&mut self) -> Looked {
        if self.seen.is_none() {
            let known = self.core.known_files(&self.caller).await?;
            let seen =
                known.into_iter().map(|(path, known)| (path, SeenFile { known, stat: None }));
            self.seen = Some(seen.collect());
        }
        let before = std::mem::take(&mut self.tasks);
        self.tasks = self.core.watch_tasks(&self.caller).await?;
        self.look_anew(&before);
        let (mut files, mut refused, mut wanted) = (Vec::new(), Vec::new(), BTreeSet::new());
        self.is_deaf = false;
        for task in self.tasks.clone() {
            let walked = task.clone();
            let part = blocking(move || everything_of(&walked)).await?;
            let mut trouble = part.trouble;
            files.extend(self.former_files(&part.folders));
            for (folder, identity) in part.folders {
                if let Err(why) = self.ears.listen(&folder, identity) {
                    self.is_deaf = true;
                    trouble = Some(why);
                }
                wanted.insert(folder);
            }
            if trouble != task.trouble {
                self.core.note_watch(&self.caller, task.number, trouble).await?;
            }
            files.extend(part.files);
            refused.extend(part.refused);
        }
        self.ears.keep(&|folder| wanted.contains(folder));
        // What is being written is looked at once it is quiet.
        let still = files.iter().filter(|path| !self.quiet.waits_for(path)).cloned().collect();
        let looked = self.evaluate(still, refused.clone()).await;
        self.forget_gone(files, refused).await?;
        looked
    }

    /// Forgets files that are gone and never were a version, so that the list of them does not grow for ever.
    async fn forget_gone(
        &mut self,
        files: Vec<PathBuf>,
        refused: Vec<(String, Problem)>,
    ) -> Result<(), ApiError> {
        let here: BTreeSet<PathBuf> =
            files.into_iter().chain(refused.into_iter().map(|(path, _)| path.into())).collect();
        let unseen: Vec<PathBuf> = self
            .seen
            .iter()
            .flatten()
            .map(|(path, _)| path)
            .filter(|path| !here.contains(*path))
            .cloned()
            .collect();
        let is_gone = |path: &PathBuf| {
            std::fs::symlink_metadata(path)
                .is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
        };
        let gone: Vec<PathBuf> =
            blocking(move || unseen.into_iter().filter(is_gone).collect()).await?;
        let gone: Vec<String> =
            gone.iter().filter_map(|path| path.to_str()).map(ToOwned::to_owned).collect();
        let forgotten = self.core.forget_files(&self.caller, gone).await?;
        if let Some(seen) = &mut self.seen {
            for path in forgotten {
                seen.remove(Path::new(&path));
            }
        }
        Ok(())
    }

    /// Folders that were files: what stood there as a version is told of, as a file that cannot be read any more.
    fn former_files(&self, folders: &[(PathBuf, (u64, u64))]) -> Vec<PathBuf> {
        folders
            .iter()
            .map(|(folder, _)| folder)
            .filter(|folder| self.seen_at(folder).is_some())
            .cloned()
            .collect()
    }

    /// What a watch that is new, resumed or changed covers is read again, as is what no watch covers any more.
    fn look_anew(&mut self, before: &[WatchTask]) {
        let same = |task: &&WatchTask| {
            before.iter().any(|old| {
                WatchTask { trouble: None, ..old.clone() }
                    == WatchTask { trouble: None, ..(*task).clone() }
            })
        };
        let kept: Vec<WatchTask> = self.tasks.iter().filter(same).cloned().collect();
        for (path, seen) in self.seen.iter_mut().flatten() {
            let covers = |task: &WatchTask| {
                task.path == *path || (task.is_folder && path.starts_with(&task.path))
            };
            if !kept.iter().any(covers) {
                seen.stat = None;
            }
        }
    }

    /// Hands every file that is another than it was to the use case: some at a time, so that the texts of a large folder
    /// are never all in memory.
    async fn evaluate(&mut self, files: Vec<PathBuf>, refused: Vec<(String, Problem)>) -> Looked {
        let files: BTreeSet<PathBuf> = files.into_iter().collect();
        let mut files = files.into_iter().peekable();
        let mut refused = refused.into_iter().peekable();
        let (mut told, mut trouble, mut gone) = (Vec::new(), None, None);
        while files.peek().is_some() || refused.peek().is_some() {
            let some: Vec<PathBuf> = files.by_ref().take(READ_AT_ONCE).collect();
            let others = refused.by_ref().take(READ_AT_ONCE).map(|(path, problem)| FileCandidate {
                path: PathBuf::from(path),
                found: FileFound::Refused(None, problem),
            });
            let others: Vec<FileCandidate> = others.collect();
            if let Some(error) = self.evaluate_some(some, others, &mut told, &mut gone).await? {
                trouble = Some(error);
            }
        }
        match trouble {
            Some(error) => Err(error),
            None => Ok(match told.len() {
                0 => None,
                1 => told.pop(),
                count => Some(format!("{count} saved files looked at")),
            }),
        }
    }

    /// The same of some files and of what is refused by its name. `told` gets what is worth telling, and `gone` what is there
    /// no more, once that is needed; gives the trouble with one of them, which stops no other.
    async fn evaluate_some(
        &mut self,
        files: Vec<PathBuf>,
        mut candidates: Vec<FileCandidate>,
        told: &mut Vec<String>,
        gone: &mut Option<Vec<(PathBuf, KnownFile)>>,
    ) -> Result<Option<ApiError>, ApiError> {
        for path in files {
            let stat = self.seen_at(&path).and_then(|seen| seen.stat);
            let at = path.clone();
            let found = blocking(move || {
                let is_same = stat.is_some()
                    && stat
                        == std::fs::symlink_metadata(&at).ok().map(|found| FileStat::of(&found));
                if is_same { None } else { Some(read(&at)) }
            });
            match found.await? {
                None | Some(FileFound::Gone) => {}
                // Read again when it is quiet.
                Some(FileFound::Changing) => {
                    let now = self.now();
                    self.quiet.hear(path, now);
                }
                Some(found) => candidates.push(FileCandidate { path, found }),
            }
        }
        let saved = self.named(candidates, gone).await?;
        let mut trouble = None;
        let (core, caller) = (&self.core, &self.caller);
        let mut outcomes =
            futures::stream::iter(saved)
                .map(|(saved, path, seen)| async move {
                    (core.file_saved(caller, saved).await, path, seen)
                })
                .buffer_unordered(AT_ONCE);
        let (mut done, mut overtaken) = (Vec::new(), Vec::new());
        while let Some((outcome, path, seen)) = outcomes.next().await {
            match outcome {
                Ok(came) => {
                    told.extend(came.told);
                    // Nobody was asked for a reason that passes: it is looked at again although it does not change.
                    let is_settled = matches!(
                        came.standing,
                        FileStanding::Evaluated(_) | FileStanding::Broken(_)
                    );
                    if came.standing == FileStanding::Overtaken {
                        overtaken.push(path.clone());
                    }
                    let stat = seen.stat.filter(|_| is_settled);
                    done.push((path, SeenFile { stat, ..seen }));
                }
                // One file stops no other; it is tried again by the next look.
                Err(error) => trouble = Some(error),
            }
        }
        drop(outcomes);
        let now = self.now();
        for path in overtaken {
            self.quiet.hear(path, now);
        }
        if let Some(all) = &mut self.seen {
            all.extend(done);
        }
        Ok(trouble)
    }

    fn seen_at(&self, path: &Path) -> Option<&SeenFile> {
        self.seen.as_ref()?.get(path)
    }

    /// The files as the use case takes them; one that is new and was another that is gone keeps what that was.
    async fn named(
        &mut self,
        candidates: Vec<FileCandidate>,
        gone: &mut Option<Vec<(PathBuf, KnownFile)>>,
    ) -> Result<Vec<(SavedFile, PathBuf, SeenFile)>, ApiError> {
        let is_new = |one: &FileCandidate| {
            self.seen_at(&one.path).is_none() && matches!(one.found, FileFound::Text(..))
        };
        if gone.is_none() && candidates.iter().any(is_new) {
            let all: Vec<(PathBuf, KnownFile)> = self
                .seen
                .iter()
                .flatten()
                .map(|(path, seen)| (path.clone(), seen.known.clone()))
                .collect();
            let is_gone = |path: &Path| std::fs::symlink_metadata(path).is_err();
            let look = move || all.into_iter().filter(|(path, _)| is_gone(path)).collect();
            *gone = Some(blocking(look).await?);
        }
        let mut none = Vec::new();
        let gone = gone.as_mut().unwrap_or(&mut none);
        let mut named = Vec::new();
        for FileCandidate { path, found } in candidates {
            let Some(watch) = self.task_of(&path).map(|task| task.number) else { continue };
            let (stat, content) = match found {
                FileFound::Text(stat, text) => (Some(stat), Ok(text)),
                FileFound::Refused(stat, problem) => (stat, Err(problem)),
                FileFound::Gone | FileFound::Changing => continue,
            };
            let identity = stat.map_or((0, 0), |stat| stat.identity);
            let text = content.as_ref().map(|text| sha256_hex(text.as_bytes())).unwrap_or_default();
            let known = KnownFile { identity, text };
            let origin = self.renamed.remove(&path);
            let before = if self.seen_at(&path).is_some() {
                None
            } else {
                let told = |(old, _): &(PathBuf, KnownFile)| Some(old) == origin.as_ref();
                let same = |(_, old): &(PathBuf, KnownFile)| {
                    old.identity == known.identity && identity != (0, 0)
                };
                let alike = |(_, old): &(PathBuf, KnownFile)| {
                    old.text == known.text && !old.text.is_empty()
                };
                let place = gone.iter().position(told);
                let place = place.or_else(|| gone.iter().position(same));
                let place = place.or_else(|| gone.iter().position(alike));
                place.map(|place| gone.remove(place).0)
            };
            let saved = SavedFile {
                watch,
                path: path.to_string_lossy().into_owned(),
                identity,
                hops: 0,
                renamed_from: before.as_ref().map(|path| path.to_string_lossy().into_owned()),
                content,
            };
            if let (Some(all), Some(before)) = (&mut self.seen, before) {
                all.remove(&before);
            }
            named.push((saved, path, SeenFile { known, stat }));
        }
        Ok(named)
    }
}

/// What is to be looked at for a path that was heard of.
fn part_of(task: &WatchTask, path: PathBuf) -> FolderScan {
    let mut part = FolderScan::default();
    let kind = std::fs::symlink_metadata(&path).map(|found| found.file_type());
    match kind {
        // The link is told of where the folder around it is walked.
        Ok(_) if task.is_folder && path != task.path && is_behind_link(&task.path, &path) => part,
        Ok(kind) if kind.is_dir() && task.is_folder && path != task.path => scan(&task.path, &path),
        Ok(kind) if task.is_folder => {
            part.add(&task.path, path, kind.is_symlink());
            part
        }
        // A file that is watched by itself is refused for what it is when it is read.
        Ok(_) => {
            part.files.push(path);
            part
        }
        Err(_) => part,
    }
}

/// Everything of a watch.
fn everything_of(task: &WatchTask) -> FolderScan {
    use std::os::unix::fs::MetadataExt as _;

    let mut part = FolderScan::default();
    match std::fs::symlink_metadata(&task.path) {
        Err(error) => part.trouble = Some(format!("it is not there: {error}")),
        Ok(found) if task.is_folder && found.is_dir() => return scan(&task.path, &task.path),
        Ok(_) if task.is_folder => part.trouble = Some("it is no folder any more".to_owned()),
        Ok(_) => part.files.push(task.path.clone()),
    }
    // Its editor may put another file in its place, so the folder around it is listened to.
    if let Some(around) = task.path.parent()
        && let Ok(found) = std::fs::metadata(around)
    {
        part.folders.push((around.to_owned(), (found.dev(), found.ino())));
    }
    part
}

/// Runs what waits for the disk on a thread that may.
pub(super) async fn blocking<T: Send + 'static>(
    look: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(look).await.map_err(|error| {
        let what = format!("Looking at watched files failed: {error}");
        ApiError::new(protocol::error::ErrorCode::Internal, what).because(&error)
    })
}
