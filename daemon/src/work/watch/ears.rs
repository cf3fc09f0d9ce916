//! Messages of the system about changes in folders. A folder is listened to by itself, without what is below it, so that
//! folders of tools cost nothing; a message is only a reason to look, and lost ones are made good by looking at everything.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use notify::event::{AccessKind, AccessMode, ModifyKind, RenameMode};
use notify::{
    Config, ErrorKind, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _,
};
use tokio::sync::mpsc;

use crate::world::Wake;

/// Messages that wait; beyond, everything is looked at.
const WAITING_MAX: usize = 4_096;

/// Listens to folders.
pub(super) trait Ears: Send {
    /// Listens to that folder from now on; says why not where that is impossible.
    fn listen(&mut self, folder: &Path, identity: (u64, u64)) -> Result<(), String>;
    /// Listens to no folder but those.
    fn keep(&mut self, folders: &dyn Fn(&Path) -> bool);
}

/// A message about a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// Something happened at a path.
    Changed(PathBuf),
    /// The first path is the second one now.
    Renamed(PathBuf, PathBuf),
}

impl Heard {
    fn of(event: Event) -> Vec<Self> {
        let is_renamed = event.kind == EventKind::Modify(ModifyKind::Name(RenameMode::Both));
        match (is_renamed, <[PathBuf; 2]>::try_from(event.paths)) {
            (true, Ok([from, to])) => vec![Self::Renamed(from, to)],
            (_, Ok(paths)) => paths.into_iter().map(Self::Changed).collect(),
            (_, Err(paths)) => paths.into_iter().map(Self::Changed).collect(),
        }
    }
}

/// The system's own messages.
pub(super) struct SystemEars {
    /// None where the system gives no means at all, with the reason.
    watcher: Result<RecommendedWatcher, String>,
    folders: BTreeMap<PathBuf, (u64, u64)>,
}

impl SystemEars {
    /// Ears, the paths that they hear of, and a signal that some were lost.
    pub(super) fn open() -> (Self, mpsc::Receiver<Heard>, Wake) {
        let (sender, heard) = mpsc::channel(WAITING_MAX);
        let lost = Wake::default();
        let signal = lost.clone();
        let handle = move |message: notify::Result<Event>| match message {
            Ok(event) if event.need_rescan() => signal.signal(),
            Ok(event) if is_change(event.kind) => {
                for heard in Heard::of(event) {
                    if sender.try_send(heard).is_err() {
                        signal.signal();
                    }
                }
            }
            Ok(_) => {}
            Err(error) => {
                tracing::debug!(%error, "a message about a change was lost");
                signal.signal();
            }
        };
        let config = Config::default().with_follow_symlinks(false);
        let watcher = RecommendedWatcher::new(handle, config).map_err(|error| why(&error));
        (Self { watcher, folders: BTreeMap::new() }, heard, lost)
    }
}

impl Ears for SystemEars {
    fn listen(&mut self, folder: &Path, identity: (u64, u64)) -> Result<(), String> {
        let watcher = self.watcher.as_mut().map_err(|why| why.clone())?;
        match self.folders.get(folder) {
            Some(known) if *known == identity => return Ok(()),
            // Another folder has the name now.
            Some(_) => drop(watcher.unwatch(folder)),
            None => {}
        }
        watcher.watch(folder, RecursiveMode::NonRecursive).map_err(|error| why(&error))?;
        self.folders.insert(folder.to_owned(), identity);
        Ok(())
    }

    fn keep(&mut self, wanted: &dyn Fn(&Path) -> bool) {
        let gone: Vec<PathBuf> =
            self.folders.keys().filter(|path| !wanted(path)).cloned().collect();
        for folder in gone {
            self.folders.remove(&folder);
            if let Ok(watcher) = &mut self.watcher {
                // One that was removed is listened to no more anyway.
                drop(watcher.unwatch(&folder));
            }
        }
    }
}

/// Whether something may be another than before: reading a file changes nothing.
fn is_change(kind: EventKind) -> bool {
    !matches!(kind, EventKind::Access(access) if access != AccessKind::Close(AccessMode::Write))
}

/// Why a folder cannot be listened to, with what to do about it.
fn why(error: &notify::Error) -> String {
    let is_limit = match &error.kind {
        ErrorKind::MaxFilesWatch => true,
        ErrorKind::Io(error) => {
            error.kind() == io::ErrorKind::StorageFull || error.raw_os_error() == Some(EMFILE)
        }
        _ => false,
    };
    if is_limit {
        return "the system listens to no more folders, so they are looked at every 2 seconds; raise fs.inotify.max_user_watches \
                and max_user_instances"
            .to_owned();
    }
    format!("changes are not heard of ({error}), so they are looked for every 2 seconds")
}

/// Too many open files, or inotify instances.
const EMFILE: i32 = 24;
