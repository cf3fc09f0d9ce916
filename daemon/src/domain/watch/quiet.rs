//! The quiet timer: a file is looked at when nothing was heard of it for a while, so that a text that is being written in
//! parts, or renamed by its editor, is read once and whole. It has no clock: its caller says what time it is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a file must be left alone.
pub(crate) const QUIET: Duration = Duration::from_millis(500);

/// Paths that were heard of, each with the time at which it is quiet. Times are those of a clock that never runs back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct QuietTimer(BTreeMap<PathBuf, Duration>);

impl QuietTimer {
    /// Something happened at that path.
    pub(crate) fn hear(&mut self, path: PathBuf, now: Duration) {
        self.0.insert(path, now.saturating_add(QUIET));
    }

    /// Whether a path is waited for.
    #[must_use]
    pub(crate) fn waits_for(&self, path: &Path) -> bool {
        self.0.contains_key(path)
    }

    /// When the next path is quiet; `None` while nothing is waited for.
    #[must_use]
    pub(crate) fn next(&self) -> Option<Duration> {
        self.0.values().min().copied()
    }

    /// Takes the paths that are quiet by now, in order.
    #[must_use]
    pub(crate) fn take(&mut self, now: Duration) -> Vec<PathBuf> {
        let (quiet, waiting) =
            std::mem::take(&mut self.0).into_iter().partition(|(_, at)| *at <= now);
        self.0 = waiting;
        let quiet: BTreeMap<PathBuf, Duration> = quiet;
        quiet.into_keys().collect()
    }
}
