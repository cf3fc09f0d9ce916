//! The terminal: raw mode, the alternate screen, frames in one write each, and all of it given back whatever happens.
//! Giving back takes no lock and no allocation that could fail: one string of sequences and the modes as they were.

use std::io::{self, BufWriter, Stdout, Write};
use std::sync::OnceLock;

use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use rustix::termios::{self, OptionalActions, Termios};

use super::Mouse;
use crate::station::model::Model;
use crate::station::screens;

/// Alternate screen, no cursor, bracketed paste.
const ENTER: &str = "\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[H\x1b[2J";
/// Clicks and wheel.
const ENTER_MOUSE: &str = "\x1b[?1000h\x1b[?1006h";
/// The opposite of [`ENTER`], and the end of everything that could have been under way.
const LEAVE: &str =
    "\x1b[?2026l\x1b[?1006l\x1b[?1003l\x1b[?1002l\x1b[?1000l\x1b[?2004l\x1b[0m\x1b[?25h\x1b[?1049l";
/// A terminal that knows them shows everything between the two at once.
const FRAME: (&str, &str) = ("\x1b[?2026h", "\x1b[?2026l");
/// More than the largest frame.
const BUFFER_BYTES: usize = 256 * 1024;

/// The modes as they were before the first change, for the way out of a panic.
static MODES: OnceLock<Termios> = OnceLock::new();

type Output = BufWriter<Stdout>;

/// The screen while it is ours.
pub(super) struct Screen {
    terminal: Terminal<CrosstermBackend<Output>>,
    holds: Holds,
    mouse: Mouse,
}

/// Whether the terminal is ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    Screen,
    Nothing,
}

/// Whether standard input and output are a terminal that can do more than print.
pub(super) fn is_there() -> bool {
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    termios::isatty(io::stdin()) && termios::isatty(io::stdout()) && !dumb
}

/// Columns and rows.
pub(super) fn size() -> (u16, u16) {
    termios::tcgetwinsize(io::stdout())
        .ok()
        .map(|size| (size.ws_col, size.ws_row))
        .filter(|(columns, rows)| *columns > 0 && *rows > 0)
        .unwrap_or((80, 24))
}

impl Screen {
    /// Takes the terminal.
    pub(super) fn enter(mouse: Mouse) -> io::Result<Self> {
        let modes = termios::tcgetattr(io::stdin())?;
        if MODES.set(modes).is_ok() {
            let before = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |panic| {
                give_back();
                before(panic);
            }));
        }
        let output = BufWriter::with_capacity(BUFFER_BYTES, io::stdout());
        let (columns, rows) = size();
        let viewport = Viewport::Fixed(Rect::new(0, 0, columns, rows));
        let terminal =
            Terminal::with_options(CrosstermBackend::new(output), TerminalOptions { viewport })?;
        let mut screen = Self { terminal, holds: Holds::Nothing, mouse };
        screen.enter_again()?;
        Ok(screen)
    }

    /// Takes the terminal again after [`Self::leave`].
    pub(super) fn enter_again(&mut self) -> io::Result<()> {
        let mut raw = termios::tcgetattr(io::stdin())?;
        raw.make_raw();
        termios::tcsetattr(io::stdin(), OptionalActions::Drain, &raw)?;
        self.holds = Holds::Screen;
        self.write(ENTER)?;
        if self.mouse == Mouse::Ours {
            self.write(ENTER_MOUSE)?;
        }
        self.forget()
    }

    /// Gives the terminal back.
    pub(super) fn leave(&mut self) {
        if self.holds == Holds::Screen {
            // What is still buffered belongs to the screen that goes away.
            drop(Write::flush(self.terminal.backend_mut()));
            give_back();
            self.holds = Holds::Nothing;
        }
    }

    /// The terminal has another size.
    pub(super) fn resize(&mut self, columns: u16, rows: u16) -> io::Result<()> {
        self.terminal.resize(Rect::new(0, 0, columns, rows))
    }

    /// Forgets what is on the terminal: the next frame is whole. Ratatui's own `clear` would ask the terminal where its
    /// cursor is and wait for an answer that some never give.
    pub(super) fn forget(&mut self) -> io::Result<()> {
        let (columns, rows) = size();
        self.resize(columns, rows)
    }

    /// Draws the model in one write.
    pub(super) fn draw(&mut self, model: &Model) -> io::Result<()> {
        self.terminal.backend_mut().write_all(FRAME.0.as_bytes())?;
        self.terminal.draw(|frame| {
            if let Some(cursor) = screens::draw(model, frame.buffer_mut()) {
                frame.set_cursor_position(cursor);
            }
        })?;
        self.write(FRAME.1)
    }

    /// Writes sequences beside the frames.
    pub(super) fn write(&mut self, sequences: &str) -> io::Result<()> {
        let output = self.terminal.backend_mut();
        output.write_all(sequences.as_bytes())?;
        Write::flush(output)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.leave();
    }
}

/// Gives the terminal back as it was. Nothing can be done about a failure here: the terminal is then gone.
fn give_back() {
    let mut output = io::stdout();
    drop(output.write_all(LEAVE.as_bytes()));
    drop(output.flush());
    if let Some(modes) = MODES.get() {
        let _ = termios::tcsetattr(io::stdin(), OptionalActions::Flush, modes);
    }
}
