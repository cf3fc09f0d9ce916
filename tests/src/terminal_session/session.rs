//! Builder for a workstation session: home, terminal size, arguments and environment.

use std::num::NonZeroU16;
use std::sync::Arc;

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use vt100::Parser;

use super::inbox::{Asked, Inbox, Received, listen};
use super::{Desk, modes_of};
use crate::{Home, program};

/// The options of a workstation session.
pub struct Seat<'a> {
    home: &'a Home,
    size: (u16, u16),
    args: Vec<String>,
    environment: Vec<(String, String)>,
}

impl<'a> Seat<'a> {
    /// A terminal of that size with 256 colours.
    #[must_use]
    pub fn new(home: &'a Home, columns: u16, rows: u16) -> Self {
        let environment = [("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("SHELL", "/bin/sh")];
        Self {
            home,
            size: (columns, rows),
            args: Vec::new(),
            environment: environment
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        }
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, arg: &str) -> Self {
        self.args.push(arg.to_owned());
        self
    }

    /// Starts the workstation.
    #[must_use]
    pub fn open(self) -> Desk {
        let (cols, rows) = self.size;
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(program::path());
        command.args(&self.args);
        command.env_clear();
        command.env("DEMOSCOPE_HOME", self.home.root());
        command.env("HOME", self.home.folder());
        command.env("DEMOSCOPE_HTTP_LISTEN", "off");
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        for (name, value) in &self.environment {
            command.env(name, value);
        }
        command.cwd(self.home.folder());
        let line_modes = modes_of(&*pair.master);
        let inbox = Arc::new(Inbox::default());
        let parser = Parser::new_with_callbacks(some(rows), some(cols), 0, Asked::default());
        *inbox.received.lock().unwrap() =
            Some(Received { parser, bytes: Vec::new(), ended: false, closing: false });
        let from = pair.master.try_clone_reader().unwrap();
        let keys = pair.master.take_writer().unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        listen(from, Arc::clone(&inbox));
        Desk { child, master: Some(pair.master), keys: Some(keys), inbox, line_modes }
    }
}

/// A number of cells, at least one.
pub(super) fn some(cells: u16) -> NonZeroU16 {
    NonZeroU16::new(cells).unwrap_or(NonZeroU16::MIN)
}
