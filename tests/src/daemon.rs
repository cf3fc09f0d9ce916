//! Daemon in the foreground, as under a service manager, with its process in the test's control: it can be killed at
//! any moment, asked to stop, and waited for.

use std::fs::File;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::Signal;

use crate::sabotage::{self, Sabotage};
use crate::{Home, Link, process, program, wait};

/// A running daemon. Dropped, it is killed.
#[derive(Debug)]
pub struct Daemon {
    child: Child,
    log: std::path::PathBuf,
}

impl Daemon {
    /// Starts a daemon without waiting for it.
    #[must_use]
    pub fn spawn(home: &Home, fault: Option<Sabotage>) -> Self {
        Self::spawn_at(home, fault, "off")
    }

    /// Starts a daemon that listens for HTTP at that address, without waiting for it.
    #[must_use]
    pub fn spawn_at(home: &Home, fault: Option<Sabotage>, listen: &str) -> Self {
        let log = home.folder().join("daemon.stderr");
        let mut command = Command::new(program::path());
        command
            .args(["daemon", "run"])
            .current_dir(home.folder())
            .env_clear()
            .env("DEMOSCOPE_HOME", home.root())
            .env("DEMOSCOPE_HTTP_LISTEN", listen)
            .env("HOME", home.folder())
            // As a daemon is started by a command, or by the unit of a service manager.
            .env("MALLOC_ARENA_MAX", "2")
            .env("MALLOC_TRIM_THRESHOLD_", "131072")
            .env("MALLOC_MMAP_THRESHOLD_", "131072")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&log).unwrap());
        if let Some(fault) = fault {
            command.env(sabotage::VARIABLE, fault.word());
        }
        Self { child: command.spawn().unwrap(), log }
    }

    /// Waits until it responds to a greeting.
    ///
    /// # Panics
    /// When it exits instead, or takes too long.
    pub fn wait_ready(&mut self, home: &Home) -> Link {
        let paths = home.paths();
        let pid = self.pid();
        wait::until("a daemon that greets", wait::BOUND, || {
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("the daemon ended ({status}) before it was ready:\n{}", self.said());
            }
            Link::open(&paths).ok().filter(|link| link.welcome().pid == pid)
        })
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its output on standard error.
    #[must_use]
    pub fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Kills its process.
    ///
    /// # Panics
    /// When the system refuses.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        let _status = self.child.wait().unwrap();
    }

    /// Sends SIGTERM.
    pub fn terminate(&self) {
        process::signal(self.pid(), Signal::TERM);
    }

    /// Waits until it exits.
    ///
    /// # Panics
    /// When it takes longer than the bound.
    pub fn wait_end(&mut self, bound: Duration) -> ExitStatus {
        wait::until("the end of the daemon", bound, || self.child.try_wait().unwrap())
    }

    /// Whether it is still running.
    ///
    /// # Panics
    /// When the system does not provide the state.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have exited already, and then there is nothing to do.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
