//! The workstation in a terminal of its own: a pseudo terminal with the real program on one side, and on the other a
//! screen that is built from every byte it wrote. A test presses keys, waits for what the screen shows, and looks at what
//! is left when the program has gone.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::Signal;
use vt100::{Callbacks, MouseProtocolMode, Parser, Screen};

use crate::{Home, process, program, wait};

/// Everything that a program could ask of a terminal beside cells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Titles that were set.
    pub titles: Vec<String>,
    /// Texts that were put on the clipboard, as base64.
    pub copies: Vec<String>,
    /// What the terminal does not know.
    pub unknown: Vec<String>,
}

/// A frame stands between these two; a terminal that knows them shows all of it at once.
const FRAME: (&[u8], &[u8]) = (b"\x1b[?2026h", b"\x1b[?2026l");

impl Callbacks for Asked {
    fn set_window_title(&mut self, _: &mut Screen, title: &[u8]) {
        self.titles.push(String::from_utf8_lossy(title).into_owned());
    }

    fn set_window_icon_name(&mut self, _: &mut Screen, name: &[u8]) {
        self.titles.push(String::from_utf8_lossy(name).into_owned());
    }

    fn copy_to_clipboard(&mut self, _: &mut Screen, _: &[u8], data: &[u8]) {
        self.copies.push(String::from_utf8_lossy(data).into_owned());
    }

    fn unhandled_osc(&mut self, _: &mut Screen, params: &[&[u8]]) {
        let params: Vec<_> = params.iter().map(|param| String::from_utf8_lossy(param)).collect();
        self.unknown.push(format!("OSC {}", params.join(";")));
    }
}

/// What has come from the program so far.
struct Received {
    parser: Parser<Asked>,
    bytes: Vec<u8>,
    /// The program's side has been closed.
    ended: bool,
    /// This side is about to be closed: whoever listens must let go of it.
    closing: bool,
}

impl Received {
    /// Whether the last frame has arrived to its end: half a frame is never looked at.
    fn is_whole(&self) -> bool {
        let last = |mark: &[u8]| self.bytes.windows(mark.len()).rposition(|window| window == mark);
        last(FRAME.0) <= last(FRAME.1)
    }
}

#[derive(Default)]
struct Inbox {
    received: Mutex<Option<Received>>,
    more: Condvar,
}

impl Inbox {
    fn with<T>(&self, look: impl FnOnce(&mut Received) -> T) -> T {
        let mut guard = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        look(guard.as_mut().unwrap())
    }
}

/// A mode of a terminal that a program may change and must give back; a shell has none of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// It shows its second screen.
    Alternate,
    /// Its cursor cannot be seen.
    HiddenCursor,
    /// Pasted text comes in brackets.
    BracketedPaste,
    /// Clicks are sent to the program.
    Mouse,
}

/// A workstation in a terminal of its own. Dropped, it is killed.
pub struct Desk {
    child: Box<dyn Child + Send + Sync>,
    /// Taken away when the terminal is closed.
    master: Option<Box<dyn MasterPty + Send>>,
    keys: Option<Box<dyn Write + Send>>,
    inbox: Arc<Inbox>,
    line_modes: String,
}

/// How a workstation is started.
pub struct Seat<'a> {
    home: &'a Home,
    size: (u16, u16),
    args: Vec<String>,
    environment: Vec<(String, String)>,
}

impl<'a> Seat<'a> {
    /// A terminal of that many columns and rows, with 256 colours.
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

    /// With a variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With an argument.
    #[must_use]
    pub fn arg(mut self, arg: &str) -> Self {
        self.args.push(arg.to_owned());
        self
    }

    /// Sits down.
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

fn some(cells: u16) -> NonZeroU16 {
    NonZeroU16::new(cells).unwrap_or(NonZeroU16::MIN)
}

fn modes_of(master: &(dyn MasterPty + Send)) -> String {
    format!("{:?}", master.get_termios())
}

/// Feeds the screen with what the program writes, until its side of the terminal is closed.
fn listen(mut from: Box<dyn Read + Send>, inbox: Arc<Inbox>) {
    thread::spawn(move || {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let count = from.read(&mut buffer).unwrap_or(0);
            let ended = inbox.with(|received| {
                received.bytes.extend_from_slice(&buffer[..count]);
                received.parser.process(&buffer[..count]);
                count == 0 || received.closing
            });
            inbox.more.notify_all();
            if ended {
                break;
            }
        }
        // Closed first and told then, so that who waits for the end finds it closed.
        drop(from);
        inbox.with(|received| received.ended = true);
        inbox.more.notify_all();
    });
}

impl Desk {
    /// A terminal of that many columns and rows with the workstation in it.
    #[must_use]
    pub fn open(home: &Home, columns: u16, rows: u16) -> Self {
        Seat::new(home, columns, rows).open()
    }

    /// Its process.
    ///
    /// # Panics
    /// When it has none any more.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Presses keys, as the bytes that a terminal sends.
    pub fn press(&mut self, keys: &str) {
        if let Some(to) = &mut self.keys {
            to.write_all(keys.as_bytes()).unwrap();
            to.flush().unwrap();
        }
    }

    /// What the screen shows, line by line.
    #[must_use]
    pub fn screen(&self) -> String {
        self.inbox.with(|received| received.parser.screen().contents())
    }

    /// Waits until the screen is as wanted, woken by every byte that arrives.
    ///
    /// # Panics
    /// When it is not within the bound; the message is the screen.
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

    /// Waits until nothing has come for that long; gives how many bytes have come in all.
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

    /// Waits until more bytes have come than that many.
    ///
    /// # Panics
    /// When none come within the bound.
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

    /// How many bytes have come.
    #[must_use]
    pub fn byte_count(&self) -> usize {
        self.inbox.with(|received| received.bytes.len())
    }

    /// Every byte from a place on.
    #[must_use]
    pub fn bytes_from(&self, from: usize) -> Vec<u8> {
        self.inbox.with(|received| received.bytes.get(from..).unwrap_or_default().to_vec())
    }

    /// What was asked of the terminal beside cells.
    #[must_use]
    pub fn asked(&self) -> Asked {
        self.inbox.with(|received| received.parser.callbacks().clone())
    }

    /// The modes that the program has left the terminal in.
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

    /// Whether the line is as it was before the program: typed lines are edited and echoed.
    #[must_use]
    pub fn line_is_given_back(&self) -> bool {
        self.master.as_ref().is_some_and(|master| modes_of(&**master) == self.line_modes)
    }

    /// Gives the terminal another size.
    ///
    /// # Panics
    /// When the system refuses.
    pub fn resize(&self, columns: u16, rows: u16) {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        // The screen first: what the program draws for the new size must find it.
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

    /// Waits until the program is stopped, as by Ctrl-Z.
    pub fn wait_stopped(&self) {
        let pid = self.pid();
        wait::until("a stopped program", wait::BOUND, || {
            (process::state(pid) == Some('T')).then_some(())
        });
    }

    /// Takes the terminal away.
    pub fn close(&mut self) {
        self.inbox.with(|received| received.closing = true);
        // Another size is drawn anew, which wakes the listener: it holds this side open while it waits for bytes.
        self.resize(90, 25);
        wait::until("the listener's leave", wait::BOUND, || {
            self.inbox.with(|received| received.ended).then_some(())
        });
        self.keys = None;
        self.master = None;
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// When it takes longer than the bound.
    pub fn wait_end(&mut self) -> ExitStatus {
        let status = wait::until("the end of the workstation", wait::BOUND, || {
            self.child.try_wait().unwrap()
        });
        if self.master.is_some() {
            // What it wrote last may still be on its way.
            wait::until("its last bytes", wait::BOUND, || {
                self.inbox.with(|received| received.ended).then_some(())
            });
        }
        status
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
