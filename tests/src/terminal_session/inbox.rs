//! Output of the program in a terminal: every byte it wrote, the resulting screen, and its requests to the terminal
//! other than cells. A thread reads; waiting tests are woken by every byte.

use std::io::Read;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

use vt100::{Callbacks, Parser, Screen};

/// The program's requests to the terminal other than cells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Titles that it set.
    pub titles: Vec<String>,
    /// Texts that it put on the clipboard, as base64.
    pub copies: Vec<String>,
    /// How often it asked for the background.
    pub grounds: usize,
    /// Sequences that the terminal does not know.
    pub unknown: Vec<String>,
}

/// The start and end of a frame; a terminal with synchronised updates shows it at once.
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
        // The question for the background, which this terminal does not answer by itself.
        if params.first().is_some_and(|first| *first == b"11") {
            self.grounds += 1;
            return;
        }
        let params: Vec<_> = params.iter().map(|param| String::from_utf8_lossy(param)).collect();
        self.unknown.push(format!("OSC {}", params.join(";")));
    }
}

/// The output of the program so far.
pub(super) struct Received {
    pub(super) parser: Parser<Asked>,
    pub(super) bytes: Vec<u8>,
    /// The program has closed its side.
    pub(super) ended: bool,
    /// The test is about to close its side, so the reading thread must release it.
    pub(super) closing: bool,
}

impl Received {
    /// Whether the last frame is complete: half a frame is never examined.
    pub(super) fn is_whole(&self) -> bool {
        let last = |mark: &[u8]| self.bytes.windows(mark.len()).rposition(|window| window == mark);
        last(FRAME.0) <= last(FRAME.1)
    }
}

/// The output, filled by one thread and awaited by others.
#[derive(Default)]
pub(super) struct Inbox {
    pub(super) received: Mutex<Option<Received>>,
    pub(super) more: Condvar,
}

impl Inbox {
    pub(super) fn with<T>(&self, look: impl FnOnce(&mut Received) -> T) -> T {
        let mut guard = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        look(guard.as_mut().unwrap())
    }
}

/// Feeds the screen with the program's output, until its side of the terminal is closed.
pub(super) fn listen(mut from: Box<dyn Read + Send>, inbox: Arc<Inbox>) {
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
        // Closed before the notification, so that a waiting test finds it closed.
        drop(from);
        inbox.with(|received| received.ended = true);
        inbox.more.notify_all();
    });
}
