//! Isolated home of a test: settings, store, logs and socket in a folder with a short path, and the files that the test
//! writes. Dropping it kills every process that was started in it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use protocol::paths::Paths;
use rustix::process::Signal;
use tempfile::TempDir;

use crate::{Cli, Daemon, Ended, Link, process, wait};

/// A temporary `DEMOSCOPE_HOME` within the working directory of the commands.
#[derive(Debug)]
pub struct Home {
    folder: TempDir,
}

impl Default for Home {
    fn default() -> Self {
        Self::new()
    }
}

impl Home {
    /// An empty home. Its path is short, because the socket's path must be.
    #[must_use]
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("ds-").tempdir_in("/tmp").unwrap();
        Self { folder }
    }

    /// A home with those settings.
    #[must_use]
    pub fn with_settings(toml: &str) -> Self {
        let home = Self::new();
        home.configure(toml);
        home
    }

    /// A home in which the built-in engine gives that many answers per second.
    #[must_use]
    pub fn paced(answers_per_second: u32) -> Self {
        Self::with_settings(&format!(
            "[engine.offline]\nanswers_per_second = {answers_per_second}\n[backup]\ndaily = false\n"
        ))
    }

    /// Replaces the settings file. A running daemon keeps its settings.
    pub fn configure(&self, toml: &str) {
        std::fs::create_dir_all(self.root()).unwrap();
        std::fs::write(self.paths().config, toml).unwrap();
    }

    /// `DEMOSCOPE_HOME`.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("h")
    }

    /// The working directory of the commands.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The paths of this home.
    #[must_use]
    pub fn paths(&self) -> Paths {
        Paths::under(&self.root()).unwrap()
    }

    /// Writes a file into the working directory of the commands.
    pub fn write(&self, name: impl AsRef<OsStr>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder().join(Path::new(name.as_ref()));
        std::fs::write(&path, content).unwrap();
        path
    }

    /// A command of the program, to be configured and run.
    #[must_use]
    pub fn command<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Cli {
        Cli::new(self, args)
    }

    /// Runs a command to its end.
    #[must_use]
    pub fn run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Ended {
        self.command(args).run()
    }

    /// Starts a daemon in the foreground and waits until it is ready.
    #[must_use]
    pub fn daemon(&self) -> Daemon {
        let mut daemon = Daemon::spawn(self, None);
        daemon.wait_ready(self);
        daemon
    }

    /// Connects to the daemon.
    ///
    /// # Panics
    /// When no daemon responds.
    #[must_use]
    pub fn link(&self) -> Link {
        Link::open(&self.paths()).unwrap()
    }

    /// Kills every process that was started in this home.
    pub fn kill_all(&self) {
        wait::until("the end of this home's processes", wait::BOUND, || {
            let left = process::of_home(&self.root());
            for pid in &left {
                process::signal(*pid, Signal::KILL);
            }
            left.is_empty().then_some(())
        });
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        for pid in process::of_home(&self.root()) {
            process::signal(pid, Signal::KILL);
        }
    }
}
