//! Signals that a terminal program must answer: leave, make room for the shell, and look at the size again.

use std::io;

use rustix::process::{Signal as Number, getpid, kill_process};
use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    /// Leave, with the terminal in order.
    Leave,
    /// Go back to the shell for a while.
    Suspend,
    /// The terminal has another size.
    Resize,
}

/// Signals that are listened for.
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
    /// Begins to listen.
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

    /// Waits for the next one.
    pub(super) async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.terminate.recv() => Signal::Leave,
            _ = self.hangup.recv() => Signal::Leave,
            _ = self.interrupt.recv() => Signal::Leave,
            _ = self.quit.recv() => Signal::Leave,
            _ = self.stop.recv() => Signal::Suspend,
            // After a stop that could not be answered the screen may be somebody else's: it is drawn anew.
            _ = self.go_on.recv() => Signal::Resize,
            _ = self.resize.recv() => Signal::Resize,
        }
    }
}

/// Stops this process until it is told to go on. The stop that cannot be caught is used, because the one that can is.
pub(super) fn stop() {
    // A process may always stop itself.
    let _ = kill_process(getpid(), Number::STOP);
}
