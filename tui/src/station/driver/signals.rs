//! Signals that a terminal program must handle: quit, suspend, and resize.

use std::io;

use rustix::process::{Signal as Number, getpid, kill_process};
use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

/// The effect of a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    /// Quit, with the terminal restored.
    Leave,
    /// Suspend to the shell.
    Suspend,
    /// The terminal has been resized.
    Resize,
}

/// The handled signals.
pub(super) struct Signals {
    terminate: Stream,
    hangup: Stream,
    interrupt: Stream,
    quit: Stream,
    stop: Stream,
    resize: Stream,
    go_on: Stream,
}

impl Signals {
    /// Starts listening.
    pub(super) fn listen() -> io::Result<Self> {
        let of = |number: Number| signal(SignalKind::from_raw(number.as_raw()));
        Ok(Self {
            terminate: of(Number::TERM)?,
            hangup: of(Number::HUP)?,
            interrupt: of(Number::INT)?,
            quit: of(Number::QUIT)?,
            stop: of(Number::TSTP)?,
            resize: of(Number::WINCH)?,
            go_on: of(Number::CONT)?,
        })
    }

    /// Waits for the next signal.
    pub(super) async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.terminate.recv() => Signal::Leave,
            _ = self.hangup.recv() => Signal::Leave,
            _ = self.interrupt.recv() => Signal::Leave,
            _ = self.quit.recv() => Signal::Leave,
            _ = self.stop.recv() => Signal::Suspend,
            // After a stop that could not be handled, another program may have drawn on the screen, so it is redrawn.
            _ = self.go_on.recv() => Signal::Resize,
            _ = self.resize.recv() => Signal::Resize,
        }
    }
}

/// Stops this process until it is continued. SIGSTOP is used, because SIGTSTP is caught.
pub(super) fn stop() {
    // A process may always stop itself.
    let _ = kill_process(getpid(), Number::STOP);
}
