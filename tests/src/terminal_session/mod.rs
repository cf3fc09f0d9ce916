//! Workstation in a pseudo terminal: the real program on one side, and on the other a screen built from every byte it
//! wrote. A test presses keys, waits for screen content, and checks the terminal after the program has ended.

mod inbox;
mod session;

pub use inbox::Asked;
pub use session::Seat;

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use portable_pty::{Child, ExitStatus, MasterPty, PtySize};
use rustix::process::Signal;
use vt100::MouseProtocolMode;

use crate::{Home, process, wait};
use inbox::Inbox;
use session::some;

/// A terminal mode that a program may change and must restore; a shell uses none of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// The alternate screen is active.
    Alternate,
    /// The cursor is hidden.
    HiddenCursor,
    /// Bracketed paste is active.
    BracketedPaste,
    /// Mouse reports are active.
    Mouse,
}

/// A workstation in a pseudo terminal. Dropping it kills the program.
pub struct Desk {
    child: Box<dyn Child + Send + Sync>,
    /// Removed when the terminal is closed.
    master: Option<Box<dyn MasterPty + Send>>,
    keys: Option<Box<dyn Write + Send>>,
    inbox: Arc<Inbox>,
    line_modes: String,
}

fn modes_of(master: &(dyn MasterPty + Send)) -> String {
    format!("{:?}", master.get_termios())
}

impl Desk {
    /// A terminal of that size with the workstation in it.
    #[must_use]
    pub fn open(home: &Home, columns: u16, rows: u16) -> Self {
        Seat::new(home, columns, rows).open()
    }

    /// Its process id.
    ///
    /// # Panics
    /// When it has exited.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Presses keys, as the bytes of a terminal.
    pub fn press(&mut self, keys: &str) {
        if let Some(to) = &mut self.keys {
            to.write_all(keys.as_bytes()).unwrap();
            to.flush().unwrap();
        }
    }

    /// The screen content, line by line.
    #[must_use]
    pub fn screen(&self) -> String {
        self.inbox.with(|received| received.parser.screen().contents())
    }

    /// Waits until the screen meets the condition, woken by every byte.
    ///
    /// # Panics
    /// When it does not within the bound; the message contains the screen.
    pub fn wait(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let begun = Instant::now();
        let mut guard = self.inbox.received.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let received = guard.as_ref().unwrap();
            let shown = received.parser.screen().contents();
            if received.is_whole() && wanted(&shown) {
                return shown;
            }
            let left = wait::BOUND.saturating_sub(begun.elapsed());
            assert!(!left.is_zero(), "waited in vain for {what}; the screen is\n{shown}");
            assert!(!received.ended, "the program ended before {what}; the screen was\n{shown}");
            guard =
                self.inbox.more.wait_timeout(guard, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits until the screen shows a text.
    ///
    /// # Panics
    /// As [`Desk::wait`].
    pub fn wait_for(&self, text: &str) -> String {
        self.wait(&format!("{text:?}"), |screen| screen.contains(text))
    }

    /// Waits until no byte has arrived for that long; returns the total number of bytes.
    #[must_use]
    pub fn wait_quiet(&self, quiet: Duration) -> usize {
        let mut guard = self.inbox.received.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let before = guard.as_ref().unwrap().bytes.len();
            let begun = Instant::now();
            while begun.elapsed() < quiet {
                let left = quiet.saturating_sub(begun.elapsed());
                guard = self
                    .inbox
                    .more
                    .wait_timeout(guard, left)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0;
            }
            if guard.as_ref().unwrap().bytes.len() == before {
                return before;
            }
        }
    }

    /// Waits until more bytes than that have arrived.
    ///
    /// # Panics
    /// When none arrive within the bound.
    pub fn wait_bytes(&self, more_than: usize) -> usize {
        let begun = Instant::now();
        let mut guard = self.inbox.received.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let count = guard.as_ref().unwrap().bytes.len();
            if count > more_than {
                return count;
            }
            let left = wait::BOUND.saturating_sub(begun.elapsed());
            assert!(!left.is_zero(), "nothing was drawn");
            guard =
                self.inbox.more.wait_timeout(guard, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The number of bytes so far.
    #[must_use]
    pub fn byte_count(&self) -> usize {
        self.inbox.with(|received| received.bytes.len())
    }

    /// Every byte from an offset on.
    #[must_use]
    pub fn bytes_from(&self, from: usize) -> Vec<u8> {
        self.inbox.with(|received| received.bytes.get(from..).unwrap_or_default().to_vec())
    }

    /// The program's requests to the terminal other than cells.
    #[must_use]
    pub fn asked(&self) -> Asked {
        self.inbox.with(|received| received.parser.callbacks().clone())
    }

    /// The modes that the program has left active.
    #[must_use]
    pub fn modes(&self) -> BTreeSet<Mode> {
        self.inbox.with(|received| {
            let screen = received.parser.screen();
            let mouse = screen.mouse_protocol_mode() != MouseProtocolMode::None;
            [
                (Mode::Alternate, screen.alternate_screen()),
                (Mode::HiddenCursor, screen.hide_cursor()),
                (Mode::BracketedPaste, screen.bracketed_paste()),
                (Mode::Mouse, mouse),
            ]
            .into_iter()
            .filter_map(|(mode, is_set)| is_set.then_some(mode))
            .collect()
        })
    }

    /// Whether the line discipline is as before the program: lines are edited and echoed.
    #[must_use]
    pub fn line_is_given_back(&self) -> bool {
        self.master.as_ref().is_some_and(|master| modes_of(&**master) == self.line_modes)
    }

    /// Resizes the terminal.
    ///
    /// # Panics
    /// When the system refuses.
    pub fn resize(&self, columns: u16, rows: u16) {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        // The screen is resized first, because the program's redraw must find the new size.
        self.inbox.with(|received| {
            received.parser.screen_mut().set_size(some(rows), some(columns));
        });
        if let Some(master) = &self.master {
            master.resize(size).unwrap();
        }
    }

    /// Sends a signal to the program.
    pub fn signal(&self, signal: Signal) {
        process::signal(self.pid(), signal);
    }

    /// Waits until the program is suspended, as by Ctrl-Z.
    pub fn wait_stopped(&self) {
        let pid = self.pid();
        wait::until("a stopped program", wait::BOUND, || {
            (process::state(pid) == Some('T')).then_some(())
        });
    }

    /// Closes the terminal.
    pub fn close(&mut self) {
        self.inbox.with(|received| received.closing = true);
        // The resize causes output, which wakes the reading thread: it keeps this side open while it waits for bytes.
        self.resize(90, 25);
        wait::until("the listener's leave", wait::BOUND, || {
            self.inbox.with(|received| received.ended).then_some(())
        });
        self.keys = None;
        self.master = None;
    }

    /// Waits until it exits.
    ///
    /// # Panics
    /// When it takes longer than the bound.
    pub fn wait_end(&mut self) -> ExitStatus {
        let status = wait::until("the end of the workstation", wait::BOUND, || {
            self.child.try_wait().unwrap()
        });
        if self.master.is_some() {
            // Its last output may still be on its way.
            wait::until("its last bytes", wait::BOUND, || {
                self.inbox.with(|received| received.ended).then_some(())
            });
        }
        status
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // It may have exited already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
