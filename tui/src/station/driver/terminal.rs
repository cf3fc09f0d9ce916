//! Terminal control: raw mode, the alternate screen, one write for each frame, and restoration in every case. Restoring
//! takes no lock and no allocation that could fail: it writes one prepared string and resets the saved modes.

use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::sync::OnceLock;

use crossterm::Command;
use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste};
use crossterm::style::{Attribute, SetAttribute};
use crossterm::terminal::{
    Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
};
use rustix::termios::{self, OptionalActions, Termios};

use super::Mouse;
use crate::station::frames::Frames;
use crate::station::model::Model;

/// Clicks and wheel only: reports of every movement would wake the process needlessly.
const ENTER_MOUSE: &str = "\x1b[?1000h\x1b[?1006h";
/// The state before the first change and the sequence that restores it, for use in a panic.
static BEFORE: OnceLock<Before> = OnceLock::new();

/// The data to restore a terminal.
struct Before {
    modes: Termios,
    sequences: String,
}

/// The screen while the workstation controls it.
pub(super) struct Screen {
    /// They are written to the terminal directly: the standard library's output flushes at line breaks.
    frames: Frames<File>,
    holds: Holds,
    mouse: Mouse,
}

/// Whether the workstation controls the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    Screen,
    Nothing,
}

/// Whether standard input and output are a terminal with more than basic capabilities.
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
    /// Takes control of the terminal.
    pub(super) fn enter(mouse: Mouse) -> io::Result<Self> {
        let modes = termios::tcgetattr(io::stdin())?;
        if BEFORE.set(Before { modes, sequences: way_back().map_err(io::Error::other)? }).is_ok() {
            let before = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |panic| {
                give_back();
                before(panic);
            }));
        }
        let output = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        let frames = Frames::new(output, size());
        let mut screen = Self { frames, holds: Holds::Nothing, mouse };
        screen.enter_again()?;
        Ok(screen)
    }

    /// Takes control again after [`Self::leave`].
    pub(super) fn enter_again(&mut self) -> io::Result<()> {
        let mut raw = termios::tcgetattr(io::stdin())?;
        raw.make_raw();
        termios::tcsetattr(io::stdin(), OptionalActions::Drain, &raw)?;
        self.holds = Holds::Screen;
        self.write(&way_in().map_err(io::Error::other)?)?;
        if self.mouse == Mouse::Ours {
            self.write(ENTER_MOUSE)?;
        }
        self.forget();
        Ok(())
    }

    /// Restores the terminal.
    pub(super) fn leave(&mut self) {
        if self.holds == Holds::Screen {
            give_back();
            self.holds = Holds::Nothing;
        }
    }

    /// Discards the known screen content, because the size may have changed: the next frame is complete.
    pub(super) fn forget(&mut self) {
        self.frames.forget(size());
    }

    /// Draws the model in one write.
    pub(super) fn draw(&mut self, model: &Model) -> io::Result<()> {
        self.frames.draw(model).map(drop)
    }

    /// Writes escape sequences outside of frames.
    pub(super) fn write(&mut self, sequences: &str) -> io::Result<()> {
        self.frames.write(sequences)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.leave();
    }
}

/// Restores the terminal. A failure is ignored: the terminal is gone then.
fn give_back() {
    let Some(before) = BEFORE.get() else { return };
    let mut output = io::stdout();
    drop(output.write_all(before.sequences.as_bytes()));
    drop(output.flush());
    let _ = termios::tcsetattr(io::stdin(), OptionalActions::Flush, &before.modes);
}

/// Alternate screen, cursor hidden, bracketed paste, cleared.
fn way_in() -> Result<String, fmt::Error> {
    let mut sequences = String::new();
    EnterAlternateScreen.write_ansi(&mut sequences)?;
    Hide.write_ansi(&mut sequences)?;
    EnableBracketedPaste.write_ansi(&mut sequences)?;
    MoveTo(0, 0).write_ansi(&mut sequences)?;
    Clear(ClearType::All).write_ansi(&mut sequences)?;
    Ok(sequences)
}

/// The inverse of [`way_in`], which also ends anything that may be unfinished.
fn way_back() -> Result<String, fmt::Error> {
    let mut sequences = String::new();
    EndSynchronizedUpdate.write_ansi(&mut sequences)?;
    DisableMouseCapture.write_ansi(&mut sequences)?;
    DisableBracketedPaste.write_ansi(&mut sequences)?;
    SetAttribute(Attribute::Reset).write_ansi(&mut sequences)?;
    Show.write_ansi(&mut sequences)?;
    LeaveAlternateScreen.write_ansi(&mut sequences)?;
    Ok(sequences)
}
